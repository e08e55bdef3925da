/* SPDX-License-Identifier: Apache-2.0
 *
 * The notary: the tree it signs, the tiles it leaves, and that no crash, damage or second history makes
 * it sign two trees of one size or go back. The journal is a real one on a disk in memory.
 */
#include "notary/notary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/record_finder.h"
#include "node/record_places.h"
#include "support/notary_scene.h"
#include "support/random_stream.h"
#include "witness/two_slots.h"

/* ------------------------------------------------------------------ what it signs */

static void it_signs_the_tree_of_the_journal(void **state)
{
    struct notary_scene *scene = *state;

    notary_scene_write(scene, 40);
    notary_scene_must_open(scene);
    while (notary_number(scene->notary) < scene->durable) {
        assert_true(notary_scene_take(scene, 7));
        assert_true(notary_has_news(scene->notary));
        assert_true(notary_scene_sign(scene));
        assert_false(notary_has_news(scene->notary));
        const struct checkpoint *last = &scene->seen[scene->seen_count - 1];
        struct hash256 wanted = notary_scene_root(scene, last->size);
        assert_memory_equal(&last->root, &wanted, sizeof wanted);
    }
}

static void the_same_tree_gives_the_same_note_also_after_a_restart(void **state)
{
    struct notary_scene *scene = *state;
    char before[CHECKPOINT_NOTE_MAX + 1];

    notary_scene_write(scene, 10);
    notary_scene_must_open(scene);
    assert_true(notary_scene_take(scene, 100) && notary_scene_sign(scene));
    memcpy(before, scene->published, sizeof before);
    assert_true(notary_scene_sign(scene));
    assert_string_equal(before, scene->published);
    notary_scene_close(scene);
    notary_scene_must_open(scene);
    assert_int_equal(notary_number(scene->notary), scene->durable);
    assert_true(notary_scene_sign(scene));
    assert_string_equal(before, scene->published);
}

static void every_command_and_every_growth_can_be_proven_from_the_files(void **state)
{
    struct notary_scene *scene = *state;
    static struct record_finder finder;
    static struct record_proof proof;
    static char text[PROOF_TEXT_MAX + 1];

    notary_scene_write(scene, 300); /* a whole tile and a part */
    notary_scene_must_open(scene);
    while (notary_number(scene->notary) < scene->durable) {
        assert_true(notary_scene_take(scene, 37) && notary_scene_sign(scene));
    }
    const struct checkpoint *last = &scene->seen[scene->seen_count - 1];
    assert_true(last->size > TILE_WIDTH);
    assert_true(record_finder_set(&finder, scene->storage, "j"));
    for (uint64_t number = 1; number <= scene->durable; number += 1 + number % 5) {
        struct record_proof back;
        struct checkpoint checkpoint;
        struct signed_note note;

        assert_int_equal(record_finder_prove(&finder, number, last->size, &proof),
                         RECORD_FOUND_YES);
        size_t size =
            proof_text_write(&proof, scene->published, scene->published_size, text, sizeof text);
        assert_int_equal(
            proof_text_check(text, size, notary_key(scene->notary), &back, &checkpoint, &note),
            PROOF_CHECK_GOOD);
        assert_int_equal(((const struct command_header *)(const void *)back.command)->number,
                         number);
    }
    assert_int_equal(record_finder_prove(&finder, scene->durable + 1, last->size, &proof),
                     RECORD_FOUND_NOT_YET);
    assert_int_equal(record_finder_prove(&finder, 0, last->size, &proof), RECORD_FOUND_NOT_YET);
    for (uint32_t a = 0; a < scene->seen_count; a++) {
        for (uint32_t b = a; b < scene->seen_count; b++) {
            struct growth_proof growth;
            struct merkle_growth trees = {scene->seen[a].size, scene->seen[b].size,
                                          scene->seen[a].root, scene->seen[b].root};

            assert_int_equal(record_finder_growth(&finder, trees.old_size, trees.new_size, &growth),
                             RECORD_FOUND_YES);
            assert_true(merkle_proof_check_growth(&growth.proof, &trees));
        }
    }
}

static void a_proof_is_not_made_from_a_damaged_journal_or_tile(void **state)
{
    struct notary_scene *scene = *state;
    static struct record_finder finder;
    static struct record_proof proof;
    char name[STORAGE_NAME_SIZE];
    char number[8];
    size_t size = 0;

    notary_scene_write(scene, 5);
    notary_scene_must_open(scene);
    assert_true(notary_scene_take(scene, 100) && notary_scene_sign(scene));
    assert_true(record_finder_set(&finder, scene->storage, "j"));
    uint64_t count = scene->seen[0].size;
    assert_int_equal(record_finder_prove(&finder, 3, count, &proof), RECORD_FOUND_YES);
    foldered_disk_name(&scene->foldered, "j/tlog", RECORD_PLACES_NAME, name);
    uint8_t *places = fake_disk_bytes(scene->disk, name, &size);
    assert_int_equal(size, count * sizeof(struct record_place));
    for (size_t i = 0; i < size; i++) {
        places[i] ^= 1;
        struct record_place place;
        enum record_found found = record_finder_prove(&finder, 3, count, &proof);
        memcpy(&place, places, sizeof place);
        /* The search may still end at the right batch; then the proof is a true one. */
        assert_true(found == RECORD_FOUND_FAILED || found == RECORD_FOUND_NOT_YET ||
                    proof.entry.first_number + proof.position == 3);
        places[i] ^= 1;
    }
    (void)snprintf(number, sizeof number, "%u", (unsigned)count);
    foldered_disk_name(&scene->foldered, "j/tlog/tile/entries/000.p", number, name);
    uint8_t *entries = fake_disk_bytes(scene->disk, name, &size);
    entries[TILE_BUNDLE_ENTRY + 2 + 100] ^= 1; /* the root of the batch with command 3 */
    assert_int_equal(record_finder_prove(&finder, 3, count, &proof), RECORD_FOUND_FAILED);
    entries[TILE_BUNDLE_ENTRY + 2 + 100] ^= 1;
    uint8_t *segment = fake_disk_bytes(scene->disk, "segment-00000000000000000001.journal", &size);
    uint32_t refused = 0;
    for (size_t i = 128; i < 4096; i += 16) {
        segment[i] ^= 4;
        refused += record_finder_prove(&finder, 3, count, &proof) == RECORD_FOUND_FAILED;
        segment[i] ^= 4;
    }
    assert_true(refused > 10);
}

/* ------------------------------------------------------------------ crashes */

/* No two of what was ever signed contradict each other, whoever saw them. */
static void check_seen(struct notary_scene *scene)
{
    for (uint32_t i = 0; i < scene->seen_count; i++) {
        struct hash256 wanted = notary_scene_root(scene, scene->seen[i].size);

        assert_memory_equal(&scene->seen[i].root, &wanted, sizeof wanted);
        assert_true(i == 0 || scene->seen[i].size >= scene->seen[i - 1].size);
    }
}

/* Runs until the power goes; then comes up, on what is left, and goes on. */
static bool live_through(struct notary_scene *scene, uint64_t call, enum fake_loss loss,
                         struct random_stream *random)
{
    char text[NOTARY_ERROR_MAX];

    fake_disk_plan(scene->disk, FAKE_FAILURE_POWER, call, 5);
    if (notary_scene_open(scene, text)) {
        bool goes_on = true;
        for (int i = 0; goes_on && i < 3; i++) {
            goes_on = notary_scene_take(scene, 4) && notary_scene_sign(scene);
        }
    }
    bool was_cut = fake_disk_has_failed(scene->disk);
    notary_scene_close(scene);
    fake_disk_restart(scene->disk, loss, random);
    return was_cut;
}

static void no_loss_of_power_makes_it_contradict_itself(void **state)
{
    static const enum fake_loss losses[] = {FAKE_LOSS_NOTHING, FAKE_LOSS_ALL, FAKE_LOSS_SECTORS,
                                            FAKE_LOSS_BYTES};
    struct notary_scene *scene = *state;
    struct random_stream random = {23};
    uint32_t cuts = 0;

    notary_scene_write(scene, 20);
    struct fake_disk *before = fake_disk_copy(scene->disk);
    for (size_t loss = 0; loss < sizeof losses / sizeof losses[0]; loss++) {
        bool was_cut = true;

        for (uint64_t call = 1; was_cut; call++) {
            fake_disk_destroy(scene->disk);
            notary_scene_use(scene, fake_disk_copy(before));
            scene->seen_count = 0;
            scene->published_size = 0;
            was_cut = live_through(scene, call, losses[loss], &random);
            cuts += was_cut;
            notary_scene_must_open(scene); /* whatever happened, it can go on */
            uint64_t size = notary_last(scene->notary).size;
            assert_true(scene->seen_count == 0 || size >= scene->seen[scene->seen_count - 1].size);
            assert_true(notary_scene_take(scene, 100) && notary_scene_sign(scene));
            check_seen(scene);
            notary_scene_close(scene);
        }
    }
    assert_true(cuts > 200);
    fake_disk_destroy(before);
}

static void after_a_failed_write_nothing_is_signed(void **state)
{
    struct notary_scene *scene = *state;
    char note[CHECKPOINT_NOTE_MAX + 1];

    notary_scene_write(scene, 20);
    struct fake_disk *before = fake_disk_copy(scene->disk);
    for (uint64_t call = 1; call < 60; call++) {
        fake_disk_destroy(scene->disk);
        notary_scene_use(scene, fake_disk_copy(before));
        notary_scene_must_open(scene);
        assert_true(notary_scene_take(scene, 4));
        scene->seen_count = 0;
        fake_disk_plan(scene->disk, FAKE_FAILURE_ONCE, call, 28);
        bool is_signed = notary_scene_sign(scene);
        bool has_failed = fake_disk_has_failed(scene->disk);
        fake_disk_plan(scene->disk, FAKE_FAILURE_NONE, 0, 0);
        if (!is_signed) {
            assert_true(has_failed);
            assert_int_equal(notary_sign(scene->notary, note), 0);
            assert_true(strlen(notary_error(scene->notary)) > 0);
        }
        scene->published_size = 0;
        notary_scene_close(scene);
    }
    fake_disk_destroy(before);
}

/* ------------------------------------------------------------------ refusing to go on */

static void refuses(struct notary_scene *scene, const char *why)
{
    char text[NOTARY_ERROR_MAX];

    assert_false(notary_scene_open(scene, text));
    assert_null(scene->notary);
    if (strstr(text, why) == NULL) {
        fail_msg("said: %s", text);
    }
}

static void sign_ten(struct notary_scene *scene)
{
    notary_scene_write(scene, 10);
    notary_scene_must_open(scene);
    assert_true(notary_scene_take(scene, 100) && notary_scene_sign(scene));
    notary_scene_close(scene);
}

static void a_damaged_state_stops_it(void **state)
{
    struct notary_scene *scene = *state;

    sign_ten(scene);
    notary_scene_bytes(scene, "j/tlog", "notary.state")[200] ^= 1;
    notary_scene_must_open(scene); /* the other copy */
    notary_scene_close(scene);
    notary_scene_bytes(scene, "j/tlog", "notary.state")[200] ^= 1;
    notary_scene_bytes(scene, "j/tlog", "notary.state")[SLOT_SIZE + 200] ^= 1;
    refuses(scene, "damaged");
}

static void a_published_tree_that_it_does_not_remember_stops_it(void **state)
{
    struct notary_scene *scene = *state;
    struct hash256 root = {{1}};
    char name[STORAGE_NAME_SIZE];

    sign_ten(scene);
    struct checkpoint last = scene->seen[0];
    notary_scene_must_open(scene);
    struct note_key key = *notary_key(scene->notary);
    notary_scene_close(scene);
    scene->published_size =
        checkpoint_sign(last.size, &root, &key, notary_scene_seed, scene->published);
    refuses(scene, "not a beginning");
    scene->published_size =
        checkpoint_sign(last.size - 1, &root, &key, notary_scene_seed, scene->published);
    refuses(scene, "not a beginning");
    scene->published_size =
        checkpoint_sign(last.size + 1, &last.root, &key, notary_scene_seed, scene->published);
    refuses(scene, "larger");
    /* The state was lost: what is out says so. */
    foldered_disk_name(&scene->foldered, "j/tlog", "notary.state", name);
    fake_disk_remove(scene->disk, name);
    scene->published_size =
        checkpoint_sign(last.size, &last.root, &key, notary_scene_seed, scene->published);
    refuses(scene, "larger");
    scene->published[0] ^= 1;
    refuses(scene, "not one of this notary's key");
}

static void a_tile_that_is_not_what_was_signed_stops_it(void **state)
{
    struct notary_scene *scene = *state;

    sign_ten(scene);
    char width[8];
    (void)snprintf(width, sizeof width, "%u", (unsigned)scene->seen[0].size);
    notary_scene_bytes(scene, "j/tlog/tile/0/000.p", width)[40] ^= 1;
    refuses(scene, "tiles");
}

/* A disk that says yes and writes one bit of a tile otherwise. */
static int64_t (*honest_write)(void *context, int file, const struct byte_part *parts, size_t count,
                               uint64_t offset);

static int64_t lying_write(void *context, int file, const struct byte_part *parts, size_t count,
                           uint64_t offset)
{
    uint8_t bytes[10 * sizeof(struct hash256)];

    if (count != 1 || parts[0].size != sizeof bytes) {
        return honest_write(context, file, parts, count, offset);
    }
    memcpy(bytes, parts[0].bytes, sizeof bytes);
    bytes[300] ^= 2;
    const struct byte_part other = {bytes, sizeof bytes};
    return honest_write(context, file, &other, 1, offset);
}

static void a_tile_that_was_written_otherwise_is_found_before_it_is_signed(void **state)
{
    struct notary_scene *scene = *state;
    char note[CHECKPOINT_NOTE_MAX + 1];

    notary_scene_write(scene, 20);
    notary_scene_must_open(scene);
    assert_true(notary_scene_take(scene, 10));
    honest_write = scene->foldered.storage.write;
    scene->foldered.storage.write = lying_write;
    assert_int_equal(notary_sign(scene->notary, note), 0);
    assert_non_null(strstr(notary_error(scene->notary), "not those that were computed"));
    assert_int_equal(notary_last(scene->notary).size, 0);
}

static void a_second_notary_and_another_node_are_refused(void **state)
{
    struct notary_scene *scene = *state;
    char text[NOTARY_ERROR_MAX];
    struct notary_options options = {.directory = "j/tlog", .node = {"sixteen bytes id"}};

    notary_scene_write(scene, 10);
    notary_scene_must_open(scene);
    assert_true(notary_scene_take(scene, 100) && notary_scene_sign(scene));
    options.storage = scene->storage;
    options.seed = notary_scene_seed;
    assert_null(notary_open(&options, text));
    assert_non_null(strstr(text, "another notary"));
    notary_scene_close(scene);
    options.node.bytes[0] ^= 1;
    assert_null(notary_open(&options, text));
    assert_non_null(strstr(text, "another node"));
}

static void a_journal_that_does_not_continue_the_tree_is_refused(void **state)
{
    struct notary_scene *scene = *state;
    struct journal_batch batch;

    notary_scene_write(scene, 10);
    notary_scene_must_open(scene);
    assert_true(notary_scene_take(scene, 4));
    assert_int_equal(journal_reader_next(scene->reader, scene->durable, &batch),
                     JOURNAL_READ_BATCH);
    batch.previous.bytes[5] ^= 1;
    assert_false(notary_add(scene->notary, &batch));
    assert_non_null(strstr(notary_error(scene->notary), "does not continue"));
    batch.previous.bytes[5] ^= 1;
    assert_false(notary_add(scene->notary, &batch)); /* dead is dead */
    assert_false(notary_scene_sign(scene));
    notary_scene_close(scene);
    notary_scene_must_open(scene);
    struct journal_head head = journal_reader_tail(scene->reader)->head;
    assert_true(notary_is_of(scene->notary, &head));
    head.number++;
    assert_false(notary_is_of(scene->notary, &head));
    head.number--;
    head.node.bytes[0] ^= 1;
    assert_false(notary_is_of(scene->notary, &head));
    assert_true(notary_scene_take(scene, 100) && notary_scene_sign(scene));
    notary_scene_close(scene);
    notary_scene_must_open(scene);
    head = journal_reader_tail(scene->reader)->head;
    head.chain.bytes[0] ^= 1;
    assert_false(notary_is_of(scene->notary, &head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NOTARY_TEST(it_signs_the_tree_of_the_journal),
        NOTARY_TEST(the_same_tree_gives_the_same_note_also_after_a_restart),
        NOTARY_TEST(every_command_and_every_growth_can_be_proven_from_the_files),
        NOTARY_TEST(a_proof_is_not_made_from_a_damaged_journal_or_tile),
        NOTARY_TEST(no_loss_of_power_makes_it_contradict_itself),
        NOTARY_TEST(after_a_failed_write_nothing_is_signed),
        NOTARY_TEST(a_damaged_state_stops_it),
        NOTARY_TEST(a_published_tree_that_it_does_not_remember_stops_it),
        NOTARY_TEST(a_tile_that_is_not_what_was_signed_stops_it),
        NOTARY_TEST(a_tile_that_was_written_otherwise_is_found_before_it_is_signed),
        NOTARY_TEST(a_second_notary_and_another_node_are_refused),
        NOTARY_TEST(a_journal_that_does_not_continue_the_tree_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
