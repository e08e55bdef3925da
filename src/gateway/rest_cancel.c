/* SPDX-License-Identifier: Apache-2.0
 *
 * Cancels: one order, all of a symbol, and the timer that cancels when a client falls silent.
 *
 * Why a file of its own: a cancel that ends a leg ends its list, so every answer here may be an order
 * or a list. Invariant: a report is written for each order that the command ended, once.
 * Read next: rest_order_list.c.
 */
#include <string.h>

#include "base/ensure.h"
#include "gateway/order_reply.h"
#include "gateway/order_request.h"
#include "gateway/routes.h"
#include "gateway/venue.h"

static void complete_cancel(struct completion *completion)
{
    reply_cancel(completion);
    answer_send(&completion->answer, 200);
}

static void delete_order(struct call *call)
{
    struct command_order_cancel cancel = {.header = {.kind = COMMAND_ORDER_CANCEL}};
    struct waiting waiting = {.complete = complete_cancel};
    struct instrument_view instrument;
    struct order_name name;

    if (!call_symbol(call, &instrument) ||
        !order_request_name(call, "orderId", "origClientOrderId", &name) ||
        !order_request_client_id(call, "newClientOrderId", &cancel.client_id) ||
        !order_request_restriction(call, &cancel.restriction)) {
        return;
    }
    cancel.order = name.order;
    cancel.original = name.client_id;
    cancel.instrument = instrument.instrument;
    call_submit(call, &cancel.header, &waiting);
}

/* Is it the first of its list's legs that the command ended? So each list is written once. */
static bool is_first_of_list(const struct completion *completion, const struct event_header *event,
                             uint64_t list)
{
    for (const struct event_header *earlier =
             views_next_event(completion->events, completion->size, NULL);
         earlier != event;
         earlier = views_next_event(completion->events, completion->size, earlier)) {
        if (earlier->kind != EVENT_ORDER_CLOSED) {
            continue;
        }
        const struct order_record *record = order_history_find(
            completion->venue->views.orders, ((const struct event_order_closed *)earlier)->order);

        if (record != NULL && record->list == list) {
            return false;
        }
    }
    return true;
}

static void write_ended(struct completion *completion, const struct event_header *event)
{
    const struct event_order_closed *closed = (const struct event_order_closed *)event;
    const struct order_record *record =
        order_history_find(completion->venue->views.orders, closed->order);

    ENSURE(record != NULL);
    if (record->list == 0) {
        reply_cancelled(&completion->answer, record, completion->command->time_us,
                        &record->terms.client_id);
    } else if (is_first_of_list(completion, event, record->list)) {
        reply_list_cancelled(completion, record->list, &record->terms.client_id);
    }
}

static void complete_cancel_all(struct completion *completion)
{
    struct failure failure;

    if (completion->outcome->cancelled == 0) {
        (void)failure_set(&failure, VENUE_ERROR_CANCEL_UNKNOWN, NULL, NULL);
        answer_fail(&completion->answer, &failure);
        return;
    }
    json_write_array_begin(&completion->answer.json);
    for (const struct event_header *event =
             views_next_event(completion->events, completion->size, NULL);
         event != NULL; event = views_next_event(completion->events, completion->size, event)) {
        if (event->kind == EVENT_ORDER_CLOSED) {
            write_ended(completion, event);
        }
    }
    json_write_array_end(&completion->answer.json);
    answer_send(&completion->answer, 200);
}

static void delete_open_orders(struct call *call)
{
    struct command_order_cancel_all cancel = {
        .header = {.kind = COMMAND_ORDER_CANCEL_ALL},
        .reason = CANCEL_ALL_REASON_REQUEST,
    };
    struct waiting waiting = {.complete = complete_cancel_all};
    struct instrument_view instrument;

    if (call_symbol(call, &instrument)) {
        cancel.instrument = instrument.instrument;
        call_submit(call, &cancel.header, &waiting);
    }
}

static void complete_countdown(struct completion *completion)
{
    const struct command_countdown_set *set =
        (const struct command_countdown_set *)completion->command;
    struct instrument_scale scale = instrument_scale_of(completion->venue->engine, set->instrument);

    json_write_object_begin(&completion->answer.json);
    reply_key_symbol(&completion->answer.json, "symbol", scale.symbol);
    json_write_key_uint64(&completion->answer.json, "countdownTime", set->countdown_ms);
    json_write_object_end(&completion->answer.json);
    answer_send(&completion->answer, 200);
}

/* Unless it is asked for again within countdownTime milliseconds, all orders of the symbol are
 * cancelled. 0 switches it off. */
static void post_countdown(struct call *call)
{
    struct command_countdown_set set = {.header = {.kind = COMMAND_COUNTDOWN_SET}};
    struct waiting waiting = {.complete = complete_countdown};
    struct instrument_view instrument;
    int64_t countdown_ms = parameters_integer(call->parameters, "countdownTime", 0);

    if (!call_symbol(call, &instrument)) {
        return;
    }
    if (countdown_ms > UINT32_MAX) {
        (void)call_error(call, VENUE_ERROR_INVALID, "countdownTime", NULL);
        return;
    }
    set.instrument = instrument.instrument;
    set.countdown_ms = (uint32_t)countdown_ms;
    call_submit(call, &set.header, &waiting);
}

static const struct parameter_rule cancel_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"orderId", PARAMETER_TYPE_INTEGER, false},
    {"origClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"newClientOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"cancelRestrictions", PARAMETER_TYPE_NAME, false},
};

static const struct parameter_rule cancel_all_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
};

static const struct parameter_rule countdown_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"countdownTime", PARAMETER_TYPE_INTEGER, true},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_DELETE,
     .path = "/api/v3/order",
     .socket_method = "order.cancel",
     .answer = delete_order,
     ROUTE_PARAMETERS(cancel_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .may_follow = true,
     .summary = "Cancel an order"},
    {.method = HTTP_METHOD_DELETE,
     .path = "/api/v3/openOrders",
     .socket_method = "openOrders.cancelAll",
     .answer = delete_open_orders,
     ROUTE_PARAMETERS(cancel_all_rules),
     .security = SECURITY_TRADE,
     .weight = 1,
     .may_follow = true,
     .summary = "Cancel all open orders of a symbol"},
    {.method = HTTP_METHOD_POST,
     .path = "/api/v3/countdownCancelAll",
     .socket_method = "openOrders.countdownCancelAll",
     .answer = post_countdown,
     ROUTE_PARAMETERS(countdown_rules),
     .security = SECURITY_TRADE,
     .weight = 10,
     .summary = "Cancel all orders of a symbol unless asked again in time; 0 switches it off"},
};

const struct route_table rest_cancel_routes = {routes, sizeof routes / sizeof routes[0]};
