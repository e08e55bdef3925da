/* SPDX-License-Identifier: Apache-2.0
 *
 * Auctions and what begins them: one price for all, improvements given back, bands kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/apply_auction.h"
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

static void a_crossed_book_uncrosses_at_one_price_when_trading_begins(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_PRE_OPEN, 0), RESULT_OK);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 110, 10));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 100, 10));
    (void)place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 104, 2000));
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 104, 2000));
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 0);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 1100);

    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_CONTINUOUS, 0), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 2);
    for (unsigned i = 0; i < 2; i++) {
        const struct event_trade *trade = scene_event(scene, EVENT_TRADE, i);

        assert_int_equal(trade->price.units, 104);
        assert_int_equal(trade->flags, TRADE_FLAG_AUCTION);
    }
    /* carol was ready to pay 110 and paid 104 */
    assert_int_equal(scene_available(scene, SCENE_CAROL, SCENE_KZT), 1000000 - 1040);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 0);
    /* the sellers got it; bob pays his fee on it */
    assert_int_equal(scene_available(scene, SCENE_MAKER, SCENE_KZT), 1000000 + 1040);
    assert_int_equal(scene_event_count(scene, EVENT_SESSION), 2);
    const struct event_session *end = scene_event(scene, EVENT_SESSION, 1);
    assert_int_equal(end->reason, SESSION_REASON_UNCROSSED);
    assert_int_equal(end->session, SESSION_CONTINUOUS);
    assert_int_equal(end->price.units, 104);
    assert_int_equal(end->quantity.units, 2010);
}

static void an_auction_ends_with_the_clock_at_its_time(void **state)
{
    struct scene *scene = *state;
    int64_t until_us = scene->now_us + 60000000;

    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_AUCTION, until_us), RESULT_OK);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 110, 10));
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_SELL, 100, 4));
    assert_int_equal(scene_clock(scene, until_us - 1), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 0);
    assert_int_equal(tarazy_engine_deadline(scene->engine), until_us);
    assert_int_equal(scene_clock(scene, until_us), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
    const struct event_session *end = scene_event(scene, EVENT_SESSION, 0);
    assert_int_equal(end->surplus.units, 6);
    assert_int_equal(tarazy_engine_deadline(scene->engine), INT64_MAX);
}

static void an_auction_with_nothing_to_trade_just_ends(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_PRE_OPEN, 0), RESULT_OK);
    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_CONTINUOUS, 0), RESULT_OK);
    const struct event_session *end = scene_event(scene, EVENT_SESSION, 1);
    assert_int_equal(end->reason, SESSION_REASON_UNCROSSED);
    assert_int_equal(end->price.units, 0);
}

/* BTCUSDT at 50,000 with a static band of 10 % and a dynamic one of 2 %. */
static struct order_terms coin(enum side side, int64_t usdt, int64_t quantity)
{
    struct order_terms terms = scene_limit(side, usdt * 1000000, quantity * 10000);

    terms.instrument = SCENE_BTCUSDT;
    return terms;
}

static void a_breach_of_a_band_begins_an_auction_and_the_order_waits_in_it(void **state)
{
    struct scene *scene = *state;

    (void)place(scene, SCENE_BOB, coin(SIDE_SELL, 50500, 10));
    (void)place(scene, SCENE_BOB, coin(SIDE_SELL, 51500, 10));
    uint64_t order = place(scene, SCENE_ALICE, coin(SIDE_BUY, 52000, 15));
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
    const struct event_session *begin = scene_event(scene, EVENT_SESSION, 0);
    assert_int_equal(begin->reason, SESSION_REASON_VOLATILITY);
    assert_int_equal(begin->session, SESSION_AUCTION);
    assert_int_equal(begin->until_us, scene->now_us + 60000000);
    struct order_view view;
    assert_true(tarazy_query_order(scene->engine, order, &view));
    assert_int_equal(view.left.units, 5 * 10000);
    /* in the auction the price is found inside the static band */
    assert_int_equal(scene_clock(scene, begin->until_us), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
    const struct event_session *end = scene_event(scene, EVENT_SESSION, 0);
    assert_int_equal(end->session, SESSION_CONTINUOUS);
}

static void an_immediate_order_does_not_wait_for_the_auction_it_begins(void **state)
{
    struct scene *scene = *state;
    struct order_terms ioc = coin(SIDE_BUY, 52000, 15);

    ioc.time_in_force = TIME_IN_FORCE_IOC;
    (void)place(scene, SCENE_BOB, coin(SIDE_SELL, 51500, 10));
    (void)place(scene, SCENE_ALICE, ioc);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 0);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->reason, CLOSE_REASON_PRICE_BAND);
    assert_int_equal(closed->status, ORDER_STATUS_EXPIRED);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_USDT), 0);
}

static void an_auction_whose_price_would_leave_the_static_band_is_extended(void **state)
{
    struct scene *scene = *state;
    int64_t until_us = scene->now_us + 1000000;

    assert_int_equal(scene_session(scene, SCENE_BTCUSDT, SESSION_AUCTION, until_us), RESULT_OK);
    (void)place(scene, SCENE_BOB, coin(SIDE_SELL, 56000, 10));
    (void)place(scene, SCENE_ALICE, coin(SIDE_BUY, 57000, 10));
    assert_int_equal(scene_clock(scene, until_us), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 0);
    const struct event_session *event = scene_event(scene, EVENT_SESSION, 0);
    assert_int_equal(event->reason, SESSION_REASON_EXTENDED);
    assert_int_equal(event->session, SESSION_AUCTION);
    assert_int_equal(event->until_us, until_us + 60000000);
    assert_int_equal(tarazy_engine_deadline(scene->engine), until_us + 60000000);
}

/* Both sides of a fill may be legs of lists: each ends its alternative and pays once. */
static void a_leg_that_trades_in_an_auction_ends_its_alternative(void **state)
{
    struct scene *scene = *state;
    struct order_terms profit = scene_limit(SIDE_SELL, 120, 10);
    profit.type = ORDER_TYPE_LIMIT_MAKER;
    struct command_order_list_place list = {
        .header.kind = COMMAND_ORDER_LIST_PLACE,
        .contingency = CONTINGENCY_OCO,
        .legs = 2,
        .terms = {profit, scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS_LIMIT, 80, 79, 10)},
    };

    assert_int_equal(scene_send(scene, SCENE_CAROL, &list.header), RESULT_OK);
    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_PRE_OPEN, 0), RESULT_OK);
    (void)place(scene, SCENE_MAKER, scene_limit(SIDE_BUY, 125, 4));
    assert_int_equal(scene_session(scene, SCENE_GOLDKZT, SESSION_CONTINUOUS, 0), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 6);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->reason, CLOSE_REASON_LIST);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_crossed_book_uncrosses_at_one_price_when_trading_begins),
        TEST(an_auction_ends_with_the_clock_at_its_time),
        TEST(an_auction_with_nothing_to_trade_just_ends),
        TEST(a_breach_of_a_band_begins_an_auction_and_the_order_waits_in_it),
        TEST(an_immediate_order_does_not_wait_for_the_auction_it_begins),
        TEST(an_auction_whose_price_would_leave_the_static_band_is_extended),
        TEST(a_leg_that_trades_in_an_auction_ends_its_alternative),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
