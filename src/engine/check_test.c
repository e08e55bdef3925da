/* SPDX-License-Identifier: Apache-2.0
 *
 * What every command is asked before its own family is: time, founding, sender, key, nonce, roles, a
 * second person. One test for each reason.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "engine/apply.h"
#include "support/engine_scene.h"
#include "support/expect_abort.h"

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

static enum result place_something(struct scene *scene, uint32_t who)
{
    struct order_terms bid = scene_limit(SIDE_BUY, 10, 1);

    return scene_place(scene, who, &bid);
}

static void time_never_goes_back_and_may_stand_still(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(scene_clock(scene, scene->now_us), RESULT_OK);
    assert_int_equal(scene_clock(scene, scene->now_us - 1), RESULT_TIME_BACKWARDS);
    assert_int_equal(tarazy_engine_time(scene->engine), scene->now_us + 1);
}

static void an_unknown_kind_is_refused_and_counted(void **state)
{
    struct scene *scene = *state;
    _Alignas(64) struct command_clock unknown = {.header.kind = 9999};

    unknown.header.number = tarazy_engine_number(scene->engine) + 1;
    unknown.header.time_us = scene->now_us;
    scene->events.used = 0;
    scene->events.count = 0;
    tarazy_engine_apply(scene->engine, &unknown.header, &scene->events);
    assert_int_equal(scene_outcome(scene)->result, RESULT_UNKNOWN_COMMAND);
    assert_int_equal(tarazy_engine_number(scene->engine), unknown.header.number);
}

static void skip_a_number(void *argument)
{
    struct scene *scene = argument;
    _Alignas(64) struct command_clock clock = {.header.kind = COMMAND_CLOCK};

    clock.header.number = tarazy_engine_number(scene->engine) + 2;
    clock.header.time_us = scene->now_us;
    scene->events.used = 0;
    tarazy_engine_apply(scene->engine, &clock.header, &scene->events);
}

static void a_gap_in_the_numbers_stops_the_node(void **state)
{
    assert_true(does_abort(skip_a_number, *state));
}

static void apply_with_little_room(void *argument)
{
    struct scene *scene = argument;

    scene->events.size = TARAZY_EVENTS_SIZE_MAX - 16;
    (void)place_something(scene, SCENE_ALICE);
}

static void too_small_a_buffer_for_events_stops_the_node(void **state)
{
    assert_true(does_abort(apply_with_little_room, *state));
}

static void before_the_licence_nothing_is_done(void **state)
{
    struct scene *scene = *state;
    struct scene empty;
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};

    (void)scene;
    scene_start_empty(&empty, &scene_limits);
    assert_int_equal(scene_send(&empty, 0, &open.header), RESULT_NOT_FOUNDED);
    assert_int_equal(scene_clock(&empty, empty.now_us), RESULT_NOT_FOUNDED);
    scene_end(&empty);
}

static void during_the_founding_people_wait_and_founders_do_only_founding_acts(void **state)
{
    struct scene *scene = *state;
    struct scene founding;
    struct command_participant_freeze freeze = {
        .header.kind = COMMAND_PARTICIPANT_FREEZE, .target = 1, .frozen = 1};

    (void)scene;
    scene_start_founding(&founding);
    assert_int_equal(place_something(&founding, SCENE_ALICE), RESULT_NOT_FOUNDED);
    assert_int_equal(scene_send(&founding, 0, &freeze.header), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_clock(&founding, founding.now_us), RESULT_OK);
    scene_end(&founding);
}

static void an_open_node_does_nothing_of_itself_but_let_time_pass(void **state)
{
    struct scene *scene = *state;
    struct command_node_found found = {.header.kind = COMMAND_NODE_FOUND, .limits = scene_limits};
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET, .tier = 1};

    assert_int_equal(scene_send(scene, 0, &found.header), RESULT_ALREADY_FOUNDED);
    assert_int_equal(scene_send(scene, 0, &tier.header), RESULT_ALREADY_FOUNDED);
    assert_int_equal(scene_deposit(scene, SCENE_ALICE, SCENE_KZT, 5), RESULT_ALREADY_FOUNDED);
    assert_int_equal(place_something(scene, 0), RESULT_ALREADY_FOUNDED);
    assert_int_equal(scene_clock(scene, scene->now_us + 1), RESULT_OK);
}

static void nobody_else_may_found_open_or_tell_the_time(void **state)
{
    struct scene *scene = *state;
    struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};
    struct command_clock clock = {.header.kind = COMMAND_CLOCK};

    assert_int_equal(scene_send(scene, SCENE_OLGA, &open.header), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &clock.header), RESULT_NOT_PERMITTED);
}

static void an_unknown_participant_is_refused(void **state)
{
    assert_int_equal(place_something(*state, SCENE_PEOPLE + 1), RESULT_UNKNOWN_PARTICIPANT);
    assert_int_equal(place_something(*state, UINT32_MAX), RESULT_UNKNOWN_PARTICIPANT);
}

static void roles_say_who_may_do_what(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_OK);
    assert_int_equal(place_something(scene, SCENE_MAKER), RESULT_OK);
    assert_int_equal(place_something(scene, SCENE_OLGA), RESULT_NOT_PERMITTED);
    assert_int_equal(place_something(scene, SCENE_SAULE), RESULT_NOT_PERMITTED);
    struct command_session_set halt = {
        .header.kind = COMMAND_SESSION_SET, .instrument = SCENE_GOLDKZT, .session = SESSION_HALTED};
    assert_int_equal(scene_send(scene, SCENE_ALICE, &halt.header), RESULT_NOT_PERMITTED);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &halt.header), RESULT_OK);
}

static void somebody_frozen_can_do_nothing_at_all(void **state)
{
    struct scene *scene = *state;
    struct command_participant_freeze freeze = {
        .header.kind = COMMAND_PARTICIPANT_FREEZE, .target = SCENE_ALICE, .frozen = 1};
    struct command_order_cancel_all cancel = {.header.kind = COMMAND_ORDER_CANCEL_ALL,
                                              .reason = CANCEL_ALL_REASON_REQUEST};

    assert_int_equal(scene_send(scene, SCENE_SAULE, &freeze.header), RESULT_OK);
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_PARTICIPANT_FROZEN);
    assert_int_equal(scene_send(scene, SCENE_ALICE, &cancel.header), RESULT_PARTICIPANT_FROZEN);
}

/* A key for alice; its number. */
static uint32_t make_key(struct scene *scene, uint8_t scopes, bool with_nonce, int64_t expires_us)
{
    struct command_key_create create = {
        .header.kind = COMMAND_KEY_CREATE,
        .owner = SCENE_ALICE,
        .type = KEY_TYPE_ED25519,
        .scopes = scopes,
        .nonce_required = with_nonce,
        .expires_us = expires_us,
        .material_size = 32,
    };

    create.id.bytes[0] = 99;
    create.id.bytes[1] = scopes;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &create.header), RESULT_OK);
    return (uint32_t)scene_outcome(scene)->id;
}

static void a_command_without_a_good_key_is_refused(void **state)
{
    struct scene *scene = *state;

    scene->key = 1000;
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_UNKNOWN_KEY);
    scene->key = SCENE_BOB;
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_KEY_NOT_OWNER);
    scene->key = 0;
    uint32_t reader = make_key(scene, KEY_SCOPE_READ, false, 0);
    scene->key = reader;
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_KEY_SCOPE);
    scene->key = 0;
    uint32_t brief = make_key(scene, KEY_SCOPE_TRADE, false, scene->now_us + 1000);
    scene->key = brief;
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_OK);
    scene->now_us += 1000;
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_KEY_REVOKED);
}

static void a_nonce_is_used_up_even_by_what_is_refused_afterwards(void **state)
{
    struct scene *scene = *state;
    struct order_terms dear = scene_limit(SIDE_BUY, 1000000, 1000000);
    uint32_t key = make_key(scene, KEY_SCOPE_TRADE, true, 0);
    struct key_view view;

    scene->key = key;
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_NONCE_NOT_INCREASING);
    scene->nonce = 5;
    assert_int_equal(scene_place(scene, SCENE_ALICE, &dear), RESULT_INSUFFICIENT_BALANCE);
    assert_true(tarazy_query_key_by_number(scene->engine, key, &view));
    assert_int_equal(view.nonce, 5);
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_NONCE_NOT_INCREASING);
    scene->nonce = 6;
    assert_int_equal(place_something(scene, SCENE_ALICE), RESULT_OK);
}

static void what_takes_two_is_refused_to_one(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET, .tier = 1};
    struct command_participant_freeze thaw = {.header.kind = COMMAND_PARTICIPANT_FREEZE,
                                              .target = SCENE_ALICE};
    struct command_deposit deposit = {.header.kind = COMMAND_DEPOSIT,
                                      .target = SCENE_ALICE,
                                      .asset = SCENE_KZT,
                                      .amount.units = 5,
                                      .evidence = {.text = "a", .rail = 2}};

    assert_int_equal(scene_send(scene, SCENE_OMAR, &tier.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(scene_send(scene, SCENE_OMAR, &thaw.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(scene_send(scene, SCENE_KAMILA, &deposit.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(scene_available(scene, SCENE_ALICE, SCENE_KZT), 1000000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(time_never_goes_back_and_may_stand_still),
        TEST(an_unknown_kind_is_refused_and_counted),
        TEST(a_gap_in_the_numbers_stops_the_node),
        TEST(too_small_a_buffer_for_events_stops_the_node),
        TEST(before_the_licence_nothing_is_done),
        TEST(during_the_founding_people_wait_and_founders_do_only_founding_acts),
        TEST(an_open_node_does_nothing_of_itself_but_let_time_pass),
        TEST(nobody_else_may_found_open_or_tell_the_time),
        TEST(an_unknown_participant_is_refused),
        TEST(roles_say_who_may_do_what),
        TEST(somebody_frozen_can_do_nothing_at_all),
        TEST(a_command_without_a_good_key_is_refused),
        TEST(a_nonce_is_used_up_even_by_what_is_refused_afterwards),
        TEST(what_takes_two_is_refused_to_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
