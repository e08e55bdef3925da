/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about single orders: place, cancel, cancel all, amend, and the dead-man timer. What placing
 * means stands in placing.c; here is what each command asks and answers.
 *
 * Invariants: an order is touched only by its owner, by its own terms, or by an operator after its
 * owner was frozen; cancels are taken in every session.
 *
 * Next: apply_replace.c, apply_list.c.
 */
#include "base/text.h"
#include "base/time.h"
#include "engine/closing.h"
#include "engine/finding.h"
#include "engine/placing.h"

static const struct replaced nothing_replaced;

static enum result check_place(const struct engine *engine, const struct command_order_place *place,
                               struct placing *placing)
{
    *placing = (struct placing){.placement = {.legs = 1}};
    enum result result =
        placing_check(engine, &place->header, &place->terms, &nothing_replaced, placing);

    if (result != RESULT_OK) {
        return result;
    }
    return placing_check_funds(engine, placing, &place->terms, placing->funding, &nothing_replaced);
}

enum result check_order_place(const struct engine *engine, const struct command_order_place *place)
{
    struct placing placing;

    return check_place(engine, place, &placing);
}

/*~ An order arrives at the state. First every question is asked and nothing changed: session, filters,
 * counts (market/filters.c), tier and balance (placing.c). Then it is placed, and no step fails. */
enum result apply_order_place(struct apply *apply, const struct command_order_place *place)
{
    struct placing placing;
    enum result result = check_place(apply->engine, place, &placing);

    if (result == RESULT_DUPLICATE_CLIENT_ID) {
        apply->id = market_client_id_order(apply->market, place->header.participant,
                                           &place->terms.client_id);
    }
    if (result != RESULT_OK) {
        return result;
    }
    placing_place(apply, &placing, &place->terms, 0);
    return RESULT_OK;
}

static struct wanted_order wanted_by(const struct command_order_cancel *cancel)
{
    return (struct wanted_order){
        .number = cancel->order,
        .client_id = &cancel->original,
        .participant = cancel->header.participant,
        .instrument = cancel->instrument,
        .restriction = cancel->restriction,
    };
}

enum result check_order_cancel(const struct engine *engine,
                               const struct command_order_cancel *cancel)
{
    struct wanted_order wanted = wanted_by(cancel);
    uint32_t order;

    return finding_order(engine, &wanted, &order);
}

enum result apply_order_cancel(struct apply *apply, const struct command_order_cancel *cancel)
{
    struct wanted_order wanted = wanted_by(cancel);
    const struct closing closing = {
        .reason = CLOSE_REASON_REQUESTED,
        .status = ORDER_STATUS_CANCELED,
        .client_id = &cancel->client_id,
    };
    uint32_t order;
    enum result result = finding_order(apply->engine, &wanted, &order);

    if (result != RESULT_OK) {
        return result;
    }
    apply->id = market_order(apply->market, order)->number;
    close_order(apply, order, &closing);
    return RESULT_OK;
}

static uint32_t target_of(const struct command_order_cancel_all *cancel)
{
    return cancel->target == 0 ? cancel->header.participant : cancel->target;
}

/* Somebody else's orders are cancelled by an operator, and only after their owner was frozen. */
enum result check_order_cancel_all(const struct engine *engine,
                                   const struct command_order_cancel_all *cancel)
{
    const struct registry *registry = engine_registry(engine);
    uint32_t target = target_of(cancel);

    if (cancel->instrument != 0 &&
        market_instrument(engine_market(engine), cancel->instrument) == NULL) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    if (target == cancel->header.participant) {
        return RESULT_OK;
    }
    if ((registry_participant(registry, cancel->header.participant)->roles & ROLE_OPERATOR) == 0) {
        return RESULT_NOT_PERMITTED;
    }
    const struct participant *owner = registry_participant(registry, target);
    if (owner == NULL) {
        return RESULT_UNKNOWN_PARTICIPANT;
    }
    return owner->frozen ? RESULT_OK : RESULT_NOT_PERMITTED;
}

static enum close_reason reason_of(const struct command_order_cancel_all *cancel)
{
    if (target_of(cancel) != cancel->header.participant) {
        return CLOSE_REASON_FROZEN;
    }
    return cancel->reason == CANCEL_ALL_REASON_DISCONNECT ? CLOSE_REASON_DISCONNECTED
                                                          : CLOSE_REASON_REQUESTED;
}

/* At most TARAZY_CLOSES_MAX orders: as many as that in the outcome means there may be more. */
enum result apply_order_cancel_all(struct apply *apply,
                                   const struct command_order_cancel_all *cancel)
{
    enum result result = check_order_cancel_all(apply->engine, cancel);

    if (result != RESULT_OK) {
        return result;
    }
    apply->cancelled = close_all(apply, target_of(cancel), cancel->instrument, reason_of(cancel));
    return RESULT_OK;
}

static enum result check_amend(const struct engine *engine, const struct command_order_amend *amend,
                               uint32_t *order)
{
    const struct wanted_order wanted = {
        .number = amend->order,
        .client_id = &amend->original,
        .participant = amend->header.participant,
        .instrument = amend->instrument,
    };
    enum result result = finding_order(engine, &wanted, order);

    if (result != RESULT_OK) {
        return result;
    }
    return market_amend_check(engine_market(engine), *order, amend->quantity, &amend->client_id);
}

enum result check_order_amend(const struct engine *engine, const struct command_order_amend *amend)
{
    uint32_t order;

    return check_amend(engine, amend, &order);
}

enum result apply_order_amend(struct apply *apply, const struct command_order_amend *amend)
{
    static const struct changed amended = {.change = ORDER_CHANGE_AMENDED};
    struct level_change level;
    uint32_t slot;
    enum result result = check_amend(apply->engine, amend, &slot);

    if (result != RESULT_OK) {
        return result;
    }
    const struct order *order = market_order(apply->market, slot);
    struct amount before = market_order_hold(apply->market, slot);
    bool shown = market_amend(apply->market, slot, amend->quantity, &amend->client_id, &level);
    apply->id = order->number;
    emit_order_changed(apply, slot, &amended);
    settle_release(apply, settle_spent_account(apply->market, order), before,
                   market_order_hold(apply->market, slot));
    if (shown) {
        emit_level(apply, &level);
    }
    return RESULT_OK;
}

enum result check_countdown_set(const struct engine *engine,
                                const struct command_countdown_set *set)
{
    const struct market *market = engine_market(engine);

    if (market_instrument(market, set->instrument) == NULL) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    return market_countdown_check(market, set->header.participant, set->instrument);
}

enum result apply_countdown_set(struct apply *apply, const struct command_countdown_set *set)
{
    enum result result = check_countdown_set(apply->engine, set);

    if (result != RESULT_OK) {
        return result;
    }
    int64_t due_us = set->countdown_ms == 0 ? 0 : time_after_ms(apply->now_us, set->countdown_ms);
    market_countdown_set(apply->market, set->header.participant, set->instrument, due_us);
    apply->id = set->instrument;
    return RESULT_OK;
}
