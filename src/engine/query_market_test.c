/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading instruments, books, orders and lists.
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

static uint64_t place(struct scene *scene, uint32_t who, struct order_terms terms)
{
    assert_int_equal(scene_place(scene, who, &terms), RESULT_OK);
    return scene_outcome(scene)->id;
}

static void an_instrument_shows_its_touch_and_its_counters(void **state)
{
    struct scene *scene = *state;
    struct instrument_view view;

    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 95, 2));
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 105, 2));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_BUY, 105, 1));
    assert_true(tarazy_query_instrument(scene->engine, SCENE_GOLDKZT, &view));
    assert_int_equal(view.last.units, 105);
    assert_int_equal(view.best_bid.units, 95);
    assert_int_equal(view.best_ask.units, 105);
    assert_int_equal(view.trades, 1);
    assert_int_equal(view.updates, 3);
    assert_int_equal(view.orders, 2);
    assert_int_equal(view.session, SESSION_CONTINUOUS);
    assert_false(tarazy_query_instrument(scene->engine, 99, &view));
    assert_false(tarazy_query_instrument(scene->engine, 0, &view));
    assert_int_equal(
        tarazy_query_instrument_by_symbol(scene->engine, (struct symbol){.text = "NONE"}), 0);
}

static void depth_is_best_first_and_no_more_than_asked_for(void **state)
{
    struct scene *scene = *state;
    struct level_view levels[4];

    for (int64_t price = 91; price <= 95; price++) {
        (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, price, price));
    }
    assert_int_equal(tarazy_query_depth(scene->engine, SCENE_GOLDKZT, SIDE_BUY, levels, 4), 4);
    for (int64_t i = 0; i < 4; i++) {
        assert_int_equal(levels[i].price.units, 95 - i);
        assert_int_equal(levels[i].quantity.units, 95 - i);
    }
    assert_int_equal(tarazy_query_depth(scene->engine, SCENE_GOLDKZT, SIDE_SELL, levels, 4), 0);
    assert_int_equal(tarazy_query_depth(scene->engine, 99, SIDE_BUY, levels, 4), 0);
}

static void orders_come_ascending_over_instruments_and_the_oldest_first(void **state)
{
    struct scene *scene = *state;
    struct order_view views[3];
    struct order_terms coin = scene_limit(SIDE_BUY, 49000000000, 100000);

    coin.instrument = SCENE_BTCUSDT;
    uint64_t first = place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 91, 1));
    (void)place(scene, SCENE_CAROL, coin);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 92, 1));
    (void)place(scene, SCENE_CAROL, coin);
    assert_int_equal(tarazy_query_orders(scene->engine, SCENE_CAROL, 0, views, 3), 3);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(views[i].order, first + i);
    }
    assert_int_equal(tarazy_query_orders(scene->engine, SCENE_CAROL, SCENE_BTCUSDT, views, 3), 2);
    assert_int_equal(views[1].order, first + 3);
    assert_int_equal(tarazy_query_orders(scene->engine, SCENE_BOB, 0, views, 3), 0);
    assert_int_equal(tarazy_query_orders(scene->engine, 999, 0, views, 3), 0);
}

static void an_order_is_read_by_number_and_found_by_name(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 95, 10);
    struct order_view view;

    bid.client_id = scene_name("named");
    uint64_t order = place(scene, SCENE_CAROL, bid);
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 95, 4));
    assert_true(tarazy_query_order(scene->engine, order, &view));
    assert_int_equal(view.executed.units, 4);
    assert_int_equal(view.left.units, 6);
    assert_int_equal(view.quote.units, 380);
    assert_int_equal(view.status, ORDER_STATUS_PARTIALLY_FILLED);
    assert_int_equal(view.opened_us, scene->now_us);
    assert_int_equal(
        tarazy_query_order_by_client_id(scene->engine, SCENE_CAROL, scene_name("named")), order);
    assert_int_equal(tarazy_query_order_by_client_id(scene->engine, SCENE_BOB, scene_name("named")),
                     0);
    assert_false(tarazy_query_order(scene->engine, 999, &view));
}

static void a_list_is_read_with_all_its_orders(void **state)
{
    struct scene *scene = *state;
    struct order_list_view view;
    struct command_order_list_place list = {
        .header.kind = COMMAND_ORDER_LIST_PLACE,
        .client_id = scene_name("list"),
        .contingency = CONTINGENCY_OTO,
        .legs = 2,
        .terms = {scene_limit(SIDE_BUY, 90, 1), scene_limit(SIDE_SELL, 120, 1)}};

    assert_int_equal(scene_send(scene, SCENE_CAROL, &list.header), RESULT_OK);
    assert_true(tarazy_query_order_list(scene->engine, 1, &view));
    assert_int_equal(view.legs, 2);
    assert_int_equal(view.orders[1], scene_outcome(scene)->id + 1);
    assert_string_equal(view.client_id.text, "list");
    assert_false(tarazy_query_order_list(scene->engine, 2, &view));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_instrument_shows_its_touch_and_its_counters),
        TEST(depth_is_best_first_and_no_more_than_asked_for),
        TEST(orders_come_ascending_over_instruments_and_the_oldest_first),
        TEST(an_order_is_read_by_number_and_found_by_name),
        TEST(a_list_is_read_with_all_its_orders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
