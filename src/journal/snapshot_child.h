/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots beside the running core: a forked child has the state of one moment to itself and
 * writes it while the parent goes on. The parent only looks, now and then, whether it is done.
 */
#ifndef JOURNAL_SNAPSHOT_CHILD_H
#define JOURNAL_SNAPSHOT_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "journal/snapshot.h"

enum snapshot_progress {
    SNAPSHOT_PROGRESS_NONE = 1,    /* nobody is writing one */
    SNAPSHOT_PROGRESS_RUNNING = 2, /* the child is at work */
    SNAPSHOT_PROGRESS_DONE = 3,    /* told once: child.number is there and durable */
    SNAPSHOT_PROGRESS_FAILED = 4,  /* told once: there is none; the journal is as good as before */
};

struct snapshot_child {
    pid_t process;   /* 0 = none */
    uint64_t number; /* of the last one begun */
    int status;      /* FAILED: as waitpid gave it; exit codes: see below */
};

/* Exit codes of the child: 0 done, else the errno of what failed (1 .. 254), 255 = unknown. */

/* Forks a child that writes a snapshot of source. lock: the journal's lock, which the child lets go
 * of (-1 = none). false, with errno: no child could be made, or one is at work (EBUSY). */
bool snapshot_child_start(struct snapshot_child *child, const struct storage *storage, int folder,
                          int lock, const struct snapshot_source *source);

/* Never blocks. */
enum snapshot_progress snapshot_child_poll(struct snapshot_child *child);

/* Blocks until the child is done: for an orderly end, and tests. */
enum snapshot_progress snapshot_child_wait(struct snapshot_child *child);

/* Ends a child at work and forgets it. Harmless when there is none. */
void snapshot_child_stop(struct snapshot_child *child);

#endif
