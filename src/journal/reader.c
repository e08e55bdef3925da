/* SPDX-License-Identifier: Apache-2.0
 *
 * Following a journal from batch to batch and from segment to segment, in a finished folder or
 * behind its writer. One reader serves recovery, verification and followers, so that there is one
 * opinion on what a good journal is.
 *
 * Invariants: a batch is handed out only after all its checks; below a limit nothing may be missing,
 * beyond it nothing is looked at; the window never holds bytes that were read before they were known
 * to be durable (they are read again).
 *
 * Read next: torn_tail.c for the end of a folder; replayer.c for what is done with batches.
 */
#include "journal/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/behind.h"
#include "journal/journal_folder.h"
#include "journal/segment_map.h"
#include "journal/torn_tail.h"

/* Room for the largest batch at any line, and some read-ahead. */
#define WINDOW_SIZE    ((size_t)JOURNAL_BATCH_SIZE_MAX + ((size_t)1 << 18))
#define READ_AHEAD_MIN ((size_t)1 << 12)

struct journal_reader {
    const struct storage *storage;
    int folder;
    int file; /* of tail.segment; -1 = none */
    uint64_t from;
    struct sha256 *sha; /* NULL: the chain is not checked */
    struct journal_tail tail;
    struct journal_tail unsealed; /* segment 0 = none */
    uint8_t *window;
    uint64_t window_offset; /* of the file */
    size_t window_size;     /* bytes in it */
    uint64_t window_limit;  /* what was durable when it was filled */
    size_t read_ahead;
    enum journal_read final; /* 0 while there may be more */
    struct journal_error error;
    _Alignas(8) uint8_t behind[BEHIND_SIZE_MAX];
};

static enum journal_read fail(struct journal_reader *reader, enum journal_read how,
                              const char *what, int error_number)
{
    struct journal_name name = journal_segment_name(reader->tail.segment);

    journal_error_set(&reader->error, what, name.text, error_number);
    journal_error_place(&reader->error, reader->tail.offset, reader->tail.head.number + 1);
    reader->final = how;
    return how;
}

static enum journal_read fail_read(struct journal_reader *reader, int error_number)
{
    return fail(reader, JOURNAL_READ_FAILED, "the segment cannot be read", error_number);
}

/* At least size bytes at the tail, within the segment; NULL: reading failed, and the reader with it. */
static const uint8_t *look(struct journal_reader *reader, size_t size, uint64_t limit)
{
    uint64_t at = reader->tail.offset;

    ENSURE(size <= WINDOW_SIZE && at + size <= reader->tail.segment_size);
    if (reader->tail.head.number + 1 > reader->window_limit) {
        reader->window_size = 0;             /* read before it was durable: may be half of it */
        reader->read_ahead = READ_AHEAD_MIN; /* it follows close behind: little is there to read */
    }
    if (at >= reader->window_offset && at + size <= reader->window_offset + reader->window_size) {
        return reader->window + (at - reader->window_offset);
    }
    size_t wanted = size > reader->read_ahead ? size : reader->read_ahead;
    if (wanted > reader->tail.segment_size - at) {
        wanted = (size_t)(reader->tail.segment_size - at);
    }
    int result = storage_read_bytes(reader->storage, reader->file, reader->window, wanted, at);
    if (result < 0) {
        reader->window_size = 0;
        fail_read(reader, result);
        return NULL;
    }
    reader->window_offset = at;
    reader->window_size = wanted;
    reader->window_limit = limit;
    /* Reading on and on is worth larger reads. */
    reader->read_ahead =
        reader->read_ahead * 2 > WINDOW_SIZE ? WINDOW_SIZE : reader->read_ahead * 2;
    return reader->window;
}

/* Opens the segment that begins with number; tail.offset behind its header. -ENOENT: there is none. */
static int open_segment(struct journal_reader *reader, uint64_t number,
                        struct segment_header *header, const char **wrong)
{
    struct journal_name name = journal_segment_name(number);
    const struct storage *storage = reader->storage;

    *wrong = NULL;
    int file = storage->open(storage->context, reader->folder, name.text, STORAGE_MODE_READ);
    if (file < 0) {
        return file;
    }
    int result = segment_header_read(storage, file, number, header, wrong);
    if (result < 0) {
        storage->close(storage->context, file);
        return result;
    }
    if (reader->file >= 0) {
        storage->close(storage->context, reader->file);
    }
    reader->file = file;
    reader->tail.segment = number;
    reader->tail.segment_size = header->size;
    reader->tail.offset = sizeof *header;
    reader->window_size = 0;
    return 0;
}

/* The first segment to read: no neighbour vouches for it yet, but its head starts ours. */
static bool open_first(struct journal_reader *reader, uint64_t number, struct journal_error *error)
{
    struct journal_name name = journal_segment_name(number);
    struct segment_header header;
    const char *wrong;

    int result = open_segment(reader, number, &header, &wrong);
    if (result == 0 && number == 1) {
        struct sha256 *sha = sha256_create();
        struct journal_head genesis = journal_genesis(sha, &header.node);

        sha256_destroy(sha);
        if (memcmp(&genesis.chain, &header.previous, sizeof genesis.chain) != 0) {
            wrong = "the chain does not begin with the node's id";
            result = -EBADMSG;
        }
    }
    if (result < 0) {
        journal_error_set(error, wrong != NULL ? wrong : "the segment cannot be opened", name.text,
                          wrong != NULL ? 0 : result);
        journal_error_place(error, 0, number);
        return false;
    }
    reader->tail.head = (struct journal_head){
        .number = number - 1,
        .time_us = number == 1 ? 0 : INT64_MIN,
        .chain = header.previous,
        .node = header.node,
    };
    return true;
}

/* On to the segment after the current one, which ends at the tail. */
static enum journal_read open_following(struct journal_reader *reader)
{
    struct segment_header header;
    const char *wrong;
    uint64_t number = reader->tail.head.number + 1;

    int result = open_segment(reader, number, &header, &wrong);
    if (result == -ENOENT) {
        return fail(reader, JOURNAL_READ_DAMAGED, "the segment is sealed, and the next is missing",
                    0);
    }
    if (result == 0 &&
        (memcmp(&header.node, &reader->tail.head.node, sizeof header.node) != 0 ||
         memcmp(&header.previous, &reader->tail.head.chain, sizeof header.previous) != 0)) {
        wrong = "the segment does not continue the one before it";
        result = -EBADMSG;
    }
    if (result < 0) {
        reader->tail.segment = number;
        reader->tail.offset = 0;
        return wrong != NULL ? fail(reader, JOURNAL_READ_DAMAGED, wrong, 0)
                             : fail_read(reader, result);
    }
    return JOURNAL_READ_END;
}

/* What is behind the tail when no whole batch is. */
static enum torn_tail judge_tail(struct journal_reader *reader, struct torn_tail_finding *finding)
{
    const struct torn_tail_place place = {
        .storage = reader->storage,
        .file = reader->file,
        .offset = reader->tail.offset,
        .segment_size = reader->tail.segment_size,
        .number = reader->tail.head.number + 1,
        .node = reader->tail.head.node,
        .buffer = reader->window,
        .buffer_size = WINDOW_SIZE,
    };

    reader->window_size = 0;
    return torn_tail_judge(&place, finding);
}

/* A segment that others follow must be zero from its last batch to its footer. */
static enum journal_read check_gap(struct journal_reader *reader)
{
    struct torn_tail_finding finding;

    switch (judge_tail(reader, &finding)) {
    case TORN_TAIL_NONE: return JOURNAL_READ_END;
    case TORN_TAIL_FAILED: return fail_read(reader, finding.error_number);
    case TORN_TAIL_TORN:
    case TORN_TAIL_DAMAGED: break;
    }
    return fail(reader, JOURNAL_READ_DAMAGED, "a segment's last batch is not whole", 0);
}

/* The last segment of a finished folder, behind its last whole batch. */
static enum journal_read end_of_folder(struct journal_reader *reader, const char *wrong)
{
    struct torn_tail_finding finding;

    switch (judge_tail(reader, &finding)) {
    case TORN_TAIL_NONE: return JOURNAL_READ_END;
    case TORN_TAIL_FAILED: return fail_read(reader, finding.error_number);
    case TORN_TAIL_TORN:
        return fail(reader, JOURNAL_READ_TORN, "the last write was never finished", 0);
    case TORN_TAIL_DAMAGED: break;
    }
    return fail(reader, JOURNAL_READ_DAMAGED, wrong != NULL ? wrong : finding.what, 0);
}

/* Behind a segment's last batch, with its seal read and whole. */
static enum journal_read leave_sealed(struct journal_reader *reader,
                                      const struct segment_footer *footer)
{
    const struct journal_tail *tail = &reader->tail;

    if (footer->end != tail->offset || footer->first_number != tail->segment ||
        footer->last_number != tail->head.number ||
        memcmp(&footer->chain, &tail->head.chain, sizeof footer->chain) != 0 ||
        memcmp(&footer->node, &tail->head.node, sizeof footer->node) != 0) {
        return fail(reader, JOURNAL_READ_DAMAGED,
                    "the segment's batches end elsewhere than its seal says", 0);
    }
    enum journal_read gap = check_gap(reader);
    return gap == JOURNAL_READ_END ? open_following(reader) : gap;
}

/* No batch begins at the tail. Sets *moved when the reader is in the next segment now; without that,
 * END is the end. wrong: what does stand there, NULL = zeros, or no room. */
static enum journal_read leave_segment(struct journal_reader *reader, uint64_t limit,
                                       const char *wrong, bool *moved)
{
    struct segment_footer footer;
    enum segment_seal seal;
    uint64_t later;

    *moved = false;
    int result =
        segment_seal_read(reader->storage, reader->file, reader->tail.segment_size, &footer, &seal);
    if (result < 0) {
        return fail_read(reader, result);
    }
    if (wrong == NULL && seal == SEGMENT_SEAL_SEALED) {
        enum journal_read left = leave_sealed(reader, &footer);

        *moved = left == JOURNAL_READ_END;
        return left;
    }
    if (limit != JOURNAL_LIMIT_NONE) {
        return fail(reader, JOURNAL_READ_DAMAGED,
                    wrong != NULL ? wrong : "a durable batch is missing", 0);
    }
    result = segment_map_later(reader->storage, reader->folder, reader->tail.segment, &later);
    if (result < 0) {
        return fail(reader, JOURNAL_READ_FAILED, "the folder cannot be read", result);
    }
    if (later == 0 && seal == SEGMENT_SEAL_NONE) {
        return end_of_folder(reader, wrong);
    }
    if (wrong != NULL || later == 0 || seal == SEGMENT_SEAL_BROKEN ||
        later != reader->tail.head.number + 1 || reader->unsealed.segment != 0) {
        return fail(reader, JOURNAL_READ_DAMAGED,
                    wrong != NULL ? wrong : "the segment's seal is missing or damaged", 0);
    }
    enum journal_read gap = check_gap(reader);
    if (gap != JOURNAL_READ_END) {
        return gap;
    }
    reader->unsealed = reader->tail;
    enum journal_read following = open_following(reader);
    *moved = following == JOURNAL_READ_END;
    return following;
}

/* Does a batch whose header is whole stand where it belongs? NULL = yes. */
static const char *check_place(const struct journal_reader *reader,
                               const struct batch_header *header)
{
    const struct journal_head *head = &reader->tail.head;

    if (memcmp(&header->node, &head->node, sizeof header->node) != 0) {
        return "the batch is of another journal";
    }
    if (header->first_number != head->number + 1) {
        return "a batch is missing, doubled or out of order";
    }
    if (memcmp(&header->previous, &head->chain, sizeof header->previous) != 0) {
        return "the batch does not continue the one before it";
    }
    if (header->time_us < head->time_us) {
        return "the batch is older than the one before it";
    }
    if (reader->unsealed.segment != 0) {
        return "a segment was written after one that was never sealed";
    }
    return NULL;
}

static const char *check_batch(struct journal_reader *reader, const struct batch_header *header,
                               const uint8_t *batch)
{
    const char *wrong = batch_check(batch, reader->sha);
    size_t extent = (size_t)journal_batch_extent(header->size);

    if (wrong == NULL) {
        wrong = batch_commands_check(header, batch + sizeof *header);
    }
    if (wrong == NULL &&
        journal_zero_sectors(batch, extent, reader->tail.offset) != header->zero_sectors) {
        wrong = "the batch's count of empty sectors is not what any version wrote";
    }
    return wrong;
}

static void hand_out(const struct journal_reader *reader, const struct batch_header *header,
                     const uint8_t *bytes, struct journal_batch *batch)
{
    struct batch_trailer trailer;

    memcpy(&trailer, bytes + sizeof *header + header->size, sizeof trailer);
    *batch = (struct journal_batch){
        .first_number = header->first_number,
        .count = header->count,
        .size = header->size,
        .time_us = header->time_us,
        .commands = bytes + sizeof *header,
        .events = header->events,
        .previous = header->previous,
        .chain = trailer.chain,
        .durable_number = header->durable_number,
        .segment = reader->tail.segment,
        .offset = reader->tail.offset,
    };
}

/* The batch at the tail, checked; the tail stays. With *is_none set there is no batch: the segment
 * ends, or *wrong says what stands there instead. */
static enum journal_read read_here(struct journal_reader *reader, uint64_t limit,
                                   struct journal_batch *batch, bool *is_none, const char **wrong)
{
    uint64_t room = journal_footer_offset(reader->tail.segment_size) - reader->tail.offset;
    struct batch_header header;

    *is_none = true;
    *wrong = NULL;
    if (room < journal_batch_extent(JOURNAL_LINE_SIZE)) {
        return JOURNAL_READ_END;
    }
    const uint8_t *bytes = look(reader, sizeof header, limit);
    if (bytes == NULL) {
        return JOURNAL_READ_FAILED;
    }
    memcpy(&header, bytes, sizeof header);
    if (journal_is_zero(&header, sizeof header)) {
        return JOURNAL_READ_END;
    }
    *wrong = batch_header_check(&header);
    if (*wrong != NULL) {
        return JOURNAL_READ_END;
    }
    const char *misplaced = check_place(reader, &header);
    if (misplaced == NULL && journal_batch_extent(header.size) > room) {
        misplaced = "the batch is longer than its segment";
    }
    if (misplaced != NULL) {
        return fail(reader, JOURNAL_READ_DAMAGED, misplaced, 0);
    }
    if (header.first_number + header.count - 1 > limit) {
        *is_none = false;
        return JOURNAL_READ_END;
    }
    bytes = look(reader, (size_t)journal_batch_extent(header.size), limit);
    if (bytes == NULL) {
        return JOURNAL_READ_FAILED;
    }
    *wrong = check_batch(reader, &header, bytes);
    if (*wrong != NULL) {
        return JOURNAL_READ_END;
    }
    *is_none = false;
    hand_out(reader, &header, bytes, batch);
    return JOURNAL_READ_BATCH;
}

/* The next batch, wherever it is; the tail stays before it. Without a limit a writer may be at work:
 * what was half written when the batch was read, and vouched for by the next one when the rest was
 * looked at, is whole at the second look. */
static enum journal_read locate(struct journal_reader *reader, uint64_t limit,
                                struct journal_batch *batch)
{
    bool is_second_look = limit != JOURNAL_LIMIT_NONE;

    for (;;) {
        const char *wrong;
        bool is_none;
        bool moved;
        enum journal_read read = read_here(reader, limit, batch, &is_none, &wrong);

        if (!is_none || reader->final != 0) {
            return read;
        }
        read = leave_segment(reader, limit, wrong, &moved);
        if (read == JOURNAL_READ_DAMAGED && !is_second_look) {
            is_second_look = true;
            reader->final = 0;
            reader->window_size = 0;
        } else if (!moved) {
            return read;
        }
    }
}

static void pass(struct journal_reader *reader, const struct journal_batch *batch)
{
    reader->tail.offset += journal_batch_extent(batch->size);
    reader->tail.head.number = batch->first_number + batch->count - 1;
    reader->tail.head.time_us = batch->time_us;
    reader->tail.head.chain = batch->chain;
}

/* Whoever applies the batch must know which of its records are not to be. The batch is in the window. */
static enum journal_read look_behind(struct journal_reader *reader, uint64_t limit,
                                     struct journal_batch *batch)
{
    uint64_t done = reader->tail.offset - reader->window_offset;
    bool is_seen = reader->tail.head.number < reader->window_limit;
    const uint8_t *seen =
        is_seen && reader->window_size >= done + BEHIND_LOOK_SIZE ? reader->window + done : NULL;
    const struct behind_place place = {
        reader->storage, reader->folder, reader->file, &reader->tail, seen, limit, reader->sha};

    int count = behind_read(&place, reader->behind);
    batch->behind = count > 0 ? reader->behind + sizeof(struct batch_header) : NULL;
    batch->behind_count = count > 0 ? (uint32_t)count : 0;
    return count < 0 ? fail_read(reader, count) : JOURNAL_READ_BATCH;
}

enum journal_read journal_reader_next(struct journal_reader *reader, uint64_t limit,
                                      struct journal_batch *batch)
{
    if (reader->final != 0) {
        return reader->final;
    }
    if (reader->tail.head.number >= limit) {
        return JOURNAL_READ_END;
    }
    enum journal_read read = locate(reader, limit, batch);
    if (read == JOURNAL_READ_BATCH) {
        pass(reader, batch);
        read = look_behind(reader, limit, batch);
    }
    return read;
}

/* Passes over what ends before `from`. */
static bool skip(struct journal_reader *reader, struct journal_error *error)
{
    struct journal_batch batch = {0};

    while (reader->tail.head.number + 1 < reader->from) {
        enum journal_read read = locate(reader, reader->from - 1, &batch);

        if (read == JOURNAL_READ_END) {
            break; /* the batch here holds `from` and some before it */
        }
        if (read != JOURNAL_READ_BATCH) {
            *error = reader->error;
            return false;
        }
        pass(reader, &batch);
    }
    reader->window_size = 0;
    return true;
}

static bool open_at(struct journal_reader *reader, struct journal_error *error)
{
    struct journal_listing listing;
    uint64_t first = 0;

    if (!journal_listing_read(&listing, reader->storage, reader->folder, error)) {
        journal_listing_clear(&listing);
        return false;
    }
    for (size_t i = 0; i < listing.segments.count; i++) {
        if (listing.segments.values[i] <= reader->from) {
            first = listing.segments.values[i];
        }
    }
    bool is_empty = listing.segments.count == 0;
    journal_listing_clear(&listing);
    if (first == 0) {
        journal_error_set(error,
                          is_empty ? "there is no journal here"
                                   : "the segment that should hold this number is missing",
                          "", ENOENT);
        error->number = reader->from;
        return false;
    }
    return open_first(reader, first, error) && skip(reader, error);
}

struct journal_reader *journal_reader_open(const struct journal_reader_options *options,
                                           struct journal_error *error)
{
    const struct storage *storage = options->storage;
    struct journal_reader *reader = calloc(1, sizeof *reader);

    ENSURE(options->from >= 1);
    if (reader == NULL) {
        journal_error_set(error, "no memory for a reader", "", ENOMEM);
        return NULL;
    }
    reader->storage = storage;
    reader->from = options->from;
    reader->file = -1;
    reader->read_ahead = READ_AHEAD_MIN;
    reader->window = aligned_alloc(JOURNAL_LINE_SIZE, WINDOW_SIZE);
    reader->folder = storage->open_folder(storage->context, options->directory, false);
    reader->sha = options->skip_chain ? NULL : sha256_create();
    if (reader->window == NULL || reader->folder < 0) {
        journal_error_set(error, "the folder cannot be opened", "",
                          reader->folder < 0 ? reader->folder : ENOMEM);
        journal_reader_close(reader);
        return NULL;
    }
    if (open_at(reader, error)) {
        return reader;
    }
    journal_reader_close(reader);
    return NULL;
}

void journal_reader_close(struct journal_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    if (reader->file >= 0) {
        reader->storage->close(reader->storage->context, reader->file);
    }
    if (reader->folder >= 0) {
        reader->storage->close(reader->storage->context, reader->folder);
    }
    sha256_destroy(reader->sha);
    free(reader->window);
    free(reader);
}

const struct journal_error *journal_reader_error(const struct journal_reader *reader)
{
    return &reader->error;
}

const struct journal_tail *journal_reader_tail(const struct journal_reader *reader)
{
    return &reader->tail;
}

const struct journal_tail *journal_reader_unsealed(const struct journal_reader *reader)
{
    return reader->unsealed.segment != 0 ? &reader->unsealed : NULL;
}
