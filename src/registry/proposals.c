/* SPDX-License-Identifier: Apache-2.0
 *
 * Proposals: commands that wait for a second person. The registry keeps them; the engine executes
 * one when somebody else than its proposer approves it before it expires.
 *
 * Invariants: numbers only grow; open proposals are one chain in ascending order; deadline is the
 * earliest expiry of them.
 */
#include <string.h>

#include "registry/registry_state.h"

uint32_t registry_proposal_room(const struct registry *registry)
{
    return pool_room(&registry->proposals);
}

static uint32_t find(const struct registry *registry, uint64_t number)
{
    uint64_t hash = hash_u64(registry->seed, number);
    uint32_t cursor;
    uint32_t index = table_first(&registry->by_proposal, hash, &cursor);

    while (index != 0 && registry_proposal_at(registry, index)->number != number) {
        index = table_next(&registry->by_proposal, hash, &cursor);
    }
    return index;
}

uint64_t registry_proposal_add(struct registry *registry, const struct command_propose *propose)
{
    ENSURE(pool_room(&registry->proposals) > 0);
    ENSURE(propose->size <= TARAZY_PROPOSED_SIZE_MAX);
    uint32_t index = pool_take(&registry->proposals);
    struct proposal *proposal = registry_proposal_at(registry, index);

    proposal->expires_us = propose->expires_us;
    proposal->number = ++registry->last_proposal;
    proposal->proposer = propose->header.participant;
    proposal->size = propose->size;
    memcpy(proposal->command, propose->command, propose->size);
    table_insert(&registry->by_proposal, hash_u64(registry->seed, proposal->number), index);
    if (registry->newest_proposal == 0) {
        registry->first_proposal = index;
    } else {
        registry_proposal_at(registry, registry->newest_proposal)->next = index;
    }
    registry->newest_proposal = index;
    if (proposal->expires_us < registry->deadline) {
        registry->deadline = proposal->expires_us;
    }
    return proposal->number;
}

const struct proposal *registry_proposal(const struct registry *registry, uint64_t number)
{
    uint32_t index = find(registry, number);

    return index != 0 ? registry_proposal_at(registry, index) : NULL;
}

const struct proposal *registry_proposal_first(const struct registry *registry)
{
    return registry->first_proposal != 0 ? registry_proposal_at(registry, registry->first_proposal)
                                         : NULL;
}

const struct proposal *registry_proposal_after(const struct registry *registry,
                                               const struct proposal *proposal)
{
    return proposal->next != 0 ? registry_proposal_at(registry, proposal->next) : NULL;
}

/* Takes a proposal out of the chain; open proposals are few. */
static void unlink_proposal(struct registry *registry, uint32_t index)
{
    uint32_t next = registry_proposal_at(registry, index)->next;
    uint32_t before = 0;

    for (uint32_t at = registry->first_proposal; at != index;
         at = registry_proposal_at(registry, at)->next) {
        ENSURE(at != 0);
        before = at;
    }
    if (before == 0) {
        registry->first_proposal = next;
    } else {
        registry_proposal_at(registry, before)->next = next;
    }
    if (registry->newest_proposal == index) {
        registry->newest_proposal = before;
    }
}

static int64_t earliest_expiry(const struct registry *registry)
{
    int64_t earliest = INT64_MAX;

    for (const struct proposal *proposal = registry_proposal_first(registry); proposal != NULL;
         proposal = registry_proposal_after(registry, proposal)) {
        if (proposal->expires_us < earliest) {
            earliest = proposal->expires_us;
        }
    }
    return earliest;
}

void registry_proposal_close(struct registry *registry, uint64_t number)
{
    uint32_t index = find(registry, number);

    ENSURE(index != 0);
    int64_t expires_us = registry_proposal_at(registry, index)->expires_us;

    unlink_proposal(registry, index);
    table_remove(&registry->by_proposal, hash_u64(registry->seed, number), index);
    pool_give(&registry->proposals, index);
    if (expires_us == registry->deadline) {
        registry->deadline = earliest_expiry(registry);
    }
}

int64_t registry_deadline(const struct registry *registry)
{
    return registry->deadline;
}
