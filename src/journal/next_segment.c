/* SPDX-License-Identifier: Apache-2.0
 *
 * Zeroing ahead. Overwriting zeroed blocks needs no change of the file system's own records, so the
 * fdatasync of a batch is one small write (measured: without it p99 is fifty times larger). The work
 * is spread over the appends, so that no client waits for 64 MiB.
 *
 * Invariant: J12 of docs/journal-format.md: a file has a segment's name only when all of it was zero
 * on the disk before its header was written.
 *
 * Read next: log_file.c.
 */
#include "journal/next_segment.h"

#include "base/ensure.h"
#include "journal/journal_folder.h"

#define SLICE_SIZE   ((size_t)1 << 18)   /* bytes of one write at the most */
#define PORTION_SIZE ((uint64_t)1 << 16) /* less than that is not worth one */

void next_segment_plan(struct next_segment *next, const struct storage *storage, int folder,
                       uint64_t size)
{
    *next = (struct next_segment){.storage = storage, .folder = folder, .file = -1, .size = size};
}

static int zero_slice(struct next_segment *next, size_t size)
{
    static const uint8_t zeros[SLICE_SIZE];
    const struct storage *storage = next->storage;

    int result = storage_write_bytes(storage, next->file, zeros, size, next->zeroed);
    if (result < 0) {
        return result;
    }
    storage->start_writeback(storage->context, next->file, next->zeroed, size);
    next->zeroed += size;
    return 0;
}

int next_segment_work(struct next_segment *next, uint64_t bytes)
{
    const struct storage *storage = next->storage;

    if (next->is_synced) {
        return 0;
    }
    uint64_t left = next->size - next->zeroed;
    uint64_t portion = next->size / 4 < PORTION_SIZE ? next->size / 4 : PORTION_SIZE;
    next->owed += bytes;
    if (next->owed < portion && next->owed < left) {
        return 0;
    }
    if (next->file < 0) {
        next->file = storage->open(storage->context, next->folder, JOURNAL_NEXT_SEGMENT_NAME,
                                   STORAGE_MODE_CREATE);
        if (next->file < 0) {
            return next->file;
        }
    }
    uint64_t wanted = next->owed < left ? next->owed : left;
    next->owed = 0;
    while (wanted > 0) {
        size_t size = wanted < SLICE_SIZE ? (size_t)wanted : SLICE_SIZE;
        int result = zero_slice(next, size);

        if (result < 0) {
            return result;
        }
        wanted -= size;
    }
    if (next->zeroed < next->size) {
        return 0;
    }
    int result = storage->sync(storage->context, next->file);
    next->is_synced = result == 0;
    return result;
}

int next_segment_publish(struct next_segment *next, const struct journal_head *head)
{
    const struct storage *storage = next->storage;
    struct journal_name name = journal_segment_name(head->number + 1);
    struct segment_header header = {
        .size = next->size,
        .first_number = head->number + 1,
        .previous = head->chain,
        .node = head->node,
    };

    int result = next_segment_work(next, next->size);
    if (result < 0) {
        return result;
    }
    ENSURE(next->is_synced);
    segment_header_seal(&header);
    result = storage_write_bytes(storage, next->file, &header, sizeof header, 0);
    if (result == 0) {
        result = storage->sync(storage->context, next->file);
    }
    if (result == 0) {
        result =
            storage->rename(storage->context, next->folder, JOURNAL_NEXT_SEGMENT_NAME, name.text);
    }
    if (result == 0) {
        result = storage->sync_folder(storage->context, next->folder);
    }
    if (result < 0) {
        return result;
    }
    int file = next->file;
    next->file = -1;
    return file;
}

void next_segment_drop(struct next_segment *next)
{
    if (next->file >= 0) {
        next->storage->close(next->storage->context, next->file);
        next->file = -1;
    }
}
