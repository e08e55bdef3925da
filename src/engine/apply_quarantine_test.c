/* SPDX-License-Identifier: Apache-2.0
 *
 * Passing over a command: nothing of it happens, whatever it is.
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

static struct command_order_place order_of(const struct scene *scene, uint32_t who)
{
    return (struct command_order_place){
        .header = {.number = tarazy_engine_number(scene->engine) + 1,
                   .time_us = scene->now_us + 5,
                   .nonce = 77,
                   .kind = COMMAND_ORDER_PLACE,
                   .participant = who,
                   .request = 9,
                   .key = who},
        .terms = scene_limit(SIDE_BUY, 100, 3)};
}

static void pass_over(struct scene *scene, const struct command_header *command)
{
    scene->events.used = 0;
    scene->events.count = 0;
    tarazy_engine_skip(scene->engine, command, &scene->events);
}

static void a_skipped_command_changes_number_and_time_alone(void **state)
{
    struct scene *scene = *state;
    _Alignas(64) struct command_order_place order = order_of(scene, SCENE_ALICE);
    size_t size;
    uint8_t *block = (uint8_t *)(uintptr_t)tarazy_engine_block(scene->engine, &size);
    struct key_view key;

    memcpy(scene->before, block, size);
    pass_over(scene, &order.header);
    const struct event_outcome *outcome = scene_outcome(scene);
    assert_int_equal(scene->events.count, 1);
    assert_int_equal(outcome->result, RESULT_QUARANTINED);
    assert_int_equal(outcome->participant, SCENE_ALICE);
    assert_int_equal(outcome->request, 9);
    assert_int_equal(outcome->command, COMMAND_ORDER_PLACE);
    assert_int_equal(outcome->id, 0);
    assert_int_equal(tarazy_engine_number(scene->engine), order.header.number);
    assert_int_equal(tarazy_engine_time(scene->engine), order.header.time_us);
    assert_true(tarazy_query_key_by_number(scene->engine, SCENE_ALICE, &key));
    assert_int_equal(key.nonce, 0);
    /* The rest of the block is what it was: put number and time back, and compare. */
    scene->engine->number--;
    scene->engine->time_us = ((const struct engine *)(const void *)scene->before)->time_us;
    assert_memory_equal(block, scene->before, size);
    scene->engine->number++;
}

static void a_skipped_command_is_not_even_asked_who_sent_it(void **state)
{
    struct scene *scene = *state;
    _Alignas(64) struct command_order_place order = order_of(scene, UINT32_MAX);

    order.header.key = UINT32_MAX;
    memset(&order.terms, 0xff, sizeof order.terms);
    pass_over(scene, &order.header);
    assert_int_equal(scene_outcome(scene)->result, RESULT_QUARANTINED);
    assert_null(tarazy_engine_audit(scene->engine));
}

static void a_skipped_command_of_the_past_does_not_turn_time_back(void **state)
{
    struct scene *scene = *state;
    _Alignas(64) struct command_order_place order = order_of(scene, SCENE_ALICE);
    int64_t before_us = tarazy_engine_time(scene->engine);

    order.header.time_us = before_us - 1;
    pass_over(scene, &order.header);
    assert_int_equal(tarazy_engine_time(scene->engine), before_us);
}

static void skip_with_a_gap(void *argument)
{
    struct scene *scene = argument;
    _Alignas(64) struct command_order_place order = order_of(scene, SCENE_ALICE);

    order.header.number++;
    pass_over(scene, &order.header);
}

static void a_gap_in_the_numbers_stops_the_node_here_too(void **state)
{
    assert_true(does_abort(skip_with_a_gap, *state));
}

static void a_quarantine_changes_nothing_and_names_its_record(void **state)
{
    struct scene *scene = *state;
    struct command_quarantine quarantine = {.header.kind = COMMAND_QUARANTINE,
                                            .record = tarazy_engine_number(scene->engine),
                                            .reason = "every core stops at it"};
    size_t size;
    const void *block = tarazy_engine_block(scene->engine, &size);
    uint8_t *before = malloc(size);
    struct engine *was = (void *)before;

    assert_non_null(before);
    memcpy(before, block, size);
    assert_int_equal(scene_send(scene, 0, &quarantine.header), RESULT_OK);
    assert_int_equal(scene->events.count, 1);
    assert_int_equal(scene_outcome(scene)->id, quarantine.record);
    was->number = scene->engine->number;
    was->time_us = scene->engine->time_us;
    assert_memory_equal(block, before, size);
    free(before);
}

static void a_quarantine_of_what_is_not_past_is_refused(void **state)
{
    struct scene *scene = *state;
    struct command_quarantine quarantine = {.header.kind = COMMAND_QUARANTINE,
                                            .reason = "every core stops at it"};

    assert_int_equal(scene_send(scene, 0, &quarantine.header), RESULT_FIELD_INVALID);
    quarantine.record = tarazy_engine_number(scene->engine) + 1;
    assert_int_equal(scene_send(scene, 0, &quarantine.header), RESULT_FIELD_INVALID);
    quarantine.record = tarazy_engine_number(scene->engine) + 2;
    assert_int_equal(scene_send(scene, 0, &quarantine.header), RESULT_FIELD_INVALID);
}

static void nobody_has_a_role_that_sends_a_quarantine(void **state)
{
    struct scene *scene = *state;

    for (uint32_t who = 1; who <= SCENE_PEOPLE; who++) {
        struct command_quarantine quarantine = {
            .header.kind = COMMAND_QUARANTINE, .record = 1, .reason = "alone"};

        assert_int_not_equal(scene_send(scene, who, &quarantine.header), RESULT_OK);
        assert_true(scene->result == RESULT_NOT_PERMITTED || scene->result == RESULT_KEY_SCOPE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_skipped_command_changes_number_and_time_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_skipped_command_is_not_even_asked_who_sent_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_skipped_command_of_the_past_does_not_turn_time_back,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_in_the_numbers_stops_the_node_here_too, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_quarantine_changes_nothing_and_names_its_record, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_quarantine_of_what_is_not_past_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nobody_has_a_role_that_sends_a_quarantine, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
