/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs in a Merkle tree. Apart from the tree because the checking half must be read, and can be
 * copied out, alone: it is what a stranger has to trust. Invariant: making walks the levels from the
 * leaf upwards, where the sibling of a node is complete, ragged (the right end of the tree, hashed
 * from its complete parts) or not there (the node goes up as it is).
 * Read next: record_tree.c for what the leaves are.
 */
#include "proofs/merkle_proof.h"

#include "base/ensure.h"

/* ------------------------------------------------------------------ checking */

/* Where a walk towards the root stands: `node` among 0 … `last` of its level. */
struct merkle_walk {
    uint64_t node;
    uint64_t last;
};

static void merkle_walk_up(struct merkle_walk *walk)
{
    walk->node >>= 1;
    walk->last >>= 1;
}

/* The sibling is to the left; then levels are passed in which the node has none. */
static bool merkle_walk_has_left(const struct merkle_walk *walk)
{
    return (walk->node & 1) != 0 || walk->node == walk->last;
}

static void merkle_walk_pass(struct merkle_walk *walk)
{
    while ((walk->node & 1) == 0 && walk->node != 0) {
        merkle_walk_up(walk);
    }
}

bool merkle_proof_check_inclusion(const struct merkle_proof *proof, uint64_t index, uint64_t size,
                                  const struct hash256 *leaf, const struct hash256 *root)
{
    struct merkle_walk walk = {.node = index, .last = size - 1};
    struct hash256 hash = *leaf;

    if (size > MERKLE_SIZE_MAX || index >= size || proof->count > MERKLE_PROOF_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < proof->count; i++) {
        if (walk.last == 0) {
            return false;
        }
        if (merkle_walk_has_left(&walk)) {
            hash = merkle_node(&proof->hashes[i], &hash);
            merkle_walk_pass(&walk);
        } else {
            hash = merkle_node(&hash, &proof->hashes[i]);
        }
        merkle_walk_up(&walk);
    }
    return walk.last == 0 && merkle_equals(&hash, root);
}

/* The proof's walk, from two hashes that begin alike. */
static bool merkle_proof_walk_growth(const struct merkle_proof *proof, uint32_t first,
                                     struct merkle_walk walk, const struct merkle_growth *growth)
{
    struct hash256 old_hash = first == 0 ? growth->old_root : proof->hashes[0];
    struct hash256 new_hash = old_hash;

    for (uint32_t i = first; i < proof->count; i++) {
        if (walk.last == 0) {
            return false;
        }
        if (merkle_walk_has_left(&walk)) {
            old_hash = merkle_node(&proof->hashes[i], &old_hash);
            new_hash = merkle_node(&proof->hashes[i], &new_hash);
            merkle_walk_pass(&walk);
        } else {
            new_hash = merkle_node(&new_hash, &proof->hashes[i]);
        }
        merkle_walk_up(&walk);
    }
    return walk.last == 0 && merkle_equals(&old_hash, &growth->old_root) &&
           merkle_equals(&new_hash, &growth->new_root);
}

bool merkle_proof_check_growth(const struct merkle_proof *proof, const struct merkle_growth *growth)
{
    struct merkle_walk walk = {.node = growth->old_size - 1, .last = growth->new_size - 1};
    struct merkle_edge empty;

    if (growth->new_size > MERKLE_SIZE_MAX || growth->old_size > growth->new_size ||
        proof->count > MERKLE_PROOF_MAX) {
        return false;
    }
    if (growth->old_size == growth->new_size) {
        return proof->count == 0 && merkle_equals(&growth->old_root, &growth->new_root);
    }
    if (growth->old_size == 0) {
        merkle_edge_start(&empty);
        struct hash256 root = merkle_edge_root(&empty);
        return proof->count == 0 && merkle_equals(&growth->old_root, &root);
    }
    if (proof->count == 0) {
        return false;
    }
    while ((walk.node & 1) != 0) {
        merkle_walk_up(&walk);
    }
    /* The old tree is one complete subtree of the new one: its root need not be told. */
    uint32_t first = walk.node == 0 ? 0 : 1;
    return merkle_proof_walk_growth(proof, first, walk, growth);
}

/* ------------------------------------------------------------------ making */

static bool merkle_leaves_hash(void *context, uint32_t level, uint64_t index, struct hash256 *out)
{
    const struct merkle_leaves *leaves = context;
    struct merkle_edge edge;
    uint64_t first = index << level;
    uint64_t count = UINT64_C(1) << level;

    if (first > leaves->count || count > leaves->count - first) {
        return false;
    }
    merkle_edge_start(&edge);
    for (uint64_t i = 0; i < count; i++) {
        merkle_edge_add(&edge, &leaves->leaves[first + i]);
    }
    *out = merkle_edge_root(&edge);
    return true;
}

struct merkle_source merkle_leaves_source(struct merkle_leaves *leaves)
{
    return (struct merkle_source){.context = leaves, .hash = merkle_leaves_hash};
}

/* The root of leaves first … size − 1, which are complete subtrees in falling order of size: first is
 * a multiple of a power of two that is larger than what follows it. */
static bool merkle_source_ragged(const struct merkle_source *source, uint64_t first, uint64_t size,
                                 struct hash256 *out)
{
    uint64_t end = size;
    bool is_begun = false;

    for (uint32_t level = 0; end > first; level++) {
        struct hash256 hash;

        if (((size - first) >> level & 1) == 0) {
            continue;
        }
        end -= UINT64_C(1) << level;
        if (!source->hash(source->context, level, end >> level, &hash)) {
            return false;
        }
        *out = is_begun ? merkle_node(&hash, out) : hash;
        is_begun = true;
    }
    return is_begun;
}

/* Adds to the proof what stands between a complete node and the root. */
static bool merkle_proof_climb(struct merkle_proof *proof, const struct merkle_source *source,
                               uint32_t level, uint64_t node, uint64_t size)
{
    for (; (size - 1) >> level != 0; level++, node >>= 1) {
        uint64_t sibling = node ^ 1;
        uint64_t first = sibling << level;
        bool is_complete = first < size && size - first >= UINT64_C(1) << level;

        if (first >= size) {
            continue;
        }
        ENSURE(proof->count < MERKLE_PROOF_MAX);
        struct hash256 *out = &proof->hashes[proof->count];
        if (!(is_complete ? source->hash(source->context, level, sibling, out)
                          : merkle_source_ragged(source, first, size, out))) {
            return false;
        }
        proof->count++;
    }
    return true;
}

bool merkle_proof_make_inclusion(struct merkle_proof *proof, const struct merkle_source *source,
                                 uint64_t index, uint64_t size)
{
    ENSURE(index < size && size < MERKLE_SIZE_MAX);
    proof->count = 0;
    return merkle_proof_climb(proof, source, 0, index, size);
}

bool merkle_proof_make_growth(struct merkle_proof *proof, const struct merkle_source *source,
                              uint64_t old_size, uint64_t new_size)
{
    uint32_t level = 0;

    ENSURE(old_size <= new_size && new_size < MERKLE_SIZE_MAX);
    proof->count = 0;
    if (old_size == 0 || old_size == new_size) {
        return true;
    }
    /* The last complete subtree of the old tree: from its root on the two trees differ. */
    while ((old_size >> level & 1) == 0) {
        level++;
    }
    uint64_t node = (old_size >> level) - 1;
    if (node != 0) {
        if (!source->hash(source->context, level, node, &proof->hashes[0])) {
            return false;
        }
        proof->count = 1;
    }
    return merkle_proof_climb(proof, source, level, node, new_size);
}

bool merkle_source_root(const struct merkle_source *source, uint64_t size, struct hash256 *root)
{
    struct merkle_edge empty;

    ENSURE(size < MERKLE_SIZE_MAX);
    if (size == 0) {
        merkle_edge_start(&empty);
        *root = merkle_edge_root(&empty);
        return true;
    }
    return merkle_source_ragged(source, 0, size, root);
}

bool merkle_source_edge(const struct merkle_source *source, uint64_t size, struct merkle_edge *edge)
{
    ENSURE(size < MERKLE_SIZE_MAX);
    merkle_edge_start(edge);
    edge->size = size;
    for (uint32_t level = 0; size >> level != 0; level++) {
        uint64_t subtrees = size >> level;

        if ((subtrees & 1) != 0 &&
            !source->hash(source->context, level, subtrees - 1, &edge->nodes[level])) {
            return false;
        }
    }
    return true;
}
