/* SPDX-License-Identifier: Apache-2.0
 *
 * A past state out of snapshot and commands. A file of its own because, unlike recovery, it changes
 * nothing on the disk and may stop anywhere, also inside a batch.
 *
 * Invariants: the engine handed out stands at exactly the number asked for; the events of every batch
 * that another one follows on the way have been compared with what that one records; a snapshot it begins
 * with has the chain hash that the journal has there.
 *
 * Read next: replayer.h.
 */
#include "journal/state_at.h"

#include <errno.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/reader.h"
#include "journal/replayer.h"
#include "journal/snapshot.h"

struct walk {
    const struct storage *storage;
    const char *directory;
    uint64_t number;
    struct state_at *out;
    struct journal_head snapshot; /* number 0: begun with none */
    struct digest events;         /* of the last batch in it */
    struct replayer *replayer;
    struct journal_error *error;
};

static bool fail(const struct walk *walk, const char *what, uint64_t number)
{
    journal_error_set(walk->error, what, "", 0);
    journal_error_place(walk->error, 0, number);
    return false;
}

static bool fail_memory(const struct walk *walk, const char *what, uint64_t number)
{
    journal_error_set(walk->error, what, "", ENOMEM);
    journal_error_place(walk->error, 0, number);
    return false;
}

/* The newest snapshot that is not beyond the number, if there is one. */
static bool take_snapshot(struct walk *walk)
{
    struct snapshot_state snapshot = {0};
    uint32_t bad_count = 0;
    uint64_t limit = walk->number == STATE_AT_SNAPSHOT ? UINT64_MAX : walk->number;
    int folder = walk->storage->open_folder(walk->storage->context, walk->directory, false);

    if (folder < 0) {
        journal_error_set(walk->error, "the folder cannot be opened", "", folder);
        return false;
    }
    bool is_read =
        snapshot_read_newest(walk->storage, folder, limit, &snapshot, &bad_count, walk->error);
    (void)walk->storage->close(walk->storage->context, folder);
    if (is_read && snapshot.engine != NULL) {
        *walk->out = (struct state_at){.engine = snapshot.engine, .block = snapshot.block};
        walk->snapshot = snapshot.head;
        walk->events = snapshot.events;
    }
    return is_read;
}

/* An empty state of the size that the founding says. */
static bool found_state(struct walk *walk, const struct journal_batch *batch)
{
    struct command_node_found first;

    if (batch->size < sizeof first) {
        return fail(walk, "the journal does not begin with the node's founding", 1);
    }
    memcpy(&first, batch->commands, sizeof first);
    size_t size = first.header.kind == COMMAND_NODE_FOUND ? tarazy_engine_size(&first.limits) : 0;
    if (size == 0) {
        return fail(walk, "the journal does not begin with the node's founding", 1);
    }
    walk->out->block = state_block_create(size);
    if (walk->out->block.bytes == NULL) {
        return fail_memory(walk, "no memory for a state of the node's limits", 1);
    }
    walk->out->engine = tarazy_engine_create(walk->out->block.bytes, size, &first.limits);
    walk->events = digest_start();
    return true;
}

static bool take_batch(struct walk *walk, const struct journal_batch *batch)
{
    if (walk->out->engine == NULL && !found_state(walk, batch)) {
        return false;
    }
    if (walk->replayer == NULL) {
        walk->replayer = replayer_create(walk->out->engine, walk->events, NULL);
    }
    if (walk->replayer == NULL) {
        return fail_memory(walk, "no memory to replay", batch->first_number);
    }
    if (!replayer_apply_up_to(walk->replayer, batch, walk->number)) {
        uint64_t number;
        const char *why = replayer_refusal(walk->replayer, &number);

        return fail(walk, why, number);
    }
    return true;
}

/* From what there is to the number. */
static bool replay(struct walk *walk)
{
    uint64_t at = walk->out->engine == NULL ? 0 : tarazy_engine_number(walk->out->engine);
    const struct journal_reader_options options = {
        .storage = walk->storage, .directory = walk->directory, .from = at + 1};
    struct journal_batch batch;

    struct journal_reader *reader = journal_reader_open(&options, walk->error);
    if (reader == NULL) {
        return false;
    }
    const char *misfit =
        at == 0 ? NULL : snapshot_misfit(&walk->snapshot, &journal_reader_tail(reader)->head);
    bool holds = misfit == NULL || fail(walk, misfit, at);
    while (holds && at < walk->number) {
        enum journal_read read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);

        if (read == JOURNAL_READ_BATCH) {
            holds = take_batch(walk, &batch);
            at = holds ? tarazy_engine_number(walk->out->engine) : at;
        } else if (read == JOURNAL_READ_END || read == JOURNAL_READ_TORN) {
            holds = fail(walk, "the journal ends before this number", walk->number);
        } else {
            *walk->error = *journal_reader_error(reader);
            holds = false;
        }
    }
    journal_reader_close(reader);
    return holds;
}

static bool finish(struct walk *walk, bool holds)
{
    replayer_destroy(walk->replayer);
    if (!holds) {
        state_at_destroy(walk->out);
        return false;
    }
    ENSURE(walk->number == STATE_AT_SNAPSHOT ||
           tarazy_engine_number(walk->out->engine) == walk->number);
    return true;
}

bool state_at_read(const struct storage *storage, const char *directory, uint64_t number,
                   struct state_at *out, struct journal_error *error)
{
    struct walk walk = {
        .storage = storage, .directory = directory, .number = number, .out = out, .error = error};

    *out = (struct state_at){0};
    bool holds = take_snapshot(&walk);
    if (holds && number == STATE_AT_SNAPSHOT && out->engine == NULL) {
        holds = fail(&walk, "there is no good snapshot yet", 0);
    } else if (holds && number != STATE_AT_SNAPSHOT) {
        holds = replay(&walk);
    }
    return finish(&walk, holds);
}

bool state_at_rebuild(const struct storage *storage, const char *directory, uint64_t number,
                      struct state_at *out, struct journal_error *error)
{
    struct walk walk = {
        .storage = storage, .directory = directory, .number = number, .out = out, .error = error};

    ENSURE(number != STATE_AT_SNAPSHOT);
    *out = (struct state_at){0};
    return finish(&walk, replay(&walk));
}

void state_at_destroy(struct state_at *state)
{
    state_block_destroy(&state->block);
    *state = (struct state_at){0};
}
