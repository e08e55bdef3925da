/* SPDX-License-Identifier: Apache-2.0
 *
 * The law of the estimates: over a hundred invented countries the estimated gray share is within five
 * percentage points of the hidden truth on average, and its interval holds the truth in ninety or more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "support/assert_near.h"
#include "survey/country.h"
#include "survey/mining_map.h"

enum { SEEDS = 100 };

static void a_country_adds_up(void **state)
{
    struct country country;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        country_make(&country, seed);
        double total = 0;
        double here = 0;
        for (uint32_t i = 0; i < COUNTRY_POOLS; i++) {
            const struct country_pool *pool = &country.pools[i];
            total += pool->total_ehs;
            here += pool->licensed_ehs + pool->gray_ehs;
            assert_true(pool->licensed_ehs + pool->gray_ehs < pool->total_ehs);
        }
        assert_near(total, country.network_ehs, 1e-9);
        /* What hides is missing from the pools' view. */
        assert_true(here <= country.licensed_ehs + country.gray_ehs + 1e-9);
        assert_true(here >= country.licensed_ehs + country.gray_ehs * 0.7);
        assert_true(country.gray_share > 0.09 && country.gray_share < 0.76);
    }
}

static void the_gray_share_is_within_five_points_and_its_interval_holds_the_truth(void **state)
{
    static struct country country;
    struct country_estimate estimate;
    double error = 0;
    double width = 0;
    int held = 0;
    int held_power = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        country_make(&country, seed);
        country_estimate(&estimate, &country, seed);
        struct estimate share = estimate.by_meters.share;
        error += fabs(share.point - country.gray_share);
        width += share.high - share.low;
        held += share.low <= country.gray_share && country.gray_share <= share.high;
        held_power += estimate.by_power.gray_gw.low <= country.gray_gw &&
                      country.gray_gw <= estimate.by_power.gray_gw.high;
    }
    print_message(
        "mean absolute error %.2f points, mean width %.1f points, %d and by power %d of %d held\n",
        error / SEEDS * 100, width / SEEDS * 100, held, held_power, SEEDS);
    assert_true(error / SEEDS <= 0.05);
    assert_true(held >= SEEDS * 90 / 100);
    assert_true(held_power >= SEEDS * 90 / 100);
    /* Intervals that hold everything say nothing. */
    assert_true(width / SEEDS <= 0.25);
}

static void the_estimate_sees_nothing_of_the_truth_but_what_is_told(void **state)
{
    static struct country country;
    static struct country blind;
    struct country_estimate a;
    struct country_estimate b;
    country_make(&country, 3);
    blind = country;
    blind.gray_share = 0;
    blind.gray_ehs = 0;
    blind.gray_gw = 0;
    blind.licensed_ehs = 0;
    blind.network_ehs = 0;
    memset(blind.gray, 0, sizeof blind.gray);
    for (uint32_t i = 0; i < COUNTRY_POOLS; i++) {
        if (!blind.pools[i].tells) {
            blind.pools[i] = (struct country_pool){0};
        }
    }
    country_estimate(&a, &country, 3);
    country_estimate(&b, &blind, 3);
    assert_memory_equal(&a, &b, sizeof a);
}

static void its_files_are_read_by_the_map(void **state)
{
    static struct country country;
    static struct map_splits splits;
    static struct mining_map map;
    struct survey_fault fault;
    char *text = NULL;
    size_t size = 0;
    country_make(&country, 9);
    FILE *out = open_memstream(&text, &size);
    country_write_splits(out, &country, "2026-10", "Home");
    (void)fclose(out);
    assert_true(map_splits_read(&splits, slice_of(text, size), &fault));
    assert_int_equal(
        mining_map_make(&map, &splits, 2026 * 12 + 9, estimate_of_exact(country.network_ehs)),
        MINING_MAP_RESULT_OK);
    assert_int_equal(map.pools, COUNTRY_SAMPLE);
    const struct map_country *home = mining_map_find(&map, "Home");
    assert_non_null(home);
    double truth = (country.licensed_ehs + country.gray_ehs) / country.network_ehs;
    assert_near(home->share.point, truth, 0.05);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_country_adds_up),
        cmocka_unit_test(the_gray_share_is_within_five_points_and_its_interval_holds_the_truth),
        cmocka_unit_test(the_estimate_sees_nothing_of_the_truth_but_what_is_told),
        cmocka_unit_test(its_files_are_read_by_the_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
