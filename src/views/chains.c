/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains of records per (owner, subject), as doubly linked lists of numbers.
 *
 * Why a file of its own: orders, order lists, fills, transfers and prevented matches all answer
 * "what of this participant, on this instrument, in order", and all forget their oldest records.
 * Invariants: a record's `chain` is 0 exactly when it stands in no chain; an empty chain has been
 * given back, so there are never more chains than records. Read next: order_history.c.
 */
#include "views/chains.h"

#include "base/ensure.h"
#include "base/pool.h"
#include "base/table.h"

struct chain { /* 16 bytes */
    uint32_t owner;
    uint32_t subject;
    uint32_t first;
    uint32_t last;
};

struct link {
    uint32_t next;
    uint32_t previous;
    uint32_t chain; /* 0: in none */
};

struct chains {
    struct pool pool;   /* of struct chain */
    struct table table; /* (owner, subject) → chain */
    struct hash_seed seed;
    uint64_t links_offset; /* from this struct */
    uint32_t records_max;
};

static struct link *link_at(const struct chains *chains, uint32_t record)
{
    ENSURE(record >= 1 && record <= chains->records_max);
    return (struct link *)((uintptr_t)chains + chains->links_offset) + record;
}

static uint64_t hash_of(const struct chains *chains, uint32_t owner, uint32_t subject)
{
    return hash_u64(chains->seed, (uint64_t)owner << 32 | subject);
}

struct chains *chains_create(struct arena *arena, uint32_t records_max, struct hash_seed seed)
{
    struct chains *chains = arena_reserve(arena, sizeof *chains);
    void *slots = arena_reserve(arena, pool_memory_size(records_max, sizeof(struct chain)));
    void *places = arena_reserve(arena, table_memory_size(records_max));
    void *links = arena_reserve(arena, ((size_t)records_max + 1) * sizeof(struct link));

    if (arena->block == NULL) {
        return NULL;
    }
    pool_create(&chains->pool, slots, records_max, sizeof(struct chain));
    table_create(&chains->table, places, records_max);
    chains->seed = seed;
    chains->links_offset = (uint64_t)((uintptr_t)links - (uintptr_t)chains);
    chains->records_max = records_max;
    return chains;
}

static uint32_t chain_find(const struct chains *chains, uint32_t owner, uint32_t subject)
{
    uint64_t hash = hash_of(chains, owner, subject);
    uint32_t cursor;
    uint32_t at = table_first(&chains->table, hash, &cursor);

    while (at != 0) {
        const struct chain *chain = pool_at(&chains->pool, at);

        if (chain->owner == owner && chain->subject == subject) {
            return at;
        }
        at = table_next(&chains->table, hash, &cursor);
    }
    return 0;
}

static uint32_t chain_open(struct chains *chains, uint32_t owner, uint32_t subject)
{
    uint32_t at = chain_find(chains, owner, subject);

    if (at == 0) {
        at = pool_take(&chains->pool);
        ENSURE(at != 0); /* a chain holds at least one record */
        struct chain *chain = pool_at(&chains->pool, at);
        *chain = (struct chain){.owner = owner, .subject = subject};
        table_insert(&chains->table, hash_of(chains, owner, subject), at);
    }
    return at;
}

void chains_append(struct chains *chains, uint32_t owner, uint32_t subject, uint32_t record)
{
    struct link *link = link_at(chains, record);

    ENSURE(link->chain == 0);
    link->chain = chain_open(chains, owner, subject);
    struct chain *chain = pool_at(&chains->pool, link->chain);

    link->previous = chain->last;
    link->next = 0;
    if (chain->last != 0) {
        link_at(chains, chain->last)->next = record;
    } else {
        chain->first = record;
    }
    chain->last = record;
}

void chains_remove(struct chains *chains, uint32_t record)
{
    struct link *link = link_at(chains, record);

    ENSURE(link->chain != 0);
    struct chain *chain = pool_at(&chains->pool, link->chain);

    if (link->previous != 0) {
        link_at(chains, link->previous)->next = link->next;
    } else {
        chain->first = link->next;
    }
    if (link->next != 0) {
        link_at(chains, link->next)->previous = link->previous;
    } else {
        chain->last = link->previous;
    }
    if (chain->first == 0) {
        ENSURE(chain->last == 0);
        table_remove(&chains->table, hash_of(chains, chain->owner, chain->subject), link->chain);
        pool_give(&chains->pool, link->chain);
    }
    *link = (struct link){0};
}

uint32_t chains_first(const struct chains *chains, uint32_t owner, uint32_t subject)
{
    uint32_t at = chain_find(chains, owner, subject);

    if (at == 0) {
        return 0;
    }
    const struct chain *chain = pool_at(&chains->pool, at);

    return chain->first;
}

uint32_t chains_last(const struct chains *chains, uint32_t owner, uint32_t subject)
{
    uint32_t at = chain_find(chains, owner, subject);

    if (at == 0) {
        return 0;
    }
    const struct chain *chain = pool_at(&chains->pool, at);

    return chain->last;
}

uint32_t chains_next(const struct chains *chains, uint32_t record)
{
    return link_at(chains, record)->next;
}

uint32_t chains_previous(const struct chains *chains, uint32_t record)
{
    return link_at(chains, record)->previous;
}
