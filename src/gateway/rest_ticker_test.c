/* SPDX-License-Identifier: Apache-2.0
 *
 * Tickers over HTTP.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/venue_rig.h"

#define LIMIT "POST /api/v3/order symbol=BTCKZT&type=LIMIT&timeInForce=GTC&"

static void trade(struct rig *rig, const char *price)
{
    char request[160];

    snprintf(request, sizeof request, LIMIT "side=SELL&quantity=1&price=%s", price);
    rig_expect(rig, RIG_ALICE, request, 200, "");
    snprintf(request, sizeof request, LIMIT "side=BUY&quantity=1&price=%s", price);
    rig_expect(rig, RIG_BOB, request, 200, "FILLED");
}

static void the_last_24_hours_are_told_in_full_or_in_short(void **state)
{
    struct rig *rig = *state;

    trade(rig, "15000");
    trade(rig, "15300");
    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=1&price=15100", 200, "");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/24hr symbol=BTCKZT", 200,
               "{\"symbol\":\"BTCKZT\",\"priceChange\":\"300.00\",\"priceChangePercent\":\"2.000\","
               "\"weightedAvgPrice\":\"15150.00\",\"prevClosePrice\":\"0.00\","
               "\"lastQty\":\"1.00000000\",\"bidPrice\":\"15100.00\",\"bidQty\":\"1.00000000\","
               "\"askPrice\":\"0.00\"");
    rig_expect_also(
        "\"openPrice\":\"15000.00\",\"highPrice\":\"15300.00\",\"lowPrice\":\"15000.00\","
        "\"lastPrice\":\"15300.00\",\"volume\":\"2.00000000\",\"quoteVolume\":\"30300.00\"");
    rig_expect_also("\"firstId\":1,\"lastId\":2,\"count\":2}");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/24hr symbol=BTCKZT&type=MINI", 200, "volume");
    rig_expect_not("priceChange");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/24hr symbol=BTCKZT&type=MAXI", 400, "-1139");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/24hr ", 200, "[{\"symbol\":\"BTCKZT\"");
    rig_expect_also("{\"symbol\":\"ETHKZT\"");
    rig_expect_also("\"firstId\":-1,\"lastId\":-1,\"count\":0");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/24hr symbols=%5B%22ETHKZT%22%5D", 200, "[{");
    rig_expect_not("BTCKZT");
}

static void a_fall_is_negative(void **state)
{
    struct rig *rig = *state;

    trade(rig, "15000");
    trade(rig, "14999");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/24hr symbol=BTCKZT", 200,
               "\"priceChange\":\"-1.00\",\"priceChangePercent\":\"-0.006\"");
}

static void windows_are_minutes_hours_or_days(void **state)
{
    static const char *const bad[] = {"0m", "60m", "24h", "8d", "1w", "m", "100m", "1.5h"};
    struct rig *rig = *state;

    trade(rig, "15000");
    rig_wait(rig, 3 * INT64_C(60000000));
    trade(rig, "15300");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker symbol=BTCKZT&windowSize=1m", 200,
               "\"count\":1}");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker symbol=BTCKZT&windowSize=59m", 200,
               "\"count\":2}");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker symbol=BTCKZT&windowSize=7d", 200,
               "\"count\":2}");
    rig_expect_not("bidPrice");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker symbol=BTCKZT", 200, "\"count\":2}");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char request[80];

        snprintf(request, sizeof request, "GET /api/v3/ticker symbol=BTCKZT&windowSize=%s", bad[i]);
        rig_expect(rig, RIG_NOBODY, request, 400, "{\"code\":-11");
    }
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker windowSize=1h", 400, "'symbol' or 'symbols'");
}

static void the_trading_day_follows_the_zone(void **state)
{
    struct rig *rig = *state;

    trade(rig, "15000");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/tradingDay symbol=BTCKZT", 200,
               "\"openTime\":1795305600000,\"closeTime\":1795391999999");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/tradingDay symbol=BTCKZT&timeZone=5", 200,
               "\"openTime\":1795287600000");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/tradingDay symbol=BTCKZT&timeZone=x", 400,
               "-1130");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/tradingDay ", 400, "-1102");
}

static void prices_and_best_prices_are_of_one_or_of_all(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/price symbol=BTCKZT", 200,
               "{\"symbol\":\"BTCKZT\",\"price\":\"15000.00\"}");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 2\n");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/price ", 200, "[{\"symbol\":\"BTCKZT\"");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 6\n");
    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=1&price=14999", 200, "");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/bookTicker symbol=BTCKZT", 200,
               "{\"symbol\":\"BTCKZT\",\"bidPrice\":\"14999.00\",\"bidQty\":\"1.00000000\","
               "\"askPrice\":\"0.00\",\"askQty\":\"0.00000000\"}");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/bookTicker ", 200, "ETHKZT");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/ticker/bookTicker symbol=X", 400, "-1121");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(the_last_24_hours_are_told_in_full_or_in_short),
        RIG_TEST(a_fall_is_negative),
        RIG_TEST(windows_are_minutes_hours_or_days),
        RIG_TEST(the_trading_day_follows_the_zone),
        RIG_TEST(prices_and_best_prices_are_of_one_or_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
