/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading ahead says what reading says: the same batches, the same end, and it can be left at any time.
 */
#include "journal/read_ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

static struct journal_reader *open_reader(const struct storage *storage)
{
    const struct journal_reader_options options = {.storage = storage, .directory = "j", .from = 1};
    struct journal_error error;
    struct journal_reader *reader = journal_reader_open(&options, &error);

    assert_non_null(reader);
    return reader;
}

/* Batches of one to six commands, in segments of this size. */
static void write_journal(struct fake_disk *disk, int steps, uint64_t segment_size)
{
    struct journal_core core;

    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", segment_size));
    for (int i = 0; i < steps; i++) {
        assert_true(journal_core_step(&core, 1 + (uint32_t)i % 6));
    }
    journal_core_stop(&core);
}

static void assert_same_batch(const struct journal_batch *one, const struct journal_batch *other)
{
    assert_int_equal(one->first_number, other->first_number);
    assert_int_equal(one->count, other->count);
    assert_int_equal(one->size, other->size);
    assert_int_equal(one->offset, other->offset);
    assert_memory_equal(&one->chain, &other->chain, sizeof one->chain);
    assert_memory_equal(one->commands, other->commands, one->size);
    assert_int_equal((uintptr_t)one->commands % 64, 0);
}

/* Both to the end; returns how they ended and how many batches there were. */
static enum journal_read compare(struct fake_disk *disk, unsigned *count)
{
    struct fake_disk *copy = fake_disk_copy(disk); /* a fake disk stands one thread */
    struct journal_reader *plain = open_reader(fake_disk_storage(copy));
    struct journal_reader *reader = open_reader(fake_disk_storage(disk));
    struct read_ahead *ahead = read_ahead_start(reader, JOURNAL_LIMIT_NONE);
    struct journal_batch one;
    struct journal_batch other;
    enum journal_read read;

    assert_non_null(ahead);
    *count = 0;
    while ((read = journal_reader_next(plain, JOURNAL_LIMIT_NONE, &one)) == JOURNAL_READ_BATCH) {
        assert_int_equal(read_ahead_next(ahead, &other), JOURNAL_READ_BATCH);
        assert_same_batch(&other, &one);
        (*count)++;
    }
    assert_int_equal(read_ahead_next(ahead, &other), read);
    assert_int_equal(read_ahead_next(ahead, &other), read);
    read_ahead_stop(ahead);
    assert_memory_equal(journal_reader_tail(reader), journal_reader_tail(plain),
                        sizeof *journal_reader_tail(plain));
    journal_reader_close(reader);
    journal_reader_close(plain);
    fake_disk_destroy(copy);
    return read;
}

static void the_same_batches_come_out_whatever_their_number(void **state)
{
    static const int steps[] = {1, 2, 700, 1023, 1024, 1025, 3000};

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct fake_disk *disk = fake_disk_create();
        unsigned count;

        write_journal(disk, steps[i], 65536);
        assert_int_equal(compare(disk, &count), JOURNAL_READ_END);
        assert_true(count >= (unsigned)steps[i]);
        fake_disk_destroy(disk);
    }
}

static void it_can_be_left_before_the_end(void **state)
{
    struct fake_disk *disk = fake_disk_create();

    (void)state;
    write_journal(disk, 3000, 65536);
    for (unsigned taken = 0; taken < 2500; taken += 311) {
        struct journal_reader *reader = open_reader(fake_disk_storage(disk));
        struct read_ahead *ahead = read_ahead_start(reader, JOURNAL_LIMIT_NONE);
        struct journal_batch batch;

        for (unsigned i = 0; i < taken; i++) {
            assert_int_equal(read_ahead_next(ahead, &batch), JOURNAL_READ_BATCH);
        }
        read_ahead_stop(ahead);
        journal_reader_close(reader);
    }
    read_ahead_stop(NULL);
    fake_disk_destroy(disk);
}

static void damage_is_told_after_the_batches_before_it(void **state)
{
    struct fake_disk *disk = fake_disk_create();
    const struct storage *storage = fake_disk_storage(disk);
    unsigned whole;
    unsigned count;

    (void)state;
    write_journal(disk, 600, 65536);
    assert_int_equal(compare(disk, &whole), JOURNAL_READ_END);
    int folder = storage->open_folder(storage->context, "j", false);
    struct journal_name name = journal_segment_name(1);
    int file = storage->open(storage->context, folder, name.text, STORAGE_MODE_WRITE);
    uint8_t byte;
    assert_int_equal(storage_read_bytes(storage, file, &byte, 1, 30000), 0);
    byte ^= 1;
    assert_int_equal(storage_write_bytes(storage, file, &byte, 1, 30000), 0);
    assert_int_equal(compare(disk, &count), JOURNAL_READ_DAMAGED);
    assert_true(count > 0 && count < whole);
    storage->close(storage->context, file);
    storage->close(storage->context, folder);
    fake_disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_batches_come_out_whatever_their_number),
        cmocka_unit_test(it_can_be_left_before_the_end),
        cmocka_unit_test(damage_is_told_after_the_batches_before_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
