/* SPDX-License-Identifier: Apache-2.0
 *
 * Laying out one block: rooms reserve their parts one after another, first to measure
 * (block NULL), then to place. Both walks run the same code, so they cannot disagree.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena {
    uint8_t *block; /* NULL while measuring */
    size_t size;    /* of block */
    size_t used;
    bool overflow; /* the layout does not fit size_t */
};

/* The next size bytes, 64-byte aligned; NULL while measuring. size 0 marks overflow (pool and
 * table sizes are 0 when they overflow). ENSUREs that a placed part fits the block. */
void *arena_reserve(struct arena *arena, size_t size);

#endif
