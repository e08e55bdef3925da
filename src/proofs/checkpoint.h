/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints (c2sp.org/tlog-checkpoint): what a log's key signs. The text of a note:
 *
 *     origin            whose log this is
 *     1234              leaves: batches of the journal
 *     base64            root of the tree of so many leaves
 *     (extension lines, which are not interpreted)
 */
#ifndef PROOFS_CHECKPOINT_H
#define PROOFS_CHECKPOINT_H

#include "proofs/merkle_tree.h"
#include "proofs/signed_note.h"

enum { CHECKPOINT_TEXT_MAX = NOTE_NAME_MAX + 1 + 20 + 1 + 44 + 1 };

struct checkpoint {
    char origin[NOTE_NAME_MAX + 1];
    uint64_t size;
    struct hash256 root;
};

/* Writes the text, zero-terminated; returns its length. The origin is a good name (ENSURE). */
size_t checkpoint_write(const struct checkpoint *checkpoint, char out[CHECKPOINT_TEXT_MAX + 1]);

/* Reads the text of a note. Strict: decimal without leading zeroes, canonical base64, no empty line.
 * false: not a checkpoint. */
bool checkpoint_read(struct checkpoint *checkpoint, const char *text, size_t size);

enum checkpoint_check {
    CHECKPOINT_CHECK_GOOD = 1,
    CHECKPOINT_CHECK_MALFORMED = 2, /* no note, or none that holds a checkpoint */
    CHECKPOINT_CHECK_FOREIGN = 3,   /* of another origin */
    CHECKPOINT_CHECK_UNSIGNED = 4,  /* this key has not signed it */
    CHECKPOINT_CHECK_FORGED = 5,    /* a signature in its name is false */
};

/* A whole note: is it a checkpoint of the log whose name is the key's, signed by that key? *note and
 * *checkpoint are filled as far as it got. */
enum checkpoint_check checkpoint_open(struct checkpoint *checkpoint, struct signed_note *note,
                                      const char *bytes, size_t size, const struct note_key *key);

/* A whole note, signed by one key: `out` has room for CHECKPOINT_NOTE_MAX + 1, zero-terminated. The
 * origin is the key's name. Returns its length; 0: libcrypto failed. */
enum { CHECKPOINT_NOTE_MAX = CHECKPOINT_TEXT_MAX + 1 + NOTE_LINE_MAX };
size_t checkpoint_sign(uint64_t size, const struct hash256 *root, const struct note_key *key,
                       const uint8_t seed[ED25519_KEY_SIZE], char *out);

#endif
