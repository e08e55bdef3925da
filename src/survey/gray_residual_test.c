/* SPDX-License-Identifier: Apache-2.0
 *
 * What nobody declared: the figures of Kazakhstan in 2021, and that limits move the right way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assert_near.h"
#include "survey/gray_residual.h"

static const struct gray_power_input kazakhstan = {
    .country_ehs = {21.85, 21.85, 21.85},
    .j_per_th = {29.55, 50, 98},
    .pue = {1.01, 1.10, 1.20},
    .declared_gw = {0.3, 0.3, 0.3},
};

static void kazakhstan_in_2021_had_some_nine_hundred_megawatts(void **state)
{
    struct gray_power gray;
    gray_residual_by_power(&gray, &kazakhstan);
    assert_near(gray.implied_gw.point, 1.20, 0.005);
    assert_near(gray.implied_gw.low, 0.65, 0.005);
    assert_near(gray.implied_gw.high, 2.57, 0.005);
    assert_near(gray.gray_gw.point, 0.90, 0.005);
    assert_near(gray.gray_gw.low, 0.35, 0.005);
    assert_near(gray.gray_gw.high, 2.27, 0.005);
    assert_near(gray.share.point, 0.75, 0.005);
    assert_near(gray.share.low, 0.54, 0.005);
    assert_near(gray.share.high, 0.883, 0.005);
}

static void more_declared_is_less_gray(void **state)
{
    double last = 2;
    for (int i = 0; i <= 12; i++) {
        struct gray_power_input input = kazakhstan;
        struct gray_power gray;
        input.declared_gw = estimate_of_exact(0.25 * i);
        gray_residual_by_power(&gray, &input);
        assert_true(gray.share.point <= last && gray.share.low >= 0 && gray.share.high <= 1);
        assert_true(gray.share.low <= gray.share.point && gray.share.point <= gray.share.high);
        last = gray.share.point;
    }
    /* Three gigawatts declared: no room for anybody else, and the residual says so. */
    struct gray_power_input input = kazakhstan;
    struct gray_power gray;
    input.declared_gw = estimate_of_exact(3);
    gray_residual_by_power(&gray, &input);
    assert_true(gray.gray_gw.high < 0);
    assert_near(gray.share.high, 0, 0);
}

static void who_hides_abroad_is_added_to_the_gray_alone(void **state)
{
    struct gray_power_input input = kazakhstan;
    struct gray_power gray;
    input.hidden = (struct gray_hidden){0, 0.2};
    gray_residual_by_power(&gray, &input);
    assert_near(gray.gray_gw.point, 0.90175 / 0.9, 0.0001);
    assert_near(gray.gray_gw.low, 0.352, 0.001);
    assert_near(gray.gray_gw.high, 2.2696 / 0.8, 0.001);
    assert_near(gray.implied_gw.point, 0.90175 / 0.9 + 0.3, 0.0001);
}

static void only_what_is_not_metered_is_extrapolated(void **state)
{
    static const struct gray_pool pools[] = {{20, 4, 2}, {20, 3, 2}, {10, 2.5, 1}};
    const struct gray_metered_input input = {
        .pools = pools,
        .pool_count = 3,
        .network_ehs = {100, 100, 100},
        .metered_ehs = {9, 9, 9},
    };
    struct gray_metered gray;
    gray_residual_by_meters(&gray, &input);
    assert_near(gray.coverage, 0.5, 1e-12);
    /* 4.5 of 50, so 9 of 100; residuals 0.2, −0.8, 0.6. */
    assert_near(gray.gray_ehs.point, 9, 1e-9);
    assert_near(gray.share.point, 0.5, 1e-9);
    double half = 4.303 * sqrt(0.5 * 1.5 * (0.04 + 0.64 + 0.36)) / 50 * 100;
    assert_near(gray.gray_ehs.high, 9 + half, 1e-9);
    assert_near(gray.share.high, (9 + half) / (18 + half), 1e-9);
}

static void pools_that_see_fewer_than_are_metered_leave_no_gray(void **state)
{
    static const struct gray_pool pools[] = {{20, 1, 2}, {20, 2, 2}};
    const struct gray_metered_input input = {
        .pools = pools,
        .pool_count = 2,
        .network_ehs = {90, 100, 110},
        .metered_ehs = {9, 9, 9},
        .hidden = {0, 0.1},
    };
    struct gray_metered gray;
    gray_residual_by_meters(&gray, &input);
    assert_near(gray.share.point, 0, 0);
    assert_near(gray.gray_ehs.low, 0, 0);
    assert_true(gray.share.high > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kazakhstan_in_2021_had_some_nine_hundred_megawatts),
        cmocka_unit_test(more_declared_is_less_gray),
        cmocka_unit_test(who_hides_abroad_is_added_to_the_gray_alone),
        cmocka_unit_test(only_what_is_not_metered_is_extrapolated),
        cmocka_unit_test(pools_that_see_fewer_than_are_metered_leave_no_gray),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
