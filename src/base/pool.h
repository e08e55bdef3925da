/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool: a fixed number of equal slots named by 32-bit index, first slot 1 (0 = none). Lives
 * inside the state block, so it holds an offset and no pointer. Taking and giving back are O(1);
 * the order in which slots are reused is a function of the calls alone. A free slot is all zero
 * but for its first 4 bytes, the next free slot.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

struct pool {
    uint64_t offset; /* of slot 0 from this struct, bytes */
    uint32_t slot_size;
    uint32_t capacity;
    uint32_t count;     /* slots in use */
    uint32_t free_head; /* most recently given back; 0 = none */
    uint32_t fresh;     /* lowest slot never used */
    uint32_t reserved;
};

/* Bytes of the slots' memory: (capacity + 1) slots. 0 on overflow. */
size_t pool_memory_size(uint32_t capacity, size_t slot_size);

/* slots: zeroed memory of pool_memory_size bytes, after pool in the same block, 16-byte aligned;
 * slot_size: a multiple of 8. */
void pool_create(struct pool *pool, void *slots, uint32_t capacity, size_t slot_size);

/* A zeroed slot's index, or 0 when the pool is full. */
uint32_t pool_take(struct pool *pool);

/* Gives a slot back; it is zeroed. */
void pool_give(struct pool *pool, uint32_t index);

/* How many slots can still be taken. */
static inline uint32_t pool_room(const struct pool *pool)
{
    return pool->capacity - pool->count;
}

/* The slot's address; index must be 1 .. capacity (not checked here: pools are hot). */
static inline void *pool_at(const struct pool *pool, uint32_t index)
{
    uintptr_t base = (uintptr_t)pool;

    return (void *)(base + pool->offset + (uintptr_t)index * pool->slot_size);
}

#endif
