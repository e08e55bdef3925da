/* SPDX-License-Identifier: Apache-2.0
 *
 * People, keys, tiers and limits, as commands.
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

static struct command_participant_create person(const char *handle, uint32_t roles, uint16_t tier)
{
    struct command_participant_create create = {
        .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = roles, .tier = tier};

    memcpy(create.handle.text, handle, strlen(handle));
    return create;
}

static void an_operator_alone_takes_in_traders_but_nobody_with_power(void **state)
{
    struct scene *scene = *state;
    struct command_participant_create trader = person("dana", ROLE_TRADER, SCENE_TIER);
    struct command_participant_create chief = person("chief", ROLE_OPERATOR, SCENE_TIER);
    struct participant_view view;

    assert_int_equal(scene_send(scene, SCENE_OLGA, &trader.header), RESULT_OK);
    assert_int_equal(scene_outcome(scene)->id, SCENE_PEOPLE + 1);
    assert_true(tarazy_query_participant(scene->engine, SCENE_PEOPLE + 1, &view));
    assert_string_equal(view.handle.text, "dana");
    assert_int_equal(scene_send(scene, SCENE_OLGA, &chief.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &chief.header), RESULT_OK);
}

static void a_participant_needs_a_new_handle_a_set_tier_and_room(void **state)
{
    struct scene *scene = *state;
    struct command_participant_create known = person("alice", ROLE_TRADER, SCENE_TIER);
    struct command_participant_create lost = person("eva", ROLE_TRADER, 9);
    struct command_participant_create nth = person("n??", ROLE_TRADER, SCENE_TIER);

    assert_int_equal(scene_send(scene, SCENE_OLGA, &known.header), RESULT_DUPLICATE_HANDLE);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &lost.header), RESULT_UNKNOWN_TIER);
    for (uint32_t i = SCENE_PEOPLE; i < scene_limits.participants_max; i++) {
        nth.handle.text[1] = (char)('A' + i / 16);
        nth.handle.text[2] = (char)('A' + i % 16);
        assert_int_equal(scene_send(scene, SCENE_OLGA, &nth.header), RESULT_OK);
    }
    nth.handle.text[1] = 'x';
    assert_int_equal(scene_send(scene, SCENE_OLGA, &nth.header), RESULT_PARTICIPANTS_FULL);
}

static void roles_and_tier_change_by_two_people(void **state)
{
    struct scene *scene = *state;
    struct command_participant_update update = {.header.kind = COMMAND_PARTICIPANT_UPDATE,
                                                .target = SCENE_BOB,
                                                .roles = ROLE_MARKET_MAKER,
                                                .tier = SCENE_TIER_FREE};
    struct participant_view view;

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &update.header), RESULT_OK);
    assert_true(tarazy_query_participant(scene->engine, SCENE_BOB, &view));
    assert_int_equal(view.roles, ROLE_MARKET_MAKER);
    assert_int_equal(view.tier, SCENE_TIER_FREE);
    update.target = 777;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &update.header),
                     RESULT_UNKNOWN_PARTICIPANT);
    update.target = SCENE_BOB;
    update.tier = 9;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &update.header),
                     RESULT_UNKNOWN_TIER);
}

static void freezing_takes_all_orders_off_the_books_and_two_people_thaw(void **state)
{
    struct scene *scene = *state;
    struct order_terms bid = scene_limit(SIDE_BUY, 90, 7);
    struct order_terms ask = scene_limit(SIDE_SELL, 110, 7);
    struct command_participant_freeze freeze = {
        .header.kind = COMMAND_PARTICIPANT_FREEZE, .target = SCENE_ALICE, .frozen = 1};

    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &ask), RESULT_OK);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &freeze.header), RESULT_OK);
    assert_int_equal(scene_outcome(scene)->cancelled, 2);
    const struct event_order_closed *closed = scene_event(scene, EVENT_ORDER_CLOSED, 1);
    assert_int_equal(closed->reason, CLOSE_REASON_FROZEN);
    assert_int_equal(closed->status, ORDER_STATUS_CANCELED);
    assert_int_equal(scene_held(scene, SCENE_ALICE, SCENE_KZT), 0);
    freeze.frozen = 0;
    assert_int_equal(scene_send(scene, SCENE_OLGA, &freeze.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &freeze.header), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    freeze.frozen = 1;
    freeze.target = 0;
    assert_int_equal(scene_send(scene, SCENE_OLGA, &freeze.header), RESULT_UNKNOWN_PARTICIPANT);
}

static struct command_key_create key_for(uint32_t owner, uint8_t id)
{
    return (struct command_key_create){.header.kind = COMMAND_KEY_CREATE,
                                       .owner = owner,
                                       .type = KEY_TYPE_ED25519,
                                       .scopes = KEY_SCOPE_TRADE,
                                       .id.bytes[3] = id,
                                       .material_size = 32};
}

static void a_key_for_oneself_takes_one_and_for_another_two(void **state)
{
    struct scene *scene = *state;
    struct command_key_create own = key_for(SCENE_ALICE, 1);
    struct command_key_create others = key_for(SCENE_ALICE, 2);
    struct key_view view;

    assert_int_equal(scene_send(scene, SCENE_ALICE, &own.header), RESULT_OK);
    assert_true(tarazy_query_key(scene->engine, &own.id, &view));
    assert_int_equal(view.owner, SCENE_ALICE);
    assert_int_equal(scene_send(scene, SCENE_ALICE, &own.header), RESULT_DUPLICATE_KEY);
    assert_int_equal(scene_send(scene, SCENE_OLGA, &others.header), RESULT_NEEDS_PROPOSAL);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &others.header), RESULT_OK);
    others.owner = 888;
    others.id.bytes[3] = 3;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &others.header),
                     RESULT_UNKNOWN_PARTICIPANT);
}

/* A custodian may propose, a trader may make keys: together they still may not make others' keys. */
static void a_key_for_another_is_an_operators_act(void **state)
{
    struct scene *scene = *state;
    struct command_participant_update both = {.header.kind = COMMAND_PARTICIPANT_UPDATE,
                                              .target = SCENE_KAMILA,
                                              .roles = ROLE_CUSTODIAN | ROLE_TRADER,
                                              .tier = SCENE_TIER};
    struct command_key_create others = key_for(SCENE_ALICE, 2);

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &both.header), RESULT_OK);
    assert_int_equal(scene_four_eyes(scene, SCENE_KAMILA, SCENE_ADAM, &others.header),
                     RESULT_NOT_PERMITTED);
}

static enum result revoke(struct scene *scene, uint32_t who, struct hash256 id)
{
    struct command_key_revoke command = {.header.kind = COMMAND_KEY_REVOKE, .id = id};

    return scene_send(scene, who, &command.header);
}

static void a_key_is_revoked_by_its_owner_or_an_operator_once(void **state)
{
    struct scene *scene = *state;
    struct command_key_create first = key_for(SCENE_ALICE, 1);
    struct command_key_create second = key_for(SCENE_ALICE, 2);

    assert_int_equal(scene_send(scene, SCENE_ALICE, &first.header), RESULT_OK);
    uint32_t number = (uint32_t)scene_outcome(scene)->id;
    assert_int_equal(scene_send(scene, SCENE_ALICE, &second.header), RESULT_OK);
    assert_int_equal(revoke(scene, SCENE_BOB, first.id), RESULT_KEY_NOT_OWNER);
    assert_int_equal(revoke(scene, SCENE_ALICE, first.id), RESULT_OK);
    assert_int_equal(revoke(scene, SCENE_ALICE, first.id), RESULT_KEY_REVOKED);
    assert_int_equal(revoke(scene, SCENE_OLGA, second.id), RESULT_OK);
    first.id.bytes[3] = 77;
    assert_int_equal(revoke(scene, SCENE_ALICE, first.id), RESULT_UNKNOWN_KEY);
    scene->key = number;
    struct order_terms bid = scene_limit(SIDE_BUY, 1, 1);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_KEY_REVOKED);
}

static void there_is_room_for_so_many_keys(void **state)
{
    struct scene *scene = *state;

    for (uint32_t i = SCENE_PEOPLE; i < scene_limits.keys_max; i++) {
        struct command_key_create key = key_for(SCENE_ALICE, (uint8_t)i);

        assert_int_equal(scene_send(scene, SCENE_ALICE, &key.header), RESULT_OK);
    }
    struct command_key_create last = key_for(SCENE_ALICE, 200);
    assert_int_equal(scene_send(scene, SCENE_ALICE, &last.header), RESULT_KEYS_FULL);
}

static void a_limit_belongs_to_a_set_tier_and_a_listed_asset(void **state)
{
    struct scene *scene = *state;
    struct command_tier_limit_set limit = {.header.kind = COMMAND_TIER_LIMIT_SET,
                                           .tier = 9,
                                           .asset = SCENE_KZT,
                                           .withdraw_day_max.units = 1};

    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &limit.header),
                     RESULT_UNKNOWN_TIER);
    limit.tier = SCENE_TIER;
    limit.asset = 77;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &limit.header),
                     RESULT_UNKNOWN_ASSET);
    limit.asset = SCENE_KZT;
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &limit.header), RESULT_OK);
}

static void a_tier_changes_fees_for_everybody_in_it_at_once(void **state)
{
    struct scene *scene = *state;
    struct command_tier_set set = {.header.kind = COMMAND_TIER_SET,
                                   .tier = SCENE_TIER,
                                   .rights = TIER_RIGHT_TRADE,
                                   .maker.ppm = 0,
                                   .taker.ppm = 100000};
    struct order_terms ask = scene_limit(SIDE_SELL, 100, 50);
    struct order_terms bid = scene_limit(SIDE_BUY, 100, 50);

    assert_int_equal(scene_place(scene, SCENE_BOB, &ask), RESULT_OK);
    assert_int_equal(scene_four_eyes(scene, SCENE_OLGA, SCENE_ADAM, &set.header), RESULT_OK);
    assert_int_equal(scene_place(scene, SCENE_ALICE, &bid), RESULT_OK);
    const struct event_trade *trade = scene_event(scene, EVENT_TRADE, 0);
    assert_int_equal(trade->taker_fee.units, 5);
    assert_int_equal(trade->maker_fee.units, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_operator_alone_takes_in_traders_but_nobody_with_power),
        TEST(a_participant_needs_a_new_handle_a_set_tier_and_room),
        TEST(roles_and_tier_change_by_two_people),
        TEST(freezing_takes_all_orders_off_the_books_and_two_people_thaw),
        TEST(a_key_for_oneself_takes_one_and_for_another_two),
        TEST(a_key_for_another_is_an_operators_act),
        TEST(a_key_is_revoked_by_its_owner_or_an_operator_once),
        TEST(there_is_room_for_so_many_keys),
        TEST(a_limit_belongs_to_a_set_tier_and_a_listed_asset),
        TEST(a_tier_changes_fees_for_everybody_in_it_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
