/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders: place, test, replace, amend, and the questions about them. Cancels are in rest_cancel.c.
 *
 * Why a file of its own: the operations that bots live by. Each either answers from the replica at
 * once, or makes one command and answers when that command is durable. Read next: order_request.c and
 * order_reply.c, which read and write orders.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "gateway/order_reply.h"
#include "gateway/order_request.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "money/arithmetic.h"

/* ------------------------------------------------------------------ place */

static void complete_place(struct completion *completion)
{
    reply_placed(completion, completion->outcome->id, completion->waiting->style);
    answer_send(&completion->answer, 200);
}

static bool read_placement(struct call *call, struct command_order_place *place)
{
    struct instrument_view instrument;

    *place = (struct command_order_place){.header = {.kind = COMMAND_ORDER_PLACE}};
    return call_symbol(call, &instrument) &&
           order_request_read(call, &instrument, &order_request_plain, &place->terms);
}

/*~ route of one order: POST /api/v3/order. The parameters become a struct command_order_place. Next
 *  stop: call_submit in call.c. */
static void post_order(struct call *call)
{
    struct command_order_place place;
    struct waiting waiting = {.complete = complete_place};

    if (read_placement(call, &place) &&
        order_request_response_type(call, place.terms.type, &waiting.style)) {
        waiting.client_id = place.terms.client_id;
        call_submit(call, &place.header, &waiting);
    }
}

static void write_rates(struct json_writer *json, const char *name, struct rate maker,
                        struct rate taker)
{
    json_write_key(json, name);
    json_write_object_begin(json);
    reply_key_rate(json, "maker", maker);
    reply_key_rate(json, "taker", taker);
    json_write_object_end(json);
}

static void write_test_rates(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct participant_view participant;
    struct tier_view tier = {0};

    if (tarazy_query_participant(call->venue->engine, call->caller.participant, &participant)) {
        (void)tarazy_query_tier(call->venue->engine, participant.tier, &tier);
    }
    write_rates(json, "standardCommissionForOrder", tier.maker, tier.taker);
    write_rates(json, "specialCommissionForOrder", (struct rate){0}, (struct rate){0});
    write_rates(json, "taxCommissionForOrder", (struct rate){0}, (struct rate){0});
}

/* Would the engine take it now? Nothing is sent. */
static void post_order_test(struct call *call)
{
    struct venue *venue = call->venue;
    struct command_order_place place;
    struct failure failure;
    uint8_t style;

    if (!read_placement(call, &place) ||
        !order_request_response_type(call, place.terms.type, &style)) {
        return;
    }
    int64_t last_us = tarazy_engine_time(venue->engine);

    call_sign(call, &place.header);
    place.header.number = tarazy_engine_number(venue->engine) + 1;
    place.header.time_us = call->now_us > last_us ? call->now_us : last_us;
    enum result result = tarazy_engine_check(venue->engine, &place.header);

    if (result != RESULT_OK) {
        (void)failure_set_result(&failure, result, COMMAND_ORDER_PLACE);
        call_fail(call, &failure);
        return;
    }
    json_write_object_begin(&call->answer.json);
    if (parameters_bool(call->parameters, "computeCommissionRates", false)) {
        write_test_rates(call);
    }
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ cancel and replace */

static void write_part_failure(struct json_writer *json, uint16_t result, uint16_t kind)
{
    struct failure failure;

    if (result == 0) {
        json_write_null(json);
        return;
    }
    (void)failure_set_result(&failure, (enum result)result, kind);
    failure_write(json, &failure);
}

static const char *part_result(uint16_t result)
{
    if (result == 0) {
        return "NOT_ATTEMPTED";
    }
    return result == RESULT_OK ? "SUCCESS" : "FAILURE";
}

/* What became of the two halves: {"cancelResult":…,"newOrderResponse":{…}} without braces. */
static void write_halves(struct completion *completion, uint16_t cancelled, uint16_t placed)
{
    struct json_writer *json = &completion->answer.json;
    const struct command_order_replace *replace =
        (const struct command_order_replace *)completion->command;

    json_write_key_text(json, "cancelResult", part_result(cancelled));
    json_write_key_text(json, "newOrderResult", part_result(placed));
    json_write_key(json, "cancelResponse");
    if (cancelled == RESULT_OK) {
        const struct order_record *record =
            order_history_find(completion->venue->views.orders, completion->outcome->cancelled);

        ENSURE(record != NULL);
        reply_cancelled(&completion->answer, record, completion->command->time_us,
                        &replace->cancel_client_id);
    } else {
        write_part_failure(json, cancelled, COMMAND_ORDER_CANCEL);
    }
    json_write_key(json, "newOrderResponse");
    if (placed == RESULT_OK) {
        reply_placed(completion, completion->outcome->id, completion->waiting->style);
    } else {
        write_part_failure(json, placed, COMMAND_ORDER_PLACE);
    }
}

static void complete_replace_failed(struct completion *completion, uint16_t cancelled,
                                    uint16_t placed)
{
    struct json_writer *json = &completion->answer.json;
    bool is_half = cancelled == RESULT_OK || placed == RESULT_OK;
    struct failure failure;

    (void)failure_set(&failure, is_half ? VENUE_ERROR_REPLACE_PARTLY : VENUE_ERROR_REPLACE_FAILED,
                      NULL, NULL);
    json_write_object_begin(json);
    failure_write_members(json, &failure);
    json_write_key(json, "data");
    json_write_object_begin(json);
    write_halves(completion, cancelled, placed);
    json_write_object_end(json);
    json_write_object_end(json);
    answer_send(&completion->answer, failure.status);
}

static void complete_replace(struct completion *completion)
{
    const struct event_outcome *outcome = completion->outcome;
    struct failure failure;

    if (outcome->result == RESULT_OK && outcome->cancel_result == RESULT_OK) {
        json_write_object_begin(&completion->answer.json);
        write_halves(completion, RESULT_OK, RESULT_OK);
        json_write_object_end(&completion->answer.json);
        answer_send(&completion->answer, 200);
    } else if (outcome->result == RESULT_OK || outcome->result == RESULT_REPLACE_NOT_PLACED ||
               outcome->result == RESULT_REPLACE_NOT_CANCELLED) {
        complete_replace_failed(completion, outcome->cancel_result,
                                outcome->result == RESULT_OK ? RESULT_OK : outcome->place_result);
    } else {
        (void)failure_set_result(&failure, (enum result)outcome->result, COMMAND_ORDER_REPLACE);
        answer_fail(&completion->answer, &failure);
    }
}

static bool read_replace_mode(struct call *call, uint8_t *mode)
{
    struct slice word = {0};

    (void)parameters_find(call->parameters, "cancelReplaceMode", &word);
    if (slice_equals_text(word, "STOP_ON_FAILURE")) {
        *mode = REPLACE_MODE_STOP_ON_FAILURE;
    } else if (slice_equals_text(word, "ALLOW_FAILURE")) {
        *mode = REPLACE_MODE_ALLOW_FAILURE;
    } else {
        return call_error(call, VENUE_ERROR_INVALID, "cancelReplaceMode", NULL);
    }
    return true;
}

static void post_cancel_replace(struct call *call)
{
    struct command_order_replace replace = {.header = {.kind = COMMAND_ORDER_REPLACE}};
    struct waiting waiting = {.complete = complete_replace, .wants_refusals = true};
    struct instrument_view instrument;
    struct order_name name;

    if (!call_symbol(call, &instrument) || !read_replace_mode(call, &replace.mode) ||
        !order_request_name(call, "cancelOrderId", "cancelOrigClientOrderId", &name) ||
        !order_request_client_id(call, "cancelNewClientOrderId", &replace.cancel_client_id) ||
        !order_request_restriction(call, &replace.restriction) ||
        !order_request_read(call, &instrument, &order_request_plain, &replace.terms) ||
        !order_request_response_type(call, replace.terms.type, &waiting.style)) {
        return;
    }
    replace.order = name.order;
    replace.original = name.client_id;
    waiting.client_id = replace.terms.client_id;
    call_submit(call, &replace.header, &waiting);
}

/* ------------------------------------------------------------------ amend */

static void write_amended(struct completion *completion, const struct order_record *record,
                          const struct client_id *original)
{
    struct json_writer *json = &completion->answer.json;
    struct instrument_scale scale =
        instrument_scale_of(completion->venue->engine, record->terms.instrument);

    reply_key_symbol(json, "symbol", scale.symbol);
    json_write_key_uint64(json, "orderId", record->order);
    reply_key_list(json, record->list);
    reply_key_client_id(json, "origClientOrderId", original);
    reply_key_client_id(json, "clientOrderId", &record->terms.client_id);
    reply_key_price(json, "price", record->terms.price, &scale);
    reply_key_quantity(json, "qty", record->terms.quantity, &scale);
    reply_key_quantity(json, "executedQty", record->executed, &scale);
    reply_key_quantity(json, "preventedQty", record->prevented, &scale);
    reply_key_amount(json, "quoteOrderQty", amount_zero(), scale.quote);
    reply_key_amount(json, "cumulativeQuoteQty", record->quote, scale.quote);
    reply_words(json, record);
    answer_key_time(&completion->answer, "workingTime", record->working_us);
}

static void complete_amend(struct completion *completion)
{
    struct json_writer *json = &completion->answer.json;
    const struct order_record *record =
        order_history_find(completion->venue->views.orders, completion->outcome->id);
    struct client_id original;

    ENSURE(record != NULL);
    memcpy(original.text, completion->waiting->note, sizeof original.text);
    json_write_object_begin(json);
    answer_key_time(&completion->answer, "transactTime", completion->command->time_us);
    json_write_key_uint64(json, "executionId", completion->command->number);
    json_write_key(json, "amendedOrder");
    json_write_object_begin(json);
    write_amended(completion, record, &original);
    json_write_object_end(json);
    json_write_object_end(json);
    answer_send(&completion->answer, 200);
}

/* The order a request means, as it is known now; NULL: unknown, or somebody else's. */
static const struct order_record *find_record(const struct call *call,
                                              const struct order_name *name, uint16_t instrument)
{
    const struct order_history *orders = call->venue->views.orders;
    const struct order_record *record =
        name->order != 0
            ? order_history_find(orders, name->order)
            : order_history_find_client(orders, call->caller.participant, &name->client_id);

    if (record == NULL || record->participant != call->caller.participant ||
        record->terms.instrument != instrument) {
        return NULL;
    }
    return record;
}

/* What clients call the quantity includes what prevention took; the engine's no longer does. */
static int64_t without_prevented(int64_t quantity, const struct order_record *record)
{
    int64_t prevented = record->prevented.units; /* raw: two meanings of one word, one unit */

    return quantity > prevented ? quantity - prevented : 0;
}

static void put_amend(struct call *call)
{
    struct command_order_amend amend = {.header = {.kind = COMMAND_ORDER_AMEND}};
    struct waiting waiting = {.complete = complete_amend};
    struct instrument_view instrument;
    struct order_name name;
    int64_t quantity;

    if (!call_symbol(call, &instrument) ||
        !order_request_name(call, "orderId", "origClientOrderId", &name) ||
        !call_decimal(call, "newQty", instrument.base_scale, &quantity) ||
        !call_text(call, "newClientOrderId", amend.client_id.text, sizeof amend.client_id.text)) {
        return;
    }
    const struct order_record *record = find_record(call, &name, instrument.instrument);

    if (record != NULL) { /* only for the answer: the engine decides */
        memcpy(waiting.note, record->terms.client_id.text, sizeof record->terms.client_id.text);
        quantity = without_prevented(quantity, record);
    }
    amend.order = name.order;
    amend.original = name.client_id;
    amend.quantity = (struct quantity){quantity};
    amend.instrument = instrument.instrument;
    call_submit(call, &amend.header, &waiting);
}

/* ------------------------------------------------------------------ questions */

/* "There is none" must stay true, for a client may place its order anew when it hears it. It would not
 * while a request to place one is on its way, or while the core has more than we have seen. */
static enum venue_error no_such_order(const struct call *call, const struct order_name *name)
{
    struct venue *venue = call->venue;
    bool may_come = !venue_is_live(venue) ||
                    pending_may_place(venue->pending, call->caller.participant, &name->client_id);

    return name->order == 0 && may_come ? VENUE_ERROR_DISCONNECTED : VENUE_ERROR_NO_SUCH_ORDER;
}

static void get_order(struct call *call)
{
    struct instrument_view instrument;
    struct order_name name;

    if (!call_symbol(call, &instrument) ||
        !order_request_name(call, "orderId", "origClientOrderId", &name)) {
        return;
    }
    const struct order_record *record = find_record(call, &name, instrument.instrument);

    if (record == NULL) {
        (void)call_error(call, no_such_order(call, &name), NULL, NULL);
        return;
    }
    if (name.order != 0 && name.client_id.text[0] != '\0' &&
        memcmp(name.client_id.text, record->terms.client_id.text, sizeof name.client_id.text) !=
            0) {
        (void)call_error(call, VENUE_ERROR_NAME_MISMATCH, NULL, NULL);
        return;
    }
    reply_order(&call->answer, record);
    call_reply(call);
}

enum { OPEN_ORDERS_MAX = 20000, WEIGHT_ALL_SYMBOLS = 74 };

static void write_open_orders(struct call *call, const struct order_view *orders, size_t count)
{
    json_write_array_begin(&call->answer.json);
    for (size_t i = 0; i < count; i++) {
        const struct order_record *record =
            order_history_find(call->venue->views.orders, orders[i].order);

        ENSURE(record != NULL && record->reason == 0); /* open orders are never forgotten */
        reply_order(&call->answer, record);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

static void get_open_orders(struct call *call)
{
    struct instrument_view instrument = {0};
    struct slice symbol;

    if (!parameters_find(call->parameters, "symbol", &symbol)) {
        call_charge(call, WEIGHT_ALL_SYMBOLS);
    } else if (!call_symbol(call, &instrument)) {
        return;
    }
    uint32_t open = call->venue->node.orders;
    size_t max = open < OPEN_ORDERS_MAX ? open + 1 : OPEN_ORDERS_MAX + 1;
    struct order_view *orders = malloc(max * sizeof *orders);

    if (orders == NULL) {
        (void)call_error(call, VENUE_ERROR_BUSY, NULL, NULL);
        return;
    }
    size_t count = tarazy_query_orders(call->venue->engine, call->caller.participant,
                                       instrument.instrument, orders, max);
    if (count > OPEN_ORDERS_MAX) {
        (void)call_error(call, VENUE_ERROR_TOO_MANY_OPEN, NULL, NULL);
    } else {
        write_open_orders(call, orders, count);
    }
    free(orders);
}

/* Which orders allOrders means. */
struct order_page {
    uint64_t from;      /* order number */
    bool has_beginning; /* a number or a time was given: the oldest from there, else the youngest */
    int64_t start_us;
    int64_t end_us;
    uint32_t limit;
};

static bool read_page(struct call *call, struct order_page *page)
{
    struct slice value;
    bool has_start = parameters_find(call->parameters, "startTime", &value);

    page->from = (uint64_t)parameters_integer(call->parameters, "orderId", 0);
    page->has_beginning = has_start || parameters_find(call->parameters, "orderId", &value);
    page->start_us = parameters_time(call->parameters, "startTime", 0);
    page->end_us = parameters_time(call->parameters, "endTime", INT64_MAX);
    if (has_start && parameters_find(call->parameters, "endTime", &value) &&
        page->end_us - page->start_us > CALENDAR_DAY_US) {
        return call_error(call, VENUE_ERROR_TOO_LONG_A_TIME, "24", NULL);
    }
    return call_limit(call, 500, 1000, &page->limit);
}

/* The oldest order to show: with a beginning the first after it, without one so far back that the
 * youngest `limit` are shown. */
static const struct order_record *page_start(const struct call *call, uint16_t instrument,
                                             const struct order_page *page)
{
    const struct order_history *orders = call->venue->views.orders;
    const struct order_record *start = NULL;
    uint32_t shown = 0;

    for (const struct order_record *record =
             order_history_last(orders, call->caller.participant, instrument);
         record != NULL; record = order_history_previous(orders, record)) {
        if (record->order < page->from || record->opened_us < page->start_us) {
            break;
        }
        if (record->opened_us > page->end_us) {
            continue;
        }
        start = record;
        if (++shown == page->limit && !page->has_beginning) {
            break;
        }
    }
    return start;
}

static void get_all_orders(struct call *call)
{
    struct instrument_view instrument;
    struct order_page page = {0};
    uint32_t shown = 0;

    if (!call_symbol(call, &instrument) || !read_page(call, &page)) {
        return;
    }
    json_write_array_begin(&call->answer.json);
    for (const struct order_record *record = page_start(call, instrument.instrument, &page);
         record != NULL && shown < page.limit && record->opened_us <= page.end_us;
         record = order_history_next(call->venue->views.orders, record)) {
        reply_order(&call->answer, record);
        shown++;
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule place_rules[] = {ORDER_REQUEST_PARAMETERS};

static const struct parameter_rule test_rules[] = {
    ORDER_REQUEST_PARAMETERS,
    {"computeCommissionRates", PARAMETER_TYPE_BOOL, false},
};

static const struct parameter_rule replace_rules[] = {
    ORDER_REQUEST_PARAMETERS,
    {"cancelReplaceMode", PARAMETER_TYPE_NAME, true},
    {"cancelOrderId", PARAMETER_TYPE_INTEGER, false},
    {"cancelOrigClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"cancelNewClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"cancelRestrictions", PARAMETER_TYPE_NAME, false},
};

static const struct parameter_rule amend_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"newQty", PARAMETER_TYPE_DECIMAL, true},
    {"orderId", PARAMETER_TYPE_INTEGER, false},
    {"origClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"newClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
};

static const struct parameter_rule get_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"orderId", PARAMETER_TYPE_INTEGER, false},
    {"origClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
};

static const struct parameter_rule open_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, false},
};

static const struct parameter_rule all_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},   {"orderId", PARAMETER_TYPE_INTEGER, false},
    {"startTime", PARAMETER_TYPE_TIME, false}, {"endTime", PARAMETER_TYPE_TIME, false},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/order",
     .socket_method = "order.place",
     .answer = post_order,
     ROUTE_PARAMETERS(place_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .orders = 1,
     .may_follow = true,
     .summary = "Place an order"},
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/order/test",
     .socket_method = "order.test",
     .answer = post_order_test,
     ROUTE_PARAMETERS(test_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .summary = "Check an order without placing it"},
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/order/cancelReplace",
     .socket_method = "order.cancelReplace",
     .answer = post_cancel_replace,
     ROUTE_PARAMETERS(replace_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .orders = 1,
     .may_follow = true,
     .summary = "Cancel an order and place another in one act"},
    {.method = HTTP_METHOD_PUT,
     .path = "/api/v3/order/amend/keepPriority",
     .socket_method = "order.amend.keepPriority",
     .answer = put_amend,
     ROUTE_PARAMETERS(amend_rules),
     .security = SECURITY_TRADE,
     .weight = 4,
     .summary = "Reduce an order's quantity, keeping its place in the queue"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/order",
     .socket_method = "order.status",
     .answer = get_order,
     ROUTE_PARAMETERS(get_rules),
     .security = SECURITY_READ,
     .weight = 4,
     .summary = "One order"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/openOrders",
     .socket_method = "openOrders.status",
     .answer = get_open_orders,
     ROUTE_PARAMETERS(open_rules),
     .security = SECURITY_READ,
     .weight = 6,
     .summary = "All open orders, of one symbol or of all"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/allOrders",
     .socket_method = "allOrders",
     .answer = get_all_orders,
     ROUTE_PARAMETERS(all_rules),
     .security = SECURITY_READ,
     .weight = 20,
     .summary = "Open and closed orders of a symbol"},
};

const struct route_table rest_order_routes = {routes, sizeof routes / sizeof routes[0]};
