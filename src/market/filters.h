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

/* An order on its way in: what is asked, and what the answers depend on. */
struct candidate {
    const struct placement *placement;
    const struct order_terms *terms;
    const struct instrument *instrument;
    const struct order *ignored; /* the order that a replace cancels first, or NULL */
    uint32_t trader;             /* the participant's record on the instrument, 0 = none yet */
};

/* Counts and room: MAX_NUM_…, MAX_POSITION, ORDERS_FULL, LEVELS_FULL, TRAILING_FULL, OVERFLOW. */
enum result filters_check_counts(const struct market *market, const struct candidate *candidate);

#endif
