/* SPDX-License-Identifier: Apache-2.0
 *
 * The electricity model: thresholds, ages, weights, the last profitable machine, and Kazakhstan in
 * August 2021.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assert_near.h"
#include "support/source_file.h"
#include "survey/electricity.h"
#include "survey/survey_number.h"

enum { YEAR_S = 31557600, AUGUST_2021_S = 1629000000 };

static struct machine_list list;
static struct electricity_days days;
static char text[1 << 14];

static void machine_put(const char *name, int64_t released_s, double j_per_gh)
{
    struct machine *machine = &list.rows[list.count++];
    *machine = (struct machine){.released_s = released_s, .j_per_gh = j_per_gh};
    (void)snprintf(machine->name, sizeof machine->name, "%s", name);
}

static void kazakhstan_in_august_2021_is_as_reckoned_before(void **state)
{
    assert_near(electricity_gigawatts(21.85, 29.55, 1.01), 0.65, 0.005);
    assert_near(electricity_gigawatts(21.85, 50, 1.10), 1.20, 0.005);
    assert_near(electricity_gigawatts(21.85, 98, 1.20), 2.57, 0.005);
}

static void the_threshold_is_where_power_costs_what_it_earns(void **state)
{
    /* 45 million USD a day over 120.7 EH/s at 5 cents: 0.3107 J/GH. */
    double threshold = electricity_threshold(45e6, 120.7, 0.05);
    assert_near(threshold, 0.31069, 0.0001);
    /* Another price: times 0.05 / price. */
    assert_near(electricity_threshold(45e6, 120.7, 0.10), threshold / 2, 1e-12);
    /* A machine at the threshold: what 1 TH/s earns a day pays for threshold * 1000 W * 24 h. */
    assert_near(45e6 / 120.7e6, threshold * 1000 * 24 / 1000 * 0.05, 1e-9);
}

static void the_real_list_gives_known_machines(void **state)
{
    struct survey_fault fault;
    struct electricity found;
    struct electricity_rules rules = electricity_rules_default;
    struct slice file = source_file_read("data/mining/machines.csv", text, sizeof text);
    assert_true(machine_list_read(&list, file, &fault));
    assert_int_equal(list.count, 90);
    assert_true(electricity_estimate(
        &found, &list, &rules, &(struct electricity_moment){AUGUST_2021_S, 0.0981, 21.85, NULL}));
    assert_near(found.j_per_th.low, 29.55, 1e-9);
    assert_near(found.j_per_th.high, 98, 1e-9);
    assert_near(found.gigawatts.low, 0.652, 0.001);
    assert_near(found.gigawatts.high, 2.570, 0.001);
    assert_true(found.gigawatts.point > 0.9 && found.gigawatts.point < 1.8);
    assert_near(found.twh_per_year.point, found.gigawatts.point * 8.766, 1e-9);
    assert_string_equal(found.last->name, "Bitmain Antminer S19 Pro (110Th)");
    assert_false(found.is_fallback);
    /* Without the rule of five years the S9 of 2016 is still there: more machines. */
    size_t young = found.profitable;
    rules.years_max = 0;
    assert_true(electricity_estimate(
        &found, &list, &rules, &(struct electricity_moment){AUGUST_2021_S, 0.0981, 21.85, NULL}));
    assert_true(found.profitable > young);
    /* Before the first ASIC the processors are all there is. */
    assert_true(electricity_estimate(&found, &list, &rules,
                                     &(struct electricity_moment){1250000000, 1e9, 0.00001, NULL}));
    assert_string_equal(found.last->name, "Worst CPU");
    assert_false(electricity_estimate(
        &found, &list, &rules, &(struct electricity_moment){1220000000, 1e9, 0.00001, NULL}));
}

static void machines_are_in_by_release_age_and_threshold(void **state)
{
    struct electricity found;
    const int64_t now = 1600000000;
    list.count = 0;
    machine_put("not yet", now, 0.01);
    machine_put("new", now - 1, 0.03);
    machine_put("at the threshold", now - YEAR_S, 0.10);
    machine_put("four years", now - 4 * (int64_t)YEAR_S, 0.09);
    machine_put("five years", now - 5 * (int64_t)YEAR_S, 0.02);
    assert_true(electricity_estimate(&found, &list, &electricity_rules_default,
                                     &(struct electricity_moment){now, 0.10, 100, NULL}));
    assert_int_equal(found.profitable, 2);
    assert_near(found.j_per_th.low, 30, 1e-9);
    assert_near(found.j_per_th.high, 90, 1e-9);
    /* (1.0 * 0.03 + 0.2 * 0.09) / 1.2 */
    assert_near(found.j_per_th.point, 40, 1e-9);
    assert_near(found.gigawatts.point, 100 * 40 * 1.10 / 1000, 1e-9);
    struct electricity_rules plain = electricity_rules_default;
    plain.weighting = ELECTRICITY_WEIGHTING_PLAIN;
    assert_true(electricity_estimate(&found, &list, &plain,
                                     &(struct electricity_moment){now, 0.10, 100, NULL}));
    assert_near(found.j_per_th.point, 60, 1e-9);
    plain.years_max = 0;
    assert_true(electricity_estimate(&found, &list, &plain,
                                     &(struct electricity_moment){now, 0.10, 100, NULL}));
    assert_near(found.j_per_th.low, 20, 1e-9);
    assert_int_equal(found.profitable, 3);
}

static void each_full_year_weighs_a_fifth_less(void **state)
{
    static const double weights[] = {1.0, 0.8, 0.6, 0.4, 0.2};
    struct electricity found;
    const int64_t now = 1600000000;
    for (int64_t years = 0; years < 5; years++) {
        list.count = 0;
        machine_put("a", now - 1, 0.03);
        machine_put("b", now - years * YEAR_S - 1000, 0.09);
        assert_true(electricity_estimate(&found, &list, &electricity_rules_default,
                                         &(struct electricity_moment){now, 1, 1, NULL}));
        double expected = (0.03 + weights[years] * 0.09) / (1 + weights[years]) * 1000;
        assert_near(found.j_per_th.point, expected, 1e-9);
    }
}

static void with_none_profitable_the_last_one_that_was_is_taken(void **state)
{
    struct electricity found;
    list.count = 0;
    machine_put("better", 100, 0.03);
    machine_put("worse", 100, 0.05);
    assert_true(electricity_estimate(&found, &list, &electricity_rules_default,
                                     &(struct electricity_moment){200, 0.01, 10, &list.rows[1]}));
    assert_true(found.is_fallback && found.profitable == 0);
    assert_near(found.j_per_th.point, 50, 1e-9);
    assert_near(found.gigawatts.low, 10 * 50 * 1.01 / 1000, 1e-9);
    assert_near(found.gigawatts.high, 10 * 50 * 1.20 / 1000, 1e-9);
    assert_true(electricity_estimate(&found, &list, &electricity_rules_default,
                                     &(struct electricity_moment){200, 0.01, 10, NULL}));
    assert_string_equal(found.last->name, "better");
}

static void the_threshold_is_a_mean_of_two_weeks(void **state)
{
    days.count = 0;
    for (int i = 0; i < 30; i++) {
        days.rows[days.count++] =
            (struct electricity_day){.day = i, .revenue_usd = 1e6 * i, .network_ehs = 100};
    }
    double each = electricity_threshold(1e6, 100, 0.05);
    assert_near(electricity_threshold_mean(&days, 0, 0.05), 0, 1e-15);
    assert_near(electricity_threshold_mean(&days, 4, 0.05), 2 * each, 1e-12);
    assert_near(electricity_threshold_mean(&days, 13, 0.05), 6.5 * each, 1e-12);
    assert_near(electricity_threshold_mean(&days, 29, 0.05), 22.5 * each, 1e-12);
}

static void faulty_files_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *text;
        uint64_t line;
    } MACHINES[] = {
        {"name,released,j_per_gh\nA,1,0.1\nA,2,0.2\n", 3},
        {"name,released,j_per_gh\nA,1,0\n", 2},
        {"name,released,j_per_gh\nA,1,-0.1\n", 2},
        {"name,released,j_per_gh\nA,1.5,0.1\n", 2},
        {"name,released,j_per_gh\n,1,0.1\n", 2},
        {"name,released,j_per_gh\nA,1,0.1", 2},
        {"name,released\n", 1},
    };
    static const struct {
        const char *text;
        uint64_t line;
    } DAYS[] = {
        {"day,revenue_usd,network_ehs\n2021-08-01,1,1\n2021-08-03,1,1\n", 3},
        {"day,revenue_usd,network_ehs\n2021-08-01,1,1\n2021-08-01,1,1\n", 3},
        {"day,revenue_usd,network_ehs\n2021-08-01,1,0\n", 2},
        {"day,revenue_usd,network_ehs\n2021-08-01,x,1\n", 2},
        {"day,revenue_usd,network_ehs\n2021-02-29,1,1\n", 2},
    };
    struct survey_fault fault;
    for (size_t i = 0; i < sizeof MACHINES / sizeof MACHINES[0]; i++) {
        assert_false(machine_list_read(&list, slice_of_text(MACHINES[i].text), &fault));
        assert_int_equal(fault.line, MACHINES[i].line);
    }
    for (size_t i = 0; i < sizeof DAYS / sizeof DAYS[0]; i++) {
        assert_false(electricity_days_read(&days, slice_of_text(DAYS[i].text), &fault));
        assert_int_equal(fault.line, DAYS[i].line);
    }
    assert_true(electricity_days_read(
        &days, slice_of_text("day,revenue_usd,network_ehs\n2021-08-31,1,1\n2021-09-01,2,1\n"),
        &fault));
    assert_int_equal(days.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kazakhstan_in_august_2021_is_as_reckoned_before),
        cmocka_unit_test(the_threshold_is_where_power_costs_what_it_earns),
        cmocka_unit_test(the_real_list_gives_known_machines),
        cmocka_unit_test(machines_are_in_by_release_age_and_threshold),
        cmocka_unit_test(each_full_year_weighs_a_fifth_less),
        cmocka_unit_test(with_none_profitable_the_last_one_that_was_is_taken),
        cmocka_unit_test(the_threshold_is_a_mean_of_two_weeks),
        cmocka_unit_test(faulty_files_are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
