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

static void every_rule_has_a_name_and_a_sentence(void **state)
{
    for (uint8_t rule = INSPECTOR_RULE_SHAPE; rule <= INSPECTOR_RULE_ROOM; rule++) {
        assert_non_null(inspector_rule_name(rule));
        assert_non_null(inspector_rule_text(rule));
    }
    assert_null(inspector_rule_name(0));
    assert_null(inspector_rule_text(INSPECTOR_RULE_ROOM + 1));
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
        cmocka_unit_test(every_rule_has_a_name_and_a_sentence),
        cmocka_unit_test(absurd_limits_have_no_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
