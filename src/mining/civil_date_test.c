/* SPDX-License-Identifier: Apache-2.0
 *
 * Days and dates against a calendar that only ever turns one leaf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mining/civil_date.h"
#include "support/expect_abort.h"

/* The naive twin: the next day, by the list of months. */
static void turn_leaf(int *year, int *month, int *day)
{
    static const int days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = *year % 400 == 0 || (*year % 4 == 0 && *year % 100 != 0);
    int last = days[*month] + (*month == 2 ? leap : 0);

    *day += 1;
    if (*day > last) {
        *day = 1;
        *month += 1;
    }
    if (*month > 12) {
        *month = 1;
        *year += 1;
    }
}

static void every_day_of_the_years_1_to_9999_is_the_one_after_the_day_before(void **state)
{
    int year = 1;
    int month = 1;
    int day = 1;
    int weekday = 0; /* 0001-01-01 was a Monday */

    for (int32_t number = CIVIL_DAY_MIN; number <= CIVIL_DAY_MAX; number++) {
        struct civil_date date = civil_date_of_day(number);
        if (date.year != year || date.month != month || date.day != day ||
            civil_day_of_date(date) != number || civil_weekday(number) != weekday) {
            fail_msg("day %d: %d-%d-%d expected, %d-%d-%d", number, year, month, day, date.year,
                     date.month, date.day);
        }
        turn_leaf(&year, &month, &day);
        weekday = (weekday + 1) % 7;
    }
    assert_int_equal(year, 10000);
}

static void known_days_are_where_they_are(void **state)
{
    assert_int_equal(civil_day_of_date((struct civil_date){1970, 1, 1}), 0);
    assert_int_equal(civil_day_of_date((struct civil_date){2000, 3, 1}), 11017);
    assert_int_equal(civil_weekday(civil_day_of_date((struct civil_date){2025, 2, 15})), 5);
    assert_int_equal(civil_weekday(civil_day_of_date((struct civil_date){2024, 5, 25})), 5);
    assert_int_equal(civil_weekday(civil_day_of_date((struct civil_date){2022, 4, 20})), 2);
}

static void dates_that_do_not_exist_are_refused(void **state)
{
    static const struct civil_date wrong[] = {
        {2023, 2, 29}, {2100, 2, 29}, {2024, 2, 30}, {2024, 4, 31}, {2024, 13, 1}, {2024, 0, 1},
        {2024, 1, 0},  {2024, 1, 32}, {0, 1, 1},     {10000, 1, 1}, {-4, 1, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(civil_date_is_valid(wrong[i]));
    }
    assert_true(civil_date_is_valid((struct civil_date){2000, 2, 29}));
    assert_true(civil_date_is_valid((struct civil_date){2024, 2, 29}));
}

static void quarters_begin_and_end_where_the_next_begins(void **state)
{
    struct quarter quarter = {1999, 1};
    int32_t next = quarter_first_day(quarter);

    for (int i = 0; i < 400; i++) {
        assert_int_equal(quarter_first_day(quarter), next);
        next = quarter_last_day(quarter) + 1;
        for (int32_t day = quarter_first_day(quarter); day < next; day++) {
            struct quarter same = quarter_of_day(day);
            assert_int_equal(same.year, quarter.year);
            assert_int_equal(same.number, quarter.number);
        }
        quarter.number = (uint8_t)(quarter.number % 4 + 1);
        quarter.year += quarter.number == 1;
    }
    assert_false(quarter_is_valid((struct quarter){2024, 0}));
    assert_false(quarter_is_valid((struct quarter){2024, 5}));
    assert_false(quarter_is_valid((struct quarter){0, 1}));
    assert_false(quarter_is_valid((struct quarter){10000, 1}));
}

static void act_on_an_unknown_day(void *argument)
{
    (void)civil_date_of_day(*(int32_t *)argument);
}

static void act_on_a_wrong_date(void *argument)
{
    (void)civil_day_of_date(*(struct civil_date *)argument);
}

static void a_day_outside_the_calendar_is_a_bug(void **state)
{
    struct civil_date wrong = {2023, 2, 29};
    int32_t before = CIVIL_DAY_MIN - 1;
    int32_t after = CIVIL_DAY_MAX + 1;

    assert_true(does_abort(act_on_an_unknown_day, &before));
    assert_true(does_abort(act_on_an_unknown_day, &after));
    assert_true(does_abort(act_on_a_wrong_date, &wrong));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_the_years_1_to_9999_is_the_one_after_the_day_before),
        cmocka_unit_test(known_days_are_where_they_are),
        cmocka_unit_test(dates_that_do_not_exist_are_refused),
        cmocka_unit_test(quarters_begin_and_end_where_the_next_begins),
        cmocka_unit_test(a_day_outside_the_calendar_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
