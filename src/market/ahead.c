/* SPDX-License-Identifier: Apache-2.0
 *
 * With a million orders nothing a command touches is in the cache, and each thing is found through the
 * one before: the table leads to the order, the order to its level and its trader, the trader to the
 * accounts. A room of its own because it walks all of them and must not be believed: every index is
 * only used to compute an address.
 *
 * Invariant: reads nothing but what an earlier step asked for; decides nothing.
 */
#include "market/ahead.h"

#include "market/book.h"
#include "market/client_ids.h"
#include "market/order_store.h"
#include "market/traders.h"

#define LINE 64u

static void ask_for(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    for (size_t done = 0; done < size; done += LINE) {
        __builtin_prefetch(at + done, 1);
    }
}

void market_ahead_tables(const struct market *market, struct market_ahead *ahead)
{
    if (ahead->number != 0) {
        order_ask_place(market, ahead->number);
    }
    if (ahead->instrument == 0) {
        return;
    }
    if (ahead->instrument > market->instrument_count || ahead->side < SIDE_BUY ||
        ahead->side > SIDE_SELL) {
        ahead->instrument = 0; /* it will be refused */
        return;
    }
    ask_for(market_instrument_at(market, ahead->instrument), sizeof(struct instrument));
    if (ahead->number == 0) { /* the order that is named knows its trader */
        traders_ask_place(market, ahead->participant, ahead->instrument);
        traders_ask_first(market, ahead->participant);
    }
    order_ask_new_place(market, ahead->order_to_come);
}

void market_ahead_records(const struct market *market, struct market_ahead *ahead)
{
    if (ahead->number != 0) {
        ahead->order = order_guess(market, ahead->number);
        ask_for(market_order_at(market, ahead->order), sizeof(struct order));
    }
    if (ahead->instrument == 0) {
        return;
    }
    const struct instrument *instrument = market_instrument_at(market, ahead->instrument);
    ahead->key = instrument_key(instrument, ahead->side, ahead->price) & LADDER_KEY_MAX;
    ahead->child = instrument->ladders[ahead->side].root;
    ladder_ask(&market->ladders, ahead->child, ahead->key);
    /* What an incoming order is held against first, and what a new level is. */
    ask_for(market_level_at(market, instrument->ladders[SIDE_BUY].best), LINE);
    ask_for(market_level_at(market, instrument->ladders[SIDE_SELL].best), LINE);
    if (ahead->number == 0) {
        ahead->trader = traders_guess(market, ahead->participant, ahead->instrument);
        ask_for(market_trader_at(market, ahead->trader), sizeof(struct trader));
    }
}

void market_ahead_around(const struct market *market, struct market_ahead *ahead)
{
    const struct order *order = market_order_at(market, ahead->order);

    if (ahead->order == 0) {
        return;
    }
    ask_for(market_level_at(market, order->level), sizeof(struct level));
    ask_for(market_order_at(market, order->next), LINE);
    ask_for(market_order_at(market, order->previous), LINE);
    ask_for(&market_order_at(market, order->next_of_trader)->opened_us, LINE);
    ask_for(&market_order_at(market, order->previous_of_trader)->opened_us, LINE);
    if (order->extra != 0) {
        ask_for(market_extra_at(market, order->extra), sizeof(struct order_extra));
    }
    ahead->trader = order->trader;
    ask_for(market_trader_at(market, ahead->trader), sizeof(struct trader));
}

void market_ahead_name(const struct market *market, uint32_t participant,
                       const struct client_id *name)
{
    client_ids_ask(market, participant, name);
}

struct trader_note market_ahead_trader(const struct market *market,
                                       const struct market_ahead *ahead)
{
    const struct trader *trader = market_trader_at(market, ahead->trader);

    ask_for(&market_order_at(market, trader->last)->opened_us, LINE);
    return trader->note;
}

void market_ahead_down(const struct market *market, struct market_ahead *ahead)
{
    if (ahead->child == 0) {
        return;
    }
    ahead->child = ladder_down(&market->ladders, ahead->child, ahead->key);
    ladder_ask(&market->ladders, ahead->child, ahead->key);
}

void market_ahead_queue(const struct market *market, const struct market_ahead *ahead)
{
    uint32_t level = ladder_met(ahead->child);

    ask_for(market_order_at(market, market_level_at(market, level)->tail), LINE);
}
