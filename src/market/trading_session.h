/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of an instrument, as the rest of the market changes them.
 */
#ifndef MARKET_TRADING_SESSION_H
#define MARKET_TRADING_SESSION_H

#include "market/market_state.h"

/* The auction's price lies outside the static band: it goes on for another auction_ms. */
void session_extend_auction(struct market *market, struct instrument *instrument, int64_t now_us);

/* The auction is done: continuous trading, and the static band counts from its price (0 = there was
 * no trade: from where it did). */
void session_end_auction(struct market *market, struct instrument *instrument, struct price price);

#endif
