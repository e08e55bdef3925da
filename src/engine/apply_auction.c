/* SPDX-License-Identifier: Apache-2.0
 *
 * Auctions: at their end everybody who can trade does so at one price. A file of its own because here
 * both sides of a fill rest on the book, and because a breach of a price band begins one.
 *
 * Invariants: the price and its bands are the market's (docs/adr: the rule); a buyer pays the auction's
 * price, whatever its limit, and gets the rest of its hold back; an auction too large for one command
 * goes on at the next clock at the same price.
 *
 * Next: apply_clock.c.
 */
#include "engine/apply_auction.h"

#include "base/time.h"
#include "engine/cascade.h"
#include "engine/closing.h"

/* What the later order held for this fill at its own price. */
static struct amount held_for(const struct apply *apply, const struct step *step)
{
    const struct order *order = market_order(apply->market, step->taker);

    if (order->side == SIDE_SELL) {
        return amount_of_quantity(step->quantity);
    }
    return money_notional(order->price, step->quantity,
                          market_base_scale(apply->market, order->instrument));
}

static void uncross_fill(struct apply *apply, const struct step *step)
{
    struct taker taker;

    settle_prepare_taker(apply, step->taker, held_for(apply, step), &taker);
    settle_fill(apply, step, &taker, true);
    ledger_release(apply->ledger, taker.spent, taker.held);
    close_alternatives_of_resting(apply, step->maker, step->quantity);
    close_alternatives_of_resting(apply, step->taker, step->quantity);
}

static void uncross_step(struct apply *apply, const struct step *step)
{
    static const struct closing filled = {
        .reason = CLOSE_REASON_FILLED,
        .status = ORDER_STATUS_FILLED,
    };

    switch ((enum step_kind)step->kind) {
    case STEP_FILL: uncross_fill(apply, step); return;
    case STEP_LEVEL: emit_level(apply, &step->level); return;
    case STEP_MAKER_DONE: close_order(apply, step->maker, &filled); return;
    case STEP_SELF_TRADE: break; /* in an auction nobody knows whom one meets */
    }
    ENSURE(false);
}

static void uncross(struct apply *apply, uint16_t instrument, const struct auction_price *price)
{
    struct match match = {
        .fills = apply->fills < TARAZY_FILLS_MAX ? apply->fills : TARAZY_FILLS_MAX,
    };
    uint32_t used = match.fills;
    struct step step;
    bool finished = false;

    while (market_auction_step(apply->market, instrument, &match, &step, &finished)) {
        uncross_step(apply, &step);
    }
    apply->fills += match.fills - used;
    if (finished) {
        emit_session(apply, instrument, SESSION_REASON_UNCROSSED, price);
    }
    cascade_run(apply, instrument);
}

void auction_run(struct apply *apply, uint16_t instrument)
{
    struct auction_price price = {0};

    switch (market_auction_begin(apply->market, instrument, apply->now_us, &price)) {
    case AUCTION_STATE_NONE: return;
    case AUCTION_STATE_EXTENDED:
        emit_session(apply, instrument, SESSION_REASON_EXTENDED, &price);
        apply->closes++;
        return;
    case AUCTION_STATE_UNCROSS:
        uncross(apply, instrument, &price);
        apply->closes++;
        return;
    }
    ENSURE(false);
}

void auction_begin_volatility(struct apply *apply, uint16_t instrument)
{
    const struct instrument_terms *terms = market_terms(apply->market, instrument);
    int64_t until_us = time_after_ms(apply->now_us, terms->auction_ms);

    market_session_set(apply->market, instrument, SESSION_AUCTION, until_us);
    emit_session(apply, instrument, SESSION_REASON_VOLATILITY, NULL);
}
