/* SPDX-License-Identifier: Apache-2.0
 *
 * A notary that has lost its state: the tree built again from the journal is the one it had, or it is not taken.
 */
#include "notary/tree_rebuild.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proofs/tile_folder.h"
#include "support/notary_scene.h"
#include "support/random_stream.h"
#include "witness/two_slots.h"

#define NEW_TREE "j/new"

static const struct node_id node = {NOTARY_SCENE_NODE};

/* The trees that were seen by the world, or the newest of them. */
static struct signed_trees seen_trees(const struct notary_scene *scene, bool only_newest)
{
    struct signed_trees trees = {.count = 0};

    for (uint32_t i = only_newest ? scene->seen_count - 1 : 0; i < scene->seen_count; i++) {
        assert_true(signed_trees_add(&trees, &scene->seen[i]));
    }
    return trees;
}

static enum tree_rebuilt rebuild(struct notary_scene *scene, const struct signed_trees *trees,
                                 struct tree_rebuild_report *report)
{
    const struct notary_options notary = {
        .storage = scene->storage, .directory = NEW_TREE, .node = node, .seed = notary_scene_seed};
    const struct tree_rebuild_options options = {
        .notary = &notary, .journal = "j", .durable = scene->durable, .trees = trees};

    return tree_rebuild(&options, report);
}

static void expect(struct notary_scene *scene, const struct signed_trees *trees,
                   enum tree_rebuilt wanted, const char *why)
{
    struct tree_rebuild_report report;
    enum tree_rebuilt result = rebuild(scene, trees, &report);

    if (strstr(report.text, why) == NULL) {
        fail_msg("said: %s", report.text);
    }
    assert_int_equal(result, wanted);
}

/* What a notary's state in a folder remembers. */
static struct checkpoint recall(struct notary_scene *scene, const char *path)
{
    const struct storage *storage = scene->storage;
    struct checkpoint tree = {.size = 0};
    int folder = storage->open_folder(storage->context, path, false);

    if (folder >= 0) {
        assert_true(notary_recall(storage, folder, &node, &tree));
        (void)storage->close(storage->context, folder);
    }
    return tree;
}

/* Signs on the way: the world sees many trees. */
static void live(struct notary_scene *scene, int batches, uint32_t at_once)
{
    notary_scene_write(scene, batches);
    notary_scene_must_open(scene);
    while (notary_number(scene->notary) < scene->durable) {
        assert_true(notary_scene_take(scene, at_once) && notary_scene_sign(scene));
    }
    notary_scene_close(scene);
}

/* ------------------------------------------------------------------ what is taken */

static void what_is_built_again_is_what_was_there(void **state)
{
    struct notary_scene *scene = *state;
    struct tree_rebuild_report report;

    live(scene, 300, 37); /* a whole tile and a part */
    const struct signed_trees trees = seen_trees(scene, false);
    const struct checkpoint last = scene->seen[scene->seen_count - 1];
    assert_int_equal(rebuild(scene, &trees, &report), TREE_REBUILT_DONE);
    assert_int_equal(report.tree.size, last.size);
    assert_memory_equal(&report.tree.root, &last.root, sizeof last.root);
    assert_int_equal(report.number, scene->durable);
    static const char *const tiles[][2] = {{"/tile/0", "000"}, {"/tile/entries", "000"}};
    for (size_t i = 0; i < 2; i++) {
        size_t size = i == 0 ? TILE_WIDTH * sizeof(struct hash256) : TILE_BYTES_MAX;
        char old_path[32];
        char new_path[32];

        (void)snprintf(old_path, sizeof old_path, NOTARY_SCENE_TREE "%s", tiles[i][0]);
        (void)snprintf(new_path, sizeof new_path, NEW_TREE "%s", tiles[i][0]);
        assert_memory_equal(notary_scene_bytes(scene, new_path, tiles[i][1]),
                            notary_scene_bytes(scene, old_path, tiles[i][1]), size);
    }
}

/* Journal and new tree on a disk of their own, where the new one is the notary's. */
static void a_notary_goes_on_where_it_was_built_again(void **state)
{
    struct notary_scene *scene = *state;
    struct tree_rebuild_report report;
    char text[NOTARY_ERROR_MAX];

    live(scene, 20, 7);
    const struct signed_trees trees = seen_trees(scene, false);
    notary_scene_write(scene, 8); /* nobody signed these … */
    assert_int_equal(rebuild(scene, &trees, &report), TREE_REBUILT_DONE);
    const struct checkpoint last = report.tree;
    assert_int_equal(last.size, 28);
    notary_scene_write(scene, 15); /* … and life goes on meanwhile */
    const struct notary_options options = {.storage = scene->storage,
                                           .directory = NEW_TREE,
                                           .node = node,
                                           .seed = notary_scene_seed,
                                           .published = scene->published,
                                           .published_size = scene->published_size};
    scene->notary = notary_open(&options, text);
    assert_non_null(scene->notary);
    assert_int_equal(notary_last(scene->notary).size, last.size);
    scene->reader = notary_scene_reader(scene, notary_number(scene->notary) + 1);
    assert_true(notary_is_of(scene->notary, &journal_reader_tail(scene->reader)->head));
    assert_true(notary_scene_sign(scene)); /* as it does first */
    assert_memory_equal(&scene->seen[scene->seen_count - 1], &last, sizeof last);
    for (size_t i = 0; i < trees.count; i++) { /* proofs to what was signed before are still made */
        struct tile_folder tiles;
        struct tile_reader reader;
        struct hash256 root;

        assert_true(tile_folder_set(&tiles, scene->storage, NEW_TREE));
        tile_folder_reader(&tiles, trees.tree[i].size, &reader);
        struct merkle_source source = tile_reader_source(&reader);
        assert_true(merkle_source_root(&source, trees.tree[i].size, &root));
        assert_memory_equal(&root, &trees.tree[i].root, sizeof root);
    }
    assert_true(notary_scene_take(scene, 100) && notary_scene_sign(scene));
    const struct checkpoint *now = &scene->seen[scene->seen_count - 1];
    struct hash256 wanted = notary_scene_root(scene, now->size);
    assert_int_equal(now->size, last.size + 15);
    assert_memory_equal(&now->root, &wanted, sizeof wanted);
}

static void more_than_was_signed_is_remembered_and_nothing_that_is_not_durable(void **state)
{
    struct notary_scene *scene = *state;
    struct tree_rebuild_report report;

    live(scene, 10, 100);
    uint64_t durable = scene->durable;
    notary_scene_write(scene, 10);
    const struct signed_trees trees = seen_trees(scene, true);
    struct fake_disk *before = fake_disk_copy(scene->disk);
    assert_int_equal(rebuild(scene, &trees, &report), TREE_REBUILT_DONE);
    assert_int_equal(report.tree.size, 20);
    assert_int_equal(recall(scene, NEW_TREE).size, 20);
    fake_disk_destroy(scene->disk);
    notary_scene_use(scene, before);
    scene->durable = durable;
    assert_int_equal(rebuild(scene, &trees, &report), TREE_REBUILT_DONE);
    assert_int_equal(report.tree.size, 10);
    assert_int_equal(report.number, durable);
}

/* ------------------------------------------------------------------ what is not */

static void another_journal_than_the_one_that_was_signed_is_refused(void **state)
{
    struct notary_scene *scene = *state;

    live(scene, 12, 5);
    const struct signed_trees all = seen_trees(scene, false);
    fake_disk_destroy(scene->disk);
    notary_scene_use(scene, fake_disk_create());
    notary_scene_write(scene, 5); /* the same five batches … */
    notary_scene_write(scene, 8); /* … and others */
    expect(scene, &all, TREE_REBUILT_OTHER, "does not give the tree of 10 batches");
    assert_int_equal(recall(scene, NEW_TREE).size, 0);
    struct signed_trees one = {.count = 0};
    assert_true(signed_trees_add(&one, &all.tree[0])); /* of five batches: those are the same */
    expect(scene, &one, TREE_REBUILT_DONE, "");
}

static void a_journal_that_has_lost_its_end_is_refused(void **state)
{
    struct notary_scene *scene = *state;

    notary_scene_write(scene, 9);
    struct fake_disk *before = fake_disk_copy(scene->disk);
    uint64_t durable = scene->durable;
    live(scene, 1, 100);
    const struct signed_trees trees = seen_trees(scene, false);
    fake_disk_destroy(scene->disk);
    notary_scene_use(scene, before);
    scene->durable = durable;
    expect(scene, &trees, TREE_REBUILT_OTHER, "ends before the tree of 10 batches");
    assert_int_equal(recall(scene, NEW_TREE).size, 0);
    scene->durable = durable + 1; /* the core would not have said so */
    expect(scene, &trees, TREE_REBUILT_FAILED, "a durable batch is missing");
}

static void who_cannot_say_what_was_signed_rebuilds_nothing(void **state)
{
    struct notary_scene *scene = *state;
    const struct signed_trees none = {.count = 0};

    notary_scene_write(scene, 9);
    expect(scene, &none, TREE_REBUILT_UNKNOWN, "no checkpoint is known");
    assert_int_equal(recall(scene, NEW_TREE).size, 0);
}

static void a_folder_with_a_tree_is_not_written_into(void **state)
{
    struct notary_scene *scene = *state;
    struct tree_rebuild_report report;

    live(scene, 9, 100);
    const struct signed_trees trees = seen_trees(scene, false);
    assert_int_equal(rebuild(scene, &trees, &report), TREE_REBUILT_DONE);
    expect(scene, &trees, TREE_REBUILT_FAILED, "has a tree already");
}

static void a_damaged_journal_gives_no_tree(void **state)
{
    struct notary_scene *scene = *state;
    size_t size = 0;

    live(scene, 9, 100);
    const struct signed_trees trees = seen_trees(scene, false);
    fake_disk_bytes(scene->disk, "segment-00000000000000000001.journal", &size)[1000] ^= 4;
    expect(scene, &trees, TREE_REBUILT_FAILED, "");
    assert_int_equal(recall(scene, NEW_TREE).size, 0);
}

static void no_loss_of_power_leaves_half_a_tree(void **state)
{
    static const enum fake_loss losses[] = {FAKE_LOSS_NOTHING, FAKE_LOSS_ALL, FAKE_LOSS_SECTORS,
                                            FAKE_LOSS_BYTES};
    struct notary_scene *scene = *state;
    struct random_stream random = {29};
    struct tree_rebuild_report report;
    uint32_t cuts = 0;

    live(scene, 20, 7);
    const struct signed_trees trees = seen_trees(scene, false);
    struct fake_disk *before = fake_disk_copy(scene->disk);
    for (size_t loss = 0; loss < sizeof losses / sizeof losses[0]; loss++) {
        bool was_cut = true;

        for (uint64_t call = 1; was_cut; call++) {
            fake_disk_destroy(scene->disk);
            notary_scene_use(scene, fake_disk_copy(before));
            fake_disk_plan(scene->disk, FAKE_FAILURE_POWER, call, 5);
            bool is_done = rebuild(scene, &trees, &report) == TREE_REBUILT_DONE;
            was_cut = fake_disk_has_failed(scene->disk);
            fake_disk_restart(scene->disk, losses[loss], &random);
            uint64_t size = recall(scene, NEW_TREE).size;
            assert_true(is_done ? size == 20 : size == 0 || size == 20);
            cuts += was_cut;
            if (size == 20) { /* whole, or it would not say so: a notary proves its tiles first */
                const struct notary_options options = {.storage = scene->storage,
                                                       .directory = NEW_TREE,
                                                       .node = node,
                                                       .seed = notary_scene_seed};
                char text[NOTARY_ERROR_MAX];
                struct notary *notary = notary_open(&options, text);

                assert_non_null(notary);
                notary_close(notary);
            }
        }
    }
    assert_true(cuts > 100);
    fake_disk_destroy(before);
}

/* ------------------------------------------------------------------ what is known */

static void only_what_this_key_has_signed_is_known(void **state)
{
    struct notary_scene *scene = *state;
    struct signed_trees trees = {.count = 0};
    uint8_t other_seed[ED25519_KEY_SIZE] = {9};
    uint8_t raw[ED25519_KEY_SIZE];
    char origin[NOTE_NAME_MAX + 1];
    struct note_key other;

    live(scene, 9, 100);
    notary_scene_must_open(scene);
    const struct note_key key = *notary_key(scene->notary);
    notary_origin(&node, origin);
    assert_true(ed25519_public_key(other_seed, raw));
    assert_true(note_key_make(&other, origin, NOTE_KEY_KIND_ED25519, raw));
    assert_non_null(signed_trees_add_note(&trees, &other, scene->published, scene->published_size));
    for (size_t i = 0; i < scene->published_size; i++) {
        scene->published[i] ^= 1;
        assert_non_null(
            signed_trees_add_note(&trees, &key, scene->published, scene->published_size));
        scene->published[i] ^= 1;
    }
    assert_non_null(signed_trees_add_note(&trees, &key, "", 0));
    assert_int_equal(trees.count, 0);
    assert_null(signed_trees_add_note(&trees, &key, scene->published, scene->published_size));
    assert_int_equal(trees.count, 1);
    assert_int_equal(trees.tree[0].size, 9);
    while (trees.count < SIGNED_TREES_MAX) {
        assert_true(signed_trees_add(&trees, &scene->seen[0]));
    }
    assert_non_null(signed_trees_add_note(&trees, &key, scene->published, scene->published_size));
    assert_false(signed_trees_add(&trees, &scene->seen[0]));
}

static void a_whole_state_is_recalled_and_a_damaged_one_is_not(void **state)
{
    struct notary_scene *scene = *state;
    struct node_id other = node;
    struct checkpoint tree;
    char name[STORAGE_NAME_SIZE];

    assert_int_equal(recall(scene, NOTARY_SCENE_TREE).size, 0); /* not even a folder */
    live(scene, 9, 4);
    tree = recall(scene, NOTARY_SCENE_TREE);
    assert_int_equal(tree.size, 9);
    assert_memory_equal(&tree, &scene->seen[scene->seen_count - 1], sizeof tree);
    const struct storage *storage = scene->storage;
    int folder = storage->open_folder(storage->context, NOTARY_SCENE_TREE, false);
    other.bytes[0] ^= 1;
    assert_false(notary_recall(storage, folder, &other, &tree));
    (void)storage->close(storage->context, folder);
    notary_scene_bytes(scene, NOTARY_SCENE_TREE, "notary.state")[200] ^= 1;
    notary_scene_bytes(scene, NOTARY_SCENE_TREE, "notary.state")[SLOT_SIZE + 200] ^= 1;
    assert_int_equal(recall(scene, NOTARY_SCENE_TREE).size, 0);
    foldered_disk_name(&scene->foldered, NOTARY_SCENE_TREE, "notary.state", name);
    fake_disk_remove(scene->disk, name);
    assert_int_equal(recall(scene, NOTARY_SCENE_TREE).size, 0);
    size_t size = 0;
    assert_null(fake_disk_bytes(scene->disk, name, &size)); /* nor is one made */
}

static void nobody_rebuilds_beside_a_notary(void **state)
{
    struct notary_scene *scene = *state;
    const struct storage *storage = scene->storage;

    live(scene, 9, 100);
    notary_scene_must_open(scene);
    int folder = storage->open_folder(storage->context, NOTARY_SCENE_TREE, false);
    assert_true(notary_keep_out(storage, folder) < 0);
    notary_scene_close(scene);
    int lock = notary_keep_out(storage, folder);
    assert_true(lock >= 0);
    char text[NOTARY_ERROR_MAX];
    assert_false(notary_scene_open(scene, text));
    assert_non_null(strstr(text, "another notary"));
    (void)storage->close(storage->context, lock);
    (void)storage->close(storage->context, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NOTARY_TEST(what_is_built_again_is_what_was_there),
        NOTARY_TEST(a_notary_goes_on_where_it_was_built_again),
        NOTARY_TEST(more_than_was_signed_is_remembered_and_nothing_that_is_not_durable),
        NOTARY_TEST(another_journal_than_the_one_that_was_signed_is_refused),
        NOTARY_TEST(a_journal_that_has_lost_its_end_is_refused),
        NOTARY_TEST(who_cannot_say_what_was_signed_rebuilds_nothing),
        NOTARY_TEST(a_folder_with_a_tree_is_not_written_into),
        NOTARY_TEST(a_damaged_journal_gives_no_tree),
        NOTARY_TEST(no_loss_of_power_leaves_half_a_tree),
        NOTARY_TEST(only_what_this_key_has_signed_is_known),
        NOTARY_TEST(a_whole_state_is_recalled_and_a_damaged_one_is_not),
        NOTARY_TEST(nobody_rebuilds_beside_a_notary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
