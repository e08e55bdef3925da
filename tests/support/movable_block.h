/* SPDX-License-Identifier: Apache-2.0
 *
 * A block of memory for a room of the pure library: measured and placed as the engine does it, and
 * moved to another address to show that there are no pointers in it.
 */
#ifndef SUPPORT_MOVABLE_BLOCK_H
#define SUPPORT_MOVABLE_BLOCK_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ensure.h"

/* Zeroed, 64-byte aligned; free() it. What stands after it is not zero, so that reading past the end
 * does not look like reading nothing. */
static inline uint8_t *movable_block_new(size_t size)
{
    const size_t after = 4096;
    uint8_t *block = aligned_alloc(64, (size + after + 63) / 64 * 64);

    ENSURE(block != NULL);
    memset(block, 0, size);
    memset(block + size, 0x5a, after);
    return block;
}

/* The same bytes at another address; the old ones are overwritten and freed. */
static inline uint8_t *movable_block_move(uint8_t *block, size_t size)
{
    uint8_t *moved = movable_block_new(size);

    memcpy(moved, block, size);
    memset(block, 0xa5, size);
    free(block);
    return moved;
}

#endif
