/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles on a disk: what is put on the shelf stands in the files of the specification, whole and partial,
 * whoever opens the shelf in between; nothing is ever written over; and the key file.
 */
#include "notary/tile_shelf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "notary/notary_key.h"
#include "proofs/tile_folder.h"
#include "support/foldered_disk.h"

enum { LEAVES = 700 };

struct scene {
    struct fake_disk *disk;
    struct foldered_disk foldered;
    struct tile_folder tiles;
    struct tile_shelf *shelf;
    int handle;
    struct hash256 leaves[LEAVES];
};

static struct record_entry entry_of(uint32_t index)
{
    return (struct record_entry){.node = "sixteen bytes i",
                                 .first_number = 1 + index * 3,
                                 .count = 3,
                                 .size = 192,
                                 .chain = {{(uint8_t)index, (uint8_t)(index >> 8)}}};
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    int result = 0;

    scene->disk = fake_disk_create();
    foldered_disk_make(&scene->foldered, scene->disk, "j");
    const struct storage *storage = &scene->foldered.storage;
    assert_true(tile_folder_set(&scene->tiles, storage, "t"));
    scene->handle = storage->open_folder(storage->context, "t", true);
    scene->shelf = tile_shelf_open(&scene->tiles, scene->handle, 0, &result);
    assert_non_null(scene->shelf);
    for (uint32_t i = 0; i < LEAVES; i++) {
        struct record_entry entry = entry_of(i);
        scene->leaves[i] = record_entry_leaf(&entry);
    }
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    tile_shelf_close(scene->shelf);
    fake_disk_destroy(scene->disk);
    free(scene);
    return 0;
}

static void put(struct scene *scene, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        const struct record_entry entry = entry_of(i);
        const struct record_place place = {entry.first_number, 1, 128 + i * 384};

        assert_int_equal(tile_shelf_add(scene->shelf, &entry, &place), 0);
    }
}

/* The tree of `size` leaves, from the files alone. */
static void check_tree(struct scene *scene, uint64_t size)
{
    struct merkle_leaves leaves = {scene->leaves, size};
    struct merkle_source naive = merkle_leaves_source(&leaves);
    struct tile_reader reader;
    struct hash256 wanted;
    struct hash256 root;

    tile_folder_reader(&scene->tiles, size, &reader);
    struct merkle_source source = tile_reader_source(&reader);
    assert_true(merkle_source_root(&source, size, &root));
    assert_true(merkle_source_root(&naive, size, &wanted));
    assert_memory_equal(&root, &wanted, sizeof root);
    for (uint64_t index = 0; index < size; index += 13) {
        const struct record_entry made = entry_of((uint32_t)index);
        struct record_entry entry;
        struct merkle_proof proof;
        struct merkle_proof other;

        assert_true(tile_folder_entry(&scene->tiles, index, size, &entry));
        assert_memory_equal(&entry, &made, sizeof entry);
        assert_true(merkle_proof_make_inclusion(&proof, &source, index, size));
        assert_true(merkle_proof_make_inclusion(&other, &naive, index, size));
        assert_int_equal(proof.count, other.count);
        assert_memory_equal(proof.hashes, other.hashes, proof.count * sizeof proof.hashes[0]);
    }
    struct record_entry none;
    assert_false(tile_folder_entry(&scene->tiles, size, size, &none));
}

static void the_files_give_every_tree_that_was_settled(void **state)
{
    static const uint32_t sizes[] = {1, 2, 200, 255, 256, 257, 300, 511, 512, 513, 700};
    struct scene *scene = *state;
    const struct storage *storage = &scene->foldered.storage;
    uint32_t size = 0;
    int result = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        put(scene, size, sizes[i] - size);
        size = sizes[i];
        assert_int_equal(tile_shelf_settle(scene->shelf), 0);
        check_tree(scene, size);
        for (size_t k = 0; k < i; k++) {
            check_tree(scene, sizes[k]); /* older trees, out of the whole tiles */
        }
        if (i % 2 == 0) { /* somebody else goes on */
            tile_shelf_close(scene->shelf);
            scene->shelf = tile_shelf_open(&scene->tiles, scene->handle, size, &result);
            assert_non_null(scene->shelf);
        }
    }
    assert_int_equal(storage->close(storage->context, scene->handle), 0);
}

static void partial_tiles_go_when_the_whole_one_is_there(void **state)
{
    struct scene *scene = *state;
    uint8_t bytes[TILE_BYTES_MAX];
    struct tile_place place = {.level = 0, .width = 200, .index = 0};
    char name[STORAGE_NAME_SIZE];
    size_t size = 0;

    put(scene, 0, 200);
    assert_int_equal(tile_shelf_settle(scene->shelf), 0);
    foldered_disk_name(&scene->foldered, "t/tile/0/000.p", "200", name);
    assert_non_null(fake_disk_bytes(scene->disk, name, &size));
    put(scene, 200, 56);
    assert_null(fake_disk_bytes(scene->disk, name, &size));
    assert_int_equal(tile_folder_read(&scene->tiles, &place, bytes), 0);
    assert_memory_equal(bytes, scene->leaves, 200 * sizeof(struct hash256));
}

static void a_tile_is_never_written_over(void **state)
{
    struct scene *scene = *state;
    struct tile_place place = {.level = 0, .width = 4, .index = 7};
    struct hash256 read[4];

    assert_int_equal(tile_folder_write(&scene->tiles, &place, scene->leaves), 0);
    assert_int_equal(tile_folder_write(&scene->tiles, &place, scene->leaves), 0);
    assert_int_equal(tile_folder_write(&scene->tiles, &place, scene->leaves + 1), -EBADMSG);
    assert_int_equal(tile_folder_read(&scene->tiles, &place, read), 0);
    assert_memory_equal(read, scene->leaves, sizeof read);
    place.index = 8;
    assert_int_equal(tile_folder_read(&scene->tiles, &place, read), -ENOENT);
}

static void a_tile_of_another_size_is_not_read(void **state)
{
    struct scene *scene = *state;
    struct tile_place place = {.level = 0, .width = 4, .index = 0};
    char name[STORAGE_NAME_SIZE];
    struct hash256 read[4];

    assert_int_equal(tile_folder_write(&scene->tiles, &place, scene->leaves), 0);
    foldered_disk_name(&scene->foldered, "t/tile/0/000.p", "4", name);
    fake_disk_truncate(scene->disk, name, 127);
    assert_int_equal(tile_folder_read(&scene->tiles, &place, read), -EBADMSG);
}

static void a_shelf_without_its_places_is_not_opened(void **state)
{
    struct scene *scene = *state;
    char name[STORAGE_NAME_SIZE];
    int result = 0;

    put(scene, 0, 20);
    assert_int_equal(tile_shelf_settle(scene->shelf), 0);
    foldered_disk_name(&scene->foldered, "t", RECORD_PLACES_NAME, name);
    fake_disk_truncate(scene->disk, name, 19 * sizeof(struct record_place));
    assert_null(tile_shelf_open(&scene->tiles, scene->handle, 20, &result));
    assert_int_equal(result, -ENODATA);
}

/* ------------------------------------------------------------------ the key */

static void the_key_opens_for_its_node_alone(void **state)
{
    char folder[] = "notary-key-XXXXXX";
    char path[64];
    struct node_key node_key = {{1}};
    struct node_key other_key = {{2}};
    struct node_id node = {{3}};
    struct node_id other_node = {{4}};
    uint8_t made[ED25519_KEY_SIZE];
    uint8_t seed[ED25519_KEY_SIZE];

    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/%s", folder, NOTARY_KEY_NAME);
    assert_int_equal(notary_key_read(folder, &node_key, &node, seed), -ENOENT);
    assert_int_equal(notary_key_create(folder, &node_key, &node, made), 0);
    assert_int_equal(notary_key_read(folder, &node_key, &node, seed), 0);
    assert_memory_equal(seed, made, sizeof seed);
    assert_int_equal(notary_key_create(folder, &node_key, &node, seed), -EEXIST);
    assert_int_equal(notary_key_read(folder, &other_key, &node, seed), -EBADMSG);
    assert_int_equal(notary_key_read(folder, &node_key, &other_node, seed), -EBADMSG);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(notary_key_read(folder, &node_key, &node, seed), -EPERM);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 59), 0);
    assert_int_equal(notary_key_read(folder, &node_key, &node, seed), -EBADMSG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_files_give_every_tree_that_was_settled, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(partial_tiles_go_when_the_whole_one_is_there, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_tile_is_never_written_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tile_of_another_size_is_not_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_shelf_without_its_places_is_not_opened, set_up,
                                        tear_down),
        cmocka_unit_test(the_key_opens_for_its_node_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
