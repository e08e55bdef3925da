/* SPDX-License-Identifier: Apache-2.0
 *
 * Compares a digest of the state that a node's core has written into a snapshot with the state that its commands lead
 * to. The number is in the past when it is heard of, so a child re-performs the copy up to it, apart from everything,
 * audits the books there, and ends.
 */
#ifndef SUPERVISION_STATE_CHECK_H
#define SUPERVISION_STATE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "supervision/follow_protocol.h"
#include "supervision/replica.h"
#include "supervision/side_task.h"

struct state_check {
    struct side_task task;
    uint64_t number;         /* of the check at work */
    uint64_t checked_number; /* of the last one that agreed */
};

/* Begins a check of the copy in this folder, which is synced up to the number, unless one is at work. true: begun. */
bool state_check_begin(struct state_check *check, const char *directory, uint64_t number,
                       const struct follow_state *state);

/* Has it ended? 1: the state agrees; 0: nothing new; -1: *finding (STATE, or OWN when it could not be found out). */
int state_check_poll(struct state_check *check, struct replica_finding *finding);

/* Ends a check at work without asking. */
void state_check_stop(struct state_check *check);

#endif
