/* SPDX-License-Identifier: Apache-2.0
 *
 * Invented loads whose truth is known: a region of feeders with flats, bakeries, cold stores, data
 * centres, offices and warehouses, and miners: registered ones, registered ones with more machines
 * than they declared, miners hidden behind somebody's meter, and miners before any meter. For tests, for
 * measuring the detectors, and for the sandbox. The shapes are plausible and no more: no real load is in
 * them.
 */
#ifndef SURVEY_SYNTHETIC_LOADS_H
#define SURVEY_SYNTHETIC_LOADS_H

#include <stdbool.h>
#include <stdint.h>

#include "survey/load_set.h"

enum {
    SYNTHETIC_FEEDERS = 8,
    SYNTHETIC_SITES = 12, /* of a feeder */
    SYNTHETIC_SERIES = SYNTHETIC_FEEDERS * (SYNTHETIC_SITES + 1),
    SYNTHETIC_HOURS = 56 * 24,
};

enum synthetic_kind {
    SYNTHETIC_KIND_FEEDER = 1,
    SYNTHETIC_KIND_FLATS,
    SYNTHETIC_KIND_BAKERY,
    SYNTHETIC_KIND_COLD_STORE,
    SYNTHETIC_KIND_DATA_CENTRE,
    SYNTHETIC_KIND_OFFICE,
    SYNTHETIC_KIND_WAREHOUSE,
    SYNTHETIC_KIND_REGISTERED_MINE,
};

/* What is true of one series. */
struct synthetic_truth {
    enum synthetic_kind kind;
    bool mines_unregistered; /* of a site: a miner behind its meter whom no register knows */
    bool has_excess;         /* of a registered mine: more machines than it declared */
    bool is_diverted;        /* of a feeder: a miner before any meter */
    bool has_begun;          /* of a feeder: a miner began there in the second month */
    double gray_kw;          /* mean of what nobody declared there */
};

struct synthetic_region {
    struct load_set set;
    struct synthetic_truth truth[SYNTHETIC_SERIES]; /* of each series */
};

/* The same seed gives the same region. False: no memory. The caller destroys the set. */
bool synthetic_region_make(struct synthetic_region *region, uint64_t seed);

/* The files that load_set.h reads, for the sandbox. */
void synthetic_region_write_loads(FILE *out, const struct synthetic_region *region);
void synthetic_region_write_signals(FILE *out, const struct synthetic_region *region);

#endif
