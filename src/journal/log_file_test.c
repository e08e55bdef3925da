/* SPDX-License-Identifier: Apache-2.0
 *
 * The log on a disk in memory: what is appended comes back, whatever the sizes; segments change
 * without a trace; a log that has failed says so for ever. Crashes have a test of their own:
 * crash_points_test.c.
 */
#include "journal/log_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/log.h"
#include "journal/next_segment.h"
#include "journal/verifier.h"
#include "support/expect_abort.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

static void assert_agrees(const struct storage *storage, uint64_t number)
{
    const struct verifier_options options = {.storage = storage, .directory = "j"};
    struct verifier_report report;
    char text[JOURNAL_ERROR_TEXT_SIZE];

    if (journal_verify(&options, &report) != VERIFIER_RESULT_AGREES) {
        fail_msg("%s", journal_error_text(&report.error, text));
    }
    assert_int_equal(report.head.number, number);
}

static size_t count_segments(const struct fake_disk *disk)
{
    size_t count = 0;
    const char *name;

    for (size_t i = 0; (name = fake_disk_name(disk, i)) != NULL; i++) {
        count += strstr(name, ".journal") != NULL;
    }
    return count;
}

static void what_was_appended_comes_back_whatever_the_sizes(void **state)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct fake_disk *disk = fake_disk_create();
        const struct storage *storage = fake_disk_storage(disk);
        struct random_stream random = {seed};
        struct journal_core core;
        uint64_t segment_size = JOURNAL_PAGE_SIZE * (1 + random_below(&random, 8));
        uint64_t last;

        assert_true(journal_core_start(&core, storage, "j", segment_size));
        assert_true(core.report.founded);
        for (int i = 0; i < 60; i++) {
            assert_true(journal_core_step(&core, (uint32_t)random_skewed(&random, 5) + 1));
        }
        uint64_t acknowledged = core.acknowledged;
        struct digest events = replayer_events(core.replayer);
        journal_core_stop(&core);
        assert_null(journal_flow_check(storage, "j", &last));
        assert_int_equal(last, acknowledged);
        assert_agrees(storage, acknowledged);
        assert_true(count_segments(disk) >= 2);

        assert_true(journal_core_start(&core, storage, "j", segment_size));
        assert_false(core.report.was_torn || core.report.founded);
        assert_int_equal(core.acknowledged, acknowledged);
        assert_int_equal(tarazy_engine_number(core.recovered.engine), acknowledged);
        assert_memory_equal(&core.recovered.events, &events, sizeof events);
        assert_true(journal_core_step(&core, 3));
        journal_core_stop(&core);
        assert_agrees(storage, acknowledged + 3);
        fake_disk_destroy(disk);
    }
}

static void the_largest_batch_and_the_smallest_stand_side_by_side(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_core core;

    assert_true(journal_core_start(&core, storage, "j", 1 << 22));
    assert_int_equal(log_batch_size_max(core.recovered.log), JOURNAL_BATCH_SIZE_MAX);
    for (int i = 0; i < 6; i++) {
        assert_true(journal_core_step(&core, 1));
        assert_true(journal_core_step(&core, UINT32_MAX));
    }
    uint64_t acknowledged = core.acknowledged;
    journal_core_stop(&core);
    assert_true(count_segments(disk) >= 2);
    assert_agrees(storage, acknowledged);
    fake_disk_destroy(disk);
}

/* The configured size may change: the segments that are there stay as they are. */
static void segments_of_several_sizes_follow_each_other(void **state)
{
    static const uint64_t sizes[] = {4096, 65536, 8192, 4096, 16384};
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_core core;
    uint64_t acknowledged = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_true(journal_core_start(&core, storage, "j", sizes[i]));
        for (int step = 0; step < 20; step++) {
            assert_true(journal_core_step(&core, UINT32_MAX));
        }
        acknowledged = core.acknowledged;
        journal_core_stop(&core);
    }
    assert_agrees(storage, acknowledged);
    fake_disk_destroy(disk);
}

/* Appended is not durable: the interface keeps the two apart for logs that need longer. */
static void several_appended_batches_become_durable_with_one_sync(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_core core;
    uint64_t last;

    assert_true(journal_core_start(&core, storage, "j", 65536));
    struct log *log = core.recovered.log;
    assert_int_equal(log_wakeup_fd(log), -1);
    assert_true(journal_core_append(&core, 2));
    assert_true(journal_core_append(&core, 3));
    assert_int_equal(log_head(log)->number, 5);
    assert_int_equal(log_durable(log), 0);
    assert_true(log_work(log));
    assert_int_equal(log_durable(log), 0);
    assert_true(log_sync(log));
    assert_int_equal(log_durable(log), 5);
    fake_disk_plan(disk, FAKE_FAILURE_NONE, 0, 0);
    assert_true(log_sync(log));
    assert_int_equal(fake_disk_calls(disk), 0);
    journal_core_stop(&core);
    assert_null(journal_flow_check(storage, "j", &last));
    assert_int_equal(last, 5);
    fake_disk_destroy(disk);
}

static void one_batch_costs_one_write_and_one_sync(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct journal_core core;

    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", 1 << 22));
    while (log_prepare(core.recovered.log)) {
    }
    fake_disk_plan(disk, FAKE_FAILURE_NONE, 0, 0);
    assert_true(journal_core_step(&core, 100));
    assert_int_equal(fake_disk_calls(disk), 2);
    journal_core_stop(&core);
    fake_disk_destroy(disk);
}

/* With the next segment ready, a change costs: header, sync, name, folder, seal, sync. */
static void a_change_of_segments_zeroes_nothing_when_prepared(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct journal_core core;
    size_t before;

    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", 65536));
    do {
        while (log_prepare(core.recovered.log)) {
        }
        before = count_segments(disk);
        fake_disk_plan(disk, FAKE_FAILURE_NONE, 0, 0);
        assert_true(journal_core_step(&core, 4));
    } while (count_segments(disk) == before);
    assert_int_equal(fake_disk_calls(disk), 2 + 6);
    journal_core_stop(&core);
    fake_disk_destroy(disk);
}

/* Even without idle time the next segment is ready before this one is full. */
static void appending_alone_prepares_the_next_segment_in_time(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct journal_core core;
    size_t size;

    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", 1 << 20));
    for (uint64_t appended = 0; appended < (1 << 19) + 65536;) {
        uint64_t first = core.acknowledged + 1;

        assert_true(journal_core_step(&core, 8));
        appended += journal_batch_extent(0);
        for (uint64_t number = first; number <= core.acknowledged; number++) {
            union command_sample command;

            appended += journal_flow_command(number, &command);
        }
    }
    assert_int_equal(count_segments(disk), 1);
    assert_non_null(fake_disk_bytes(disk, JOURNAL_NEXT_SEGMENT_NAME, &size));
    assert_int_equal(size, 1 << 20);
    assert_false(log_prepare(core.recovered.log));
    journal_core_stop(&core);
    fake_disk_destroy(disk);
}

static void after_its_first_error_the_log_is_dead_for_good(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct journal_core core;
    char text[JOURNAL_ERROR_TEXT_SIZE];

    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", 65536));
    assert_true(journal_core_step(&core, 2));
    struct log *log = core.recovered.log;
    assert_null(log_failure(log));
    fake_disk_plan(disk, FAKE_FAILURE_ONCE, 2, EIO); /* the sync */
    assert_false(journal_core_step(&core, 2));
    assert_int_equal(log_durable(log), 2);
    const struct journal_error *failure = log_failure(log);
    assert_non_null(failure);
    assert_int_equal(failure->error_number, EIO);
    assert_non_null(strstr(journal_error_text(failure, text), "cannot be synced"));
    for (int i = 0; i < 3; i++) {
        /* The disk is well again; nobody asks it. */
        uint64_t calls = fake_disk_calls(disk);
        assert_false(journal_core_append(&core, 1));
        assert_false(log_sync(log));
        assert_false(log_work(log));
        assert_false(log_prepare(log));
        assert_int_equal(fake_disk_calls(disk), calls);
    }
    assert_int_equal(log_durable(log), 2);
    journal_core_stop(&core);
    fake_disk_destroy(disk);
}

static void append_with_a_gap(void *argument)
{
    struct journal_core *core = argument;
    _Alignas(64) uint8_t bytes[64] = {0};
    const struct log_batch batch = {
        .commands = bytes, .size = 64, .count = 1, .first_number = 9, .time_us = INT64_MAX};

    log_append(core->recovered.log, &batch);
}

static void append_back_in_time(void *argument)
{
    struct journal_core *core = argument;
    _Alignas(64) uint8_t bytes[64] = {0};
    const struct log_batch batch = {
        .commands = bytes, .size = 64, .count = 1, .first_number = 3, .time_us = 1};

    log_append(core->recovered.log, &batch);
}

static void append_nothing(void *argument)
{
    struct journal_core *core = argument;
    const struct log_batch batch = {.first_number = 3, .time_us = INT64_MAX};

    log_append(core->recovered.log, &batch);
}

static void a_misshapen_batch_is_a_bug_of_the_caller(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct journal_core core;

    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", 65536));
    assert_true(journal_core_step(&core, 2));
    assert_true(does_abort(append_with_a_gap, &core));
    assert_true(does_abort(append_back_in_time, &core));
    assert_true(does_abort(append_nothing, &core));
    journal_core_stop(&core);
    fake_disk_destroy(disk);
}

static void a_segment_gets_its_name_only_when_it_is_zero_on_the_disk(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_head head = {.number = 41};
    struct next_segment next;
    size_t size;
    int folder = storage->open_folder(storage->context, "j", true);

    next_segment_plan(&next, storage, folder, 65536);
    assert_int_equal(next_segment_work(&next, 20000), 0);
    assert_false(next.is_synced);
    int file = next_segment_publish(&next, &head);
    assert_true(file >= 0);
    storage->close(storage->context, file);
    fake_disk_restart(disk, FAKE_LOSS_ALL, NULL);
    const uint8_t *bytes = fake_disk_bytes(disk, journal_segment_name(42).text, &size);
    assert_non_null(bytes);
    assert_int_equal(size, 65536);
    assert_true(journal_is_zero(bytes + 128, size - 128));
    assert_null(fake_disk_bytes(disk, JOURNAL_NEXT_SEGMENT_NAME, &size));
    next_segment_drop(&next);
    fake_disk_destroy(disk);
}

static void append_clocks(struct log *log, uint32_t count)
{
    struct command_clock clocks[4];
    uint64_t first = log_head(log)->number + 1;

    memset(clocks, 0, sizeof clocks);
    for (uint32_t i = 0; i < count; i++) {
        clocks[i].header.number = first + i;
        clocks[i].header.time_us = INT64_C(1700000000000000) + (int64_t)(first + i) * 1000;
        clocks[i].header.kind = COMMAND_CLOCK;
    }
    const struct log_batch batch = {
        .commands = clocks,
        .size = count * (uint32_t)sizeof clocks[0],
        .count = count,
        .first_number = first,
        .time_us = clocks[count - 1].header.time_us,
        .events = digest_start(),
    };
    assert_true(log_append(log, &batch) && log_sync(log));
}

/* The expected bytes were made from docs/journal-format.md by a program in another language. They never
 * change: a change of the format is another version. */
static void the_bytes_of_a_small_journal_stand_here(void **state)
{
    static const uint8_t expected[32] = {
        0xd0, 0x34, 0x12, 0xf6, 0xc8, 0x8e, 0xcd, 0x53, 0xa0, 0x0c, 0xb9,
        0xb4, 0x97, 0x36, 0x41, 0x5c, 0x16, 0x12, 0xe4, 0xa6, 0xb2, 0x66,
        0xdf, 0x7a, 0x30, 0xd7, 0x21, 0xff, 0x7b, 0x00, 0x16, 0x97,
    };
    static const struct node_id node = {"sixteen bytes id"};
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct sha256 *sha = sha256_create();
    struct journal_error error;
    struct hash256 hash;
    size_t size;
    int folder = storage->open_folder(storage->context, "j", true);
    const struct log_file_place place = {
        .storage = storage,
        .folder = folder,
        .lock = storage->lock(storage->context, folder, JOURNAL_LOCK_NAME),
        .segment_size = 4096,
    };

    struct log *log = log_file_create(&place, &node, &error);
    assert_non_null(log);
    append_clocks(log, 1);
    append_clocks(log, 3);
    log_close(log);
    const uint8_t *bytes = fake_disk_bytes(disk, journal_segment_name(1).text, &size);
    const struct byte_part part = {bytes, size};
    sha256_parts(sha, &part, 1, &hash);
    assert_memory_equal(hash.bytes, expected, sizeof expected);
    sha256_destroy(sha);
    fake_disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_appended_comes_back_whatever_the_sizes),
        cmocka_unit_test(the_largest_batch_and_the_smallest_stand_side_by_side),
        cmocka_unit_test(segments_of_several_sizes_follow_each_other),
        cmocka_unit_test(several_appended_batches_become_durable_with_one_sync),
        cmocka_unit_test(one_batch_costs_one_write_and_one_sync),
        cmocka_unit_test(a_change_of_segments_zeroes_nothing_when_prepared),
        cmocka_unit_test(appending_alone_prepares_the_next_segment_in_time),
        cmocka_unit_test(after_its_first_error_the_log_is_dead_for_good),
        cmocka_unit_test(a_misshapen_batch_is_a_bug_of_the_caller),
        cmocka_unit_test(the_bytes_of_a_small_journal_stand_here),
        cmocka_unit_test(a_segment_gets_its_name_only_when_it_is_zero_on_the_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
