/* SPDX-License-Identifier: Apache-2.0
 *
 * Every way in which matching an order can end, and what it leaves on the books.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/taking.h"
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

static void expect_end(const struct scene *scene, uint64_t order, enum close_reason reason,
                       enum order_status status)
{
    unsigned count = scene_event_count(scene, EVENT_ORDER_CLOSED);

    for (unsigned i = 0; i < count; i++) {
        const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, i);

        if (closed->order == order) {
            assert_int_equal(closed->reason, reason);
            assert_int_equal(closed->status, status);
            return;
        }
    }
    fail_msg("order %llu did not end", (unsigned long long)order);
}

static void the_rest_of_an_immediate_order_expires(void **state)
{
    struct scene *scene = *state;
    struct order_terms ioc = scene_limit(SIDE_BUY, 100, 10);

    ioc.time_in_force = TIME_IN_FORCE_IOC;
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 100, 4));
    uint64_t order = place(scene, SCENE_CAROL, ioc);
    expect_end(scene, order, CLOSE_REASON_IOC, ORDER_STATUS_EXPIRED);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
    assert_int_equal(scene_available(scene, SCENE_CAROL, SCENE_KZT), 1000000 - 400);
}

static void a_market_order_stops_at_its_slippage_limit(void **state)
{
    struct scene *scene = *state;

    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 100, 4));
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 151, 4));
    uint64_t order = place(scene, SCENE_CAROL, scene_market(SIDE_BUY, 8));
    expect_end(scene, order, CLOSE_REASON_IOC, ORDER_STATUS_EXPIRED);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
}

static uint64_t self_trade(struct scene *scene, enum self_trade mode, int64_t quantity)
{
    struct order_terms bid = scene_limit(SIDE_BUY, 100, quantity);

    bid.self_trade = (uint8_t)mode;
    return place(scene, SCENE_CAROL, bid);
}

static void self_trade_prevention_ends_taker_maker_or_both(void **state)
{
    struct scene *scene = *state;
    uint64_t maker = place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 100, 5));
    uint64_t taker = self_trade(scene, SELF_TRADE_EXPIRE_TAKER, 5);

    expect_end(scene, taker, CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->counter_order, maker);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 5);

    taker = self_trade(scene, SELF_TRADE_EXPIRE_MAKER, 5);
    expect_end(scene, maker, CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 0);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 500);
    assert_int_equal(scene_cancel(scene, SCENE_CAROL, taker), RESULT_OK);

    maker = place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 100, 5));
    taker = self_trade(scene, SELF_TRADE_EXPIRE_BOTH, 5);
    expect_end(scene, maker, CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH);
    expect_end(scene, taker, CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 0);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 0);
}

static void decrementing_takes_the_smaller_off_both(void **state)
{
    struct scene *scene = *state;
    uint64_t maker = place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 100, 9));
    uint64_t taker = self_trade(scene, SELF_TRADE_DECREMENT, 4);

    expect_end(scene, taker, CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 2);
    const struct event_order_changed *changed = scene_event(scene, EVENT_ORDER_CHANGED, 0);
    assert_int_equal(changed->order, maker);
    assert_int_equal(changed->prevented.units, 4);
    assert_int_equal(changed->left.units, 5);
    assert_int_equal(changed->counter_order, taker);
    assert_int_equal(changed->price.units, 100);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 5);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);

    taker = self_trade(scene, SELF_TRADE_DECREMENT, 7);
    expect_end(scene, maker, CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 0);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 200);
}

static void without_prevention_one_trades_with_oneself_and_pays_both_fees(void **state)
{
    struct scene *scene = *state;

    (void)place(scene, SCENE_ALICE, scene_limit(SIDE_SELL, 100, 1000));
    (void)place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 100, 1000));
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_GOLD), 1000000 - 2);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 1000000 - 100);
}

static struct order_terms by_quote(int64_t amount, enum self_trade mode)
{
    struct order_terms terms = scene_market(SIDE_BUY, amount);

    terms.flags = ORDER_FLAG_BY_QUOTE;
    terms.self_trade = (uint8_t)mode;
    return terms;
}

/* 777 at 100 is 7, and 77 that buy nothing more: the order ends, and as what took the last of it says. */
static void an_amount_used_up_ends_as_what_used_it_up(void **state)
{
    struct scene *scene = *state;
    uint64_t own = place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 100, 50));
    uint64_t order = place(scene, SCENE_CAROL, by_quote(777, SELF_TRADE_DECREMENT));

    expect_end(scene, order, CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->counter_order, own);
    assert_int_equal(closed->executed.units, 0);

    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 99, 1));
    order =
        place(scene, SCENE_CAROL, by_quote(777, SELF_TRADE_DECREMENT)); /* a trade, then itself */
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
    expect_end(scene, order, CLOSE_REASON_SELF_TRADE, ORDER_STATUS_EXPIRED_IN_MATCH);

    assert_int_equal(scene_cancel(scene, SCENE_CAROL, own), RESULT_OK);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 99, 1));
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 100, 50));
    order =
        place(scene, SCENE_CAROL, by_quote(777, SELF_TRADE_DECREMENT)); /* itself, then a trade */
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
    expect_end(scene, order, CLOSE_REASON_FILLED, ORDER_STATUS_FILLED);
}

/* Its own order is gone and nothing was bought: that is no fill. */
static void an_amount_that_only_expired_a_maker_is_not_filled(void **state)
{
    struct scene *scene = *state;

    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_SELL, 100, 5));
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 110, 5));
    uint64_t order = place(scene, SCENE_CAROL, by_quote(105, SELF_TRADE_EXPIRE_MAKER));

    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 0);
    expect_end(scene, order, CLOSE_REASON_IOC, ORDER_STATUS_EXPIRED);
}

#define CROWD (TARAZY_FILLS_MAX + 8u)

/* More makers than one command may fill. */
static void start_crowd(struct scene *scene)
{
    struct limits limits = scene_limits;

    limits.orders_max = CROWD + 64;
    scene_start_with(scene, &limits);
    scene->quick = true;
    for (uint32_t i = 0; i < CROWD; i++) {
        (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 100, 1));
    }
}

static void one_command_makes_so_many_fills_and_the_rest_expires(void **state)
{
    struct scene scene;

    (void)state;
    start_crowd(&scene);
    uint64_t order = place(&scene, SCENE_CAROL, scene_limit(SIDE_BUY, 100, CROWD));
    assert_int_equal(scene_event_count(&scene, EVENT_TRADE), TARAZY_FILLS_MAX);
    expect_end(&scene, order, CLOSE_REASON_FILLS_MAX, ORDER_STATUS_EXPIRED);
    assert_int_equal(scene_held(&scene, SCENE_CAROL, SCENE_KZT), 0);
    assert_null(tarazy_engine_audit(scene.engine));
    scene_end(&scene);
}

/* The stop order is set off by a command that has used up most fills; it is all or nothing still. */
static void fill_or_kill_is_whole_or_nothing_even_late_in_a_command(void **state)
{
    struct order_terms stop = scene_stop(SIDE_BUY, ORDER_TYPE_STOP_LOSS_LIMIT, 100, 101, 40);
    struct scene scene;

    (void)state;
    start_crowd(&scene);
    (void)place(&scene, SCENE_CAROL, scene_limit(SIDE_BUY, 99, 1));
    (void)place(&scene, SCENE_MAKER, scene_limit(SIDE_SELL, 99, 1)); /* last: 99 */
    for (uint32_t i = 0; i < 40; i++) {
        (void)place(&scene, SCENE_MAKER, scene_limit(SIDE_SELL, 100, 1));
    }
    stop.time_in_force = TIME_IN_FORCE_FOK;
    uint64_t order = place(&scene, SCENE_BOB, stop);
    (void)place(&scene, SCENE_CAROL, scene_limit(SIDE_BUY, 100, CROWD - 16));
    expect_end(&scene, order, CLOSE_REASON_FILLED, ORDER_STATUS_FILLED);
    assert_null(tarazy_engine_audit(scene.engine));
    scene_end(&scene);
}

/* What a stop order asked for when it was placed may be impossible when it is set off. */
static void a_stop_order_that_cannot_be_taken_any_more_is_rejected(void **state)
{
    struct scene *scene = *state;
    struct order_terms stop = scene_stop(SIDE_BUY, ORDER_TYPE_STOP_LOSS_LIMIT, 110, 112, 5);

    stop.time_in_force = TIME_IN_FORCE_FOK;
    uint64_t order = place(scene, SCENE_CAROL, stop);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 560);
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 110, 3));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_BUY, 110, 1));
    expect_end(scene, order, CLOSE_REASON_REFUSED, ORDER_STATUS_REJECTED);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_rest_of_an_immediate_order_expires),
        TEST(a_market_order_stops_at_its_slippage_limit),
        TEST(self_trade_prevention_ends_taker_maker_or_both),
        TEST(decrementing_takes_the_smaller_off_both),
        TEST(without_prevention_one_trades_with_oneself_and_pays_both_fees),
        TEST(an_amount_used_up_ends_as_what_used_it_up),
        TEST(an_amount_that_only_expired_a_maker_is_not_filled),
        cmocka_unit_test(one_command_makes_so_many_fills_and_the_rest_expires),
        cmocka_unit_test(fill_or_kill_is_whole_or_nothing_even_late_in_a_command),
        TEST(a_stop_order_that_cannot_be_taken_any_more_is_rejected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
