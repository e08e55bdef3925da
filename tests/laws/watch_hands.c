/* SPDX-License-Identifier: Apache-2.0
 *
 * Who did what: nothing that moves value, changes limits, lists or gives somebody else a key happens
 * without a proposal by one person and an approval by another, both entitled at that moment.
 */
#include <stdlib.h>
#include <string.h>

#include "laws/law_watch.h"

#define PROPOSALS_MAX 128u

struct known_proposal {
    uint64_t number;
    uint32_t proposer;
    union law_command wrapped;
};

struct watch_hands {
    struct known_proposal proposals[PROPOSALS_MAX];
    uint32_t count;
    uint64_t highest;
    bool open; /* the founding is over */
};

struct watch_hands *watch_hands_new(void)
{
    void *hands = aligned_alloc(64, (sizeof(struct watch_hands) + 63) / 64 * 64);

    if (hands == NULL) {
        abort();
    }
    memset(hands, 0, sizeof(struct watch_hands));
    return hands;
}

void watch_hands_free(struct watch_hands *hands)
{
    free(hands);
}

static void see_open(struct watch *watch, const struct event_proposal *event,
                     const union law_command *command)
{
    struct watch_hands *hands = watch->hands;

    if (command->header.kind != COMMAND_PROPOSE || event->proposal <= hands->highest ||
        hands->count == PROPOSALS_MAX) {
        watch_break(watch, "proposal %llu is not new", (unsigned long long)event->proposal);
        return;
    }
    struct known_proposal *known = &hands->proposals[hands->count++];
    known->number = event->proposal;
    known->proposer = command->header.participant;
    memcpy(&known->wrapped, command->propose.command, sizeof command->propose.command);
    hands->highest = event->proposal;
}

/* Takes the proposal out of the open ones; NULL if it is not among them. */
static const struct known_proposal *take_known(struct watch_hands *hands, uint64_t number)
{
    for (uint32_t i = 0; i < hands->count; i++) {
        if (hands->proposals[i].number == number) {
            struct known_proposal found = hands->proposals[i];

            hands->proposals[i] = hands->proposals[--hands->count];
            hands->proposals[hands->count] = found;
            return &hands->proposals[hands->count];
        }
    }
    return NULL;
}

static bool are_one_person(const struct watch *watch, uint32_t a, uint32_t b)
{
    static const struct hash256 none;

    return a == b ||
           (memcmp(&watch->people[a].identity, &none, sizeof none) != 0 &&
            memcmp(&watch->people[a].identity, &watch->people[b].identity, sizeof none) == 0);
}

/* The table of the documentation, written down a second time. */
static uint32_t roles_for(uint16_t kind)
{
    if (kind == COMMAND_DEPOSIT || kind == COMMAND_WITHDRAW_SETTLE) {
        return ROLE_CUSTODIAN;
    }
    return kind == COMMAND_PARTICIPANT_FREEZE ? ROLE_OPERATOR | ROLE_APPROVER | ROLE_SUPERVISOR
                                              : ROLE_OPERATOR;
}

static void check_two(struct watch *watch, const struct event_proposal *event,
                      const struct known_proposal *known)
{
    const struct watch_person *proposer = &watch->people[event->proposer];
    const struct watch_person *approver = &watch->people[event->approver];

    if (event->proposer != known->proposer || event->approver == 0 ||
        are_one_person(watch, event->proposer, event->approver)) {
        watch_break(watch, "proposal %llu went through by one person",
                    (unsigned long long)event->proposal);
    }
    bool own_key = known->wrapped.header.kind == COMMAND_KEY_CREATE &&
                   known->wrapped.key_create.owner == event->proposer;
    if (event->state == PROPOSAL_STATE_EXECUTED && !own_key &&
        (proposer->roles & roles_for(known->wrapped.header.kind)) == 0) {
        watch_break(watch, "proposal %llu: the proposer was not entitled",
                    (unsigned long long)event->proposal);
    }
    if ((approver->roles & ROLE_APPROVER) == 0 || approver->frozen ||
        (event->state == PROPOSAL_STATE_EXECUTED && proposer->frozen)) {
        watch_break(watch, "proposal %llu: somebody frozen or without the role",
                    (unsigned long long)event->proposal);
    }
}

static void see_proposal(struct watch *watch, const struct event_proposal *event,
                         const union law_command *command)
{
    if (event->state == PROPOSAL_STATE_OPEN) {
        see_open(watch, event, command);
        return;
    }
    const struct known_proposal *known = take_known(watch->hands, event->proposal);
    if (known == NULL) {
        watch_break(watch, "proposal %llu ends twice", (unsigned long long)event->proposal);
        return;
    }
    if (event->state == PROPOSAL_STATE_EXECUTED || event->state == PROPOSAL_STATE_REFUSED) {
        check_two(watch, event, known);
    }
}

/* What one person may do alone. */
static bool is_lone_act(const union law_command *command)
{
    const uint32_t trading = ROLE_TRADER | ROLE_MARKET_MAKER;

    uint16_t kind = command->header.kind;

    return (kind == COMMAND_PARTICIPANT_CREATE &&
            (command->participant_create.roles & ~trading) == 0) ||
           (kind == COMMAND_PARTICIPANT_FREEZE && command->participant_freeze.frozen == 1) ||
           (kind == COMMAND_KEY_CREATE &&
            command->key_create.owner == command->header.participant) ||
           kind == COMMAND_KEY_REVOKE;
}

static bool needs_two(const struct event_header *event, const union law_command *command)
{
    const void *whole = event;

    if (event->kind == EVENT_REGISTRY) {
        return !is_lone_act(command);
    }
    if (event->kind == EVENT_POSTING) {
        uint16_t reason = ((const struct event_posting *)whole)->reason;

        return reason == POSTING_REASON_DEPOSIT || reason == POSTING_REASON_WITHDRAWAL ||
               reason == POSTING_REASON_WITHDRAWAL_FEE || reason == POSTING_REASON_CORRECTION;
    }
    return event->kind == EVENT_WITHDRAWAL &&
           ((const struct event_withdrawal *)whole)->state != WITHDRAWAL_STATE_REQUESTED;
}

void watch_hands_see(struct watch *watch, const struct law *law, const union law_command *command)
{
    unsigned executed = 0;
    bool two_needed = false;

    for (size_t at = 0; at < law->events.used;) {
        const void *bytes = law->events.bytes + at;
        const struct event_header *event = bytes;

        two_needed = two_needed || needs_two(event, command);
        if (event->kind == EVENT_PROPOSAL) {
            see_proposal(watch, bytes, command);
            executed += ((const struct event_proposal *)bytes)->state == PROPOSAL_STATE_EXECUTED;
        }
        at += event->size;
    }
    if (!watch->hands->open) {
        two_needed = false; /* there is nobody yet to ask */
        watch->hands->open =
            command->header.kind == COMMAND_NODE_OPEN && law_outcome(law)->result == RESULT_OK;
    }
    if (two_needed && (executed != 1 || command->header.kind != COMMAND_APPROVE)) {
        watch_break(watch, "a %s did alone what takes two",
                    tarazy_command_name(command->header.kind));
    }
}
