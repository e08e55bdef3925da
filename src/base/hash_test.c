/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes: equal on every compiler (fixed values), spread evenly, and sensitive to every bit. The
 * digest: never forgets.
 */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/random_stream.h"

/* Computed once by another program, in another language. */
#define HASH_OF_0        0x71eacc698130ea26u
#define HASH_OF_1        0xc3bdee9c8780106fu
#define HASH_OF_NOTHING  0xd90333ca7cacc077u
#define HASH_OF_32_BYTES 0x411894f7e3ce0afdu
#define HASH_OF_33_BYTES 0x156032275f38702fu
#define DIGEST_WORD_0    0xff0731dbf26b6bb1u
#define DIGEST_WORD_1    0x3aca33db9de4d64fu

static const struct hash_seed seed = {{0x0123456789abcdefu, 0xfedcba9876543210u}};

static void fill(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(i * 7 + 3);
    }
}

static void hashes_and_digests_have_the_values_that_stand_in_journals(void **state)
{
    uint8_t bytes[96];
    struct digest digest = digest_start();

    fill(bytes, sizeof bytes);
    digest_update(&digest, bytes, sizeof bytes);
    assert_int_equal(hash_u64(seed, 0), HASH_OF_0);
    assert_int_equal(hash_u64(seed, 1), HASH_OF_1);
    assert_int_equal(hash_bytes(seed, bytes, 0), HASH_OF_NOTHING);
    assert_int_equal(hash_bytes(seed, bytes, 32), HASH_OF_32_BYTES);
    assert_int_equal(hash_bytes(seed, bytes, 33), HASH_OF_33_BYTES);
    assert_int_equal(digest.words[0], DIGEST_WORD_0);
    assert_int_equal(digest.words[1], DIGEST_WORD_1);
}

static void hash_of_bytes_changes_with_each_bit_the_length_and_the_seed(void **state)
{
    uint8_t bytes[80];

    fill(bytes, sizeof bytes);
    for (size_t size = 0; size < sizeof bytes; size++) {
        uint64_t hash = hash_bytes(seed, bytes, size);

        assert_int_not_equal(hash, hash_bytes(seed, bytes, size + 1));
        assert_int_not_equal(hash, hash_bytes((struct hash_seed){{1, 2}}, bytes, size));
        for (size_t bit = 0; bit < size * 8; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_not_equal(hash, hash_bytes(seed, bytes, size));
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

/* Zero bytes at the end count: a text and the same text padded further are different. */
static void hash_of_zeros_depends_on_how_many_there_are(void **state)
{
    static const uint8_t zeros[64];

    for (size_t a = 0; a < sizeof zeros; a++) {
        for (size_t b = a + 1; b <= sizeof zeros; b++) {
            assert_int_not_equal(hash_bytes(seed, zeros, a), hash_bytes(seed, zeros, b));
        }
    }
}

static void hash_of_small_numbers_fills_buckets_evenly(void **state)
{
    enum { BUCKETS = 1024, EACH = 64 };
    static uint32_t low[BUCKETS];
    static uint32_t stride[BUCKETS];

    for (uint64_t i = 0; i < (uint64_t)BUCKETS * EACH; i++) {
        low[hash_u64(seed, i) % BUCKETS]++;
        stride[hash_u64(seed, i << 32 | 1) % BUCKETS]++;
    }
    /* 64 expected, standard deviation 8: beyond 6 of them something is wrong with the mixing. */
    for (uint32_t i = 0; i < BUCKETS; i++) {
        assert_in_range(low[i], EACH - 48, EACH + 48);
        assert_in_range(stride[i], EACH - 48, EACH + 48);
    }
}

static void digest_changes_with_each_bit_and_with_the_order(void **state)
{
    uint8_t bytes[64];
    struct digest whole = digest_start();

    fill(bytes, sizeof bytes);
    digest_update(&whole, bytes, sizeof bytes);
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        struct digest flipped = digest_start();

        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        digest_update(&flipped, bytes, sizeof bytes);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(whole.words[0], flipped.words[0]);
        assert_int_not_equal(whole.words[1], flipped.words[1]);
    }
    for (size_t i = 0; i < sizeof bytes; i += 16) {
        for (size_t j = i + 16; j < sizeof bytes; j += 16) {
            struct digest swapped = digest_start();
            uint8_t other[64];

            memcpy(other, bytes, sizeof other);
            memcpy(other + i, bytes + j, 16);
            memcpy(other + j, bytes + i, 16);
            digest_update(&swapped, other, sizeof other);
            assert_memory_not_equal(&whole, &swapped, sizeof whole);
        }
    }
}

static void digest_of_parts_is_not_the_digest_of_the_whole(void **state)
{
    uint8_t bytes[96];
    struct digest whole = digest_start();
    struct digest parts = digest_start();

    (void)state;
    fill(bytes, sizeof bytes);
    digest_update(&whole, bytes, sizeof bytes);
    digest_update(&parts, bytes, 16);
    digest_update(&parts, bytes + 16, 80);
    assert_memory_not_equal(&whole, &parts, sizeof whole);
}

/* The definition of the format, word for word. */
static void digest_is_what_the_format_says(void **state)
{
    uint8_t bytes[400];

    (void)state;
    fill(bytes, sizeof bytes);
    for (size_t size = 0; size <= sizeof bytes; size += 16) {
        struct digest lanes[4] = {{{7, 9}}, digest_start(), digest_start(), digest_start()};
        struct digest digest = {{7, 9}};

        for (size_t i = 0; i < size / 16 + 3; i++) {
            struct digest *lane = &lanes[i < size / 16 ? i % 4 : 0];
            uint64_t words[2];

            memcpy(words, i < size / 16 ? (void *)(bytes + 16 * i) : &lanes[i - size / 16 + 1], 16);
            lane->words[0] = (lane->words[0] << 29 | lane->words[0] >> 35) ^
                             hash_fold(lane->words[1] ^ words[0], HASH_MIX_2 ^ words[1]);
            lane->words[1] = (lane->words[1] << 31 | lane->words[1] >> 33) ^
                             hash_fold(lane->words[0] ^ words[1], HASH_MIX_3 ^ words[0]);
        }
        digest_update(&digest, bytes, size);
        assert_memory_equal(&digest, &lanes[0], sizeof digest);
    }
}

static void digest_never_forgets_a_difference(void **state)
{
    struct random_stream random = {31};
    const uint64_t hostile[2] = {HASH_MIX_3, HASH_MIX_2};

    for (int round = 0; round < 10000; round++) {
        struct digest a;
        struct digest b;
        uint64_t block[2];

        random_bytes(&random, &a, sizeof a);
        b = a;
        b.words[random_below(&random, 2)] ^= (uint64_t)1 << random_below(&random, 64);
        random_bytes(&random, block, sizeof block);
        digest_update(&a, round % 2 == 0 ? hostile : block, sizeof block);
        digest_update(&b, round % 2 == 0 ? hostile : block, sizeof block);
        assert_memory_not_equal(&a, &b, sizeof a);
    }
}

static void update_with_half_a_block(void *argument)
{
    const uint8_t bytes[24] = {0};

    digest_update(argument, bytes, sizeof bytes);
}

static void digest_aborts_on_a_size_that_is_no_multiple_of_16(void **state)
{
    struct digest digest = digest_start();

    assert_true(does_abort(update_with_half_a_block, &digest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_and_digests_have_the_values_that_stand_in_journals),
        cmocka_unit_test(hash_of_bytes_changes_with_each_bit_the_length_and_the_seed),
        cmocka_unit_test(hash_of_zeros_depends_on_how_many_there_are),
        cmocka_unit_test(hash_of_small_numbers_fills_buckets_evenly),
        cmocka_unit_test(digest_changes_with_each_bit_and_with_the_order),
        cmocka_unit_test(digest_of_parts_is_not_the_digest_of_the_whole),
        cmocka_unit_test(digest_is_what_the_format_says),
        cmocka_unit_test(digest_never_forgets_a_difference),
        cmocka_unit_test(digest_aborts_on_a_size_that_is_no_multiple_of_16),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
