/* SPDX-License-Identifier: Apache-2.0
 *
 * Log-linear buckets.
 *
 * Why a file of its own: bucket and bound are inverse to each other, and that wants a test.
 * Invariant: a duration d lies in the first bucket whose bound is not below d.
 * Read next: request_metrics.c.
 */
#include "gateway/latency_histogram.h"

#include "base/ensure.h"

enum { SMALLEST_US = 10 };

int64_t latency_histogram_bound(uint32_t index)
{
    int64_t decade_us = SMALLEST_US;

    ENSURE(index < LATENCY_BUCKETS);
    for (uint32_t i = index / 9; i > 0; i--) {
        decade_us *= 10;
    }
    return decade_us * (index % 9 + 1);
}

uint32_t latency_histogram_bucket(int64_t duration_us)
{
    int64_t decade_us = SMALLEST_US;

    for (uint32_t decade = 0; decade < LATENCY_DECADES; decade++) {
        if (duration_us <= decade_us * 9) {
            int64_t ninths = duration_us <= 0 ? 0 : (duration_us + decade_us - 1) / decade_us;

            return decade * 9 + (ninths <= 1 ? 0 : (uint32_t)ninths - 1);
        }
        decade_us *= 10;
    }
    return LATENCY_BUCKETS;
}

void latency_histogram_note(struct latency_histogram *histogram, int64_t duration_us)
{
    int64_t duration = duration_us < 0 ? 0 : duration_us;

    histogram->counts[latency_histogram_bucket(duration)]++;
    histogram->count++;
    histogram->sum_us += (uint64_t)duration;
}
