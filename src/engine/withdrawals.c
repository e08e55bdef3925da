/* SPDX-License-Identifier: Apache-2.0
 *
 * Withdrawals between request and settlement. A file of its own, beside the money commands that use
 * it, because it is the one thing of value that engine/ itself keeps: everything else lies in the
 * ledger, the market or the registry.
 *
 * Invariants: open ones are one chain, oldest first, numbers strictly increasing; each is found by
 * its number and, if it has one, by its name; the ring of names holds the last closed ones, each found.
 *
 * Next: apply_money.c.
 */
#include "engine/withdrawals.h"

#include <string.h>

#include "base/ensure.h"
#include "base/text.h"

void withdrawals_create(struct withdrawals *withdrawals, struct arena *arena, uint32_t count_max)
{
    size_t names_size = ((size_t)count_max + 1) * sizeof(struct withdrawal_name);
    void *open = arena_reserve(arena, pool_memory_size(count_max, sizeof(struct withdrawal)));
    void *by_number = arena_reserve(arena, table_memory_size(count_max));
    void *by_name = arena_reserve(arena, table_memory_size(count_max));
    void *remembered = arena_reserve(arena, table_memory_size(count_max));
    void *names = arena_reserve(arena, names_size);

    if (withdrawals == NULL) {
        return;
    }
    pool_create(&withdrawals->open, open, count_max, sizeof(struct withdrawal));
    table_create(&withdrawals->by_number, by_number, count_max);
    table_create(&withdrawals->by_name, by_name, count_max);
    table_create(&withdrawals->remembered, remembered, count_max);
    withdrawals->names_offset = (uint64_t)((uintptr_t)names - (uintptr_t)withdrawals);
    withdrawals->names_max = count_max;
    withdrawals->names_next = 1;
}

static struct withdrawal *open_at(const struct withdrawals *withdrawals, uint32_t index)
{
    return pool_at(&withdrawals->open, index);
}

static struct withdrawal_name *name_at(const struct withdrawals *withdrawals, uint32_t index)
{
    uintptr_t base = (uintptr_t)withdrawals;

    return (struct withdrawal_name *)(base + (uintptr_t)withdrawals->names_offset) + index;
}

static uint64_t hash_number(const struct engine *engine, uint64_t number)
{
    return hash_u64(engine->seed, number);
}

static uint64_t hash_name(const struct engine *engine, uint32_t participant,
                          const struct client_id *name)
{
    struct withdrawal_name whole = {.client_id = *name, .participant = participant};

    return hash_bytes(engine->seed, &whole, sizeof whole);
}

uint32_t withdrawals_room(const struct withdrawals *withdrawals)
{
    return pool_room(&withdrawals->open);
}

/* Index of the open withdrawal of this number, or 0. */
static uint32_t find_index(const struct engine *engine, uint64_t number)
{
    const struct withdrawals *all = &engine->withdrawals;
    uint64_t hash = hash_number(engine, number);
    uint32_t cursor;
    uint32_t index = table_first(&all->by_number, hash, &cursor);

    while (index != 0 && open_at(all, index)->number != number) {
        index = table_next(&all->by_number, hash, &cursor);
    }
    return index;
}

const struct withdrawal *withdrawals_find(const struct engine *engine, uint64_t number)
{
    uint32_t index = find_index(engine, number);

    return index == 0 ? NULL : open_at(&engine->withdrawals, index);
}

const struct withdrawal *withdrawals_find_name(const struct engine *engine, uint32_t participant,
                                               const struct client_id *name)
{
    const struct withdrawals *all = &engine->withdrawals;
    uint64_t hash = hash_name(engine, participant, name);
    uint32_t cursor;

    if (client_id_is_none(name)) {
        return NULL;
    }
    for (uint32_t index = table_first(&all->by_name, hash, &cursor); index != 0;
         index = table_next(&all->by_name, hash, &cursor)) {
        const struct withdrawal *open = open_at(all, index);

        if (open->participant == participant &&
            text_equals(open->client_id.text, name->text, sizeof name->text)) {
            return open;
        }
    }
    return NULL;
}

static bool is_remembered(const struct engine *engine, uint32_t participant,
                          const struct client_id *name)
{
    const struct withdrawals *all = &engine->withdrawals;
    uint64_t hash = hash_name(engine, participant, name);
    uint32_t cursor;

    for (uint32_t index = table_first(&all->remembered, hash, &cursor); index != 0;
         index = table_next(&all->remembered, hash, &cursor)) {
        const struct withdrawal_name *known = name_at(all, index);

        if (known->participant == participant &&
            text_equals(known->client_id.text, name->text, sizeof name->text)) {
            return true;
        }
    }
    return false;
}

bool withdrawals_seen(const struct engine *engine, uint32_t participant,
                      const struct client_id *name)
{
    if (client_id_is_none(name)) {
        return false;
    }
    return withdrawals_find_name(engine, participant, name) != NULL ||
           is_remembered(engine, participant, name);
}

const struct withdrawal *withdrawals_open(struct engine *engine, const struct withdrawal *request)
{
    struct withdrawals *all = &engine->withdrawals;
    uint32_t index = pool_take(&all->open);

    ENSURE(index != 0 && !withdrawals_seen(engine, request->participant, &request->client_id));
    struct withdrawal *open = open_at(all, index);
    *open = *request;
    open->number = ++all->last_number;
    open->previous = all->last;
    open->next = 0;
    if (all->last == 0) {
        all->first = index;
    } else {
        open_at(all, all->last)->next = index;
    }
    all->last = index;
    table_insert(&all->by_number, hash_number(engine, open->number), index);
    if (!client_id_is_none(&open->client_id)) {
        table_insert(&all->by_name, hash_name(engine, open->participant, &open->client_id), index);
    }
    return open;
}

/* Writes a closed one's name over the oldest in the ring. */
static void remember(struct engine *engine, const struct withdrawal *closed)
{
    struct withdrawals *all = &engine->withdrawals;
    uint32_t index = all->names_next;
    struct withdrawal_name *name = name_at(all, index);

    if (!client_id_is_none(&name->client_id)) {
        table_remove(&all->remembered, hash_name(engine, name->participant, &name->client_id),
                     index);
    }
    name->client_id = closed->client_id;
    name->participant = closed->participant;
    table_insert(&all->remembered, hash_name(engine, name->participant, &name->client_id), index);
    all->names_next = index < all->names_max ? index + 1 : 1;
}

void withdrawals_close(struct engine *engine, uint64_t number)
{
    struct withdrawals *all = &engine->withdrawals;
    uint32_t index = find_index(engine, number);

    ENSURE(index != 0);
    struct withdrawal *closed = open_at(all, index);
    if (closed->previous == 0) {
        all->first = closed->next;
    } else {
        open_at(all, closed->previous)->next = closed->next;
    }
    if (closed->next == 0) {
        all->last = closed->previous;
    } else {
        open_at(all, closed->next)->previous = closed->previous;
    }
    table_remove(&all->by_number, hash_number(engine, number), index);
    if (!client_id_is_none(&closed->client_id)) {
        table_remove(&all->by_name, hash_name(engine, closed->participant, &closed->client_id),
                     index);
        remember(engine, closed);
    }
    pool_give(&all->open, index);
}

const struct withdrawal *withdrawals_first(const struct engine *engine)
{
    uint32_t index = engine->withdrawals.first;

    return index == 0 ? NULL : open_at(&engine->withdrawals, index);
}

const struct withdrawal *withdrawals_after(const struct engine *engine,
                                           const struct withdrawal *withdrawal)
{
    return withdrawal->next == 0 ? NULL : open_at(&engine->withdrawals, withdrawal->next);
}

static const char *audit_names(const struct engine *engine)
{
    const struct withdrawals *all = &engine->withdrawals;
    uint32_t named = 0;

    for (uint32_t index = 1; index <= all->names_max; index++) {
        const struct withdrawal_name *name = name_at(all, index);

        if (client_id_is_none(&name->client_id)) {
            break; /* the ring fills up from its start */
        }
        if (!is_remembered(engine, name->participant, &name->client_id)) {
            return "withdrawals: a closed withdrawal's name is not remembered";
        }
        named++;
    }
    return named == all->remembered.count ? NULL : "withdrawals: the table remembers other names";
}

const char *withdrawals_audit(const struct engine *engine)
{
    const struct withdrawals *all = &engine->withdrawals;
    uint64_t above = 0;
    uint32_t count = 0;
    uint32_t named = 0;

    for (const struct withdrawal *open = withdrawals_first(engine); open != NULL;
         open = withdrawals_after(engine, open)) {
        if (open->number <= above || withdrawals_find(engine, open->number) != open) {
            return "withdrawals: an open withdrawal is out of order or not found";
        }
        if (!client_id_is_none(&open->client_id)) {
            if (withdrawals_find_name(engine, open->participant, &open->client_id) != open) {
                return "withdrawals: an open withdrawal is not found by its name";
            }
            named++;
        }
        above = open->number;
        count++;
    }
    if (count != all->open.count || count != all->by_number.count || named != all->by_name.count ||
        above > all->last_number) {
        return "withdrawals: the tables count other withdrawals than the chain";
    }
    return audit_names(engine);
}
