/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of every order list, told by EVENT_ORDER_LIST alone.
 *
 * Why a file of its own: the engine forgets a list when its last leg is over. Invariants: a record
 * is in the done queue exactly when its state is ALL_DONE; a done list never runs again.
 * Read next: order_history.c, which works alike for the legs.
 */
#include "views/list_history.h"

#include <string.h>

#include "base/ensure.h"
#include "base/pool.h"
#include "base/table.h"
#include "views/chains.h"

struct list_history {
    struct pool pool; /* of struct list_record */
    struct table by_number;
    struct table by_client;
    struct hash_seed seed;
    uint64_t chains_offset; /* from this struct */
    uint32_t done_first;
    uint32_t done_last;
};

static struct chains *chains_of(const struct list_history *history)
{
    return (struct chains *)((uintptr_t)history + history->chains_offset);
}

struct list_history *list_history_create(struct arena *arena,
                                         const struct list_history_limits *limits,
                                         struct hash_seed seed)
{
    uint32_t capacity = limits->open_max + limits->done_max;

    ENSURE(limits->done_max >= 1 && capacity > limits->open_max);
    struct list_history *history = arena_reserve(arena, sizeof *history);
    void *slots = arena_reserve(arena, pool_memory_size(capacity, sizeof(struct list_record)));
    void *numbers = arena_reserve(arena, table_memory_size(capacity));
    void *clients = arena_reserve(arena, table_memory_size(capacity));
    struct chains *chains = chains_create(arena, capacity, seed);

    if (arena->block == NULL) {
        return NULL;
    }
    pool_create(&history->pool, slots, capacity, sizeof(struct list_record));
    table_create(&history->by_number, numbers, capacity);
    table_create(&history->by_client, clients, capacity);
    history->seed = seed;
    history->chains_offset = (uint64_t)((uintptr_t)chains - (uintptr_t)history);
    return history;
}

static struct list_record *record_at(const struct list_history *history, uint32_t index)
{
    return pool_at(&history->pool, index);
}

static uint32_t index_of(const struct list_history *history, const struct list_record *record)
{
    uintptr_t base = (uintptr_t)pool_at(&history->pool, 0);

    return (uint32_t)(((uintptr_t)record - base) / sizeof(struct list_record));
}

static uint32_t find_number(const struct list_history *history, uint64_t list)
{
    uint64_t hash = hash_u64(history->seed, list);
    uint32_t cursor;
    uint32_t at = table_first(&history->by_number, hash, &cursor);

    while (at != 0 && record_at(history, at)->list != list) {
        at = table_next(&history->by_number, hash, &cursor);
    }
    return at;
}

static bool has_client_id(const struct client_id *client_id)
{
    return client_id->text[0] != '\0';
}

static uint64_t hash_client(const struct list_history *history, uint32_t participant,
                            const struct client_id *client_id)
{
    return hash_bytes(history->seed, client_id->text, sizeof client_id->text) ^
           hash_u64(history->seed, participant);
}

static void forget_oldest(struct list_history *history)
{
    uint32_t index = history->done_first;

    ENSURE(index != 0); /* running lists alone never fill the pool */
    const struct list_record *record = record_at(history, index);

    history->done_first = record->next_done;
    if (history->done_first == 0) {
        history->done_last = 0;
    }
    table_remove(&history->by_number, hash_u64(history->seed, record->list), index);
    if (has_client_id(&record->client_id)) {
        table_remove(&history->by_client,
                     hash_client(history, record->participant, &record->client_id), index);
    }
    chains_remove(chains_of(history), index);
    pool_give(&history->pool, index);
}

static uint32_t record_open(struct list_history *history, int64_t time_us,
                            const struct event_order_list *event)
{
    if (pool_room(&history->pool) == 0) {
        forget_oldest(history);
    }
    uint32_t index = pool_take(&history->pool);

    ENSURE(index != 0);
    struct list_record *record = record_at(history, index);
    *record = (struct list_record){
        .client_id = event->client_id,
        .participant = event->participant,
        .list = event->list,
        .opened_us = time_us,
        .instrument = event->instrument,
        .contingency = event->contingency,
        .legs = event->legs,
    };
    memcpy(record->orders, event->orders, sizeof record->orders);
    table_insert(&history->by_number, hash_u64(history->seed, event->list), index);
    if (has_client_id(&event->client_id)) {
        table_insert(&history->by_client,
                     hash_client(history, event->participant, &event->client_id), index);
    }
    chains_append(chains_of(history), event->participant, 0, index);
    return index;
}

static void apply_list(struct list_history *history, int64_t time_us,
                       const struct event_order_list *event)
{
    uint32_t index = find_number(history, event->list);

    if (index == 0) {
        index = record_open(history, time_us, event);
    }
    struct list_record *record = record_at(history, index);

    ENSURE(record->state != LIST_STATE_ALL_DONE);
    record->state = event->state;
    record->updated_us = time_us;
    if (event->state != LIST_STATE_ALL_DONE) {
        return;
    }
    if (history->done_last != 0) {
        record_at(history, history->done_last)->next_done = index;
    } else {
        history->done_first = index;
    }
    history->done_last = index;
}

void list_history_apply(struct list_history *history, int64_t time_us,
                        const struct event_header *event)
{
    if (event->kind == EVENT_ORDER_LIST) {
        apply_list(history, time_us, (const struct event_order_list *)event);
    }
}

static const struct list_record *record_or_null(const struct list_history *history, uint32_t index)
{
    return index == 0 ? NULL : record_at(history, index);
}

const struct list_record *list_history_find(const struct list_history *history, uint64_t list)
{
    return record_or_null(history, find_number(history, list));
}

/* Is `candidate` the better answer to "the list of this name"? */
static bool is_better(const struct list_record *candidate, const struct list_record *best)
{
    bool runs = candidate->state != LIST_STATE_ALL_DONE;

    if (best == NULL || runs != (best->state != LIST_STATE_ALL_DONE)) {
        return best == NULL || runs;
    }
    return candidate->list > best->list;
}

const struct list_record *list_history_find_client(const struct list_history *history,
                                                   uint32_t participant,
                                                   const struct client_id *client_id)
{
    const struct list_record *best = NULL;

    if (!has_client_id(client_id)) {
        return NULL;
    }
    uint64_t hash = hash_client(history, participant, client_id);
    uint32_t cursor;

    for (uint32_t at = table_first(&history->by_client, hash, &cursor); at != 0;
         at = table_next(&history->by_client, hash, &cursor)) {
        const struct list_record *record = record_at(history, at);

        if (record->participant == participant &&
            memcmp(record->client_id.text, client_id->text, sizeof client_id->text) == 0 &&
            is_better(record, best)) {
            best = record;
        }
    }
    return best;
}

const struct list_record *list_history_first(const struct list_history *history,
                                             uint32_t participant)
{
    return record_or_null(history, chains_first(chains_of(history), participant, 0));
}

const struct list_record *list_history_last(const struct list_history *history,
                                            uint32_t participant)
{
    return record_or_null(history, chains_last(chains_of(history), participant, 0));
}

const struct list_record *list_history_next(const struct list_history *history,
                                            const struct list_record *record)
{
    return record_or_null(history, chains_next(chains_of(history), index_of(history, record)));
}

const struct list_record *list_history_previous(const struct list_history *history,
                                                const struct list_record *record)
{
    return record_or_null(history, chains_previous(chains_of(history), index_of(history, record)));
}
