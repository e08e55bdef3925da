/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles on their way to the disk. A file of its own so that notary.c reads as what it promises and not
 * as how hashes are put into files. Invariants: levels[l] holds the hashes of level l behind its last
 * whole tile, entries the leaves' data of level 0; a whole tile of a level is one hash of the next.
 * Read next: proofs/tile_folder.c.
 */
#include "notary/tile_shelf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

enum { SHELF_PLACES = 1024 };

struct shelf_level {
    uint64_t index; /* of the tile */
    uint32_t count;
    struct hash256 hashes[TILE_WIDTH];
};

struct tile_shelf {
    struct tile_folder *folder;
    uint64_t size; /* leaves taken */
    struct shelf_level levels[TILE_LEVELS];
    uint8_t entries[TILE_BYTES_MAX]; /* of level 0 */
    uint64_t written;                /* places on the disk */
    uint32_t waiting;                /* places behind them */
    struct record_place places[SHELF_PLACES];
    int file; /* places */
};

/* ------------------------------------------------------------------ opening */

static int shelf_load_level(struct tile_shelf *shelf, uint32_t level)
{
    struct shelf_level *shelved = &shelf->levels[level];
    uint64_t count = shelf->size >> (level * 8);
    struct tile_place place = {.level = level, .index = count / TILE_WIDTH};

    shelved->index = place.index;
    shelved->count = (uint32_t)(count % TILE_WIDTH);
    place.width = shelved->count;
    if (place.width == 0) {
        return 0;
    }
    int result = tile_folder_read(shelf->folder, &place, shelved->hashes);
    if (result == 0 && level == 0) {
        place.level = TILE_LEVEL_ENTRIES;
        result = tile_folder_read(shelf->folder, &place, shelf->entries);
    }
    return result;
}

static int shelf_open_places(struct tile_shelf *shelf, int handle)
{
    const struct storage *storage = shelf->folder->storage;
    int file = storage->open(storage->context, handle, RECORD_PLACES_NAME, STORAGE_MODE_WRITE);

    if (file == -ENOENT) {
        file = storage->open(storage->context, handle, RECORD_PLACES_NAME, STORAGE_MODE_CREATE);
        if (file >= 0) {
            int result = storage->sync_folder(storage->context, handle);

            shelf->file = file;
            file = result < 0 ? result : file;
        }
    }
    if (file < 0) {
        return file;
    }
    shelf->file = file;
    shelf->written = shelf->size;
    int64_t bytes = storage->size(storage->context, file);
    if (bytes < 0) {
        return (int)bytes;
    }
    return (uint64_t)bytes / sizeof shelf->places[0] >= shelf->size ? 0 : -ENODATA;
}

struct tile_shelf *tile_shelf_open(struct tile_folder *folder, int handle, uint64_t size,
                                   int *result)
{
    struct tile_shelf *shelf = calloc(1, sizeof *shelf);

    if (shelf == NULL) {
        *result = -ENOMEM;
        return NULL;
    }
    shelf->folder = folder;
    shelf->size = size;
    shelf->file = -1;
    *result = shelf_open_places(shelf, handle);
    for (uint32_t level = 0; level < TILE_LEVELS && *result == 0; level++) {
        *result = shelf_load_level(shelf, level);
    }
    if (*result != 0) {
        tile_shelf_close(shelf);
        return NULL;
    }
    return shelf;
}

void tile_shelf_close(struct tile_shelf *shelf)
{
    if (shelf == NULL) {
        return;
    }
    if (shelf->file >= 0) {
        (void)shelf->folder->storage->close(shelf->folder->storage->context, shelf->file);
    }
    free(shelf);
}

/* ------------------------------------------------------------------ writing */

static int shelf_write_level(struct tile_shelf *shelf, uint32_t level)
{
    struct shelf_level *shelved = &shelf->levels[level];
    struct tile_place place = {.level = level, .width = shelved->count, .index = shelved->index};
    int result = tile_folder_write(shelf->folder, &place, shelved->hashes);

    if (result == 0 && level == 0) {
        place.level = TILE_LEVEL_ENTRIES;
        result = tile_folder_write(shelf->folder, &place, shelf->entries);
    }
    return result;
}

static void shelf_sweep_level(const struct tile_shelf *shelf, uint32_t level)
{
    struct tile_place place = {
        .level = level, .width = TILE_WIDTH, .index = shelf->levels[level].index};

    tile_folder_sweep(shelf->folder, &place);
    if (level == 0) {
        place.level = TILE_LEVEL_ENTRIES;
        tile_folder_sweep(shelf->folder, &place);
    }
}

static int shelf_write_places(struct tile_shelf *shelf)
{
    const size_t one = sizeof shelf->places[0];

    if (shelf->waiting == 0) {
        return 0;
    }
    int result = storage_write_bytes(shelf->folder->storage, shelf->file, shelf->places,
                                     shelf->waiting * one, shelf->written * one);
    if (result == 0) {
        shelf->written += shelf->waiting;
        shelf->waiting = 0;
    }
    return result;
}

/* Puts hashes up, level by level, for as long as tiles become whole. */
static int shelf_put(struct tile_shelf *shelf, struct hash256 hash)
{
    int result = 0;

    for (uint32_t level = 0; level < TILE_LEVELS && result == 0; level++) {
        struct shelf_level *shelved = &shelf->levels[level];

        shelved->hashes[shelved->count++] = hash;
        if (shelved->count < TILE_WIDTH) {
            break;
        }
        result = shelf_write_level(shelf, level);
        if (result == 0) {
            shelf_sweep_level(shelf, level);
            hash = merkle_root_by_levels(shelved->hashes, TILE_WIDTH);
            shelved->count = 0;
            shelved->index++;
        }
    }
    return result;
}

int tile_shelf_add(struct tile_shelf *shelf, const struct record_entry *entry,
                   const struct record_place *place)
{
    uint8_t *at = shelf->entries + (size_t)shelf->levels[0].count * TILE_BUNDLE_ENTRY;
    int result = shelf->waiting == SHELF_PLACES ? shelf_write_places(shelf) : 0;

    if (result != 0) {
        return result;
    }
    shelf->places[shelf->waiting++] = *place;
    at[0] = 0;
    at[1] = RECORD_ENTRY_SIZE;
    record_entry_write(entry, at + 2);
    shelf->size++;
    return shelf_put(shelf, record_entry_leaf(entry));
}

int tile_shelf_settle(struct tile_shelf *shelf)
{
    const struct storage *storage = shelf->folder->storage;
    int result = shelf_write_places(shelf);

    for (uint32_t level = 0; level < TILE_LEVELS && result == 0; level++) {
        if (shelf->levels[level].count > 0) {
            result = shelf_write_level(shelf, level);
        }
    }
    return result != 0 ? result : storage->sync(storage->context, shelf->file);
}
