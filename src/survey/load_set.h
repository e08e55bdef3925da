/* SPDX-License-Identifier: Apache-2.0
 *
 * Hourly energy of sites and of the feeders that supply them, and what else happened in those hours.
 * All series of a set cover the same hours without a gap; kWh of one hour are the mean kW of it.
 */
#ifndef SURVEY_LOAD_SET_H
#define SURVEY_LOAD_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survey/electricity.h"
#include "survey/survey_file.h"

enum {
    LOAD_SERIES_MAX = 4096,
    LOAD_HOURS_MIN = 14 * 24, /* two whole weeks: less has no week in it */
    LOAD_HOURS_MAX = 400 * 24,
};

struct load_series {
    char feeder[SURVEY_NAME_SIZE];
    char site[SURVEY_NAME_SIZE]; /* empty: what the substation supplied into the feeder */
    /* What the register says about the site; 0 when it is not in it. */
    double nameplate_kw;
    double nameplate_ths;
    /* Shares that were counted there in [shares_begin, shares_end) hours of the set; 0: none. */
    double shares_th;
    double shares_effective;
    uint32_t shares_begin;
    uint32_t shares_end;
};

struct load_set {
    struct load_series *series;
    size_t count;
    double *kwh; /* [count * hours], one series behind the other */
    uint32_t hours;
    int64_t first_hour; /* since 1970-01-01T00 */
    /* Of each hour; NULL when nobody told. */
    double *price;
    bool *is_curtailed;
};

/* The hours of one series. */
const double *load_set_hours(const struct load_set *set, size_t index);

/* The series of a site (or, with an empty site, of a feeder's supply); set->count: there is none. */
size_t load_set_find_site(const struct load_set *set, struct slice site);

/* Room for `count` series of `hours` hours, all zero; false: no memory. */
bool load_set_create(struct load_set *set, size_t count, uint32_t hours, int64_t first_hour);

/* Frees what the readers allocated; a set of zeros may be destroyed. */
void load_set_destroy(struct load_set *set);

/* Reads `feeder,site,hour,energy,unit` into a set of zeros; rows of one series one behind the other,
 * hour after hour. Refused with its line: a gap, an hour twice or overlapping, a series that begins
 * again, a site at two feeders, other hours than the first series has, two units, a negative or
 * malformed number, more than the maxima. The caller destroys the set in any case. */
bool load_set_read(struct load_set *set, struct slice file, struct survey_fault *fault);

/* Reads `hour,price,curtailed` (any unit of price; 0 or 1), for exactly the hours of the set. */
bool load_set_read_signals(struct load_set *set, struct slice file, struct survey_fault *fault);

/* Reads the register's `site,model,count,th_per_s` (nameplate of one device); models are those of
 * `machines`. Refused: a site that has no series, an unknown model, a site's model twice. */
bool load_set_read_devices(struct load_set *set, const struct machine_list *machines,
                           struct slice file, struct survey_fault *fault);

/* Reads the meters' `site,begin,end,terahashes,effective`: hours within the set, rows of one site in
 * order and touching each other. Refused: overlaps and gaps of one site, unknown sites. */
bool load_set_read_shares(struct load_set *set, struct slice file, struct survey_fault *fault);

#endif
