/* SPDX-License-Identifier: Apache-2.0
 *
 * Connections counted by address: a hash table with chains of indices, all memory taken at once.
 *
 * Why here: a cap per address keeps one host from taking every slot. The hash is keyed, because the
 * addresses are chosen by strangers.
 * Invariants: an entry in a chain has count >= 1; every other entry is in the free list.
 * Read next: listener.c.
 */
#include "gateway/address_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "platform/entropy.h"

struct entry {
    uint64_t key[2];
    uint32_t count;
    uint32_t next; /* index + 1; 0: none */
};

struct address_table {
    uint64_t secret[2];
    uint32_t bucket_mask;
    uint32_t free; /* index + 1 */
    uint32_t *buckets;
    struct entry *entries;
};

struct address_table *address_table_create(uint32_t addresses_max)
{
    uint32_t buckets = 16;
    while (buckets < addresses_max && buckets < 1u << 30) {
        buckets *= 2;
    }
    struct address_table *table = calloc(1, sizeof *table);
    uint32_t *heads = calloc(buckets, sizeof *heads);
    struct entry *entries = calloc(addresses_max, sizeof *entries);
    if (table == NULL || heads == NULL || entries == NULL) {
        free(table);
        free(heads);
        free(entries);
        return NULL;
    }
    for (uint32_t i = 0; i < addresses_max; i++) {
        entries[i].next = i + 1 < addresses_max ? i + 2 : 0;
    }
    table->bucket_mask = buckets - 1;
    table->buckets = heads;
    table->entries = entries;
    table->free = addresses_max > 0 ? 1 : 0;
    entropy_fill(table->secret, sizeof table->secret);
    return table;
}

void address_table_destroy(struct address_table *table)
{
    if (table != NULL) {
        free(table->buckets);
        free(table->entries);
        free(table);
    }
}

static bool is_mapped_ipv4(const uint8_t address[16])
{
    static const uint8_t PREFIX[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    return memcmp(address, PREFIX, sizeof PREFIX) == 0;
}

bool address_is_local(const uint8_t address[16])
{
    static const uint8_t NOBODY[15] = {0};
    if (is_mapped_ipv4(address)) {
        return address[12] == 127;
    }
    return memcmp(address, NOBODY, sizeof NOBODY) == 0 && address[15] <= 1;
}

static void key_of(const uint8_t address[16], uint64_t key[2])
{
    memcpy(key, address, 16);
    if (!is_mapped_ipv4(address)) {
        key[1] = 0;
    }
}

static uint32_t *bucket_of(const struct address_table *table, const uint64_t key[2])
{
    unsigned __int128 product =
        (unsigned __int128)(key[0] ^ table->secret[0]) * ((key[1] ^ table->secret[1]) | 1);
    uint64_t hash = (uint64_t)product ^ (uint64_t)(product >> 64);
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return &table->buckets[(uint32_t)(hash >> 32) & table->bucket_mask];
}

/* Where the index of the key's entry stands; it holds 0 when there is none. */
static uint32_t *link_find(const struct address_table *table, const uint64_t key[2])
{
    uint32_t *link = bucket_of(table, key);
    while (*link != 0) {
        struct entry *entry = &table->entries[*link - 1];
        if (entry->key[0] == key[0] && entry->key[1] == key[1]) {
            break;
        }
        link = &entry->next;
    }
    return link;
}

bool address_table_enter(struct address_table *table, const uint8_t address[16], uint32_t count_max)
{
    uint64_t key[2];
    key_of(address, key);
    uint32_t *link = link_find(table, key);
    if (*link != 0) {
        struct entry *entry = &table->entries[*link - 1];
        if (entry->count >= count_max) {
            return false;
        }
        entry->count++;
        return true;
    }
    if (count_max == 0 || table->free == 0) {
        return false;
    }
    uint32_t index = table->free;
    struct entry *entry = &table->entries[index - 1];
    table->free = entry->next;
    *entry = (struct entry){.key = {key[0], key[1]}, .count = 1};
    *link = index;
    return true;
}

void address_table_leave(struct address_table *table, const uint8_t address[16])
{
    uint64_t key[2];
    key_of(address, key);
    uint32_t *link = link_find(table, key);
    ENSURE(*link != 0);
    uint32_t index = *link;
    struct entry *entry = &table->entries[index - 1];
    if (--entry->count > 0) {
        return;
    }
    *link = entry->next;
    entry->next = table->free;
    table->free = index;
}

uint32_t address_table_count(const struct address_table *table, const uint8_t address[16])
{
    uint64_t key[2];
    key_of(address, key);
    uint32_t index = *link_find(table, key);
    return index != 0 ? table->entries[index - 1].count : 0;
}
