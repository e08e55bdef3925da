/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. What it sends is what any node would be sent: a founding, deposits, orders.
 */
#include "market_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stopwatch.h"

#define BATCH_SIZE ((size_t)256 << 10)

enum { FEE_MAKER_PPM = 200, FEE_TAKER_PPM = 500, QUOTE = 1 };

static void must(const struct event_outcome *outcome, const char *what)
{
    if (outcome->result != RESULT_OK) {
        fprintf(stderr, "bench: %s: %s\n", what, tarazy_result_text((enum result)outcome->result));
        exit(1);
    }
}

const struct event_outcome *market_world_apply(struct market_world *world,
                                               struct command_header *command)
{
    command->number = ++world->number;
    command->time_us = ++world->time_us;
    if (world->tape != NULL) {
        tape_add(world->tape, command);
    }
    world->events.used = 0;
    world->events.count = 0;
    tarazy_engine_apply(world->engine, command, &world->events);
    return (const void *)(world->events.bytes + world->events.used - sizeof(struct event_outcome));
}

static void found(struct market_world *world, const struct limits *limits)
{
    struct command_node_found command = {
        .header.kind = COMMAND_NODE_FOUND, .sandbox = 1, .hash_seed = {1, 2}, .limits = *limits};
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET,
                                    .tier = 1,
                                    .rights = TIER_RIGHT_TRADE | TIER_RIGHT_DEPOSIT,
                                    .maker = {FEE_MAKER_PPM},
                                    .taker = {FEE_TAKER_PPM}};

    memcpy(command.name.text, "bench", 5);
    must(market_world_apply(world, &command.header), "found");
    must(market_world_apply(world, &tier.header), "tier");
}

static void list_asset(struct market_world *world, uint16_t asset)
{
    struct command_asset_create command = {.header.kind = COMMAND_ASSET_CREATE};
    struct command_tier_limit_set limit = {.header.kind = COMMAND_TIER_LIMIT_SET, .tier = 1};
    char name[32];
    int size = snprintf(name, sizeof name, "A%u", asset);

    memcpy(command.code.text, name, (size_t)size);
    memcpy(command.name.text, name, (size_t)size);
    command.supply_max.units = (int128)1 << 100;
    must(market_world_apply(world, &command.header), "asset");
    limit.asset = asset;
    limit.deposit_day_max.units = -1;
    must(market_world_apply(world, &limit.header), "limit");
}

static void list_market(struct market_world *world, uint16_t market, int64_t price_max)
{
    struct command_instrument_create command = {.header.kind = COMMAND_INSTRUMENT_CREATE,
                                                .session = SESSION_CONTINUOUS};
    char name[32];
    int size = snprintf(name, sizeof name, "M%u", market);

    memcpy(command.terms.symbol.text, name, (size_t)size);
    command.terms.base = (uint16_t)(market + 1);
    command.terms.quote = QUOTE;
    command.terms.tick.units = 1;
    command.terms.lot.units = 1;
    command.terms.price_min.units = 1;
    command.terms.price_max.units = price_max;
    command.terms.reference.units = price_max / 2;
    command.terms.quantity_min.units = 1;
    command.terms.quantity_max.units = 1000000000;
    must(market_world_apply(world, &command.header), "market");
}

void market_world_fund(struct market_world *world, uint32_t user, uint16_t market)
{
    struct command_sandbox_deposit command = {.header.kind = COMMAND_SANDBOX_DEPOSIT,
                                              .target = user,
                                              .asset = (uint16_t)(market + 1),
                                              .amount = {(int128)1000000000000000},
                                              .evidence = {.rail = TARAZY_RAIL_SANDBOX}};
    int size = snprintf(command.evidence.text, sizeof command.evidence.text, "%u-%u", user, market);

    (void)size;
    must(market_world_apply(world, &command.header), "deposit");
}

void market_world_open(struct market_world *world)
{
    struct command_node_open command = {.header.kind = COMMAND_NODE_OPEN};

    must(market_world_apply(world, &command.header), "open");
}

static void add_user(struct market_world *world, uint32_t user)
{
    struct command_participant_create command = {
        .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = ROLE_TRADER, .tier = 1};
    char name[32];
    int size = snprintf(name, sizeof name, "u%u", user);

    memcpy(command.handle.text, name, (size_t)size);
    must(market_world_apply(world, &command.header), "participant");
    struct command_key_create key = {.header.kind = COMMAND_KEY_CREATE,
                                     .owner = user,
                                     .type = KEY_TYPE_ED25519,
                                     .scopes = KEY_SCOPE_TRADE,
                                     .material_size = 32};
    memcpy(key.id.bytes, name, (size_t)size);
    memcpy(key.material, name, (size_t)size);
    must(market_world_apply(world, &key.header), "key");
}

/* Key n is user n's. */
void market_world_create(struct market_world *world, const struct market_world_options *options)
{
    memset(world, 0, sizeof *world);
    world->tape = options->tape;
    world->size = tarazy_engine_size(&options->limits);
    world->block = state_block_create(world->size);
    world->events = (struct event_buffer){.bytes = aligned_alloc(64, TARAZY_EVENTS_SIZE_MAX),
                                          .size = TARAZY_EVENTS_SIZE_MAX};
    if (world->size == 0 || world->block.bytes == NULL || world->events.bytes == NULL) {
        fprintf(stderr, "bench: no room for the state\n");
        exit(1);
    }
    if (!options->is_lean) {
        state_block_populate(&world->block); /* as the core does */
    }
    world->engine = tarazy_engine_create(world->block.bytes, world->size, &options->limits);
    world->time_us = 1790000000000000;
    found(world, &options->limits);
    list_asset(world, QUOTE);
    for (uint16_t market = 1; market <= options->markets; market++) {
        list_asset(world, (uint16_t)(market + 1));
        list_market(world, market, options->price_max);
    }
    for (uint32_t user = 1; user <= options->users; user++) {
        add_user(world, user);
        market_world_fund(world, user, 0);
    }
}

void market_world_destroy(struct market_world *world)
{
    state_block_destroy(&world->block);
    free(world->events.bytes);
}

static void count_events(void *context, const struct command_header *command,
                         const struct event_buffer *events)
{
    uint64_t *count = context;

    (void)command;
    *count += events->count;
}

/* The commands from `at` that make one batch of the core. */
static size_t batch_size(const struct tape *tape, size_t at)
{
    size_t size = 0;

    while (at + size < tape->size) {
        const struct command_header *command = (const void *)(tape->bytes + at + size);
        size_t step = tarazy_command_size(command->kind);

        if (size + step > BATCH_SIZE) {
            break;
        }
        size += step;
    }
    return size;
}

struct played market_world_play(struct market_world *world, const struct tape *tape)
{
    static _Alignas(64) uint8_t batch[BATCH_SIZE];
    struct played played = {0};
    const struct batch_sink sink = {&played.events, count_events};
    size_t size;

    for (size_t at = 0; at < tape->size; at += size) {
        size = batch_size(tape, at);
        memcpy(batch, tape->bytes + at, size);
        int64_t cpu = thread_ns();
        int64_t wall = wall_ns();
        tarazy_engine_apply_batch(world->engine, batch, size, &world->events, &sink);
        played.wall_ns += wall_ns() - wall;
        played.cpu_ns += thread_ns() - cpu;
    }
    return played;
}
