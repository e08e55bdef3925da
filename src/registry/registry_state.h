/* SPDX-License-Identifier: Apache-2.0
 *
 * How the registry lies in the state block. Only the files of registry/ include this.
 */
#ifndef REGISTRY_REGISTRY_STATE_H
#define REGISTRY_REGISTRY_STATE_H

#include "base/ensure.h"
#include "base/pool.h"
#include "base/table.h"
#include "money/arithmetic.h"
#include "registry/registry.h"

struct registry {
    struct hash_seed seed;
    struct pool participants;
    struct pool keys;
    struct pool proposals;
    struct table by_handle;   /* handle → participant */
    struct table by_key_id;   /* id → key */
    struct table by_proposal; /* number → proposal */
    uint64_t names_offset;    /* of struct participant_name[participants_max + 1] */
    uint64_t proofs_offset;   /* of struct key_proof[keys_max + 1] */
    uint64_t limits_offset;   /* of struct tier_limit[TIERS_MAX][assets_max + 1] from this struct */
    uint64_t last_proposal;   /* number of the newest proposal ever */
    int64_t deadline;         /* earliest expiry of an open proposal; INT64_MAX = none */
    uint32_t first_proposal;  /* open proposals, oldest first: slots of the pool */
    uint32_t newest_proposal;
    uint32_t assets_max;
    uint32_t reserved;
    struct tier tiers[TARAZY_TIERS_MAX + 1]; /* the first is not used */
    uint8_t reserved1[8];
};

static inline struct participant *registry_participant_at(const struct registry *registry,
                                                          uint32_t index)
{
    return pool_at(&registry->participants, index);
}

static inline struct participant_name *registry_name_at(const struct registry *registry,
                                                        uint32_t index)
{
    uintptr_t base = (uintptr_t)registry + registry->names_offset;

    return (struct participant_name *)base + index;
}

static inline struct key_proof *registry_proof_at(const struct registry *registry, uint32_t index)
{
    uintptr_t base = (uintptr_t)registry + registry->proofs_offset;

    return (struct key_proof *)base + index;
}

static inline struct key *registry_key_at(const struct registry *registry, uint32_t index)
{
    return pool_at(&registry->keys, index);
}

static inline struct proposal *registry_proposal_at(const struct registry *registry, uint32_t index)
{
    return pool_at(&registry->proposals, index);
}

/* The limits of one tier, by asset number. */
static inline struct tier_limit *registry_limits_of(const struct registry *registry, uint16_t tier)
{
    uintptr_t base = (uintptr_t)registry + registry->limits_offset;

    return (struct tier_limit *)base + (size_t)(tier - 1) * ((size_t)registry->assets_max + 1);
}

/* Participants and keys are never given back: every number below fresh exists. */
static inline bool registry_pool_has(const struct pool *pool, uint32_t index)
{
    return index >= 1 && index < pool->fresh;
}

#endif
