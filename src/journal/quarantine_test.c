/* SPDX-License-Identifier: Apache-2.0
 *
 * A record at which the engine stops: every start ends there, until two people have signed behind it, and
 * then nobody stops there any more and nobody carries it out. Where a quarantine may stand is
 * quarantine_place_test.c, who may sign quarantine_people_test.c.
 */
#include "journal/quarantine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "journal/read_ahead.h"
#include "journal/state_at.h"
#include "support/expect_abort.h"
#include "support/quarantine_scene.h"

static void every_start_ends_at_a_poison_record_until_it_is_quarantined(void **state)
{
    struct quarantine_scene scene;
    struct journal_core core;
    struct verifier_report report;

    quarantine_scene_start(&scene, 5);
    assert_true(does_abort(quarantine_scene_recover, &scene));
    assert_true(does_abort(quarantine_scene_recover, &scene));
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    assert_int_equal(scene.head.number, scene.last + 1);
    assert_false(does_abort(quarantine_scene_recover, &scene));
    assert_true(journal_core_start(&core, scene.storage, "j", JOURNAL_FLOW_SEGMENT_SIZE));
    assert_int_equal(tarazy_engine_number(core.recovered.engine), scene.last + 1);
    assert_true(journal_core_step(&core, QUARANTINE_SCENE_BATCH));
    assert_true(journal_core_snapshot(&core, scene.storage));
    journal_core_stop(&core);
    assert_int_equal(quarantine_scene_verify(&scene, &report), VERIFIER_RESULT_AGREES);
    assert_int_equal(report.commands, scene.last + 1 + QUARANTINE_SCENE_BATCH);
    assert_int_equal(report.snapshots, 1);
    quarantine_scene_end(&scene);
}

/* The state after N of a journal with the record skipped is not that of one that carried it out. */
static void the_record_is_skipped_and_the_others_of_its_batch_are_not(void **state)
{
    struct quarantine_scene scene;
    struct state_at before;
    struct state_at at;
    size_t size;

    quarantine_scene_start(&scene, 5);
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    assert_true(state_at_read(scene.storage, "j", scene.last - 2, &before, &scene.error));
    assert_true(state_at_read(scene.storage, "j", scene.last - 1, &at, &scene.error));
    const uint8_t *a = tarazy_engine_block(before.engine, &size);
    const uint8_t *b = tarazy_engine_block(at.engine, &size);
    assert_memory_equal(a + 32, b + 32, size - 32); /* behind number and time */
    state_at_destroy(&at);
    assert_true(state_at_read(scene.storage, "j", scene.last, &at, &scene.error));
    b = tarazy_engine_block(at.engine, &size);
    assert_true(memcmp(a + 32, b + 32, size - 32) != 0);
    state_at_destroy(&before);
    state_at_destroy(&at);
    quarantine_scene_end(&scene);
}

static void several_records_of_one_batch_are_skipped_by_one_batch_behind_it(void **state)
{
    struct quarantine_scene scene;
    struct command_quarantine quarantines[QUARANTINE_SCENE_BATCH];
    struct verifier_report report;

    quarantine_scene_start(&scene, 3);
    for (uint32_t i = 0; i < QUARANTINE_SCENE_BATCH; i++) {
        quarantines[i] = quarantine_scene_of(&scene, scene.batch.first_number + i);
    }
    assert_true(quarantine_scene_write(&scene, quarantines, QUARANTINE_SCENE_BATCH));
    assert_int_equal(quarantine_scene_verify(&scene, &report), VERIFIER_RESULT_AGREES);
    quarantine_scene_end(&scene);
}

static void a_quarantine_is_seen_across_the_border_of_two_segments(void **state)
{
    uint32_t crossings = 0;

    for (uint32_t batches = 1; crossings == 0; batches++) {
        struct quarantine_scene scene;
        struct verifier_report report;
        uint64_t segment;

        quarantine_scene_start(&scene, batches);
        segment = scene.batch.segment;
        assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
        quarantine_scene_read_last(&scene);
        crossings += scene.batch.segment != segment ? 1 : 0;
        assert_int_equal(quarantine_scene_verify(&scene, &report), VERIFIER_RESULT_AGREES);
        quarantine_scene_end(&scene);
        assert_true(batches < 100);
    }
}

/* Read one behind the other, in one window, one at a time, and on a second thread. */
static void a_quarantine_is_seen_however_the_journal_is_read(void **state)
{
    struct quarantine_scene scene;
    struct journal_reader_options options = {.directory = "j", .from = 1};
    struct journal_batch batch;

    quarantine_scene_start(&scene, 5);
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    options.storage = scene.storage;
    for (int skip_chain = 0; skip_chain < 2; skip_chain++) {
        options.skip_chain = skip_chain != 0;
        struct journal_reader *reader = journal_reader_open(&options, &scene.error);
        struct read_ahead *ahead = read_ahead_start(reader, JOURNAL_LIMIT_NONE);
        uint32_t seen = 0;

        while (read_ahead_next(ahead, &batch) == JOURNAL_READ_BATCH) {
            assert_int_equal(batch.behind_count, batch.first_number + 3 == scene.last ? 1 : 0);
            if (batch.behind_count == 1) {
                assert_memory_equal(batch.behind + 40, (uint8_t *)&scene.quarantine + 40, 280);
                seen++;
            }
        }
        assert_int_equal(seen, 1);
        read_ahead_stop(ahead);
        journal_reader_close(reader);
    }
    options.from = scene.last;
    struct journal_reader *reader = journal_reader_open(&options, &scene.error);
    assert_int_equal(journal_reader_next(reader, scene.last + 1, &batch), JOURNAL_READ_BATCH);
    assert_int_equal(batch.behind_count, 1);
    journal_reader_close(reader);
    quarantine_scene_end(&scene);
}

static void nothing_is_seen_beyond_what_is_known_to_be_durable(void **state)
{
    struct quarantine_scene scene;
    struct journal_reader_options options = {.directory = "j"};
    struct journal_batch batch;

    quarantine_scene_start(&scene, 5);
    assert_true(quarantine_scene_write(&scene, &scene.quarantine, 1));
    options.storage = scene.storage;
    options.from = scene.last;
    struct journal_reader *reader = journal_reader_open(&options, &scene.error);
    assert_int_equal(journal_reader_next(reader, scene.last, &batch), JOURNAL_READ_BATCH);
    assert_int_equal(batch.behind_count, 0);
    assert_null(batch.behind);
    journal_reader_close(reader);
    quarantine_scene_end(&scene);
    /* Nor half of what there is. */
    quarantine_scene_start(&scene, 5);
    struct command_quarantine both[2] = {quarantine_scene_of(&scene, scene.last - 1),
                                         quarantine_scene_of(&scene, scene.last)};
    assert_true(quarantine_scene_write(&scene, both, 2));
    options.storage = scene.storage;
    for (uint32_t beyond = 0; beyond < 3; beyond++) {
        reader = journal_reader_open(&options, &scene.error);
        assert_int_equal(journal_reader_next(reader, scene.last + beyond, &batch),
                         JOURNAL_READ_BATCH);
        assert_int_equal(batch.behind_count, beyond < 2 ? 0 : 2);
        journal_reader_close(reader);
    }
    quarantine_scene_end(&scene);
}

static void what_is_signed_can_be_read(void **state)
{
    struct command_quarantine quarantine = {.record = 4711,
                                            .operator_id = 6,
                                            .operator_key = 11,
                                            .approver_id = 7,
                                            .approver_key = 13,
                                            .reason = "core 1.2 stops at it"};
    char text[QUARANTINE_TEXT_SIZE];

    memset(&quarantine.record_hash, 0xa5, sizeof quarantine.record_hash);
    memset(&quarantine.chain, 0x0f, sizeof quarantine.chain);
    size_t size = quarantine_text(&quarantine, text);
    assert_int_equal(size, strlen(text));
    assert_string_equal(text,
                        "tarazy quarantine 1\n"
                        "record 4711\n"
                        "sha256 a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\n"
                        "chain 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f\n"
                        "operator 6 key 11\n"
                        "approver 7 key 13\n"
                        "reason core 1.2 stops at it\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_start_ends_at_a_poison_record_until_it_is_quarantined),
        cmocka_unit_test(the_record_is_skipped_and_the_others_of_its_batch_are_not),
        cmocka_unit_test(several_records_of_one_batch_are_skipped_by_one_batch_behind_it),
        cmocka_unit_test(a_quarantine_is_seen_across_the_border_of_two_segments),
        cmocka_unit_test(a_quarantine_is_seen_however_the_journal_is_read),
        cmocka_unit_test(nothing_is_seen_beyond_what_is_known_to_be_durable),
        cmocka_unit_test(what_is_signed_can_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
