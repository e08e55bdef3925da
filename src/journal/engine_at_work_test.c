/* SPDX-License-Identifier: Apache-2.0
 *
 * Which record a process died at.
 */
#include "journal/engine_at_work.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/quarantine_scene.h"

static uint64_t seen;

static void note(void *context, const struct engine *engine, const struct command_header *command,
                 const uint8_t *events, size_t size)
{
    (void)context;
    (void)engine;
    (void)events;
    (void)size;
    assert_int_equal(engine_at_work_record(), command->number);
    seen++;
}

static void the_record_at_hand_is_known_while_a_batch_is_applied_and_not_after(void **state)
{
    const struct replay_sink sink = {.on_command = note};
    struct quarantine_scene scene;
    struct verifier_report report;
    struct verifier_options options = {.directory = "j", .sink = &sink};

    (void)state;
    quarantine_scene_start(&scene, 2);
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    options.storage = scene.storage;
    assert_int_equal(engine_at_work_record(), 0);
    assert_int_equal(journal_verify(&options, &report), VERIFIER_RESULT_AGREES);
    assert_int_equal(seen, scene.last + 1);
    assert_int_equal(engine_at_work_record(), 0);
    quarantine_scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_record_at_hand_is_known_while_a_batch_is_applied_and_not_after),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
