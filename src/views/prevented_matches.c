/* SPDX-License-Identifier: Apache-2.0
 *
 * Prevented matches, put together from what became of the two orders.
 *
 * Why a file of its own: the engine tells what happened to each order (expired, decremented) and
 * names the other one; people ask about the meeting. Two events of one command that name each
 * other are one match. The taker is the order that came to the book last in this command: opened,
 * triggered or started. Invariant: a record's id is its place in the ring, counted from 1.
 * Read next: order_history.c.
 */
#include "views/prevented_matches.h"

#include "base/ensure.h"
#include "money/arithmetic.h"
#include "views/chains.h"

struct prevented_matches {
    uint64_t count;          /* ever */
    uint64_t taker;          /* the order that is being matched now */
    uint64_t records_offset; /* from this struct */
    uint64_t chains_offset;  /* from this struct */
    uint32_t records_max;
};

struct prevented_matches *prevented_matches_create(struct arena *arena, uint32_t records_max,
                                                   struct hash_seed seed)
{
    struct prevented_matches *matches = arena_reserve(arena, sizeof *matches);
    void *records =
        arena_reserve(arena, ((size_t)records_max + 1) * sizeof(struct prevented_record));
    struct chains *chains = chains_create(arena, records_max, seed);

    if (arena->block == NULL) {
        return NULL;
    }
    *matches = (struct prevented_matches){
        .records_offset = (uint64_t)((uintptr_t)records - (uintptr_t)matches),
        .chains_offset = (uint64_t)((uintptr_t)chains - (uintptr_t)matches),
        .records_max = records_max,
    };
    return matches;
}

static struct prevented_record *record_at(const struct prevented_matches *matches, uint32_t index)
{
    return (struct prevented_record *)((uintptr_t)matches + matches->records_offset) + index;
}

static struct chains *chains_of(const struct prevented_matches *matches)
{
    return (struct chains *)((uintptr_t)matches + matches->chains_offset);
}

static uint32_t index_of_id(const struct prevented_matches *matches, uint64_t id)
{
    return (uint32_t)((id - 1) % matches->records_max) + 1;
}

struct meeting {
    uint64_t order;   /* whose event it is */
    uint64_t counter; /* the other one */
    struct quantity prevented;
    struct price price; /* 0: the maker's limit */
};

/* The record of this meeting if the other order's event has made it already. */
static struct prevented_record *find_half(const struct prevented_matches *matches,
                                          const struct event_header *event,
                                          const struct meeting *meeting)
{
    if (matches->count == 0) {
        return NULL;
    }
    struct prevented_record *last = record_at(matches, index_of_id(matches, matches->count));
    bool is_same =
        last->number == event->number &&
        ((last->maker_order == meeting->order && last->taker_order == meeting->counter) ||
         (last->taker_order == meeting->order && last->maker_order == meeting->counter));

    return is_same ? last : NULL;
}

static struct prevented_record *record_new(struct prevented_matches *matches,
                                           const struct order_record *taker,
                                           const struct order_record *maker)
{
    matches->count++;
    uint32_t index = index_of_id(matches, matches->count);

    if (matches->count > matches->records_max) {
        chains_remove(chains_of(matches), index);
    }
    struct prevented_record *record = record_at(matches, index);
    *record = (struct prevented_record){
        .id = matches->count,
        .taker_order = taker->order,
        .maker_order = maker->order,
        .price = maker->terms.price,
        .participant = taker->participant,
        .instrument = taker->terms.instrument,
        .self_trade = taker->terms.self_trade,
    };
    chains_append(chains_of(matches), record->participant, record->instrument, index);
    return record;
}

static void note(struct prevented_matches *matches, const struct order_history *orders,
                 int64_t time_us, const struct event_header *event, const struct meeting *meeting)
{
    bool is_taker = meeting->order == matches->taker ||
                    (meeting->counter != matches->taker && meeting->order > meeting->counter);
    struct prevented_record *record = find_half(matches, event, meeting);

    if (record == NULL) {
        const struct order_record *order = order_history_find(orders, meeting->order);
        const struct order_record *counter = order_history_find(orders, meeting->counter);

        ENSURE(order != NULL && counter != NULL);
        record =
            is_taker ? record_new(matches, order, counter) : record_new(matches, counter, order);
        record->number = event->number;
        record->time_us = time_us;
    }
    if (price_compare(meeting->price, (struct price){0}) != 0) {
        record->price = meeting->price;
    }
    if (quantity_compare(meeting->prevented, (struct quantity){0}) == 0) {
        return; /* the end of an order whose decrement was told before */
    }
    if (meeting->order == record->taker_order) {
        record->taker_prevented = meeting->prevented;
    } else {
        record->maker_prevented = meeting->prevented;
    }
}

static void apply_changed(struct prevented_matches *matches, const struct order_history *orders,
                          int64_t time_us, const struct event_order_changed *changed)
{
    if (changed->change == ORDER_CHANGE_TRIGGERED || changed->change == ORDER_CHANGE_STARTED) {
        matches->taker = changed->order;
    } else if (changed->change == ORDER_CHANGE_DECREMENTED) {
        note(matches, orders, time_us, &changed->header,
             &(struct meeting){changed->order, changed->counter_order, changed->prevented,
                               changed->price});
    }
}

void prevented_matches_apply(struct prevented_matches *matches, const struct order_history *orders,
                             int64_t time_us, const struct event_header *event)
{
    if (event->kind == EVENT_ORDER_OPENED) {
        const struct event_order_opened *opened = (const struct event_order_opened *)event;
        if (opened->working) {
            matches->taker = opened->order;
        }
    } else if (event->kind == EVENT_ORDER_CHANGED) {
        apply_changed(matches, orders, time_us, (const struct event_order_changed *)event);
    } else if (event->kind == EVENT_ORDER_CLOSED) {
        const struct event_order_closed *closed = (const struct event_order_closed *)event;
        if (closed->reason == CLOSE_REASON_SELF_TRADE && closed->counter_order != 0) {
            note(matches, orders, time_us, &closed->header,
                 &(struct meeting){closed->order, closed->counter_order, closed->left, {0}});
        }
    }
}

static const struct prevented_record *record_or_null(const struct prevented_matches *matches,
                                                     uint32_t index)
{
    return index == 0 ? NULL : record_at(matches, index);
}

const struct prevented_record *prevented_matches_first(const struct prevented_matches *matches,
                                                       uint32_t participant, uint16_t instrument)
{
    return record_or_null(matches, chains_first(chains_of(matches), participant, instrument));
}

const struct prevented_record *prevented_matches_next(const struct prevented_matches *matches,
                                                      const struct prevented_record *record)
{
    uint32_t index = index_of_id(matches, record->id);

    return record_or_null(matches, chains_next(chains_of(matches), index));
}

const struct prevented_record *prevented_matches_of_order(const struct prevented_matches *matches,
                                                          const struct order_record *order)
{
    uint32_t index = chains_last(chains_of(matches), order->participant, order->terms.instrument);

    while (index != 0) {
        const struct prevented_record *record = record_at(matches, index);

        if (record->taker_order == order->order || record->maker_order == order->order) {
            return record;
        }
        index = chains_previous(chains_of(matches), index);
    }
    return NULL;
}
