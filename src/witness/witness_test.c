/* SPDX-License-Identifier: Apache-2.0
 *
 * The witness: what it cosigns and refuses, what it keeps, and that no crash makes it forget.
 */
#include "witness/witness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_disk.h"
#include "support/random_stream.h"
#include "witness/two_slots.h"

enum { LEAVES = 64 };

/* A log that can sign whatever a test wants. */
struct scene {
    struct fake_disk *disk;
    struct note_key log;
    uint8_t log_seed[ED25519_KEY_SIZE];
    uint8_t witness_seed[ED25519_KEY_SIZE];
    struct witness *witness;
    struct hash256 leaves[2][LEAVES]; /* two histories, the same up to the fork */
    char note[CHECKPOINT_NOTE_MAX + 1];
    char line[NOTE_LINE_MAX + 1];
};

enum { FORK = 20 };

static void open_witness(struct scene *scene)
{
    const char *error = NULL;
    const struct witness_options options = {
        .storage = fake_disk_storage(scene->disk),
        .directory = "w",
        .log = scene->log,
        .name = "witness.example/w1",
        .seed = scene->witness_seed,
    };

    scene->witness = witness_open(&options, &error);
    if (scene->witness == NULL) {
        fail_msg("%s", error);
    }
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    uint8_t raw[ED25519_KEY_SIZE];

    scene->disk = fake_disk_create();
    memset(scene->log_seed, 7, sizeof scene->log_seed);
    memset(scene->witness_seed, 9, sizeof scene->witness_seed);
    assert_true(ed25519_public_key(scene->log_seed, raw));
    assert_true(note_key_make(&scene->log, "log.example/a", NOTE_KEY_KIND_ED25519, raw));
    for (uint32_t history = 0; history < 2; history++) {
        for (uint32_t i = 0; i < LEAVES; i++) {
            uint32_t bytes[2] = {i, i < FORK ? 0 : history};
            const struct byte_part part = {bytes, sizeof bytes};
            scene->leaves[history][i] = merkle_leaf(&part, 1);
        }
    }
    open_witness(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    witness_close(scene->witness);
    fake_disk_destroy(scene->disk);
    free(scene);
    return 0;
}

static struct hash256 root_of(const struct scene *scene, uint32_t history, uint64_t size)
{
    struct merkle_edge edge;

    merkle_edge_start(&edge);
    for (uint64_t i = 0; i < size; i++) {
        merkle_edge_add(&edge, &scene->leaves[history][i]);
    }
    return merkle_edge_root(&edge);
}

/* Asks for a history's tree of this size, with a true proof and the own copy of the same history. */
static enum witness_answer ask(struct scene *scene, uint32_t history, uint64_t size)
{
    struct merkle_leaves leaves = {scene->leaves[history], LEAVES};
    struct merkle_source source = merkle_leaves_source(&leaves);
    struct merkle_proof proof = {.count = 0};
    struct hash256 root = root_of(scene, history, size);
    uint64_t old_size = witness_last(scene->witness).size;

    if (old_size <= size) {
        assert_true(merkle_proof_make_growth(&proof, &source, old_size, size));
    }
    const struct witness_request request = {
        .note = scene->note,
        .note_size = checkpoint_sign(size, &root, &scene->log, scene->log_seed, scene->note),
        .growth = &proof,
        .own_root = root,
        .time_s = 1795305600 + size,
    };
    return witness_cosign(scene->witness, &request, scene->line);
}

static uint32_t evidence_count(const struct scene *scene)
{
    uint32_t count = 0;
    const char *name;

    for (size_t i = 0; (name = fake_disk_name(scene->disk, i)) != NULL; i++) {
        count += strncmp(name, "evidence-", 9) == 0;
    }
    return count;
}

/* ------------------------------------------------------------------ cosigning */

static void a_tree_that_grows_is_cosigned_and_the_cosignature_verifies(void **state)
{
    struct scene *scene = *state;

    for (uint64_t size = 1; size <= LEAVES; size += 3) {
        char whole[CHECKPOINT_NOTE_MAX + NOTE_LINE_MAX + 1];
        struct checkpoint checkpoint;
        struct signed_note note;
        uint64_t time_s = 0;

        assert_int_equal(ask(scene, 0, size), WITNESS_ANSWER_COSIGNED);
        (void)snprintf(whole, sizeof whole, "%s%s", scene->note, scene->line);
        assert_int_equal(checkpoint_open(&checkpoint, &note, whole, strlen(whole), &scene->log),
                         CHECKPOINT_CHECK_GOOD);
        assert_int_equal(signed_note_check(&note, witness_key(scene->witness), &time_s),
                         NOTE_CHECK_SIGNED);
        assert_int_equal(time_s, 1795305600 + size);
        assert_int_equal(witness_last(scene->witness).size, size);
    }
    assert_int_equal(evidence_count(scene), 0);
}

static void the_same_tree_may_be_asked_for_again(void **state)
{
    assert_int_equal(ask(*state, 0, 5), WITNESS_ANSWER_COSIGNED);
    assert_int_equal(ask(*state, 0, 5), WITNESS_ANSWER_COSIGNED);
}

/* ------------------------------------------------------------------ refusing */

static void a_rollback_is_refused_and_kept(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(ask(scene, 0, 30), WITNESS_ANSWER_COSIGNED);
    assert_int_equal(ask(scene, 0, 29), WITNESS_ANSWER_ROLLBACK);
    assert_string_equal(scene->line, "");
    assert_int_equal(witness_last(scene->witness).size, 30);
    assert_int_equal(evidence_count(scene), 1);
    assert_int_equal(ask(scene, 0, 29), WITNESS_ANSWER_ROLLBACK);
    assert_int_equal(evidence_count(scene), 1);
}

static void a_split_view_is_refused_and_both_notes_are_kept(void **state)
{
    struct scene *scene = *state;
    size_t size = 0;
    char first[CHECKPOINT_NOTE_MAX + 1];

    assert_int_equal(ask(scene, 0, 30), WITNESS_ANSWER_COSIGNED);
    memcpy(first, scene->note, sizeof first);
    assert_int_equal(ask(scene, 1, 30), WITNESS_ANSWER_SPLIT);
    assert_string_equal(scene->line, "");
    for (size_t i = 0; fake_disk_name(scene->disk, i) != NULL; i++) {
        const char *name = fake_disk_name(scene->disk, i);
        if (strncmp(name, "evidence-", 9) == 0) {
            char text[8192] = {0};
            const uint8_t *bytes = fake_disk_bytes(scene->disk, name, &size);
            memcpy(text, bytes, size);
            assert_non_null(strstr(text, first));
            assert_non_null(strstr(text, scene->note));
        }
    }
    assert_true(size > 0);
}

static void a_fork_that_grew_is_refused(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(ask(scene, 0, 30), WITNESS_ANSWER_COSIGNED);
    assert_int_equal(ask(scene, 1, 40), WITNESS_ANSWER_INCONSISTENT);
    assert_int_equal(evidence_count(scene), 1);
    /* Before the fork the two are one. */
    assert_int_equal(ask(scene, 0, 41), WITNESS_ANSWER_COSIGNED);
}

static void a_tree_that_the_own_copy_does_not_give_is_refused(void **state)
{
    struct scene *scene = *state;
    struct merkle_proof none = {.count = 0};
    struct hash256 root = root_of(scene, 0, 30);
    struct witness_request request = {
        .note = scene->note,
        .note_size = checkpoint_sign(30, &root, &scene->log, scene->log_seed, scene->note),
        .growth = &none,
        .own_root = root_of(scene, 1, 30),
        .time_s = 1,
    };

    assert_int_equal(witness_cosign(scene->witness, &request, scene->line),
                     WITNESS_ANSWER_DIVERGED);
    assert_int_equal(witness_last(scene->witness).size, 0);
    assert_int_equal(evidence_count(scene), 1);
    request.own_root = root;
    assert_int_equal(witness_cosign(scene->witness, &request, scene->line),
                     WITNESS_ANSWER_COSIGNED);
}

static void what_the_log_did_not_sign_is_refused_and_is_no_evidence(void **state)
{
    struct scene *scene = *state;
    struct merkle_proof none = {.count = 0};
    struct hash256 root = root_of(scene, 0, 3);
    struct note_key other = scene->log;
    struct witness_request request = {
        .note = scene->note, .growth = &none, .own_root = root, .time_s = 1};

    /* By another key under the same name: another id, so nobody has signed. */
    other.id[0] ^= 1;
    request.note_size = checkpoint_sign(3, &root, &other, scene->witness_seed, scene->note);
    assert_int_equal(witness_cosign(scene->witness, &request, scene->line),
                     WITNESS_ANSWER_UNSIGNED);
    /* By another key that says it is this one. */
    request.note_size = checkpoint_sign(3, &root, &scene->log, scene->witness_seed, scene->note);
    assert_int_equal(witness_cosign(scene->witness, &request, scene->line),
                     WITNESS_ANSWER_UNSIGNED);
    memcpy(other.name, "log.example/b", sizeof "log.example/b");
    request.note_size = checkpoint_sign(3, &root, &other, scene->log_seed, scene->note);
    assert_int_equal(witness_cosign(scene->witness, &request, scene->line), WITNESS_ANSWER_FOREIGN);
    request.note_size = 10;
    assert_int_equal(witness_cosign(scene->witness, &request, scene->line),
                     WITNESS_ANSWER_MALFORMED);
    assert_int_equal(evidence_count(scene), 0);
    assert_int_equal(witness_last(scene->witness).size, 0);
}

static void a_note_with_any_bit_flipped_is_refused(void **state)
{
    struct scene *scene = *state;
    struct merkle_proof none = {.count = 0};
    struct hash256 root = root_of(scene, 0, 3);
    const size_t size = checkpoint_sign(3, &root, &scene->log, scene->log_seed, scene->note);
    const struct witness_request request = {
        .note = scene->note, .note_size = size, .growth = &none, .own_root = root, .time_s = 1};

    for (size_t bit = 0; bit < size * 8; bit++) {
        scene->note[bit / 8] ^= (char)(1 << bit % 8);
        enum witness_answer answer = witness_cosign(scene->witness, &request, scene->line);
        assert_true(answer == WITNESS_ANSWER_MALFORMED || answer == WITNESS_ANSWER_FOREIGN ||
                    answer == WITNESS_ANSWER_UNSIGNED);
        scene->note[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_int_equal(witness_cosign(scene->witness, &request, scene->line),
                     WITNESS_ANSWER_COSIGNED);
}

/* ------------------------------------------------------------------ crashes */

static void reopen(struct scene *scene)
{
    witness_close(scene->witness);
    scene->witness = NULL;
    open_witness(scene);
}

static void what_was_cosigned_is_remembered(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(ask(scene, 0, 30), WITNESS_ANSWER_COSIGNED);
    reopen(scene);
    assert_int_equal(witness_last(scene->witness).size, 30);
    assert_int_equal(ask(scene, 1, 30), WITNESS_ANSWER_SPLIT);
    assert_int_equal(ask(scene, 0, 10), WITNESS_ANSWER_ROLLBACK);
}

/* The power goes before each call in turn; whatever un-synced bytes survive, a tree that was cosigned is
 * remembered, and its split view refused. */
static void no_loss_of_power_makes_it_forget(void **state)
{
    static const enum fake_loss losses[] = {FAKE_LOSS_NOTHING, FAKE_LOSS_ALL, FAKE_LOSS_SECTORS,
                                            FAKE_LOSS_BYTES};
    struct scene *scene = *state;
    struct random_stream random = {11};
    uint32_t cut = 0;

    assert_int_equal(ask(scene, 0, 25), WITNESS_ANSWER_COSIGNED);
    struct fake_disk *before = fake_disk_copy(scene->disk);
    for (uint64_t call = 1; call < 12; call++) {
        for (size_t loss = 0; loss < sizeof losses / sizeof losses[0]; loss++) {
            witness_close(scene->witness);
            fake_disk_destroy(scene->disk);
            scene->disk = fake_disk_copy(before);
            open_witness(scene);
            fake_disk_plan(scene->disk, FAKE_FAILURE_POWER, call, 5);
            bool is_cosigned = ask(scene, 0, 30) == WITNESS_ANSWER_COSIGNED;
            bool was_cut = fake_disk_has_failed(scene->disk);
            cut += was_cut;
            assert_true(was_cut || is_cosigned);
            witness_close(scene->witness);
            scene->witness = NULL;
            fake_disk_restart(scene->disk, losses[loss], &random);
            open_witness(scene);
            uint64_t size = witness_last(scene->witness).size;
            assert_true(size == 30 || (size == 25 && !is_cosigned));
            if (is_cosigned) {
                assert_int_equal(ask(scene, 1, 30), WITNESS_ANSWER_SPLIT);
            } else {
                assert_int_equal(ask(scene, 0, 31), WITNESS_ANSWER_COSIGNED);
            }
        }
    }
    assert_true(cut >= 16); /* each of the four calls of a write, at least */
    fake_disk_destroy(before);
}

static void after_a_failed_write_nothing_is_cosigned(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(ask(scene, 0, 25), WITNESS_ANSWER_COSIGNED);
    for (uint64_t call = 1; call <= 4; call++) {
        fake_disk_plan(scene->disk, FAKE_FAILURE_ONCE, call, 5);
        assert_int_equal(ask(scene, 0, 30), WITNESS_ANSWER_FAILED);
        assert_string_equal(scene->line, "");
        fake_disk_plan(scene->disk, FAKE_FAILURE_NONE, 0, 0);
        assert_int_equal(ask(scene, 0, 30), WITNESS_ANSWER_FAILED);
        assert_int_equal(ask(scene, 0, 25), WITNESS_ANSWER_FAILED);
        witness_close(scene->witness);
        fake_disk_destroy(scene->disk);
        scene->disk = fake_disk_create();
        open_witness(scene);
        assert_int_equal(ask(scene, 0, 25), WITNESS_ANSWER_COSIGNED);
    }
}

static const char *refused_open(struct scene *scene, const char *log_name)
{
    const char *error = NULL;
    struct witness_options options = {
        .storage = fake_disk_storage(scene->disk),
        .directory = "w",
        .log = scene->log,
        .name = "witness.example/w1",
        .seed = scene->witness_seed,
    };

    (void)snprintf(options.log.name, sizeof options.log.name, "%s", log_name);
    assert_null(witness_open(&options, &error));
    return error;
}

static void a_damaged_state_stops_it(void **state)
{
    struct scene *scene = *state;
    size_t size = 0;

    assert_int_equal(ask(scene, 0, 30), WITNESS_ANSWER_COSIGNED);
    witness_close(scene->witness);
    scene->witness = NULL;
    uint8_t *bytes = fake_disk_bytes(scene->disk, "witness.state", &size);
    assert_int_equal(size, 2 * SLOT_SIZE);
    bytes[100] ^= 1; /* one copy is enough */
    open_witness(scene);
    assert_int_equal(witness_last(scene->witness).size, 30);
    witness_close(scene->witness);
    scene->witness = NULL;
    bytes = fake_disk_bytes(scene->disk, "witness.state", &size);
    bytes[100] ^= 1;
    bytes[SLOT_SIZE + 100] ^= 1;
    assert_non_null(strstr(refused_open(scene, scene->log.name), "damaged"));
}

static void the_state_of_another_log_and_a_second_process_are_refused(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(ask(scene, 0, 30), WITNESS_ANSWER_COSIGNED);
    assert_non_null(strstr(refused_open(scene, scene->log.name), "another process"));
    witness_close(scene->witness);
    scene->witness = NULL;
    assert_non_null(strstr(refused_open(scene, "log.example/b"), "another log"));
}

static void each_answer_has_its_sentence(void **state)
{
    for (int a = WITNESS_ANSWER_COSIGNED; a <= WITNESS_ANSWER_FAILED; a++) {
        for (int b = a + 1; b <= WITNESS_ANSWER_FAILED; b++) {
            assert_string_not_equal(witness_answer_text((enum witness_answer)a),
                                    witness_answer_text((enum witness_answer)b));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tree_that_grows_is_cosigned_and_the_cosignature_verifies,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_tree_may_be_asked_for_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rollback_is_refused_and_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_split_view_is_refused_and_both_notes_are_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_fork_that_grew_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tree_that_the_own_copy_does_not_give_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_the_log_did_not_sign_is_refused_and_is_no_evidence,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_note_with_any_bit_flipped_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_cosigned_is_remembered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_loss_of_power_makes_it_forget, set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_a_failed_write_nothing_is_cosigned, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_state_stops_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_state_of_another_log_and_a_second_process_are_refused,
                                        set_up, tear_down),
        cmocka_unit_test(each_answer_has_its_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
