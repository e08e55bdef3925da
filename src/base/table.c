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

struct slot {
    uint32_t tag; /* low 32 bits of the hash: home slot and quick comparison */
    uint32_t index;
};

static struct slot *slots_of(const struct table *table)
{
    uintptr_t base = (uintptr_t)table;

    return (struct slot *)(base + table->offset);
}

/* 3/2 × capacity slots; 0 if that is not a 32-bit number. */
static uint32_t slots_for(uint32_t capacity)
{
    uint64_t wanted = (uint64_t)capacity + capacity / 2 + 8;

    return wanted <= UINT32_MAX ? (uint32_t)wanted : 0;
}

/* The tag's share of 2^32, scaled to the slots: any number of slots does, without a division. */
static uint32_t home_of(const struct table *table, uint32_t tag)
{
    return (uint32_t)(((uint64_t)tag * table->slots) >> 32);
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
    return (size_t)slots_for(capacity) * sizeof(struct slot);
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

static uint32_t walk(const struct table *table, uint32_t tag, uint32_t *cursor)
{
    const struct slot *slots = slots_of(table);

    while (slots[*cursor].index != 0) {
        const struct slot *slot = &slots[*cursor];

        *cursor = after(table, *cursor);
        if (slot->tag == tag) {
            return slot->index;
        }
    }
    return 0;
}

uint32_t table_first(const struct table *table, uint64_t hash, uint32_t *cursor)
{
    *cursor = home_of(table, (uint32_t)hash);
    return walk(table, (uint32_t)hash, cursor);
}

uint32_t table_next(const struct table *table, uint64_t hash, uint32_t *cursor)
{
    return walk(table, (uint32_t)hash, cursor);
}

void table_insert(struct table *table, uint64_t hash, uint32_t index)
{
    struct slot *slots = slots_of(table);
    uint32_t at = home_of(table, (uint32_t)hash);

    ENSURE(index != 0 && table->count < table->capacity);
    while (slots[at].index != 0) {
        at = after(table, at);
    }
    slots[at] = (struct slot){.tag = (uint32_t)hash, .index = index};
    table->count++;
}

/* Closes the hole at `hole` by moving back every later entry of the run that may stand there. */
static void shift_back(const struct table *table, uint32_t hole)
{
    struct slot *slots = slots_of(table);
    uint32_t at = after(table, hole);

    while (slots[at].index != 0) {
        uint32_t home = home_of(table, slots[at].tag);

        if (distance(table, home, at) >= distance(table, hole, at)) {
            slots[hole] = slots[at];
            hole = at;
        }
        at = after(table, at);
    }
    slots[hole] = (struct slot){0, 0};
}

void table_remove(struct table *table, uint64_t hash, uint32_t index)
{
    struct slot *slots = slots_of(table);
    uint32_t at = home_of(table, (uint32_t)hash);

    while (slots[at].index != index || slots[at].tag != (uint32_t)hash) {
        ENSURE(slots[at].index != 0);
        at = after(table, at);
    }
    shift_back(table, at);
    ENSURE(table->count > 0);
    table->count--;
}
