/* SPDX-License-Identifier: Apache-2.0
 *
 * The log as local files: one write and one fdatasync per group of batches, into segments that were
 * zeroed and synced before they are needed.
 */
#ifndef JOURNAL_LOG_FILE_H
#define JOURNAL_LOG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/log.h"
#include "platform/storage.h"

struct log_file_place {
    const struct storage *storage;
    int folder; /* open and locked; stays the caller's when opening fails, else the log's */
    int lock;   /* the same */
    uint64_t segment_size; /* of segments made from now on: a multiple of JOURNAL_PAGE_SIZE */
};

/* Where the last whole batch ends. */
struct journal_tail {
    struct journal_head head;
    uint64_t segment; /* first number of the last segment */
    uint64_t segment_size;
    uint64_t offset; /* behind the last batch; zeros from there on */
};

/* Founds a journal in a folder that has none. NULL: *error says why. */
struct log *log_file_create(const struct log_file_place *place, const struct node_id *node,
                            struct journal_error *error);

/* Goes on behind tail, which recovery has found, cut and made durable. NULL: *error says why. */
struct log *log_file_resume(const struct log_file_place *place, const struct journal_tail *tail,
                            struct journal_error *error);

#endif
