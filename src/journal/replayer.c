/* SPDX-License-Identifier: Apache-2.0
 *
 * The one loop that applies commands: in the core after the sync, in recovery, in every follower and
 * in the verifier. There is no other, and none of them is told which it is.
 *
 * Invariants: the batch before is compared before anything of the next is applied; the digest covers
 * the event bytes of one batch, in order.
 *
 * Read next: include/tarazy/engine.h; recovery.c.
 */
#include "journal/replayer.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "journal/state_block.h"

struct replayer {
    struct engine *engine;
    struct replay_sink sink;
    struct digest events;
    struct state_block memory; /* fresh pages: most commands touch the first few only */
    struct event_buffer buffer;
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

void replayer_apply_commands(struct replayer *replayer, const uint8_t *commands, uint32_t size)
{
    const struct batch_sink sink = {replayer, take_events};

    replayer->events = digest_start();
    /*~ Durable: now they may change the books. */
    tarazy_engine_apply_batch(replayer->engine, commands, size, &replayer->buffer, &sink);
}

bool replayer_apply(struct replayer *replayer, const struct journal_batch *batch)
{
    ENSURE(batch->first_number == tarazy_engine_number(replayer->engine) + 1);
    if (memcmp(&batch->events, &replayer->events, sizeof batch->events) != 0) {
        return false;
    }
    replayer_apply_commands(replayer, batch->commands, batch->size);
    ENSURE(tarazy_engine_number(replayer->engine) == batch->first_number + batch->count - 1);
    return true;
}

struct digest replayer_events(const struct replayer *replayer)
{
    return replayer->events;
}
