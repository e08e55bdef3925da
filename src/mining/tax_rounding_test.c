/* SPDX-License-Identifier: Apache-2.0
 *
 * Each direction of rounding, and products at the edge of 128 bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mining/tax_rounding.h"
#include "support/expect_abort.h"

static void each_direction_goes_where_its_name_says(void **state)
{
    bool is_exact;

    for (int value = 0; value < 200; value++) {
        for (int divisor = 1; divisor < 30; divisor++) {
            int down = value / divisor;
            int up = (value + divisor - 1) / divisor;
            int half = (2 * value + divisor) / (2 * divisor);
            assert_true(tax_divide(value, divisor, TAX_ROUNDING_DOWN, &is_exact) == down);
            assert_int_equal(is_exact, value % divisor == 0);
            assert_true(tax_divide(value, divisor, TAX_ROUNDING_UP, &is_exact) == up);
            assert_true(tax_divide(value, divisor, TAX_ROUNDING_HALF_UP, &is_exact) == half);
        }
    }
}

static void a_product_that_is_too_large_is_refused(void **state)
{
    int128 out = 7;
    int128 most = (int128)(~(uint128)0 >> 1);

    assert_true(tax_multiply(&out, most, 1));
    assert_true(out == most);
    assert_true(tax_multiply(&out, most, 0));
    assert_true(out == 0);
    assert_true(tax_multiply(&out, most / 2, 2));
    out = 7;
    assert_false(tax_multiply(&out, most / 2 + 1, 2));
    assert_true(out == 7);
    assert_false(tax_add(&out, most, 1));
}

static void act_on_a_negative(void *argument)
{
    bool is_exact;

    (void)argument;
    (void)tax_divide(-1, 2, TAX_ROUNDING_DOWN, &is_exact);
}

static void act_on_a_zero_divisor(void *argument)
{
    bool is_exact;

    (void)argument;
    (void)tax_divide(1, 0, TAX_ROUNDING_DOWN, &is_exact);
}

static void what_no_law_divides_is_a_bug(void **state)
{
    assert_true(does_abort(act_on_a_negative, NULL));
    assert_true(does_abort(act_on_a_zero_divisor, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_direction_goes_where_its_name_says),
        cmocka_unit_test(a_product_that_is_too_large_is_refused),
        cmocka_unit_test(what_no_law_divides_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
