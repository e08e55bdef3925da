/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules an order has to pass, in families. market_order_check asks all of them.
 */
#ifndef MARKET_FILTERS_H
#define MARKET_FILTERS_H

#include "market/market_state.h"

/* Do type, time in force and fields go together? ORDER_TYPE_INVALID. Needs no instrument. */
enum result order_rules_check(const struct order_terms *terms);

/* Does the instrument's session take this kind now? MARKET_CLOSED. */
enum result order_rules_session(const struct instrument *instrument,
                                const struct order_terms *terms);

/* Ticks, lots, notional, percentages, icebergs, trailing: what the terms say by themselves. */
enum result filters_check_terms(const struct instrument *instrument,
                                const struct order_terms *terms);

/* Counts and room: MAX_NUM_…, MAX_POSITION, ORDERS_FULL, LEVELS_FULL, TRAILING_FULL. */
enum result filters_check_counts(const struct market *market, const struct placement *placement,
                                 const struct order_terms *terms);

/* The order that a replace cancels first; 0 = none. */
static inline uint32_t filters_ignored(const struct market *market,
                                       const struct placement *placement)
{
    return placement->ignoring != 0 ? market_order_find(market, placement->ignoring) : 0;
}

#endif
