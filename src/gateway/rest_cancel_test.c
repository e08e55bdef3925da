/* SPDX-License-Identifier: Apache-2.0
 *
 * Cancels over HTTP: by name and number, all of a symbol, and by silence.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/venue_rig.h"

#define LIMIT  "POST /api/v3/order symbol=BTCKZT&type=LIMIT&timeInForce=GTC&"
#define CANCEL "DELETE /api/v3/order symbol=BTCKZT&"

static void a_cancel_tells_the_order_as_it_ended(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newClientOrderId=a", 200, "");
    rig_expect(rig, RIG_BOB, LIMIT "side=SELL&quantity=0.5&price=15000", 200, "FILLED");
    rig_expect(
        rig, RIG_ALICE, CANCEL "orderId=1&newClientOrderId=gone", 200,
        "\"origClientOrderId\":\"a\",\"orderId\":1,\"orderListId\":-1,\"clientOrderId\":\"gone\"");
    rig_expect_also("\"executedQty\":\"0.50000000\"");
    rig_expect_also("\"cummulativeQuoteQty\":\"7500.00\",\"status\":\"CANCELED\"");
    rig_expect(rig, RIG_ALICE, CANCEL "orderId=1", 400,
               "{\"code\":-2011,\"msg\":\"Unknown order sent.\"}");
}

static void a_cancel_is_by_number_or_name_and_only_of_ones_own(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newClientOrderId=a", 200, "");
    rig_expect(rig, RIG_BOB, CANCEL "orderId=1", 400, "-2011");
    rig_expect(rig, RIG_BOB, CANCEL "origClientOrderId=a", 400, "-2011");
    rig_expect(rig, RIG_ALICE, "DELETE /api/v3/order symbol=ETHKZT&orderId=1", 400, "-2011");
    rig_expect(rig, RIG_ALICE, CANCEL "orderId=1&origClientOrderId=b", 400, "-2011");
    rig_expect(rig, RIG_ALICE, "DELETE /api/v3/order symbol=BTCKZT", 400, "-1102");
    rig_expect(rig, RIG_ALICE, CANCEL "origClientOrderId=a", 200, "CANCELED");
}

static void a_cancel_may_be_restricted(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000", 200, "");
    rig_expect(rig, RIG_ALICE, CANCEL "orderId=1&cancelRestrictions=ONLY_PARTIALLY_FILLED", 400,
               "{\"code\":-2011,\"msg\":\"Order was not canceled due to cancel restrictions.\"}");
    rig_expect(rig, RIG_ALICE, CANCEL "orderId=1&cancelRestrictions=NEVER", 400, "-1145");
    rig_expect(rig, RIG_ALICE, CANCEL "orderId=1&cancelRestrictions=ONLY_NEW", 200, "CANCELED");
}

static void all_orders_of_a_symbol_are_cancelled_and_reported_once(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, "DELETE /api/v3/openOrders symbol=BTCKZT", 400, "-2011");
    rig_expect(rig, RIG_ALICE, LIMIT "side=BUY&quantity=2&price=15000&newClientOrderId=a", 200, "");
    rig_expect(
        rig, RIG_ALICE,
        "POST /api/v3/orderList/oco symbol=BTCKZT&side=SELL&quantity=1&aboveType=LIMIT_MAKER&"
        "abovePrice=16000&belowType=STOP_LOSS&belowStopPrice=14000&listClientOrderId=pair",
        200, "");
    rig_expect(rig, RIG_ALICE,
               "POST /api/v3/order symbol=ETHKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&"
               "price=15000",
               200, "");
    rig_expect(rig, RIG_ALICE, "DELETE /api/v3/openOrders symbol=BTCKZT", 200,
               "\"origClientOrderId\":\"a\"");
    rig_expect_also("\"listClientOrderId\":\"pair\"");
    /* One order, one list with two reports. */
    const char *at = fake_server_answer()->body;
    int reports = 0;
    int lists = 0;

    for (const char *found = at; (found = strstr(found, "origClientOrderId")) != NULL; found++) {
        reports++;
    }
    for (const char *found = at; (found = strstr(found, "contingencyType")) != NULL; found++) {
        lists++;
    }
    assert_int_equal(reports, 3);
    assert_int_equal(lists, 1);
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrders", 200, "ETHKZT");
    rig_expect_not("BTCKZT");
}

static void a_cancelled_leg_cancels_its_list(void **state)
{
    struct rig *rig = *state;

    rig_expect(
        rig, RIG_ALICE,
        "POST /api/v3/orderList/oco symbol=BTCKZT&side=SELL&quantity=1&aboveType=LIMIT_MAKER&"
        "abovePrice=16000&belowType=STOP_LOSS&belowStopPrice=14000",
        200, "\"orderListId\":1");
    rig_expect(rig, RIG_ALICE, CANCEL "orderId=1", 200,
               "\"contingencyType\":\"OCO\",\"listStatusType\":\"ALL_DONE\"");
    rig_expect_also("\"orderReports\":[{");
    rig_expect_also("\"type\":\"STOP_LOSS\"");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrders", 200, "[]");
}

static void silence_cancels_when_it_was_asked_to(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, "POST /api/v3/countdownCancelAll symbol=BTCKZT&countdownTime=5000",
               200, "{\"symbol\":\"BTCKZT\",\"countdownTime\":5000}");
    const struct command_countdown_set *set = (const void *)fake_node_last_submitted();

    assert_int_equal(set->header.kind, COMMAND_COUNTDOWN_SET);
    assert_int_equal(set->countdown_ms, 5000);
    rig_expect(rig, RIG_ALICE, "POST /api/v3/countdownCancelAll symbol=BTCKZT&countdownTime=0", 200,
               "");
    rig_expect(rig, RIG_ALICE, "POST /api/v3/countdownCancelAll symbol=BTCKZT", 400, "-1102");
    rig_expect(rig, RIG_ALICE,
               "POST /api/v3/countdownCancelAll symbol=BTCKZT&countdownTime=4294967296", 400,
               "-1130");
}

/* As in a pipeline: the second request is begun while the first is on its way to the core. */
static void a_cancel_behind_an_order_that_is_not_durable_yet_finds_it(void **state)
{
    struct rig *rig = *state;

    fake_node_set_faults(&(struct fake_faults){.is_silent = true});
    assert_null(rig_call(rig, RIG_ALICE, "POST", "/api/v3/order",
                         "symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&price=15000&"
                         "newClientOrderId=early"));
    assert_null(rig_call(rig, RIG_ALICE, "POST", "/api/v3/order/cancelReplace",
                         "symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&price=14000&"
                         "cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=early&"
                         "newClientOrderId=later"));
    assert_null(rig_call(rig, RIG_ALICE, "DELETE", "/api/v3/order",
                         "symbol=BTCKZT&origClientOrderId=later"));
    fake_node_set_faults(&(struct fake_faults){.is_silent = false});
    rig_wait(rig, 0);
    assert_int_equal(fake_server_answer()->status, 200);
    rig_expect_also("\"status\":\"CANCELED\"");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrders symbol=BTCKZT", 200, "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_cancel_tells_the_order_as_it_ended),
        RIG_TEST(a_cancel_is_by_number_or_name_and_only_of_ones_own),
        RIG_TEST(a_cancel_may_be_restricted),
        RIG_TEST(all_orders_of_a_symbol_are_cancelled_and_reported_once),
        RIG_TEST(a_cancelled_leg_cancels_its_list),
        RIG_TEST(silence_cancels_when_it_was_asked_to),
        RIG_TEST(a_cancel_behind_an_order_that_is_not_durable_yet_finds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
