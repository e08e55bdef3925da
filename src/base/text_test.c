/* SPDX-License-Identifier: Apache-2.0
 *
 * Fixed texts: which characters belong where, for all 256 of them, and one spelling per text.
 */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/expect_abort.h"
#include "support/random_stream.h"

static bool is_in(const char *set, int character)
{
    return character != 0 && strchr(set, character) != NULL;
}

static void each_charset_has_exactly_the_characters_it_names(void **state)
{
    static const char code[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char client[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/_-";

    for (int character = 1; character < 256; character++) {
        const char text[4] = {'A', (char)character, 'Z', '\0'};
        bool plain = character >= ' ' && character <= '~' && !is_in("\"'\\", character);

        assert_int_equal(text_is_of(text, sizeof text, TEXT_CHARSET_CODE), is_in(code, character));
        assert_int_equal(text_is_of(text, sizeof text, TEXT_CHARSET_CLIENT_ID),
                         is_in(client, character));
        assert_int_equal(text_is_of(text, sizeof text, TEXT_CHARSET_PLAIN), plain);
    }
}

static void text_with_anything_behind_its_end_is_of_no_charset(void **state)
{
    for (size_t length = 0; length < 8; length++) {
        for (size_t at = length + 1; at < 8; at++) {
            char text[8] = {0};

            memset(text, 'A', length);
            assert_true(text_is_of(text, sizeof text, TEXT_CHARSET_CODE));
            text[at] = 'A';
            assert_false(text_is_of(text, sizeof text, TEXT_CHARSET_CODE));
        }
    }
}

static void text_may_fill_its_field_or_be_empty(void **state)
{
    assert_true(text_is_of("ABCD", 4, TEXT_CHARSET_CODE));
    assert_true(text_is_of("\0\0\0", 4, TEXT_CHARSET_CODE));
    assert_int_equal(text_length("ABCD", 4), 4);
    assert_int_equal(text_length("AB\0\0", 4), 2);
    assert_int_equal(text_length("\0\0\0\0", 4), 0);
    /* What stands behind the field is not looked at. */
    assert_int_equal(text_length("ABCDEF", 4), 4);
    assert_true(text_is_of("ABCD\"F", 4, TEXT_CHARSET_CODE));
    assert_true(text_is_of("ABCD\0F", 4, TEXT_CHARSET_CODE));
    assert_true(text_is_of("AB\0\0EF", 4, TEXT_CHARSET_CODE));
    assert_true(text_is_of("ABCDEF", 4, TEXT_CHARSET_CODE));
    assert_true(text_is_empty("\0\0\0\0EF", 4));
    assert_true(text_is_empty("\0\0\0\0", 4));
    assert_false(text_is_empty("\0\0\0A", 4));
}

static void text_set_pads_and_refuses_what_does_not_fit(void **state)
{
    char text[6];

    memset(text, 'x', sizeof text);
    assert_true(text_set(text, sizeof text, "BTCKZT", 3));
    assert_memory_equal(text, "BTC\0\0\0", 6);
    assert_true(text_set(text, sizeof text, "BTCKZT", 6));
    assert_memory_equal(text, "BTCKZT", 6);
    assert_true(text_set(text, sizeof text, "", 0));
    assert_true(text_is_empty(text, sizeof text));

    memset(text, 'x', sizeof text);
    assert_false(text_set(text, sizeof text, "BTCUSDT", 7));
    assert_true(text_is_empty(text, sizeof text));
    memset(text, 'x', sizeof text);
    assert_false(text_set(text, sizeof text, "A\0B", 3));
    assert_true(text_is_empty(text, sizeof text));
}

/* The twin compares C strings. */
static void text_order_is_the_order_of_strings(void **state)
{
    struct random_stream random = {41};

    for (int round = 0; round < 20000; round++) {
        char a[8] = {0};
        char b[8] = {0};

        for (uint64_t i = random_below(&random, 8); i > 0; i--) {
            a[i - 1] = (char)('A' + random_below(&random, 3));
        }
        for (uint64_t i = random_below(&random, 8); i > 0; i--) {
            b[i - 1] = (char)('A' + random_below(&random, 3));
        }
        int order = strcmp(a, b);
        assert_int_equal(text_compare(a, b, sizeof a), (order > 0) - (order < 0));
        assert_int_equal(text_equals(a, b, sizeof a), order == 0);
    }
}

static void set_field_of_no_size(void *argument)
{
    (void)!text_set(argument, 0, "", 0);
}

static void text_set_aborts_for_a_field_of_no_size(void **state)
{
    char text[1] = {0};

    assert_true(does_abort(set_field_of_no_size, text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_charset_has_exactly_the_characters_it_names),
        cmocka_unit_test(text_with_anything_behind_its_end_is_of_no_charset),
        cmocka_unit_test(text_may_fill_its_field_or_be_empty),
        cmocka_unit_test(text_set_pads_and_refuses_what_does_not_fit),
        cmocka_unit_test(text_set_aborts_for_a_field_of_no_size),
        cmocka_unit_test(text_order_is_the_order_of_strings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
