/* SPDX-License-Identifier: Apache-2.0
 *
 * The mining map: which country has which part of the network's hash rate, by Cambridge's method
 * (Cambridge Centre for Alternative Finance, "Bitcoin Mining Map", methodology). Pools tell, for each
 * month, the hash rate of the miners whose addresses are in each country; the sum over the pools of a
 * sample is taken for the whole network:
 *
 *     share_c = sum_p H_p,c / sum_p H_p        H_c = share_c * H_network
 *
 * The interval is that of a ratio estimated from whole pools (Cochran, "Sampling Techniques", 3rd ed.,
 * 9A.1 and 6.4: linearized, clusters of unequal size, with the finite-population correction):
 *
 *     var = (1 − coverage) * k / (k − 1) * sum_p (H_p,c − share_c * H_p)^2 / (sum_p H_p)^2
 *
 * with Student's t of k − 1 degrees for k pools. It says how different pools are, and supposes that
 * those outside of the sample are as different; nothing can say that they are. What holds without any
 * supposition but true addresses are the bounds (Manski, "Partial Identification of Probability
 * Distributions", 2003): the pools outside may have nothing here, or everything.
 *
 *     share_c * coverage <= truth <= share_c * coverage + 1 − coverage
 *
 * Neither holds bias: see mining_map_bias.
 */
#ifndef SURVEY_MINING_MAP_H
#define SURVEY_MINING_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survey/estimate.h"
#include "survey/survey_file.h"

enum {
    MINING_MAP_SPLITS_MAX = 16384,
    MINING_MAP_POOLS_MAX = 64,
    MINING_MAP_COUNTRIES_MAX = 256,
};

/* What is put last and counts as no country. */
#define MINING_MAP_OTHER "Other"

/* One pool's miners in one country in one month. */
struct map_split {
    uint32_t month;
    char pool[SURVEY_NAME_SIZE];
    char country[SURVEY_NAME_SIZE];
    double ehs;
};

struct map_splits {
    struct map_split rows[MINING_MAP_SPLITS_MAX];
    size_t count;
};

struct map_country {
    char name[SURVEY_NAME_SIZE];
    double sample_ehs;
    struct estimate share; /* of the network, 0..1; without an interval with one pool: the bounds */
    double bound_low;
    double bound_high;
    struct estimate ehs;
};

struct mining_map {
    uint32_t month;
    uint32_t pools;
    double sample_ehs;
    struct estimate network_ehs;
    double coverage;                                        /* sample / network, 0..1 */
    struct map_country countries[MINING_MAP_COUNTRIES_MAX]; /* the largest first, "Other" last */
    size_t count;
};

enum mining_map_result {
    MINING_MAP_RESULT_OK = 1,
    MINING_MAP_RESULT_MONTH,    /* no pool tells anything about this month */
    MINING_MAP_RESULT_EMPTY,    /* all they tell is 0 */
    MINING_MAP_RESULT_NETWORK,  /* the pools together have more than the whole network */
    MINING_MAP_RESULT_POOLS,    /* more than MINING_MAP_POOLS_MAX */
    MINING_MAP_RESULT_COUNTRIES /* more than MINING_MAP_COUNTRIES_MAX */
};

/* Reads `month,pool,country,hashrate,unit`. Refused with its line: what is no month, name or number;
 * an unknown unit or two units in one file; a pool's country twice in a month; more rows than
 * MINING_MAP_SPLITS_MAX. */
bool map_splits_read(struct map_splits *splits, struct slice file, struct survey_fault *fault);

/* The map of one month; network in EH/s, point > 0. */
enum mining_map_result mining_map_make(struct mining_map *map, const struct map_splits *splits,
                                       uint32_t month, struct estimate network_ehs);

/* The country of this name; NULL: no pool has anybody there. */
const struct map_country *mining_map_find(const struct mining_map *map, const char *name);

/* What no interval holds, one sentence each, ended by NULL. */
extern const char *const mining_map_bias[];

const char *mining_map_result_text(enum mining_map_result result);

#endif
