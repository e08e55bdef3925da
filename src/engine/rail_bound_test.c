/* SPDX-License-Identifier: Apache-2.0
 *
 * What comes in on one rail and goes out on another, again and again, drives the two mirrors of the
 * outside apart. The books end at 2^120: the act that would pass it is refused, and nothing breaks.
 */
#include "engine/apply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine_scene.h"

enum { RAIL_IN = 2, RAIL_OUT = 3, COIN = 5 };

static int128 half(void)
{
    return (int128)1 << 119;
}

static void list_coin(struct scene *scene)
{
    struct command_asset_create asset = {
        .header.kind = COMMAND_ASSET_CREATE, .code = {"COIN"}, .name = {"Coin"}};
    struct command_tier_limit_set limit = {
        .header.kind = COMMAND_TIER_LIMIT_SET, .tier = SCENE_TIER, .asset = COIN};

    asset.supply_max.units = half();   /* raw: near the end of the books */
    limit.withdraw_day_max.units = -1; /* raw: no limit */
    limit.deposit_day_max.units = -1;  /* raw: no limit */
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_OMAR, &asset.header), RESULT_OK);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_OMAR, &limit.header), RESULT_OK);
}

static enum result bring_in(struct scene *scene, char name)
{
    struct command_deposit deposit = {.header.kind = COMMAND_DEPOSIT,
                                      .target = SCENE_ALICE,
                                      .asset = COIN,
                                      .evidence = {.text = {'i', name}, .rail = RAIL_IN}};

    deposit.amount.units = half(); /* raw: near the end of the books */
    return scene_four_eyes(scene, SCENE_KAMILA, SCENE_OMAR, &deposit.header);
}

static enum result take_out(struct scene *scene, char name)
{
    struct command_withdraw_request request = {.header.kind = COMMAND_WITHDRAW_REQUEST,
                                               .asset = COIN,
                                               .rail = RAIL_OUT,
                                               .address = {"far away"}};
    struct command_withdraw_settle settle = {.header.kind = COMMAND_WITHDRAW_SETTLE,
                                             .evidence = {.text = {'o', name}, .rail = RAIL_OUT}};

    request.amount.units = half(); /* raw: near the end of the books */
    enum result result = scene_send(scene, SCENE_ALICE, &request.header);
    if (result != RESULT_OK) {
        return result;
    }
    settle.withdrawal = scene_outcome(scene)->id;
    return scene_four_eyes(scene, SCENE_KAMILA, SCENE_OMAR, &settle.header);
}

static void mirrors_of_the_outside_stop_where_the_books_end(void **state)
{
    struct scene scene;
    enum result result = RESULT_OK;
    int rounds = 0;

    scene_start(&scene);
    list_coin(&scene);
    for (; rounds < 5 && result == RESULT_OK; rounds++) {
        result = bring_in(&scene, (char)('a' + rounds));
        if (result == RESULT_OK) {
            result = take_out(&scene, (char)('a' + rounds));
        }
    }
    assert_int_equal(result, RESULT_OVERFLOW);
    assert_in_range(rounds, 2, 4);
    assert_null(tarazy_engine_audit(scene.engine));
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mirrors_of_the_outside_stop_where_the_books_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
