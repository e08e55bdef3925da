/* SPDX-License-Identifier: Apache-2.0
 *
 * A copy of another node's journal: the same files, byte for byte, in a folder of one's own, so that everything that
 * reads a journal reads the copy (`tarazy verify`, a core). Batches come in order, already checked; each says
 * where it stood in its file, and stands there in the copy, too.
 */
#ifndef SUPERVISION_JOURNAL_COPY_H
#define SUPERVISION_JOURNAL_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/log_file.h"
#include "platform/storage.h"

struct journal_copy;

/* A folder with this file in it is no copy any more (promotion.h). */
#define JOURNAL_COPY_PROMOTED_NAME "fence.txt"

struct copy_place {
    uint64_t segment; /* number of the first command of its file */
    uint64_t segment_size;
    uint64_t offset;
};

/* Takes the folder (made if need be) as its only writer and repairs its end as a core does. NULL: *error says why.
 * Without a journal in it the copy is empty. */
struct journal_copy *journal_copy_open(const struct storage *storage, const char *directory,
                                       struct journal_error *error);

/* Where the copy ends; segment 0: it is empty. */
const struct journal_tail *journal_copy_tail(const struct journal_copy *copy);

/* Founds an empty copy: its first segment. */
bool journal_copy_found(struct journal_copy *copy, const struct node_id *node,
                        uint64_t segment_size, struct journal_error *error);

/* Why a batch may not stand there; NULL: it may. A new segment begins with the next number; an old one goes on
 * where it ends. */
const char *journal_copy_refuse(const struct journal_copy *copy, const struct copy_place *place,
                                uint64_t size);

/* Writes a whole batch at a place that was not refused (ENSURE). On the disk after journal_copy_sync. false: the copy
 * is dead until it is opened anew. */
bool journal_copy_append(struct journal_copy *copy, const struct copy_place *place,
                         const uint8_t *batch, struct journal_error *error);
bool journal_copy_sync(struct journal_copy *copy, struct journal_error *error);

/* What is not synced may be lost. NULL is allowed. */
void journal_copy_close(struct journal_copy *copy);

#endif
