/* SPDX-License-Identifier: Apache-2.0
 *
 * Re-performing a journal. A room of its own because it trusts nothing that recovery may trust: it
 * begins with the first command, takes up no snapshot, and compares everything that was recorded.
 *
 * Invariants: changes nothing; every comparison that fails ends it, with the place.
 *
 * Read next: docs/journal-format.md, whose invariants are checked here one by one.
 */
#include "journal/verifier.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal_folder.h"
#include "journal/read_ahead.h"
#include "journal/segment_map.h"
#include "journal/snapshot.h"
#include "journal/state_block.h"
#include "journal/state_digest.h"

struct verification {
    const struct verifier_options *options;
    const struct storage *storage;
    struct verifier_report *report;
    int folder;
    struct journal_listing listing;
    size_t next_snapshot; /* index of the next one to meet */
    struct state_block block;
    struct engine *engine;
    struct replayer *replayer;
    struct state_digest digest;
    enum verifier_result result; /* 0 while everything agrees */
};

static bool stop(struct verification *verification, enum verifier_result result, const char *what,
                 const char *file, int error_number)
{
    journal_error_set(&verification->report->error, what, file, error_number);
    verification->report->error.number = verification->report->head.number;
    verification->result = result;
    return false;
}

static bool stop_batch(struct verification *verification, enum verifier_result result,
                       const char *what, const struct journal_batch *batch)
{
    struct journal_name name = journal_segment_name(batch->segment);

    stop(verification, result, what, name.text, 0);
    journal_error_place(&verification->report->error, batch->offset, batch->first_number);
    return false;
}

static bool audit(struct verification *verification)
{
    const char *sentence = tarazy_engine_audit(verification->engine);

    if (sentence == NULL) {
        return true;
    }
    verification->report->audit = sentence;
    return stop(verification, VERIFIER_RESULT_DIVERGED, sentence, "", 0);
}

static void digest_state(struct verification *verification)
{
    size_t size;
    const void *block = tarazy_engine_block(verification->engine, &size);

    state_digest_compute(&verification->digest, block, size, &verification->report->state);
}

/* A snapshot of just this number: is it whole, and what we have computed? */
static bool meet_snapshot(struct verification *verification, const struct journal_batch *batch)
{
    uint64_t number = verification->report->head.number;
    struct journal_name name = journal_snapshot_name(number);
    struct digest events = replayer_events(verification->replayer);
    struct snapshot_state state;
    struct journal_error error;

    if (!snapshot_read(verification->storage, verification->folder, number, &state, &error)) {
        if (error.error_number == ENOENT) {
            return true; /* removed by the running core */
        }
        verification->report->error = error;
        verification->result =
            error.error_number != 0 ? VERIFIER_RESULT_FAILED : VERIFIER_RESULT_DAMAGED;
        return false;
    }
    digest_state(verification);
    bool is_same_place =
        memcmp(&state.head.chain, &batch->chain, sizeof batch->chain) == 0 &&
        memcmp(&state.head.node, &verification->report->head.node, sizeof state.head.node) == 0 &&
        state.head.time_us == batch->time_us;
    bool is_same_state =
        memcmp(&state.state, &verification->report->state, sizeof state.state) == 0 &&
        memcmp(&state.events, &events, sizeof events) == 0;
    snapshot_state_destroy(&state);
    if (!is_same_place) {
        return stop(verification, VERIFIER_RESULT_DAMAGED, "the snapshot is not of this journal",
                    name.text, 0);
    }
    if (!is_same_state) {
        return stop(verification, VERIFIER_RESULT_DIVERGED,
                    "the snapshot's state is not the one the commands lead to", name.text, 0);
    }
    verification->report->snapshots++;
    return audit(verification);
}

/* Snapshots up to the head: one of exactly its number is compared, one inside the batch is wrong. */
static bool meet_snapshots(struct verification *verification, const struct journal_batch *batch)
{
    const struct journal_numbers *snapshots = &verification->listing.snapshots;
    uint64_t head = verification->report->head.number;

    while (verification->next_snapshot < snapshots->count &&
           snapshots->values[verification->next_snapshot] <= head) {
        uint64_t number = snapshots->values[verification->next_snapshot++];
        struct journal_name name = journal_snapshot_name(number);

        if (number < head) {
            return stop(verification, VERIFIER_RESULT_DAMAGED,
                        "the snapshot's number is not the end of a batch", name.text, 0);
        }
        if (!meet_snapshot(verification, batch)) {
            return false;
        }
    }
    return true;
}

static bool found_engine(struct verification *verification, const struct journal_batch *batch)
{
    struct command_node_found first;

    memcpy(&first.header, batch->commands, sizeof first.header);
    if (first.header.kind != COMMAND_NODE_FOUND) {
        return stop_batch(verification, VERIFIER_RESULT_DAMAGED,
                          "the journal does not begin with the node's founding", batch);
    }
    memcpy(&first, batch->commands, sizeof first);
    size_t size = tarazy_engine_size(&first.limits);
    if (size > 0) {
        verification->block = state_block_create(size);
    }
    if (verification->block.bytes != NULL) {
        verification->engine = tarazy_engine_create(verification->block.bytes, size, &first.limits);
    }
    if (verification->engine != NULL) {
        verification->replayer =
            replayer_create(verification->engine, digest_start(), verification->options->sink);
    }
    return verification->replayer != NULL
               ? true
               : stop_batch(verification, VERIFIER_RESULT_FAILED,
                            "no memory for a state of the node's limits", batch);
}

static bool meet_expected(struct verification *verification, const struct journal_batch *batch)
{
    const struct verifier_options *options = verification->options;
    uint64_t number = options->expected_number;

    if (number < batch->first_number || number > verification->report->head.number) {
        return true;
    }
    if (number != verification->report->head.number ||
        memcmp(&options->expected_chain, &batch->chain, sizeof batch->chain) != 0) {
        return stop_batch(verification, VERIFIER_RESULT_DAMAGED,
                          "the journal does not pass through the head that is remembered", batch);
    }
    return true;
}

static bool take_batch(struct verification *verification, const struct journal_batch *batch)
{
    struct verifier_report *report = verification->report;

    if (verification->engine == NULL && !found_engine(verification, batch)) {
        return false;
    }
    if (!replayer_apply(verification->replayer, batch)) {
        uint64_t number;
        const char *why = replayer_refusal(verification->replayer, &number);

        (void)stop_batch(verification, VERIFIER_RESULT_DIVERGED, why, batch);
        report->error.number = number;
        return false;
    }
    report->batches++;
    report->commands += batch->count;
    report->head.number = batch->first_number + batch->count - 1;
    report->head.time_us = batch->time_us;
    report->head.chain = batch->chain;
    return meet_expected(verification, batch) && meet_snapshots(verification, batch);
}

static uint64_t limit_of(const struct verification *verification)
{
    uint64_t limit = verification->options->limit;

    return limit != 0 ? limit : JOURNAL_LIMIT_NONE;
}

/* Is there a snapshot of a number that should have been met? */
static bool has_snapshot_left(const struct verification *verification)
{
    const struct journal_numbers *snapshots = &verification->listing.snapshots;

    return verification->next_snapshot < snapshots->count &&
           snapshots->values[verification->next_snapshot] <= limit_of(verification);
}

static bool end(struct verification *verification, const struct journal_reader *reader,
                enum journal_read read)
{
    switch (read) {
    case JOURNAL_READ_BATCH:
    case JOURNAL_READ_END: break;
    case JOURNAL_READ_TORN: verification->result = VERIFIER_RESULT_TORN; break;
    case JOURNAL_READ_DAMAGED: verification->result = VERIFIER_RESULT_DAMAGED; break;
    case JOURNAL_READ_FAILED: verification->result = VERIFIER_RESULT_FAILED; break;
    }
    if (read != JOURNAL_READ_END) {
        verification->report->error = *journal_reader_error(reader);
    }
    if (read != JOURNAL_READ_END && read != JOURNAL_READ_TORN) {
        return false;
    }
    if (verification->report->head.number < verification->options->expected_number) {
        return stop(verification, VERIFIER_RESULT_DAMAGED,
                    "the journal ends before the head that is remembered", "", 0);
    }
    if (has_snapshot_left(verification)) {
        return stop(verification, VERIFIER_RESULT_DAMAGED,
                    "the journal ends before its newest snapshot", "", 0);
    }
    if (verification->engine != NULL) {
        digest_state(verification);
        return audit(verification);
    }
    return true;
}

static void run(struct verification *verification)
{
    const struct journal_reader_options options = {
        .storage = verification->storage,
        .directory = verification->options->directory,
        .from = 1,
    };
    struct verifier_report *report = verification->report;
    struct read_ahead *ahead = NULL;
    struct journal_batch batch;
    enum journal_read read;

    struct journal_reader *reader = journal_reader_open(&options, &report->error);
    if (reader == NULL) {
        verification->result =
            report->error.error_number != 0 ? VERIFIER_RESULT_FAILED : VERIFIER_RESULT_DAMAGED;
        return;
    }
    report->head = journal_reader_tail(reader)->head;
    if (verification->options->reads_ahead) {
        ahead = read_ahead_start(reader, limit_of(verification));
    }
    do {
        read = ahead != NULL ? read_ahead_next(ahead, &batch)
                             : journal_reader_next(reader, limit_of(verification), &batch);
    } while (read == JOURNAL_READ_BATCH && take_batch(verification, &batch));
    read_ahead_stop(ahead);
    if (read != JOURNAL_READ_BATCH) {
        (void)end(verification, reader, read);
    }
    journal_reader_close(reader);
}

static bool open_folder(struct verification *verification)
{
    const struct storage *storage = verification->storage;
    struct verifier_report *report = verification->report;

    verification->folder =
        storage->open_folder(storage->context, verification->options->directory, false);
    if (verification->folder < 0) {
        return stop(verification, VERIFIER_RESULT_FAILED, "the folder cannot be opened", "",
                    verification->folder);
    }
    if (!journal_listing_read(&verification->listing, storage, verification->folder,
                              &report->error)) {
        verification->result = VERIFIER_RESULT_FAILED;
        return false;
    }
    report->segments = verification->listing.segments.count;
    if (report->segments == 0) {
        return stop(verification, VERIFIER_RESULT_FAILED, "there is no journal here", "", ENOENT);
    }
    if (!segment_map_check(storage, verification->folder, &verification->listing.segments,
                           &report->error)) {
        verification->result =
            report->error.error_number != 0 ? VERIFIER_RESULT_FAILED : VERIFIER_RESULT_DAMAGED;
        return false;
    }
    return true;
}

enum verifier_result journal_verify(const struct verifier_options *options,
                                    struct verifier_report *report)
{
    struct verification verification = {
        .options = options,
        .storage = options->storage,
        .report = report,
    };

    memset(report, 0, sizeof *report);
    state_digest_create(&verification.digest);
    if (open_folder(&verification)) {
        run(&verification);
    }
    if (verification.folder >= 0) {
        verification.storage->close(verification.storage->context, verification.folder);
    }
    journal_listing_clear(&verification.listing);
    replayer_destroy(verification.replayer);
    state_block_destroy(&verification.block);
    state_digest_destroy(&verification.digest);
    return verification.result != 0 ? verification.result : VERIFIER_RESULT_AGREES;
}
