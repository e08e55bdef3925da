/* SPDX-License-Identifier: Apache-2.0
 *
 * What an order would meet if it were matched now: the match without the matching.
 */
#ifndef MARKET_LIQUIDITY_H
#define MARKET_LIQUIDITY_H

#include "market/market_state.h"

/* Is there something to trade with, and does an amount in quote units buy a quantity within the
 * filters? NO_LIQUIDITY, LOT_SIZE. */
enum result liquidity_check_market(const struct market *market, const struct placement *placement,
                                   const struct order_terms *terms);

/* Could a fill-or-kill order be filled whole, with no more than TARAZY_FILLS_MAX fills, inside the
 * bands and without its self-trade mode ending or reducing it? */
bool liquidity_fills_whole(const struct market *market, const struct placement *placement,
                           const struct order_terms *terms);

/* The same for an order about to be matched. */
bool liquidity_fills_order(const struct market *market, const struct order *order);

/* The base quantity that a BY_QUOTE order would trade at the most. */
struct quantity liquidity_quantity_by_quote(const struct market *market,
                                            const struct placement *placement,
                                            const struct order_terms *terms);

#endif
