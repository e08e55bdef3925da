/* SPDX-License-Identifier: Apache-2.0
 *
 * The log with a second thread keeps the log's contract: the same bytes, durable only when they are,
 * dead for good after the first error.
 */
#include "journal/log_writer.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_disk.h"
#include "support/journal_flow.h"
#include "support/random_stream.h"

#define BATCHES 60

/* The next commands of the flow, at least `size` bytes of them. */
static struct log_batch make_batch(uint64_t number, size_t size, uint8_t *bytes)
{
    struct log_batch batch = {.commands = bytes, .first_number = number, .events = digest_start()};

    while (batch.size < size) {
        union command_sample command;
        size_t step = journal_flow_command(number + batch.count, &command);

        memcpy(bytes + batch.size, &command, step);
        batch.size += (uint32_t)step;
        batch.time_us = journal_flow_time(number + batch.count);
        batch.count++;
    }
    return batch;
}

static bool open_log(struct fake_disk *disk, struct recovered *recovered, bool has_writer)
{
    const struct recovery_options options = {.storage = fake_disk_storage(disk),
                                             .directory = "j",
                                             .create = true,
                                             .node = {{7}},
                                             .segment_size = 4 << 20};
    struct recovery_report report;
    struct journal_error error;

    if (!recovery_run(&options, recovered, &report, &error)) {
        return false;
    }
    if (has_writer) {
        recovered->log = log_writer_create(recovered->log);
        assert_non_null(recovered->log);
    }
    return true;
}

/* Batches of every size, small and large in turn; says how many were acknowledged. */
static unsigned write_batches(struct log *log, uint64_t seed)
{
    static _Alignas(64) uint8_t bytes[1 << 20];
    struct random_stream random = {seed};
    unsigned done = 0;

    while (done < BATCHES) {
        size_t size =
            random_below(&random, 3) == 0 ? 64 : random_below(&random, 3 * LOG_WRITER_SIZE_MIN);
        uint64_t number = log_head(log)->number + 1;
        struct log_batch batch = make_batch(number, size + 1, bytes);
        uint64_t durable = log_durable(log);

        if (!log_append(log, &batch) || !log_sync(log)) {
            break;
        }
        memset(bytes, 0xee, batch.size); /* they may be used again */
        assert_int_equal(log_head(log)->number, number + batch.count - 1);
        assert_true(log_durable(log) == durable || log_durable(log) == log_head(log)->number);
        if (!log_await(log)) {
            break;
        }
        assert_int_equal(log_durable(log), log_head(log)->number);
        (void)log_prepare(log);
        done++;
    }
    return done;
}

static void both_logs_write_the_same_journal(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct fake_disk *disks[2] = {fake_disk_create(), fake_disk_create()};
        struct journal_head heads[2];
        uint64_t last;

        for (int i = 0; i < 2; i++) {
            struct recovered recovered;

            assert_true(open_log(disks[i], &recovered, i == 1));
            assert_int_equal(write_batches(recovered.log, seed), BATCHES);
            heads[i] = *log_head(recovered.log);
            recovered_close(&recovered);
            assert_null(journal_flow_check(fake_disk_storage(disks[i]), "j", &last));
            assert_int_equal(last, heads[i].number);
        }
        assert_memory_equal(&heads[0].chain, &heads[1].chain, sizeof heads[0].chain);
        fake_disk_destroy(disks[0]);
        fake_disk_destroy(disks[1]);
    }
}

/* The last number that stands whole in the journal, with at most an unfinished write behind it. */
static uint64_t read_last(const struct storage *storage)
{
    const struct journal_reader_options options = {.storage = storage, .directory = "j", .from = 1};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    struct journal_batch batch;
    enum journal_read read = JOURNAL_READ_BATCH;

    assert_non_null(reader);
    while (read == JOURNAL_READ_BATCH) {
        read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
    }
    assert_true(read == JOURNAL_READ_END || read == JOURNAL_READ_TORN);
    uint64_t last = journal_reader_tail(reader)->head.number;
    journal_reader_close(reader);
    return last;
}

/* An error or a loss of power at any call: nothing is acknowledged after it, what was acknowledged before
 * is there, and the log says why for ever. */
static void after_any_failure_what_was_acknowledged_is_there(void **state)
{
    static const enum fake_failure failures[] = {FAKE_FAILURE_ONCE, FAKE_FAILURE_SHORT,
                                                 FAKE_FAILURE_POWER};
    struct random_stream random = {5};

    (void)state;
    for (uint64_t call = 1; call < 250; call += 3) {
        struct fake_disk *disk = fake_disk_create();
        enum fake_failure failure = failures[call % 3];
        struct recovered recovered;

        assert_true(open_log(disk, &recovered, true));
        fake_disk_plan(disk, failure, call, EIO);
        bool is_whole = write_batches(recovered.log, call) == BATCHES;
        uint64_t durable = log_durable(recovered.log);
        if (fake_disk_has_failed(disk) && failure == FAKE_FAILURE_POWER) {
            assert_false(is_whole);
        }
        if (!is_whole) {
            assert_non_null(log_failure(recovered.log));
            assert_false(log_sync(recovered.log));
            assert_false(log_await(recovered.log));
        }
        recovered_close(&recovered);
        fake_disk_restart(disk, FAKE_LOSS_SECTORS, &random);
        assert_true(read_last(fake_disk_storage(disk)) >= durable);
        fake_disk_destroy(disk);
    }
}

/* ---- a disk whose sync takes as long as the test likes ---- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t turned;
    bool is_held; /* under the lock */
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

static void set_gate(bool is_held)
{
    (void)pthread_mutex_lock(&gate.lock);
    gate.is_held = is_held;
    (void)pthread_cond_broadcast(&gate.turned);
    (void)pthread_mutex_unlock(&gate.lock);
}

static int sync_at_the_gate(void *context, int file)
{
    (void)pthread_mutex_lock(&gate.lock);
    while (gate.is_held) {
        (void)pthread_cond_wait(&gate.turned, &gate.lock);
    }
    (void)pthread_mutex_unlock(&gate.lock);
    return fake_disk_storage(context)->sync(context, file);
}

static void nothing_is_durable_before_the_thread_has_synced(void **state)
{
    static _Alignas(64) uint8_t bytes[1 << 20];
    struct fake_disk *disk = fake_disk_create();
    struct storage slow = *fake_disk_storage(disk);
    const struct recovery_options options = {
        .storage = &slow, .directory = "j", .create = true, .segment_size = 4 << 20};
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;

    (void)state;
    slow.sync = sync_at_the_gate;
    assert_true(recovery_run(&options, &recovered, &report, &error));
    struct log *log = log_writer_create(recovered.log);
    assert_non_null(log);
    for (int i = 0; i < 10; i++) {
        uint64_t before = log_durable(log);
        struct log_batch batch = make_batch(before + 1, LOG_WRITER_SIZE_MIN, bytes);

        set_gate(true);
        assert_true(log_append(log, &batch));
        assert_int_equal(log_durable(log), before);
        assert_true(log_sync(log));
        assert_int_equal(log_durable(log), before);
        set_gate(false);
        assert_true(log_await(log));
        assert_int_equal(log_durable(log), batch.first_number + batch.count - 1);
    }
    recovered.log = log;
    recovered_close(&recovered);
    fake_disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_logs_write_the_same_journal),
        cmocka_unit_test(after_any_failure_what_was_acknowledged_is_there),
        cmocka_unit_test(nothing_is_durable_before_the_thread_has_synced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
