/* SPDX-License-Identifier: Apache-2.0
 *
 * The one loop that applies commands: in the core after the sync, in recovery, in every follower and
 * in the verifier. There is no other, and none of them is told which it is.
 *
 * Invariants: the batch before is compared before anything of the next is applied; the digest covers
 * the event bytes of one batch, in order; a record is skipped if and only if a quarantine behind its batch
 * names it that two people may sign, and a quarantine is applied only after its record was skipped.
 *
 * Read next: include/tarazy/engine.h; recovery.c.
 */
#include "journal/replayer.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "journal/engine_at_work.h"
#include "journal/quarantine.h"
#include "journal/state_block.h"

struct replayer {
    struct engine *engine;
    struct replay_sink sink;
    struct digest events;
    struct state_block memory; /* fresh pages: most commands touch the first few only */
    struct event_buffer buffer;
    uint64_t
        skipped_up_to; /* end of a batch in which something was skipped: its quarantines follow */
    const char *refusal;
    uint64_t refused;
};

struct replayer *replayer_create(struct engine *engine, struct digest events,
                                 const struct replay_sink *sink)
{
    struct replayer *replayer = calloc(1, sizeof *replayer);

    if (replayer == NULL) {
        return NULL;
    }
    replayer->engine = engine;
    replayer->events = events;
    replayer->memory = state_block_create(TARAZY_EVENTS_SIZE_MAX);
    replayer->buffer.size = TARAZY_EVENTS_SIZE_MAX;
    replayer->buffer.bytes = replayer->memory.bytes;
    if (sink != NULL) {
        replayer->sink = *sink;
    }
    if (replayer->buffer.bytes == NULL) {
        free(replayer);
        return NULL;
    }
    return replayer;
}

void replayer_destroy(struct replayer *replayer)
{
    if (replayer != NULL) {
        state_block_destroy(&replayer->memory);
        free(replayer);
    }
}

static void take_events(void *context, const struct command_header *command,
                        const struct event_buffer *events)
{
    struct replayer *replayer = context;

    digest_update(&replayer->events, events->bytes, events->used);
    if (replayer->sink.on_command != NULL) {
        replayer->sink.on_command(replayer->sink.context, replayer->engine, command, events->bytes,
                                  events->used);
    }
}

/* Commands between two that are skipped. */
static void apply_run(struct replayer *replayer, const uint8_t *commands, size_t size)
{
    const struct batch_sink sink = {replayer, take_events};

    if (size > 0) {
        /*~ Durable: now they may change the books. */
        tarazy_engine_apply_batch(replayer->engine, commands, size, &replayer->buffer, &sink);
    }
}

void replayer_apply_commands(struct replayer *replayer, const uint8_t *commands, uint32_t size)
{
    replayer->events = digest_start();
    engine_at_work_begin(replayer->engine);
    apply_run(replayer, commands, size);
    engine_at_work_end();
}

/* Commands up to a number, but for those that the quarantines behind them name, in their order. */
static void apply_all_but(struct replayer *replayer, const struct journal_batch *batch,
                          uint64_t number)
{
    const struct command_quarantine *quarantines = (const void *)batch->behind;
    uint32_t next = 0;
    uint32_t run = 0;
    uint32_t at = 0;

    replayer->events = digest_start();
    engine_at_work_begin(replayer->engine);
    while (at < batch->size) {
        const struct command_header *command = (const void *)(batch->commands + at);

        if (command->number > number) {
            break;
        }
        if (next < batch->behind_count && quarantines[next].record == command->number) {
            apply_run(replayer, batch->commands + run, at - run);
            replayer->buffer.used = 0;
            replayer->buffer.count = 0;
            tarazy_engine_skip(replayer->engine, command, &replayer->buffer);
            take_events(replayer, command, &replayer->buffer);
            run = at + (uint32_t)tarazy_command_size(command->kind);
            next++;
        }
        at += (uint32_t)tarazy_command_size(command->kind);
    }
    apply_run(replayer, batch->commands + run, at - run);
    engine_at_work_end();
}

static bool refuse(struct replayer *replayer, const char *why, uint64_t number)
{
    replayer->refusal = why;
    replayer->refused = number;
    return false;
}

/* May this batch be applied, and what is behind it be heeded? */
static bool check(struct replayer *replayer, const struct journal_batch *batch)
{
    bool follows_skipped =
        replayer->skipped_up_to != 0 && replayer->skipped_up_to + 1 == batch->first_number;
    uint64_t record = 0;

    if (quarantine_is_batch(batch) != follows_skipped) {
        const struct command_quarantine *first = (const void *)batch->commands;

        return follows_skipped
                   ? refuse(replayer, "the quarantine behind a skipped record is gone",
                            batch->first_number)
                   : refuse(replayer, "a record is quarantined that was carried out here",
                            first->record);
    }
    if (memcmp(&batch->events, &replayer->events, sizeof batch->events) != 0) {
        return refuse(replayer, "the events of the batch before have another digest than recorded",
                      batch->first_number);
    }
    const char *wrong = quarantine_refuse(batch, replayer->engine, &record);
    return wrong == NULL ? true : refuse(replayer, wrong, record);
}

bool replayer_apply_up_to(struct replayer *replayer, const struct journal_batch *batch,
                          uint64_t number)
{
    uint64_t last = batch->first_number + batch->count - 1;

    ENSURE(batch->first_number == tarazy_engine_number(replayer->engine) + 1);
    if (!check(replayer, batch)) {
        return false;
    }
    if (batch->behind_count == 0 && number >= last) {
        replayer_apply_commands(replayer, batch->commands, batch->size);
    } else {
        apply_all_but(replayer, batch, number);
    }
    replayer->skipped_up_to = batch->behind_count > 0 ? last : 0;
    ENSURE(tarazy_engine_number(replayer->engine) == (number < last ? number : last));
    return true;
}

bool replayer_apply(struct replayer *replayer, const struct journal_batch *batch)
{
    return replayer_apply_up_to(replayer, batch, batch->first_number + batch->count - 1);
}

const char *replayer_refusal(const struct replayer *replayer, uint64_t *number)
{
    *number = replayer->refused;
    return replayer->refusal;
}

struct digest replayer_events(const struct replayer *replayer)
{
    return replayer->events;
}
