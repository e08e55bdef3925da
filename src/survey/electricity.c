/* SPDX-License-Identifier: Apache-2.0
 *
 * How much power a hash rate takes.
 *
 * Why here: a hash rate is what can be seen of a country, power is what it pays for. The width of the
 * answer is the honest part of it.
 * Invariants: lower <= best <= upper, because each is of the same machines; no machine before its
 * release.
 * Read next: gray_residual.h.
 */
#include "survey/electricity.h"

#include <math.h>

#include "base/ensure.h"

enum { SECONDS_PER_DAY = 86400, J_PER_KWH = 3600000 };

#define SECONDS_PER_YEAR (365.25 * SECONDS_PER_DAY)

const struct electricity_rules electricity_rules_default = {
    .price_usd_kwh = 0.05,
    .pue = {1.01, 1.10, 1.20},
    .years_max = 5,
    .weighting = ELECTRICITY_WEIGHTING_AGE,
};

/* What the machines that are in add up to. */
struct fleet {
    const struct machine *best;
    const struct machine *worst;
    double weights;
    double weighted;
    size_t count;
};

double electricity_threshold(double revenue_usd_day, double network_ehs, double price_usd_kwh)
{
    ENSURE(network_ehs > 0 && price_usd_kwh > 0);
    double usd_per_th = revenue_usd_day / (network_ehs * 1e6 * SECONDS_PER_DAY);
    double usd_per_j = price_usd_kwh / J_PER_KWH;
    return usd_per_th / usd_per_j / 1000;
}

double electricity_threshold_mean(const struct electricity_days *days, size_t index,
                                  double price_usd_kwh)
{
    ENSURE(index < days->count);
    size_t first = index + 1 < ELECTRICITY_AVERAGE_DAYS ? 0 : index + 1 - ELECTRICITY_AVERAGE_DAYS;
    double sum = 0;
    for (size_t i = first; i <= index; i++) {
        const struct electricity_day *day = &days->rows[i];
        sum += electricity_threshold(day->revenue_usd, day->network_ehs, price_usd_kwh);
    }
    return sum / (double)(index - first + 1);
}

double electricity_gigawatts(double ehs, double j_per_th, double pue)
{
    return ehs * j_per_th * pue / 1000;
}

/* Full years since release; the weight of the newest is 1, of those over the table 0. */
static double age_weight(const struct electricity_rules *rules, double years)
{
    static const double weights[ELECTRICITY_WEIGHT_YEARS] = {1.0, 0.8, 0.6, 0.4, 0.2};
    switch (rules->weighting) {
    case ELECTRICITY_WEIGHTING_PLAIN: return 1;
    case ELECTRICITY_WEIGHTING_AGE: break;
    }
    return years < ELECTRICITY_WEIGHT_YEARS ? weights[(size_t)years] : 0;
}

static void fleet_add(struct fleet *fleet, const struct machine *machine, double weight)
{
    if (fleet->best == NULL || machine->j_per_gh < fleet->best->j_per_gh) {
        fleet->best = machine;
    }
    if (fleet->worst == NULL || machine->j_per_gh > fleet->worst->j_per_gh) {
        fleet->worst = machine;
    }
    fleet->weights += weight;
    fleet->weighted += weight * machine->j_per_gh;
    fleet->count++;
}

static double age_years(const struct machine *machine, int64_t time_s)
{
    return (double)(time_s - machine->released_s) / SECONDS_PER_YEAR;
}

static void fleet_choose(struct fleet *fleet, const struct machine_list *list,
                         const struct electricity_rules *rules, int64_t time_s, double threshold)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct machine *machine = &list->rows[i];
        double years = age_years(machine, time_s);
        bool is_old = rules->years_max > 0 && years >= rules->years_max;
        if (machine->released_s < time_s && !is_old && machine->j_per_gh < threshold) {
            fleet_add(fleet, machine, age_weight(rules, years));
        }
    }
}

/* The best machine that had been released, whatever it costs to run. */
static const struct machine *best_released(const struct machine_list *list, int64_t time_s)
{
    const struct machine *best = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct machine *machine = &list->rows[i];
        bool is_better = best == NULL || machine->j_per_gh < best->j_per_gh;
        if (machine->released_s < time_s && is_better) {
            best = machine;
        }
    }
    return best;
}

bool electricity_estimate(struct electricity *out, const struct machine_list *list,
                          const struct electricity_rules *rules,
                          const struct electricity_moment *moment)
{
    struct fleet fleet = {0};
    fleet_choose(&fleet, list, rules, moment->time_s, moment->threshold_j_gh);
    *out =
        (struct electricity){.threshold_j_gh = moment->threshold_j_gh, .profitable = fleet.count};
    out->is_fallback = fleet.count == 0;
    if (out->is_fallback) {
        fleet.best = moment->before != NULL ? moment->before : best_released(list, moment->time_s);
        fleet.worst = fleet.best;
    }
    if (fleet.best == NULL) {
        return false;
    }
    double low = fleet.best->j_per_gh * 1000;
    double high = fleet.worst->j_per_gh * 1000;
    double mean = fleet.weights > 0 ? fleet.weighted / fleet.weights * 1000 : (low + high) / 2;
    out->last = fleet.best;
    out->j_per_th = (struct estimate){low, fmin(fmax(mean, low), high), high};
    out->gigawatts =
        (struct estimate){electricity_gigawatts(moment->ehs, out->j_per_th.low, rules->pue.low),
                          electricity_gigawatts(moment->ehs, out->j_per_th.point, rules->pue.point),
                          electricity_gigawatts(moment->ehs, out->j_per_th.high, rules->pue.high)};
    out->twh_per_year = estimate_scale(out->gigawatts, 365.25 * 24 / 1000);
    return true;
}
