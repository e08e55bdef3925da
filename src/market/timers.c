/* SPDX-License-Identifier: Apache-2.0
 *
 * A binary heap of deadlines inside the state block, with the way back from an item to its place.
 * A room of its own because three kinds of deadline (orders, dead-man timers, auctions) share it.
 *
 * Invariants: no timer is before its parent; each item's place points at it; places are 0 for items
 * without a deadline; the memory behind the last timer is zero.
 */
#include "market/timers.h"

#include "base/checked.h"
#include "base/ensure.h"

static struct timer *heap_of(const struct timers *timers)
{
    return (struct timer *)((uintptr_t)timers + timers->heap_offset);
}

static uint32_t *places_of(const struct timers *timers)
{
    return (uint32_t *)((uintptr_t)timers + timers->place_offset);
}

static bool is_before(const struct timer *a, const struct timer *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->rank < b->rank;
}

static size_t array_size(uint32_t capacity, size_t size)
{
    size_t bytes;

    return checked_multiply_size(&bytes, (size_t)capacity + 1, size) ? bytes : 0;
}

void timers_create(struct timers *timers, struct arena *arena, uint32_t capacity)
{
    void *heap = arena_reserve(arena, array_size(capacity, sizeof(struct timer)));
    void *places = arena_reserve(arena, array_size(capacity, sizeof(uint32_t)));

    if (timers != NULL) {
        timers->heap_offset = (uint64_t)((uintptr_t)heap - (uintptr_t)timers);
        timers->place_offset = (uint64_t)((uintptr_t)places - (uintptr_t)timers);
        timers->capacity = capacity;
        timers->count = 0;
    }
}

static void put(struct timers *timers, uint32_t place, const struct timer *timer)
{
    heap_of(timers)[place] = *timer;
    places_of(timers)[timer->item] = place;
}

/* Moves a timer that belongs at `place` or above to where it belongs. */
static void sift_up(struct timers *timers, uint32_t place, struct timer timer)
{
    const struct timer *heap = heap_of(timers);

    while (place > 1 && is_before(&timer, &heap[place / 2])) {
        put(timers, place, &heap[place / 2]);
        place /= 2;
    }
    put(timers, place, &timer);
}

/* … at `place` or below. */
static void sift_down(struct timers *timers, uint32_t place, struct timer timer)
{
    const struct timer *heap = heap_of(timers);

    for (;;) {
        uint32_t child = place * 2;

        if (child + 1 <= timers->count && is_before(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (child > timers->count || !is_before(&heap[child], &timer)) {
            break;
        }
        put(timers, place, &heap[child]);
        place = child;
    }
    put(timers, place, &timer);
}

void timers_clear(struct timers *timers, uint32_t item)
{
    struct timer *heap = heap_of(timers);
    uint32_t place = places_of(timers)[item];

    ENSURE(item >= 1 && item <= timers->capacity);
    if (place == 0) {
        return;
    }
    ENSURE(place <= timers->count && heap[place].item == item);
    struct timer last = heap[timers->count];
    heap[timers->count] = (struct timer){0};
    timers->count--;
    places_of(timers)[item] = 0;
    if (last.item == item) {
        return;
    }
    if (place > 1 && is_before(&last, &heap[place / 2])) {
        sift_up(timers, place, last);
    } else {
        sift_down(timers, place, last);
    }
}

void timers_set(struct timers *timers, uint32_t item, int64_t due_us, uint64_t rank)
{
    timers_clear(timers, item);
    ENSURE(timers->count < timers->capacity);
    timers->count++;
    sift_up(timers, timers->count, (struct timer){due_us, rank, item});
}

uint32_t timers_first(const struct timers *timers)
{
    return timers->count > 0 ? (uint32_t)heap_of(timers)[1].item : 0;
}

int64_t timers_due(const struct timers *timers)
{
    return timers->count > 0 ? heap_of(timers)[1].due_us : INT64_MAX;
}

const char *timers_audit(const struct timers *timers)
{
    const struct timer *heap = heap_of(timers);
    uint32_t placed = 0;

    for (uint32_t place = 1; place <= timers->count; place++) {
        if (place > 1 && is_before(&heap[place], &heap[place / 2])) {
            return "a deadline stands behind a later one";
        }
        if (heap[place].item == 0 || heap[place].item > timers->capacity ||
            places_of(timers)[heap[place].item] != place) {
            return "an item does not find its deadline";
        }
    }
    for (uint32_t item = 1; item <= timers->capacity; item++) {
        placed += places_of(timers)[item] != 0;
    }
    return placed == timers->count ? NULL : "an item points at a deadline it does not have";
}
