/* SPDX-License-Identifier: Apache-2.0
 *
 * A notary beside a journal on a disk in memory, and everything it ever signed. The test brings the engine: the real one,
 * or fake_engine.c among its sources.
 */
#ifndef SUPPORT_NOTARY_SCENE_H
#define SUPPORT_NOTARY_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/reader.h"
#include "notary/notary.h"
#include "support/foldered_disk.h"

enum { NOTARY_SCENE_NOTES = 64 };

#define NOTARY_SCENE_NODE "sixteen bytes id" /* without its zero */
#define NOTARY_SCENE_TREE "j/tlog"           /* the tree's folder; the journal stands in j */
#define NOTARY_TEST(name) \
    cmocka_unit_test_setup_teardown(name, notary_scene_set_up, notary_scene_tear_down)

extern const uint8_t notary_scene_seed[ED25519_KEY_SIZE];

struct notary_scene {
    struct fake_disk *disk;
    struct foldered_disk foldered;
    const struct storage *storage;
    struct notary *notary;
    struct journal_reader *reader;
    uint64_t durable;
    char published[CHECKPOINT_NOTE_MAX + 1]; /* what the world saw last */
    size_t published_size;
    struct checkpoint seen[NOTARY_SCENE_NOTES]; /* everything ever signed */
    uint32_t seen_count;
};

/* Of a cmocka test: *state is a scene with an empty disk. */
int notary_scene_set_up(void **state);
int notary_scene_tear_down(void **state);

/* Goes on with this disk; the one before stays the caller's. */
void notary_scene_use(struct notary_scene *scene, struct fake_disk *disk);

/* Adds `steps` batches to the journal. Which bytes are in them depends on their number and on how many there are in one
 * call, so that 10 and 10 are another journal than 20. */
void notary_scene_write(struct notary_scene *scene, int steps);

struct journal_reader *notary_scene_reader(struct notary_scene *scene, uint64_t from);

/* The root of the first `size` batches, from the journal alone. */
struct hash256 notary_scene_root(struct notary_scene *scene, uint64_t size);

/* Opens a notary of what was published. false: text says why not. */
bool notary_scene_open(struct notary_scene *scene, char text[NOTARY_ERROR_MAX]);
void notary_scene_must_open(struct notary_scene *scene);
void notary_scene_close(struct notary_scene *scene);

/* Takes in up to `batches`, to the end of what is durable. */
bool notary_scene_take(struct notary_scene *scene, uint32_t batches);

/* Signs; what is signed may be seen by the world even if we crash before publishing it. */
bool notary_scene_sign(struct notary_scene *scene);

/* A file in a folder of the disk, to be changed at will. */
uint8_t *notary_scene_bytes(struct notary_scene *scene, const char *path, const char *file);

#endif
