/* SPDX-License-Identifier: Apache-2.0
 *
 * A witness (c2sp.org/tlog-witness, without its network): remembers the last tree of a log that it has
 * cosigned, and cosigns another only if the log signed it, it continues that one, and it is the very
 * tree that the caller computed from its own verified copy. What it remembers is on the disk before the
 * cosignature is anywhere. One folder per log and witness; a lock keeps a second process out.
 *
 *     struct record_log log = {0};                        // proofs/record_tree.h: one call per batch
 *     record_log_add(&log, &batch, scratch, NULL);        // of the own, verified journal
 *     …
 *     request.own_root = merkle_edge_root(&log.edge);     // when log.edge.size is the checkpoint's
 *     if (witness_cosign(witness, &request, line) == WITNESS_ANSWER_COSIGNED) { publish note + line }
 */
#ifndef WITNESS_WITNESS_H
#define WITNESS_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"
#include "proofs/checkpoint.h"
#include "proofs/merkle_proof.h"
#include "proofs/signed_note.h"

enum {
    WITNESS_NOTE_MAX = 3072,    /* of a log's checkpoint with its signatures; larger is refused */
    WITNESS_EVIDENCE_MAX = 1024 /* files of evidence kept in one life of the process */
};

struct witness_options {
    const struct storage *storage; /* NULL: the system's files */
    const char *directory;         /* the witness's folder; made if it is not there */
    struct note_key log;           /* whose checkpoints: kind ED25519; its name is the origin */
    const char *name;              /* of the witness: a good name, see signed_note.h */
    const uint8_t *seed;           /* ED25519_KEY_SIZE bytes, copied: a key used for nothing else */
};

struct witness;

/* NULL: *error says why, a text that lives for ever. Among the reasons: another process has the folder;
 * the state is there and damaged (whoever forgets what it cosigned must not go on); it is that of
 * another log. */
struct witness *witness_open(const struct witness_options *options, const char **error);
void witness_close(struct witness *witness);

/* The witness's public key, as verifiers are told it. */
const struct note_key *witness_key(const struct witness *witness);

/* The last tree cosigned; size 0: none yet. Proofs of growth begin here. */
struct checkpoint witness_last(const struct witness *witness);

struct witness_request {
    const char *note; /* the log's checkpoint, a whole signed note */
    size_t note_size;
    const struct merkle_proof *growth; /* from witness_last().size to the checkpoint's size */
    struct hash256
        own_root;    /* of the tree of the checkpoint's size, out of the own verified copy */
    uint64_t time_s; /* UTC seconds since 1970: goes into the cosignature */
};

enum witness_answer {
    WITNESS_ANSWER_COSIGNED = 1,  /* `line` holds the cosignature */
    WITNESS_ANSWER_MALFORMED = 2, /* not a checkpoint, or larger than a witness reads */
    WITNESS_ANSWER_FOREIGN = 3,   /* of another origin */
    WITNESS_ANSWER_UNSIGNED = 4,  /* not by the log's key, or by a forged signature */
    /* From here on the log has signed it. Both notes are kept as evidence. */
    WITNESS_ANSWER_ROLLBACK = 5, /* an older tree than the one cosigned */
    WITNESS_ANSWER_SPLIT = 6,    /* another tree of the same size: proves itself */
    WITNESS_ANSWER_INCONSISTENT =
        7,                       /* the proof does not show that it continues the one cosigned */
    WITNESS_ANSWER_DIVERGED = 8, /* it continues, but is not what the own copy gives */
    WITNESS_ANSWER_FAILED = 9,   /* the disk or libcrypto; nothing is ever cosigned again */
};

/* For people: a sentence that lives for ever. */
const char *witness_answer_text(enum witness_answer answer);

/* Judges the checkpoint; on COSIGNED, and only then, writes the signature line with its newline. The
 * cosigned note is the note's bytes with the line behind them. The same tree may be asked for again. */
enum witness_answer witness_cosign(struct witness *witness, const struct witness_request *request,
                                   char line[NOTE_LINE_MAX + 1]);

#endif
