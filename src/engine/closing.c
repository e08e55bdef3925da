/* SPDX-License-Identifier: Apache-2.0
 *
 * How orders end. A file of its own because an order can end in a dozen ways, and each must do the same
 * three things: say so, give back what it held, and carry on with its list.
 *
 * Invariants: what is released is exactly what was held; an order is closed once; a list is over when
 * its last leg is, and is said to be once.
 *
 * Next: cascade.c.
 */
#include "engine/closing.h"

#include "engine/cascade.h"

enum order_status closing_status(enum close_reason reason)
{
    switch (reason) {
    case CLOSE_REASON_FILLED: return ORDER_STATUS_FILLED;
    case CLOSE_REASON_REQUESTED:
    case CLOSE_REASON_DISCONNECTED:
    case CLOSE_REASON_COUNTDOWN:
    case CLOSE_REASON_FROZEN: return ORDER_STATUS_CANCELED;
    case CLOSE_REASON_IOC:
    case CLOSE_REASON_GTD:
    case CLOSE_REASON_LIST:
    case CLOSE_REASON_PRICE_BAND:
    case CLOSE_REASON_FILLS_MAX:
    case CLOSE_REASON_SESSION: return ORDER_STATUS_EXPIRED;
    case CLOSE_REASON_SELF_TRADE: return ORDER_STATUS_EXPIRED_IN_MATCH;
    case CLOSE_REASON_REFUSED: return ORDER_STATUS_REJECTED;
    }
    ENSURE(false);
    return ORDER_STATUS_EXPIRED;
}

/* Says that the order is over and lets the market forget it. */
static void end_order(struct apply *apply, uint32_t order, const struct closing *closing)
{
    struct level_change level;

    emit_order_closed(apply, market_order(apply->market, order), closing);
    if (market_order_close(apply->market, order, &level)) {
        emit_level(apply, &level);
    }
    apply->closes++;
}

static bool has_legs(const struct order_list *list)
{
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        if (list->orders[leg] != 0) {
            return true;
        }
    }
    return false;
}

static bool waits_for_first_leg(const struct order_list *list)
{
    return list->contingency != CONTINGENCY_OCO && !list->started;
}

/* The legs that are left end because another did: cancelled if that was cancelled, expired if it
 * expired or traded. */
static void end_legs(struct apply *apply, const struct order_list *list, enum order_status because)
{
    struct closing closing = {
        .reason = CLOSE_REASON_LIST,
        .status = because == ORDER_STATUS_CANCELED ? ORDER_STATUS_CANCELED : ORDER_STATUS_EXPIRED,
    };

    for (uint32_t leg = 0; leg < list->legs; leg++) {
        if (list->orders[leg] != 0) {
            end_order(apply, list->orders[leg], &closing);
        }
    }
}

/* One leg is over: the rest starts when the first leg was filled, and otherwise ends with it. */
static void continue_list(struct apply *apply, uint32_t number, enum order_status because)
{
    const struct order_list *list = market_list(apply->market, number);

    if (because == ORDER_STATUS_FILLED && waits_for_first_leg(list) && has_legs(list)) {
        cascade_note_start(apply, number);
        return;
    }
    end_legs(apply, list, because);
    emit_order_list(apply, list, LIST_STATE_ALL_DONE);
    market_list_close(apply->market, number);
}

static void finish(struct apply *apply, uint32_t order, const struct closing *closing)
{
    uint32_t list = market_list_of_order(apply->market, order);

    end_order(apply, order, closing);
    if (list != 0) {
        continue_list(apply, list, closing->status);
    }
}

/* Gives back what the working legs of a list hold together. */
static void release_list(struct apply *apply, const struct order_list *list)
{
    uint32_t order = settle_working_leg(apply->market, list);

    if (order != 0) {
        ledger_release(apply->ledger,
                       settle_spent_account(apply->market, market_order(apply->market, order)),
                       settle_held_by_list(apply->market, list));
    }
}

/* A filled order holds nothing any more, and its alternatives ended with its first fill. Whatever ends
 * a leg otherwise ends its list, so all that the list holds is given back. */
void close_order(struct apply *apply, uint32_t slot, const struct closing *closing)
{
    if (closing->reason != CLOSE_REASON_FILLED) {
        uint32_t list = market_list_of_order(apply->market, slot);

        if (list != 0) {
            release_list(apply, market_list(apply->market, list));
        } else {
            const struct order *order = market_order(apply->market, slot);

            ledger_release(apply->ledger, settle_spent_account(apply->market, order),
                           market_order_hold(apply->market, slot));
        }
    }
    finish(apply, slot, closing);
}

void close_taker(struct apply *apply, const struct taker *taker, const struct closing *closing)
{
    ledger_release(apply->ledger, taker->spent, taker->held);
    finish(apply, taker->order, closing);
}

void close_alternatives(struct apply *apply, uint32_t order)
{
    uint32_t number = market_list_of_order(apply->market, order);

    if (number == 0) {
        return;
    }
    const struct order_list *list = market_list(apply->market, number);
    const struct closing closing = {
        .reason = CLOSE_REASON_LIST,
        .status = ORDER_STATUS_EXPIRED,
    };
    if (waits_for_first_leg(list)) {
        return;
    }
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        uint32_t other = list->orders[leg];

        if (other != 0 && other != order) {
            end_order(apply, other, &closing);
        }
    }
}

/* What an order gave for this much, at its own price. */
static struct amount given_for(const struct apply *apply, const struct order *order,
                               struct quantity traded)
{
    if (order->side == SIDE_SELL) {
        return amount_of_quantity(traded);
    }
    return money_notional(order->price, traded,
                          market_base_scale(apply->market, order->instrument));
}

static struct amount sum(struct amount a, struct amount b)
{
    struct amount out;

    ENSURE(amount_add(&out, a, b));
    return out;
}

void close_alternatives_of_resting(struct apply *apply, uint32_t slot, struct quantity traded)
{
    uint32_t number = market_list_of_order(apply->market, slot);

    if (number == 0) {
        return;
    }
    const struct order *order = market_order(apply->market, slot);
    struct amount own =
        sum(market_order_hold(apply->market, slot), given_for(apply, order, traded));
    struct amount shared =
        amount_max(own, settle_held_by_list(apply->market, market_list(apply->market, number)));
    close_alternatives(apply, slot);
    settle_release(apply, settle_spent_account(apply->market, order), shared, own);
}

void release_decrement(struct apply *apply, uint32_t slot, struct amount released)
{
    struct amount own = sum(market_order_hold(apply->market, slot), released);
    struct amount after = settle_held(apply->market, slot);

    settle_release(apply, settle_spent_account(apply->market, market_order(apply->market, slot)),
                   amount_max(own, after), after);
}

uint32_t close_all(struct apply *apply, uint32_t participant, uint16_t instrument,
                   enum close_reason reason)
{
    struct closing closing = {.reason = reason, .status = closing_status(reason)};
    uint32_t before = apply->closes;
    uint32_t order = market_first_of_participant(apply->market, participant, instrument);

    while (order != 0 && apply_may_go_on(apply)) {
        /* Closing one may close others of its list: start anew at the oldest. */
        close_order(apply, order, &closing);
        order = market_first_of_participant(apply->market, participant, instrument);
    }
    return apply->closes - before;
}
