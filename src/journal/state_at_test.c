/* SPDX-License-Identifier: Apache-2.0
 *
 * Past states: every number of a journal, with and without snapshots, is what a run up to there was.
 */
#include "journal/state_at.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "journal/snapshot.h"
#include "support/fake_disk.h"
#include "support/journal_flow.h"

enum { COMMANDS = 60, PER_BATCH = 5 };

/* The blocks after each command, of an engine that only ever applied. */
struct history {
    size_t size;
    uint8_t *blocks[COMMANDS + 1];
};

static void history_make(struct history *history)
{
    struct event_buffer events = {.size = TARAZY_EVENTS_SIZE_MAX};
    union command_sample command;

    events.bytes = aligned_alloc(64, TARAZY_EVENTS_SIZE_MAX);
    (void)journal_flow_command(1, &command);
    const struct command_node_found *found = (const void *)&command;
    history->size = tarazy_engine_size(&found->limits);
    void *block = aligned_alloc(64, (history->size + 63) / 64 * 64);
    assert_non_null(block);
    memset(block, 0, history->size);
    struct engine *engine = tarazy_engine_create(block, history->size, &found->limits);
    for (uint64_t number = 1; number <= COMMANDS; number++) {
        (void)journal_flow_command(number, &command);
        command.header.number = number;
        command.header.time_us = journal_flow_time(number);
        events.used = 0;
        tarazy_engine_apply(engine, &command.header, &events);
        history->blocks[number] = malloc(history->size);
        assert_non_null(history->blocks[number]);
        memcpy(history->blocks[number], block, history->size);
    }
    free(block);
    free(events.bytes);
}

static void history_free(struct history *history)
{
    for (unsigned i = 1; i <= COMMANDS; i++) {
        free(history->blocks[i]);
    }
}

static struct fake_disk *disk_make(unsigned snapshot_every)
{
    struct fake_disk *disk = fake_disk_create();
    struct journal_core core;

    assert_true(journal_core_start(&core, fake_disk_storage(disk), "j", 16384));
    for (unsigned batch = 1; batch <= COMMANDS / PER_BATCH; batch++) {
        assert_true(journal_core_step(&core, PER_BATCH));
        if (snapshot_every != 0 && batch % snapshot_every == 0) {
            assert_true(journal_core_snapshot(&core, fake_disk_storage(disk)));
        }
    }
    journal_core_stop(&core);
    return disk;
}

static void every_past_state_is_the_one_that_was(void **state)
{
    struct history history = {0};

    history_make(&history);
    for (unsigned every = 0; every <= 4; every += 2) {
        struct fake_disk *disk = disk_make(every);

        for (uint64_t number = 1; number <= COMMANDS; number++) {
            struct journal_error error;
            struct state_at at;
            size_t size;

            assert_true(state_at_read(fake_disk_storage(disk), "j", number, &at, &error));
            const void *block = tarazy_engine_block(at.engine, &size);
            assert_int_equal(size, history.size);
            assert_memory_equal(block, history.blocks[number], size);
            state_at_destroy(&at);
            assert_true(state_at_rebuild(fake_disk_storage(disk), "j", number, &at, &error));
            block = tarazy_engine_block(at.engine, &size);
            assert_memory_equal(block, history.blocks[number], size);
            state_at_destroy(&at);
        }
        fake_disk_destroy(disk);
    }
    history_free(&history);
}

static void newest_snapshot_is_taken_as_it_is(void **state)
{
    struct fake_disk *disk = disk_make(5);
    struct journal_error error;
    struct state_at at;

    assert_true(state_at_read(fake_disk_storage(disk), "j", STATE_AT_SNAPSHOT, &at, &error));
    assert_int_equal(tarazy_engine_number(at.engine), 10 * PER_BATCH);
    state_at_destroy(&at);
    fake_disk_destroy(disk);
    disk = disk_make(0);
    assert_false(state_at_read(fake_disk_storage(disk), "j", STATE_AT_SNAPSHOT, &at, &error));
    assert_non_null(error.what);
    assert_null(at.engine);
    fake_disk_destroy(disk);
}

static unsigned snapshots_opened;

static int open_counted(void *context, int folder, const char *name, enum storage_mode mode)
{
    snapshots_opened += strncmp(name, "snapshot-", 9) == 0;
    return fake_disk_storage(context)->open(context, folder, name, mode);
}

static void what_is_rebuilt_looks_at_no_snapshot(void **state)
{
    struct fake_disk *disk = disk_make(2);
    struct storage counted = *fake_disk_storage(disk);
    struct journal_error error;
    struct state_at at;

    counted.open = open_counted;
    snapshots_opened = 0;
    assert_true(state_at_rebuild(&counted, "j", COMMANDS, &at, &error));
    assert_int_equal(snapshots_opened, 0);
    state_at_destroy(&at);
    assert_true(state_at_read(&counted, "j", COMMANDS, &at, &error));
    assert_true(snapshots_opened > 0);
    state_at_destroy(&at);
    fake_disk_destroy(disk);
}

/* Nobody here writes one; whoever forges one is told so, and nothing is made of it. */
static void a_snapshot_in_the_middle_of_a_batch_is_refused(void **state)
{
    struct fake_disk *disk = disk_make(0);
    const struct storage *storage = fake_disk_storage(disk);
    struct journal_core core;
    struct journal_error error;
    struct state_at at;

    assert_true(state_at_read(storage, "j", COMMANDS - 2, &at, &error));
    assert_true(journal_core_start(&core, storage, "j", 16384));
    struct snapshot_source source = journal_core_source(&core);
    source.engine = at.engine;
    source.head.number = COMMANDS - 2;
    assert_true(snapshot_write(storage, core.recovered.folder, &source, &error));
    journal_core_stop(&core);
    state_at_destroy(&at);
    assert_false(state_at_read(storage, "j", COMMANDS, &at, &error));
    assert_string_equal(error.what, "the snapshot's number is not the end of a batch");
    assert_null(at.engine);
    fake_disk_destroy(disk);
}

/* The newest snapshot of a disk with its header changed, which then is whole again. */
static void change_header(struct fake_disk *disk, void (*change)(struct snapshot_header *header))
{
    struct snapshot_header header;
    struct sha256 *sha = sha256_create();
    struct journal_name name = journal_snapshot_name(COMMANDS);
    size_t size = 0;
    uint8_t *bytes = fake_disk_bytes(disk, name.text, &size);

    assert_non_null(bytes);
    memcpy(&header, bytes, sizeof header);
    change(&header);
    snapshot_header_seal(&header, sha);
    memcpy(bytes, &header, sizeof header);
    sha256_destroy(sha);
}

static void another_chain(struct snapshot_header *header)
{
    header->chain.bytes[31] ^= 1;
}

static void another_node(struct snapshot_header *header)
{
    header->node.bytes[0] ^= 1;
}

static void a_snapshot_of_another_journal_is_refused(void **state)
{
    void (*const changes[])(struct snapshot_header * header) = {another_chain, another_node};

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct fake_disk *disk = disk_make(4); /* the last one behind the last command */
        const struct storage *storage = fake_disk_storage(disk);
        struct journal_error error;
        struct state_at at;

        change_header(disk, changes[i]);
        assert_false(state_at_read(storage, "j", COMMANDS, &at, &error));
        assert_string_equal(error.what, "the snapshot is not of this journal");
        assert_null(at.engine);
        assert_true(state_at_read(storage, "j", COMMANDS - 1, &at, &error)); /* from another one */
        state_at_destroy(&at);
        assert_true(state_at_rebuild(storage, "j", COMMANDS, &at, &error));
        state_at_destroy(&at);
        fake_disk_destroy(disk);
    }
}

static void number_that_is_not_there_yet_is_refused(void **state)
{
    struct fake_disk *disk = disk_make(3);
    struct journal_error error;
    struct state_at at;

    assert_false(state_at_read(fake_disk_storage(disk), "j", COMMANDS + 1, &at, &error));
    assert_int_equal(error.number, COMMANDS + 1);
    assert_null(at.engine);
    assert_false(state_at_rebuild(fake_disk_storage(disk), "j", COMMANDS + 1, &at, &error));
    assert_int_equal(error.number, COMMANDS + 1);
    assert_int_equal(error.error_number, 0);
    assert_null(at.engine);
    fake_disk_destroy(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_past_state_is_the_one_that_was),
        cmocka_unit_test(newest_snapshot_is_taken_as_it_is),
        cmocka_unit_test(what_is_rebuilt_looks_at_no_snapshot),
        cmocka_unit_test(a_snapshot_in_the_middle_of_a_batch_is_refused),
        cmocka_unit_test(a_snapshot_of_another_journal_is_refused),
        cmocka_unit_test(number_that_is_not_there_yet_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
