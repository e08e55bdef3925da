/* SPDX-License-Identifier: Apache-2.0
 *
 * The names in a journal's folder: segments and snapshots by number, and what is neither.
 */
#ifndef JOURNAL_JOURNAL_FOLDER_H
#define JOURNAL_JOURNAL_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "platform/storage.h"

#define JOURNAL_LOCK_NAME         "lock"
#define JOURNAL_NEXT_SEGMENT_NAME "segment.next"
#define JOURNAL_FILES_MAX         1000000u /* of one kind in one folder */

struct journal_name {
    char text[STORAGE_NAME_SIZE];
};

/* "segment-00000000000000000001.journal", "snapshot-00000000000000000001.state", "….temp" */
struct journal_name journal_segment_name(uint64_t first_number);
struct journal_name journal_snapshot_name(uint64_t number);
struct journal_name journal_snapshot_temporary_name(uint64_t number);

struct journal_numbers {
    uint64_t *values; /* ascending */
    size_t count;
    size_t capacity;
};

struct journal_listing {
    struct journal_numbers segments;
    struct journal_numbers snapshots;
    struct journal_numbers temporaries; /* unfinished snapshots */
    bool has_next_segment;              /* JOURNAL_NEXT_SEGMENT_NAME is there */
    char stranger[STORAGE_NAME_SIZE];   /* a name that looks like ours and is not; empty = none */
    bool is_too_long;
};

/* What is in the folder. false: *error says why. Free with journal_listing_clear in both cases. */
bool journal_listing_read(struct journal_listing *listing, const struct storage *storage,
                          int folder, struct journal_error *error);
void journal_listing_clear(struct journal_listing *listing);

#endif
