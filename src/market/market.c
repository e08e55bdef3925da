/* SPDX-License-Identifier: Apache-2.0
 *
 * Laying the market out in the state block, and its deadlines. The rest of the room is about one
 * thing each; this is what holds them together.
 *
 * Next: market_state.h, then order_life.c and matching.c.
 */
#include "market/market_state.h"

#include "market/triggers.h"

/* Few orders need an extra; small markets may have nothing else. */
#define EXTRAS_SHARE 4u
#define EXTRAS_MIN   1024u

/* Participants with something on an instrument: on average they have two orders there. */
#define TRADERS_SHARE 2u
#define TRADERS_MIN   1024u

static uint32_t share_of(uint32_t orders_max, uint32_t share, uint32_t min)
{
    uint32_t part = orders_max / share;

    return part > min ? part : min;
}

static size_t array_size(uint32_t count, size_t size)
{
    size_t bytes;

    return checked_multiply_size(&bytes, (size_t)count + 1, size) ? bytes : 0;
}

static uint64_t reserve_array(const struct market *market, struct arena *arena, uint32_t count,
                              size_t size)
{
    const void *array = arena_reserve(arena, array_size(count, size));

    return market != NULL ? (uint64_t)((uintptr_t)array - (uintptr_t)market) : 0;
}

static void reserve_pool(struct pool *pool, struct arena *arena, uint32_t capacity, size_t size)
{
    void *slots = arena_reserve(arena, pool_memory_size(capacity, size));

    if (pool != NULL) {
        pool_create(pool, slots, capacity, size);
    }
}

static void reserve_table(struct table *table, struct arena *arena, uint32_t capacity)
{
    void *slots = arena_reserve(arena, table_memory_size(capacity));

    if (table != NULL) {
        table_create(table, slots, capacity);
    }
}

/* A member's address, or NULL while there is no market yet: both walks of the layout run the same
 * code. */
#define MEMBER(market, member) ((market) != NULL ? &(market)->member : NULL)

struct market *market_create(struct arena *arena, const struct limits *limits)
{
    struct market *market = arena_reserve(arena, sizeof(struct market));
    uint32_t orders = limits->orders_max;
    uint32_t extras = share_of(orders, EXTRAS_SHARE, EXTRAS_MIN);
    uint32_t traders = share_of(orders, TRADERS_SHARE, TRADERS_MIN);
    uint32_t instruments = limits->instruments_max;
    uint64_t instruments_offset =
        reserve_array(market, arena, instruments, sizeof(struct instrument));
    uint64_t participants_offset =
        reserve_array(market, arena, limits->participants_max, sizeof(uint32_t));
    uint64_t remembered_offset =
        reserve_array(market, arena, limits->client_ids_max, sizeof(struct remembered));

    if (market != NULL) {
        market->instruments_offset = instruments_offset;
        market->participants_offset = participants_offset;
        market->remembered_offset = remembered_offset;
        market->instruments_max = instruments;
        market->participants_max = limits->participants_max;
        market->remembered_max = limits->client_ids_max;
        market->remembered_next = 1;
    }
    ladder_store_create(MEMBER(market, ladders), arena, limits->price_levels_max);
    reserve_pool(MEMBER(market, orders), arena, orders, sizeof(struct order));
    reserve_pool(MEMBER(market, extras), arena, extras, sizeof(struct order_extra));
    reserve_pool(MEMBER(market, lists), arena, limits->order_lists_max, sizeof(struct order_list));
    reserve_pool(MEMBER(market, traders), arena, traders, sizeof(struct trader));
    reserve_table(MEMBER(market, by_number), arena, orders);
    if (market != NULL) {
        market->number_step = UINT32_MAX / market->by_number.slots + 1;
    }
    reserve_table(MEMBER(market, by_client), arena, orders);
    reserve_table(MEMBER(market, by_remembered), arena, limits->client_ids_max);
    reserve_table(MEMBER(market, by_trader), arena, traders);
    reserve_table(MEMBER(market, by_symbol), arena, instruments);
    reserve_table(MEMBER(market, lists_by_number), arena, limits->order_lists_max);
    reserve_table(MEMBER(market, lists_by_client), arena, limits->order_lists_max);
    timers_create(MEMBER(market, expiries), arena, extras);
    timers_create(MEMBER(market, countdowns), arena, traders);
    timers_create(MEMBER(market, auctions), arena, instruments);
    return market;
}

void market_set_seed(struct market *market, struct hash_seed seed)
{
    ENSURE(market->orders.count == 0 && market->instrument_count == 0);
    market->seed = seed;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t market_deadline(const struct market *market)
{
    int64_t due = timers_due(&market->expiries);

    due = earlier(due, timers_due(&market->countdowns));
    due = earlier(due, timers_due(&market->auctions));
    /* Stop orders set off but not yet taken are due at once; their instruments are few. */
    for (uint32_t i = 1; market->cascading != 0 && i <= market->instrument_count; i++) {
        if (market_has_triggered(market, (uint16_t)i)) {
            return 0;
        }
    }
    return due;
}
