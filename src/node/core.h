/* SPDX-License-Identifier: Apache-2.0
 *
 * The core: gives each command its number and time, makes it durable, applies it, and says so. It
 * parses no text, opens no network connection, and never waits for a peer. What it needs is given
 * to it open and recovered, so that a test can give it something else.
 */
#ifndef NODE_CORE_H
#define NODE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "journal/log.h"
#include "node/snapshot_schedule.h"
#include "platform/clock.h"
#include "tarazy/engine.h"

#define CORE_BATCH_SIZE_MAX (256u << 10) /* bytes of commands that share one sync */

struct core_options {
    const char *directory; /* where the socket stands; the caller holds its lock */
    struct log *log;       /* at the engine's number */
    struct engine *engine; /* founded */
    struct digest events;  /* of the last batch applied: what the next one records */
    const struct clock_source *clock;
    struct snapshot_schedule *snapshots; /* NULL: none are made */
    int stop_fd;                         /* becomes readable: stop in order; -1: never */
    bool allows_founding; /* acts of the node itself may come by a link until it is open */
};

struct core;

/* Listens. Everything in options stays the caller's and must outlive the core. NULL: *error is a
 * negative errno. */
struct core *core_open(const struct core_options *options, int *error);
void core_close(struct core *core);

enum core_turn {
    CORE_TURN_ON = 1,  /* go on */
    CORE_TURN_STOPPED, /* asked to stop: nothing is left undone */
    CORE_TURN_DISK,    /* the log has failed: log_failure() says why. Nothing may follow */
    CORE_TURN_FAILED,  /* the system refused something else: core_error says what */
};

/* One turn: wait (at most wait_ms_max), gather what has come into one batch, append, sync, apply,
 * tell. */
enum core_turn core_turn(struct core *core, int wait_ms_max);

/* Turns until something else than CORE_TURN_ON. */
enum core_turn core_run(struct core *core);

/* The negative errno behind CORE_TURN_FAILED. */
int core_error(const struct core *core);

#endif
