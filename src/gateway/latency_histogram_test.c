/* SPDX-License-Identifier: Apache-2.0
 *
 * Buckets and bounds fit each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/latency_histogram.h"
#include "support/random_stream.h"

static void bounds_grow_from_ten_microseconds_to_nine_seconds(void **state)
{
    assert_int_equal(latency_histogram_bound(0), 10);
    assert_int_equal(latency_histogram_bound(8), 90);
    assert_int_equal(latency_histogram_bound(9), 100);
    assert_int_equal(latency_histogram_bound(LATENCY_BUCKETS - 1), 9000000);
    for (uint32_t i = 1; i < LATENCY_BUCKETS; i++) {
        assert_true(latency_histogram_bound(i) > latency_histogram_bound(i - 1));
    }
}

static void a_duration_lies_in_the_first_bucket_that_takes_it(void **state)
{
    struct random_stream random = {1};

    for (uint32_t i = 0; i < 200000; i++) {
        int64_t duration = (int64_t)random_skewed(&random, 27);
        uint32_t bucket = latency_histogram_bucket(duration);

        if (bucket < LATENCY_BUCKETS) {
            assert_true(duration <= latency_histogram_bound(bucket));
        }
        if (bucket > 0) {
            assert_true(duration > latency_histogram_bound(bucket - 1));
        }
    }
}

static void sums_and_counts_are_kept(void **state)
{
    struct latency_histogram histogram = {.count = 0};

    latency_histogram_note(&histogram, -5);
    latency_histogram_note(&histogram, 10);
    latency_histogram_note(&histogram, 11);
    latency_histogram_note(&histogram, INT64_C(100000000));
    assert_int_equal(histogram.count, 4);
    assert_int_equal(histogram.sum_us, 100000021);
    assert_int_equal(histogram.counts[0], 2);
    assert_int_equal(histogram.counts[1], 1);
    assert_int_equal(histogram.counts[LATENCY_BUCKETS], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_grow_from_ten_microseconds_to_nine_seconds),
        cmocka_unit_test(a_duration_lies_in_the_first_bucket_that_takes_it),
        cmocka_unit_test(sums_and_counts_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
