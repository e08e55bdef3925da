/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes of the tree of liabilities, and the fold that builds it. A file of its own because everything
 * that makes the proof sound is here: what a hash covers, and that no sum is ever too large.
 *
 * Invariants: whatever stands above a value binds it; first bytes tell leaf, node and padding apart;
 * two leaves meet at the level of their highest differing bit, and until then each goes up alone,
 * with padding at its side.
 *
 * Next: liabilities_build.c.
 */
#include "proofs/liabilities_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "platform/signature.h"

static const uint8_t leaf_mark[] = {0x00, 'P', 'o', 'L', '1'};
static const uint8_t node_mark[] = {0x01};
static const uint8_t padding_mark[] = {0x02};

void liabilities_id_hash(const struct hash256 *salt, const char *identity, size_t size,
                         struct hash256 *out)
{
    const struct byte_part parts[] = {{salt, sizeof *salt}, {identity, size}};

    sha256_compute(parts, sizeof parts / sizeof parts[0], out->bytes);
}

void liabilities_leaf_hash(const struct liabilities_leaf *leaf, unsigned assets,
                           struct liabilities_node *node)
{
    const struct byte_part parts[] = {
        {leaf_mark, sizeof leaf_mark},
        {&leaf->epoch, sizeof leaf->epoch},
        {&leaf->id_hash, sizeof leaf->id_hash},
        {&leaf->salt, sizeof leaf->salt},
        {node->values, assets * sizeof node->values[0]},
    };

    ENSURE(assets <= LIABILITIES_ASSETS_MAX);
    sha256_compute(parts, sizeof parts / sizeof parts[0], node->hash.bytes);
}

void liabilities_padding(const struct liabilities_key *key, unsigned level, uint32_t index,
                         unsigned assets, struct liabilities_node *node)
{
    uint8_t level_byte = (uint8_t)level;
    uint64_t wide_index = index;
    struct hash256 mask;

    liabilities_key_padding(key, level, index, &mask);
    const struct byte_part parts[] = {
        {padding_mark, sizeof padding_mark},
        {&key->epoch, sizeof key->epoch},
        {&level_byte, sizeof level_byte},
        {&wide_index, sizeof wide_index},
        {&mask, sizeof mask},
    };
    sha256_compute(parts, sizeof parts / sizeof parts[0], node->hash.bytes);
    memset(node->values, 0, assets * sizeof node->values[0]);
}

bool liabilities_combine(const struct liabilities_node *left, const struct liabilities_node *right,
                         unsigned assets, struct liabilities_node *parent)
{
    size_t values_size = assets * sizeof left->values[0];
    const struct byte_part parts[] = {
        {node_mark, sizeof node_mark}, {&left->hash, sizeof left->hash},
        {left->values, values_size},   {&right->hash, sizeof right->hash},
        {right->values, values_size},
    };
    struct hash256 hash;

    ENSURE(assets <= LIABILITIES_ASSETS_MAX);
    sha256_compute(parts, sizeof parts / sizeof parts[0], hash.bytes);
    for (unsigned i = 0; i < assets; i++) {
        if (left->values[i] > LIABILITIES_VALUE_MAX || right->values[i] > LIABILITIES_VALUE_MAX) {
            return false;
        }
        uint128 sum = left->values[i] + right->values[i]; /* below 2^128 */
        if (sum > LIABILITIES_VALUE_MAX) {
            return false;
        }
        parent->values[i] = sum;
    }
    parent->hash = hash;
    return true;
}

/* ------------------------------------------------------------------ the fold */

struct liabilities_fold {
    const struct liabilities_key *key;
    const struct liabilities_sink *sink;
    unsigned assets;
    bool has_current;
    uint32_t position;               /* of the last leaf … */
    struct liabilities_node current; /* … which is still alone */
    struct liabilities_node padding;
    uint32_t waiting; /* bit n: left[n] is a finished left child and waits for its right sibling */
    struct liabilities_node left[LIABILITIES_DEPTH];
};

struct liabilities_fold *liabilities_fold_create(const struct liabilities_key *key, unsigned assets,
                                                 const struct liabilities_sink *sink)
{
    struct liabilities_fold *fold = calloc(1, sizeof *fold);

    ENSURE(assets >= 1 && assets <= LIABILITIES_ASSETS_MAX);
    if (fold != NULL) {
        fold->key = key;
        fold->sink = sink;
        fold->assets = assets;
    }
    return fold;
}

void liabilities_fold_destroy(struct liabilities_fold *fold)
{
    free(fold);
}

static void fold_tell(const struct liabilities_fold *fold, unsigned level, uint32_t index,
                      const struct liabilities_node *node)
{
    if (fold->sink != NULL) {
        fold->sink->on_node(fold->sink->context, level, index, node);
    }
}

/* One level up: the current node, at `level`, meets its sibling. */
static bool fold_meet(struct liabilities_fold *fold, unsigned level)
{
    struct liabilities_node *current = &fold->current;
    uint32_t index = fold->position >> level;
    bool is_right = (index & 1) != 0;

    if (is_right && (fold->waiting >> level & 1) != 0) {
        fold->waiting &= ~(1u << level);
        return liabilities_combine(&fold->left[level], current, fold->assets, current);
    }
    liabilities_padding(fold->key, level, index ^ 1, fold->assets, &fold->padding);
    fold_tell(fold, level, index ^ 1, &fold->padding);
    return is_right ? liabilities_combine(&fold->padding, current, fold->assets, current)
                    : liabilities_combine(current, &fold->padding, fold->assets, current);
}

/* Takes the current leaf up to a level. */
static bool fold_raise(struct liabilities_fold *fold, unsigned top)
{
    for (unsigned level = 0; level < top; level++) {
        if (!fold_meet(fold, level)) {
            return false;
        }
        uint32_t above = level + 1 == LIABILITIES_DEPTH ? 0 : fold->position >> (level + 1);
        fold_tell(fold, level + 1, above, &fold->current);
    }
    return true;
}

bool liabilities_fold_add(struct liabilities_fold *fold, uint32_t position,
                          const struct liabilities_node *leaf)
{
    if (fold->has_current) {
        ENSURE(position > fold->position);
        unsigned meeting = 31u - (unsigned)__builtin_clz(position ^ fold->position);
        if (!fold_raise(fold, meeting)) {
            return false;
        }
        ENSURE((fold->waiting >> meeting & 1) == 0);
        fold->left[meeting] = fold->current;
        fold->waiting |= 1u << meeting;
    }
    fold->has_current = true;
    fold->position = position;
    fold->current = *leaf;
    fold_tell(fold, 0, position, leaf);
    return true;
}

bool liabilities_fold_finish(struct liabilities_fold *fold, unsigned top,
                             struct liabilities_node *out)
{
    ENSURE(fold->has_current && top <= LIABILITIES_DEPTH);
    if (!fold_raise(fold, top)) {
        return false;
    }
    ENSURE(fold->waiting == 0);
    fold->has_current = false;
    *out = fold->current;
    return true;
}
