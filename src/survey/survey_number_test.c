/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, months, days and hours of survey files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "survey/survey_number.h"

static void numbers_are_read_strictly(void **state)
{
    double value = 0;
    assert_true(survey_number_read(slice_of_text("35.40"), &value));
    assert_true(value >= 35.4 && value <= 35.4);
    assert_true(survey_number_read(slice_of_text("0.000000000001"), &value));
    assert_true(value >= 1e-12 && value <= 1e-12);
    assert_true(survey_number_read(slice_of_text("123456789012345678"), &value));
    static const char *const refused[] = {"",
                                          "-1",
                                          "+1",
                                          "1e3",
                                          "1,000",
                                          "1.",
                                          ".5",
                                          " 1",
                                          "1 ",
                                          "nan",
                                          "inf",
                                          "0x1",
                                          "1.2.3",
                                          "1234567890123456789",
                                          "0.1234567890123"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(survey_number_read(slice_of_text(refused[i]), &value));
    }
    uint64_t whole = 0;
    assert_true(survey_number_read_whole(slice_of_text("17"), 17, &whole));
    assert_false(survey_number_read_whole(slice_of_text("18"), 17, &whole));
    assert_false(survey_number_read_whole(slice_of_text("1.0"), 17, &whole));
    assert_false(survey_number_read_whole(slice_of_text("07"), 17, &whole));
}

static void months_and_days_that_do_not_exist_are_refused(void **state)
{
    static const char *const refused[] = {"2021-13", "2021-00",  "2021-8",  "2021/08",
                                          "21-08",   "2021-08-", "1999-01", "2021-0a"};
    uint32_t month = 0;
    int64_t day = 0;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(survey_month_read(slice_of_text(refused[i]), &month));
    }
    assert_true(survey_month_read(slice_of_text("2021-08"), &month));
    char text[SURVEY_MONTH_SIZE];
    survey_month_write(month, text);
    assert_string_equal(text, "2021-08");
    assert_true(survey_day_read(slice_of_text("2024-02-29"), &day));
    assert_int_equal(day, 19782);
    assert_false(survey_day_read(slice_of_text("2023-02-29"), &day));
    assert_false(survey_day_read(slice_of_text("2100-02-29"), &day));
    assert_false(survey_day_read(slice_of_text("2023-04-31"), &day));
}

static void hours_come_back_as_they_were_written(void **state)
{
    int64_t last = 0;
    int64_t hour = 0;
    char text[SURVEY_HOUR_SIZE];
    assert_true(survey_hour_read(slice_of_text("2019-12-31T23"), &last));
    for (int i = 0; i < 24 * 800; i++) {
        survey_hour_write(last + i, text);
        assert_true(survey_hour_read(slice_of_text(text), &hour));
        assert_int_equal(hour, last + i);
    }
    assert_false(survey_hour_read(slice_of_text("2021-08-01T24"), &hour));
    assert_false(survey_hour_read(slice_of_text("2021-08-01 07"), &hour));
    assert_false(survey_hour_read(slice_of_text("2021-08-01T07:00"), &hour));
    /* 1 August 2021 was a Sunday. */
    assert_true(survey_hour_read(slice_of_text("2021-08-01T00"), &hour));
    assert_int_equal(survey_hour_weekday(hour), 6);
    assert_int_equal(survey_hour_weekday(hour + 24), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_strictly),
        cmocka_unit_test(months_and_days_that_do_not_exist_are_refused),
        cmocka_unit_test(hours_come_back_as_they_were_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
