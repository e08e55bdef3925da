/* SPDX-License-Identifier: Apache-2.0
 *
 * How much one client may ask for: request weight and raw requests per address, orders per
 * participant. Windows are fixed (the minute, five minutes, ten seconds, the UTC day), as clients
 * schedule by them. Who goes on asking after being told to wait is banned for a while, longer each
 * time.
 *
 * Orders count when they are sent and are given back when they first trade: the limit is on
 * unfilled orders.
 */
#ifndef GATEWAY_RATE_LIMITS_H
#define GATEWAY_RATE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/errors.h"

struct rate_options {
    uint32_t weight_minute;
    uint32_t raw_5_minutes;
    uint32_t orders_10_seconds;
    uint32_t orders_day;
    bool is_off; /* counts, but refuses nobody */
};

struct rate_limits;

/* participants_max: the node's. NULL: out of memory. */
struct rate_limits *rate_limits_create(const struct rate_options *options,
                                       uint32_t participants_max);
void rate_limits_destroy(struct rate_limits *limits);
const struct rate_options *rate_limits_options(const struct rate_limits *limits);

/* What became of a request. */
struct rate_verdict {
    uint32_t weight_used;   /* by the address in this minute, this request included */
    uint32_t retry_after_s; /* with a refusal; at least 1 */
};

/* Charges a request to an address (16 bytes). false: refused, *failure is WEIGHT_EXCEEDED,
 * REQUESTS_EXCEEDED or BANNED. */
bool rate_limits_charge(struct rate_limits *limits, const uint8_t *address, uint32_t weight,
                        int64_t now_us, struct rate_verdict *verdict, struct failure *failure);

/* Adds weight that showed only while answering; never refuses. Returns what the minute has used. */
uint32_t rate_limits_add(struct rate_limits *limits, const uint8_t *address, uint32_t weight,
                         int64_t now_us);

/* Counts new orders of a participant. false: refused, *failure is TOO_MANY_ORDERS. */
bool rate_limits_order(struct rate_limits *limits, uint32_t participant, uint32_t orders,
                       int64_t now_us, struct rate_verdict *verdict, struct failure *failure);

/* An order has traded for the first time, so it no longer counts. */
void rate_limits_order_filled(struct rate_limits *limits, uint32_t participant, int64_t now_us);

struct order_counts {
    uint32_t ten_seconds;
    uint32_t day;
};
struct order_counts rate_limits_orders(const struct rate_limits *limits, uint32_t participant,
                                       int64_t now_us);

#endif
