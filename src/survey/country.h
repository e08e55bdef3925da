/* SPDX-License-Identifier: Apache-2.0
 *
 * An invented small country: a network of pools, licensed miners with the authority's meters, gray ones
 * whom nobody meters, and among these some who hide behind addresses of other countries. Its truth is
 * sealed by its seed. For the sandbox, and to see how far the estimates are from the truth.
 *
 * What the authority sees of it is a file's worth: what a sample of pools tells of the month, the
 * blocks of the month, its own meters, and the power that was declared.
 */
#ifndef SURVEY_COUNTRY_H
#define SURVEY_COUNTRY_H

#include <stdint.h>
#include <stdio.h>

#include "survey/gray_residual.h"
#include "survey/survey_file.h"

enum {
    COUNTRY_POOLS = 12,
    COUNTRY_SAMPLE = 6, /* pools that tell */
    COUNTRY_LICENSED_MAX = 24,
    COUNTRY_GRAY_MAX = 48,
    COUNTRY_BLOCKS = 4320, /* a month of them, on average */
};

struct country_miner {
    double ehs;
    double j_per_th;
    double pue;
    double pools[COUNTRY_POOLS]; /* how his hash rate is spread, adds up to 1 */
    double hidden;               /* part of it that looks as if it were abroad */
};

struct country_pool {
    char name[SURVEY_NAME_SIZE];
    double total_ehs;
    double licensed_ehs; /* of the country */
    double gray_ehs;     /* of the country, seen as such */
    bool tells;
};

struct country {
    struct country_miner licensed[COUNTRY_LICENSED_MAX];
    struct country_miner gray[COUNTRY_GRAY_MAX];
    uint32_t licensed_count;
    uint32_t gray_count;
    struct country_pool pools[COUNTRY_POOLS];
    /* The truth. */
    double network_ehs;
    double licensed_ehs;
    double gray_ehs;
    double gray_share; /* of hash rate */
    double licensed_gw;
    double gray_gw;
    /* What chance made of it. */
    double month_seconds;     /* that COUNTRY_BLOCKS blocks took */
    double block_ehs_seconds; /* expected work of one block, in EH */
};

/* What the estimates say of a country. */
struct country_estimate {
    struct estimate network_ehs; /* from the blocks */
    struct estimate metered_ehs; /* of all licensed miners, from shares */
    struct gray_metered by_meters;
    struct gray_power by_power;
};

/* The same seed gives the same country. */
void country_make(struct country *country, uint64_t seed);

/* Estimates from what the authority sees alone; `seed` is of the shares' chance, not of the truth. */
void country_estimate(struct country_estimate *out, const struct country *country, uint64_t seed);

/* The sample's splits, as mining_map.h reads them: `home` and "Other". */
void country_write_splits(FILE *out, const struct country *country, const char *month,
                          const char *home);

#endif
