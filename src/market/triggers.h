/* SPDX-License-Identifier: Apache-2.0
 *
 * Stop orders: which way they look, waiting, being set off.
 */
#ifndef MARKET_TRIGGERS_H
#define MARKET_TRIGGERS_H

#include "market/market_state.h"

/* The stop ladder an order of this type and side waits on: LADDER_KIND_RISE or LADDER_KIND_FALL. */
uint8_t triggers_ladder(uint8_t type, uint8_t side);

/* Would this stop price be reached by the trades that stop orders have yet to hear of? */
bool triggers_is_reached(const struct instrument *instrument, uint8_t ladder, struct price stop);

/* The price a stop order must be paid for at the worst: where it may be set off; for a buyer who
 * trails, the highest such price foreseeable now. */
struct price triggers_expected(const struct instrument *instrument,
                               const struct order_terms *terms);

/* Puts a pending order to wait: on its ladder, or among those that trail the price. */
void triggers_wait(struct market *market, uint32_t slot);

/* Takes a waiting order away from where it waits. */
void triggers_leave(struct market *market, uint32_t slot);

/* A trade printed at this price. */
void triggers_hear(struct market *market, struct instrument *instrument, struct price price);

#endif
