/* SPDX-License-Identifier: Apache-2.0
 *
 * The small forms: slices, UTF-8, base64, hexadecimal digits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/base64_text.h"
#include "codec/hex_text.h"
#include "codec/slice.h"
#include "codec/utf8_text.h"

static void names_compare_by_ascii_case_alone(void **state)
{
    assert_true(slice_equals_any_case(slice_of_text("Content-LENGTH"), "content-length"));
    assert_false(slice_equals_any_case(slice_of_text("content-lengt"), "content-length"));
    assert_false(slice_equals_any_case(slice_of_text("content-lengthh"), "content-length"));
    assert_false(slice_equals_any_case(slice_of("a\0", 2), "a"));
    assert_false(slice_equals_any_case(slice_of_text("@"), "`"));
    assert_true(slice_equals_any_case(slice_of(NULL, 0), ""));
    assert_true(slice_equals_text(slice_trim(slice_of_text(" \t a b\t ")), "a b"));
    assert_int_equal(slice_trim(slice_of_text(" \t ")).size, 0);
}

/* Decodes one character the plain way: by arithmetic and the definition of each length. */
static bool model_is_valid(const uint8_t *bytes, size_t size)
{
    size_t i = 0;
    while (i < size) {
        uint32_t lead = bytes[i];
        size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (length == 0 || lead >= 0xF8 || size - i < length) {
            return false;
        }
        uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
        for (size_t k = 1; k < length; k++) {
            if ((bytes[i + k] & 0xC0) != 0x80) {
                return false;
            }
            code = code << 6 | (bytes[i + k] & 0x3Fu);
        }
        char shortest[4];
        if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ||
            utf8_text_encode(code, shortest) != length) {
            return false;
        }
        i += length;
    }
    return true;
}

static void utf8_agrees_with_the_plain_reading_of_its_definition(void **state)
{
    static const uint8_t EDGES[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                    0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
                                    0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF};
    const size_t edges = sizeof EDGES;
    for (size_t i = 0; i < edges * edges * edges * edges; i++) {
        uint8_t bytes[4] = {EDGES[i % edges], EDGES[i / edges % edges],
                            EDGES[i / edges / edges % edges], EDGES[i / edges / edges / edges]};
        bool expected = model_is_valid(bytes, sizeof bytes);
        assert_int_equal(utf8_text_is_valid((const char *)bytes, sizeof bytes), expected);
    }
}

static void utf8_is_the_same_in_pieces(void **state)
{
    static const char TEXT[] = "eight plain bytes \xD0\x90\xE2\x82\xB8\xF0\x9F\x98\xB9 tail bytes";
    for (size_t cut = 0; cut < sizeof TEXT; cut++) {
        struct utf8_check check = {0};
        assert_true(utf8_check_feed(&check, TEXT, cut));
        assert_int_equal(utf8_check_is_whole(&check), utf8_text_is_valid(TEXT, cut));
        assert_true(utf8_check_feed(&check, TEXT + cut, sizeof TEXT - 1 - cut));
        assert_true(utf8_check_is_whole(&check));
    }
}

static void base64_agrees_with_the_standard(void **state)
{
    static const char *const PAIRS[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        char text[16];
        uint8_t bytes[16];
        size_t size = 99;
        size_t length = strlen(PAIRS[i][0]);
        assert_int_equal(base64_encode((const uint8_t *)PAIRS[i][0], length, text, sizeof text),
                         strlen(PAIRS[i][1]));
        assert_memory_equal(text, PAIRS[i][1], strlen(PAIRS[i][1]));
        assert_true(base64_decode(slice_of_text(PAIRS[i][1]), bytes, sizeof bytes, &size));
        assert_int_equal(size, length);
        assert_memory_equal(bytes, PAIRS[i][0], length);
        if (length > 0) {
            assert_false(base64_decode(slice_of_text(PAIRS[i][1]), bytes, length - 1, &size));
            assert_int_equal(
                base64_encode((const uint8_t *)PAIRS[i][0], length, text, strlen(PAIRS[i][1]) - 1),
                0);
        }
    }
}

static void only_one_spelling_of_base64_is_taken(void **state)
{
    static const char *const REFUSED[] = {"Z",    "Zg",   "Zg=",        "Zh==", "Zm9=",   "=",
                                          "====", "Z===", "Zg==Zg==",   "Z=g=", "Zm9v\n", "Zm 9",
                                          "Zm9-", "Zm9_", "\xD0\x90==", " Zg=="};
    uint8_t bytes[16];
    size_t size;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        assert_false(base64_decode(slice_of_text(REFUSED[i]), bytes, sizeof bytes, &size));
    }
    /* Every 3 bytes come back, and every text that is taken is the one that would be written. */
    uint32_t random = 1;
    for (int round = 0; round < 100000; round++) {
        static const char LETTERS[] = "AQgwZm9v+/Pn5=XY";
        char text[8];
        char again[8];
        for (size_t i = 0; i < sizeof text; i++) {
            random = random * 1664525u + 1013904223u;
            text[i] = LETTERS[random >> 28];
        }
        if (base64_decode(slice_of(text, sizeof text), bytes, sizeof bytes, &size)) {
            assert_int_equal(base64_encode(bytes, size, again, sizeof again), sizeof text);
            assert_memory_equal(again, text, sizeof text);
        }
    }
}

static void hexadecimal_digits_go_both_ways(void **state)
{
    uint8_t bytes[4];
    char text[8];
    assert_true(hex_decode(slice_of_text("00fFAb9c"), bytes, 4));
    hex_encode(bytes, 4, text);
    assert_memory_equal(text, "00ffab9c", 8);
    assert_false(hex_decode(slice_of_text("00ffab9"), bytes, 4));
    assert_false(hex_decode(slice_of_text("00ffab9c0"), bytes, 4));
    assert_false(hex_decode(slice_of_text("00ffabg0"), bytes, 4));
    assert_false(hex_decode(slice_of_text("0x00ffab"), bytes, 4));
    assert_false(hex_decode(slice_of_text("00ffab 0"), bytes, 4));
    assert_int_equal(hex_digit_value('/'), -1);
    assert_int_equal(hex_digit_value(':'), -1);
    assert_int_equal(hex_digit_value('@'), -1);
    assert_int_equal(hex_digit_value('`'), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_compare_by_ascii_case_alone),
        cmocka_unit_test(utf8_agrees_with_the_plain_reading_of_its_definition),
        cmocka_unit_test(utf8_is_the_same_in_pieces),
        cmocka_unit_test(base64_agrees_with_the_standard),
        cmocka_unit_test(only_one_spelling_of_base64_is_taken),
        cmocka_unit_test(hexadecimal_digits_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
