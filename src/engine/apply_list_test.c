/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of orders: how they are paid for, how they go on and how they end.
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

static struct order_terms maker(enum side side, int64_t price, int64_t quantity)
{
    struct order_terms terms = scene_limit(side, price, quantity);

    terms.type = ORDER_TYPE_LIMIT_MAKER;
    return terms;
}

/* Sell 10 at 120 or, should the price fall to 80, at 79 or better. */
static struct command_order_list_place oco(int64_t quantity)
{
    return (struct command_order_list_place){
        .header.kind = COMMAND_ORDER_LIST_PLACE,
        .client_id = scene_name("pair"),
        .contingency = CONTINGENCY_OCO,
        .legs = 2,
        .terms = {maker(SIDE_SELL, 120, quantity),
                  scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS_LIMIT, 80, 79, quantity)},
    };
}

static struct command_order_list_place otoco(int64_t price, int64_t quantity)
{
    return (struct command_order_list_place){
        .header.kind = COMMAND_ORDER_LIST_PLACE,
        .contingency = CONTINGENCY_OTOCO,
        .legs = 3,
        .terms = {scene_limit(SIDE_BUY, price, quantity), maker(SIDE_SELL, 120, quantity),
                  scene_stop(SIDE_SELL, ORDER_TYPE_STOP_LOSS_LIMIT, 80, 79, quantity)},
    };
}

static void two_legs_of_which_one_trades_are_paid_for_once(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = oco(1000000);

    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_GOLD), 1000000);
    assert_int_equal(scene_outcome(scene)->list, 1);
    const struct event_order_list *event = scene_event(scene, EVENT_ORDER_LIST, 0);
    assert_int_equal(event->state, LIST_STATE_EXECUTING);
    assert_int_equal(event->orders[0], scene_outcome(scene)->id);
    assert_int_equal(event->orders[1], scene_outcome(scene)->id + 1);
    const struct event_order_opened *stop = scene_event(scene, EVENT_ORDER_OPENED, 1);
    assert_int_equal(stop->working, 0);
    assert_int_equal(stop->list, 1);
    list = oco(1);
    list.client_id = scene_name("more");
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_INSUFFICIENT_BALANCE);
}

/* A buyer's legs at different prices: the dearer one decides. */
static void a_pair_of_bids_holds_the_dearer_one(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = oco(10);

    list.terms[0] = maker(SIDE_BUY, 90, 10);
    list.terms[1] = scene_stop(SIDE_BUY, ORDER_TYPE_STOP_LOSS_LIMIT, 110, 115, 10);
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 1150);
    /* the cheaper one begins to trade: the other ends, its share is free */
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 90, 4));
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 540);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->reason, CLOSE_REASON_LIST);
    assert_int_equal(closed->status, ORDER_STATUS_EXPIRED);
}

static void a_partial_fill_ends_the_other_leg_and_the_last_one_the_list(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = oco(10);

    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_BUY, 120, 4));
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CLOSED), 2); /* the stop, and bob's */
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_LIST), 0);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_GOLD), 6);
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_BUY, 120, 6));
    const struct event_order_list *event = scene_event(scene, EVENT_ORDER_LIST, 0);
    assert_int_equal(event->state, LIST_STATE_ALL_DONE);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_GOLD), 0);
}

static void a_stop_that_is_set_off_ends_the_other_leg(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = oco(10);

    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 80, 1));
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 79, 3));
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 80, 1));
    const struct event_order_changed *changed = scene_event(scene, EVENT_ORDER_CHANGED, 0);
    assert_int_equal(changed->change, ORDER_CHANGE_TRIGGERED);
    /* it sold 3 at 79 and rests with 7 */
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_GOLD), 7);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 2);
}

/* Nobody buys at its limit: it rests, and yet the other leg is gone. */
static void a_stop_that_is_set_off_and_rests_ends_the_other_leg_too(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = oco(10);

    list.terms[1].price.units = 90;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    (void)place(scene, SCENE_CAROL, scene_limit(SIDE_BUY, 80, 1));
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 80, 1));
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 2);
    assert_int_equal(closed->reason, CLOSE_REASON_LIST);
    struct level_view asks[2];
    assert_int_equal(tarazy_query_depth(scene->engine, SCENE_GOLDKZT, SIDE_SELL, asks, 2), 1);
    assert_int_equal(asks[0].price.units, 90);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_GOLD), 10);
}

static void cancelling_a_leg_cancels_the_list(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = oco(10);

    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    assert_int_equal(scene_cancel(scene, SCENE_ALICE, scene_outcome(scene)->id + 1), RESULT_OK);
    const struct event_order_closed *first = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    const struct event_order_closed *other = scene_event(scene, EVENT_ORDER_CLOSED, 1);
    assert_int_equal(first->reason, CLOSE_REASON_REQUESTED);
    assert_int_equal(other->reason, CLOSE_REASON_LIST);
    assert_int_equal(other->status, ORDER_STATUS_CANCELED);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_GOLD), 0);
    const struct event_order_list *event = scene_event(scene, EVENT_ORDER_LIST, 0);
    assert_int_equal(event->state, LIST_STATE_ALL_DONE);
}

static enum result cancel_list(struct scene *scene, uint32_t who,
                               struct command_order_list_cancel cancel)
{
    cancel.header.kind = COMMAND_ORDER_LIST_CANCEL;
    return scene_send(scene, who, &cancel.header);
}

static void a_list_is_cancelled_by_number_or_name(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = oco(10);
    struct command_order_list_cancel cancel = {.list = 1, .instrument = SCENE_GOLDKZT};

    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    assert_int_equal(cancel_list(scene, SCENE_BOB, cancel), RESULT_NOT_YOUR_ORDER);
    cancel.instrument = SCENE_BTCUSDT;
    assert_int_equal(cancel_list(scene, SCENE_ALICE, cancel), RESULT_UNKNOWN_LIST);
    cancel.instrument = SCENE_GOLDKZT;
    cancel.original = scene_name("other");
    assert_int_equal(cancel_list(scene, SCENE_ALICE, cancel), RESULT_UNKNOWN_LIST);
    cancel.original = scene_name("pair");
    assert_int_equal(cancel_list(scene, SCENE_ALICE, cancel), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CLOSED), 2);
    assert_int_equal(scene_outcome(scene)->list, 1);
    cancel.list = 0;
    assert_int_equal(cancel_list(scene, SCENE_ALICE, cancel), RESULT_UNKNOWN_LIST);
    list.client_id = scene_name("next");
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    cancel.original = scene_name("next");
    assert_int_equal(cancel_list(scene, SCENE_ALICE, cancel), RESULT_OK);
}

static void pending_legs_hold_nothing_until_the_first_is_filled(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = otoco(90, 10);

    assert_int_equal(scene_send(scene, SCENE_CAROL, &list.header), RESULT_OK);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 900);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 0);
    const struct event_order_opened *pending = scene_event(scene, EVENT_ORDER_OPENED, 1);
    assert_int_equal(pending->status, ORDER_STATUS_PENDING_NEW);

    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 90, 4));
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 0);
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 90, 6));
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 2);
    const struct event_order_changed *started = scene_event(scene, EVENT_ORDER_CHANGED, 0);
    assert_int_equal(started->change, ORDER_CHANGE_STARTED);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 10);
}

static void a_first_leg_that_is_filled_at_once_starts_the_others_at_once(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = otoco(100, 10);

    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 95, 10));
    assert_int_equal(scene_send(scene, SCENE_CAROL, &list.header), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 1);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CHANGED), 2);
    /* the better price is given back, the pair holds gold once */
    assert_int_equal(scene_available(scene, SCENE_CAROL, SCENE_KZT), 1000000 - 950);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 10);
}

/* Fees are paid in what was bought: alice gets 10 less fee, and cannot sell 10 if that is all. */
static void legs_that_cannot_be_paid_for_when_they_start_are_refused(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = otoco(90, 10);

    (void)place(scene, SCENE_ALICE, scene_limit(SIDE_SELL, 900, 1000000));
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 90, 10));
    const struct event_order_closed *refused = scene_event(scene, EVENT_ORDER_CLOSED, 2);
    assert_int_equal(refused->reason, CLOSE_REASON_REFUSED);
    assert_int_equal(refused->status, ORDER_STATUS_REJECTED);
    const struct event_order_closed *other = scene_event(scene, EVENT_ORDER_CLOSED, 3);
    assert_int_equal(other->reason, CLOSE_REASON_LIST);
    const struct event_order_list *event = scene_event(scene, EVENT_ORDER_LIST, 0);
    assert_int_equal(event->state, LIST_STATE_ALL_DONE);
}

/* The price fell below the stop before the pair started: it is set off at once. */
static void a_stop_leg_whose_price_is_passed_when_it_starts_takes_at_once(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = otoco(70, 10);

    assert_int_equal(scene_send(scene, SCENE_CAROL, &list.header), RESULT_OK);
    (void)place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 70, 30));
    (void)place(scene, SCENE_BOB, scene_limit(SIDE_SELL, 70, 10));
    /* the maker leg went; at 79 or better nobody buys, so the stop rests */
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CLOSED), 3);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_GOLD), 10);
    struct level_view ask;
    assert_int_equal(tarazy_query_depth(scene->engine, SCENE_GOLDKZT, SIDE_SELL, &ask, 1), 1);
    assert_int_equal(ask.price.units, 79);
}

static void a_first_leg_that_ends_unfilled_ends_the_list(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = otoco(90, 10);

    list.terms[0].time_in_force = TIME_IN_FORCE_GTD;
    list.terms[0].expires_us = scene->now_us + 1000;
    assert_int_equal(scene_send(scene, SCENE_CAROL, &list.header), RESULT_OK);
    assert_int_equal(scene_clock(scene, scene->now_us + 1000), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CLOSED), 3);
    const struct event_order_closed *other = scene_event(scene, EVENT_ORDER_CLOSED, 1);
    assert_int_equal(other->status, ORDER_STATUS_EXPIRED);
    assert_int_equal(scene_held(scene, SCENE_CAROL, SCENE_KZT), 0);
}

static void legs_that_do_not_fit_or_share_a_name_make_no_list(void **state)
{
    struct scene *scene = *state;
    struct command_order_list_place list = oco(10);

    list.terms[1].side = SIDE_BUY;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_LIST_INVALID);
    list = oco(10);
    list.terms[0].client_id = scene_name("same");
    list.terms[1].client_id = scene_name("same");
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_DUPLICATE_CLIENT_ID);
    list = oco(10);
    list.terms[1].quantity.units = 11;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_LIST_INVALID);
    list = oco(10);
    list.terms[0].price.units = 2000000;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_PRICE_FILTER);
}

/* The queue of lists to be started is scratch memory: it is never longer than the fills allow. */
static void the_queue_of_starts_has_room_for_every_fill(void **state)
{
    (void)state;
    assert_true(ENGINE_STARTS_MAX >= 2u * TARAZY_FILLS_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_legs_of_which_one_trades_are_paid_for_once),
        TEST(a_pair_of_bids_holds_the_dearer_one),
        TEST(a_partial_fill_ends_the_other_leg_and_the_last_one_the_list),
        TEST(a_stop_that_is_set_off_ends_the_other_leg),
        TEST(a_stop_that_is_set_off_and_rests_ends_the_other_leg_too),
        TEST(cancelling_a_leg_cancels_the_list),
        TEST(a_list_is_cancelled_by_number_or_name),
        TEST(pending_legs_hold_nothing_until_the_first_is_filled),
        TEST(a_first_leg_that_is_filled_at_once_starts_the_others_at_once),
        TEST(legs_that_cannot_be_paid_for_when_they_start_are_refused),
        TEST(a_stop_leg_whose_price_is_passed_when_it_starts_takes_at_once),
        TEST(a_first_leg_that_ends_unfilled_ends_the_list),
        TEST(legs_that_do_not_fit_or_share_a_name_make_no_list),
        TEST(the_queue_of_starts_has_room_for_every_fill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
