/* SPDX-License-Identifier: Apache-2.0
 *
 * A ladder: the price levels of one side, best first. Levels are found by key, a 36-bit number that
 * is smaller for the better price (the instrument turns prices into keys), so bids, asks and both
 * kinds of stop ladder are the same thing here.
 *
 * A radix tree, six bits a node, in which no node has a single child: with n levels there are fewer
 * than n nodes, so whoever has room for a level has room for its node.
 */
#ifndef MARKET_LADDER_H
#define MARKET_LADDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/pool.h"
#include "tarazy/money.h"

#define LADDER_KEY_BITS 36u
#define LADDER_KEY_MAX  ((1ull << LADDER_KEY_BITS) - 1)

#define LADDER_LEVELS_MAX 0x0fffffffu /* of all ladders */

struct level { /* 64 bytes */
    uint64_t key;
    struct price price;
    int64_t visible; /* base units shown; stop ladders: all that waits */
    int64_t hidden;  /* of icebergs */
    uint32_t head;   /* orders, oldest first */
    uint32_t tail;
    uint32_t orders;
    uint16_t instrument;
    uint8_t ladder; /* enum ladder_kind */
    uint8_t reserved[17];
};
_Static_assert(sizeof(struct level) == 64, "one cache line");

struct ladder {
    uint32_t root; /* level or node; 0 = empty */
    uint32_t best; /* level with the smallest key; 0 = empty */
    uint32_t count;
};

struct ladder_store { /* levels and nodes of all ladders */
    struct pool levels;
    struct pool nodes;
};

/* Reserves the memory for so many levels; store is NULL while measuring. */
void ladder_store_create(struct ladder_store *store, struct arena *arena, uint32_t levels_max);

static inline struct level *ladder_level(const struct ladder_store *store, uint32_t level)
{
    uintptr_t base = (uintptr_t)&store->levels;

    return (struct level *)(base + store->levels.offset) + level;
}

/* The level with this key, or 0. */
uint32_t ladder_find(const struct ladder_store *store, const struct ladder *ladder, uint64_t key);

/* The level with this key, made if need be: a new one has nothing but its key set (orders is 0).
 * The caller made sure of room for a level. */
uint32_t ladder_insert(struct ladder_store *store, struct ladder *ladder, uint64_t key);

/* Looking ahead (ahead.c), from ladder->root on: ladder_ask asks for what a lookup of key needs of a
 * node, or for a level; ladder_down, when that has come, is what hangs below it (0 = nothing; a level
 * is its own end); ladder_met is the level that a child is, or 0. */
void ladder_ask(const struct ladder_store *store, uint32_t child, uint64_t key);
uint32_t ladder_down(const struct ladder_store *store, uint32_t child, uint64_t key);
uint32_t ladder_met(uint32_t child);

/* Takes a level out and frees it. */
void ladder_remove(struct ladder_store *store, struct ladder *ladder, uint32_t level);

/* The best level with a key above this one, or 0. */
uint32_t ladder_after(const struct ladder_store *store, const struct ladder *ladder, uint64_t key);

/* Every invariant of one ladder; NULL, or the sentence that does not hold. levels, nodes: added
 * to, so that the caller can compare with the pools. */
const char *ladder_audit(const struct ladder_store *store, const struct ladder *ladder,
                         uint32_t *levels, uint32_t *nodes);

#endif
