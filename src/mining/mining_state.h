/* SPDX-License-Identifier: Apache-2.0
 *
 * How the mining part lies in the state block. Only the files of mining/ include this.
 */
#ifndef MINING_MINING_STATE_H
#define MINING_MINING_STATE_H

#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "base/pool.h"
#include "base/table.h"
#include "mining/mining.h"
#include "money/arithmetic.h"

struct mining {
    struct hash_seed seed;
    struct pool miners;
    struct pool pools;
    struct pool sites;
    struct pool meters;
    struct pool equipment;
    struct pool addresses;
    struct pool marks;
    struct pool share_months;
    struct pool energy_quarters;
    struct pool coin_quarters;
    struct pool assessments;
    struct table
        by_account; /* participant → miner; one account may have several, all but one over */
    struct table by_licence; /* number → miner */
    struct table by_serial;  /* → energy meter */
    struct table by_address; /* payout address or worker name → address */
    struct table by_mark;    /* (reader, miner) */
    struct table by_share_month;
    struct table by_energy_quarter;
    struct table by_coin_quarter;
    struct table by_assessment;
    uint64_t
        parameters_offset; /* of struct jurisdiction_parameter[parameters_max] from this struct */
    uint32_t parameters_count;
    uint32_t parameters_max;
    uint32_t first_range; /* address ranges, newest first; 0 = none */
    uint32_t reserved;
};

/* How far one meter of shares has come with one miner; (reader, 0): with all, and with nobody known. */
struct mining_mark { /* 24 bytes */
    uint32_t reader;
    uint32_t miner;
    uint64_t sequence;  /* (reader, 0): of the last reading */
    int64_t reached_us; /* end of the last interval; miner 0: its beginning */
};

/* What a record is found by; unused fields are zero. */
struct mining_key { /* 16 bytes */
    uint32_t a;
    uint32_t b;
    uint32_t c;
    uint32_t d;
};

static inline uint64_t mining_key_hash(const struct mining *mining, struct mining_key key)
{
    return hash_bytes(mining->seed, &key, sizeof key);
}

static inline uint64_t mining_text_hash(const struct mining *mining, const char *text, size_t size)
{
    return hash_bytes(mining->seed, text, size);
}

/* Entries of the register are never given back: every number below fresh exists. */
static inline void *mining_entry(const struct pool *pool, uint32_t number)
{
    return number >= 1 && number < pool->fresh ? pool_at(pool, number) : NULL;
}

/* The same where it is known to exist. */
static inline void *mining_known(const struct pool *pool, uint32_t number)
{
    ENSURE(number >= 1 && number < pool->fresh);
    return pool_at(pool, number);
}

static inline struct jurisdiction_parameter *mining_parameters(const struct mining *mining)
{
    return (struct jurisdiction_parameter *)((uintptr_t)mining +
                                             (uintptr_t)mining->parameters_offset);
}

static inline struct share_month *mining_share_month_at(const struct mining *mining, uint32_t index)
{
    return pool_at(&mining->share_months, index);
}

static inline struct energy_quarter *mining_energy_quarter_at(const struct mining *mining,
                                                              uint32_t index)
{
    return pool_at(&mining->energy_quarters, index);
}

static inline struct coin_quarter *mining_coin_quarter_at(const struct mining *mining,
                                                          uint32_t index)
{
    return pool_at(&mining->coin_quarters, index);
}

static inline struct mining_assessment *mining_assessment_at(const struct mining *mining,
                                                             uint32_t index)
{
    return pool_at(&mining->assessments, index);
}

/* The record's place, or 0. */
uint32_t mining_find_mark(const struct mining *mining, uint32_t reader, uint32_t miner);
uint32_t mining_find_share_month(const struct mining *mining, uint32_t miner, int32_t month);
uint32_t mining_find_energy_quarter(const struct mining *mining,
                                    const struct energy_quarter *wanted);
uint32_t mining_find_coin_quarter(const struct mining *mining, const struct coin_quarter *wanted);
uint32_t mining_find_address(const struct mining *mining, uint8_t type, const char *text);

#endif
