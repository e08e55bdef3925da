/* SPDX-License-Identifier: Apache-2.0
 *
 * Auctions: orders collect, then trade at one price. A room of its own because everything here is
 * about one price for all, where continuous trading has a price for each.
 *
 * The price: the one at which most is traded; among those, least is left over; among those, the one
 * nearest to the last price (docs/adr/0006-auction-price.md proves that there is only one such). All
 * prices on the tick count, not only those somebody named. Hidden parts of icebergs take part.
 *
 * Carrying it out: best bid level against best ask level, oldest orders first, at that price, until
 * its volume is done. It may take several commands (TARAZY_FILLS_MAX each); meanwhile nobody joins.
 * If the book is still crossed afterwards (somebody cancelled in between) a new price is found.
 * Self-trade prevention does not apply in an auction: there is no taker.
 *
 * Invariants: every fill is at uncross.price; uncross.left falls by each; both levels at hand are
 * pinned.
 *
 * Next: triggers.c: an auction's price may set off stop orders.
 */
#include "market/book.h"
#include "market/trading_session.h"

/* One side of the book, walked from its best level on. */
struct curve {
    uint32_t level;   /* the level last counted, 0 = beyond the last */
    int64_t quantity; /* up to and with that level */
};

static int64_t level_quantity(const struct level *level)
{
    return level->visible + level->hidden;
}

static struct curve curve_start(const struct market *market, uint32_t best)
{
    return (struct curve){best, best != 0 ? level_quantity(market_level_at(market, best)) : 0};
}

static void curve_advance(const struct market *market, const struct instrument *instrument,
                          struct curve *curve)
{
    curve->level = book_next(market, instrument, curve->level);
    if (curve->level != 0) {
        curve->quantity += level_quantity(market_level_at(market, curve->level));
    }
}

static int64_t ticks_of(const struct market *market, const struct instrument *instrument,
                        uint32_t level)
{
    return (int64_t)exact_quotient(&instrument->tick,
                                   raw_of_price(market_level_at(market, level)->price));
}

/* Prices in ticks, both ends included, and what is left over: buyers (> 0) or sellers (< 0). */
struct span {
    int64_t low;
    int64_t high;
    int64_t surplus;
    int64_t split;         /* from this price on */
    int64_t split_surplus; /* … this is left over instead */
};

struct crossing {
    struct curve bids; /* the first levels at which each side reaches the volume */
    struct curve asks;
    int64_t volume;
};

/* The most that can be traded: pair best with best until prices no longer meet. */
static struct crossing find_volume(const struct market *market, const struct instrument *instrument)
{
    struct crossing crossing = {
        .bids = curve_start(market, instrument->ladders[LADDER_KIND_BIDS].best),
        .asks = curve_start(market, instrument->ladders[LADDER_KIND_ASKS].best),
    };
    struct curve bids = crossing.bids;
    struct curve asks = crossing.asks;

    while (bids.level != 0 && asks.level != 0 &&
           ticks_of(market, instrument, bids.level) >= ticks_of(market, instrument, asks.level)) {
        int64_t volume = bids.quantity < asks.quantity ? bids.quantity : asks.quantity;

        if (volume > crossing.volume) {
            crossing = (struct crossing){bids, asks, volume};
        }
        if (bids.quantity <= asks.quantity) {
            curve_advance(market, instrument, &bids);
        } else {
            curve_advance(market, instrument, &asks);
        }
    }
    return crossing;
}

/* Among the prices of most volume, those with the least left over.
 *
 * The prices of most volume reach from the ask level to the bid level of the crossing. On the bid
 * side more is wanted than traded below `bid_next`, or everywhere if the bid level itself has more;
 * likewise for the asks above `ask_next`. In between nothing is left over. */
static struct span find_span(const struct market *market, const struct instrument *instrument,
                             const struct crossing *crossing)
{
    struct curve bids = crossing->bids;
    struct curve asks = crossing->asks;
    int64_t low = ticks_of(market, instrument, asks.level);
    int64_t high = ticks_of(market, instrument, bids.level);
    int64_t demand = bids.quantity - crossing->volume; /* left over at the highest price */
    int64_t supply = asks.quantity - crossing->volume; /* … at the lowest */

    curve_advance(market, instrument, &bids);
    curve_advance(market, instrument, &asks);
    int64_t bid_next = bids.level != 0 ? ticks_of(market, instrument, bids.level) : low - 1;
    int64_t ask_next = asks.level != 0 ? ticks_of(market, instrument, asks.level) : high + 1;
    bid_next = bid_next < low ? low - 1 : bid_next;
    ask_next = ask_next > high ? high + 1 : ask_next;
    struct span span = {.low = low, .high = high, .split = INT64_MAX};
    if (demand > 0 || supply > 0 || bid_next + 1 < ask_next) {
        span.low = supply > 0 ? low : bid_next + 1;
        span.high = demand > 0 ? high : ask_next - 1;
        span.surplus = demand - supply;
        return span;
    }
    /* Two neighbouring ticks: up to bid_next buyers are left over, from ask_next on sellers. */
    span.surplus = bids.quantity - crossing->volume;
    span.split_surplus = crossing->volume - asks.quantity;
    span.split = ask_next;
    curve_advance(market, instrument, &bids);
    curve_advance(market, instrument, &asks);
    int64_t bid_last = bids.level != 0 ? ticks_of(market, instrument, bids.level) + 1 : low;
    int64_t ask_last = asks.level != 0 ? ticks_of(market, instrument, asks.level) - 1 : high;
    if (span.surplus > -span.split_surplus) {
        span.low = ask_next;
    } else if (bid_last > low) {
        span.low = bid_last;
    }
    if (span.surplus < -span.split_surplus) {
        span.high = bid_next;
    } else if (ask_last < high) {
        span.high = ask_last;
    }
    return span;
}

static int64_t nearest(const struct span *span, int64_t to)
{
    if (to < span->low) {
        return span->low;
    }
    return to > span->high ? span->high : to;
}

struct auction_price market_auction_price(const struct market *market, uint16_t number)
{
    const struct instrument *instrument = market_instrument_at(market, number);
    struct crossing crossing = find_volume(market, instrument);

    if (crossing.volume == 0) {
        return (struct auction_price){0};
    }
    struct span span = find_span(market, instrument, &crossing);
    int64_t tick = raw_of_price(instrument->terms.tick);
    int64_t ticks = nearest(&span, raw_of_price(instrument->last) / tick);
    return (struct auction_price){
        .price = raw_to_price(ticks * tick),
        .quantity = raw_to_quantity(crossing.volume),
        .surplus_units = ticks < span.split ? span.surplus : span.split_surplus,
    };
}

enum auction_state market_auction_begin(struct market *market, uint16_t number, int64_t now_us,
                                        struct auction_price *price)
{
    struct instrument *instrument = market_instrument_at(market, number);

    *price = (struct auction_price){0};
    if (instrument->session != SESSION_AUCTION || instrument->until_us == 0 ||
        instrument->until_us > now_us) {
        return AUCTION_STATE_NONE;
    }
    if (raw_of_price(instrument->uncross.price) != 0) {
        price->price = instrument->uncross.price;
        price->quantity = raw_to_quantity(instrument->uncross.left);
        return AUCTION_STATE_UNCROSS;
    }
    *price = market_auction_price(market, number);
    bool crosses = raw_of_price(price->price) != 0;
    if (crosses && !instrument_is_within(price->price, instrument->reference,
                                         instrument->terms.band_static_ppm)) {
        session_extend_auction(market, instrument, now_us);
        return AUCTION_STATE_EXTENDED;
    }
    if (crosses) {
        instrument->uncross = (struct uncross){price->price, raw_of_quantity(price->quantity)};
    }
    return AUCTION_STATE_UNCROSS;
}
