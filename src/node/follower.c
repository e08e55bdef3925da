/* SPDX-License-Identifier: Apache-2.0
 *
 * The follower: durable batches in, events out. A room of its own because every process beside the
 * core is one of these with another sink. Invariants: nothing beyond what the core called durable is
 * looked at (offline: nothing beyond the last whole batch); commands are applied in order, each
 * once; after damage nothing is applied any more; the sink is called from follower_work only; a snapshot
 * it begins with has the chain hash that the journal has there.
 * Read next: journal/reader.h and journal/replayer.h, which this is a loop around.
 */
#include "node/follower.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/journal_folder.h"
#include "journal/reader.h"
#include "journal/replayer.h"
#include "journal/snapshot.h"
#include "journal/state_block.h"
#include "node/link_client.h"
#include "platform/entropy.h"
#include "tarazy/query.h"

struct follower {
    struct follower_options options;
    struct follower_sink sink;
    struct link_client link;
    struct journal_reader *reader;
    struct replayer *replayer;
    struct engine *engine;
    struct state_block block;
    struct journal_head snapshot; /* that the engine is of, at the start; number 0: of none */
    struct digest events;         /* of the batch it stands behind */
    uint64_t durable;             /* told by the core; offline: no limit */
    uint32_t request;
    uint16_t origin;
    bool is_up; /* the core has said WELCOME */
    bool is_damaged;
    char error[JOURNAL_ERROR_TEXT_SIZE];
};

/* Where follower_open leaves its sentence: there is no follower to keep it. */
static char follower_open_error[JOURNAL_ERROR_TEXT_SIZE];

static int follower_fail(struct follower *follower, const struct journal_error *error)
{
    (void)journal_error_text(error, follower->error);
    follower->is_damaged = true;
    return -1;
}

/* ------------------------------------------------------------------ opening */

static struct journal_reader *follower_reader_open(const struct follower *follower, uint64_t from,
                                                   struct journal_error *error)
{
    struct journal_reader_options options = {
        .storage = follower->options.storage,
        .directory = follower->options.directory,
        .from = from,
        .skip_chain = !follower->options.verify_chain,
    };
    return journal_reader_open(&options, error);
}

/* The limits that the node's first command gives. */
static bool follower_read_limits(const struct follower *follower, struct limits *limits,
                                 struct journal_error *error)
{
    struct journal_batch batch;
    bool is_found = false;
    struct journal_reader *reader = follower_reader_open(follower, 1, error);
    if (reader == NULL) {
        return false;
    }
    switch (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch)) {
    case JOURNAL_READ_BATCH: {
        const struct command_node_found *first = (const void *)batch.commands;
        is_found = first->header.kind == COMMAND_NODE_FOUND;
        journal_error_set(error, "the first command is not the founding of a node", "", 0);
        *limits = first->limits;
        break;
    }
    case JOURNAL_READ_END:
        journal_error_set(error, "the node is not founded: the journal has no command", "", 0);
        break;
    case JOURNAL_READ_TORN:
    case JOURNAL_READ_DAMAGED:
    case JOURNAL_READ_FAILED: *error = *journal_reader_error(reader); break;
    }
    journal_reader_close(reader);
    return is_found;
}

/* An engine that has applied nothing. */
static bool follower_create_engine(struct follower *follower, struct journal_error *error)
{
    struct limits limits;
    if (!follower_read_limits(follower, &limits, error)) {
        return false;
    }
    size_t size = tarazy_engine_size(&limits);
    follower->block = state_block_create(size);
    if (size == 0 || follower->block.bytes == NULL) {
        journal_error_set(error, "there is no memory for a state of this node's limits", "",
                          ENOMEM);
        return false;
    }
    follower->engine = tarazy_engine_create(follower->block.bytes, size, &limits);
    follower->events = digest_start();
    return true;
}

/* The engine of the newest snapshot before the first command to be reported, if there is one. */
static bool follower_adopt_snapshot(struct follower *follower, struct journal_error *error)
{
    const struct storage *storage = follower->options.storage;
    struct snapshot_state state;
    uint32_t bad_count;
    int folder = storage->open_folder(storage->context, follower->options.directory, false);
    if (folder < 0) {
        journal_error_set(error, "the node's folder cannot be opened", "", folder);
        return false;
    }
    uint64_t limit = follower->options.from > 0 ? follower->options.from - 1 : 0;
    bool is_read = snapshot_read_newest(storage, folder, limit, &state, &bad_count, error);
    (void)storage->close(storage->context, folder);
    if (is_read) {
        follower->engine = state.engine;
        follower->block = state.block;
        follower->snapshot = state.head;
        follower->events = state.events;
    }
    return is_read;
}

static void follower_on_command(void *context, const struct engine *engine,
                                const struct command_header *command, const uint8_t *events,
                                size_t size)
{
    const struct follower *follower = context;
    if (command->number >= follower->options.from && follower->sink.on_command != NULL) {
        follower->sink.on_command(follower->sink.context, engine, command, events, size);
    }
}

static bool follower_prepare(struct follower *follower, struct journal_error *error)
{
    const struct replay_sink sink = {.context = follower, .on_command = follower_on_command};
    if (!follower->options.replay_from_start && !follower_adopt_snapshot(follower, error)) {
        return false;
    }
    if (follower->engine == NULL && !follower_create_engine(follower, error)) {
        return false;
    }
    uint64_t number = tarazy_engine_number(follower->engine);
    follower->reader = follower_reader_open(follower, number + 1, error);
    if (follower->reader == NULL) {
        return false;
    }
    const char *misfit =
        number == 0
            ? NULL
            : snapshot_misfit(&follower->snapshot, &journal_reader_tail(follower->reader)->head);
    if (misfit != NULL) {
        journal_error_set(error, misfit, journal_snapshot_name(number).text, 0);
        return false;
    }
    follower->replayer = replayer_create(follower->engine, follower->events, &sink);
    journal_error_set(error, "there is no memory for a follower", "", ENOMEM);
    return follower->replayer != NULL;
}

struct follower *follower_open(const struct follower_options *options,
                               const struct follower_sink *sink, const char **error)
{
    struct journal_error why;
    journal_error_set(&why, "there is no memory for a follower", "", ENOMEM);
    struct follower *follower = calloc(1, sizeof *follower);
    if (follower != NULL) {
        follower->options = *options;
        follower->sink = *sink;
        if (options->storage == NULL) {
            follower->options.storage = storage_system();
        }
        follower->durable = options->offline ? JOURNAL_LIMIT_NONE : 0;
        /* Not where the process before us began to count: its requests are not ours. */
        entropy_fill(&follower->request, sizeof follower->request);
        if (link_client_create(&follower->link) && follower_prepare(follower, &why)) {
            return follower;
        }
        follower_close(follower);
    }
    *error = journal_error_text(&why, follower_open_error);
    return NULL;
}

void follower_close(struct follower *follower)
{
    if (follower == NULL) {
        return;
    }
    replayer_destroy(follower->replayer);
    journal_reader_close(follower->reader);
    link_client_destroy(&follower->link);
    state_block_destroy(&follower->block);
    free(follower);
}

/* ------------------------------------------------------------------ the link */

static void follower_link_lost(struct follower *follower)
{
    bool was_up = follower->is_up;
    link_client_disconnect(&follower->link);
    follower->is_up = false;
    if (was_up && follower->sink.on_link != NULL) {
        follower->sink.on_link(follower->sink.context, false);
    }
}

static void follower_take_notice(struct follower *follower, const struct link_notice *notice)
{
    if (notice->number > follower->durable) {
        follower->durable = notice->number;
    }
    switch ((enum link_notice_kind)notice->kind) {
    case LINK_NOTICE_WELCOME:
        follower->origin = notice->origin;
        follower->is_up = true;
        if (follower->sink.on_link != NULL) {
            follower->sink.on_link(follower->sink.context, true);
        }
        break;
    case LINK_NOTICE_REFUSED:
        if (follower->sink.on_refused != NULL) {
            follower->sink.on_refused(follower->sink.context, notice->request,
                                      (enum result)notice->result);
        }
        break;
    case LINK_NOTICE_DURABLE:
    case LINK_NOTICE_STOPPING: /* the end of the stream follows */ break;
    }
}

/* Connects if need be, sends, reads what has come. Losing the link is no damage. */
static int follower_work_link(struct follower *follower)
{
    static const struct journal_error behind = {
        .what = "the core calls less durable than this follower has applied: another journal"};
    struct link_notice notice;
    int result = 0;
    bool is_drained = false;

    if (follower->link.fd < 0 &&
        link_client_connect(&follower->link, follower->options.directory)) {
        return 0;
    }
    while (!is_drained && (result = link_client_next(&follower->link, &notice)) > 0) {
        if (notice.kind == LINK_NOTICE_WELCOME &&
            notice.number < tarazy_engine_number(follower->engine)) {
            return follower_fail(follower, &behind);
        }
        follower_take_notice(follower, &notice);
        is_drained = link_client_is_drained(&follower->link);
    }
    if (result < 0 || link_client_flush(&follower->link) < 0) {
        follower_link_lost(follower);
    }
    return 0;
}

/* ------------------------------------------------------------------ the batches */

/* Applies the next batch. 1: done; 0: there is none; < 0: damage. */
static int follower_work_batch(struct follower *follower, uint32_t *applied)
{
    struct journal_batch batch;
    struct journal_error error;
    switch (journal_reader_next(follower->reader, follower->durable, &batch)) {
    case JOURNAL_READ_BATCH: break;
    case JOURNAL_READ_TORN: /* only offline: recovery will cut it */
    case JOURNAL_READ_END: return 0;
    case JOURNAL_READ_DAMAGED:
    case JOURNAL_READ_FAILED:
        return follower_fail(follower, journal_reader_error(follower->reader));
    }
    /*~ follower: the same command again, with the same engine */
    if (!replayer_apply(follower->replayer, &batch)) {
        uint64_t number;
        journal_error_set(&error, replayer_refusal(follower->replayer, &number), "", 0);
        journal_error_place(&error, batch.offset, number);
        return follower_fail(follower, &error);
    }
    *applied += batch.count;
    uint64_t last = batch.first_number + batch.count - 1;
    ENSURE(tarazy_engine_number(follower->engine) == last);
    if (last >= follower->options.from && follower->sink.on_batch != NULL) {
        follower->sink.on_batch(follower->sink.context, follower->engine, last, batch.time_us);
    }
    return 1;
}

int follower_work(struct follower *follower, uint32_t commands_max)
{
    uint32_t applied = 0;
    int result = 1;
    if (follower->is_damaged) {
        return -1;
    }
    if (!follower->options.offline && follower_work_link(follower) < 0) {
        return -1;
    }
    while (result > 0 && applied < commands_max &&
           tarazy_engine_number(follower->engine) < follower->durable) {
        result = follower_work_batch(follower, &applied);
    }
    if (result < 0) {
        return result;
    }
    return result > 0 && tarazy_engine_number(follower->engine) < follower->durable ? 1 : 0;
}

/* ------------------------------------------------------------------ what the owner asks */

int follower_fd(const struct follower *follower)
{
    return follower->link.fd;
}

bool follower_wants_write(const struct follower *follower)
{
    return link_client_wants_write(&follower->link);
}

const char *follower_error(const struct follower *follower)
{
    return follower->error;
}

bool follower_is_live(const struct follower *follower)
{
    return follower->is_up && tarazy_engine_number(follower->engine) >= follower->durable;
}

uint32_t follower_next_request(struct follower *follower)
{
    follower->request = follower->request == UINT32_MAX ? 1 : follower->request + 1;
    return follower->request;
}

bool follower_submit(struct follower *follower, const struct command_header *command)
{
    return follower->is_up && !follower->is_damaged && link_client_queue(&follower->link, command);
}

bool follower_make_room(struct follower *follower, size_t size)
{
    if (!follower->is_up || follower->is_damaged) {
        return false;
    }
    if (link_client_room(&follower->link) < size) {
        (void)link_client_flush(&follower->link);
    }
    return link_client_room(&follower->link) >= size;
}

void follower_flush(struct follower *follower)
{
    /* A lost link shows again, and is told, in the next follower_work. */
    (void)link_client_flush(&follower->link);
}

uint16_t follower_origin(const struct follower *follower)
{
    return follower->origin;
}

const struct engine *follower_engine(const struct follower *follower)
{
    return follower->engine;
}
