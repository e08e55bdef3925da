/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a batch stops an engine is found out without stopping this one.
 */
#include "programs/poison_trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "journal/state_at.h"
#include "support/quarantine_scene.h"

static void a_trial_names_the_record_and_leaves_the_engine_as_it_was(void **state)
{
    struct quarantine_scene scene;
    struct state_at before;
    uint64_t stopped = 0;
    size_t size;

    (void)state;
    quarantine_scene_start(&scene, 3);
    uint64_t poison = fake_engine_poison;
    assert_true(
        state_at_read(scene.storage, "j", scene.batch.first_number - 1, &before, &scene.error));
    const uint8_t *block = tarazy_engine_block(before.engine, &size);
    uint64_t number = tarazy_engine_number(before.engine);
    uint8_t first_bytes[64];
    memcpy(first_bytes, block, sizeof first_bytes);

    assert_true(poison_trial(before.engine, &scene.batch, NULL, 0, &stopped));
    assert_int_equal(stopped, poison);
    assert_true(poison_trial(before.engine, &scene.batch, &poison, 1, &stopped));
    assert_int_equal(stopped, 0);
    uint64_t another = poison - 1;
    assert_true(poison_trial(before.engine, &scene.batch, &another, 1, &stopped));
    assert_int_equal(stopped, poison);
    fake_engine_poison = 0;
    assert_true(poison_trial(before.engine, &scene.batch, NULL, 0, &stopped));
    assert_int_equal(stopped, 0);

    assert_int_equal(tarazy_engine_number(before.engine), number);
    assert_memory_equal(block, first_bytes, sizeof first_bytes);
    state_at_destroy(&before);
    quarantine_scene_end(&scene);
}

/* Every record of a batch may be the one. */
static void a_trial_finds_any_record_of_the_batch(void **state)
{
    struct quarantine_scene scene;
    struct state_at before;
    uint64_t stopped = 0;

    (void)state;
    quarantine_scene_start(&scene, 3);
    assert_true(
        state_at_read(scene.storage, "j", scene.batch.first_number - 1, &before, &scene.error));
    for (uint64_t record = scene.batch.first_number; record <= scene.last; record++) {
        fake_engine_poison = record;
        assert_true(poison_trial(before.engine, &scene.batch, NULL, 0, &stopped));
        assert_int_equal(stopped, record);
    }
    state_at_destroy(&before);
    quarantine_scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_names_the_record_and_leaves_the_engine_as_it_was),
        cmocka_unit_test(a_trial_finds_any_record_of_the_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
