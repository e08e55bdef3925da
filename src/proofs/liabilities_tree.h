/* SPDX-License-Identifier: Apache-2.0
 *
 * The sparse Merkle sum tree of what a node owes: 2^32 places, of which only the taken ones and those
 * beside them exist. A node of the tree binds the hash and the whole vector of values of each child:
 *
 *     leaf    = SHA-256(0x00 ‖ "PoL1" ‖ epoch ‖ id hash ‖ salt ‖ values)
 *     node    = SHA-256(0x01 ‖ hash left ‖ values left ‖ hash right ‖ values right)
 *     padding = SHA-256(0x02 ‖ epoch ‖ level ‖ index ‖ HMAC(epoch key, level, index)), all values 0
 *
 * Numbers are little-endian: values 16 bytes each, level 1, others 8. Docs: docs/proof-of-liabilities.md; why it is so:
 * eprint 2018/1139 (a sum above two hashes does not bind the children), docs/adr/0012-tree-of-liabilities.md.
 */
#ifndef PROOFS_LIABILITIES_TREE_H
#define PROOFS_LIABILITIES_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proofs/liabilities_key.h"
#include "tarazy/ids.h"
#include "tarazy/money.h"

#define LIABILITIES_DEPTH      32u
#define LIABILITIES_ASSETS_MAX 256u
#define LIABILITIES_VALUE_MAX  (~(uint128)0 >> 1) /* of one asset in one node: below 2^127 */

struct liabilities_node {
    struct hash256 hash;
    uint128 values[LIABILITIES_ASSETS_MAX]; /* smallest units, by asset number − 1 */
};

/* What a leaf says beside its values. */
struct liabilities_leaf {
    uint64_t epoch;
    struct hash256 id_hash;
    struct hash256 salt;
};

/* SHA-256(salt ‖ identity): whom a leaf is for, in words he can write down himself. */
void liabilities_id_hash(const struct hash256 *salt, const char *identity, size_t size,
                         struct hash256 *out);

/* Fills node->hash; node->values[0..assets) are there already. */
void liabilities_leaf_hash(const struct liabilities_leaf *leaf, unsigned assets,
                           struct liabilities_node *node);

/* The whole of an empty subtree whose top stands at this level (0: a leaf) and index. */
void liabilities_padding(const struct liabilities_key *key, unsigned level, uint32_t index,
                         unsigned assets, struct liabilities_node *node);

/* The node above two. false: a value of a child, or a sum, is above LIABILITIES_VALUE_MAX; *parent
 * is then undefined. parent may be left or right. */
bool liabilities_combine(const struct liabilities_node *left, const struct liabilities_node *right,
                         unsigned assets, struct liabilities_node *parent);

/* Told each node of the tree that exists, leaves and padding included: once, children first. */
struct liabilities_sink {
    void *context;
    void (*on_node)(void *context, unsigned level, uint32_t index,
                    const struct liabilities_node *node);
};

/* Builds a subtree out of its leaves in ascending order. Holds one node per level, however many leaves
 * there are. */
struct liabilities_fold;

/* sink may be NULL. NULL: no memory. key and sink are used until the end. */
struct liabilities_fold *liabilities_fold_create(const struct liabilities_key *key, unsigned assets,
                                                 const struct liabilities_sink *sink);
void liabilities_fold_destroy(struct liabilities_fold *fold);

/* The next leaf; positions ascend (ENSURE). false: an overflow, final. */
bool liabilities_fold_add(struct liabilities_fold *fold, uint32_t position,
                          const struct liabilities_node *leaf);

/* The top at level `top` (at least one leaf: ENSURE). All leaves stand below the same node of that
 * level (ENSURE). Then the fold is empty again. false: an overflow. */
bool liabilities_fold_finish(struct liabilities_fold *fold, unsigned top,
                             struct liabilities_node *out);

#endif
