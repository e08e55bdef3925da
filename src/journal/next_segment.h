/* SPDX-License-Identifier: Apache-2.0
 *
 * The segment after the current one, made ready a little at a time: zeroed and synced before it is
 * needed, so that changing segments costs two small writes.
 */
#ifndef JOURNAL_NEXT_SEGMENT_H
#define JOURNAL_NEXT_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_format.h"
#include "platform/storage.h"

struct next_segment {
    const struct storage *storage;
    int folder;
    int file; /* -1 = not begun */
    uint64_t size;
    uint64_t zeroed;
    uint64_t owed;  /* asked for and not yet zeroed: small amounts are put together */
    bool is_synced; /* all of it is zero, on the disk */
};

/* Plans a segment of this size; nothing is written yet. */
void next_segment_plan(struct next_segment *next, const struct storage *storage, int folder,
                       uint64_t size);

/* Zeroes about so many more bytes, in portions worth a call; syncs when all are done. 0 or a negative errno: never go on then. */
int next_segment_work(struct next_segment *next, uint64_t bytes);

/* Gives it its header and its name, durably, finishing what is not ready. Returns the open file, which
 * is the caller's, or a negative errno. */
int next_segment_publish(struct next_segment *next, const struct journal_head *head);

/* Lets go of the file; what is half ready is removed by the next start. */
void next_segment_drop(struct next_segment *next);

#endif
