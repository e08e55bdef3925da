/* SPDX-License-Identifier: Apache-2.0
 *
 * The follower's functions over one engine in memory.
 */
#include "support/fake_follower.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "node/follower.h"
#include "support/movable_block.h"

enum { FOUNDING_MAX = 256, QUEUE_MAX = 65536 };

struct follower {
    struct follower_sink sink;
    struct engine *engine;
    struct event_buffer events;
    _Alignas(64) uint8_t queue[QUEUE_MAX][TARAZY_COMMAND_SIZE_MAX];
    _Alignas(64) uint8_t last[TARAZY_COMMAND_SIZE_MAX];
    uint32_t queued;
    uint32_t request;
    int64_t now_us;
    uint16_t origin;
    bool is_open;
    bool is_up;
    bool was_told_up;
    struct fake_faults faults;
    /* founding, to be told when the follower opens */
    _Alignas(64) uint8_t founding[FOUNDING_MAX][TARAZY_COMMAND_SIZE_MAX];
    uint32_t founded;
};

static struct follower *node;

void fake_node_start(const struct limits *limits)
{
    size_t size = tarazy_engine_size(limits);

    ENSURE(size > 0);
    node = aligned_alloc(64, (sizeof *node + 63) / 64 * 64);
    ENSURE(node != NULL);
    memset(node, 0, sizeof *node);
    node->engine = tarazy_engine_create(movable_block_new(size), size, limits);
    node->events.bytes = aligned_alloc(16, TARAZY_EVENTS_SIZE_MAX);
    node->events.size = TARAZY_EVENTS_SIZE_MAX;
    node->origin = 7;
    node->is_up = true;
}

void fake_node_end(void)
{
    free(node->engine);
    free(node->events.bytes);
    free(node);
    node = NULL;
}

void fake_node_set_time(int64_t now_us)
{
    node->now_us = now_us;
}

void fake_node_set_faults(const struct fake_faults *faults)
{
    node->faults = *faults;
}

void fake_node_link(bool is_up)
{
    node->is_up = is_up;
    if (!is_up) {
        node->origin++;
        node->queued = 0;
        node->was_told_up = false;
        node->sink.on_link(node->sink.context, false);
    }
}

const struct engine *fake_node_engine(void)
{
    return node->engine;
}

const struct command_header *fake_node_last_submitted(void)
{
    const struct command_header *last = (const struct command_header *)(void *)node->last;

    return last->kind == 0 ? NULL : last;
}

/* Numbers, applies and (with a sink) tells one command. */
static enum result apply(struct command_header *command)
{
    command->number = tarazy_engine_number(node->engine) + 1;
    command->time_us = node->now_us;
    node->events.used = 0;
    node->events.count = 0;
    tarazy_engine_apply(node->engine, command, &node->events);
    if (node->is_open) {
        node->sink.on_command(node->sink.context, node->engine, command, node->events.bytes,
                              node->events.used);
    }
    const struct event_outcome *outcome =
        (const struct event_outcome *)(const void *)(node->events.bytes + node->events.used -
                                                     sizeof *outcome);

    return (enum result)outcome->result;
}

/* The founding is kept, and told from the beginning when a follower opens on a fresh engine. */
enum result fake_node_found(struct command_header *command)
{
    ENSURE(node->founded < FOUNDING_MAX && !node->is_open);
    memcpy(node->founding[node->founded], command, tarazy_command_size(command->kind));
    node->founded++;
    return apply(command);
}

/* ------------------------------------------------------------------ node/follower.h */

/* Replays the founding for the sink: on a second engine, as a follower would. */
static void replay(void)
{
    const struct command_node_found *found = (const void *)node->founding[0];
    size_t size = tarazy_engine_size(&found->limits);
    const struct limits limits = found->limits;

    free(node->engine);
    node->engine = tarazy_engine_create(movable_block_new(size), size, &limits);
    for (uint32_t i = 0; i < node->founded; i++) {
        enum result result = apply((struct command_header *)(void *)node->founding[i]);

        ENSURE(result == RESULT_OK);
    }
}

struct follower *follower_open(const struct follower_options *options,
                               const struct follower_sink *sink, const char **error)
{
    (void)options;
    if (node->founded == 0) {
        *error = "not founded";
        return NULL;
    }
    node->sink = *sink;
    return node;
}

void follower_close(struct follower *follower)
{
    if (follower != NULL) {
        follower->is_open = false;
    }
}

int follower_fd(const struct follower *follower)
{
    (void)follower;
    return -1;
}

bool follower_wants_write(const struct follower *follower)
{
    (void)follower;
    return false;
}

static void work_queue(struct follower *follower)
{
    for (uint32_t i = 0; i < follower->queued; i++) {
        struct command_header *command = (struct command_header *)(void *)follower->queue[i];

        if (follower->faults.refused_result != 0) {
            follower->sink.on_refused(follower->sink.context, command->request,
                                      (enum result)follower->faults.refused_result);
            continue;
        }
        command->origin = follower->origin;
        (void)apply(command);
    }
    follower->queued = 0;
    follower->sink.on_batch(follower->sink.context, follower->engine,
                            tarazy_engine_number(follower->engine),
                            tarazy_engine_time(follower->engine));
}

int follower_work(struct follower *follower, uint32_t commands_max)
{
    (void)commands_max;
    if (!follower->is_open) {
        follower->is_open = true;
        replay();
        work_queue(follower);
    }
    if (follower->is_up && !follower->was_told_up) {
        follower->was_told_up = true;
        follower->sink.on_link(follower->sink.context, true);
        work_queue(follower);
    }
    if (follower->queued > 0 && !follower->faults.is_silent) {
        work_queue(follower);
    }
    return 0;
}

const char *follower_error(const struct follower *follower)
{
    (void)follower;
    return "no error";
}

bool follower_is_live(const struct follower *follower)
{
    return follower->is_open && follower->is_up && follower->was_told_up;
}

uint32_t follower_next_request(struct follower *follower)
{
    return ++follower->request;
}

bool follower_submit(struct follower *follower, const struct command_header *command)
{
    size_t size = tarazy_command_size(command->kind);

    ENSURE(tarazy_command_is_well_formed(command, size));
    if (!follower->is_up || follower->faults.is_full || follower->queued == QUEUE_MAX) {
        return false;
    }
    memset(follower->queue[follower->queued], 0, TARAZY_COMMAND_SIZE_MAX);
    memcpy(follower->queue[follower->queued++], command, size);
    memset(follower->last, 0, sizeof follower->last);
    memcpy(follower->last, command, size);
    return true;
}

bool follower_make_room(struct follower *follower, size_t size)
{
    (void)size;
    return follower->is_up && !follower->faults.has_no_room;
}

void follower_flush(struct follower *follower)
{
    (void)follower;
}

uint16_t follower_origin(const struct follower *follower)
{
    return follower->origin;
}

const struct engine *follower_engine(const struct follower *follower)
{
    return follower->engine;
}
