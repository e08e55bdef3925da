/* SPDX-License-Identifier: Apache-2.0
 *
 * Snapshots are begun when they are due, one at a time, and a failure is no more than a line in the log.
 * On real files: the child that writes is a process.
 */
#include "node/snapshot_schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "support/node_scene.h"
#include "tarazy/query.h"

enum { SNAPSHOT_FOLDER_SIZE = 64 };

struct bench {
    char folder[SNAPSHOT_FOLDER_SIZE];
    struct recovered recovered;
    struct snapshot_schedule schedule;
    struct snapshot_source source;
};

static void remove_all(const char *folder)
{
    struct journal_listing listing;
    struct journal_error error;
    const struct storage *storage = storage_system();
    int handle = storage->open_folder(storage->context, folder, false);
    assert_true(journal_listing_read(&listing, storage, handle, &error));
    for (size_t i = 0; i < listing.segments.count; i++) {
        (void)storage->remove(storage->context, handle,
                              journal_segment_name(listing.segments.values[i]).text);
    }
    for (size_t i = 0; i < listing.snapshots.count; i++) {
        (void)storage->remove(storage->context, handle,
                              journal_snapshot_name(listing.snapshots.values[i]).text);
    }
    (void)storage->remove(storage->context, handle, JOURNAL_NEXT_SEGMENT_NAME);
    (void)storage->remove(storage->context, handle, JOURNAL_LOCK_NAME);
    journal_listing_clear(&listing);
    (void)storage->close(storage->context, handle);
    assert_int_equal(rmdir(folder), 0);
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct founding founding;
    struct founding_failure failure;
    struct recovery_report report;
    struct journal_error error;
    struct node_view node;
    assert_non_null(bench);
    (void)snprintf(bench->folder, sizeof bench->folder, "snapshots-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    assert_true(founding_create(&founding));
    node_scene_found(&founding, true);
    struct founding_place place = {
        .storage = storage_system(), .directory = bench->folder, .segment_size = NODE_SEGMENT_SIZE};
    assert_true(founding_write(&founding, &place, NODE_START_US, &failure));
    founding_destroy(&founding);
    struct recovery_options options = {.storage = storage_system(), .directory = bench->folder};
    assert_true(recovery_run(&options, &bench->recovered, &report, &error));
    tarazy_query_node(bench->recovered.engine, &node);
    bench->source = (struct snapshot_source){.engine = bench->recovered.engine,
                                             .head = *log_head(bench->recovered.log),
                                             .events = bench->recovered.events,
                                             .limits = node.limits};
    bench->schedule = (struct snapshot_schedule){.storage = storage_system(),
                                                 .folder = bench->recovered.folder,
                                                 .lock = bench->recovered.lock};
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    snapshot_schedule_stop(&bench->schedule);
    recovered_close(&bench->recovered);
    remove_all(bench->folder);
    free(bench);
    return 0;
}

static bool is_there(const struct bench *bench)
{
    struct snapshot_header header;
    struct journal_error error;
    return snapshot_read_header(storage_system(), bench->recovered.folder,
                                bench->source.head.number, &header, &error);
}

static void it_is_due_after_so_many_commands(void **state)
{
    struct bench *bench = *state;
    bench->schedule.every_records = bench->source.head.number + 1;
    snapshot_schedule_poll(&bench->schedule, &bench->source, 1000);
    assert_int_equal(bench->schedule.child.process, 0);
    bench->schedule.every_records = bench->source.head.number;
    snapshot_schedule_poll(&bench->schedule, &bench->source, 1000);
    assert_true(bench->schedule.child.process > 0);
    assert_int_equal(snapshot_child_wait(&bench->schedule.child), SNAPSHOT_PROGRESS_DONE);
    assert_true(is_there(bench));
    /* Not twice of the same number. */
    bench->schedule.every_records = 1;
    snapshot_schedule_poll(&bench->schedule, &bench->source, 2000);
    assert_int_equal(bench->schedule.child.process, 0);
}

static void it_is_due_after_so_much_time_if_there_is_news(void **state)
{
    struct bench *bench = *state;
    bench->schedule.every_us = 60 * 1000000;
    bench->schedule.last_us = 5000000;
    snapshot_schedule_poll(&bench->schedule, &bench->source, 64999999);
    assert_int_equal(bench->schedule.child.process, 0);
    snapshot_schedule_poll(&bench->schedule, &bench->source, 65000000);
    assert_true(bench->schedule.child.process > 0);
    assert_int_equal(snapshot_child_wait(&bench->schedule.child), SNAPSHOT_PROGRESS_DONE);
    snapshot_schedule_poll(&bench->schedule, &bench->source, 650000000);
    assert_int_equal(bench->schedule.child.process, 0);
}

static void while_one_is_written_no_other_is_begun(void **state)
{
    struct bench *bench = *state;
    bench->schedule.every_us = 1;
    snapshot_schedule_poll(&bench->schedule, &bench->source, 10);
    pid_t first = bench->schedule.child.process;
    assert_true(first > 0);
    /* As if more had come meanwhile. */
    uint64_t begun = bench->schedule.last_number;
    bench->schedule.last_number = 0;
    snapshot_schedule_poll(&bench->schedule, &bench->source, 20);
    assert_true(bench->schedule.child.process == first || bench->schedule.child.process == 0 ||
                bench->schedule.last_number == begun);
    if (bench->schedule.child.process > 0) {
        (void)snapshot_child_wait(&bench->schedule.child);
    }
    assert_true(is_there(bench));
}

static void one_that_fails_is_tried_again_when_the_next_is_due(void **state)
{
    struct bench *bench = *state;
    int folder = bench->schedule.folder;
    bench->schedule.every_us = 100;
    bench->schedule.folder = 999; /* no such handle */
    snapshot_schedule_poll(&bench->schedule, &bench->source, 1000);
    while (bench->schedule.child.process > 0) {
        snapshot_schedule_poll(&bench->schedule, &bench->source, 1000);
        usleep(1000);
    }
    assert_false(is_there(bench));
    bench->schedule.folder = folder;
    bench->schedule.last_number = 0; /* as if more commands had come */
    snapshot_schedule_poll(&bench->schedule, &bench->source, 1050);
    assert_int_equal(bench->schedule.child.process, 0);
    snapshot_schedule_poll(&bench->schedule, &bench->source, 1100);
    assert_int_equal(snapshot_child_wait(&bench->schedule.child), SNAPSHOT_PROGRESS_DONE);
    assert_true(is_there(bench));
}

int main(void)
{
#define SCHEDULE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        SCHEDULE_TEST(it_is_due_after_so_many_commands),
        SCHEDULE_TEST(it_is_due_after_so_much_time_if_there_is_news),
        SCHEDULE_TEST(while_one_is_written_no_other_is_begun),
        SCHEDULE_TEST(one_that_fails_is_tried_again_when_the_next_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
