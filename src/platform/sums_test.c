/* SPDX-License-Identifier: Apache-2.0
 *
 * Published test vectors for SHA-256 and XXH3, and that parts, steps and wholes agree; the clocks.
 */
#include "platform/checksum.h"
#include "platform/clock.h"
#include "platform/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_hex(const struct hash256 *hash, const char *hex)
{
    char text[65];

    for (size_t i = 0; i < sizeof hash->bytes; i++) {
        snprintf(text + 2 * i, 3, "%02x", hash->bytes[i]);
    }
    assert_string_equal(text, hex);
}

/* FIPS 180-4 example messages, as published by NIST. */
static void sha256_gives_the_published_digests(void **state)
{
    struct sha256 *sha = sha256_create();
    const struct byte_part empty = {"", 0};
    const struct byte_part abc = {"abc", 3};
    struct hash256 hash;

    sha256_parts(sha, &abc, 1, &hash);
    assert_hex(&hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_parts(sha, &empty, 1, &hash);
    assert_hex(&hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_start(sha);
    for (int i = 0; i < 1000; i++) {
        char thousand[1000];

        memset(thousand, 'a', sizeof thousand);
        sha256_add(sha, thousand, sizeof thousand);
    }
    sha256_finish(sha, &hash);
    assert_hex(&hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    sha256_destroy(sha);
    sha256_destroy(NULL);
}

static void parts_hash_like_the_whole(void **state)
{
    struct sha256 *sha = sha256_create();
    uint8_t bytes[1500];
    struct hash256 whole;
    struct hash256 split;

    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 31 + i / 256);
    }
    const struct byte_part one = {bytes, sizeof bytes};
    sha256_parts(sha, &one, 1, &whole);
    for (size_t cut = 0; cut <= sizeof bytes; cut += 7) {
        const struct byte_part parts[] = {
            {bytes, cut / 2}, {bytes + cut / 2, cut - cut / 2}, {bytes + cut, sizeof bytes - cut}};

        sha256_parts(sha, parts, 3, &split);
        assert_memory_equal(&whole, &split, sizeof whole);
        assert_int_equal(checksum_parts(parts, 3), checksum_bytes(bytes, sizeof bytes));
    }
    sha256_destroy(sha);
}

/* The empty input's XXH3-64 with seed 0 is the best known vector of the algorithm. */
static void checksum_is_xxh3(void **state)
{
    assert_int_equal(checksum_bytes("", 0), 0x2d06800538d394c2u);
}

static void checksum_sees_every_single_bit(void **state)
{
    uint8_t bytes[640];

    memset(bytes, 0x5a, sizeof bytes);
    uint64_t sum = checksum_bytes(bytes, sizeof bytes);
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(checksum_bytes(bytes, sizeof bytes), sum);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void clocks_tell_a_time_of_this_century_and_do_not_go_back(void **state)
{
    const struct clock_source *clock = clock_source_system();
    int64_t before = clock_monotonic_us(clock);

    assert_true(clock_wall_us(clock) > INT64_C(1700000000) * 1000000);
    assert_true(clock_wall_us(clock) < INT64_C(4102444800) * 1000000);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic_us(clock);

        assert_true(now >= before);
        before = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(parts_hash_like_the_whole),
        cmocka_unit_test(checksum_is_xxh3),
        cmocka_unit_test(checksum_sees_every_single_bit),
        cmocka_unit_test(clocks_tell_a_time_of_this_century_and_do_not_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
