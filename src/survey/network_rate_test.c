/* SPDX-License-Identifier: Apache-2.0
 *
 * The network's rate from headers: the first blocks of Bitcoin, headers mined here at the lowest
 * difficulty, CSV, and each fault with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/hex_text.h"
#include "platform/sha256.h"
#include "support/assert_near.h"
#include "support/random_stream.h"
#include "survey/hash_rate.h"
#include "survey/network_rate.h"

/* Blocks 0 and 1 of Bitcoin, as every node has them. */
static const char *const FIRST_BLOCKS =
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c"
    "3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
    "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe68"
    "0e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299";

static size_t unhex(const char *text, uint8_t *out)
{
    size_t size = strlen(text) / 2;
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(hex_digit_value(text[2 * i]) * 16 + hex_digit_value(text[2 * i + 1]));
    }
    return size;
}

static enum network_result read_bytes(const void *bytes, size_t size, uint64_t *place)
{
    struct network_rate rate;
    return network_rate_read(slice_of(bytes, size), &rate, place);
}

static void the_first_blocks_of_bitcoin_are_taken(void **state)
{
    uint8_t bytes[2 * NETWORK_HEADER_SIZE];
    struct network_rate rate;
    uint64_t place = 0;
    assert_int_equal(unhex(FIRST_BLOCKS, bytes), sizeof bytes);
    assert_int_equal(network_rate_read(slice_of((const char *)bytes, sizeof bytes), &rate, &place),
                     NETWORK_RESULT_OK);
    assert_int_equal(rate.blocks, 1);
    assert_near(rate.seconds, 463160, 0);
    assert_near(rate.difficulty_last, 1, 1e-9);
    assert_near(rate.rate.point, HASH_RATE_PER_DIFFICULTY / 463160, 0.01);
    assert_true(rate.rate.low < rate.rate.point / 20 && rate.rate.high > rate.rate.point * 3);

    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] ^= 0x10;
        assert_int_not_equal(read_bytes(bytes, sizeof bytes, &place), NETWORK_RESULT_OK);
        assert_int_equal(place, i < NETWORK_HEADER_SIZE ? 1 : 2);
        bytes[i] ^= 0x10;
    }
    for (size_t size = 0; size < sizeof bytes; size++) {
        enum network_result expected =
            size % NETWORK_HEADER_SIZE == 0 ? NETWORK_RESULT_FEW : NETWORK_RESULT_SIZE;
        assert_int_equal(read_bytes(bytes, size, &place), expected);
    }
}

static void put_word(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static void hash_header(const uint8_t *header, struct hash256 *hash)
{
    struct sha256 *sha = sha256_create();
    struct byte_part part = {header, NETWORK_HEADER_SIZE};
    struct hash256 once;
    sha256_parts(sha, &part, 1, &once);
    part = (struct byte_part){&once, sizeof once};
    sha256_parts(sha, &part, 1, hash);
    sha256_destroy(sha);
}

/* Headers of half a chance each (0x207FFFFF), so that mining takes two tries; `times` are theirs. */
static void mine(uint8_t *bytes, const uint32_t *times, size_t count)
{
    struct hash256 hash = {0};
    memset(bytes, 0, count * NETWORK_HEADER_SIZE);
    for (size_t i = 0; i < count; i++) {
        uint8_t *header = bytes + i * NETWORK_HEADER_SIZE;
        memcpy(header + 4, &hash, sizeof hash);
        put_word(header + 68, times[i]);
        put_word(header + 72, 0x207FFFFF);
        for (uint32_t nonce = 0; nonce == 0 || hash.bytes[31] >= 0x7F; nonce++) {
            put_word(header + 76, nonce);
            hash_header(header, &hash);
        }
    }
}

static void mined_headers_are_checked_for_chain_and_work(void **state)
{
    enum { COUNT = 20 };
    uint8_t bytes[COUNT * NETWORK_HEADER_SIZE];
    uint32_t times[COUNT];
    struct network_rate rate;
    uint64_t place = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        times[i] = 1600000000 + i * 600;
    }
    mine(bytes, times, COUNT);
    assert_int_equal(network_rate_read(slice_of((const char *)bytes, sizeof bytes), &rate, &place),
                     NETWORK_RESULT_OK);
    assert_int_equal(rate.blocks, COUNT - 1);
    assert_near(rate.rate.point, 2.0 / 600, 1e-8);
    /* A header that claims work it has not: the next nonces until one fails. */
    uint8_t *last = bytes + sizeof bytes - NETWORK_HEADER_SIZE;
    put_word(last + 72, 0x1D00FFFF);
    assert_int_equal(read_bytes(bytes, sizeof bytes, &place), NETWORK_RESULT_WORK);
    assert_int_equal(place, COUNT);
    put_word(last + 72, 0x00000000);
    assert_int_equal(read_bytes(bytes, sizeof bytes, &place), NETWORK_RESULT_BITS);
    last[10] ^= 1;
    assert_int_equal(read_bytes(bytes, sizeof bytes, &place), NETWORK_RESULT_CHAIN);
    /* One block may be earlier than the one before, but not than the middle of eleven. */
    times[15] = times[14] - 100;
    mine(bytes, times, COUNT);
    assert_int_equal(read_bytes(bytes, sizeof bytes, &place), NETWORK_RESULT_OK);
    times[15] = times[9];
    mine(bytes, times, COUNT);
    assert_int_equal(read_bytes(bytes, sizeof bytes, &place), NETWORK_RESULT_TIME);
    assert_int_equal(place, 16);
}

static void work_of_bits_is_exact(void **state)
{
    double work = 0;
    assert_true(network_work_of_bits(0x1D00FFFF, &work));
    assert_near(floor(work), 4295032833.0, 0);
    assert_true(network_work_of_bits(0x207FFFFF, &work));
    assert_near(work, 2.0, 1e-6);
    /* Targets that fit in 64 bits, with 128-bit integers: 2^256 / (t + 1) scaled by 2^-160. */
    for (uint32_t exponent = 3; exponent <= 8; exponent++) {
        for (uint32_t mantissa = 1; mantissa < 0x7FFFFF; mantissa = mantissa * 3 + 1) {
            unsigned __int128 target = (unsigned __int128)mantissa << (8 * (exponent - 3));
            unsigned __int128 whole = ((unsigned __int128)1 << 127) / (target + 1);
            assert_true(network_work_of_bits(exponent << 24 | mantissa, &work));
            assert_near(ldexp(work, -129) / (double)whole, 1, 1e-15);
        }
    }
    assert_true(network_work_of_bits(0x02123456, &work));
    assert_near(work, ldexp(1, 256) / (0x1234 + 1.0), ldexp(1, 200));
    static const uint32_t refused[] = {0,          0x1D000000, 0x1D800000, 0x21010000,
                                       0x23000001, 0x01003456, 0x1D80FFFF, 0xFF123456};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(network_work_of_bits(refused[i], &work));
    }
}

static void csv_says_the_same_and_names_the_line_of_a_fault(void **state)
{
    static const struct {
        const char *text;
        enum network_result result;
        uint64_t line;
    } CASES[] = {
        {"height,time,bits\n1,600,1d00ffff\n2,1200,1D00FFFF\n", NETWORK_RESULT_OK, 3},
        {"height,time,bits\n1,600,1d00ffff\n2,1200,1D00FFFF", NETWORK_RESULT_CSV, 3},
        {"height,time,bits\n1,600,1d00ffff\n", NETWORK_RESULT_FEW, 2},
        {"height,time,bits\n1,600,1d00ffff\n2,600,1d00ffff\n", NETWORK_RESULT_NO_TIME, 3},
        {"height,time,bits\n1,600,1d00ffff\n3,1200,1d00ffff\n", NETWORK_RESULT_HEIGHT, 3},
        {"height,time,bits\n1,600,1d00ffff\n1,1200,1d00ffff\n", NETWORK_RESULT_HEIGHT, 3},
        {"height,time,bits\n1,600,1d00fff\n", NETWORK_RESULT_NUMBER, 2},
        {"height,time,bits\n1,-600,1d00ffff\n", NETWORK_RESULT_NUMBER, 2},
        {"height,time,bits\n1,600,1d00fffg\n", NETWORK_RESULT_NUMBER, 2},
        {"height,time,bits\n1,4294967296,1d00ffff\n", NETWORK_RESULT_NUMBER, 2},
        {"height,time,bits\n1,600,00000000\n", NETWORK_RESULT_BITS, 2},
        {"height,time,bits\n1,600\n", NETWORK_RESULT_CSV, 2},
        {"height,time,bits,x\n1,600,1d00ffff,1\n", NETWORK_RESULT_CSV, 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        uint64_t line = 0;
        assert_int_equal(read_bytes(CASES[i].text, strlen(CASES[i].text), &line), CASES[i].result);
        assert_int_equal(line, CASES[i].line);
    }
    for (int i = NETWORK_RESULT_OK; i <= NETWORK_RESULT_NO_TIME; i++) {
        assert_string_not_equal(network_result_text((enum network_result)i), "unknown");
    }
}

/* A month of 4,320 blocks: standard error 1.5 %, and the interval holds the truth. */
static void a_month_of_blocks_is_known_to_three_percent(void **state)
{
    enum { TURNS = 60, BLOCKS = 4320, SIZE = 1 << 18 };
    struct random_stream random = {4320};
    char *text = malloc(SIZE);
    int held = 0;
    assert_non_null(text);
    for (int turn = 0; turn < TURNS; turn++) {
        double time = 1600000000;
        size_t size = (size_t)snprintf(text, SIZE, "height,time,bits\n");
        for (int i = 0; i <= BLOCKS; i++) {
            size +=
                (size_t)snprintf(text + size, SIZE - size, "%d,%.0f,170e1ef7\n", 650000 + i, time);
            double u = ((double)(random_next(&random) >> 11) + 1) / 9007199254740993.0;
            time += fmax(1, -600 * log(u));
        }
        struct network_rate rate;
        uint64_t place = 0;
        double work = 0;
        assert_int_equal(network_rate_read(slice_of(text, size), &rate, &place), NETWORK_RESULT_OK);
        assert_true(network_work_of_bits(0x170e1ef7, &work));
        assert_near((rate.rate.high - rate.rate.low) / rate.rate.point, 2 * 1.96 * 0.0152, 0.001);
        held += rate.rate.low <= work / 600 && work / 600 <= rate.rate.high;
    }
    free(text);
    assert_in_range((uintmax_t)held, TURNS * 85 / 100, TURNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_blocks_of_bitcoin_are_taken),
        cmocka_unit_test(mined_headers_are_checked_for_chain_and_work),
        cmocka_unit_test(work_of_bits_is_exact),
        cmocka_unit_test(csv_says_the_same_and_names_the_line_of_a_fault),
        cmocka_unit_test(a_month_of_blocks_is_known_to_three_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
