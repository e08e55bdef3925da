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

static bool places(const struct market *market, const struct market_ahead *ahead)
{
    return ahead->instrument >= 1 && ahead->instrument <= market->instrument_count &&
           ahead->side >= SIDE_BUY && ahead->side <= SIDE_SELL;
}

/* Where the tables have the order and the trader. */
static void ask_tables(const struct market *market, const struct market_ahead *ahead)
{
    if (ahead->number != 0) {
        order_ask_place(market, ahead->number);
    }
    if (places(market, ahead)) {
        ask_for(market_instrument_at(market, ahead->instrument), sizeof(struct instrument));
        if (ahead->number == 0) { /* the order that is named knows its trader */
            traders_ask_place(market, ahead->participant, ahead->instrument);
            traders_ask_first(market, ahead->participant);
        }
        order_ask_place(market, ahead->order_to_come);
    }
}

/* What an incoming order is held against first, and what a new level is. */
static void ask_best(const struct market *market, const struct instrument *instrument)
{
    ask_for(market_level_at(market, instrument->ladders[SIDE_BUY].best), LINE);
    ask_for(market_level_at(market, instrument->ladders[SIDE_SELL].best), LINE);
}

static void ask_records(const struct market *market, struct market_ahead *ahead)
{
    if (ahead->number != 0) {
        ahead->order = order_guess(market, ahead->number);
        ask_for(market_order_at(market, ahead->order), sizeof(struct order));
    }
    if (places(market, ahead)) {
        const struct instrument *instrument = market_instrument_at(market, ahead->instrument);

        ahead->key = instrument_key(instrument, ahead->side, ahead->price) & LADDER_KEY_MAX;
        ahead->child = instrument->ladders[ahead->side].root;
        ladder_ask_node(&market->ladders, ahead->child);
        ask_best(market, instrument);
    }
    if (places(market, ahead) && ahead->number == 0) {
        ahead->trader = traders_guess(market, ahead->participant, ahead->instrument);
        ask_for(market_trader_at(market, ahead->trader), sizeof(struct trader));
    }
}

/* What stands around the order: its level, its neighbours there and in its owner's chain. */
static void ask_around(const struct market *market, struct market_ahead *ahead)
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
    if (ahead->trader == 0) {
        ahead->trader = order->trader;
        ask_for(market_trader_at(market, ahead->trader), sizeof(struct trader));
    }
}

static void ask_chain_end(const struct market *market, const struct market_ahead *ahead)
{
    uint32_t last = market_trader_at(market, ahead->trader)->last;

    ask_for(&market_order_at(market, last)->opened_us, LINE);
}

/* A level of the ladder in two steps: the place in the node, then what stands there. */
static void ask_down(const struct market *market, struct market_ahead *ahead, bool place)
{
    if (ahead->child == 0) {
        return;
    }
    if (place) {
        ladder_ask_child(&market->ladders, ahead->child, ahead->key);
        return;
    }
    ahead->child = ladder_go_down(&market->ladders, ahead->child, ahead->key, &ahead->level);
    ladder_ask_node(&market->ladders, ahead->child);
    ask_for(market_level_at(market, ahead->level), sizeof(struct level));
}

static void ask_queue_end(const struct market *market, const struct market_ahead *ahead)
{
    uint32_t tail = market_level_at(market, ahead->level)->tail;

    if (ahead->level != 0) {
        ask_for(market_order_at(market, tail), LINE);
    }
}

void market_ahead_step(const struct market *market, struct market_ahead *ahead, uint32_t step)
{
    if (step == 0) {
        ask_tables(market, ahead);
    } else if (step == 1) {
        ask_records(market, ahead);
    } else if (step + 1 < MARKET_AHEAD_STEPS) {
        ask_down(market, ahead, step % 2 == 0);
    } else {
        ask_queue_end(market, ahead);
    }
    if (step == 2) {
        ask_around(market, ahead);
    } else if (step == 3) {
        ask_chain_end(market, ahead);
    }
}

struct trader_note market_ahead_note(const struct market *market, const struct market_ahead *ahead)
{
    return market_trader_at(market, ahead->trader)->note;
}
