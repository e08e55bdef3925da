/* SPDX-License-Identifier: Apache-2.0
 *
 * The only place that decides where things stand in the state block.
 */
#include "base/arena.h"

#include "base/checked.h"
#include "base/ensure.h"

#define ALIGNMENT 64u

void *arena_reserve(struct arena *arena, size_t size)
{
    size_t rounded;
    size_t used;

    if (size == 0 || !checked_add_size(&rounded, size, ALIGNMENT - 1)) {
        arena->overflow = true;
        return NULL;
    }
    rounded &= ~(size_t)(ALIGNMENT - 1);
    if (!checked_add_size(&used, arena->used, rounded)) {
        arena->overflow = true;
        return NULL;
    }
    void *part = NULL;
    if (arena->block != NULL) {
        ENSURE(used <= arena->size);
        part = arena->block + arena->used;
    }
    arena->used = used;
    return part;
}
