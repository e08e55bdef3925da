/* SPDX-License-Identifier: Apache-2.0
 *
 * The mining map: every published point comes out of inputs of its shape, the interval holds the
 * truth as often as it says, and faulty files are refused with their line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assert_near.h"
#include "support/random_stream.h"
#include "support/source_file.h"
#include "survey/mining_map.h"
#include "survey/survey_number.h"

static struct map_splits splits;
static struct mining_map map;
static char text[1 << 16];

static void splits_load(void)
{
    struct survey_fault fault;
    struct slice file = source_file_read("data/mining/pool_splits.csv", text, sizeof text);
    assert_true(map_splits_read(&splits, file, &fault));
}

/* Half of the last digit that the source printed: "18.10" is good to 0.005. */
static double rounding_of(struct slice printed)
{
    const char *point = printed.size == 0 ? NULL : memchr(printed.data, '.', printed.size);
    size_t decimals = point == NULL ? 0 : printed.size - (size_t)(point - printed.data) - 1;
    return 0.5 * pow(10, -(double)decimals) + 1e-9;
}

/* The network's hash rate of a month; 100 where nobody published it. */
static double network_of(struct slice month)
{
    static char other[4096];
    struct survey_rows rows;
    struct survey_fault fault;
    double ehs = 100;
    struct slice file = source_file_read("data/mining/network.csv", other, sizeof other);
    assert_true(survey_rows_begin(&rows, file, "month,ehs,note", &fault));
    while (survey_rows_next(&rows)) {
        if (slice_equals(rows.row.fields[0], month)) {
            assert_true(survey_number_read(rows.row.fields[1], &ehs));
        }
    }
    return ehs;
}

static void point_check(const struct slice *fields)
{
    uint32_t month = 0;
    double printed = 0;
    char name[SURVEY_NAME_SIZE];
    assert_true(survey_month_read(fields[0], &month) && survey_name_read(fields[1], name));
    assert_int_equal(
        mining_map_make(&map, &splits, month, estimate_of_exact(network_of(fields[0]))),
        MINING_MAP_RESULT_OK);
    assert_near(map.coverage, 0.44, 0.0001);
    const struct map_country *found = mining_map_find(&map, name);
    assert_non_null(found);
    if (fields[2].size > 0) {
        assert_true(survey_number_read(fields[2], &printed));
        assert_near(found->share.point * 100, printed, rounding_of(fields[2]));
    }
    if (fields[3].size > 0) {
        assert_true(survey_number_read(fields[3], &printed));
        assert_near(found->ehs.point, printed, rounding_of(fields[3]));
    }
}

static void every_published_point_is_given_back_within_its_rounding(void **state)
{
    static char points[1 << 14];
    struct survey_rows rows;
    struct survey_fault fault;
    size_t count = 0;
    splits_load();
    struct slice file = source_file_read("data/mining/map_points.csv", points, sizeof points);
    assert_true(survey_rows_begin(&rows, file, "month,country,share_pct,abs_ehs,note", &fault));
    while (survey_rows_next(&rows)) {
        point_check(rows.row.fields);
        count++;
    }
    assert_null(fault.reason);
    assert_int_equal(count, 28);
}

static void august_2021_is_the_published_one(void **state)
{
    splits_load();
    assert_int_equal(mining_map_make(&map, &splits, 2021 * 12 + 7, estimate_of_exact(120.7)),
                     MINING_MAP_RESULT_OK);
    assert_string_equal(map.countries[0].name, "United States");
    assert_near(map.countries[0].share.point, 0.3540, 0.00005);
    assert_string_equal(map.countries[1].name, "Kazakhstan");
    assert_near(map.countries[1].share.point, 0.1810, 0.00005);
    assert_true(map.countries[1].ehs.point > 21.8 && map.countries[1].ehs.point < 21.9);
    assert_string_equal(map.countries[2].name, "Russian Federation");
    assert_near(map.countries[2].share.point, 0.1123, 0.00005);
    assert_string_equal(map.countries[map.count - 1].name, MINING_MAP_OTHER);
    double sum = 0;
    for (size_t i = 0; i < map.count; i++) {
        const struct map_country *at = &map.countries[i];
        sum += at->share.point;
        assert_true(at->bound_low <= at->share.low && at->share.high <= at->bound_high + 1e-12);
    }
    assert_near(sum, 1, 1e-12);
    assert_near(map.countries[1].bound_low, 0.181 * 0.44, 1e-4);
    assert_near(map.countries[1].bound_high, 0.181 * 0.44 + 0.56, 1e-4);
}

static void row_put(uint32_t month, int pool, const char *country, double ehs)
{
    struct map_split *row = &splits.rows[splits.count++];
    *row = (struct map_split){.month = month, .ehs = ehs};
    (void)snprintf(row->pool, sizeof row->pool, "pool %d", pool);
    (void)snprintf(row->country, sizeof row->country, "%s", country);
}

static void the_interval_is_that_of_a_ratio_from_whole_pools(void **state)
{
    splits.count = 0;
    row_put(1, 0, "here", 4);
    row_put(1, 0, "there", 6);
    row_put(1, 1, "here", 2);
    row_put(1, 1, "there", 8);
    row_put(1, 2, "here", 6);
    row_put(1, 2, "there", 14);
    row_put(2, 0, "here", 1);
    assert_int_equal(mining_map_make(&map, &splits, 1, estimate_of_exact(80)),
                     MINING_MAP_RESULT_OK);
    const struct map_country *here = mining_map_find(&map, "here");
    /* share 12/40; residuals 1, −1, 0; (1 − 0.5) * 3/2 * 2 / 40^2, t of two degrees 4.303 */
    assert_near(here->share.point, 0.3, 1e-12);
    assert_near(here->share.high - 0.3, 4.303 * sqrt(0.5 * 1.5 * 2) / 40, 1e-9);
    assert_near(here->share.low, 0.3 - 4.303 * sqrt(0.5 * 1.5 * 2) / 40, 1e-9);
    assert_near(here->ehs.point, 24, 1e-9);
    assert_int_equal(map.pools, 3);
    /* One pool says nothing about how different pools are: the bounds. */
    assert_int_equal(mining_map_make(&map, &splits, 2, estimate_of_exact(4)), MINING_MAP_RESULT_OK);
    assert_near(map.countries[0].share.low, 0.25, 1e-12);
    assert_near(map.countries[0].share.high, 1, 1e-12);
    assert_int_equal(mining_map_make(&map, &splits, 3, estimate_of_exact(4)),
                     MINING_MAP_RESULT_MONTH);
    assert_int_equal(mining_map_make(&map, &splits, 1, estimate_of_exact(39)),
                     MINING_MAP_RESULT_NETWORK);
    splits.count = 0;
    row_put(1, 0, "here", 0);
    assert_int_equal(mining_map_make(&map, &splits, 1, estimate_of_exact(1)),
                     MINING_MAP_RESULT_EMPTY);
}

/* Twelve pools, of which six tell; each has its own part of its miners here. */
static void the_interval_holds_the_truth_nine_times_in_ten(void **state)
{
    struct random_stream random = {120};
    enum { TURNS = 1000, POOLS = 12, SAMPLE = 6 };
    int held = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        double here = 0;
        double all = 0;
        splits.count = 0;
        for (int i = 0; i < POOLS; i++) {
            double size = 4 + (double)random_below(&random, 1000) / 100;
            double part = 0.1 + (double)random_below(&random, 1000) / 5000;
            here += size * part;
            all += size;
            if (i < SAMPLE) {
                row_put(1, i, "here", size * part);
                row_put(1, i, "there", size * (1 - part));
            }
        }
        assert_int_equal(mining_map_make(&map, &splits, 1, estimate_of_exact(all)),
                         MINING_MAP_RESULT_OK);
        const struct map_country *found = mining_map_find(&map, "here");
        held += found->share.low <= here / all && here / all <= found->share.high;
        assert_true(found->bound_low <= here / all && here / all <= found->bound_high);
    }
    assert_in_range((uintmax_t)held, TURNS * 92 / 100, TURNS * 99 / 100);
}

static void limits_are_told_by_name(void **state)
{
    splits.count = 0;
    for (int i = 0; i <= MINING_MAP_POOLS_MAX; i++) {
        row_put(1, i, "here", 1);
    }
    assert_int_equal(mining_map_make(&map, &splits, 1, estimate_of_exact(100)),
                     MINING_MAP_RESULT_POOLS);
    splits.count = 0;
    for (int i = 0; i <= MINING_MAP_COUNTRIES_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "country %d", i);
        row_put(1, 0, name, 0.1);
    }
    assert_int_equal(mining_map_make(&map, &splits, 1, estimate_of_exact(100)),
                     MINING_MAP_RESULT_COUNTRIES);
    for (int i = MINING_MAP_RESULT_OK; i <= MINING_MAP_RESULT_COUNTRIES; i++) {
        assert_string_not_equal(mining_map_result_text((enum mining_map_result)i), "unknown");
    }
}

static void faulty_files_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *rows;
        uint64_t line;
        const char *words;
    } CASES[] = {
        {"2021-08,p,A,1,EH/s\n2021-08,p,A,2,EH/s\n", 3, "before"},
        {"2021-08,p,A,1,EH/s\n2021-08,p,B,2,PH/s\n", 3, "two units"},
        {"2021-08,p,A,1,MH/s\n", 2, "no unit"},
        {"2021-08,p,A,1,\n", 2, "no unit"},
        {"2021-08,p,A,-1,EH/s\n", 2, "negative"},
        {"2021-08,p,A,1e3,EH/s\n", 2, "no number"},
        {"2021-08,p,A,nan,EH/s\n", 2, "no number"},
        {"2021-08,p,,1,EH/s\n", 2, "no name"},
        {"2021-08,p, A,1,EH/s\n", 2, "no name"},
        {"2021-8,p,A,1,EH/s\n", 2, "no month"},
        {"2021-08,p,A,1,EH/s\n2021-08,p,B,2", 3, "cut"},
        {"2021-08,p,A,1\n", 2, "fields"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct survey_fault fault;
        (void)snprintf(text, sizeof text, "month,pool,country,hashrate,unit\n%s", CASES[i].rows);
        assert_false(map_splits_read(&splits, slice_of_text(text), &fault));
        assert_int_equal(fault.line, CASES[i].line);
        assert_non_null(strstr(fault.reason, CASES[i].words));
    }
    struct survey_fault fault;
    assert_false(map_splits_read(&splits, slice_of_text("month,pool\n"), &fault));
    assert_int_equal(fault.line, 1);
    assert_true(map_splits_read(
        &splits,
        slice_of_text(
            "month,pool,country,hashrate,unit\n2021-08,p,\"Iran, Islamic Rep.\",1500,TH/s\n"),
        &fault));
    assert_near(splits.rows[0].ehs, 0.0015, 1e-15);
    assert_string_equal(splits.rows[0].country, "Iran, Islamic Rep.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_published_point_is_given_back_within_its_rounding),
        cmocka_unit_test(august_2021_is_the_published_one),
        cmocka_unit_test(the_interval_is_that_of_a_ratio_from_whole_pools),
        cmocka_unit_test(the_interval_holds_the_truth_nine_times_in_ten),
        cmocka_unit_test(limits_are_told_by_name),
        cmocka_unit_test(faulty_files_are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
