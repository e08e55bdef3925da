/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of law: what each may be, which may stand beside which, and which holds on a day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/time.h"
#include "mining/jurisdiction.h"
#include "support/law_records.h"
#include "support/random_stream.h"

static enum jurisdiction_result check_all(const struct law_records *law)
{
    struct jurisdiction view = law_view(law);
    uint32_t index;

    return jurisdiction_check(&view, &index);
}

static void each_bad_record_is_refused_by_name(void **state)
{
    struct jurisdiction_parameter good = law_record(PARAMETER_MCI, 0, 10, 1);
    struct jurisdiction_parameter one = good;

    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_OK);
    one.kind = 9999;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_UNKNOWN_KIND);
    one = good;
    one.trust = 0;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_TRUST);
    one.trust = TRUST_D + 1;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_TRUST);
    one = good;
    one.valid_to = -1;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_PERIOD);
    one.valid_to = CIVIL_DAY_MAX + 1;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_PERIOD);
    one.valid_to = TARAZY_DAY_OPEN;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_OK);
    one.valid_from = CIVIL_DAY_MIN - 1;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_PERIOD);
    one = good;
    one.value = -1;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_VALUE);
    one = good;
    one.key = 1;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_KEY);
    one = good;
    memset(one.source, 0, sizeof one.source);
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_SOURCE);
    memcpy(one.source, "a\"b", 3);
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_SOURCE);
    one = good;
    one.source[sizeof one.source - 1] = 'x'; /* text behind the end */
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_SOURCE);
    one = good;
    one.reserved0 = 1;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_BYTES);
    one = good;
    one.reserved1 = 1;
    assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_BAD_BYTES);
}

static void each_unit_has_its_range(void **state)
{
    static const struct {
        enum parameter_kind kind;
        int64_t key;
        int64_t low;
        int64_t high;
    } ranges[] = {
        {PARAMETER_UTC_OFFSET, 0, -1440, 1440},
        {PARAMETER_WEEKEND, 0, 0, 126},
        {PARAMETER_HOLIDAY, 0, 0, 1},
        {PARAMETER_FEE_RATE_GRID, 0, 0, INT64_MAX},
        {PARAMETER_FEE_GROUNDS, 0, 1, 2},
        {PARAMETER_FEE_ROUNDING, 0, 1, 3},
        {PARAMETER_DUE_SHIFT, 0, 1, 3},
        {PARAMETER_PAYMENT_DUE, 2, 1, 31},
        {PARAMETER_DUTY_TO_SELL, 0, 0, INT64_MAX},
        {PARAMETER_ENERGY_AUCTION_OPEN, 0, 0, 1439},
        {PARAMETER_ENERGY_LOT, 0, 0, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        struct jurisdiction_parameter one = law_record(ranges[i].kind, 0, 1, ranges[i].low);
        one.key = ranges[i].key;
        assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_OK);
        one.value = ranges[i].high;
        assert_int_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_OK);
        one.value = ranges[i].low - 1;
        assert_int_not_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_OK);
        if (ranges[i].high != INT64_MAX) {
            one.value = ranges[i].high + 1;
            assert_int_not_equal(jurisdiction_check_parameter(&one), JURISDICTION_RESULT_OK);
        }
    }
    struct jurisdiction_parameter none = law_record(PARAMETER_PAYMENT_DUE, 0, 1, 0);
    assert_int_equal(jurisdiction_check_parameter(&none), JURISDICTION_RESULT_OK);
    none.key = 121;
    none.value = 1;
    assert_int_equal(jurisdiction_check_parameter(&none), JURISDICTION_RESULT_BAD_KEY);
}

static void two_records_over_one_day_are_refused(void **state)
{
    static struct law_records law = {.count = 0};

    law_add(&law, PARAMETER_MCI, 0, 10, 1);
    law_add(&law, PARAMETER_LICENCE_TERM, 5, 20, 1); /* another kind may */
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OK);
    law_add(&law, PARAMETER_MCI, 10, 20, 1);
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OVERLAP);
    law.parameters[2].valid_from = 11;
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OK);
    law.parameters[2] = law.parameters[0]; /* twice the same */
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OVERLAP);
}

static void a_record_takes_the_place_of_its_name_only(void **state)
{
    static struct law_records law = {.count = 0};
    struct jurisdiction_parameter one = law_record(PARAMETER_MCI, 0, 9, 7);
    uint32_t index = 99;

    law_add(&law, PARAMETER_MCI, 0, TARAZY_DAY_OPEN, 1);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(jurisdiction_admits(&view, &one), JURISDICTION_RESULT_OK);
    assert_true(jurisdiction_find_same(&view, &one, &index));
    assert_int_equal(index, 0);
    one.valid_from = 1;
    assert_int_equal(jurisdiction_admits(&view, &one), JURISDICTION_RESULT_OVERLAP);
    assert_false(jurisdiction_find_same(&view, &one, &index));
    law.parameters[0].valid_to = 0;
    assert_int_equal(jurisdiction_admits(&view, &one), JURISDICTION_RESULT_OK);
    one.trust = 77;
    assert_int_equal(jurisdiction_admits(&view, &one), JURISDICTION_RESULT_BAD_TRUST);
}

static void gaps_are_refused_where_the_law_must_go_on(void **state)
{
    static struct law_records law = {.count = 0};

    law_add(&law, PARAMETER_MCI, 12, 20, 1);
    law_add(&law, PARAMETER_MCI, 0, 10, 1);
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_GAP);
    law.parameters[1].valid_to = 11;
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OK);
    law_add(&law, PARAMETER_HOLIDAY, 3, 3, 1);
    law_add(&law, PARAMETER_HOLIDAY, 9, 9, 1);
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OK);
}

static void a_table_begins_at_nothing_and_on_one_day(void **state)
{
    static struct law_records law = {.count = 0};

    law_add(&law, PARAMETER_FEE_SCALE_GRID, 0, 10, 1)->key = 5;
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_GAP);
    law_add(&law, PARAMETER_FEE_SCALE_GRID, 0, 10, 2);
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OK);
    law_add(&law, PARAMETER_FEE_SCALE_GRID, 1, 10, 2)->key = 9;
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OVERLAP);
    law.parameters[2].valid_from = 0;
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OK);
    law.parameters[2].key = 5;
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_OVERLAP);
    law.parameters[2].key = -1;
    assert_int_equal(check_all(&law), JURISDICTION_RESULT_BAD_KEY);
}

static void a_day_has_one_record_or_an_error(void **state)
{
    static struct law_records law = {.count = 0};
    uint32_t index = 99;

    law_add(&law, PARAMETER_MCI, 0, 10, 1);
    law_add(&law, PARAMETER_MCI, 11, TARAZY_DAY_OPEN, 2);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(jurisdiction_find(&view, PARAMETER_MCI, -1, &index),
                     JURISDICTION_RESULT_MISSING);
    assert_int_equal(jurisdiction_find(&view, PARAMETER_MCI, 10, &index), JURISDICTION_RESULT_OK);
    assert_int_equal(index, 0);
    assert_int_equal(jurisdiction_find(&view, PARAMETER_MCI, 11, &index), JURISDICTION_RESULT_OK);
    assert_int_equal(index, 1);
    assert_int_equal(jurisdiction_find(&view, PARAMETER_MCI, INT32_MAX, &index),
                     JURISDICTION_RESULT_OK);
    law.parameters[0].valid_to = 11;
    assert_int_equal(jurisdiction_find(&view, PARAMETER_MCI, 11, &index),
                     JURISDICTION_RESULT_OVERLAP);
    law.count = 0;
    law_add(&law, PARAMETER_FEE_SCALE_GRID, 0, 10, 1)->key = 5;
    law_add(&law, PARAMETER_FEE_SCALE_GRID, 0, 10, 2)->key = 5;
    view = law_view(&law);
    assert_int_equal(jurisdiction_find_step(&view, PARAMETER_FEE_SCALE_GRID, 5, 0, &index),
                     JURISDICTION_RESULT_OVERLAP);
    assert_int_equal(jurisdiction_find_step(&view, PARAMETER_FEE_SCALE_GRID, 4, 0, &index),
                     JURISDICTION_RESULT_MISSING);
}

/* Steps in any order, found as by looking at each of a list that is sorted. */
static void a_step_is_the_last_one_that_begins_at_or_below(void **state)
{
    struct random_stream stream = {606};

    for (int round = 0; round < 500; round++) {
        static struct law_records law;
        bool is_step[64] = {true};
        law.count = 0;
        law_add(&law, PARAMETER_FEE_SCALE_GRID, 0, 10, 1000);
        for (int i = 0; i < 20; i++) {
            int64_t key = (int64_t)random_below(&stream, 64);
            if (!is_step[key]) {
                is_step[key] = true;
                law_add(&law, PARAMETER_FEE_SCALE_GRID, 0, 10, 1000 + key)->key = key;
            }
        }
        struct jurisdiction view = law_view(&law);
        int64_t expected = 0;
        for (int64_t key = 0; key < 64; key++) {
            uint32_t index;
            expected = is_step[key] ? key : expected;
            assert_int_equal(
                jurisdiction_find_step(&view, PARAMETER_FEE_SCALE_GRID, key, 5, &index),
                JURISDICTION_RESULT_OK);
            assert_int_equal(law.parameters[index].value, 1000 + expected);
        }
    }
}

static void a_moment_has_the_day_of_the_country(void **state)
{
    static struct law_records law = {.count = 0};
    int32_t change = law_day(2024, 3, 1);
    int64_t midnight_us = (int64_t)law_day(2024, 6, 1) * TIME_US_PER_DAY;
    int64_t hour_us = TIME_US_PER_DAY / 24;
    int32_t day = 0;

    law_add(&law, PARAMETER_UTC_OFFSET, 0, change - 1, 360);
    law_add(&law, PARAMETER_UTC_OFFSET, change, TARAZY_DAY_OPEN, 300);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(jurisdiction_day_of_time(&view, midnight_us - 5 * hour_us, &day),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(day, law_day(2024, 6, 1));
    assert_int_equal(jurisdiction_day_of_time(&view, midnight_us - 5 * hour_us - 1, &day),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(day, law_day(2024, 5, 31));
    midnight_us = (int64_t)law_day(2024, 1, 1) * TIME_US_PER_DAY;
    assert_int_equal(jurisdiction_day_of_time(&view, midnight_us - 6 * hour_us, &day),
                     JURISDICTION_RESULT_OK);
    assert_int_equal(day, law_day(2024, 1, 1));
    assert_int_equal(jurisdiction_day_of_time(&view, -1, &day), JURISDICTION_RESULT_MISSING);
    assert_int_equal(jurisdiction_day_of_time(&view, INT64_MAX, &day),
                     JURISDICTION_RESULT_OVERFLOW);
    assert_int_equal(jurisdiction_day_of_time(&view, INT64_MAX / 2, &day),
                     JURISDICTION_RESULT_BAD_DAY);
}

static void every_kind_has_one_name(void **state)
{
    int named = 0;

    for (uint32_t kind = 0; kind <= UINT16_MAX; kind++) {
        const char *name = jurisdiction_kind_name((uint16_t)kind);
        if (name != NULL) {
            assert_int_equal(jurisdiction_kind_of_name(name, strlen(name)), kind);
            named++;
        }
    }
    assert_true(named >= 40);
    assert_int_equal(jurisdiction_kind_of_name("holida", 6), 0);
    assert_int_equal(trust_weaker(TRUST_A, TRUST_D), TRUST_D);
    assert_int_equal(trust_weaker(TRUST_C, TRUST_B), TRUST_C);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_record_is_refused_by_name),
        cmocka_unit_test(each_unit_has_its_range),
        cmocka_unit_test(two_records_over_one_day_are_refused),
        cmocka_unit_test(a_record_takes_the_place_of_its_name_only),
        cmocka_unit_test(gaps_are_refused_where_the_law_must_go_on),
        cmocka_unit_test(a_table_begins_at_nothing_and_on_one_day),
        cmocka_unit_test(a_day_has_one_record_or_an_error),
        cmocka_unit_test(a_step_is_the_last_one_that_begins_at_or_below),
        cmocka_unit_test(a_moment_has_the_day_of_the_country),
        cmocka_unit_test(every_kind_has_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
