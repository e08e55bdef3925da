/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators over HTTP: tiers, assets, instruments, sessions, money.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/venue_rig.h"

/* Proposed by one, approved by the other. */
static void agree(struct rig *rig, enum rig_person person, const char *request)
{
    static char approve[80];
    const char *number;

    rig_expect(rig, person, request, 200, "\"proposalId\":");
    number = strstr(fake_server_answer()->body, "\"proposalId\":") + strlen("\"proposalId\":");
    snprintf(approve, sizeof approve, "POST /tarazy/v1/proposal/approve proposalId=%d",
             (int)strtol(number, NULL, 10));
    rig_expect(rig, RIG_OMAR, approve, 200, "\"state\":\"EXECUTED\"");
}

static void a_market_is_listed_from_nothing(void **state)
{
    struct rig *rig = *state;

    agree(rig, RIG_OLGA,
          "POST /tarazy/v1/asset code=GOLD&name=Gold&scale=4&supplyMax=1000000&withdrawMin=1");
    agree(rig, RIG_OLGA,
          "POST /tarazy/v1/instrument symbol=GOLDKZT&base=GOLD&quote=KZT&session=CONTINUOUS&"
          "tickSize=1&stepSize=0.01&minQty=0.01&maxQty=100&minPrice=1&maxPrice=1000000&"
          "referencePrice=500&minNotional=1&slippage=0.05&maxOrders=10&maxAmends=2");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbol=GOLDKZT", 200,
               "\"tickSize\":\"1.00\"");
    rig_expect_also("\"stepSize\":\"0.0100\"");
    agree(rig, RIG_OLGA,
          "PUT /tarazy/v1/instrument symbol=GOLDKZT&minQty=0.02&maxQty=100&minPrice=1&"
          "maxPrice=1000000&referencePrice=500&minNotional=1&slippage=0.05&maxOrders=20");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo symbol=GOLDKZT", 200,
               "\"minQty\":\"0.0200\"");
    rig_expect_also("\"maxNumOrders\":20}");
    rig_expect(
        rig, RIG_OLGA,
        "POST /tarazy/v1/instrument symbol=X&base=GOLD&quote=SILVER&session=CLOSED&tickSize=1&"
        "stepSize=1",
        400, "-1130");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/session symbol=GOLDKZT&session=SLEEPING", 400,
               "-1130");
}

static void tiers_are_published(void **state)
{
    struct rig *rig = *state;

    agree(rig, RIG_OLGA,
          "POST /tarazy/v1/tier tier=2&rights=trade,deposit&maker=0.0001&taker=0.0005&maxOrders=7");
    rig_expect(rig, RIG_NOBODY, "GET /tarazy/v1/tiers ", 200,
               "{\"tier\":2,\"rights\":[\"trade\",\"deposit\"],\"maker\":\"0.00010000\","
               "\"taker\":\"0.00050000\",\"maxOrders\":7}");
    agree(rig, RIG_OLGA, "POST /tarazy/v1/tier/limit tier=1&asset=KZT&withdrawDay=100");
    rig_expect(rig, RIG_ALICE,
               "POST /sapi/v1/capital/withdraw/apply coin=KZT&address=a&amount=100.01", 400,
               "{\"code\":-9032,\"msg\":\"the daily limit of the participant's tier is reached\"}");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/tier tier=2&rights=fly&maker=0&taker=0", 400,
               "-1130");
}

static void value_enters_by_evidence_and_two_people(void **state)
{
    struct rig *rig = *state;

    agree(
        rig, RIG_CARL,
        "POST /tarazy/v1/deposit participant=alice&asset=KZT&amount=5.25&rail=2&reference=line-7");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/deposit/hisrec ", 200,
               "\"amount\":\"5.25\",\"coin\":\"KZT\",\"network\":\"RAIL2\"");
    rig_expect_also("\"txId\":\"line-7\"");
    rig_expect(
        rig, RIG_CARL,
        "POST /tarazy/v1/deposit participant=alice&asset=KZT&amount=5.25&rail=99&reference=x", 400,
        "-1130");
    rig_expect(
        rig, RIG_CARL,
        "POST /tarazy/v1/deposit participant=nobody&asset=KZT&amount=5.25&rail=2&reference=x", 400,
        "-1130");
    rig_expect(
        rig, RIG_ALICE,
        "POST /tarazy/v1/sandbox/deposit participant=alice&asset=KZT&amount=1&reference=mine", 401,
        "-2015");
    agree(
        rig, RIG_OLGA,
        "POST /tarazy/v1/correction debit=alice&credit=bob&asset=KZT&amount=5.25&reason=was%20his");
}

static void a_withdrawal_can_be_given_back(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, "POST /sapi/v1/capital/withdraw/apply coin=KZT&address=a&amount=100",
               200, "");
    rig_expect(
        rig, RIG_CARL, "GET /tarazy/v1/withdrawals ", 200,
        "[{\"withdrawal\":1,\"participant\":\"alice\",\"asset\":\"KZT\",\"amount\":\"100.00\"");
    rig_expect(rig, RIG_ALICE, "GET /tarazy/v1/withdrawals ", 401, "-2015");
    agree(rig, RIG_OLGA, "POST /tarazy/v1/withdrawal/reject withdrawal=1");
    rig_expect(rig, RIG_CARL, "GET /tarazy/v1/withdrawals ", 200, "[]");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/withdraw/history ", 200, "\"status\":3");
}

static void orders_of_the_frozen_are_cancelled_by_operators(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_BOB,
               "POST /api/v3/order symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&"
               "price=15000",
               200, "");
    rig_expect(rig, RIG_OLGA, "DELETE /tarazy/v1/orders participant=bob&symbol=BTCKZT", 401,
               "-2015");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/participant/freeze participant=bob", 200, "DONE");
    rig_expect(rig, RIG_OLGA, "DELETE /tarazy/v1/orders participant=bob", 200, "\"cancelled\":");
    rig_expect(rig, RIG_BOB,
               "POST /api/v3/order symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&"
               "price=15000",
               400, "{\"code\":-2010,\"msg\":\"This action is disabled on this account.\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_market_is_listed_from_nothing),
        RIG_TEST(tiers_are_published),
        RIG_TEST(value_enters_by_evidence_and_two_people),
        RIG_TEST(a_withdrawal_can_be_given_back),
        RIG_TEST(orders_of_the_frozen_are_cancelled_by_operators),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
