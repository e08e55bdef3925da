/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders over HTTP, against the real engine.
 */
#include "gateway/order_reply.h"
#include "gateway/order_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/venue_rig.h"

#define ORDER  "POST /api/v3/order symbol=BTCKZT&"
#define LIMIT  ORDER "type=LIMIT&timeInForce=GTC&"
#define TEST   "POST /api/v3/order/test symbol=BTCKZT&"
#define SWAP   "POST /api/v3/order/cancelReplace symbol=BTCKZT&"
#define AMEND  "PUT /api/v3/order/amend/keepPriority symbol=BTCKZT&"
#define STATUS "GET /api/v3/order symbol=BTCKZT&"

static void a_limit_order_rests_and_is_told_in_full(void **state)
{
    rig_expect(*state, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newClientOrderId=a", 200,
               "\"orderId\":1,\"orderListId\":-1,\"clientOrderId\":\"a\"");
    rig_expect_also("\"price\":\"15000.00\",\"origQty\":\"2.00000000\"");
    rig_expect_also("\"cummulativeQuoteQty\":\"0.00\"");
    rig_expect_also(
        "\"status\":\"NEW\",\"timeInForce\":\"GTC\",\"type\":\"LIMIT\",\"side\":\"BUY\"");
    rig_expect_also("\"selfTradePreventionMode\":\"EXPIRE_MAKER\"");
    rig_expect_also("\"fills\":[]");
    rig_expect_header("X-MBX-ORDER-COUNT-10S: 1");
    rig_expect_header("X-MBX-ORDER-COUNT-1D: 1");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 1");
}

static void a_taker_is_told_his_fills_with_what_was_charged(void **state)
{
    rig_expect(*state, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15000", 200, "NEW");
    rig_expect(*state, RIG_ALICE, LIMIT "side=SELL&quantity=2&price=15001", 200, "NEW");
    rig_expect(*state, RIG_BOB, LIMIT "side=BUY&quantity=2&price=15001", 200,
               "\"status\":\"FILLED\"");
    /* 15000 + 15001; fees are taken from what is received: 0.2 % of the coins. */
    rig_expect_also("\"cummulativeQuoteQty\":\"30001.00\"");
    rig_expect_also("{\"price\":\"15000.00\",\"qty\":\"1.00000000\",\"commission\":\"0.00200000\","
                    "\"commissionAsset\":\"BTC\",\"tradeId\":1}");
    rig_expect_also("\"price\":\"15001.00\",\"qty\":\"1.00000000\"");
    /* Filled orders no longer count against the limit. */
    rig_expect(*state, RIG_BOB, LIMIT "side=BUY&quantity=1&price=80000", 400, "PERCENT");
    rig_expect(*state, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15009", 200, "NEW");
    rig_expect_header("X-MBX-ORDER-COUNT-10S: 1");
}

static void the_kind_of_answer_can_be_chosen(void **state)
{
    rig_expect(*state, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newOrderRespType=ACK", 200,
               "transactTime");
    rig_expect_not("status");
    rig_expect(*state, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newOrderRespType=RESULT",
               200, "\"status\":\"NEW\"");
    rig_expect_not("fills");
    /* Without a wish: FULL for LIMIT and MARKET, ACK for the rest. */
    rig_expect(*state, RIG_ALICE, ORDER "type=LIMIT_MAKER&side=BUY&quantity=2&price=15000", 200,
               "transactTime");
    rig_expect_not("status");
    rig_expect(*state, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newOrderRespType=SHORT",
               400, "{\"code\":-1130,\"msg\":\"Data sent for parameter 'newOrderRespType' is not");
}

static void a_market_order_is_by_quantity_or_by_quote(void **state)
{
    rig_expect(*state, RIG_ALICE, LIMIT "side=SELL&quantity=5&price=15000", 200, "NEW");
    rig_expect(*state, RIG_BOB, ORDER "type=MARKET&side=BUY&quantity=1", 200, "\"FILLED\"");
    rig_expect_also("\"price\":\"0.00\",\"origQty\":\"1.00000000\"");
    rig_expect(*state, RIG_BOB, ORDER "type=MARKET&side=BUY&quoteOrderQty=30000", 200,
               "\"executedQty\":\"2.00000000\",\"origQuoteOrderQty\":\"30000.00\"");
    rig_expect_also("\"origQty\":\"2.00000000\"");
    rig_expect(*state, RIG_BOB, ORDER "type=MARKET&side=BUY&quoteOrderQty=1&quantity=1", 400,
               "-1128");
    rig_expect(*state, RIG_BOB, ORDER "type=MARKET&side=BUY", 400,
               "\"msg\":\"Param 'quantity' or 'quoteOrderQty' must be sent, but both were "
               "empty/null!\"");
    rig_expect(*state, RIG_BOB, ORDER "type=MARKET&side=SELL&quantity=1", 400,
               "{\"code\":-1112,\"msg\":\"No orders on book for symbol.\"}");
}

static void every_field_belongs_to_its_types(void **state)
{
    static const struct {
        const char *request;
        const char *answer;
    } cases[] = {
        {LIMIT "side=BUY&quantity=1", "Mandatory parameter 'price' was not sent"},
        {LIMIT "side=BUY&price=15000", "Mandatory parameter 'quantity' was not sent"},
        {ORDER "type=LIMIT&side=BUY&quantity=1&price=15000", "'timeInForce' was not sent"},
        {LIMIT "side=BUY&quantity=1&price=15000&stopPrice=1",
         "{\"code\":-1106,\"msg\":\"Parameter 'stopPrice' sent when not required.\"}"},
        {LIMIT "side=BUY&quantity=1&price=15000&trailingDelta=10", "'trailingDelta' sent when not"},
        {LIMIT "side=BUY&quantity=1&price=15000&quoteOrderQty=1", "'quoteOrderQty' sent when not"},
        {LIMIT "side=BUY&quantity=1&price=15000&expireTime=1795305700000", "-1106"},
        {ORDER "type=MARKET&side=BUY&quantity=1&price=15000", "'price' sent when not required"},
        {ORDER "type=MARKET&side=BUY&quantity=1&timeInForce=GTC",
         "{\"code\":-1114,\"msg\":\"TimeInForce parameter sent when not required.\"}"},
        {ORDER "type=LIMIT_MAKER&side=BUY&quantity=1&price=15000&timeInForce=GTC", "-1114"},
        {ORDER "type=STOP_LOSS&side=SELL&quantity=1",
         "Param 'stopPrice' or 'trailingDelta' must be sent"},
        {ORDER "type=STOP_LOSS&side=SELL&quantity=1&stopPrice=9&price=9", "'price' sent when not"},
        {ORDER "type=MARKET&side=BUY&quantity=1&icebergQty=1", "'icebergQty' sent when not"},
        {ORDER "type=LIMIT&side=BUY&quantity=1&price=15000&timeInForce=GTD",
         "Mandatory parameter 'expireTime' was not sent"},
        {ORDER "type=LIMIT&side=BUY&quantity=1&price=15000&timeInForce=DAY",
         "{\"code\":-1115,\"msg\":\"Invalid timeInForce.\"}"},
        {ORDER "type=ICEBERG&side=BUY&quantity=1",
         "{\"code\":-1116,\"msg\":\"Invalid orderType.\"}"},
        {LIMIT "side=LEFT&quantity=1&price=1", "{\"code\":-1117,\"msg\":\"Invalid side.\"}"},
        {LIMIT "side=BUY&quantity=1&price=15000&selfTradePreventionMode=ALL", "-1130"},
        {LIMIT "side=BUY&quantity=1&price=15000.001",
         "{\"code\":-1111,\"msg\":\"Parameter 'price' has too much precision.\"}"},
        {LIMIT "side=BUY&quantity=0.000000001&price=15000", "'quantity' has too much precision"},
        {LIMIT "side=BUY&quantity=0&price=15000", "-1130"},
        {LIMIT "side=BUY&quantity=1&price=0", "-1130"},
        {LIMIT "side=BUY&quantity=-1&price=15000", "Illegal characters found in parameter 'quant"},
        {LIMIT "side=BUY&quantity=1e3&price=15000", "-1100"},
        {LIMIT "side=BUY&quantity=99999999999999999999&price=15000", "-1108"},
        {LIMIT "side=BUY&quantity=1&price=15000&newClientOrderId=a%20b", "'newClientOrderId'"},
        {LIMIT "side=BUY&quantity=1&price=15000&colour=red",
         "{\"code\":-1104,\"msg\":\"Not all sent parameters were read; read '8' parameter(s) but "
         "was sent '9'.\"}"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rig_expect(*state, RIG_ALICE, cases[i].request, 400, cases[i].answer);
    }
}

static void zeros_behind_the_last_decimal_say_nothing(void **state)
{
    rig_expect(*state, RIG_ALICE, LIMIT "side=BUY&quantity=1.0000000000&price=15000.00000000", 200,
               "\"price\":\"15000.00\",\"origQty\":\"1.00000000\"");
}

static void each_filter_fails_by_its_name(void **state)
{
    static const struct {
        const char *request;
        const char *answer;
    } cases[] = {
        {LIMIT "side=BUY&quantity=1&price=15000.50", "Filter failure: PRICE_FILTER"},
        {LIMIT "side=BUY&quantity=1.001&price=15000", "Filter failure: LOT_SIZE"},
        {LIMIT "side=BUY&quantity=1001&price=15000", "Filter failure: LOT_SIZE"},
        {ORDER "type=MARKET&side=BUY&quantity=600", "Filter failure: MARKET_LOT_SIZE"},
        {LIMIT "side=SELL&quantity=1&price=1000", "Filter failure: PERCENT_PRICE_BY_SIDE"},
        {LIMIT "side=BUY&quantity=1&price=15000&icebergQty=0.01", "Filter failure: ICEBERG_PARTS"},
        {ORDER "type=STOP_LOSS&side=SELL&quantity=1&trailingDelta=1", "failure: TRAILING_DELTA"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rig_expect(*state, RIG_ALICE, cases[i].request, 400, "{\"code\":-1013,");
        rig_expect_also(cases[i].answer);
    }
}

static void refusals_of_orders_have_the_texts_that_clients_match(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=1&price=80000", 400, "PERCENT_PRICE");
    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=100&price=15000", 400, "-2010");
    rig_expect_also("Account has insufficient balance for requested action.");
    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15000&newClientOrderId=x", 200,
               "");
    rig_expect(rig, RIG_BOB, ORDER "type=LIMIT_MAKER&side=BUY&quantity=1&price=15000", 400,
               "{\"code\":-2010,\"msg\":\"Order would immediately match and take.\"}");
    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=1&price=15000&newClientOrderId=x", 400,
               "{\"code\":-2010,\"msg\":\"Duplicate order sent.\"}");
    rig_expect(rig, RIG_ALICE, ORDER "type=STOP_LOSS&side=SELL&quantity=1&stopPrice=15001", 400,
               "{\"code\":-2010,\"msg\":\"Stop price would trigger immediately.\"}");
    rig_expect(rig, RIG_BOB, ORDER "type=LIMIT&timeInForce=FOK&side=BUY&quantity=2&price=15000",
               400, "{\"code\":-2010,\"msg\":\"Order would not be filled completely.\"}");
    rig_expect(rig, RIG_OLGA, "POST /tarazy/v1/session symbol=BTCKZT&session=HALTED", 200, "DONE");
    rig_expect(rig, RIG_BOB, LIMIT "side=BUY&quantity=1&price=15000", 400,
               "{\"code\":-2010,\"msg\":\"Market is closed.\"}");
}

static void a_symbol_must_be_listed(void **state)
{
    rig_expect(*state, RIG_ALICE, "POST /api/v3/order symbol=DOGE&side=BUY&type=MARKET&quantity=1",
               400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}");
    rig_expect(*state, RIG_ALICE,
               "POST /api/v3/order symbol=btckzt&side=BUY&type=MARKET&quantity=1", 400,
               "Illegal characters found in parameter 'symbol'; legal range is");
    rig_expect(*state, RIG_ALICE, "POST /api/v3/order side=BUY&type=MARKET&quantity=1", 400,
               "{\"code\":-1102,\"msg\":\"Mandatory parameter 'symbol' was not sent, was "
               "empty/null, or malformed.\"}");
}

static void a_tested_order_leaves_no_trace(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, TEST "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=15000",
               200, "{}");
    rig_expect(rig, RIG_ALICE,
               TEST "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=15000&"
                    "computeCommissionRates=true",
               200, "\"standardCommissionForOrder\":{\"maker\":\"0.00100000\",\"taker\":\"0.0020");
    rig_expect(rig, RIG_ALICE, TEST "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=15000.5",
               400, "Filter failure: PRICE_FILTER");
    assert_null(fake_node_last_submitted());
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrders symbol=BTCKZT", 200, "[]");
}

static void orders_without_a_name_get_one(void **state)
{
    rig_expect(*state, RIG_ALICE, LIMIT "side=BUY&quantity=1&price=15000", 200, "clientOrderId");
    rig_expect_not("\"clientOrderId\":\"\"");
    const char *name = strstr(fake_server_answer()->body, "\"clientOrderId\":\"");

    assert_non_null(name);
    assert_int_equal(strcspn(name + 17, "\""), 22);
}

static void an_order_is_asked_for_by_number_or_name(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newClientOrderId=mine", 200,
               "");
    rig_expect(rig, RIG_ALICE, STATUS "orderId=1", 200, "\"clientOrderId\":\"mine\"");
    rig_expect_also("\"isWorking\":true");
    rig_expect_also("\"stopPrice\":\"0.00\",\"icebergQty\":\"0.00000000\"");
    rig_expect(rig, RIG_ALICE, STATUS "origClientOrderId=mine", 200, "\"orderId\":1");
    rig_expect(rig, RIG_ALICE, STATUS "orderId=1&origClientOrderId=mine", 200, "\"orderId\":1");
    rig_expect(rig, RIG_ALICE, STATUS "orderId=1&origClientOrderId=other", 400,
               "{\"code\":-2039,\"msg\":\"Client order ID is not correct for this order ID.\"}");
    rig_expect(rig, RIG_ALICE, STATUS "orderId=2", 400,
               "{\"code\":-2013,\"msg\":\"Order does not exist.\"}");
    /* Somebody else's order does not exist. */
    rig_expect(rig, RIG_BOB, STATUS "orderId=1", 400, "-2013");
    rig_expect(rig, RIG_BOB, STATUS "origClientOrderId=mine", 400, "-2013");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/order symbol=ETHKZT&orderId=1", 400, "-2013");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/order symbol=BTCKZT", 400,
               "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
}

static void open_orders_are_of_one_symbol_or_of_all(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE,
               "POST /api/v3/order symbol=ETHKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&"
               "price=15000",
               200, "");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrders symbol=BTCKZT", 200, "\"orderId\":1");
    rig_expect_not("ETHKZT");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrders", 200, "\"symbol\":\"ETHKZT\"");
    rig_expect_also("\"symbol\":\"BTCKZT\"");
    rig_expect(rig, RIG_BOB, "GET /api/v3/openOrders", 200, "[]");
}

static void all_orders_are_paged(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 5; i++) {
        rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000", 200, "");
        rig_wait(rig, 1000000);
    }
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrders symbol=BTCKZT&limit=2", 200, "\"orderId\":4");
    rig_expect_also("\"orderId\":5");
    rig_expect_not("\"orderId\":3");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrders symbol=BTCKZT&orderId=0&limit=1", 200,
               "\"orderId\":1");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrders symbol=BTCKZT&startTime=0&limit=1", 200,
               "\"orderId\":1");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrders symbol=BTCKZT&orderId=2&limit=2", 200,
               "\"orderId\":2");
    rig_expect_also("\"orderId\":3");
    rig_expect_not("\"orderId\":4");
    char request[160];

    snprintf(request, sizeof request,
             "GET /api/v3/allOrders symbol=BTCKZT&startTime=%lld&endTime=%lld",
             (long long)(RIG_START_US / 1000 + 1500), (long long)(RIG_START_US / 1000 + 2500));
    rig_expect(rig, RIG_ALICE, request, 200, "\"orderId\":");
    rig_expect_not("\"orderId\":1,");
    rig_expect_not("\"orderId\":5,");
    rig_expect(rig, RIG_ALICE,
               "GET /api/v3/allOrders symbol=BTCKZT&startTime=1000000000000&endTime=1000086400001",
               400,
               "{\"code\":-1127,\"msg\":\"More than 24 hours between startTime and endTime.\"}");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/allOrders symbol=BTCKZT&limit=0", 400, "-1130");
}

static void cancel_replace_does_both_or_says_what_it_did(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000", 200, "\"orderId\":1");
    rig_expect(rig, RIG_ALICE,
               SWAP "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=14999&cancelOrderId=1&"
                    "cancelReplaceMode=STOP_ON_FAILURE",
               200,
               "{\"cancelResult\":\"SUCCESS\",\"newOrderResult\":\"SUCCESS\",\"cancelResponse\":{");
    rig_expect_also("\"orderId\":2");
    rig_expect_also("\"status\":\"CANCELED\"");
    rig_expect(rig, RIG_ALICE,
               SWAP "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=14998&cancelOrderId=1&"
                    "cancelReplaceMode=STOP_ON_FAILURE",
               400,
               "{\"code\":-2022,\"msg\":\"Order cancel-replace failed.\",\"data\":{"
               "\"cancelResult\":\"FAILURE\",\"newOrderResult\":\"NOT_ATTEMPTED\","
               "\"cancelResponse\":{\"code\":-2011,\"msg\":\"Unknown order sent.\"},"
               "\"newOrderResponse\":null}}");
    rig_expect(rig, RIG_ALICE,
               SWAP "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=14998&cancelOrderId=1&"
                    "cancelReplaceMode=ALLOW_FAILURE",
               409,
               "{\"code\":-2021,\"msg\":\"Order cancel-replace partially failed.\",\"data\":{"
               "\"cancelResult\":\"FAILURE\",\"newOrderResult\":\"SUCCESS\"");
    rig_expect(rig, RIG_ALICE,
               SWAP "side=BUY&type=LIMIT&timeInForce=GTC&quantity=100&price=15000&cancelOrderId=2&"
                    "cancelReplaceMode=ALLOW_FAILURE",
               409, "\"cancelResult\":\"SUCCESS\",\"newOrderResult\":\"FAILURE\"");
    rig_expect_also("\"newOrderResponse\":{\"code\":-2010,\"msg\":\"Account has insufficient");
    rig_expect(rig, RIG_ALICE,
               SWAP "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=1&cancelOrderId=1&"
                    "cancelReplaceMode=SOMETIMES",
               400, "-1130");
}

static void an_amend_reduces_and_keeps_its_place(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newClientOrderId=one", 200,
               "");
    rig_expect(rig, RIG_BOB, LIMIT "side=BUY&quantity=2&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE, AMEND "orderId=1&newQty=1.5&newClientOrderId=two", 200,
               "\"amendedOrder\":{\"symbol\":\"BTCKZT\",\"orderId\":1,\"orderListId\":-1,"
               "\"origClientOrderId\":\"one\",\"clientOrderId\":\"two\",\"price\":\"15000.00\","
               "\"qty\":\"1.50000000\"");
    rig_expect(rig, RIG_ALICE, AMEND "orderId=1&newQty=3", 400, "-2038");
    rig_expect(rig, RIG_ALICE, AMEND "orderId=9&newQty=1", 400, "-2013");
    /* Still first in the queue. */
    rig_expect(rig, RIG_BOB,
               ORDER "type=MARKET&side=SELL&quantity=0.5&selfTradePreventionMode=NONE", 200,
               "FILLED");
    rig_expect(rig, RIG_ALICE, STATUS "orderId=1", 200, "\"executedQty\":\"0.50000000\"");
}

/* A client whose request ended in "unknown" asks by client id, and places anew if there is none. */
static void there_is_no_such_order_only_when_there_will_be_none(void **state)
{
    struct rig *rig = *state;
    const struct fake_faults silent = {.is_silent = true};
    const struct fake_faults none = {0};

    fake_node_set_faults(&silent);
    assert_null(rig_call(rig, RIG_ALICE, "POST", "/api/v3/order",
                         "symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&price=15000&"
                         "newClientOrderId=a"));
    rig_wait(rig, 11000000); /* answered: unknown */
    rig_expect(rig, RIG_ALICE, STATUS "origClientOrderId=a", 503, "-1001");
    rig_expect(rig, RIG_ALICE, STATUS "origClientOrderId=b", 400, "-2013");
    rig_expect(rig, RIG_ALICE, STATUS "orderId=1", 400, "-2013");
    rig_expect(rig, RIG_BOB, STATUS "origClientOrderId=a", 400, "-2013");
    fake_node_set_faults(&none);
    rig_wait(rig, 1000000);
    rig_expect(rig, RIG_ALICE, STATUS "origClientOrderId=a", 200, "\"orderId\":1");
    rig_expect(rig, RIG_ALICE, STATUS "origClientOrderId=b", 400, "-2013");
}

/* The core may have more than the replica has seen; once it is linked again, all is said. */
static void without_a_core_nobody_knows_that_there_is_no_such_order(void **state)
{
    struct rig *rig = *state;

    fake_node_link(false);
    rig_expect(rig, RIG_ALICE, STATUS "origClientOrderId=a", 503, "-1001");
    fake_node_link(true);
    rig_wait(rig, 1000000);
    rig_expect(rig, RIG_ALICE, STATUS "origClientOrderId=a", 400, "-2013");
}

static void an_amend_counts_what_prevention_took(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=SELL&quantity=5&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE,
               LIMIT "side=BUY&quantity=2&price=15000&selfTradePreventionMode=DECREMENT", 200,
               "EXPIRED_IN_MATCH");
    rig_expect(rig, RIG_ALICE, STATUS "orderId=1", 200, "\"origQty\":\"5.00000000\"");
    rig_expect_also("\"preventedQuantity\":\"2.00000000\"");
    rig_expect(rig, RIG_ALICE, AMEND "orderId=1&newQty=4", 200, "\"qty\":\"4.00000000\"");
    rig_expect_also("\"preventedQty\":\"2.00000000\"");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/depth symbol=BTCKZT", 200,
               "\"asks\":[[\"15000.00\",\"2.00000000\"]]");
    rig_expect(rig, RIG_ALICE, AMEND "orderId=1&newQty=2", 400, "{\"code\":-");
}

static void an_order_until_a_time_says_when(void **state)
{
    rig_expect(*state, RIG_ALICE,
               ORDER "type=LIMIT&timeInForce=GTD&side=BUY&quantity=1&price=15000&"
                     "expireTime=1795305900000",
               200, "\"expireTime\":1795305900000");
    rig_expect_also("\"timeInForce\":\"GTD\"");
}

static void times_come_in_microseconds_when_asked_for(void **state)
{
    struct rig *rig = *state;
    const struct fake_answer *answer = rig_send(
        rig, "GET /api/v3/time HTTP/1.1\r\nHost: x\r\nX-MBX-TIME-UNIT: MICROSECOND\r\n\r\n", "");

    assert_non_null(answer);
    assert_non_null(strstr(answer->body, "\"serverTime\":17953056000"));
    assert_int_equal(strlen(answer->body), strlen("{\"serverTime\":1795305600000000}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_limit_order_rests_and_is_told_in_full),
        RIG_TEST(a_taker_is_told_his_fills_with_what_was_charged),
        RIG_TEST(the_kind_of_answer_can_be_chosen),
        RIG_TEST(a_market_order_is_by_quantity_or_by_quote),
        RIG_TEST(every_field_belongs_to_its_types),
        RIG_TEST(zeros_behind_the_last_decimal_say_nothing),
        RIG_TEST(each_filter_fails_by_its_name),
        RIG_TEST(refusals_of_orders_have_the_texts_that_clients_match),
        RIG_TEST(a_symbol_must_be_listed),
        RIG_TEST(a_tested_order_leaves_no_trace),
        RIG_TEST(orders_without_a_name_get_one),
        RIG_TEST(an_order_is_asked_for_by_number_or_name),
        RIG_TEST(there_is_no_such_order_only_when_there_will_be_none),
        RIG_TEST(without_a_core_nobody_knows_that_there_is_no_such_order),
        RIG_TEST(open_orders_are_of_one_symbol_or_of_all),
        RIG_TEST(all_orders_are_paged),
        RIG_TEST(cancel_replace_does_both_or_says_what_it_did),
        RIG_TEST(an_amend_reduces_and_keeps_its_place),
        RIG_TEST(an_amend_counts_what_prevention_took),
        RIG_TEST(an_order_until_a_time_says_when),
        RIG_TEST(times_come_in_microseconds_when_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
