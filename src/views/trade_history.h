/* SPDX-License-Identifier: Apache-2.0
 *
 * What traded: per instrument the recent trades and their aggregates, per participant the fills.
 * Trade and aggregate ids count 1, 2, 3 … per instrument; the oldest are forgotten first.
 */
#ifndef VIEWS_TRADE_HISTORY_H
#define VIEWS_TRADE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "tarazy/event.h"

struct trade_record {
    struct amount quote;
    struct price price;
    struct quantity quantity;
    int64_t time_us;
    uint64_t trade; /* 0: no such trade */
    uint64_t maker_order;
    uint64_t taker_order;
    uint64_t number; /* of the command */
    uint8_t taker_side;
    uint8_t flags; /* enum trade_flag */
    uint8_t reserved[6];
};

/* Consecutive trades of one taker order at one price in one command. */
struct aggregate_record {
    struct price price;
    struct quantity quantity;
    int64_t time_us;
    uint64_t aggregate; /* 0: no such aggregate */
    uint64_t first;     /* trades first … last */
    uint64_t last;
    uint64_t taker_order;
    uint64_t number; /* of the command */
    uint8_t taker_side;
    uint8_t reserved[7];
};

/* One side of one trade. */
struct fill_record {
    struct amount quote;
    struct amount fee;
    struct price price;
    struct quantity quantity;
    int64_t time_us;
    uint64_t trade;
    uint64_t order;
    uint32_t participant;
    uint16_t instrument;
    uint16_t fee_asset;
    uint8_t side;
    uint8_t is_maker;
    uint8_t reserved[14];
};

struct trade_history;

struct trade_history_limits {
    uint32_t instruments_max;
    uint32_t trades_max; /* remembered per instrument; so many aggregates, too */
    uint32_t fills_max;  /* remembered over all participants; two per trade */
};

struct trade_history *trade_history_create(struct arena *arena,
                                           const struct trade_history_limits *limits,
                                           struct hash_seed seed);

/* Takes in one event of a command made at time_us. */
void trade_history_apply(struct trade_history *history, int64_t time_us,
                         const struct event_header *event);

/* Ids first … last are remembered; last 0: none ever. */
struct id_range {
    uint64_t first;
    uint64_t last;
};
struct id_range trade_history_trades(const struct trade_history *history, uint16_t instrument);
struct id_range trade_history_aggregates(const struct trade_history *history, uint16_t instrument);

/* By id within the range (ENSURE). Valid until the next apply. */
const struct trade_record *trade_history_trade(const struct trade_history *history,
                                               uint16_t instrument, uint64_t trade);
const struct aggregate_record *trade_history_aggregate(const struct trade_history *history,
                                                       uint16_t instrument, uint64_t aggregate);

/* The first remembered aggregate not before time_us; last + 1 when there is none. */
uint64_t trade_history_aggregate_since(const struct trade_history *history, uint16_t instrument,
                                       int64_t time_us);

/* A participant's fills on an instrument, oldest first and youngest first; NULL = none (left). */
const struct fill_record *trade_history_fill_first(const struct trade_history *history,
                                                   uint32_t participant, uint16_t instrument);
const struct fill_record *trade_history_fill_last(const struct trade_history *history,
                                                  uint32_t participant, uint16_t instrument);
const struct fill_record *trade_history_fill_next(const struct trade_history *history,
                                                  const struct fill_record *fill);
const struct fill_record *trade_history_fill_previous(const struct trade_history *history,
                                                      const struct fill_record *fill);

#endif
