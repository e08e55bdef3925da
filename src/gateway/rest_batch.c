/* SPDX-License-Identifier: Apache-2.0
 *
 * Many orders, or many cancels, in one signed request.
 *
 * Why a file of its own: signing, reading and answering a request cost ten times what an order does;
 * who quotes whole ladders pays for that once. Each element becomes a command of its own, in the order
 * given, and ends by itself; the answer leaves when all of them have ended.
 * Invariants: a request that is refused as a whole has sent no command; an element that is refused does
 * not stop the others; every element is answered once, in its place.
 * Read next: batch_elements.c and answer_batch.c.
 */
#include <string.h>

#include "gateway/answer_batch.h"
#include "gateway/batch_elements.h"
#include "gateway/order_reply.h"
#include "gateway/order_request.h"
#include "gateway/routes.h"
#include "gateway/venue.h"

enum { ELEMENTS_PER_WEIGHT = 10 };

/* ------------------------------------------------------------------ all elements */

/* One batch on its way: the call of one element after the other. */
struct batch_call {
    struct call call; /* failures are caught */
    struct failure failure;
    struct answer_batch *batch;
    struct instrument_view instrument; /* of the last element, under this name */
    struct slice symbol;
};

/* What the request as a whole must pass, and the first thing that can no longer be undone. */
static bool begin_batch(struct call *call, struct batch_call *each, bool is_order)
{
    struct venue *venue = call->venue;
    uint32_t count = venue->elements->count;
    size_t size = count * (is_order ? sizeof(struct command_order_place)
                                    : sizeof(struct command_order_cancel));

    call_charge(call, (count - 1) / ELEMENTS_PER_WEIGHT); /* the route's own is of the first ten */
    if (!venue->is_linked) {
        return call_error(call, VENUE_ERROR_DISCONNECTED, NULL, NULL);
    }
    if (!pending_has_room(venue->pending, count) || !follower_make_room(venue->follower, size)) {
        return call_error(call, VENUE_ERROR_BUSY, NULL, NULL);
    }
    if (!call_count_orders(call, is_order ? count : 0) || !call_is_timely(call)) {
        return false;
    }
    each->call = *call; /* with what it has been charged by now */
    each->batch = answer_batch_begin(venue, &call->answer.to, count);
    if (each->batch == NULL) {
        return call_error(call, VENUE_ERROR_BUSY, NULL, NULL);
    }
    each->call.parameters = venue->element;
    each->call.caught = &each->failure;
    /* Looked at once for all: a batch is not cut in two by the clock. */
    each->call.timestamp_us = 0;
    return true;
}

static void fail_element(const struct waiting *waiting, const struct failure *failure)
{
    answer_batch_fail(waiting->batch, waiting->element, failure);
}

/* Lets every element in turn be read and sent; what is refused at the door is answered here. */
static void run_batch(struct batch_call *each,
                      void (*send)(struct batch_call *each, struct waiting *waiting))
{
    struct venue *venue = each->call.venue;
    struct answer_batch *batch = each->batch;
    uint64_t nonce = each->call.nonce;
    uint32_t count = venue->elements->count;
    struct waiting waiting = {.fail = fail_element, .batch = batch};

    for (uint32_t i = 0; i < count; i++) {
        waiting.element = i;
        batch_elements_get(venue->elements, i, venue->element);
        each->failure.code = 0;
        /* The engine takes each nonce once: a batch uses as many as it has elements. */
        each->call.nonce = nonce == 0 ? 0 : nonce + i;
        send(each, &waiting);
        if (each->failure.code != 0) {
            answer_batch_fail(batch, i, &each->failure);
        }
    }
}

static bool check_element(struct batch_call *each, const struct parameter_table *table)
{
    static const struct parameter_table nothing = {NULL, 0};

    return parameters_check(each->call.parameters, table, &nothing, &each->failure);
}

/* ------------------------------------------------------------------ orders */

static const struct parameter_rule order_rules[] = {ORDER_REQUEST_PARAMETERS};
static const struct parameter_table order_table = {order_rules,
                                                   sizeof order_rules / sizeof order_rules[0]};

static void complete_order(struct completion *completion)
{
    reply_placed(completion, completion->outcome->id, completion->waiting->style);
    answer_batch_put(completion->waiting->batch, completion->waiting->element,
                     json_writer_text(&completion->answer.json));
}

/* Neighbours mostly are of one symbol. */
static bool find_instrument(struct batch_call *each)
{
    struct slice symbol = {0};

    (void)parameters_find(each->call.parameters, "symbol", &symbol);
    if (each->symbol.size > 0 && slice_equals(symbol, each->symbol)) {
        return true;
    }
    each->symbol = (struct slice){0};
    if (!call_symbol(&each->call, &each->instrument)) {
        return false;
    }
    each->symbol = symbol;
    return true;
}

/* ACK unless RESULT is asked for: fills have no place in a batch, an answer must not be without end. */
static bool read_style(struct batch_call *each, uint8_t *style)
{
    struct slice word;

    *style = RESPONSE_TYPE_ACK;
    if (!parameters_find(each->call.parameters, "newOrderRespType", &word) ||
        slice_equals_text(word, "ACK")) {
        return true;
    }
    *style = RESPONSE_TYPE_RESULT;
    return slice_equals_text(word, "RESULT") ||
           call_error(&each->call, VENUE_ERROR_INVALID, "newOrderRespType", NULL);
}

static void send_order(struct batch_call *each, struct waiting *waiting)
{
    struct command_order_place place = {.header = {.kind = COMMAND_ORDER_PLACE}};

    waiting->complete = complete_order;
    if (check_element(each, &order_table) && find_instrument(each) &&
        order_request_read(&each->call, &each->instrument, &order_request_plain, &place.terms) &&
        read_style(each, &waiting->style)) {
        waiting->client_id = place.terms.client_id;
        call_submit(&each->call, &place.header, waiting);
    }
}

static void post_batch(struct call *call)
{
    struct batch_call each = {.call = *call};
    struct failure failure;
    struct slice array = {0};

    (void)parameters_find(call->parameters, "batchOrders", &array);
    if (!batch_elements_read_objects(call->venue->elements, array, "batchOrders", &failure)) {
        call_fail(call, &failure);
    } else if (begin_batch(call, &each, true)) {
        run_batch(&each, send_order);
    }
}

/* ------------------------------------------------------------------ cancels */

static const struct parameter_rule name_rules[] = {
    {"orderId", PARAMETER_TYPE_INTEGER, false},
    {"origClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
};
static const struct parameter_table name_table = {name_rules,
                                                  sizeof name_rules / sizeof name_rules[0]};

static void complete_cancel_one(struct completion *completion)
{
    reply_cancel(completion);
    answer_batch_put(completion->waiting->batch, completion->waiting->element,
                     json_writer_text(&completion->answer.json));
}

static void send_cancel(struct batch_call *each, struct waiting *waiting)
{
    struct command_order_cancel cancel = {.header = {.kind = COMMAND_ORDER_CANCEL}};
    struct order_name name;

    waiting->complete = complete_cancel_one;
    if (check_element(each, &name_table) &&
        order_request_name(&each->call, "orderId", "origClientOrderId", &name)) {
        cancel.order = name.order;
        cancel.original = name.client_id;
        cancel.client_id = order_request_new_client_id();
        cancel.instrument = each->instrument.instrument;
        call_submit(&each->call, &cancel.header, waiting);
    }
}

/* The orders by numbers, or by client ids, but not both: in which order would they go? */
static bool read_names(struct call *call)
{
    struct batch_elements *elements = call->venue->elements;
    struct failure failure;
    struct slice array;
    struct slice other;
    bool has_numbers = parameters_find(call->parameters, "orderIdList", &array);
    bool has_names = parameters_find(call->parameters, "origClientOrderIdList", &other);

    if (has_numbers == has_names) {
        return call_error(call, has_names ? VENUE_ERROR_COMBINATION : VENUE_ERROR_MISSING_BOTH,
                          "origClientOrderIdList", "orderIdList");
    }
    bool is_read = has_numbers ? batch_elements_read_values(elements, array, JSON_TYPE_NUMBER,
                                                            "orderIdList", "orderId", &failure)
                               : batch_elements_read_values(elements, other, JSON_TYPE_STRING,
                                                            "origClientOrderIdList",
                                                            "origClientOrderId", &failure);
    if (!is_read) {
        call_fail(call, &failure);
    }
    return is_read;
}

static void delete_batch(struct call *call)
{
    struct instrument_view instrument;
    struct batch_call each = {.call = *call};

    if (call_symbol(call, &instrument) && read_names(call) && begin_batch(call, &each, false)) {
        each.instrument = instrument;
        run_batch(&each, send_cancel);
    }
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule post_rules[] = {
    {"batchOrders", PARAMETER_TYPE_ARRAY, true},
};

static const struct parameter_rule delete_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"orderIdList", PARAMETER_TYPE_ARRAY, false},
    {"origClientOrderIdList", PARAMETER_TYPE_ARRAY, false},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/batchOrders",
     .answer = post_batch,
     ROUTE_PARAMETERS(post_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .takes_json = true,
     .may_follow = true,
     .summary = "Place up to 500 orders; each is answered in its place, and counts as one"},
    {.method = HTTP_METHOD_DELETE,
     .path = "/api/v3/batchOrders",
     .answer = delete_batch,
     ROUTE_PARAMETERS(delete_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .takes_json = true,
     .may_follow = true,
     .summary = "Cancel up to 500 orders of a symbol; each is answered in its place"},
};

const struct route_table rest_batch_routes = {routes, sizeof routes / sizeof routes[0]};
