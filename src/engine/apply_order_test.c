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

static enum result cancel_by(struct scene *scene, uint32_t who, struct command_order_cancel cancel)
{
    cancel.header.kind = COMMAND_ORDER_CANCEL;
    return scene_send(scene, who, &cancel.header);
}

static void an_order_is_cancelled_by_its_owner_by_number_or_name(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);

    bid.client_id = scene_name("first");
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    uint64_t order = scene_outcome(scene)->id;
    struct command_order_cancel cancel = {.order = order, .instrument = SCENE_GOLDKZT};
    assert_int_equal(cancel_by(scene, SCENE_BOB, cancel), RESULT_NOT_YOUR_ORDER);
    cancel.instrument = SCENE_BTCUSDT;
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_UNKNOWN_ORDER);
    cancel = (struct command_order_cancel){.instrument = SCENE_GOLDKZT,
                                           .original = scene_name("first"),
                                           .client_id = scene_name("cancel")};
    assert_int_equal(cancel_by(scene, SCENE_BOB, cancel), RESULT_UNKNOWN_ORDER);
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_OK);
    assert_int_equal(scene_outcome(scene)->id, order);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->status, ORDER_STATUS_CANCELED);
    assert_int_equal(closed->reason, CLOSE_REASON_REQUESTED);
    assert_string_equal(closed->client_id.text, "cancel");
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 0);
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_UNKNOWN_ORDER);
}

static void a_number_and_a_name_together_must_both_fit(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);

    bid.client_id = scene_name("first");
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    struct command_order_cancel cancel = {.order = scene_outcome(scene)->id,
                                          .instrument = SCENE_GOLDKZT,
                                          .original = scene_name("second")};
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_UNKNOWN_ORDER);
    cancel.original = scene_name("first");
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_OK);
    cancel.order = 0;
    cancel.original = (struct client_id){{0}};
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_UNKNOWN_ORDER);
}

static void a_cancel_may_ask_for_an_untouched_or_a_touched_order(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 100, 7);
    struct order_terms ask = scene_limit(SIDE_SELL, 100, 2);

    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    struct command_order_cancel cancel = {.order = scene_outcome(scene)->id,
                                          .instrument = SCENE_GOLDKZT};
    cancel.restriction = CANCEL_RESTRICTION_ONLY_PARTIALLY_FILLED;
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_CANCEL_RESTRICTED);
    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_OK);
    cancel.restriction = CANCEL_RESTRICTION_ONLY_NEW;
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_CANCEL_RESTRICTED);
    cancel.restriction = CANCEL_RESTRICTION_ONLY_PARTIALLY_FILLED;
    assert_int_equal(cancel_by(scene, SCENE_ALICE, cancel), RESULT_OK);
}

static void cancels_are_taken_in_every_session(void **state)
{
    static const enum session sessions[] = {SESSION_CLOSED, SESSION_HALTED, SESSION_CANCEL_ONLY,
                                            SESSION_AUCTION, SESSION_PRE_OPEN};
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);

    for (size_t i = 0; i < sizeof sessions / sizeof sessions[0]; i++) {
        (void)scene_session(scene, SCENE_GOLDKZT, SESSION_CONTINUOUS, 0);
        assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
        uint64_t order = scene_outcome(scene)->id;
        assert_int_equal(scene_session(scene, SCENE_GOLDKZT, sessions[i], 0), RESULT_OK);
        assert_int_equal(scene_cancel(scene, SCENE_ALICE, order), RESULT_OK);
    }
}

static enum result cancel_all(struct scene *scene, uint32_t who,
                              struct command_order_cancel_all cancel)
{
    cancel.header.kind = COMMAND_ORDER_CANCEL_ALL;
    cancel.reason = cancel.reason != 0 ? cancel.reason : CANCEL_ALL_REASON_REQUEST;
    return scene_send(scene, who, &cancel.header);
}

static void cancel_all_takes_one_instrument_or_all(void **state)
{
    struct scene *scene = *state;
    struct order_terms gold = scene_limit(SIDE_BUY, 90, 7);
    struct order_terms coin = scene_limit(SIDE_BUY, 49000000000, 100000);

    coin.instrument = SCENE_BTCUSDT;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &gold), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &gold), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &coin), RESULT_OK);
    assert_int_equal(cancel_all(scene, SCENE_ALICE,
                                (struct command_order_cancel_all){.instrument = SCENE_GOLDKZT}),
                     RESULT_OK);
    assert_int_equal(scene_outcome(scene)->cancelled, 2);
    assert_int_equal(
        cancel_all(scene, SCENE_ALICE,
                   (struct command_order_cancel_all){.reason = CANCEL_ALL_REASON_DISCONNECT}),
        RESULT_OK);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->reason, CLOSE_REASON_DISCONNECTED);
    assert_int_equal(cancel_all(scene, SCENE_ALICE, (struct command_order_cancel_all){0}),
                     RESULT_OK);
    assert_int_equal(scene_outcome(scene)->cancelled, 0);
    assert_int_equal(
        cancel_all(scene, SCENE_ALICE, (struct command_order_cancel_all){.instrument = 99}),
        RESULT_UNKNOWN_INSTRUMENT);
}

static void anothers_orders_are_cancelled_by_an_operator_after_a_freeze(void **state)
{
    struct scene *scene = *state;
    struct command_order_cancel_all cancel = {.target = SCENE_ALICE};
    struct command_participant_freeze freeze = {
        .header.kind = COMMAND_PARTICIPANT_FREEZE, .target = SCENE_ALICE, .frozen = 1};

    assert_int_equal(cancel_all(scene, SCENE_BOB, cancel), RESULT_NOT_PERMITTED);
    assert_int_equal(cancel_all(scene, SCENE_OLGA, cancel), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &freeze.header), RESULT_OK);
    assert_int_equal(cancel_all(scene, SCENE_BOB, cancel), RESULT_NOT_PERMITTED);
    assert_int_equal(cancel_all(scene, SCENE_OLGA, cancel), RESULT_OK);
    cancel.target = 99;
    assert_int_equal(cancel_all(scene, SCENE_OLGA, cancel), RESULT_UNKNOWN_PARTICIPANT);
}

static enum result amend(struct scene *scene, uint32_t who, uint64_t order, int64_t quantity)
{
    struct command_order_amend command = {.header.kind = COMMAND_ORDER_AMEND,
                                          .order = order,
                                          .quantity.units = quantity,
                                          .client_id = scene_name("less"),
                                          .instrument = SCENE_GOLDKZT};

    return scene_send(scene, who, &command.header);
}

static void an_amend_takes_quantity_off_and_frees_its_hold(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 100, 10);
    struct order_terms ask = scene_limit(SIDE_SELL, 100, 3);

    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    uint64_t order = scene_outcome(scene)->id;
    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(amend(scene, SCENE_BOB, order, 5), RESULT_NOT_YOUR_ORDER);
    assert_int_equal(amend(scene, SCENE_ALICE, order, 10), RESULT_AMEND_NOT_DOWN);
    assert_int_equal(amend(scene, SCENE_ALICE, order, 3), RESULT_AMEND_NOT_DOWN);
    assert_int_equal(amend(scene, SCENE_ALICE, order, 5), RESULT_OK);
    const struct event_order_changed *changed = scene_event(scene, EVENT_ORDER_CHANGED, 0);
    assert_int_equal(changed->change, ORDER_CHANGE_AMENDED);
    assert_int_equal(changed->left.units, 2);
    assert_string_equal(changed->client_id.text, "less");
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 200);
    assert_int_equal(scene_event_count(scene, EVENT_LEVEL), 1);
}

static enum result countdown(struct scene *scene, uint16_t instrument, uint32_t ms)
{
    struct command_countdown_set command = {
        .header.kind = COMMAND_COUNTDOWN_SET, .instrument = instrument, .countdown_ms = ms};

    return scene_send(scene, SCENE_ALICE, &command.header);
}

static void the_dead_mans_timer_cancels_unless_it_is_set_again(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);
    int64_t start_us = scene->now_us;

    assert_int_equal(countdown(scene, 99, 1000), RESULT_UNKNOWN_INSTRUMENT);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(countdown(scene, SCENE_GOLDKZT, 1000), RESULT_OK);
    assert_int_equal(tarazy_engine_deadline(scene->engine), start_us + 1000000);
    scene->now_us += 900000;
    assert_int_equal(countdown(scene, SCENE_GOLDKZT, 1000), RESULT_OK);
    assert_int_equal(scene_clock(scene, start_us + 1000000), RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CLOSED), 0);
    assert_int_equal(scene_clock(scene, start_us + 1900000), RESULT_OK);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_int_equal(closed->reason, CLOSE_REASON_COUNTDOWN);
    assert_int_equal(closed->status, ORDER_STATUS_CANCELED);
    assert_int_equal(tarazy_engine_deadline(scene->engine), INT64_MAX);
    assert_int_equal(countdown(scene, SCENE_GOLDKZT, 1000), RESULT_OK);
    assert_int_equal(countdown(scene, SCENE_GOLDKZT, 0), RESULT_OK);
    assert_int_equal(tarazy_engine_deadline(scene->engine), INT64_MAX);
}

static void a_name_is_used_once_and_names_its_order(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);

    bid.client_id = scene_name("once");
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    uint64_t order = scene_outcome(scene)->id;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_DUPLICATE_CLIENT_ID);
    assert_int_equal(scene_outcome(scene)->id, order);
    assert_int_equal(scene_cancel(scene, SCENE_ALICE, order), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_DUPLICATE_CLIENT_ID);
    assert_int_equal(scene_outcome(scene)->id, order);
    assert_int_equal(scene_place(scene, SCENE_BOB, &bid), RESULT_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_order_that_rests_holds_exactly_what_it_may_cost),
        TEST(a_fill_moves_base_and_quote_and_each_pays_in_what_it_received),
        TEST(an_order_is_cancelled_by_its_owner_by_number_or_name),
        TEST(a_number_and_a_name_together_must_both_fit),
        TEST(a_cancel_may_ask_for_an_untouched_or_a_touched_order),
        TEST(cancels_are_taken_in_every_session),
        TEST(cancel_all_takes_one_instrument_or_all),
        TEST(anothers_orders_are_cancelled_by_an_operator_after_a_freeze),
        TEST(an_amend_takes_quantity_off_and_frees_its_hold),
        TEST(the_dead_mans_timer_cancels_unless_it_is_set_again),
        TEST(a_name_is_used_once_and_names_its_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
