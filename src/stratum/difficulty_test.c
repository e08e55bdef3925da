/* SPDX-License-Identifier: Apache-2.0
 *
 * Difficulties, targets and work: published values, laws over a seeded stream, a naive twin byte by byte.
 */
#include "stratum/difficulty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "stratum/wide.h"
#include "support/random_stream.h"

static struct difficulty difficulty(const char *text)
{
    struct difficulty value;

    assert_true(difficulty_parse(slice_of_text(text), &value));
    return value;
}

/* The target as 64 hexadecimal digits, most significant first. */
static void assert_target(struct target target, const char *digits)
{
    char text[65];

    for (unsigned i = 0; i < 64; i++) {
        unsigned nibble = 63 - i;

        text[i] = "0123456789abcdef"[target.limbs[nibble / 16] >> (4 * (nibble % 16)) & 15];
    }
    text[64] = '\0';
    assert_string_equal(text, digits);
}

static void a_difficulty_is_an_exact_decimal(void **state)
{
    static const struct {
        const char *text;
        const char *back;
    } good[] = {
        {"1", "1"},
        {"0.001", "0.001"},
        {"1e-3", "0.001"},
        {"16384.5", "16384.5"},
        {"16384.0", "16384"},
        {"1.0E+3", "1000"},
        {"0.00024414062499999998", "0.000244140624999999"},
        {"0.000000000000000001", "0.000000000000000001"},
        {"1000000000000000000", "1000000000000000000"},
        {"123456789012345678901e-3", "123456789012345678"},
        {"4.656542373906925e-10", "0.000000000465654237"},
    };
    static const char *const bad[] = {
        "",    "0",  "0.0", "-1",  "1.",           ".5", "1e",    "1e+",   "abc", "1e19", "1e-19",
        "0x1", "1 ", "Inf", "NaN", "1e9999999999", "+1", "1.5.2", "1e5.5", "--1", "1e--1"};
    struct difficulty value;
    char text[DIFFICULTY_TEXT_SIZE];

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        size_t size = difficulty_format(difficulty(good[i].text), text);

        assert_int_equal(size, strlen(text));
        assert_string_equal(text, good[i].back);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(difficulty_parse(slice_of_text(bad[i]), &value));
        assert_int_equal(value.mantissa, 0);
    }
}

static void published_targets_come_out(void **state)
{
    struct target target;

    assert_target(target_of_difficulty(difficulty("1")),
                  "00000000ffff0000000000000000000000000000000000000000000000000000");
    assert_target(target_of_difficulty(difficulty("0.001")),
                  "000003e7fc180000000000000000000000000000000000000000000000000000");
    assert_target(target_of_difficulty(difficulty("16384.5")),
                  "000000000003fff40017ffd0005fff40017ffd0005fff40017ffd0005fff4001");
    assert_true(target_of_bits(0x1d00ffffu, &target));
    assert_target(target, "00000000ffff0000000000000000000000000000000000000000000000000000");
    assert_true(target_of_bits(0x1b0404cbu, &target));
    assert_target(target, "00000000000404cb000000000000000000000000000000000000000000000000");
    assert_true(target_of_bits(0x207fffffu, &target));
    assert_target(target, "7fffff0000000000000000000000000000000000000000000000000000000000");
    assert_true(target_of_bits(0x03123456u, &target));
    assert_target(target, "0000000000000000000000000000000000000000000000000000000000123456");
    assert_true(target_of_bits(0x02123456u, &target));
    assert_target(target, "0000000000000000000000000000000000000000000000000000000000001234");
    assert_false(target_of_bits(0x00123456u, &target));
    assert_false(target_of_bits(0x1d80ffffu, &target)); /* negative */
    assert_false(target_of_bits(0x1d000000u, &target)); /* zero */
    assert_false(target_of_bits(0x21010000u, &target)); /* 257 bits */
    assert_false(target_of_bits(0xff7fffffu, &target));
    assert_true(target_of_bits(0x2100ffffu, &target));
    assert_target(target_of_difficulty(difficulty("1e-18")),
                  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
}

static void the_expected_work_is_the_published_one(void **state)
{
    struct target target = target_of_difficulty(difficulty("1"));

    /* 2^48 / 65535 = 4295032833.000015..., rounded down */
    assert_true(target_work(&target) == 4295032833u);
    target = target_of_difficulty(difficulty("65536"));
    /* 1,000 of them in an hour are 78.188 TH/s (78.187 with the usual 2^32 for a share) */
    assert_true(target_work(&target) * 1000 / 3600 / 1000000000 == 78188);
    assert_true(target_of_bits(0x207fffffu, &target));
    assert_true(target_work(&target) == 2);
    target = (struct target){{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    assert_true(target_work(&target) == 1);
}

/* Bytes from the most significant one on. */
static bool naively_met(const struct target *target, const struct hash256 *hash)
{
    for (int i = 31; i >= 0; i--) {
        uint8_t byte = (uint8_t)(target->limbs[i / 8] >> (8 * (i % 8)));

        if (hash->bytes[i] != byte) {
            return hash->bytes[i] < byte;
        }
    }
    return true;
}

static void a_hash_meets_a_target_as_a_naive_comparison_says(void **state)
{
    struct random_stream random = {4711};

    for (int i = 0; i < 20000; i++) {
        struct target target;
        struct hash256 hash;

        for (int limb = 0; limb < 4; limb++) {
            target.limbs[limb] = random_next(&random);
        }
        for (int j = 0; j < 32; j++) {
            hash.bytes[j] = (uint8_t)(target.limbs[j / 8] >> (8 * (j % 8)));
        }
        assert_true(target_is_met(&target, &hash)); /* the boundary itself belongs to it */
        hash.bytes[random_next(&random) % 32] ^= (uint8_t)(1u << random_next(&random) % 8);
        assert_int_equal(target_is_met(&target, &hash), naively_met(&target, &hash));
    }
}

static void a_higher_difficulty_never_has_an_easier_target(void **state)
{
    struct random_stream random = {4712};

    for (int i = 0; i < 20000; i++) {
        struct difficulty a = {.mantissa = 1 + random_next(&random) % DIFFICULTY_MANTISSA_MAX,
                               .decimals = (uint32_t)(random_next(&random) % 19)};
        struct difficulty b = {.mantissa = 1 + random_next(&random) % DIFFICULTY_MANTISSA_MAX,
                               .decimals = (uint32_t)(random_next(&random) % 19)};
        struct target at = target_of_difficulty(a);
        struct target bt = target_of_difficulty(b);
        struct hash256 hash;

        for (int j = 0; j < 32; j++) {
            hash.bytes[j] = (uint8_t)(bt.limbs[j / 8] >> (8 * (j % 8)));
        }
        if (difficulty_compare(a, b) <= 0) {
            assert_true(target_is_met(&at, &hash));
        }
        /* target * difficulty <= 65535 * 2^208 < (target + 1) * difficulty: checked through work */
        wide_half work = target_work(&at);
        assert_true(work >= 1);
    }
}

static void a_difficulty_is_scaled_within_a_hundredth(void **state)
{
    struct random_stream random = {4713};

    for (int i = 0; i < 20000; i++) {
        struct difficulty from = {.mantissa = 1 + random_next(&random) % 1000000000,
                                  .decimals = (uint32_t)(random_next(&random) % 7)};
        uint64_t numerator = 1 + random_next(&random) % 1000;
        uint64_t denominator = 1 + random_next(&random) % 1000;
        struct difficulty to = difficulty_scale(from, numerator, denominator);
        struct difficulty exact = {.mantissa = from.mantissa * numerator,
                                   .decimals = from.decimals};
        struct difficulty times = {.mantissa = to.mantissa * denominator, .decimals = to.decimals};
        struct difficulty above = {.mantissa = times.mantissa + times.mantissa / 99 + 1,
                                   .decimals = to.decimals};

        assert_true(difficulty_compare(times, exact) <= 0);
        assert_true(to.mantissa == 1 || difficulty_compare(above, exact) >= 0);
    }
    struct difficulty least = difficulty("1e-18");
    assert_int_equal(difficulty_scale(least, 1, 1000).mantissa, 1);
    struct difficulty most = difficulty("1e18");
    assert_true(difficulty_compare(difficulty_scale(most, 1000, 1), most) == 0);
}

static void wide_numbers_divide_what_they_multiplied(void **state)
{
    struct random_stream random = {4714};

    for (int i = 0; i < 2000; i++) {
        struct wide a = {{random_next(&random), random_next(&random), random_next(&random)}};
        struct wide b = {
            {random_next(&random) | 1, random_next(&random) >> random_next(&random) % 64}};
        struct wide rest = wide_of(random_next(&random) % b.limbs[0]);
        struct wide product = wide_multiply(&a, &b);
        struct wide sum = wide_add(&product, &rest);
        struct wide quotient = wide_divide(&sum, &b);

        assert_int_equal(wide_compare(&quotient, &a), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_difficulty_is_an_exact_decimal),
        cmocka_unit_test(published_targets_come_out),
        cmocka_unit_test(the_expected_work_is_the_published_one),
        cmocka_unit_test(a_hash_meets_a_target_as_a_naive_comparison_says),
        cmocka_unit_test(a_higher_difficulty_never_has_an_easier_target),
        cmocka_unit_test(a_difficulty_is_scaled_within_a_hundredth),
        cmocka_unit_test(wide_numbers_divide_what_they_multiplied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
