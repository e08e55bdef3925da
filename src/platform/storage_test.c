/* SPDX-License-Identifier: Apache-2.0
 *
 * The real disk behind the table keeps its contract: what a write, a hole, a lock, a rename and a
 * listing are. That synced means durable cannot be seen from here: tests/crash sees it.
 */
#include "platform/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char path[64];
    const struct storage *storage;
    int folder;
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    snprintf(place->path, sizeof place->path, "storage-test-%ld", (long)getpid());
    place->storage = storage_system();
    place->folder = place->storage->open_folder(NULL, place->path, true);
    *state = place;
    return place->folder < 0;
}

static void remove_one(void *visitor, const char *name)
{
    const struct place *place = visitor;

    place->storage->remove(NULL, place->folder, name);
}

static int tear_down(void **state)
{
    struct place *place = *state;

    place->storage->list(NULL, place->folder, remove_one, place);
    place->storage->close(NULL, place->folder);
    int result = rmdir(place->path);
    free(place);
    return result;
}

static int create(const struct place *place, const char *name)
{
    int file = place->storage->open(NULL, place->folder, name, STORAGE_MODE_CREATE);

    assert_true(file >= 0);
    return file;
}

static void what_is_written_in_parts_is_read_as_a_whole(void **state)
{
    const struct place *place = *state;
    const struct storage *storage = place->storage;
    const struct byte_part parts[] = {{"abc", 3}, {"", 0}, {"defgh", 5}};
    char bytes[16] = {0};
    int file = create(place, "a");

    assert_int_equal(storage_write_parts(storage, file, parts, 3, 5), 0);
    assert_int_equal(storage->sync(NULL, file), 0);
    assert_int_equal(storage->size(NULL, file), 13);
    assert_int_equal(storage->read(NULL, file, bytes, sizeof bytes, 0), 13);
    assert_memory_equal(bytes, "\0\0\0\0\0abcdefgh", 13);
    assert_int_equal(storage_read_bytes(storage, file, bytes, 8, 5), 0);
    assert_memory_equal(bytes, "abcdefgh", 8);
    assert_int_equal(storage_read_bytes(storage, file, bytes, 9, 5), -ENODATA);
    assert_int_equal(storage->close(NULL, file), 0);
}

static void opening_does_neither_create_nor_replace_by_accident(void **state)
{
    const struct place *place = *state;
    const struct storage *storage = place->storage;

    assert_int_equal(storage->open(NULL, place->folder, "a", STORAGE_MODE_READ), -ENOENT);
    assert_int_equal(storage->open(NULL, place->folder, "a", STORAGE_MODE_WRITE), -ENOENT);
    int file = create(place, "a");
    assert_int_equal(storage->open(NULL, place->folder, "a", STORAGE_MODE_CREATE), -EEXIST);
    storage->close(NULL, file);
    file = storage->open(NULL, place->folder, "a", STORAGE_MODE_READ);
    assert_true(file >= 0);
    assert_int_equal(storage_write_bytes(storage, file, "x", 1, 0), -EBADF);
    storage->close(NULL, file);
    assert_int_equal(symlinkat("a", place->folder, "link"), 0);
    assert_int_equal(storage->open(NULL, place->folder, "link", STORAGE_MODE_READ), -ELOOP);
}

static void a_rename_never_replaces(void **state)
{
    const struct place *place = *state;
    const struct storage *storage = place->storage;

    storage->close(NULL, create(place, "a"));
    storage->close(NULL, create(place, "b"));
    assert_int_equal(storage->rename(NULL, place->folder, "a", "b"), -EEXIST);
    assert_int_equal(storage->remove(NULL, place->folder, "b"), 0);
    assert_int_equal(storage->rename(NULL, place->folder, "a", "b"), 0);
    assert_int_equal(storage->rename(NULL, place->folder, "a", "b"), -ENOENT);
    assert_int_equal(storage->remove(NULL, place->folder, "a"), -ENOENT);
    assert_int_equal(storage->sync_folder(NULL, place->folder), 0);
}

static void the_lock_is_for_one(void **state)
{
    const struct place *place = *state;
    const struct storage *storage = place->storage;
    int lock = storage->lock(NULL, place->folder, "lock");

    assert_true(lock >= 0);
    assert_int_equal(storage->lock(NULL, place->folder, "lock"), -EWOULDBLOCK);
    storage->close(NULL, lock);
    lock = storage->lock(NULL, place->folder, "lock");
    assert_true(lock >= 0);
    storage->close(NULL, lock);
}

struct names {
    char text[256];
};

static void note_name(void *visitor, const char *name)
{
    struct names *names = visitor;

    size_t used = strlen(names->text);

    snprintf(names->text + used, sizeof names->text - used, "%s", name);
}

static void a_listing_names_every_file_each_time(void **state)
{
    const struct place *place = *state;
    const struct storage *storage = place->storage;
    const char *longest =
        "a-name-much-longer-than-any-that-a-journal-would-ever-choose-is-left-out";

    storage->close(NULL, create(place, "solo"));
    storage->close(NULL, create(place, longest));
    for (int i = 0; i < 2; i++) {
        struct names names = {""};

        assert_int_equal(storage->list(NULL, place->folder, note_name, &names), 0);
        assert_string_equal(names.text, "solo");
    }
    assert_int_equal(unlinkat(place->folder, longest, 0), 0);
}

static void a_hole_is_zero_and_can_be_passed_over(void **state)
{
    const struct place *place = *state;
    const struct storage *storage = place->storage;
    const int64_t size = 1 << 20;
    char byte = 'x';
    int file = create(place, "sparse");

    assert_int_equal(storage->resize(NULL, file, (uint64_t)size), 0);
    assert_int_equal(storage->size(NULL, file), size);
    assert_int_equal(storage_read_bytes(storage, file, &byte, 1, 12345), 0);
    assert_int_equal(byte, 0);
    assert_int_equal(storage_write_bytes(storage, file, "data", 4, 1 << 19), 0);
    int64_t next = storage->next_data(NULL, file, 0);
    assert_true(next >= 0 && next <= 1 << 19);
    next = storage->next_data(NULL, file, (1 << 19) + 8192);
    assert_true(next == (1 << 19) + 8192 || next == size);
    storage->start_writeback(NULL, file, 0, 4096);
    storage->close(NULL, file);
}

static void a_missing_folder_is_an_error_unless_it_is_to_be_made(void **state)
{
    const struct place *place = *state;
    const struct storage *storage = place->storage;
    char path[80];

    snprintf(path, sizeof path, "%s/inner/", place->path);
    assert_int_equal(storage->open_folder(NULL, path, false), -ENOENT);
    int folder = storage->open_folder(NULL, path, true);
    assert_true(folder >= 0);
    storage->close(NULL, folder);
    folder = storage->open_folder(NULL, path, true);
    assert_true(folder >= 0);
    storage->close(NULL, folder);
    assert_int_equal(rmdir(path), 0);
    storage->close(NULL, create(place, "file"));
    snprintf(path, sizeof path, "%s/file", place->path);
    assert_int_equal(storage->open_folder(NULL, path, true), -ENOTDIR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_in_parts_is_read_as_a_whole),
        TEST(opening_does_neither_create_nor_replace_by_accident),
        TEST(a_rename_never_replaces),
        TEST(the_lock_is_for_one),
        TEST(a_listing_names_every_file_each_time),
        TEST(a_hole_is_zero_and_can_be_passed_over),
        TEST(a_missing_folder_is_an_error_unless_it_is_to_be_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
