/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs out of a node's folder. On this floor because it needs both the journal's layout and the
 * proofs, and because gateway and command line need it. Invariant: a proof is handed out only if it
 * leads from the command's bytes in the journal to the entry's root. Cost: some reads of tiles, a search
 * in `places`, one batch. Read next: record_places.h, proofs/proof_text.c.
 */
#include "node/record_finder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal_folder.h"
#include "journal/journal_format.h"
#include "node/record_places.h"

bool record_finder_set(struct record_finder *finder, const struct storage *storage,
                       const char *directory)
{
    char tree[TILE_FOLDER_PATH_MAX];

    finder->storage = storage == NULL ? storage_system() : storage;
    int length = snprintf(tree, sizeof tree, "%s/%s", directory, RECORD_TREE_NAME);
    if (length < 0 || (size_t)length >= sizeof tree) {
        return false;
    }
    (void)snprintf(finder->directory, sizeof finder->directory, "%s", directory);
    return tile_folder_set(&finder->tiles, finder->storage, tree);
}

/* Opens a file in a folder, to be read. */
static int record_finder_open(const struct record_finder *finder, const char *path,
                              const char *name)
{
    const struct storage *storage = finder->storage;
    int folder = storage->open_folder(storage->context, path, false);
    if (folder < 0) {
        return folder;
    }
    int file = storage->open(storage->context, folder, name, STORAGE_MODE_READ);
    (void)storage->close(storage->context, folder);
    return file;
}

int record_finder_read(const struct record_finder *finder, const char *name, char *out,
                       size_t capacity)
{
    const struct storage *storage = finder->storage;
    int file = record_finder_open(finder, finder->tiles.path, name);
    if (file < 0) {
        return file;
    }
    int64_t size = storage->size(storage->context, file);
    int result = size > (int64_t)capacity ? -EFBIG : (int)size;
    if (result > 0) {
        int64_t got = storage->read(storage->context, file, out, (size_t)size, 0);
        result = (int)got;
    }
    (void)storage->close(storage->context, file);
    return result;
}

size_t record_finder_checkpoint(const struct record_finder *finder, const char *name,
                                char note[NOTE_SIZE_MAX], struct checkpoint *checkpoint)
{
    struct signed_note parts;
    int size = record_finder_read(finder, name, note, NOTE_SIZE_MAX);

    return size > 0 && signed_note_read(&parts, note, (size_t)size) &&
                   checkpoint_read(checkpoint, parts.text, parts.text_size)
               ? (size_t)size
               : 0;
}

/* ------------------------------------------------------------------ the batch */

static bool record_place_read(const struct record_finder *finder, int file, uint64_t index,
                              struct record_place *place)
{
    return storage_read_bytes(finder->storage, file, place, sizeof *place, index * sizeof *place) ==
           0;
}

/* The last batch of the first `size` that does not begin behind the number. */
static enum record_found record_finder_search(const struct record_finder *finder, uint64_t number,
                                              uint64_t size, uint64_t *index,
                                              struct record_place *place)
{
    struct record_place middle_place;
    uint64_t low = 0;
    uint64_t high = size;
    int file = record_finder_open(finder, finder->tiles.path, RECORD_PLACES_NAME);
    bool is_read = file >= 0;

    while (is_read && low + 1 < high) {
        uint64_t middle = low + (high - low) / 2;

        is_read = record_place_read(finder, file, middle, &middle_place);
        if (middle_place.first_number <= number) {
            low = middle;
        } else {
            high = middle;
        }
    }
    is_read = is_read && record_place_read(finder, file, low, place);
    if (file >= 0) {
        (void)finder->storage->close(finder->storage->context, file);
    }
    *index = low;
    return is_read ? RECORD_FOUND_YES : RECORD_FOUND_FAILED;
}

/* The commands of the batch at a place. NULL: not there, or not whole. The caller frees. */
static uint8_t *record_finder_batch(const struct record_finder *finder,
                                    const struct record_place *place,
                                    const struct record_entry *entry)
{
    const size_t all = (size_t)journal_batch_extent(entry->size);
    struct journal_name name = journal_segment_name(place->segment);
    struct batch_header header;

    if (entry->size > JOURNAL_BATCH_SIZE_MAX) {
        return NULL;
    }
    int file = record_finder_open(finder, finder->directory, name.text);
    if (file < 0) {
        return NULL;
    }
    uint8_t *bytes = malloc(all);
    bool is_read =
        bytes != NULL && storage_read_bytes(finder->storage, file, bytes, all, place->offset) == 0;
    (void)finder->storage->close(finder->storage->context, file);
    if (is_read) {
        memcpy(&header, bytes, sizeof header);
        is_read = batch_header_check(&header) == NULL && header.size == entry->size &&
                  header.first_number == entry->first_number && header.count == entry->count &&
                  batch_check(bytes, NULL) == NULL;
    }
    if (!is_read) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* ------------------------------------------------------------------ the proofs */

/* Copies the command at the proof's position out of the batch. */
static void record_finder_copy(struct record_proof *proof, const uint8_t *commands)
{
    const uint8_t *at = commands;

    for (uint32_t i = 0; i <= proof->position; i++) {
        struct command_header header;

        memcpy(&header, at, sizeof header);
        proof->command_size = (uint32_t)tarazy_command_size(header.kind);
        memcpy(proof->command, at, proof->command_size);
        at += proof->command_size;
    }
}

/* The way from the command to the root that the entry names. */
static bool record_finder_prove_in_batch(struct record_proof *proof, const uint8_t *commands)
{
    const struct record_batch batch = {
        .node = proof->entry.node,
        .first_number = proof->entry.first_number,
        .count = proof->entry.count,
        .size = proof->entry.size,
        .commands = commands,
    };
    struct hash256 *leaves = calloc(batch.count, sizeof *leaves);
    struct merkle_leaves all = {.leaves = leaves, .count = batch.count};
    struct merkle_source source = merkle_leaves_source(&all);
    bool is_proven =
        leaves != NULL && record_batch_leaves(&batch, leaves) &&
        merkle_proof_make_inclusion(&proof->in_batch, &source, proof->position, batch.count) &&
        merkle_proof_check_inclusion(&proof->in_batch, proof->position, batch.count,
                                     &leaves[proof->position], &proof->entry.root);

    if (is_proven) {
        proof->leaf = leaves[proof->position];
        record_finder_copy(proof, commands);
    }
    free(leaves);
    return is_proven;
}

enum record_found record_finder_prove(struct record_finder *finder, uint64_t number, uint64_t size,
                                      struct record_proof *proof)
{
    struct record_place place;
    struct tile_reader reader;

    memset(proof, 0, sizeof *proof);
    if (number == 0 || size == 0) {
        return RECORD_FOUND_NOT_YET;
    }
    if (record_finder_search(finder, number, size, &proof->index, &place) != RECORD_FOUND_YES ||
        !tile_folder_entry(&finder->tiles, proof->index, size, &proof->entry) ||
        proof->entry.first_number != place.first_number || number < place.first_number) {
        return RECORD_FOUND_FAILED;
    }
    if (number - proof->entry.first_number >= proof->entry.count) {
        return RECORD_FOUND_NOT_YET;
    }
    proof->position = (uint32_t)(number - proof->entry.first_number);
    uint8_t *batch = record_finder_batch(finder, &place, &proof->entry);
    if (batch == NULL) {
        return RECORD_FOUND_FAILED;
    }
    bool is_proven = record_finder_prove_in_batch(proof, batch + sizeof(struct batch_header));
    free(batch);
    tile_folder_reader(&finder->tiles, size, &reader);
    struct merkle_source source = tile_reader_source(&reader);
    return is_proven && merkle_proof_make_inclusion(&proof->in_log, &source, proof->index, size)
               ? RECORD_FOUND_YES
               : RECORD_FOUND_FAILED;
}

enum record_found record_finder_growth(struct record_finder *finder, uint64_t old_size,
                                       uint64_t new_size, struct growth_proof *growth)
{
    struct tile_reader reader;

    if (old_size > new_size) {
        return RECORD_FOUND_NOT_YET;
    }
    tile_folder_reader(&finder->tiles, new_size, &reader);
    struct merkle_source source = tile_reader_source(&reader);
    growth->old_size = old_size;
    growth->new_size = new_size;
    return merkle_proof_make_growth(&growth->proof, &source, old_size, new_size)
               ? RECORD_FOUND_YES
               : RECORD_FOUND_FAILED;
}
