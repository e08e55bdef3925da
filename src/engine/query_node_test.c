/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the node, its assets, people, keys and money.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/engine_scene.h"

static int set_up(void **state)
{
    static struct scene scene;

    scene_start(&scene);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    scene_end(*state);
    return 0;
}

static void the_node_says_what_it_is_and_how_much_of_everything(void **state)
{
    struct scene *scene = *state;
    struct node_view node;

    tarazy_query_node(scene->engine, &node);
    assert_true(node.founded && node.open && node.sandbox);
    assert_int_equal(node.assets, 4);
    assert_int_equal(node.instruments, 2);
    assert_int_equal(node.participants, SCENE_PEOPLE);
    assert_int_equal(node.orders, 0);
    assert_int_equal(node.limits.orders_max, scene_limits.orders_max);
}

static void an_asset_shows_how_much_of_it_is_in_the_books(void **state)
{
    struct scene *scene = *state;
    struct asset_view asset;

    assert_true(tarazy_query_asset(scene->engine, SCENE_KZT, &asset));
    assert_int_equal(asset.total.units, 4000000);
    assert_int_equal(asset.withdraw_fee.units, 3);
    assert_false(tarazy_query_asset(scene->engine, 0, &asset));
    assert_false(tarazy_query_asset(scene->engine, 5, &asset));
}

static void people_tiers_and_keys_are_read_by_number_and_by_name(void **state)
{
    struct scene *scene = *state;
    struct participant_view person;
    struct tier_view tier;
    struct key_view key;
    const struct hash256 id = {.bytes[0] = SCENE_BOB};
    const struct hash256 nobody = {.bytes[0] = 77};

    assert_int_equal(
        tarazy_query_participant_by_handle(scene->engine, (struct handle){.text = "bob"}),
        SCENE_BOB);
    assert_true(tarazy_query_participant(scene->engine, SCENE_BOB, &person));
    assert_int_equal(person.roles, ROLE_TRADER);
    assert_false(tarazy_query_participant(scene->engine, 99, &person));
    assert_true(tarazy_query_tier(scene->engine, SCENE_TIER, &tier));
    assert_int_equal(tier.taker.ppm, 2000);
    assert_false(tarazy_query_tier(scene->engine, 9, &tier));
    assert_true(tarazy_query_key(scene->engine, &id, &key));
    assert_int_equal(key.key, SCENE_BOB);
    assert_int_equal(key.owner, SCENE_BOB);
    assert_non_null(key.material);
    assert_false(tarazy_query_key(scene->engine, &nobody, &key));
    assert_false(tarazy_query_key_by_number(scene->engine, 99, &key));
}

static void balances_come_by_asset_and_are_counted_even_if_there_is_no_room(void **state)
{
    struct scene *scene = *state;
    struct balance_view balances[2];

    assert_int_equal(tarazy_query_balances(scene->engine, SCENE_BOB, balances, 2), 4);
    assert_int_equal(balances[0].asset, SCENE_GOLD);
    assert_int_equal(balances[1].asset, SCENE_KZT);
    assert_int_equal(tarazy_query_balances(scene->engine, SCENE_OLGA, balances, 2), 0);
    assert_false(tarazy_query_balance(scene->engine, SCENE_OLGA, SCENE_KZT, balances));
}

static void what_was_withdrawn_today_is_nothing_tomorrow(void **state)
{
    struct scene *scene = *state;
    struct balance_view balance;
    struct command_withdraw_request request = {.header.kind = COMMAND_WITHDRAW_REQUEST,
                                               .asset = SCENE_KZT,
                                               .rail = 2,
                                               .amount.units = 100,
                                               .address.text = "a"};

    assert_int_equal(scene_send(scene, SCENE_ALICE, &request.header), RESULT_OK);
    assert_true(tarazy_query_balance(scene->engine, SCENE_ALICE, SCENE_KZT, &balance));
    assert_int_equal(balance.withdrawn_today.units, 100);
    assert_int_equal(scene_clock(scene, scene->now_us + (int64_t)86400 * 1000000), RESULT_OK);
    assert_true(tarazy_query_balance(scene->engine, SCENE_ALICE, SCENE_KZT, &balance));
    assert_int_equal(balance.withdrawn_today.units, 0);
}

static void withdrawals_of_one_or_of_all_come_oldest_first(void **state)
{
    struct scene *scene = *state;
    struct withdrawal_view views[4];
    struct command_withdraw_request request = {.header.kind = COMMAND_WITHDRAW_REQUEST,
                                               .asset = SCENE_KZT,
                                               .rail = 2,
                                               .amount.units = 100,
                                               .address.text = "a"};

    assert_int_equal(scene_send(scene, SCENE_ALICE, &request.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_BOB, &request.header), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_ALICE, &request.header), RESULT_OK);
    assert_int_equal(tarazy_query_withdrawals(scene->engine, 0, views, 4), 3);
    assert_int_equal(views[2].withdrawal, 3);
    assert_int_equal(tarazy_query_withdrawals(scene->engine, 0, views, 2), 2);
    assert_int_equal(tarazy_query_withdrawals(scene->engine, SCENE_ALICE, views, 4), 2);
    assert_int_equal(views[1].withdrawal, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_node_says_what_it_is_and_how_much_of_everything),
        TEST(an_asset_shows_how_much_of_it_is_in_the_books),
        TEST(people_tiers_and_keys_are_read_by_number_and_by_name),
        TEST(balances_come_by_asset_and_are_counted_even_if_there_is_no_room),
        TEST(what_was_withdrawn_today_is_nothing_tomorrow),
        TEST(withdrawals_of_one_or_of_all_come_oldest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
