/* SPDX-License-Identifier: Apache-2.0
 *
 * Market messages, letter by letter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/stream_message.h"
#include "money/arithmetic.h"

#define NOW INT64_C(1700000000123456)

static const struct instrument_view instrument = {
    .terms = {.symbol = {"BTCUSDT"}},
    .updates = 77,
    .base_scale = 8,
    .quote_scale = 2,
};

static char text[4096];
static struct json_writer json;

static struct stream_scene scene_of(bool is_micro)
{
    json_writer_begin(&json, text, sizeof text);
    return (struct stream_scene){&instrument, NOW, is_micro};
}

static void expect(const char *expected)
{
    struct slice written = json_writer_text(&json);

    text[written.size] = '\0';
    assert_string_equal(text, expected);
}

static struct price p(int64_t units)
{
    return price_of_units(units);
}

static struct quantity q(int64_t units)
{
    return quantity_of_units(units);
}

static void a_trade(void **state)
{
    const struct trade_record trade = {
        .price = p(3000050),
        .quantity = q(150000000),
        .time_us = NOW - 456,
        .trade = 12,
        .taker_side = SIDE_SELL,
    };
    struct stream_scene scene = scene_of(false);

    stream_message_trade(&json, &scene, &trade);
    expect("{\"e\":\"trade\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"t\":12,\"p\":\"30000.50\","
           "\"q\":\"1.50000000\",\"T\":1700000000123,\"m\":true,\"M\":true}");
    scene = scene_of(true);
    stream_message_trade(&json, &scene, &trade);
    expect("{\"e\":\"trade\",\"E\":1700000000123456,\"s\":\"BTCUSDT\",\"t\":12,\"p\":\"30000.50\","
           "\"q\":\"1.50000000\",\"T\":1700000000123000,\"m\":true,\"M\":true}");
}

static void an_aggregate(void **state)
{
    const struct aggregate_record aggregate = {
        .price = p(3000050),
        .quantity = q(1),
        .time_us = NOW,
        .aggregate = 5,
        .first = 10,
        .last = 12,
        .taker_side = SIDE_BUY,
    };
    struct stream_scene scene = scene_of(false);

    stream_message_aggregate(&json, &scene, &aggregate);
    expect("{\"e\":\"aggTrade\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"a\":5,\"p\":\"30000.50\","
           "\"q\":\"0.00000001\",\"f\":10,\"l\":12,\"T\":1700000000123,\"m\":false,\"M\":true}");
}

static void depth_changes(void **state)
{
    const struct depth_change changes[] = {
        {p(3000100), q(100000000), SIDE_SELL},
        {p(3000000), q(0), SIDE_BUY},
        {p(2999900), q(5), SIDE_BUY},
    };
    const struct depth_window window = {.first = 70, .last = 77, .changes = 3};
    struct stream_scene scene = scene_of(false);

    stream_message_depth(&json, &scene, &window, changes);
    expect("{\"e\":\"depthUpdate\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"U\":70,\"u\":77,"
           "\"b\":[[\"30000.00\",\"0.00000000\"],[\"29999.00\",\"0.00000005\"]],"
           "\"a\":[[\"30001.00\",\"1.00000000\"]]}");
}

static const struct level_view bid = {{2999900}, {20000000}, 1};
static const struct level_view ask = {{3000100}, {30000000}, 2};

static void books(void **state)
{
    const struct stream_levels both = {&bid, &ask, 1, 1};
    const struct stream_levels one = {&bid, &ask, 0, 1};
    struct stream_scene scene = scene_of(false);

    stream_message_partial_depth(&json, &scene, &both);
    expect("{\"lastUpdateId\":77,\"bids\":[[\"29999.00\",\"0.20000000\"]],"
           "\"asks\":[[\"30001.00\",\"0.30000000\"]]}");
    scene = scene_of(false);
    stream_message_book_ticker(&json, &scene, &both);
    expect("{\"u\":77,\"s\":\"BTCUSDT\",\"b\":\"29999.00\",\"B\":\"0.20000000\",\"a\":\"30001.00\","
           "\"A\":\"0.30000000\"}");
    scene = scene_of(false);
    stream_message_book_ticker(&json, &scene, &one);
    expect("{\"u\":77,\"s\":\"BTCUSDT\",\"b\":\"0.00\",\"B\":\"0.00000000\",\"a\":\"30001.00\","
           "\"A\":\"0.30000000\"}");
}

static struct candle candle_of(void)
{
    return (struct candle){
        .base = amount_of_units(150000000),
        .quote = amount_of_units(4500000),
        .taker_base = amount_of_units(50000000),
        .taker_quote = amount_of_units(1500000),
        .open = p(3000000),
        .high = p(3100000),
        .low = p(2900000),
        .close = p(3050000),
        .open_us = INT64_C(1700000000000000) - INT64_C(20000000),
        .trades = 3,
        .first_trade = 10,
        .last_trade = 12,
    };
}

static void candles(void **state)
{
    struct candle candle = candle_of();
    struct stream_candle shown = {&candle, CANDLE_INTERVAL_1MO, candle.open_us + 59999999, false};
    struct stream_scene scene = scene_of(false);

    stream_message_candle(&json, &scene, &shown);
    expect("{\"e\":\"kline\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"k\":{\"t\":1699999980000,"
           "\"T\":1700000039999,\"s\":\"BTCUSDT\",\"i\":\"1M\",\"f\":10,\"L\":12,"
           "\"o\":\"30000.00\",\"c\":\"30500.00\",\"h\":\"31000.00\",\"l\":\"29000.00\","
           "\"v\":\"1.50000000\",\"n\":3,\"x\":false,\"q\":\"45000.00\",\"V\":\"0.50000000\","
           "\"Q\":\"15000.00\",\"B\":\"0\"}}");
    candle = (struct candle){.open = p(100), .high = p(100), .low = p(100), .close = p(100)};
    shown.is_closed = true;
    scene = scene_of(false);
    stream_message_candle(&json, &scene, &shown);
    expect("{\"e\":\"kline\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"k\":{\"t\":0,"
           "\"T\":1700000039999,\"s\":\"BTCUSDT\",\"i\":\"1M\",\"f\":-1,\"L\":-1,"
           "\"o\":\"1.00\",\"c\":\"1.00\",\"h\":\"1.00\",\"l\":\"1.00\","
           "\"v\":\"0.00000000\",\"n\":0,\"x\":true,\"q\":\"0.00\",\"V\":\"0.00000000\","
           "\"Q\":\"0.00\",\"B\":\"0\"}}");
}

static struct ticker ticker_of(void)
{
    return (struct ticker){
        .sum = candle_of(),
        .close = p(3050000),
        .previous = p(2999999),
        .average = p(3000001),
        .change = p(-50000),
        .change_percent = -1667,
        .open_us = NOW - INT64_C(86400000000),
        .close_us = NOW,
    };
}

static void tickers(void **state)
{
    const struct stream_levels best = {&bid, &ask, 1, 1};
    struct ticker ticker = ticker_of();
    const struct stream_ticker shown = {&ticker, &best, q(7)};
    struct stream_scene scene = scene_of(false);

    stream_message_ticker(&json, &scene, &shown);
    expect("{\"e\":\"24hrTicker\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"p\":\"-500.00\","
           "\"P\":\"-1.667\",\"w\":\"30000.01\",\"x\":\"29999.99\",\"c\":\"30500.00\","
           "\"Q\":\"0.00000007\",\"b\":\"29999.00\",\"B\":\"0.20000000\",\"a\":\"30001.00\","
           "\"A\":\"0.30000000\",\"o\":\"30000.00\",\"h\":\"31000.00\",\"l\":\"29000.00\","
           "\"v\":\"1.50000000\",\"q\":\"45000.00\",\"O\":1699913600123,\"C\":1700000000123,"
           "\"F\":10,\"L\":12,\"n\":3}");
    scene = scene_of(false);
    stream_message_mini_ticker(&json, &scene, &ticker);
    expect("{\"e\":\"24hrMiniTicker\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"c\":\"30500.00\","
           "\"o\":\"30000.00\",\"h\":\"31000.00\",\"l\":\"29000.00\",\"v\":\"1.50000000\","
           "\"q\":\"45000.00\"}");
    scene = scene_of(false);
    stream_message_window_ticker(&json, &scene, &ticker, STREAM_WINDOW_4H);
    expect("{\"e\":\"4hTicker\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"p\":\"-500.00\","
           "\"P\":\"-1.667\",\"o\":\"30000.00\",\"h\":\"31000.00\",\"l\":\"29000.00\","
           "\"c\":\"30500.00\",\"w\":\"30000.01\",\"v\":\"1.50000000\",\"q\":\"45000.00\","
           "\"O\":1699913600123,\"C\":1700000000123,\"F\":10,\"L\":12,\"n\":3}");
}

static void an_average_price(void **state)
{
    const struct stream_average average = {.price = p(3000001), .minutes = 5, .traded_us = NOW};
    struct stream_scene scene = scene_of(false);

    stream_message_average_price(&json, &scene, &average);
    expect("{\"e\":\"avgPrice\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"i\":\"5m\","
           "\"w\":\"30000.01\",\"T\":1700000000123}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trade),          cmocka_unit_test(an_aggregate),
        cmocka_unit_test(depth_changes),    cmocka_unit_test(books),
        cmocka_unit_test(candles),          cmocka_unit_test(tickers),
        cmocka_unit_test(an_average_price),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
