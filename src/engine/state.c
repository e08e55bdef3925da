/* SPDX-License-Identifier: Apache-2.0
 *
 * Laying out the one block of a node's state, and taking up one that was written before. A file of
 * its own because nothing else may know how large the state is or where its parts stand.
 *
 * Invariants: measuring and placing run the same code; what is not a part of engine/ lies out itself;
 * nothing is written but the parts' heads, so that memory never needed is never touched.
 *
 * Next: apply.c.
 */
#include "engine/state.h"

#include <string.h>

#include "base/arena.h"
#include "base/ensure.h"
#include "engine/withdrawals.h"
#include "market/ladder.h"

#define ROOM_MAX     0x7fffffffu /* indices stay below the house's owners and fit pools and tables */
#define NUMBERED_MAX 0xffffu     /* assets and instruments have 16-bit numbers */

static bool is_room(uint32_t count)
{
    return count > 0 && count <= ROOM_MAX;
}

/* No mining at all, or room for each part of it. */
static bool are_mining_sound(const struct mining_limits *limits)
{
    return mining_limits_are_none(limits) ||
           (is_room(limits->miners_max) && is_room(limits->pools_max) &&
            is_room(limits->sites_max) && is_room(limits->meters_max) &&
            is_room(limits->equipment_max) && is_room(limits->addresses_max) &&
            is_room(limits->marks_max) && is_room(limits->share_months_max) &&
            is_room(limits->energy_quarters_max) && is_room(limits->coin_quarters_max) &&
            is_room(limits->parameters_max) && is_room(limits->assessments_max));
}

static bool are_sound(const struct limits *limits)
{
    return are_mining_sound(&limits->mining) && is_room(limits->participants_max) &&
           is_room(limits->accounts_max) && is_room(limits->assets_max) &&
           is_room(limits->instruments_max) && is_room(limits->orders_max) &&
           is_room(limits->price_levels_max) && is_room(limits->order_lists_max) &&
           is_room(limits->client_ids_max) && is_room(limits->keys_max) &&
           is_room(limits->proposals_max) && is_room(limits->evidence_max) &&
           is_room(limits->withdrawals_max) && limits->price_levels_max <= LADDER_LEVELS_MAX &&
           limits->assets_max <= NUMBERED_MAX && limits->instruments_max <= NUMBERED_MAX;
}

/* Bytes from the block's start to a part of it. */
static uint64_t offset_of(const struct engine *engine, const void *part)
{
    ENSURE((uintptr_t)part > (uintptr_t)engine);
    return (uint64_t)((uintptr_t)part - (uintptr_t)engine);
}

/* Measures (arena->block NULL; returns NULL) or places. */
static struct engine *lay_out(struct arena *arena, const struct limits *limits)
{
    size_t assets_size = ((size_t)limits->assets_max + 1) * sizeof(struct asset);
    struct engine *engine = arena_reserve(arena, sizeof *engine);
    struct ledger *ledger = ledger_create(arena, limits);
    struct market *market = market_create(arena, limits);
    struct registry *registry = registry_create(arena, limits);
    void *assets = arena_reserve(arena, assets_size);
    void *by_code = arena_reserve(arena, table_memory_size(limits->assets_max));
    void *starts = arena_reserve(arena, ENGINE_STARTS_MAX * sizeof(uint32_t));

    withdrawals_create(engine == NULL ? NULL : &engine->withdrawals, arena,
                       limits->withdrawals_max);
    struct mining *mining = mining_create(arena, &limits->mining);
    if (engine == NULL) {
        return NULL;
    }
    engine->ledger_offset = offset_of(engine, ledger);
    engine->market_offset = offset_of(engine, market);
    engine->registry_offset = offset_of(engine, registry);
    engine->assets_offset = offset_of(engine, assets);
    engine->starts_offset = offset_of(engine, starts);
    engine->mining_offset = mining == NULL ? 0 : offset_of(engine, mining);
    table_create(&engine->assets_by_code, by_code, limits->assets_max);
    return engine;
}

size_t tarazy_engine_size(const struct limits *limits)
{
    struct arena measure = {0};

    if (!are_sound(limits)) {
        return 0;
    }
    (void)lay_out(&measure, limits);
    return measure.overflow ? 0 : measure.used;
}

struct engine *tarazy_engine_create(void *block, size_t size, const struct limits *limits)
{
    static const struct engine untouched;
    struct arena arena = {.block = block, .size = size};

    ENSURE((uintptr_t)block % TARAZY_ENGINE_ALIGNMENT == 0);
    ENSURE(size > 0 && size == tarazy_engine_size(limits));
    ENSURE(memcmp(block, &untouched, sizeof untouched) == 0);
    struct engine *engine = lay_out(&arena, limits);
    ENSURE(engine == block && arena.used == size && !arena.overflow);
    engine->magic = ENGINE_MAGIC;
    engine->version = ENGINE_VERSION;
    engine->size = size;
    engine->limits = *limits;
    return engine;
}

struct engine *tarazy_engine_adopt(void *block, size_t size)
{
    struct engine *engine = block;

    if ((uintptr_t)block % TARAZY_ENGINE_ALIGNMENT != 0 || size < sizeof *engine) {
        return NULL;
    }
    if (engine->magic != ENGINE_MAGIC || engine->version != ENGINE_VERSION ||
        engine->size != size || tarazy_engine_size(&engine->limits) != size) {
        return NULL;
    }
    return engine;
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
    *size = (size_t)engine->size;
    return engine;
}
