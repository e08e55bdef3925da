/* SPDX-License-Identifier: Apache-2.0
 *
 * Rolling windows as sums of minute candles.
 *
 * Why a file of its own: candles know no "now". Nothing is stored here but the last answer for the
 * 24-hour window, valid while neither a trade nor a minute has passed. Invariant: an answer is a
 * function of the candles and the query alone. Read next: candles.c.
 */
#include "views/tickers.h"

#include "base/ensure.h"
#include "money/arithmetic.h"

struct remembered {
    struct candle sum;
    int64_t from_us; /* 0: nothing remembered */
    uint64_t last_trade;
};

struct tickers {
    uint64_t remembered_offset; /* from this struct */
    uint32_t instruments_max;
};

struct tickers *tickers_create(struct arena *arena, uint32_t instruments_max)
{
    struct tickers *tickers = arena_reserve(arena, sizeof *tickers);
    void *remembered =
        arena_reserve(arena, ((size_t)instruments_max + 1) * sizeof(struct remembered));

    if (arena->block == NULL) {
        return NULL;
    }
    tickers->remembered_offset = (uint64_t)((uintptr_t)remembered - (uintptr_t)tickers);
    tickers->instruments_max = instruments_max;
    return tickers;
}

/* quote / base as a price, rounded down. */
static struct price average_of(const struct candle *sum, uint8_t base_scale)
{
    if (sum->trades == 0) {
        return (struct price){0};
    }
    /* raw: an average is a ratio of two amounts; between low and high, so it fits */
    uint128 quote = (uint128)sum->quote.units;
    uint128 base = (uint128)sum->base.units; /* raw: as above */
    uint128 scale = (uint128)money_power_of_ten(base_scale);

    /* quote × scale may pass 128 bits for absurd volumes: whole part and rest apart. */
    uint128 average = quote / base * scale + quote % base * scale / base;

    return (struct price){(int64_t)average};
}

static void finish(struct ticker *ticker, const struct candles *candles,
                   const struct ticker_query *query)
{
    const struct candle *newest = candles_newest(candles, query->instrument, CANDLE_INTERVAL_1M);
    const struct candle *sum = &ticker->sum;

    ticker->close = newest != NULL ? newest->close : (struct price){0};
    ticker->average = average_of(sum, query->base_scale);
    if (sum->trades != 0) {
        int64_t open = sum->open.units;           /* raw: a change is a signed difference */
        int64_t change = sum->close.units - open; /* raw: as above; both above zero */

        ticker->change = (struct price){change};
        ticker->change_percent = (int64_t)((int128)change * 100000 / open);
    }
}

void tickers_window(struct tickers *tickers, const struct candles *candles,
                    const struct ticker_query *query, struct ticker *out)
{
    int64_t from_us = calendar_open(CANDLE_INTERVAL_1M, query->now_us - query->window_us, 0);
    const struct candle *newest = candles_newest(candles, query->instrument, CANDLE_INTERVAL_1M);
    uint64_t last_trade = newest != NULL ? newest->last_trade : 0;

    ENSURE(query->window_us >= CALENDAR_MINUTE_US && query->window_us <= TICKERS_WINDOW_MAX_US);
    ENSURE(query->instrument >= 1 && query->instrument <= tickers->instruments_max);
    *out = (struct ticker){.open_us = from_us, .close_us = query->now_us};
    struct remembered *remembered =
        (struct remembered *)((uintptr_t)tickers + tickers->remembered_offset) + query->instrument;
    bool is_day = query->window_us == CALENDAR_DAY_US;

    if (is_day && remembered->from_us == from_us && remembered->last_trade == last_trade) {
        out->sum = remembered->sum;
    } else {
        candles_sum(candles, query->instrument, CANDLE_INTERVAL_1M, from_us, &out->sum);
    }
    if (is_day) {
        *remembered = (struct remembered){out->sum, from_us, last_trade};
    }
    out->previous = candles_close_before(candles, query->instrument, CANDLE_INTERVAL_1M, from_us);
    finish(out, candles, query);
}

void tickers_trading_day(const struct candles *candles, const struct ticker_query *query,
                         int32_t zone_minutes, struct ticker *out)
{
    int64_t from_us = calendar_open(CANDLE_INTERVAL_1D, query->now_us, zone_minutes);

    *out = (struct ticker){.open_us = from_us, .close_us = from_us + CALENDAR_DAY_US - 1};
    candles_sum(candles, query->instrument, CANDLE_INTERVAL_1M, from_us, &out->sum);
    out->previous = candles_close_before(candles, query->instrument, CANDLE_INTERVAL_1M, from_us);
    finish(out, candles, query);
}

struct price tickers_average(const struct candles *candles, const struct ticker_query *query,
                             uint32_t minutes)
{
    const struct candle *newest = candles_newest(candles, query->instrument, CANDLE_INTERVAL_1M);
    struct candle sum;

    candles_sum(candles, query->instrument, CANDLE_INTERVAL_1M,
                query->now_us - minutes * CALENDAR_MINUTE_US, &sum);
    if (sum.trades != 0) {
        return average_of(&sum, query->base_scale);
    }
    return newest != NULL ? newest->close : (struct price){0};
}
