/* SPDX-License-Identifier: Apache-2.0
 *
 * Participants and the tiers they stand in. The registry is a room of its own because "who may"
 * must have one answer everywhere: the same tables for a market maker and for the operator's own
 * account, and no bit that exempts anybody.
 *
 * Invariants (registry_audit checks them): a participant's number is never reused; a handle names
 * one participant; every participant stands in a tier that is set.
 *
 * Next: roles.c (who may send what), keys.c, proposals.c.
 */
#include "registry/registry.h"

#include <string.h>

#include "base/text.h"
#include "registry/registry_state.h"

struct registry *registry_create(struct arena *arena, const struct limits *limits)
{
    size_t limits_count = TARAZY_TIERS_MAX * ((size_t)limits->assets_max + 1);
    struct registry *registry = arena_reserve(arena, sizeof *registry);
    void *participants = arena_reserve(
        arena, pool_memory_size(limits->participants_max, sizeof(struct participant)));
    void *names = arena_reserve(
        arena, pool_memory_size(limits->participants_max, sizeof(struct participant_name)));
    void *by_handle = arena_reserve(arena, table_memory_size(limits->participants_max));
    void *keys = arena_reserve(arena, pool_memory_size(limits->keys_max, sizeof(struct key)));
    void *proofs =
        arena_reserve(arena, pool_memory_size(limits->keys_max, sizeof(struct key_proof)));
    void *by_key_id = arena_reserve(arena, table_memory_size(limits->keys_max));
    void *proposals =
        arena_reserve(arena, pool_memory_size(limits->proposals_max, sizeof(struct proposal)));
    void *by_proposal = arena_reserve(arena, table_memory_size(limits->proposals_max));
    void *tier_limits = arena_reserve(arena, limits_count * sizeof(struct tier_limit));

    if (limits->assets_max > UINT16_MAX) {
        arena->overflow = true; /* asset numbers have 16 bits */
    }
    if (registry == NULL) {
        return NULL;
    }
    pool_create(&registry->participants, participants, limits->participants_max,
                sizeof(struct participant));
    table_create(&registry->by_handle, by_handle, limits->participants_max);
    pool_create(&registry->keys, keys, limits->keys_max, sizeof(struct key));
    table_create(&registry->by_key_id, by_key_id, limits->keys_max);
    pool_create(&registry->proposals, proposals, limits->proposals_max, sizeof(struct proposal));
    table_create(&registry->by_proposal, by_proposal, limits->proposals_max);
    registry->names_offset = (uint64_t)((uintptr_t)names - (uintptr_t)registry);
    registry->proofs_offset = (uint64_t)((uintptr_t)proofs - (uintptr_t)registry);
    registry->limits_offset = (uint64_t)((uintptr_t)tier_limits - (uintptr_t)registry);
    registry->assets_max = limits->assets_max;
    registry->deadline = INT64_MAX;
    return registry;
}

void registry_set_seed(struct registry *registry, struct hash_seed seed)
{
    ENSURE(registry->participants.count == 0 && registry->keys.count == 0 &&
           registry->last_proposal == 0);
    registry->seed = seed;
}

static uint64_t handle_hash(const struct registry *registry, struct handle handle)
{
    return hash_bytes(registry->seed, &handle, sizeof handle);
}

uint32_t registry_participant_find(const struct registry *registry, struct handle handle)
{
    uint64_t hash = handle_hash(registry, handle);
    uint32_t cursor;
    uint32_t index = table_first(&registry->by_handle, hash, &cursor);

    while (index != 0 &&
           memcmp(&registry_name_at(registry, index)->handle, &handle, sizeof handle) != 0) {
        index = table_next(&registry->by_handle, hash, &cursor);
    }
    return index;
}

enum result registry_participant_check(const struct registry *registry,
                                       const struct command_participant_create *create)
{
    if (text_is_empty(create->handle.text, sizeof create->handle.text)) {
        return RESULT_FIELD_INVALID;
    }
    if (registry_tier(registry, create->tier) == NULL) {
        return RESULT_UNKNOWN_TIER;
    }
    if (registry_participant_find(registry, create->handle) != 0) {
        return RESULT_DUPLICATE_HANDLE;
    }
    return pool_room(&registry->participants) > 0 ? RESULT_OK : RESULT_PARTICIPANTS_FULL;
}

uint32_t registry_participant_add(struct registry *registry,
                                  const struct command_participant_create *create)
{
    ENSURE(registry_participant_check(registry, create) == RESULT_OK);
    uint32_t index = pool_take(&registry->participants);
    struct participant *participant = registry_participant_at(registry, index);

    registry_name_at(registry, index)->handle = create->handle;
    registry_name_at(registry, index)->identity = create->identity;
    participant->roles = create->roles;
    participant->tier = create->tier;
    table_insert(&registry->by_handle, handle_hash(registry, create->handle), index);
    return index;
}

const struct participant *registry_participant(const struct registry *registry,
                                               uint32_t participant)
{
    return registry_pool_has(&registry->participants, participant)
               ? registry_participant_at(registry, participant)
               : NULL;
}

const struct participant_name *registry_participant_name(const struct registry *registry,
                                                         uint32_t participant)
{
    return registry_pool_has(&registry->participants, participant)
               ? registry_name_at(registry, participant)
               : NULL;
}

void registry_ask(const struct registry *registry, uint32_t participant, uint32_t key)
{
    __builtin_prefetch(registry_participant_at(registry, participant));
    __builtin_prefetch(registry_key_at(registry, key), 1);
}

uint32_t registry_participant_count(const struct registry *registry)
{
    return registry->participants.count;
}

void registry_participant_update(struct registry *registry, uint32_t participant, uint32_t roles,
                                 uint16_t tier)
{
    ENSURE(registry_pool_has(&registry->participants, participant));
    ENSURE(registry_tier(registry, tier) != NULL);
    struct participant *updated = registry_participant_at(registry, participant);

    updated->roles = roles;
    updated->tier = tier;
}

void registry_participant_freeze(struct registry *registry, uint32_t participant, bool frozen)
{
    ENSURE(registry_pool_has(&registry->participants, participant));
    registry_participant_at(registry, participant)->frozen = frozen;
}

const struct tier *registry_tier(const struct registry *registry, uint16_t tier)
{
    if (tier == 0 || tier > TARAZY_TIERS_MAX || registry->tiers[tier].set == 0) {
        return NULL;
    }
    return &registry->tiers[tier];
}

void registry_tier_set(struct registry *registry, const struct command_tier_set *set)
{
    ENSURE(set->tier >= 1 && set->tier <= TARAZY_TIERS_MAX);
    registry->tiers[set->tier] = (struct tier){
        .maker = set->maker,
        .taker = set->taker,
        .orders_max = set->orders_max,
        .rights = set->rights,
        .set = 1,
    };
}

struct tier_limit registry_tier_limit(const struct registry *registry, uint16_t tier,
                                      uint16_t asset)
{
    if (tier == 0 || tier > TARAZY_TIERS_MAX || asset > registry->assets_max) {
        return (struct tier_limit){amount_zero(), amount_zero()};
    }
    return registry_limits_of(registry, tier)[asset];
}

void registry_tier_limit_set(struct registry *registry, const struct command_tier_limit_set *set)
{
    ENSURE(set->tier >= 1 && set->tier <= TARAZY_TIERS_MAX);
    ENSURE(set->asset >= 1 && set->asset <= registry->assets_max);
    registry_limits_of(registry, set->tier)[set->asset] = (struct tier_limit){
        .withdraw_day_max = set->withdraw_day_max,
        .deposit_day_max = set->deposit_day_max,
    };
}
