/* SPDX-License-Identifier: Apache-2.0
 *
 * Stop, take-profit and trailing orders. A room of its own because they are not on the book: they
 * wait for a price. A fixed stop price waits on a ladder of its own kind (prices that must rise,
 * prices that must fall), so finding the next one set off costs as much as finding the best bid.
 * Trailing orders move with the price; they stand in one chain by age, at most TARAZY_TRAILING_MAX.
 *
 * Which is set off first: fixed stops that wait for a rise, lowest first; those that wait for a fall,
 * highest first; trailing ones by age; within a price by time of arrival.
 *
 * Invariants: high and low enclose every trade since all stop orders were last asked; nothing that
 * waits lies within them, unless cascading is set; a trailing order follows from its extreme.
 *
 * Next: matching.c takes what was set off like any other order.
 */
#include "market/triggers.h"

#include "market/book.h"
#include "market/order_store.h"

#define BPS_WHOLE 10000u

static bool is_sell(uint8_t side)
{
    return side == SIDE_SELL;
}

static bool is_stop_loss(uint8_t type)
{
    return type == ORDER_TYPE_STOP_LOSS || type == ORDER_TYPE_STOP_LOSS_LIMIT;
}

uint8_t triggers_ladder(uint8_t type, uint8_t side)
{
    return is_stop_loss(type) == is_sell(side) ? LADDER_KIND_FALL : LADDER_KIND_RISE;
}

static bool is_reached_by(struct price price, uint8_t ladder, struct price stop)
{
    return ladder == LADDER_KIND_RISE ? raw_of_price(stop) <= raw_of_price(price)
                                      : raw_of_price(stop) >= raw_of_price(price);
}

bool triggers_is_reached(const struct instrument *instrument, uint8_t ladder, struct price stop)
{
    struct price seen = ladder == LADDER_KIND_RISE ? instrument->high : instrument->low;

    return is_reached_by(seen, ladder, stop);
}

struct price triggers_expected(const struct instrument *instrument, const struct order_terms *terms)
{
    struct price from = raw_of_price(terms->stop_price) > 0 ? terms->stop_price : instrument->last;
    uint128 parts =
        is_sell(terms->side) ? BPS_WHOLE - terms->trailing_bps : BPS_WHOLE + terms->trailing_bps;
    uint128 units = (uint128)raw_of_price(from) * parts / BPS_WHOLE;

    return raw_to_price(units < INT64_MAX ? (int64_t)units : INT64_MAX);
}

/* One trailing order hears of a trade. */
static void trail(struct instrument *instrument, const struct order *order,
                  struct order_extra *extra, struct price price)
{
    uint128 now = (uint128)raw_of_price(price) * BPS_WHOLE;

    if (extra->set_off) {
        return;
    }
    if (raw_of_price(extra->extreme) == 0) {
        if (is_reached_by(price, triggers_ladder(order->type, order->side), extra->stop_price)) {
            extra->extreme = price;
            extra->announce = 1;
        }
        return;
    }
    int64_t extreme = raw_of_price(extra->extreme);
    if (is_sell(order->side)) {
        extreme = raw_of_price(price) > extreme ? raw_of_price(price) : extreme;
        extra->set_off = now <= (uint128)extreme * (BPS_WHOLE - extra->trailing_bps);
    } else {
        extreme = raw_of_price(price) < extreme ? raw_of_price(price) : extreme;
        extra->set_off = now >= (uint128)extreme * (BPS_WHOLE + extra->trailing_bps);
    }
    extra->extreme = raw_to_price(extreme);
    instrument->trailing_set_off += extra->set_off;
}

static void join_trailing(struct market *market, struct instrument *instrument, uint32_t slot)
{
    struct order_extra *extra = market_extra_at(market, slot);

    extra->previous_trailing = instrument->trailing_tail;
    if (instrument->trailing_tail != 0) {
        market_extra_at(market, instrument->trailing_tail)->next_trailing = slot;
    } else {
        instrument->trailing_head = slot;
    }
    instrument->trailing_tail = slot;
}

static void leave_trailing(struct market *market, struct instrument *instrument,
                           struct order_extra *extra)
{
    if (extra->previous_trailing != 0) {
        market_extra_at(market, extra->previous_trailing)->next_trailing = extra->next_trailing;
    } else {
        instrument->trailing_head = extra->next_trailing;
    }
    if (extra->next_trailing != 0) {
        market_extra_at(market, extra->next_trailing)->previous_trailing = extra->previous_trailing;
    } else {
        instrument->trailing_tail = extra->previous_trailing;
    }
    extra->next_trailing = 0;
    extra->previous_trailing = 0;
    instrument->trailing_set_off -= extra->set_off;
}

void triggers_wait(struct market *market, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);
    struct instrument *instrument = market_instrument_at(market, order->instrument);
    struct order_extra *extra = market_extra_at(market, order->extra);

    ENSURE(order->state == ORDER_STATE_PENDING && order_type_is_stop(order->type));
    order_set_state(market, order, ORDER_STATE_WAITING);
    if (extra->trailing_bps == 0) {
        book_join(market, slot, triggers_ladder(order->type, order->side), extra->stop_price);
        return;
    }
    /* Follows from the start; with a stop price, from when that is reached: it may be already. */
    join_trailing(market, instrument, order->extra);
    if (raw_of_price(extra->stop_price) == 0) {
        extra->extreme = instrument->last;
    } else {
        trail(instrument, order, extra, instrument->last);
    }
}

void triggers_leave(struct market *market, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);

    ENSURE(order->state == ORDER_STATE_WAITING);
    if (order->level != 0) {
        book_settle(market, book_leave(market, slot));
        return;
    }
    leave_trailing(market, market_instrument_at(market, order->instrument),
                   market_extra_at(market, order->extra));
}

void triggers_hear(struct market *market, struct instrument *instrument, struct price price)
{
    for (uint32_t i = instrument->trailing_head; i != 0;) {
        struct order_extra *extra = market_extra_at(market, i);

        trail(instrument, market_order_at(market, extra->order), extra, price);
        i = extra->next_trailing;
    }
    instrument->last = price;
    if (raw_of_price(price) > raw_of_price(instrument->high)) {
        instrument->high = price;
    }
    if (raw_of_price(price) < raw_of_price(instrument->low)) {
        instrument->low = price;
    }
    if (!instrument->cascading) {
        instrument->cascading = 1;
        market->cascading++;
    }
}

/* The first order of a stop ladder, if the unheard trades reach it. */
static uint32_t first_reached(const struct market *market, const struct instrument *instrument,
                              uint8_t ladder)
{
    uint32_t best = instrument->ladders[ladder].best;

    if (best == 0) {
        return 0;
    }
    const struct level *level = market_level_at(market, best);
    return triggers_is_reached(instrument, ladder, level->price) ? level->head : 0;
}

/* The oldest trailing order that is set off. */
static uint32_t first_set_off(const struct market *market, const struct instrument *instrument)
{
    uint32_t i = instrument->trailing_set_off != 0 ? instrument->trailing_head : 0;

    while (i != 0 && !market_extra_at(market, i)->set_off) {
        i = market_extra_at(market, i)->next_trailing;
    }
    return i != 0 ? market_extra_at(market, i)->order : 0;
}

uint32_t market_next_triggered(struct market *market, uint16_t number)
{
    struct instrument *instrument = market_instrument_at(market, number);

    if (!instrument->cascading || instrument->session != SESSION_CONTINUOUS) {
        return 0;
    }
    uint32_t slot = first_reached(market, instrument, LADDER_KIND_RISE);
    if (slot == 0) {
        slot = first_reached(market, instrument, LADDER_KIND_FALL);
    }
    if (slot == 0) {
        slot = first_set_off(market, instrument);
    }
    if (slot == 0) {
        instrument->cascading = 0;
        market->cascading--;
        instrument->high = instrument->last;
        instrument->low = instrument->last;
        return 0;
    }
    triggers_leave(market, slot);
    struct order *order = market_order_at(market, slot);
    if (market_extra_at(market, order->extra)->trailing_bps != 0) {
        instrument->trailing_count--;
    }
    order_set_state(market, order, ORDER_STATE_TAKING);
    return slot;
}

bool market_has_triggered(const struct market *market, uint16_t number)
{
    const struct instrument *instrument = market_instrument_at(market, number);

    return instrument->cascading && instrument->session == SESSION_CONTINUOUS;
}

uint32_t market_next_trailing(struct market *market, uint16_t number)
{
    struct instrument *instrument = market_instrument_at(market, number);

    for (uint32_t i = instrument->trailing_head; i != 0;) {
        struct order_extra *extra = market_extra_at(market, i);

        if (extra->announce) {
            extra->announce = 0;
            return extra->order;
        }
        i = extra->next_trailing;
    }
    return 0;
}

void market_order_start(struct market *market, uint32_t slot)
{
    struct order *order = market_order_at(market, slot);
    const struct instrument *instrument = market_instrument_at(market, order->instrument);
    const struct order_extra *extra = market_extra_of(market, order);

    ENSURE(order->state == ORDER_STATE_PENDING);
    bool waits = order_type_is_stop(order->type);
    if (waits && extra != NULL && extra->trailing_bps == 0) {
        waits = !triggers_is_reached(instrument, triggers_ladder(order->type, order->side),
                                     extra->stop_price);
    }
    if (waits) {
        triggers_wait(market, slot);
    } else {
        order_set_state(market, order, ORDER_STATE_TAKING);
    }
}

uint32_t market_next_expired(struct market *market, int64_t now_us)
{
    uint32_t extra = timers_first(&market->expiries);

    if (extra == 0 || timers_due(&market->expiries) > now_us) {
        return 0;
    }
    return market_extra_at(market, extra)->order;
}
