/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a quarantine may stand: directly behind the batch that it is about, and nowhere else.
 */
#include "journal/quarantine_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "support/expect_abort.h"
#include "support/quarantine_scene.h"

#define FORGERY_MAX 2u

/* Forges a batch out of these commands and sees every reader refuse it. */
static void expect_misplaced(struct quarantine_scene *scene, const void *commands, uint32_t size,
                             uint32_t count, const char *why)
{
    struct verifier_report report;

    quarantine_scene_forge(scene, commands, size, count);
    fake_engine_poison = 0;
    assert_int_equal(quarantine_scene_verify(scene, &report), VERIFIER_RESULT_DAMAGED);
    assert_string_equal(report.error.what, why);
    assert_int_equal(report.error.number, scene->last + 1);
}

static void a_quarantine_stands_in_a_batch_of_its_own(void **state)
{
    static const char alone[] = "a quarantine does not stand in a batch of its own";
    struct quarantine_scene scene;
    struct command_quarantine forged[TARAZY_QUARANTINES_MAX + 1] = {0};
    union command_sample clock;
    uint8_t bytes[sizeof forged[0] + sizeof clock];

    quarantine_scene_start(&scene, 2);
    scene.quarantine.header.number = scene.last + 1;
    size_t size = command_sample_make(&clock, COMMAND_CLOCK);
    clock.header.number = scene.last + 2;
    clock.header.time_us = scene.batch.time_us;
    memcpy(bytes, &scene.quarantine, sizeof forged[0]);
    memcpy(bytes + sizeof forged[0], &clock, size);
    expect_misplaced(&scene, bytes, (uint32_t)(sizeof forged[0] + size), 2, alone);
    quarantine_scene_end(&scene);

    quarantine_scene_start(&scene, 2);
    scene.quarantine.header.number = scene.last + 1;
    scene.quarantine.header.participant = FAKE_OLGA;
    expect_misplaced(&scene, &scene.quarantine, sizeof forged[0], 1, alone);
    quarantine_scene_end(&scene);

    quarantine_scene_start(&scene, 2);
    for (uint32_t i = 0; i <= TARAZY_QUARANTINES_MAX; i++) {
        forged[i] = scene.quarantine;
        forged[i].header.number = scene.last + 1 + i;
    }
    expect_misplaced(&scene, forged, sizeof forged, TARAZY_QUARANTINES_MAX + 1, alone);
    quarantine_scene_end(&scene);
}

static void a_quarantine_names_the_past_in_order_and_the_batch_before(void **state)
{
    static const char before[] = "a quarantine is not of the batch before it";
    struct quarantine_scene scene;
    struct command_quarantine forged[FORGERY_MAX];

    quarantine_scene_start(&scene, 2);
    scene.quarantine.header.number = scene.last + 1;
    scene.quarantine.record = scene.last + 1;
    expect_misplaced(&scene, &scene.quarantine, sizeof scene.quarantine, 1, before);
    quarantine_scene_end(&scene);

    quarantine_scene_start(&scene, 2);
    scene.quarantine.header.number = scene.last + 1;
    scene.quarantine.chain.bytes[31] ^= 1;
    expect_misplaced(&scene, &scene.quarantine, sizeof scene.quarantine, 1, before);
    quarantine_scene_end(&scene);

    quarantine_scene_start(&scene, 2);
    for (uint32_t i = 0; i < FORGERY_MAX; i++) {
        forged[i] = scene.quarantine;
        forged[i].header.number = scene.last + 1 + i;
    }
    expect_misplaced(&scene, forged, sizeof forged, FORGERY_MAX, before);
    quarantine_scene_end(&scene);
}

/* A second batch of quarantines directly behind the first is about the first, which has nothing to skip. */
static void a_quarantine_cannot_skip_another_one(void **state)
{
    struct quarantine_scene scene;
    struct verifier_report report;

    quarantine_scene_start(&scene, 2);
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    quarantine_scene_read_last(&scene);
    struct command_quarantine second = quarantine_scene_of(&scene, scene.last + 1);
    assert_false(quarantine_scene_write(&scene, &second, 1));
    assert_string_equal(scene.error.what, "a quarantine behind a quarantine");
    assert_int_equal(quarantine_scene_verify(&scene, &report), VERIFIER_RESULT_AGREES);
    quarantine_scene_end(&scene);
}

static void who_has_carried_a_record_out_refuses_its_quarantine(void **state)
{
    struct quarantine_scene scene;
    struct journal_reader_options options = {.directory = "j", .from = 1};
    struct journal_core core;
    struct journal_batch batch;
    uint64_t number;

    quarantine_scene_start(&scene, 2);
    fake_engine_poison = 0;
    assert_true(journal_core_start(&core, scene.storage, "j", JOURNAL_FLOW_SEGMENT_SIZE));
    struct digest events = replayer_events(core.replayer);
    log_close(core.recovered.log);
    core.recovered.log = NULL;
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    options.storage = scene.storage;
    options.from = scene.last + 1;
    struct journal_reader *reader = journal_reader_open(&options, &scene.error);
    assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch), JOURNAL_READ_BATCH);
    assert_true(memcmp(&events, &batch.events, sizeof events) != 0);
    assert_false(replayer_apply(core.replayer, &batch));
    assert_string_equal(replayer_refusal(core.replayer, &number),
                        "a record is quarantined that was carried out here");
    assert_int_equal(number, scene.last - 1);
    assert_int_equal(tarazy_engine_number(core.recovered.engine), scene.last);
    journal_reader_close(reader);
    journal_core_stop(&core);
    quarantine_scene_end(&scene);
}

static void a_journal_that_went_on_takes_no_quarantine(void **state)
{
    struct quarantine_scene scene;
    struct journal_core core;

    quarantine_scene_start(&scene, 2);
    fake_engine_poison = 0;
    assert_true(journal_core_start(&core, scene.storage, "j", JOURNAL_FLOW_SEGMENT_SIZE));
    assert_true(journal_core_step(&core, QUARANTINE_SCENE_BATCH));
    journal_core_stop(&core);
    assert_false(quarantine_scene_write(&scene, &scene.quarantine, 1));
    assert_string_equal(scene.error.what, "the quarantine behind a skipped record is gone");
    quarantine_scene_end(&scene);
}

static void a_record_to_come_takes_no_quarantine(void **state)
{
    struct quarantine_scene scene;

    quarantine_scene_start(&scene, 2);
    fake_engine_poison = 0;
    scene.quarantine.record = scene.last + 1;
    quarantine_scene_sign(&scene.quarantine);
    assert_false(quarantine_scene_write(&scene, &scene.quarantine, 1));
    assert_string_equal(scene.error.what, "the journal ends before the record");
    assert_int_equal(scene.error.number, scene.last + 1);
    quarantine_scene_end(&scene);
}

static void a_damaged_quarantine_skips_nothing_and_is_found(void **state)
{
    struct quarantine_scene scene;
    struct verifier_report report;
    size_t size;

    quarantine_scene_start(&scene, 2);
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    quarantine_scene_read_last(&scene);
    uint8_t *bytes =
        fake_disk_bytes(scene.disk, journal_segment_name(scene.batch.segment).text, &size);
    bytes[scene.batch.offset + sizeof(struct batch_header) + 200] ^= 1;
    assert_true(does_abort(quarantine_scene_recover, &scene));
    fake_engine_poison = 0;
    assert_int_equal(quarantine_scene_verify(&scene, &report), VERIFIER_RESULT_DAMAGED);
    quarantine_scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quarantine_stands_in_a_batch_of_its_own),
        cmocka_unit_test(a_quarantine_names_the_past_in_order_and_the_batch_before),
        cmocka_unit_test(a_quarantine_cannot_skip_another_one),
        cmocka_unit_test(who_has_carried_a_record_out_refuses_its_quarantine),
        cmocka_unit_test(a_journal_that_went_on_takes_no_quarantine),
        cmocka_unit_test(a_record_to_come_takes_no_quarantine),
        cmocka_unit_test(a_damaged_quarantine_skips_nothing_and_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
