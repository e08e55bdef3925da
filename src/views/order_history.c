/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of every order, told by the events alone.
 *
 * Why a file of its own: the engine forgets an order the moment it is over; people do not. Open
 * orders are never forgotten here; when a new order needs room, the order that closed longest ago
 * goes. Invariants: a record's chain position follows its order number (numbers only grow); a
 * record is in the closed queue exactly when reason != 0. Read next: list_history.c.
 */
#include "views/order_history.h"

#include <string.h>

#include "base/ensure.h"
#include "base/pool.h"
#include "base/table.h"
#include "money/arithmetic.h"
#include "views/chains.h"

struct order_history {
    struct pool pool; /* of struct order_record */
    struct table by_number;
    struct table by_client;
    struct hash_seed seed;
    uint64_t chains_offset; /* from this struct */
    uint32_t closed_first;  /* closed longest ago */
    uint32_t closed_last;
    uint32_t asked; /* in the closed queue, some places ahead of closed_first; 0: none */
};

/* How many orders before one is forgotten its memory is asked for. */
enum { FORGET_AHEAD = 8 };

static struct chains *chains_of(const struct order_history *history)
{
    return (struct chains *)((uintptr_t)history + history->chains_offset);
}

struct order_history *order_history_create(struct arena *arena,
                                           const struct order_history_limits *limits,
                                           struct hash_seed seed)
{
    uint32_t capacity = limits->open_max + limits->closed_max;

    ENSURE(limits->closed_max >= 1 && capacity > limits->open_max);
    struct order_history *history = arena_reserve(arena, sizeof *history);
    void *slots = arena_reserve(arena, pool_memory_size(capacity, sizeof(struct order_record)));
    void *numbers = arena_reserve(arena, table_memory_size(capacity));
    void *clients = arena_reserve(arena, table_memory_size(capacity));
    struct chains *chains = chains_create(arena, capacity, seed);

    if (arena->block == NULL) {
        return NULL;
    }
    pool_create(&history->pool, slots, capacity, sizeof(struct order_record));
    table_create(&history->by_number, numbers, capacity);
    table_create(&history->by_client, clients, capacity);
    history->seed = seed;
    history->chains_offset = (uint64_t)((uintptr_t)chains - (uintptr_t)history);
    return history;
}

static struct order_record *record_at(const struct order_history *history, uint32_t index)
{
    return pool_at(&history->pool, index);
}

static uint32_t index_of(const struct order_history *history, const struct order_record *record)
{
    uintptr_t base = (uintptr_t)pool_at(&history->pool, 0);

    return (uint32_t)(((uintptr_t)record - base) / sizeof(struct order_record));
}

static uint32_t find_number(const struct order_history *history, uint64_t order)
{
    uint64_t hash = hash_u64(history->seed, order);
    uint32_t cursor;
    uint32_t at = table_first(&history->by_number, hash, &cursor);

    while (at != 0 && record_at(history, at)->order != order) {
        at = table_next(&history->by_number, hash, &cursor);
    }
    return at;
}

static bool has_client_id(const struct client_id *client_id)
{
    return client_id->text[0] != '\0';
}

static uint64_t hash_client(const struct order_history *history, uint32_t participant,
                            const struct client_id *client_id)
{
    return hash_bytes(history->seed, client_id->text, sizeof client_id->text) ^
           hash_u64(history->seed, participant);
}

static void client_insert(struct order_history *history, uint32_t index)
{
    const struct order_record *record = record_at(history, index);

    if (has_client_id(&record->terms.client_id)) {
        table_insert(&history->by_client,
                     hash_client(history, record->participant, &record->terms.client_id), index);
    }
}

static void client_remove(struct order_history *history, uint32_t index)
{
    const struct order_record *record = record_at(history, index);

    if (has_client_id(&record->terms.client_id)) {
        table_remove(&history->by_client,
                     hash_client(history, record->participant, &record->terms.client_id), index);
    }
}

/* What is to be forgotten was last touched long ago: three places far away from everything. They are
 * asked for while there is other work; a hint, which changes nothing. */
static void ask_ahead(struct order_history *history)
{
    int steps = 1;

    if (history->asked == 0) {
        history->asked = history->closed_first;
        steps = FORGET_AHEAD;
    }
    for (; steps > 0 && history->asked != 0; steps--) {
        const struct order_record *record = record_at(history, history->asked);

        table_ask(&history->by_number, hash_u64(history->seed, record->order));
        table_ask(&history->by_client,
                  hash_client(history, record->participant, &record->terms.client_id));
        history->asked = record->next_closed;
        if (history->asked != 0) {
            __builtin_prefetch(record_at(history, history->asked));
        }
    }
}

static void forget_oldest(struct order_history *history)
{
    uint32_t index = history->closed_first;

    ENSURE(index != 0); /* open orders alone never fill the pool */
    const struct order_record *record = record_at(history, index);

    if (history->asked == index) {
        history->asked = 0; /* the queue was shorter than the look ahead */
    }
    ask_ahead(history);
    history->closed_first = record->next_closed;
    if (history->closed_first == 0) {
        history->closed_last = 0;
    }
    table_remove(&history->by_number, hash_u64(history->seed, record->order), index);
    client_remove(history, index);
    chains_remove(chains_of(history), index);
    pool_give(&history->pool, index);
}

static void apply_opened(struct order_history *history, int64_t time_us,
                         const struct event_order_opened *opened)
{
    if (pool_room(&history->pool) == 0) {
        forget_oldest(history);
    }
    uint32_t index = pool_take(&history->pool);

    ENSURE(index != 0);
    *record_at(history, index) = (struct order_record){
        .terms = opened->terms,
        .protection = opened->protection,
        .opened_us = time_us,
        .updated_us = time_us,
        .working_us = opened->working ? time_us : 0,
        .number = opened->header.number,
        .order = opened->order,
        .list = opened->list,
        .replaces = opened->replaces,
        .participant = opened->participant,
        .status = opened->status,
        .working = opened->working,
    };
    table_insert(&history->by_number, hash_u64(history->seed, opened->order), index);
    client_insert(history, index);
    chains_append(chains_of(history), opened->participant, opened->terms.instrument, index);
}

static void start_working(struct order_record *record, int64_t time_us)
{
    record->working = 1;
    record->working_us = time_us;
}

static void add_fill(struct order_record *record, const struct event_trade *trade,
                     struct quantity left, int64_t time_us)
{
    bool fits = quantity_add(&record->executed, record->executed, trade->quantity);

    fits = amount_add(&record->quote, record->quote, trade->quote) && fits;
    ENSURE(fits);
    record->updated_us = time_us;
    if (!record->working) {
        start_working(record, time_us); /* what trades works */
    }
    /* An order by quote amount has no quantity left to look at: it is partly filled until closed. */
    if (quantity_compare(left, (struct quantity){0}) > 0 ||
        (record->terms.flags & ORDER_FLAG_BY_QUOTE) != 0) {
        record->status = ORDER_STATUS_PARTIALLY_FILLED;
    } else {
        record->status = ORDER_STATUS_FILLED;
    }
}

static void apply_trade(struct order_history *history, int64_t time_us,
                        const struct event_trade *trade)
{
    uint32_t maker = find_number(history, trade->maker_order);
    uint32_t taker = find_number(history, trade->taker_order);

    ENSURE(maker != 0 && taker != 0);
    add_fill(record_at(history, maker), trade, trade->maker_left, time_us);
    add_fill(record_at(history, taker), trade, trade->taker_left, time_us);
}

static bool waits_for_stop(const struct order_terms *terms)
{
    return price_compare(terms->stop_price, (struct price){0}) != 0 || terms->trailing_bps != 0;
}

/* The engine's whole no longer has what prevention took; what people see does. */
static void amend_quantity(struct order_record *record, struct quantity whole)
{
    bool fits = quantity_add(&record->terms.quantity, whole, record->prevented);

    ENSURE(fits);
}

static void apply_changed(struct order_history *history, int64_t time_us,
                          const struct event_order_changed *changed)
{
    uint32_t index = find_number(history, changed->order);

    ENSURE(index != 0);
    struct order_record *record = record_at(history, index);

    record->updated_us = time_us;
    switch ((enum order_change)changed->change) {
    case ORDER_CHANGE_TRIGGERED: start_working(record, time_us); break;
    case ORDER_CHANGE_AMENDED:
        client_remove(history, index);
        amend_quantity(record, changed->quantity);
        record->terms.client_id = changed->client_id;
        record->amends++;
        client_insert(history, index);
        break;
    case ORDER_CHANGE_DECREMENTED: {
        bool fits = quantity_add(&record->prevented, record->prevented, changed->prevented);
        ENSURE(fits);
        break;
    }
    case ORDER_CHANGE_STARTED:
        record->status = ORDER_STATUS_NEW;
        if (!waits_for_stop(&record->terms)) {
            start_working(record, time_us);
        }
        break;
    case ORDER_CHANGE_TRAILING: record->trailing_us = time_us; break;
    }
}

static void apply_closed(struct order_history *history, int64_t time_us,
                         const struct event_order_closed *closed)
{
    uint32_t index = find_number(history, closed->order);

    ENSURE(index != 0);
    struct order_record *record = record_at(history, index);

    ENSURE(record->reason == 0 && closed->reason != 0);
    ENSURE(quantity_compare(record->executed, closed->executed) == 0);
    record->status = closed->status;
    record->reason = closed->reason;
    record->quote = closed->quote;
    record->updated_us = time_us;
    if (history->closed_last != 0) {
        record_at(history, history->closed_last)->next_closed = index;
    } else {
        history->closed_first = index;
    }
    history->closed_last = index;
}

void order_history_apply(struct order_history *history, int64_t time_us,
                         const struct event_header *event)
{
    switch ((enum event_kind)event->kind) {
    case EVENT_ORDER_OPENED:
        apply_opened(history, time_us, (const struct event_order_opened *)event);
        break;
    case EVENT_ORDER_CHANGED:
        apply_changed(history, time_us, (const struct event_order_changed *)event);
        break;
    case EVENT_ORDER_CLOSED:
        apply_closed(history, time_us, (const struct event_order_closed *)event);
        break;
    case EVENT_TRADE: apply_trade(history, time_us, (const struct event_trade *)event); break;
    case EVENT_OUTCOME:
    case EVENT_LEVEL:
    case EVENT_ORDER_LIST:
    case EVENT_SESSION:
    case EVENT_POSTING:
    case EVENT_BALANCE:
    case EVENT_WITHDRAWAL:
    case EVENT_PROPOSAL:
    case EVENT_REGISTRY:
    case EVENT_MINING_ENTRY:
    case EVENT_MINING_SHARES:
    case EVENT_MINING_ENERGY:
    case EVENT_MINING_COINS:
    case EVENT_MINING_FEE: break;
    }
}

static const struct order_record *record_or_null(const struct order_history *history,
                                                 uint32_t index)
{
    return index == 0 ? NULL : record_at(history, index);
}

const struct order_record *order_history_find(const struct order_history *history, uint64_t order)
{
    return record_or_null(history, find_number(history, order));
}

/* Is `candidate` the better answer to "the order of this name"? */
static bool is_better(const struct order_record *candidate, const struct order_record *best)
{
    if (best == NULL || (candidate->reason == 0) != (best->reason == 0)) {
        return best == NULL || candidate->reason == 0;
    }
    return candidate->order > best->order;
}

void order_history_ask(const struct order_history *history, uint32_t participant,
                       const struct client_id *client_id)
{
    table_ask(&history->by_client, hash_client(history, participant, client_id));
}

const struct order_record *order_history_find_client(const struct order_history *history,
                                                     uint32_t participant,
                                                     const struct client_id *client_id)
{
    const struct order_record *best = NULL;

    if (!has_client_id(client_id)) {
        return NULL;
    }
    uint64_t hash = hash_client(history, participant, client_id);
    uint32_t cursor;

    for (uint32_t at = table_first(&history->by_client, hash, &cursor); at != 0;
         at = table_next(&history->by_client, hash, &cursor)) {
        const struct order_record *record = record_at(history, at);

        if (record->participant == participant &&
            memcmp(record->terms.client_id.text, client_id->text, sizeof client_id->text) == 0 &&
            is_better(record, best)) {
            best = record;
        }
    }
    return best;
}

const struct order_record *order_history_first(const struct order_history *history,
                                               uint32_t participant, uint16_t instrument)
{
    return record_or_null(history, chains_first(chains_of(history), participant, instrument));
}

const struct order_record *order_history_last(const struct order_history *history,
                                              uint32_t participant, uint16_t instrument)
{
    return record_or_null(history, chains_last(chains_of(history), participant, instrument));
}

const struct order_record *order_history_next(const struct order_history *history,
                                              const struct order_record *record)
{
    return record_or_null(history, chains_next(chains_of(history), index_of(history, record)));
}

const struct order_record *order_history_previous(const struct order_history *history,
                                                  const struct order_record *record)
{
    return record_or_null(history, chains_previous(chains_of(history), index_of(history, record)));
}

uint32_t order_history_count(const struct order_history *history)
{
    return history->pool.count;
}
