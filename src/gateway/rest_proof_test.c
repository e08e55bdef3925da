/* SPDX-License-Identifier: Apache-2.0
 *
 * Without a notary there are no proofs, and nobody is told of another's orders.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/venue_rig.h"

static void without_a_notary_nothing_is_signed(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /tlog/checkpoint ", 400, "-9903");
    rig_expect(*state, RIG_NOBODY, "GET /tlog/key ", 400, "-9903");
    rig_expect(*state, RIG_NOBODY, "GET /tlog/consistency old=1&new=2", 400, "-9903");
    rig_expect(*state, RIG_NOBODY, "GET /tlog/tile/0/000 ", 404, "-1020");
    rig_expect(*state, RIG_ALICE, "GET /tlog/proof number=1", 400, "-9903");
}

static void a_tile_has_one_name(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /tlog/tile/../../node.key ", 404, "-1020");
    rig_expect(*state, RIG_NOBODY, "GET /tlog/tile/ ", 404, "-1020");
    rig_expect(*state, RIG_NOBODY, "GET /tlog/tile/0/0 ", 404, "-1020");
    rig_expect(*state, RIG_NOBODY, "POST /tlog/tile/0/000 ", 405, "-1020");
}

static void receipts_are_of_own_orders(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /tlog/proof number=1", 401, "-2014");
    rig_expect(*state, RIG_ALICE,
               "POST /api/v3/order symbol=BTCKZT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&"
               "price=100",
               200, "\"orderId\":1");
    rig_expect(*state, RIG_ALICE, "GET /api/v3/receipt symbol=BTCKZT&orderId=1", 400, "-9903");
    rig_expect(*state, RIG_BOB, "GET /api/v3/receipt symbol=BTCKZT&orderId=1", 400, "-2013");
    rig_expect(*state, RIG_ALICE, "GET /api/v3/receipt symbol=ETHKZT&orderId=1", 400, "-2013");
    rig_expect(*state, RIG_ALICE, "GET /api/v3/receipt symbol=BTCKZT&orderId=2", 400, "-2013");
    rig_expect(*state, RIG_ALICE, "GET /api/v3/receipt symbol=BTCKZT&tradeId=1", 400, "-2013");
}

static void a_receipt_is_of_an_order_or_of_a_trade(void **state)
{
    rig_expect(*state, RIG_ALICE, "GET /api/v3/receipt symbol=BTCKZT", 400, "-1102");
    rig_expect(*state, RIG_ALICE, "GET /api/v3/receipt symbol=BTCKZT&orderId=1&tradeId=1", 400,
               "-1128");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(without_a_notary_nothing_is_signed),
        RIG_TEST(a_tile_has_one_name),
        RIG_TEST(receipts_are_of_own_orders),
        RIG_TEST(a_receipt_is_of_an_order_or_of_a_trade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
