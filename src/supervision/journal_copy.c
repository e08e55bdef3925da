/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing what another node wrote. A room of its own because the log (journal/log_file.c) makes batches and this must
 * not: a batch whose header were made anew would have another hash.
 *
 * Invariants: J11 to J17 of docs/journal-format.md hold for the copy as for the original; in particular a segment is
 * sealed only when its successor is durable under its name, and after an error nothing is tried again. The lock of the
 * folder is held while the copy is open, so that no core starts on it by mistake.
 *
 * Read next: replica.c, which decides what may be written.
 */
#include "supervision/journal_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/journal_folder.h"
#include "journal/next_segment.h"
#include "journal/reader.h"
#include "journal/recovery.h"

struct journal_copy {
    const struct storage *storage;
    char *directory;
    struct recovered held; /* its log is never appended to: it holds folder and lock */
    struct journal_tail tail;
    struct next_segment next;
    int file;
    uint64_t durable; /* of what was written, synced up to here */
    bool is_dirty;
    bool is_dead;
};

/* ------------------------------------------------------------------ opening */

static bool read_tail(struct journal_copy *copy, struct journal_error *error)
{
    uint64_t number = copy->held.log->head.number;
    const struct journal_reader_options options = {
        .storage = copy->storage, .directory = copy->directory, .from = number > 0 ? number : 1};
    struct journal_batch batch;
    enum journal_read read;

    struct journal_reader *reader = journal_reader_open(&options, error);
    if (reader == NULL) {
        return false;
    }
    do {
        read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
    } while (read == JOURNAL_READ_BATCH);
    copy->tail = *journal_reader_tail(reader);
    copy->durable = copy->tail.head.number; /* recovery has synced it */
    bool is_good = read == JOURNAL_READ_END;
    if (!is_good) {
        *error = *journal_reader_error(reader);
    }
    journal_reader_close(reader);
    return is_good;
}

static bool open_last(struct journal_copy *copy, struct journal_error *error)
{
    struct journal_name name = journal_segment_name(copy->tail.segment);

    copy->file = copy->storage->open(copy->storage->context, copy->held.folder, name.text,
                                     STORAGE_MODE_WRITE);
    if (copy->file < 0) {
        journal_error_set(error, "the last segment cannot be opened", name.text, copy->file);
        return false;
    }
    next_segment_plan(&copy->next, copy->storage, copy->held.folder, copy->tail.segment_size);
    return true;
}

/* Recovery takes the folder and makes its end whole; then we know where that is. */
static bool take_folder(struct journal_copy *copy, const struct recovery_options *options,
                        struct journal_error *error)
{
    struct recovery_report report;

    if (!recovery_run(options, &copy->held, &report, error)) {
        return false;
    }
    return read_tail(copy, error) && open_last(copy, error);
}

/* A copy that was promoted is a core's now: whoever goes on writing what comes from elsewhere would fork its history. */
static bool is_promoted(const struct storage *storage, int folder)
{
    int file =
        storage->open(storage->context, folder, JOURNAL_COPY_PROMOTED_NAME, STORAGE_MODE_READ);

    if (file >= 0) {
        storage->close(storage->context, file);
    }
    return file != -ENOENT;
}

/* Is there a journal to open? 1, 0, or -1: *error. */
static int has_journal(struct journal_copy *copy, struct journal_error *error)
{
    struct journal_listing listing;
    int folder = copy->storage->open_folder(copy->storage->context, copy->directory, true);

    if (folder < 0) {
        journal_error_set(error, "the folder cannot be opened", "", folder);
        return -1;
    }
    if (is_promoted(copy->storage, folder)) {
        journal_error_set(error, "this copy was promoted: it is a core's folder now",
                          JOURNAL_COPY_PROMOTED_NAME, 0);
        copy->storage->close(copy->storage->context, folder);
        return -1;
    }
    bool is_read = journal_listing_read(&listing, copy->storage, folder, error);
    int answer = !is_read ? -1 : listing.segments.count > 0 ? 1 : 0;
    journal_listing_clear(&listing);
    copy->storage->close(copy->storage->context, folder);
    return answer;
}

struct journal_copy *journal_copy_open(const struct storage *storage, const char *directory,
                                       struct journal_error *error)
{
    struct journal_copy *copy = calloc(1, sizeof *copy);
    /* What the copy says is performed and proven by a replica: once is enough. */
    const struct recovery_options options = {
        .storage = storage, .directory = directory, .only_repairs = true};

    journal_error_set(error, "no memory for a copy", "", ENOMEM);
    if (copy == NULL) {
        return NULL;
    }
    copy->storage = storage;
    copy->file = -1;
    copy->next.file = -1;
    copy->directory = strdup(directory);
    int is_there = copy->directory != NULL ? has_journal(copy, error) : -1;
    if (is_there < 0 || (is_there > 0 && !take_folder(copy, &options, error))) {
        journal_copy_close(copy);
        return NULL;
    }
    return copy;
}

bool journal_copy_found(struct journal_copy *copy, const struct node_id *node,
                        uint64_t segment_size, struct journal_error *error)
{
    const struct recovery_options options = {
        .storage = copy->storage,
        .directory = copy->directory,
        .create = true,
        .node = *node,
        .segment_size = segment_size,
    };

    ENSURE(copy->tail.segment == 0);
    if (!take_folder(copy, &options, error)) {
        copy->is_dead = true;
        return false;
    }
    return true;
}

const struct journal_tail *journal_copy_tail(const struct journal_copy *copy)
{
    return &copy->tail;
}

void journal_copy_close(struct journal_copy *copy)
{
    if (copy == NULL) {
        return;
    }
    next_segment_drop(&copy->next);
    if (copy->file >= 0) {
        copy->storage->close(copy->storage->context, copy->file);
    }
    if (copy->held.log != NULL) {
        recovered_close(&copy->held);
    }
    free(copy->directory);
    free(copy);
}

/* ------------------------------------------------------------------ writing */

const char *journal_copy_refuse(const struct journal_copy *copy, const struct copy_place *place,
                                uint64_t size)
{
    const struct journal_tail *tail = &copy->tail;
    bool is_new = place->segment != tail->segment;

    if (place->segment_size < JOURNAL_SEGMENT_SIZE_MIN ||
        place->segment_size > JOURNAL_SEGMENT_SIZE_MAX ||
        place->segment_size % JOURNAL_PAGE_SIZE != 0 ||
        place->offset > journal_footer_offset(place->segment_size) ||
        size > journal_footer_offset(place->segment_size) - place->offset) {
        return "the batch is said to stand where none can";
    }
    if (is_new &&
        (place->segment != tail->head.number + 1 ||
         place->offset != sizeof(struct segment_header) || tail->head.number < tail->segment)) {
        return "the batch is said to stand in a segment that does not follow";
    }
    if (!is_new && (place->segment_size != tail->segment_size || place->offset != tail->offset)) {
        return "the batch is said to stand elsewhere than behind the one before it";
    }
    return NULL;
}

/* The copy is dead from here on. */
static bool fail(struct journal_copy *copy, const char *what, int error_number,
                 struct journal_error *error)
{
    struct journal_name name = journal_segment_name(copy->tail.segment);

    journal_error_set(error, what, name.text, error_number);
    journal_error_place(error, copy->tail.offset, copy->tail.head.number + 1);
    copy->is_dead = true;
    return false;
}

bool journal_copy_sync(struct journal_copy *copy, struct journal_error *error)
{
    if (copy->is_dead) {
        return fail(copy, "the copy has failed before", 0, error);
    }
    if (!copy->is_dirty) {
        return true;
    }
    int result = copy->storage->sync(copy->storage->context, copy->file);
    if (result < 0) {
        return fail(copy, "the copy cannot be synced", result, error);
    }
    copy->is_dirty = false;
    copy->durable = copy->tail.head.number;
    return true;
}

static int seal(struct journal_copy *copy)
{
    struct segment_footer footer = {
        .end = copy->tail.offset,
        .first_number = copy->tail.segment,
        .last_number = copy->tail.head.number,
        .chain = copy->tail.head.chain,
        .node = copy->tail.head.node,
    };

    segment_footer_seal(&footer);
    int result = storage_write_bytes(copy->storage, copy->file, &footer, sizeof footer,
                                     journal_footer_offset(copy->tail.segment_size));
    return result < 0 ? result : copy->storage->sync(copy->storage->context, copy->file);
}

/* The size of segments has changed at the node: what was prepared is of no use. 0 or a negative errno. */
static int plan_again(struct journal_copy *copy, uint64_t size)
{
    int result = 0;

    if (copy->next.size == size) {
        return 0;
    }
    if (copy->next.file >= 0) {
        next_segment_drop(&copy->next);
        result = copy->storage->remove(copy->storage->context, copy->held.folder,
                                       JOURNAL_NEXT_SEGMENT_NAME);
    }
    next_segment_plan(&copy->next, copy->storage, copy->held.folder, size);
    return result;
}

static bool change_segment(struct journal_copy *copy, uint64_t size, struct journal_error *error)
{
    if (!journal_copy_sync(copy, error)) {
        return false;
    }
    int result = plan_again(copy, size);
    int following = result < 0 ? result : next_segment_publish(&copy->next, &copy->tail.head);
    if (following < 0) {
        return fail(copy, "the next segment cannot be made", following, error);
    }
    result = seal(copy);
    copy->storage->close(copy->storage->context, copy->file);
    copy->file = following;
    if (result < 0) {
        return fail(copy, "the segment cannot be sealed", result, error);
    }
    copy->tail.segment = copy->tail.head.number + 1;
    copy->tail.segment_size = size;
    copy->tail.offset = sizeof(struct segment_header);
    next_segment_plan(&copy->next, copy->storage, copy->held.folder, size);
    return true;
}

bool journal_copy_append(struct journal_copy *copy, const struct copy_place *place,
                         const uint8_t *batch, struct journal_error *error)
{
    struct batch_header header;
    struct batch_trailer trailer;

    if (copy->is_dead) {
        return fail(copy, "the copy has failed before", 0, error);
    }
    memcpy(&header, batch, sizeof header);
    memcpy(&trailer, batch + sizeof header + header.size, sizeof trailer);
    uint64_t extent = journal_batch_extent(header.size);
    ENSURE(journal_copy_refuse(copy, place, extent) == NULL);
    ENSURE(header.first_number == copy->tail.head.number + 1);
    /* J14: a header that calls earlier records durable is written only when they are so here, too. Otherwise a power
     * cut would leave a copy that looks damaged. */
    if (header.durable_number > copy->durable && !journal_copy_sync(copy, error)) {
        return false;
    }
    if (place->segment != copy->tail.segment && !change_segment(copy, place->segment_size, error)) {
        return false;
    }
    int result =
        storage_write_bytes(copy->storage, copy->file, batch, (size_t)extent, copy->tail.offset);
    copy->is_dirty = true;
    if (result < 0) {
        return fail(copy, "the copy cannot be written", result, error);
    }
    copy->tail.offset += extent;
    copy->tail.head.number = header.first_number + header.count - 1;
    copy->tail.head.time_us = header.time_us;
    copy->tail.head.chain = trailer.chain;
    result = next_segment_work(&copy->next, 2 * extent);
    return result < 0 ? fail(copy, "the next segment cannot be zeroed", result, error) : true;
}
