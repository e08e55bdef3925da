/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders on ladders: joining and leaving a price level, and what the public sees of it.
 */
#ifndef MARKET_BOOK_H
#define MARKET_BOOK_H

#include "market/market_state.h"

/* Puts an order behind all others at this price of a ladder; makes the level if need be. */
void book_join(struct market *market, uint32_t slot, uint8_t ladder, struct price price);

/* Takes an order off its level, which stays, perhaps empty: book_settle frees it. Returns it. */
uint32_t book_leave(struct market *market, uint32_t slot);

/* Takes quantity off a resting order: first what is shown, then what is hidden. Shows a new part
 * when the shown one is used up; true: it did, and the order belongs at the tail now. */
bool book_reduce(struct market *market, uint32_t slot, int64_t quantity);

/* Moves an order of a level behind all others. */
void book_requeue(struct market *market, uint32_t slot);

/* Frees the level if nothing stands there and no match is at it. */
void book_settle(struct market *market, uint32_t at);

/* What the level shows now, under the instrument's next update number. */
void book_publish(struct market *market, uint32_t at, struct level_change *change);

/* Is this order all that stands at the level? */
bool book_holds_only(const struct level *level, uint32_t order);

/* Best level of a ladder, 0 = none; one that holds nothing but the order `ignoring` (0 = none) does
 * not count. */
uint32_t book_best(const struct market *market, const struct instrument *instrument, uint8_t ladder,
                   uint32_t ignoring);

/* The level after this one on its ladder. */
uint32_t book_next(const struct market *market, const struct instrument *instrument, uint32_t at);

/* Does an order of this side at this price meet the other side? */
bool book_crosses(const struct market *market, const struct instrument *instrument, uint8_t side,
                  struct price price, uint32_t ignoring);

#endif
