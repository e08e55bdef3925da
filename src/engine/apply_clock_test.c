/* SPDX-License-Identifier: Apache-2.0
 *
 * Time passes: what is due is done, in bounded portions, and the deadline says what is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

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

static void an_order_good_till_a_date_expires_at_that_moment(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);

    bid.time_in_force = TIME_IN_FORCE_GTD;
    bid.expires_us = scene->now_us;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_EXPIRED_BEFORE);
    bid.expires_us = scene->now_us + 1000;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(tarazy_engine_deadline(scene->engine), bid.expires_us);
    assert_int_equal(scene_clock(scene, bid.expires_us - 1), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CLOSED), 0);
    assert_int_equal(scene_clock(scene, bid.expires_us), RESULT_OK);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->reason, CLOSE_REASON_GTD);
    assert_int_equal(closed->status, ORDER_STATUS_EXPIRED);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 0);
    assert_int_equal(tarazy_engine_deadline(scene->engine), INT64_MAX);
}

static void an_order_past_its_time_still_trades_until_the_clock_came(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);
    struct order_terms ask = scene_limit(SIDE_SELL, 90, 7);

    bid.time_in_force = TIME_IN_FORCE_GTD;
    bid.expires_us = scene->now_us + 1000;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    scene->now_us += 5000;
    assert_true(tarazy_engine_deadline(scene->engine) < scene->now_us);
    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
}

static void a_clock_with_nothing_due_only_moves_time(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene_clock(scene, scene->now_us + 5), RESULT_OK);
    assert_int_equal(scene->events.count, 1);
    assert_int_equal(tarazy_engine_time(scene->engine), scene->now_us);
}

#define MANY (TARAZY_CLOSES_MAX + 500u)

/* An exchange with room for more orders than one command may close; alice has placed them all. */
static void start_crowd(struct scene *scene, int64_t expires_us)
{
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 1);
    struct limits limits = scene_limits;

    limits.orders_max = 8 * MANY; /* few orders of all may have a deadline */
    limits.price_levels_max = MANY;
    scene_start_with(scene, &limits);
    scene->quick = true;
    bid.time_in_force = expires_us == 0 ? TIME_IN_FORCE_GTC : TIME_IN_FORCE_GTD;
    bid.expires_us = expires_us;
    bid.price.units = 1;
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    }
}

static void what_is_too_much_for_one_clock_is_due_at_once(void **state)
{
    struct scene scene;

    (void)state;
    start_crowd(&scene, SCENE_START_US + 1000);
    assert_int_equal(scene_clock(&scene, SCENE_START_US + 1000), RESULT_OK);
    assert_int_equal(scene_event_count(&scene, EVENT_ORDER_CLOSED), TARAZY_CLOSES_MAX);
    assert_true(tarazy_engine_deadline(scene.engine) <= scene.now_us);
    scene.quick = false;
    assert_int_equal(scene_clock(&scene, scene.now_us), RESULT_OK);
    assert_int_equal(scene_event_count(&scene, EVENT_ORDER_CLOSED), MANY - TARAZY_CLOSES_MAX);
    assert_int_equal(tarazy_engine_deadline(scene.engine), INT64_MAX);
    scene_end(&scene);
}

static void a_dead_mans_timer_with_too_many_orders_goes_on_at_the_next_clock(void **state)
{
    struct command_countdown_set set = {
        .header.kind = COMMAND_COUNTDOWN_SET, .instrument = SCENE_GOLDKZT, .countdown_ms = 1};
    struct scene scene;

    (void)state;
    start_crowd(&scene, 0);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &set.header), RESULT_OK);
    assert_int_equal(scene_clock(&scene, scene.now_us + 1000), RESULT_OK);
    assert_true(tarazy_engine_deadline(scene.engine) <= scene.now_us);
    assert_int_equal(scene_clock(&scene, scene.now_us), RESULT_OK);
    scene.quick = false;
    assert_int_equal(scene_clock(&scene, scene.now_us), RESULT_OK);
    assert_int_equal(scene_held(&scene, SCENE_ALICE, SCENE_KZT), 0);
    assert_int_equal(tarazy_engine_deadline(scene.engine), INT64_MAX);
    scene_end(&scene);
}

static void a_cancel_of_more_than_the_bound_says_how_many_it_cancelled(void **state)
{
    struct command_order_cancel_all cancel = {.header.kind = COMMAND_ORDER_CANCEL_ALL,
                                              .reason = CANCEL_ALL_REASON_REQUEST};
    struct scene scene;

    (void)state;
    start_crowd(&scene, 0);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &cancel.header), RESULT_OK);
    assert_int_equal(scene_outcome(&scene)->cancelled, TARAZY_CLOSES_MAX);
    assert_int_equal(scene_send(&scene, SCENE_ALICE, &cancel.header), RESULT_OK);
    assert_int_equal(scene_outcome(&scene)->cancelled, MANY - TARAZY_CLOSES_MAX);
    assert_int_equal(scene_held(&scene, SCENE_ALICE, SCENE_KZT), 0);
    assert_null(tarazy_engine_audit(scene.engine));
    scene_end(&scene);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_order_good_till_a_date_expires_at_that_moment),
        TEST(an_order_past_its_time_still_trades_until_the_clock_came),
        TEST(a_clock_with_nothing_due_only_moves_time),
        cmocka_unit_test(what_is_too_much_for_one_clock_is_due_at_once),
        cmocka_unit_test(a_dead_mans_timer_with_too_many_orders_goes_on_at_the_next_clock),
        cmocka_unit_test(a_cancel_of_more_than_the_bound_says_how_many_it_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
