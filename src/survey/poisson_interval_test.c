/* SPDX-License-Identifier: Apache-2.0
 *
 * Garwood's interval against published values, against a twin that adds the probabilities up one by
 * one, and against counts drawn at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "support/assert_near.h"
#include "support/random_stream.h"
#include "survey/poisson_interval.h"

/* P(X >= count) for a mean, term by term: nothing clever, and slow. */
static double tail_by_sum(uint32_t count, double mean)
{
    double below = 0;
    double log_term = -mean;
    for (uint32_t i = 0; i < count; i++) {
        below += exp(log_term);
        log_term += log(mean) - log((double)i + 1);
    }
    return 1 - below;
}

/* The mean at which `count` or more has this probability, by halving. */
static double mean_by_sum(uint32_t count, double probability)
{
    double low = 0;
    double high = 10 + 2.0 * count;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (tail_by_sum(count, middle) < probability) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void published_limits_are_met(void **state)
{
    /* Garwood 1936, as reprinted in Pearson and Hartley, Biometrika Tables, table 40. */
    static const struct {
        double count;
        double low;
        double high;
    } CASES[] = {
        {0, 0, 3.69},       {1, 0.0253, 5.57},  {2, 0.242, 7.22},   {3, 0.619, 8.77},
        {4, 1.09, 10.24},   {5, 1.62, 11.67},   {6, 2.20, 13.06},   {7, 2.81, 14.42},
        {8, 3.45, 15.76},   {9, 4.12, 17.08},   {10, 4.80, 18.39},  {15, 8.40, 24.74},
        {20, 12.22, 30.89}, {25, 16.18, 36.90}, {30, 20.24, 42.83}, {50, 37.11, 65.92},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct estimate found = poisson_interval(CASES[i].count);
        assert_near(found.low, CASES[i].low, 0.0051);
        assert_near(found.high, CASES[i].high, 0.0051);
    }
    /* chi-square with 10 degrees: 3.24697 and 20.48318 are its 2.5 % points. */
    assert_near(2 * poisson_gamma_quantile(5, 0.025), 3.24697, 1e-5);
    assert_near(2 * poisson_gamma_quantile(5, 0.975), 20.48318, 1e-5);
}

static void the_naive_twin_finds_the_same_limits(void **state)
{
    for (uint32_t count = 0; count < 300; count += count < 30 ? 1 : 27) {
        struct estimate found = poisson_interval(count);
        double low = count == 0 ? 0 : mean_by_sum(count, ESTIMATE_TAIL);
        double high = mean_by_sum(count + 1, 1 - ESTIMATE_TAIL);
        assert_near(found.low, low, 1e-7 * (1 + low));
        assert_near(found.high, high, 1e-7 * (1 + high));
    }
}

static void one_share_more_raises_both_limits(void **state)
{
    struct estimate last = poisson_interval(0);
    for (double count = 0.25; count < 40; count += 0.25) {
        struct estimate next = poisson_interval(count);
        assert_true(next.low > last.low && next.high > last.high);
        assert_true(next.low < count && count < next.high);
        last = next;
    }
}

static void many_shares_are_as_exact_as_the_formula_says(void **state)
{
    static const struct {
        double count;
        double percent;
    } CASES[] = {{100, 19.6}, {1000, 6.2}, {10000, 2.0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct estimate found = poisson_interval(CASES[i].count);
        double half = (found.high - found.low) / 2 / CASES[i].count * 100;
        assert_near(half, CASES[i].percent, CASES[i].percent * 0.06);
    }
}

static void the_cube_root_takes_over_without_a_step(void **state)
{
    const double probabilities[] = {0.025, 0.5, 0.975};
    for (int i = 0; i < 3; i++) {
        double below = poisson_gamma_quantile(POISSON_EXACT_MAX, probabilities[i]);
        double above = poisson_gamma_quantile(POISSON_EXACT_MAX + 1, probabilities[i]);
        assert_near(above - below, 1, 0.01);
    }
    struct estimate large = poisson_interval(1e15);
    assert_true(large.low < 1e15 && large.high > 1e15);
    assert_near((large.high - large.low) / 2e15, 1.96 / sqrt(1e15), 1e-10);
}

static void the_gamma_function_is_a_distribution(void **state)
{
    assert_near(poisson_gamma_lower(1, 2), 1 - exp(-2), 1e-14);
    assert_near(poisson_gamma_lower(0.5, 1), erf(1), 1e-14);
    assert_near(poisson_gamma_lower(3, 0), 0, 0);
    for (double shape = 0.3; shape < 2000; shape *= 3) {
        double last = 0;
        for (double x = shape / 8; x < shape * 4 + 10; x *= 1.3) {
            double next = poisson_gamma_lower(shape, x);
            assert_true(next >= last && next <= 1 + 1e-12);
            last = next;
        }
    }
}

/* Arrivals of one unit of time by exponential waits. */
static uint32_t poisson_draw(struct random_stream *random, double mean)
{
    uint32_t count = 0;
    double time = 0;
    while (true) {
        double u = ((double)(random_next(random) >> 11) + 1) / 9007199254740993.0;
        time -= log(u) / mean;
        if (time > 1) {
            return count;
        }
        count++;
    }
}

static void the_interval_holds_the_mean_at_least_as_often_as_it_says(void **state)
{
    struct random_stream random = {95};
    enum { TURNS = 2000 };
    for (double mean = 0.5; mean < 60; mean *= 2.7) {
        int held = 0;
        for (int i = 0; i < TURNS; i++) {
            struct estimate found = poisson_interval(poisson_draw(&random, mean));
            held += found.low <= mean && mean <= found.high;
        }
        assert_true(held >= TURNS * 94 / 100);
    }
}

static void a_fixed_number_in_random_time_has_its_own_interval(void **state)
{
    struct estimate found = poisson_interval_of_time(144);
    assert_near((found.high - found.low) / 2 / 1.96 / 144, 0.083, 0.001);
    found = poisson_interval_of_time(2016);
    assert_near((found.high - found.low) / 2 / 1.96 / 2016, 0.022, 0.0005);
    assert_true(poisson_interval_of_time(3).high < poisson_interval(3).high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_limits_are_met),
        cmocka_unit_test(the_naive_twin_finds_the_same_limits),
        cmocka_unit_test(one_share_more_raises_both_limits),
        cmocka_unit_test(many_shares_are_as_exact_as_the_formula_says),
        cmocka_unit_test(the_cube_root_takes_over_without_a_step),
        cmocka_unit_test(the_gamma_function_is_a_distribution),
        cmocka_unit_test(the_interval_holds_the_mean_at_least_as_often_as_it_says),
        cmocka_unit_test(a_fixed_number_in_random_time_has_its_own_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
