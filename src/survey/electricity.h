/* SPDX-License-Identifier: Apache-2.0
 *
 * How much power a hash rate takes: the model of the Cambridge Bitcoin Electricity Consumption Index
 * (CBECI, methodology; repository CambridgeAltFin/ccaf_cbeci_api). Nobody knows which machines are
 * used, but nobody runs one for long that costs more power than it earns:
 *
 *     threshold [J/GH] = (revenue per day / (TH/s * 86400)) / (price per kWh / 3.6e6) / 1000
 *
 * as the mean of the last 14 days. A machine is in when it was released before, is less than
 * `years_max` years old, and takes less than the threshold. Then, over the machines that are in:
 *
 *     lower bound   the best one everywhere, little overhead (PUE 1.01)
 *     best guess    their mean, plain or by age (weights 1.0, 0.8, 0.6, 0.4, 0.2 by full years), 1.10
 *     upper bound   the worst one everywhere, much overhead (PUE 1.20)
 *
 * With none in, all three take the last machine that was. These are bounds and no interval of chance.
 */
#ifndef SURVEY_ELECTRICITY_H
#define SURVEY_ELECTRICITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survey/estimate.h"
#include "survey/survey_file.h"

enum {
    ELECTRICITY_MACHINES_MAX = 1024,
    ELECTRICITY_AVERAGE_DAYS = 14,
    ELECTRICITY_DAYS_MAX = 8192,
    ELECTRICITY_WEIGHT_YEARS = 5,
};

struct machine {
    char name[SURVEY_NAME_SIZE];
    int64_t released_s; /* Unix time */
    double j_per_gh;
};

struct machine_list {
    struct machine rows[ELECTRICITY_MACHINES_MAX];
    size_t count;
};

enum electricity_weighting { ELECTRICITY_WEIGHTING_PLAIN = 1, ELECTRICITY_WEIGHTING_AGE };

struct electricity_rules {
    double price_usd_kwh;
    struct estimate pue; /* lower, best, upper */
    uint32_t years_max;  /* machines leave so many years after their release; 0: never */
    enum electricity_weighting weighting;
};

/* What the index's newest service uses: 0.05 USD, 1.01 / 1.10 / 1.20, five years, by age. */
extern const struct electricity_rules electricity_rules_default;

struct electricity {
    double threshold_j_gh;
    size_t profitable;          /* machines that are in */
    const struct machine *last; /* the best of them; with none, the last that was */
    bool is_fallback;           /* none was */
    struct estimate j_per_th;   /* lower, best, upper */
    struct estimate gigawatts;
    struct estimate twh_per_year;
};

struct electricity_day {
    int64_t day; /* since 1970-01-01 */
    double revenue_usd;
    double network_ehs;
};

struct electricity_days {
    struct electricity_day rows[ELECTRICITY_DAYS_MAX];
    size_t count;
};

/* Reads `name,released,j_per_gh` (Unix time). Refused with its line: names twice, an efficiency of 0,
 * what is no number, more than ELECTRICITY_MACHINES_MAX. */
bool machine_list_read(struct machine_list *list, struct slice file, struct survey_fault *fault);

/* The machine of this name, or NULL. */
const struct machine *machine_list_find(const struct machine_list *list, struct slice name);

/* Reads `day,revenue_usd,network_ehs`, one row a day without gaps, network above 0. */
bool electricity_days_read(struct electricity_days *days, struct slice file,
                           struct survey_fault *fault);

/* The efficiency in J/GH at which a machine's power costs what it earns. All > 0. */
double electricity_threshold(double revenue_usd_day, double network_ehs, double price_usd_kwh);

/* The mean threshold of day `index` and up to 13 days before it. */
double electricity_threshold_mean(const struct electricity_days *days, size_t index,
                                  double price_usd_kwh);

/* When, and for what, the model is asked. */
struct electricity_moment {
    int64_t time_s;
    double threshold_j_gh;
    double ehs;                   /* a hash rate of which the world's machines are typical */
    const struct machine *before; /* the last machine that was in; NULL when nobody knows */
};

/* The model at one moment. With no machine in and nobody to know the last, it is the best released one,
 * which goes last when the threshold falls. False: no machine had been released by then. */
bool electricity_estimate(struct electricity *out, const struct machine_list *list,
                          const struct electricity_rules *rules,
                          const struct electricity_moment *moment);

/* Gigawatts of so many EH/s; J/TH and W/(TH/s) are the same. */
double electricity_gigawatts(double ehs, double j_per_th, double pue);

#endif
