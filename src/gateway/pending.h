/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests that wait for their command to come back in a durable batch. Bounded; each ends in
 * exactly one answer: the outcome, a refusal by the core, or "unknown" after ten seconds or a lost
 * link. What was answered "unknown" may still happen, and is remembered until it has or the link is
 * lost.
 */
#ifndef GATEWAY_PENDING_H
#define GATEWAY_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/answer.h"
#include "tarazy/event.h"
#include "tarazy/result.h"

struct answer_batch;

enum { PENDING_MAX = 65536, PENDING_NOTE_MAX = 128 };

#define PENDING_TIMEOUT_US INT64_C(10000000)

/* A command that has come back. The answer is begun; complete() ends it. */
struct completion {
    struct answer answer;
    struct venue *venue;
    const struct waiting *waiting;
    const struct command_header *command;
    const struct event_outcome *outcome;
    const uint8_t *events;
    size_t size;
};

/* What is remembered of a command that was sent. */
struct waiting {
    /* Ends the answer. Called for RESULT_OK only, unless wants_refusals. */
    void (*complete)(struct completion *completion);
    void (*members)(struct completion *completion); /* the operation's own; may be NULL */
    /* What becomes of a refusal, a timeout or a lost link; NULL: it is the answer. */
    void (*fail)(const struct waiting *waiting, const struct failure *failure);
    struct answer_batch *batch; /* the request has many commands: this is one of them */
    uint32_t element;           /* its place in the batch */
    bool wants_refusals;
    uint8_t style;              /* the operation's own: e.g. ACK, RESULT, FULL */
    struct client_id client_id; /* of the order to be placed; empty: of several, or none */
    /* The operation's own; wiped when over. Begins with a zero: there is none, and it is not kept. Last,
     * so that what most commands do not have is not copied for them. */
    char note[PENDING_NOTE_MAX];
};

struct pending;

/* NULL: out of memory. */
struct pending *pending_create(void);
void pending_destroy(struct pending *pending);

/* Remembers a request. false: too many wait already (answer BUSY). request: follower_next_request. */
bool pending_add(struct pending *pending, uint32_t request, const struct reply_address *to,
                 const struct waiting *waiting, int64_t now_us);

/* The command of one of our requests has come back: answers and forgets it. Unknown requests (timed
 * out before) are ignored. */
void pending_complete(struct pending *pending, struct venue *venue,
                      const struct command_header *command, const uint8_t *events, size_t size);

/* The core refused a request before journaling it. */
void pending_refuse(struct pending *pending, struct venue *venue, uint32_t request,
                    enum result result);

/* The link is lost: every outcome is unknown. */
void pending_abandon(struct pending *pending, struct venue *venue);

/* Answers those that have waited too long. */
void pending_expire(struct pending *pending, struct venue *venue, int64_t now_us);

/* May an order of this participant with this client id still come into being, from a request that is
 * on its way to the core or was given up? Until it may not, nobody can say that there is none. */
bool pending_may_place(struct pending *pending, uint32_t participant,
                       const struct client_id *client_id);

/* Forgets a request without an answer: it was not sent after all. */
void pending_drop(struct pending *pending, uint32_t request);

uint32_t pending_count(const struct pending *pending);

/* Is there room for so many more? */
bool pending_has_room(const struct pending *pending, uint32_t count);

/* Counters since the start, for /metrics. */
struct pending_statistics {
    uint64_t completed;
    uint64_t refused; /* by the engine or the core */
    uint64_t expired;
    uint64_t abandoned;
};
struct pending_statistics pending_statistics(const struct pending *pending);

#endif
