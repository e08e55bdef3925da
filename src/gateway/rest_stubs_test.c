/* SPDX-License-Identifier: Apache-2.0
 *
 * Markets that do not exist are empty lists.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/venue_rig.h"

static void there_are_no_futures(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /fapi/v1/exchangeInfo ", 200, "\"symbols\":[]");
    rig_expect(*state, RIG_NOBODY, "GET /dapi/v1/exchangeInfo ", 200, "\"symbols\":[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(there_are_no_futures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
