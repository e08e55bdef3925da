/* SPDX-License-Identifier: Apache-2.0
 *
 * The price levels of one side in order: a radix tree over 36-bit keys, 64 children a node, with
 * every node of a single child left out. A room of its own because matching only ever asks for the
 * best level and the next one, and must not care how they are found.
 *
 * Invariants: a child with the top bit set is a level, any other a node, whose digit stands in the
 * three bits below (so that the way down needs one place of each node); a node's bitmap says which
 * children there are, two at the least; all keys below a node share its prefix; best is the
 * leftmost level.
 *
 * Next: book.c puts orders into levels.
 */
#include "market/ladder.h"

#include "base/ensure.h"

#define DIGIT_BITS 6u
#define CHILDREN   64u
#define LEVEL_BIT  0x80000000u
#define DIGIT_AT   28u /* a node's digit in the number by which it is called */
#define INDEX_MASK ((1u << DIGIT_AT) - 1u)
#define DEPTH_MAX  (LADDER_KEY_BITS / DIGIT_BITS)
#define DIGIT_MASK (CHILDREN - 1u)
#define ONE        ((uint64_t)1)

_Static_assert(LADDER_LEVELS_MAX == INDEX_MASK, "every level and node can be called");

struct ladder_node { /* 272 bytes */
    uint64_t bitmap;
    uint32_t prefix; /* key >> (shift + 6) of every key below */
    uint32_t reserved;
    uint32_t child[CHILDREN];
};

static struct ladder_node *node_at(const struct ladder_store *store, uint32_t node)
{
    uintptr_t base = (uintptr_t)&store->nodes;

    return (struct ladder_node *)(base + store->nodes.offset) + (node & INDEX_MASK);
}

static bool is_level(uint32_t child)
{
    return (child & LEVEL_BIT) != 0;
}

static uint32_t level_of(uint32_t child)
{
    return child & INDEX_MASK;
}

/* A node's digit is (key >> shift) & 63. */
static uint32_t shift_of(uint32_t node)
{
    return (node >> DIGIT_AT) * DIGIT_BITS;
}

static uint32_t digit_of(uint32_t node, uint64_t key)
{
    return (uint32_t)(key >> shift_of(node)) & DIGIT_MASK;
}

static bool covers(const struct ladder_store *store, uint32_t node, uint64_t key)
{
    return (uint32_t)(key >> (shift_of(node) + DIGIT_BITS)) == node_at(store, node)->prefix;
}

/* The smallest key that a node could have below it. */
static uint64_t first_key(const struct ladder_store *store, uint32_t node)
{
    return (uint64_t)node_at(store, node)->prefix << (shift_of(node) + DIGIT_BITS);
}

static uint32_t lowest_bit(uint64_t bitmap)
{
    return (uint32_t)__builtin_ctzll(bitmap);
}

/* The leftmost level below a child. */
static uint32_t leftmost(const struct ladder_store *store, uint32_t child)
{
    while (!is_level(child)) {
        const struct ladder_node *node = node_at(store, child);

        child = node->child[lowest_bit(node->bitmap)];
    }
    return level_of(child);
}

void ladder_store_create(struct ladder_store *store, struct arena *arena, uint32_t levels_max)
{
    void *levels = arena_reserve(arena, pool_memory_size(levels_max, sizeof(struct level)));
    void *nodes = arena_reserve(arena, pool_memory_size(levels_max, sizeof(struct ladder_node)));

    if (store != NULL) {
        pool_create(&store->levels, levels, levels_max, sizeof(struct level));
        pool_create(&store->nodes, nodes, levels_max, sizeof(struct ladder_node));
    }
}

uint32_t ladder_find(const struct ladder_store *store, const struct ladder *ladder, uint64_t key)
{
    uint32_t child = ladder->root;

    while (child != 0 && !is_level(child)) {
        if (!covers(store, child, key)) {
            return 0;
        }
        child = node_at(store, child)->child[digit_of(child, key)];
    }
    uint32_t level = level_of(child);
    return level != 0 && ladder_level(store, level)->key == key ? level : 0;
}

void ladder_ask(const struct ladder_store *store, uint32_t child, uint64_t key)
{
    if (is_level(child)) {
        __builtin_prefetch(ladder_level(store, level_of(child)), 1);
        return;
    }
    const struct ladder_node *node = node_at(store, child);

    __builtin_prefetch(node, 1);
    __builtin_prefetch(&node->child[digit_of(child, key)], 1);
}

uint32_t ladder_down(const struct ladder_store *store, uint32_t child, uint64_t key)
{
    return is_level(child) ? child : node_at(store, child)->child[digit_of(child, key)];
}

uint32_t ladder_met(uint32_t child)
{
    return is_level(child) ? level_of(child) : 0;
}

/* Puts a new node where `slot` hangs, over what hangs there (some key below it is `other`), at the
 * highest digit in which key and other differ. Returns the new node's place for key. */
static uint32_t *split(struct ladder_store *store, uint32_t *slot, uint64_t other, uint64_t key)
{
    uint32_t index = pool_take(&store->nodes);
    uint32_t highest = CHILDREN - 1u - (uint32_t)__builtin_clzll(other ^ key);

    ENSURE(index != 0);
    struct ladder_node *node = node_at(store, index);
    uint32_t child = index | highest / DIGIT_BITS << DIGIT_AT;
    node->prefix = (uint32_t)(key >> (shift_of(child) + DIGIT_BITS));
    node->child[digit_of(child, other)] = *slot;
    node->bitmap = ONE << digit_of(child, other) | ONE << digit_of(child, key);
    *slot = child;
    return &node->child[digit_of(child, key)];
}

uint32_t ladder_insert(struct ladder_store *store, struct ladder *ladder, uint64_t key)
{
    uint32_t *slot = &ladder->root;

    ENSURE(key <= LADDER_KEY_MAX);
    while (*slot != 0) {
        uint64_t other;

        if (is_level(*slot)) {
            other = ladder_level(store, level_of(*slot))->key;
            if (other == key) {
                return level_of(*slot);
            }
        } else {
            if (covers(store, *slot, key)) {
                struct ladder_node *node = node_at(store, *slot);
                uint32_t digit = digit_of(*slot, key);

                node->bitmap |= ONE << digit; /* an empty place is filled below */
                slot = &node->child[digit];
                continue;
            }
            other = first_key(store, *slot);
        }
        slot = split(store, slot, other, key);
    }
    uint32_t level = pool_take(&store->levels);
    ENSURE(level != 0);
    *slot = level | LEVEL_BIT;
    ladder_level(store, level)->key = key;
    ladder->count++;
    if (ladder->best == 0 || key < ladder_level(store, ladder->best)->key) {
        ladder->best = level;
    }
    return level;
}

void ladder_remove(struct ladder_store *store, struct ladder *ladder, uint32_t level)
{
    uint64_t key = ladder_level(store, level)->key;
    uint32_t *slot = &ladder->root;
    uint32_t *above = NULL; /* where the last node hangs */
    struct ladder_node *node = NULL;

    while (*slot != 0 && !is_level(*slot)) {
        node = node_at(store, *slot);
        above = slot;
        slot = &node->child[digit_of(*slot, key)];
    }
    ENSURE(*slot == (level | LEVEL_BIT));
    *slot = 0;
    uint32_t rest = 0;
    if (node != NULL) {
        node->bitmap &= ~(ONE << digit_of(*above, key));
        rest = *above;
        if ((node->bitmap & (node->bitmap - 1)) == 0) {
            rest = node->child[lowest_bit(node->bitmap)];
            pool_give(&store->nodes, *above & INDEX_MASK);
            *above = rest;
        }
    }
    if (ladder->best == level) {
        /* The best level's node had only worse children, and still has one. */
        ladder->best = rest != 0 ? leftmost(store, rest) : 0;
    }
    ladder->count--;
    pool_give(&store->levels, level);
}

uint32_t ladder_after(const struct ladder_store *store, const struct ladder *ladder, uint64_t key)
{
    uint32_t child = ladder->root;
    uint32_t later = 0; /* the nearest subtree with larger keys only */

    while (child != 0 && !is_level(child)) {
        const struct ladder_node *node = node_at(store, child);

        if (!covers(store, child, key)) {
            later = first_key(store, child) > key ? child : later;
            child = 0;
            break;
        }
        uint32_t digit = digit_of(child, key);
        uint64_t right = node->bitmap & ~(((ONE << digit) << 1) - 1);
        if (right != 0) {
            later = node->child[lowest_bit(right)];
        }
        child = node->child[digit];
    }
    if (child != 0 && ladder_level(store, level_of(child))->key > key) {
        return level_of(child);
    }
    return later != 0 ? leftmost(store, later) : 0;
}

/* One node: children where the bitmap says, two at the least, prefixes in agreement. */
static const char *audit_node(const struct ladder_store *store, uint32_t number)
{
    const struct ladder_node *node = node_at(store, number);

    if ((node->bitmap & (node->bitmap - 1)) == 0) {
        return "a ladder node has fewer than two children";
    }
    for (uint32_t i = 0; i < CHILDREN; i++) {
        bool there = (node->bitmap >> i & 1) != 0;
        uint32_t child = node->child[i];

        if (there != (child != 0)) {
            return "a ladder node's bitmap disagrees with its children";
        }
        if (child == 0) {
            continue;
        }
        uint64_t key =
            is_level(child) ? ladder_level(store, level_of(child))->key : first_key(store, child);
        if (!covers(store, number, key) || digit_of(number, key) != i ||
            (!is_level(child) && shift_of(child) >= shift_of(number))) {
            return "a ladder node hangs in the wrong place";
        }
    }
    return NULL;
}

/* Walks the tree with a stack of the path: for each depth the node and the children still to see. */
static const char *audit_nodes(const struct ladder_store *store, const struct ladder *ladder,
                               uint32_t *nodes)
{
    uint64_t todo[DEPTH_MAX];
    const struct ladder_node *path[DEPTH_MAX];
    uint32_t depth = 0;
    uint32_t child = ladder->root;

    for (;;) {
        if (child != 0 && !is_level(child)) {
            if (depth == DEPTH_MAX) {
                return "a ladder is too deep";
            }
            path[depth] = node_at(store, child);
            todo[depth] = path[depth]->bitmap;
            const char *wrong = audit_node(store, child);
            if (wrong != NULL) {
                return wrong;
            }
            depth++;
            (*nodes)++;
        }
        while (depth > 0 && todo[depth - 1] == 0) {
            depth--;
        }
        if (depth == 0) {
            return NULL;
        }
        child = path[depth - 1]->child[lowest_bit(todo[depth - 1])];
        todo[depth - 1] &= todo[depth - 1] - 1;
    }
}

const char *ladder_audit(const struct ladder_store *store, const struct ladder *ladder,
                         uint32_t *levels, uint32_t *nodes)
{
    const char *wrong = audit_nodes(store, ladder, nodes);
    uint32_t count = 0;
    uint32_t level = ladder->root != 0 ? leftmost(store, ladder->root) : 0;

    if (wrong != NULL) {
        return wrong;
    }
    if (level != ladder->best) {
        return "a ladder's best level is not its first";
    }
    while (level != 0) {
        uint64_t key = ladder_level(store, level)->key;
        uint32_t next = ladder_after(store, ladder, key);

        count++;
        if (ladder_find(store, ladder, key) != level) {
            return "a level is not found by its key";
        }
        if (next != 0 && ladder_level(store, next)->key <= key) {
            return "a ladder's levels are not in order";
        }
        level = next;
    }
    if (count != ladder->count) {
        return "a ladder's level count is wrong";
    }
    *levels += count;
    return NULL;
}
