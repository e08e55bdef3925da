/* SPDX-License-Identifier: Apache-2.0
 *
 * A proof that travels: one text with a command, its way into its batch, the batch's way into a tree,
 * and the signed checkpoint of that tree. In the format of c2sp.org/tlog-proof:
 *
 *     c2sp.org/tlog-proof@v1
 *     extra base64( entry, 120 bytes | position in the batch, 4 | hashes, 4 | the hashes | command )
 *                   or, where the command is not the reader's to see, its leaf: 32 bytes
 *     index 1234                 of the batch, from 0
 *     base64                     one line per hash, from the leaf upwards
 *
 *     the checkpoint, verbatim
 *
 * A tool that knows only tlog-proof checks that the entry is in the log; ours checks the command too.
 */
#ifndef PROOFS_PROOF_TEXT_H
#define PROOFS_PROOF_TEXT_H

#include "proofs/checkpoint.h"
#include "proofs/merkle_proof.h"
#include "proofs/record_tree.h"

enum {
    PROOF_EXTRA_MAX = RECORD_ENTRY_SIZE + 8 + 14 * 32 + TARAZY_COMMAND_SIZE_MAX,
    PROOF_TEXT_MAX = NOTE_SIZE_MAX + 4 * PROOF_EXTRA_MAX / 3 + (MERKLE_PROOF_MAX + 2) * 45 + 64,
    PROOF_PATH_MAX = 14 /* hashes inside a batch: of RECORD_COMMANDS_MAX leaves */
};

struct record_proof {
    uint64_t index; /* of the batch in the log */
    struct record_entry entry;
    uint32_t position;            /* of the command in its batch */
    struct merkle_proof in_batch; /* at most PROOF_PATH_MAX hashes */
    struct merkle_proof in_log;
    struct hash256 leaf;   /* of the command in its batch's tree */
    uint32_t command_size; /* 0: the command is not shown, only its leaf */
    _Alignas(8) uint8_t command[TARAZY_COMMAND_SIZE_MAX];
};

/* Takes the command out and leaves its leaf: still a proof that such a record is there. */
void record_proof_hide(struct record_proof *proof);

/* Writes the text, zero-terminated, with this checkpoint behind it. Returns its length; 0: it does not
 * fit into out[0..capacity). PROOF_TEXT_MAX + 1 is enough for any. */
size_t proof_text_write(const struct record_proof *proof, const char *note, size_t note_size,
                        char *out, size_t capacity);

/* Strictly. *note: where the checkpoint begins in the text, of *note_size bytes. false: not a proof. */
bool proof_text_read(struct record_proof *proof, const char *text, size_t size, const char **note,
                     size_t *note_size);

enum proof_check {
    PROOF_CHECK_GOOD = 1,
    PROOF_CHECK_MALFORMED = 2,  /* not a proof */
    PROOF_CHECK_CHECKPOINT = 3, /* the checkpoint is not one signed by this log */
    PROOF_CHECK_COMMAND = 4,    /* the command is not in the batch that the entry names */
    PROOF_CHECK_ENTRY = 5,      /* the batch is not in the tree that the checkpoint signs */
};

const char *proof_check_text(enum proof_check check);

/* Everything, from the text alone and the log's key. Fills proof, checkpoint and note as far as it
 * got; the note's parts lie in the text. */
enum proof_check proof_text_check(const char *text, size_t size, const struct note_key *key,
                                  struct record_proof *proof, struct checkpoint *checkpoint,
                                  struct signed_note *note);

/* ---- growth: between two checkpoints ----
 *
 *     tarazy growth proof v1
 *     old 17
 *     new 29
 *     base64                     one line per hash
 */
struct growth_proof {
    uint64_t old_size;
    uint64_t new_size;
    struct merkle_proof proof;
};

enum { GROWTH_TEXT_MAX = 64 + 2 * 25 + MERKLE_PROOF_MAX * 45 };

/* Writes the text, zero-terminated, into GROWTH_TEXT_MAX + 1 bytes; returns its length. */
size_t growth_text_write(const struct growth_proof *growth, char *out);
bool growth_text_read(struct growth_proof *growth, const char *text, size_t size);

#endif
