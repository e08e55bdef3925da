/* SPDX-License-Identifier: Apache-2.0
 *
 * What a node says it owes, built again: every root of liabilities that its journal publishes is compared with the tree of
 * our own replica's books after the record it names. Until it agrees, no checkpoint that covers it is cosigned.
 */
#ifndef SUPERVISION_OWED_WATCH_H
#define SUPERVISION_OWED_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/storage.h"
#include "proofs/liabilities_text.h"
#include "supervision/own_tree.h"
#include "supervision/side_task.h"

/* Roots that may wait to be built again. Of more, the oldest are given up: then nothing is cosigned, unless they were
 * covered by what was cosigned before. */
#define OWED_WAITING_MAX 1024u

struct owed_root { /* published, and not built again yet */
    struct liabilities_claim claim;
    uint64_t number; /* of the command that published it */
    uint64_t batch;  /* which batch of the journal that is in, from 0 */
};

enum owed_news {
    OWED_NEWS_NONE = 1,
    OWED_NEWS_AGREES = 2, /* the oldest one waiting was built and agrees */
    OWED_NEWS_NO_KEY = 3, /* the epoch's key cannot be read yet; it is tried again */
    OWED_NEWS_WRONG = 4,  /* it does not: final */
    OWED_NEWS_FAILED = 5, /* it could not be found out (memory, disk); it is tried again */
};

#define OWED_REASON_SIZE 320u

struct owed_watch {
    const struct own_tree *tree;   /* says which batch is being performed */
    const struct storage *storage; /* where the copy is; read in the child */
    const char *copy;              /* its folder */
    const char *keys; /* the folder with the epochs' keys, EPOCH.key as --reveal prints them */
    struct owed_root *waiting; /* oldest first */
    uint32_t count;
    uint64_t given_up; /* roots in batches before this one */
    uint64_t settled;  /* batches under what was cosigned */
    bool is_wrong;
    struct side_task task;
    int64_t retry_us;              /* not before */
    struct owed_root about;        /* what the last news were about … */
    char reason[OWED_REASON_SIZE]; /* … and why, when it does not agree */
};

/* Zeroed but for tree, storage, copy and keys (NULL: none), which must outlive it, and are set by the caller. */
bool owed_watch_open(struct owed_watch *watch);
void owed_watch_close(struct owed_watch *watch);

/* Stands before the tree among the listeners of a replica. */
struct replica_listener owed_watch_listener(struct owed_watch *watch);

/* The first `size` batches were cosigned before: roots in them were built again then. */
void owed_watch_settle(struct owed_watch *watch, uint64_t size);

/* Has every root in the first `size` batches been built again and agreed? */
bool owed_watch_covers(const struct owed_watch *watch, uint64_t size);

/* Goes on building what stands in the first `size` batches, which are on the disk. */
enum owed_news owed_watch_work(struct owed_watch *watch, uint64_t size, int64_t now_us);

#endif
