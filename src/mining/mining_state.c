/* SPDX-License-Identifier: Apache-2.0
 *
 * The mining part of the state: its layout and the plain ways to look at it. A room of its own because
 * trading must not know it: a node without mining has none of it, and one with it touches it in commands
 * about mining alone.
 *
 * Invariants: no pointers, only offsets and places; an entry's number is never used again; every sum is of
 * one legal month or quarter.
 *
 * Next: mining_register.c, mining_readings.c.
 */
#include "mining/mining_state.h"

_Static_assert(sizeof(struct miner) == 64, "no padding");
_Static_assert(sizeof(struct mining_pool) == 64, "no padding");
_Static_assert(sizeof(struct mining_site) == 88, "no padding");
_Static_assert(sizeof(struct energy_meter) == 72, "no padding");
_Static_assert(sizeof(struct mining_equipment) == 120, "no padding");
_Static_assert(sizeof(struct miner_address) == 136, "no padding");
_Static_assert(sizeof(struct mining_mark) == 24, "no padding");
_Static_assert(sizeof(struct share_month) == 80, "no padding");
_Static_assert(sizeof(struct energy_quarter) == 64, "no padding");
_Static_assert(sizeof(struct coin_quarter) == 64, "no padding");
_Static_assert(sizeof(struct mining_assessment) == 80, "no padding");

static void *reserve_pool(struct arena *arena, uint32_t count, size_t size)
{
    return arena_reserve(arena, pool_memory_size(count, size));
}

static void *reserve_table(struct arena *arena, uint32_t count)
{
    return arena_reserve(arena, table_memory_size(count));
}

/* A pool and, with a table, the way to find in it. Measuring (mining NULL) and placing run alike. */
#define LAY_POOL(member, count, type)                                          \
    do {                                                                       \
        void *slots = reserve_pool(arena, (count), sizeof(struct type));       \
        if (mining != NULL) {                                                  \
            pool_create(&mining->member, slots, (count), sizeof(struct type)); \
        }                                                                      \
    } while (0)

#define LAY_TABLE(member, count)                           \
    do {                                                   \
        void *slots = reserve_table(arena, (count));       \
        if (mining != NULL) {                              \
            table_create(&mining->member, slots, (count)); \
        }                                                  \
    } while (0)

static void lay_register(struct mining *mining, struct arena *arena,
                         const struct mining_limits *limits)
{
    LAY_POOL(miners, limits->miners_max, miner);
    LAY_POOL(pools, limits->pools_max, mining_pool);
    LAY_POOL(sites, limits->sites_max, mining_site);
    LAY_POOL(meters, limits->meters_max, energy_meter);
    LAY_POOL(equipment, limits->equipment_max, mining_equipment);
    LAY_POOL(addresses, limits->addresses_max, miner_address);
    LAY_TABLE(by_account, limits->miners_max);
    LAY_TABLE(by_licence, limits->miners_max);
    LAY_TABLE(by_serial, limits->meters_max);
    LAY_TABLE(by_address, limits->addresses_max);
}

static void lay_sums(struct mining *mining, struct arena *arena, const struct mining_limits *limits)
{
    LAY_POOL(marks, limits->marks_max, mining_mark);
    LAY_POOL(share_months, limits->share_months_max, share_month);
    LAY_POOL(energy_quarters, limits->energy_quarters_max, energy_quarter);
    LAY_POOL(coin_quarters, limits->coin_quarters_max, coin_quarter);
    LAY_POOL(assessments, limits->assessments_max, mining_assessment);
    LAY_TABLE(by_mark, limits->marks_max);
    LAY_TABLE(by_share_month, limits->share_months_max);
    LAY_TABLE(by_energy_quarter, limits->energy_quarters_max);
    LAY_TABLE(by_coin_quarter, limits->coin_quarters_max);
    LAY_TABLE(by_assessment, limits->assessments_max);
}

struct mining *mining_create(struct arena *arena, const struct mining_limits *limits)
{
    if (mining_limits_are_none(limits)) {
        return NULL;
    }
    struct mining *mining = arena_reserve(arena, sizeof *mining);
    void *parameters = arena_reserve(arena, (size_t)limits->parameters_max *
                                                sizeof(struct jurisdiction_parameter));

    lay_register(mining, arena, limits);
    lay_sums(mining, arena, limits);
    if (mining != NULL) {
        mining->parameters_offset = (uint64_t)((uintptr_t)parameters - (uintptr_t)mining);
        mining->parameters_max = limits->parameters_max;
    }
    return mining;
}

void mining_set_seed(struct mining *mining, struct hash_seed seed)
{
    ENSURE(mining->miners.count == 0 && mining->meters.count == 0 && mining->marks.count == 0);
    mining->seed = seed;
}

struct jurisdiction mining_law(const struct mining *mining)
{
    return (struct jurisdiction){mining_parameters(mining), mining->parameters_count};
}

bool mining_day_of(const struct mining *mining, int64_t time_us, int32_t *day)
{
    struct jurisdiction law = mining_law(mining);

    return jurisdiction_day_of_time(&law, time_us, day) == JURISDICTION_RESULT_OK;
}

int32_t mining_month_of_day(int32_t day)
{
    struct civil_date date = civil_date_of_day(day);

    return 12 * date.year + date.month - 1;
}

int32_t mining_quarter_of_day(int32_t day)
{
    struct quarter quarter = quarter_of_day(day);

    return 4 * quarter.year + quarter.number - 1;
}

const struct miner *mining_miner(const struct mining *mining, uint32_t miner)
{
    return mining_entry(&mining->miners, miner);
}

const struct mining_pool *mining_pool(const struct mining *mining, uint32_t pool)
{
    return mining_entry(&mining->pools, pool);
}

const struct mining_site *mining_site(const struct mining *mining, uint32_t site)
{
    return mining_entry(&mining->sites, site);
}

const struct energy_meter *mining_meter(const struct mining *mining, uint32_t meter)
{
    return mining_entry(&mining->meters, meter);
}

const struct mining_equipment *mining_equipment(const struct mining *mining, uint32_t equipment)
{
    return mining_entry(&mining->equipment, equipment);
}

uint32_t mining_miner_count(const struct mining *mining)
{
    return mining->miners.count;
}

uint32_t mining_pool_count(const struct mining *mining)
{
    return mining->pools.count;
}

uint32_t mining_equipment_count(const struct mining *mining)
{
    return mining->equipment.count;
}

uint32_t mining_site_count(const struct mining *mining)
{
    return mining->sites.count;
}

uint32_t mining_meter_count(const struct mining *mining)
{
    return mining->meters.count;
}

bool mining_licence_holds(const struct mining_licence *licence, int32_t day)
{
    if (day < licence->valid_from_day || day > licence->valid_to_day) {
        return false;
    }
    return licence->status == LICENCE_STATUS_GRANTED ||
           (licence->status == LICENCE_STATUS_SUSPENDED && day > licence->until_day);
}
