/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots: what is read back is what was written, holes included; a bad one is known and passed
 * over; the child that writes one beside the core does so, is waited for without waiting, and leaves
 * lock and state alone. The digest in two levels, against the plain one.
 */
#include "journal/snapshot.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/snapshot_child.h"
#include "journal/state_block.h"
#include "journal/state_digest.h"
#include "support/expect_abort.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

/* ---- the digest ---- */

/* The definition, word for word. */
static void digest_plainly(const uint8_t *block, size_t size, struct hash256 *out)
{
    struct sha256 *sha = sha256_create();
    struct sha256 *root = sha256_create();
    uint64_t length = size;

    sha256_start(root);
    sha256_add(root, "tarazy state v1", 16);
    sha256_add(root, &length, 8);
    for (size_t done = 0; done < size; done += 65536) {
        const struct byte_part part = {block + done, size - done < 65536 ? size - done : 65536};
        struct hash256 leaf;

        sha256_parts(sha, &part, 1, &leaf);
        sha256_add(root, leaf.bytes, 32);
    }
    sha256_finish(root, out);
    sha256_destroy(root);
    sha256_destroy(sha);
}

static void the_digest_is_its_definition_for_all_sorts_of_blocks(void **state)
{
    static const size_t sizes[] = {1, 64, 65535, 65536, 65537, 131072, 1000000};
    struct state_digest digest;
    struct random_stream random = {9};

    state_digest_create(&digest);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int filled = 0; filled < 4; filled++) {
            uint8_t *block = calloc(1, sizes[i]);
            struct hash256 expected;
            struct hash256 found;

            for (int n = 0; n < filled; n++) {
                block[random_below(&random, sizes[i])] = (uint8_t)random_next(&random);
            }
            digest_plainly(block, sizes[i], &expected);
            state_digest_compute(&digest, block, sizes[i], &found);
            assert_memory_equal(&expected, &found, sizeof found);
            free(block);
        }
    }
    state_digest_destroy(&digest);
}

/* Computed with another program's SHA-256 from the definition: the same on every machine, for ever. */
static void the_digest_of_a_known_block_stands_here(void **state)
{
    static const uint8_t expected[32] = {
        0x31, 0x2b, 0x55, 0x48, 0x5a, 0x4a, 0x68, 0xdf, 0xee, 0xd2, 0xd9,
        0xe7, 0xde, 0xc8, 0x1f, 0x51, 0x23, 0xd0, 0x9c, 0x2f, 0x5b, 0x61,
        0xe3, 0xdc, 0x9b, 0x07, 0x3e, 0x4e, 0x52, 0x05, 0xac, 0x8f,
    };
    uint8_t *block = calloc(1, 200000);
    struct state_digest digest;
    struct hash256 found;

    for (size_t i = 0; i < 200000; i += 70000) {
        block[i] = (uint8_t)(i / 1000 + 1);
    }
    state_digest_create(&digest);
    state_digest_compute(&digest, block, 200000, &found);
    assert_memory_equal(found.bytes, expected, sizeof expected);
    state_digest_destroy(&digest);
    free(block);
}

static void a_block_is_zero_and_a_request_too_large_is_answered(void **state)
{
    struct state_block block = state_block_create(3 << 20);

    assert_non_null(block.bytes);
    assert_true(journal_is_zero(block.bytes, block.size));
    state_block_destroy(&block);
    assert_null(block.bytes);
    state_block_destroy(&block);
    block = state_block_create(SIZE_MAX / 2);
    assert_null(block.bytes);
}

/* ---- files ---- */

struct scene {
    struct fake_disk *disk;
    const struct storage *storage;
    struct journal_core core;
};

static void set_scene(struct scene *scene, uint32_t steps)
{
    scene->disk = fake_disk_create();
    scene->storage = fake_disk_storage(scene->disk);
    assert_true(journal_core_start(&scene->core, scene->storage, "j", 65536));
    for (uint32_t i = 0; i < steps; i++) {
        assert_true(journal_core_step(&scene->core, 3));
    }
}

static void clear_scene(struct scene *scene)
{
    journal_core_stop(&scene->core);
    fake_disk_destroy(scene->disk);
}

static void what_is_read_back_is_what_was_written(void **state)
{
    struct scene scene;
    struct snapshot_state read;
    struct journal_error error;

    set_scene(&scene, 5);
    struct snapshot_source source = journal_core_source(&scene.core);
    assert_true(journal_core_snapshot(&scene.core, scene.storage));
    size_t size;
    const void *block = tarazy_engine_block(scene.core.recovered.engine, &size);
    void *expected = malloc(size);
    memcpy(expected, block, size);
    journal_core_stop(&scene.core);
    fake_disk_restart(scene.disk, FAKE_LOSS_ALL, NULL);
    int folder = scene.storage->open_folder(scene.storage->context, "j", false);
    assert_true(snapshot_read(scene.storage, folder, 15, &read, &error));
    assert_int_equal(read.block.size, size);
    assert_memory_equal(read.block.bytes, expected, size);
    assert_int_equal(read.head.number, 15);
    assert_int_equal(read.head.time_us, source.head.time_us);
    assert_memory_equal(&read.head.chain, &source.head.chain, sizeof read.head.chain);
    assert_memory_equal(&read.events, &source.events, sizeof read.events);
    assert_memory_equal(&read.limits, &source.limits, sizeof read.limits);
    snapshot_state_destroy(&read);
    free(expected);
    fake_disk_destroy(scene.disk);
}

static void three_are_kept(void **state)
{
    struct scene scene;
    struct journal_listing listing;
    struct journal_error error;

    set_scene(&scene, 1);
    fake_disk_put(scene.disk, journal_snapshot_temporary_name(2).text, "given up", 8);
    for (int i = 0; i < 6; i++) {
        assert_true(journal_core_step(&scene.core, 2));
        assert_true(journal_core_snapshot(&scene.core, scene.storage));
        /* Again at the same number: it is there, and left alone. */
        assert_true(journal_core_snapshot(&scene.core, scene.storage));
    }
    assert_true(journal_listing_read(&listing, scene.storage, scene.core.recovered.folder, &error));
    assert_int_equal(listing.snapshots.count, SNAPSHOT_KEEP);
    assert_int_equal(listing.temporaries.count, 0);
    assert_int_equal(listing.snapshots.values[2], scene.core.acknowledged);
    assert_int_equal(listing.snapshots.values[0], scene.core.acknowledged - 4);
    journal_listing_clear(&listing);
    clear_scene(&scene);
}

static void a_bad_one_of_the_same_number_is_replaced(void **state)
{
    struct scene scene;
    struct snapshot_state read;
    struct journal_error error;
    size_t size;

    set_scene(&scene, 4);
    assert_true(journal_core_snapshot(&scene.core, scene.storage));
    fake_disk_bytes(scene.disk, journal_snapshot_name(12).text, &size)[5000] ^= 1;
    assert_false(snapshot_read(scene.storage, scene.core.recovered.folder, 12, &read, &error));
    assert_true(journal_core_snapshot(&scene.core, scene.storage));
    assert_true(snapshot_read(scene.storage, scene.core.recovered.folder, 12, &read, &error));
    snapshot_state_destroy(&read);
    clear_scene(&scene);
}

static void the_newest_good_one_up_to_a_number_is_found(void **state)
{
    struct scene scene;
    struct snapshot_state read;
    struct journal_error error;
    uint32_t bad_count;
    size_t size;

    set_scene(&scene, 0);
    for (int i = 0; i < 3; i++) {
        assert_true(journal_core_step(&scene.core, 10));
        assert_true(journal_core_snapshot(&scene.core, scene.storage));
    }
    int folder = scene.core.recovered.folder;
    assert_true(snapshot_read_newest(scene.storage, folder, 29, &read, &bad_count, &error));
    assert_int_equal(read.head.number, 20);
    assert_int_equal(bad_count, 0);
    snapshot_state_destroy(&read);
    fake_disk_bytes(scene.disk, journal_snapshot_name(30).text, &size)[4096] ^= 1;
    fake_disk_bytes(scene.disk, journal_snapshot_name(20).text, &size)[100] ^= 1;
    assert_true(snapshot_read_newest(scene.storage, folder, 99, &read, &bad_count, &error));
    assert_int_equal(read.head.number, 10);
    assert_int_equal(bad_count, 2);
    assert_string_equal(error.file, journal_snapshot_name(30).text);
    snapshot_state_destroy(&read);
    assert_true(snapshot_read_newest(scene.storage, folder, 9, &read, &bad_count, &error));
    assert_null(read.engine);
    clear_scene(&scene);
}

/* Whole by itself, but of a state that this program would not size or take up like that. */
static void a_snapshot_of_another_engine_is_refused(void **state)
{
    struct scene scene;
    struct snapshot_header header;
    struct snapshot_state read;
    struct journal_error error;
    struct sha256 *sha = sha256_create();
    size_t size;

    set_scene(&scene, 3);
    assert_true(journal_core_snapshot(&scene.core, scene.storage));
    uint8_t *bytes = fake_disk_bytes(scene.disk, journal_snapshot_name(9).text, &size);
    memcpy(&header, bytes, sizeof header);
    struct snapshot_header other = header;
    other.limits.orders_max++;
    snapshot_header_seal(&other, sha);
    memcpy(bytes, &other, sizeof other);
    assert_false(snapshot_read(scene.storage, scene.core.recovered.folder, 9, &read, &error));
    assert_string_equal(error.what, "the snapshot is of an engine that this program does not have");
    other = header;
    other.number = 8;
    snapshot_header_seal(&other, sha);
    memcpy(bytes, &other, sizeof other);
    fake_disk_rename(scene.disk, journal_snapshot_name(9).text, journal_snapshot_name(8).text);
    assert_false(snapshot_read(scene.storage, scene.core.recovered.folder, 8, &read, &error));
    assert_string_equal(error.what, "the engine does not take up the snapshot's state");
    sha256_destroy(sha);
    clear_scene(&scene);
}

static void a_snapshot_cut_anywhere_is_refused(void **state)
{
    struct scene scene;
    struct snapshot_state read;
    struct journal_error error;
    size_t size;

    set_scene(&scene, 3);
    assert_true(journal_core_snapshot(&scene.core, scene.storage));
    fake_disk_bytes(scene.disk, journal_snapshot_name(9).text, &size);
    while (size > 0) {
        size = size > 4096 + 13 ? size - 4096 - 13 : size - 1;
        fake_disk_truncate(scene.disk, journal_snapshot_name(9).text, size);
        assert_false(snapshot_read(scene.storage, scene.core.recovered.folder, 9, &read, &error));
        assert_int_equal(error.error_number, 0);
        size = size > 5000 ? size : size > 500 ? 500 : 0;
    }
    clear_scene(&scene);
}

/* The power goes at each call while one is written: under its name it is whole or not there. */
static void a_snapshot_interrupted_anywhere_is_whole_or_not_there(void **state)
{
    uint64_t there_count = 0;
    uint64_t call;

    for (call = 1;; call++) {
        struct scene scene;
        struct random_stream random = {call};
        struct snapshot_state read;
        struct journal_error error;

        set_scene(&scene, 4);
        fake_disk_plan(scene.disk, FAKE_FAILURE_POWER, call, EIO);
        bool is_written = journal_core_snapshot(&scene.core, scene.storage);
        bool has_failed = fake_disk_has_failed(scene.disk);
        journal_core_stop(&scene.core);
        fake_disk_restart(scene.disk, call % 2 == 0 ? FAKE_LOSS_ALL : FAKE_LOSS_SECTORS, &random);
        int folder = scene.storage->open_folder(scene.storage->context, "j", false);
        bool is_there = snapshot_read(scene.storage, folder, 12, &read, &error);
        assert_true(is_there || error.error_number == ENOENT);
        assert_true(is_there || !is_written);
        there_count += is_there;
        if (is_there) {
            snapshot_state_destroy(&read);
        }
        fake_disk_destroy(scene.disk);
        if (!has_failed) {
            break;
        }
    }
    assert_true(call > 8 && there_count >= 1);
}

/* The disk is full at each call: no snapshot, and the journal does not care. */
static void a_snapshot_that_fails_leaves_the_journal_alone(void **state)
{
    for (uint64_t call = 1; call <= 20; call++) {
        struct scene scene;

        set_scene(&scene, 4);
        fake_disk_plan(scene.disk, FAKE_FAILURE_ONCE, call, ENOSPC);
        (void)journal_core_snapshot(&scene.core, scene.storage);
        fake_disk_plan(scene.disk, FAKE_FAILURE_NONE, 0, 0);
        assert_true(journal_core_step(&scene.core, 2));
        assert_true(journal_core_snapshot(&scene.core, scene.storage));
        clear_scene(&scene);
    }
}

static void write_of_another_number(void *argument)
{
    struct scene *scene = argument;
    struct snapshot_source source = journal_core_source(&scene->core);
    struct journal_error error;

    source.head.number--;
    snapshot_write(scene->storage, scene->core.recovered.folder, &source, &error);
}

static void a_snapshot_of_another_number_than_the_engines_is_a_bug(void **state)
{
    struct scene scene;

    set_scene(&scene, 2);
    assert_true(does_abort(write_of_another_number, &scene));
    clear_scene(&scene);
}

/* ---- the child: on a real folder, since what it writes into memory dies with it ---- */

static char real_path[64];

static void remove_one(void *visitor, const char *name)
{
    const int *folder = visitor;

    storage_system()->remove(NULL, *folder, name);
}

static void remove_real(void)
{
    int folder = storage_system()->open_folder(NULL, real_path, false);

    if (folder >= 0) {
        storage_system()->list(NULL, folder, remove_one, &folder);
        storage_system()->close(NULL, folder);
        rmdir(real_path);
    }
}

static void a_child_writes_the_moment_while_the_core_goes_on(void **state)
{
    const struct storage *storage = storage_system();
    struct snapshot_child child = {0};
    struct snapshot_state read;
    struct journal_error error;
    struct journal_core core;

    remove_real();
    assert_true(journal_core_start(&core, storage, real_path, 65536));
    assert_true(journal_core_step(&core, 10));
    struct snapshot_source source = journal_core_source(&core);
    assert_int_equal(snapshot_child_poll(&child), SNAPSHOT_PROGRESS_NONE);
    assert_true(
        snapshot_child_start(&child, storage, core.recovered.folder, core.recovered.lock, &source));
    assert_false(
        snapshot_child_start(&child, storage, core.recovered.folder, core.recovered.lock, &source));
    assert_int_equal(errno, EBUSY);
    for (int i = 0; i < 20; i++) {
        assert_true(journal_core_step(&core, 5));
    }
    assert_int_equal(snapshot_child_wait(&child), SNAPSHOT_PROGRESS_DONE);
    assert_int_equal(snapshot_child_poll(&child), SNAPSHOT_PROGRESS_NONE);
    assert_int_equal(child.number, 10);
    assert_true(snapshot_read(storage, core.recovered.folder, 10, &read, &error));
    assert_int_equal(tarazy_engine_number(read.engine), 10);
    snapshot_state_destroy(&read);
    uint64_t acknowledged = core.acknowledged;
    journal_core_stop(&core);
    assert_true(journal_core_start(&core, storage, real_path, 65536));
    assert_int_equal(core.report.snapshot_number, 10);
    assert_int_equal(core.acknowledged, acknowledged);
    assert_int_equal(core.report.commands_replayed, acknowledged - 10);
    journal_core_stop(&core);
    remove_real();
}

/* A folder that is gone stands for a disk that refuses. */
static void a_child_that_fails_says_why_and_nothing_else_happens(void **state)
{
    const struct storage *storage = storage_system();
    struct snapshot_child child = {0};
    struct journal_core core;

    remove_real();
    assert_true(journal_core_start(&core, storage, real_path, 65536));
    assert_true(journal_core_step(&core, 3));
    struct snapshot_source source = journal_core_source(&core);
    int gone = storage->open_folder(NULL, "snapshot-test-gone", true);
    assert_int_equal(rmdir("snapshot-test-gone"), 0);
    assert_true(snapshot_child_start(&child, storage, gone, -1, &source));
    assert_int_equal(snapshot_child_wait(&child), SNAPSHOT_PROGRESS_FAILED);
    assert_true(WIFEXITED(child.status));
    assert_int_equal(WEXITSTATUS(child.status), ENOENT);
    assert_true(journal_core_step(&core, 3));
    storage->close(NULL, gone);
    journal_core_stop(&core);
    remove_real();
}

static int told_when_stuck = -1;

static int64_t stuck_write(void *context, int file, const struct byte_part *parts, size_t count,
                           uint64_t offset)
{
    if (told_when_stuck >= 0 && write(told_when_stuck, "!", 1) != 1) {
        _exit(1);
    }
    for (;;) {
        pause();
    }
    return 0;
}

/* A child that never ends must not keep the next core out when this one is gone. */
static void a_child_does_not_hold_the_lock(void **state)
{
    struct storage stuck = *storage_system();
    struct snapshot_child child = {0};
    struct journal_core core;
    struct journal_core next;

    remove_real();
    assert_true(journal_core_start(&core, storage_system(), real_path, 65536));
    assert_true(journal_core_step(&core, 3));
    assert_false(journal_core_start(&next, storage_system(), real_path, 65536));
    assert_string_equal(next.error.what, "another process holds the journal");
    struct snapshot_source source = journal_core_source(&core);
    stuck.write = stuck_write;
    assert_true(
        snapshot_child_start(&child, &stuck, core.recovered.folder, core.recovered.lock, &source));
    journal_core_stop(&core);
    /* It lets go of the lock soon after it was born; if it does not, this never ends. */
    alarm(20);
    while (!journal_core_start(&next, storage_system(), real_path, 65536)) {
        assert_int_equal(snapshot_child_poll(&child), SNAPSHOT_PROGRESS_RUNNING);
    }
    alarm(0);
    assert_int_equal(snapshot_child_poll(&child), SNAPSHOT_PROGRESS_RUNNING);
    snapshot_child_stop(&child);
    assert_int_equal(snapshot_child_poll(&child), SNAPSHOT_PROGRESS_NONE);
    snapshot_child_stop(&child);
    journal_core_stop(&next);
    remove_real();
}

/* What outlives its core would name a snapshot behind the back of the next one. */
static void a_child_ends_with_its_core(void **state)
{
    int ends[2];
    int inner[2];
    int status;
    char byte;

    remove_real();
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(inner), 0);
    pid_t process = fork();
    if (process == 0) {
        static struct journal_core core;
        struct storage stuck = *storage_system();
        struct snapshot_child child = {0};

        if (!journal_core_start(&core, storage_system(), real_path, 65536) ||
            !journal_core_step(&core, 3)) {
            _exit(1);
        }
        struct snapshot_source source = journal_core_source(&core);
        stuck.write = stuck_write;
        told_when_stuck = inner[1];
        bool is_started = snapshot_child_start(&child, &stuck, core.recovered.folder,
                                               core.recovered.lock, &source);
        /* Gone only when the child is well on its way. */
        _exit(!is_started || read(inner[0], &byte, 1) != 1);
    }
    close(ends[1]);
    close(inner[0]);
    close(inner[1]);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
    /* The child has the other end, too: this returns when it is gone, or never. */
    alarm(20);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    alarm(0);
    close(ends[0]);
    remove_real();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digest_is_its_definition_for_all_sorts_of_blocks),
        cmocka_unit_test(the_digest_of_a_known_block_stands_here),
        cmocka_unit_test(a_block_is_zero_and_a_request_too_large_is_answered),
        cmocka_unit_test(what_is_read_back_is_what_was_written),
        cmocka_unit_test(three_are_kept),
        cmocka_unit_test(a_bad_one_of_the_same_number_is_replaced),
        cmocka_unit_test(the_newest_good_one_up_to_a_number_is_found),
        cmocka_unit_test(a_snapshot_of_another_engine_is_refused),
        cmocka_unit_test(a_snapshot_cut_anywhere_is_refused),
        cmocka_unit_test(a_snapshot_interrupted_anywhere_is_whole_or_not_there),
        cmocka_unit_test(a_snapshot_that_fails_leaves_the_journal_alone),
        cmocka_unit_test(a_snapshot_of_another_number_than_the_engines_is_a_bug),
        cmocka_unit_test(a_child_writes_the_moment_while_the_core_goes_on),
        cmocka_unit_test(a_child_that_fails_says_why_and_nothing_else_happens),
        cmocka_unit_test(a_child_does_not_hold_the_lock),
        cmocka_unit_test(a_child_ends_with_its_core),
    };

    snprintf(real_path, sizeof real_path, "snapshot-test-%ld", (long)getpid());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
