/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles on a disk. A file of its own because the notary writes what gateway and command line read.
 * Invariants: a name appears by a rename, when the bytes behind it are synced; nothing is ever written
 * over. Read next: notary/notary.c.
 */
#include "proofs/tile_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

bool tile_folder_set(struct tile_folder *folder, const struct storage *storage, const char *path)
{
    folder->storage = storage;
    int length = snprintf(folder->path, sizeof folder->path, "%s", path);
    return length > 0 && (size_t)length + 1 + TILE_PATH_MAX < sizeof folder->path;
}

size_t tile_bytes(const struct tile_place *place)
{
    return place->level == TILE_LEVEL_ENTRIES ? (size_t)place->width * TILE_BUNDLE_ENTRY
                                              : (size_t)place->width * sizeof(struct hash256);
}

/* The path of a tile, cut where its last part begins. */
static char *tile_folder_split(const struct tile_folder *folder, const struct tile_place *place,
                               char path[TILE_FOLDER_PATH_MAX])
{
    char relative[TILE_PATH_MAX + 1];

    (void)tile_path_write(place, relative);
    int length = snprintf(path, TILE_FOLDER_PATH_MAX, "%s/%s", folder->path, relative);
    ENSURE(length > 0 && length < TILE_FOLDER_PATH_MAX);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    return slash + 1;
}

/* Makes every folder on the way; returns the handle of the last one. */
static int tile_folder_make(const struct tile_folder *folder, char *path)
{
    const struct storage *storage = folder->storage;
    size_t at = strlen(folder->path);

    for (;;) {
        char *slash = path[at] == '\0' ? NULL : strchr(path + at + 1, '/');

        if (slash != NULL) {
            *slash = '\0';
        }
        int handle = storage->open_folder(storage->context, path, true);
        if (handle < 0 || slash == NULL) {
            return handle;
        }
        (void)storage->close(storage->context, handle);
        *slash = '/';
        at = (size_t)(slash - path);
    }
}

/* ------------------------------------------------------------------ reading */

static int tile_folder_read_file(const struct tile_folder *folder, const struct tile_place *place,
                                 void *out, size_t size)
{
    const struct storage *storage = folder->storage;
    char path[TILE_FOLDER_PATH_MAX];
    const char *name = tile_folder_split(folder, place, path);
    int handle = storage->open_folder(storage->context, path, false);
    if (handle < 0) {
        return handle;
    }
    int file = storage->open(storage->context, handle, name, STORAGE_MODE_READ);
    (void)storage->close(storage->context, handle);
    if (file < 0) {
        return file;
    }
    int64_t has = storage->size(storage->context, file);
    int result = has < 0 ? (int)has : (uint64_t)has != tile_bytes(place) ? -EBADMSG : 0;
    if (result == 0) {
        result = storage_read_bytes(storage, file, out, size, 0);
    }
    (void)storage->close(storage->context, file);
    return result;
}

int tile_folder_read(const struct tile_folder *folder, const struct tile_place *place, void *out)
{
    struct tile_place whole = *place;
    int result = tile_folder_read_file(folder, place, out, tile_bytes(place));

    if (result == -ENOENT && place->width < TILE_WIDTH) {
        whole.width = TILE_WIDTH;
        result = tile_folder_read_file(folder, &whole, out, tile_bytes(place));
    }
    return result;
}

static bool tile_folder_reader_read(void *context, const struct tile_place *place,
                                    struct hash256 *hashes)
{
    return tile_folder_read(context, place, hashes) == 0;
}

void tile_folder_reader(struct tile_folder *folder, uint64_t size, struct tile_reader *reader)
{
    reader->context = folder;
    reader->read = tile_folder_reader_read;
    reader->size = size;
    reader->held.width = 0;
}

bool tile_folder_entry(const struct tile_folder *folder, uint64_t index, uint64_t size,
                       struct record_entry *entry)
{
    const struct tile_place place = {
        .level = TILE_LEVEL_ENTRIES,
        .width = tile_width(TILE_LEVEL_ENTRIES, index / TILE_WIDTH, size),
        .index = index / TILE_WIDTH,
    };
    static const uint8_t entry_size[2] = {0, RECORD_ENTRY_SIZE};
    bool is_read = false;

    if (index >= size) {
        return false;
    }
    uint8_t *bytes = malloc(TILE_BYTES_MAX);
    if (bytes != NULL && tile_folder_read(folder, &place, bytes) == 0) {
        const uint8_t *at = bytes + index % TILE_WIDTH * TILE_BUNDLE_ENTRY;

        is_read =
            memcmp(at, entry_size, 2) == 0 && record_entry_read(entry, at + 2, RECORD_ENTRY_SIZE);
    }
    free(bytes);
    return is_read;
}

/* ------------------------------------------------------------------ writing */

static int tile_folder_put(const struct tile_folder *folder, int handle, const char *name,
                           const struct byte_part *bytes)
{
    const struct storage *storage = folder->storage;
    char temporary[STORAGE_NAME_SIZE];

    (void)snprintf(temporary, sizeof temporary, "%s.new", name);
    int result = storage->remove(storage->context, handle, temporary);
    if (result < 0 && result != -ENOENT) {
        return result;
    }
    int file = storage->open(storage->context, handle, temporary, STORAGE_MODE_CREATE);
    if (file < 0) {
        return file;
    }
    result = storage_write_bytes(storage, file, bytes->bytes, bytes->size, 0);
    if (result == 0) {
        result = storage->sync(storage->context, file);
    }
    (void)storage->close(storage->context, file);
    if (result == 0) {
        result = storage->rename(storage->context, handle, temporary, name);
    }
    return result < 0 ? result : storage->sync_folder(storage->context, handle);
}

/* The tile that is there already: is it this one? */
static int tile_folder_compare(const struct tile_folder *folder, const struct tile_place *place,
                               const void *bytes)
{
    size_t size = tile_bytes(place);
    void *there = malloc(size);
    int result = there == NULL ? -ENOMEM : tile_folder_read_file(folder, place, there, size);

    if (result == 0 && memcmp(there, bytes, size) != 0) {
        result = -EBADMSG;
    }
    free(there);
    return result;
}

int tile_folder_write(const struct tile_folder *folder, const struct tile_place *place,
                      const void *bytes)
{
    const struct byte_part part = {.bytes = bytes, .size = tile_bytes(place)};
    char path[TILE_FOLDER_PATH_MAX];
    int result = tile_folder_compare(folder, place, bytes);

    if (result != -ENOENT) {
        return result;
    }
    const char *name = tile_folder_split(folder, place, path);
    int handle = tile_folder_make(folder, path);
    if (handle < 0) {
        return handle;
    }
    result = tile_folder_put(folder, handle, name, &part);
    (void)folder->storage->close(folder->storage->context, handle);
    return result;
}

/* ------------------------------------------------------------------ sweeping */

struct tile_sweep {
    const struct storage *storage;
    int handle;
};

static void tile_sweep_visit(void *visitor, const char *name)
{
    const struct tile_sweep *sweep = visitor;

    (void)sweep->storage->remove(sweep->storage->context, sweep->handle, name);
}

void tile_folder_sweep(const struct tile_folder *folder, const struct tile_place *place)
{
    const struct tile_place partial = {.level = place->level, .width = 1, .index = place->index};
    struct tile_sweep sweep = {.storage = folder->storage};
    char path[TILE_FOLDER_PATH_MAX];

    (void)tile_folder_split(folder, &partial, path);
    sweep.handle = folder->storage->open_folder(folder->storage->context, path, false);
    if (sweep.handle < 0) {
        return;
    }
    (void)folder->storage->list(folder->storage->context, sweep.handle, tile_sweep_visit, &sweep);
    (void)folder->storage->close(folder->storage->context, sweep.handle);
}
