/* SPDX-License-Identifier: Apache-2.0
 *
 * What an instrument did lately: the rolling 24 hours, other windows, the trading day, the average
 * price. Windows begin on a whole minute: trades from the beginning of the minute that lies `window`
 * back count.
 */
#ifndef VIEWS_TICKERS_H
#define VIEWS_TICKERS_H

#include <stdint.h>

#include "base/arena.h"
#include "views/candles.h"

struct tickers;

/* NULL while measuring. */
struct tickers *tickers_create(struct arena *arena, uint32_t instruments_max);

struct ticker {
    struct candle sum;      /* of the window; without trades: prices 0 but close, see close */
    struct price close;     /* the last price at all; 0: nothing ever traded */
    struct price previous;  /* the last price before the window; 0 = none known */
    struct price average;   /* sum.quote / sum.base, rounded down; 0 without trades */
    struct price change;    /* signed: close − open; 0 without trades */
    int64_t change_percent; /* signed, in thousandths of a percent, rounded towards zero */
    int64_t open_us;
    int64_t close_us;
};

#define TICKERS_WINDOW_MAX_US (7 * CALENDAR_DAY_US)

struct ticker_query {
    uint16_t instrument;
    uint8_t base_scale;
    int64_t now_us;
    int64_t window_us; /* one minute … TICKERS_WINDOW_MAX_US */
};

/* A rolling window that ends now. That of 24 hours is remembered until a trade or a minute passes,
 * which is why the tickers are not const. */
void tickers_window(struct tickers *tickers, const struct candles *candles,
                    const struct ticker_query *query, struct ticker *out);

/* The day so far in a zone, window_us ignored; close_us is the day's last microsecond. */
void tickers_trading_day(const struct candles *candles, const struct ticker_query *query,
                         int32_t zone_minutes, struct ticker *out);

/* The average price of the last minutes, weighted by quantity; without trades the last price. */
struct price tickers_average(const struct candles *candles, const struct ticker_query *query,
                             uint32_t minutes);

#endif
