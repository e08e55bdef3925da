/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs out of a node's folder: the journal and the notary's tiles beside it. Only reads; needs no key
 * and no process. What it gives has been checked by hashes before it is handed out.
 */
#ifndef NODE_RECORD_FINDER_H
#define NODE_RECORD_FINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"
#include "proofs/checkpoint.h"
#include "proofs/proof_text.h"
#include "proofs/tile_folder.h"

struct record_finder {
    const struct storage *storage;
    char directory[TILE_FOLDER_PATH_MAX]; /* the node's folder */
    struct tile_folder tiles;
};

enum record_found {
    RECORD_FOUND_YES = 1,
    RECORD_FOUND_NOT_YET = 2, /* the tree of this size does not hold it */
    RECORD_FOUND_FAILED = 3,  /* a file is missing, cannot be read, or is not what was hashed */
};

/* storage NULL: the system's files. false: the path is too long. Opens nothing. */
bool record_finder_set(struct record_finder *finder, const struct storage *storage,
                       const char *directory);

/* A file of the tree's folder (RECORD_CHECKPOINT_NAME …) into out[0..capacity). Its size; a negative
 * errno; -EFBIG when it does not fit. */
int record_finder_read(const struct record_finder *finder, const char *name, char *out,
                       size_t capacity);

/* A checkpoint file read as a checkpoint, whoever signed it: the note's bytes and what they say. Its
 * size; 0: there is none, or it is not one. */
size_t record_finder_checkpoint(const struct record_finder *finder, const char *name,
                                char note[NOTE_SIZE_MAX], struct checkpoint *checkpoint);

/* The proof that command `number` is in the tree of `size` batches. */
enum record_found record_finder_prove(struct record_finder *finder, uint64_t number, uint64_t size,
                                      struct record_proof *proof);

/* The proof that the tree of new_size continues that of old_size. */
enum record_found record_finder_growth(struct record_finder *finder, uint64_t old_size,
                                       uint64_t new_size, struct growth_proof *growth);

#endif
