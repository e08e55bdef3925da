/* SPDX-License-Identifier: Apache-2.0
 *
 * The inspector's front door: shape, numbers, who may speak before a node is open. What it says of whole
 * streams, true and altered, is in tests/laws/inspector_laws.c.
 */
#include "inspector/inspector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspector/inspector_state.h"

static const struct limits limits = TARAZY_LIMITS_SMALL;

/* A command and the events it is said to have brought about. */
struct scene {
    struct inspector *inspector;
    void *block;
    struct command_node_found found;
    struct {
        struct event_registry registry;
        struct event_outcome outcome;
    } events;
};

static int set_up(void **state)
{
    struct scene *scene = aligned_alloc(64, (sizeof *scene + 63) / 64 * 64);
    size_t size = inspector_size(&limits);

    memset(scene, 0, sizeof *scene);
    scene->block = aligned_alloc(64, size);
    memset(scene->block, 0, size);
    scene->inspector = inspector_create(scene->block, size, &limits);
    scene->found = (struct command_node_found){
        .header = {.number = 1, .time_us = 1000, .kind = COMMAND_NODE_FOUND, .request = 7},
        .sandbox = 1,
        .limits = limits,
    };
    scene->events.registry = (struct event_registry){
        .header = {1, EVENT_REGISTRY, sizeof(struct event_registry), 0},
        .subject = REGISTRY_SUBJECT_NODE,
    };
    scene->events.outcome = (struct event_outcome){
        .header = {1, EVENT_OUTCOME, sizeof(struct event_outcome), 1},
        .request = 7,
        .command = COMMAND_NODE_FOUND,
        .result = RESULT_OK,
    };
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    free(scene->block);
    free(scene);
    return 0;
}

static void show(struct scene *scene, size_t size)
{
    inspector_on_command(scene->inspector, &scene->found.header, &scene->events, size);
}

/* The node's own next command, and the change of the registry that it is said to be. */
static void tell_registry(struct scene *scene, struct command_header *command, uint16_t subject,
                          uint32_t id)
{
    uint64_t number = inspector_number(scene->inspector) + 1;
    struct {
        struct event_registry registry;
        struct event_outcome outcome;
    } events = {
        .registry =
            {
                .header = {number, EVENT_REGISTRY, sizeof(struct event_registry), 0},
                .subject_id = id,
                .subject = subject,
            },
        .outcome =
            {
                .header = {number, EVENT_OUTCOME, sizeof(struct event_outcome), 1},
                .id = id,
                .command = command->kind,
                .result = RESULT_OK,
            },
    };

    command->number = number;
    command->time_us = 1000;
    inspector_on_command(scene->inspector, command, &events, sizeof events);
}

static void expect_complaint(struct scene *scene, enum inspector_rule rule)
{
    const struct inspector_complaint *complaint = inspector_complaint(scene->inspector);

    assert_non_null(complaint);
    assert_int_equal(complaint->rule, rule);
    assert_int_equal(complaint->number, scene->found.header.number);
    assert_int_equal(inspector_number(scene->inspector), scene->found.header.number - 1);
}

static void a_founding_as_it_should_be_brings_no_complaint(void **state)
{
    struct scene *scene = *state;

    show(scene, sizeof scene->events);
    assert_null(inspector_complaint(scene->inspector));
    assert_int_equal(inspector_number(scene->inspector), 1);
}

static void events_cut_anywhere_are_not_whole(void **state)
{
    for (size_t size = 0; size < sizeof(((struct scene *)0)->events); size++) {
        assert_int_equal(set_up(state), 0);
        struct scene *scene = *state;

        show(scene, size);
        expect_complaint(scene, INSPECTOR_RULE_SHAPE);
        (void)tear_down(state);
    }
    assert_int_equal(set_up(state), 0);
}

static void an_event_that_lies_about_its_size_is_not_followed(void **state)
{
    struct scene *scene = *state;

    scene->events.registry.header.size = 0;
    show(scene, sizeof scene->events);
    expect_complaint(scene, INSPECTOR_RULE_SHAPE);
}

static void a_missing_number_is_a_complaint(void **state)
{
    struct scene *scene = *state;

    scene->found.header.number = 2;
    scene->events.registry.header.number = 2;
    scene->events.outcome.header.number = 2;
    show(scene, sizeof scene->events);
    assert_int_equal(inspector_complaint(scene->inspector)->rule, INSPECTOR_RULE_NUMBER);
}

static void nobody_but_the_node_founds_it(void **state)
{
    struct scene *scene = *state;

    scene->found.header.participant = 5;
    scene->events.outcome.participant = 5;
    show(scene, sizeof scene->events);
    expect_complaint(scene, INSPECTOR_RULE_SENDER);
}

static void a_licence_of_other_limits_is_a_complaint(void **state)
{
    struct scene *scene = *state;

    scene->found.limits.orders_max++;
    show(scene, sizeof scene->events);
    expect_complaint(scene, INSPECTOR_RULE_EFFECT);
}

static void a_refusal_with_effects_is_a_complaint(void **state)
{
    struct scene *scene = *state;

    scene->events.outcome.result = RESULT_FIELD_INVALID;
    show(scene, sizeof scene->events);
    expect_complaint(scene, INSPECTOR_RULE_REFUSAL);
}

static void the_first_complaint_stays(void **state)
{
    struct scene *scene = *state;

    scene->events.outcome.request = 8;
    show(scene, sizeof scene->events);
    expect_complaint(scene, INSPECTOR_RULE_SHAPE);
    const struct inspector_complaint first = *inspector_complaint(scene->inspector);
    show(scene, 3);
    assert_memory_equal(inspector_complaint(scene->inspector), &first, sizeof first);
}

static void time_never_goes_back(void **state)
{
    struct scene *scene = *state;

    show(scene, sizeof scene->events);
    struct command_clock clock = {.header = {.number = 2, .time_us = 999, .kind = COMMAND_CLOCK}};
    struct event_outcome outcome = {
        .header = {2, EVENT_OUTCOME, sizeof outcome, 0},
        .command = COMMAND_CLOCK,
        .result = RESULT_OK,
    };
    inspector_on_command(scene->inspector, &clock.header, &outcome, sizeof outcome);
    assert_int_equal(inspector_complaint(scene->inspector)->rule, INSPECTOR_RULE_TIME);
}

/* A node that is founded, with a tier, an asset of so much supply, and one person. */
static void found(struct scene *scene, int128 supply)
{
    struct command_tier_set tier = {.header.kind = COMMAND_TIER_SET, .tier = 1};
    struct command_asset_create asset = {
        .header.kind = COMMAND_ASSET_CREATE,
        .supply_max.units = supply,
    };
    struct command_participant_create person = {
        .header.kind = COMMAND_PARTICIPANT_CREATE,
        .roles = ROLE_TRADER,
        .tier = 1,
    };

    show(scene, sizeof scene->events);
    tell_registry(scene, &tier.header, REGISTRY_SUBJECT_TIER, 1);
    tell_registry(scene, &asset.header, REGISTRY_SUBJECT_ASSET, 1);
    tell_registry(scene, &person.header, REGISTRY_SUBJECT_PARTICIPANT, 1);
    assert_null(inspector_complaint(scene->inspector));
}

static void no_more_people_than_the_licence_has_room_for(void **state)
{
    struct scene *scene = *state;
    struct command_participant_create person = {
        .header.kind = COMMAND_PARTICIPANT_CREATE,
        .roles = ROLE_TRADER,
        .tier = 1,
    };

    found(scene, 100);
    for (uint32_t number = 2; number <= limits.participants_max; number++) {
        tell_registry(scene, &person.header, REGISTRY_SUBJECT_PARTICIPANT, number);
    }
    assert_null(inspector_complaint(scene->inspector));
    tell_registry(scene, &person.header, REGISTRY_SUBJECT_PARTICIPANT, limits.participants_max + 1);
    assert_int_equal(inspector_complaint(scene->inspector)->rule, INSPECTOR_RULE_ROOM);
}

/* Pays in and shows everything a deposit brings about. */
static void deposit(struct scene *scene, int64_t units, int64_t before, const char *text)
{
    uint64_t number = inspector_number(scene->inspector) + 1;
    uint32_t outside = TARAZY_OWNER_OUTSIDE(TARAZY_RAIL_SANDBOX);
    struct command_sandbox_deposit command = {
        .header = {.number = number, .time_us = 1000, .kind = COMMAND_SANDBOX_DEPOSIT},
        .target = 1,
        .asset = 1,
        .amount.units = units,
        .evidence.rail = TARAZY_RAIL_SANDBOX,
    };
    struct {
        struct event_posting posting;
        struct event_balance giver;
        struct event_balance getter;
        struct event_outcome outcome;
    } events = {
        .posting =
            {
                .header = {number, EVENT_POSTING, sizeof(struct event_posting), 0},
                .amount.units = units,
                .debit = outside,
                .credit = 1,
                .reference = number,
                .asset = 1,
                .reason = POSTING_REASON_SANDBOX_DEPOSIT,
            },
        .giver =
            {
                .header = {number, EVENT_BALANCE, sizeof(struct event_balance), 1},
                .available.units = -before - units,
                .owner = outside,
                .asset = 1,
            },
        .getter =
            {
                .header = {number, EVENT_BALANCE, sizeof(struct event_balance), 2},
                .available.units = before + units,
                .owner = 1,
                .asset = 1,
            },
        .outcome =
            {
                .header = {number, EVENT_OUTCOME, sizeof(struct event_outcome), 3},
                .command = COMMAND_SANDBOX_DEPOSIT,
                .result = RESULT_OK,
            },
    };

    memcpy(command.evidence.text, text, strlen(text));
    inspector_on_command(scene->inspector, &command.header, &events, sizeof events);
}

static void no_more_comes_in_than_there_is_of_an_asset(void **state)
{
    struct scene *scene = *state;

    found(scene, 100);
    deposit(scene, 60, 0, "one");
    deposit(scene, 40, 60, "two");
    assert_null(inspector_complaint(scene->inspector));
    assert_int_equal(inspector_owned(scene->inspector, 1, 1).units, 100);
    deposit(scene, 1, 100, "three");
    assert_int_equal(inspector_complaint(scene->inspector)->rule, INSPECTOR_RULE_SUPPLY);
}

static void evidence_brings_value_in_once(void **state)
{
    struct scene *scene = *state;

    found(scene, 100);
    deposit(scene, 1, 0, "one");
    assert_null(inspector_complaint(scene->inspector));
    deposit(scene, 1, 1, "one");
    assert_int_equal(inspector_complaint(scene->inspector)->rule, INSPECTOR_RULE_EVIDENCE);
}

static void every_rule_has_a_name_and_a_sentence(void **state)
{
    for (uint8_t rule = INSPECTOR_RULE_SHAPE; rule <= INSPECTOR_RULE_MINING; rule++) {
        assert_non_null(inspector_rule_name(rule));
        assert_non_null(inspector_rule_text(rule));
    }
    assert_null(inspector_rule_name(0));
    assert_null(inspector_rule_text(INSPECTOR_RULE_MINING + 1));
}

static void absurd_limits_have_no_size(void **state)
{
    struct limits absurd = limits;

    absurd.assets_max = UINT32_MAX;
    assert_int_equal(inspector_size(&absurd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_founding_as_it_should_be_brings_no_complaint, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(events_cut_anywhere_are_not_whole, NULL, tear_down),
        cmocka_unit_test_setup_teardown(an_event_that_lies_about_its_size_is_not_followed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_missing_number_is_a_complaint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_but_the_node_founds_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_licence_of_other_limits_is_a_complaint, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_with_effects_is_a_complaint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_complaint_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_never_goes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_more_people_than_the_licence_has_room_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_more_comes_in_than_there_is_of_an_asset, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(evidence_brings_value_in_once, set_up, tear_down),
        cmocka_unit_test(every_rule_has_a_name_and_a_sentence),
        cmocka_unit_test(absurd_limits_have_no_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
