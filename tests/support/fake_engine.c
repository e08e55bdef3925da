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
#include "platform/signature.h"
#include "support/fake_engine.h"
#include "tarazy/query.h"

uint64_t fake_engine_poison;

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
    ENSURE(command->number != fake_engine_poison);
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

void tarazy_engine_skip(struct engine *engine, const struct command_header *command,
                        struct event_buffer *events)
{
    struct event_outcome outcome = {
        .header = {.number = command->number, .kind = EVENT_OUTCOME, .size = sizeof outcome},
        .command = command->kind,
        .result = RESULT_QUARANTINED};

    ENSURE(command->number == engine->number + 1);
    engine->number = command->number;
    engine->time_us = command->time_us > engine->time_us ? command->time_us : engine->time_us;
    ENSURE(events->size - events->used >= sizeof outcome);
    memcpy(events->bytes + events->used, &outcome, sizeof outcome);
    events->used += sizeof outcome;
    events->count++;
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

/* ------------------------------------------------------------------ people, the same for ever */

void fake_engine_seed(uint32_t key, uint8_t seed[ED25519_KEY_SIZE])
{
    memset(seed, (int)key, ED25519_KEY_SIZE);
}

bool tarazy_query_participant(const struct engine *engine, uint32_t participant,
                              struct participant_view *out)
{
    static const uint32_t roles[] = {
        [FAKE_OLGA] = ROLE_OPERATOR,   [FAKE_ADAM] = ROLE_APPROVER,
        [FAKE_TRADER] = ROLE_TRADER,   [FAKE_BOTH] = ROLE_OPERATOR | ROLE_APPROVER,
        [FAKE_FROZEN] = ROLE_APPROVER, [FAKE_DOUBLE] = ROLE_APPROVER,
    };

    (void)engine;
    if (participant == 0 || participant >= sizeof roles / sizeof roles[0]) {
        return false;
    }
    *out = (struct participant_view){.participant = participant,
                                     .roles = roles[participant],
                                     .tier = 1,
                                     .frozen = participant == FAKE_FROZEN};
    if (participant == FAKE_OLGA || participant == FAKE_DOUBLE) {
        out->identity.bytes[0] = 1;
    }
    return true;
}

bool tarazy_query_key_by_number(const struct engine *engine, uint32_t key, struct key_view *out)
{
    static uint8_t material[ED25519_KEY_SIZE];
    uint8_t seed[ED25519_KEY_SIZE];

    (void)engine;
    if (key == 0 || key > FAKE_KEYS) {
        return false;
    }
    fake_engine_seed(key, seed);
    bool is_made = ed25519_public_key(seed, material);
    ENSURE(is_made);
    *out = (struct key_view){.key = key,
                             .owner = key <= FAKE_DOUBLE ? key : FAKE_ADAM,
                             .material_size = sizeof material,
                             .type = key == FAKE_KEY_HMAC ? KEY_TYPE_HMAC : KEY_TYPE_ED25519,
                             .scopes = KEY_SCOPE_OPERATE,
                             .revoked = key == FAKE_KEY_REVOKED,
                             .expires_us = key == FAKE_KEY_EXPIRED ? 1 : 0,
                             .material = material};
    if (key == FAKE_KEY_READS) {
        out->scopes = KEY_SCOPE_READ;
    }
    return true;
}
