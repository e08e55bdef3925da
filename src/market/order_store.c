/* SPDX-License-Identifier: Apache-2.0
 *
 * The records of open orders. A room of its own because every other file reads them and only this
 * one makes and ends them: what an order needs beside its record (extra, table entries, chains,
 * deadlines) comes and goes with it.
 *
 * Invariants: an order is in the table by number, and by client id if it has one; in its trader's
 * chain; its extra points back; levels_promised is the sum of order_promises over all orders.
 *
 * Next: traders.c, client_ids.c.
 */
#include "market/order_store.h"

#include "market/client_ids.h"
#include "market/traders.h"

#define NUMBERS_TOGETHER 4u

/* Numbers that follow each other stand side by side in the table, half a cache line full: new orders
 * are looked at most, and a table for millions does not fit a cache. More of them would make runs long.
 * Where is random. The table turns the low 32 bits into a place in proportion, so number_step moves on
 * by one place. */
static uint64_t hash_number(const struct market *market, uint64_t number)
{
    uint64_t first = hash_u64(market->seed, number / NUMBERS_TOGETHER);

    return (uint32_t)first + number % NUMBERS_TOGETHER * market->number_step;
}

bool order_needs_extra(const struct order_terms *terms, bool in_list)
{
    return in_list || order_type_is_stop(terms->type) || raw_of_quantity(terms->iceberg) > 0 ||
           terms->expires_us != 0 || (terms->flags & ORDER_FLAG_BY_QUOTE) != 0;
}

static uint32_t promises(uint8_t state, uint8_t type, uint8_t time_in_force, bool trailing)
{
    uint32_t rest = !order_type_is_market(type) && order_tif_may_rest(time_in_force);
    uint32_t wait = order_type_is_stop(type) && !trailing;

    switch ((enum order_state)state) {
    case ORDER_STATE_PENDING: return wait + rest;
    case ORDER_STATE_WAITING: return rest;
    case ORDER_STATE_TAKING: return rest;
    case ORDER_STATE_RESTING: return 0;
    }
    ENSURE(false);
    return 0;
}

uint32_t order_promises(const struct market *market, const struct order *order)
{
    const struct order_extra *extra = market_extra_of(market, order);

    return promises(order->state, order->type, order->time_in_force,
                    extra != NULL && extra->trailing_bps != 0);
}

uint32_t order_terms_promises(const struct order_terms *terms)
{
    return promises(ORDER_STATE_PENDING, terms->type, terms->time_in_force,
                    terms->trailing_bps != 0);
}

static void fill_extra(struct market *market, uint32_t slot, const struct order_terms *terms,
                       uint32_t list)
{
    struct order *order = market_order_at(market, slot);
    bool by_quote = (terms->flags & ORDER_FLAG_BY_QUOTE) != 0;

    order->extra = pool_take(&market->extras);
    ENSURE(order->extra != 0);
    struct order_extra *extra = market_extra_at(market, order->extra);
    extra->order = slot;
    extra->stop_price = terms->stop_price;
    if (raw_of_quantity(terms->iceberg) < raw_of_quantity(terms->quantity)) {
        extra->iceberg = terms->iceberg;
        extra->shown = terms->iceberg;
    }
    extra->expires_us = terms->expires_us;
    extra->quote_units = by_quote ? raw_of_quantity(terms->quantity) : 0;
    extra->trailing_bps = terms->trailing_bps;
    extra->list = list;
    if (terms->expires_us != 0) {
        timers_set(&market->expiries, order->extra, terms->expires_us, order->number);
    }
}

uint32_t order_store_add(struct market *market, const struct placement *placement,
                         const struct order_terms *terms, uint64_t number, uint32_t list)
{
    uint32_t slot = pool_take(&market->orders);

    ENSURE(slot != 0 && number != 0);
    struct order *order = market_order_at(market, slot);
    order->number = number;
    order->price = terms->price;
    order->participant = placement->participant;
    order->instrument = terms->instrument;
    order->side = terms->side;
    order->type = terms->type;
    order->opened_us = placement->now_us;
    order->time_in_force = terms->time_in_force;
    order->self_trade = terms->self_trade;
    order->state = ORDER_STATE_PENDING;
    order->flags = (uint8_t)terms->flags;
    if ((terms->flags & ORDER_FLAG_BY_QUOTE) == 0) {
        order->quantity = terms->quantity;
        order->left = terms->quantity;
    }
    if (order_needs_extra(terms, list != 0)) {
        fill_extra(market, slot, terms, list);
    }
    table_insert(&market->by_number, hash_number(market, number), slot);
    if (!client_id_is_empty(&terms->client_id)) {
        order->client_id = terms->client_id;
        client_ids_add_order(market, slot);
    }
    traders_add_order(market, slot);
    market_instrument_at(market, terms->instrument)->orders++;
    market->levels_promised += order_terms_promises(terms);
    return slot;
}

void order_store_remove(struct market *market, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);

    ENSURE(order->level == 0 && order->next == 0 && order->previous == 0);
    if (order->state != ORDER_STATE_RESTING) {
        market->levels_promised -= order_promises(market, order);
    }
    market_instrument_at(market, order->instrument)->orders--;
    traders_remove_order(market, slot);
    if (!client_id_is_empty(&order->client_id)) {
        client_ids_retire_order(market, slot);
    }
    table_remove(&market->by_number, hash_number(market, order->number), slot);
    if (order->extra != 0) {
        const struct order_extra *extra = market_extra_at(market, order->extra);

        if (extra->expires_us != 0) {
            timers_clear(&market->expiries, order->extra);
        }
        if (extra->list != 0 && market_list_at(market, extra->list)->orders[extra->leg] == slot) {
            market_list_at(market, extra->list)->orders[extra->leg] = 0;
        }
        pool_give(&market->extras, order->extra);
    }
    pool_give(&market->orders, slot);
}

void order_ask_place(const struct market *market, uint64_t number)
{
    table_ask(&market->by_number, hash_number(market, number));
}

/* A new order's neighbours came just before it: only the first of them has to ask. */
void order_ask_new_place(const struct market *market, uint64_t number)
{
    if (number % NUMBERS_TOGETHER == 0) {
        order_ask_place(market, number);
    }
}

uint32_t order_guess(const struct market *market, uint64_t number)
{
    uint32_t cursor;

    return table_first(&market->by_number, hash_number(market, number), &cursor);
}

const struct order *market_order(const struct market *market, uint32_t order)
{
    ENSURE(order >= 1 && order <= market->orders.capacity);
    return market_order_at(market, order);
}

uint32_t market_order_find(const struct market *market, uint64_t number)
{
    uint64_t hash = hash_number(market, number);
    uint32_t cursor;

    for (uint32_t i = table_first(&market->by_number, hash, &cursor); i != 0;
         i = table_next(&market->by_number, hash, &cursor)) {
        if (market_order_at(market, i)->number == number) {
            return i;
        }
    }
    return 0;
}

uint32_t market_order_count(const struct market *market)
{
    return market->orders.count;
}
