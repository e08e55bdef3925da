/* SPDX-License-Identifier: Apache-2.0
 *
 * Public market data over HTTP.
 */
#include "gateway/exchange_info.h"
#include "gateway/market_reply.h"
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/venue_rig.h"

#define LIMIT "POST /api/v3/order symbol=BTCKZT&type=LIMIT&timeInForce=GTC&"

/* Three trades of Bob against Alice: 1 at 15000; 1 and 2 at 15001 by one taker. */
static void trade(struct rig *rig)
{
    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15001", 200, "");
    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=5&price=15001", 200, "");
    rig_expect(rig, RIG_BOB, LIMIT "side=BUY&quantity=4&price=15001", 200, "FILLED");
}

static void the_venue_answers_and_has_a_clock(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /api/v3/ping ", 200, "{}");
    rig_expect_header("Access-Control-Allow-Origin: *");
    rig_expect(*state, RIG_NOBODY, "GET /api/v3/time ", 200, "{\"serverTime\":17953056");
    rig_expect(*state, RIG_NOBODY, "GET /api/v3/time now=1", 400, "-1104");
}

static void exchange_info_has_every_filter(void **state)
{
    static const char *const filters[] = {
        "{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"1.00\",\"maxPrice\":\"1000000000.00\","
        "\"tickSize\":\"1.00\"}",
        "{\"filterType\":\"LOT_SIZE\",\"minQty\":\"0.01000000\",\"maxQty\":\"1000.00000000\","
        "\"stepSize\":\"0.01000000\"}",
        "{\"filterType\":\"MARKET_LOT_SIZE\",\"minQty\":\"0.01000000\",\"maxQty\":\"500.00000000\"",
        "{\"filterType\":\"NOTIONAL\",\"minNotional\":\"10.00\",\"applyMinToMarket\":true",
        "{\"filterType\":\"ICEBERG_PARTS\",\"limit\":10}",
        "{\"filterType\":\"PERCENT_PRICE_BY_SIDE\",\"bidMultiplierUp\":\"5.000000\"",
        "\"askMultiplierDown\":\"0.200000\"",
        "{\"filterType\":\"TRAILING_DELTA\",\"minTrailingAboveDelta\":10",
        "{\"filterType\":\"MAX_NUM_ORDERS\",\"maxNumOrders\":100}",
        "{\"filterType\":\"MAX_NUM_ALGO_ORDERS\",\"maxNumAlgoOrders\":5}",
        "\"permissionSets\":[[\"SPOT\"]]",
        "\"defaultSelfTradePreventionMode\":\"EXPIRE_MAKER\"",
        "\"status\":\"TRADING\",\"baseAsset\":\"BTC\",\"baseAssetPrecision\":8,"
        "\"quoteAsset\":\"KZT\",\"quotePrecision\":2",
        "{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":",
        "{\"rateLimitType\":\"ORDERS\",\"interval\":\"SECOND\",\"intervalNum\":10,\"limit\":100000}",
    };

    rig_expect(*state, RIG_NOBODY, "GET /api/v3/exchangeInfo symbol=BTCKZT", 200, "");
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        rig_expect_also(filters[i]);
    }
    rig_expect_not("ETHKZT");
}

static void exchange_info_is_of_some_or_all_symbols(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo ", 200, "\"symbol\":\"ETHKZT\"");
    rig_expect_also("\"symbol\":\"BTCKZT\"");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbols=%5B%22ETHKZT%22%5D", 200,
               "ETHKZT");
    rig_expect_not("BTCKZT");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbols=%5B%22ETHKZT%22%2C%22X%22%5D",
               400, "-1121");
    rig_expect(rig, RIG_NOBODY,
               "GET /api/v3/exchangeInfo symbols=%5B%22ETHKZT%22%2C%22ETHKZT%22%5D", 400, "-1151");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbols=%5B%5D", 400, "-1100");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbols=ETHKZT", 400, "-1100");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbol=A&symbols=%5B%22B%22%5D", 400,
               "-1128");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbol=DOGE", 400, "-1121");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbolStatus=HALT", 200,
               "\"symbols\":[]");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbolStatus=SOON", 400, "-1122");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo permissions=MARGIN", 200,
               "\"symbols\":[]");
}

static void exchange_info_follows_changes(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbol=BTCKZT", 200, "TRADING");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/session symbol=BTCKZT&session=HALTED", 200, "");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbol=BTCKZT", 200,
               "\"status\":\"HALT\"");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbol=ETHKZT", 200, "TRADING");
}

static void depth_is_best_first_and_counted(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT", 200,
               "{\"lastUpdateId\":0,\"bids\":[],\"asks\":[]}");
    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=1&price=14998", 200, "");
    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=14999", 200, "");
    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=3&price=15001", 200, "");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT", 200,
               "{\"lastUpdateId\":3,\"bids\":[[\"14999.00\",\"2.00000000\"],[\"14998.00\","
               "\"1.00000000\"]],\"asks\":[[\"15001.00\",\"3.00000000\"]]}");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT&limit=1", 200,
               "\"bids\":[[\"14999.00\",\"2.00000000\"]],");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT&limit=9999", 200, "lastUpdateId");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT&limit=0", 400, "-1130");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth ", 400, "-1102");
}

static void a_deep_book_weighs_more(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT&limit=100", 200, "");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 5\n");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT&limit=500", 200, "");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 30\n");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT&limit=1000", 200, "");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 80\n");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT&limit=5000", 200, "");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 330\n");
}

static void trades_are_listed_and_aggregated(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/trades symbol=BTCKZT", 200, "[]");
    trade(rig);
    rig_expect(
        rig, RIG_NOBODY, "GET /api/v3/trades symbol=BTCKZT", 200,
        "[{\"id\":1,\"price\":\"15000.00\",\"qty\":\"1.00000000\",\"quoteQty\":\"15000.00\"");
    rig_expect_also("\"isBuyerMaker\":false");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/trades symbol=BTCKZT&limit=1", 200, "[{\"id\":3");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/historicalTrades symbol=BTCKZT&fromId=2&limit=1", 200,
               "[{\"id\":2");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/historicalTrades symbol=BTCKZT&fromId=99", 200, "[]");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/aggTrades symbol=BTCKZT", 200,
               "\"a\":2,\"p\":\"15001.00\",\"q\":\"3.00000000\",\"f\":2,\"l\":3");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/aggTrades symbol=BTCKZT&fromId=2", 200, "[{\"a\":2");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/aggTrades symbol=BTCKZT&fromId=2&startTime=1", 400,
               "-1128");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/aggTrades symbol=BTCKZT&endTime=1795305599999", 200,
               "[]");
    rig_expect(rig, RIG_NOBODY,
               "GET /api/v3/aggTrades symbol=BTCKZT&startTime=1795305600000&limit=1", 200,
               "[{\"a\":1");
}

static void candles_are_arrays_of_twelve(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/klines symbol=BTCKZT&interval=1m", 200, "[]");
    trade(rig);
    rig_wait(rig, 120000000);
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/klines symbol=BTCKZT&interval=1m", 200,
               "[[1795305600000,\"15000.00\",\"15001.00\",\"15000.00\",\"15001.00\",\"4.00000000\","
               "1795305659999,\"60003.00\",3,\"4.00000000\",\"60003.00\",\"0\"],"
               "[1795305660000,\"15001.00\",\"15001.00\",\"15001.00\",\"15001.00\",\"0.00000000\"");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/uiKlines symbol=BTCKZT&interval=1M&limit=1", 200,
               "[[1793491200000,");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/klines symbol=BTCKZT&interval=1d&timeZone=5", 200,
               "[[1795287600000,");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/klines symbol=BTCKZT&interval=7m", 400,
               "{\"code\":-1120,\"msg\":\"Invalid interval.\"}");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/klines symbol=BTCKZT", 400, "'interval'");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/klines symbol=BTCKZT&interval=1m&timeZone=99", 400,
               "-1130");
    rig_expect(rig, RIG_NOBODY,
               "GET /api/v3/klines symbol=BTCKZT&interval=1m&startTime=1795305660000&limit=1", 200,
               "[[1795305660000,");
    rig_expect(rig, RIG_NOBODY,
               "GET /api/v3/klines symbol=BTCKZT&interval=1m&endTime=1795305600001", 200,
               "1795305659999");
    rig_expect_not("1795305660000");
}

static void the_average_price_is_of_five_minutes(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/avgPrice symbol=BTCKZT", 200,
               "{\"mins\":5,\"price\":\"15000.00\",\"closeTime\":0}");
    trade(rig);
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/avgPrice symbol=BTCKZT", 200,
               "\"price\":\"15000.75\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(the_venue_answers_and_has_a_clock),       RIG_TEST(exchange_info_has_every_filter),
        RIG_TEST(exchange_info_is_of_some_or_all_symbols), RIG_TEST(exchange_info_follows_changes),
        RIG_TEST(depth_is_best_first_and_counted),         RIG_TEST(a_deep_book_weighs_more),
        RIG_TEST(trades_are_listed_and_aggregated),        RIG_TEST(candles_are_arrays_of_twelve),
        RIG_TEST(the_average_price_is_of_five_minutes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
