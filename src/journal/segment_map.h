/* SPDX-License-Identifier: Apache-2.0
 *
 * Do the segments of a folder fit each other? Looks at headers and seals only, so that a missing,
 * foreign, cut, doubled or renamed file is found at every start, however long history is.
 */
#ifndef JOURNAL_SEGMENT_MAP_H
#define JOURNAL_SEGMENT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "journal/journal_folder.h"
#include "journal/journal_format.h"
#include "platform/storage.h"

/* Reads and checks a segment's header against its name and its file's size. 0; or a negative errno
 * (then *wrong is NULL when a call failed, else what is wrong, with -EBADMSG). */
int segment_header_read(const struct storage *storage, int file, uint64_t first_number,
                        struct segment_header *header, const char **wrong);

enum segment_seal {
    SEGMENT_SEAL_NONE = 1,   /* zeros: still written, or its successor was just made */
    SEGMENT_SEAL_TORN = 2,   /* begun and not finished */
    SEGMENT_SEAL_SEALED = 3, /* whole */
    SEGMENT_SEAL_BROKEN = 4, /* none of these */
};

/* Reads the footer of a segment of this size. 0 or a negative errno. */
int segment_seal_read(const struct storage *storage, int file, uint64_t segment_size,
                      struct segment_footer *footer, enum segment_seal *seal);

/* From 1 without a gap, each bound to the one before it, of one node. The last has no seal; the one
 * before it may lack its own (the reader then sees to it that the last is empty). false: *error. */
bool segment_map_check(const struct storage *storage, int folder,
                       const struct journal_numbers *segments, struct journal_error *error);

/* The last segment of the folder, if it begins after number; else *later is 0. 0 or a negative errno. */
int segment_map_later(const struct storage *storage, int folder, uint64_t number, uint64_t *later);

#endif
