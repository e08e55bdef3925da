/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a journal as it was after any of its commands: the newest snapshot before it, and the
 * commands from there on. Only reads; safe beside a running core.
 */
#ifndef JOURNAL_STATE_AT_H
#define JOURNAL_STATE_AT_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/state_block.h"
#include "platform/storage.h"
#include "tarazy/engine.h"

/* The newest snapshot, without replaying anything. */
#define STATE_AT_SNAPSHOT 0u

struct state_at {
    struct engine *engine; /* in the block; its number is the one asked for */
    struct state_block block;
};

/* number: of the last command applied, or STATE_AT_SNAPSHOT. Every batch on the way is checked as recovery
 * checks it. false: *error says why (no such command yet, damage, memory); nothing is held then. */
bool state_at_read(const struct storage *storage, const char *directory, uint64_t number,
                   struct state_at *out, struct journal_error *error);

/* The same without any snapshot, for who does not believe what the node has written down about itself: all
 * is performed again from the founding on. number: at least 1. */
bool state_at_rebuild(const struct storage *storage, const char *directory, uint64_t number,
                      struct state_at *out, struct journal_error *error);
void state_at_destroy(struct state_at *state);

#endif
