/* SPDX-License-Identifier: Apache-2.0
 *
 * Assets, deposits and withdrawals over HTTP.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/venue_rig.h"

#define APPLY "POST /sapi/v1/capital/withdraw/apply "

static void the_status_says_whether_orders_are_taken(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /sapi/v1/system/status ", 200,
               "{\"status\":0,\"msg\":\"normal\"}");
    fake_node_link(false);
    rig_expect(*state, RIG_NOBODY, "GET /sapi/v1/system/status ", 200,
               "{\"status\":1,\"msg\":\"system_maintenance\"}");
}

static void assets_have_networks(void **state)
{
    rig_expect(*state, RIG_ALICE, "GET /sapi/v1/capital/config/getall ", 200,
               "{\"coin\":\"BTC\",\"name\":\"BTC\"");
    rig_expect_also("\"free\":\"1000.00000000\",\"locked\":\"0.00000000\"");
    rig_expect_also("\"networkList\":[{\"network\":\"SANDBOX\",\"coin\":\"BTC\"");
    rig_expect_also("\"withdrawFee\":\"0.00000001\",\"withdrawMin\":\"0.00000010\"");
}

static void a_sandbox_address_is_a_name(void **state)
{
    rig_expect(*state, RIG_ALICE, "GET /sapi/v1/capital/deposit/address coin=BTC", 200,
               "{\"address\":\"sandbox:alice\",\"coin\":\"BTC\",\"tag\":\"\",\"url\":\"\"}");
    rig_expect(*state, RIG_ALICE, "GET /sapi/v1/capital/deposit/address coin=BTC&network=RAIL2",
               400, "There is no deposit address");
    rig_expect(*state, RIG_ALICE, "GET /sapi/v1/capital/deposit/address coin=BTC&network=MOON", 400,
               "-1130");
    rig_expect(*state, RIG_ALICE, "GET /sapi/v1/capital/deposit/address coin=DOGE", 400, "-1130");
    rig_expect(*state, RIG_ALICE, "GET /sapi/v1/capital/deposit/address ", 400, "-1102");
}

static void deposits_are_listed_youngest_first(void **state)
{
    struct rig *rig = *state;

    rig_expect(
        rig, RIG_OLGA,
        "POST /tarazy/v1/sandbox/deposit participant=alice&asset=KZT&amount=12.34&reference=more",
        200, "");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/deposit/hisrec ", 200,
               "\"amount\":\"12.34\",\"coin\":\"KZT\",\"network\":\"SANDBOX\",\"status\":1");
    rig_expect_also("\"txId\":\"more\"");
    rig_expect_also("\"txId\":\"first-1-1\"");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/deposit/hisrec coin=KZT&limit=1", 200, "more");
    rig_expect_not("first");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/deposit/hisrec coin=KZT&offset=1", 200,
               "first-1-2");
    rig_expect_not("more");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/deposit/hisrec status=0", 200, "[]");
    rig_expect(rig, RIG_OLGA, "GET /sapi/v1/capital/deposit/hisrec ", 200, "[]");
}

static void a_withdrawal_is_asked_for_settled_and_listed(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, APPLY "coin=BTC&address=bc1qxyz&amount=0.5&withdrawOrderId=w1", 200,
               "{\"id\":\"1\"}");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/withdraw/history ", 200,
               "[{\"id\":\"1\",\"amount\":\"0.50000000\",\"coin\":\"BTC\",\"network\":\"SANDBOX\","
               "\"status\":4,\"address\":\"bc1qxyz\"");
    rig_expect_also("\"transactionFee\":\"0.00000001\",\"applyTime\":\"2026-11-22 00:00:0");
    rig_expect_also("\"withdrawOrderId\":\"w1\"");
    rig_expect(rig, RIG_CARL, "POST /tarazy/v1/withdrawal/settle withdrawal=1&reference=txid", 200,
               "\"status\":\"PROPOSED\",\"proposalId\":1");
    rig_expect(rig, RIG_OMAR, "POST /tarazy/v1/proposal/approve proposalId=1", 200,
               "\"act\":\"WITHDRAW_SETTLE\",\"state\":\"EXECUTED\"");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/withdraw/history status=6", 200,
               "\"txId\":\"txid\"");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/withdraw/history withdrawOrderId=w1", 200,
               "txid");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/withdraw/history withdrawOrderId=w2", 200,
               "[]");
    rig_expect(rig, RIG_ALICE, "GET /sapi/v1/capital/withdraw/history status=4", 200, "[]");
    rig_expect(rig, RIG_BOB, "GET /sapi/v1/capital/withdraw/history ", 200, "[]");
}

static void withdrawals_that_cannot_be_are_refused(void **state)
{
    rig_expect(*state, RIG_ALICE, APPLY "coin=BTC&address=bc1qxyz&amount=5000", 400,
               "Account has insufficient balance for requested action.");
    rig_expect(*state, RIG_ALICE, APPLY "coin=BTC&address=bc1qxyz&amount=0.00000001", 400, "-9094");
    rig_expect(*state, RIG_ALICE, APPLY "coin=BTC&address=bc1qxyz&amount=0.000000001", 400,
               "-1111");
    rig_expect(*state, RIG_ALICE, APPLY "coin=BTC&amount=1", 400, "'address'");
    rig_expect(*state, RIG_ALICE, APPLY "coin=BTC&address=a%22b&amount=1", 400, "-1100");
    rig_expect(*state, RIG_ALICE, APPLY "coin=BTC&address=a&amount=1&network=MOON", 400, "-1130");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(the_status_says_whether_orders_are_taken),
        RIG_TEST(assets_have_networks),
        RIG_TEST(a_sandbox_address_is_a_name),
        RIG_TEST(deposits_are_listed_youngest_first),
        RIG_TEST(a_withdrawal_is_asked_for_settled_and_listed),
        RIG_TEST(withdrawals_that_cannot_be_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
