/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of liabilities against its naive twin: a full tree of small depth, every place of every
 * level written down, built from the definition with other code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/sha256.h"
#include "proofs/liabilities_key.h"
#include "proofs/liabilities_proof.h"
#include "support/liabilities_scene.h"
#include "support/random_stream.h"

#define TWIN_ASSETS 3u
#define TWIN_DEPTH  9u

/* One node of the twin: 0 below it nobody, else taken. */
struct twin_node {
    bool is_taken;
    struct hash256 hash;
    uint128 values[TWIN_ASSETS];
};

static void twin_hash(const void *const parts[], const size_t sizes[], size_t count,
                      struct hash256 *out)
{
    struct sha256 *sha = sha256_create();

    sha256_start(sha);
    for (size_t i = 0; i < count; i++) {
        sha256_add(sha, parts[i], sizes[i]);
    }
    sha256_finish(sha, out);
    sha256_destroy(sha);
}

static void twin_pad(const struct liabilities_key *key, unsigned level, uint32_t index,
                     struct twin_node *node)
{
    const uint8_t mark = 2;
    const uint8_t level_byte = (uint8_t)level;
    const uint64_t wide = index;
    struct hash256 mask;

    liabilities_key_padding(key, level, index, &mask);
    const void *const parts[] = {&mark, &key->epoch, &level_byte, &wide, &mask};
    const size_t sizes[] = {1, 8, 1, 8, 32};
    twin_hash(parts, sizes, 5, &node->hash);
    memset(node->values, 0, sizeof node->values);
}

/* From one full level to the next. */
static void twin_rise(const struct liabilities_key *key, unsigned level, uint32_t width,
                      const struct twin_node *below, struct twin_node *above)
{
    const uint8_t mark = 1;

    for (uint32_t i = 0; i < width / 2; i++) {
        struct twin_node pair[2] = {below[2 * i], below[2 * i + 1]};

        above[i] = (struct twin_node){.is_taken = pair[0].is_taken || pair[1].is_taken};
        if (!above[i].is_taken) {
            continue;
        }
        for (uint32_t side = 0; side < 2; side++) {
            if (!pair[side].is_taken) {
                twin_pad(key, level, 2 * i + side, &pair[side]);
            }
        }
        const void *const parts[] = {&mark, &pair[0].hash, pair[0].values, &pair[1].hash,
                                     pair[1].values};
        const size_t sizes[] = {1, 32, sizeof pair[0].values, 32, sizeof pair[1].values};
        twin_hash(parts, sizes, 5, &above[i].hash);
        for (unsigned asset = 0; asset < TWIN_ASSETS; asset++) {
            above[i].values[asset] = pair[0].values[asset] + pair[1].values[asset];
        }
    }
}

/* The leaf of a part, written out from the definition. */
static void twin_leaf(const struct liabilities_key *key, const struct liabilities_account *account,
                      unsigned part, struct twin_node *node)
{
    static const char mark[] = {0, 'P', 'o', 'L', '1'};
    struct liabilities_user user;
    struct hash256 secret;
    struct hash256 salt;
    struct hash256 id;

    liabilities_key_user(key, account->owner, &secret);
    liabilities_user_prepare(&user, &secret, key->epoch);
    liabilities_user_salt(&user, part, &salt);
    const void *const id_parts[] = {&salt, account->identity};
    const size_t id_sizes[] = {sizeof salt, account->identity_size};
    twin_hash(id_parts, id_sizes, 2, &id);
    for (unsigned asset = 0; asset < TWIN_ASSETS; asset++) {
        node->values[asset] = liabilities_user_share(&user, asset, account->values[asset], part,
                                                     liabilities_user_parts(&user));
    }
    const void *const parts[] = {mark, &key->epoch, &id, &salt, node->values};
    const size_t sizes[] = {sizeof mark, 8, 32, 32, sizeof node->values};
    twin_hash(parts, sizes, 5, &node->hash);
    node->is_taken = true;
}

/* Parts put one after the other, in the order of their wish, account and part, where there is room. */
static bool twin_place_account(const struct liabilities_scene *scene, uint32_t index, uint32_t wish,
                               unsigned depth, struct twin_node *leaves, uint32_t *next)
{
    const struct liabilities_account *account = &scene->accounts[index];
    struct liabilities_user user;
    struct hash256 secret;

    liabilities_key_user(&scene->key, account->owner, &secret);
    liabilities_user_prepare(&user, &secret, scene->key.epoch);
    for (unsigned part = 0; part < liabilities_user_parts(&user); part++) {
        uint32_t place = liabilities_key_place(&scene->key, account->owner, part);

        if (place >> (LIABILITIES_DEPTH - depth) != wish) {
            continue;
        }
        *next = *next > wish ? *next : wish;
        if (*next == 1u << depth) {
            return false;
        }
        twin_leaf(&scene->key, account, part, &leaves[(*next)++]);
    }
    return true;
}

static bool twin_place(const struct liabilities_scene *scene, unsigned depth,
                       struct twin_node *leaves)
{
    uint32_t next = 0;

    for (uint32_t wish = 0; wish < 1u << depth; wish++) {
        for (uint32_t i = 0; i < scene->source.accounts; i++) {
            if (!twin_place_account(scene, i, wish, depth, leaves, &next)) {
                return false;
            }
        }
    }
    return true;
}

/* false: no room for somebody. */
static bool twin_build(const struct liabilities_scene *scene, unsigned depth, struct twin_node *top)
{
    static struct twin_node levels[2][1u << TWIN_DEPTH];

    memset(levels, 0, sizeof levels);
    if (!twin_place(scene, depth, levels[0])) {
        return false;
    }
    for (unsigned level = 0; level < depth; level++) {
        twin_rise(&scene->key, level, 1u << (depth - level), levels[level % 2],
                  levels[(level + 1) % 2]);
    }
    *top = levels[depth % 2][0];
    return true;
}

static void tree_is_that_of_its_naive_twin_at_every_small_depth_and_fill(void **state)
{
    unsigned full = 0;
    unsigned done = 0;

    for (uint64_t seed = 1; seed <= 120; seed++) {
        struct liabilities_scene scene;
        struct liabilities_node top;
        struct twin_node twin;
        unsigned depth = 3 + (unsigned)(seed % (TWIN_DEPTH - 2));
        uint32_t accounts = 1 + (uint32_t)(seed % (depth * depth / 4 + 1));

        liabilities_scene_start(&scene, accounts, TWIN_ASSETS, 1u << 20, seed);
        bool fits = twin_build(&scene, depth, &twin);
        enum liabilities_build_result result =
            liabilities_build(&scene.source, &scene.key, depth, NULL, &top);
        assert_int_equal(result, fits ? LIABILITIES_BUILD_DONE : LIABILITIES_BUILD_FULL);
        if (fits) {
            assert_memory_equal(&top.hash, &twin.hash, sizeof top.hash);
            assert_memory_equal(top.values, twin.values, sizeof twin.values);
        }
        full += !fits;
        done += fits;
        liabilities_scene_end(&scene);
    }
    assert_true(full > 5 && done > 50);
}

static void totals_are_the_sums_of_the_accounts(void **state)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct liabilities_scene scene;

        liabilities_scene_start(&scene, 1 + (uint32_t)(seed * 7), 4, UINT64_C(1) << 50, seed);
        assert_int_equal(liabilities_scene_build(&scene), LIABILITIES_BUILD_DONE);
        for (unsigned asset = 0; asset < 4; asset++) {
            uint128 sum = 0;

            for (uint32_t i = 0; i < scene.source.accounts; i++) {
                sum += scene.accounts[i].values[asset];
            }
            assert_true(scene.statement.asset[asset].total == sum);
        }
        liabilities_scene_end(&scene);
    }
}

static void shares_of_a_value_are_the_value_whatever_it_is(void **state)
{
    struct random_stream random = {77};

    for (unsigned round = 0; round < 3000; round++) {
        struct liabilities_user user;
        struct hash256 secret;
        uint128 value = ((uint128)random_next(&random) << 64 | random_next(&random)) >>
                        random_below(&random, 128);
        uint128 sum = 0;

        value = round == 0 ? LIABILITIES_VALUE_MAX : value & LIABILITIES_VALUE_MAX;
        random_bytes(&random, &secret, sizeof secret);
        liabilities_user_prepare(&user, &secret, round);
        unsigned parts = liabilities_user_parts(&user);
        assert_in_range(parts, LIABILITIES_PARTS_MIN, LIABILITIES_PARTS_MAX);
        for (unsigned part = 0; part < parts; part++) {
            uint128 share = liabilities_user_share(&user, round % 200, value, part, parts);

            assert_true(share <= value && sum <= value - share);
            sum += share;
        }
        assert_true(sum == value);
    }
}

static void a_sum_of_two_to_the_127_is_refused_and_one_less_is_not(void **state)
{
    struct liabilities_node left = {.values = {LIABILITIES_VALUE_MAX - 5, 1}};
    struct liabilities_node right = {.values = {5, 2}};
    struct liabilities_node parent;

    assert_true(liabilities_combine(&left, &right, 2, &parent));
    assert_true(parent.values[0] == LIABILITIES_VALUE_MAX);
    right.values[0] = 6;
    assert_false(liabilities_combine(&left, &right, 2, &parent));
    left.values[0] = ~(uint128)0; /* minus one, as some would read it */
    right.values[0] = 6;
    assert_false(liabilities_combine(&left, &right, 2, &parent));
    assert_false(liabilities_combine(&right, &left, 2, &parent));
    left.values[0] = 0;
    left.values[1] = LIABILITIES_VALUE_MAX;
    assert_false(liabilities_combine(&left, &right, 2, &parent));
}

static bool read_debtor(const void *context, uint32_t index, struct liabilities_account *account)
{
    const struct liabilities_account *accounts = context;

    *account = accounts[index];
    return index != 3;
}

static void account_that_owns_less_than_nothing_stops_the_build(void **state)
{
    struct liabilities_scene scene;

    liabilities_scene_start(&scene, 6, 2, 1000, 2);
    scene.source.read = read_debtor;
    assert_int_equal(liabilities_scene_build(&scene), LIABILITIES_BUILD_ACCOUNT);
    liabilities_scene_end(&scene);
}

static void every_client_can_prove_his_balance_and_nobody_elses(void **state)
{
    struct liabilities_scene scene;
    struct liabilities_proof *proof = malloc(sizeof *proof);

    liabilities_scene_start(&scene, 9, 2, 1000000, 3);
    assert_int_equal(liabilities_scene_build(&scene), LIABILITIES_BUILD_DONE);
    for (uint32_t i = 0; i < scene.source.accounts; i++) {
        liabilities_scene_prove(&scene, i, proof);
        assert_int_equal(liabilities_scene_check(&scene, i, proof, &scene.claim),
                         LIABILITIES_VERDICT_AGREES);
        assert_int_equal(liabilities_scene_check(&scene, (i + 1) % 9, proof, &scene.claim),
                         LIABILITIES_VERDICT_IDENTITY);
    }
    free(proof);
    liabilities_scene_end(&scene);
}

/* Every byte of what a proof says beside the identity (which has its own test). */
static void no_bit_of_a_proof_can_be_changed(void **state)
{
    struct liabilities_scene scene;
    struct liabilities_proof *proof = malloc(sizeof *proof);
    struct random_stream random = {9};

    liabilities_scene_start(&scene, 4, 2, 1000000, 4);
    assert_int_equal(liabilities_scene_build(&scene), LIABILITIES_BUILD_DONE);
    liabilities_scene_prove(&scene, 1, proof);
    for (unsigned round = 0; round < 4000; round++) {
        struct liabilities_part *part = &proof->part[random_below(&random, proof->parts)];
        struct liabilities_node *sibling = &part->siblings[random_below(&random, 32)];
        uint64_t bit = (uint64_t)1 << random_below(&random, 63);
        uint8_t bit8 = (uint8_t)(1u << (bit % 7));
        uint8_t *byte = &sibling->hash.bytes[random_below(&random, 32)];
        uint128 *value = &sibling->values[random_below(&random, 2)];
        uint128 kept = part->values[0];
        uint32_t position = part->position;

        switch (round % 5) {
        case 0: *byte ^= bit8; break;
        case 1: *value ^= bit; break;
        case 2: part->values[0] ^= bit; break;
        case 3: part->position ^= 1u << random_below(&random, 32); break;
        default: proof->secret.bytes[0] ^= bit8; break; /* not an enum */
        }
        assert_int_not_equal(liabilities_scene_check(&scene, 1, proof, &scene.claim),
                             LIABILITIES_VERDICT_AGREES);
        switch (round % 5) {
        case 0: *byte ^= bit8; break;
        case 1: *value ^= bit; break;
        case 2: part->values[0] = kept; break;
        case 3: part->position = position; break;
        default: proof->secret.bytes[0] ^= bit8; break; /* not an enum */
        }
    }
    assert_int_equal(liabilities_scene_check(&scene, 1, proof, &scene.claim),
                     LIABILITIES_VERDICT_AGREES);
    free(proof);
    liabilities_scene_end(&scene);
}

static void a_proof_with_fewer_parts_than_the_secret_says_is_refused(void **state)
{
    struct liabilities_scene scene;
    struct liabilities_proof *proof = malloc(sizeof *proof);

    liabilities_scene_start(&scene, 4, 2, 1000000, 4);
    assert_int_equal(liabilities_scene_build(&scene), LIABILITIES_BUILD_DONE);
    liabilities_scene_prove(&scene, 1, proof);
    proof->parts--;
    assert_int_equal(liabilities_scene_check(&scene, 1, proof, &scene.claim),
                     LIABILITIES_VERDICT_PARTS);
    free(proof);
    liabilities_scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_is_that_of_its_naive_twin_at_every_small_depth_and_fill),
        cmocka_unit_test(totals_are_the_sums_of_the_accounts),
        cmocka_unit_test(shares_of_a_value_are_the_value_whatever_it_is),
        cmocka_unit_test(a_sum_of_two_to_the_127_is_refused_and_one_less_is_not),
        cmocka_unit_test(account_that_owns_less_than_nothing_stops_the_build),
        cmocka_unit_test(every_client_can_prove_his_balance_and_nobody_elses),
        cmocka_unit_test(no_bit_of_a_proof_can_be_changed),
        cmocka_unit_test(a_proof_with_fewer_parts_than_the_secret_says_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
