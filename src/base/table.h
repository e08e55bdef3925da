/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table from a 64-bit hash to pool indices: open addressing, linear probing, 8 bytes a
 * slot, no tombstones. It stores no keys: a lookup yields candidates, and the caller compares the
 * thing itself.
 *
 *     for (uint32_t i = table_first(t, hash, &cursor); i != 0; i = table_next(t, hash, &cursor)) {
 *         if (orders[i].id == id) { … }
 *     }
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table {
    uint64_t offset; /* of the slots from this struct, bytes */
    uint32_t slots;
    uint32_t count;
    uint32_t capacity; /* entries at the most */
    uint32_t reserved;
};

/* Bytes of the slots' memory for so many entries (at most 2/3 full). 0 on overflow. */
size_t table_memory_size(uint32_t capacity);

/* slots: zeroed memory of table_memory_size bytes, after table in the same block, 8-aligned. */
void table_create(struct table *table, void *slots, uint32_t capacity);

struct table_slot {
    uint32_t tag; /* low 32 bits of the hash: home slot and quick comparison */
    uint32_t index;
};

/* The tag's share of 2^32, scaled to the slots: any number of slots does, without a division. */
static inline uint32_t table_home(const struct table *table, uint32_t tag)
{
    return (uint32_t)(((uint64_t)tag * table->slots) >> 32);
}

static inline struct table_slot *table_slots(const struct table *table)
{
    uintptr_t base = (uintptr_t)table;

    return (struct table_slot *)(base + table->offset);
}

/* The candidates for a hash: first, then next until 0. cursor is the walk's place; no insert or
 * remove between. Inline: half of all look-ups of the engine end here. */
static inline uint32_t table_next(const struct table *table, uint64_t hash, uint32_t *cursor)
{
    const struct table_slot *slots = table_slots(table);

    while (slots[*cursor].index != 0) {
        const struct table_slot *slot = &slots[*cursor];

        *cursor = *cursor + 1 < table->slots ? *cursor + 1 : 0;
        if (slot->tag == (uint32_t)hash) {
            return slot->index;
        }
    }
    return 0;
}

static inline uint32_t table_first(const struct table *table, uint64_t hash, uint32_t *cursor)
{
    *cursor = table_home(table, (uint32_t)hash);
    return table_next(table, hash, cursor);
}

/* Asks for the slots' memory where a hash has its home, and for some behind: a hint, see
 * market/ahead.h. */
static inline void table_ask(const struct table *table, uint64_t hash)
{
    const struct table_slot *home = table_slots(table) + table_home(table, (uint32_t)hash);

    __builtin_prefetch(home, 1);
    __builtin_prefetch(home + 4, 1);
}

/* Adds index under hash. The caller made sure of room: ENSUREs count < capacity, index != 0. */
void table_insert(struct table *table, uint64_t hash, uint32_t index);

/* Removes index under hash; it must be there (ENSURE). */
void table_remove(struct table *table, uint64_t hash, uint32_t index);

#endif
