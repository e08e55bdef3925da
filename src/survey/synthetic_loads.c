/* SPDX-License-Identifier: Apache-2.0
 *
 * Invented loads whose truth is known.
 *
 * Why here: a detector that was never tried where the answer is known is an opinion. The sandbox needs
 * the same loads, so this is no test's helper.
 * Invariants: no energy is negative; a feeder's supply is all that is behind it and its losses.
 * Read next: gray_report.h.
 */
#include "survey/synthetic_loads.h"

#include <math.h>
#include <stdlib.h>

#include "survey/sealed_random.h"
#include "survey/survey_number.h"

enum { HOURS_OF_DAY = 24, DAYS = SYNTHETIC_HOURS / HOURS_OF_DAY, SATURDAY = 5, CONTAINERS_MAX = 6 };

/* 2024-01-01T00, a Monday. */
#define FIRST_HOUR ((int64_t)19723 * 24)

#define J_PER_TH 34.0 /* of registered machines */

/* A kind of consumer: its mean, how it uses the hours of a day, its weekend, its noise. */
struct shape {
    enum synthetic_kind kind;
    double kw_low;
    double kw_high;
    double hours[HOURS_OF_DAY];
    double weekend;
    double noise;
};

static const struct shape shapes[] = {
    {SYNTHETIC_KIND_FLATS,
     60,
     260,
     {0.62, 0.52, 0.47, 0.45, 0.46, 0.55, 0.80, 1.05, 1.05, 0.92, 0.88, 0.90,
      0.95, 0.95, 0.92, 0.95, 1.05, 1.30, 1.62, 1.75, 1.70, 1.50, 1.20, 0.85},
     1.10,
     0.05},
    {SYNTHETIC_KIND_BAKERY,
     30,
     120,
     {0.9, 1.4, 1.9, 2.1, 2.1, 2.0, 1.9, 1.6, 1.2, 0.9, 0.8, 0.7,
      0.7, 0.7, 0.6, 0.6, 0.6, 0.6, 0.5, 0.4, 0.3, 0.3, 0.3, 0.6},
     0.75,
     0.08},
    {SYNTHETIC_KIND_COLD_STORE,
     80,
     400,
     {0.90, 0.88, 0.87, 0.86, 0.86, 0.88, 0.92, 0.96, 1.00, 1.04, 1.08, 1.11,
      1.13, 1.14, 1.14, 1.13, 1.11, 1.08, 1.05, 1.02, 0.99, 0.97, 0.95, 0.92},
     0.95,
     0.09},
    {SYNTHETIC_KIND_DATA_CENTRE,
     150,
     800,
     {0.97, 0.97, 0.96, 0.96, 0.96, 0.97, 0.98, 0.99, 1.01, 1.02, 1.03, 1.03,
      1.03, 1.03, 1.03, 1.03, 1.02, 1.02, 1.01, 1.01, 1.00, 0.99, 0.98, 0.98},
     0.98,
     0.012},
    {SYNTHETIC_KIND_OFFICE,
     40,
     250,
     {0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.5, 0.9, 1.5, 1.8, 1.9, 1.9,
      1.8, 1.9, 1.9, 1.8, 1.6, 1.3, 0.9, 0.6, 0.5, 0.4, 0.4, 0.4},
     0.45,
     0.05},
    {SYNTHETIC_KIND_WAREHOUSE,
     10,
     40,
     {0.6, 0.6, 0.6, 0.6, 0.6, 0.7, 0.9, 1.2, 1.4, 1.5, 1.5, 1.4,
      1.3, 1.4, 1.4, 1.4, 1.3, 1.2, 1.0, 0.8, 0.7, 0.6, 0.6, 0.6},
     0.70,
     0.07},
};

/* A mine and how it behaves. */
struct mine {
    double kw;
    uint32_t first; /* hour it begins */
    bool answers_curtailment;
    bool answers_price;
};

static void signals_make(struct load_set *set, struct sealed_random *random)
{
    for (uint32_t day = 0; day < DAYS; day++) {
        bool is_dear = sealed_random_chance(random, 0.15);
        bool is_short = sealed_random_chance(random, 0.12);
        for (uint32_t i = 0; i < HOURS_OF_DAY; i++) {
            uint32_t hour = day * HOURS_OF_DAY + i;
            bool is_evening = i >= 17 && i <= 22;
            double price = 20 * (is_evening ? 1.2 : 1) * (is_evening && is_dear ? 1.8 : 1);
            set->price[hour] = price * sealed_random_between(random, 0.97, 1.03);
            set->is_curtailed[hour] = is_short && i >= 18 && i <= 21;
        }
    }
}

static void consumer_add(double *kwh, const struct shape *shape, struct sealed_random *random)
{
    double mean = sealed_random_between(random, shape->kw_low, shape->kw_high);
    double lazy = 0; /* weather and the like: noise that lasts for hours */
    for (uint32_t i = 0; i < SYNTHETIC_HOURS; i++) {
        bool is_weekend = survey_hour_weekday(FIRST_HOUR + i) >= SATURDAY;
        lazy = 0.95 * lazy + 0.3 * shape->noise * sealed_random_normal(random);
        double factor = 1 + lazy + shape->noise * sealed_random_normal(random);
        double used = mean * shape->hours[i % HOURS_OF_DAY] * (is_weekend ? shape->weekend : 1);
        kwh[i] += fmax(used * factor, 0);
    }
}

/* What runs of a mine in one hour, 0..1, beside its containers. */
static double mine_running(const struct load_set *set, const struct mine *mine, uint32_t hour)
{
    if (hour < mine->first) {
        return 0;
    }
    if (mine->answers_curtailment && set->is_curtailed[hour]) {
        return 0.04;
    }
    return mine->answers_price && set->price[hour] > 32 ? 0.15 : 1;
}

/* Adds the mine's hours to kwh; each container stands still for some days now and then. */
static void mine_add(double *kwh, const struct load_set *set, const struct mine *mine,
                     struct sealed_random *random)
{
    uint32_t containers = sealed_random_whole(random, 2, CONTAINERS_MAX);
    uint32_t still_until[CONTAINERS_MAX] = {0};
    for (uint32_t i = 0; i < SYNTHETIC_HOURS; i++) {
        uint32_t running = 0;
        for (uint32_t k = 0; k < containers; k++) {
            if (i >= still_until[k] && sealed_random_chance(random, 1.0 / (24 * 45))) {
                still_until[k] = i + sealed_random_whole(random, 14, 90);
            }
            running += i >= still_until[k];
        }
        double noise = 1 + 0.006 * sealed_random_normal(random);
        kwh[i] += mine->kw * running / containers * mine_running(set, mine, i) * noise;
    }
}

static double mean_of(const double *kwh)
{
    double sum = 0;
    for (uint32_t i = 0; i < SYNTHETIC_HOURS; i++) {
        sum += kwh[i];
    }
    return sum / SYNTHETIC_HOURS;
}

static struct mine mine_invent(struct sealed_random *random, double kw)
{
    bool is_late = sealed_random_chance(random, 0.25);
    return (struct mine){
        .kw = kw,
        .first = is_late ? sealed_random_whole(random, 15 * 24, 26 * 24) : 0,
        .answers_curtailment = sealed_random_chance(random, 0.6),
        .answers_price = sealed_random_chance(random, 0.5),
    };
}

/* The series of a site among the region's; they stand feeder by feeder, the supply first. */
static double *series_kwh(struct synthetic_region *region, size_t index)
{
    return region->set.kwh + index * SYNTHETIC_HOURS;
}

/* A mine of the register; some have more machines than they declared. */
static void registered_make(struct synthetic_region *region, size_t index,
                            struct sealed_random *random)
{
    double *kwh = series_kwh(region, index);
    struct load_series *series = &region->set.series[index];
    struct synthetic_truth *truth = &region->truth[index];
    double pue = sealed_random_between(random, 1.03, 1.16);
    series->nameplate_kw = sealed_random_between(random, 300, 3000);
    series->nameplate_ths = series->nameplate_kw * 1000 / J_PER_TH;
    struct mine mine = {.kw = series->nameplate_kw * pue, .answers_curtailment = true};
    mine_add(kwh, &region->set, &mine, random);
    series->shares_end = SYNTHETIC_HOURS;
    series->shares_effective = 40000;
    double luck = 1 + sealed_random_normal(random) / 200;
    series->shares_th = mean_of(kwh) * SYNTHETIC_HOURS / pue * 3.6e6 / J_PER_TH * luck;
    truth->kind = SYNTHETIC_KIND_REGISTERED_MINE;
    truth->has_excess = sealed_random_chance(random, 0.4);
    if (truth->has_excess) {
        double before = mean_of(kwh);
        mine.kw *= sealed_random_between(random, 0.4, 1.5);
        mine_add(kwh, &region->set, &mine, random);
        truth->gray_kw = mean_of(kwh) - before;
    }
}

static bool site_make(struct synthetic_region *region, size_t index, struct sealed_random *random)
{
    double *kwh = series_kwh(region, index);
    struct synthetic_truth *truth = &region->truth[index];
    size_t last = sizeof shapes / sizeof shapes[0] - 1;
    const struct shape *shape = &shapes[sealed_random_whole(random, 0, (uint32_t)last)];
    truth->kind = shape->kind;
    consumer_add(kwh, shape, random);
    truth->mines_unregistered = sealed_random_chance(random, 0.15);
    if (!truth->mines_unregistered) {
        return false;
    }
    double before = mean_of(kwh);
    double host = fmax(before, 60);
    struct mine mine = mine_invent(random, host * sealed_random_between(random, 0.8, 4));
    mine_add(kwh, &region->set, &mine, random);
    truth->gray_kw = mean_of(kwh) - before;
    return mine.first > 0;
}

/* The supply: everything metered, perhaps a miner before the meters, and the losses of the lines. */
static void feeder_make(struct synthetic_region *region, size_t index, bool has_begun,
                        struct sealed_random *random)
{
    double *kwh = series_kwh(region, index);
    struct synthetic_truth *truth = &region->truth[index];
    double loss = sealed_random_between(random, 0.05, 0.085);
    truth->kind = SYNTHETIC_KIND_FEEDER;
    truth->is_diverted = sealed_random_chance(random, 0.25);
    for (size_t k = 1; k <= SYNTHETIC_SITES; k++) {
        const double *site = series_kwh(region, index + k);
        for (uint32_t i = 0; i < SYNTHETIC_HOURS; i++) {
            kwh[i] += site[i];
        }
    }
    if (truth->is_diverted) {
        double before = mean_of(kwh);
        struct mine mine = mine_invent(random, before * sealed_random_between(random, 0.08, 0.4));
        mine_add(kwh, &region->set, &mine, random);
        truth->gray_kw = mean_of(kwh) - before;
        has_begun = has_begun || mine.first > 0;
    }
    truth->has_begun = has_begun;
    for (uint32_t i = 0; i < SYNTHETIC_HOURS; i++) {
        double noise = 1 + 0.002 * sealed_random_normal(random);
        kwh[i] *= noise / (1 - loss);
    }
}

static void names_give(struct synthetic_region *region, size_t feeder)
{
    for (size_t k = 0; k <= SYNTHETIC_SITES; k++) {
        struct load_series *series = &region->set.series[feeder * (SYNTHETIC_SITES + 1) + k];
        (void)snprintf(series->feeder, sizeof series->feeder, "feeder-%zu", feeder + 1);
        if (k > 0) {
            (void)snprintf(series->site, sizeof series->site, "site-%zu-%zu", feeder + 1, k);
        }
    }
}

bool synthetic_region_make(struct synthetic_region *region, uint64_t seed)
{
    struct sealed_random random = {seed};
    *region = (struct synthetic_region){0};
    struct load_set *set = &region->set;
    bool is_made = load_set_create(set, SYNTHETIC_SERIES, SYNTHETIC_HOURS, FIRST_HOUR);
    set->price = calloc(SYNTHETIC_HOURS, sizeof *set->price);
    set->is_curtailed = calloc(SYNTHETIC_HOURS, sizeof *set->is_curtailed);
    if (!is_made || set->price == NULL || set->is_curtailed == NULL) {
        return false;
    }
    signals_make(set, &random);
    for (size_t feeder = 0; feeder < SYNTHETIC_FEEDERS; feeder++) {
        size_t first = feeder * (SYNTHETIC_SITES + 1);
        bool has_begun = false;
        names_give(region, feeder);
        for (size_t k = 1; k < SYNTHETIC_SITES; k++) {
            has_begun = site_make(region, first + k, &random) || has_begun;
        }
        registered_make(region, first + SYNTHETIC_SITES, &random);
        feeder_make(region, first, has_begun, &random);
    }
    return true;
}

void synthetic_region_write_loads(FILE *out, const struct synthetic_region *region)
{
    const struct load_set *set = &region->set;
    (void)fputs("feeder,site,hour,energy,unit\n", out);
    for (size_t i = 0; i < set->count; i++) {
        const double *kwh = load_set_hours(set, i);
        for (uint32_t k = 0; k < set->hours; k++) {
            char hour[SURVEY_HOUR_SIZE];
            survey_hour_write(set->first_hour + k, hour);
            (void)fprintf(out, "%s,%s,%s,%.3f,kWh\n", set->series[i].feeder, set->series[i].site,
                          hour, kwh[k]);
        }
    }
}

void synthetic_region_write_signals(FILE *out, const struct synthetic_region *region)
{
    const struct load_set *set = &region->set;
    (void)fputs("hour,price,curtailed\n", out);
    for (uint32_t k = 0; k < set->hours; k++) {
        char hour[SURVEY_HOUR_SIZE];
        survey_hour_write(set->first_hour + k, hour);
        (void)fprintf(out, "%s,%.3f,%d\n", hour, set->price[k], set->is_curtailed[k] ? 1 : 0);
    }
}
