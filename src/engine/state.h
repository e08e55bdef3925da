/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole state of a node. Read this first.
 *
 * One block, given by the caller and zeroed, laid out once from the limits and never grown:
 *
 *     struct engine | ledger | market | registry | assets | withdrawals | names | starts | mining
 *
 * There is no pointer in it, only offsets and indices, so a snapshot is the block's bytes and a
 * digest is a hash of them. Memory that was never needed stays untouched: a block of many GiB costs
 * what is used of it. Every struct here is without padding, so that equal states are equal bytes.
 */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "base/pool.h"
#include "base/table.h"
#include "ledger/ledger.h"
#include "market/market.h"
#include "mining/mining.h"
#include "registry/registry.h"
#include "tarazy/engine.h"

#define ENGINE_MAGIC   0x0100595a41524154u /* "TARAZY\0\1" read as a little-endian number */
#define ENGINE_VERSION 4u

/* Lists whose first leg was filled while a command was still matching: their other legs start when
 * it is done. Each fill completes at most two orders, and each order at most one list. */
#define ENGINE_STARTS_MAX (2u * TARAZY_FILLS_MAX + 64u)

struct asset { /* 128 bytes */
    struct amount supply_max;
    struct amount withdraw_min;
    struct amount withdraw_fee;
    struct asset_code code;
    uint32_t fees_account;     /* ledger account of OWNER_FEES: made with the asset */
    uint32_t rounding_account; /* of OWNER_ROUNDING */
    struct handle name;
    uint8_t scale;
    uint8_t reserved[27];
};

struct withdrawal {       /* 208 bytes; open ones only */
    struct amount amount; /* fee included; held on the owner's account */
    struct amount fee;
    struct address address;
    struct client_id client_id;
    uint32_t participant;
    uint64_t number;
    int64_t requested_us;
    uint32_t next; /* open withdrawals, oldest first; 0 = last */
    uint32_t previous;
    uint16_t asset;
    uint16_t rail;
    uint8_t reserved[12];
};

/* How a closed withdrawal was called, so that it cannot be asked for twice. */
struct withdrawal_name { /* 40 bytes */
    struct client_id client_id;
    uint32_t participant;
};

struct withdrawals {
    struct pool open;
    struct table by_number;
    struct table by_name;    /* open ones that have a client id */
    struct table remembered; /* closed ones: index into the ring of names */
    uint64_t names_offset;   /* of the ring, struct withdrawal_name[names_max + 1] */
    uint32_t names_max;
    uint32_t names_next; /* place in the ring, 1 .. names_max, that is written next */
    uint32_t first;      /* oldest open one */
    uint32_t last;
    uint64_t last_number;
};

struct engine {
    uint64_t magic;
    uint64_t size; /* of the block */
    uint32_t version;
    uint8_t founded;
    uint8_t open; /* the founding is over */
    uint8_t sandbox;
    uint8_t reserved;
    struct limits limits;
    struct handle name;
    struct hash_seed seed;

    uint64_t number; /* of the last command */
    int64_t time_us; /* of the last command that was in time */
    uint64_t last_order;
    uint64_t last_list;

    uint64_t ledger_offset; /* bytes from here */
    uint64_t market_offset;
    uint64_t registry_offset;
    uint64_t assets_offset;
    uint64_t starts_offset;
    uint64_t mining_offset; /* 0 = this node has no mining */

    struct withdrawals withdrawals;
    struct table assets_by_code;
    uint16_t assets_count;
    uint8_t reserved1[6];
};

_Static_assert(sizeof(struct engine) == 416, "no padding");
_Static_assert(sizeof(struct withdrawals) == 136, "no padding");
_Static_assert(sizeof(struct asset) == 128, "no padding");
_Static_assert(sizeof(struct withdrawal) == 208, "no padding");
_Static_assert(sizeof(struct withdrawal_name) == 40, "no padding");

/* The rooms' parts of the block. Like pool_at, from const or not: who may change is the caller's
 * business. */
static inline void *engine_part(const struct engine *engine, uint64_t offset)
{
    return (void *)((uintptr_t)engine + (uintptr_t)offset);
}

static inline struct ledger *engine_ledger(const struct engine *engine)
{
    return engine_part(engine, engine->ledger_offset);
}

static inline struct market *engine_market(const struct engine *engine)
{
    return engine_part(engine, engine->market_offset);
}

static inline struct registry *engine_registry(const struct engine *engine)
{
    return engine_part(engine, engine->registry_offset);
}

/* NULL: this node has no mining. */
static inline struct mining *engine_mining(const struct engine *engine)
{
    return engine->mining_offset == 0 ? NULL : engine_part(engine, engine->mining_offset);
}

/* The asset of this number; NULL when none is listed. */
static inline struct asset *engine_asset(const struct engine *engine, uint16_t asset)
{
    if (asset == 0 || asset > engine->assets_count) {
        return NULL;
    }
    return (struct asset *)engine_part(engine, engine->assets_offset) + asset;
}

/* No name given: client ids are padded with zeros (tarazy_command_is_well_formed). */
static inline bool client_id_is_none(const struct client_id *client_id)
{
    return client_id->text[0] == '\0';
}

/* The same where it is known to be listed. */
static inline struct asset *engine_asset_at(const struct engine *engine, uint16_t asset)
{
    ENSURE(asset >= 1 && asset <= engine->assets_count);
    return (struct asset *)engine_part(engine, engine->assets_offset) + asset;
}

/* The last published root of liabilities; epoch 0: none yet. It stands where asset 0 would, which is
 * nobody: so the layout, and every snapshot and digest of a node without one, is what it was. */
struct liabilities { /* 128 bytes */
    struct hash256 root;
    struct hash256 totals;
    uint64_t record;
    uint64_t epoch;
    uint64_t published; /* number of the command */
    uint8_t reserved[40];
};

_Static_assert(sizeof(struct liabilities) == sizeof(struct asset), "stands in the place of one");

static inline struct liabilities *engine_liabilities(const struct engine *engine)
{
    return engine_part(engine, engine->assets_offset);
}

/* uint32_t[ENGINE_STARTS_MAX]: zero between commands. */
static inline uint32_t *engine_starts(const struct engine *engine)
{
    return engine_part(engine, engine->starts_offset);
}

#endif
