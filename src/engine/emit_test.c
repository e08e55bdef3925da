/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of events within a command, and that their unused bytes are zero.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "engine/emit.h"
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

static void an_order_opens_trades_closes_shows_levels_then_balances_then_the_outcome(void **state)
{
    static const uint16_t expected[] = {
        EVENT_ORDER_OPENED, EVENT_TRADE,   EVENT_POSTING,      EVENT_POSTING,
        EVENT_ORDER_CLOSED, EVENT_LEVEL,   EVENT_ORDER_CLOSED, EVENT_BALANCE,
        EVENT_BALANCE,      EVENT_BALANCE, EVENT_BALANCE,      EVENT_OUTCOME,
    };
    struct scene *scene = *state;
    struct order_terms ask = scene_limit(SIDE_SELL, 100, 5);
    struct order_terms bid = scene_limit(SIDE_BUY, 100, 5);
    size_t at = 0;

    assert_int_equal(scene_place(scene, SCENE_MAKER, &ask), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_CAROL, &bid), RESULT_OK);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const void *bytes = scene->events.bytes + at;
        const struct event_header *event = bytes;

        assert_int_equal(event->kind, expected[i]);
        at += event->size;
    }
    assert_int_equal(at, scene->events.used);
}

static void a_level_of_resting_quantity_shows_what_is_there(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 5);

    assert_int_equal(scene_place(scene, SCENE_CAROL, &bid), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_CAROL, &bid), RESULT_OK);
    const struct event_level *level = scene_event(scene, EVENT_LEVEL, 0);
    assert_int_equal(level->update, 2);
    assert_int_equal(level->quantity.units, 10);
    assert_int_equal(level->orders, 2);
    assert_int_equal(level->side, SIDE_BUY);
}

/* The buffer was full of other bytes before. */
static void unused_bytes_are_zero_whatever_stood_there(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 5);
    struct event_outcome expected;

    memset(scene->events.bytes, 0xee, 4096);
    assert_int_equal(scene_place(scene, SCENE_CAROL, &bid), RESULT_OK);
    const struct event_outcome *outcome = scene_outcome(scene);
    memset(&expected, 0, sizeof expected);
    expected.header = outcome->header;
    expected.id = outcome->id;
    expected.participant = SCENE_CAROL;
    expected.request = outcome->request;
    expected.origin = 3;
    expected.command = COMMAND_ORDER_PLACE;
    expected.result = RESULT_OK;
    assert_memory_equal(outcome, &expected, sizeof expected);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_order_opens_trades_closes_shows_levels_then_balances_then_the_outcome),
        TEST(a_level_of_resting_quantity_shows_what_is_there),
        TEST(unused_bytes_are_zero_whatever_stood_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
