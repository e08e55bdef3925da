/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies parts of files from one folder to another, durably.
 */
#ifndef BACKUP_BACKUP_COPY_H
#define BACKUP_BACKUP_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "platform/storage.h"

/* Two folders, open. */
struct backup_copy {
    const struct storage *from;
    const struct storage *to;
    int from_folder;
    int to_folder;
    uint8_t *buffer;
    uint64_t bytes; /* read so far */
    struct journal_error *error;
};

/* False: no memory. */
bool backup_copy_begin(struct backup_copy *copy);
void backup_copy_end(struct backup_copy *copy);

/* What of a file: bytes begin … end; the copy has `size` bytes, zeros behind end, and whatever stood
 * there before `begin` stays (begin 0: made anew). */
struct backup_part {
    const char *name;    /* in the source */
    const char *to_name; /* in the copy */
    uint64_t begin;
    uint64_t end;
    uint64_t size;
};

/* Synced on return, its name not yet. false: *copy->error; error_number is ENOENT when the source is
 * not there. */
bool backup_copy_part(struct backup_copy *copy, const struct backup_part *part);

/* The size of a file of the source. false: *copy->error. */
bool backup_copy_size(struct backup_copy *copy, const char *name, uint64_t *size);

#endif
