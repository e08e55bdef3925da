/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting answers.
 *
 * Why a file of its own: counted at one place, where every answer passes, so that nothing is
 * counted twice or not at all. Read next: metrics_page.c.
 */
#include "gateway/request_metrics.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/ensure.h"
#include "gateway/router.h"

/* The statuses that are sent; the last one stands for any other. */
static const uint32_t statuses[REQUEST_STATUSES] = {200, 304, 400, 401, 403, 404, 405, 408,
                                                    409, 413, 418, 429, 500, 503, 504, 0};

static const char *const families[REQUEST_FAMILIES] = {"none",  "public",   "key",    "read",
                                                       "trade", "withdraw", "operate"};

static const char *const doors[REQUEST_DOORS] = {"http", "websocket"};

static uint32_t status_index(uint32_t status)
{
    uint32_t index = 0;

    while (index < REQUEST_STATUSES - 1 && statuses[index] != status) {
        index++;
    }
    return index;
}

void request_metrics_note(struct request_metrics *metrics, const struct reply_address *to,
                          uint32_t status, int64_t now_us)
{
    ENSURE(to->family < REQUEST_FAMILIES);
    uint32_t door = to->door == DOOR_SOCKET ? 1 : 0;

    metrics->counts[to->family][door][status_index(status)]++;
    if (to->begun_us != 0) {
        latency_histogram_note(&metrics->latencies[to->family], now_us - to->begun_us);
    }
}

static void write_counts(const struct request_metrics *metrics, struct metrics_text *text,
                         uint32_t family, uint32_t door)
{
    for (uint32_t i = 0; i < REQUEST_STATUSES; i++) {
        char labels[80];

        if (metrics->counts[family][door][i] == 0) {
            continue;
        }
        (void)snprintf(labels, sizeof labels, "family=\"%s\",door=\"%s\",status=\"%" PRIu32 "\"",
                       families[family], doors[door], statuses[i]);
        metrics_text_number(text, "tarazy_requests_total", labels,
                            metrics->counts[family][door][i]);
    }
}

static void write_latency(const struct latency_histogram *histogram, struct metrics_text *text,
                          const char *family)
{
    char labels[80];
    uint64_t sum = 0;

    for (uint32_t i = 0; i < LATENCY_BUCKETS; i++) {
        int64_t bound_us = latency_histogram_bound(i);

        sum += histogram->counts[i];
        (void)snprintf(labels, sizeof labels, "family=\"%s\",le=\"%" PRId64 ".%06" PRId64 "\"",
                       family, bound_us / 1000000, bound_us % 1000000);
        metrics_text_number(text, "tarazy_request_seconds_bucket", labels, sum);
    }
    (void)snprintf(labels, sizeof labels, "family=\"%s\",le=\"+Inf\"", family);
    metrics_text_number(text, "tarazy_request_seconds_bucket", labels, histogram->count);
    (void)snprintf(labels, sizeof labels, "family=\"%s\"", family);
    metrics_text_seconds(text, "tarazy_request_seconds_sum", labels, histogram->sum_us);
    metrics_text_number(text, "tarazy_request_seconds_count", labels, histogram->count);
}

void request_metrics_write(const struct request_metrics *metrics, struct metrics_text *text)
{
    metrics_text_family(text, "tarazy_requests_total", "counter",
                        "Answers by family, door and status; status 0: any other.");
    for (uint32_t family = 0; family < REQUEST_FAMILIES; family++) {
        for (uint32_t door = 0; door < REQUEST_DOORS; door++) {
            write_counts(metrics, text, family, door);
        }
    }
    metrics_text_family(text, "tarazy_request_seconds", "histogram",
                        "From a whole request to its answer; orders include being made durable.");
    for (uint32_t family = 0; family < REQUEST_FAMILIES; family++) {
        if (metrics->latencies[family].count > 0) {
            write_latency(&metrics->latencies[family], text, families[family]);
        }
    }
}
