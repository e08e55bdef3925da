/* SPDX-License-Identifier: Apache-2.0
 *
 * Candles of 1 s … 1 month per instrument. Only intervals in which something traded are kept, the
 * most recent of each length; the quiet ones between are filled in when read.
 */
#ifndef VIEWS_CANDLES_H
#define VIEWS_CANDLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "tarazy/event.h"
#include "views/calendar.h"

struct candle {
    struct amount base;       /* traded */
    struct amount quote;      /* traded */
    struct amount taker_base; /* the part where the taker bought */
    struct amount taker_quote;
    struct price open;
    struct price high;
    struct price low;
    struct price close;
    int64_t open_us;
    uint64_t trades;
    uint64_t first_trade; /* 0: nothing traded */
    uint64_t last_trade;
};

struct candles;

/* NULL while measuring. */
struct candles *candles_create(struct arena *arena, uint32_t instruments_max);

/* Takes in one event of a command made at time_us. */
void candles_apply(struct candles *candles, int64_t time_us, const struct event_header *event);

struct candle_query {
    uint16_t instrument;
    enum candle_interval interval;
    int32_t zone_minutes; /* local time of the intervals' beginnings: −720 … 840 */
    int64_t from_us;      /* INT64_MIN: the last ones; else the first ones that begin at or after */
    int64_t to_us;        /* none that begins after; at most now */
};

/* Fills out[] with at most max candles, oldest first, without gaps; returns how many. An interval
 * without trades has the close before it as all four prices. Nothing before the first trade. */
size_t candles_read(const struct candles *candles, const struct candle_query *query,
                    struct candle *out, size_t max);

/* Everything from the interval that holds from_us on, in one candle (its open_us is that
 * interval's). interval: one of those kept. trades == 0: nothing traded. Reaches back as far as
 * candles of the interval are kept. */
void candles_sum(const struct candles *candles, uint16_t instrument, enum candle_interval interval,
                 int64_t from_us, struct candle *out);

/* The close of the last kept candle that begins before time_us; 0 = none. */
struct price candles_close_before(const struct candles *candles, uint16_t instrument,
                                  enum candle_interval interval, int64_t time_us);

/* The newest candle of a length, as the stream of candles shows it; NULL: nothing ever traded. */
const struct candle *candles_newest(const struct candles *candles, uint16_t instrument,
                                    enum candle_interval interval);

#endif
