/* SPDX-License-Identifier: Apache-2.0
 *
 * Level changes, collected per price until somebody flushes them.
 *
 * Why a file of its own: conflation must not lose an update id. Each instrument has a chain of
 * entries in order of first change; a table finds the entry of a price. Invariants: per instrument
 * the ids noted follow each other without a gap (ENSURE); an instrument is in the queue exactly
 * when its window is not empty. Read next: chains.c.
 */
#include "views/depth_feed.h"

#include "base/ensure.h"
#include "base/pool.h"
#include "base/table.h"
#include "money/arithmetic.h"
#include "views/chains.h"

struct entry {
    struct price price;
    struct quantity quantity;
    uint16_t instrument;
    uint8_t side;
    uint8_t reserved[5];
};

struct window {
    uint64_t first; /* 0: empty */
    uint64_t last;  /* also after a flush: the next id must follow */
    uint32_t changes;
    uint16_t next; /* in the queue of those with changes */
    uint16_t reserved;
};

struct depth_feed {
    struct pool pool;   /* of struct entry */
    struct table table; /* (instrument, side, price) → entry */
    struct hash_seed seed;
    uint64_t windows_offset; /* from this struct */
    uint64_t chains_offset;  /* from this struct */
    uint32_t instruments_max;
    uint16_t queue_first;
    uint16_t queue_last;
};

struct depth_feed *depth_feed_create(struct arena *arena, uint32_t instruments_max,
                                     uint32_t changes_max, struct hash_seed seed)
{
    ENSURE(instruments_max <= UINT16_MAX);
    struct depth_feed *feed = arena_reserve(arena, sizeof *feed);
    void *slots = arena_reserve(arena, pool_memory_size(changes_max, sizeof(struct entry)));
    void *places = arena_reserve(arena, table_memory_size(changes_max));
    void *windows = arena_reserve(arena, ((size_t)instruments_max + 1) * sizeof(struct window));
    struct chains *chains = chains_create(arena, changes_max, seed);

    if (arena->block == NULL) {
        return NULL;
    }
    pool_create(&feed->pool, slots, changes_max, sizeof(struct entry));
    table_create(&feed->table, places, changes_max);
    feed->seed = seed;
    feed->windows_offset = (uint64_t)((uintptr_t)windows - (uintptr_t)feed);
    feed->chains_offset = (uint64_t)((uintptr_t)chains - (uintptr_t)feed);
    feed->instruments_max = instruments_max;
    return feed;
}

static struct window *window_of(const struct depth_feed *feed, uint16_t instrument)
{
    ENSURE(instrument >= 1 && instrument <= feed->instruments_max);
    return (struct window *)((uintptr_t)feed + feed->windows_offset) + instrument;
}

static struct chains *chains_of(const struct depth_feed *feed)
{
    return (struct chains *)((uintptr_t)feed + feed->chains_offset);
}

static uint64_t hash_of(const struct depth_feed *feed, uint16_t instrument, uint8_t side,
                        struct price price)
{
    uint64_t place = (uint64_t)instrument << 8 | side;

    /* raw: hashed, not reckoned with */
    return hash_u64(feed->seed, (uint64_t)price.units) ^ hash_u64(feed->seed, ~place);
}

static struct entry *entry_find(const struct depth_feed *feed, const struct event_level *level)
{
    uint64_t hash = hash_of(feed, level->instrument, level->side, level->price);
    uint32_t cursor;

    for (uint32_t at = table_first(&feed->table, hash, &cursor); at != 0;
         at = table_next(&feed->table, hash, &cursor)) {
        struct entry *entry = pool_at(&feed->pool, at);

        if (entry->instrument == level->instrument && entry->side == level->side &&
            price_compare(entry->price, level->price) == 0) {
            return entry;
        }
    }
    return NULL;
}

static bool entry_add(struct depth_feed *feed, const struct event_level *level)
{
    uint32_t index = pool_take(&feed->pool);

    if (index == 0) {
        return false;
    }
    struct entry *entry = pool_at(&feed->pool, index);
    *entry = (struct entry){
        .price = level->price,
        .quantity = level->quantity,
        .instrument = level->instrument,
        .side = level->side,
    };
    table_insert(&feed->table, hash_of(feed, level->instrument, level->side, level->price), index);
    chains_append(chains_of(feed), level->instrument, 0, index);
    return true;
}

static void queue_append(struct depth_feed *feed, uint16_t instrument)
{
    if (feed->queue_last != 0) {
        window_of(feed, feed->queue_last)->next = instrument;
    } else {
        feed->queue_first = instrument;
    }
    feed->queue_last = instrument;
}

bool depth_feed_note(struct depth_feed *feed, const struct event_level *level)
{
    struct window *window = window_of(feed, level->instrument);
    struct entry *entry = entry_find(feed, level);

    ENSURE(level->update == window->last + 1);
    if (entry != NULL) {
        entry->quantity = level->quantity;
    } else if (entry_add(feed, level)) {
        window->changes++;
    } else {
        return false;
    }
    window->last = level->update;
    if (window->first == 0) {
        window->first = level->update;
        queue_append(feed, level->instrument);
    }
    return true;
}

struct depth_window depth_feed_window(const struct depth_feed *feed, uint16_t instrument)
{
    const struct window *window = window_of(feed, instrument);

    return (struct depth_window){window->first, window->first == 0 ? 0 : window->last,
                                 window->changes};
}

bool depth_feed_next(const struct depth_feed *feed, uint16_t instrument, uint32_t *cursor,
                     struct depth_change *out)
{
    uint32_t index = *cursor == 0 ? chains_first(chains_of(feed), instrument, 0)
                                  : chains_next(chains_of(feed), *cursor);

    if (index == 0) {
        return false;
    }
    const struct entry *entry = pool_at(&feed->pool, index);

    *out = (struct depth_change){entry->price, entry->quantity, entry->side};
    *cursor = index;
    return true;
}

/* Takes an instrument out of the queue, wherever it stands. */
static void queue_remove(struct depth_feed *feed, uint16_t instrument)
{
    uint16_t previous = 0;
    uint16_t at = feed->queue_first;

    while (at != instrument) {
        ENSURE(at != 0);
        previous = at;
        at = window_of(feed, at)->next;
    }
    struct window *window = window_of(feed, instrument);

    if (previous != 0) {
        window_of(feed, previous)->next = window->next;
    } else {
        feed->queue_first = window->next;
    }
    if (feed->queue_last == instrument) {
        feed->queue_last = previous;
    }
    window->next = 0;
}

void depth_feed_flush(struct depth_feed *feed, uint16_t instrument)
{
    struct window *window = window_of(feed, instrument);

    if (window->first == 0) {
        return;
    }
    uint32_t index = chains_first(chains_of(feed), instrument, 0);

    while (index != 0) {
        const struct entry *entry = pool_at(&feed->pool, index);
        uint64_t hash = hash_of(feed, instrument, entry->side, entry->price);

        table_remove(&feed->table, hash, index);
        chains_remove(chains_of(feed), index);
        pool_give(&feed->pool, index);
        index = chains_first(chains_of(feed), instrument, 0);
    }
    queue_remove(feed, instrument);
    window->first = 0;
    window->changes = 0;
}

uint16_t depth_feed_pending(const struct depth_feed *feed)
{
    return feed->queue_first;
}
