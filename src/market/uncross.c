/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying an auction out, one step at a time: the auction's twin of matching.c. Apart from
 * auction.c because finding the price changes nothing and this changes everything.
 *
 * Invariants: see auction.c.
 */
#include "market/book.h"
#include "market/trading_session.h"
#include "market/triggers.h"

enum uncross_phase {
    UNCROSS_PHASE_PAIR = 1,   /* the oldest bid meets the oldest ask */
    UNCROSS_PHASE_MAKER = 2,  /* the older of the two is filled: say so */
    UNCROSS_PHASE_TAKER = 3,  /* the younger */
    UNCROSS_PHASE_NEXT = 4,   /* leave a level that is used up */
    UNCROSS_PHASE_FINISH = 5, /* leave both */
    UNCROSS_PHASE_OVER = 6,
};

/* Which of the two levels at hand: bits of match.changed, places of market.pinned. */
enum uncross_level {
    UNCROSS_LEVEL_BIDS = 1,
    UNCROSS_LEVEL_ASKS = 2,
};

static void pin(struct market *market, struct match *match, uint32_t bids, uint32_t asks)
{
    match->level = bids;
    match->second = asks;
    market->pinned[0] = bids;
    market->pinned[1] = asks;
}

/* Lets a level go; true: it changed, and the step says how. */
static bool leave_level(struct market *market, struct match *match, enum uncross_level which,
                        struct step *step)
{
    uint32_t at = which == UNCROSS_LEVEL_BIDS ? match->level : match->second;
    bool changed = (match->changed & which) != 0;

    if (at == 0) {
        return false;
    }
    if (changed) {
        *step = (struct step){.kind = STEP_LEVEL};
        book_publish(market, at, &step->level);
        match->changed = (uint8_t)(match->changed & ~(unsigned)which);
    }
    pin(market, match, which == UNCROSS_LEVEL_BIDS ? 0 : match->level,
        which == UNCROSS_LEVEL_ASKS ? 0 : match->second);
    book_settle(market, at);
    return changed;
}

static void trade(struct market *market, struct instrument *instrument, struct match *match,
                  struct step *step)
{
    uint32_t buyer = market_level_at(market, match->level)->head;
    uint32_t seller = market_level_at(market, match->second)->head;
    struct order *buy = market_order_at(market, buyer);
    struct order *sell = market_order_at(market, seller);
    int64_t quantity = raw_of_quantity(buy->left);
    bool buyer_first = buy->number < sell->number;

    if (raw_of_quantity(sell->left) < quantity) {
        quantity = raw_of_quantity(sell->left);
    }
    if (instrument->uncross.left < quantity) {
        quantity = instrument->uncross.left;
    }
    ENSURE(quantity > 0);
    struct price price = instrument->uncross.price;
    int64_t quote = instrument_notional(instrument, price, quantity);
    match->maker = buyer_first ? buyer : seller;
    match->taker = buyer_first ? seller : buyer;
    match->fills++;
    *step = (struct step){
        .kind = STEP_FILL,
        .maker = match->maker,
        .taker = match->taker,
        .price = price,
        .quantity = raw_to_quantity(quantity),
        .quote = raw_to_amount(quote),
        .trade = ++instrument->trades,
    };
    buy->quote_units += quote;
    sell->quote_units += quote;
    instrument->uncross.left -= quantity;
    (void)book_reduce(market, buyer, quantity); /* a new part of an iceberg keeps its place here */
    (void)book_reduce(market, seller, quantity);
    match->changed = UNCROSS_LEVEL_BIDS | UNCROSS_LEVEL_ASKS;
    triggers_hear(market, instrument, price);
}

/* The oldest bid of the best level against the oldest ask; false: the auction, or its share of
 * this command, is over. */
static bool meet(struct market *market, struct instrument *instrument, struct match *match,
                 struct step *step)
{
    int64_t price = raw_of_price(instrument->uncross.price);
    uint32_t bids = instrument->ladders[LADDER_KIND_BIDS].best;
    uint32_t asks = instrument->ladders[LADDER_KIND_ASKS].best;

    if (match->fills >= TARAZY_FILLS_MAX || instrument->uncross.left == 0 || bids == 0 ||
        asks == 0 || raw_of_price(market_level_at(market, bids)->price) < price ||
        raw_of_price(market_level_at(market, asks)->price) > price) {
        match->phase = UNCROSS_PHASE_FINISH;
        return false;
    }
    ENSURE((match->level == 0 || match->level == bids) &&
           (match->second == 0 || match->second == asks));
    pin(market, match, bids, asks);
    trade(market, instrument, match, step);
    match->phase = UNCROSS_PHASE_MAKER;
    return true;
}

/* Says that one of the two that traded is filled, if it is. */
static bool say_done(const struct market *market, struct match *match, uint32_t slot,
                     enum uncross_phase next, struct step *step)
{
    match->phase = (uint8_t)next;
    if (raw_of_quantity(market_order_at(market, slot)->left) != 0) {
        return false;
    }
    *step = (struct step){.kind = STEP_MAKER_DONE, .maker = slot};
    return true;
}

static bool leave_used_up(struct market *market, struct match *match, struct step *step)
{
    if (match->level != 0 && market_level_at(market, match->level)->head == 0) {
        return leave_level(market, match, UNCROSS_LEVEL_BIDS, step);
    }
    if (match->second != 0 && market_level_at(market, match->second)->head == 0) {
        return leave_level(market, match, UNCROSS_LEVEL_ASKS, step);
    }
    match->phase = UNCROSS_PHASE_PAIR;
    return false;
}

static bool leave_both(struct market *market, struct match *match, struct step *step)
{
    if (leave_level(market, match, UNCROSS_LEVEL_BIDS, step) ||
        leave_level(market, match, UNCROSS_LEVEL_ASKS, step)) {
        return true;
    }
    match->phase = UNCROSS_PHASE_OVER;
    return false;
}

/* The auction has nothing more to do in this command: is it done altogether? */
static bool conclude(struct market *market, struct instrument *instrument,
                     const struct match *match)
{
    if (match->fills >= TARAZY_FILLS_MAX && instrument->uncross.left > 0) {
        return false; /* goes on at the next clock, which is due at once */
    }
    session_end_auction(market, instrument, instrument->uncross.price);
    return instrument->session == SESSION_CONTINUOUS;
}

bool market_auction_step(struct market *market, uint16_t number, struct match *match,
                         struct step *step, bool *finished)
{
    struct instrument *instrument = market_instrument_at(market, number);

    *finished = false;
    if (match->phase == 0) {
        ENSURE(instrument->session == SESSION_AUCTION && market->pinned[0] == 0);
        match->phase = UNCROSS_PHASE_PAIR;
    }
    for (;;) {
        bool stepped = false;

        switch ((enum uncross_phase)match->phase) {
        case UNCROSS_PHASE_PAIR: stepped = meet(market, instrument, match, step); break;
        case UNCROSS_PHASE_MAKER:
            stepped = say_done(market, match, match->maker, UNCROSS_PHASE_TAKER, step);
            break;
        case UNCROSS_PHASE_TAKER:
            stepped = say_done(market, match, match->taker, UNCROSS_PHASE_NEXT, step);
            break;
        case UNCROSS_PHASE_NEXT: stepped = leave_used_up(market, match, step); break;
        case UNCROSS_PHASE_FINISH: stepped = leave_both(market, match, step); break;
        case UNCROSS_PHASE_OVER: *finished = conclude(market, instrument, match); return false;
        }
        if (stepped) {
            return true;
        }
    }
}
