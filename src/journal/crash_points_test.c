/* SPDX-License-Identifier: Apache-2.0
 *
 * A core that founds, writes, changes segments and takes snapshots, on a disk that fails at call k or
 * loses its power before call k, for every k; and then the same for its recovery. Whatever happens:
 * what was acknowledged is there, nothing is there that was not written, and no error is survived.
 *
 * These are thousands of crashes of a model of a disk; tests/crash does it to a real one.
 */
#include "journal/recovery.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "journal/reader.h"
#include "journal/verifier.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

/* How a core lives: small batches and many segments; or large ones, which are written in two pieces. */
struct life {
    uint64_t segment_size;
    uint32_t steps;
    uint32_t commands; /* of a batch at least; up to 4 more */
};

static const struct life SMALL = {8192, 14, 1};
static const struct life LARGE = {1 << 18, 3, 200};

struct outcome {
    uint64_t acknowledged; /* the last number a client was told is durable */
    uint64_t appended;     /* the last number that may be in the journal */
    bool is_alive;         /* it got to its end */
};

/* One life of a core: recovers and goes on; ends at the log's first failure, as a process does. */
static struct outcome live(struct fake_disk *disk, const struct life *life)
{
    const struct storage *storage = fake_disk_storage(disk);
    struct outcome outcome = {0, 0, false};
    struct journal_core core;

    if (!journal_core_start(&core, storage, "j", life->segment_size)) {
        assert_true(fake_disk_has_failed(disk));
        assert_non_null(core.error.what);
        return outcome;
    }
    outcome.acknowledged = core.acknowledged;
    outcome.is_alive = true;
    for (uint32_t i = 0; i < life->steps && outcome.is_alive; i++) {
        bool was_failed = fake_disk_has_failed(disk);

        outcome.is_alive = journal_core_step(&core, life->commands + i % 5);
        outcome.acknowledged = core.acknowledged;
        /* No error of the disk is survived by the log, be it for once or for ever. */
        if (fake_disk_has_failed(disk) && !was_failed) {
            assert_false(outcome.is_alive);
        }
        if (outcome.is_alive && i % 6 == 4) {
            /* A snapshot that fails is no reason to stop. */
            (void)journal_core_snapshot(&core, storage);
        }
    }
    outcome.appended = outcome.acknowledged + life->commands + 7;
    journal_core_stop(&core);
    return outcome;
}

/* The next start on a healthy disk: all that was acknowledged, nothing that was not written. */
static void assert_recovers(struct fake_disk *disk, const struct life *life,
                            const struct outcome *before)
{
    const struct storage *storage = fake_disk_storage(disk);
    const struct verifier_options options = {.storage = storage, .directory = "j"};
    struct verifier_report report;
    struct journal_core core;
    char text[JOURNAL_ERROR_TEXT_SIZE];
    uint64_t last;

    if (!journal_core_start(&core, storage, "j", life->segment_size)) {
        fail_msg("does not start: %s", journal_error_text(&core.error, text));
    }
    assert_true(core.acknowledged >= before->acknowledged);
    assert_true(core.acknowledged <= before->appended || before->appended == 0);
    assert_int_equal(tarazy_engine_number(core.recovered.engine), core.acknowledged);
    assert_int_equal(core.report.snapshots_bad, 0);
    assert_true(journal_core_step(&core, 3));
    uint64_t acknowledged = core.acknowledged;
    journal_core_stop(&core);
    /* What was announced after a recovery is durable, too: even if all else is lost now. */
    fake_disk_restart(disk, FAKE_LOSS_ALL, NULL);
    const char *wrong = journal_flow_check(storage, "j", &last);
    if (wrong != NULL) {
        fail_msg("%s", wrong);
    }
    assert_int_equal(last, acknowledged);
    if (journal_verify(&options, &report) != VERIFIER_RESULT_AGREES) {
        fail_msg("%s", journal_error_text(&report.error, text));
    }
}

static uint64_t count_calls(const struct life *life)
{
    struct fake_disk *disk = fake_disk_create();
    struct outcome outcome = live(disk, life);
    uint64_t calls = fake_disk_calls(disk);

    assert_true(outcome.is_alive);
    fake_disk_destroy(disk);
    return calls;
}

struct way {
    enum fake_failure failure;
    int error_number;
    enum fake_loss loss;
    uint64_t seeds;
};

static const struct way WAYS[] = {
    {FAKE_FAILURE_ONCE, EIO, FAKE_LOSS_NOTHING, 1},
    {FAKE_FAILURE_ONCE, EIO, FAKE_LOSS_ALL, 1},
    {FAKE_FAILURE_ONCE, ENOSPC, FAKE_LOSS_SECTORS, 1},
    {FAKE_FAILURE_STICKY, EIO, FAKE_LOSS_NOTHING, 1},
    {FAKE_FAILURE_STICKY, ENOSPC, FAKE_LOSS_NOTHING, 1},
    {FAKE_FAILURE_STICKY, EIO, FAKE_LOSS_BYTES, 2},
    {FAKE_FAILURE_SHORT, ENOSPC, FAKE_LOSS_NOTHING, 1},
    {FAKE_FAILURE_SHORT, ENOSPC, FAKE_LOSS_SECTORS, 2},
    {FAKE_FAILURE_POWER, EIO, FAKE_LOSS_NOTHING, 1},
    {FAKE_FAILURE_POWER, EIO, FAKE_LOSS_ALL, 1},
    {FAKE_FAILURE_POWER, EIO, FAKE_LOSS_SECTORS, 6},
    {FAKE_FAILURE_POWER, EIO, FAKE_LOSS_BYTES, 6},
};

static void survive_any_failure(const struct life *life)
{
    uint64_t calls = count_calls(life);

    for (size_t w = 0; w < sizeof WAYS / sizeof WAYS[0]; w++) {
        const struct way *way = &WAYS[w];

        for (uint64_t i = 0; i < calls * way->seeds; i++) {
            struct fake_disk *disk = fake_disk_create();
            struct random_stream random = {i};

            fake_disk_plan(disk, way->failure, i / way->seeds + 1, way->error_number);
            struct outcome outcome = live(disk, life);
            assert_true(fake_disk_has_failed(disk));
            fake_disk_restart(disk, way->loss, &random);
            assert_recovers(disk, life, &outcome);
            fake_disk_destroy(disk);
        }
    }
}

static void acknowledged_commands_survive_any_failure_at_any_call(void **state)
{
    survive_any_failure(&SMALL);
}

static void a_large_batch_in_two_writes_survives_any_failure_too(void **state)
{
    survive_any_failure(&LARGE);
}

/* The tests above can fail: a journal whose syncs do nothing loses what it acknowledged as soon as the
 * power goes, and loses nothing when only the process dies, which is why killing it shows so little. */
static void a_journal_without_syncs_is_caught_by_power_loss_and_not_by_a_kill(void **state)
{
    uint64_t calls = count_calls(&SMALL);
    uint64_t lost_to_power = 0;
    uint64_t tried = 0;

    for (uint64_t k = 30; k <= calls; k++) {
        for (int is_kill = 0; is_kill < 2; is_kill++) {
            struct fake_disk *disk = fake_disk_create();
            struct journal_core core;

            fake_disk_lie(disk, true);
            fake_disk_plan(disk, FAKE_FAILURE_POWER, k, EIO);
            struct outcome outcome = live(disk, &SMALL);
            fake_disk_lie(disk, false);
            fake_disk_restart(disk, is_kill ? FAKE_LOSS_NOTHING : FAKE_LOSS_ALL, NULL);
            bool is_up = journal_core_start(&core, fake_disk_storage(disk), "j", 8192);
            bool is_lost = !is_up || core.acknowledged < outcome.acknowledged;
            if (is_up) {
                journal_core_stop(&core);
            }
            assert_false(is_kill && is_lost);
            tried += !is_kill && outcome.acknowledged > 0;
            lost_to_power += is_lost;
            fake_disk_destroy(disk);
        }
    }
    assert_true(tried > 20);
    assert_int_equal(lost_to_power, tried);
}

/* A journal that was interrupted somewhere, and then again while it recovered. */
static void acknowledged_commands_survive_a_second_failure_while_recovering(void **state)
{
    static const enum fake_loss losses[] = {FAKE_LOSS_ALL, FAKE_LOSS_SECTORS, FAKE_LOSS_BYTES};
    uint64_t calls = count_calls(&SMALL);

    for (uint64_t k = 1; k <= calls; k++) {
        struct random_stream random = {k};
        struct fake_disk *torn = fake_disk_create();

        fake_disk_plan(torn, FAKE_FAILURE_POWER, k, EIO);
        struct outcome first = live(torn, &SMALL);
        fake_disk_restart(torn, losses[k % 3], &random);
        for (uint64_t second = 1; second < 60; second += 1 + random_below(&random, 3)) {
            struct fake_disk *disk = fake_disk_copy(torn);

            fake_disk_plan(disk, second % 2 == 0 ? FAKE_FAILURE_POWER : FAKE_FAILURE_ONCE, second,
                           EIO);
            struct outcome outcome = live(disk, &SMALL);
            if (outcome.acknowledged == 0) {
                outcome = first;
            }
            assert_true(outcome.acknowledged >= first.acknowledged);
            fake_disk_restart(disk, losses[second % 3], &random);
            assert_recovers(disk, &SMALL, &outcome);
            fake_disk_destroy(disk);
        }
        fake_disk_destroy(torn);
    }
}

/* The failed sync of A.4: the kernel says EIO, forgets that the page was dirty, and goes on showing
 * what is not on the disk. The next core must not build on it. */
static void what_a_failed_sync_left_in_the_cache_is_written_again_or_not_announced(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_core core;
    uint64_t last;

    assert_true(journal_core_start(&core, storage, "j", 65536));
    assert_true(journal_core_step(&core, 2));
    fake_disk_plan(disk, FAKE_FAILURE_ONCE, 2, EIO);
    assert_false(journal_core_step(&core, 3));
    journal_core_stop(&core);
    fake_disk_plan(disk, FAKE_FAILURE_NONE, 0, 0);
    /* The process dies, the machine lives: the cache still shows five commands. */
    assert_true(journal_core_start(&core, storage, "j", 65536));
    assert_int_equal(core.acknowledged, 5);
    journal_core_stop(&core);
    fake_disk_restart(disk, FAKE_LOSS_ALL, NULL);
    assert_null(journal_flow_check(storage, "j", &last));
    assert_int_equal(last, 5);
    fake_disk_destroy(disk);
}

/* The process dies at any call and the machine lives, showing the next one what may be in memory only:
 * bytes, names. What the next one announces must be on the disk all the same. */
static void a_start_takes_nothing_for_durable_because_it_can_be_read(void **state)
{
    uint64_t calls = count_calls(&SMALL);

    for (uint64_t k = 1; k <= calls; k++) {
        struct fake_disk *disk = fake_disk_create();

        fake_disk_plan(disk, FAKE_FAILURE_POWER, k, EIO);
        struct outcome outcome = live(disk, &SMALL);
        fake_disk_plan(disk, FAKE_FAILURE_NONE, 0, 0);
        assert_recovers(disk, &SMALL, &outcome);
        fake_disk_destroy(disk);
    }
}

/* Reads all of a folder. Only the files are looked at: the digests of these events were never
 * computed. */
static enum journal_read read_files(const struct storage *storage, uint64_t *last)
{
    const struct journal_reader_options options = {.storage = storage, .directory = "j", .from = 1};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct journal_batch batch;
    enum journal_read read;

    assert_non_null(reader);
    do {
        read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
    } while (read == JOURNAL_READ_BATCH);
    *last = journal_reader_tail(reader)->head.number;
    journal_reader_close(reader);
    return read;
}

/* Several batches on their way at once, as a faster log would have them, in one segment or across
 * some: any of those that were not synced may be missing. */
static void any_mixture_of_unsynced_batches_is_cut_back_to_what_is_whole(void **state)
{
    static const uint64_t sizes[] = {65536, 8192, 4096};
    uint64_t torn_count = 0;

    for (uint64_t seed = 1; seed <= 900; seed++) {
        struct fake_disk *disk = fake_disk_create();
        const struct storage *storage = fake_disk_storage(disk);
        struct random_stream random = {seed};
        struct journal_core core;
        uint64_t last;

        assert_true(journal_core_start(&core, storage, "j", sizes[seed % 3]));
        assert_true(journal_core_step(&core, 4));
        /* Sometimes the power goes in the midst of it. */
        fake_disk_plan(disk, FAKE_FAILURE_POWER, 1 + random_below(&random, 40), EIO);
        for (int i = 0; i < 6; i++) {
            (void)journal_core_append(&core, 1 + (uint32_t)random_below(&random, 5));
        }
        uint64_t durable = log_durable(core.recovered.log);
        /* The one it died in may be there as well. */
        uint64_t appended = log_head(core.recovered.log)->number + 5;
        journal_core_stop(&core);
        fake_disk_restart(disk, FAKE_LOSS_SECTORS, &random);
        enum journal_read read = read_files(storage, &last);
        assert_true(read == JOURNAL_READ_END || read == JOURNAL_READ_TORN);
        assert_true(last >= durable && last <= appended);
        torn_count += read == JOURNAL_READ_TORN;
        fake_disk_destroy(disk);
    }
    assert_true(torn_count > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledged_commands_survive_any_failure_at_any_call),
        cmocka_unit_test(a_large_batch_in_two_writes_survives_any_failure_too),
        cmocka_unit_test(a_journal_without_syncs_is_caught_by_power_loss_and_not_by_a_kill),
        cmocka_unit_test(acknowledged_commands_survive_a_second_failure_while_recovering),
        cmocka_unit_test(what_a_failed_sync_left_in_the_cache_is_written_again_or_not_announced),
        cmocka_unit_test(a_start_takes_nothing_for_durable_because_it_can_be_read),
        cmocka_unit_test(any_mixture_of_unsynced_batches_is_cut_back_to_what_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
