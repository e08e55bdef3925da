/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles: their names, and hashes out of them. A file of its own because who writes tiles, serves them
 * and proves with them must agree on each name. Invariant: a path that is read and written again is the
 * same text. Read next: tile_folder.c, where they stand on a disk.
 */
#include "proofs/log_tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TILE_BITS = 8 };

uint32_t tile_width(uint32_t level, uint64_t index, uint64_t size)
{
    uint32_t shift = level == TILE_LEVEL_ENTRIES ? 0 : level * TILE_BITS;
    uint64_t count = shift >= 64 ? 0 : size >> shift;
    uint64_t first = index << TILE_BITS;

    if (index > UINT64_MAX >> TILE_BITS || first >= count) {
        return 0;
    }
    return count - first >= TILE_WIDTH ? TILE_WIDTH : (uint32_t)(count - first);
}

size_t tile_path_write(const struct tile_place *place, char out[TILE_PATH_MAX + 1])
{
    uint64_t above = place->index;
    uint64_t unit = 1;
    int length = place->level == TILE_LEVEL_ENTRIES
                     ? snprintf(out, TILE_PATH_MAX + 1, "tile/entries/")
                     : snprintf(out, TILE_PATH_MAX + 1, "tile/%" PRIu32 "/", place->level);

    for (; above >= 1000; above /= 1000) {
        unit *= 1000;
    }
    for (; unit > 1; unit /= 1000) {
        length += snprintf(out + length, TILE_PATH_MAX + 1 - (size_t)length, "x%03u/",
                           (unsigned)(place->index / unit % 1000));
    }
    length += snprintf(out + length, TILE_PATH_MAX + 1 - (size_t)length, "%03u",
                       (unsigned)(place->index % 1000));
    if (place->width < TILE_WIDTH) {
        length +=
            snprintf(out + length, TILE_PATH_MAX + 1 - (size_t)length, ".p/%" PRIu32, place->width);
    }
    return (size_t)length;
}

/* What stands between slashes. */
struct tile_piece {
    const char *text;
    size_t length;
};

static bool tile_next_piece(const char **path, size_t *length, struct tile_piece *piece)
{
    const char *slash = memchr(*path, '/', *length);
    size_t size = slash == NULL ? *length : (size_t)(slash - *path);

    *piece = (struct tile_piece){.text = *path, .length = size};
    *path += slash == NULL ? size : size + 1;
    *length -= slash == NULL ? size : size + 1;
    return size > 0;
}

static bool tile_number(const char *text, size_t length, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *out = *out * 10 + (uint64_t)(text[i] - '0');
    }
    return length > 0 && length <= 3;
}

/* The pieces of the index, and the width. The spelling is compared as a whole afterwards. */
static bool tile_read_index(struct tile_place *place, const char *path, size_t length)
{
    struct tile_piece piece;
    uint64_t digits = 0;

    place->index = 0;
    while (tile_next_piece(&path, &length, &piece) && piece.text[0] == 'x') {
        if (!tile_number(piece.text + 1, piece.length - 1, &digits) ||
            place->index > UINT64_MAX / 1000 - 1000) {
            return false;
        }
        place->index = (place->index + digits) * 1000;
    }
    if (piece.length < 3 || !tile_number(piece.text, 3, &digits)) {
        return false;
    }
    place->index += digits;
    place->width = TILE_WIDTH;
    if (piece.length > 3) {
        uint64_t width = 0;

        if (!tile_next_piece(&path, &length, &piece) ||
            !tile_number(piece.text, piece.length, &width)) {
            return false;
        }
        place->width = (uint32_t)width;
    }
    return length == 0 && place->width > 0 && place->width <= TILE_WIDTH;
}

bool tile_path_read(struct tile_place *place, const char *path, size_t length)
{
    char spelled[TILE_PATH_MAX + 1];
    const char *rest = path;
    size_t left = length;
    struct tile_piece piece;
    uint64_t level = 0;

    if (length > TILE_PATH_MAX || !tile_next_piece(&rest, &left, &piece) ||
        !tile_next_piece(&rest, &left, &piece)) {
        return false;
    }
    if (tile_number(piece.text, piece.length, &level)) {
        if (level >= TILE_LEVELS) {
            return false;
        }
        place->level = (uint32_t)level;
    } else {
        place->level = TILE_LEVEL_ENTRIES;
    }
    return tile_read_index(place, rest, left) && tile_path_write(place, spelled) == length &&
           memcmp(spelled, path, length) == 0;
}

/* ------------------------------------------------------------------ hashes */

static bool tile_reader_hold(struct tile_reader *reader, uint32_t level, uint64_t index)
{
    struct tile_place place = {
        .level = level, .width = tile_width(level, index, reader->size), .index = index};

    if (reader->held.width != 0 && reader->held.level == level && reader->held.index == index) {
        return true;
    }
    reader->held.width = 0;
    if (place.width == 0 || !reader->read(reader->context, &place, reader->hashes)) {
        return false;
    }
    reader->held = place;
    return true;
}

static bool tile_reader_hash(void *context, uint32_t level, uint64_t index, struct hash256 *out)
{
    struct tile_reader *reader = context;
    uint32_t within = level % TILE_BITS;
    uint64_t first = index << within;
    uint32_t start = (uint32_t)(first % TILE_WIDTH);
    struct merkle_edge edge;

    if (!tile_reader_hold(reader, level / TILE_BITS, first / TILE_WIDTH) ||
        start + (1u << within) > reader->held.width) {
        return false;
    }
    merkle_edge_start(&edge);
    for (uint32_t i = 0; i < 1u << within; i++) {
        merkle_edge_add(&edge, &reader->hashes[start + i]);
    }
    *out = merkle_edge_root(&edge);
    return true;
}

struct merkle_source tile_reader_source(struct tile_reader *reader)
{
    reader->held.width = 0;
    return (struct merkle_source){.context = reader, .hash = tile_reader_hash};
}
