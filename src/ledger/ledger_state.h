/* SPDX-License-Identifier: Apache-2.0
 *
 * How the ledger lies in the state block. Only the files of ledger/ include this.
 */
#ifndef LEDGER_LEDGER_STATE_H
#define LEDGER_LEDGER_STATE_H

#include "base/pool.h"
#include "base/table.h"
#include "ledger/ledger.h"
#include "money/arithmetic.h"

/* Running sums of one asset; together they are zero after every posting. */
struct asset_sums {
    struct amount inside;  /* participants and house, available and held */
    struct amount outside; /* the mirrors */
};

struct ledger {
    struct hash_seed seed;
    struct pool accounts;
    struct pool evidence;
    struct table by_key;      /* (owner, asset) → account */
    struct table by_owner;    /* owner → the owner's first account */
    struct table by_evidence; /* (rail, reference) → evidence */
    uint64_t sums_offset;     /* of struct asset_sums[assets_max + 1] from this struct, bytes */
    uint64_t days_offset;     /* of struct account_day[accounts_max + 1], beside the accounts */
    uint32_t assets_max;
    uint32_t touched_first;
    uint32_t touched_last;
    uint32_t reserved;
};

static inline struct account *ledger_at(const struct ledger *ledger, uint32_t index)
{
    return pool_at(&ledger->accounts, index);
}

static inline struct account_day *ledger_day_at(const struct ledger *ledger, uint32_t index)
{
    uintptr_t base = (uintptr_t)ledger;

    return (struct account_day *)(base + ledger->days_offset) + index;
}

static inline struct asset_sums *ledger_sums(const struct ledger *ledger, uint16_t asset)
{
    uintptr_t base = (uintptr_t)ledger;

    return (struct asset_sums *)(base + ledger->sums_offset) + asset;
}

/* Does this owner's account mirror the outside of a rail? Only such may be below zero. */
static inline bool ledger_is_mirror(uint32_t owner)
{
    return owner >= TARAZY_OWNER_OUTSIDE(1) && owner <= TARAZY_OWNER_OUTSIDE(TARAZY_RAILS_MAX);
}

#endif
