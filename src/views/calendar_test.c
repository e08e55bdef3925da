/* SPDX-License-Identifier: Apache-2.0
 *
 * Interval beginnings against known dates, and against a day-by-day walk of the calendar.
 */
#include "views/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/random_stream.h"

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month] + (month == 1 && is_leap(year));
}

static void months_begin_on_their_first_day(void **state)
{
    int64_t day = 0;

    for (int64_t month = 0; month < 12 * 450; month++) {
        int64_t length = days_in_month(1970 + month / 12, month % 12);

        for (int64_t i = 0; i < length; i++) {
            int64_t time = (day + i) * CALENDAR_DAY_US + CALENDAR_DAY_US - 1;
            assert_int_equal(calendar_open(CANDLE_INTERVAL_1MO, time, 0), day * CALENDAR_DAY_US);
        }
        assert_int_equal(calendar_step(CANDLE_INTERVAL_1MO, day * CALENDAR_DAY_US, 0, 1),
                         (day + length) * CALENDAR_DAY_US);
        assert_int_equal(
            calendar_step(CANDLE_INTERVAL_1MO, (day + length) * CALENDAR_DAY_US, 0, -1),
            day * CALENDAR_DAY_US);
        day += length;
    }
}

static void weeks_begin_on_monday(void **state)
{
    /* 2026-11-22 is a Sunday, 2026-11-16 the Monday before it. */
    int64_t sunday = INT64_C(1795305600) * CALENDAR_SECOND_US;
    int64_t monday = INT64_C(1794787200) * CALENDAR_SECOND_US;

    assert_int_equal(calendar_open(CANDLE_INTERVAL_1W, sunday, 0), monday);
    assert_int_equal(calendar_open(CANDLE_INTERVAL_1W, monday, 0), monday);
    assert_int_equal(calendar_open(CANDLE_INTERVAL_1W, monday - 1, 0),
                     monday - 7 * CALENDAR_DAY_US);
}

static void days_follow_the_zone(void **state)
{
    int64_t midnight = INT64_C(1795305600) * CALENDAR_SECOND_US;

    /* At 20:00 UTC it is the next day in Astana (UTC+5), which began at 19:00 UTC. */
    assert_int_equal(calendar_open(CANDLE_INTERVAL_1D, midnight + 20 * CALENDAR_HOUR_US, 300),
                     midnight + 19 * CALENDAR_HOUR_US);
    assert_int_equal(calendar_open(CANDLE_INTERVAL_1D, midnight, -60),
                     midnight - 23 * CALENDAR_HOUR_US);
}

static void every_moment_lies_in_exactly_one_interval(void **state)
{
    struct random_stream random = {1};

    for (int round = 0; round < 100000; round++) {
        enum candle_interval interval =
            (enum candle_interval)(random_below(&random, CANDLE_INTERVAL_COUNT) + 1);
        int32_t zone = (int32_t)random_below(&random, 840 + 720 + 1) - 720;
        int64_t time = (int64_t)random_below(&random, UINT64_C(8000000000000000));
        int64_t open = calendar_open(interval, time, zone);
        int64_t next = calendar_step(interval, open, zone, 1);

        assert_true(open <= time && time < next);
        assert_int_equal(calendar_open(interval, open, zone), open);
        assert_int_equal(calendar_open(interval, next, zone), next);
        assert_int_equal(calendar_step(interval, next, zone, -1), open);
        if (calendar_length(interval) != 0) {
            assert_int_equal(next - open, calendar_length(interval));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_begin_on_their_first_day),
        cmocka_unit_test(weeks_begin_on_monday),
        cmocka_unit_test(days_follow_the_zone),
        cmocka_unit_test(every_moment_lies_in_exactly_one_interval),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
