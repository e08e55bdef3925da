/* SPDX-License-Identifier: Apache-2.0
 *
 * Open addressing in which nobody stands before one who has come further from home (Robin Hood
 * hashing), and backward-shift deletion: a hole is closed as soon as somebody behind it is at home. The
 * layout is a function of the entries and their order of arrival alone, which keeps snapshots and
 * digests equal everywhere.
 *
 * Invariants: between an entry's home slot and its place there is no empty slot; the homes of the
 * entries of a run follow each other as the entries do; an empty slot has index 0; count <= 2/3 of the
 * slots.
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

/* Steps that the entry at a place stands from its home, round the end if need be. */
static uint32_t distance(const struct table *table, uint32_t at)
{
    uint32_t home = table_home(table, table_slots(table)[at].tag);

    return at >= home ? at - home : at + table->slots - home;
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

/* Who is nearer to home makes room, and moves on. */
void table_insert(struct table *table, uint64_t hash, uint32_t index)
{
    struct table_slot *slots = table_slots(table);
    struct table_slot entry = {.tag = (uint32_t)hash, .index = index};
    uint32_t at = table_home(table, entry.tag);
    uint32_t come = 0; /* steps from the entry's home */

    ENSURE(index != 0 && table->count < table->capacity);
    while (slots[at].index != 0) {
        uint32_t others = distance(table, at);

        if (others < come) {
            struct table_slot other = slots[at];

            slots[at] = entry;
            entry = other;
            come = others;
        }
        at = after(table, at);
        come++;
    }
    slots[at] = entry;
    table->count++;
}

/* Closes the hole at `hole`: whoever stands behind it and not at home moves back one place. */
static void shift_back(const struct table *table, uint32_t hole)
{
    struct table_slot *slots = table_slots(table);
    uint32_t at = after(table, hole);

    while (slots[at].index != 0 && distance(table, at) > 0) {
        slots[hole] = slots[at];
        hole = at;
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
