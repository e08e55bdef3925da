/* SPDX-License-Identifier: Apache-2.0
 *
 * A participant's events, letter by letter, as the engine and the views make them: each story is told
 * over a listen key and compared with what was written down once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/user_message.h"
#include "support/socket_scene.h"

static struct socket_scene scene;
static struct server_handle socket;

static void listen_as(enum rig_person person)
{
    char target[128];
    char key[65];

    scene.rig.is_plain = true;
    rig_expect(&scene.rig, person, "POST /api/v3/userDataStream ", 200, "\"listenKey\"");
    scene.rig.is_plain = false;
    assert_int_equal(sscanf(fake_server_answer()->body, "{\"listenKey\":\"%64[0-9A-Za-z]", key), 1);
    (void)snprintf(target, sizeof target, "/ws/%s", key);
    socket = socket_scene_open(target);
}

static int start(void **state)
{
    socket_scene_start(&scene, NULL);
    *state = &scene;
    listen_as(RIG_ALICE);
    return 0;
}

/* Is the next message of this kind exactly this, with "#" for a run of digits? */
static void expect(const char *pattern)
{
    const char *message = fake_socket_next(socket);
    const char *at = message;

    if (message == NULL) {
        fail_msg("no message; expected %s", pattern);
        return;
    }
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '#') {
            at += strspn(at, "0123456789");
        } else if (*p != *at++) {
            fail_msg("%s\n  instead of %s\n  from %s", message, pattern, at - 1);
        }
    }
    assert_int_equal(*at, '\0');
}

/* The next message of one kind, the others passed over. */
static void skip_to(const char *kind, const char *pattern)
{
    static char found[4096];

    for (const char *message; (message = fake_socket_next(socket)) != NULL;) {
        (void)snprintf(found, sizeof found, "%s", message);
        if (strstr(message, kind) != NULL) {
            if (strstr(found, pattern) == NULL) {
                fail_msg("%s\n  does not hold %s", found, pattern);
            }
            return;
        }
    }
    fail_msg("no %s", kind);
}

#define ORDER "POST /api/v3/order symbol=BTCKZT&"

static void a_limit_order_rests_trades_and_is_cancelled(void **state)
{
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER "side=BUY&type=LIMIT&timeInForce=GTC&price=15000&quantity=2"
                     "&newClientOrderId=one&selfTradePreventionMode=NONE",
               200, "");
    expect(
        "{\"e\":\"executionReport\",\"E\":#,\"s\":\"BTCKZT\",\"c\":\"one\",\"S\":\"BUY\","
        "\"o\":\"LIMIT\",\"f\":\"GTC\",\"q\":\"2.00000000\",\"p\":\"15000.00\",\"P\":\"0.00\","
        "\"F\":\"0.00000000\",\"g\":-1,\"C\":\"\",\"x\":\"NEW\",\"X\":\"NEW\",\"r\":\"NONE\","
        "\"i\":1,\"l\":\"0.00000000\",\"z\":\"0.00000000\",\"L\":\"0.00\",\"n\":\"0\",\"N\":null,"
        "\"T\":#,\"t\":-1,\"I\":#,\"w\":true,\"m\":false,\"M\":false,\"O\":#,\"Z\":\"0.00\","
        "\"Y\":\"0.00\",\"Q\":\"0.00\",\"W\":#,\"V\":\"NONE\"}");
    expect("{\"e\":\"outboundAccountPosition\",\"E\":#,\"u\":#,"
           "\"B\":[{\"a\":\"KZT\",\"f\":\"970000.00\",\"l\":\"30000.00\"}]}");
    rig_expect(&scene.rig, RIG_BOB,
               ORDER "side=SELL&type=LIMIT&timeInForce=GTC&price=15000&quantity=0.5", 200, "");
    expect("{\"e\":\"executionReport\",\"E\":#,\"s\":\"BTCKZT\",\"c\":\"one\",\"S\":\"BUY\","
           "\"o\":\"LIMIT\",\"f\":\"GTC\",\"q\":\"2.00000000\",\"p\":\"15000.00\",\"P\":\"0.00\","
           "\"F\":\"0.00000000\",\"g\":-1,\"C\":\"\",\"x\":\"TRADE\",\"X\":\"PARTIALLY_FILLED\","
           "\"r\":\"NONE\",\"i\":1,\"l\":\"0.50000000\",\"z\":\"0.50000000\",\"L\":\"15000.00\","
           "\"n\":\"0.00050000\",\"N\":\"BTC\",\"T\":#,\"t\":1,\"I\":#,\"w\":true,\"m\":true,"
           "\"M\":false,\"O\":#,\"Z\":\"7500.00\",\"Y\":\"7500.00\",\"Q\":\"0.00\",\"W\":#,"
           "\"V\":\"NONE\"}");
    expect("{\"e\":\"outboundAccountPosition\",\"E\":#,\"u\":#,\"B\":["
           "{\"a\":\"BTC\",\"f\":\"1000.49950000\",\"l\":\"0.00000000\"},"
           "{\"a\":\"KZT\",\"f\":\"970000.00\",\"l\":\"22500.00\"}]}");
    rig_expect(&scene.rig, RIG_ALICE,
               "DELETE /api/v3/order symbol=BTCKZT&orderId=1&newClientOrderId=end", 200, "");
    expect("{\"e\":\"executionReport\",\"E\":#,\"s\":\"BTCKZT\",\"c\":\"end\",\"S\":\"BUY\","
           "\"o\":\"LIMIT\",\"f\":\"GTC\",\"q\":\"2.00000000\",\"p\":\"15000.00\",\"P\":\"0.00\","
           "\"F\":\"0.00000000\",\"g\":-1,\"C\":\"one\",\"x\":\"CANCELED\",\"X\":\"CANCELED\","
           "\"r\":\"NONE\",\"i\":1,\"l\":\"0.00000000\",\"z\":\"0.50000000\",\"L\":\"0.00\","
           "\"n\":\"0\",\"N\":null,\"T\":#,\"t\":-1,\"I\":#,\"w\":false,\"m\":false,\"M\":false,"
           "\"O\":#,\"Z\":\"7500.00\",\"Y\":\"0.00\",\"Q\":\"0.00\",\"W\":#,\"V\":\"NONE\"}");
    expect("{\"e\":\"outboundAccountPosition\",\"E\":#,\"u\":#,"
           "\"B\":[{\"a\":\"KZT\",\"f\":\"992500.00\",\"l\":\"0.00\"}]}");
    socket_scene_expect_silence(socket);
}

static void a_market_order_by_quote_amount_shows_what_it_bought(void **state)
{
    rig_expect(&scene.rig, RIG_BOB,
               ORDER "side=SELL&type=LIMIT&timeInForce=GTC&price=15000&quantity=0.5", 200, "");
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER "side=BUY&type=MARKET&quoteOrderQty=3000&newClientOrderId=m", 200, "");
    expect(
        "{\"e\":\"executionReport\",\"E\":#,\"s\":\"BTCKZT\",\"c\":\"m\",\"S\":\"BUY\","
        "\"o\":\"MARKET\",\"f\":\"GTC\",\"q\":\"0.20000000\",\"p\":\"0.00\",\"P\":\"0.00\","
        "\"F\":\"0.00000000\",\"g\":-1,\"C\":\"\",\"x\":\"NEW\",\"X\":\"NEW\",\"r\":\"NONE\","
        "\"i\":2,\"l\":\"0.00000000\",\"z\":\"0.00000000\",\"L\":\"0.00\",\"n\":\"0\",\"N\":null,"
        "\"T\":#,\"t\":-1,\"I\":#,\"w\":true,\"m\":false,\"M\":false,\"O\":#,\"Z\":\"0.00\","
        "\"Y\":\"0.00\",\"Q\":\"3000.00\",\"W\":#,\"V\":\"EXPIRE_MAKER\"}");
    expect("{\"e\":\"executionReport\",\"E\":#,\"s\":\"BTCKZT\",\"c\":\"m\",\"S\":\"BUY\","
           "\"o\":\"MARKET\",\"f\":\"GTC\",\"q\":\"0.20000000\",\"p\":\"0.00\",\"P\":\"0.00\","
           "\"F\":\"0.00000000\",\"g\":-1,\"C\":\"\",\"x\":\"TRADE\",\"X\":\"FILLED\","
           "\"r\":\"NONE\",\"i\":2,\"l\":\"0.20000000\",\"z\":\"0.20000000\",\"L\":\"15000.00\","
           "\"n\":\"0.00040000\",\"N\":\"BTC\",\"T\":#,\"t\":1,\"I\":#,\"w\":false,\"m\":false,"
           "\"M\":false,\"O\":#,\"Z\":\"3000.00\",\"Y\":\"3000.00\",\"Q\":\"3000.00\",\"W\":#,"
           "\"V\":\"EXPIRE_MAKER\"}");
}

static void a_stop_order_waits_triggers_and_fills(void **state)
{
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER "side=SELL&type=STOP_LOSS_LIMIT&timeInForce=GTC&price=14000&stopPrice=14500"
                     "&quantity=0.1&newClientOrderId=stop",
               200, "");
    skip_to("executionReport",
            "\"P\":\"14500.00\",\"F\":\"0.00000000\",\"g\":-1,\"C\":\"\",\"x\":\"NEW\"");
    rig_expect(&scene.rig, RIG_BOB,
               ORDER "side=BUY&type=LIMIT&timeInForce=GTC&price=14400&quantity=1", 200, "");
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER "side=SELL&type=LIMIT&timeInForce=GTC&price=14400&quantity=0.1"
                     "&newClientOrderId=push",
               200, "");
    skip_to("executionReport", "\"c\":\"push\"");
    skip_to("executionReport", "\"c\":\"push\"");
    /* Triggered: told once more as new, now working; then it trades. */
    skip_to("\"c\":\"stop\"", "\"x\":\"NEW\",\"X\":\"NEW\",\"r\":\"NONE\",\"i\":1,");
    skip_to("\"c\":\"stop\"", "\"x\":\"TRADE\",\"X\":\"FILLED\"");
    skip_to("outboundAccountPosition", "\"a\":\"BTC\"");
    socket_scene_expect_silence(socket);
}

static void a_stop_order_that_waits_does_not_work(void **state)
{
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER "side=SELL&type=STOP_LOSS_LIMIT&timeInForce=GTC&price=14000&stopPrice=14500"
                     "&quantity=0.1",
               200, "");
    skip_to("executionReport", "\"w\":false,\"m\":false,");
}

static void an_amended_order_is_told_as_replaced(void **state)
{
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER "side=BUY&type=LIMIT&timeInForce=GTC&price=15000&quantity=2", 200, "");
    skip_to("executionReport", "\"x\":\"NEW\"");
    rig_expect(&scene.rig, RIG_ALICE,
               "PUT /api/v3/order/amend/keepPriority symbol=BTCKZT&orderId=1&newQty=1.5"
               "&newClientOrderId=less",
               200, "");
    skip_to("executionReport", "\"x\":\"REPLACED\",\"X\":\"NEW\"");
}

static void orders_end_by_their_own_terms(void **state)
{
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER
               "side=BUY&type=LIMIT&timeInForce=IOC&price=15000&quantity=1&newClientOrderId=ioc",
               200, "");
    skip_to("executionReport", "\"x\":\"NEW\"");
    skip_to("executionReport", "\"x\":\"EXPIRED\",\"X\":\"EXPIRED\",\"r\":\"NONE\"");
}

static void prevented_matches_are_told_with_all_their_numbers(void **state)
{
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER "side=SELL&type=LIMIT&timeInForce=GTC&price=15000&quantity=0.3", 200, "");
    skip_to("executionReport", "\"x\":\"NEW\"");
    (void)socket_scene_drain(socket);
    rig_expect(&scene.rig, RIG_ALICE,
               ORDER "side=BUY&type=LIMIT&timeInForce=GTC&price=15000&quantity=0.2"
                     "&selfTradePreventionMode=DECREMENT",
               200, "");
    skip_to("executionReport", "\"x\":\"NEW\"");
    skip_to("TRADE_PREVENTION", "\"v\":1,\"A\":\"0.20000000\",\"B\":\"0.20000000\",\"U\":");
}

static void lists_are_told_with_their_legs(void **state)
{
    rig_expect(&scene.rig, RIG_ALICE,
               "POST /api/v3/orderList/oco symbol=BTCKZT&side=SELL&quantity=0.1"
               "&aboveType=LIMIT_MAKER&abovePrice=16000&aboveClientOrderId=up"
               "&belowType=STOP_LOSS&belowStopPrice=14000&belowClientOrderId=down"
               "&listClientOrderId=pair",
               200, "");
    skip_to("listStatus",
            "\"s\":\"BTCKZT\",\"g\":1,\"c\":\"OCO\",\"l\":\"EXEC_STARTED\",\"L\":\"EXECUTING\","
            "\"r\":\"NONE\",\"C\":\"pair\",\"T\":");
    rig_expect(&scene.rig, RIG_ALICE, "DELETE /api/v3/orderList symbol=BTCKZT&orderListId=1", 200,
               "");
    skip_to("listStatus", "\"l\":\"ALL_DONE\",\"L\":\"ALL_DONE\"");
}

static void deposits_are_told_as_balance_updates(void **state)
{
    rig_expect(&scene.rig, RIG_OLGA,
               "POST /tarazy/v1/sandbox/deposit participant=alice&asset=KZT&amount=12.50"
               "&reference=x-1",
               200, "");
    expect("{\"e\":\"balanceUpdate\",\"E\":#,\"a\":\"KZT\",\"d\":\"12.50\",\"T\":#}");
    expect("{\"e\":\"outboundAccountPosition\",\"E\":#,\"u\":#,"
           "\"B\":[{\"a\":\"KZT\",\"f\":\"1000012.50\",\"l\":\"0.00\"}]}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, socket_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_limit_order_rests_trades_and_is_cancelled),
        TEST(a_market_order_by_quote_amount_shows_what_it_bought),
        TEST(a_stop_order_waits_triggers_and_fills),
        TEST(a_stop_order_that_waits_does_not_work),
        TEST(an_amended_order_is_told_as_replaced),
        TEST(orders_end_by_their_own_terms),
        TEST(prevented_matches_are_told_with_all_their_numbers),
        TEST(lists_are_told_with_their_legs),
        TEST(deposits_are_told_as_balance_updates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
