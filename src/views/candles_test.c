/* SPDX-License-Identifier: Apache-2.0
 *
 * Candles and tickers against brute force over the list of all trades.
 */
#include "views/candles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/movable_block.h"
#include "support/random_stream.h"
#include "support/sample_events.h"
#include "views/tickers.h"

#define TRADES 3000u
#define START  INT64_C(1795305600000000) /* 2026-11-22T00:00Z */

struct traded {
    struct event_trade event;
    int64_t time_us;
};

struct fixture {
    uint8_t *block;
    struct candles *candles;
    struct tickers *tickers;
    struct traded trades[TRADES];
    size_t count;
};

static void lay_out(struct fixture *fixture, struct arena *arena)
{
    fixture->candles = candles_create(arena, 2);
    fixture->tickers = tickers_create(arena, 2);
}

static struct fixture *new_fixture(void)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct arena measure = {0};

    lay_out(fixture, &measure);
    fixture->block = movable_block_new(measure.used);
    struct arena place = {.block = fixture->block, .size = measure.used};

    lay_out(fixture, &place);
    return fixture;
}

static void free_fixture(struct fixture *fixture)
{
    free(fixture->block);
    free(fixture);
}

static void add_trade(struct fixture *fixture, int64_t time_us, int64_t price, int64_t quantity,
                      enum side side)
{
    struct traded *traded = &fixture->trades[fixture->count++];

    traded->event = sample_trade(fixture->count, fixture->count, price, quantity);
    traded->event.taker_side = (uint8_t)side;
    traded->time_us = time_us;
    candles_apply(fixture->candles, time_us, &traded->event.header);
}

/* Trades with gaps from nothing to half a day, mostly short. */
static void fill(struct fixture *fixture, uint64_t seed, size_t count)
{
    struct random_stream random = {seed};
    int64_t time = START;

    for (size_t i = 0; i < count; i++) {
        time += (int64_t)random_skewed(&random, 36);
        add_trade(fixture, time, 1000 + (int64_t)random_below(&random, 100),
                  1 + (int64_t)random_below(&random, 50),
                  random_once_in(&random, 2) ? SIDE_BUY : SIDE_SELL);
    }
}

/* One candle from all trades in [open, next), the dumb way. */
static struct candle brute_candle(const struct fixture *fixture, int64_t open_us, int64_t next_us)
{
    struct candle candle = {.open_us = open_us};
    struct price before = {0};

    for (size_t i = 0; i < fixture->count; i++) {
        const struct traded *traded = &fixture->trades[i];
        const struct event_trade *event = &traded->event;

        if (traded->time_us < open_us) {
            before = event->price;
        }
        if (traded->time_us < open_us || traded->time_us >= next_us) {
            continue;
        }
        if (candle.trades++ == 0) {
            candle.open = candle.high = candle.low = event->price;
            candle.first_trade = event->trade;
        }
        candle.high.units =
            event->price.units > candle.high.units ? event->price.units : candle.high.units;
        candle.low.units =
            event->price.units < candle.low.units ? event->price.units : candle.low.units;
        candle.close = event->price;
        candle.last_trade = event->trade;
        candle.base.units += event->quantity.units;
        candle.quote.units += event->quote.units;
        if (event->taker_side == SIDE_BUY) {
            candle.taker_base.units += event->quantity.units;
            candle.taker_quote.units += event->quote.units;
        }
    }
    if (candle.trades == 0) {
        candle.open = candle.high = candle.low = candle.close = before;
    }
    return candle;
}

static void check_query(const struct fixture *fixture, const struct candle_query *query, size_t max)
{
    struct candle candles[64];
    size_t count = candles_read(fixture->candles, query, candles, max);

    for (size_t i = 0; i < count; i++) {
        int64_t open = candles[i].open_us;
        int64_t next = calendar_step(query->interval, open, query->zone_minutes, 1);
        struct candle brute = brute_candle(fixture, open, next);

        assert_int_equal(calendar_open(query->interval, open, query->zone_minutes), open);
        assert_memory_equal(&candles[i], &brute, sizeof brute);
        if (i > 0) {
            assert_int_equal(
                calendar_step(query->interval, candles[i - 1].open_us, query->zone_minutes, 1),
                open);
        }
        assert_true(open <= query->to_us && open >= query->from_us);
    }
}

static void candles_of_every_length_equal_brute_force(void **state)
{
    struct fixture *fixture = new_fixture();
    struct random_stream random = {7};

    fill(fixture, 11, 1000);
    int64_t now = fixture->trades[fixture->count - 1].time_us + 1000;

    for (uint32_t i = 1; i <= CANDLE_INTERVAL_COUNT; i++) {
        for (int round = 0; round < 20; round++) {
            struct candle_query query = {
                .instrument = 1,
                .interval = (enum candle_interval)i,
                .from_us = START - CALENDAR_HOUR_US +
                           (int64_t)random_below(&random, (uint64_t)(now - START)),
                .to_us = now,
            };

            check_query(fixture, &query, 1 + random_below(&random, 64));
        }
    }
    free_fixture(fixture);
}

static void the_last_candles_end_with_now(void **state)
{
    struct fixture *fixture = new_fixture();

    fill(fixture, 12, 500);
    int64_t now = fixture->trades[fixture->count - 1].time_us + 3 * CALENDAR_MINUTE_US;

    for (uint32_t i = 1; i <= CANDLE_INTERVAL_COUNT; i++) {
        struct candle candles[10];
        struct candle_query query = {1, (enum candle_interval)i, 0, INT64_MIN, now};
        size_t count = candles_read(fixture->candles, &query, candles, 10);

        assert_true(count >= 1);
        assert_int_equal(candles[count - 1].open_us, calendar_open(query.interval, now, 0));
        check_query(fixture, &query, 10);
    }
    free_fixture(fixture);
}

static void other_zones_equal_brute_force(void **state)
{
    static const int32_t zones[] = {300, -60, 345, 30, 840, -720, 1};
    struct fixture *fixture = new_fixture();

    /* Sixteen hours at most: the finest source, minutes, reaches back far enough. */
    struct random_stream random = {3};
    int64_t time = START;

    for (int i = 0; i < 900; i++) {
        time += (int64_t)random_below(&random, (uint64_t)CALENDAR_MINUTE_US * 2);
        add_trade(fixture, time, 500 + (int64_t)random_below(&random, 9), 5, SIDE_SELL);
    }
    for (size_t zone = 0; zone < sizeof zones / sizeof zones[0]; zone++) {
        for (uint32_t i = CANDLE_INTERVAL_1M; i <= CANDLE_INTERVAL_COUNT; i++) {
            struct candle_query query = {1, (enum candle_interval)i, zones[zone], INT64_MIN, time};
            struct candle candles[64];

            assert_true(candles_read(fixture->candles, &query, candles, 64) >= 1);
            check_query(fixture, &query, 64);
        }
    }
    free_fixture(fixture);
}

static void nothing_is_invented_before_the_first_trade(void **state)
{
    struct fixture *fixture = new_fixture();
    struct candle candles[8];
    struct candle_query query = {1, CANDLE_INTERVAL_1M, 0, START, START + 10 * CALENDAR_MINUTE_US};

    assert_int_equal(candles_read(fixture->candles, &query, candles, 8), 0);
    add_trade(fixture, START + 5 * CALENDAR_MINUTE_US, 10, 1, SIDE_BUY);
    assert_int_equal(candles_read(fixture->candles, &query, candles, 8), 6);
    assert_int_equal(candles[0].open_us, START + 5 * CALENDAR_MINUTE_US);
    query.instrument = 2;
    assert_int_equal(candles_read(fixture->candles, &query, candles, 8), 0);
    free_fixture(fixture);
}

static void old_candles_are_forgotten_and_new_ones_stay_right(void **state)
{
    struct fixture *fixture = new_fixture();
    struct candle candles[64];

    for (int i = 0; i < 2000; i++) {
        add_trade(fixture, START + i * CALENDAR_SECOND_US, 100 + i % 7, 1, SIDE_BUY);
    }
    struct candle_query query = {1, CANDLE_INTERVAL_1S, 0, START,
                                 START + 2000 * CALENDAR_SECOND_US};

    assert_int_equal(candles_read(fixture->candles, &query, candles, 64), 64);
    assert_int_equal(candles[0].open_us, START + 500 * CALENDAR_SECOND_US);
    check_query(fixture, &query, 64);
    free_fixture(fixture);
}

static void check_ticker(struct fixture *fixture, int64_t window_us, int64_t now)
{
    struct ticker_query query = {1, 0, now, window_us};
    struct ticker ticker;
    int64_t from = calendar_open(CANDLE_INTERVAL_1M, now - window_us, 0);
    struct candle brute = brute_candle(fixture, from, INT64_MAX);

    tickers_window(fixture->tickers, fixture->candles, &query, &ticker);
    if (brute.trades == 0) {
        assert_int_equal(ticker.sum.trades, 0);
        assert_int_equal(ticker.change.units, 0);
        return;
    }
    assert_memory_equal(&ticker.sum, &brute, sizeof brute);
    assert_int_equal(ticker.close.units, brute.close.units);
    assert_int_equal(ticker.change.units, brute.close.units - brute.open.units);
    assert_int_equal(ticker.change_percent,
                     (brute.close.units - brute.open.units) * 100000 / brute.open.units);
    assert_int_equal(ticker.average.units, (int64_t)(brute.quote.units / brute.base.units));
    if (brute.first_trade > 1) {
        assert_int_equal(ticker.previous.units,
                         fixture->trades[brute.first_trade - 2].event.price.units);
    } else {
        assert_int_equal(ticker.previous.units, 0);
    }
}

static void rolling_windows_equal_brute_force(void **state)
{
    static const int64_t windows[] = {CALENDAR_MINUTE_US, 59 * CALENDAR_MINUTE_US,
                                      CALENDAR_HOUR_US,   CALENDAR_DAY_US,
                                      CALENDAR_DAY_US,    7 * CALENDAR_DAY_US};
    struct fixture *fixture = new_fixture();
    struct random_stream random = {5};
    int64_t time = START;

    for (int i = 0; i < 1500; i++) {
        time += (int64_t)random_skewed(&random, 32);
        add_trade(fixture, time, 100 + (int64_t)random_below(&random, 300), 7, SIDE_BUY);
        int64_t now = time + (int64_t)random_skewed(&random, 30);

        check_ticker(fixture, windows[random_below(&random, 6)], now);
        check_ticker(fixture, CALENDAR_DAY_US, now);
    }
    free_fixture(fixture);
}

static void an_average_is_weighted_by_quantity_in_whole_coins(void **state)
{
    struct fixture *fixture = new_fixture();
    struct ticker_query query = {1, 0, START, 0};

    assert_int_equal(tickers_average(fixture->candles, &query, 5).units, 0);
    add_trade(fixture, START, 100, 1, SIDE_BUY);
    add_trade(fixture, START, 200, 3, SIDE_BUY);
    assert_int_equal(tickers_average(fixture->candles, &query, 5).units, 175);
    /* Later than five minutes: the last price. */
    query.now_us = START + 20 * CALENDAR_MINUTE_US;
    assert_int_equal(tickers_average(fixture->candles, &query, 5).units, 200);
    free_fixture(fixture);
}

static void an_average_survives_the_largest_amounts(void **state)
{
    struct fixture *fixture = new_fixture();
    struct ticker_query query = {1, 0, START, 0};
    struct event_trade trade = sample_trade(1, 1, INT64_MAX, INT64_MAX);

    candles_apply(fixture->candles, START, &trade.header);
    assert_int_equal(tickers_average(fixture->candles, &query, 5).units, INT64_MAX);
    free_fixture(fixture);
}

static void the_trading_day_begins_at_midnight_of_the_zone(void **state)
{
    struct fixture *fixture = new_fixture();
    struct ticker_query query = {1, 0, START + 20 * CALENDAR_HOUR_US, 0};
    struct ticker ticker;

    add_trade(fixture, START + 18 * CALENDAR_HOUR_US, 10, 1, SIDE_BUY);
    add_trade(fixture, START + 19 * CALENDAR_HOUR_US, 20, 1, SIDE_BUY);
    tickers_trading_day(fixture->candles, &query, 0, &ticker);
    assert_int_equal(ticker.sum.trades, 2);
    tickers_trading_day(fixture->candles, &query, 300, &ticker);
    assert_int_equal(ticker.sum.trades, 1);
    assert_int_equal(ticker.previous.units, 10);
    assert_int_equal(ticker.open_us, START + 19 * CALENDAR_HOUR_US);
    assert_int_equal(ticker.close_us, START + 43 * CALENDAR_HOUR_US - 1);
    free_fixture(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candles_of_every_length_equal_brute_force),
        cmocka_unit_test(the_last_candles_end_with_now),
        cmocka_unit_test(other_zones_equal_brute_force),
        cmocka_unit_test(nothing_is_invented_before_the_first_trade),
        cmocka_unit_test(old_candles_are_forgotten_and_new_ones_stay_right),
        cmocka_unit_test(rolling_windows_equal_brute_force),
        cmocka_unit_test(an_average_is_weighted_by_quantity_in_whole_coins),
        cmocka_unit_test(an_average_survives_the_largest_amounts),
        cmocka_unit_test(the_trading_day_begins_at_midnight_of_the_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
