/* SPDX-License-Identifier: Apache-2.0
 *
 * One instrument: its terms, its session, its four ladders, and what matching remembers of prices.
 */
#ifndef MARKET_INSTRUMENT_H
#define MARKET_INSTRUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "market/exact.h"
#include "market/ladder.h"
#include "market/raw.h"
#include "tarazy/command.h"

/* The first two are the sides' numbers: enum side says which of them an order rests on. */
enum ladder_kind {
    LADDER_KIND_BIDS = SIDE_BUY,  /* highest price first */
    LADDER_KIND_ASKS = SIDE_SELL, /* lowest first */
    LADDER_KIND_RISE = 3,         /* stop orders set off by a price that rises: lowest first */
    LADDER_KIND_FALL = 4,         /* … by one that falls: highest first */
};
#define LADDER_KINDS 4u

/* An auction being carried out, while it takes more than one command. */
struct uncross {
    struct price price; /* 0 = none under way */
    int64_t left;       /* base units still to trade at it */
};

struct instrument {
    struct instrument_terms terms;
    struct exact tick;
    struct exact lot;
    int64_t unit;         /* quote units of one lot at one tick: tick × lot / 10^base_scale */
    int64_t notional_min; /* the terms', within what an order's notional can be */
    int64_t notional_max; /* INT64_MAX: none */
    struct ladder ladders[LADDER_KINDS + 1]; /* by enum ladder_kind */
    uint32_t orders;                         /* open ones, in any state */
    int64_t totals[SIDE_SELL + 1];           /* base units on the book by side, hidden included */
    struct price last;                       /* last trade; the terms' reference before the first */
    struct price high; /* highest and lowest trade that stop orders have yet to hear of */
    struct price low;
    struct price reference;     /* of the static band: the last auction's price, or the terms' */
    struct price price_ceiling; /* largest price_max and quantity_max there ever were */
    struct quantity quantity_ceiling; /* (older orders may have them) */
    int64_t until_us;                 /* end of the auction; 0 = until told */
    uint64_t trades;
    uint64_t updates;
    struct uncross uncross;
    uint32_t trailing_head; /* orders that trail the price, by age: extras */
    uint32_t trailing_tail;
    uint32_t trailing_count;   /* pending and waiting ones */
    uint32_t trailing_set_off; /* of those that wait: a trade has set them off */
    uint16_t number;
    uint8_t session;
    uint8_t base_scale;
    uint8_t cascading; /* 1: some stop orders may be set off */
    uint8_t reserved[19];
};

/* A seller who trails by the whole price would never be set off. */
#define INSTRUMENT_TRAILING_BPS_MAX 9999u

static inline uint8_t instrument_opposite(uint8_t side)
{
    return (uint8_t)(SIDE_BUY + SIDE_SELL - side);
}

/* Is the higher price the better one on this ladder? Then keys run against prices. */
static inline bool instrument_is_falling(uint8_t ladder)
{
    return ladder == LADDER_KIND_BIDS || ladder == LADDER_KIND_FALL;
}

/* A price's key on a ladder: the better, the smaller. price: a multiple of the tick. */
static inline uint64_t instrument_key(const struct instrument *instrument, uint8_t ladder,
                                      struct price price)
{
    uint64_t ticks = exact_quotient(&instrument->tick, raw_of_price(price));

    return instrument_is_falling(ladder) ? LADDER_KEY_MAX - ticks : ticks;
}

/* price × quantity in quote units; both on tick and lot, within the ceilings, so it fits. */
static inline int64_t instrument_notional(const struct instrument *instrument, struct price price,
                                          int64_t quantity)
{
    uint64_t ticks = exact_quotient(&instrument->tick, raw_of_price(price));
    uint64_t lots = exact_quotient(&instrument->lot, quantity);

    return (int64_t)(ticks * lots * (uint64_t)instrument->unit);
}

/* The largest quantity on the lot that quote_units buy at price. */
static inline int64_t instrument_affordable(const struct instrument *instrument, struct price price,
                                            int64_t quote_units)
{
    uint64_t ticks = exact_quotient(&instrument->tick, raw_of_price(price));
    uint64_t lots = (uint64_t)quote_units / (ticks * (uint64_t)instrument->unit);
    uint64_t lots_max = instrument->lot.quotient_max;

    return (int64_t)((lots < lots_max ? lots : lots_max) * instrument->lot.divisor);
}

/* Base units one market order may trade. */
static inline int64_t instrument_market_max(const struct instrument *instrument)
{
    int64_t market_max = raw_of_quantity(instrument->terms.market_quantity_max);

    return market_max != 0 ? market_max : raw_of_quantity(instrument->terms.quantity_max);
}

/* |price − reference| <= reference × ppm / 10^6, exactly; ppm 0 = no band. */
bool instrument_is_within(struct price price, struct price reference, uint32_t ppm);

/* What a market order may reach at the worst, counted from `from`: never outside the price filter. */
struct price instrument_protection(const struct instrument *instrument, uint8_t side,
                                   struct price from);

static inline bool order_type_is_market(uint8_t type)
{
    return type == ORDER_TYPE_MARKET || type == ORDER_TYPE_STOP_LOSS ||
           type == ORDER_TYPE_TAKE_PROFIT;
}

static inline bool order_type_is_stop(uint8_t type)
{
    return type >= ORDER_TYPE_STOP_LOSS && type <= ORDER_TYPE_TAKE_PROFIT_LIMIT;
}

static inline bool order_tif_may_rest(uint8_t time_in_force)
{
    return time_in_force == TIME_IN_FORCE_GTC || time_in_force == TIME_IN_FORCE_GTD;
}

#endif
