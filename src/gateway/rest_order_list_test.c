/* SPDX-License-Identifier: Apache-2.0
 *
 * Order lists over HTTP: OCO in both forms, OTO, OTOCO.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/venue_rig.h"

#define OCO   "POST /api/v3/orderList/oco symbol=BTCKZT&side=SELL&quantity=1&"
#define OLD   "POST /api/v3/order/oco symbol=BTCKZT&side=SELL&quantity=1&"
#define OTO   "POST /api/v3/orderList/oto symbol=BTCKZT&"
#define OTOCO "POST /api/v3/orderList/otoco symbol=BTCKZT&"

static void an_oco_is_two_orders_with_reports(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE,
               OCO "aboveType=LIMIT_MAKER&abovePrice=16000&aboveClientOrderId=up&"
                   "belowType=STOP_LOSS_LIMIT&belowPrice=13900&belowStopPrice=14000&"
                   "belowTimeInForce=GTC&belowClientOrderId=down&listClientOrderId=both",
               200,
               "{\"orderListId\":1,\"contingencyType\":\"OCO\",\"listStatusType\":\"EXEC_STARTED\","
               "\"listOrderStatus\":\"EXECUTING\",\"listClientOrderId\":\"both\"");
    rig_expect_also("\"orders\":[{\"symbol\":\"BTCKZT\",\"orderId\":1,\"clientOrderId\":\"up\"},"
                    "{\"symbol\":\"BTCKZT\",\"orderId\":2,\"clientOrderId\":\"down\"}]");
    rig_expect_also("\"orderReports\":[{\"symbol\":\"BTCKZT\",\"orderId\":1,\"orderListId\":1");
    rig_expect_also("\"stopPrice\":\"14000.00\"");
    rig_expect_header("X-MBX-ORDER-COUNT-10S: 2");
}

static void the_old_form_says_the_same(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE,
               OLD "price=16000&stopPrice=14000&stopLimitPrice=13900&stopLimitTimeInForce=GTC&"
                   "newOrderRespType=RESULT",
               200, "\"type\":\"LIMIT_MAKER\"");
    rig_expect_also("\"type\":\"STOP_LOSS_LIMIT\"");
    rig_expect(rig, RIG_ALICE, OLD "price=16000&stopPrice=14000", 200, "\"type\":\"STOP_LOSS\"");
    rig_expect(rig, RIG_ALICE, OLD "price=16000&stopPrice=14000&stopLimitTimeInForce=GTC", 400,
               "-1128");
    rig_expect(rig, RIG_ALICE, OLD "price=16000", 400, "'stopPrice' or 'trailingDelta'");
}

static void an_oto_starts_its_second_order_when_the_first_is_filled(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE,
               OTO "workingType=LIMIT&workingSide=BUY&workingPrice=15000&workingQuantity=1&"
                   "workingTimeInForce=GTC&pendingType=LIMIT&pendingSide=SELL&pendingQuantity=1&"
                   "pendingPrice=15500&pendingTimeInForce=GTC",
               200, "\"contingencyType\":\"OTO\"");
    rig_expect_also("\"status\":\"PENDING_NEW\"");
    rig_expect(rig, RIG_BOB, "POST /api/v3/order symbol=BTCKZT&type=MARKET&side=SELL&quantity=1",
               200, "FILLED");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/order symbol=BTCKZT&orderId=2", 200,
               "\"status\":\"NEW\"");
    rig_expect_also("\"isWorking\":true");
}

static void an_otoco_is_three_orders(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE,
               OTOCO "workingType=LIMIT&workingSide=BUY&workingPrice=15000&workingQuantity=1&"
                     "workingTimeInForce=GTC&pendingSide=SELL&pendingQuantity=1&"
                     "pendingAboveType=LIMIT_MAKER&pendingAbovePrice=16000&"
                     "pendingBelowType=STOP_LOSS&pendingBelowStopPrice=14000",
               200, "\"orderId\":3");
    rig_expect_header("X-MBX-ORDER-COUNT-10S: 3");
}

static void legs_that_contradict_each_other_are_refused(void **state)
{
    struct rig *rig = *state;

    rig_expect(
        rig, RIG_ALICE,
        OCO "aboveType=LIMIT_MAKER&abovePrice=13000&belowType=STOP_LOSS&belowStopPrice=14000", 400,
        "{\"code\":-2010,\"msg\":\"The relationship of the prices for the orders is not "
        "correct.\"}");
    rig_expect(rig, RIG_ALICE, OCO "aboveType=LIMIT_MAKER&abovePrice=16000", 400,
               "Mandatory parameter 'belowType'");
    rig_expect(rig, RIG_ALICE,
               OCO "aboveType=LIMIT_MAKER&abovePrice=16000&belowType=STOP_LOSS&belowPrice=1&"
                   "belowStopPrice=14000",
               400, "Parameter 'belowPrice' sent when not required.");
    rig_expect(rig, RIG_ALICE,
               OCO "aboveType=LIMIT_MAKER&abovePrice=16000&belowType=LATER&belowStopPrice=14000",
               400, "-1116");
}

static void lists_are_cancelled_and_asked_for(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE,
               OCO
               "aboveType=LIMIT_MAKER&abovePrice=16000&belowType=STOP_LOSS&belowStopPrice=14000&"
               "listClientOrderId=one",
               200, "");
    rig_expect(rig, RIG_ALICE,
               OCO
               "aboveType=LIMIT_MAKER&abovePrice=16000&belowType=STOP_LOSS&belowStopPrice=14000&"
               "listClientOrderId=two",
               200, "");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/orderList orderListId=1", 200,
               "\"listClientOrderId\":\"one\"");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/orderList origClientOrderId=two", 200,
               "\"orderListId\":2");
    rig_expect(rig, RIG_BOB, "GET /api/v3/orderList orderListId=1", 400,
               "{\"code\":-2013,\"msg\":\"Order list does not exist.\"}");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/orderList ", 400, "-1102");
    rig_expect(rig, RIG_BOB, "DELETE /api/v3/orderList symbol=BTCKZT&orderListId=1", 400,
               "{\"code\":-2011,\"msg\":\"Unknown order list sent.\"}");
    rig_expect(rig, RIG_ALICE, "DELETE /api/v3/orderList symbol=BTCKZT&listClientOrderId=one", 200,
               "\"listStatusType\":\"ALL_DONE\"");
    rig_expect_also("\"status\":\"CANCELED\"");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrderList ", 200, "two");
    rig_expect_not("one");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrderList limit=1", 200, "two");
    rig_expect_not("one");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrderList fromId=1&limit=1", 200, "one");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrderList fromId=0&limit=1", 200, "one");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrderList startTime=0&limit=1", 200, "one");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrderList fromId=1&startTime=1", 400, "-1128");
    rig_expect(rig, RIG_BOB, "GET /api/v3/allOrderList ", 200, "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(an_oco_is_two_orders_with_reports),
        RIG_TEST(the_old_form_says_the_same),
        RIG_TEST(an_oto_starts_its_second_order_when_the_first_is_filled),
        RIG_TEST(an_otoco_is_three_orders),
        RIG_TEST(legs_that_contradict_each_other_are_refused),
        RIG_TEST(lists_are_cancelled_and_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
