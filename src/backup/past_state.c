/* SPDX-License-Identifier: Apache-2.0
 *
 * Rebuilding a past state. A file of its own because a number may lie inside a batch, and the state is
 * then one that no snapshot and no follower ever shows.
 * Invariants: without leave no snapshot is read; the state is shown between two commands.
 * Read next: journal/replayer.h.
 */
#include "backup/past_state.h"

#include <errno.h>
#include <string.h>

#include "journal/reader.h"
#include "journal/replayer.h"
#include "journal/snapshot.h"
#include "journal/state_block.h"

struct past {
    const struct past_state_options *options;
    struct journal_error *error;
    struct snapshot_state state;
    struct replayer *replayer;
    bool is_shown;
};

static bool past_fail(struct past *past, const char *what, uint64_t number, int error_number)
{
    journal_error_set(past->error, what, "", error_number);
    journal_error_place(past->error, 0, number);
    return false;
}

static void past_on_command(void *context, const struct engine *engine,
                            const struct command_header *command, const uint8_t *events,
                            size_t size)
{
    struct past *past = context;
    (void)events;
    (void)size;
    if (command->number == past->options->number) {
        past->options->show(past->options->context, engine);
        past->is_shown = true;
    }
}

static bool past_begin_replay(struct past *past, struct digest events)
{
    const struct replay_sink sink = {past, past_on_command};
    past->replayer = replayer_create(past->state.engine, events, &sink);
    return past->replayer != NULL || past_fail(past, "no memory to re-perform commands", 0, ENOMEM);
}

static bool past_found(struct past *past, const struct journal_batch *batch)
{
    const struct command_node_found *first = (const void *)batch->commands;
    if (batch->first_number != 1 || first->header.kind != COMMAND_NODE_FOUND) {
        return past_fail(past, "the journal does not begin with the node's founding", 1, 0);
    }
    size_t size = tarazy_engine_size(&first->limits);
    if (size > 0) {
        past->state.block = state_block_create(size);
    }
    if (past->state.block.bytes != NULL) {
        past->state.engine = tarazy_engine_create(past->state.block.bytes, size, &first->limits);
    }
    if (past->state.engine == NULL) {
        return past_fail(past, "no memory for a state of the node's limits", 1, ENOMEM);
    }
    return past_begin_replay(past, digest_start());
}

/* The newest snapshot up to the number, if it may be trusted and there is one. */
static bool past_adopt(struct past *past)
{
    const struct storage *storage = past->options->storage;
    uint32_t bad_count = 0;
    if (!past->options->trusts_snapshot) {
        return true;
    }
    int folder = storage->open_folder(storage->context, past->options->directory, false);
    if (folder < 0) {
        return past_fail(past, "the folder cannot be opened", 0, folder);
    }
    bool is_read = snapshot_read_newest(storage, folder, past->options->number, &past->state,
                                        &bad_count, past->error);
    storage->close(storage->context, folder);
    if (!is_read || past->state.engine == NULL) {
        return is_read;
    }
    if (past->state.head.number == past->options->number) {
        past->options->show(past->options->context, past->state.engine);
        past->is_shown = true;
    }
    return past_begin_replay(past, past->state.events);
}

static bool past_replay(struct past *past, struct journal_reader *reader)
{
    struct journal_batch batch;
    while (!past->is_shown) {
        enum journal_read read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
        if (read == JOURNAL_READ_END || read == JOURNAL_READ_TORN) {
            return past_fail(past, "the journal ends before this number",
                             journal_reader_tail(reader)->head.number, 0);
        }
        if (read != JOURNAL_READ_BATCH) {
            *past->error = *journal_reader_error(reader);
            return false;
        }
        if (past->replayer == NULL && !past_found(past, &batch)) {
            return false;
        }
        if (batch.first_number != tarazy_engine_number(past->state.engine) + 1) {
            return past_fail(past, "the snapshot's number is not the end of a batch",
                             batch.first_number, 0);
        }
        if (!replayer_apply(past->replayer, &batch)) {
            uint64_t number;
            const char *why = replayer_refusal(past->replayer, &number);
            return past_fail(past, why, number, 0);
        }
    }
    return true;
}

bool past_state_rebuild(const struct past_state_options *options, struct journal_error *error)
{
    struct past past = {.options = options, .error = error};
    bool is_rebuilt = past_adopt(&past);
    if (is_rebuilt && !past.is_shown) {
        struct journal_reader_options reading = {
            .storage = options->storage,
            .directory = options->directory,
            .from = past.state.head.number + 1,
        };
        struct journal_reader *reader = journal_reader_open(&reading, error);
        is_rebuilt = reader != NULL && past_replay(&past, reader);
        if (reader != NULL) {
            journal_reader_close(reader);
        }
    }
    replayer_destroy(past.replayer);
    if (past.state.block.bytes != NULL) {
        state_block_destroy(&past.state.block);
    }
    return is_rebuilt;
}
