/* SPDX-License-Identifier: Apache-2.0
 *
 * Every invariant of the registry, recomputed: for tests, verifiers and supervisors.
 */
#include "registry/registry_state.h"

static const char *audit_participants(const struct registry *registry)
{
    if (registry->participants.count + 1 != registry->participants.fresh ||
        registry->participants.count != registry->by_handle.count) {
        return "registry: the table of handles counts other participants than the pool";
    }
    for (uint32_t index = 1; index < registry->participants.fresh; index++) {
        const struct participant *participant = registry_participant_at(registry, index);

        if (registry_participant_find(registry, registry_name_at(registry, index)->handle) !=
            index) {
            return "registry: a participant is not found by its handle";
        }
        if (registry_tier(registry, participant->tier) == NULL) {
            return "registry: a participant stands in a tier that is not set";
        }
        if (participant->frozen > 1) {
            return "registry: a participant is neither frozen nor free";
        }
    }
    return NULL;
}

static const char *audit_keys(const struct registry *registry)
{
    if (registry->keys.count + 1 != registry->keys.fresh ||
        registry->keys.count != registry->by_key_id.count) {
        return "registry: the table of ids counts other keys than the pool";
    }
    for (uint32_t index = 1; index < registry->keys.fresh; index++) {
        const struct key *key = registry_key_at(registry, index);
        const struct key_proof *proof = registry_proof_at(registry, index);

        if (registry_key_find(registry, &proof->id) != index) {
            return "registry: a key is not found by its id";
        }
        if (registry_participant(registry, key->owner) == NULL) {
            return "registry: a key belongs to nobody";
        }
        if (proof->material_size > TARAZY_KEY_MATERIAL_MAX || key->scopes == 0) {
            return "registry: a key is not one that could have been made";
        }
    }
    return NULL;
}

static const char *audit_proposals(const struct registry *registry)
{
    int64_t earliest = INT64_MAX;
    uint64_t last = 0;
    uint32_t count = 0;

    for (const struct proposal *proposal = registry_proposal_first(registry); proposal != NULL;
         proposal = registry_proposal_after(registry, proposal)) {
        if (proposal->number <= last || proposal->number > registry->last_proposal) {
            return "registry: open proposals are not in ascending order";
        }
        if (registry_proposal(registry, proposal->number) != proposal) {
            return "registry: a proposal is not found by its number";
        }
        last = proposal->number;
        earliest = proposal->expires_us < earliest ? proposal->expires_us : earliest;
        count++;
    }
    if (count != registry->proposals.count || count != registry->by_proposal.count) {
        return "registry: a proposal is not in the chain of open ones";
    }
    if (earliest != registry->deadline) {
        return "registry: the deadline is not the earliest expiry";
    }
    return NULL;
}

static const char *audit_tiers(const struct registry *registry)
{
    for (uint16_t tier = 1; tier <= TARAZY_TIERS_MAX; tier++) {
        const struct tier_limit *limits = registry_limits_of(registry, tier);

        for (uint32_t asset = 0; asset <= registry->assets_max; asset++) {
            struct amount lowest = amount_of_units(-1);

            if (amount_compare(limits[asset].withdraw_day_max, lowest) < 0 ||
                amount_compare(limits[asset].deposit_day_max, lowest) < 0) {
                return "registry: a daily limit is below no limit at all";
            }
        }
    }
    return NULL;
}

const char *registry_audit(const struct registry *registry)
{
    const char *wrong = audit_participants(registry);

    if (wrong == NULL) {
        wrong = audit_keys(registry);
    }
    if (wrong == NULL) {
        wrong = audit_proposals(registry);
    }
    if (wrong == NULL) {
        wrong = audit_tiers(registry);
    }
    return wrong;
}
