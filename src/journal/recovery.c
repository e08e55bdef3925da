/* SPDX-License-Identifier: Apache-2.0
 *
 * From files to a running core. A room of its own because the decisions "cut", "finish" and "refuse"
 * must be taken in one place and in one order:
 *
 *     lock · outline of the segments · newest good snapshot · replay with every digest compared ·
 *     cut an unfinished write · write once more what no later sync vouches for · finish a change of
 *     segments · go on
 *
 * Invariants: nothing is changed before all of the journal has been judged; what is announced as
 * durable after this has been synced by this process (a kernel that lost a page may still show it:
 * rewriting makes it dirty again); a journal with files never starts empty.
 *
 * Read next: torn_tail.h for what is cut; log_file.c for what made these files.
 */
#include "journal/recovery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/journal_folder.h"
#include "journal/log_file.h"
#include "journal/read_ahead.h"
#include "journal/replayer.h"
#include "journal/segment_map.h"

/* What one start knows on its way. */
struct recovery {
    const struct recovery_options *options;
    const struct storage *storage;
    struct recovered *out;
    struct recovery_report *report;
    struct journal_error *error;
    struct journal_listing listing;
    struct journal_head snapshot; /* number 0 = none */
    struct replayer *replayer;
    struct journal_tail tail;     /* behind the last whole batch */
    struct journal_tail unsealed; /* segment 0 = none */
    uint64_t unproven; /* offset in the last segment from which on no later batch vouches */
};

static bool refuse(struct recovery *recovery, const char *what, const char *file, int error_number)
{
    journal_error_set(recovery->error, what, file, error_number);
    return false;
}

static bool refuse_batch(struct recovery *recovery, const char *what,
                         const struct journal_batch *batch)
{
    struct journal_name name = journal_segment_name(batch->segment);

    journal_error_set(recovery->error, what, name.text, 0);
    journal_error_place(recovery->error, batch->offset, batch->first_number);
    return false;
}

static uint64_t segment_size_of(const struct recovery_options *options)
{
    return options->segment_size != 0 ? options->segment_size : JOURNAL_SEGMENT_SIZE;
}

/* ---- the folder ---- */

static bool take_folder(struct recovery *recovery)
{
    const struct storage *storage = recovery->storage;
    struct recovered *out = recovery->out;

    out->folder = storage->open_folder(storage->context, recovery->options->directory,
                                       recovery->options->create);
    if (out->folder < 0) {
        return refuse(recovery, "the folder cannot be opened", "", out->folder);
    }
    out->lock = storage->lock(storage->context, out->folder, JOURNAL_LOCK_NAME);
    if (out->lock < 0) {
        return refuse(recovery,
                      out->lock == -EWOULDBLOCK ? "another process holds the journal"
                                                : "the journal cannot be locked",
                      JOURNAL_LOCK_NAME, out->lock);
    }
    if (!journal_listing_read(&recovery->listing, storage, out->folder, recovery->error)) {
        return false;
    }
    /* What can be listed may still be only a name in memory. */
    int result = storage->sync_folder(storage->context, out->folder);
    return result < 0 ? refuse(recovery, "the folder cannot be synced", "", result) : true;
}

static bool remove_unfinished(struct recovery *recovery, const char *name)
{
    int result = recovery->storage->remove(recovery->storage->context, recovery->out->folder, name);

    recovery->report->temporaries_removed++;
    return result < 0 ? refuse(recovery, "an unfinished file cannot be removed", name, result)
                      : true;
}

static bool remove_temporaries(struct recovery *recovery)
{
    const struct journal_numbers *numbers = &recovery->listing.temporaries;

    if (recovery->listing.has_next_segment &&
        !remove_unfinished(recovery, JOURNAL_NEXT_SEGMENT_NAME)) {
        return false;
    }
    for (size_t i = 0; i < numbers->count; i++) {
        struct journal_name name = journal_snapshot_temporary_name(numbers->values[i]);

        if (!remove_unfinished(recovery, name.text)) {
            return false;
        }
    }
    return true;
}

/* ---- reading ---- */

static bool take_snapshot(struct recovery *recovery)
{
    struct snapshot_state state;
    struct recovery_report *report = recovery->report;

    if (!snapshot_read_newest(recovery->storage, recovery->out->folder, UINT64_MAX, &state,
                              &report->snapshots_bad, &report->snapshot_error)) {
        *recovery->error = report->snapshot_error;
        return false;
    }
    if (state.engine == NULL) {
        return true;
    }
    report->snapshot_number = state.head.number;
    recovery->snapshot = state.head;
    recovery->out->engine = state.engine;
    recovery->out->block = state.block;
    recovery->out->limits = state.limits;
    recovery->out->events = state.events;
    return true;
}

/* The first command of a journal says how large the state is. */
static bool found_engine(struct recovery *recovery, const struct journal_batch *batch)
{
    struct command_node_found first;

    memcpy(&first.header, batch->commands, sizeof first.header);
    if (first.header.kind != COMMAND_NODE_FOUND) {
        return refuse_batch(recovery, "the journal does not begin with the node's founding", batch);
    }
    memcpy(&first, batch->commands, sizeof first);
    if (!recovered_found(recovery->out, &first)) {
        return refuse_batch(recovery, "no memory for a state of the node's limits", batch);
    }
    return true;
}

static bool begin_replay(struct recovery *recovery)
{
    recovery->replayer = replayer_create(recovery->out->engine, recovery->out->events, NULL);
    return recovery->replayer != NULL ? true
                                      : refuse(recovery, "no memory for replaying", "", ENOMEM);
}

/* The batch that the snapshot ends with: is it of this journal? */
static bool match_snapshot(struct recovery *recovery, const struct journal_batch *batch)
{
    uint64_t last = batch->first_number + batch->count - 1;

    if (last != recovery->snapshot.number ||
        memcmp(&batch->chain, &recovery->snapshot.chain, sizeof batch->chain) != 0) {
        return refuse_batch(recovery, "the newest snapshot is not of this journal", batch);
    }
    return true;
}

static bool take_batch(struct recovery *recovery, const struct journal_batch *batch)
{
    if (recovery->options->only_repairs) {
        return true; /* the reader has looked at it */
    }
    if (batch->first_number <= recovery->snapshot.number) {
        return match_snapshot(recovery, batch);
    }
    if (recovery->out->engine == NULL && !found_engine(recovery, batch)) {
        return false;
    }
    if (recovery->replayer == NULL && !begin_replay(recovery)) {
        return false;
    }
    if (!replayer_apply(recovery->replayer, batch)) {
        uint64_t number;
        const char *why = replayer_refusal(recovery->replayer, &number);

        (void)refuse_batch(recovery, why, batch);
        recovery->error->number = number;
        return false;
    }
    recovery->report->batches_replayed++;
    recovery->report->commands_replayed += batch->count;
    return true;
}

/* Batches that were appended before the one ahead of them was known durable stay unproven with it. */
static void note_proof(struct recovery *recovery, const struct journal_batch *batch)
{
    if (batch->offset == sizeof(struct segment_header) ||
        batch->durable_number + 1 == batch->first_number) {
        recovery->unproven = batch->offset;
    }
}

static bool end_of_replay(struct recovery *recovery, const struct journal_reader *reader,
                          enum journal_read read)
{
    const struct journal_tail *unsealed = journal_reader_unsealed(reader);

    recovery->tail = *journal_reader_tail(reader);
    if (recovery->tail.offset == sizeof(struct segment_header)) {
        recovery->unproven = recovery->tail.offset;
    }
    if (unsealed != NULL) {
        recovery->unsealed = *unsealed;
    }
    if (read == JOURNAL_READ_TORN) {
        recovery->report->was_torn = true;
        recovery->report->torn = *journal_reader_error(reader);
        read = JOURNAL_READ_END;
    }
    if (read != JOURNAL_READ_END) {
        *recovery->error = *journal_reader_error(reader);
        return false;
    }
    if (recovery->tail.head.number < recovery->snapshot.number) {
        return refuse(recovery, "the journal ends before its newest snapshot", "", 0);
    }
    if (recovery->replayer != NULL) {
        recovery->out->events = replayer_events(recovery->replayer);
    }
    return true;
}

/* The quarantines that the caller will write behind the last batch are heeded as if they stood there. */
static void add_planned(const struct recovery_options *options, struct journal_batch *batch)
{
    uint64_t last = batch->first_number + batch->count - 1;

    if (options->quarantine_count > 0 && batch->behind_count == 0 &&
        options->quarantines[0].record >= batch->first_number &&
        options->quarantines[0].record <= last) {
        batch->behind = (const uint8_t *)options->quarantines;
        batch->behind_count = options->quarantine_count;
    }
}

static enum journal_read next_batch(struct journal_reader *reader, struct read_ahead *ahead,
                                    struct journal_batch *batch)
{
    return ahead != NULL ? read_ahead_next(ahead, batch)
                         : journal_reader_next(reader, JOURNAL_LIMIT_NONE, batch);
}

/* The snapshot's own last batch is read, too, and compared. For repairs alone the last two segments: the one before the
 * last may lack its seal. */
static uint64_t replay_from(const struct recovery *recovery)
{
    const struct journal_numbers *segments = &recovery->listing.segments;

    if (recovery->options->only_repairs) {
        return segments->values[segments->count > 1 ? segments->count - 2 : 0];
    }
    return recovery->snapshot.number > 0 ? recovery->snapshot.number : 1;
}

static bool replay(struct recovery *recovery)
{
    const struct journal_reader_options options = {
        .storage = recovery->storage,
        .directory = recovery->options->directory,
        .from = replay_from(recovery),
    };
    struct journal_reader *reader = journal_reader_open(&options, recovery->error);
    struct journal_batch batch;
    enum journal_read read;
    bool is_good = true;

    if (reader == NULL) {
        return false;
    }
    struct read_ahead *ahead = NULL;
    if (recovery->options->reads_ahead) {
        ahead = read_ahead_start(reader, JOURNAL_LIMIT_NONE);
    }
    while ((read = next_batch(reader, ahead, &batch)) == JOURNAL_READ_BATCH) {
        add_planned(recovery->options, &batch);
        is_good = take_batch(recovery, &batch);
        if (!is_good) {
            break;
        }
        note_proof(recovery, &batch);
    }
    read_ahead_stop(ahead);
    is_good = is_good && end_of_replay(recovery, reader, read);
    journal_reader_close(reader);
    return is_good;
}

/* ---- repairing ---- */

#define SLICE_SIZE ((size_t)1 << 18)

/* Zeroes what an unfinished write has left, up to the segment's footer. 0 or a negative errno. */
static int cut(struct recovery *recovery, int file, uint8_t *slice)
{
    const struct storage *storage = recovery->storage;
    uint64_t stop = journal_footer_offset(recovery->tail.segment_size);
    uint64_t end = recovery->tail.offset;

    for (uint64_t at = recovery->tail.offset; at < stop; at += SLICE_SIZE) {
        size_t size = stop - at < SLICE_SIZE ? (size_t)(stop - at) : SLICE_SIZE;
        int result = storage_read_bytes(storage, file, slice, size, at);

        if (result == 0 && !journal_is_zero(slice, size)) {
            memset(slice, 0, size);
            result = storage_write_bytes(storage, file, slice, size, at);
            end = at + size;
        }
        if (result < 0) {
            return result;
        }
    }
    recovery->report->torn_size = end - recovery->tail.offset;
    return 0;
}

/* Writes the same bytes once more, so that this process's sync is about them. */
static int rewrite(const struct storage *storage, int file, uint64_t begin, uint64_t end,
                   uint8_t *slice)
{
    for (uint64_t at = begin; at < end; at += SLICE_SIZE) {
        size_t size = end - at < SLICE_SIZE ? (size_t)(end - at) : SLICE_SIZE;
        int result = storage_read_bytes(storage, file, slice, size, at);

        if (result == 0) {
            result = storage_write_bytes(storage, file, slice, size, at);
        }
        if (result < 0) {
            return result;
        }
    }
    return 0;
}

static int repair_last(struct recovery *recovery, uint8_t *slice)
{
    const struct storage *storage = recovery->storage;
    struct journal_name name = journal_segment_name(recovery->tail.segment);

    int file =
        storage->open(storage->context, recovery->out->folder, name.text, STORAGE_MODE_WRITE);
    if (file < 0) {
        return file;
    }
    int result = recovery->report->was_torn ? cut(recovery, file, slice) : 0;
    if (result == 0) {
        result = rewrite(storage, file, recovery->unproven, recovery->tail.offset, slice);
    }
    if (result == 0) {
        result = storage->sync(storage->context, file);
    }
    storage->close(storage->context, file);
    return result;
}

static int write_seal(const struct storage *storage, int file, uint64_t segment_size,
                      const struct segment_footer *footer)
{
    int result = storage_write_bytes(storage, file, footer, sizeof *footer,
                                     journal_footer_offset(segment_size));

    return result < 0 ? result : storage->sync(storage->context, file);
}

/* The last segment is empty: its predecessor's seal was the last thing written, or was to be. */
static int repair_seal(struct recovery *recovery)
{
    const struct storage *storage = recovery->storage;
    const struct journal_numbers *segments = &recovery->listing.segments;
    struct journal_name name = journal_segment_name(segments->values[segments->count - 2]);
    const struct journal_tail *unsealed = &recovery->unsealed;
    struct segment_footer footer;
    enum segment_seal seal;

    int file =
        storage->open(storage->context, recovery->out->folder, name.text, STORAGE_MODE_WRITE);
    if (file < 0) {
        return file;
    }
    int64_t size = storage->size(storage->context, file);
    int result =
        size < 0 ? (int)size : segment_seal_read(storage, file, (uint64_t)size, &footer, &seal);
    if (result == 0 && unsealed->segment != 0) {
        footer = (struct segment_footer){
            .end = unsealed->offset,
            .first_number = unsealed->segment,
            .last_number = unsealed->head.number,
            .chain = unsealed->head.chain,
            .node = unsealed->head.node,
        };
        segment_footer_seal(&footer);
        recovery->report->was_sealed = true;
    }
    if (result == 0) {
        result = write_seal(storage, file, (uint64_t)size, &footer);
    }
    storage->close(storage->context, file);
    return result;
}

static bool repair(struct recovery *recovery)
{
    struct journal_name name = journal_segment_name(recovery->tail.segment);
    uint8_t *slice = malloc(SLICE_SIZE);

    if (slice == NULL) {
        return refuse(recovery, "no memory for repairing", "", ENOMEM);
    }
    int result = repair_last(recovery, slice);
    if (result == 0 && recovery->listing.segments.count > 1 &&
        recovery->tail.offset == sizeof(struct segment_header)) {
        result = repair_seal(recovery);
    }
    free(slice);
    return result < 0
               ? refuse(recovery, "the journal's end cannot be made durable", name.text, result)
               : true;
}

/* ---- all of it ---- */

static bool found_journal(struct recovery *recovery, const struct log_file_place *place)
{
    if (recovery->listing.snapshots.count > 0) {
        return refuse(recovery, "there are snapshots and no journal", "", 0);
    }
    if (!recovery->options->create) {
        return refuse(recovery, "there is no journal here", "", ENOENT);
    }
    recovery->report->founded = true;
    recovery->out->events = digest_start();
    recovery->out->log = log_file_create(place, &recovery->options->node, recovery->error);
    return recovery->out->log != NULL;
}

static bool recover(struct recovery *recovery)
{
    if (!take_folder(recovery) || !remove_temporaries(recovery)) {
        return false;
    }
    const struct log_file_place place = {
        .storage = recovery->storage,
        .folder = recovery->out->folder,
        .lock = recovery->out->lock,
        .segment_size = segment_size_of(recovery->options),
    };
    if (recovery->listing.segments.count == 0) {
        return found_journal(recovery, &place);
    }
    if (!segment_map_check(recovery->storage, recovery->out->folder, &recovery->listing.segments,
                           recovery->error) ||
        (!recovery->options->only_repairs && !take_snapshot(recovery)) || !replay(recovery) ||
        !repair(recovery)) {
        return false;
    }
    recovery->out->log = log_file_resume(&place, &recovery->tail, recovery->error);
    return recovery->out->log != NULL;
}

bool recovery_run(const struct recovery_options *options, struct recovered *recovered,
                  struct recovery_report *report, struct journal_error *error)
{
    struct recovery recovery = {
        .options = options,
        .storage = options->storage,
        .out = recovered,
        .report = report,
        .error = error,
    };

    memset(recovered, 0, sizeof *recovered);
    memset(report, 0, sizeof *report);
    memset(error, 0, sizeof *error);
    recovered->folder = -1;
    recovered->lock = -1;
    recovered->events = digest_start();
    bool is_good = recover(&recovery);
    journal_listing_clear(&recovery.listing);
    replayer_destroy(recovery.replayer);
    if (!is_good) {
        ENSURE(error->what != NULL);
        if (recovered->lock >= 0) {
            options->storage->close(options->storage->context, recovered->lock);
        }
        if (recovered->folder >= 0) {
            options->storage->close(options->storage->context, recovered->folder);
        }
        state_block_destroy(&recovered->block);
        memset(recovered, 0, sizeof *recovered);
    }
    return is_good;
}

bool recovered_found(struct recovered *recovered, const struct command_node_found *first)
{
    size_t size = tarazy_engine_size(&first->limits);

    ENSURE(recovered->engine == NULL);
    if (size == 0) {
        return false;
    }
    recovered->block = state_block_create(size);
    if (recovered->block.bytes == NULL) {
        return false;
    }
    recovered->engine = tarazy_engine_create(recovered->block.bytes, size, &first->limits);
    recovered->limits = first->limits;
    return recovered->engine != NULL;
}

void recovered_close(struct recovered *recovered)
{
    log_close(recovered->log);
    state_block_destroy(&recovered->block);
    memset(recovered, 0, sizeof *recovered);
}
