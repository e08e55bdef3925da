/* SPDX-License-Identifier: Apache-2.0
 *
 * How long things took, in log-linear buckets: nine per power of ten from 10 µs to 9 s, and one for
 * what took longer. Integers only; nothing is forgotten but the digits.
 */
#ifndef GATEWAY_LATENCY_HISTOGRAM_H
#define GATEWAY_LATENCY_HISTOGRAM_H

#include <stdint.h>

enum { LATENCY_DECADES = 6, LATENCY_BUCKETS = LATENCY_DECADES * 9 };

/* All zero is an empty one. */
struct latency_histogram {
    uint64_t counts[LATENCY_BUCKETS + 1]; /* the last one: longer than every bound */
    uint64_t count;
    uint64_t sum_us;
};

/* Takes in one duration; what is below zero, by a clock put back, counts as zero. */
void latency_histogram_note(struct latency_histogram *histogram, int64_t duration_us);

/* The largest duration that bucket number index (0 … LATENCY_BUCKETS − 1) takes. */
int64_t latency_histogram_bound(uint32_t index);

/* The bucket of a duration; LATENCY_BUCKETS: longer than every bound. */
uint32_t latency_histogram_bucket(int64_t duration_us);

#endif
