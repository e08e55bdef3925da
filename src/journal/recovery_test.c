/* SPDX-License-Identifier: Apache-2.0
 *
 * The start of a core, case by case: what it takes up, what it passes over, what it finishes, and
 * what it refuses, with the sentence it refuses it with.
 */
#include "journal/recovery.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/log_file.h"
#include "journal/segment_map.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"
#include "support/random_stream.h"

#define SEGMENT_SIZE 16384u

struct scene {
    struct fake_disk *disk;
    const struct storage *storage;
    struct journal_core core;
};

static void set_scene(struct scene *scene)
{
    scene->disk = fake_disk_create();
    scene->storage = fake_disk_storage(scene->disk);
}

static bool start(struct scene *scene)
{
    return journal_core_start(&scene->core, scene->storage, "j", SEGMENT_SIZE);
}

static void steps(struct scene *scene, int count)
{
    for (int i = 0; i < count; i++) {
        assert_true(journal_core_step(&scene->core, 1 + (uint32_t)i % 5));
    }
}

static void assert_refuses(struct scene *scene, const char *what)
{
    assert_false(start(scene));
    assert_string_equal(scene->core.error.what, what);
    assert_null(scene->core.recovered.log);
    assert_null(scene->core.recovered.engine);
}

/* The state after a start, byte by byte, whatever way led there. */
static void assert_state(struct scene *scene, const void *expected, size_t expected_size)
{
    size_t size;
    const void *block = tarazy_engine_block(scene->core.recovered.engine, &size);

    assert_int_equal(size, expected_size);
    assert_memory_equal(block, expected, size);
}

static void a_journal_is_founded_only_when_asked(void **state)
{
    struct scene scene;
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;

    set_scene(&scene);
    struct recovery_options options = {.storage = scene.storage, .directory = "j"};
    assert_false(recovery_run(&options, &recovered, &report, &error));
    assert_string_equal(error.what, "there is no journal here");
    assert_int_equal(error.error_number, ENOENT);
    options.create = true;
    assert_true(recovery_run(&options, &recovered, &report, &error));
    assert_true(report.founded);
    assert_null(recovered.engine);
    assert_int_equal(log_head(recovered.log)->number, 0);
    recovered_close(&recovered);
    /* A founded journal without a command is the same again, and is not founded twice. */
    options.create = false;
    assert_true(recovery_run(&options, &recovered, &report, &error));
    assert_false(report.founded);
    assert_null(recovered.engine);
    recovered_close(&recovered);
    fake_disk_destroy(scene.disk);
}

static void only_one_may_hold_a_journal(void **state)
{
    struct scene scene;
    struct journal_core second;

    set_scene(&scene);
    assert_true(start(&scene));
    assert_false(journal_core_start(&second, scene.storage, "j", SEGMENT_SIZE));
    assert_string_equal(second.error.what, "another process holds the journal");
    journal_core_stop(&scene.core);
    assert_true(start(&scene));
    journal_core_stop(&scene.core);
    fake_disk_destroy(scene.disk);
}

static void a_snapshot_and_the_rest_lead_to_the_state_that_the_whole_leads_to(void **state)
{
    for (int at = 0; at < 12; at++) {
        struct scene scene;
        size_t size;

        set_scene(&scene);
        assert_true(start(&scene));
        steps(&scene, 1 + at);
        assert_true(journal_core_snapshot(&scene.core, scene.storage));
        uint64_t snapshot = scene.core.acknowledged;
        steps(&scene, 12 - at);
        uint64_t last = scene.core.acknowledged;
        struct digest events = replayer_events(scene.core.replayer);
        const void *block = tarazy_engine_block(scene.core.recovered.engine, &size);
        void *expected = malloc(size);
        memcpy(expected, block, size);
        journal_core_stop(&scene.core);

        assert_true(start(&scene));
        assert_int_equal(scene.core.report.snapshot_number, snapshot);
        assert_int_equal(scene.core.report.commands_replayed, last - snapshot);
        assert_memory_equal(&scene.core.recovered.events, &events, sizeof events);
        assert_state(&scene, expected, size);
        journal_core_stop(&scene.core);
        fake_disk_remove(scene.disk, journal_snapshot_name(snapshot).text);
        assert_true(start(&scene));
        assert_int_equal(scene.core.report.snapshot_number, 0);
        assert_int_equal(scene.core.report.commands_replayed, last);
        assert_state(&scene, expected, size);
        steps(&scene, 3);
        journal_core_stop(&scene.core);
        free(expected);
        fake_disk_destroy(scene.disk);
    }
}

static void a_bad_snapshot_is_passed_over_and_reported(void **state)
{
    struct scene scene;
    size_t size;

    set_scene(&scene);
    assert_true(start(&scene));
    for (int i = 0; i < 3; i++) {
        assert_true(journal_core_step(&scene.core, 10));
        assert_true(journal_core_snapshot(&scene.core, scene.storage));
    }
    journal_core_stop(&scene.core);
    fake_disk_bytes(scene.disk, journal_snapshot_name(30).text, &size)[4096 + 20] ^= 4;
    assert_true(start(&scene));
    assert_int_equal(scene.core.report.snapshot_number, 20);
    assert_int_equal(scene.core.report.snapshots_bad, 1);
    assert_string_equal(scene.core.report.snapshot_error.file, journal_snapshot_name(30).text);
    assert_int_equal(scene.core.acknowledged, 30);
    journal_core_stop(&scene.core);
    fake_disk_bytes(scene.disk, journal_snapshot_name(20).text, &size)[200] ^= 4;
    fake_disk_truncate(scene.disk, journal_snapshot_name(10).text, 5000);
    assert_true(start(&scene));
    assert_int_equal(scene.core.report.snapshot_number, 0);
    assert_int_equal(scene.core.report.snapshots_bad, 3);
    assert_int_equal(scene.core.acknowledged, 30);
    journal_core_stop(&scene.core);
    fake_disk_destroy(scene.disk);
}

static void it_never_starts_empty_beside_snapshots(void **state)
{
    struct scene scene;

    set_scene(&scene);
    assert_true(start(&scene));
    steps(&scene, 2);
    assert_true(journal_core_snapshot(&scene.core, scene.storage));
    journal_core_stop(&scene.core);
    fake_disk_remove(scene.disk, journal_segment_name(1).text);
    assert_refuses(&scene, "there are snapshots and no journal");
    fake_disk_destroy(scene.disk);
}

/* The journal was put back from an older copy, the snapshot was not. */
static void a_journal_older_than_its_snapshot_is_refused(void **state)
{
    struct scene scene;
    size_t size;

    set_scene(&scene);
    assert_true(start(&scene));
    steps(&scene, 2);
    struct journal_name name = journal_segment_name(1);
    uint8_t *older = malloc(SEGMENT_SIZE);
    memcpy(older, fake_disk_bytes(scene.disk, name.text, &size), SEGMENT_SIZE);
    assert_true(journal_core_step(&scene.core, 1));
    assert_true(journal_core_snapshot(&scene.core, scene.storage));
    journal_core_stop(&scene.core);
    fake_disk_put(scene.disk, name.text, older, SEGMENT_SIZE);
    assert_refuses(&scene, "the journal ends before its newest snapshot");
    free(older);
    fake_disk_destroy(scene.disk);
}

/* Two nodes with the same beginning whose files got mixed up. */
static void a_snapshot_of_another_history_is_refused(void **state)
{
    struct scene scene;
    struct snapshot_header header;
    struct sha256 *sha = sha256_create();
    size_t size;

    set_scene(&scene);
    assert_true(start(&scene));
    steps(&scene, 4);
    assert_true(journal_core_snapshot(&scene.core, scene.storage));
    uint64_t number = scene.core.acknowledged;
    steps(&scene, 2);
    journal_core_stop(&scene.core);
    uint8_t *bytes = fake_disk_bytes(scene.disk, journal_snapshot_name(number).text, &size);
    memcpy(&header, bytes, sizeof header);
    header.chain.bytes[7] ^= 1;
    snapshot_header_seal(&header, sha);
    memcpy(bytes, &header, sizeof header);
    assert_refuses(&scene, "the newest snapshot is not of this journal");
    sha256_destroy(sha);
    fake_disk_destroy(scene.disk);
}

static void leftovers_of_unfinished_work_are_removed(void **state)
{
    struct scene scene;
    size_t size;

    set_scene(&scene);
    assert_true(start(&scene));
    steps(&scene, 3);
    journal_core_stop(&scene.core);
    fake_disk_put(scene.disk, JOURNAL_NEXT_SEGMENT_NAME, "half", 4);
    fake_disk_put(scene.disk, journal_snapshot_temporary_name(5).text, "half", 4);
    assert_true(start(&scene));
    assert_int_equal(scene.core.report.temporaries_removed, 2);
    assert_null(fake_disk_bytes(scene.disk, journal_snapshot_temporary_name(5).text, &size));
    steps(&scene, 30);
    journal_core_stop(&scene.core);
    fake_disk_destroy(scene.disk);
}

/* A journal whose first command is none that founds a node: the engine is not even made. */
static void a_journal_that_does_not_begin_with_its_founding_is_refused(void **state)
{
    struct scene scene;
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;
    struct command_clock clock = {.header = {.number = 1, .time_us = 5, .kind = COMMAND_CLOCK}};

    set_scene(&scene);
    const struct recovery_options options = {
        .storage = scene.storage, .directory = "j", .create = true, .segment_size = SEGMENT_SIZE};
    assert_true(recovery_run(&options, &recovered, &report, &error));
    const struct log_batch batch = {.commands = &clock,
                                    .size = sizeof clock,
                                    .count = 1,
                                    .first_number = 1,
                                    .time_us = 5,
                                    .events = digest_start()};
    assert_true(log_append(recovered.log, &batch) && log_sync(recovered.log));
    recovered_close(&recovered);
    assert_refuses(&scene, "the journal does not begin with the node's founding");
    fake_disk_destroy(scene.disk);
}

/* The program was changed so that it does something else: the recorded digests tell. */
static void another_engine_than_the_one_that_wrote_is_refused(void **state)
{
    struct scene scene;

    set_scene(&scene);
    assert_true(start(&scene));
    steps(&scene, 3);
    struct engine *engine = scene.core.recovered.engine;
    union command_sample command;
    _Alignas(64) static uint8_t memory[TARAZY_EVENTS_SIZE_MAX];
    struct event_buffer events = {.bytes = memory, .size = sizeof memory};
    struct digest digest = replayer_events(scene.core.replayer);
    /* What the core says it did for the batch before is not what a replay gives. */
    digest.words[1] ^= 1;
    size_t size = journal_flow_command(scene.core.acknowledged + 1, &command);
    const struct log_batch batch = {.commands = &command,
                                    .size = (uint32_t)size,
                                    .count = 1,
                                    .first_number = scene.core.acknowledged + 1,
                                    .time_us = command.header.time_us,
                                    .events = digest};
    assert_true(log_append(scene.core.recovered.log, &batch));
    assert_true(log_sync(scene.core.recovered.log));
    tarazy_engine_apply(engine, &command.header, &events);
    uint64_t number = scene.core.acknowledged + 1;
    journal_core_stop(&scene.core);
    assert_refuses(&scene, "the events of the batch before have another digest than recorded");
    assert_int_equal(scene.core.error.number, number);
    fake_disk_destroy(scene.disk);
}

/* ---- the change of segments ---- */

/* Runs until segments change, with the power going before call `call` of that step. Returns whether
 * the step got through. */
static bool change_segments(struct scene *scene, uint64_t call)
{
    assert_true(start(scene));
    struct log *log = scene->core.recovered.log;
    while (log_prepare(log)) {
    }
    uint64_t segment_count = 0;
    while (segment_count == 0) {
        struct fake_disk *probe = fake_disk_copy(scene->disk);
        size_t size;

        assert_true(journal_core_step(&scene->core, 2));
        segment_count = fake_disk_bytes(scene->disk, JOURNAL_NEXT_SEGMENT_NAME, &size) == NULL;
        if (segment_count > 0) {
            /* That step changed: do it again from before it. */
            journal_core_stop(&scene->core);
            fake_disk_destroy(scene->disk);
            scene->disk = probe;
            scene->storage = fake_disk_storage(probe);
            break;
        }
        fake_disk_destroy(probe);
    }
    assert_true(start(scene));
    while (log_prepare(scene->core.recovered.log)) {
    }
    fake_disk_plan(scene->disk, FAKE_FAILURE_POWER, call, EIO);
    bool is_through = journal_core_step(&scene->core, 2);
    journal_core_stop(&scene->core);
    return is_through;
}

static void an_interrupted_change_of_segments_is_finished(void **state)
{
    static const enum fake_loss losses[] = {FAKE_LOSS_NOTHING, FAKE_LOSS_ALL, FAKE_LOSS_SECTORS,
                                            FAKE_LOSS_BYTES};
    uint64_t sealed_count = 0;
    bool is_through = false;

    for (uint64_t call = 1; !is_through; call++) {
        for (size_t loss = 0; loss < sizeof losses / sizeof losses[0]; loss++) {
            struct scene scene;
            struct random_stream random = {call};
            uint64_t last;

            set_scene(&scene);
            is_through = change_segments(&scene, call);
            fake_disk_restart(scene.disk, losses[loss], &random);
            assert_true(start(&scene));
            sealed_count += scene.core.report.was_sealed;
            steps(&scene, 4);
            journal_core_stop(&scene.core);
            fake_disk_restart(scene.disk, FAKE_LOSS_ALL, &random);
            assert_null(journal_flow_check(scene.storage, "j", &last));
            assert_true(start(&scene));
            assert_false(scene.core.report.was_sealed);
            journal_core_stop(&scene.core);
            fake_disk_destroy(scene.disk);
        }
    }
    assert_true(sealed_count >= 2);
}

/* Somebody removed a seal: the segment after it has batches, so it cannot have been unfinished. */
static void a_missing_seal_before_a_written_segment_is_refused(void **state)
{
    struct scene scene;
    size_t size;

    set_scene(&scene);
    assert_true(start(&scene));
    steps(&scene, 40);
    journal_core_stop(&scene.core);
    for (size_t i = 0; fake_disk_name(scene.disk, i) != NULL; i++) {
        const char *name = fake_disk_name(scene.disk, i);
        uint8_t *bytes = fake_disk_bytes(scene.disk, name, &size);
        uint8_t footer[128];

        if (strstr(name, ".journal") == NULL || journal_is_zero(bytes + size - 128, 128)) {
            continue;
        }
        memcpy(footer, bytes + size - 128, 128);
        for (size_t kept = 0; kept < 128; kept += 16) {
            memset(bytes + size - 128 + kept, 0, 128 - kept);
            assert_false(start(&scene));
            memcpy(bytes + size - 128, footer, 128);
        }
    }
    assert_true(start(&scene));
    journal_core_stop(&scene.core);
    fake_disk_destroy(scene.disk);
}

static void the_outline_names_the_segment_that_does_not_fit(void **state)
{
    struct scene scene;
    struct journal_listing listing;
    struct journal_error error;

    set_scene(&scene);
    assert_true(start(&scene));
    steps(&scene, 60);
    int folder = scene.core.recovered.folder;
    assert_true(journal_listing_read(&listing, scene.storage, folder, &error));
    assert_true(listing.segments.count >= 4);
    assert_true(segment_map_check(scene.storage, folder, &listing.segments, &error));
    struct journal_name second = journal_segment_name(listing.segments.values[1]);
    struct journal_name third = journal_segment_name(listing.segments.values[2]);
    struct journal_numbers without = listing.segments;
    without.values++;
    without.count--;
    assert_false(segment_map_check(scene.storage, folder, &without, &error));
    assert_string_equal(error.what, "the first segment is missing");
    assert_string_equal(error.file, second.text);
    uint64_t number = listing.segments.values[1];
    listing.segments.values[1] = listing.segments.values[0];
    without = listing.segments;
    without.values++;
    without.count--;
    assert_false(segment_map_check(scene.storage, folder, &without, &error));
    assert_string_equal(error.what,
                        "the segment before this one is missing, or this one is too many");
    assert_string_equal(error.file, third.text);
    listing.segments.values[1] = number;
    without = listing.segments;
    without.count--;
    assert_false(segment_map_check(scene.storage, folder, &without, &error));
    assert_string_equal(error.what, "the segment is sealed, and the one after it is missing");
    journal_listing_clear(&listing);
    journal_core_stop(&scene.core);
    fake_disk_destroy(scene.disk);
}

/* Every file, byte by byte. */
static void assert_same_files(struct fake_disk *one, struct fake_disk *other)
{
    const char *name;

    for (size_t i = 0; (name = fake_disk_name(one, i)) != NULL; i++) {
        size_t size;
        size_t other_size;
        const uint8_t *bytes = fake_disk_bytes(one, name, &size);
        const uint8_t *others = fake_disk_bytes(other, name, &other_size);

        if (bytes == NULL) { /* the lock is empty */
            continue;
        }
        assert_non_null(others);
        assert_int_equal(size, other_size);
        assert_memory_equal(bytes, others, size);
    }
}

/* The power goes somewhere in a flow. */
static void crash(struct scene *scene, struct random_stream *random)
{
    set_scene(scene);
    assert_true(start(scene));
    steps(scene, (int)random_below(random, 40));
    fake_disk_plan(scene->disk, FAKE_FAILURE_POWER, 1 + random_below(random, 60), EIO);
    for (uint32_t i = 0; i < 40 && journal_core_step(&scene->core, 1 + i % 5); i++) {
    }
    journal_core_stop(&scene->core);
    fake_disk_restart(scene->disk, FAKE_LOSS_SECTORS, random);
}

static void repairs_alone_leave_the_files_that_a_whole_recovery_leaves(void **state)
{
    uint32_t torn = 0;
    uint32_t sealed = 0;

    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct random_stream random = {.state = seed};
        struct recovered whole;
        struct recovered repaired;
        struct recovery_report report;
        struct recovery_report other_report;
        struct journal_error error;
        struct scene scene;

        crash(&scene, &random);
        struct fake_disk *other = fake_disk_copy(scene.disk);
        struct recovery_options options = {.storage = scene.storage, .directory = "j"};
        assert_true(recovery_run(&options, &whole, &report, &error));
        options.storage = fake_disk_storage(other);
        options.only_repairs = true;
        assert_true(recovery_run(&options, &repaired, &other_report, &error));
        assert_null(repaired.engine);
        assert_int_equal(other_report.commands_replayed, 0);
        assert_int_equal(other_report.was_torn, report.was_torn);
        assert_int_equal(other_report.was_sealed, report.was_sealed);
        assert_int_equal(log_head(repaired.log)->number, log_head(whole.log)->number);
        recovered_close(&whole);
        recovered_close(&repaired);
        assert_same_files(scene.disk, other);
        torn += report.was_torn;
        sealed += report.was_sealed;
        fake_disk_destroy(scene.disk);
        fake_disk_destroy(other);
    }
    assert_true(torn > 5 && sealed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_is_founded_only_when_asked),
        cmocka_unit_test(repairs_alone_leave_the_files_that_a_whole_recovery_leaves),
        cmocka_unit_test(only_one_may_hold_a_journal),
        cmocka_unit_test(a_snapshot_and_the_rest_lead_to_the_state_that_the_whole_leads_to),
        cmocka_unit_test(a_bad_snapshot_is_passed_over_and_reported),
        cmocka_unit_test(it_never_starts_empty_beside_snapshots),
        cmocka_unit_test(a_journal_older_than_its_snapshot_is_refused),
        cmocka_unit_test(a_snapshot_of_another_history_is_refused),
        cmocka_unit_test(leftovers_of_unfinished_work_are_removed),
        cmocka_unit_test(a_journal_that_does_not_begin_with_its_founding_is_refused),
        cmocka_unit_test(another_engine_than_the_one_that_wrote_is_refused),
        cmocka_unit_test(an_interrupted_change_of_segments_is_finished),
        cmocka_unit_test(a_missing_seal_before_a_written_segment_is_refused),
        cmocka_unit_test(the_outline_names_the_segment_that_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
