/* SPDX-License-Identifier: Apache-2.0
 *
 * The proof of a copy. A file of its own because backup and restore must ask the same questions, and
 * because neither may believe what it has just written.
 * Invariants: nothing is changed; a snapshot is bound to the chain at its number before anything that
 * was computed from it counts.
 * Read next: journal/reader.h, journal/replayer.h.
 */
#include "backup/backup_proof.h"

#include <errno.h>
#include <string.h>

#include "journal/reader.h"
#include "journal/replayer.h"
#include "journal/segment_map.h"
#include "journal/snapshot.h"
#include "journal/state_block.h"
#include "journal/state_digest.h"

struct proof {
    const struct backup_proof_options *options;
    struct journal_error *error;
    int folder;
    struct snapshot_state state; /* engine NULL: not begun */
    struct replayer *replayer;
};

static bool proof_fail(struct proof *proof, const char *what, uint64_t number, int error_number)
{
    journal_error_set(proof->error, what, "", error_number);
    journal_error_place(proof->error, 0, number);
    return false;
}

/* Do the files fit each other, by headers and seals? */
static bool proof_look_at_outline(struct proof *proof)
{
    const struct storage *storage = proof->options->storage;
    struct journal_listing listing;
    bool is_good = journal_listing_read(&listing, storage, proof->folder, proof->error) &&
                   segment_map_check(storage, proof->folder, &listing.segments, proof->error);
    journal_listing_clear(&listing);
    return is_good;
}

static bool proof_begin_replay(struct proof *proof, struct digest events)
{
    proof->replayer = replayer_create(proof->state.engine, events, NULL);
    return proof->replayer != NULL ||
           proof_fail(proof, "no memory to re-perform commands", 0, ENOMEM);
}

/* The state of the first command, which says how large it is. */
static bool proof_found(struct proof *proof, const struct journal_batch *batch)
{
    const struct command_node_found *first = (const void *)batch->commands;
    if (first->header.kind != COMMAND_NODE_FOUND) {
        return proof_fail(proof, "the journal does not begin with the node's founding", 1, 0);
    }
    size_t size = tarazy_engine_size(&first->limits);
    if (size > 0) {
        proof->state.block = state_block_create(size);
    }
    if (proof->state.block.bytes != NULL) {
        proof->state.engine = tarazy_engine_create(proof->state.block.bytes, size, &first->limits);
    }
    if (proof->state.engine == NULL) {
        return proof_fail(proof, "no memory for a state of the node's limits", 1, ENOMEM);
    }
    return proof_begin_replay(proof, digest_start());
}

/* At the end of a batch: is the chain the one that is known, that the snapshot was taken at, that is
 * expected? */
static bool proof_meet(struct proof *proof, uint64_t number, const struct hash256 *chain)
{
    const struct backup_proof_options *options = proof->options;
    if (number == options->known_number && number != 0 &&
        memcmp(chain, &options->known_chain, sizeof *chain) != 0) {
        return proof_fail(proof, "the journal does not pass through what was backed up before",
                          number, 0);
    }
    if (number == options->snapshot && number != 0 &&
        memcmp(chain, &proof->state.head.chain, sizeof *chain) != 0) {
        return proof_fail(proof, "the snapshot is not of this journal", number, 0);
    }
    if (number == options->limit && options->chain != NULL &&
        memcmp(chain, options->chain, sizeof *chain) != 0) {
        return proof_fail(proof, "the journal does not end with the chain hash that it should",
                          number, 0);
    }
    return true;
}

static bool proof_take(struct proof *proof, const struct journal_batch *batch)
{
    uint64_t last = batch->first_number + batch->count - 1;
    if (!proof_meet(proof, last, &batch->chain)) {
        return false;
    }
    if (last <= proof->options->snapshot) {
        return true;
    }
    if (proof->replayer == NULL && !proof_found(proof, batch)) {
        return false;
    }
    if (batch->first_number != tarazy_engine_number(proof->state.engine) + 1) {
        return proof_fail(proof, "the snapshot's number is not the end of a batch",
                          batch->first_number, 0);
    }
    if (!replayer_apply(proof->replayer, batch)) {
        uint64_t number;
        const char *why = replayer_refusal(proof->replayer, &number);
        return proof_fail(proof, why, number, 0);
    }
    return true;
}

/* Everything up to the limit, and where it ends. */
static bool proof_read(struct proof *proof, struct journal_reader *reader,
                       struct journal_tail *tail)
{
    uint64_t limit = proof->options->limit;
    struct journal_batch batch;
    enum journal_read read = JOURNAL_READ_END;
    *tail = *journal_reader_tail(reader);
    if (!proof_meet(proof, tail->head.number, &tail->head.chain)) {
        return false;
    }
    do {
        read = journal_reader_next(reader, limit, &batch);
    } while (read == JOURNAL_READ_BATCH && proof_take(proof, &batch));
    if (read == JOURNAL_READ_BATCH) {
        return false;
    }
    if (read != JOURNAL_READ_END) {
        *proof->error = *journal_reader_error(reader);
        return false;
    }
    *tail = *journal_reader_tail(reader);
    return tail->head.number == limit ||
           proof_fail(proof, "the journal ends before it should", tail->head.number, 0);
}

static bool proof_conclude(struct proof *proof, const struct journal_tail *tail,
                           struct backup_head *head)
{
    struct state_digest digest;
    size_t size;
    if (proof->state.engine == NULL) {
        return proof_fail(proof, "there is no state", tail->head.number, 0);
    }
    const void *block = tarazy_engine_block(proof->state.engine, &size);
    *head = (struct backup_head){
        .number = tail->head.number,
        .time_us = tail->head.time_us,
        .segment = tail->segment,
        .offset = tail->offset,
        .segment_size = tail->segment_size,
        .snapshot = proof->options->snapshot,
        .node = tail->head.node,
        .chain = tail->head.chain,
    };
    if (proof->options->snapshot == head->number) {
        head->time_us = proof->state.head.time_us;
    }
    state_digest_create(&digest);
    state_digest_compute(&digest, block, size, &head->state);
    state_digest_destroy(&digest);
    if (proof->options->state != NULL &&
        memcmp(&head->state, proof->options->state, sizeof head->state) != 0) {
        return proof_fail(proof, "the state is not the one that it should be", head->number, 0);
    }
    return true;
}

static bool proof_run(struct proof *proof, struct backup_head *head)
{
    const struct backup_proof_options *options = proof->options;
    uint64_t start =
        options->known_number < options->snapshot ? options->known_number : options->snapshot;
    struct journal_reader_options reading = {
        .storage = options->storage, .directory = options->directory, .from = start + 1};
    struct journal_tail tail;
    if (options->is_whole && !proof_look_at_outline(proof)) {
        return false;
    }
    if (options->snapshot != 0 && (!snapshot_read(options->storage, proof->folder,
                                                  options->snapshot, &proof->state, proof->error) ||
                                   !proof_begin_replay(proof, proof->state.events))) {
        return false;
    }
    struct journal_reader *reader = journal_reader_open(&reading, proof->error);
    if (reader == NULL) {
        return false;
    }
    bool is_good = proof_read(proof, reader, &tail);
    journal_reader_close(reader);
    return is_good && proof_conclude(proof, &tail, head);
}

bool backup_prove(const struct backup_proof_options *options, struct backup_head *head,
                  struct journal_error *error)
{
    struct proof proof = {.options = options, .error = error};
    const struct storage *storage = options->storage;
    proof.folder = storage->open_folder(storage->context, options->directory, false);
    if (proof.folder < 0) {
        journal_error_set(error, "the folder cannot be opened", "", proof.folder);
        return false;
    }
    bool is_proven = proof_run(&proof, head);
    replayer_destroy(proof.replayer);
    if (proof.state.block.bytes != NULL) {
        state_block_destroy(&proof.state.block);
    }
    storage->close(storage->context, proof.folder);
    return is_proven;
}
