/* SPDX-License-Identifier: Apache-2.0
 *
 * A notary, its journal and its disk, for tests. Failures go through cmocka.
 */
#include "support/notary_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proofs/record_tree.h"
#include "support/journal_flow.h"

const uint8_t notary_scene_seed[ED25519_KEY_SIZE] = {3, 1};

void notary_scene_use(struct notary_scene *scene, struct fake_disk *disk)
{
    scene->disk = disk;
    foldered_disk_make(&scene->foldered, disk, "j");
    scene->storage = &scene->foldered.storage;
}

void notary_scene_write(struct notary_scene *scene, int steps)
{
    struct journal_core core;

    assert_true(journal_core_start(&core, scene->storage, "j", 32768));
    for (int i = 0; i < steps; i++) {
        assert_true(journal_core_step(&core, 1 + (uint32_t)i % 3));
    }
    scene->durable = core.acknowledged;
    journal_core_stop(&core);
}

struct journal_reader *notary_scene_reader(struct notary_scene *scene, uint64_t from)
{
    const struct journal_reader_options options = {
        .storage = scene->storage, .directory = "j", .from = from};
    struct journal_error error;

    return journal_reader_open(&options, &error);
}

bool notary_scene_open(struct notary_scene *scene, char text[NOTARY_ERROR_MAX])
{
    struct notary_options options = {
        .storage = scene->storage,
        .directory = NOTARY_SCENE_TREE,
        .node = {NOTARY_SCENE_NODE},
        .seed = notary_scene_seed,
        .published = scene->published_size > 0 ? scene->published : NULL,
        .published_size = scene->published_size,
    };

    scene->notary = notary_open(&options, text);
    if (scene->notary == NULL) {
        return false;
    }
    scene->reader = notary_scene_reader(scene, notary_number(scene->notary) + 1);
    return scene->reader != NULL &&
           notary_is_of(scene->notary, &journal_reader_tail(scene->reader)->head);
}

void notary_scene_close(struct notary_scene *scene)
{
    journal_reader_close(scene->reader);
    notary_close(scene->notary);
    scene->reader = NULL;
    scene->notary = NULL;
}

bool notary_scene_take(struct notary_scene *scene, uint32_t batches)
{
    struct journal_batch batch;

    for (uint32_t i = 0; i < batches && notary_number(scene->notary) < scene->durable; i++) {
        if (journal_reader_next(scene->reader, scene->durable, &batch) != JOURNAL_READ_BATCH ||
            !notary_add(scene->notary, &batch)) {
            return false;
        }
    }
    return true;
}

bool notary_scene_sign(struct notary_scene *scene)
{
    char note[CHECKPOINT_NOTE_MAX + 1];
    struct checkpoint checkpoint;
    struct signed_note parts;
    size_t size = notary_sign(scene->notary, note);

    if (size == 0) {
        return false;
    }
    assert_int_equal(checkpoint_open(&checkpoint, &parts, note, size, notary_key(scene->notary)),
                     CHECKPOINT_CHECK_GOOD);
    assert_true(scene->seen_count < NOTARY_SCENE_NOTES);
    scene->seen[scene->seen_count++] = checkpoint;
    memcpy(scene->published, note, sizeof note);
    scene->published_size = size;
    return true;
}

int notary_scene_set_up(void **state)
{
    struct notary_scene *scene = calloc(1, sizeof *scene);

    notary_scene_use(scene, fake_disk_create());
    *state = scene;
    return 0;
}

int notary_scene_tear_down(void **state)
{
    struct notary_scene *scene = *state;

    notary_scene_close(scene);
    fake_disk_destroy(scene->disk);
    free(scene);
    return 0;
}

void notary_scene_must_open(struct notary_scene *scene)
{
    char text[NOTARY_ERROR_MAX];

    if (!notary_scene_open(scene, text)) {
        fail_msg("%s", text);
    }
}

struct hash256 notary_scene_root(struct notary_scene *scene, uint64_t size)
{
    struct journal_reader *reader = notary_scene_reader(scene, 1);
    static struct hash256 scratch[RECORD_COMMANDS_MAX];
    struct record_log log = {.number = 0};
    struct journal_batch batch;

    while (log.edge.size < size) {
        assert_int_equal(journal_reader_next(reader, scene->durable, &batch), JOURNAL_READ_BATCH);
        const struct record_batch records = {
            .node = (const uint8_t *)NOTARY_SCENE_NODE,
            .first_number = batch.first_number,
            .count = batch.count,
            .size = batch.size,
            .time_us = batch.time_us,
            .chain = batch.chain,
            .commands = batch.commands,
        };
        assert_true(record_log_add(&log, &records, scratch, NULL));
    }
    journal_reader_close(reader);
    return merkle_edge_root(&log.edge);
}

uint8_t *notary_scene_bytes(struct notary_scene *scene, const char *path, const char *file)
{
    char name[STORAGE_NAME_SIZE];
    size_t size = 0;

    foldered_disk_name(&scene->foldered, path, file, name);
    uint8_t *bytes = fake_disk_bytes(scene->disk, name, &size);
    assert_non_null(bytes);
    return bytes;
}
