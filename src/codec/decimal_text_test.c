/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal text: one grammar, three kinds of refusal, and every number comes back as it went.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/decimal_text.h"

static void the_grammar_is_kept_to_the_letter(void **state)
{
    static const struct {
        const char *text;
        uint32_t decimals;
        enum decimal_result result;
        int64_t units;
    } CASES[] = {
        {"0", 8, DECIMAL_RESULT_OK, 0},
        {"1", 8, DECIMAL_RESULT_OK, 100000000},
        {"1.5", 8, DECIMAL_RESULT_OK, 150000000},
        {"0.00000001", 8, DECIMAL_RESULT_OK, 1},
        {"000000000000000001.00000001", 8, DECIMAL_RESULT_OK, 100000001},
        {"92233720368.54775807", 8, DECIMAL_RESULT_OK, INT64_MAX},
        {"92233720368.54775808", 8, DECIMAL_RESULT_OUT_OF_RANGE, 0},
        {"999999999999999999", 0, DECIMAL_RESULT_OK, 999999999999999999},
        {"9.223372036854775807", 18, DECIMAL_RESULT_OK, INT64_MAX},
        {"9.223372036854775808", 18, DECIMAL_RESULT_OUT_OF_RANGE, 0},
        {"999999999999999999.999999999999999999", 18, DECIMAL_RESULT_OUT_OF_RANGE, 0},
        {"1000000000000000000", 0, DECIMAL_RESULT_OUT_OF_RANGE, 0},
        {"0000000000000000001", 0, DECIMAL_RESULT_OUT_OF_RANGE, 0},
        {"1.000000001", 8, DECIMAL_RESULT_TOO_MANY_DECIMALS, 0},
        {"1.000000000", 8, DECIMAL_RESULT_TOO_MANY_DECIMALS, 0},
        {"1.0", 0, DECIMAL_RESULT_TOO_MANY_DECIMALS, 0},
        {"1", 19, DECIMAL_RESULT_TOO_MANY_DECIMALS, 0},
        {"99999999999999999999.1", 0, DECIMAL_RESULT_TOO_MANY_DECIMALS, 0},
        {"", 8, DECIMAL_RESULT_MALFORMED, 0},
        {".", 8, DECIMAL_RESULT_MALFORMED, 0},
        {".5", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"5.", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"5.", 0, DECIMAL_RESULT_MALFORMED, 0},
        {"-1", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"+1", 8, DECIMAL_RESULT_MALFORMED, 0},
        {" 1", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"1 ", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"1e3", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"1E3", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"1,5", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"1_000", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"1.2.3", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"1..2", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"0x10", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"NaN", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"Infinity", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"1.00000000000000000000x", 8, DECIMAL_RESULT_MALFORMED, 0},
        {"\xD9\xA1", 8, DECIMAL_RESULT_MALFORMED, 0},     /* an Arabic digit */
        {"\xEF\xBC\x91", 8, DECIMAL_RESULT_MALFORMED, 0}, /* a full-width digit */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t units = 0;
        enum decimal_result result =
            decimal_text_parse(slice_of_text(CASES[i].text), CASES[i].decimals, &units);
        if (result != CASES[i].result || units != CASES[i].units) {
            fail_msg("\"%s\" at %u: %d, %lld", CASES[i].text, CASES[i].decimals, (int)result,
                     (long long)units);
        }
    }
    int64_t units = 7;
    assert_int_equal(decimal_text_parse(slice_of("1\0", 2), 8, &units), DECIMAL_RESULT_MALFORMED);
    assert_int_equal(decimal_text_parse(slice_of(NULL, 0), 8, &units), DECIMAL_RESULT_MALFORMED);
    assert_int_equal(units, 7);
}

static void format_is(__int128 units, uint32_t decimals, const char *expected)
{
    char text[DECIMAL_TEXT_SIZE_MAX];
    size_t size = decimal_text_format(units, decimals, text, sizeof text);
    if (!slice_equals_text(slice_of(text, size), expected)) {
        fail_msg("%.*s, expected %s", (int)size, text, expected);
    }
    assert_int_equal(decimal_text_format(units, decimals, text, size), size);
    assert_int_equal(decimal_text_format(units, decimals, text, size - 1), 0);
}

static void amounts_are_written_with_all_their_decimals(void **state)
{
    const __int128 largest = (__int128)(((unsigned __int128)1 << 127) - 1);
    format_is(0, 0, "0");
    format_is(0, 8, "0.00000000");
    format_is(1, 8, "0.00000001");
    format_is(-1, 8, "-0.00000001");
    format_is(-5, 2, "-0.05");
    format_is(150000000, 8, "1.50000000");
    format_is(-12, 0, "-12");
    format_is(largest, 0, "170141183460469231731687303715884105727");
    format_is(-largest - 1, 0, "-170141183460469231731687303715884105728");
    format_is(-largest - 1, 18, "-170141183460469231731.687303715884105728");
    char text[DECIMAL_TEXT_SIZE_MAX];
    assert_int_equal(decimal_text_format(1, 19, text, sizeof text), 0);
}

static void every_number_comes_back(void **state)
{
    uint64_t random = 7;
    for (uint32_t decimals = 0; decimals <= DECIMAL_TEXT_DECIMALS_MAX; decimals++) {
        for (int round = 0; round < 5000; round++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            int64_t units = (int64_t)(random >> (1 + random % 63));
            char text[DECIMAL_TEXT_SIZE_MAX];
            int64_t back = -1;
            size_t size = decimal_text_format(units, decimals, text, sizeof text);
            enum decimal_result result = decimal_text_parse(slice_of(text, size), decimals, &back);
            /* Nineteen whole digits are beyond the grammar, though int64 would hold them. */
            bool is_long = decimals == 0 && units > 999999999999999999;
            assert_int_equal(result, is_long ? DECIMAL_RESULT_OUT_OF_RANGE : DECIMAL_RESULT_OK);
            assert_true(is_long || back == units);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_grammar_is_kept_to_the_letter),
        cmocka_unit_test(amounts_are_written_with_all_their_decimals),
        cmocka_unit_test(every_number_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
