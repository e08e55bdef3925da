/* SPDX-License-Identifier: Apache-2.0
 *
 * The state as it was after any command of history, rebuilt from the journal alone: for who does not
 * want to ask the node, nor believe what it has written down about itself.
 */
#ifndef BACKUP_PAST_STATE_H
#define BACKUP_PAST_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "platform/storage.h"
#include "tarazy/engine.h"

struct past_state_options {
    const struct storage *storage;
    const char *directory;
    uint64_t number;      /* the command after which */
    bool trusts_snapshot; /* begin with the newest snapshot up to there, for speed */
    void *context;
    void (*show)(void *context, const struct engine *engine); /* called once, with that state */
};

/* Reads and re-performs the journal, a live one, too, up to the number, with every checksum, chain
 * hash and digest of events on the way, and shows the state. The last command of all has no digest of
 * its events behind it yet. false: *error says why; nothing has been shown, but for an error behind
 * the number in the same batch. */
bool past_state_rebuild(const struct past_state_options *options, struct journal_error *error);

#endif
