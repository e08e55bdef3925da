/* SPDX-License-Identifier: Apache-2.0
 *
 * The second books about records that were skipped: nothing happens with them, and two people stand behind each.
 */
#include "inspector/inspector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspector/inspector_state.h"

static const struct limits limits = TARAZY_LIMITS_SMALL;

/* Participants; key n belongs to participant n. */
enum { OLGA = 1, ADAM = 2, BOTH = 3, DOUBLE = 4, ALICE = 5, PEOPLE = 5 };

struct scene {
    struct inspector *inspector;
    void *block;
    int64_t time_us;
};

/* The next command and the events it is said to have brought about. */
static void tell(struct scene *scene, struct command_header *command, uint16_t result, uint64_t id)
{
    uint64_t number = inspector_number(scene->inspector) + 1;
    _Alignas(16) struct event_outcome outcome = {
        .header = {number, EVENT_OUTCOME, sizeof outcome, 0},
        .participant = command->participant,
        .command = command->kind,
        .result = result,
        .id = id,
    };

    command->number = number;
    command->time_us = scene->time_us;
    inspector_on_command(scene->inspector, command, &outcome, sizeof outcome);
}

/* The same with a change of the registry. */
static void tell_registry(struct scene *scene, struct command_header *command, uint16_t subject,
                          uint32_t id)
{
    uint64_t number = inspector_number(scene->inspector) + 1;
    _Alignas(16) struct {
        struct event_registry registry;
        struct event_outcome outcome;
    } events = {
        .registry = {.header = {number, EVENT_REGISTRY, sizeof(struct event_registry), 0},
                     .subject_id = id,
                     .subject = subject},
        .outcome = {.header = {number, EVENT_OUTCOME, sizeof(struct event_outcome), 1},
                    .command = command->kind,
                    .result = RESULT_OK,
                    .id = id},
    };

    command->number = number;
    command->time_us = scene->time_us;
    inspector_on_command(scene->inspector, command, &events, sizeof events);
    assert_null(inspector_complaint(scene->inspector));
}

static void add_people(struct scene *scene)
{
    static const uint32_t roles[PEOPLE + 1] = {[OLGA] = ROLE_OPERATOR,
                                               [ADAM] = ROLE_APPROVER,
                                               [BOTH] = ROLE_OPERATOR | ROLE_APPROVER,
                                               [DOUBLE] = ROLE_APPROVER,
                                               [ALICE] = ROLE_TRADER};

    for (uint32_t i = 1; i <= PEOPLE; i++) {
        _Alignas(16) struct command_participant_create person = {
            .header.kind = COMMAND_PARTICIPANT_CREATE, .roles = roles[i], .tier = 1};
        _Alignas(16) struct command_key_create key = {.header.kind = COMMAND_KEY_CREATE,
                                                      .owner = i,
                                                      .type = KEY_TYPE_ED25519,
                                                      .scopes = KEY_SCOPE_OPERATE | KEY_SCOPE_TRADE,
                                                      .material_size = 32};

        person.handle.text[0] = (char)('a' + i);
        person.identity.bytes[0] = i == DOUBLE ? OLGA : (uint8_t)i;
        key.id.bytes[0] = (uint8_t)i;
        tell_registry(scene, &person.header, REGISTRY_SUBJECT_PARTICIPANT, i);
        tell_registry(scene, &key.header, REGISTRY_SUBJECT_KEY, i);
    }
}

static int set_up(void **state)
{
    static struct scene scene;
    size_t size = inspector_size(&limits);
    _Alignas(16) struct command_node_found found = {
        .header.kind = COMMAND_NODE_FOUND, .sandbox = 1, .limits = limits};
    _Alignas(16) struct command_tier_set tier = {
        .header.kind = COMMAND_TIER_SET, .tier = 1, .rights = TIER_RIGHT_TRADE};
    _Alignas(16) struct command_node_open open = {.header.kind = COMMAND_NODE_OPEN};

    scene.time_us = 1000;
    scene.block = aligned_alloc(64, size);
    assert_non_null(scene.block);
    memset(scene.block, 0, size);
    scene.inspector = inspector_create(scene.block, size, &limits);
    tell_registry(&scene, &found.header, REGISTRY_SUBJECT_NODE, 0);
    tell_registry(&scene, &tier.header, REGISTRY_SUBJECT_TIER, 1);
    add_people(&scene);
    tell_registry(&scene, &open.header, REGISTRY_SUBJECT_NODE, 0);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    free(scene->block);
    return 0;
}

static struct command_clock clock_of(uint32_t participant)
{
    return (struct command_clock){.header = {.kind = COMMAND_CLOCK, .participant = participant}};
}

static uint64_t skip_one(struct scene *scene)
{
    _Alignas(16) struct command_clock clock = clock_of(ALICE);

    tell(scene, &clock.header, RESULT_QUARANTINED, 0);
    return inspector_number(scene->inspector);
}

static void sign(struct scene *scene, uint64_t record, uint32_t operator_id, uint32_t approver_id)
{
    _Alignas(16) struct command_quarantine quarantine = {.header.kind = COMMAND_QUARANTINE,
                                                         .record = record,
                                                         .operator_id = operator_id,
                                                         .operator_key = operator_id,
                                                         .approver_id = approver_id,
                                                         .approver_key = approver_id};

    tell(scene, &quarantine.header, RESULT_OK, record);
}

static void expect_complaint(const struct scene *scene, enum inspector_rule rule)
{
    const struct inspector_complaint *complaint = inspector_complaint(scene->inspector);

    assert_non_null(complaint);
    assert_int_equal(complaint->rule, rule);
}

static void a_skipped_record_that_two_people_signed_for_brings_no_complaint(void **state)
{
    struct scene *scene = *state;
    _Alignas(16) struct command_clock clock = clock_of(0);
    uint64_t first = skip_one(scene);
    uint64_t second = skip_one(scene);

    tell(scene, &clock.header, RESULT_OK, 0); /* the rest of the batch */
    sign(scene, first, OLGA, ADAM);
    sign(scene, second, OLGA, BOTH);
    tell(scene, &clock.header, RESULT_OK, 0);
    assert_null(inspector_complaint(scene->inspector));
}

/* Neither sender nor key nor nonce is looked at: that is what may have stopped the engine. */
static void nothing_of_a_skipped_record_is_looked_at_but_number_and_time(void **state)
{
    struct scene *scene = *state;
    _Alignas(16) struct command_order_place order = {
        .header = {
            .kind = COMMAND_ORDER_PLACE, .participant = 999, .key = 77, .nonce = UINT64_MAX}};

    scene->time_us = 2000;
    tell(scene, &order.header, RESULT_QUARANTINED, 0);
    assert_null(inspector_complaint(scene->inspector));
    _Alignas(16) struct command_clock clock = clock_of(0);
    scene->time_us = 1999;
    tell(scene, &clock.header, RESULT_OK, 0);
    expect_complaint(scene, INSPECTOR_RULE_TIME);
}

static void a_skipped_record_brings_nothing_about(void **state)
{
    struct scene *scene = *state;
    uint64_t number = inspector_number(scene->inspector) + 1;
    _Alignas(16) struct command_clock clock = clock_of(ALICE);
    _Alignas(16) struct {
        struct event_registry registry;
        struct event_outcome outcome;
    } events = {
        .registry = {.header = {number, EVENT_REGISTRY, sizeof(struct event_registry), 0},
                     .subject = REGISTRY_SUBJECT_NODE},
        .outcome = {.header = {number, EVENT_OUTCOME, sizeof(struct event_outcome), 1},
                    .participant = ALICE,
                    .command = COMMAND_CLOCK,
                    .result = RESULT_QUARANTINED},
    };

    clock.header.number = number;
    clock.header.time_us = scene->time_us;
    inspector_on_command(scene->inspector, &clock.header, &events, sizeof events);
    expect_complaint(scene, INSPECTOR_RULE_REFUSAL);
}

static void signing_goes_on_until_every_skipped_record_is_signed_for(void **state)
{
    struct scene *scene = *state;
    _Alignas(16) struct command_clock clock = clock_of(0);
    uint64_t first = skip_one(scene);

    (void)skip_one(scene);
    sign(scene, first, OLGA, ADAM);
    assert_null(inspector_complaint(scene->inspector));
    tell(scene, &clock.header, RESULT_OK, 0);
    expect_complaint(scene, INSPECTOR_RULE_FOUR_EYES);
}

static void a_record_that_was_carried_out_is_not_signed_for(void **state)
{
    struct scene *scene = *state;
    _Alignas(16) struct command_clock clock = clock_of(0);

    tell(scene, &clock.header, RESULT_OK, 0);
    sign(scene, inspector_number(scene->inspector), OLGA, ADAM);
    expect_complaint(scene, INSPECTOR_RULE_FOUR_EYES);
}

static void a_record_is_signed_for_once(void **state)
{
    struct scene *scene = *state;
    uint64_t record = skip_one(scene);

    sign(scene, record, OLGA, ADAM);
    sign(scene, record, OLGA, ADAM);
    expect_complaint(scene, INSPECTOR_RULE_FOUR_EYES);
}

static void it_takes_two_people_with_their_roles_and_keys(void **state)
{
    static const uint32_t pairs[][2] = {{OLGA, OLGA}, {BOTH, BOTH},  {OLGA, DOUBLE},
                                        {ADAM, OLGA}, {ALICE, ADAM}, {OLGA, ALICE},
                                        {OLGA, 77},   {0, ADAM},     {DOUBLE, BOTH}};

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct scene *scene = *state;

        sign(scene, skip_one(scene), pairs[i][0], pairs[i][1]);
        expect_complaint(scene, INSPECTOR_RULE_FOUR_EYES);
        (void)tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
    struct scene *scene = *state;
    _Alignas(16) struct command_quarantine quarantine = {.header.kind = COMMAND_QUARANTINE,
                                                         .record = skip_one(scene),
                                                         .operator_id = OLGA,
                                                         .operator_key = ADAM,
                                                         .approver_id = ADAM,
                                                         .approver_key = ADAM};
    tell(scene, &quarantine.header, RESULT_OK, quarantine.record);
    expect_complaint(scene, INSPECTOR_RULE_FOUR_EYES);
}

static void more_than_can_be_signed_for_is_not_skipped(void **state)
{
    struct scene *scene = *state;

    for (uint32_t i = 0; i < TARAZY_QUARANTINES_MAX; i++) {
        (void)skip_one(scene);
        assert_null(inspector_complaint(scene->inspector));
    }
    _Alignas(16) struct command_clock clock = clock_of(ALICE);
    tell(scene, &clock.header, RESULT_QUARANTINED, 0);
    expect_complaint(scene, INSPECTOR_RULE_FOUR_EYES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_skipped_record_that_two_people_signed_for_brings_no_complaint),
        TEST(nothing_of_a_skipped_record_is_looked_at_but_number_and_time),
        TEST(a_skipped_record_brings_nothing_about),
        TEST(signing_goes_on_until_every_skipped_record_is_signed_for),
        TEST(a_record_that_was_carried_out_is_not_signed_for),
        TEST(a_record_is_signed_for_once),
        TEST(it_takes_two_people_with_their_roles_and_keys),
        TEST(more_than_can_be_signed_for_is_not_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
