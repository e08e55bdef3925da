/* SPDX-License-Identifier: Apache-2.0
 *
 * Founding. A room of its own because it is the only writer of a journal beside the core's loop, and
 * only of its first batches. Invariant: either every command of the founding is accepted by the engine,
 * or the journal is not touched. Read next: core.c, which goes on from here.
 */
#include "node/founding.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "journal/journal_folder.h"
#include "journal/log.h"
#include "journal/reader.h"
#include "journal/recovery.h"
#include "journal/state_block.h"
#include "platform/entropy.h"
#include "tarazy/engine.h"

enum { FOUNDING_BATCH_MAX = 256 << 10 };

/* Applies the founding, batch by batch: what is common to proving it and to writing it. */
struct founding_run {
    const struct founding *founding;
    struct engine *engine;
    struct event_buffer events;
    struct digest digest; /* of the events of the batch before */
    uint8_t *batch;       /* the present batch, stamped */
    uint32_t size;
    uint32_t count;
    uint32_t size_max;
    size_t offset; /* of the next command of the founding */
    int64_t time_us;
};

bool founding_create(struct founding *founding)
{
    *founding = (struct founding){.commands = aligned_alloc(64, FOUNDING_SIZE_MAX)};
    return founding->commands != NULL;
}

void founding_destroy(struct founding *founding)
{
    free(founding->commands);
    *founding = (struct founding){0};
}

bool founding_add(struct founding *founding, const struct command_header *command)
{
    size_t size = tarazy_command_size(command->kind);
    if (size == 0 || size > FOUNDING_SIZE_MAX - founding->size ||
        !tarazy_command_is_well_formed(command, size)) {
        return false;
    }
    memcpy(founding->commands + founding->size, command, size);
    founding->size += size;
    founding->count++;
    return true;
}

static bool founding_run_start(struct founding_run *run, const struct founding *founding,
                               int64_t time_us)
{
    *run = (struct founding_run){
        .founding = founding,
        .digest = digest_start(),
        .size_max = FOUNDING_BATCH_MAX,
        .time_us = time_us,
    };
    run->events.size = TARAZY_EVENTS_SIZE_MAX;
    run->events.bytes = aligned_alloc(64, TARAZY_EVENTS_SIZE_MAX);
    run->batch = aligned_alloc(64, FOUNDING_BATCH_MAX);
    return run->events.bytes != NULL && run->batch != NULL;
}

static void founding_run_end(struct founding_run *run)
{
    free(run->events.bytes);
    free(run->batch);
}

/* Fills the next batch with stamped commands. False: there are no more. */
static bool founding_run_fill(struct founding_run *run)
{
    uint64_t number = tarazy_engine_number(run->engine);
    run->size = 0;
    run->count = 0;
    while (run->offset < run->founding->size) {
        const struct command_header *command =
            (const void *)(run->founding->commands + run->offset);
        size_t size = tarazy_command_size(command->kind);
        if (size > run->size_max - run->size) {
            break;
        }
        struct command_header *stamped = (void *)(run->batch + run->size);
        memcpy(stamped, command, size);
        run->count++;
        stamped->number = number + run->count;
        stamped->time_us = run->time_us;
        run->size += (uint32_t)size;
        run->offset += size;
    }
    return run->count > 0;
}

/* Applies the batch. False: *failure names the command that was refused. */
static bool founding_run_apply(struct founding_run *run, struct founding_failure *failure)
{
    const uint8_t *place = run->batch;
    run->digest = digest_start();
    for (uint32_t i = 0; i < run->count; i++) {
        const struct command_header *command = (const void *)place;
        run->events.used = 0;
        run->events.count = 0;
        tarazy_engine_apply(run->engine, command, &run->events);
        digest_update(&run->digest, run->events.bytes, run->events.used);
        const struct event_outcome *outcome =
            (const void *)(run->events.bytes + run->events.used - sizeof *outcome);
        ENSURE(outcome->header.kind == EVENT_OUTCOME);
        if (outcome->result != RESULT_OK) {
            failure->index = (uint32_t)command->number;
            failure->kind = command->kind;
            failure->result = (enum result)outcome->result;
            return false;
        }
        place += tarazy_command_size(command->kind);
    }
    return true;
}

static const struct command_node_found *founding_licence(const struct founding *founding)
{
    const struct command_node_found *first = (const void *)founding->commands;
    ENSURE(founding->count > 0 && first->header.kind == COMMAND_NODE_FOUND);
    return first;
}

static void founding_fail(struct founding_failure *failure, const char *what, int error_number)
{
    failure->index = 0;
    journal_error_set(&failure->error, what, "", error_number);
}

bool founding_prove(const struct founding *founding, int64_t time_us,
                    struct founding_failure *failure)
{
    const struct limits *limits = &founding_licence(founding)->limits;
    struct founding_run run;
    bool is_good = true;
    size_t size = tarazy_engine_size(limits);
    struct state_block block = state_block_create(size);
    *failure = (struct founding_failure){0};
    if (!founding_run_start(&run, founding, time_us) || size == 0 || block.bytes == NULL) {
        founding_fail(failure, "there is no memory for a state of these limits", ENOMEM);
        is_good = false;
    } else {
        run.engine = tarazy_engine_create(block.bytes, size, limits);
    }
    while (is_good && founding_run_fill(&run)) {
        is_good = founding_run_apply(&run, failure);
    }
    if (is_good) {
        const char *complaint = tarazy_engine_audit(run.engine);
        ENSURE(complaint == NULL);
    }
    founding_run_end(&run);
    state_block_destroy(&block);
    return is_good;
}

/* Writes all of it behind an empty journal. */
static bool founding_append(const struct founding *founding, struct recovered *recovered,
                            int64_t time_us, struct founding_failure *failure)
{
    struct founding_run run;
    bool is_good = founding_run_start(&run, founding, time_us) &&
                   recovered_found(recovered, founding_licence(founding));
    if (!is_good) {
        founding_fail(failure, "there is no memory for a state of these limits", ENOMEM);
    }
    run.engine = recovered->engine;
    if (log_batch_size_max(recovered->log) < run.size_max) {
        run.size_max = log_batch_size_max(recovered->log);
    }
    while (is_good && founding_run_fill(&run)) {
        struct log_batch batch = {
            .commands = run.batch,
            .size = run.size,
            .count = run.count,
            .first_number = tarazy_engine_number(run.engine) + 1,
            .time_us = time_us,
            .events = run.digest,
        };
        is_good = log_append(recovered->log, &batch) && log_sync(recovered->log);
        if (!is_good) {
            failure->index = 0;
            failure->error = *log_failure(recovered->log);
            break;
        }
        is_good = founding_run_apply(&run, failure);
        ENSURE(is_good); /* it was proven */
    }
    founding_run_end(&run);
    return is_good;
}

bool founding_write(const struct founding *founding, const struct founding_place *place,
                    int64_t time_us, struct founding_failure *failure)
{
    struct recovered recovered;
    struct recovery_report report;
    struct recovery_options options = {
        .storage = place->storage,
        .directory = place->directory,
        .create = true,
        .segment_size = place->segment_size,
    };
    if (!founding_prove(founding, time_us, failure)) {
        return false;
    }
    entropy_fill(options.node.bytes, sizeof options.node.bytes);
    if (!recovery_run(&options, &recovered, &report, &failure->error)) {
        failure->index = 0;
        return false;
    }
    bool is_good = recovered.engine == NULL;
    if (!is_good) {
        founding_fail(failure, "this folder already holds a node", EEXIST);
    } else {
        is_good = founding_append(founding, &recovered, time_us, failure);
    }
    recovered_close(&recovered);
    return is_good;
}

int founding_is_done(const struct storage *storage, const char *directory,
                     struct journal_error *error)
{
    struct journal_listing listing;
    int folder = storage->open_folder(storage->context, directory, false);
    if (folder == -ENOENT) {
        return 0;
    }
    if (folder < 0) {
        journal_error_set(error, "the node's folder cannot be opened", "", folder);
        return -1;
    }
    bool is_read = journal_listing_read(&listing, storage, folder, error);
    size_t segments = is_read ? listing.segments.count : 0;
    size_t snapshots = is_read ? listing.snapshots.count : 0;
    journal_listing_clear(&listing);
    (void)storage->close(storage->context, folder);
    if (!is_read) {
        return -1;
    }
    if (segments != 1 || snapshots > 0) {
        return segments > 0 || snapshots > 0 ? 1 : 0; /* what is wrong with it, recovery will say */
    }
    /* One segment: an interrupted founding may have left it without a command. */
    struct journal_reader_options options = {
        .storage = storage, .directory = directory, .from = 1, .skip_chain = true};
    struct journal_reader *reader = journal_reader_open(&options, error);
    if (reader == NULL) {
        return 1;
    }
    struct journal_batch batch;
    enum journal_read read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
    journal_reader_close(reader);
    return read == JOURNAL_READ_END || read == JOURNAL_READ_TORN ? 0 : 1;
}
