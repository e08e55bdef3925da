/* SPDX-License-Identifier: Apache-2.0
 *
 * The log on a local disk: the only code that writes batches. A room of its own because its order of
 * calls is the promise "an acknowledgement means: on disk".
 *
 *     append:  one write of header, commands, trailer; of a large batch the trailer comes second
 *     sync:    one fdatasync; only then durable moves
 *     change of segments:  sync the old one · name the new one durably · seal and sync the old one
 *
 * Invariants: J14 to J16 of docs/journal-format.md. After the first error nothing is tried again, by
 * nobody: what the disk holds then is found out by the next start.
 *
 * Read next: log.h for the contract; recovery.c for the way back.
 */
#include "journal/log_file.h"

#include <errno.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "journal/journal_folder.h"
#include "journal/next_segment.h"

/* Hashing so many bytes takes as long as beginning to write them. */
#define LARGE_SIZE (32u << 10)

struct log_file {
    struct log log;
    struct log_file_place place;
    struct sha256 *sha;
    int file; /* the segment being written; -1 = none */
    uint64_t segment;
    uint64_t segment_size;
    uint64_t offset; /* behind the last batch */
    struct next_segment next;
};

static struct log_file *log_file_of(struct log *log)
{
    return (struct log_file *)log;
}

/* The log is dead from here on. */
static bool fail(struct log_file *file, const char *what, int error_number)
{
    struct journal_name name = journal_segment_name(file->segment);

    journal_error_set(&file->log.failure, what, name.text, error_number);
    journal_error_place(&file->log.failure, file->offset, file->log.head.number + 1);
    return false;
}

static bool sync_segment(struct log_file *file)
{
    const struct storage *storage = file->place.storage;

    if (file->log.durable == file->log.head.number) {
        return true;
    }
    int result = storage->sync(storage->context, file->file);
    if (result < 0) {
        return fail(file, "the journal cannot be synced", result);
    }
    /*~ On disk: from here on the order may be acknowledged. */
    file->log.durable = file->log.head.number;
    return true;
}

/* The current segment gets its seal; a successor is there already. */
static int seal_segment(struct log_file *file)
{
    const struct storage *storage = file->place.storage;
    struct segment_footer footer = {
        .end = file->offset,
        .first_number = file->segment,
        .last_number = file->log.head.number,
        .chain = file->log.head.chain,
        .node = file->log.head.node,
    };

    segment_footer_seal(&footer);
    int result = storage_write_bytes(storage, file->file, &footer, sizeof footer,
                                     journal_footer_offset(file->segment_size));
    return result < 0 ? result : storage->sync(storage->context, file->file);
}

/* On to the next segment. The order matters: what is sealed has a successor; what has a successor is
 * durable to its end. */
static bool change_segment(struct log_file *file)
{
    const struct storage *storage = file->place.storage;

    ENSURE(file->log.head.number >= file->segment);
    if (!sync_segment(file)) {
        return false;
    }
    int following = next_segment_publish(&file->next, &file->log.head);
    if (following < 0) {
        return fail(file, "the next segment cannot be made", following);
    }
    int result = seal_segment(file);
    if (result < 0) {
        storage->close(storage->context, following);
        return fail(file, "the segment cannot be sealed", result);
    }
    storage->close(storage->context, file->file);
    file->file = following;
    file->segment = file->log.head.number + 1;
    file->segment_size = file->next.size;
    file->offset = sizeof(struct segment_header);
    next_segment_plan(&file->next, storage, file->place.folder, file->place.segment_size);
    return true;
}

/* Header and commands go to the disk while the trailer's hash is made. Whether two writes or one: until
 * the trailer's last byte is there, the batch is not. */
static int write_large(struct log_file *file, const struct batch_header *header,
                       const struct log_batch *batch, struct batch_trailer *trailer)
{
    const struct storage *storage = file->place.storage;
    const struct byte_part parts[] = {
        {header, sizeof *header},
        {batch->commands, batch->size},
    };
    uint64_t size = sizeof *header + batch->size;

    int result = storage_write_parts(storage, file->file, parts, 2, file->offset);
    if (result < 0) {
        return result;
    }
    storage->start_writeback(storage->context, file->file, file->offset, size);
    batch_trailer_make(trailer, file->sha, header, batch->commands);
    return storage_write_bytes(storage, file->file, trailer, sizeof *trailer, file->offset + size);
}

static int write_small(struct log_file *file, const struct batch_header *header,
                       const struct log_batch *batch, struct batch_trailer *trailer)
{
    batch_trailer_make(trailer, file->sha, header, batch->commands);
    const struct byte_part parts[] = {
        {header, sizeof *header},
        {batch->commands, batch->size},
        {trailer, sizeof *trailer},
    };

    return storage_write_parts(file->place.storage, file->file, parts, 3, file->offset);
}

static bool write_batch(struct log_file *file, const struct log_batch *batch)
{
    struct batch_trailer trailer;
    struct batch_header header = {
        .count = batch->count,
        .first_number = batch->first_number,
        .time_us = batch->time_us,
        .durable_number = file->log.durable,
        .size = batch->size,
        .zero_sectors = journal_batch_zero_sectors(batch->commands, batch->size, file->offset),
        .events = batch->events,
        .previous = file->log.head.chain,
        .node = file->log.head.node,
    };

    batch_header_seal(&header);
    int result = batch->size < LARGE_SIZE ? write_small(file, &header, batch, &trailer)
                                          : write_large(file, &header, batch, &trailer);
    if (result < 0) {
        return fail(file, "the journal cannot be written", result);
    }
    file->offset += journal_batch_extent(batch->size);
    file->log.head.number = batch->first_number + batch->count - 1;
    file->log.head.time_us = batch->time_us;
    file->log.head.chain = trailer.chain;
    return true;
}

static bool log_file_append(struct log *log, const struct log_batch *batch)
{
    struct log_file *file = log_file_of(log);
    uint64_t extent = journal_batch_extent(batch->size);

    if (file->offset + extent > journal_footer_offset(file->segment_size) &&
        !change_segment(file)) {
        return false;
    }
    ENSURE(file->offset + extent <= journal_footer_offset(file->segment_size));
    if (!write_batch(file, batch)) {
        return false;
    }
    /* Twice as fast as the current one fills: ready when it is half full. */
    int result = next_segment_work(&file->next, 2 * extent);
    return result < 0 ? fail(file, "the next segment cannot be zeroed", result) : true;
}

static bool log_file_sync(struct log *log)
{
    return sync_segment(log_file_of(log));
}

static bool log_file_await(struct log *log)
{
    (void)log;
    return true;
}

static bool log_file_work(struct log *log)
{
    (void)log;
    return true;
}

static bool log_file_prepare(struct log *log)
{
    struct log_file *file = log_file_of(log);

    int result = next_segment_work(&file->next, (uint64_t)1 << 20);
    if (result < 0) {
        fail(file, "the next segment cannot be zeroed", result);
        return false;
    }
    return !file->next.is_synced;
}

static int log_file_wakeup_fd(const struct log *log)
{
    (void)log;
    return -1;
}

/* Frees everything but the caller's folder and lock. */
static void release(struct log_file *file)
{
    if (file->file >= 0) {
        file->place.storage->close(file->place.storage->context, file->file);
    }
    next_segment_drop(&file->next);
    sha256_destroy(file->sha);
    free(file);
}

static void log_file_close(struct log *log)
{
    struct log_file *file = log_file_of(log);
    struct log_file_place place = file->place;

    release(file);
    place.storage->close(place.storage->context, place.folder);
    place.storage->close(place.storage->context, place.lock);
}

static const struct log_operations OPERATIONS = {
    .append = log_file_append,
    .sync = log_file_sync,
    .await = log_file_await,
    .work = log_file_work,
    .prepare = log_file_prepare,
    .wakeup_fd = log_file_wakeup_fd,
    .close = log_file_close,
};

static struct log_file *allocate(const struct log_file_place *place, struct journal_error *error)
{
    struct log_file *file = calloc(1, sizeof *file);

    ENSURE(place->segment_size % JOURNAL_PAGE_SIZE == 0);
    ENSURE(place->segment_size >= JOURNAL_SEGMENT_SIZE_MIN);
    ENSURE(place->segment_size <= JOURNAL_SEGMENT_SIZE_MAX);
    if (file == NULL) {
        journal_error_set(error, "no memory for a log", "", ENOMEM);
        return NULL;
    }
    file->log.operations = &OPERATIONS;
    file->log.batch_size_max = journal_batch_size_max(place->segment_size);
    file->place = *place;
    file->sha = sha256_create();
    file->file = -1;
    next_segment_plan(&file->next, place->storage, place->folder, place->segment_size);
    return file;
}

struct log *log_file_create(const struct log_file_place *place, const struct node_id *node,
                            struct journal_error *error)
{
    struct log_file *file = allocate(place, error);

    if (file == NULL) {
        return NULL;
    }
    file->log.head = journal_genesis(file->sha, node);
    file->segment = 1;
    file->segment_size = place->segment_size;
    file->offset = sizeof(struct segment_header);
    file->file = next_segment_publish(&file->next, &file->log.head);
    if (file->file < 0) {
        fail(file, "the first segment cannot be made", file->file);
        *error = file->log.failure;
        release(file);
        return NULL;
    }
    next_segment_plan(&file->next, place->storage, place->folder, place->segment_size);
    return &file->log;
}

struct log *log_file_resume(const struct log_file_place *place, const struct journal_tail *tail,
                            struct journal_error *error)
{
    struct log_file *file = allocate(place, error);
    struct journal_name name = journal_segment_name(tail->segment);
    uint32_t batch_size_max = journal_batch_size_max(tail->segment_size);

    if (file == NULL) {
        return NULL;
    }
    file->log.head = tail->head;
    file->log.durable = tail->head.number;
    file->segment = tail->segment;
    file->segment_size = tail->segment_size;
    file->offset = tail->offset;
    if (batch_size_max < file->log.batch_size_max) {
        /* An empty segment is never sealed: what is appended must fit the one that is there. */
        file->log.batch_size_max = batch_size_max;
    }
    file->file =
        place->storage->open(place->storage->context, place->folder, name.text, STORAGE_MODE_WRITE);
    if (file->file < 0) {
        fail(file, "the last segment cannot be opened", file->file);
        *error = file->log.failure;
        release(file);
        return NULL;
    }
    return &file->log;
}
