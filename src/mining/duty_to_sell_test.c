/* SPDX-License-Identifier: Apache-2.0
 *
 * The duty to sell: 50 % of one year, 75 % of the next, a shortfall in units and in value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mining/duty_to_sell.h"
#include "money/arithmetic.h"
#include "support/law_records.h"
#include "support/random_stream.h"

static void make_law(struct law_records *law)
{
    law->count = 0;
    law_add(law, PARAMETER_DUTY_TO_SELL, 0, 99, 500000)->trust = TRUST_B;
    law_add(law, PARAMETER_DUTY_TO_SELL, 100, TARAZY_DAY_OPEN, 750000)->trust = TRUST_D;
}

static void assert_duty(struct duty_line line, int32_t first, int32_t last, int64_t required,
                        int64_t shortfall)
{
    static struct law_records law;
    struct duty duty;

    make_law(&law);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(duty_to_sell_compute(&view, first, last, &line, &duty),
                     JURISDICTION_RESULT_OK);
    assert_true(amount_units(duty.required) == required);
    assert_true(amount_units(duty.shortfall) == shortfall);
    assert_int_equal(duty.trust, first < 100 ? TRUST_B : TRUST_D);
}

static void the_share_goes_by_the_period(void **state)
{
    assert_duty((struct duty_line){.distributed = {1000}, .sold = {400}}, 0, 99, 500, 100);
    assert_duty((struct duty_line){.distributed = {1000}, .sold = {400}}, 100, 199, 750, 350);
    assert_duty((struct duty_line){.distributed = {1000}, .sold = {500}}, 5, 5, 500, 0);
    assert_duty((struct duty_line){.distributed = {1001}, .sold = {500}}, 5, 5, 501, 1);
    assert_duty((struct duty_line){.distributed = {1000}, .sold = {2000}}, 5, 5, 500, 0);
    assert_duty((struct duty_line){.sold = {7}}, 5, 5, 0, 0);
}

static void a_shortfall_has_a_value(void **state)
{
    static struct law_records law;
    struct duty duty;
    struct duty_line line = {
        .distributed = {1000}, .sold = {400}, .distributed_value = {33333}, .sold_value = {9000}};

    make_law(&law);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(duty_to_sell_compute(&view, 0, 1, &line, &duty), JURISDICTION_RESULT_OK);
    assert_true(amount_units(duty.shortfall_value) == 3333); /* 100 × 33.333 */
    assert_true(amount_units(duty.required_value) == 16667); /* 16666.5 up */
    assert_true(amount_units(duty.missing_value) == 7667);
    assert_int_equal(duty.reached_ppm, 400000);
    assert_int_equal(duty.share_ppm, 500000);
    line = (struct duty_line){0};
    assert_int_equal(duty_to_sell_compute(&view, 0, 1, &line, &duty), JURISDICTION_RESULT_OK);
    assert_int_equal(duty.reached_ppm, 1000000);
    line = (struct duty_line){.distributed = {1}, .sold = amount_of_units(INT64_MAX)};
    assert_int_equal(duty_to_sell_compute(&view, 0, 1, &line, &duty), JURISDICTION_RESULT_OK);
    assert_int_equal(duty.reached_ppm, INT64_MAX);
}

static void assets_are_added_by_value_only(void **state)
{
    struct duty_line total = {0};
    struct duty_line line = {
        .distributed = {1000}, .sold = {400}, .distributed_value = {300}, .sold_value = {90}};

    assert_int_equal(duty_to_sell_add(&total, &line), JURISDICTION_RESULT_OK);
    assert_int_equal(duty_to_sell_add(&total, &line), JURISDICTION_RESULT_OK);
    assert_true(amount_is_zero(total.distributed) && amount_is_zero(total.sold));
    assert_true(amount_units(total.distributed_value) == 600);
    assert_true(amount_units(total.sold_value) == 180);
    line.sold_value = amount_of_units(-1);
    assert_int_equal(duty_to_sell_add(&total, &line), JURISDICTION_RESULT_NEGATIVE);
    total.sold_value = amount_of_wide((int128)(~(uint128)0 >> 1));
    line.sold_value = amount_of_units(1);
    assert_int_equal(duty_to_sell_add(&total, &line), JURISDICTION_RESULT_OVERFLOW);
    assert_true(amount_units(total.distributed_value) == 600);
}

static void periods_and_lines_that_make_no_sense_are_refused(void **state)
{
    static struct law_records law;
    struct duty duty;
    struct duty_line line = {.distributed = {1000}};

    make_law(&law);
    struct jurisdiction view = law_view(&law);
    assert_int_equal(duty_to_sell_compute(&view, 5, 4, &line, &duty), JURISDICTION_RESULT_BAD_DAY);
    assert_int_equal(duty_to_sell_compute(&view, 5, INT32_MAX, &line, &duty),
                     JURISDICTION_RESULT_BAD_DAY);
    assert_int_equal(duty_to_sell_compute(&view, -1, 5, &line, &duty), JURISDICTION_RESULT_MISSING);
    assert_int_equal(duty_to_sell_compute(&view, 99, 100, &line, &duty),
                     JURISDICTION_RESULT_CHANGES);
    assert_int_equal(duty.fault.day, 100);
    struct duty_line negative[4] = {
        {.distributed = {-1}}, {.sold = {-1}}, {.distributed_value = {-1}}, {.sold_value = {-1}}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(duty_to_sell_compute(&view, 0, 5, &negative[i], &duty),
                         JURISDICTION_RESULT_NEGATIVE);
    }
    line.distributed = amount_bound();
    assert_int_equal(duty_to_sell_compute(&view, 0, 5, &line, &duty), JURISDICTION_RESULT_OVERFLOW);
}

/* Whoever sells what is required is never short, whoever sells a unit less always is. */
static void what_is_required_is_the_least_that_suffices(void **state)
{
    static struct law_records law;
    struct random_stream stream = {75};

    make_law(&law);
    for (int round = 0; round < 20000; round++) {
        int64_t share = (int64_t)random_below(&stream, 1000001);
        law.parameters[0].value = share;
        struct jurisdiction view = law_view(&law);
        struct duty_line line = {.distributed =
                                     amount_of_units((int64_t)random_skewed(&stream, 60))};
        struct duty duty;
        assert_int_equal(duty_to_sell_compute(&view, 0, 9, &line, &duty), JURISDICTION_RESULT_OK);
        int128 required = amount_units(duty.required);
        int128 exact = amount_units(line.distributed) * share;
        assert_true(required * 1000000 >= exact && (required - 1) * 1000000 < exact);
        line.sold = duty.required;
        assert_int_equal(duty_to_sell_compute(&view, 0, 9, &line, &duty), JURISDICTION_RESULT_OK);
        assert_true(amount_is_zero(duty.shortfall));
        assert_true(amount_is_zero(line.distributed) || duty.reached_ppm >= share);
        if (required > 0) {
            line.sold = amount_of_wide(required - 1);
            assert_int_equal(duty_to_sell_compute(&view, 0, 9, &line, &duty),
                             JURISDICTION_RESULT_OK);
            assert_true(amount_units(duty.shortfall) == 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_goes_by_the_period),
        cmocka_unit_test(a_shortfall_has_a_value),
        cmocka_unit_test(assets_are_added_by_value_only),
        cmocka_unit_test(periods_and_lines_that_make_no_sense_are_refused),
        cmocka_unit_test(what_is_required_is_the_least_that_suffices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
