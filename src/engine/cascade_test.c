/* SPDX-License-Identifier: Apache-2.0
 *
 * Stops that set off stops: in which order, how many a command, and what is left for the clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/cascade.h"
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

static void a_stop_sets_off_the_next_within_the_same_command(void **state)
{
    struct scene *scene = *state;
    uint64_t first;
    uint64_t second;

    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 95, 1));
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 90, 5));
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 85, 5));
    first = place(scene, SCENE_BOB, scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS, 95, 0, 5));
    second = place(scene, SCENE_BOB, scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS_LIMIT, 90, 85, 3));
    assert_int_equal(scene_held(scene, SCENE_BOB, SCENE_GOLD), 8);
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 95, 1));
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 3);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 2);
    const struct event_order_changed *changed = scene_event(scene, EVENT_ORDER_CHANGED, 0);
    assert_int_equal(changed->order, first);
    changed = scene_event(scene, EVENT_ORDER_CHANGED, 1);
    assert_int_equal(changed->order, second);
    assert_int_equal(scene_held(scene, SCENE_BOB, SCENE_GOLD), 0);
    assert_int_equal(tarazy_engine_deadline(scene->engine), INT64_MAX);
}

static void one_command_sets_off_so_many_and_the_clock_the_rest(void **state)
{
    struct scene *scene = *state;
    uint32_t many = TARAZY_TRIGGERS_MAX + 6;

    for (uint32_t i = 0; i < many; i++) {
        (void)place(scene, SCENE_BOB, scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS_LIMIT, 95, 94, 1));
    }
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 95, 1));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 95, 1));
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), TARAZY_TRIGGERS_MAX);
    assert_true(tarazy_engine_deadline(scene->engine) <= scene->now_us);
    assert_int_equal(scene_clock(scene, scene->now_us), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 6);
    assert_int_equal(tarazy_engine_deadline(scene->engine), INT64_MAX);
}

static void a_trailing_stop_says_when_it_begins_to_follow_and_is_set_off_behind_the_top(
    void **state)
{
    struct scene *scene = *state;
    struct order_terms trailing = scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS_LIMIT, 0, 50, 2);

    trailing.trailing_bps = 1000; /* 10 % */
    uint64_t order = place(scene, SCENE_BOB, trailing);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 120, 1));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_BUY, 120, 1));
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 0);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 109, 1));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 109, 1));
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 0);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 108, 1));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 108, 1));
    const struct event_order_changed *changed = scene_event(scene, EVENT_ORDER_CHANGED, 0);
    assert_int_equal(changed->order, order);
    assert_int_equal(changed->change, ORDER_CHANGE_TRIGGERED);
}

static void a_trailing_order_with_a_start_price_announces_that_it_follows(void **state)
{
    struct scene *scene = *state;
    struct order_terms trailing = scene_stop(SIDE_SELL, ORDER_TYPE_TAKE_PROFIT_LIMIT, 110, 50, 2);

    trailing.trailing_bps = 1000;
    uint64_t order = place(scene, SCENE_BOB, trailing);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 111, 1));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_BUY, 111, 1));
    const struct event_order_changed *changed = scene_event(scene, EVENT_ORDER_CHANGED, 0);
    assert_int_equal(changed->order, order);
    assert_int_equal(changed->change, ORDER_CHANGE_TRAILING);
}

/* The price falls through the dynamic band: the stops behind it wait for the auction's price. */
static void an_auction_stops_a_cascade(void **state)
{
    struct scene *scene = *state;
    struct order_terms terms;

    for (int64_t price = 49500; price >= 48000; price -= 500) {
        terms = scene_limit(SIDE_BUY, price * 1000000, 100000);
        terms.instrument = SCENE_BTCUSDT;
        (void)place(scene, SCENE_CAROL, terms);
        terms =
            scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS_LIMIT, price * 1000000, 47000000000, 100000);
        terms.instrument = SCENE_BTCUSDT;
        (void)place(scene, SCENE_BOB, terms);
    }
    terms = scene_limit(SIDE_SELL, 49500000000, 100000);
    terms.instrument = SCENE_BTCUSDT;
    (void)place(scene, SCENE_MAKER, terms);
    /* each step is 1 % of the last price: no band is broken, all are set off */
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 4);
    terms = scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS_LIMIT, 46000000000, 45100000000, 100000);
    terms.instrument = SCENE_BTCUSDT;
    (void)place(scene, SCENE_BOB, terms);
    assert_int_equal(scene_event_count(scene, EVENT_SESSION), 0);
    terms = scene_limit(SIDE_BUY, 45500000000, 100000);
    terms.instrument = SCENE_BTCUSDT;
    (void)place(scene, SCENE_CAROL, terms);
    terms = scene_limit(SIDE_SELL, 45500000000, 100000);
    terms.instrument = SCENE_BTCUSDT;
    (void)place(scene, SCENE_MAKER, terms);
    const struct event_session *session = scene_event(scene, EVENT_SESSION, 0);
    assert_int_equal(session->reason, SESSION_REASON_VOLATILITY);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 0);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_stop_sets_off_the_next_within_the_same_command),
        TEST(one_command_sets_off_so_many_and_the_clock_the_rest),
        TEST(a_trailing_stop_says_when_it_begins_to_follow_and_is_set_off_behind_the_top),
        TEST(a_trailing_order_with_a_start_price_announces_that_it_follows),
        TEST(an_auction_stops_a_cascade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
