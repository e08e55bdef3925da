/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine that only remembers what it was told: a running hash, scattered over a block that is
 * mostly untouched, with events that depend on all of it. It stands in for the real one where a test
 * is about the journal: it is fast, small, and refuses nothing.
 *
 * Put this file among a test's SOURCES and the real engine stays out of the program.
 */
#include "tarazy/engine.h"

#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"

#define FAKE_MAGIC UINT64_C(0x656e69676e45656b)

struct engine { /* at the block's beginning */
    uint64_t magic;
    uint64_t size;
    uint64_t number;
    int64_t time_us;
    uint64_t hash;
    uint64_t broken; /* 1: the audit complains */
    struct limits limits;
};

struct slot {
    uint64_t words[8];
};

static size_t slots_offset(void)
{
    return (sizeof(struct engine) + 63) / 64 * 64;
}

size_t tarazy_engine_size(const struct limits *limits)
{
    if (limits->orders_max == 0) {
        return 0;
    }
    return slots_offset() + (size_t)limits->orders_max * sizeof(struct slot);
}

struct engine *tarazy_engine_create(void *block, size_t size, const struct limits *limits)
{
    struct engine *engine = block;

    ENSURE(size == tarazy_engine_size(limits));
    *engine = (struct engine){.magic = FAKE_MAGIC, .size = size, .limits = *limits};
    return engine;
}

struct engine *tarazy_engine_adopt(void *block, size_t size)
{
    struct engine *engine = block;

    return engine->magic == FAKE_MAGIC && engine->size == size ? engine : NULL;
}

void tarazy_engine_apply(struct engine *engine, const struct command_header *command,
                         struct event_buffer *events)
{
    const struct hash_seed seed = {{engine->hash, 7}};
    size_t size = tarazy_command_size(command->kind);
    struct event_outcome outcome;

    ENSURE(command->number == engine->number + 1);
    ENSURE(size > 0);
    engine->number = command->number;
    engine->time_us = command->time_us;
    engine->hash = hash_bytes(seed, command, size);
    struct slot *slots = (void *)((uint8_t *)engine + slots_offset());
    struct slot *slot = &slots[engine->hash % engine->limits.orders_max];
    slot->words[engine->hash >> 61] ^= engine->hash | 1;
    memset(&outcome, 0, sizeof outcome);
    outcome.header.number = command->number;
    outcome.header.kind = EVENT_OUTCOME;
    outcome.header.size = sizeof outcome;
    outcome.id = engine->hash;
    outcome.command = command->kind;
    outcome.request = command->request;
    outcome.result = RESULT_OK;
    /* Between one and four of them. */
    for (uint32_t i = 0; i <= engine->hash % 4; i++) {
        ENSURE(events->size - events->used >= sizeof outcome);
        outcome.header.sequence = i;
        memcpy(events->bytes + events->used, &outcome, sizeof outcome);
        events->used += sizeof outcome;
        events->count++;
    }
    if (command->kind == COMMAND_NODE_FOUND) {
        const void *whole = command;
        const struct command_node_found *found = whole;

        engine->broken = found->name.text[0] == '!';
    }
}

void tarazy_engine_apply_batch(struct engine *engine, const void *commands, size_t size,
                               struct event_buffer *events, const struct batch_sink *sink)
{
    const uint8_t *at = commands;

    while (size > 0) {
        const struct command_header *command = (const void *)at;
        size_t step = tarazy_command_size(command->kind);

        ENSURE(step > 0 && step <= size);
        events->used = 0;
        events->count = 0;
        tarazy_engine_apply(engine, command, events);
        sink->on_command(sink->context, command, events);
        at += step;
        size -= step;
    }
}

uint64_t tarazy_engine_number(const struct engine *engine)
{
    return engine->number;
}

int64_t tarazy_engine_time(const struct engine *engine)
{
    return engine->time_us;
}

const void *tarazy_engine_block(const struct engine *engine, size_t *size)
{
    *size = engine->size;
    return engine;
}

const char *tarazy_engine_audit(const struct engine *engine)
{
    return engine->broken ? "this engine was told to complain" : NULL;
}
