/* SPDX-License-Identifier: Apache-2.0
 *
 * Fixed pools of equal slots: all memory of the state is made of them, so that nothing is ever
 * allocated after the start and a snapshot is one write.
 */
#include "base/pool.h"

#include <string.h>

#include "base/checked.h"
#include "base/ensure.h"

size_t pool_memory_size(uint32_t capacity, size_t slot_size)
{
    size_t size;

    if (!checked_multiply_size(&size, (size_t)capacity + 1, slot_size)) {
        return 0;
    }
    return size;
}

void pool_create(struct pool *pool, void *slots, uint32_t capacity, size_t slot_size)
{
    ENSURE(slot_size >= 8 && slot_size % 8 == 0 && slot_size <= UINT32_MAX);
    ENSURE(capacity > 0 && capacity < UINT32_MAX);
    ENSURE((uintptr_t)slots > (uintptr_t)pool && (uintptr_t)slots % 16 == 0);
    *pool = (struct pool){
        .offset = (uint64_t)((uintptr_t)slots - (uintptr_t)pool),
        .slot_size = (uint32_t)slot_size,
        .capacity = capacity,
        .fresh = 1,
    };
}

uint32_t pool_take(struct pool *pool)
{
    uint32_t index = pool->free_head;

    if (index != 0) {
        uint8_t *slot = pool_at(pool, index);

        memcpy(&pool->free_head, slot, sizeof pool->free_head);
        memset(slot, 0, sizeof pool->free_head);
        /* Nobody has touched the next one for long; whoever takes it shall not wait for memory. */
        __builtin_prefetch(pool_at(pool, pool->free_head), 1);
        __builtin_prefetch((uint8_t *)pool_at(pool, pool->free_head) + pool->slot_size - 1, 1);
    } else if (pool->fresh <= pool->capacity) {
        index = pool->fresh++;
    } else {
        return 0;
    }
    pool->count++;
    ENSURE(pool->count <= pool->capacity);
    return index;
}

void pool_give(struct pool *pool, uint32_t index)
{
    ENSURE(index >= 1 && index < pool->fresh && pool->count > 0);
    uint8_t *slot = pool_at(pool, index);

    memset(slot, 0, pool->slot_size);
    memcpy(slot, &pool->free_head, sizeof pool->free_head);
    pool->free_head = index;
    pool->count--;
}
