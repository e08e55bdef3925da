/* SPDX-License-Identifier: Apache-2.0
 *
 * Backup and restore on three disks in memory: the node's, the backup's, the restored one's. Whatever
 * call fails and whenever the power goes, what was a backup stays one; whatever byte of it is changed
 * is noticed; what comes back is the node's journal, state and all.
 */
#include "backup/backup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backup/backup_copy.h"
#include "backup/backup_head.h"
#include "backup/backup_proof.h"
#include "journal/journal_folder.h"
#include "platform/sha256.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

#define SEGMENT_SIZE 16384u

struct scene {
    struct fake_disk *node_disk;
    struct fake_disk *backup_disk;
    struct backup_place node;
    struct backup_place backup;
    struct journal_core core;
    struct backup_report report;
    struct journal_error error;
};

static void set_scene(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->node_disk = fake_disk_create();
    scene->backup_disk = fake_disk_create();
    scene->node = (struct backup_place){fake_disk_storage(scene->node_disk), "node"};
    scene->backup = (struct backup_place){fake_disk_storage(scene->backup_disk), "backup"};
    assert_true(journal_core_start(&scene->core, scene->node.storage, "node", SEGMENT_SIZE));
}

static void clear_scene(struct scene *scene)
{
    journal_core_stop(&scene->core);
    fake_disk_destroy(scene->node_disk);
    fake_disk_destroy(scene->backup_disk);
}

static void steps(struct scene *scene, int count)
{
    for (int i = 0; i < count; i++) {
        assert_true(journal_core_step(&scene->core, 1 + (uint32_t)i % 5));
    }
}

static bool back_up(struct scene *scene)
{
    return backup_run(&scene->node, &scene->backup, scene->core.acknowledged, &scene->report,
                      &scene->error);
}

static void must_back_up(struct scene *scene)
{
    bool is_done = back_up(scene);
    if (!is_done) {
        print_error("%s: %s\n", scene->error.file, scene->error.what);
    }
    assert_true(is_done);
    assert_int_equal(scene->report.head.number, scene->core.acknowledged);
}

/* Restores a backup to a new disk. NULL: refused. */
static struct fake_disk *restore(struct fake_disk *backup, struct backup_report *report,
                                 struct journal_error *error)
{
    struct fake_disk *disk = fake_disk_create();
    const struct backup_place from = {fake_disk_storage(backup), "backup"};
    const struct backup_place to = {fake_disk_storage(disk), "restored"};
    if (!backup_restore(&from, &to, report, error)) {
        fake_disk_destroy(disk);
        return NULL;
    }
    return disk;
}

/* A node starts from it, holds the flow up to the number, and goes on. */
static void assert_starts(struct fake_disk *disk, uint64_t number)
{
    struct journal_core core;
    uint64_t last = 0;
    fake_disk_restart(disk, FAKE_LOSS_ALL, NULL); /* everything must have been synced */
    assert_true(journal_core_start(&core, fake_disk_storage(disk), "restored", SEGMENT_SIZE));
    assert_int_equal(core.acknowledged, number);
    assert_true(journal_core_step(&core, 3));
    journal_core_stop(&core);
    assert_null(journal_flow_check(fake_disk_storage(disk), "restored", &last));
    assert_int_equal(last, number + 3);
}

static void assert_restores(struct fake_disk *backup, uint64_t number)
{
    struct backup_report report;
    struct journal_error error;
    struct fake_disk *disk = restore(backup, &report, &error);
    if (disk == NULL) {
        print_error("%s: %s\n", error.file, error.what);
    }
    assert_non_null(disk);
    assert_int_equal(report.head.number, number);
    assert_starts(disk, number);
    fake_disk_destroy(disk);
}

static void what_was_backed_up_comes_back(void **state)
{
    struct scene scene;
    set_scene(&scene);
    steps(&scene, 1);
    must_back_up(&scene);
    assert_restores(scene.backup_disk, scene.core.acknowledged);
    steps(&scene, 200);
    must_back_up(&scene);
    assert_true(scene.report.was_there);
    assert_int_equal(scene.report.from_number, 1);
    assert_restores(scene.backup_disk, scene.core.acknowledged);
    assert_true(journal_core_snapshot(&scene.core, scene.node.storage));
    steps(&scene, 100);
    must_back_up(&scene);
    assert_true(scene.report.head.snapshot > 0);
    assert_restores(scene.backup_disk, scene.core.acknowledged);
    clear_scene(&scene);
}

static void only_what_is_new_is_copied(void **state)
{
    struct scene scene;
    set_scene(&scene);
    steps(&scene, 300);
    must_back_up(&scene);
    uint64_t first = scene.report.bytes;
    assert_true(first > 10 * SEGMENT_SIZE / 2);
    must_back_up(&scene);
    assert_int_equal(scene.report.bytes, 0);
    steps(&scene, 2);
    must_back_up(&scene);
    assert_true(scene.report.bytes > 0 && scene.report.bytes < 2 * SEGMENT_SIZE);
    clear_scene(&scene);
}

static void what_is_not_durable_yet_is_left_out(void **state)
{
    struct scene scene;
    set_scene(&scene);
    steps(&scene, 20);
    uint64_t durable = scene.core.acknowledged;
    assert_true(journal_core_append(&scene.core, 3));
    assert_true(backup_run(&scene.node, &scene.backup, durable, &scene.report, &scene.error));
    assert_int_equal(scene.report.head.number, durable);
    assert_restores(scene.backup_disk, durable);
    clear_scene(&scene);
}

static void a_node_at_rest_is_copied_to_its_end(void **state)
{
    struct scene scene;
    set_scene(&scene);
    steps(&scene, 150);
    assert_true(backup_run(&scene.node, &scene.backup, 0, &scene.report, &scene.error));
    assert_int_equal(scene.report.head.number, scene.core.acknowledged);
    assert_restores(scene.backup_disk, scene.core.acknowledged);
    clear_scene(&scene);
}

static void another_journal_is_no_continuation(void **state)
{
    struct scene scene;
    struct scene other;
    set_scene(&scene);
    set_scene(&other);
    steps(&scene, 50);
    must_back_up(&scene);
    steps(&other, 20); /* fewer */
    assert_false(backup_run(&other.node, &scene.backup, other.core.acknowledged, &other.report,
                            &other.error));
    assert_string_equal(other.error.what, "the node has less than was backed up before");
    for (int i = 0; i < 100; i++) { /* more, in other batches: another chain */
        assert_true(journal_core_step(&other.core, 2));
    }
    assert_false(backup_run(&other.node, &scene.backup, other.core.acknowledged, &other.report,
                            &other.error));
    assert_non_null(strstr(other.error.what, "does not pass through"));
    assert_restores(scene.backup_disk, scene.core.acknowledged);
    clear_scene(&other);
    clear_scene(&scene);
}

static void a_folder_that_holds_something_is_refused(void **state)
{
    struct scene scene;
    set_scene(&scene);
    steps(&scene, 5);
    must_back_up(&scene);
    assert_false(backup_restore(&scene.backup, &scene.node, &scene.report, &scene.error));
    assert_non_null(strstr(scene.error.what, "not empty"));
    clear_scene(&scene);
}

static void a_folder_without_a_head_is_no_backup(void **state)
{
    struct scene scene;
    struct journal_error error;
    struct backup_report report;
    set_scene(&scene);
    steps(&scene, 5);
    must_back_up(&scene);
    fake_disk_remove(scene.backup_disk, backup_head_name(scene.core.acknowledged).text);
    assert_null(restore(scene.backup_disk, &report, &error));
    assert_non_null(strstr(error.what, "no finished backup"));
    clear_scene(&scene);
}

/* A backup with some segments and a snapshot, and one step later. */
static void set_large_scene(struct scene *scene, uint64_t *number)
{
    set_scene(scene);
    steps(scene, 60);
    assert_true(journal_core_snapshot(&scene->core, scene->node.storage));
    steps(scene, 20);
    must_back_up(scene);
    *number = scene->core.acknowledged;
    steps(scene, 60);
    assert_true(journal_core_snapshot(&scene->core, scene->node.storage));
    steps(scene, 7);
}

/* The backup is made again while a call of its disk fails: the n-th, for all n. */
static void a_failing_disk_costs_no_backup(void **state)
{
    static const enum fake_failure failures[] = {FAKE_FAILURE_ONCE, FAKE_FAILURE_SHORT,
                                                 FAKE_FAILURE_POWER};
    struct scene scene;
    uint64_t old = 0;
    size_t failed = 0;
    set_large_scene(&scene, &old);
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        for (uint64_t call = 1;; call++) {
            struct fake_disk *disk = fake_disk_copy(scene.backup_disk);
            const struct backup_place to = {fake_disk_storage(disk), "backup"};
            fake_disk_plan(disk, failures[i], call, ENOSPC);
            bool is_done =
                backup_run(&scene.node, &to, scene.core.acknowledged, &scene.report, &scene.error);
            bool was_reached = fake_disk_has_failed(disk);
            fake_disk_restart(disk, FAKE_LOSS_ALL, NULL);
            if (is_done) {
                assert_restores(disk, scene.core.acknowledged);
            } else {
                struct backup_report report;
                struct journal_error error;
                struct fake_disk *restored = restore(disk, &report, &error);
                failed++;
                assert_non_null(restored);
                assert_true(report.head.number == old ||
                            report.head.number == scene.core.acknowledged);
                assert_starts(restored, report.head.number);
                fake_disk_destroy(restored);
                assert_true(backup_run(&scene.node, &to, scene.core.acknowledged, &scene.report,
                                       &scene.error));
                assert_restores(disk, scene.core.acknowledged);
            }
            fake_disk_destroy(disk);
            if (!was_reached) {
                break;
            }
        }
    }
    assert_true(failed > 60);
    clear_scene(&scene);
}

/* The restored folder's disk fails or loses power at every call: nothing that starts is incomplete. */
static void a_restore_that_was_cut_is_no_journal(void **state)
{
    struct scene scene;
    uint64_t old = 0;
    size_t refused = 0;
    set_large_scene(&scene, &old);
    must_back_up(&scene);
    for (uint64_t call = 1;; call++) {
        struct fake_disk *disk = fake_disk_create();
        const struct backup_place to = {fake_disk_storage(disk), "restored"};
        struct journal_core core;
        const struct recovery_options options = {.storage = to.storage, .directory = "restored"};
        fake_disk_plan(disk, FAKE_FAILURE_POWER, call, EIO);
        bool is_done = backup_restore(&scene.backup, &to, &scene.report, &scene.error);
        bool was_reached = fake_disk_has_failed(disk);
        fake_disk_restart(disk, FAKE_LOSS_ALL, NULL);
        memset(&core, 0, sizeof core);
        if (is_done || recovery_run(&options, &core.recovered, &core.report, &core.error)) {
            if (!is_done) {
                assert_int_equal(log_head(core.recovered.log)->number, scene.core.acknowledged);
                recovered_close(&core.recovered);
            }
            assert_starts(disk, scene.core.acknowledged);
        } else {
            refused++;
        }
        fake_disk_destroy(disk);
        if (!was_reached) {
            break;
        }
    }
    print_message("%zu cuts refused\n", refused);
    assert_true(refused > 10);
    clear_scene(&scene);
}

/* One bit, anywhere: refused, or it does not matter for what comes back. */
static void every_changed_byte_is_noticed(void **state)
{
    struct scene scene;
    struct backup_report report;
    struct journal_error error;
    uint64_t old = 0;
    size_t refused = 0;
    size_t kept = 0;
    const char *name;
    set_large_scene(&scene, &old);
    must_back_up(&scene);
    for (size_t i = 0; (name = fake_disk_name(scene.backup_disk, i)) != NULL; i++) {
        size_t size = 0;
        uint8_t *bytes = fake_disk_bytes(scene.backup_disk, name, &size);
        for (size_t at = 0; at<size; at += size> 4096 ? 509 : 1) {
            bytes[at] ^= 0x10;
            struct fake_disk *disk = restore(scene.backup_disk, &report, &error);
            bytes[at] ^= 0x10;
            if (disk == NULL) {
                refused++;
                assert_non_null(error.what);
                continue;
            }
            kept++; /* behind the end of the last segment, which is not copied */
            assert_starts(disk, scene.core.acknowledged);
            fake_disk_destroy(disk);
        }
    }
    print_message("%zu changes refused, %zu behind the end\n", refused, kept);
    assert_true(refused > 500 && kept < 40);
    clear_scene(&scene);
}

/* A head that is whole and says something else than the files do. */
static void a_head_that_lies_is_noticed(void **state)
{
    static const size_t members[] = {offsetof(struct backup_head, chain),
                                     offsetof(struct backup_head, state)};
    struct scene scene;
    struct backup_report report;
    struct journal_error error;
    set_scene(&scene);
    steps(&scene, 20);
    must_back_up(&scene);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        struct fake_disk *disk = fake_disk_copy(scene.backup_disk);
        struct sha256 *sha = sha256_create();
        struct backup_head head;
        size_t size = 0;
        uint8_t *bytes =
            fake_disk_bytes(disk, backup_head_name(scene.core.acknowledged).text, &size);
        assert_non_null(bytes);
        assert_int_equal(size, sizeof head);
        bytes[members[i]] ^= 1;
        memcpy(&head, bytes, sizeof head);
        sha256_start(sha);
        sha256_add(sha, &head, offsetof(struct backup_head, hash));
        sha256_finish(sha, &head.hash);
        sha256_destroy(sha);
        memcpy(bytes, &head, sizeof head);
        assert_null(restore(disk, &report, &error));
        assert_non_null(strstr(error.what, "that it should"));
        fake_disk_destroy(disk);
    }
    clear_scene(&scene);
}

static void a_cut_or_missing_file_is_noticed(void **state)
{
    struct scene scene;
    struct backup_report report;
    struct journal_error error;
    uint64_t old = 0;
    const char *name;
    set_large_scene(&scene, &old);
    must_back_up(&scene);
    for (size_t i = 0; (name = fake_disk_name(scene.backup_disk, i)) != NULL; i++) {
        size_t size = 0;
        struct fake_disk *cut = fake_disk_copy(scene.backup_disk);
        struct fake_disk *missing = fake_disk_copy(scene.backup_disk);
        if (fake_disk_bytes(cut, name, &size) == NULL) {
            continue;
        }
        fake_disk_truncate(cut, name, size / 2);
        fake_disk_remove(missing, name);
        assert_null(restore(cut, &report, &error));
        assert_null(restore(missing, &report, &error));
        fake_disk_destroy(cut);
        fake_disk_destroy(missing);
    }
    clear_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_backed_up_comes_back),
        cmocka_unit_test(only_what_is_new_is_copied),
        cmocka_unit_test(what_is_not_durable_yet_is_left_out),
        cmocka_unit_test(a_node_at_rest_is_copied_to_its_end),
        cmocka_unit_test(another_journal_is_no_continuation),
        cmocka_unit_test(a_folder_that_holds_something_is_refused),
        cmocka_unit_test(a_folder_without_a_head_is_no_backup),
        cmocka_unit_test(a_failing_disk_costs_no_backup),
        cmocka_unit_test(a_restore_that_was_cut_is_no_journal),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(a_head_that_lies_is_noticed),
        cmocka_unit_test(a_cut_or_missing_file_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
