/* SPDX-License-Identifier: Apache-2.0
 *
 * What was asked and how it went: counts by family (security of the route), door and status, and how
 * long the answers took, by family.
 */
#ifndef GATEWAY_REQUEST_METRICS_H
#define GATEWAY_REQUEST_METRICS_H

#include <stdint.h>

#include "gateway/answer.h"
#include "gateway/latency_histogram.h"
#include "gateway/metrics_text.h"

enum {
    REQUEST_FAMILIES = 7, /* 0: no route was found; else enum security */
    REQUEST_DOORS = 2,    /* enum door − 1 */
    REQUEST_STATUSES = 16
};

/* All zero is an empty one. */
struct request_metrics {
    uint64_t counts[REQUEST_FAMILIES][REQUEST_DOORS][REQUEST_STATUSES];
    struct latency_histogram latencies[REQUEST_FAMILIES];
};

/* Takes in one answer. */
void request_metrics_note(struct request_metrics *metrics, const struct reply_address *to,
                          uint32_t status, int64_t now_us);

/* tarazy_requests_total and tarazy_request_seconds; what never happened is left out. */
void request_metrics_write(const struct request_metrics *metrics, struct metrics_text *text);

#endif
