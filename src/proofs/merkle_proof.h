/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs in a Merkle tree: that a leaf is in it, and that a later tree continues an earlier one. Made
 * from any source of subtree hashes, checked by the algorithms of RFC 9162 sections 2.1.3.2 and
 * 2.1.4.2; the same hashes as RFC 6962 sections 2.1.1 and 2.1.2.
 */
#ifndef PROOFS_MERKLE_PROOF_H
#define PROOFS_MERKLE_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "proofs/merkle_tree.h"

enum { MERKLE_PROOF_MAX = MERKLE_LEVELS_MAX };

struct merkle_proof {
    uint32_t count;
    struct hash256 hashes[MERKLE_PROOF_MAX]; /* from the leaf's sibling upwards */
};

/* ---- checking: needs nothing but its arguments ---- */

/* Is `leaf` the one at `index` of the tree of `size` leaves with this root? */
bool merkle_proof_check_inclusion(const struct merkle_proof *proof, uint64_t index, uint64_t size,
                                  const struct hash256 *leaf, const struct hash256 *root);

/* Two trees of which one should be the beginning of the other. */
struct merkle_growth {
    uint64_t old_size;
    uint64_t new_size;
    struct hash256 old_root;
    struct hash256 new_root;
};

/* Does the new tree begin with the old one? An empty old tree is the beginning of every tree, with an
 * empty proof; so is a tree of itself. */
bool merkle_proof_check_growth(const struct merkle_proof *proof,
                               const struct merkle_growth *growth);

/* ---- making ---- */

/* Where hashes come from. hash: the root of the complete subtree of 2^level leaves that begins at leaf
 * index × 2^level. false: it cannot be had. */
struct merkle_source {
    void *context;
    bool (*hash)(void *context, uint32_t level, uint64_t index, struct hash256 *out);
};

/* A source over leaves in memory. `leaves` stays the caller's. */
struct merkle_leaves {
    const struct hash256 *leaves;
    size_t count;
};
struct merkle_source merkle_leaves_source(struct merkle_leaves *leaves);

/* index < size (ENSURE). false: the source failed. */
bool merkle_proof_make_inclusion(struct merkle_proof *proof, const struct merkle_source *source,
                                 uint64_t index, uint64_t size);

/* old_size <= new_size (ENSURE). false: the source failed. */
bool merkle_proof_make_growth(struct merkle_proof *proof, const struct merkle_source *source,
                              uint64_t old_size, uint64_t new_size);

/* The root of the first `size` leaves. false: the source failed. */
bool merkle_source_root(const struct merkle_source *source, uint64_t size, struct hash256 *root);

/* The edge of the first `size` leaves. false: the source failed. */
bool merkle_source_edge(const struct merkle_source *source, uint64_t size,
                        struct merkle_edge *edge);

#endif
