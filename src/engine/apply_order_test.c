/* SPDX-License-Identifier: Apache-2.0
 *
 * Single orders: placing, cancelling, amending, the dead-man timer, and every reason for refusing one
 * that is the engine's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

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

static void an_order_that_rests_holds_exactly_what_it_may_cost(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);
    struct order_terms ask = scene_limit(SIDE_SELL, 110, 5);

    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 630);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 999370);
    const struct event_order_opened *opened = scene_event(scene, EVENT_ORDER_OPENED, 0);
    assert_int_equal(opened->order, scene_outcome(scene)->id);
    assert_int_equal(opened->status, ORDER_STATUS_NEW);
    assert_int_equal(opened->working, 1);
    assert_int_equal(scene_event_count(scene, EVENT_LEVEL), 1);
    assert_int_equal(scene_event_count(scene, EVENT_BALANCE), 1);

    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(scene_held(scene, SCENE_BOB, SCENE_GOLD), 5);
}

static void a_fill_moves_base_and_quote_and_each_pays_in_what_it_received(void **state)
{
    struct scene *scene = *state;
    struct order_terms ask = scene_limit(SIDE_SELL, 100, 2000);
    struct order_terms bid = scene_limit(SIDE_BUY, 105, 3000);

    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    const struct event_trade *trade = scene_event(scene, EVENT_TRADE, 0);
    assert_int_equal(trade->price.units, 100);
    assert_int_equal(trade->quantity.units, 2000);
    assert_int_equal(trade->quote.units, 200000);
    assert_int_equal(trade->maker, SCENE_BOB);
    assert_int_equal(trade->taker, SCENE_ALICE);
    assert_int_equal(trade->taker_side, SIDE_BUY);
    /* the maker pays 0.1 % of the quote, the taker 0.2 % of the base */
    assert_int_equal(trade->maker_fee.units, 200);
    assert_int_equal(trade->maker_fee_asset, SCENE_KZT);
    assert_int_equal(trade->taker_fee.units, 4);
    assert_int_equal(trade->taker_fee_asset, SCENE_GOLD);
    assert_int_equal(scene_available(scene, SCENE_BOB, SCENE_KZT), 1000000 + 200000 - 200);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_GOLD), 1000000 + 2000 - 4);
    /* what was held for a worse price is free again; the rest waits at 105 */
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 105000);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 1000000 - 200000 - 105000);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_FEES, SCENE_KZT), 200);
    assert_int_equal(scene_available(scene, TARAZY_OWNER_FEES, SCENE_GOLD), 4);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->status, ORDER_STATUS_FILLED);
    assert_int_equal(closed->executed.units, 2000);
    assert_int_equal(closed->quote.units, 200000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_order_that_rests_holds_exactly_what_it_may_cost),
        TEST(a_fill_moves_base_and_quote_and_each_pays_in_what_it_received),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
