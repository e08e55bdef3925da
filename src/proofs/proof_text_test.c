/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole proof: leaves of commands in batches, batches in a log, the checkpoint over it, as a text;
 * every bit of it flipped.
 */
#include "proofs/proof_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proofs/log_tile.h"
#include "proofs/record_tree.h"
#include "support/command_samples.h"

enum { BATCHES = 13, COMMANDS_MAX = 8, BYTES_MAX = COMMANDS_MAX * 1024 };

static const uint8_t seed[ED25519_KEY_SIZE] = {5};
static const uint8_t node[RECORD_NODE_SIZE] = "sixteen bytes id";

struct scene {
    struct note_key key;
    struct record_batch batches[BATCHES];
    uint8_t bytes[BATCHES][BYTES_MAX];
    struct record_entry entries[BATCHES];
    struct hash256 leaves[BATCHES];
    struct hash256 root;
    char note[CHECKPOINT_NOTE_MAX + 1];
    size_t note_size;
    char text[PROOF_TEXT_MAX + 1];
};

static void make_batch(struct scene *scene, uint32_t index, uint64_t first)
{
    static const uint16_t kinds[] = {COMMAND_ORDER_PLACE, COMMAND_KEY_CREATE, COMMAND_CLOCK,
                                     COMMAND_ORDER_CANCEL};
    struct record_batch *batch = &scene->batches[index];

    *batch = (struct record_batch){.node = node,
                                   .first_number = first,
                                   .count = 1 + index % COMMANDS_MAX,
                                   .time_us = 1000 + index,
                                   .chain = {{(uint8_t)index}},
                                   .commands = scene->bytes[index]};
    for (uint32_t i = 0; i < batch->count; i++) {
        union command_sample command;
        size_t size = command_sample_make(&command, kinds[(index + i) % 4]);

        command.header.number = first + i;
        memcpy(scene->bytes[index] + batch->size, &command, size);
        batch->size += (uint32_t)size;
    }
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct record_log log = {.number = 0};
    struct hash256 scratch[COMMANDS_MAX];
    uint8_t raw[ED25519_KEY_SIZE];

    assert_true(ed25519_public_key(seed, raw));
    assert_true(note_key_make(&scene->key, "log.example/a", NOTE_KEY_KIND_ED25519, raw));
    for (uint32_t i = 0; i < BATCHES; i++) {
        make_batch(scene, i, log.number + 1);
        assert_true(record_log_add(&log, &scene->batches[i], scratch, &scene->entries[i]));
        scene->leaves[i] = record_entry_leaf(&scene->entries[i]);
    }
    scene->root = merkle_edge_root(&log.edge);
    scene->note_size = checkpoint_sign(BATCHES, &scene->root, &scene->key, seed, scene->note);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

/* The proof for command `position` of a batch. */
static void prove(const struct scene *scene, uint32_t index, uint32_t position,
                  struct record_proof *proof)
{
    const struct record_batch *batch = &scene->batches[index];
    struct hash256 leaves[COMMANDS_MAX];
    struct merkle_leaves in_batch = {leaves, batch->count};
    struct merkle_leaves in_log = {scene->leaves, BATCHES};
    struct merkle_source batch_source = merkle_leaves_source(&in_batch);
    struct merkle_source log_source = merkle_leaves_source(&in_log);
    const uint8_t *at = batch->commands;

    memset(proof, 0, sizeof *proof);
    proof->index = index;
    proof->entry = scene->entries[index];
    proof->position = position;
    assert_true(record_batch_leaves(batch, leaves));
    assert_true(
        merkle_proof_make_inclusion(&proof->in_batch, &batch_source, position, batch->count));
    assert_true(merkle_proof_make_inclusion(&proof->in_log, &log_source, index, BATCHES));
    for (uint32_t i = 0; i <= position; i++) {
        const struct command_header *header = (const void *)at;
        proof->command_size = (uint32_t)tarazy_command_size(header->kind);
        memcpy(proof->command, at, proof->command_size);
        at += proof->command_size;
    }
    proof->leaf = leaves[position];
}

static enum proof_check check(const struct scene *scene, size_t size)
{
    struct record_proof proof;
    struct checkpoint checkpoint;
    struct signed_note note;

    return proof_text_check(scene->text, size, &scene->key, &proof, &checkpoint, &note);
}

static size_t write_proof(struct scene *scene, const struct record_proof *proof)
{
    size_t size =
        proof_text_write(proof, scene->note, scene->note_size, scene->text, sizeof scene->text);
    assert_true(size > 0);
    return size;
}

/* ------------------------------------------------------------------ leaves */

static void a_leaf_is_what_the_specification_says(void **state)
{
    struct scene *scene = *state;
    const struct record_batch *batch = &scene->batches[3];
    uint8_t data[33 + 1024] = {0};
    struct hash256 wanted;
    uint64_t number = batch->first_number;
    size_t size =
        tarazy_command_size(((const struct command_header *)(const void *)batch->commands)->kind);
    const struct byte_part part = {data, 33 + size};

    memcpy(data + 1, "tarazy record 1\n", 16);
    memcpy(data + 17, &number, 8);
    memcpy(data + 25, &batch->first_number, 8);
    memcpy(data + 33, batch->commands, size);
    sha256_compute(&part, 1, wanted.bytes);
    struct hash256 leaf = record_leaf(batch->commands, size, batch->first_number);
    assert_memory_equal(&leaf, &wanted, sizeof leaf);
}

static void an_entry_is_what_the_specification_says(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[RECORD_ENTRY_SIZE];
    struct record_entry back;

    record_entry_write(&scene->entries[4], bytes);
    assert_memory_equal(bytes, "tarazy batches 1", 16);
    assert_memory_equal(bytes + 16, node, 16);
    assert_memory_equal(bytes + 88, &scene->entries[4].root, 32);
    assert_true(record_entry_read(&back, bytes, sizeof bytes));
    assert_memory_equal(&back, &scene->entries[4], sizeof back);
    assert_false(record_entry_read(&back, bytes, sizeof bytes - 1));
    bytes[0] ^= 1;
    assert_false(record_entry_read(&back, bytes, sizeof bytes));
}

static void commands_that_are_not_what_the_batch_says_have_no_leaves(void **state)
{
    struct scene *scene = *state;
    struct record_batch batch = scene->batches[5];
    struct hash256 leaves[COMMANDS_MAX + 1];

    assert_true(record_batch_leaves(&batch, leaves));
    batch.count++;
    assert_false(record_batch_leaves(&batch, leaves));
    batch.count -= 2;
    assert_false(record_batch_leaves(&batch, leaves));
    batch.count = 0;
    assert_false(record_batch_leaves(&batch, leaves));
    batch = scene->batches[5];
    batch.first_number++;
    assert_false(record_batch_leaves(&batch, leaves));
    batch = scene->batches[5];
    batch.size -= 64;
    assert_false(record_batch_leaves(&batch, leaves));
}

static void a_log_takes_only_the_next_batch(void **state)
{
    struct scene *scene = *state;
    struct record_log log = {.number = 0};
    struct hash256 scratch[COMMANDS_MAX];

    assert_false(record_log_add(&log, &scene->batches[1], scratch, NULL));
    assert_int_equal(log.edge.size, 0);
    assert_true(record_log_add(&log, &scene->batches[0], scratch, NULL));
    assert_false(record_log_add(&log, &scene->batches[0], scratch, NULL));
    assert_true(record_log_add(&log, &scene->batches[1], scratch, NULL));
}

/* ------------------------------------------------------------------ texts */

static void every_command_has_a_proof_that_is_one_text(void **state)
{
    struct scene *scene = *state;
    char again[PROOF_TEXT_MAX + 1];

    for (uint32_t i = 0; i < BATCHES; i++) {
        for (uint32_t k = 0; k < scene->batches[i].count; k++) {
            struct record_proof proof;
            struct record_proof back;
            const char *note = NULL;
            size_t note_size = 0;

            prove(scene, i, k, &proof);
            size_t size = write_proof(scene, &proof);
            assert_int_equal(check(scene, size), PROOF_CHECK_GOOD);
            assert_true(proof_text_read(&back, scene->text, size, &note, &note_size));
            assert_memory_equal(note, scene->note, note_size);
            assert_int_equal(proof_text_write(&back, note, note_size, again, sizeof again), size);
            assert_memory_equal(again, scene->text, size);
            record_proof_hide(&proof);
            size = write_proof(scene, &proof);
            assert_int_equal(check(scene, size), PROOF_CHECK_GOOD);
            assert_true(proof_text_read(&back, scene->text, size, &note, &note_size));
            assert_int_equal(back.command_size, 0);
        }
    }
}

static void a_proof_with_any_bit_flipped_is_refused(void **state)
{
    struct scene *scene = *state;
    struct record_proof proof;

    for (int hidden = 0; hidden < 2; hidden++) {
        prove(scene, 6, 2, &proof);
        if (hidden) {
            record_proof_hide(&proof);
        }
        size_t size = write_proof(scene, &proof);
        for (size_t bit = 0; bit < size * 8; bit++) {
            scene->text[bit / 8] ^= (char)(1 << bit % 8);
            assert_int_not_equal(check(scene, size), PROOF_CHECK_GOOD);
            scene->text[bit / 8] ^= (char)(1 << bit % 8);
        }
        for (size_t cut = 0; cut < size; cut++) {
            assert_int_not_equal(check(scene, cut), PROOF_CHECK_GOOD);
        }
    }
}

static void another_commands_path_proves_nothing(void **state)
{
    struct scene *scene = *state;
    struct record_proof proof;
    struct record_proof other;

    prove(scene, 6, 2, &proof);
    prove(scene, 6, 3, &other);
    proof.in_batch = other.in_batch;
    assert_int_equal(check(scene, write_proof(scene, &proof)), PROOF_CHECK_COMMAND);
    prove(scene, 6, 2, &proof);
    proof.in_log.count--;
    assert_int_equal(check(scene, write_proof(scene, &proof)), PROOF_CHECK_ENTRY);
    prove(scene, 6, 2, &proof);
    proof.index = 7;
    assert_int_equal(check(scene, write_proof(scene, &proof)), PROOF_CHECK_ENTRY);
    /* The very bytes of a command under another number. */
    prove(scene, 6, 2, &proof);
    proof.entry.first_number++;
    assert_int_equal(check(scene, write_proof(scene, &proof)), PROOF_CHECK_MALFORMED);
    prove(scene, 6, 2, &proof);
    proof.entry.time_us++;
    assert_int_equal(check(scene, write_proof(scene, &proof)), PROOF_CHECK_ENTRY);
}

static void a_checkpoint_of_another_key_proves_nothing(void **state)
{
    static const uint8_t other_seed[ED25519_KEY_SIZE] = {6};
    struct scene *scene = *state;
    struct record_proof proof;

    prove(scene, 6, 2, &proof);
    scene->note_size = checkpoint_sign(BATCHES, &scene->root, &scene->key, other_seed, scene->note);
    assert_int_equal(check(scene, write_proof(scene, &proof)), PROOF_CHECK_CHECKPOINT);
}

static void proofs_of_growth_are_one_text(void **state)
{
    struct scene *scene = *state;
    struct merkle_leaves leaves = {scene->leaves, BATCHES};
    struct merkle_source source = merkle_leaves_source(&leaves);
    char text[GROWTH_TEXT_MAX + 1];
    char again[GROWTH_TEXT_MAX + 1];

    for (uint64_t old_size = 0; old_size <= BATCHES; old_size++) {
        struct growth_proof growth = {.old_size = old_size, .new_size = BATCHES};
        struct growth_proof back;

        assert_true(merkle_proof_make_growth(&growth.proof, &source, old_size, BATCHES));
        size_t size = growth_text_write(&growth, text);
        assert_true(growth_text_read(&back, text, size));
        assert_int_equal(growth_text_write(&back, again), size);
        assert_string_equal(text, again);
        assert_false(growth_text_read(&back, text, size - 1));
    }
    static const char *const refused[] = {
        "tarazy growth proof v1\nold 5\nnew 4\n", "tarazy growth proof v1\nold 05\nnew 7\n",
        "tarazy growth proof v2\nold 5\nnew 7\n", "tarazy growth proof v1\nold 5\nnew 7\n\n",
        "tarazy growth proof v1\nold \nnew 7\n",  "tarazy growth proof v1\nold 5\nnew 7\nAAAA\n"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct growth_proof back;
        assert_false(growth_text_read(&back, refused[i], strlen(refused[i])));
    }
}

/* ------------------------------------------------------------------ tiles */

static void tiles_have_the_names_of_the_specification(void **state)
{
    static const struct {
        struct tile_place place;
        const char *path;
    } names[] = {
        {{0, 256, 0}, "tile/0/000"},
        {{0, 256, 1234067}, "tile/0/x001/x234/067"},
        {{3, 12, 999}, "tile/3/999.p/12"},
        {{1, 1, 1000}, "tile/1/x001/000.p/1"},
        {{TILE_LEVEL_ENTRIES, 255, 5}, "tile/entries/005.p/255"},
        {{0, 256, UINT64_C(1) << 55}, "tile/0/x036/x028/x797/x018/x963/968"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[TILE_PATH_MAX + 1];
        struct tile_place place;

        assert_int_equal(tile_path_write(&names[i].place, path), strlen(names[i].path));
        assert_string_equal(path, names[i].path);
        assert_true(tile_path_read(&place, path, strlen(path)));
        assert_int_equal(place.level, names[i].place.level);
        assert_int_equal(place.index, names[i].place.index);
        assert_int_equal(place.width, names[i].place.width);
    }
}

static void a_tile_has_no_other_name(void **state)
{
    static const char *const refused[] = {
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/8/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001/000/",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.q/5",
        "tile/entry/000",
        "tilE/0/000",
        "tile/0/../000",
        "tile/0/00%30",
        "tile/0/x001/x001/x001/x001/x001/x001/x001/x001/000",
    };

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct tile_place place;
        assert_false(tile_path_read(&place, refused[i], strlen(refused[i])));
    }
}

static void widths_are_those_of_the_specification(void **state)
{
    /* The example of 70,000 leaves. */
    assert_int_equal(tile_width(0, 272, 70000), 256);
    assert_int_equal(tile_width(0, 273, 70000), 112);
    assert_int_equal(tile_width(0, 274, 70000), 0);
    assert_int_equal(tile_width(1, 0, 70000), 256);
    assert_int_equal(tile_width(1, 1, 70000), 17);
    assert_int_equal(tile_width(2, 0, 70000), 1);
    assert_int_equal(tile_width(3, 0, 70000), 0);
    assert_int_equal(tile_width(0, 0, 256), 256);
    assert_int_equal(tile_width(1, 0, 256), 1);
    assert_int_equal(tile_width(TILE_LEVEL_ENTRIES, 273, 70000), 112);
    assert_int_equal(tile_width(0, UINT64_MAX, 70000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_is_what_the_specification_says),
        cmocka_unit_test(an_entry_is_what_the_specification_says),
        cmocka_unit_test(commands_that_are_not_what_the_batch_says_have_no_leaves),
        cmocka_unit_test(a_log_takes_only_the_next_batch),
        cmocka_unit_test(every_command_has_a_proof_that_is_one_text),
        cmocka_unit_test(a_proof_with_any_bit_flipped_is_refused),
        cmocka_unit_test(another_commands_path_proves_nothing),
        cmocka_unit_test(a_checkpoint_of_another_key_proves_nothing),
        cmocka_unit_test(proofs_of_growth_are_one_text),
        cmocka_unit_test(tiles_have_the_names_of_the_specification),
        cmocka_unit_test(a_tile_has_no_other_name),
        cmocka_unit_test(widths_are_those_of_the_specification),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
