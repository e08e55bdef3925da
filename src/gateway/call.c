/* SPDX-License-Identifier: Apache-2.0
 *
 * What every operation goes through, and what most of them ask for.
 *
 * Why a file of its own: doors differ in how a request arrives, not in what it may do. Invariant:
 * each call is answered exactly once: a helper that returns false has answered. Read next: a table
 * of operations, say rest_order.c.
 */
#include "gateway/call.h"

#include "base/ensure.h"
#include "gateway/router.h"
#include "gateway/venue.h"

void call_reply(struct call *call)
{
    answer_send(&call->answer, 200);
}

void call_fail(struct call *call, const struct failure *failure)
{
    if (call->caught != NULL) {
        *call->caught = *failure;
        return;
    }
    answer_fail(&call->answer, failure);
}

bool call_error(struct call *call, enum venue_error error, const char *first, const char *second)
{
    struct failure failure;

    (void)failure_set(&failure, error, first, second);
    call_fail(call, &failure);
    return false;
}

/* Orders count against the participant who places them. */
bool call_count_orders(struct call *call, uint32_t orders)
{
    struct rate_verdict verdict;
    struct failure failure;

    if (orders == 0) {
        return true;
    }
    call->answer.to.participant = call->caller.participant;
    if (!rate_limits_order(call->venue->rates, call->caller.participant, orders, call->now_us,
                           &verdict, &failure)) {
        call->answer.to.retry_after_s = verdict.retry_after_s;
        call_fail(call, &failure);
        return false;
    }
    return true;
}

void call_run(struct call *call)
{
    const struct parameter_table table = {call->route->parameters, call->route->parameter_count};
    struct failure failure;

    if (!parameters_check(call->parameters, &table, call->common, &failure)) {
        call_fail(call, &failure);
        return;
    }
    if (call_count_orders(call, call->route->orders)) {
        call->route->answer(call);
    }
}

void call_sign(const struct call *call, struct command_header *command)
{
    command->participant = call->caller.participant;
    command->key = call->caller.key;
    command->nonce = call->nonce;
}

/* The last look at the clock before the core: a request may have waited. */
bool call_is_timely(struct call *call)
{
    struct failure failure;

    if (call->timestamp_us == 0) {
        return true;
    }
    if (!authenticate_time(venue_now_us(call->venue), call->timestamp_us, call->recv_window_us,
                           &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

/* What no rule above has caught, but the core would not take: a number outside its range. */
static bool is_well_formed(struct call *call, const struct command_header *command)
{
    struct failure failure;

    if (tarazy_command_is_well_formed(command, tarazy_command_size(command->kind))) {
        return true;
    }
    (void)failure_set_result(&failure, RESULT_FIELD_INVALID, command->kind);
    call_fail(call, &failure);
    return false;
}

/*~ route of one order: the gateway has checked who asks and made a command of it; here it leaves for
 *  the core (node/link.h), and its sender waits in pending.c until the command comes back in a
 *  durable batch. */
void call_submit(struct call *call, struct command_header *command, struct waiting *waiting)
{
    struct venue *venue = call->venue;

    if (!call_is_timely(call)) {
        return;
    }
    ENSURE(waiting->complete != NULL);
    call_sign(call, command);
    if (!is_well_formed(call, command)) {
        return;
    }
    command->request = follower_next_request(venue->follower);
    if (!pending_add(venue->pending, command->request, &call->answer.to, waiting, call->now_us)) {
        (void)call_error(call, VENUE_ERROR_BUSY, NULL, NULL);
        return;
    }
    if (!follower_submit(venue->follower, command)) {
        pending_drop(venue->pending, command->request);
        (void)call_error(call, venue->is_linked ? VENUE_ERROR_BUSY : VENUE_ERROR_DISCONNECTED, NULL,
                         NULL);
        return;
    }
    venue->orders_sent++;
}

void call_charge(struct call *call, uint32_t weight)
{
    call->answer.to.weight_used =
        rate_limits_add(call->venue->rates, call->address, weight, call->now_us);
}

/* ------------------------------------------------------------------ parameters */

uint16_t call_find_symbol(const struct call *call, struct slice text)
{
    struct symbol symbol = {{0}};

    if (!parameters_copy(text, symbol.text, sizeof symbol.text)) {
        return 0;
    }
    return tarazy_query_instrument_by_symbol(call->venue->engine, symbol);
}

bool call_symbol(struct call *call, struct instrument_view *out)
{
    struct slice text = {0};

    if (!parameters_find(call->parameters, "symbol", &text)) {
        return call_error(call, VENUE_ERROR_MISSING, "symbol", NULL);
    }
    uint16_t instrument = call_find_symbol(call, text);

    if (instrument == 0 || !tarazy_query_instrument(call->venue->engine, instrument, out)) {
        return call_error(call, VENUE_ERROR_SYMBOL, NULL, NULL);
    }
    return true;
}

bool call_limit(struct call *call, uint32_t fallback, uint32_t max, uint32_t *limit)
{
    int64_t wanted = parameters_integer(call->parameters, "limit", fallback);

    if (wanted < 1) {
        return call_error(call, VENUE_ERROR_INVALID, "limit", NULL);
    }
    *limit = wanted > max ? max : (uint32_t)wanted;
    return true;
}

bool call_text(struct call *call, const char *name, char *field, size_t size)
{
    struct slice value = {0};

    (void)parameters_find(call->parameters, name, &value);
    if (!parameters_copy(value, field, size)) {
        return call_error(call, VENUE_ERROR_INVALID, name, NULL);
    }
    return true;
}

bool call_decimal(struct call *call, const char *name, uint32_t decimals, int64_t *units)
{
    struct failure failure;

    if (!parameters_decimal(call->parameters, name, decimals, units, &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}

bool call_amount(struct call *call, const char *name, uint32_t decimals, struct amount *amount)
{
    struct failure failure;

    if (!parameters_amount(call->parameters, name, decimals, amount, &failure)) {
        call_fail(call, &failure);
        return false;
    }
    return true;
}
