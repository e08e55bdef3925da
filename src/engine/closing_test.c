/* SPDX-License-Identifier: Apache-2.0
 *
 * Which status an order ends with, for each reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/closing.h"

static void each_reason_has_its_status(void **state)
{
    static const struct {
        enum close_reason reason;
        enum order_status status;
    } expected[] = {
        {CLOSE_REASON_FILLED, ORDER_STATUS_FILLED},
        {CLOSE_REASON_REQUESTED, ORDER_STATUS_CANCELED},
        {CLOSE_REASON_DISCONNECTED, ORDER_STATUS_CANCELED},
        {CLOSE_REASON_COUNTDOWN, ORDER_STATUS_CANCELED},
        {CLOSE_REASON_FROZEN, ORDER_STATUS_CANCELED},
        {CLOSE_REASON_IOC, ORDER_STATUS_EXPIRED},
        {CLOSE_REASON_GTD, ORDER_STATUS_EXPIRED},
        {CLOSE_REASON_LIST, ORDER_STATUS_EXPIRED},
        {CLOSE_REASON_PRICE_BAND, ORDER_STATUS_EXPIRED},
        {CLOSE_REASON_FILLS_MAX, ORDER_STATUS_EXPIRED},
        {CLOSE_REASON_SESSION, ORDER_STATUS_EXPIRED},
        {CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH},
        {CLOSE_REASON_REFUSED, ORDER_STATUS_REJECTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(closing_status(expected[i].reason), expected[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_has_its_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
