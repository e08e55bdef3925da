/* SPDX-License-Identifier: Apache-2.0
 *
 * Signs of mining that nobody declared, one function each. Each gives a score between 0 (nothing of the
 * kind) and 1 (as clear as it gets) and says in words what it saw. A score is a reason to look, and
 * no more: cold stores, data centres and smelters have some of these signs by their nature.
 *
 * `ramp(x, a, b)` below is 0 up to a, 1 from b on, straight between them (a > b: falling).
 * How well each does on loads whose truth is known: docs/gray-mining.md. Load shapes as signs of
 * mining: Kazakhstan's inspectors' "history of consumption"; on load factor and load duration see
 * Willis, "Power Distribution Planning Reference Book", 2nd ed., 2.2; on energy balances of feeders to
 * find losses that are not technical see Glauner et al., "The Challenge of Non-Technical Loss Detection
 * Using Artificial Intelligence", 2017.
 */
#ifndef SURVEY_GRAY_DETECTORS_H
#define SURVEY_GRAY_DETECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survey/load_set.h"

enum gray_detector {
    GRAY_DETECTOR_LOAD_FACTOR = 1,
    GRAY_DETECTOR_NIGHT_DAY,
    GRAY_DETECTOR_WEEKDAY,
    GRAY_DETECTOR_STEADINESS,
    GRAY_DETECTOR_STEPS,
    GRAY_DETECTOR_CURTAILMENT,
    GRAY_DETECTOR_PRICE,
    GRAY_DETECTOR_DEVICES,
    GRAY_DETECTOR_SHARES,
    GRAY_DETECTOR_BALANCE,
    GRAY_DETECTOR_GROWTH,
};

enum { GRAY_DETECTOR_COUNT = GRAY_DETECTOR_GROWTH, GRAY_REASON_SIZE = 160 };

struct gray_finding {
    bool is_known; /* false: there was nothing to judge by */
    double score;
    char reason[GRAY_REASON_SIZE];
};

/* What is supposed about grids and sites; all printed with a report. */
struct gray_rules {
    struct estimate pue;   /* of mining sites: lower, best, upper */
    double technical_loss; /* of a feeder, part of its supply */
    double j_per_th;       /* of a site of which only shares are known */
};

extern const struct gray_rules gray_rules_default;

/* One series, as a detector sees it. */
struct gray_load {
    const double *kwh;
    uint32_t hours;
    int64_t first_hour;
    const double *price;      /* NULL: not known */
    const bool *is_curtailed; /* NULL: not known */
};

/* The series of a set. */
struct gray_load gray_load_of(const struct load_set *set, size_t index);

/* Its last four weeks, or all of it: a miner who came later is judged by what is there now. */
struct gray_load gray_load_recent(const struct gray_load *load);

/* Mean over peak (the 98th percentile), hours of curtailment left out. ramp(0.80, 0.92). */
void gray_detect_load_factor(struct gray_finding *out, const struct gray_load *load);

/* Mean of 00–05 over mean of 08–19, r. ramp(|r − 1|, 0.20, 0.03). */
void gray_detect_night_day(struct gray_finding *out, const struct gray_load *load);

/* Mean of Saturday and Sunday over mean of Monday to Friday, r. ramp(|r − 1|, 0.12, 0.02). */
void gray_detect_weekday(struct gray_finding *out, const struct gray_load *load);

/* Median of |kWh of an hour − kWh of the one before| over the mean: machines that never rest differ by
 * a percent. ramp(0.030, 0.010). */
void gray_detect_steadiness(struct gray_finding *out, const struct gray_load *load);

/* Whole containers: a sudden change of the 12-hour median by more than 6 %, with flat load on both
 * sides (their spread less than 35 % of the change), that is a whole multiple of the smallest such
 * change within 15 %. Changes more often than every third day are a rhythm and no sign.
 * Score: parts of the changes that are whole multiples, times ramp(count, 0, 3). */
void gray_detect_steps(struct gray_finding *out, const struct gray_load *load);

/* How much less is used in hours of curtailment than in the same hours of other days, d.
 * ramp(d, 0.25, 0.60); known with 6 such hours or more. */
void gray_detect_curtailment(struct gray_finding *out, const struct gray_load *load);

/* The same in hours whose price is more than 1.5 times the median price. ramp(d, 0.15, 0.45). */
void gray_detect_price(struct gray_finding *out, const struct gray_load *load);

/* Meter over registered devices * nameplate * PUE, r: more power than the register knows of.
 * ramp(r, 1.20, 1.60), with the upper PUE. Known for registered sites. */
void gray_detect_devices(struct gray_finding *out, const struct gray_load *load,
                         const struct load_series *series, const struct gray_rules *rules);

/* Meter over what the counted shares took (shares -> hash rate, its upper limit -> kWh by the
 * registered efficiency and the upper PUE), r: machines that work for nobody who is counted.
 * ramp(r, 1.10, 1.50). Or shares above what the meter could feed (lower limit, lower PUE), s:
 * shares from elsewhere. ramp(s, 1.10, 1.50). The larger. Known where shares were counted. */
void gray_detect_shares(struct gray_finding *out, const struct gray_load *load,
                        const struct load_series *series, const struct gray_rules *rules);

/* Of a feeder: (supplied − sum of its meters) / supplied − technical loss, u: power that no meter
 * sees. ramp(u, 0.02, 0.08). */
void gray_detect_balance(struct gray_finding *out, const struct load_set *set, size_t supply,
                         const struct gray_rules *rules);

/* Of a feeder: its growth g (last quarter of the hours over the first, less 1) against the median m of
 * the region's feeders: ramp((g − m) / (1.4826 MAD + 0.02), 3, 6), and only if g − m > 0.05.
 * growths[0..count) are those of all feeders, `own` among them; known with 4 or more. */
void gray_detect_growth(struct gray_finding *out, double own, const double *growths, size_t count);

/* The growth that gray_detect_growth() compares. */
double gray_growth_of(const struct gray_load *load);

/* "load factor", "night and day", … */
const char *gray_detector_name(enum gray_detector detector);

#endif
