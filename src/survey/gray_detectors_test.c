/* SPDX-License-Identifier: Apache-2.0
 *
 * Each detector on loads made for it: what it looks for, what only looks alike, and nothing to judge by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "support/assert_near.h"
#include "survey/gray_detectors.h"
#include "survey/load_figures.h"
#include "survey/sealed_random.h"

enum { HOURS = 28 * 24, MONDAY = 473352 }; /* 2024-01-01T00 */

static double kwh[HOURS];
static double price[HOURS];
static bool is_curtailed[HOURS];

static struct gray_load load_fill(double (*value)(uint32_t hour))
{
    for (uint32_t i = 0; i < HOURS; i++) {
        kwh[i] = value(i);
        price[i] = 20;
        is_curtailed[i] = false;
    }
    return (struct gray_load){kwh, HOURS, MONDAY, price, is_curtailed};
}

static double flat(uint32_t hour)
{
    return hour < HOURS ? 1000 : 0;
}

static double by_day(uint32_t hour)
{
    return hour % 24 >= 8 && hour % 24 < 20 ? 300 : 60;
}

static double working_days(uint32_t hour)
{
    return hour / 24 % 7 < 5 ? 1000 : 200;
}

static double nothing(uint32_t hour)
{
    return hour < HOURS ? 0 : 1;
}

/* Five containers of 200 kW; one stops on day 5, two on day 9, all are back on day 14. */
static double containers(uint32_t hour)
{
    uint32_t day = hour / 24;
    uint32_t running = day < 5 ? 5 : day < 9 ? 4 : day < 14 ? 2 : 5;
    return 200.0 * running;
}

static void a_flat_load_has_every_sign_of_shape(void **state)
{
    struct gray_finding found;
    struct gray_load load = load_fill(flat);
    gray_detect_load_factor(&found, &load);
    assert_near(found.score, 1, 1e-9);
    assert_string_equal(found.reason, "load factor 1.00");
    gray_detect_night_day(&found, &load);
    assert_near(found.score, 1, 1e-9);
    gray_detect_weekday(&found, &load);
    assert_near(found.score, 1, 1e-9);
    gray_detect_steadiness(&found, &load);
    assert_near(found.score, 1, 1e-9);
    gray_detect_steps(&found, &load);
    assert_near(found.score, 0, 0);
}

static void a_load_by_day_and_one_of_working_days_have_not(void **state)
{
    struct gray_finding found;
    struct gray_load load = load_fill(by_day);
    gray_detect_load_factor(&found, &load);
    assert_near(found.score, 0, 0);
    gray_detect_night_day(&found, &load);
    assert_near(found.score, 0, 0);
    gray_detect_steps(&found, &load);
    assert_near(found.score, 0, 0);
    load = load_fill(working_days);
    gray_detect_weekday(&found, &load);
    assert_near(found.score, 0, 0);
    gray_detect_night_day(&found, &load);
    assert_near(found.score, 1, 1e-9);
}

static void whole_containers_are_seen_by_their_steps(void **state)
{
    struct gray_finding found;
    double sizes[8];
    struct gray_load load = load_fill(containers);
    assert_int_equal(load_steps(&load, sizes, 8), 3);
    assert_near(sizes[0], 200, 1e-9);
    assert_near(sizes[1], 400, 1e-9);
    assert_near(sizes[2], 600, 1e-9);
    gray_detect_steps(&found, &load);
    assert_near(found.score, 1, 1e-9);
    /* The same steps of unequal size are less of a sign. */
    for (uint32_t i = 9 * 24; i < 14 * 24; i++) {
        kwh[i] += 100;
    }
    gray_detect_steps(&found, &load);
    assert_true(found.score < 0.5);
}

static void who_stops_when_told_or_when_power_is_dear_is_seen(void **state)
{
    struct gray_finding found;
    struct gray_load load = load_fill(flat);
    gray_detect_curtailment(&found, &load);
    assert_false(found.is_known);
    gray_detect_price(&found, &load);
    assert_false(found.is_known);
    for (uint32_t day = 3; day < 28; day += 7) {
        for (uint32_t i = 18; i < 22; i++) {
            is_curtailed[day * 24 + i] = true;
            price[(day + 1) * 24 + i] = 40;
        }
    }
    gray_detect_curtailment(&found, &load);
    assert_true(found.is_known);
    assert_near(found.score, 0, 0);
    for (uint32_t i = 0; i < HOURS; i++) {
        kwh[i] *= is_curtailed[i] ? 0.1 : price[i] > 30 ? 0.5 : 1;
    }
    gray_detect_curtailment(&found, &load);
    assert_near(found.score, 1, 1e-9);
    gray_detect_price(&found, &load);
    assert_near(found.score, 1, 1e-9);
    /* Stopped hours are no part of the shape: 640 of 1000 kW and 16 dear ones of 500. */
    assert_near(load_mean(&load), (640 * 1000.0 + 16 * 500.0) / 656, 1e-9);
    gray_detect_load_factor(&found, &load);
    assert_true(found.score > 0.9);
    load.price = NULL;
    load.is_curtailed = NULL;
    gray_detect_curtailment(&found, &load);
    assert_false(found.is_known);
}

static void more_power_than_registered_devices_take_is_seen(void **state)
{
    struct gray_finding found;
    struct gray_load load = load_fill(flat);
    struct load_series series = {0};
    gray_detect_devices(&found, &load, &series, &gray_rules_default);
    assert_false(found.is_known);
    series.nameplate_kw = 1000 / 1.1;
    gray_detect_devices(&found, &load, &series, &gray_rules_default);
    assert_near(found.score, 0, 0);
    series.nameplate_kw = 400;
    gray_detect_devices(&found, &load, &series, &gray_rules_default);
    assert_near(found.score, 1, 1e-9);
    /* 1000 / (600 * 1.2) = 1.39: ramp(1.2, 1.6) */
    series.nameplate_kw = 600;
    gray_detect_devices(&found, &load, &series, &gray_rules_default);
    assert_near(found.score, (1000 / 720.0 - 1.2) / 0.4, 1e-9);
}

static void shares_that_do_not_fit_the_meter_are_seen_both_ways(void **state)
{
    struct gray_finding found;
    struct gray_load load = load_fill(flat);
    struct load_series series = {.nameplate_kw = 900, .nameplate_ths = 30000};
    gray_detect_shares(&found, &load, &series, &gray_rules_default);
    assert_false(found.is_known);
    /* 30 J/TH: 1000 kWh an hour at PUE 1.1 are 1.0909e11 TH an hour. */
    double honest = 1000 * 3.6e6 / 30 / 1.1 * HOURS;
    series.shares_end = HOURS;
    series.shares_effective = 40000;
    series.shares_th = honest;
    gray_detect_shares(&found, &load, &series, &gray_rules_default);
    assert_true(found.is_known);
    assert_near(found.score, 0, 0);
    series.shares_th = honest / 2;
    gray_detect_shares(&found, &load, &series, &gray_rules_default);
    assert_true(found.score > 0.9);
    series.shares_th = honest * 2;
    gray_detect_shares(&found, &load, &series, &gray_rules_default);
    assert_true(found.score > 0.9);
    /* Ten shares say too little to speak of half of the power. */
    series.shares_th = honest / 1.6;
    series.shares_effective = 10;
    gray_detect_shares(&found, &load, &series, &gray_rules_default);
    assert_near(found.score, 0, 0);
}

static void what_no_meter_of_a_feeder_sees_is_seen_by_its_balance(void **state)
{
    struct gray_finding found;
    struct load_set set;
    assert_true(load_set_create(&set, 4, HOURS, MONDAY));
    const double values[] = {1000, 600, 320, 5000};
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(set.series[i].feeder, SURVEY_NAME_SIZE, i < 3 ? "f" : "g");
        if (i > 0) {
            (void)snprintf(set.series[i].site, SURVEY_NAME_SIZE, "site %zu", i);
        }
        for (uint32_t k = 0; k < HOURS; k++) {
            set.kwh[i * HOURS + k] = values[i];
        }
    }
    gray_detect_balance(&found, &set, 0, &gray_rules_default);
    assert_near(found.score, 0, 1e-9);
    for (uint32_t k = 0; k < HOURS; k++) {
        set.kwh[2 * HOURS + k] = 200;
    }
    gray_detect_balance(&found, &set, 0, &gray_rules_default);
    assert_near(found.score, 1, 1e-9);
    assert_non_null(strstr(found.reason, "20.0 %"));
    (void)snprintf(set.series[0].feeder, SURVEY_NAME_SIZE, "alone");
    gray_detect_balance(&found, &set, 0, &gray_rules_default);
    assert_false(found.is_known);
    load_set_destroy(&set);
}

static double grown(uint32_t hour)
{
    return hour < HOURS / 2 ? 100 : 150;
}

static void a_feeder_that_outgrows_its_region_is_seen(void **state)
{
    struct gray_finding found;
    struct gray_load load = load_fill(grown);
    assert_near(gray_growth_of(&load), 0.5, 1e-9);
    const double growths[] = {0.03, 0.02, 0.04, 0.03, 0.50};
    gray_detect_growth(&found, 0.50, growths, 5);
    assert_near(found.score, 1, 1e-9);
    gray_detect_growth(&found, 0.04, growths, 5);
    assert_near(found.score, 0, 0);
    /* Where all grow, nobody stands out. */
    const double all[] = {0.5, 0.52, 0.48, 0.5};
    gray_detect_growth(&found, 0.52, all, 4);
    assert_near(found.score, 0, 0);
    gray_detect_growth(&found, 0.5, growths, 3);
    assert_false(found.is_known);
}

static void of_nothing_nothing_is_said(void **state)
{
    struct gray_finding found;
    struct gray_load load = load_fill(nothing);
    struct load_series series = {0};
    gray_detect_load_factor(&found, &load);
    assert_false(found.is_known);
    gray_detect_night_day(&found, &load);
    assert_false(found.is_known);
    gray_detect_weekday(&found, &load);
    assert_false(found.is_known);
    gray_detect_steadiness(&found, &load);
    assert_false(found.is_known);
    gray_detect_steps(&found, &load);
    assert_near(found.score, 0, 0);
    gray_detect_shares(&found, &load, &series, &gray_rules_default);
    assert_false(found.is_known);
    assert_near(gray_growth_of(&load), 0, 0);
}

/* The quantile against a count over all values. */
static void quantiles_and_ramps_are_what_they_say(void **state)
{
    struct sealed_random random = {11};
    double values[101];
    for (int turn = 0; turn < 50; turn++) {
        for (int i = 0; i < 101; i++) {
            values[i] = sealed_random_between(&random, -5, 5);
        }
        double found = load_quantile(values, 101, 0.25);
        int below = 0;
        for (int i = 0; i < 101; i++) {
            below += values[i] < found;
        }
        assert_int_equal(below, 25);
    }
    assert_near(load_ramp(0.5, 0, 1), 0.5, 1e-12);
    assert_near(load_ramp(0.5, 1, 0), 0.5, 1e-12);
    assert_near(load_ramp(-1, 0, 1), 0, 0);
    assert_near(load_ramp(2, 0, 1), 1, 0);
    assert_near(load_ramp((double)NAN, 0, 1), 0, 0);
    for (int i = 1; i <= GRAY_DETECTOR_COUNT; i++) {
        assert_string_not_equal(gray_detector_name((enum gray_detector)i), "unknown");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flat_load_has_every_sign_of_shape),
        cmocka_unit_test(a_load_by_day_and_one_of_working_days_have_not),
        cmocka_unit_test(whole_containers_are_seen_by_their_steps),
        cmocka_unit_test(who_stops_when_told_or_when_power_is_dear_is_seen),
        cmocka_unit_test(more_power_than_registered_devices_take_is_seen),
        cmocka_unit_test(shares_that_do_not_fit_the_meter_are_seen_both_ways),
        cmocka_unit_test(what_no_meter_of_a_feeder_sees_is_seen_by_its_balance),
        cmocka_unit_test(a_feeder_that_outgrows_its_region_is_seen),
        cmocka_unit_test(of_nothing_nothing_is_said),
        cmocka_unit_test(quantiles_and_ramps_are_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
