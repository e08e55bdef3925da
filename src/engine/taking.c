/* SPDX-License-Identifier: Apache-2.0
 *
 * An order that takes: the market proposes one step after another, this file carries each out. Its own
 * file because every order comes through here once it works, whether it was just placed, set off by a
 * price or started by its list.
 *
 * Invariants: taker.held is what the order still holds, so at its end it either rests with exactly
 * what its record says it holds, or gives everything back; the matches of one command make fewer than
 * twice TARAZY_FILLS_MAX steps.
 *
 * Next: cascade.c for what its trades set off.
 */
#include "engine/taking.h"

#include "engine/apply_auction.h"
#include "engine/closing.h"

static void take_fill(struct apply *apply, const struct step *step, struct taker *taker)
{
    settle_fill(apply, step, taker, false);
    close_alternatives_of_resting(apply, step->maker, step->quantity);
    close_alternatives(apply, step->taker);
}

/* The maker holds less; what the taker holds too much is given back at its end. */
static void take_decrement(struct apply *apply, const struct step *step)
{
    uint64_t maker = market_order(apply->market, step->maker)->number;
    uint64_t taker = market_order(apply->market, step->taker)->number;
    struct changed changed = {
        .change = ORDER_CHANGE_DECREMENTED,
        .prevented = step->quantity,
        .price = step->price,
        .counter_order = taker,
    };

    release_decrement(apply, step->maker, step->released);
    emit_order_changed(apply, step->maker, &changed);
    changed.counter_order = maker;
    emit_order_changed(apply, step->taker, &changed);
}

/* Two orders of one participant met and may not trade. */
static void take_self_trade(struct apply *apply, const struct step *step)
{
    const struct closing closing = {
        .reason = CLOSE_REASON_SELF_TRADE,
        .status = ORDER_STATUS_EXPIRED_IN_MATCH,
        .counter_order = market_order(apply->market, step->taker)->number,
    };

    if (quantity_is_positive(step->quantity)) {
        take_decrement(apply, step);
    }
    if (step->maker_expires) {
        close_order(apply, step->maker, &closing);
    }
}

static void take_step(struct apply *apply, const struct step *step, struct taker *taker)
{
    static const struct closing filled = {
        .reason = CLOSE_REASON_FILLED,
        .status = ORDER_STATUS_FILLED,
    };

    switch ((enum step_kind)step->kind) {
    case STEP_FILL: take_fill(apply, step, taker); return;
    case STEP_SELF_TRADE: take_self_trade(apply, step); return;
    case STEP_LEVEL: emit_level(apply, &step->level); return;
    case STEP_MAKER_DONE: close_order(apply, step->maker, &filled); return;
    }
    ENSURE(false);
}

/* What is left waits on the book; what the order held too much is given back. */
static void rest(struct apply *apply, const struct taker *taker)
{
    struct level_change level;

    market_order_rest(apply->market, taker->order, &level);
    emit_level(apply, &level);
    settle_release(apply, taker->spent, taker->held, settle_held(apply->market, taker->order));
}

static void end(struct apply *apply, const struct taker *taker, enum close_reason reason,
                uint64_t counter_order)
{
    const struct closing closing = {
        .reason = reason,
        .status = closing_status(reason),
        .counter_order = counter_order,
    };

    close_taker(apply, taker, &closing);
}

/* A band was about to be broken: everybody gets time to think, and the order waits with them if it
 * may rest at all. */
static void end_at_band(struct apply *apply, const struct taker *taker)
{
    const struct order *order = market_order(apply->market, taker->order);
    bool may_rest =
        price_is_zero(market_order_protection(apply->market, taker->order)) &&
        (order->time_in_force == TIME_IN_FORCE_GTC || order->time_in_force == TIME_IN_FORCE_GTD);

    auction_begin_volatility(apply, order->instrument);
    if (may_rest) {
        rest(apply, taker);
    } else {
        end(apply, taker, CLOSE_REASON_PRICE_BAND, 0);
    }
}

static void end_match(struct apply *apply, const struct match *match, const struct taker *taker,
                      enum close_reason spent)
{
    switch ((enum match_end)match->end) {
    case MATCH_END_FILLED: end(apply, taker, CLOSE_REASON_FILLED, 0); return;
    case MATCH_END_REST: rest(apply, taker); return;
    case MATCH_END_IOC: end(apply, taker, CLOSE_REASON_IOC, 0); return;
    case MATCH_END_SELF_TRADE:
        end(apply, taker, CLOSE_REASON_SELF_TRADE, match->counter_order);
        return;
    case MATCH_END_FILLS_MAX: end(apply, taker, CLOSE_REASON_FILLS_MAX, 0); return;
    case MATCH_END_BAND: end_at_band(apply, taker); return;
    case MATCH_END_FUNDS:
        end(apply, taker, spent, spent == CLOSE_REASON_SELF_TRADE ? match->counter_order : 0);
        return;
    case MATCH_END_REFUSED: end(apply, taker, CLOSE_REASON_REFUSED, 0); return;
    }
    ENSURE(false);
}

/* By quote: what is left of the money may buy not one lot. That is the end, and what took the last of it
 * says how: a trade filled the order, a self-trade that was prevented expired it. Until then, nothing
 * did. */
static enum close_reason spent_by(const struct step *step, enum close_reason before)
{
    switch ((enum step_kind)step->kind) {
    case STEP_FILL: return CLOSE_REASON_FILLED;
    case STEP_SELF_TRADE:
        return quantity_is_positive(step->quantity) ? CLOSE_REASON_SELF_TRADE : before;
    case STEP_LEVEL:
    case STEP_MAKER_DONE: return before;
    }
    ENSURE(false);
    return before;
}

/* All matches of a command share one bound on their steps. A fill-or-kill order is the exception: the
 * market has seen that the bound is enough for the whole of it, so it starts with all of it, or not. */
static uint32_t steps_used(const struct apply *apply, const struct order *order)
{
    if (apply->fills >= TARAZY_FILLS_MAX) {
        return TARAZY_FILLS_MAX;
    }
    return order->time_in_force == TIME_IN_FORCE_FOK ? 0 : apply->fills;
}

/*~ The order meets the book. The market says step by step who trades with whom; each step is settled
 * before the next is asked for, so the books are right at every moment. Next: settle.c. */
void take_order(struct apply *apply, uint32_t order, struct amount held)
{
    struct match match;
    struct step step;
    struct taker taker;
    enum close_reason spent = CLOSE_REASON_IOC;

    settle_prepare_taker(apply, order, held, &taker);
    market_match_begin(apply->market, order, apply->now_us, &match);
    uint32_t used = steps_used(apply, market_order(apply->market, order));
    match.fills = used;
    while (market_match_step(apply->market, &match, &step)) {
        take_step(apply, &step, &taker);
        spent = spent_by(&step, spent);
    }
    apply->fills += match.fills - used;
    end_match(apply, &match, &taker, spent);
}
