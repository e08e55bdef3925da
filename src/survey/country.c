/* SPDX-License-Identifier: Apache-2.0
 *
 * An invented small country.
 *
 * Why here: the one test of an estimate that means anything is a truth it has not seen. The numbers
 * of its making (how unlike pools are, how many hide) are judgements; docs/gray-mining.md says them.
 * Invariants: the estimate reads only what the authority could see; hash rates of pools add up to the
 * network's, and a miner's parts to himself.
 * Read next: gray_residual.c.
 */
#include "survey/country.h"

#include <math.h>
#include <stdbool.h>

#include "survey/hash_rate.h"
#include "survey/network_rate.h"
#include "survey/sealed_random.h"

enum { MONTH_SECONDS = 600 * COUNTRY_BLOCKS, SHARES_PER_MINER = 20000 };

/* What the authority supposes without knowing: how many hide, and which machines are used. */
static const struct gray_hidden hidden_supposed = {0, 0.10};
static const struct estimate j_per_th_supposed = {29.55, 45, 98};
static const struct estimate pue_supposed = {1.01, 1.10, 1.20};

static void pools_make(struct country *country, struct sealed_random *random)
{
    double sum = 0;
    for (uint32_t i = 0; i < COUNTRY_POOLS; i++) {
        struct country_pool *pool = &country->pools[i];
        *pool = (struct country_pool){.tells = i < COUNTRY_SAMPLE};
        (void)snprintf(pool->name, sizeof pool->name, "pool-%u", i + 1);
        pool->total_ehs = sealed_random_between(random, 3, 14);
        sum += pool->total_ehs;
    }
    country->network_ehs = sum;
}

/* What a kind of miners has in common: some pools suit it, others do not, half of it up or down. */
static void taste_make(double *taste, struct sealed_random *random)
{
    for (uint32_t i = 0; i < COUNTRY_POOLS; i++) {
        taste[i] = fmax(1 + 0.5 * sealed_random_normal(random), 0.1);
    }
}

/* Spreads a miner over the pools: by their size, by the taste of his kind, and by his own. */
static void miner_spread(const struct country *country, struct country_miner *miner,
                         const double *taste, struct sealed_random *random)
{
    double sum = 0;
    for (uint32_t i = 0; i < COUNTRY_POOLS; i++) {
        double own = fmax(1 + 0.4 * sealed_random_normal(random), 0);
        miner->pools[i] = country->pools[i].total_ehs * taste[i] * own;
        sum += miner->pools[i];
    }
    for (uint32_t i = 0; i < COUNTRY_POOLS; i++) {
        miner->pools[i] /= sum;
    }
}

static void miner_make(const struct country *country, struct country_miner *miner, double ehs,
                       const double *taste, struct sealed_random *random)
{
    *miner = (struct country_miner){
        .ehs = ehs,
        .j_per_th = sealed_random_between(random, 30, 70),
        .pue = sealed_random_between(random, 1.03, 1.18),
    };
    miner_spread(country, miner, taste, random);
}

/* Parts of `whole` for `count` miners, of which the largest are some six times the smallest. */
static void parts_make(double *parts, uint32_t count, double whole, struct sealed_random *random)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        parts[i] = sealed_random_between(random, 0.3, 2);
        sum += parts[i];
    }
    for (uint32_t i = 0; i < count; i++) {
        parts[i] *= whole / sum;
    }
}

static void licensed_make(struct country *country, double ehs, struct sealed_random *random)
{
    double parts[COUNTRY_LICENSED_MAX];
    double taste[COUNTRY_POOLS];
    taste_make(taste, random);
    country->licensed_count = sealed_random_whole(random, 12, COUNTRY_LICENSED_MAX);
    parts_make(parts, country->licensed_count, ehs, random);
    for (uint32_t i = 0; i < country->licensed_count; i++) {
        struct country_miner *miner = &country->licensed[i];
        miner_make(country, miner, parts[i], taste, random);
        country->licensed_ehs += miner->ehs;
        country->licensed_gw += miner->ehs * miner->j_per_th * miner->pue / 1000;
        for (uint32_t k = 0; k < COUNTRY_POOLS; k++) {
            country->pools[k].licensed_ehs += miner->ehs * miner->pools[k];
        }
    }
}

static void gray_make(struct country *country, double ehs, struct sealed_random *random)
{
    double parts[COUNTRY_GRAY_MAX];
    double taste[COUNTRY_POOLS];
    taste_make(taste, random);
    country->gray_count = sealed_random_whole(random, 20, COUNTRY_GRAY_MAX);
    parts_make(parts, country->gray_count, ehs, random);
    for (uint32_t i = 0; i < country->gray_count; i++) {
        struct country_miner *miner = &country->gray[i];
        miner_make(country, miner, parts[i], taste, random);
        /* Most show where they are; one in six sends a part through somewhere else. */
        bool hides = sealed_random_chance(random, 1.0 / 6);
        miner->hidden = hides ? sealed_random_between(random, 0.1, 0.6) : 0;
        country->gray_ehs += miner->ehs;
        country->gray_gw += miner->ehs * miner->j_per_th * miner->pue / 1000;
        for (uint32_t k = 0; k < COUNTRY_POOLS; k++) {
            country->pools[k].gray_ehs += miner->ehs * miner->pools[k] * (1 - miner->hidden);
        }
    }
}

void country_make(struct country *country, uint64_t seed)
{
    struct sealed_random random = {seed};
    *country = (struct country){0};
    pools_make(country, &random);
    double ehs = country->network_ehs * sealed_random_between(&random, 0.08, 0.25);
    double gray = sealed_random_between(&random, 0.1, 0.75);
    licensed_make(country, ehs * (1 - gray), &random);
    gray_make(country, ehs * gray, &random);
    country->gray_share = country->gray_ehs / (country->gray_ehs + country->licensed_ehs);
    /* Blocks come by chance: the time that so many took has a standard error of 1 / sqrt(N). */
    double luck = 1 + sealed_random_normal(&random) / sqrt(COUNTRY_BLOCKS);
    country->month_seconds = MONTH_SECONDS * luck;
    country->block_ehs_seconds = country->network_ehs * 600;
}

/* Shares of all licensed miners in the month: each with its own chance. */
static struct estimate metered_estimate(const struct country *country, struct sealed_random *random)
{
    struct share_sum sum = {0};
    for (uint32_t i = 0; i < country->licensed_count; i++) {
        double luck = 1 + sealed_random_normal(random) / sqrt(SHARES_PER_MINER);
        double work = country->licensed[i].ehs * 1e18 * MONTH_SECONDS * luck;
        share_sum_add_reading(&sum, work, SHARES_PER_MINER);
    }
    return estimate_scale(hash_rate_of_shares(&sum, MONTH_SECONDS), 1e-18);
}

/* What the map makes of the country: its miners in the sample's pools over all of these pools. */
static struct estimate map_estimate(const struct gray_pool *pools, uint32_t count,
                                    struct estimate network_ehs)
{
    static const struct gray_hidden none = {0, 0};
    struct gray_pool all[COUNTRY_POOLS];
    struct gray_metered found;
    for (uint32_t i = 0; i < count; i++) {
        all[i] = (struct gray_pool){pools[i].total_ehs, pools[i].country_ehs, 0};
    }
    const struct gray_metered_input input = {all, count, network_ehs, {0, 0, 0}, none};
    gray_residual_by_meters(&found, &input);
    return found.gray_ehs;
}

void country_estimate(struct country_estimate *out, const struct country *country, uint64_t seed)
{
    struct sealed_random random = {~seed};
    struct gray_pool pools[COUNTRY_POOLS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < COUNTRY_POOLS; i++) {
        const struct country_pool *pool = &country->pools[i];
        if (pool->tells) {
            pools[count++] = (struct gray_pool){
                pool->total_ehs, pool->licensed_ehs + pool->gray_ehs, pool->licensed_ehs};
        }
    }
    out->network_ehs =
        network_rate_of_blocks(COUNTRY_BLOCKS, country->block_ehs_seconds, country->month_seconds);
    out->metered_ehs = metered_estimate(country, &random);
    const struct gray_metered_input metered = {pools, count, out->network_ehs, out->metered_ehs,
                                               hidden_supposed};
    gray_residual_by_meters(&out->by_meters, &metered);
    const struct gray_power_input power = {
        .country_ehs = map_estimate(pools, count, out->network_ehs),
        .j_per_th = j_per_th_supposed,
        .pue = pue_supposed,
        .declared_gw = estimate_of_exact(country->licensed_gw),
        .hidden = hidden_supposed,
    };
    gray_residual_by_power(&out->by_power, &power);
}

void country_write_splits(FILE *out, const struct country *country, const char *month,
                          const char *home)
{
    (void)fputs("month,pool,country,hashrate,unit\n", out);
    for (uint32_t i = 0; i < COUNTRY_POOLS; i++) {
        const struct country_pool *pool = &country->pools[i];
        double here = pool->licensed_ehs + pool->gray_ehs;
        if (pool->tells) {
            (void)fprintf(out, "%s,%s,%s,%.6f,EH/s\n%s,%s,Other,%.6f,EH/s\n", month, pool->name,
                          home, here, month, pool->name, pool->total_ehs - here);
        }
    }
}
