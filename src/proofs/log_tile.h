/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles (c2sp.org/tlog-tiles): the hashes of a tree in files of 256, so that anybody can serve and keep
 * them, and compute every proof. Tile `index` of `level` holds the roots of the complete subtrees of
 * 256^level leaves, from number index × 256 on; bundles of entries are the leaves' data.
 *
 *     tile/0/x001/x234/067         whole
 *     tile/1/004.p/12              the first 12 of one that is not whole yet
 *     tile/entries/000             each entry behind its size, two bytes, high one first
 */
#ifndef PROOFS_LOG_TILE_H
#define PROOFS_LOG_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proofs/merkle_proof.h"

enum {
    TILE_WIDTH = 256,
    TILE_LEVELS = 8, /* 256^8 leaves are more than there can be */
    TILE_LEVEL_ENTRIES = 255,
    TILE_PATH_MAX = 63
};

struct tile_place {
    uint32_t level; /* 0 … TILE_LEVELS − 1, or TILE_LEVEL_ENTRIES */
    uint32_t width; /* 1 … TILE_WIDTH */
    uint64_t index;
};

/* How many hashes tile `index` of a level has in a tree of `size` leaves: 0 … TILE_WIDTH. Entries count
 * as level 0. */
uint32_t tile_width(uint32_t level, uint64_t index, uint64_t size);

/* Writes the path, zero-terminated; returns its length. */
size_t tile_path_write(const struct tile_place *place, char out[TILE_PATH_MAX + 1]);

/* Strictly: the one spelling of a place. */
bool tile_path_read(struct tile_place *place, const char *path, size_t length);

/* A tree of `size` leaves that is read from tiles. */
struct tile_reader {
    void *context;
    /* Fills hashes[0..place->width). false: it is not there or not of this size. */
    bool (*read)(void *context, const struct tile_place *place, struct hash256 *hashes);
    uint64_t size;
    struct tile_place held; /* private: the tile in `hashes`; width 0 = none */
    struct hash256 hashes[TILE_WIDTH];
};

/* The reader stays the caller's. */
struct merkle_source tile_reader_source(struct tile_reader *reader);

#endif
