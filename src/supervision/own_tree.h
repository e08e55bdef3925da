/* SPDX-License-Identifier: Apache-2.0
 *
 * The Merkle tree of a replica's own proven batches, kept as they come: what a checkpoint of the node's notary is compared
 * with. Only batches that are on our own disk count, so that nobody vouches for what a power cut could take.
 */
#ifndef SUPERVISION_OWN_TREE_H
#define SUPERVISION_OWN_TREE_H

#include <stdint.h>

#include "proofs/record_tree.h"
#include "supervision/replica.h"

/* Trees of so many sizes before the last one can be asked for: minutes of a busy node, 8 MiB. */
#define OWN_TREE_KEPT (UINT64_C(1) << 18)

struct own_tree;

/* NULL: no memory. */
struct own_tree *own_tree_create(void);
void own_tree_destroy(struct own_tree *tree);

/* Of a replica, from its first batch on. */
struct replica_listener own_tree_listener(struct own_tree *tree);

enum own_root {
    OWN_ROOT_KNOWN = 1, /* *root is that of the first `size` batches, all proven and synced */
    OWN_ROOT_LATER = 2, /* there are not so many yet */
    OWN_ROOT_GONE = 3,  /* so small a tree is not kept any more */
};
enum own_root own_tree_root(const struct own_tree *tree, uint64_t size, struct hash256 *root);

/* Smaller trees than this one will not be asked for: it was cosigned. */
void own_tree_settle(struct own_tree *tree, uint64_t size);

/* Batches taken in, synced or not. */
uint64_t own_tree_size(const struct own_tree *tree);

/* Batches that are on the disk. */
uint64_t own_tree_synced(const struct own_tree *tree);

#endif
