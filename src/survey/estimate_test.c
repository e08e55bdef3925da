/* SPDX-License-Identifier: Apache-2.0
 *
 * Points with intervals: their arithmetic, and that none of it makes an interval smaller than it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "support/assert_near.h"
#include "support/random_stream.h"
#include "survey/estimate.h"

static double uniform(struct random_stream *random)
{
    return (double)(random_next(random) >> 11) / 9007199254740992.0;
}

/* The sum of twelve uniform numbers has variance 1. */
static double normal(struct random_stream *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += uniform(random);
    }
    return sum;
}

static void what_is_known_stays_known(void **state)
{
    struct estimate six = estimate_add(estimate_of_exact(4), estimate_of_exact(2));
    assert_near(six.low, 6, 0);
    assert_near(six.high, 6, 0);
    struct estimate two = estimate_divide(six, estimate_of_exact(3));
    assert_near(two.low, 2, 1e-12);
    assert_near(two.high, 2, 1e-12);
    assert_near(estimate_subtract(two, six).point, -4, 1e-12);
    assert_near(estimate_scale(two, 10).high, 20, 1e-12);
}

static void independent_errors_are_added_as_squares(void **state)
{
    const struct estimate a = {97, 100, 104};
    const struct estimate b = {46, 50, 53};
    struct estimate sum = estimate_add(a, b);
    assert_near(sum.low, 145, 1e-12);
    assert_near(sum.point, 150, 1e-12);
    assert_near(sum.high, 155, 1e-12);
    struct estimate difference = estimate_subtract(a, b);
    assert_near(difference.low, 50 - sqrt(9 + 9), 1e-12);
    assert_near(difference.high, 50 + sqrt(16 + 16), 1e-12);
}

static void a_ratio_is_combined_on_the_scale_of_logarithms(void **state)
{
    const struct estimate a = {50, 100, 200};
    struct estimate ratio = estimate_divide(a, estimate_of_exact(10));
    assert_near(ratio.low, 5, 1e-9);
    assert_near(ratio.high, 20, 1e-9);
    const struct estimate b = {5, 10, 20};
    ratio = estimate_divide(a, b);
    assert_near(ratio.low, 10 / pow(2, sqrt(2)), 1e-9);
    assert_near(ratio.high, 10 * pow(2, sqrt(2)), 1e-9);
    const struct estimate none = {0, 0, 4};
    ratio = estimate_divide(none, b);
    assert_near(ratio.point, 0, 0);
    assert_near(ratio.high, 0.8, 1e-12);
    const struct estimate unknown = {0, 10, 20};
    assert_true(isinf(estimate_divide(a, unknown).high));
    assert_near(estimate_divide(unknown, b).low, 0, 0);
}

static void a_product_is_a_ratio_by_the_inverse(void **state)
{
    const struct estimate a = {50, 100, 200};
    const struct estimate b = {5, 10, 16};
    const struct estimate inverse = {1.0 / 16, 0.1, 0.2};
    struct estimate product = estimate_multiply(a, b);
    struct estimate ratio = estimate_divide(a, inverse);
    assert_near(product.low, ratio.low, 1e-9);
    assert_near(product.high, ratio.high, 1e-9);
    const struct estimate none = {0, 0, 4};
    assert_near(estimate_multiply(none, b).high, 64, 1e-9);
    const struct estimate open = {0, 2, 4};
    assert_near(estimate_multiply(open, b).low, 0, 0);
}

static void bounds_are_taken_to_the_worst(void **state)
{
    const struct estimate rate = {20, 21.85, 23};
    const struct estimate power = {29.55, 50, 98};
    struct estimate product = estimate_multiply_bounds(rate, power);
    assert_near(product.low, 20 * 29.55, 1e-9);
    assert_near(product.high, 23 * 98, 1e-9);
}

static void limits_are_cut_with_their_point(void **state)
{
    const struct estimate wide = {-0.5, 0.25, 1.5};
    struct estimate cut = estimate_clamp(wide, 0, 1);
    assert_near(cut.low, 0, 0);
    assert_near(cut.point, 0.25, 0);
    assert_near(cut.high, 1, 0);
    assert_near(estimate_clamp(wide, 2, 3).point, 2, 0);
}

/* Two measurements of normal errors, again and again: sum, difference and ratio hold the truth in
 * about 95 of 100. */
static void combined_intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    struct random_stream random = {20210831};
    enum { TURNS = 4000 };
    int held[3] = {0};
    for (int i = 0; i < TURNS; i++) {
        double x = 100 + 5 * normal(&random);
        double y = 60 + 3 * normal(&random);
        const struct estimate a = {x - 9.8, x, x + 9.8};
        const struct estimate b = {y - 5.88, y, y + 5.88};
        const struct estimate results[] = {estimate_add(a, b), estimate_subtract(a, b),
                                           estimate_divide(a, b)};
        const double truths[] = {160, 40, 100.0 / 60};
        for (int k = 0; k < 3; k++) {
            held[k] += results[k].low <= truths[k] && truths[k] <= results[k].high;
        }
    }
    for (int k = 0; k < 3; k++) {
        assert_in_range((uintmax_t)held[k], TURNS * 94 / 100, TURNS * 96 / 100);
    }
}

static void quantiles_of_student_are_the_published_ones(void **state)
{
    assert_near(estimate_student(1), 12.706, 1e-9);
    assert_near(estimate_student(4), 2.776, 1e-9);
    assert_near(estimate_student(30), 2.042, 1e-9);
    assert_near(estimate_student(40), 2.021, 1e-3);
    assert_near(estimate_student(60), 2.000, 1e-3);
    assert_near(estimate_student(120), 1.980, 1e-3);
    for (uint32_t i = 1; i < 200; i++) {
        assert_true(estimate_student(i + 1) < estimate_student(i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_stays_known),
        cmocka_unit_test(independent_errors_are_added_as_squares),
        cmocka_unit_test(a_ratio_is_combined_on_the_scale_of_logarithms),
        cmocka_unit_test(a_product_is_a_ratio_by_the_inverse),
        cmocka_unit_test(bounds_are_taken_to_the_worst),
        cmocka_unit_test(limits_are_cut_with_their_point),
        cmocka_unit_test(combined_intervals_hold_the_truth_as_often_as_they_say),
        cmocka_unit_test(quantiles_of_student_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
