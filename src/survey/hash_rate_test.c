/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash rate from shares: the reference vectors, unequal difficulties, sums, and how often the
 * interval holds the truth.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "support/assert_near.h"
#include "support/random_stream.h"
#include "survey/hash_rate.h"

/* The vectors below were reckoned with 2^32 hashes a share; the exact number is 1.5e-5 more. */
#define ROUND_TO_EXACT 1.0000152590218967

static void a_share_stands_for_its_exact_number_of_hashes(void **state)
{
    assert_near(HASH_RATE_PER_DIFFICULTY, 4295032833.000015, 1e-6);
    assert_near(HASH_RATE_PER_DIFFICULTY / 4294967296.0, ROUND_TO_EXACT, 1e-15);
}

static void the_vectors_of_the_formulas_are_met(void **state)
{
    struct share_sum sum = {0};
    share_sum_add(&sum, 65536, 1000);
    struct estimate rate = hash_rate_of_shares(&sum, 3600);
    assert_near(rate.point / ROUND_TO_EXACT / 1e12, 78.1875, 0.0006);
    assert_near(rate.low / rate.point, 0.939, 0.001);
    assert_near(rate.high / rate.point, 1.064, 0.001);
    double reward = hash_rate_reward_per_day(100e12, 17.56e12, 6.25);
    assert_near(reward * ROUND_TO_EXACT, 0.00071599, 5e-9);
}

static void unequal_shares_rest_on_fewer(void **state)
{
    struct share_sum sum = {0};
    share_sum_add(&sum, 1, 100);
    assert_near(share_sum_effective(&sum), 100, 1e-9);
    share_sum_add(&sum, 100, 1);
    /* (100 + 100)^2 / (100 + 10000) */
    assert_near(share_sum_effective(&sum), 40000.0 / 10100, 1e-9);
    struct estimate rate = hash_rate_of_shares(&sum, 1);
    assert_near(rate.point, 200 * HASH_RATE_PER_DIFFICULTY, 1);
    assert_true(rate.low < rate.point * 0.4 && rate.high > rate.point * 2);
}

static void a_reading_says_the_same_as_its_shares(void **state)
{
    struct share_sum by_share = {0};
    struct share_sum by_reading = {0};
    share_sum_add(&by_share, 1000, 30);
    share_sum_add(&by_share, 4000, 10);
    share_sum_add_reading(&by_reading, by_share.work, share_sum_effective(&by_share));
    struct estimate a = hash_rate_of_shares(&by_share, 60);
    struct estimate b = hash_rate_of_shares(&by_reading, 60);
    assert_near(a.low / b.low, 1, 1e-12);
    assert_near(a.high / b.high, 1, 1e-12);
}

static void who_sent_no_share_is_known_only_upwards(void **state)
{
    struct share_sum sum = {0};
    share_sum_add(&sum, 65536, 0);
    struct estimate rate = hash_rate_of_shares(&sum, 3600);
    assert_near(rate.point, 0, 0);
    assert_near(rate.high / (3.68888 * 65536 * HASH_RATE_PER_DIFFICULTY / 3600), 1, 1e-5);
}

static void a_sum_is_known_better_than_its_parts(void **state)
{
    struct share_sum site = {0};
    for (int i = 0; i < 25; i++) {
        struct share_sum miner = {0};
        share_sum_add(&miner, 8192, 100);
        share_sum_join(&site, &miner);
    }
    assert_near(share_sum_effective(&site), 2500, 1e-6);
    struct estimate rate = hash_rate_of_shares(&site, 600);
    assert_near((rate.high - rate.low) / 2 / rate.point, 1.96 / 50, 0.001);
}

static void a_share_of_the_network_carries_both_errors(void **state)
{
    const struct estimate country = {21, 21.85, 22.7};
    const struct estimate network = {118, 120.7, 123.4};
    struct estimate share = hash_rate_share(country, network);
    assert_near(share.point, 0.181, 0.0005);
    double alone = hash_rate_share(country, estimate_of_exact(120.7)).high;
    assert_true(share.high > alone && share.high < 22.7 / 118);
    const struct estimate tiny = {0.1, 1, 2};
    assert_near(hash_rate_share(country, tiny).high, 1, 0);
}

/* Shares of two difficulties drawn at random: the interval holds the true rate in 94 of 100 or more. */
static void the_interval_holds_the_truth_with_unequal_shares(void **state)
{
    struct random_stream random = {65536};
    enum { TURNS = 1500 };
    int held = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        struct share_sum sum = {0};
        /* Half of the work at difficulty 1, half at 4: 400 and 100 expected, 40 minutes each. */
        for (int i = 0; i < 40000; i++) {
            uint64_t draw = random_below(&random, 10000);
            if (draw < 125) {
                share_sum_add(&sum, draw < 100 ? 1 : 4, 1);
            }
        }
        struct estimate rate = hash_rate_of_shares(&sum, 1);
        double truth = 800 * HASH_RATE_PER_DIFFICULTY;
        held += rate.low <= truth && truth <= rate.high;
    }
    assert_in_range((uintmax_t)held, TURNS * 93 / 100, TURNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_stands_for_its_exact_number_of_hashes),
        cmocka_unit_test(the_vectors_of_the_formulas_are_met),
        cmocka_unit_test(unequal_shares_rest_on_fewer),
        cmocka_unit_test(a_reading_says_the_same_as_its_shares),
        cmocka_unit_test(who_sent_no_share_is_known_only_upwards),
        cmocka_unit_test(a_sum_is_known_better_than_its_parts),
        cmocka_unit_test(a_share_of_the_network_carries_both_errors),
        cmocka_unit_test(the_interval_holds_the_truth_with_unequal_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
