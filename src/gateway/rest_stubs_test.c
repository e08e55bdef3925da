/* SPDX-License-Identifier: Apache-2.0
 *
 * Markets that do not exist are empty lists.
 */
#include "gateway/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/venue_rig.h"

static int set_up(void **state)
{
    struct rig *rig = malloc(sizeof *rig);

    rig_start(rig, NULL);
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    rig_end(*state);
    free(*state);
    return 0;
}

static void there_are_no_futures(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /fapi/v1/exchangeInfo ", 200, "\"symbols\":[]");
    rig_expect(*state, RIG_NOBODY, "GET /dapi/v1/exchangeInfo ", 200, "\"symbols\":[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_are_no_futures, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
