/* SPDX-License-Identifier: Apache-2.0
 *
 * Merkle trees as RFC 6962 section 2.1 hashes them (RFC 9162 section 2.1.1 says the same):
 *
 *     leaf(data)        = SHA-256(0x00 ‖ data)
 *     node(left, right) = SHA-256(0x01 ‖ left ‖ right)
 *     the empty tree    = SHA-256()
 *
 * A tree of n leaves splits at the largest power of two below n. The edge keeps the roots of its
 * complete subtrees, one per bit of n: all that is needed to go on adding.
 */
#ifndef PROOFS_MERKLE_TREE_H
#define PROOFS_MERKLE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/byte_part.h"
#include "tarazy/ids.h"

enum { MERKLE_LEVELS_MAX = 63, MERKLE_LEAF_PARTS_MAX = 7 };

/* Trees have fewer leaves than this. */
#define MERKLE_SIZE_MAX (UINT64_C(1) << MERKLE_LEVELS_MAX)

/* The hash of a leaf whose data are the parts one behind the other; at most MERKLE_LEAF_PARTS_MAX. */
struct hash256 merkle_leaf(const struct byte_part *parts, size_t count);

struct hash256 merkle_node(const struct hash256 *left, const struct hash256 *right);

bool merkle_equals(const struct hash256 *a, const struct hash256 *b);

/* The right edge of a tree that only grows. Plain bytes: may be copied, stored, compared. */
struct merkle_edge {
    uint64_t size;                           /* leaves */
    struct hash256 nodes[MERKLE_LEVELS_MAX]; /* [level]: of 2^level leaves, where size has that bit;
                                                 else zero */
};

/* An edge of a tree without leaves is all zero. */
void merkle_edge_start(struct merkle_edge *edge);

/* Adds a leaf. The tree is not full (ENSURE). */
void merkle_edge_add(struct merkle_edge *edge, const struct hash256 *leaf);

/* The root of the whole tree. */
struct hash256 merkle_edge_root(const struct merkle_edge *edge);

/* Is every node that should be zero, and the size below the limit? For edges read from a file. */
bool merkle_edge_is_sound(const struct merkle_edge *edge);

/* The root of leaves[0..count), which is used up on the way: level by level, another road to the same
 * hash than the edge. Whoever signs a root goes both. */
struct hash256 merkle_root_by_levels(struct hash256 *leaves, size_t count);

#endif
