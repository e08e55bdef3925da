/* SPDX-License-Identifier: Apache-2.0
 *
 * Two people for one act, seen from outside: the inspector keeps what was proposed and looks at who
 * approves it. A file of its own because this is the rule an operator as a whole would break first.
 *
 * Invariants: what is executed is what was proposed, byte for byte; it is done for a proposer whose roles
 * permit it now, by another person who may approve, before it expires; a proposal ends once.
 *
 * Next: inspect_money.c.
 */
#include <string.h>

#include "base/time.h"
#include "inspector/inspector_state.h"

static uint32_t find_proposal(const struct inspector *inspector, uint64_t number)
{
    uint64_t hash = hash_u64(inspector->seed, number);
    uint32_t cursor;

    for (uint32_t i = table_first(&inspector->proposals_by_number, hash, &cursor); i != 0;
         i = table_next(&inspector->proposals_by_number, hash, &cursor)) {
        const struct inspector_proposal *open = pool_at(&inspector->proposals, i);

        if (open->number == number) {
            return i;
        }
    }
    return 0;
}

static uint16_t kind_of(const struct inspector_proposal *proposal)
{
    struct command_header wrapped;

    memcpy(&wrapped, proposal->command, sizeof wrapped);
    return wrapped.kind;
}

static void complain(struct inspector *inspector, uint64_t proposal, const char *what)
{
    inspector_complain(inspector, INSPECTOR_RULE_PROPOSAL, proposal, what);
}

/* Before the events of an approval: the command it stands for, as its proposer would send it now. */
const struct command_header *inspector_approved(struct inspector *inspector,
                                                const struct event_proposal *executed)
{
    struct inspector_now *now = &inspector->now;
    uint32_t slot = find_proposal(inspector, executed->proposal);

    if (slot == 0) {
        complain(inspector, executed->proposal, "a proposal is executed that is not open");
        return NULL;
    }
    const struct inspector_proposal *open = pool_at(&inspector->proposals, slot);
    memcpy(now->wrapped, open->command, sizeof now->wrapped);
    struct command_header *act = (struct command_header *)(void *)now->wrapped;
    act->number = inspector->number;
    act->time_us = inspector->time_us;
    act->participant = open->proposer;
    now->actor = open->proposer;
    inspector_check_permission(inspector, act, true);
    return act;
}

static void see_open(struct inspector *inspector, const struct event_proposal *event)
{
    const void *act = inspector->now.act;
    const struct command_propose *propose = act;

    if (!inspector_has(inspector, COMMAND_PROPOSE) ||
        event->proposal != inspector->last_proposal + 1 ||
        event->proposer != inspector->now.actor || event->approver != 0 || event->result != 0) {
        complain(inspector, event->proposal, "a proposal is opened other than proposed");
        return;
    }
    int64_t now_us = inspector->time_us;
    if (propose->expires_us <= now_us || propose->expires_us - now_us > TIME_US_PER_DAY) {
        complain(inspector, event->proposal, "a proposal that is open for too long");
    }
    uint32_t slot = pool_take(&inspector->proposals);
    if (slot == 0) {
        inspector_complain(inspector, INSPECTOR_RULE_ROOM, 0, "more proposals than licensed");
        return;
    }
    struct inspector_proposal *open = pool_at(&inspector->proposals, slot);
    open->expires_us = propose->expires_us;
    open->number = event->proposal;
    open->proposer = event->proposer;
    open->size = propose->size;
    memcpy(open->command, propose->command, sizeof open->command);
    inspector->last_proposal = event->proposal;
    table_insert(&inspector->proposals_by_number, hash_u64(inspector->seed, open->number), slot);
    if (kind_of(open) != event->command || !inspector_is_proposable(event->command) ||
        !inspector_roles_permit(inspector->people[event->proposer].roles, event->command)) {
        complain(inspector, event->proposal,
                 "what is proposed is not what the event says, or not theirs");
    }
}

static void check_approval(struct inspector *inspector, const struct event_proposal *event,
                           const struct inspector_proposal *open)
{
    const struct command_header *command = inspector->now.command;
    const void *whole = command;
    const struct command_approve *approve = whole;
    bool executed = event->state == PROPOSAL_STATE_EXECUTED;

    if (command->kind != COMMAND_APPROVE || approve->proposal != event->proposal ||
        event->approver != command->participant) {
        complain(inspector, event->proposal, "a proposal is decided without an approval of it");
        return;
    }
    if (inspector_is_one_person(inspector, open->proposer, event->approver)) {
        inspector_complain(inspector, INSPECTOR_RULE_FOUR_EYES, event->proposal,
                           "proposer and approver are one person");
    }
    if (open->expires_us <= inspector->time_us) {
        complain(inspector, event->proposal, "a proposal is decided after it expired");
    }
    if (executed != (event->result == RESULT_OK) || event->result == 0) {
        complain(inspector, event->proposal, "a proposal's result does not fit its end");
    }
}

/* Taken back by its proposer, or refused by somebody who may approve. */
static void check_withdrawn(struct inspector *inspector, const struct event_proposal *event)
{
    const struct command_header *command = inspector->now.command;
    const void *whole = command;
    const struct command_proposal_withdraw *withdraw = whole;
    bool by_other = command->participant != event->proposer;

    if (!inspector_has(inspector, COMMAND_PROPOSAL_WITHDRAW) ||
        withdraw->proposal != event->proposal ||
        event->approver != (by_other ? command->participant : 0) || event->result != 0 ||
        (by_other &&
         (inspector->people[command->participant].roles & (uint32_t)ROLE_APPROVER) == 0)) {
        complain(inspector, event->proposal, "a proposal is taken back by nobody who may");
    }
}

static void check_expired(struct inspector *inspector, const struct event_proposal *event,
                          const struct inspector_proposal *open)
{
    if (inspector->now.command->kind != COMMAND_CLOCK || open->expires_us > inspector->time_us ||
        event->approver != 0 || event->result != 0) {
        complain(inspector, event->proposal, "a proposal expires before its time");
    }
}

static void see_end(struct inspector *inspector, const struct event_proposal *event)
{
    uint32_t slot = find_proposal(inspector, event->proposal);
    const struct inspector_proposal *open = pool_at(&inspector->proposals, slot);

    if (slot == 0 || event->proposer != open->proposer || event->command != kind_of(open)) {
        complain(inspector, event->proposal, "a proposal ends that is not open, or was another");
        return;
    }
    switch ((enum proposal_state)event->state) {
    case PROPOSAL_STATE_EXECUTED:
    case PROPOSAL_STATE_REFUSED: check_approval(inspector, event, open); break;
    case PROPOSAL_STATE_WITHDRAWN: check_withdrawn(inspector, event); break;
    case PROPOSAL_STATE_EXPIRED: check_expired(inspector, event, open); break;
    case PROPOSAL_STATE_OPEN: complain(inspector, event->proposal, "opened twice"); break;
    }
    if (event->state < PROPOSAL_STATE_OPEN || event->state > PROPOSAL_STATE_EXPIRED) {
        complain(inspector, event->proposal, "a proposal ends in no known way");
    }
    table_remove(&inspector->proposals_by_number, hash_u64(inspector->seed, open->number), slot);
    pool_give(&inspector->proposals, slot);
}

void inspector_see_proposal(struct inspector *inspector, const struct event_proposal *event)
{
    inspector->now.proposal_events++;
    if (event->state == PROPOSAL_STATE_OPEN) {
        see_open(inspector, event);
    } else {
        see_end(inspector, event);
    }
    if (event->state != PROPOSAL_STATE_EXPIRED) {
        inspector->now.id = event->proposal;
    }
}
