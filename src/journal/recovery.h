/* SPDX-License-Identifier: Apache-2.0
 *
 * The start of a core: take the folder, find the newest good snapshot, re-apply what follows, prove
 * the digests, cut what was never finished, make the rest durable once more, and go on. Recovery
 * proves itself or refuses; it never starts empty when files are there.
 */
#ifndef JOURNAL_RECOVERY_H
#define JOURNAL_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/log.h"
#include "journal/snapshot.h"
#include "journal/state_block.h"
#include "platform/storage.h"
#include "tarazy/engine.h"

struct recovery_options {
    const struct storage *storage;
    const char *directory;
    bool create;         /* found a journal when the folder holds none (and make the folder) */
    struct node_id node; /* of a journal founded now: random bytes of the caller */
    /* Makes the end whole and takes the folder, and makes no state: for a caller who performs everything himself. Only
     * the last two segments are read, no snapshot is. */
    bool only_repairs;
    bool reads_ahead;      /* on a second thread: see read_ahead.h; the storage must stand it */
    uint64_t segment_size; /* of segments made from now on; 0 = JOURNAL_SEGMENT_SIZE */
    /* What the caller is about to append behind the last batch, for the records of that batch; in the order of
     * their numbers. Judged as if it stood there already. */
    const struct command_quarantine *quarantines;
    uint32_t quarantine_count;
};

/* What happened on the way, for the log line an operator reads. */
struct recovery_report {
    bool founded;                        /* a new journal: no command yet */
    uint64_t snapshot_number;            /* taken up; 0 = none: from the first command */
    uint32_t snapshots_bad;              /* newer ones that were passed over … */
    struct journal_error snapshot_error; /* … and why, of the newest */
    uint64_t batches_replayed;
    uint64_t commands_replayed;
    bool was_torn;                /* the last write was never finished, and has been cut … */
    struct journal_error torn;    /* … here */
    uint64_t torn_size;           /* bytes from there to the last that was not zero */
    bool was_sealed;              /* an interrupted change of segments has been finished */
    uint32_t temporaries_removed; /* unfinished files */
};

struct recovered {
    struct log *log; /* ready to append; closes folder and lock with it */
    struct engine
        *engine; /* NULL after founding: the first command says how large it is; or only_repairs */
    struct state_block block;
    struct limits limits;
    struct digest events; /* of the last batch: what the next one records */
    int folder;           /* the log's: for snapshots */
    int lock;             /* the log's: for forked children to let go of */
};

/* false: *error says why the node must not start; nothing was changed that a second look would miss. */
bool recovery_run(const struct recovery_options *options, struct recovered *recovered,
                  struct recovery_report *report, struct journal_error *error);

/* Makes the engine of a founded journal from its first command (NODE_FOUND, well formed). false: no
 * memory, or absurd limits. */
bool recovered_found(struct recovered *recovered, const struct command_node_found *first);

/* Closes log and block. */
void recovered_close(struct recovered *recovered);

#endif
