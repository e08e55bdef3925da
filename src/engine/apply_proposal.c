/* SPDX-License-Identifier: Apache-2.0
 *
 * Two people for one act. A proposal wraps a command; when somebody else approves it in time, the
 * command is carried out as if its proposer sent it now: same checks, same function. A file of its own
 * because this is the rule that no operator alone can move value, change limits, list or hand out keys.
 *
 * Invariants: proposer and approver are different participants with different identities; what is
 * executed is what was proposed, byte for byte; a proposal is executed at most once and never after
 * its expiry; a refused execution closes it, too.
 *
 * Next: apply_listing.c.
 */
#include <string.h>

#include "base/time.h"
#include "engine/emit.h"

enum result check_propose(const struct engine *engine, const struct command_propose *propose)
{
    const struct registry *registry = engine_registry(engine);
    int64_t now_us = propose->header.time_us;
    struct command_header wrapped;

    memcpy(&wrapped, propose->command, sizeof wrapped);
    if (tarazy_command_size(wrapped.kind) != propose->size) {
        return RESULT_MALFORMED;
    }
    if (!registry_is_proposable(wrapped.kind)) {
        return RESULT_NOT_PROPOSABLE;
    }
    const struct participant *proposer =
        registry_participant(registry, propose->header.participant);
    if (!registry_roles_permit(proposer->roles, wrapped.kind)) {
        return RESULT_NOT_PERMITTED;
    }
    if (propose->expires_us <= now_us || propose->expires_us - now_us > TIME_US_PER_DAY) {
        return RESULT_FIELD_INVALID;
    }
    return registry_proposal_room(registry) > 0 ? RESULT_OK : RESULT_PROPOSALS_FULL;
}

enum result apply_propose(struct apply *apply, const struct command_propose *propose)
{
    enum result result = check_propose(apply->engine, propose);

    if (result != RESULT_OK) {
        return result;
    }
    apply->id = registry_proposal_add(apply->registry, propose);
    emit_proposal(apply, registry_proposal(apply->registry, apply->id), PROPOSAL_STATE_OPEN, 0, 0);
    return RESULT_OK;
}

/* Two participants may be one person: then their identity records hash alike. */
static bool is_same_person(const struct registry *registry, uint32_t a, uint32_t b)
{
    static const struct hash256 none;
    const struct hash256 *identity_a = &registry_participant_name(registry, a)->identity;
    const struct hash256 *identity_b = &registry_participant_name(registry, b)->identity;

    if (a == b) {
        return true;
    }
    return memcmp(identity_a, &none, sizeof none) != 0 &&
           memcmp(identity_a, identity_b, sizeof none) == 0;
}

enum result check_approve(const struct engine *engine, const struct command_approve *approve)
{
    const struct registry *registry = engine_registry(engine);
    const struct proposal *proposal = registry_proposal(registry, approve->proposal);

    if (proposal == NULL) {
        return RESULT_UNKNOWN_PROPOSAL;
    }
    if (proposal->expires_us <= approve->header.time_us) {
        return RESULT_PROPOSAL_EXPIRED;
    }
    return is_same_person(registry, proposal->proposer, approve->header.participant)
               ? RESULT_SAME_PERSON
               : RESULT_OK;
}

enum result apply_approve(struct apply *apply, const struct command_approve *approve)
{
    enum result result = check_approve(apply->engine, approve);

    if (result != RESULT_OK) {
        return result;
    }
    apply->approved = approve->proposal;
    return RESULT_OK;
}

void execute_approved(struct apply *apply)
{
    const struct proposal *proposal = registry_proposal(apply->registry, apply->approved);
    _Alignas(16) uint8_t bytes[TARAZY_PROPOSED_SIZE_MAX];
    struct command_header *wrapped = (struct command_header *)(void *)bytes;

    ENSURE(proposal != NULL);
    memcpy(bytes, proposal->command, sizeof bytes);
    wrapped->number = apply->command->number;
    wrapped->time_us = apply->now_us;
    wrapped->participant = proposal->proposer;
    ENSURE(registry_is_proposable(wrapped->kind));
    enum result result = check_permission(apply->engine, wrapped, true);
    if (result == RESULT_OK) {
        result = apply_family(apply, wrapped);
    }
    emit_proposal(apply, proposal,
                  result == RESULT_OK ? PROPOSAL_STATE_EXECUTED : PROPOSAL_STATE_REFUSED,
                  apply->command->participant, (uint16_t)result);
    apply->id = proposal->number; /* the approval's answer names the proposal, not what it made */
    registry_proposal_close(apply->registry, apply->approved);
}

enum result check_proposal_withdraw(const struct engine *engine,
                                    const struct command_proposal_withdraw *withdraw)
{
    const struct registry *registry = engine_registry(engine);
    const struct proposal *proposal = registry_proposal(registry, withdraw->proposal);
    uint32_t sender = withdraw->header.participant;

    if (proposal == NULL) {
        return RESULT_UNKNOWN_PROPOSAL;
    }
    bool approver = (registry_participant(registry, sender)->roles & ROLE_APPROVER) != 0;
    return proposal->proposer == sender || approver ? RESULT_OK : RESULT_NOT_PERMITTED;
}

enum result apply_proposal_withdraw(struct apply *apply,
                                    const struct command_proposal_withdraw *withdraw)
{
    enum result result = check_proposal_withdraw(apply->engine, withdraw);

    if (result != RESULT_OK) {
        return result;
    }
    const struct proposal *proposal = registry_proposal(apply->registry, withdraw->proposal);
    bool by_other = proposal->proposer != withdraw->header.participant;
    apply->id = withdraw->proposal;
    emit_proposal(apply, proposal, PROPOSAL_STATE_WITHDRAWN,
                  by_other ? withdraw->header.participant : 0, 0);
    registry_proposal_close(apply->registry, withdraw->proposal);
    return RESULT_OK;
}

void expire_proposals(struct apply *apply)
{
    const struct proposal *proposal = registry_proposal_first(apply->registry);

    if (registry_deadline(apply->registry) > apply->now_us) {
        return;
    }
    while (proposal != NULL && apply_may_go_on(apply)) {
        const struct proposal *next = registry_proposal_after(apply->registry, proposal);

        if (proposal->expires_us <= apply->now_us) {
            emit_proposal(apply, proposal, PROPOSAL_STATE_EXPIRED, 0, 0);
            registry_proposal_close(apply->registry, proposal->number);
            apply->closes++;
        }
        proposal = next;
    }
}
