/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes of a Merkle tree, and the growing edge of one. A file of its own because everybody who signs,
 * proves or checks must hash the same bytes. Invariant: nodes[level] of an edge is the root of the
 * complete subtree of 2^level leaves that the size's bit names, and zero where it has none.
 * Read next: merkle_proof.c.
 */
#include "proofs/merkle_tree.h"

#include <string.h>

#include "base/ensure.h"
#include "platform/signature.h"

struct hash256 merkle_leaf(const struct byte_part *parts, size_t count)
{
    static const uint8_t prefix = 0x00;
    struct byte_part all[1 + MERKLE_LEAF_PARTS_MAX] = {{.bytes = &prefix, .size = 1}};
    struct hash256 hash = {0};

    ENSURE(count <= MERKLE_LEAF_PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        all[1 + i] = parts[i];
    }
    sha256_compute(all, 1 + count, hash.bytes);
    return hash;
}

struct hash256 merkle_node(const struct hash256 *left, const struct hash256 *right)
{
    static const uint8_t prefix = 0x01;
    const struct byte_part parts[] = {
        {.bytes = &prefix, .size = 1},
        {.bytes = left->bytes, .size = sizeof left->bytes},
        {.bytes = right->bytes, .size = sizeof right->bytes},
    };
    struct hash256 hash = {0};

    sha256_compute(parts, sizeof parts / sizeof parts[0], hash.bytes);
    return hash;
}

bool merkle_equals(const struct hash256 *a, const struct hash256 *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void merkle_edge_start(struct merkle_edge *edge)
{
    memset(edge, 0, sizeof *edge);
}

void merkle_edge_add(struct merkle_edge *edge, const struct hash256 *leaf)
{
    struct hash256 carried = *leaf;
    uint32_t level = 0;

    ENSURE(edge->size < MERKLE_SIZE_MAX - 1);
    /* As a binary counter: every level that is full is hashed into the next one. */
    for (; (edge->size >> level & 1) != 0; level++) {
        carried = merkle_node(&edge->nodes[level], &carried);
        memset(&edge->nodes[level], 0, sizeof edge->nodes[level]);
    }
    edge->nodes[level] = carried;
    edge->size++;
}

struct hash256 merkle_edge_root(const struct merkle_edge *edge)
{
    struct hash256 root = {0};
    bool is_begun = false;

    if (edge->size == 0) {
        sha256_compute(NULL, 0, root.bytes);
        return root;
    }
    for (uint32_t level = 0; level < MERKLE_LEVELS_MAX; level++) {
        if ((edge->size >> level & 1) != 0) {
            root = is_begun ? merkle_node(&edge->nodes[level], &root) : edge->nodes[level];
            is_begun = true;
        }
    }
    ENSURE(is_begun);
    return root;
}

bool merkle_edge_is_sound(const struct merkle_edge *edge)
{
    static const struct hash256 zero;

    for (uint32_t level = 0; level < MERKLE_LEVELS_MAX; level++) {
        bool is_zero = merkle_equals(&edge->nodes[level], &zero);

        if (is_zero != ((edge->size >> level & 1) == 0)) {
            return false;
        }
    }
    return edge->size < MERKLE_SIZE_MAX;
}

struct hash256 merkle_root_by_levels(struct hash256 *leaves, size_t count)
{
    struct hash256 empty = {0};

    if (count == 0) {
        sha256_compute(NULL, 0, empty.bytes);
        return empty;
    }
    while (count > 1) {
        size_t pairs = count / 2;

        for (size_t i = 0; i < pairs; i++) {
            leaves[i] = merkle_node(&leaves[2 * i], &leaves[2 * i + 1]);
        }
        /* One without a neighbour goes up as it is. */
        if (count % 2 == 1) {
            leaves[pairs] = leaves[count - 1];
        }
        count = pairs + count % 2;
    }
    return leaves[0];
}
