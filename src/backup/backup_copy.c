/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes from folder to folder. A file of its own because it trusts nothing about the copy that stands
 * there: what it does not keep it cuts off before it writes, so that nothing of an earlier attempt is
 * left behind.
 * Invariants: nothing before `begin` is ever written; holes and zeros become holes.
 * Read next: backup.c.
 */
#include "backup/backup_copy.h"

#include <errno.h>
#include <stdlib.h>

#include "journal/journal_format.h"

#define COPY_CHUNK ((size_t)1 << 20)

bool backup_copy_begin(struct backup_copy *copy)
{
    copy->buffer = malloc(COPY_CHUNK);
    if (copy->buffer == NULL) {
        journal_error_set(copy->error, "no memory to copy with", "", ENOMEM);
    }
    return copy->buffer != NULL;
}

void backup_copy_end(struct backup_copy *copy)
{
    free(copy->buffer);
    copy->buffer = NULL;
}

static bool copy_fail(struct backup_copy *copy, const char *what, const char *name, int result)
{
    journal_error_set(copy->error, what, name, result);
    return false;
}

/* The file of the copy, zeros from part->begin to part->size. Or a negative errno. */
static int copy_open_target(struct backup_copy *copy, const struct backup_part *part)
{
    const struct storage *to = copy->to;
    enum storage_mode mode = part->begin == 0 ? STORAGE_MODE_CREATE : STORAGE_MODE_WRITE;
    if (part->begin == 0) {
        int removed = to->remove(to->context, copy->to_folder, part->to_name);
        if (removed < 0 && removed != -ENOENT) {
            return removed;
        }
    }
    int file = to->open(to->context, copy->to_folder, part->to_name, mode);
    if (file < 0) {
        return file;
    }
    int64_t size = to->size(to->context, file);
    int result = size < 0 ? (int)size : 0;
    if (result == 0 && (uint64_t)size < part->begin) {
        result = -ENODATA; /* it has lost what it is thought to hold */
    }
    if (result == 0) {
        result = to->resize(to->context, file, part->begin);
    }
    if (result == 0) {
        result = to->resize(to->context, file, part->size);
    }
    if (result < 0) {
        to->close(to->context, file);
        return result;
    }
    return file;
}

/* Which of the two failed is told by *at_source. 0 or a negative errno. */
static int copy_bytes(struct backup_copy *copy, const struct backup_part *part, int source,
                      int target, bool *at_source)
{
    uint64_t at = part->begin;
    while (at < part->end) {
        int64_t data = copy->from->next_data(copy->from->context, source, at);
        *at_source = true;
        if (data < 0) {
            return (int)data;
        }
        if ((uint64_t)data > at) { /* a hole stays one */
            at = (uint64_t)data < part->end ? (uint64_t)data : part->end;
            continue;
        }
        size_t size = part->end - at < COPY_CHUNK ? (size_t)(part->end - at) : COPY_CHUNK;
        int result = storage_read_bytes(copy->from, source, copy->buffer, size, at);
        if (result < 0) {
            return result;
        }
        *at_source = false;
        if (!journal_is_zero(copy->buffer, size)) {
            result = storage_write_bytes(copy->to, target, copy->buffer, size, at);
            copy->to->start_writeback(copy->to->context, target, at, size);
        }
        if (result < 0) {
            return result;
        }
        copy->bytes += size;
        at += size;
    }
    *at_source = false;
    return copy->to->sync(copy->to->context, target);
}

bool backup_copy_part(struct backup_copy *copy, const struct backup_part *part)
{
    bool at_source = false;
    int source =
        copy->from->open(copy->from->context, copy->from_folder, part->name, STORAGE_MODE_READ);
    if (source < 0) {
        return copy_fail(copy, "the file cannot be opened", part->name, source);
    }
    int target = copy_open_target(copy, part);
    int result = target < 0 ? target : copy_bytes(copy, part, source, target, &at_source);
    copy->from->close(copy->from->context, source);
    if (target >= 0) {
        copy->to->close(copy->to->context, target);
    }
    if (result < 0) {
        return copy_fail(copy, at_source ? "the file cannot be read" : "the copy cannot be written",
                         at_source ? part->name : part->to_name, result);
    }
    return true;
}

bool backup_copy_size(struct backup_copy *copy, const char *name, uint64_t *size)
{
    int file = copy->from->open(copy->from->context, copy->from_folder, name, STORAGE_MODE_READ);
    int64_t found = file < 0 ? file : copy->from->size(copy->from->context, file);
    if (file >= 0) {
        copy->from->close(copy->from->context, file);
    }
    if (found < 0) {
        return copy_fail(copy, "the file cannot be opened", name, (int)found);
    }
    *size = (uint64_t)found;
    return true;
}
