/* SPDX-License-Identifier: Apache-2.0
 *
 * A follower: a replica of the state that re-applies each durable command, in order, and tells its
 * owner what happened. Gateways, history, supervisors are followers with different sinks. The same
 * object sends commands to the core (one that may not send never calls follower_submit).
 */
#ifndef NODE_FOLLOWER_H
#define NODE_FOLLOWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"
#include "tarazy/engine.h"

struct follower;

/* What a follower tells. Called from follower_work only, never from within follower_submit. Events
 * of one command are handed over together: bytes, as in struct event_buffer, OUTCOME last. The
 * engine shows the state right after the command. */
struct follower_sink {
    void *context;
    void (*on_command)(void *context, const struct engine *engine,
                       const struct command_header *command, const uint8_t *events, size_t size);
    /* After the last command of a batch: a good moment to answer, push and commit. */
    void (*on_batch)(void *context, const struct engine *engine, uint64_t number, int64_t time_us);
    /* The core refused a request of ours before journaling it. */
    void (*on_refused)(void *context, uint32_t request, enum result result);
    /* The link to the core is up (again) or lost. While lost, requests sent but not seen in a batch
     * have an unknown outcome until the journal shows them; nothing can be submitted. */
    void (*on_link)(void *context, bool up);
};

struct follower_options {
    const char *directory;         /* the node's folder */
    const struct storage *storage; /* NULL: the system's files */
    uint64_t from;          /* events are reported from this command on; 1 = all of history */
    bool replay_from_start; /* true: re-apply from command 1; false: from the newest snapshot
                                not after `from` */
    bool verify_chain;      /* check SHA-256 chain and digests, not only checksums */
    bool offline;           /* no core: read what is durable on disk, then end (tools, tests) */
};

/* Opens the journal's files, and connects to the core (keeps trying). NULL: *error says why, a
 * static or malloc'd-once text naming file and reason. The journal must hold its first command. */
struct follower *follower_open(const struct follower_options *options,
                               const struct follower_sink *sink, const char **error);
void follower_close(struct follower *follower);

/* For the event loop: readable → call follower_work; wants_write → also when writable. The fd may
 * change after a lost link: ask again after each follower_work. −1: not connected; call
 * follower_work from time to time (every 100 ms) to try again. */
int follower_fd(const struct follower *follower);
bool follower_wants_write(const struct follower *follower);

/* Sends what was submitted, reads news, applies durable batches, calls the sink. Stops after the
 * batch that reaches commands_max commands. Returns > 0 when there is more to do at once, 0 when
 * caught up, < 0 on damage (follower_error says file and number; nothing more will be applied). */
int follower_work(struct follower *follower, uint32_t commands_max);
const char *follower_error(const struct follower *follower);

/* Caught up with what the core said is durable, and the link is up? */
bool follower_is_live(const struct follower *follower);

/* Queues a command for the core; copied. header.request must be set by the caller (from
 * follower_next_request) and comes back in the OUTCOME together with our origin. false: link down or
 * queue full — the command is certainly not sent. */
uint32_t follower_next_request(struct follower *follower);
bool follower_submit(struct follower *follower, const struct command_header *command);

/* Would follower_submit take so many bytes of commands, one after the other? Sends what waits first, if
 * that is what it takes. */
bool follower_make_room(struct follower *follower, size_t size);

/* Sends what was submitted without waiting for the next follower_work: for the end of a turn in which
 * several requests came in. Never calls the sink. */
void follower_flush(struct follower *follower);

/* Our origin on the present link: an OUTCOME is ours if origin and request agree. */
uint16_t follower_origin(const struct follower *follower);

const struct engine *follower_engine(const struct follower *follower);

#endif
