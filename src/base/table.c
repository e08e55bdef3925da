/* SPDX-License-Identifier: Apache-2.0
 *
 * Open addressing with backward-shift deletion: the layout is a function of the entries and their
 * order of arrival alone, which keeps snapshots and digests equal everywhere.
 *
 * Invariants: between an entry's home slot and its place there is no empty slot; an empty slot has
 * index 0; count <= 2/3 of the slots.
 */
#include "base/table.h"

#include <string.h>

#include "base/checked.h"
#include "base/ensure.h"

/* 3/2 × capacity slots; 0 if that is not a 32-bit number. */
static uint32_t slots_for(uint32_t capacity)
{
    uint64_t wanted = (uint64_t)capacity + capacity / 2 + 8;

    return wanted <= UINT32_MAX ? (uint32_t)wanted : 0;
}

static uint32_t after(const struct table *table, uint32_t at)
{
    return at + 1 < table->slots ? at + 1 : 0;
}

/* Steps forward from one place to another, round the end if need be. */
static uint32_t distance(const struct table *table, uint32_t from, uint32_t to)
{
    return to >= from ? to - from : to + table->slots - from;
}

size_t table_memory_size(uint32_t capacity)
{
    return (size_t)slots_for(capacity) * sizeof(struct table_slot);
}

void table_create(struct table *table, void *slots, uint32_t capacity)
{
    uint32_t count = slots_for(capacity);

    ENSURE(count > 0);
    ENSURE((uintptr_t)slots > (uintptr_t)table && (uintptr_t)slots % 8 == 0);
    *table = (struct table){
        .offset = (uint64_t)((uintptr_t)slots - (uintptr_t)table),
        .slots = count,
        .capacity = capacity,
    };
}

void table_insert(struct table *table, uint64_t hash, uint32_t index)
{
    struct table_slot *slots = table_slots(table);
    uint32_t at = table_home(table, (uint32_t)hash);

    ENSURE(index != 0 && table->count < table->capacity);
    while (slots[at].index != 0) {
        at = after(table, at);
    }
    slots[at] = (struct table_slot){.tag = (uint32_t)hash, .index = index};
    table->count++;
}

/* Closes the hole at `hole` by moving back every later entry of the run that may stand there. */
static void shift_back(const struct table *table, uint32_t hole)
{
    struct table_slot *slots = table_slots(table);
    uint32_t at = after(table, hole);

    while (slots[at].index != 0) {
        uint32_t home = table_home(table, slots[at].tag);

        if (distance(table, home, at) >= distance(table, hole, at)) {
            slots[hole] = slots[at];
            hole = at;
        }
        at = after(table, at);
    }
    slots[hole] = (struct table_slot){0, 0};
}

void table_remove(struct table *table, uint64_t hash, uint32_t index)
{
    struct table_slot *slots = table_slots(table);
    uint32_t at = table_home(table, (uint32_t)hash);

    while (slots[at].index != index || slots[at].tag != (uint32_t)hash) {
        ENSURE(slots[at].index != 0);
        at = after(table, at);
    }
    shift_back(table, at);
    ENSURE(table->count > 0);
    table->count--;
}
