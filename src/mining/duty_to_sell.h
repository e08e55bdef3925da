/* SPDX-License-Identifier: Apache-2.0
 *
 * The duty to sell at home: of what pools distributed to a miner in a period, a share that the law
 * names must have been sold on licensed exchanges.
 */
#ifndef MINING_DUTY_TO_SELL_H
#define MINING_DUTY_TO_SELL_H

#include "mining/jurisdiction.h"
#include "tarazy/money.h"

/* What is known of one miner, period and asset. All >= 0. */
struct duty_line {
    struct amount distributed; /* units of the asset, by the pools' reports */
    struct amount sold;        /* units of the asset, by proven records of exchanges */
    struct amount
        distributed_value;    /* in the currency, at the official values of the days of receipt */
    struct amount sold_value; /* in the currency, what they were sold for */
};

struct duty {
    uint32_t parameter; /* record of DUTY_TO_SELL */
    enum trust trust;
    int64_t share_ppm;             /* what the law asks */
    struct amount required;        /* distributed × share, up to the next unit */
    struct amount shortfall;       /* required − sold, or 0 */
    struct amount shortfall_value; /* the shortfall at the average official value of what was
                                    * distributed, down to the unit */
    struct amount required_value;  /* the same by value: distributed_value × share, up … */
    struct amount missing_value;   /* … less sold_value, or 0 */
    int64_t reached_ppm; /* sold / distributed, down; at most INT64_MAX; all of it when nothing was
                          * distributed */
    struct jurisdiction_fault fault;
};

/* The duty of one line for the days [first_day..last_day], on which the share must be the same. BAD_DAY,
 * MISSING, OVERLAP, CHANGES, NEGATIVE, OVERFLOW. */
enum jurisdiction_result duty_to_sell_compute(const struct jurisdiction *jurisdiction,
                                              int32_t first_day, int32_t last_day,
                                              const struct duty_line *line, struct duty *duty);

/* Adds the values of one asset's line to a total over assets. Units of different assets are never
 * added: the total has none, and its duty only the by-value part. NEGATIVE, OVERFLOW or OK; refused:
 * the total is as it was. */
enum jurisdiction_result duty_to_sell_add(struct duty_line *total, const struct duty_line *line);

#endif
