/* SPDX-License-Identifier: Apache-2.0
 *
 * The witness beside the loop, with its real child process: what it cosigns out of batches that the loop was given, what it
 * raises, and that it comes back. The source is a folder that the test writes.
 */
#include "supervision/witnessing.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/replaced_file.h"

enum { BATCHES = 12, SECOND_US = 1000000, TURNS_MAX = 800 };

struct play {
    char folder[32]; /* of the supervisor; the copy is "copy" in it, the source "shown" */
    char copy[64];
    char shown[64];
    int shown_fd;
    struct clock_source clock;
    int64_t now_us;
    struct note_key log;
    uint8_t seed[ED25519_KEY_SIZE];
    struct hash256 leaves[2][BATCHES]; /* of two histories: what we are given, and another one */
    struct witnessing *witnessing;
    struct replica_listener listeners[WITNESSING_LISTENERS];
    uint64_t number;
    /* The last alarm of each kind, and how often it was raised. */
    char reason[ALARM_COUNT][320];
    uint32_t raised[ALARM_COUNT];
    uint32_t cleared[ALARM_COUNT];
    size_t evidence_size;
    uint32_t turns;
};

static const struct node_id node = {{9}};

static int64_t now(void *context)
{
    return ((struct play *)context)->now_us;
}

static void on_alarm(void *context, const struct pursuit_alarm *alarm)
{
    struct play *play = context;

    (void)snprintf(play->reason[alarm->alarm], sizeof play->reason[0], "%s", alarm->reason);
    (alarm->is_raised ? play->raised : play->cleared)[alarm->alarm] += 1;
    play->evidence_size = alarm->evidence_size;
}

/* ------------------------------------------------------------------ what is shown */

static size_t read_shown(const struct play *play, const char *name, char *out, size_t capacity)
{
    int file = openat(play->shown_fd, name, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, out, capacity);

    if (file >= 0) {
        (void)close(file);
    }
    return size > 0 ? (size_t)size : 0;
}

static size_t show_checkpoint(void *context, char out[WITNESS_NOTE_MAX])
{
    return read_shown(context, "note", out, WITNESS_NOTE_MAX);
}

/* In the child, which knows both histories: of the one that is shown. */
static bool show_growth(void *context, uint64_t old_size, uint64_t new_size,
                        struct growth_proof *out)
{
    struct play *play = context;
    char history = '0';

    (void)read_shown(play, "history", &history, 1);
    struct merkle_leaves leaves = {play->leaves[history - '0'], BATCHES};
    struct merkle_source source = merkle_leaves_source(&leaves);
    *out = (struct growth_proof){.old_size = old_size, .new_size = new_size};
    return merkle_proof_make_growth(&out->proof, &source, old_size, new_size);
}

static void show(struct play *play, uint32_t history, uint64_t size)
{
    char note[CHECKPOINT_NOTE_MAX + 1];
    char digit = (char)('0' + history);
    struct merkle_edge edge;

    merkle_edge_start(&edge);
    for (uint64_t i = 0; i < size; i++) {
        merkle_edge_add(&edge, &play->leaves[history][i]);
    }
    struct hash256 root = merkle_edge_root(&edge);
    size_t length = checkpoint_sign(size, &root, &play->log, play->seed, note);
    assert_int_equal(replaced_file_write(play->shown_fd, "history", &digit, 1), 0);
    assert_int_equal(replaced_file_write(play->shown_fd, "note", note, length), 0);
}

/* ------------------------------------------------------------------ what we are given */

struct bytes_of_batch {
    struct command_header command;
    uint8_t rest[256];
};

/* Batch of a history: one command, the same in both for the first half. */
static struct record_batch batch_of(struct bytes_of_batch *bytes, uint32_t history, uint64_t index)
{
    *bytes = (struct bytes_of_batch){.command = {.number = index + 1,
                                                 .time_us = index < BATCHES / 2 ? 0 : history,
                                                 .kind = COMMAND_CLOCK}};
    return (struct record_batch){.node = node.bytes,
                                 .first_number = index + 1,
                                 .count = 1,
                                 .size = (uint32_t)tarazy_command_size(COMMAND_CLOCK),
                                 .commands = (const uint8_t *)&bytes->command};
}

static void give(struct play *play, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct bytes_of_batch bytes;
        struct record_batch record = batch_of(&bytes, 0, play->number);
        const struct journal_batch batch = {.first_number = record.first_number,
                                            .count = record.count,
                                            .size = record.size,
                                            .commands = record.commands};

        for (size_t j = 0; j < WITNESSING_LISTENERS; j++) {
            if (play->listeners[j].on_batch != NULL) {
                play->listeners[j].on_batch(play->listeners[j].context, &node, &batch);
            }
        }
        play->number++;
    }
}

static void sync_all(struct play *play)
{
    for (size_t j = 0; j < WITNESSING_LISTENERS; j++) {
        if (play->listeners[j].on_synced != NULL) {
            play->listeners[j].on_synced(play->listeners[j].context);
        }
    }
}

/* ------------------------------------------------------------------ the play */

static void open_witnessing(struct play *play)
{
    const struct witnessing_options options = {
        .directory = play->copy,
        .key_folder = play->folder,
        .name = "witness.example/w1",
        .log = play->log,
        .source = {play, show_checkpoint, show_growth},
        .clock = &play->clock,
        .patience_us = 10 * SECOND_US,
        .alarms = {.context = play, .on_alarm = on_alarm},
    };

    play->number = 0;
    play->witnessing = witnessing_create(&options);
    assert_non_null(play->witnessing);
    witnessing_listeners(play->witnessing, play->listeners);
}

static int setup(void **state)
{
    struct play *play = calloc(1, sizeof *play);
    uint8_t raw[ED25519_KEY_SIZE];
    static struct hash256 scratch[RECORD_COMMANDS_MAX];

    assert_non_null(play);
    (void)snprintf(play->folder, sizeof play->folder, "witnessing.XXXXXX");
    assert_non_null(mkdtemp(play->folder));
    (void)snprintf(play->copy, sizeof play->copy, "%s/copy", play->folder);
    (void)snprintf(play->shown, sizeof play->shown, "%s/shown", play->folder);
    assert_int_equal(mkdir(play->copy, 0700) + mkdir(play->shown, 0700), 0);
    play->shown_fd = open(play->shown, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    play->now_us = 1790000000 * (int64_t)SECOND_US;
    play->clock = (struct clock_source){.context = play, .monotonic_us = now, .wall_us = now};
    memset(play->seed, 7, sizeof play->seed);
    assert_true(ed25519_public_key(play->seed, raw));
    assert_true(note_key_make(&play->log, "log.example/a", NOTE_KEY_KIND_ED25519, raw));
    for (uint32_t history = 0; history < 2; history++) {
        for (uint64_t i = 0; i < BATCHES; i++) {
            struct bytes_of_batch bytes;
            struct record_batch batch = batch_of(&bytes, history, i);
            struct record_entry entry;

            assert_true(record_batch_entry(&batch, scratch, &entry));
            play->leaves[history][i] = record_entry_leaf(&entry);
        }
    }
    open_witnessing(play);
    *state = play;
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static int teardown(void **state)
{
    struct play *play = *state;

    witnessing_destroy(play->witnessing);
    (void)close(play->shown_fd);
    assert_int_equal(nftw(play->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(play);
    return 0;
}

/* A turn of the loop; the child is another process: it is given real time, many times what it needs. */
static void turn(struct play *play)
{
    assert_true(play->turns++ < TURNS_MAX);
    struct pollfd watched = {.fd = witnessing_fd(play->witnessing), .events = POLLIN};

    (void)poll(&watched, 1, 50);
    witnessing_work(play->witnessing);
}

static void wait_cosigned(struct play *play, uint64_t size)
{
    while (witnessing_cosigned_size(play->witnessing) < size) {
        turn(play);
    }
}

static void wait_raised(struct play *play, enum alarm alarm, uint32_t times)
{
    while (play->raised[alarm] < times) {
        turn(play);
    }
}

static uint64_t published_size(const struct play *play)
{
    char path[128];
    char text[WITNESS_NOTE_MAX] = {0};

    (void)snprintf(path, sizeof path, "%s/" WITNESSING_FOLDER "/" WITNESSING_COSIGNED_NAME,
                   play->copy);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0) {
        (void)close(file);
    }
    const char *line = size > 0 ? strchr(text, '\n') : NULL;
    return line != NULL && strstr(text, "witness.example/w1") != NULL ? strtoull(line, NULL, 10)
                                                                      : 0;
}

/* ------------------------------------------------------------------ */

static void what_was_given_and_synced_is_cosigned_and_published(void **state)
{
    struct play *play = *state;

    give(play, 3);
    show(play, 0, 3);
    for (int i = 0; i < 20; i++) {
        turn(play);
    }
    assert_int_equal(witnessing_cosigned_size(play->witnessing), 0); /* not synced */
    sync_all(play);
    wait_cosigned(play, 3);
    assert_int_equal(published_size(play), 3);
    give(play, 2);
    sync_all(play);
    show(play, 0, 5);
    wait_cosigned(play, 5);
    assert_int_equal(published_size(play), 5);
    assert_int_equal(play->raised[ALARM_CHECKPOINT] + play->raised[ALARM_UNSIGNED], 0);
}

static void another_history_is_an_alarm_with_the_note_and_the_end(void **state)
{
    struct play *play = *state;

    give(play, BATCHES);
    sync_all(play);
    show(play, 0, 4);
    wait_cosigned(play, 4);
    show(play, 1, BATCHES);
    wait_raised(play, ALARM_CHECKPOINT, 1);
    assert_non_null(strstr(play->reason[ALARM_CHECKPOINT], "12 batches"));
    assert_non_null(strstr(play->reason[ALARM_CHECKPOINT], "own copy"));
    assert_true(play->evidence_size > 0);
    assert_true(witnessing_has_refused(play->witnessing));
    show(play, 0, BATCHES);
    play->now_us += 60 * SECOND_US;
    for (int i = 0; i < 20; i++) {
        turn(play);
    }
    assert_int_equal(witnessing_fd(play->witnessing), -1); /* nobody is there who could */
    assert_int_equal(published_size(play), 4);
}

static void an_older_tree_is_an_alarm_until_a_newer_one_comes(void **state)
{
    struct play *play = *state;

    give(play, BATCHES);
    sync_all(play);
    show(play, 0, 8);
    wait_cosigned(play, 8);
    show(play, 0, 7);
    wait_raised(play, ALARM_CHECKPOINT, 1);
    assert_non_null(strstr(play->reason[ALARM_CHECKPOINT], "rollback"));
    assert_false(witnessing_has_refused(play->witnessing));
    show(play, 0, 9);
    wait_cosigned(play, 9);
    while (play->cleared[ALARM_CHECKPOINT] == 0) {
        turn(play);
    }
    assert_int_equal(play->raised[ALARM_CHECKPOINT], 1);
}

static void a_graver_finding_is_told_although_a_lighter_one_stands(void **state)
{
    struct play *play = *state;

    give(play, BATCHES);
    sync_all(play);
    show(play, 0, 8);
    wait_cosigned(play, 8);
    show(play, 0, 7);
    wait_raised(play, ALARM_CHECKPOINT, 1);
    show(play, 1, 8);
    wait_raised(play, ALARM_CHECKPOINT, 2);
    assert_non_null(strstr(play->reason[ALARM_CHECKPOINT], "split view"));
    assert_true(witnessing_has_refused(play->witnessing));
}

static void what_nobody_signs_is_an_alarm_after_a_while(void **state)
{
    struct play *play = *state;

    give(play, 2);
    sync_all(play);
    turn(play);
    play->now_us += 9 * SECOND_US;
    turn(play);
    assert_int_equal(play->raised[ALARM_UNSIGNED], 0);
    play->now_us += 2 * SECOND_US;
    wait_raised(play, ALARM_UNSIGNED, 1);
    show(play, 0, 2);
    wait_cosigned(play, 2);
    while (play->cleared[ALARM_UNSIGNED] == 0) {
        turn(play);
    }
}

/* The notary has signed more than the node has sent us, and nothing more comes. */
static void what_is_kept_from_us_is_an_alarm_after_a_while(void **state)
{
    struct play *play = *state;

    give(play, 2);
    sync_all(play);
    show(play, 0, 2);
    wait_cosigned(play, 2);
    show(play, 0, 5);
    for (int i = 0; i < 40; i++) {
        turn(play);
    }
    play->now_us += 11 * SECOND_US;
    wait_raised(play, ALARM_UNSIGNED, 1);
    assert_int_equal(witnessing_cosigned_size(play->witnessing), 2);
}

static void a_child_that_dies_comes_back_with_the_same_key(void **state)
{
    struct play *play = *state;
    char path[128];
    struct stat before;
    struct stat after;

    give(play, 6);
    sync_all(play);
    show(play, 0, 3);
    wait_cosigned(play, 3);
    (void)snprintf(path, sizeof path, "%s/" WITNESSING_KEY_NAME, play->folder);
    assert_int_equal(stat(path, &before), 0);
    witnessing_stop(play->witnessing);
    show(play, 0, 6);
    play->now_us += 60 * SECOND_US;
    wait_cosigned(play, 6);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void a_witness_that_lost_its_state_says_so_and_cosigns_nothing(void **state)
{
    struct play *play = *state;
    char path[128];

    give(play, 6);
    sync_all(play);
    show(play, 0, 3);
    wait_cosigned(play, 3);
    witnessing_destroy(play->witnessing);
    (void)snprintf(path, sizeof path, "%s/" WITNESSING_FOLDER "/witness.state", play->copy);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    char zeros[8192] = {0};
    assert_int_equal(pwrite(file, zeros, sizeof zeros, 0), sizeof zeros);
    (void)close(file);
    open_witnessing(play);
    give(play, 6);
    sync_all(play);
    show(play, 0, 6);
    wait_raised(play, ALARM_CHECKPOINT, 1);
    assert_non_null(strstr(play->reason[ALARM_CHECKPOINT], "damaged"));
    assert_int_equal(published_size(play), 3);
}

int main(void)
{
#define PLAYED(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        PLAYED(what_was_given_and_synced_is_cosigned_and_published),
        PLAYED(another_history_is_an_alarm_with_the_note_and_the_end),
        PLAYED(an_older_tree_is_an_alarm_until_a_newer_one_comes),
        PLAYED(a_graver_finding_is_told_although_a_lighter_one_stands),
        PLAYED(what_nobody_signs_is_an_alarm_after_a_while),
        PLAYED(what_is_kept_from_us_is_an_alarm_after_a_while),
        PLAYED(a_child_that_dies_comes_back_with_the_same_key),
        PLAYED(a_witness_that_lost_its_state_says_so_and_cosigns_nothing),
    };
#undef PLAYED
    return cmocka_run_group_tests(tests, NULL, NULL);
}
