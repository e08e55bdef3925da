/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking the other side of the book without touching it: for fill-or-kill, for what a market order
 * will cost, for amounts in quote units. A room of its own because it must agree with matching.c and
 * can be compared with it: what it promises as a bound, no match exceeds.
 *
 * Bounds it relies on: a match makes at most TARAZY_FILLS_MAX steps, so looking at so many orders is
 * enough; an own order that prevention removes leaves only worse prices, so leaving out own orders
 * gives the largest cost.
 *
 * Next: matching.c.
 */
#include "market/liquidity.h"

#include "market/book.h"
#include "money/arithmetic.h"

struct sweep {
    /* asked */
    const struct instrument *instrument;
    uint32_t participant;
    uint8_t side;
    uint8_t self_trade;
    uint32_t ignoring;
    struct price limit;
    int64_t wanted;      /* base units; BY_QUOTE: as many as there may be */
    int64_t quote_limit; /* BY_QUOTE: quote units; else INT64_MAX */
    /* found */
    int64_t quantity;
    struct amount cost;
    uint32_t seen;  /* orders looked at: a match touches no more than TARAZY_FILLS_MAX */
    uint32_t steps; /* fills and preventions at the most, every part of an iceberg counted */
    bool met_own;   /* an own order stands in the way and the mode does not let it pass */
};

/* What one level offers: sums over its orders in the order of matching. */
struct offer {
    int64_t shown;
    int64_t all;
    uint32_t orders;
    uint32_t steps; /* to take it all */
    bool own;
};

static uint32_t parts_of(const struct market *market, const struct order *order)
{
    const struct order_extra *extra = market_extra_of(market, order);
    int64_t part = extra != NULL ? raw_of_quantity(extra->iceberg) : 0;

    if (part == 0) {
        return 1;
    }
    int64_t hidden = raw_of_quantity(order->left) - raw_of_quantity(extra->shown);
    int64_t parts = 1 + (hidden + part - 1) / part;
    return parts <= TARAZY_FILLS_MAX ? (uint32_t)parts : TARAZY_FILLS_MAX + 1;
}

/* Looks at a level's orders until what is shown is enough. */
static struct offer look_at(const struct market *market, const struct sweep *sweep, uint32_t at)
{
    struct offer offer = {0};
    int64_t wanted = sweep->wanted - sweep->quantity;

    for (uint32_t i = market_level_at(market, at)->head;
         i != 0 && offer.shown < wanted && sweep->seen + offer.orders < TARAZY_FILLS_MAX;) {
        const struct order *order = market_order_at(market, i);
        const struct order_extra *extra = market_extra_of(market, order);
        bool iceberg = extra != NULL && raw_of_quantity(extra->iceberg) > 0;
        bool is_ignored = i == sweep->ignoring;

        i = order->next;
        if (is_ignored) {
            continue;
        }
        offer.orders++;
        if (order->participant == sweep->participant && sweep->self_trade != SELF_TRADE_NONE) {
            offer.own = true;
            offer.steps++;
            continue;
        }
        offer.shown += raw_of_quantity(iceberg ? extra->shown : order->left);
        offer.all += raw_of_quantity(order->left);
        offer.steps += parts_of(market, order);
    }
    return offer;
}

/* Takes from one level; false: it is enough. */
static bool sweep_level(const struct market *market, struct sweep *sweep, uint32_t at)
{
    const struct level *level = market_level_at(market, at);
    struct offer offer = look_at(market, sweep, at);
    int64_t wanted = sweep->wanted - sweep->quantity;
    int64_t take = offer.all < wanted ? offer.all : wanted;

    if (sweep->quote_limit != INT64_MAX) {
        int64_t left = sweep->quote_limit - raw_of_amount(sweep->cost);
        int64_t affordable = instrument_affordable(sweep->instrument, level->price, left);

        if (affordable < take) {
            take = affordable;
            sweep->wanted = sweep->quantity + take;
        }
    }
    struct amount cost = raw_to_amount(instrument_notional(sweep->instrument, level->price, take));
    bool fits = amount_add(&sweep->cost, sweep->cost, cost);
    ENSURE(fits);
    sweep->quantity += take;
    sweep->seen += offer.orders;
    sweep->steps += wanted <= offer.shown ? offer.orders : offer.steps;
    sweep->met_own |= offer.own && sweep->self_trade != SELF_TRADE_EXPIRE_MAKER;
    return sweep->quantity < sweep->wanted && sweep->seen < TARAZY_FILLS_MAX;
}

/* Level by level, as far as limit and bands allow. */
static void sweep_book(const struct market *market, struct sweep *sweep)
{
    const struct instrument *instrument = sweep->instrument;
    const struct instrument_terms *terms = &instrument->terms;
    uint8_t ladder = instrument_opposite(sweep->side);
    uint64_t key_limit = instrument_key(instrument, ladder, sweep->limit);
    uint32_t at = instrument->ladders[ladder].best;

    while (at != 0 && market_level_at(market, at)->key <= key_limit) {
        const struct level *level = market_level_at(market, at);
        struct price price = level->price;

        if (book_holds_only(level, sweep->ignoring)) {
            at = book_next(market, instrument, at);
            continue;
        }
        if (!instrument_is_within(price, instrument->reference, terms->band_static_ppm) ||
            !instrument_is_within(price, instrument->last, terms->band_dynamic_ppm) ||
            !sweep_level(market, sweep, at)) {
            return;
        }
        at = book_next(market, instrument, at);
    }
}

static struct sweep sweep_for(const struct market *market, const struct placement *placement,
                              const struct order_terms *terms)
{
    const struct instrument *instrument = market_instrument_at(market, terms->instrument);
    bool by_quote = (terms->flags & ORDER_FLAG_BY_QUOTE) != 0;

    return (struct sweep){
        .instrument = instrument,
        .participant = placement->participant,
        .side = terms->side,
        .self_trade = terms->self_trade,
        .ignoring = placement->ignoring,
        .limit = order_type_is_market(terms->type)
                     ? market_terms_protection(market, placement, terms)
                     : terms->price,
        .wanted = by_quote ? instrument_market_max(instrument) : raw_of_quantity(terms->quantity),
        .quote_limit = by_quote ? raw_of_quantity(terms->quantity) : INT64_MAX,
    };
}

enum result liquidity_check_market(const struct market *market, const struct placement *placement,
                                   const struct order_terms *terms)
{
    const struct instrument *instrument = market_instrument_at(market, terms->instrument);
    uint32_t best =
        book_best(market, instrument, instrument_opposite(terms->side), placement->ignoring);

    if (best == 0) {
        return RESULT_NO_LIQUIDITY;
    }
    if ((terms->flags & ORDER_FLAG_BY_QUOTE) == 0) {
        return RESULT_OK;
    }
    int64_t quantity = instrument_affordable(instrument, market_level_at(market, best)->price,
                                             raw_of_quantity(terms->quantity));
    return quantity > 0 && quantity >= raw_of_quantity(instrument->terms.quantity_min)
               ? RESULT_OK
               : RESULT_LOT_SIZE;
}

static bool fills_whole(const struct market *market, struct sweep *sweep)
{
    sweep_book(market, sweep);
    return sweep->quantity == sweep->wanted && sweep->steps <= TARAZY_FILLS_MAX && !sweep->met_own;
}

bool liquidity_fills_whole(const struct market *market, const struct placement *placement,
                           const struct order_terms *terms)
{
    struct sweep sweep = sweep_for(market, placement, terms);

    return fills_whole(market, &sweep);
}

bool liquidity_fills_order(const struct market *market, const struct order *order)
{
    struct sweep sweep = {
        .instrument = market_instrument_at(market, order->instrument),
        .participant = order->participant,
        .side = order->side,
        .self_trade = order->self_trade,
        .limit = order->price,
        .wanted = raw_of_quantity(order->left),
        .quote_limit = INT64_MAX,
    };

    return fills_whole(market, &sweep);
}

struct quantity liquidity_quantity_by_quote(const struct market *market,
                                            const struct placement *placement,
                                            const struct order_terms *terms)
{
    struct sweep sweep = sweep_for(market, placement, terms);

    sweep_book(market, &sweep);
    return raw_to_quantity(sweep.quantity);
}

bool market_order_funding(const struct market *market, const struct placement *placement,
                          const struct order_terms *terms, struct amount *out)
{
    const struct instrument *instrument = market_instrument_at(market, terms->instrument);
    bool by_quote = (terms->flags & ORDER_FLAG_BY_QUOTE) != 0;
    bool now = terms->type == ORDER_TYPE_MARKET && !placement->pending;

    if (terms->side == SIDE_SELL && by_quote) {
        *out = amount_of_quantity(liquidity_quantity_by_quote(market, placement, terms));
    } else if (terms->side == SIDE_SELL || by_quote) {
        *out = amount_of_quantity(terms->quantity);
    } else if (now) {
        struct sweep sweep = sweep_for(market, placement, terms);

        sweep_book(market, &sweep);
        *out = sweep.cost;
    } else {
        struct price price = order_type_is_market(terms->type)
                                 ? market_terms_protection(market, placement, terms)
                                 : terms->price;

        *out =
            raw_to_amount(instrument_notional(instrument, price, raw_of_quantity(terms->quantity)));
    }
    return true;
}
