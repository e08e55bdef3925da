/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounts over HTTP: what one owns, pays and has traded; nobody sees anybody else.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/venue_rig.h"

#define LIMIT "POST /api/v3/order symbol=BTCKZT&type=LIMIT&timeInForce=GTC&"

static void an_account_tells_balances_and_rates(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/account ", 200,
               "{\"makerCommission\":10,\"takerCommission\":20,");
    rig_expect_also("\"commissionRates\":{\"maker\":\"0.00100000\",\"taker\":\"0.00200000\"");
    rig_expect_also("\"canTrade\":true,\"canWithdraw\":true,\"canDeposit\":true");
    rig_expect_also("{\"asset\":\"KZT\",\"free\":\"970000.00\",\"locked\":\"30000.00\"}");
    rig_expect_also("\"uid\":1");
    rig_expect(rig, RIG_OLGA, "GET /api/v3/account ", 200,
               "{\"asset\":\"BTC\",\"free\":\"0.00000000\"");
    rig_expect(rig, RIG_OLGA, "GET /api/v3/account omitZeroBalances=true", 200, "\"balances\":[]");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/account ", 401, "-2014");
}

static void rates_are_told_per_symbol(void **state)
{
    rig_expect(*state, RIG_ALICE, "GET /api/v3/account/commission symbol=BTCKZT", 200,
               "\"standardCommission\":{\"maker\":\"0.00100000\",\"taker\":\"0.00200000\"");
    rig_expect(*state, RIG_ALICE, "GET /sapi/v1/asset/tradeFee ", 200,
               "{\"symbol\":\"ETHKZT\",\"makerCommission\":\"0.00100000\"");
    rig_expect(*state, RIG_ALICE, "GET /sapi/v1/asset/tradeFee symbol=BTCKZT", 200,
               "[{\"symbol\":\"BTC");
    rig_expect_not("ETH");
}

static void the_count_of_orders_is_told(void **state)
{
    rig_expect(*state, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000", 200, "");
    rig_expect(*state, RIG_ALICE, "GET /api/v3/rateLimit/order ", 200,
               "[{\"rateLimitType\":\"ORDERS\",\"interval\":\"SECOND\",\"intervalNum\":10,"
               "\"limit\":100000,\"count\":1},{\"rateLimitType\":\"ORDERS\",\"interval\":\"DAY\"");
}

static void trades_of_ones_own_have_their_fees(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15001", 200, "");
    rig_expect(rig, RIG_BOB, LIMIT "side=BUY&quantity=2&price=15001", 200, "");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/myTrades symbol=BTCKZT", 200,
               "{\"symbol\":\"BTCKZT\",\"id\":1,\"orderId\":1,\"orderListId\":-1,"
               "\"price\":\"15000.00\",\"qty\":\"1.00000000\",\"quoteQty\":\"15000.00\","
               "\"commission\":\"15.00\",\"commissionAsset\":\"KZT\"");
    rig_expect_also("\"isBuyer\":false,\"isMaker\":true,\"isBestMatch\":true");
    rig_expect(rig, RIG_BOB, "GET /api/v3/myTrades symbol=BTCKZT&orderId=3", 200, "\"id\":2");
    rig_expect_also("\"commission\":\"0.00200000\",\"commissionAsset\":\"BTC\"");
    rig_expect_also("\"isBuyer\":true,\"isMaker\":false");
    rig_expect(rig, RIG_BOB, "GET /api/v3/myTrades symbol=BTCKZT&fromId=2", 200, "\"id\":2");
    rig_expect_not("\"id\":1,");
    rig_expect(rig, RIG_BOB, "GET /api/v3/myTrades symbol=BTCKZT&limit=1", 200, "\"id\":2");
    rig_expect_not("\"id\":1,");
    rig_expect(rig, RIG_BOB, "GET /api/v3/myTrades symbol=BTCKZT&fromId=0&limit=1", 200,
               "\"id\":1");
    rig_expect(rig, RIG_BOB, "GET /api/v3/myTrades symbol=BTCKZT&startTime=0&limit=1", 200,
               "\"id\":1");
    rig_expect(rig, RIG_BOB, "GET /api/v3/myTrades symbol=BTCKZT&orderId=1", 200, "[]");
    rig_expect(rig, RIG_BOB, "GET /api/v3/myTrades symbol=BTCKZT&fromId=2&startTime=1", 400,
               "-1128");
    rig_expect(rig, RIG_BOB,
               "GET /api/v3/myTrades symbol=BTCKZT&startTime=1000000000000&endTime=1000086400001",
               400, "-1127");
    rig_expect(rig, RIG_CARL, "GET /api/v3/myTrades symbol=BTCKZT", 200, "[]");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/myAllocations symbol=BTCKZT", 200, "[]");
}

static void a_page_does_not_end_between_two_fills_of_one_trade(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=1&price=15000&selfTradePreventionMode=NONE",
               200, "FILLED");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/myTrades symbol=BTCKZT&fromId=1&limit=1", 200,
               "\"isMaker\":true");
    rig_expect_also("\"isMaker\":false");
}

static void prevented_matches_are_told(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE,
               LIMIT "side=BUY&quantity=2&price=15000&selfTradePreventionMode=EXPIRE_TAKER", 200,
               "\"status\":\"EXPIRED_IN_MATCH\"");
    rig_expect_also("\"preventedMatchId\":1");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/myPreventedMatches symbol=BTCKZT&orderId=2", 200,
               "\"preventedMatchId\":1,\"takerOrderId\":2,\"makerSymbol\":\"BTCKZT\","
               "\"makerOrderId\":1");
    rig_expect_also("\"selfTradePreventionMode\":\"EXPIRE_TAKER\",\"price\":\"15000.00\"");
    rig_expect_also("\"takerPreventedQuantity\":\"2.00000000\"");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/myPreventedMatches symbol=BTCKZT&preventedMatchId=1",
               200, "\"takerOrderId\":2");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/myPreventedMatches symbol=BTCKZT", 400, "-1128");
    rig_expect(rig, RIG_BOB, "GET /api/v3/myPreventedMatches symbol=BTCKZT&preventedMatchId=1", 200,
               "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(an_account_tells_balances_and_rates),
        RIG_TEST(rates_are_told_per_symbol),
        RIG_TEST(the_count_of_orders_is_told),
        RIG_TEST(trades_of_ones_own_have_their_fees),
        RIG_TEST(a_page_does_not_end_between_two_fills_of_one_trade),
        RIG_TEST(prevented_matches_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
