/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor as a witness: the tree of its own batches against a naive one, what it answers to every kind of
 * checkpoint.
 */
#include "supervision/cosigner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "supervision/own_tree.h"
#include "support/fake_disk.h"
#include "support/random_stream.h"

enum { FORK = 20, LEAVES = 64 };

static const struct node_id node = {{7}};

/* ------------------------------------------------------------------ batches */

struct bytes_of_batch {
    struct journal_batch batch;
    struct command_header commands[2 * 4]; /* two of two lines each */
};

/* Batch j of a history: one or two small commands, numbered from *number. */
static void make_batch(struct bytes_of_batch *out, uint64_t *number, uint32_t salt)
{
    size_t size = tarazy_command_size(COMMAND_CLOCK);
    uint32_t count = 1 + (uint32_t)(*number + salt) % 2;
    uint8_t *bytes = (uint8_t *)out->commands;

    *out = (struct bytes_of_batch){.batch = {.first_number = *number,
                                             .count = count,
                                             .size = (uint32_t)(count * size),
                                             .time_us = (int64_t)*number,
                                             .commands = bytes}};
    assert_true(2 * size <= sizeof out->commands);
    for (uint32_t i = 0; i < count; i++) {
        const struct command_header header = {
            .number = *number + i, .time_us = (int64_t)salt, .kind = COMMAND_CLOCK};

        memcpy(bytes + i * size, &header, sizeof header);
    }
    *number += count;
}

static void give(const struct replica_listener *listener, const struct journal_batch *batch)
{
    listener->on_batch(listener->context, &node, batch);
}

/* ------------------------------------------------------------------ the own tree */

static void the_root_of_every_size_is_that_of_a_tree_that_stopped_there(void **state)
{
    struct own_tree *tree = own_tree_create();
    struct replica_listener listener = own_tree_listener(tree);
    struct random_stream random = {41};
    struct record_log naive = {.number = 0};
    static struct hash256 roots[LEAVES + 1];
    static struct hash256 scratch[RECORD_COMMANDS_MAX];
    uint64_t number = 1;
    uint64_t settled = 0;

    roots[0] = merkle_edge_root(&naive.edge);
    for (uint64_t size = 1; size <= LEAVES; size++) {
        struct bytes_of_batch bytes = {0};
        struct hash256 root;

        make_batch(&bytes, &number, 3);
        const struct record_batch record = {.node = node.bytes,
                                            .first_number = bytes.batch.first_number,
                                            .count = bytes.batch.count,
                                            .size = bytes.batch.size,
                                            .time_us = bytes.batch.time_us,
                                            .chain = bytes.batch.chain,
                                            .commands = bytes.batch.commands};
        assert_true(record_log_add(&naive, &record, scratch, NULL));
        roots[size] = merkle_edge_root(&naive.edge);
        give(&listener, &bytes.batch);
        assert_int_equal(own_tree_root(tree, size, &root), OWN_ROOT_LATER); /* not synced */
        listener.on_synced(listener.context);
        uint64_t asked = random_below(&random, size + 2);
        enum own_root said = own_tree_root(tree, asked, &root);
        assert_int_equal(said, asked > size      ? OWN_ROOT_LATER
                               : asked < settled ? OWN_ROOT_GONE
                                                 : OWN_ROOT_KNOWN);
        if (said == OWN_ROOT_KNOWN) {
            assert_true(merkle_equals(&root, &roots[asked]));
        }
        if (size % 7 == 0) {
            settled = size - 3;
            own_tree_settle(tree, settled);
        }
    }
    own_tree_destroy(tree);
}

static void a_tree_that_nobody_cosigns_keeps_no_more_than_its_share(void **state)
{
    struct own_tree *tree = own_tree_create();
    struct replica_listener listener = own_tree_listener(tree);
    struct bytes_of_batch bytes = {0};
    struct hash256 root;
    uint64_t number = 1;

    for (uint64_t i = 0; i < OWN_TREE_KEPT + 5; i++) {
        make_batch(&bytes, &number, 0);
        give(&listener, &bytes.batch);
    }
    listener.on_synced(listener.context);
    assert_int_equal(own_tree_root(tree, 4, &root), OWN_ROOT_GONE);
    assert_int_equal(own_tree_root(tree, 5, &root), OWN_ROOT_KNOWN);
    assert_int_equal(own_tree_root(tree, OWN_TREE_KEPT + 5, &root), OWN_ROOT_KNOWN);
    assert_int_equal(own_tree_synced(tree), OWN_TREE_KEPT + 5);
    own_tree_destroy(tree);
}

/* ------------------------------------------------------------------ cosigning */

/* A log that signs whatever a test wants, a copy that says whatever it wants, and a supervisor between them. */
struct play {
    struct fake_disk *disk;
    struct note_key log;
    uint8_t log_seed[ED25519_KEY_SIZE];
    uint8_t witness_seed[ED25519_KEY_SIZE];
    struct hash256 leaves[2][LEAVES]; /* two histories, the same up to the fork */
    struct cosigner cosigner;
    struct cosigner_report report;
    /* What the source shows … */
    uint32_t shown;
    uint64_t shown_size; /* 0: nothing */
    bool has_no_growth;
    bool has_old_growth; /* a proof between other trees */
    bool is_forged;
    /* … and what our own copy has. */
    uint32_t own;
    enum own_word word;
    uint64_t asked;
};

static struct hash256 root_of(const struct play *play, uint32_t history, uint64_t size)
{
    struct merkle_edge edge;

    merkle_edge_start(&edge);
    for (uint64_t i = 0; i < size; i++) {
        merkle_edge_add(&edge, &play->leaves[history][i]);
    }
    return merkle_edge_root(&edge);
}

static size_t show_checkpoint(void *context, char out[WITNESS_NOTE_MAX])
{
    const struct play *play = context;
    struct hash256 root = root_of(play, play->shown, play->shown_size);

    if (play->shown_size == 0) {
        return 0;
    }
    size_t size = checkpoint_sign(play->shown_size, &root, &play->log, play->log_seed, out);
    if (play->is_forged) {
        out[strlen(play->log.name) + 1] ^= 1; /* the first digit of the size */
    }
    return size;
}

static bool show_growth(void *context, uint64_t old_size, uint64_t new_size,
                        struct growth_proof *out)
{
    const struct play *play = context;
    struct merkle_leaves leaves = {play->leaves[play->shown], LEAVES};
    struct merkle_source source = merkle_leaves_source(&leaves);

    *out = (struct growth_proof){.old_size = old_size, .new_size = new_size};
    if (play->has_old_growth) {
        out->old_size--;
    }
    return !play->has_no_growth &&
           merkle_proof_make_growth(&out->proof, &source, old_size, new_size);
}

static enum own_word ask_own(void *context, uint64_t size, uint64_t cosigned_size,
                             struct hash256 *root)
{
    struct play *play = context;

    play->asked++;
    *root = root_of(play, play->own, size);
    return play->word;
}

static void open_witness(struct play *play)
{
    const char *error = NULL;
    const struct witness_options options = {.storage = fake_disk_storage(play->disk),
                                            .directory = "w",
                                            .log = play->log,
                                            .name = "witness.example/w1",
                                            .seed = play->witness_seed};

    play->cosigner = (struct cosigner){.witness = witness_open(&options, &error),
                                       .log = play->log,
                                       .source = {play, show_checkpoint, show_growth},
                                       .own = {play, ask_own}};
    assert_non_null(play->cosigner.witness);
}

static int set_up(void **state)
{
    struct play *play = calloc(1, sizeof *play);
    uint8_t raw[ED25519_KEY_SIZE];

    assert_non_null(play);
    play->disk = fake_disk_create();
    play->word = OWN_WORD_ROOT;
    memset(play->log_seed, 7, sizeof play->log_seed);
    memset(play->witness_seed, 9, sizeof play->witness_seed);
    assert_true(ed25519_public_key(play->log_seed, raw));
    assert_true(note_key_make(&play->log, "log.example/a", NOTE_KEY_KIND_ED25519, raw));
    for (uint32_t history = 0; history < 2; history++) {
        for (uint32_t i = 0; i < LEAVES; i++) {
            uint32_t bytes[2] = {i, i < FORK ? 0 : history};
            const struct byte_part part = {bytes, sizeof bytes};
            play->leaves[history][i] = merkle_leaf(&part, 1);
        }
    }
    open_witness(play);
    *state = play;
    return 0;
}

static int tear_down(void **state)
{
    struct play *play = *state;

    witness_close(play->cosigner.witness);
    fake_disk_destroy(play->disk);
    free(play);
    return 0;
}

/* The log shows a history's tree of this size. */
static enum cosigner_look look(struct play *play, uint32_t history, uint64_t size)
{
    play->shown = history;
    play->shown_size = size;
    cosigner_look(&play->cosigner, 1795305600 + size, &play->report);
    return play->report.look;
}

static void expect_refused(struct play *play, enum witness_answer answer, uint64_t cosigned_size)
{
    assert_int_equal(play->report.look, COSIGNER_LOOK_REFUSED);
    assert_int_equal(play->report.answer, answer);
    assert_int_equal(play->report.cosigned_size, cosigned_size);
    assert_int_equal(witness_last(play->cosigner.witness).size, cosigned_size);
}

static void what_our_own_copy_gives_is_cosigned_with_a_line_behind_it(void **state)
{
    struct play *play = *state;

    for (uint64_t size = 1; size <= LEAVES; size += 9) {
        struct checkpoint checkpoint;
        struct signed_note note;
        uint64_t time_s = 0;

        assert_int_equal(look(play, 0, size), COSIGNER_LOOK_COSIGNED);
        assert_int_equal(checkpoint_open(&checkpoint, &note, play->report.note,
                                         play->report.note_size, &play->log),
                         CHECKPOINT_CHECK_GOOD);
        assert_int_equal(checkpoint.size, size);
        assert_int_equal(signed_note_check(&note, witness_key(play->cosigner.witness), &time_s),
                         NOTE_CHECK_SIGNED);
        assert_int_equal(time_s, 1795305600 + size);
        assert_int_equal(play->report.cosigned_size, size);
    }
}

static void the_same_one_is_cosigned_once_in_each_life(void **state)
{
    struct play *play = *state;

    assert_int_equal(look(play, 0, 9), COSIGNER_LOOK_COSIGNED);
    assert_int_equal(look(play, 0, 9), COSIGNER_LOOK_SAME);
    assert_int_equal(play->asked, 1);
    witness_close(play->cosigner.witness);
    open_witness(play);
    assert_int_equal(look(play, 0, 9), COSIGNER_LOOK_COSIGNED);
    assert_int_equal(look(play, 0, 9), COSIGNER_LOOK_SAME);
}

static void nothing_is_cosigned_before_our_own_copy_says_so(void **state)
{
    struct play *play = *state;

    assert_int_equal(look(play, 0, 5), COSIGNER_LOOK_COSIGNED);
    play->word = OWN_WORD_LATER;
    assert_int_equal(look(play, 0, 6), COSIGNER_LOOK_AHEAD);
    play->word = OWN_WORD_HELD;
    assert_int_equal(look(play, 0, 6), COSIGNER_LOOK_HELD);
    play->word = OWN_WORD_GONE;
    assert_int_equal(look(play, 0, 6), COSIGNER_LOOK_GONE);
    play->word = OWN_WORD_LOST;
    assert_int_equal(look(play, 0, 6), COSIGNER_LOOK_LOST);
    assert_int_equal(witness_last(play->cosigner.witness).size, 5);
    play->word = OWN_WORD_ROOT;
    assert_int_equal(look(play, 0, 6), COSIGNER_LOOK_COSIGNED);
}

static void without_checkpoint_or_proof_of_growth_there_is_nothing_to_judge(void **state)
{
    struct play *play = *state;

    assert_int_equal(look(play, 0, 0), COSIGNER_LOOK_NO_SOURCE);
    assert_int_equal(look(play, 0, 5), COSIGNER_LOOK_COSIGNED);
    play->has_no_growth = true;
    assert_int_equal(look(play, 0, 8), COSIGNER_LOOK_NO_SOURCE);
    play->has_no_growth = false;
    play->has_old_growth = true;
    assert_int_equal(look(play, 0, 8), COSIGNER_LOOK_NO_SOURCE);
    assert_int_equal(witness_last(play->cosigner.witness).size, 5);
}

static void what_the_log_has_not_signed_is_refused(void **state)
{
    struct play *play = *state;

    play->is_forged = true;
    (void)look(play, 0, 25);
    expect_refused(play, WITNESS_ANSWER_UNSIGNED, 0);
    assert_int_equal(play->asked, 0);
    assert_false(cosigner_is_final(play->report.answer));
}

static void an_older_tree_is_refused_and_a_newer_one_puts_it_right(void **state)
{
    struct play *play = *state;

    assert_int_equal(look(play, 0, 30), COSIGNER_LOOK_COSIGNED);
    (void)look(play, 0, 29);
    expect_refused(play, WITNESS_ANSWER_ROLLBACK, 30);
    assert_false(cosigner_is_final(play->report.answer));
    assert_int_equal(look(play, 0, 31), COSIGNER_LOOK_COSIGNED);
}

static void another_tree_of_the_same_size_is_refused_for_good(void **state)
{
    struct play *play = *state;

    assert_int_equal(look(play, 0, 30), COSIGNER_LOOK_COSIGNED);
    (void)look(play, 1, 30);
    expect_refused(play, WITNESS_ANSWER_SPLIT, 30);
    assert_true(cosigner_is_final(play->report.answer));
}

static void a_tree_that_does_not_continue_the_last_one_is_refused(void **state)
{
    struct play *play = *state;

    assert_int_equal(look(play, 0, 30), COSIGNER_LOOK_COSIGNED);
    play->own = 1; /* even if our own copy were of the other history, too */
    (void)look(play, 1, 40);
    expect_refused(play, WITNESS_ANSWER_INCONSISTENT, 30);
}

static void a_tree_that_is_not_that_of_our_own_copy_is_refused_for_good(void **state)
{
    struct play *play = *state;

    assert_int_equal(look(play, 0, FORK), COSIGNER_LOOK_COSIGNED);
    (void)look(play, 1, FORK + 5); /* continues what was cosigned */
    expect_refused(play, WITNESS_ANSWER_DIVERGED, FORK);
    assert_true(cosigner_is_final(play->report.answer));
}

static void the_first_tree_of_all_is_compared_with_our_own_copy(void **state)
{
    struct play *play = *state;

    play->own = 1;
    (void)look(play, 0, FORK + 1);
    expect_refused(play, WITNESS_ANSWER_DIVERGED, 0);
}

int main(void)
{
#define PLAYED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_of_every_size_is_that_of_a_tree_that_stopped_there),
        cmocka_unit_test(a_tree_that_nobody_cosigns_keeps_no_more_than_its_share),
        PLAYED(what_our_own_copy_gives_is_cosigned_with_a_line_behind_it),
        PLAYED(the_same_one_is_cosigned_once_in_each_life),
        PLAYED(nothing_is_cosigned_before_our_own_copy_says_so),
        PLAYED(without_checkpoint_or_proof_of_growth_there_is_nothing_to_judge),
        PLAYED(what_the_log_has_not_signed_is_refused),
        PLAYED(an_older_tree_is_refused_and_a_newer_one_puts_it_right),
        PLAYED(another_tree_of_the_same_size_is_refused_for_good),
        PLAYED(a_tree_that_does_not_continue_the_last_one_is_refused),
        PLAYED(a_tree_that_is_not_that_of_our_own_copy_is_refused_for_good),
        PLAYED(the_first_tree_of_all_is_compared_with_our_own_copy),
    };
#undef PLAYED
    return cmocka_run_group_tests(tests, NULL, NULL);
}
