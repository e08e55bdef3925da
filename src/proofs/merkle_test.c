/* SPDX-License-Identifier: Apache-2.0
 *
 * The trees: published roots, a naive twin that splits lists as RFC 6962 writes it down, every proof
 * of every tree up to some size, and every bit of them flipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proofs/merkle_proof.h"
#include "proofs/merkle_tree.h"

enum { LEAVES_MAX = 300, FLIPS_MAX = 40 };

static struct hash256 test_leaves[LEAVES_MAX];

static struct hash256 leaf_of_bytes(const void *bytes, size_t size)
{
    const struct byte_part part = {.bytes = bytes, .size = size};

    return merkle_leaf(&part, 1);
}

static int make_leaves(void **state)
{
    for (uint32_t i = 0; i < LEAVES_MAX; i++) {
        test_leaves[i] = leaf_of_bytes(&i, sizeof i);
    }
    return 0;
}

static struct hash256 hash_of_hex(const char *hex)
{
    struct hash256 hash;

    for (size_t i = 0; i < sizeof hash.bytes; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        hash.bytes[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return hash;
}

/* ------------------------------------------------------------------ the naive twin */

/* MTH of RFC 6962 2.1, with a list of ranges in place of recursion: each is split until it is one leaf,
 * and put together on the way back. */
struct naive_range {
    uint32_t first;
    uint32_t count;
    uint32_t done; /* how many halves are hashed */
    struct hash256 left;
};

static uint32_t naive_split(uint32_t count)
{
    uint32_t split = 1;

    while (split * 2 < count) {
        split *= 2;
    }
    return split;
}

static struct hash256 naive_root(uint32_t first, uint32_t count)
{
    struct naive_range stack[40] = {{.first = first, .count = count}};
    struct hash256 result = {{0}};
    uint32_t depth = 1;

    while (depth > 0) {
        struct naive_range *top = &stack[depth - 1];
        uint32_t split = naive_split(top->count);

        if (top->count == 1) {
            result = test_leaves[top->first];
            depth--;
        } else if (top->done == 0) {
            top->done = 1;
            stack[depth++] = (struct naive_range){.first = top->first, .count = split};
        } else if (top->done == 1) {
            top->left = result;
            top->done = 2;
            stack[depth++] =
                (struct naive_range){.first = top->first + split, .count = top->count - split};
        } else {
            result = merkle_node(&top->left, &result);
            depth--;
        }
    }
    return result;
}

/* PATH of RFC 6962 2.1.1: from the root down, so it comes out the other way round. */
static uint32_t naive_path(uint32_t index, uint32_t size, struct hash256 *out)
{
    struct hash256 down[40] = {0};
    uint32_t first = 0;
    uint32_t count = 0;

    while (size > 1) {
        uint32_t split = naive_split(size);

        if (index < split) {
            down[count++] = naive_root(first + split, size - split);
            size = split;
        } else {
            down[count++] = naive_root(first, split);
            first += split;
            index -= split;
            size -= split;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        out[i] = down[count - 1 - i];
    }
    return count;
}

/* PROOF of RFC 6962 2.1.2, the same way. */
static uint32_t naive_growth(uint32_t old_size, uint32_t new_size, struct hash256 *out)
{
    struct hash256 down[40] = {0};
    uint32_t first = 0;
    uint32_t count = 0;
    bool is_whole = true; /* the old tree is this very subtree of the verifier's */

    while (old_size != new_size) {
        uint32_t split = naive_split(new_size);

        if (old_size <= split) {
            down[count++] = naive_root(first + split, new_size - split);
            new_size = split;
        } else {
            down[count++] = naive_root(first, split);
            first += split;
            old_size -= split;
            new_size -= split;
            is_whole = false;
        }
    }
    if (!is_whole) {
        down[count++] = naive_root(first, new_size);
    }
    for (uint32_t i = 0; i < count; i++) {
        out[i] = down[count - 1 - i];
    }
    return count;
}

static void assert_hash_equal(const struct hash256 *a, const struct hash256 *b)
{
    assert_memory_equal(a->bytes, b->bytes, sizeof a->bytes);
}

static struct merkle_source source_of(struct merkle_leaves *leaves, size_t count)
{
    *leaves = (struct merkle_leaves){.leaves = test_leaves, .count = count};
    return merkle_leaves_source(leaves);
}

/* ------------------------------------------------------------------ the tests */

/* The test vectors of Certificate Transparency's reference implementation (RFC 6962). */
static void the_published_roots_come_out(void **state)
{
    static const char *const inputs[] = {
        "",
        "\x00",
        "\x10",
        "\x20\x21",
        "\x30\x31",
        "\x40\x41\x42\x43",
        "\x50\x51\x52\x53\x54\x55\x56\x57",
        "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
    static const size_t sizes[] = {0, 1, 1, 2, 2, 4, 8, 16};
    static const char *const roots[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    struct merkle_edge edge;

    merkle_edge_start(&edge);
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        struct hash256 wanted = hash_of_hex(roots[i]);
        struct hash256 root = merkle_edge_root(&edge);

        assert_hash_equal(&root, &wanted);
        if (i < sizeof inputs / sizeof inputs[0]) {
            struct hash256 leaf = leaf_of_bytes(inputs[i], sizes[i]);
            merkle_edge_add(&edge, &leaf);
        }
    }
}

static void every_tree_has_the_root_of_the_naive_one(void **state)
{
    struct hash256 used[LEAVES_MAX];
    struct merkle_edge edge;

    merkle_edge_start(&edge);
    for (uint32_t size = 1; size <= LEAVES_MAX; size++) {
        struct merkle_leaves leaves;
        struct merkle_source source = source_of(&leaves, size);
        struct merkle_edge rebuilt;
        struct hash256 wanted = naive_root(0, size);
        struct hash256 root;

        merkle_edge_add(&edge, &test_leaves[size - 1]);
        assert_true(merkle_edge_is_sound(&edge));
        root = merkle_edge_root(&edge);
        assert_hash_equal(&root, &wanted);
        memcpy(used, test_leaves, sizeof used);
        root = merkle_root_by_levels(used, size);
        assert_hash_equal(&root, &wanted);
        assert_true(merkle_source_root(&source, size, &root));
        assert_hash_equal(&root, &wanted);
        assert_true(merkle_source_edge(&source, size, &rebuilt));
        assert_memory_equal(&rebuilt, &edge, sizeof edge);
    }
}

static void every_inclusion_is_proven_as_the_standard_says(void **state)
{
    for (uint32_t size = 1; size <= 130; size++) {
        struct merkle_leaves leaves;
        struct merkle_source source = source_of(&leaves, size);
        struct hash256 root = naive_root(0, size);

        for (uint32_t index = 0; index < size; index++) {
            struct merkle_proof proof;
            struct hash256 wanted[40];
            uint32_t count = naive_path(index, size, wanted);

            assert_true(merkle_proof_make_inclusion(&proof, &source, index, size));
            assert_int_equal(proof.count, count);
            assert_memory_equal(proof.hashes, wanted, count * sizeof wanted[0]);
            assert_true(
                merkle_proof_check_inclusion(&proof, index, size, &test_leaves[index], &root));
        }
    }
}

static void every_growth_is_proven_as_the_standard_says(void **state)
{
    for (uint32_t size = 1; size <= 130; size++) {
        struct merkle_leaves leaves;
        struct merkle_source source = source_of(&leaves, size);

        for (uint32_t old_size = 1; old_size <= size; old_size++) {
            struct merkle_proof proof;
            struct merkle_growth growth = {old_size, size, naive_root(0, old_size),
                                           naive_root(0, size)};
            struct hash256 wanted[40];
            uint32_t count = naive_growth(old_size, size, wanted);

            assert_true(merkle_proof_make_growth(&proof, &source, old_size, size));
            assert_int_equal(proof.count, count);
            assert_memory_equal(proof.hashes, wanted, count * sizeof wanted[0]);
            assert_true(merkle_proof_check_growth(&proof, &growth));
        }
    }
}

/* What is changed in a proof, one after the other. */
static void flip(void *bytes, size_t bit)
{
    ((uint8_t *)bytes)[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void an_inclusion_with_any_bit_flipped_is_refused(void **state)
{
    for (uint32_t size = 1; size <= FLIPS_MAX; size++) {
        struct merkle_leaves leaves;
        struct merkle_source source = source_of(&leaves, size);
        struct hash256 root = naive_root(0, size);

        for (uint32_t index = 0; index < size; index++) {
            struct hash256 leaf = test_leaves[index];
            struct merkle_proof proof;

            assert_true(merkle_proof_make_inclusion(&proof, &source, index, size));
            for (size_t bit = 0; bit < proof.count * sizeof(struct hash256) * 8; bit++) {
                flip(proof.hashes, bit);
                assert_false(merkle_proof_check_inclusion(&proof, index, size, &leaf, &root));
                flip(proof.hashes, bit);
            }
            for (size_t bit = 0; bit < sizeof leaf * 8; bit++) {
                flip(&leaf, bit);
                assert_false(merkle_proof_check_inclusion(&proof, index, size, &leaf, &root));
                flip(&leaf, bit);
                flip(&root, bit);
                assert_false(merkle_proof_check_inclusion(&proof, index, size, &leaf, &root));
                flip(&root, bit);
            }
        }
    }
}

/* The hashes do not bind the size itself (another size may have the same path); they bind the leaf to
 * the root. Where the path's shape differs, another place or another length is refused. */
static void an_inclusion_at_another_place_or_of_another_length_is_refused(void **state)
{
    for (uint32_t size = 2; size <= FLIPS_MAX; size++) {
        struct merkle_leaves leaves;
        struct merkle_source source = source_of(&leaves, size);
        struct hash256 root = naive_root(0, size);

        for (uint32_t index = 0; index < size; index++) {
            struct merkle_proof proof;

            assert_true(merkle_proof_make_inclusion(&proof, &source, index, size));
            for (uint32_t other = 0; other < size + 3; other++) {
                bool is_taken =
                    merkle_proof_check_inclusion(&proof, other, size, &test_leaves[index], &root);
                assert_int_equal(is_taken, other == index);
            }
            proof.count--;
            assert_false(
                merkle_proof_check_inclusion(&proof, index, size, &test_leaves[index], &root));
            proof.count += 2;
            proof.hashes[proof.count - 1] = root;
            assert_false(
                merkle_proof_check_inclusion(&proof, index, size, &test_leaves[index], &root));
        }
    }
}

static void a_growth_with_any_bit_flipped_is_refused(void **state)
{
    for (uint32_t size = 2; size <= FLIPS_MAX; size++) {
        struct merkle_leaves leaves;
        struct merkle_source source = source_of(&leaves, size);

        for (uint32_t old_size = 1; old_size < size; old_size++) {
            struct merkle_growth growth = {old_size, size, naive_root(0, old_size),
                                           naive_root(0, size)};
            struct merkle_proof proof;

            assert_true(merkle_proof_make_growth(&proof, &source, old_size, size));
            for (size_t bit = 0; bit < proof.count * sizeof(struct hash256) * 8; bit++) {
                flip(proof.hashes, bit);
                assert_false(merkle_proof_check_growth(&proof, &growth));
                flip(proof.hashes, bit);
            }
            for (size_t bit = 0; bit < sizeof growth.old_root * 8; bit++) {
                flip(&growth.old_root, bit);
                assert_false(merkle_proof_check_growth(&proof, &growth));
                flip(&growth.old_root, bit);
                flip(&growth.new_root, bit);
                assert_false(merkle_proof_check_growth(&proof, &growth));
                flip(&growth.new_root, bit);
            }
            proof.count++;
            proof.hashes[proof.count - 1] = growth.new_root;
            assert_false(merkle_proof_check_growth(&proof, &growth));
            proof.count -= 2;
            assert_false(merkle_proof_check_growth(&proof, &growth));
        }
    }
}

static void trees_that_shrink_or_split_are_not_growth(void **state)
{
    struct merkle_proof none = {.count = 0};
    struct merkle_growth growth = {3, 3, naive_root(0, 3), naive_root(0, 3)};

    assert_true(merkle_proof_check_growth(&none, &growth));
    growth.new_root = naive_root(1, 3);
    assert_false(merkle_proof_check_growth(&none, &growth));
    growth = (struct merkle_growth){4, 3, naive_root(0, 4), naive_root(0, 3)};
    assert_false(merkle_proof_check_growth(&none, &growth));
    growth = (struct merkle_growth){3, 5, naive_root(0, 3), naive_root(0, 5)};
    assert_false(merkle_proof_check_growth(&none, &growth));
}

static void the_empty_tree_is_the_beginning_of_every_tree(void **state)
{
    struct merkle_edge empty;
    struct merkle_proof none = {.count = 0};

    merkle_edge_start(&empty);
    struct merkle_growth growth = {0, 5, merkle_edge_root(&empty), naive_root(0, 5)};
    assert_true(merkle_proof_check_growth(&none, &growth));
    growth.old_root = naive_root(0, 1);
    assert_false(merkle_proof_check_growth(&none, &growth));
}

/* Else a proof could pass off an inner node as a leaf. */
static void a_leaf_never_hashes_like_a_node(void **state)
{
    uint8_t both[64];
    memcpy(both, test_leaves[0].bytes, 32);
    memcpy(both + 32, test_leaves[1].bytes, 32);
    struct hash256 leaf = leaf_of_bytes(both, sizeof both);
    struct hash256 node = merkle_node(&test_leaves[0], &test_leaves[1]);

    assert_memory_not_equal(leaf.bytes, node.bytes, sizeof leaf.bytes);
}

static void an_edge_with_a_node_too_many_or_missing_is_not_sound(void **state)
{
    struct merkle_edge edge;

    merkle_edge_start(&edge);
    for (uint32_t i = 0; i < 5; i++) {
        merkle_edge_add(&edge, &test_leaves[i]);
    }
    edge.nodes[1] = test_leaves[0];
    assert_false(merkle_edge_is_sound(&edge));
    memset(&edge.nodes[1], 0, sizeof edge.nodes[1]);
    assert_true(merkle_edge_is_sound(&edge));
    memset(&edge.nodes[2], 0, sizeof edge.nodes[2]);
    assert_false(merkle_edge_is_sound(&edge));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_roots_come_out),
        cmocka_unit_test(every_tree_has_the_root_of_the_naive_one),
        cmocka_unit_test(every_inclusion_is_proven_as_the_standard_says),
        cmocka_unit_test(every_growth_is_proven_as_the_standard_says),
        cmocka_unit_test(an_inclusion_with_any_bit_flipped_is_refused),
        cmocka_unit_test(an_inclusion_at_another_place_or_of_another_length_is_refused),
        cmocka_unit_test(a_growth_with_any_bit_flipped_is_refused),
        cmocka_unit_test(trees_that_shrink_or_split_are_not_growth),
        cmocka_unit_test(the_empty_tree_is_the_beginning_of_every_tree),
        cmocka_unit_test(a_leaf_never_hashes_like_a_node),
        cmocka_unit_test(an_edge_with_a_node_too_many_or_missing_is_not_sound),
    };

    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
