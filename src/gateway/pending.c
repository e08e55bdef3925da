/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests that wait for the core.
 *
 * Why a file of its own: "exactly one answer" is a promise with three ends (outcome, refusal,
 * unknown) and must be easy to check. Request numbers are handed out in order, so a ring indexed by
 * number finds a request at once and the oldest come first. Invariant: an entry is used exactly when
 * its request number is not 0; `oldest` is at most the smallest number in use. Read next: call.c.
 */
#include "gateway/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "gateway/errors.h"
#include "gateway/venue.h"

struct entry {
    uint32_t request; /* 0: free */
    int64_t sent_us;
    struct reply_address to;
    struct waiting waiting;
};

struct pending {
    uint32_t oldest; /* request number to look at first when time passes */
    uint32_t newest;
    uint32_t count;
    struct pending_statistics statistics;
    struct entry entries[PENDING_MAX];
};

struct pending *pending_create(void)
{
    return calloc(1, sizeof(struct pending));
}

void pending_destroy(struct pending *pending)
{
    free(pending);
}

static struct entry *entry_of(struct pending *pending, uint32_t request)
{
    return &pending->entries[request % PENDING_MAX];
}

bool pending_add(struct pending *pending, uint32_t request, const struct reply_address *to,
                 const struct waiting *waiting, int64_t now_us)
{
    struct entry *entry = entry_of(pending, request);

    if (request == 0 || entry->request != 0) {
        return false;
    }
    *entry = (struct entry){.request = request, .sent_us = now_us, .to = *to, .waiting = *waiting};
    if (pending->count == 0) {
        pending->oldest = request;
    }
    pending->newest = request;
    pending->count++;
    return true;
}

static void forget(struct pending *pending, struct entry *entry)
{
    memset(entry, 0, sizeof *entry);
    pending->count--;
}

void pending_drop(struct pending *pending, uint32_t request)
{
    struct entry *entry = entry_of(pending, request);

    if (entry->request == request && request != 0) {
        forget(pending, entry);
    }
}

/* The outcome stands last among the events. */
static const struct event_outcome *outcome_of(const uint8_t *events, size_t size)
{
    ENSURE(size >= sizeof(struct event_outcome));
    const struct event_outcome *outcome =
        (const struct event_outcome *)(events + size - sizeof *outcome);

    ENSURE(outcome->header.kind == EVENT_OUTCOME);
    return outcome;
}

/*~ route of one order: the command has come back durable and applied; its sender is answered. */
void pending_complete(struct pending *pending, struct venue *venue,
                      const struct command_header *command, const uint8_t *events, size_t size)
{
    struct entry *entry = entry_of(pending, command->request);

    if (command->request == 0 || entry->request != command->request) {
        return;
    }
    struct completion completion = {
        .venue = venue,
        .waiting = &entry->waiting,
        .command = command,
        .outcome = outcome_of(events, size),
        .events = events,
        .size = size,
    };

    answer_begin(&completion.answer, venue, &entry->to);
    if (completion.outcome->result == RESULT_OK) {
        pending->statistics.completed++;
    } else {
        pending->statistics.refused++;
    }
    if (completion.outcome->result == RESULT_OK || entry->waiting.wants_refusals) {
        entry->waiting.complete(&completion);
    } else {
        struct failure failure;

        (void)failure_set_result(&failure, (enum result)completion.outcome->result, command->kind);
        answer_fail(&completion.answer, &failure);
    }
    forget(pending, entry);
}

static void fail_entry(struct pending *pending, struct venue *venue, struct entry *entry,
                       const struct failure *failure)
{
    struct answer answer;

    answer_begin(&answer, venue, &entry->to);
    answer_fail(&answer, failure);
    forget(pending, entry);
}

void pending_refuse(struct pending *pending, struct venue *venue, uint32_t request,
                    enum result result)
{
    struct entry *entry = entry_of(pending, request);
    struct failure failure;

    if (request == 0 || entry->request != request) {
        return;
    }
    (void)failure_set_result(&failure, result, 0);
    pending->statistics.refused++;
    fail_entry(pending, venue, entry, &failure);
}

/* Answers "unknown" to all that were sent at or before until_us; returns how many. */
static uint32_t give_up(struct pending *pending, struct venue *venue, int64_t until_us)
{
    struct failure failure;
    uint32_t given_up = 0;

    (void)failure_set(&failure, VENUE_ERROR_TIMEOUT, NULL, NULL);
    while (pending->count > 0) {
        struct entry *entry = entry_of(pending, pending->oldest);

        if (entry->request == pending->oldest) {
            if (entry->sent_us > until_us) {
                break;
            }
            fail_entry(pending, venue, entry, &failure);
            given_up++;
        }
        if (pending->oldest == pending->newest) {
            break;
        }
        pending->oldest++;
    }
    return given_up;
}

void pending_abandon(struct pending *pending, struct venue *venue)
{
    pending->statistics.abandoned += give_up(pending, venue, INT64_MAX);
}

void pending_expire(struct pending *pending, struct venue *venue, int64_t now_us)
{
    pending->statistics.expired += give_up(pending, venue, now_us - PENDING_TIMEOUT_US);
}

uint32_t pending_count(const struct pending *pending)
{
    return pending->count;
}

struct pending_statistics pending_statistics(const struct pending *pending)
{
    return pending->statistics;
}
