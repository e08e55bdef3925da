/* SPDX-License-Identifier: Apache-2.0
 *
 * Working days and due days, under weekends and holidays invented here, and beside a naive twin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mining/tax_calendar.h"
#include "support/law_records.h"
#include "support/random_stream.h"

enum { SATURDAY_SUNDAY = 96, FRIDAY = 16 };

static void make_law(struct law_records *law, int64_t shift)
{
    law->count = 0;
    law_always(law, PARAMETER_WEEKEND, SATURDAY_SUNDAY);
    law_always(law, PARAMETER_HOLIDAYS_LISTED, 1)->trust = TRUST_M;
    law_always(law, PARAMETER_DUE_SHIFT, shift)->trust = TRUST_C;
    law_always(law, PARAMETER_PAYMENT_DUE, 25)->key = 2;
}

static int32_t due_after(const struct law_records *law, int32_t last_day)
{
    struct jurisdiction view = law_view(law);
    struct jurisdiction_fault fault;
    struct due_day due;

    assert_int_equal(tax_calendar_due(&view, PARAMETER_PAYMENT_DUE, last_day, &due, &fault),
                     JURISDICTION_RESULT_OK);
    assert_true(due.is_due);
    return due.day;
}

static void a_due_day_on_a_weekend_is_the_next_working_day(void **state)
{
    static struct law_records law;

    make_law(&law, DAY_SHIFT_NEXT); /* 2024-05-25 was a Saturday */
    assert_int_equal(due_after(&law, law_day(2024, 3, 31)), law_day(2024, 5, 27));
    law_add(&law, PARAMETER_HOLIDAY, law_day(2024, 5, 27), law_day(2024, 5, 28), 1);
    assert_int_equal(due_after(&law, law_day(2024, 3, 31)), law_day(2024, 5, 29));
    law_add(&law, PARAMETER_WORKING_WEEKEND, law_day(2024, 5, 26), law_day(2024, 5, 26), 1);
    assert_int_equal(due_after(&law, law_day(2024, 3, 31)), law_day(2024, 5, 26));
}

static void other_rules_go_back_or_stay(void **state)
{
    static struct law_records law;

    make_law(&law, DAY_SHIFT_PREVIOUS);
    assert_int_equal(due_after(&law, law_day(2024, 3, 31)), law_day(2024, 5, 24));
    make_law(&law, DAY_SHIFT_NONE);
    assert_int_equal(due_after(&law, law_day(2024, 3, 31)), law_day(2024, 5, 25));
    make_law(&law, DAY_SHIFT_NEXT);
    law.parameters[0].value = FRIDAY;
    assert_int_equal(due_after(&law, law_day(2024, 3, 31)), law_day(2024, 5, 25));
}

static void a_holiday_on_a_working_weekend_is_no_working_day(void **state)
{
    static struct law_records law;
    struct jurisdiction_fault fault;
    bool is_working = true;

    make_law(&law, DAY_SHIFT_NEXT);
    law_add(&law, PARAMETER_WORKING_WEEKEND, law_day(2024, 5, 25), law_day(2024, 5, 25), 1);
    law_add(&law, PARAMETER_HOLIDAY, law_day(2024, 5, 25), law_day(2024, 5, 25), 1);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(tax_calendar_is_working(&view, law_day(2024, 5, 25), &is_working, &fault),
                     JURISDICTION_RESULT_OK);
    assert_false(is_working);
}

static void a_due_day_says_why_and_how_far_it_is_believed(void **state)
{
    static struct law_records law;
    struct jurisdiction_fault fault;
    struct due_day due;

    make_law(&law, DAY_SHIFT_NEXT);
    struct jurisdiction view = law_view(&law);
    (void)tax_calendar_due(&view, PARAMETER_PAYMENT_DUE, law_day(2024, 3, 31), &due, &fault);
    assert_int_equal(due.nominal_day, law_day(2024, 5, 25));
    assert_int_equal(due.trust, TRUST_C); /* shifted, by a rule that is believed less */
    assert_int_equal(due.holidays_trust, TRUST_M);
    assert_int_equal(law.parameters[due.rule].kind, PARAMETER_PAYMENT_DUE);
    assert_int_equal(law.parameters[due.shift].kind, PARAMETER_DUE_SHIFT);
    (void)tax_calendar_due(&view, PARAMETER_PAYMENT_DUE, law_day(2024, 12, 31), &due, &fault);
    assert_int_equal(due.day, law_day(2025, 2, 25));
    assert_int_equal(due.trust, TRUST_A); /* not shifted */
}

static void nothing_is_due_where_the_law_says_none(void **state)
{
    static struct law_records law;
    struct jurisdiction_fault fault;
    struct due_day due;

    make_law(&law, DAY_SHIFT_NEXT);
    law.parameters[3].key = 0;
    law.parameters[3].value = 0;
    struct jurisdiction view = law_view(&law);
    assert_int_equal(
        tax_calendar_due(&view, PARAMETER_PAYMENT_DUE, law_day(2024, 3, 31), &due, &fault),
        JURISDICTION_RESULT_OK);
    assert_false(due.is_due);
    assert_int_equal(due.day, 0);
}

static void a_day_without_a_list_of_holidays_is_not_called_working(void **state)
{
    static struct law_records law;
    struct jurisdiction_fault fault;
    struct due_day due;

    make_law(&law, DAY_SHIFT_NEXT);
    law.parameters[1].valid_to = law_day(2024, 5, 26);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(
        tax_calendar_due(&view, PARAMETER_PAYMENT_DUE, law_day(2024, 3, 31), &due, &fault),
        JURISDICTION_RESULT_MISSING);
    assert_int_equal(fault.kind, PARAMETER_HOLIDAYS_LISTED);
    assert_int_equal(fault.day, law_day(2024, 5, 27));
    law.parameters[1].value = 0; /* said not to be whole */
    assert_int_equal(
        tax_calendar_due(&view, PARAMETER_PAYMENT_DUE, law_day(2024, 3, 31), &due, &fault),
        JURISDICTION_RESULT_MISSING);
}

static void a_month_that_is_too_short_gives_its_last_day(void **state)
{
    static struct law_records law;

    make_law(&law, DAY_SHIFT_NONE);
    law.parameters[3].value = 31;
    assert_int_equal(due_after(&law, law_day(2023, 12, 31)), law_day(2024, 2, 29));
    assert_int_equal(due_after(&law, law_day(2024, 12, 31)), law_day(2025, 2, 28));
    assert_int_equal(due_after(&law, law_day(2024, 2, 29)), law_day(2024, 4, 30));
}

static void the_end_of_the_calendar_and_endless_holidays_are_named(void **state)
{
    static struct law_records law;
    struct jurisdiction_fault fault;
    struct due_day due;
    int32_t day = CIVIL_DAY_MAX;

    make_law(&law, DAY_SHIFT_NEXT);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(tax_calendar_due(&view, PARAMETER_PAYMENT_DUE, CIVIL_DAY_MAX, &due, &fault),
                     JURISDICTION_RESULT_BAD_DAY);
    assert_int_equal(
        tax_calendar_due(&view, PARAMETER_PAYMENT_DUE, CIVIL_DAY_MAX + 1, &due, &fault),
        JURISDICTION_RESULT_BAD_DAY);
    day = INT32_MAX;
    assert_int_equal(tax_calendar_shift(&view, DAY_SHIFT_NEXT, &day, &fault),
                     JURISDICTION_RESULT_BAD_DAY);
    law_always(&law, PARAMETER_HOLIDAY, 1);
    view = law_view(&law);
    day = 0;
    assert_int_equal(tax_calendar_shift(&view, DAY_SHIFT_NEXT, &day, &fault),
                     JURISDICTION_RESULT_NO_WORKING_DAY);
}

static void random_calendars_agree_with_a_list_of_days(void **state)
{
    struct random_stream stream = {25};

    for (int round = 0; round < 300; round++) {
        static struct law_records law;
        enum { DAYS = 200 };
        bool works[DAYS];
        int32_t first = law_day(2020, 1, 1) + (int32_t)random_below(&stream, 3000);
        int64_t weekend = (int64_t)random_below(&stream, 127);
        make_law(&law, DAY_SHIFT_NEXT);
        law.parameters[0].value = weekend;
        for (int i = 0; i < DAYS; i++) {
            works[i] = (weekend >> civil_weekday(first + i) & 1) == 0;
            if (random_once_in(&stream, 6)) {
                law_add(&law, PARAMETER_WORKING_WEEKEND, first + i, first + i, 1);
                works[i] = true;
            }
            if (random_once_in(&stream, 6)) {
                law_add(&law, PARAMETER_HOLIDAY, first + i, first + i, 1);
                works[i] = false;
            }
        }
        struct jurisdiction view = law_view(&law);
        for (int i = 0; i < DAYS / 2; i++) {
            struct jurisdiction_fault fault;
            int32_t day = first + i;
            int expected = i;
            while (expected < DAYS && !works[expected]) {
                expected++;
            }
            if (expected < DAYS && expected - i < 100) {
                assert_int_equal(tax_calendar_shift(&view, DAY_SHIFT_NEXT, &day, &fault),
                                 JURISDICTION_RESULT_OK);
                assert_int_equal(day, first + expected);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_due_day_on_a_weekend_is_the_next_working_day),
        cmocka_unit_test(other_rules_go_back_or_stay),
        cmocka_unit_test(a_holiday_on_a_working_weekend_is_no_working_day),
        cmocka_unit_test(a_due_day_says_why_and_how_far_it_is_believed),
        cmocka_unit_test(nothing_is_due_where_the_law_says_none),
        cmocka_unit_test(a_day_without_a_list_of_holidays_is_not_called_working),
        cmocka_unit_test(a_month_that_is_too_short_gives_its_last_day),
        cmocka_unit_test(the_end_of_the_calendar_and_endless_holidays_are_named),
        cmocka_unit_test(random_calendars_agree_with_a_list_of_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
