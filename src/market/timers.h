/* SPDX-License-Identifier: Apache-2.0
 *
 * Deadlines: at most one per item of a pool, the earliest first. Equal deadlines go by rank (an
 * order's number, say), so that the order of expiry is a function of the commands alone.
 */
#ifndef MARKET_TIMERS_H
#define MARKET_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct timer {
    int64_t due_us;
    uint64_t rank;
    uint64_t item;
};

struct timers {
    uint64_t heap_offset;  /* struct timer [capacity + 1], first at 1 */
    uint64_t place_offset; /* uint32_t [capacity + 1]: an item's place in the heap; 0 = none */
    uint32_t capacity;     /* items are 1 .. capacity */
    uint32_t count;
};

/* Reserves the memory; timers is NULL while measuring. */
void timers_create(struct timers *timers, struct arena *arena, uint32_t capacity);

/* Sets or moves an item's deadline. */
void timers_set(struct timers *timers, uint32_t item, int64_t due_us, uint64_t rank);

/* Takes an item's deadline out, if it has one. */
void timers_clear(struct timers *timers, uint32_t item);

/* The item that is due first; 0 = none. */
uint32_t timers_first(const struct timers *timers);

/* When that is; INT64_MAX = never. */
int64_t timers_due(const struct timers *timers);

/* NULL, or the sentence that does not hold. */
const char *timers_audit(const struct timers *timers);

#endif
