/* SPDX-License-Identifier: Apache-2.0
 *
 * Workload W: the command mix of exchange-core's published single-book benchmark, generated
 * here from its description, byte for byte. The generator keeps a small book of its own, because what
 * comes next depends on what was traded; nothing of src/ is used.
 *
 * W1K: 3,001,000 commands, about 1,000 resting orders. W1M: 6,000,000 commands, about a million.
 */
#ifndef BENCH_WORKLOAD_W_H
#define BENCH_WORKLOAD_W_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values as they stand in the published files. */
#define WORKLOAD_PLACE  0u
#define WORKLOAD_CANCEL 1u
#define WORKLOAD_MOVE   2u
#define WORKLOAD_REDUCE 3u

#define WORKLOAD_BID 0u
#define WORKLOAD_ASK 1u

#define WORKLOAD_GTC        0u
#define WORKLOAD_IOC        1u
#define WORKLOAD_FOK_BUDGET 2u

struct workload_command { /* 40 bytes, little-endian, as hashed and written to files */
    uint8_t type;
    uint8_t side;
    uint8_t order_type;
    uint8_t zero;
    uint32_t user;
    int64_t id;
    int64_t price; /* fill-or-kill by budget: the budget */
    int64_t size;  /* reduce: by how much */
    int64_t reserve;
};
_Static_assert(sizeof(struct workload_command) == 40, "no padding");

struct workload_parameters {
    uint32_t commands; /* after filling */
    uint32_t target;   /* resting orders wanted */
    uint32_t users;
    int32_t symbol;
    int32_t seed;
};

struct workload_summary {
    int32_t price_min; /* of the walk: orders may lie a little outside */
    int32_t price_max;
    int32_t price_lowest; /* of any order */
    int32_t price_highest;
    uint64_t trades;
    uint64_t quantity;
    uint32_t bids; /* resting at the end */
    uint32_t asks;
    uint32_t bid_levels;
    uint32_t ask_levels;
    uint32_t ids; /* 1 .. ids were used */
};

#define WORKLOAD_W1K ((struct workload_parameters){3000000, 1000, 1000, 0, 101572685})
#define WORKLOAD_W1M ((struct workload_parameters){5000000, 1000000, 1000, 0, 101572685})

static inline size_t workload_count(const struct workload_parameters *parameters)
{
    return (size_t)parameters->commands + parameters->target;
}

/* Fills out[workload_count]. False: no memory. */
bool workload_generate(const struct workload_parameters *parameters, struct workload_command *out,
                       struct workload_summary *summary);

#endif
