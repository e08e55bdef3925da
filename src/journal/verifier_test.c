/* SPDX-License-Identifier: Apache-2.0
 *
 * Re-performing a journal: agreement, and each kind of disagreement by its name. That damage is found
 * wherever it is, is damage_test.c's matter.
 */
#include "journal/verifier.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/state_digest.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

struct scene {
    struct fake_disk *disk;
    struct verifier_options options;
    struct verifier_report report;
    struct journal_core core;
};

static void set_scene(struct scene *scene)
{
    scene->disk = fake_disk_create();
    scene->options = (struct verifier_options){
        .storage = fake_disk_storage(scene->disk),
        .directory = "j",
    };
    assert_true(journal_core_start(&scene->core, scene->options.storage, "j", 16384));
}

static enum verifier_result verify(struct scene *scene)
{
    return journal_verify(&scene->options, &scene->report);
}

static void a_whole_journal_agrees_and_is_counted(void **state)
{
    struct scene scene;
    struct state_digest digest;
    struct hash256 expected;
    size_t size;

    set_scene(&scene);
    for (int i = 0; i < 50; i++) {
        assert_true(journal_core_step(&scene.core, 4));
        if (i % 20 == 10) {
            assert_true(journal_core_snapshot(&scene.core, scene.options.storage));
        }
    }
    const void *block = tarazy_engine_block(scene.core.recovered.engine, &size);
    state_digest_create(&digest);
    state_digest_compute(&digest, block, size, &expected);
    state_digest_destroy(&digest);
    struct journal_head head = *log_head(scene.core.recovered.log);
    journal_core_stop(&scene.core);
    uint64_t calls_before = fake_disk_calls(scene.disk);
    assert_int_equal(verify(&scene), VERIFIER_RESULT_AGREES);
    assert_true(fake_disk_calls(scene.disk) > calls_before);
    assert_null(scene.report.error.what);
    assert_int_equal(scene.report.batches, 50);
    assert_int_equal(scene.report.commands, 200);
    assert_int_equal(scene.report.snapshots, 2);
    assert_true(scene.report.segments > 1);
    assert_memory_equal(&scene.report.head, &head, sizeof head);
    assert_memory_equal(&scene.report.state, &expected, sizeof expected);
    fake_disk_destroy(scene.disk);
}

static void a_founded_journal_without_commands_agrees(void **state)
{
    struct scene scene;

    set_scene(&scene);
    journal_core_stop(&scene.core);
    assert_int_equal(verify(&scene), VERIFIER_RESULT_AGREES);
    assert_int_equal(scene.report.commands, 0);
    fake_disk_destroy(scene.disk);
}

static void a_folder_without_a_journal_could_not_be_verified(void **state)
{
    struct scene scene = {.disk = fake_disk_create()};

    scene.options =
        (struct verifier_options){.storage = fake_disk_storage(scene.disk), .directory = "j"};
    assert_int_equal(verify(&scene), VERIFIER_RESULT_FAILED);
    assert_int_equal(scene.report.error.error_number, ENOENT);
    fake_disk_destroy(scene.disk);
}

static void an_unfinished_write_is_told_apart_from_damage(void **state)
{
    struct scene scene;
    size_t size;

    set_scene(&scene);
    assert_true(journal_core_step(&scene.core, 4));
    assert_true(journal_core_append(&scene.core, 4));
    journal_core_stop(&scene.core);
    uint8_t *bytes = fake_disk_bytes(scene.disk, journal_segment_name(1).text, &size);
    while (bytes[size - 1] == 0) {
        size--;
    }
    bytes[size - 1] = 0;
    assert_int_equal(verify(&scene), VERIFIER_RESULT_TORN);
    assert_int_equal(scene.report.head.number, 4);
    assert_int_equal(scene.report.error.number, 5);
    bytes[size - 2] ^= 1;
    assert_int_equal(verify(&scene), VERIFIER_RESULT_TORN);
    bytes[size - 1] = 'd';
    assert_int_equal(verify(&scene), VERIFIER_RESULT_DAMAGED);
    fake_disk_destroy(scene.disk);
}

static void wrong_books_are_found_by_the_audit(void **state)
{
    struct scene scene;
    union command_sample first;
    struct command_node_found *found = (void *)&first;

    scene.disk = fake_disk_create();
    scene.options =
        (struct verifier_options){.storage = fake_disk_storage(scene.disk), .directory = "j"};
    const struct recovery_options options = {
        .storage = scene.options.storage, .directory = "j", .create = true, .segment_size = 16384};
    struct recovered recovered;
    struct recovery_report report;
    struct journal_error error;
    assert_true(recovery_run(&options, &recovered, &report, &error));
    size_t size = journal_flow_command(1, &first);
    memcpy(found->name.text, "!", 1);
    const struct log_batch batch = {.commands = &first,
                                    .size = (uint32_t)size,
                                    .count = 1,
                                    .first_number = 1,
                                    .time_us = first.header.time_us,
                                    .events = digest_start()};
    assert_true(log_append(recovered.log, &batch) && log_sync(recovered.log));
    recovered_close(&recovered);
    assert_int_equal(verify(&scene), VERIFIER_RESULT_DIVERGED);
    assert_string_equal(scene.report.audit, "this engine was told to complain");
    fake_disk_destroy(scene.disk);
}

/* The operator ran a program that did otherwise: its snapshot is whole, and not what follows. */
static void a_snapshot_of_other_books_is_found(void **state)
{
    struct scene scene;
    size_t size;

    set_scene(&scene);
    assert_true(journal_core_step(&scene.core, 4));
    uint8_t *block = scene.core.recovered.block.bytes;
    tarazy_engine_block(scene.core.recovered.engine, &size);
    block[size - 8] ^= 1;
    assert_true(journal_core_snapshot(&scene.core, scene.options.storage));
    journal_core_stop(&scene.core);
    assert_int_equal(verify(&scene), VERIFIER_RESULT_DIVERGED);
    assert_string_equal(scene.report.error.what,
                        "the snapshot's state is not the one the commands lead to");
    fake_disk_destroy(scene.disk);
}

static void a_digest_that_was_recorded_wrong_is_found(void **state)
{
    struct scene scene;

    set_scene(&scene);
    assert_true(journal_core_step(&scene.core, 4));
    /* Appended without having applied what stands before: the digest recorded is too old. */
    assert_true(journal_core_append(&scene.core, 2));
    assert_true(journal_core_append(&scene.core, 2));
    assert_true(log_sync(scene.core.recovered.log));
    journal_core_stop(&scene.core);
    assert_int_equal(verify(&scene), VERIFIER_RESULT_DIVERGED);
    assert_int_equal(scene.report.error.number, 7);
    fake_disk_destroy(scene.disk);
}

static void snapshots_that_stand_nowhere_in_the_journal_are_found(void **state)
{
    struct scene scene;
    struct snapshot_header header;
    struct sha256 *sha = sha256_create();
    size_t size;

    set_scene(&scene);
    assert_true(journal_core_step(&scene.core, 4));
    assert_true(journal_core_step(&scene.core, 4));
    assert_true(journal_core_snapshot(&scene.core, scene.options.storage));
    journal_core_stop(&scene.core);
    struct journal_name name = journal_snapshot_name(8);
    uint8_t *bytes = fake_disk_bytes(scene.disk, name.text, &size);
    memcpy(&header, bytes, sizeof header);
    struct snapshot_header other = header;
    other.chain.bytes[0] ^= 1;
    snapshot_header_seal(&other, sha);
    memcpy(bytes, &other, sizeof other);
    assert_int_equal(verify(&scene), VERIFIER_RESULT_DAMAGED);
    assert_string_equal(scene.report.error.what, "the snapshot is not of this journal");
    memcpy(bytes, &header, sizeof header);
    fake_disk_rename(scene.disk, name.text, journal_snapshot_name(7).text);
    assert_int_equal(verify(&scene), VERIFIER_RESULT_DAMAGED);
    assert_string_equal(scene.report.error.what, "the snapshot's number is not the end of a batch");
    fake_disk_rename(scene.disk, journal_snapshot_name(7).text, journal_snapshot_name(9).text);
    assert_int_equal(verify(&scene), VERIFIER_RESULT_DAMAGED);
    assert_string_equal(scene.report.error.what, "the journal ends before its newest snapshot");
    sha256_destroy(sha);
    fake_disk_destroy(scene.disk);
}

/* Beside a running core: up to what is durable, whatever is on its way behind that. */
static void a_journal_being_written_is_verified_up_to_a_limit(void **state)
{
    struct scene scene;

    set_scene(&scene);
    assert_true(journal_core_step(&scene.core, 4));
    assert_true(journal_core_snapshot(&scene.core, scene.options.storage));
    assert_true(journal_core_step(&scene.core, 4));
    assert_true(journal_core_snapshot(&scene.core, scene.options.storage));
    assert_true(journal_core_append(&scene.core, 4));
    assert_true(journal_core_append(&scene.core, 4));
    scene.options.limit = 8;
    assert_int_equal(verify(&scene), VERIFIER_RESULT_AGREES);
    assert_int_equal(scene.report.head.number, 8);
    assert_int_equal(scene.report.snapshots, 2);
    scene.options.limit = 4;
    assert_int_equal(verify(&scene), VERIFIER_RESULT_AGREES);
    assert_int_equal(scene.report.head.number, 4);
    assert_int_equal(scene.report.snapshots, 1);
    scene.options.limit = 17;
    assert_int_equal(verify(&scene), VERIFIER_RESULT_DIVERGED);
    journal_core_stop(&scene.core);
    fake_disk_destroy(scene.disk);
}

static void a_disk_error_is_not_a_verdict(void **state)
{
    struct scene scene;
    uint64_t failed_count = 0;

    set_scene(&scene);
    for (int i = 0; i < 20; i++) {
        assert_true(journal_core_step(&scene.core, 4));
    }
    journal_core_stop(&scene.core);
    for (uint64_t call = 1; call < 80; call++) {
        fake_disk_plan(scene.disk, FAKE_FAILURE_ONCE, call, EIO);
        enum verifier_result result = verify(&scene);

        failed_count += fake_disk_has_failed(scene.disk);
        assert_int_equal(result, fake_disk_has_failed(scene.disk) ? VERIFIER_RESULT_FAILED
                                                                  : VERIFIER_RESULT_AGREES);
    }
    assert_true(failed_count > 10 && failed_count < 79);
    fake_disk_destroy(scene.disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_journal_agrees_and_is_counted),
        cmocka_unit_test(a_founded_journal_without_commands_agrees),
        cmocka_unit_test(a_folder_without_a_journal_could_not_be_verified),
        cmocka_unit_test(an_unfinished_write_is_told_apart_from_damage),
        cmocka_unit_test(wrong_books_are_found_by_the_audit),
        cmocka_unit_test(a_snapshot_of_other_books_is_found),
        cmocka_unit_test(a_digest_that_was_recorded_wrong_is_found),
        cmocka_unit_test(snapshots_that_stand_nowhere_in_the_journal_are_found),
        cmocka_unit_test(a_journal_being_written_is_verified_up_to_a_limit),
        cmocka_unit_test(a_disk_error_is_not_a_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
