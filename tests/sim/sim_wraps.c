/* SPDX-License-Identifier: Apache-2.0
 *
 * The other calls that lead outside: random bytes, log lines; and the engine's, where planted bugs need
 * to come between. Without a planted bug the engine is called as it is.
 *
 * Read next: sim_net.c, the sockets.
 */
#include "sim/sim_wraps.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "sim/sim_canary.h"
#include "sim/sim_check.h"
#include "sim/sim_desk.h"
#include "sim/sim_world.h"
#include "tarazy/engine.h"

void __wrap_entropy_fill(void *out, size_t size)
{
    random_bytes(sim.current != NULL ? &sim.current->random : &sim.random, out, size);
}

void __wrap_log_line_end(struct log_line *line)
{
    (void)line;
}

void __wrap_log_event(enum log_level level, const char *event, const char *name, const char *value)
{
    (void)level;
    (void)event;
    (void)name;
    (void)value;
}

struct read_ahead *__wrap_read_ahead_start(struct journal_reader *reader, uint64_t limit)
{
    (void)reader;
    (void)limit;
    return NULL;
}

/* Larger ones (a buffer of events) are touched at their beginning only. */
static bool is_from_heap(size_t size)
{
    return size <= (size_t)4 << 20;
}

struct state_block __wrap_state_block_create(size_t size)
{
    struct state_block block = {NULL, size};
    if (!is_from_heap(size)) {
        return __real_state_block_create(size);
    }
    block.bytes = aligned_alloc(4096, (size + 4095) / 4096 * 4096);
    ENSURE(block.bytes != NULL);
    memset(block.bytes, 0, size);
    return block;
}

void __wrap_state_block_destroy(struct state_block *block)
{
    if (!is_from_heap(block->size)) {
        __real_state_block_destroy(block);
        return;
    }
    free(block->bytes);
    *block = (struct state_block){NULL, 0};
}

void __wrap_tarazy_engine_apply_batch(struct engine *engine, const void *commands, size_t size,
                                      struct event_buffer *events, const struct batch_sink *sink);
void __real_tarazy_engine_apply_batch(struct engine *engine, const void *commands, size_t size,
                                      struct event_buffer *events, const struct batch_sink *sink);

/* Shows a posting of one unit more than was moved, to everybody alike. */
static void tell_wrongly(void *context, const struct command_header *command,
                         const struct event_buffer *events)
{
    const struct batch_sink *sink = context;
    for (size_t at = 0; at < events->used && command->number % 97 == 0;) {
        struct event_posting posting;
        memcpy(&posting, events->bytes + at, sizeof posting.header);
        if (posting.header.kind == EVENT_POSTING) {
            memcpy(&posting, events->bytes + at, sizeof posting);
            posting.amount.units++;
            memcpy(events->bytes + at, &posting, sizeof posting);
            break;
        }
        at += posting.header.size;
    }
    sink->on_command(sink->context, command, events);
}

/* What a follower does that passes over a command: it applies one that is refused instead. */
struct skipping {
    const struct batch_sink *sink;
    const uint8_t *copy; /* what is applied */
    const uint8_t *true_commands;
};

static bool skip_last(uint8_t *copy, const void *commands, size_t size)
{
    size_t last = 0;
    struct command_order_place order = {0};
    memcpy(copy, commands, size);
    for (size_t at = 0; at < size;) {
        memcpy(&order.header, copy + at, sizeof order.header);
        last = at;
        at += tarazy_command_size(order.header.kind);
    }
    if (order.header.kind != COMMAND_ORDER_PLACE) {
        return false;
    }
    memcpy(&order, copy + last, sizeof order);
    order.terms.quantity.units = INT64_MAX;
    memcpy(copy + last, &order, sizeof order);
    return true;
}

static void tell_as_if_applied(void *context, const struct command_header *command,
                               const struct event_buffer *events)
{
    const struct skipping *skipping = context;
    const void *at = skipping->true_commands + ((const uint8_t *)command - skipping->copy);
    skipping->sink->on_command(skipping->sink->context, at, events);
}

void __wrap_tarazy_engine_apply_batch(struct engine *engine, const void *commands, size_t size,
                                      struct event_buffer *events, const struct batch_sink *sink)
{
    static _Alignas(64) uint8_t copy[1 << 20];
    struct batch_sink wrong = {.context = (void *)(uintptr_t)sink, .on_command = tell_wrongly};
    if (canary_is(SIM_CANARY_LOST_POSTING)) {
        sink = &wrong;
    }
    struct skipping skipping = {.sink = sink, .copy = copy, .true_commands = commands};
    struct batch_sink as_if = {.context = &skipping, .on_command = tell_as_if_applied};
    bool is_desk = sim.current != NULL && sim.current == sim_desk_process(1);
    if (canary_is(SIM_CANARY_FOLLOWER_SKIP) && is_desk && size <= sizeof copy &&
        check_told() > 400 && skip_last(copy, commands, size)) {
        commands = copy;
        sink = &as_if;
    }
    __real_tarazy_engine_apply_batch(engine, commands, size, events, sink);
}
