/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads and what belongs to them out of files: taken whole, or refused with the line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "support/assert_near.h"
#include "survey/load_set.h"
#include "survey/survey_number.h"
#include "survey/synthetic_loads.h"

enum { HOURS = LOAD_HOURS_MIN, TEXT_SIZE = 1 << 18 };

static char text[TEXT_SIZE];
static size_t size;

static void text_begin(const char *head)
{
    size = (size_t)snprintf(text, TEXT_SIZE, "%s\n", head);
}

/* Rows of one series; its hour i holds `base` + i. */
static void series_put(const char *feeder, const char *site, int hours, double base)
{
    for (int i = 0; i < hours; i++) {
        char hour[SURVEY_HOUR_SIZE];
        survey_hour_write(473352 + i, hour);
        size += (size_t)snprintf(text + size, TEXT_SIZE - size, "%s,%s,%s,%.1f,kWh\n", feeder, site,
                                 hour, base + i);
    }
}

static void row_put(const char *row)
{
    size += (size_t)snprintf(text + size, TEXT_SIZE - size, "%s\n", row);
}

static void loads_begin(void)
{
    text_begin("feeder,site,hour,energy,unit");
}

static struct slice file(void)
{
    return slice_of(text, size);
}

static void series_are_taken_hour_by_hour(void **state)
{
    struct load_set set;
    struct survey_fault fault;
    loads_begin();
    series_put("f1", "", HOURS, 100);
    series_put("f1", "bakery", HOURS, 10);
    assert_true(load_set_read(&set, file(), &fault));
    assert_int_equal(set.count, 2);
    assert_int_equal(set.hours, HOURS);
    assert_near(load_set_hours(&set, 1)[HOURS - 1], 10 + HOURS - 1, 1e-9);
    assert_int_equal(load_set_find_site(&set, slice_of_text("bakery")), 1);
    assert_int_equal(load_set_find_site(&set, slice_of_text("none")), 2);
    load_set_destroy(&set);
    /* Other units are the same energy. */
    loads_begin();
    for (int i = 0; i < HOURS; i++) {
        char row[80];
        char hour[SURVEY_HOUR_SIZE];
        survey_hour_write(473352 + i, hour);
        (void)snprintf(row, sizeof row, "f1,a,%s,0.5,MWh", hour);
        row_put(row);
    }
    assert_true(load_set_read(&set, file(), &fault));
    assert_near(load_set_hours(&set, 0)[7], 500, 1e-9);
    load_set_destroy(&set);
}

/* What stands in the file behind a whole series a, and how that ends. */
static void assert_refused_behind(const char *row, const char *words)
{
    struct load_set set;
    struct survey_fault fault;
    loads_begin();
    series_put("f1", "a", HOURS, 1);
    row_put(row);
    assert_false(load_set_read(&set, file(), &fault));
    assert_int_equal(fault.line, HOURS + 2);
    assert_non_null(strstr(fault.reason, words));
    load_set_destroy(&set);
}

static void faulty_loads_are_refused_with_their_line(void **state)
{
    /* 2024-01-01T00 is hour 473352; the series ends at 2024-01-14T23. */
    assert_refused_behind("f1,a,2024-01-14T23,1,kWh", "not the hour behind");
    assert_refused_behind("f1,a,2024-01-15T01,1,kWh", "not the hour behind");
    assert_refused_behind("f1,b,2024-01-01T01,1,kWh", "begin with the hour");
    assert_refused_behind("f1,b,2024-01-01T00,1,kWh", "fewer hours");
    assert_refused_behind("f1,b,2024-01-01T00,1,MWh", "two units");
    assert_refused_behind("f1,b,2024-01-01T00,-1,kWh", "negative");
    assert_refused_behind("f1,b,2024-01-01T00,1e3,kWh", "no energy");
    assert_refused_behind("f1,b,2024-01-01T00,1,kW", "no unit");
    assert_refused_behind("f1,b,2024-01-01T24,1,kWh", "no hour");
    assert_refused_behind(",b,2024-01-01T00,1,kWh", "feeder");
    assert_refused_behind("f2,a,2024-01-01T00,1,kWh", "two feeders");
    assert_refused_behind("f1,b,2024-01-01T00,1", "fields");
    struct load_set set;
    struct survey_fault fault;
    loads_begin();
    assert_false(load_set_read(&set, file(), &fault));
    load_set_destroy(&set);
    series_put("f1", "a", HOURS - 1, 1);
    assert_false(load_set_read(&set, file(), &fault));
    assert_non_null(strstr(fault.reason, "two weeks"));
    load_set_destroy(&set);
    loads_begin();
    series_put("f1", "a", HOURS, 1);
    series_put("f1", "b", HOURS, 1);
    row_put("f1,a,2024-01-01T00,1,kWh");
    assert_false(load_set_read(&set, file(), &fault));
    assert_non_null(strstr(fault.reason, "before"));
    load_set_destroy(&set);
    loads_begin();
    series_put("f1", "a", HOURS, 1);
    series_put("f1", "b", HOURS + 1, 1);
    assert_false(load_set_read(&set, file(), &fault));
    assert_non_null(strstr(fault.reason, "more hours"));
    load_set_destroy(&set);
    loads_begin();
    series_put("f1", "a", HOURS, 1);
    size -= 3;
    assert_false(load_set_read(&set, file(), &fault));
    assert_non_null(strstr(fault.reason, "cut"));
    load_set_destroy(&set);
}

static void set_load(struct load_set *set)
{
    struct survey_fault fault;
    loads_begin();
    series_put("f1", "", HOURS, 100);
    series_put("f1", "a", HOURS, 10);
    assert_true(load_set_read(set, file(), &fault));
}

static void signals_cover_the_same_hours(void **state)
{
    struct load_set set;
    struct survey_fault fault;
    for (int wrong = 0; wrong < 6; wrong++) {
        set_load(&set);
        text_begin("hour,price,curtailed");
        for (int i = 0; i < HOURS - (wrong == 1) + (wrong == 5); i++) {
            char row[80];
            char hour[SURVEY_HOUR_SIZE];
            survey_hour_write(473352 + i + (wrong == 2 && i == 5), hour);
            (void)snprintf(row, sizeof row, "%s,%s,%d", hour, wrong == 3 && i == 9 ? "x" : "12.5",
                           wrong == 4 && i == 9 ? 2 : i % 2);
            row_put(row);
        }
        assert_int_equal(load_set_read_signals(&set, file(), &fault), wrong == 0);
        assert_true(wrong != 0 || (set.is_curtailed[1] && !set.is_curtailed[2]));
        static const uint64_t lines[] = {0, HOURS, 7, 11, 11, HOURS + 2};
        assert_true(wrong == 0 || fault.line == lines[wrong]);
        assert_true(wrong != 5 || strstr(fault.reason, "more hours") != NULL);
        load_set_destroy(&set);
    }
}

static void devices_are_of_known_models_and_sites(void **state)
{
    static const struct {
        const char *rows;
        uint64_t line;
        const char *words;
    } CASES[] = {
        {"a,S19,100,95\na,S9,10,14\n", 0, NULL},
        {"a,S20,1,95\n", 2, "unknown model"},
        {"b,S19,1,95\n", 2, "no loads"},
        {",S19,1,95\n", 2, "no loads"},
        {"a,S19,1,95\na,S19,2,95\n", 3, "before"},
        {"a,S19,0,95\n", 2, "number of devices"},
        {"a,S19,1.5,95\n", 2, "number of devices"},
        {"a,S19,1,0\n", 2, "hash rate"},
    };
    static struct machine_list machines;
    struct survey_fault fault;
    assert_true(machine_list_read(
        &machines, slice_of_text("name,released,j_per_gh\nS19,1,0.034\nS9,1,0.098\n"), &fault));
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct load_set set;
        set_load(&set);
        text_begin("site,model,count,th_per_s");
        size += (size_t)snprintf(text + size, TEXT_SIZE - size, "%s", CASES[i].rows);
        bool is_good = load_set_read_devices(&set, &machines, file(), &fault);
        assert_int_equal(is_good, CASES[i].words == NULL);
        if (is_good) {
            assert_near(set.series[1].nameplate_ths, 9640, 1e-9);
            assert_near(set.series[1].nameplate_kw, 9500 * 0.034 + 140 * 0.098, 1e-9);
        } else {
            assert_int_equal(fault.line, CASES[i].line);
            assert_non_null(strstr(fault.reason, CASES[i].words));
        }
        load_set_destroy(&set);
    }
}

static void shares_neither_overlap_nor_leave_a_gap(void **state)
{
    static const struct {
        const char *rows;
        uint64_t line;
    } CASES[] = {
        {"a,2024-01-01T00,2024-01-02T00,300,100\na,2024-01-02T00,2024-01-03T00,100,100\n", 0},
        {"a,2024-01-01T00,2024-01-02T00,300,100\na,2024-01-01T23,2024-01-03T00,100,100\n", 3},
        {"a,2024-01-01T00,2024-01-02T00,300,100\na,2024-01-02T01,2024-01-03T00,100,100\n", 3},
        {"a,2024-01-01T00,2024-01-02T00,300,100\na,2024-01-01T00,2024-01-02T00,300,100\n", 3},
        {"a,2024-01-02T00,2024-01-01T00,300,100\n", 2},
        {"a,2023-12-31T23,2024-01-01T05,300,100\n", 2},
        {"a,2024-01-01T00,2024-02-01T00,300,100\n", 2},
        {"a,2024-01-01T00,2024-01-02T00,300,0\n", 2},
        {"b,2024-01-01T00,2024-01-02T00,300,100\n", 2},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct load_set set;
        struct survey_fault fault;
        set_load(&set);
        text_begin("site,begin,end,terahashes,effective");
        size += (size_t)snprintf(text + size, TEXT_SIZE - size, "%s", CASES[i].rows);
        bool is_good = load_set_read_shares(&set, file(), &fault);
        assert_int_equal(is_good, CASES[i].line == 0);
        assert_true(is_good || fault.line == CASES[i].line);
        if (is_good) {
            assert_near(set.series[1].shares_th, 400, 1e-9);
            /* 400^2 / (300^2 / 100 + 100^2 / 100) */
            assert_near(set.series[1].shares_effective, 160, 1e-9);
            assert_int_equal(set.series[1].shares_end, 48);
        }
        load_set_destroy(&set);
    }
}

static void an_invented_region_comes_back_from_its_files(void **state)
{
    struct synthetic_region *region = malloc(sizeof *region);
    assert_non_null(region);
    assert_true(synthetic_region_make(region, 7));
    char *loads = NULL;
    char *signals = NULL;
    size_t loads_size = 0;
    size_t signals_size = 0;
    FILE *out = open_memstream(&loads, &loads_size);
    synthetic_region_write_loads(out, region);
    (void)fclose(out);
    out = open_memstream(&signals, &signals_size);
    synthetic_region_write_signals(out, region);
    (void)fclose(out);
    struct load_set set;
    struct survey_fault fault;
    assert_true(load_set_read(&set, slice_of(loads, loads_size), &fault));
    assert_true(load_set_read_signals(&set, slice_of(signals, signals_size), &fault));
    assert_int_equal(set.count, SYNTHETIC_SERIES);
    for (size_t i = 0; i < set.count; i++) {
        for (uint32_t k = 0; k < set.hours; k++) {
            assert_near(load_set_hours(&set, i)[k], load_set_hours(&region->set, i)[k], 0.0006);
        }
    }
    load_set_destroy(&set);
    load_set_destroy(&region->set);
    free(region);
    free(loads);
    free(signals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_are_taken_hour_by_hour),
        cmocka_unit_test(faulty_loads_are_refused_with_their_line),
        cmocka_unit_test(signals_cover_the_same_hours),
        cmocka_unit_test(devices_are_of_known_models_and_sites),
        cmocka_unit_test(shares_neither_overlap_nor_leave_a_gap),
        cmocka_unit_test(an_invented_region_comes_back_from_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
