/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of orders and of order lists.
 */
#ifndef ENGINE_CLOSING_H
#define ENGINE_CLOSING_H

#include "engine/emit.h"
#include "engine/settle.h"

/* The status an order gets that ends for this reason. */
enum order_status closing_status(enum close_reason reason);

/* Ends an order: says so, releases what it held, and does what its list says: the other legs end with
 * it, or start because it was filled. */
void close_order(struct apply *apply, uint32_t slot, const struct closing *closing);

/* The same for a taker, whose hold is known better than its record says. */
void close_taker(struct apply *apply, const struct taker *taker, const struct closing *closing);

/* An order of a list began to trade or was set off: ends the legs that were its alternatives. What
 * the list holds stays held: the caller knows how much of it the order needs. */
void close_alternatives(struct apply *apply, uint32_t order);

/* The same for a resting order that just traded this much, with the release of what its alternatives
 * made the list hold beyond it. */
void close_alternatives_of_resting(struct apply *apply, uint32_t slot, struct quantity traded);

/* A resting order was decremented and need no longer hold `released`: releases it, unless the order's
 * alternatives hold it as well. */
void release_decrement(struct apply *apply, uint32_t slot, struct amount released);

/* Ends all orders of a participant on an instrument (0 = all), oldest first, as many as
 * TARAZY_CLOSES_MAX lets; says how many. */
uint32_t close_all(struct apply *apply, uint32_t participant, uint16_t instrument,
                   enum close_reason reason);

#endif
