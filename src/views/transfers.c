/* SPDX-License-Identifier: Apache-2.0
 *
 * Deposits and withdrawals, with the evidence that stands in the commands.
 *
 * Why a file of its own: events of money name owners and amounts; what happened outside (a
 * transaction, a statement line, an address) stands in the command only, and that command may have
 * been a proposal, minutes before the approval that carried it out. So evidence of open proposals
 * is kept until they end. Invariant: a record's place in the ring is its sequence number.
 * Read next: chains.c.
 */
#include "views/transfers.h"

#include "base/ensure.h"
#include "base/pool.h"
#include "base/table.h"
#include "views/chains.h"

struct proposed {
    uint64_t proposal;
    struct evidence evidence;
};

struct transfers {
    struct pool proposed; /* of struct proposed */
    struct table by_proposal;
    struct table by_withdrawal; /* withdrawal → record */
    struct hash_seed seed;
    uint64_t count;          /* records ever */
    uint64_t executed;       /* proposal carried out by the present command */
    uint64_t records_offset; /* from this struct */
    uint64_t chains_offset;  /* from this struct */
    uint32_t records_max;
};

struct transfers *transfers_create(struct arena *arena, const struct transfers_limits *limits,
                                   struct hash_seed seed)
{
    struct transfers *transfers = arena_reserve(arena, sizeof *transfers);
    void *slots =
        arena_reserve(arena, pool_memory_size(limits->proposals_max, sizeof(struct proposed)));
    void *proposals = arena_reserve(arena, table_memory_size(limits->proposals_max));
    void *withdrawals = arena_reserve(arena, table_memory_size(limits->records_max));
    void *records =
        arena_reserve(arena, ((size_t)limits->records_max + 1) * sizeof(struct transfer_record));
    struct chains *chains = chains_create(arena, limits->records_max, seed);

    if (arena->block == NULL) {
        return NULL;
    }
    pool_create(&transfers->proposed, slots, limits->proposals_max, sizeof(struct proposed));
    table_create(&transfers->by_proposal, proposals, limits->proposals_max);
    table_create(&transfers->by_withdrawal, withdrawals, limits->records_max);
    transfers->seed = seed;
    transfers->records_offset = (uint64_t)((uintptr_t)records - (uintptr_t)transfers);
    transfers->chains_offset = (uint64_t)((uintptr_t)chains - (uintptr_t)transfers);
    transfers->records_max = limits->records_max;
    return transfers;
}

static struct transfer_record *record_at(const struct transfers *transfers, uint32_t index)
{
    uintptr_t records = (uintptr_t)transfers + transfers->records_offset;

    return (struct transfer_record *)records + index;
}

static struct chains *chains_of(const struct transfers *transfers)
{
    return (struct chains *)((uintptr_t)transfers + transfers->chains_offset);
}

/* ------------------------------------------------------------------ evidence of proposals */

static uint32_t proposed_find(const struct transfers *transfers, uint64_t proposal)
{
    uint64_t hash = hash_u64(transfers->seed, proposal);
    uint32_t cursor;

    for (uint32_t at = table_first(&transfers->by_proposal, hash, &cursor); at != 0;
         at = table_next(&transfers->by_proposal, hash, &cursor)) {
        const struct proposed *proposed = pool_at(&transfers->proposed, at);

        if (proposed->proposal == proposal) {
            return at;
        }
    }
    return 0;
}

static void proposed_forget(struct transfers *transfers, uint64_t proposal)
{
    uint32_t at = proposed_find(transfers, proposal);

    if (at != 0) {
        table_remove(&transfers->by_proposal, hash_u64(transfers->seed, proposal), at);
        pool_give(&transfers->proposed, at);
    }
}

/* The evidence that a command brings, if it is of a kind that does. */
static bool evidence_of(const struct command_header *command, struct evidence *out)
{
    if (command->kind == COMMAND_SANDBOX_DEPOSIT) {
        *out = ((const struct command_sandbox_deposit *)command)->evidence;
    } else if (command->kind == COMMAND_DEPOSIT) {
        *out = ((const struct command_deposit *)command)->evidence;
    } else if (command->kind == COMMAND_WITHDRAW_SETTLE) {
        *out = ((const struct command_withdraw_settle *)command)->evidence;
    } else {
        return false;
    }
    return true;
}

static void proposed_note(struct transfers *transfers, const struct command_propose *propose,
                          uint64_t proposal)
{
    const struct command_header *wrapped = (const struct command_header *)propose->command;
    struct evidence evidence;

    if (!evidence_of(wrapped, &evidence)) {
        return;
    }
    uint32_t at = pool_take(&transfers->proposed);

    ENSURE(at != 0); /* never more than the node's open proposals */
    struct proposed *proposed = pool_at(&transfers->proposed, at);
    *proposed = (struct proposed){proposal, evidence};
    table_insert(&transfers->by_proposal, hash_u64(transfers->seed, proposal), at);
}

/* The evidence of what the present command carries out, directly or as an approval. */
static struct evidence evidence_now(const struct transfers *transfers,
                                    const struct command_header *command)
{
    struct evidence evidence = {0};

    if (command->kind == COMMAND_APPROVE) {
        const struct command_approve *approve = (const struct command_approve *)command;
        uint32_t at = proposed_find(transfers, approve->proposal);

        if (at != 0) {
            evidence = ((const struct proposed *)pool_at(&transfers->proposed, at))->evidence;
        }
    } else {
        (void)evidence_of(command, &evidence);
    }
    return evidence;
}

/* ------------------------------------------------------------------ records */

static uint32_t withdrawal_find(const struct transfers *transfers, uint64_t withdrawal)
{
    uint64_t hash = hash_u64(transfers->seed, withdrawal);
    uint32_t cursor;
    uint32_t at = table_first(&transfers->by_withdrawal, hash, &cursor);

    while (at != 0 && record_at(transfers, at)->id != withdrawal) {
        at = table_next(&transfers->by_withdrawal, hash, &cursor);
    }
    return at;
}

static uint32_t record_add(struct transfers *transfers, const struct transfer_record *record)
{
    uint32_t index = (uint32_t)(transfers->count % transfers->records_max) + 1;
    struct transfer_record *slot = record_at(transfers, index);

    if (transfers->count >= transfers->records_max) {
        chains_remove(chains_of(transfers), index);
        if (slot->kind == TRANSFER_KIND_WITHDRAWAL) {
            table_remove(&transfers->by_withdrawal, hash_u64(transfers->seed, slot->id), index);
        }
    }
    *slot = *record;
    chains_append(chains_of(transfers), record->participant, record->kind, index);
    transfers->count++;
    return index;
}

static void apply_posting(struct transfers *transfers, const struct command_header *command,
                          const struct event_posting *posting)
{
    if (posting->reason != POSTING_REASON_SANDBOX_DEPOSIT &&
        posting->reason != POSTING_REASON_DEPOSIT) {
        return;
    }
    const struct evidence evidence = evidence_now(transfers, command);
    const struct transfer_record record = {
        .amount = posting->amount,
        .evidence = evidence,
        .participant = posting->credit,
        .id = command->number,
        .requested_us = command->time_us,
        .updated_us = command->time_us,
        .asset = posting->asset,
        .rail = evidence.rail,
        .kind = TRANSFER_KIND_DEPOSIT,
        .is_sandbox = posting->reason == POSTING_REASON_SANDBOX_DEPOSIT,
    };

    (void)record_add(transfers, &record);
}

static void withdrawal_open(struct transfers *transfers, const struct command_header *command,
                            const struct event_withdrawal *event)
{
    struct transfer_record record = {
        .amount = event->amount,
        .fee = event->fee,
        .participant = event->participant,
        .id = event->withdrawal,
        .requested_us = command->time_us,
        .updated_us = command->time_us,
        .asset = event->asset,
        .kind = TRANSFER_KIND_WITHDRAWAL,
        .state = (uint8_t)event->state,
    };

    if (command->kind == COMMAND_WITHDRAW_REQUEST) {
        const struct command_withdraw_request *request =
            (const struct command_withdraw_request *)command;
        record.address = request->address;
        record.client_id = request->client_id;
        record.rail = request->rail;
    }
    uint32_t index = record_add(transfers, &record);

    table_insert(&transfers->by_withdrawal, hash_u64(transfers->seed, record.id), index);
}

static void apply_withdrawal(struct transfers *transfers, const struct command_header *command,
                             const struct event_withdrawal *event)
{
    if (event->state == WITHDRAWAL_STATE_REQUESTED) {
        withdrawal_open(transfers, command, event);
        return;
    }
    uint32_t index = withdrawal_find(transfers, event->withdrawal);

    if (index == 0) {
        return; /* forgotten */
    }
    struct transfer_record *record = record_at(transfers, index);

    record->state = (uint8_t)event->state;
    record->updated_us = command->time_us;
    if (event->state == WITHDRAWAL_STATE_SETTLED) {
        record->evidence = evidence_now(transfers, command);
    }
}

static void apply_proposal(struct transfers *transfers, const struct event_proposal *event)
{
    if (event->state == PROPOSAL_STATE_EXECUTED) {
        transfers->executed = event->proposal; /* its postings may still follow */
    } else if (event->state != PROPOSAL_STATE_OPEN) {
        proposed_forget(transfers, event->proposal);
    }
}

static void apply_outcome(struct transfers *transfers, const struct command_header *command,
                          const struct event_outcome *outcome)
{
    if (transfers->executed != 0) {
        proposed_forget(transfers, transfers->executed);
        transfers->executed = 0;
    }
    if (command->kind == COMMAND_PROPOSE && outcome->result == RESULT_OK) {
        proposed_note(transfers, (const struct command_propose *)command, outcome->id);
    }
}

void transfers_apply(struct transfers *transfers, const struct command_header *command,
                     const struct event_header *event)
{
    if (event->kind == EVENT_POSTING) {
        apply_posting(transfers, command, (const struct event_posting *)event);
    } else if (event->kind == EVENT_WITHDRAWAL) {
        apply_withdrawal(transfers, command, (const struct event_withdrawal *)event);
    } else if (event->kind == EVENT_PROPOSAL) {
        apply_proposal(transfers, (const struct event_proposal *)event);
    } else if (event->kind == EVENT_OUTCOME) {
        apply_outcome(transfers, command, (const struct event_outcome *)event);
    }
}

static const struct transfer_record *record_or_null(const struct transfers *transfers,
                                                    uint32_t index)
{
    return index == 0 ? NULL : record_at(transfers, index);
}

const struct transfer_record *transfers_last(const struct transfers *transfers,
                                             uint32_t participant, enum transfer_kind kind)
{
    return record_or_null(transfers, chains_last(chains_of(transfers), participant, kind));
}

const struct transfer_record *transfers_previous(const struct transfers *transfers,
                                                 const struct transfer_record *record)
{
    uint32_t index = (uint32_t)(record - record_at(transfers, 0));

    return record_or_null(transfers, chains_previous(chains_of(transfers), index));
}
