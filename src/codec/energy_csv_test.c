/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings of meters: each malformed, doubled or overlapping row by name and line, files cut at every
 * byte, and a naive twin that counts day by day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "codec/energy_csv.h"
#include "support/random_stream.h"

#define HEAD ENERGY_CSV_HEAD "\n"

static const struct quarter winter = {2024, 1};
static struct energy_csv csv;

static struct energy_csv_problem read(const char *text)
{
    return energy_csv_read(&csv, slice_of_text(text), winter);
}

static void readings_are_added_by_source_and_price(void **state)
{
    struct energy_csv_problem problem =
        read(HEAD "A-1,grid,2024-01-01,2024-01-31,1000,kWh,10\n"
                  "A-1,grid,2024-02-01,2024-02-29,2000.5,kWh,20.25\n"
                  "B,own,2024-01-01,2024-03-31,7,kWh,\n"
                  "C,off-grid,2024-01-01,2024-01-01,1,kWh,\n"
                  "C,renewable,2024-01-02,2024-01-02,2,kWh,\n"
                  "C,unmetered,2024-03-31,2024-03-31,3,kWh,\n");

    assert_int_equal(problem.result, ENERGY_CSV_RESULT_OK);
    assert_int_equal(problem.line, 0);
    assert_int_equal(csv.rows, 6);
    assert_int_equal(csv.meter_count, 3);
    assert_int_equal(csv.use.energy_wh[0], 3000500);
    assert_int_equal(csv.use.energy_wh[1], 7000);
    assert_int_equal(csv.use.energy_wh[2], 1000);
    assert_int_equal(csv.use.energy_wh[3], 2000);
    assert_int_equal(csv.use.energy_wh[4], 3000);
    assert_true(csv.use.has_grid_price);
    assert_int_equal(csv.use.grid_price, 16833902); /* 50510.125 / 3000.5 */
    assert_int_equal(energy_csv_days_missing(&csv, 0), 31);
    assert_int_equal(energy_csv_days_missing(&csv, 1), 0);
    assert_int_equal(energy_csv_days_missing(&csv, 2), 88);
}

static void one_unit_is_as_good_as_another(void **state)
{
    assert_int_equal(read(HEAD "A,own,2024-01-01,2024-01-01,1500,Wh,\n").result,
                     ENERGY_CSV_RESULT_OK);
    assert_int_equal(csv.use.energy_wh[1], 1500);
    assert_int_equal(read(HEAD "A,own,2024-01-01,2024-01-01,0.000001,MWh,\n").result,
                     ENERGY_CSV_RESULT_OK);
    assert_int_equal(csv.use.energy_wh[1], 1);
    assert_int_equal(read(HEAD).result, ENERGY_CSV_RESULT_OK);
    assert_int_equal(csv.rows, 0);
}

static void an_unknown_price_makes_the_average_unknown(void **state)
{
    assert_int_equal(read(HEAD "A,grid,2024-01-01,2024-01-01,1,kWh,5\n"
                               "A,grid,2024-01-02,2024-01-02,1,kWh,\n")
                         .result,
                     ENERGY_CSV_RESULT_OK);
    assert_false(csv.use.has_grid_price);
}

static void each_bad_row_is_refused_by_name_and_line(void **state)
{
#define GOOD "A,own,2024-01-05,2024-01-06,1,kWh,\n"
    static const struct {
        const char *row;
        enum energy_csv_result result;
    } wrong[] = {
        {",own,2024-01-01,2024-01-01,1,kWh,\n", ENERGY_CSV_RESULT_METER},
        {"A B,own,2024-01-01,2024-01-01,1,kWh,\n", ENERGY_CSV_RESULT_METER},
        {"A23456789012345678901234567890123,own,2024-01-01,2024-01-01,1,kWh,\n",
         ENERGY_CSV_RESULT_METER},
        {"A,Grid,2024-01-01,2024-01-01,1,kWh,\n", ENERGY_CSV_RESULT_SOURCE},
        {"A,,2024-01-01,2024-01-01,1,kWh,\n", ENERGY_CSV_RESULT_SOURCE},
        {"A,own,2024-1-1,2024-01-01,1,kWh,\n", ENERGY_CSV_RESULT_DAY},
        {"A,own,2024-01-01,,1,kWh,\n", ENERGY_CSV_RESULT_DAY},
        {"A,own,2024-01-02,2024-01-01,1,kWh,\n", ENERGY_CSV_RESULT_PERIOD},
        {"A,own,2023-12-31,2024-01-01,1,kWh,\n", ENERGY_CSV_RESULT_OUTSIDE},
        {"A,own,2024-03-31,2024-04-01,1,kWh,\n", ENERGY_CSV_RESULT_OUTSIDE},
        {"A,own,2024-01-01,2024-01-01,1e3,kWh,\n", ENERGY_CSV_RESULT_ENERGY},
        {"A,own,2024-01-01,2024-01-01,,kWh,\n", ENERGY_CSV_RESULT_ENERGY},
        {"A,own,2024-01-01,2024-01-01,0.0001,kWh,\n", ENERGY_CSV_RESULT_ENERGY},
        {"A,own,2024-01-01,2024-01-01,-,kWh,\n", ENERGY_CSV_RESULT_ENERGY},
        {"A,own,2024-01-01,2024-01-01,-5,kWh,\n", ENERGY_CSV_RESULT_NEGATIVE},
        {"A,own,2024-01-01,2024-01-01,1,kwh,\n", ENERGY_CSV_RESULT_UNIT},
        {"A,own,2024-01-01,2024-01-01,1,,\n", ENERGY_CSV_RESULT_UNIT},
        {"A,own,2024-01-01,2024-01-01,1,MWh,\n", ENERGY_CSV_RESULT_MIXED_UNITS},
        {"A,grid,2024-01-01,2024-01-01,1,kWh,ten\n", ENERGY_CSV_RESULT_PRICE},
        {"A,grid,2024-01-01,2024-01-01,1,kWh,0.0000001\n", ENERGY_CSV_RESULT_PRICE},
        {"A,own,2024-01-01,2024-01-01,1,kWh,10\n", ENERGY_CSV_RESULT_PRICE_NOT_GRID},
        {"A,own,2024-01-01,2024-01-01,1,kWh\n", ENERGY_CSV_RESULT_CSV},
        {GOOD, ENERGY_CSV_RESULT_DUPLICATE},
        {"A,grid,2024-01-05,2024-01-06,9,kWh,3\n", ENERGY_CSV_RESULT_DUPLICATE},
        {"A,own,2024-01-05,2024-01-05,1,kWh,\n", ENERGY_CSV_RESULT_OVERLAP},
        {"A,own,2024-01-01,2024-01-05,1,kWh,\n", ENERGY_CSV_RESULT_OVERLAP},
        {"A,own,2024-01-06,2024-01-09,1,kWh,\n", ENERGY_CSV_RESULT_OVERLAP},
        {"A,own,2024-01-01,2024-03-31,1,kWh,\n", ENERGY_CSV_RESULT_OVERLAP},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[400];
        (void)snprintf(text, sizeof text, HEAD GOOD "%s", wrong[i].row);
        struct energy_csv_problem problem = read(text);
        if (problem.result != wrong[i].result || problem.line != 3) {
            fail_msg("row %zu: %d at line %d: %s", i, (int)problem.result, (int)problem.line,
                     energy_csv_problem_text(&problem));
        }
        bool has_other = problem.result == ENERGY_CSV_RESULT_DUPLICATE ||
                         problem.result == ENERGY_CSV_RESULT_OVERLAP;
        assert_int_equal(problem.other_line, has_other ? 2 : 0);
    }
}

static void a_sum_that_is_too_large_and_too_many_meters_are_refused(void **state)
{
    static char text[ENERGY_CSV_METERS_MAX * 60 + 1000];

    struct energy_csv_problem problem =
        read(HEAD "A,own,2024-01-01,2024-01-01,9223372036854775.807,kWh,\n"
                  "A,own,2024-01-02,2024-01-02,0.001,kWh,\n");
    assert_int_equal(problem.result, ENERGY_CSV_RESULT_LARGE);
    size_t size = (size_t)snprintf(text, sizeof text, HEAD);
    for (int i = 0; i <= ENERGY_CSV_METERS_MAX; i++) {
        if (i == ENERGY_CSV_METERS_MAX) {
            assert_int_equal(read(text).result, ENERGY_CSV_RESULT_OK);
        }
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "M%d,own,2024-01-01,2024-01-01,1,kWh,\n", i);
    }
    assert_int_equal(read(text).result, ENERGY_CSV_RESULT_FULL);
}

static void a_file_cut_at_any_byte_is_refused_or_ends_at_a_line(void **state)
{
    static const char text[] = HEAD "A,grid,2024-01-01,2024-01-31,1000,kWh,10\n"
                                    "A,grid,2024-02-01,2024-02-29,2000.5,kWh,20.25\n";

    for (size_t size = 0; size < sizeof text - 1; size++) {
        struct energy_csv_problem problem = energy_csv_read(&csv, slice_of(text, size), winter);
        bool is_whole = size >= sizeof HEAD - 1 && text[size - 1] == '\n';
        assert_int_equal(problem.result == ENERGY_CSV_RESULT_OK, is_whole);
    }
    assert_int_equal(read("meter;source\n").csv, CSV_RESULT_HEAD);
}

/* The twin keeps a table of meters and days. */
static void random_readings_are_counted_once(void **state)
{
    struct random_stream stream = {91};

    for (int round = 0; round < 3000; round++) {
        char text[4000];
        bool is_told[3][91] = {{false}};
        int64_t sum = 0;
        bool is_doubled = false;
        size_t size = (size_t)snprintf(text, sizeof text, HEAD);
        for (int row = 0; row < 8 && !is_doubled; row++) {
            int meter = (int)random_below(&stream, 3);
            int first = (int)random_below(&stream, 91);
            int last = first + (int)random_below(&stream, 12);
            int energy = (int)random_below(&stream, 100000);
            last = last > 90 ? 90 : last;
            struct civil_date from = civil_date_of_day(quarter_first_day(winter) + first);
            struct civil_date to = civil_date_of_day(quarter_first_day(winter) + last);
            size += (size_t)snprintf(
                text + size, sizeof text - size, "M%d,own,%04d-%02d-%02d,%04d-%02d-%02d,%d,Wh,\n",
                meter, from.year, from.month, from.day, to.year, to.month, to.day, energy);
            for (int day = first; day <= last; day++) {
                is_doubled = is_doubled || is_told[meter][day];
                is_told[meter][day] = true;
            }
            sum += energy;
        }
        struct energy_csv_problem problem = read(text);
        assert_int_equal(problem.result != ENERGY_CSV_RESULT_OK, is_doubled);
        assert_true(is_doubled || csv.use.energy_wh[1] == sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readings_are_added_by_source_and_price),
        cmocka_unit_test(one_unit_is_as_good_as_another),
        cmocka_unit_test(an_unknown_price_makes_the_average_unknown),
        cmocka_unit_test(each_bad_row_is_refused_by_name_and_line),
        cmocka_unit_test(a_sum_that_is_too_large_and_too_many_meters_are_refused),
        cmocka_unit_test(a_file_cut_at_any_byte_is_refused_or_ends_at_a_line),
        cmocka_unit_test(random_readings_are_counted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
