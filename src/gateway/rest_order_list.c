/* SPDX-License-Identifier: Apache-2.0
 *
 * Order lists: OCO (old and new form), OTO, OTOCO; their cancel and the questions about them.
 *
 * Why a file of its own: each form has names of its own for its legs' parameters; the tables of
 * names below are all that differs. Invariant: legs are sent in the order the contract names them.
 * Read next: order_request.c.
 */
#include <string.h>

#include "base/ensure.h"
#include "gateway/order_reply.h"
#include "gateway/order_request.h"
#include "gateway/routes.h"
#include "gateway/venue.h"

/* ------------------------------------------------------------------ legs */

static const struct leg_names oco_above = {
    .side = "side",
    .type = "aboveType",
    .quantity = "quantity",
    .client_id = "aboveClientOrderId",
    .price = "abovePrice",
    .stop_price = "aboveStopPrice",
    .trailing = "aboveTrailingDelta",
    .iceberg = "aboveIcebergQty",
    .time_in_force = "aboveTimeInForce",
};

static const struct leg_names oco_below = {
    .side = "side",
    .type = "belowType",
    .quantity = "quantity",
    .client_id = "belowClientOrderId",
    .price = "belowPrice",
    .stop_price = "belowStopPrice",
    .trailing = "belowTrailingDelta",
    .iceberg = "belowIcebergQty",
    .time_in_force = "belowTimeInForce",
};

static const struct leg_names old_limit = {
    .side = "side",
    .quantity = "quantity",
    .client_id = "limitClientOrderId",
    .price = "price",
    .iceberg = "limitIcebergQty",
    .fixed_type = ORDER_TYPE_LIMIT_MAKER,
};

static const struct leg_names old_stop = {
    .side = "side",
    .quantity = "quantity",
    .client_id = "stopClientOrderId",
    .stop_price = "stopPrice",
    .trailing = "trailingDelta",
    .fixed_type = ORDER_TYPE_STOP_LOSS,
};

static const struct leg_names old_stop_limit = {
    .side = "side",
    .quantity = "quantity",
    .client_id = "stopClientOrderId",
    .price = "stopLimitPrice",
    .stop_price = "stopPrice",
    .trailing = "trailingDelta",
    .iceberg = "stopIcebergQty",
    .time_in_force = "stopLimitTimeInForce",
    .fixed_type = ORDER_TYPE_STOP_LOSS_LIMIT,
};

static const struct leg_names working = {
    .side = "workingSide",
    .type = "workingType",
    .quantity = "workingQuantity",
    .client_id = "workingClientOrderId",
    .price = "workingPrice",
    .iceberg = "workingIcebergQty",
    .time_in_force = "workingTimeInForce",
};

static const struct leg_names pending = {
    .side = "pendingSide",
    .type = "pendingType",
    .quantity = "pendingQuantity",
    .client_id = "pendingClientOrderId",
    .price = "pendingPrice",
    .stop_price = "pendingStopPrice",
    .trailing = "pendingTrailingDelta",
    .iceberg = "pendingIcebergQty",
    .time_in_force = "pendingTimeInForce",
};

static const struct leg_names pending_above = {
    .side = "pendingSide",
    .type = "pendingAboveType",
    .quantity = "pendingQuantity",
    .client_id = "pendingAboveClientOrderId",
    .price = "pendingAbovePrice",
    .stop_price = "pendingAboveStopPrice",
    .trailing = "pendingAboveTrailingDelta",
    .iceberg = "pendingAboveIcebergQty",
    .time_in_force = "pendingAboveTimeInForce",
};

static const struct leg_names pending_below = {
    .side = "pendingSide",
    .type = "pendingBelowType",
    .quantity = "pendingQuantity",
    .client_id = "pendingBelowClientOrderId",
    .price = "pendingBelowPrice",
    .stop_price = "pendingBelowStopPrice",
    .trailing = "pendingBelowTrailingDelta",
    .iceberg = "pendingBelowIcebergQty",
    .time_in_force = "pendingBelowTimeInForce",
};

/* ------------------------------------------------------------------ placing */

static void complete_list(struct completion *completion)
{
    uint64_t list = completion->outcome->list;

    reply_list_placed(completion, list, completion->waiting->style);
    answer_send(&completion->answer, 200);
}

/* legs[]: the names of each leg's parameters; as many as the contingency has. */
static void place_list(struct call *call, enum contingency contingency,
                       const struct leg_names *const *legs, uint8_t count)
{
    struct command_order_list_place place = {
        .header = {.kind = COMMAND_ORDER_LIST_PLACE},
        .contingency = (uint8_t)contingency,
        .legs = count,
    };
    struct waiting waiting = {.complete = complete_list};
    struct instrument_view instrument;

    if (!call_symbol(call, &instrument) ||
        !order_request_client_id(call, "listClientOrderId", &place.client_id) ||
        !order_request_response_type(call, ORDER_TYPE_LIMIT, &waiting.style)) {
        return;
    }
    for (uint8_t leg = 0; leg < count; leg++) {
        if (!order_request_read(call, &instrument, legs[leg], &place.terms[leg])) {
            return;
        }
    }
    call_submit(call, &place.header, &waiting);
}

static void post_oco(struct call *call)
{
    const struct leg_names *const legs[] = {&oco_above, &oco_below};

    place_list(call, CONTINGENCY_OCO, legs, 2);
}

static void post_old_oco(struct call *call)
{
    struct slice value;
    bool has_limit = parameters_find(call->parameters, "stopLimitPrice", &value);
    const struct leg_names *const legs[] = {&old_limit, has_limit ? &old_stop_limit : &old_stop};

    if (!has_limit && (parameters_find(call->parameters, "stopLimitTimeInForce", &value) ||
                       parameters_find(call->parameters, "stopIcebergQty", &value))) {
        (void)call_error(call, VENUE_ERROR_COMBINATION, NULL, NULL);
        return;
    }
    place_list(call, CONTINGENCY_OCO, legs, 2);
}

static void post_oto(struct call *call)
{
    const struct leg_names *const legs[] = {&working, &pending};

    place_list(call, CONTINGENCY_OTO, legs, 2);
}

static void post_otoco(struct call *call)
{
    const struct leg_names *const legs[] = {&working, &pending_above, &pending_below};

    place_list(call, CONTINGENCY_OTOCO, legs, 3);
}

/* ------------------------------------------------------------------ cancel */

static void complete_cancel_list(struct completion *completion)
{
    const struct command_order_list_cancel *cancel =
        (const struct command_order_list_cancel *)completion->command;

    reply_list_cancelled(completion, completion->outcome->list, &cancel->client_id);
    answer_send(&completion->answer, 200);
}

static void delete_list(struct call *call)
{
    struct command_order_list_cancel cancel = {.header = {.kind = COMMAND_ORDER_LIST_CANCEL}};
    struct waiting waiting = {.complete = complete_cancel_list};
    struct instrument_view instrument;
    struct order_name name;

    if (!call_symbol(call, &instrument) ||
        !order_request_name(call, "orderListId", "listClientOrderId", &name) ||
        !order_request_client_id(call, "newClientOrderId", &cancel.client_id)) {
        return;
    }
    cancel.list = name.order;
    cancel.original = name.client_id;
    cancel.instrument = instrument.instrument;
    call_submit(call, &cancel.header, &waiting);
}

/* ------------------------------------------------------------------ questions */

static void write_list(struct call *call, const struct list_record *list)
{
    json_write_object_begin(&call->answer.json);
    reply_list_members(&call->answer, list, list->updated_us);
    json_write_object_end(&call->answer.json);
}

static void get_list(struct call *call)
{
    const struct list_history *lists = call->venue->views.lists;
    struct order_name name;

    if (!order_request_name(call, "orderListId", "origClientOrderId", &name)) {
        return;
    }
    const struct list_record *list =
        name.order != 0
            ? list_history_find(lists, name.order)
            : list_history_find_client(lists, call->caller.participant, &name.client_id);

    if (list == NULL || list->participant != call->caller.participant) {
        (void)call_error(call, VENUE_ERROR_NO_SUCH_LIST, NULL, NULL);
        return;
    }
    write_list(call, list);
    call_reply(call);
}

static void get_open_lists(struct call *call)
{
    const struct list_history *lists = call->venue->views.lists;

    json_write_array_begin(&call->answer.json);
    for (const struct list_record *list = list_history_first(lists, call->caller.participant);
         list != NULL; list = list_history_next(lists, list)) {
        if (list->state == LIST_STATE_EXECUTING) {
            write_list(call, list);
        }
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

struct list_page {
    uint64_t from;
    bool has_beginning; /* a number or a time was given: the oldest from there, else the youngest */
    int64_t start_us;
    int64_t end_us;
    uint32_t limit;
};

static bool read_list_page(struct call *call, struct list_page *page)
{
    struct slice value;
    bool has_from = parameters_find(call->parameters, "fromId", &value);

    page->from = (uint64_t)parameters_integer(call->parameters, "fromId", 0);
    page->has_beginning = has_from || parameters_find(call->parameters, "startTime", &value);
    page->start_us = parameters_time(call->parameters, "startTime", 0);
    page->end_us = parameters_time(call->parameters, "endTime", INT64_MAX);
    if (has_from && (parameters_find(call->parameters, "startTime", &value) ||
                     parameters_find(call->parameters, "endTime", &value))) {
        return call_error(call, VENUE_ERROR_COMBINATION, NULL, NULL);
    }
    return call_limit(call, 500, 1000, &page->limit);
}

/* As page_start of rest_order.c, for lists. */
static const struct list_record *list_page_start(const struct call *call,
                                                 const struct list_page *page)
{
    const struct list_history *lists = call->venue->views.lists;
    const struct list_record *start = NULL;
    uint32_t shown = 0;

    for (const struct list_record *list = list_history_last(lists, call->caller.participant);
         list != NULL; list = list_history_previous(lists, list)) {
        if (list->list < page->from || list->opened_us < page->start_us) {
            break;
        }
        if (list->opened_us > page->end_us) {
            continue;
        }
        start = list;
        if (++shown == page->limit && !page->has_beginning) {
            break;
        }
    }
    return start;
}

static void get_all_lists(struct call *call)
{
    struct list_page page = {0};
    uint32_t shown = 0;

    if (!read_list_page(call, &page)) {
        return;
    }
    json_write_array_begin(&call->answer.json);
    for (const struct list_record *list = list_page_start(call, &page);
         list != NULL && shown < page.limit && list->opened_us <= page.end_us;
         list = list_history_next(call->venue->views.lists, list)) {
        write_list(call, list);
        shown++;
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ the table */

#define LIST_PARAMETERS                                         \
    {"symbol", PARAMETER_TYPE_SYMBOL, true},                    \
        {"listClientOrderId", PARAMETER_TYPE_CLIENT_ID, false}, \
        {"newOrderRespType", PARAMETER_TYPE_NAME, false},       \
    {                                                           \
        "selfTradePreventionMode", PARAMETER_TYPE_NAME, false   \
    }

#define LEG_PARAMETERS(prefix)                                     \
    {prefix "Type", PARAMETER_TYPE_NAME, true},                    \
        {prefix "ClientOrderId", PARAMETER_TYPE_CLIENT_ID, false}, \
        {prefix "Price", PARAMETER_TYPE_DECIMAL, false},           \
        {prefix "StopPrice", PARAMETER_TYPE_DECIMAL, false},       \
        {prefix "TrailingDelta", PARAMETER_TYPE_INTEGER, false},   \
        {prefix "IcebergQty", PARAMETER_TYPE_DECIMAL, false},      \
    {                                                              \
        prefix "TimeInForce", PARAMETER_TYPE_NAME, false           \
    }

#define WORKING_PARAMETERS                                                                  \
    {"workingType", PARAMETER_TYPE_NAME, true}, {"workingSide", PARAMETER_TYPE_NAME, true}, \
        {"workingPrice", PARAMETER_TYPE_DECIMAL, true},                                     \
        {"workingQuantity", PARAMETER_TYPE_DECIMAL, true},                                  \
        {"workingClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},                          \
        {"workingIcebergQty", PARAMETER_TYPE_DECIMAL, false},                               \
        {"workingTimeInForce", PARAMETER_TYPE_NAME, false},                                 \
        {"pendingSide", PARAMETER_TYPE_NAME, true},                                         \
    {                                                                                       \
        "pendingQuantity", PARAMETER_TYPE_DECIMAL, true                                     \
    }

static const struct parameter_rule oco_rules[] = {
    LIST_PARAMETERS,
    {"side", PARAMETER_TYPE_NAME, true},
    {"quantity", PARAMETER_TYPE_DECIMAL, true},
    LEG_PARAMETERS("above"),
    LEG_PARAMETERS("below"),
};

static const struct parameter_rule old_oco_rules[] = {
    LIST_PARAMETERS,
    {"side", PARAMETER_TYPE_NAME, true},
    {"quantity", PARAMETER_TYPE_DECIMAL, true},
    {"price", PARAMETER_TYPE_DECIMAL, true},
    {"stopPrice", PARAMETER_TYPE_DECIMAL, false},
    {"trailingDelta", PARAMETER_TYPE_INTEGER, false},
    {"limitClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"limitIcebergQty", PARAMETER_TYPE_DECIMAL, false},
    {"stopClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"stopLimitPrice", PARAMETER_TYPE_DECIMAL, false},
    {"stopIcebergQty", PARAMETER_TYPE_DECIMAL, false},
    {"stopLimitTimeInForce", PARAMETER_TYPE_NAME, false},
};

static const struct parameter_rule oto_rules[] = {
    LIST_PARAMETERS,
    WORKING_PARAMETERS,
    LEG_PARAMETERS("pending"),
};

static const struct parameter_rule otoco_rules[] = {
    LIST_PARAMETERS,
    WORKING_PARAMETERS,
    LEG_PARAMETERS("pendingAbove"),
    LEG_PARAMETERS("pendingBelow"),
};

static const struct parameter_rule cancel_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"orderListId", PARAMETER_TYPE_INTEGER, false},
    {"listClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"newClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
};

static const struct parameter_rule get_rules[] = {
    {"orderListId", PARAMETER_TYPE_INTEGER, false},
    {"origClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
};

static const struct parameter_rule all_rules[] = {
    {"fromId", PARAMETER_TYPE_INTEGER, false},
    {"startTime", PARAMETER_TYPE_TIME, false},
    {"endTime", PARAMETER_TYPE_TIME, false},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/orderList/oco",
     .socket_method = "orderList.place.oco",
     .answer = post_oco,
     ROUTE_PARAMETERS(oco_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .orders = 2,
     .summary = "Place two orders of which one cancels the other"},
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/order/oco",
     .socket_method = "orderList.place",
     .answer = post_old_oco,
     ROUTE_PARAMETERS(old_oco_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .orders = 2,
     .summary = "Place two orders of which one cancels the other (old form)"},
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/orderList/oto",
     .socket_method = "orderList.place.oto",
     .answer = post_oto,
     ROUTE_PARAMETERS(oto_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .orders = 2,
     .summary = "Place an order that starts another when it is filled"},
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/orderList/otoco",
     .socket_method = "orderList.place.otoco",
     .answer = post_otoco,
     ROUTE_PARAMETERS(otoco_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .orders = 3,
     .summary = "Place an order that starts an OCO when it is filled"},
    {.method = HTTP_METHOD_DELETE,
     .path = "/api/v3/orderList",
     .socket_method = "orderList.cancel",
     .answer = delete_list,
     ROUTE_PARAMETERS(cancel_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .summary = "Cancel an order list"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/orderList",
     .socket_method = "orderList.status",
     .answer = get_list,
     ROUTE_PARAMETERS(get_rules),
     .security = SECURITY_READ,
     .weight = 4,
     .summary = "One order list"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/openOrderList",
     .socket_method = "openOrderLists.status",
     .answer = get_open_lists,
     .security = SECURITY_READ,
     .weight = 6,
     .summary = "Running order lists"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/allOrderList",
     .socket_method = "allOrderLists",
     .answer = get_all_lists,
     ROUTE_PARAMETERS(all_rules),
     .security = SECURITY_READ,
     .weight = 20,
     .summary = "Running and done order lists"},
};

const struct route_table rest_order_list_routes = {routes, sizeof routes / sizeof routes[0]};
