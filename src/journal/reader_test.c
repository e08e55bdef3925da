/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a journal: from any number, behind a writer at work, across segments; and the comparison of
 * events digests in the replayer, which reads what the reader hands out.
 */
#include "journal/reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/replayer.h"
#include "journal/state_block.h"
#include "platform/checksum.h"
#include "support/expect_abort.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

static struct journal_reader *open_from(const struct storage *storage, uint64_t from,
                                        bool skip_chain)
{
    const struct journal_reader_options options = {
        .storage = storage, .directory = "j", .from = from, .skip_chain = skip_chain};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);
    char text[JOURNAL_ERROR_TEXT_SIZE];

    if (reader == NULL) {
        fail_msg("%s", journal_error_text(&error, text));
    }
    return reader;
}

/* A journal of `steps` batches in small segments; returns its last number. */
static uint64_t write_journal(struct fake_disk *disk, int steps)
{
    struct journal_core core;

    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", 8192));
    for (int i = 0; i < steps; i++) {
        assert_true(journal_core_step(&core, 1 + (uint32_t)i % 6));
    }
    uint64_t last = core.acknowledged;
    journal_core_stop(&core);
    return last;
}

static void it_begins_with_the_batch_that_holds_the_number(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    uint64_t last = write_journal(disk, 40);

    for (uint64_t from = 1; from <= last; from++) {
        struct journal_reader *reader = open_from(storage, from, from % 2 == 0);
        struct journal_batch batch;
        uint64_t number = journal_reader_tail(reader)->head.number;

        assert_true(number < from);
        assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch),
                         JOURNAL_READ_BATCH);
        assert_int_equal(batch.first_number, number + 1);
        assert_true(batch.first_number <= from && from < batch.first_number + batch.count);
        assert_int_equal((uintptr_t)batch.commands % 64, 0);
        number = batch.first_number + batch.count - 1;
        while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
            assert_int_equal(batch.first_number, number + 1);
            number = batch.first_number + batch.count - 1;
        }
        assert_int_equal(number, last);
        journal_reader_close(reader);
    }
    fake_disk_destroy(disk);
}

static void it_may_begin_right_behind_the_end_but_not_beyond(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    uint64_t last = write_journal(disk, 20);
    struct journal_reader *reader = open_from(storage, last + 1, false);
    const struct journal_reader_options options = {
        .storage = storage, .directory = "j", .from = last + 2};
    struct journal_batch batch;
    struct journal_error error;

    assert_int_equal(journal_reader_tail(reader)->head.number, last);
    assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch), JOURNAL_READ_END);
    journal_reader_close(reader);
    assert_null(journal_reader_open(&options, &error));
    assert_string_equal(error.what, "a durable batch is missing");
    assert_int_equal(error.number, last + 1);
    fake_disk_destroy(disk);
}

static void a_folder_without_a_journal_is_told(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct journal_reader_options options = {
        .storage = fake_disk_storage(disk), .directory = "j", .from = 1};
    struct journal_error error;

    assert_null(journal_reader_open(&options, &error));
    assert_int_equal(error.error_number, ENOENT);
    fake_disk_destroy(disk);
}

/* Four readers at different distances behind a writer; each sees each durable batch once, soon. */
static void readers_follow_a_writer_across_segments(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_reader *readers[4];
    uint64_t seen[4] = {0};
    struct random_stream random = {3};
    struct journal_core core;

    assert_true(journal_core_start(&core, storage, "j", 8192));
    assert_true(journal_core_step(&core, 1));
    for (size_t i = 0; i < 4; i++) {
        readers[i] = open_from(storage, 1, i % 2 == 1);
    }
    for (int step = 0; step < 400; step++) {
        assert_true(journal_core_step(&core, 1 + (uint32_t)random_below(&random, 6)));
        /* In flight: appended, written, and not yet announced. Nobody may see it. */
        for (size_t i = 0; i < 4; i++) {
            uint64_t limit = core.acknowledged - random_below(&random, i + 1);
            struct journal_batch batch;
            enum journal_read read;

            if (!random_once_in(&random, i + 1)) {
                continue;
            }
            while ((read = journal_reader_next(readers[i], limit, &batch)) == JOURNAL_READ_BATCH) {
                assert_int_equal(batch.first_number, seen[i] + 1);
                seen[i] = batch.first_number + batch.count - 1;
                assert_true(seen[i] <= limit);
            }
            assert_int_equal(read, JOURNAL_READ_END);
            assert_true(i > 0 || seen[0] == core.acknowledged);
        }
    }
    journal_core_stop(&core);
    for (size_t i = 0; i < 4; i++) {
        journal_reader_close(readers[i]);
    }
    fake_disk_destroy(disk);
}

static uint64_t bytes_read;

static int64_t count_read(void *context, int file, void *bytes, size_t size, uint64_t offset)
{
    bytes_read += size;
    return fake_disk_storage(context)->read(context, file, bytes, size, offset);
}

/* What is beyond the durable end is mostly nothing yet: who asks for every batch as soon as it is there,
 * and never once too often, must not read a whole window each time. */
static void a_reader_close_behind_reads_little(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct storage counted = *fake_disk_storage(disk);
    struct journal_core core;
    struct journal_batch batch;

    counted.read = count_read;
    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", 1 << 20));
    assert_true(journal_core_step(&core, 1));
    struct journal_reader *reader = open_from(&counted, 1, false);
    assert_int_equal(journal_reader_next(reader, core.acknowledged, &batch), JOURNAL_READ_BATCH);
    for (int step = 0; step < 200; step++) {
        assert_true(journal_core_step(&core, 1));
        bytes_read = 0;
        assert_int_equal(journal_reader_next(reader, core.acknowledged, &batch),
                         JOURNAL_READ_BATCH);
        assert_true(bytes_read <= 1 << 15);
    }
    journal_core_stop(&core);
    journal_reader_close(reader);
    fake_disk_destroy(disk);
}

/* Before the announcement a batch may be half written; it is looked at again after it. */
static void what_was_read_too_early_is_read_again(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_reader *reader;
    struct journal_core core;
    struct journal_batch batch;
    size_t size;

    assert_true(journal_core_start(&core, storage, "j", 65536));
    assert_true(journal_core_step(&core, 2));
    assert_true(journal_core_step(&core, 2));
    uint8_t *bytes = fake_disk_bytes(disk, journal_segment_name(1).text, &size);
    reader = open_from(storage, 1, false);
    assert_int_equal(journal_reader_next(reader, 2, &batch), JOURNAL_READ_BATCH);
    uint64_t offset = journal_reader_tail(reader)->offset;
    uint8_t saved[64];
    memcpy(saved, bytes + offset + 64, sizeof saved);
    memset(bytes + offset + 64, 0xee, sizeof saved);
    journal_reader_close(reader);
    reader = open_from(storage, 1, false);
    assert_int_equal(journal_reader_next(reader, 2, &batch), JOURNAL_READ_BATCH);
    assert_int_equal(journal_reader_next(reader, 2, &batch), JOURNAL_READ_END);
    memcpy(bytes + offset + 64, saved, sizeof saved);
    assert_int_equal(journal_reader_next(reader, 4, &batch), JOURNAL_READ_BATCH);
    assert_int_equal(batch.first_number, 3);
    journal_reader_close(reader);
    journal_core_stop(&core);
    fake_disk_destroy(disk);
}

/* Two disks that are one at two moments: reads see the earlier one first, then the later. */
struct moments {
    struct fake_disk *earlier;
    struct fake_disk *later;
    uint64_t reads_left; /* of the earlier */
};

static int moments_open_folder(void *context, const char *path, bool create)
{
    struct moments *moments = context;
    const struct storage *later = fake_disk_storage(moments->later);
    const struct storage *earlier = fake_disk_storage(moments->earlier);

    (void)later->open_folder(later->context, path, create);
    return earlier->open_folder(earlier->context, path, create);
}

static int moments_list(void *context, int folder, void (*visit)(void *visitor, const char *name),
                        void *visitor)
{
    struct moments *moments = context;
    const struct storage *later = fake_disk_storage(moments->later);

    return later->list(later->context, folder, visit, visitor);
}

static int moments_open(void *context, int folder, const char *name, enum storage_mode mode)
{
    struct moments *moments = context;
    const struct storage *later = fake_disk_storage(moments->later);
    const struct storage *earlier = fake_disk_storage(moments->earlier);

    (void)later->open(later->context, folder, name, mode);
    return earlier->open(earlier->context, folder, name, mode);
}

static int moments_close(void *context, int handle)
{
    struct moments *moments = context;
    const struct storage *later = fake_disk_storage(moments->later);
    const struct storage *earlier = fake_disk_storage(moments->earlier);

    (void)later->close(later->context, handle);
    return earlier->close(earlier->context, handle);
}

static int64_t moments_size(void *context, int file)
{
    struct moments *moments = context;
    const struct storage *later = fake_disk_storage(moments->later);

    return later->size(later->context, file);
}

static int64_t moments_read(void *context, int file, void *bytes, size_t size, uint64_t offset)
{
    struct moments *moments = context;
    const struct storage *storage = fake_disk_storage(moments->later);

    if (moments->reads_left > 0) {
        moments->reads_left--;
        storage = fake_disk_storage(moments->earlier);
    }
    return storage->read(storage->context, file, bytes, size, offset);
}

/* A tool without a limit, beside a core: the batch was half there when it was read, and the next one
 * vouched for it a moment later. */
static void a_writer_at_work_is_not_taken_for_damage(void **state)
{
    struct journal_core core;
    size_t size;

    for (uint64_t reads = 0; reads < 12; reads++) {
        struct moments moments = {.later = fake_disk_create(), .reads_left = reads};
        const struct storage storage = {
            .context = &moments,
            .open_folder = moments_open_folder,
            .list = moments_list,
            .open = moments_open,
            .close = moments_close,
            .size = moments_size,
            .read = moments_read,
        };

        assert_true(journal_core_start(&core, fake_disk_storage(moments.later), "j", 65536));
        assert_true(journal_core_step(&core, 3));
        uint64_t offset = 0;
        uint8_t *bytes = fake_disk_bytes(moments.later, journal_segment_name(1).text, &size);
        while (!journal_is_zero(bytes + offset, 192)) {
            offset += 64;
        }
        assert_true(journal_core_step(&core, 5));
        moments.earlier = fake_disk_copy(moments.later);
        assert_true(journal_core_step(&core, 5));
        journal_core_stop(&core);
        /* Of the second batch the earlier moment has the header and little more. */
        bytes = fake_disk_bytes(moments.earlier, journal_segment_name(1).text, &size);
        memset(bytes + offset + 300, 0, size - (size_t)offset - 300);
        struct journal_reader *reader = open_from(&storage, 1, false);
        struct journal_batch batch;
        enum journal_read read;
        do {
            read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
        } while (read == JOURNAL_READ_BATCH);
        assert_true(read == JOURNAL_READ_END || read == JOURNAL_READ_TORN);
        journal_reader_close(reader);
        fake_disk_destroy(moments.earlier);
        fake_disk_destroy(moments.later);
    }
}

static void an_announced_batch_that_is_not_there_is_damage(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    uint64_t last = write_journal(disk, 3);
    struct journal_reader *reader = open_from(fake_disk_storage(disk), last + 1, false);
    struct journal_batch batch;

    assert_int_equal(journal_reader_next(reader, last, &batch), JOURNAL_READ_END);
    assert_int_equal(journal_reader_next(reader, last + 1, &batch), JOURNAL_READ_DAMAGED);
    assert_string_equal(journal_reader_error(reader)->what, "a durable batch is missing");
    journal_reader_close(reader);
    fake_disk_destroy(disk);
}

/* Who may forge a checksum is stopped by the chain, unless the reader was told to trust its writer. */
static void only_the_chain_sees_a_forged_checksum(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_batch batch;
    struct batch_header header;
    size_t size;

    write_journal(disk, 3);
    struct journal_reader *reader = open_from(storage, 1, false);
    assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch), JOURNAL_READ_BATCH);
    journal_reader_close(reader);
    uint8_t *whole = fake_disk_bytes(disk, journal_segment_name(1).text, &size) + 128;
    memcpy(&header, whole, sizeof header);
    struct command_header *command = (void *)(whole + sizeof header);
    command->request ^= 1;
    size_t summed = sizeof header + header.size + 32;
    uint64_t checksum = checksum_bytes(whole, summed);
    memcpy(whole + summed, &checksum, sizeof checksum);
    reader = open_from(storage, 1, true);
    assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch), JOURNAL_READ_BATCH);
    journal_reader_close(reader);
    reader = open_from(storage, 1, false);
    assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch), JOURNAL_READ_DAMAGED);
    journal_reader_close(reader);
    fake_disk_destroy(disk);
}

static void a_disk_error_is_not_taken_for_damage(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    uint64_t calls = 0;
    uint64_t failed_count = 0;

    write_journal(disk, 30);
    for (uint64_t call = 1; call <= 60; call++) {
        const struct journal_reader_options options = {
            .storage = storage, .directory = "j", .from = 10};
        struct journal_error error;
        struct journal_batch batch;
        enum journal_read read = JOURNAL_READ_FAILED;

        fake_disk_plan(disk, FAKE_FAILURE_ONCE, call, EIO);
        struct journal_reader *reader = journal_reader_open(&options, &error);
        if (reader != NULL) {
            do {
                read = journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch);
            } while (read == JOURNAL_READ_BATCH);
            error = *journal_reader_error(reader);
            journal_reader_close(reader);
        }
        calls = fake_disk_calls(disk);
        assert_int_equal(read, fake_disk_has_failed(disk) ? JOURNAL_READ_FAILED : JOURNAL_READ_END);
        failed_count += fake_disk_has_failed(disk);
        assert_true(!fake_disk_has_failed(disk) || error.error_number == EIO);
    }
    assert_true(failed_count >= 20 && failed_count < 60 && calls > 0);
    fake_disk_destroy(disk);
}

/* ---- the replayer ---- */

struct told {
    uint64_t commands;
    uint64_t bytes;
};

static void count_command(void *context, const struct engine *engine,
                          const struct command_header *command, const uint8_t *events, size_t size)
{
    struct told *told = context;
    struct event_outcome outcome;

    assert_int_equal(tarazy_engine_number(engine), command->number);
    memcpy(&outcome, events + size - sizeof outcome, sizeof outcome);
    assert_int_equal(outcome.header.kind, EVENT_OUTCOME);
    assert_int_equal(outcome.header.number, command->number);
    told->commands++;
    told->bytes += size;
}

static struct engine *make_engine(struct state_block *block, const struct journal_batch *first)
{
    const struct command_node_found *found = (const void *)first->commands;

    *block = state_block_create(tarazy_engine_size(&found->limits));
    assert_non_null(block->bytes);
    return tarazy_engine_create(block->bytes, block->size, &found->limits);
}

static void replaying_tells_every_command_once_and_compares_every_digest(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    uint64_t last = write_journal(disk, 30);
    struct journal_reader *reader = open_from(fake_disk_storage(disk), 1, false);
    struct told told = {0, 0};
    const struct replay_sink sink = {&told, count_command};
    struct state_block block;
    struct journal_batch batch;

    assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch), JOURNAL_READ_BATCH);
    struct engine *engine = make_engine(&block, &batch);
    struct replayer *replayer = replayer_create(engine, digest_start(), &sink);
    assert_true(replayer_apply(replayer, &batch));
    while (journal_reader_next(reader, JOURNAL_LIMIT_NONE, &batch) == JOURNAL_READ_BATCH) {
        struct journal_batch wrong = batch;

        wrong.events.words[0] ^= 1;
        assert_false(replayer_apply(replayer, &wrong));
        assert_int_equal(tarazy_engine_number(engine), batch.first_number - 1);
        assert_true(replayer_apply(replayer, &batch));
    }
    assert_int_equal(told.commands, last);
    assert_true(told.bytes >= 64 * last);
    replayer_destroy(replayer);
    state_block_destroy(&block);
    journal_reader_close(reader);
    fake_disk_destroy(disk);
}

struct again {
    struct replayer *replayer;
    struct journal_batch batch;
};

static void apply_again(void *argument)
{
    struct again *again = argument;

    replayer_apply(again->replayer, &again->batch);
}

static void replaying_a_batch_twice_is_a_bug_of_the_caller(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    struct journal_reader *reader;
    struct state_block block;
    struct again again;

    write_journal(disk, 3);
    reader = open_from(fake_disk_storage(disk), 1, false);
    assert_int_equal(journal_reader_next(reader, JOURNAL_LIMIT_NONE, &again.batch),
                     JOURNAL_READ_BATCH);
    again.replayer = replayer_create(make_engine(&block, &again.batch), digest_start(), NULL);
    assert_true(replayer_apply(again.replayer, &again.batch));
    assert_true(does_abort(apply_again, &again));
    replayer_destroy(again.replayer);
    state_block_destroy(&block);
    journal_reader_close(reader);
    fake_disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_the_batch_that_holds_the_number),
        cmocka_unit_test(it_may_begin_right_behind_the_end_but_not_beyond),
        cmocka_unit_test(a_folder_without_a_journal_is_told),
        cmocka_unit_test(readers_follow_a_writer_across_segments),
        cmocka_unit_test(a_reader_close_behind_reads_little),
        cmocka_unit_test(what_was_read_too_early_is_read_again),
        cmocka_unit_test(a_writer_at_work_is_not_taken_for_damage),
        cmocka_unit_test(an_announced_batch_that_is_not_there_is_damage),
        cmocka_unit_test(only_the_chain_sees_a_forged_checksum),
        cmocka_unit_test(a_disk_error_is_not_taken_for_damage),
        cmocka_unit_test(replaying_tells_every_command_once_and_compares_every_digest),
        cmocka_unit_test(replaying_a_batch_twice_is_a_bug_of_the_caller),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
