/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots: the state block as a file, so that a start need not replay all of history. A snapshot
 * is a cache, never the record: a bad one is passed over and reported.
 *
 * Written to a temporary name, synced, renamed, folder synced: under its name it is whole. Untouched
 * memory becomes holes. The newest SNAPSHOT_KEEP are kept.
 */
#ifndef JOURNAL_SNAPSHOT_H
#define JOURNAL_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/journal_format.h"
#include "journal/state_block.h"
#include "platform/storage.h"
#include "tarazy/engine.h"

#define SNAPSHOT_KEEP 3u

/* What a snapshot says of itself besides the block. */
struct snapshot_source {
    const struct engine *engine;
    struct journal_head
        head;             /* of the last batch applied: durable, and the engine's number (ENSURE) */
    struct digest events; /* of that batch's events */
    struct limits limits; /* of the engine */
};

/* Writes the snapshot in this process and removes those beyond SNAPSHOT_KEEP. One of this number that
 * is there already is left alone if it is whole. false: *error says why; nothing is there under
 * the final name then, unless the folder's sync failed. */
bool snapshot_write(const struct storage *storage, int folder, const struct snapshot_source *source,
                    struct journal_error *error);

struct snapshot_state {
    struct engine *engine; /* inside the block */
    struct state_block block;
    struct journal_head head;
    struct digest events;
    struct limits limits;
    struct hash256 state; /* the block's digest, recomputed */
};

/* Reads one and proves it: header, digest, and that the engine takes it up. false: *error says what is
 * wrong with it; error_number is ENOENT when it is not there (any more). */
bool snapshot_read(const struct storage *storage, int folder, uint64_t number,
                   struct snapshot_state *state, struct journal_error *error);

/* Reads only the header. */
bool snapshot_read_header(const struct storage *storage, int folder, uint64_t number,
                          struct snapshot_header *header, struct journal_error *error);

/* The newest good one of number at most `limit`; without any, state->engine is NULL. Bad ones on the
 * way are counted, and *error keeps the first. For followers: safe beside a core that removes old
 * ones. false: the folder or the memory did not do what was asked. */
bool snapshot_read_newest(const struct storage *storage, int folder, uint64_t limit,
                          struct snapshot_state *state, uint32_t *bad_count,
                          struct journal_error *error);

/* Is a snapshot of the journal that goes on behind it? journal: the head of a journal_reader from the snapshot's number + 1
 * on, right after opening. NULL: it is; else a sentence that lives for ever. */
const char *snapshot_misfit(const struct journal_head *snapshot,
                            const struct journal_head *journal);

void snapshot_state_destroy(struct snapshot_state *state);

#endif
