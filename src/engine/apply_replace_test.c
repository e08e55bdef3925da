/* SPDX-License-Identifier: Apache-2.0
 *
 * One order in the place of another: both or neither, or each if it can.
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

static enum result replace(struct scene *scene, uint32_t who, uint64_t order,
                           struct order_terms terms, enum replace_mode mode)
{
    struct command_order_replace command = {.header.kind = COMMAND_ORDER_REPLACE,
                                            .order = order,
                                            .cancel_client_id = scene_name("gone"),
                                            .mode = (uint8_t)mode,
                                            .terms = terms};

    return scene_send(scene, who, &command.header);
}

static uint64_t place(struct scene *scene, uint32_t who, struct order_terms terms)
{
    assert_int_equal(scene_place(scene, who, &terms), RESULT_OK);
    return scene_outcome(scene)->id;
}

static void expect_results(const struct scene *scene, unsigned cancel, unsigned new_order)
{
    assert_int_equal(scene_outcome(scene)->cancel_result, cancel);
    assert_int_equal(scene_outcome(scene)->place_result, new_order);
}

static void a_replacement_may_spend_what_the_old_order_held(void **state)
{
    struct scene *scene = *state;
    uint64_t old = place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 100, 10000));

    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 0);
    assert_int_equal(replace(scene, SCENE_ALICE, old, scene_limit(SIDE_BUY, 50, 20000),
                             REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_OK);
    expect_results(scene, RESULT_OK, RESULT_OK);
    assert_int_equal(scene_outcome(scene)->cancelled, old);
    assert_int_equal(scene_outcome(scene)->id, old + 1);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 1000000);
    const struct event_order_opened *opened = scene_event(scene, EVENT_ORDER_OPENED, 0);
    assert_int_equal(opened->replaces, old);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 0);
    assert_string_equal(closed->client_id.text, "gone");
    assert_true(closed->header.sequence < opened->header.sequence);
}

static void both_or_neither(void **state)
{
    struct scene *scene = *state;
    uint64_t old = place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 100, 10));

    assert_int_equal(replace(scene, SCENE_ALICE, old, scene_limit(SIDE_BUY, 100, 10001),
                             REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_REPLACE_NOT_CANCELLED);
    expect_results(scene, 0, RESULT_INSUFFICIENT_BALANCE);
    assert_int_equal(replace(scene, SCENE_ALICE, old + 1, scene_limit(SIDE_BUY, 100, 10),
                             REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_REPLACE_NOT_CANCELLED);
    expect_results(scene, RESULT_UNKNOWN_ORDER, 0);
    assert_int_equal(replace(scene, SCENE_BOB, old, scene_limit(SIDE_BUY, 100, 10),
                             REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_REPLACE_NOT_CANCELLED);
    expect_results(scene, RESULT_NOT_YOUR_ORDER, 0);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 1000);
}

static void each_if_it_can(void **state)
{
    struct scene *scene = *state;
    uint64_t old = place(scene, SCENE_ALICE, scene_limit(SIDE_BUY, 100, 10));

    /* nothing to cancel: placed all the same */
    assert_int_equal(
        replace(scene, SCENE_ALICE, 99, scene_limit(SIDE_BUY, 90, 1), REPLACE_MODE_ALLOW_FAILURE),
        RESULT_OK);
    expect_results(scene, RESULT_UNKNOWN_ORDER, RESULT_OK);
    assert_int_equal(scene_outcome(scene)->cancelled, 0);
    /* neither */
    assert_int_equal(
        replace(scene, SCENE_ALICE, 99, scene_limit(SIDE_BUY, 0, 1), REPLACE_MODE_ALLOW_FAILURE),
        RESULT_REPLACE_NOT_CANCELLED);
    expect_results(scene, RESULT_UNKNOWN_ORDER, RESULT_ORDER_TYPE_INVALID);
    /* cancelled, and not placed */
    assert_int_equal(replace(scene, SCENE_ALICE, old, scene_limit(SIDE_BUY, 2000000, 1),
                             REPLACE_MODE_ALLOW_FAILURE),
                     RESULT_REPLACE_NOT_PLACED);
    expect_results(scene, RESULT_OK, RESULT_PRICE_FILTER);
    assert_int_equal(scene_outcome(scene)->cancelled, old);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 90);
}

static void the_old_order_is_not_in_the_way_of_the_new_one(void **state)
{
    struct scene *scene = *state;
    uint64_t old = place(scene, SCENE_ALICE, scene_limit(SIDE_SELL, 100, 10));
    struct order_terms maker = scene_limit(SIDE_BUY, 100, 10);

    maker.type = ORDER_TYPE_LIMIT_MAKER;
    assert_int_equal(replace(scene, SCENE_ALICE, old, maker, REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_TRADE), 0);
}

static void a_repeated_name_names_the_order_that_has_it(void **state)
{
    struct scene *scene = *state;
    struct order_terms named = scene_limit(SIDE_BUY, 100, 10);

    named.client_id = scene_name("one");
    uint64_t old = place(scene, SCENE_ALICE, named);
    assert_int_equal(replace(scene, SCENE_ALICE, old, named, REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_REPLACE_NOT_CANCELLED);
    expect_results(scene, 0, RESULT_DUPLICATE_CLIENT_ID);
    assert_int_equal(scene_outcome(scene)->id, old);
}

/* A one-triggers-other list: the first leg buys, the pending one sells. */
static uint64_t place_list(struct scene *scene)
{
    struct command_order_list_place list = {
        .header.kind = COMMAND_ORDER_LIST_PLACE,
        .contingency = CONTINGENCY_OTO,
        .legs = 2,
        .terms = {scene_limit(SIDE_BUY, 90, 100), scene_limit(SIDE_SELL, 120, 100)}};

    assert_int_equal(scene_send(scene, SCENE_ALICE, &list.header), RESULT_OK);
    return scene_outcome(scene)->id;
}

static void replacing_a_leg_ends_its_list(void **state)
{
    struct scene *scene = *state;
    uint64_t first = place_list(scene);

    assert_int_equal(replace(scene, SCENE_ALICE, first, scene_limit(SIDE_BUY, 100, 5),
                             REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_OK);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_CLOSED), 2);
    assert_int_equal(scene_event_count(scene, EVENT_ORDER_LIST), 1);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 500);
}

/* The pending leg would sell gold; what the list holds, and gives back, is money. */
static void a_pending_leg_gives_back_what_the_working_leg_holds(void **state)
{
    struct scene *scene = *state;
    struct order_terms all_gold = scene_limit(SIDE_SELL, 300, 999950);

    assert_int_equal(scene_place(scene, SCENE_ALICE, &all_gold), RESULT_OK);
    uint64_t pending = place_list(scene) + 1;
    assert_int_equal(replace(scene, SCENE_ALICE, pending, scene_limit(SIDE_SELL, 130, 51),
                             REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_REPLACE_NOT_CANCELLED);
    expect_results(scene, 0, RESULT_INSUFFICIENT_BALANCE);
    assert_int_equal(replace(scene, SCENE_ALICE, pending, scene_limit(SIDE_BUY, 50, 20000),
                             REPLACE_MODE_STOP_ON_FAILURE),
                     RESULT_OK);
}

static void a_leg_is_not_replaced_by_what_depends_on_the_present_book(void **state)
{
    struct scene *scene = *state;
    uint64_t first = place_list(scene);
    struct order_terms fok = scene_limit(SIDE_BUY, 100, 5);
    struct order_terms ask = scene_limit(SIDE_SELL, 100, 5);

    fok.time_in_force = TIME_IN_FORCE_FOK;
    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(
        replace(scene, SCENE_ALICE, first, scene_market(SIDE_BUY, 5), REPLACE_MODE_STOP_ON_FAILURE),
        RESULT_REPLACE_NOT_CANCELLED);
    expect_results(scene, 0, RESULT_ORDER_TYPE_INVALID);
    assert_int_equal(replace(scene, SCENE_ALICE, first, fok, REPLACE_MODE_ALLOW_FAILURE),
                     RESULT_REPLACE_NOT_PLACED);
    expect_results(scene, RESULT_OK, RESULT_ORDER_TYPE_INVALID);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_replacement_may_spend_what_the_old_order_held),
        TEST(both_or_neither),
        TEST(each_if_it_can),
        TEST(the_old_order_is_not_in_the_way_of_the_new_one),
        TEST(a_repeated_name_names_the_order_that_has_it),
        TEST(replacing_a_leg_ends_its_list),
        TEST(a_pending_leg_gives_back_what_the_working_leg_holds),
        TEST(a_leg_is_not_replaced_by_what_depends_on_the_present_book),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
