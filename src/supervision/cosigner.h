/* SPDX-License-Identifier: Apache-2.0
 *
 * One look at a node's newest checkpoint: fetched, judged by a witness (witness/witness.h) against the root of our own
 * proven copy, cosigned or refused. Without loop, process or network, so that every answer of theirs can be tried.
 */
#ifndef SUPERVISION_COSIGNER_H
#define SUPERVISION_COSIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proofs/proof_text.h"
#include "witness/witness.h"

/* Where a node shows its checkpoints. May block; only a process of its own calls it. */
struct checkpoint_source {
    void *context;
    /* The newest one, a whole note: its size; 0: it cannot be had. */
    size_t (*checkpoint)(void *context, char out[WITNESS_NOTE_MAX]);
    /* The proof that the tree of new_size continues that of old_size. false: it cannot be had. */
    bool (*growth)(void *context, uint64_t old_size, uint64_t new_size, struct growth_proof *out);
};

/* What our own copy says to a checkpoint of so many batches. */
enum own_word {
    OWN_WORD_ROOT = 1,  /* *root; every root of liabilities in them was built again */
    OWN_WORD_LATER = 2, /* it has fewer: ask again */
    OWN_WORD_HELD = 3,  /* a root of liabilities in them is not built again yet: ask again */
    OWN_WORD_GONE = 4,  /* so small a tree is not kept: the next one will be larger */
    OWN_WORD_LOST = 5,  /* nobody is there to ask */
};

struct own_copy {
    void *context;
    enum own_word (*ask)(void *context, uint64_t size, uint64_t cosigned_size,
                         struct hash256 *root);
};

enum cosigner_look {
    COSIGNER_LOOK_SAME = 1,      /* what was cosigned already */
    COSIGNER_LOOK_COSIGNED = 2,  /* a new one: note, with our line behind it */
    COSIGNER_LOOK_REFUSED = 3,   /* answer says why; note is what was refused */
    COSIGNER_LOOK_NO_SOURCE = 4, /* no checkpoint, or no proof of growth, can be had */
    COSIGNER_LOOK_AHEAD = 5,     /* it is of more batches than we have proven: later */
    COSIGNER_LOOK_HELD = 6,      /* roots of liabilities are being built again: later */
    COSIGNER_LOOK_GONE = 7,      /* a tree that we do not keep any more: later */
    COSIGNER_LOOK_LOST = 8,      /* our own copy cannot be asked: the end */
};

struct cosigner_report {
    enum cosigner_look look;
    enum witness_answer answer;
    uint64_t size; /* batches in the checkpoint, as far as it can be read; else 0 */
    uint64_t cosigned_size;
    size_t note_size;
    char note[WITNESS_NOTE_MAX + NOTE_LINE_MAX + 1];
};

struct cosigner {
    struct witness *witness;
    struct note_key log;
    struct checkpoint_source source;
    struct own_copy own;
    bool has_cosigned; /* in this life */
};

/* time_s: UTC seconds since 1970, for the cosignature. */
void cosigner_look(struct cosigner *cosigner, uint64_t time_s, struct cosigner_report *report);

/* Is this refusal one after which nothing more is cosigned until a person has looked: two trees, or one that is not
 * that of the journal? Or can another checkpoint put it right? */
bool cosigner_is_final(enum witness_answer answer);

#endif
