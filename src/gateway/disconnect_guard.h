/* SPDX-License-Identifier: Apache-2.0
 *
 * Cancel on disconnect: a session that asked for it ends, and all open orders of its participant
 * are cancelled, with reason DISCONNECT. The cancel is a command like any other and may be refused
 * or find the core away; the guard keeps it until its outcome is known.
 *
 * It lives in the gateway: when the gateway itself dies, nothing is cancelled. Who needs that, too,
 * sets countdownCancelAll, which the engine keeps.
 */
#ifndef GATEWAY_DISCONNECT_GUARD_H
#define GATEWAY_DISCONNECT_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "tarazy/command.h"
#include "tarazy/result.h"

struct disconnect_guard;

/* How the guard sends: submit queues the command for the core; false: not now. */
struct disconnect_sender {
    void *context;
    bool (*submit)(void *context, struct command_order_cancel_all *command);
    /* The nonce that a command of this key must carry now; 0: none. */
    uint64_t (*nonce)(void *context, uint32_t key);
};

#define DISCONNECT_PATIENCE_US INT64_C(15000000)

struct disconnect_guard *disconnect_guard_create(const struct disconnect_sender *sender);
void disconnect_guard_destroy(struct disconnect_guard *guard); /* NULL is allowed */

/* The session of this participant, who acted by this key, has ended. Sent by the next work(). */
void disconnect_guard_cancel(struct disconnect_guard *guard, uint32_t participant, uint32_t key);

/* A cancel on disconnect has come back durable. Seen by its contents and not by a request number, so
 * that one which was journaled just before a link was lost is not sent twice: it would meet the
 * orders of the next session. One that came too late with its nonce is sent again. */
void disconnect_guard_note(struct disconnect_guard *guard, uint32_t participant, uint32_t key,
                           enum result result);

/* The link is lost: what was under way and has not come back when the replica has caught up was not
 * journaled, and is sent again. */
void disconnect_guard_lost(struct disconnect_guard *guard);

/* Sends what waits, and what has not come back for DISCONNECT_PATIENCE_US. Only to be called while
 * the replica is caught up. */
void disconnect_guard_work(struct disconnect_guard *guard, int64_t now_us);

/* How many cancels have no outcome yet, and how many have been accepted and refused so far. */
struct disconnect_statistics {
    uint32_t waiting;
    uint64_t accepted;
    uint64_t refused;
};
struct disconnect_statistics disconnect_guard_statistics(const struct disconnect_guard *guard);

#endif
