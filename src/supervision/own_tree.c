/* SPDX-License-Identifier: Apache-2.0
 *
 * The own tree. A room of its own because it remembers a little past: a checkpoint is heard of when the copy is further
 * than it already. So the edge of an older tree is kept, and the leaves from there on.
 *
 * Invariants: settled.size <= synced <= log.edge.size, and never more than OWN_TREE_KEPT leaves apart; the leaf of batch j
 * stands at j mod OWN_TREE_KEPT. A batch that a replica has proven fits into the tree, or there is a bug.
 *
 * Read next: proofs/record_tree.h; cosigner.c, which asks.
 */
#include "supervision/own_tree.h"

#include <stdlib.h>

#include "base/ensure.h"

struct own_tree {
    struct record_log log;
    struct merkle_edge settled;
    uint64_t synced;
    struct hash256 *leaves;  /* OWN_TREE_KEPT */
    struct hash256 *scratch; /* RECORD_COMMANDS_MAX */
};

struct own_tree *own_tree_create(void)
{
    struct own_tree *tree = calloc(1, sizeof *tree);

    if (tree == NULL) {
        return NULL;
    }
    tree->leaves = calloc(OWN_TREE_KEPT, sizeof tree->leaves[0]);
    tree->scratch = calloc(RECORD_COMMANDS_MAX, sizeof tree->scratch[0]);
    if (tree->leaves == NULL || tree->scratch == NULL) {
        own_tree_destroy(tree);
        return NULL;
    }
    return tree;
}

void own_tree_destroy(struct own_tree *tree)
{
    if (tree != NULL) {
        free(tree->leaves);
        free(tree->scratch);
        free(tree);
    }
}

static const struct hash256 *leaf_at(const struct own_tree *tree, uint64_t index)
{
    return &tree->leaves[index % OWN_TREE_KEPT];
}

/* ------------------------------------------------------------------ as they come */

static void settle_one(struct own_tree *tree)
{
    merkle_edge_add(&tree->settled, leaf_at(tree, tree->settled.size));
}

static void on_batch(void *context, const struct node_id *node, const struct journal_batch *batch)
{
    struct own_tree *tree = context;
    const struct record_batch records = {
        .node = node->bytes,
        .first_number = batch->first_number,
        .count = batch->count,
        .size = batch->size,
        .time_us = batch->time_us,
        .chain = batch->chain,
        .commands = batch->commands,
    };
    struct record_entry entry;

    if (tree->log.edge.size - tree->settled.size == OWN_TREE_KEPT) {
        settle_one(tree);
    }
    uint64_t index = tree->log.edge.size;
    ENSURE(record_log_add(&tree->log, &records, tree->scratch, &entry));
    tree->leaves[index % OWN_TREE_KEPT] = record_entry_leaf(&entry);
}

static void on_synced(void *context)
{
    struct own_tree *tree = context;

    tree->synced = tree->log.edge.size;
}

/* ------------------------------------------------------------------ kept */

static struct kept_part keep(void *context)
{
    struct own_tree *tree = context;

    return (struct kept_part){&tree->log, sizeof tree->log};
}

static struct kept_part make(void *context, size_t size)
{
    struct own_tree *tree = context;

    return (struct kept_part){size == sizeof tree->log ? &tree->log : NULL, size};
}

/* What was kept was synced; smaller trees are not known any more. */
static bool resume(void *context)
{
    struct own_tree *tree = context;

    tree->settled = tree->log.edge;
    tree->synced = tree->log.edge.size;
    return merkle_edge_is_sound(&tree->log.edge);
}

static void forget(void *context)
{
    struct own_tree *tree = context;

    tree->log = (struct record_log){.number = 0};
    tree->settled = (struct merkle_edge){.size = 0};
    tree->synced = 0;
}

struct replica_listener own_tree_listener(struct own_tree *tree)
{
    return (struct replica_listener){
        .context = tree,
        .on_batch = on_batch,
        .on_synced = on_synced,
        .kept_name = "own tree 1",
        .keep = keep,
        .make = make,
        .resume = resume,
        .forget = forget,
    };
}

/* ------------------------------------------------------------------ asked */

enum own_root own_tree_root(const struct own_tree *tree, uint64_t size, struct hash256 *root)
{
    struct merkle_edge edge = tree->settled;

    if (size > tree->synced) {
        return OWN_ROOT_LATER;
    }
    if (size < edge.size) {
        return OWN_ROOT_GONE;
    }
    while (edge.size < size) {
        merkle_edge_add(&edge, leaf_at(tree, edge.size));
    }
    *root = merkle_edge_root(&edge);
    return OWN_ROOT_KNOWN;
}

void own_tree_settle(struct own_tree *tree, uint64_t size)
{
    while (tree->settled.size < size && tree->settled.size < tree->synced) {
        settle_one(tree);
    }
}

uint64_t own_tree_size(const struct own_tree *tree)
{
    return tree->log.edge.size;
}

uint64_t own_tree_synced(const struct own_tree *tree)
{
    return tree->synced;
}
