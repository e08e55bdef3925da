/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of open orders: taken, found by number, given back.
 */
#ifndef MARKET_ORDER_STORE_H
#define MARKET_ORDER_STORE_H

#include "market/market_state.h"

#define ORDER_PROMISES_MAX 2u

/* Does an order with these terms need an extra? in_list: it is a leg. */
bool order_needs_extra(const struct order_terms *terms, bool in_list);

/* How many price levels an order may yet need in its life: one to wait at, one to rest at. So many
 * are kept free for it, and therefore waiting and resting never fail. */
uint32_t order_promises(const struct market *market, const struct order *order);

/* The same for terms that are not an order yet. */
uint32_t order_terms_promises(const struct order_terms *terms);

/* A new record with the terms and number filled in, in state PENDING, chained to its trader, found
 * by number and client id. */
uint32_t order_store_add(struct market *market, const struct placement *placement,
                         const struct order_terms *terms, uint64_t number, uint32_t list);

/* Frees the record; the client id goes to the remembered ones. The order stands on no ladder. */
void order_store_remove(struct market *market, uint32_t slot);

/* PENDING → WAITING or TAKING, WAITING → TAKING, TAKING → RESTING: and with it what the order is
 * promised. A stop order that no longer is to wait at a price needs no level for that; an order that
 * rests needs none any more. */
static inline void order_set_state(struct market *market, struct order *order,
                                   enum order_state state)
{
    if (state == ORDER_STATE_RESTING) {
        market->levels_promised--;
    } else if (order->state == ORDER_STATE_PENDING && order_type_is_stop(order->type)) {
        market->levels_promised -= market_extra_at(market, order->extra)->trailing_bps == 0;
    }
    order->state = (uint8_t)state;
}

/* Looking ahead (ahead.c): asks for the order's place in the table, or for a new order's; which record
 * that place leads to, without looking at the record: 0 = none. */
void order_ask_place(const struct market *market, uint64_t number);
void order_ask_new_place(const struct market *market, uint64_t number);
uint32_t order_guess(const struct market *market, uint64_t number);

/* What is shown of it on the book. */
static inline int64_t order_shown(const struct market *market, const struct order *order)
{
    const struct order_extra *extra = market_extra_of(market, order);

    return extra != NULL && raw_of_quantity(extra->iceberg) > 0 ? raw_of_quantity(extra->shown)
                                                                : raw_of_quantity(order->left);
}

#endif
