/* SPDX-License-Identifier: Apache-2.0
 *
 * Signs of mining that nobody declared.
 *
 * Why here: each sign alone is weak and known to be; written down with its formula, it can be argued
 * with by whoever is on the list.
 * Invariants: a score is within 0..1 and comes with what was seen in words; what cannot be judged is
 * said to be unknown and never 0.
 * Read next: gray_report.h, which puts them together.
 */
#include "survey/gray_detectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "survey/load_figures.h"
#include "survey/poisson_interval.h"

enum { RECENT_HOURS = 28 * 24, STEPS_MAX = 64, SIGNAL_HOURS_MIN = 6, FEEDERS_MIN = 4 };

const struct gray_rules gray_rules_default = {
    .pue = {1.01, 1.10, 1.20},
    .technical_loss = 0.08,
    .j_per_th = 50,
};

#define finding_say(out, value, ...)                                     \
    do {                                                                 \
        (out)->is_known = true;                                          \
        (out)->score = fmin(fmax((value), 0), 1);                        \
        (void)snprintf((out)->reason, sizeof(out)->reason, __VA_ARGS__); \
    } while (0)

static void finding_clear(struct gray_finding *out)
{
    *out = (struct gray_finding){0};
}

struct gray_load gray_load_of(const struct load_set *set, size_t index)
{
    return (struct gray_load){load_set_hours(set, index), set->hours, set->first_hour, set->price,
                              set->is_curtailed};
}

struct gray_load gray_load_recent(const struct gray_load *load)
{
    struct gray_load recent = *load;
    uint32_t skipped = load->hours > RECENT_HOURS ? load->hours - RECENT_HOURS : 0;
    recent.kwh += skipped;
    recent.hours -= skipped;
    recent.first_hour += skipped;
    recent.price = load->price == NULL ? NULL : load->price + skipped;
    recent.is_curtailed = load->is_curtailed == NULL ? NULL : load->is_curtailed + skipped;
    return recent;
}

/* ------------------------------------------------------------------ the shape of a load */

void gray_detect_load_factor(struct gray_finding *out, const struct gray_load *load)
{
    finding_clear(out);
    double peak = load_quantile(load->kwh, load->hours, 0.98);
    if (peak > 0) {
        double factor = load_mean(load) / peak;
        finding_say(out, load_ramp(factor, 0.80, 0.92), "load factor %.2f", factor);
    }
}

void gray_detect_night_day(struct gray_finding *out, const struct gray_load *load)
{
    finding_clear(out);
    struct load_means means = load_means_of(load);
    if (means.day > 0) {
        double ratio = means.night / means.day;
        finding_say(out, load_ramp(fabs(ratio - 1), 0.20, 0.03), "night over day %.2f", ratio);
    }
}

void gray_detect_weekday(struct gray_finding *out, const struct gray_load *load)
{
    finding_clear(out);
    struct load_means means = load_means_of(load);
    if (means.working > 0) {
        double ratio = means.weekend / means.working;
        finding_say(out, load_ramp(fabs(ratio - 1), 0.12, 0.02), "weekend over working days %.2f",
                    ratio);
    }
}

void gray_detect_steadiness(struct gray_finding *out, const struct gray_load *load)
{
    finding_clear(out);
    double mean = load_mean(load);
    if (load->hours < 2 || mean <= 0) {
        return;
    }
    double *changes = malloc((load->hours - 1) * sizeof *changes);
    ENSURE(changes != NULL);
    for (uint32_t i = 1; i < load->hours; i++) {
        changes[i - 1] = fabs(load->kwh[i] - load->kwh[i - 1]);
    }
    double typical = load_quantile(changes, load->hours - 1, 0.5) / mean;
    free(changes);
    finding_say(out, load_ramp(typical, 0.030, 0.010), "typical change from hour to hour %.1f %%",
                typical * 100);
}

/* How many of the changes are whole multiples of the smallest. */
static size_t multiples_count(const double *sizes, size_t count)
{
    double smallest = sizes[0];
    size_t whole = 0;
    for (size_t i = 1; i < count; i++) {
        smallest = fmin(smallest, sizes[i]);
    }
    for (size_t i = 0; i < count; i++) {
        double ratio = sizes[i] / smallest;
        whole += fabs(ratio - round(ratio)) <= 0.15;
    }
    return whole;
}

void gray_detect_steps(struct gray_finding *out, const struct gray_load *load)
{
    double sizes[STEPS_MAX];
    finding_clear(out);
    size_t count = load_steps(load, sizes, STEPS_MAX);
    size_t rhythm = load->hours / 72;
    if (count == 0 || count > rhythm || count > STEPS_MAX) {
        finding_say(out, 0, count == 0 ? "no sudden lasting changes" : "changes in a rhythm");
        return;
    }
    double part = (double)multiples_count(sizes, count) / (double)count;
    finding_say(out, part * load_ramp((double)count, 0, 3),
                "%zu sudden lasting changes, the first by %.0f kW, %.0f %% whole multiples", count,
                sizes[0], part * 100);
}

/* ------------------------------------------------------------------ what a load answers to */

void gray_detect_curtailment(struct gray_finding *out, const struct gray_load *load)
{
    uint32_t count = 0;
    finding_clear(out);
    if (load->is_curtailed == NULL) {
        return;
    }
    double drop = load_drop(load, load->is_curtailed, NULL, &count);
    if (count >= SIGNAL_HOURS_MIN) {
        finding_say(out, load_ramp(drop, 0.25, 0.60), "%.0f %% less in %u hours of curtailment",
                    drop * 100, count);
    }
}

void gray_detect_price(struct gray_finding *out, const struct gray_load *load)
{
    uint32_t count = 0;
    finding_clear(out);
    if (load->price == NULL || load->is_curtailed == NULL) {
        return;
    }
    bool *is_high = calloc(load->hours, sizeof *is_high);
    ENSURE(is_high != NULL);
    double usual = load_quantile(load->price, load->hours, 0.5);
    for (uint32_t i = 0; i < load->hours; i++) {
        is_high[i] = load->price[i] > 1.5 * usual && !load->is_curtailed[i];
    }
    double drop = load_drop(load, is_high, load->is_curtailed, &count);
    free(is_high);
    if (count >= SIGNAL_HOURS_MIN) {
        finding_say(out, load_ramp(drop, 0.15, 0.45), "%.0f %% less in %u hours of high price",
                    drop * 100, count);
    }
}

/* ------------------------------------------------------------------ what the register says */

void gray_detect_devices(struct gray_finding *out, const struct gray_load *load,
                         const struct load_series *series, const struct gray_rules *rules)
{
    finding_clear(out);
    if (series->nameplate_kw <= 0) {
        return;
    }
    double expected = series->nameplate_kw * rules->pue.high;
    double metered = load_quantile(load->kwh, load->hours, 0.75);
    finding_say(out, load_ramp(metered / expected, 1.20, 1.60),
                "%.0f kW metered, %.0f kW registered with overhead: %.2f times", metered, expected,
                metered / expected);
}

void gray_detect_shares(struct gray_finding *out, const struct gray_load *load,
                        const struct load_series *series, const struct gray_rules *rules)
{
    finding_clear(out);
    if (series->shares_th <= 0 || series->shares_end > load->hours) {
        return;
    }
    double metered = 0;
    for (uint32_t i = series->shares_begin; i < series->shares_end; i++) {
        metered += load->kwh[i];
    }
    bool is_registered = series->nameplate_ths > 0;
    double j_per_th =
        is_registered ? series->nameplate_kw / series->nameplate_ths * 1000 : rules->j_per_th;
    struct estimate count = poisson_interval(series->shares_effective);
    struct estimate work = estimate_scale(count, series->shares_th / series->shares_effective);
    struct estimate kwh =
        estimate_scale(estimate_multiply_bounds(work, rules->pue), j_per_th / 3.6e6);
    double over = metered / kwh.high;
    double under = metered > 0 ? kwh.low / metered : (double)INFINITY;
    double score =
        fmax(load_ramp(over, 1.10, 1.50), under < 1e9 ? load_ramp(under, 1.10, 1.50) : 1);
    finding_say(out, score, "%.0f kWh metered, shares took %.0f (%.0f to %.0f)", metered, kwh.point,
                kwh.low, kwh.high);
}

/* ------------------------------------------------------------------ feeders */

void gray_detect_balance(struct gray_finding *out, const struct load_set *set, size_t supply,
                         const struct gray_rules *rules)
{
    double supplied = 0;
    double metered = 0;
    size_t meters = 0;
    finding_clear(out);
    for (size_t i = 0; i < set->count; i++) {
        const struct load_series *series = &set->series[i];
        struct gray_load load = gray_load_of(set, i);
        if (strcmp(series->feeder, set->series[supply].feeder) != 0) {
            continue;
        }
        double sum = 0;
        for (uint32_t k = 0; k < load.hours; k++) {
            sum += load.kwh[k];
        }
        supplied += i == supply ? sum : 0;
        metered += i == supply ? 0 : sum;
        meters += i != supply;
    }
    if (supplied <= 0 || meters == 0) {
        return;
    }
    double part = (supplied - metered) / supplied;
    finding_say(out, load_ramp(part - rules->technical_loss, 0.02, 0.08),
                "%.1f %% of the supply are in no meter, %.1f %% are technical", part * 100,
                rules->technical_loss * 100);
}

double gray_growth_of(const struct gray_load *load)
{
    /* Whole weeks, so that no weekend makes growth. */
    uint32_t quarter = load->hours / 4 >= 168 ? load->hours / 4 / 168 * 168 : load->hours / 4;
    double first = 0;
    double last = 0;
    for (uint32_t i = 0; i < quarter; i++) {
        first += load->kwh[i];
        last += load->kwh[load->hours - quarter + i];
    }
    return first > 0 ? last / first - 1 : 0;
}

void gray_detect_growth(struct gray_finding *out, double own, const double *growths, size_t count)
{
    finding_clear(out);
    if (count < FEEDERS_MIN) {
        return;
    }
    double median = load_quantile(growths, count, 0.5);
    double *distances = malloc(count * sizeof *distances);
    ENSURE(distances != NULL);
    for (size_t i = 0; i < count; i++) {
        distances[i] = fabs(growths[i] - median);
    }
    double spread = 1.4826 * load_quantile(distances, count, 0.5) + 0.02;
    free(distances);
    double score = own - median > 0.05 ? load_ramp((own - median) / spread, 3, 6) : 0;
    finding_say(out, score, "grew by %.0f %%, the region's feeders by %.0f %%", own * 100,
                median * 100);
}

const char *gray_detector_name(enum gray_detector detector)
{
    switch (detector) {
    case GRAY_DETECTOR_LOAD_FACTOR: return "load factor";
    case GRAY_DETECTOR_NIGHT_DAY: return "night and day";
    case GRAY_DETECTOR_WEEKDAY: return "weekday";
    case GRAY_DETECTOR_STEADINESS: return "steadiness";
    case GRAY_DETECTOR_STEPS: return "steps";
    case GRAY_DETECTOR_CURTAILMENT: return "curtailment";
    case GRAY_DETECTOR_PRICE: return "price";
    case GRAY_DETECTOR_DEVICES: return "devices";
    case GRAY_DETECTOR_SHARES: return "shares";
    case GRAY_DETECTOR_BALANCE: return "balance";
    case GRAY_DETECTOR_GROWTH: return "growth";
    }
    return "unknown";
}
