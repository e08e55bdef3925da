/* SPDX-License-Identifier: Apache-2.0
 *
 * ENSURE stops the process and leaves the reason; the small inline rooms beside it: checked integers,
 * days.
 */
#include "base/ensure.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/checked.h"
#include "base/time.h"
#include "support/expect_abort.h"
#include "support/random_stream.h"

static void ensure_two_is_three(void *argument)
{
    const int *two = argument;

    ENSURE(*two == 3);
}

static void ensure_stops_the_process_only_when_the_condition_fails(void **state)
{
    int two = 2;
    int three = 3;

    assert_true(does_abort(ensure_two_is_three, &two));
    assert_false(does_abort(ensure_two_is_three, &three));
}

static sigjmp_buf after_abort;

static void leave_abort(int signal_number)
{
    siglongjmp(after_abort, signal_number);
}

static void ensure_leaves_the_condition_and_its_place_for_a_handler(void **state)
{
    void (*before)(int) = signal(SIGABRT, leave_abort);
    int two = 2;

    if (sigsetjmp(after_abort, 1) == 0) {
        ensure_two_is_three(&two);
        fail();
    }
    (void)signal(SIGABRT, before);
    assert_string_equal(ensure_last_failure.condition, "*two == 3");
    assert_non_null(strstr(ensure_last_failure.file, "ensure_test.c"));
    assert_true(ensure_last_failure.line > 0);
}

static void checked_integers_say_when_they_overflow(void **state)
{
    int64_t out;
    size_t size;

    assert_true(checked_add_i64(&out, INT64_MAX - 1, 1));
    assert_int_equal(out, INT64_MAX);
    assert_false(checked_add_i64(&out, INT64_MAX, 1));
    assert_true(checked_subtract_i64(&out, INT64_MIN + 1, 1));
    assert_int_equal(out, INT64_MIN);
    assert_false(checked_subtract_i64(&out, INT64_MIN, 1));
    assert_true(checked_multiply_i64(&out, INT64_MAX / 2, 2));
    assert_int_equal(out, INT64_MAX - 1);
    assert_false(checked_multiply_i64(&out, INT64_MAX / 2 + 1, 2));
    assert_false(checked_multiply_i64(&out, INT64_MIN, -1));
    assert_true(checked_add_size(&size, SIZE_MAX - 1, 1));
    assert_false(checked_add_size(&size, SIZE_MAX, 1));
    assert_true(checked_multiply_size(&size, SIZE_MAX / 3, 3));
    assert_false(checked_multiply_size(&size, SIZE_MAX / 2, 3));
}

/* The twin counts days from 1970 by their definition: day × 86,400 s <= time < (day + 1) × 86,400 s. */
static void utc_day_is_the_day_that_contains_the_moment(void **state)
{
    struct random_stream random = {51};

    assert_int_equal(time_utc_day(0), 0);
    assert_int_equal(time_utc_day(TIME_US_PER_DAY - 1), 0);
    assert_int_equal(time_utc_day(TIME_US_PER_DAY), 1);
    assert_int_equal(time_utc_day(-1), -1);
    assert_int_equal(time_utc_day(-TIME_US_PER_DAY), -1);
    assert_int_equal(time_utc_day(-TIME_US_PER_DAY - 1), -2);
    assert_int_equal(time_utc_day(INT64_C(1795305600000000)), 20779); /* 2026-11-22 00:00 UTC */
    assert_int_equal(time_utc_day(INT64_C(1795305599999999)), 20778);
    for (int round = 0; round < 10000; round++) {
        int64_t time = (int64_t)(random_next(&random) >> 2) * (random_once_in(&random, 2) ? 1 : -1);
        int64_t day = time_utc_day(time);

        assert_true(day * TIME_US_PER_DAY <= time &&
                    time - day * TIME_US_PER_DAY < TIME_US_PER_DAY);
    }
}

static void time_after_saturates_at_never(void **state)
{
    assert_int_equal(time_after_ms(5, 3), 3005);
    assert_int_equal(time_after_ms(INT64_MAX - 1000, 1), INT64_MAX);
    assert_int_equal(time_after_ms(INT64_MAX - 999, 1), INT64_MAX);
    assert_int_equal(time_after_ms(0, UINT32_MAX), INT64_C(4294967295000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ensure_stops_the_process_only_when_the_condition_fails),
        cmocka_unit_test(ensure_leaves_the_condition_and_its_place_for_a_handler),
        cmocka_unit_test(checked_integers_say_when_they_overflow),
        cmocka_unit_test(utc_day_is_the_day_that_contains_the_moment),
        cmocka_unit_test(time_after_saturates_at_never),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
