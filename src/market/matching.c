/* SPDX-License-Identifier: Apache-2.0
 *
 * Matching in continuous trading: one loop for both sides, price before time, driven by the engine
 * one step at a time so that each fill is settled before the next. A room of its own because this
 * is the order in which people trade: it must be readable as a whole.
 *
 * How it goes: take the best opposite level the limit and the bands allow; meet its orders, oldest
 * first; publish the level when done with it; again. The level at hand is pinned: it stays in place,
 * even empty, whatever the engine closes between two steps, and nobody else publishes it.
 *
 * Invariants: a trade never prints outside limit or bands; never more than TARAZY_FILLS_MAX fills
 * and preventions; a level is published at most once per match, after its last change.
 *
 * Next: auction.c, the other way to trade.
 */
#include "market/book.h"
#include "market/liquidity.h"
#include "market/order_store.h"
#include "market/triggers.h"

enum match_phase {
    MATCH_PHASE_LEVEL = 1, /* choose the next level */
    MATCH_PHASE_MAKER = 2, /* meet the level's first order */
    MATCH_PHASE_DONE = 3,  /* that order is filled: say so */
    MATCH_PHASE_NEXT = 4,  /* go on at this level, or not */
    MATCH_PHASE_PUBLISH = 5,
    MATCH_PHASE_OVER = 6,
};

static void finish(struct match *match, enum match_end end)
{
    match->end = (uint8_t)end;
    match->phase = MATCH_PHASE_OVER;
}

/* The end of an order that finds nothing more to trade with. */
static enum match_end end_unfilled(const struct order *order)
{
    return !order_type_is_market(order->type) && order_tif_may_rest(order->time_in_force)
               ? MATCH_END_REST
               : MATCH_END_IOC;
}

/* No matching in this session: what may rest does; the others cannot be taken. A post-only order
 * may not join a book it would cross. */
static enum match_end end_without_trading(const struct market *market,
                                          const struct instrument *instrument,
                                          const struct order *order)
{
    bool collects =
        instrument->session == SESSION_PRE_OPEN || instrument->session == SESSION_AUCTION;

    if (!collects || end_unfilled(order) != MATCH_END_REST) {
        return MATCH_END_REFUSED;
    }
    if (order->type == ORDER_TYPE_LIMIT_MAKER &&
        book_crosses(market, instrument, order->side, order->price, 0)) {
        return MATCH_END_REFUSED;
    }
    return MATCH_END_REST;
}

/* The worst price the order may trade at: its limit; for market kinds also so far from the best
 * price as the slippage limit says. */
static struct price limit_of(const struct market *market, const struct instrument *instrument,
                             const struct order *order)
{
    uint8_t opposite = instrument_opposite(order->side);
    uint32_t best = instrument->ladders[opposite].best;

    if (best == 0 || !order_type_is_market(order->type)) {
        return order->price;
    }
    struct price slip =
        instrument_protection(instrument, order->side, market_level_at(market, best)->price);
    bool is_tighter = instrument_key(instrument, opposite, slip) <
                      instrument_key(instrument, opposite, order->price);
    return is_tighter ? slip : order->price;
}

/*~ An order meets the book. */
void market_match_begin(struct market *market, uint32_t taker, int64_t now_us, struct match *match)
{
    const struct order *order = market_order_at(market, taker);
    const struct instrument *instrument = market_instrument_at(market, order->instrument);
    uint8_t opposite = instrument_opposite(order->side);

    ENSURE(order->state == ORDER_STATE_TAKING && market->pinned[0] == 0);
    *match = (struct match){
        .taker = taker,
        .now_us = now_us,
        .phase = MATCH_PHASE_LEVEL,
        .side = order->side,
        .self_trade = order->self_trade,
        .by_quote = (order->flags & ORDER_FLAG_BY_QUOTE) != 0,
        .instrument = order->instrument,
        .participant = order->participant,
        .anchor = instrument->last,
    };
    if (instrument->session != SESSION_CONTINUOUS) {
        finish(match, end_without_trading(market, instrument, order));
        return;
    }
    if (match->by_quote) {
        match->quote_left_units = market_extra_at(market, order->extra)->quote_units;
        match->base_left = instrument_market_max(instrument);
    }
    match->key_limit = instrument_key(instrument, opposite, limit_of(market, instrument, order));
    if (order->type == ORDER_TYPE_LIMIT_MAKER &&
        book_crosses(market, instrument, order->side, order->price, 0)) {
        finish(match, MATCH_END_REFUSED);
    } else if (order->time_in_force == TIME_IN_FORCE_FOK && !liquidity_fills_order(market, order)) {
        finish(match, MATCH_END_REFUSED);
    }
}

/* Pins the best level, or ends the match. */
static void choose_level(struct market *market, struct match *match)
{
    const struct instrument *instrument = market_instrument_at(market, match->instrument);
    const struct instrument_terms *terms = &instrument->terms;
    uint32_t at = instrument->ladders[instrument_opposite(match->side)].best;

    if (at == 0 || market_level_at(market, at)->key > match->key_limit) {
        finish(match, end_unfilled(market_order_at(market, match->taker)));
        return;
    }
    struct price price = market_level_at(market, at)->price;
    if (!instrument_is_within(price, instrument->reference, terms->band_static_ppm) ||
        !instrument_is_within(price, match->anchor, terms->band_dynamic_ppm)) {
        finish(match, MATCH_END_BAND);
        return;
    }
    match->level = at;
    market->pinned[0] = at;
    match->phase = MATCH_PHASE_MAKER;
}

/* How much the taker would take at this price if there were enough. */
static int64_t appetite(const struct instrument *instrument, const struct match *match,
                        const struct order *taker, struct price price)
{
    if (!match->by_quote) {
        return raw_of_quantity(taker->left);
    }
    int64_t affordable = instrument_affordable(instrument, price, match->quote_left_units);
    return affordable < match->base_left ? affordable : match->base_left;
}

/* Takes quantity off what the taker still wants, at this price. */
static void feed_taker(const struct instrument *instrument, struct match *match,
                       struct order *taker, int64_t quantity, struct price price)
{
    if (match->by_quote) {
        match->quote_left_units -= instrument_notional(instrument, price, quantity);
        match->base_left -= quantity;
    } else {
        taker->left = raw_to_quantity(raw_of_quantity(taker->left) - quantity);
    }
}

/* Ends the match after the level at hand is published. */
static void end_at_level(struct match *match, enum match_end end)
{
    match->end = (uint8_t)end;
    match->phase = MATCH_PHASE_PUBLISH;
}

/* Nothing left to want? */
static void end_if_sated(struct match *match, const struct order *taker)
{
    if (match->by_quote ? match->quote_left_units == 0 : raw_of_quantity(taker->left) == 0) {
        match->end = MATCH_END_FILLED;
    }
}

static void fill(struct market *market, struct match *match, int64_t quantity, struct step *step)
{
    struct instrument *instrument = market_instrument_at(market, match->instrument);
    struct order *taker = market_order_at(market, match->taker);
    struct order *maker = market_order_at(market, match->maker);
    struct price price = market_level_at(market, match->level)->price;
    int64_t quote = instrument_notional(instrument, price, quantity);

    step->kind = STEP_FILL;
    step->quantity = raw_to_quantity(quantity);
    step->quote = raw_to_amount(quote);
    step->trade = ++instrument->trades;
    feed_taker(instrument, match, taker, quantity, price);
    if (match->by_quote) {
        taker->quantity = raw_to_quantity(raw_of_quantity(taker->quantity) + quantity);
    }
    taker->quote_units += quote;
    maker->quote_units += quote;
    if (book_reduce(market, match->maker, quantity)) {
        book_requeue(market, match->maker);
    }
    match->changed = 1;
    match->phase = raw_of_quantity(maker->left) == 0 ? MATCH_PHASE_DONE : MATCH_PHASE_NEXT;
    triggers_hear(market, instrument, price);
    end_if_sated(match, taker);
}

/* Both give up the smaller of the two; whoever is left with nothing expires. */
static void decrement(struct market *market, struct match *match, int64_t wanted, struct step *step)
{
    const struct instrument *instrument = market_instrument_at(market, match->instrument);
    struct order *taker = market_order_at(market, match->taker);
    struct order *maker = market_order_at(market, match->maker);
    struct price price = market_level_at(market, match->level)->price;
    int64_t left = raw_of_quantity(maker->left);
    int64_t quantity = wanted < left ? wanted : left;

    step->quantity = raw_to_quantity(quantity);
    step->released = maker->side == SIDE_SELL
                         ? raw_to_amount(quantity)
                         : raw_to_amount(instrument_notional(instrument, price, quantity));
    feed_taker(instrument, match, taker, quantity, price);
    if (!match->by_quote) {
        taker->quantity = raw_to_quantity(raw_of_quantity(taker->quantity) - quantity);
    }
    maker->quantity = raw_to_quantity(raw_of_quantity(maker->quantity) - quantity);
    if (book_reduce(market, match->maker, quantity)) {
        book_requeue(market, match->maker);
    }
    step->maker_expires = raw_of_quantity(maker->left) == 0;
    step->taker_expires =
        match->by_quote ? match->quote_left_units == 0 : raw_of_quantity(taker->left) == 0;
}

/* Taker and maker are the same participant: the taker's mode decides. */
static void prevent(struct market *market, struct match *match, int64_t wanted, struct step *step)
{
    step->kind = STEP_SELF_TRADE;
    switch ((enum self_trade)match->self_trade) {
    case SELF_TRADE_NONE: ENSURE(false); break;
    case SELF_TRADE_EXPIRE_TAKER: step->taker_expires = true; break;
    case SELF_TRADE_EXPIRE_MAKER: step->maker_expires = true; break;
    case SELF_TRADE_EXPIRE_BOTH:
        step->maker_expires = true;
        step->taker_expires = true;
        break;
    case SELF_TRADE_DECREMENT: decrement(market, match, wanted, step); break;
    }
    match->counter_order = market_order_at(market, match->maker)->number;
    match->phase = MATCH_PHASE_NEXT;
    if (match->self_trade != SELF_TRADE_EXPIRE_TAKER) {
        match->changed = 1;
    }
    if (step->taker_expires) {
        match->end = MATCH_END_SELF_TRADE;
    }
}

/* Meets the level's oldest order; false: nothing happened but the end of the match. */
static bool meet_maker(struct market *market, struct match *match, struct step *step)
{
    const struct instrument *instrument = market_instrument_at(market, match->instrument);
    const struct level *level = market_level_at(market, match->level);
    struct order *taker = market_order_at(market, match->taker);
    uint32_t slot = level->head;
    const struct order *maker = market_order_at(market, slot);
    int64_t wanted = appetite(instrument, match, taker, level->price);

    if (wanted == 0) {
        end_at_level(match, match->base_left == 0 ? MATCH_END_IOC : MATCH_END_FUNDS);
        return false;
    }
    if (match->fills >= TARAZY_FILLS_MAX) {
        end_at_level(match, MATCH_END_FILLS_MAX);
        return false;
    }
    match->fills++;
    match->maker = slot;
    *step = (struct step){.maker = slot, .taker = match->taker, .price = level->price};
    if (maker->participant == match->participant && match->self_trade != SELF_TRADE_NONE) {
        prevent(market, match, wanted, step);
    } else {
        int64_t shown = order_shown(market, maker);

        fill(market, match, wanted < shown ? wanted : shown, step);
    }
    return true;
}

/* After a step and whatever the engine did about it: on with this level, or off it. */
static void go_on(const struct market *market, struct match *match)
{
    const struct level *level = market_level_at(market, match->level);

    /* The engine has closed what was filled or prevented. */
    ENSURE(level->head == 0 || raw_of_quantity(market_order_at(market, level->head)->left) > 0);
    match->phase = match->end != 0 || level->head == 0 ? MATCH_PHASE_PUBLISH : MATCH_PHASE_MAKER;
}

/* Leaves the level; true: it changed, and the step says how. */
static bool leave_level(struct market *market, struct match *match, struct step *step)
{
    uint32_t at = match->level;
    bool changed = match->changed != 0;

    if (changed) {
        *step = (struct step){.kind = STEP_LEVEL, .taker = match->taker};
        book_publish(market, at, &step->level);
    }
    market->pinned[0] = 0;
    book_settle(market, at);
    match->level = 0;
    match->changed = 0;
    match->phase = match->end != 0 ? MATCH_PHASE_OVER : MATCH_PHASE_LEVEL;
    return changed;
}

bool market_match_step(struct market *market, struct match *match, struct step *step)
{
    for (;;) {
        switch ((enum match_phase)match->phase) {
        case MATCH_PHASE_LEVEL: choose_level(market, match); break;
        case MATCH_PHASE_MAKER:
            if (meet_maker(market, match, step)) {
                return true;
            }
            break;
        case MATCH_PHASE_DONE:
            match->phase = MATCH_PHASE_NEXT;
            *step = (struct step){
                .kind = STEP_MAKER_DONE, .maker = match->maker, .taker = match->taker};
            return true;
        case MATCH_PHASE_NEXT: go_on(market, match); break;
        case MATCH_PHASE_PUBLISH:
            if (leave_level(market, match, step)) {
                return true;
            }
            break;
        case MATCH_PHASE_OVER: return false;
        }
    }
}
