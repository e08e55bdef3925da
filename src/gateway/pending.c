/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests that wait for the core.
 *
 * Why a file of its own: "exactly one answer" is a promise with three ends (outcome, refusal,
 * unknown) and must be easy to check. Request numbers are handed out in order, so a ring indexed by
 * number finds a request at once and the oldest come first. Invariants: an entry is used exactly when
 * its request number is not 0; `first` is the smallest number in use, `oldest` at most the smallest
 * that waits for an answer; one that was given up is never answered again.
 * Read next: call.c.
 */
#include "gateway/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "gateway/errors.h"
#include "gateway/venue.h"

struct entry {
    uint32_t request; /* 0: free */
    bool is_given_up; /* answered "unknown"; its command may still come back */
    int64_t sent_us;
    struct reply_address to;
    struct waiting waiting;
};

struct pending {
    uint32_t first;  /* request number to look at first for what may still happen */
    uint32_t oldest; /* request number to look at first when time passes */
    uint32_t newest;
    uint32_t count;    /* that wait for an answer */
    uint32_t given_up; /* that do not any more */
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
    entry->request = request;
    entry->is_given_up = false;
    entry->sent_us = now_us;
    memcpy(&entry->to, to, offsetof(struct reply_address, id) + to->id_size);
    memcpy(&entry->waiting, waiting, offsetof(struct waiting, note));
    if (waiting->note[0] != '\0') {
        memcpy(entry->waiting.note, waiting->note, sizeof entry->waiting.note);
    }
    if (pending->count == 0) {
        pending->oldest = request;
    }
    if (pending->count + pending->given_up == 0) {
        pending->first = request;
    }
    pending->newest = request;
    pending->count++;
    return true;
}

/* The note may be a secret. Nothing else of a free entry is ever looked at. */
static void wipe_note(struct entry *entry)
{
    if (entry->waiting.note[0] != '\0') {
        memset(entry->waiting.note, 0, sizeof entry->waiting.note);
    }
}

static void forget(struct pending *pending, struct entry *entry)
{
    pending->count -= !entry->is_given_up;
    pending->given_up -= entry->is_given_up;
    wipe_note(entry);
    entry->request = 0;
    while (pending->count + pending->given_up > 0 &&
           entry_of(pending, pending->first)->request != pending->first) {
        pending->first++;
    }
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

static void fail_entry(struct venue *venue, const struct entry *entry,
                       const struct failure *failure)
{
    struct answer answer;

    if (entry->waiting.fail != NULL) {
        entry->waiting.fail(&entry->waiting, failure);
        return;
    }
    answer_begin(&answer, venue, &entry->to);
    answer_fail(&answer, failure);
}

enum { ASK_AHEAD = 4 };

/* Ours come back in the order they were sent: what some commands later will touch is asked for now. */
static void ask_ahead(struct pending *pending, const struct venue *venue, uint32_t request)
{
    const struct entry *entry = entry_of(pending, request + ASK_AHEAD);

    __builtin_prefetch(entry_of(pending, request + 2 * ASK_AHEAD));
    if (entry->request == request + ASK_AHEAD && entry->waiting.client_id.text[0] != '\0') {
        order_history_ask(venue->views.orders, entry->to.participant, &entry->waiting.client_id);
    }
}

/*~ route of one order: the command has come back durable and applied; its sender is answered. */
void pending_complete(struct pending *pending, struct venue *venue,
                      const struct command_header *command, const uint8_t *events, size_t size)
{
    struct entry *entry = entry_of(pending, command->request);

    if (command->request == 0 || entry->request != command->request) {
        return;
    }
    if (entry->is_given_up) {
        forget(pending, entry);
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

    ask_ahead(pending, venue, command->request);
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
        fail_entry(venue, entry, &failure);
    }
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
    if (!entry->is_given_up) {
        (void)failure_set_result(&failure, result, 0);
        pending->statistics.refused++;
        fail_entry(venue, entry, &failure);
    }
    forget(pending, entry);
}

/* The client has waited long enough; what it sent is remembered, but for what only the answer needs. */
static void give_up_entry(struct pending *pending, struct venue *venue, struct entry *entry,
                          const struct failure *failure)
{
    fail_entry(venue, entry, failure);
    wipe_note(entry);
    entry->waiting.batch = NULL; /* it may have been answered by this */
    entry->is_given_up = true;
    pending->count--;
    pending->given_up++;
}

/* Answers "unknown" to all that were sent at or before until_us; returns how many. */
static uint32_t give_up(struct pending *pending, struct venue *venue, int64_t until_us)
{
    struct failure failure;
    uint32_t given_up = 0;

    (void)failure_set(&failure, VENUE_ERROR_TIMEOUT, NULL, NULL);
    while (pending->count > 0) {
        struct entry *entry = entry_of(pending, pending->oldest);

        if (entry->request == pending->oldest && !entry->is_given_up) {
            if (entry->sent_us > until_us) {
                break;
            }
            give_up_entry(pending, venue, entry, &failure);
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
    /* Nothing of this link comes any more: what the journal has is replayed before the next is live. */
    for (uint32_t i = 0; i < PENDING_MAX && pending->given_up > 0; i++) {
        if (pending->entries[i].request != 0) {
            forget(pending, &pending->entries[i]);
        }
    }
}

void pending_expire(struct pending *pending, struct venue *venue, int64_t now_us)
{
    pending->statistics.expired += give_up(pending, venue, now_us - PENDING_TIMEOUT_US);
}

static bool may_place(const struct entry *entry, uint32_t participant,
                      const struct client_id *client_id)
{
    const struct client_id *own = &entry->waiting.client_id;

    return entry->request != 0 && entry->to.participant == participant &&
           (own->text[0] == '\0' || memcmp(own->text, client_id->text, sizeof own->text) == 0);
}

bool pending_may_place(struct pending *pending, uint32_t participant,
                       const struct client_id *client_id)
{
    if (pending->count + pending->given_up == 0) {
        return false;
    }
    for (uint32_t request = pending->first;; request++) {
        if (may_place(entry_of(pending, request), participant, client_id)) {
            return true;
        }
        if (request == pending->newest) {
            return false;
        }
    }
}

uint32_t pending_count(const struct pending *pending)
{
    return pending->count;
}

/* Numbers are handed out in order, so the places behind the newest must be free: they are as long as
 * the oldest in use is not among them. */
bool pending_has_room(const struct pending *pending, uint32_t count)
{
    uint32_t used = 0;

    if (pending->count + pending->given_up > 0) {
        used = pending->newest - pending->first + 1;
    }
    return used <= PENDING_MAX && count <= PENDING_MAX - used;
}

struct pending_statistics pending_statistics(const struct pending *pending)
{
    return pending->statistics;
}
