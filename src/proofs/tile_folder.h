/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles on a disk: a folder laid out as tiles are served, so that any web server can serve it. A tile
 * is whole under its name; it never changes; partial ones go when the whole one is there.
 */
#ifndef PROOFS_TILE_FOLDER_H
#define PROOFS_TILE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"
#include "proofs/log_tile.h"
#include "proofs/record_tree.h"

enum {
    TILE_FOLDER_PATH_MAX = 1024,
    TILE_BUNDLE_ENTRY = 2 + RECORD_ENTRY_SIZE, /* bytes of one entry in a bundle */
    TILE_BYTES_MAX = TILE_WIDTH * TILE_BUNDLE_ENTRY
};

struct tile_folder {
    const struct storage *storage;
    char path[TILE_FOLDER_PATH_MAX]; /* the folder in which tile/ is */
};

/* false: the path is too long. Nothing is opened. */
bool tile_folder_set(struct tile_folder *folder, const struct storage *storage, const char *path);

/* Bytes of a tile of this place. */
size_t tile_bytes(const struct tile_place *place);

/* Reads tile_bytes(place) bytes; of the whole tile, when the partial one is gone. 0, or a negative
 * errno: -ENOENT, -EBADMSG when it has another size. */
int tile_folder_read(const struct tile_folder *folder, const struct tile_place *place, void *out);

/* Writes a tile and makes it durable under its name. One that is there must be the same: -EBADMSG if it
 * is not. 0, or a negative errno. */
int tile_folder_write(const struct tile_folder *folder, const struct tile_place *place,
                      const void *bytes);

/* Removes the partial tiles of a place whose whole tile is there. What fails is left for another time. */
void tile_folder_sweep(const struct tile_folder *folder, const struct tile_place *place);

/* A reader of the tree of `size` leaves. Both stay the caller's. */
void tile_folder_reader(struct tile_folder *folder, uint64_t size, struct tile_reader *reader);

/* Entry `index` of the tree of `size` leaves. false: it cannot be had. */
bool tile_folder_entry(const struct tile_folder *folder, uint64_t index, uint64_t size,
                       struct record_entry *entry);

#endif
