/* SPDX-License-Identifier: Apache-2.0
 *
 * Query strings and form bodies: splitting, decoding, and cutting the signature out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/query_text.h"

enum { FIELDS_MAX = 8 };

static void fields_are_split_and_kept_raw(void **state)
{
    struct query_field fields[FIELDS_MAX];
    struct slice value;
    size_t count = 0;
    assert_int_equal(
        query_split(slice_of_text("a=1&b=%20x%3D&c&d==&&e=[1,2]&"), fields, FIELDS_MAX, &count),
        QUERY_RESULT_OK);
    assert_int_equal(count, 5);
    assert_true(slice_equals_text(fields[0].name, "a"));
    assert_true(slice_equals_text(fields[1].value, "%20x%3D"));
    assert_int_equal(fields[2].value.size, 0);
    assert_true(slice_equals_text(fields[3].value, "="));
    assert_true(query_find(fields, count, "e", &value));
    assert_true(slice_equals_text(value, "[1,2]"));
    assert_false(query_find(fields, count, "f", &value));
    count = 0;
    assert_int_equal(query_split(slice_of(NULL, 0), fields, FIELDS_MAX, &count), QUERY_RESULT_OK);
    assert_int_equal(query_split(slice_of_text("&&"), fields, FIELDS_MAX, &count), QUERY_RESULT_OK);
    assert_int_equal(count, 0);
}

static void what_is_not_a_field_is_refused(void **state)
{
    static const struct {
        struct slice text;
        enum query_result result;
    } CASES[] = {
        {SLICE_CONSTANT("=1"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=1&=2"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("%61=1"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a+b=1"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a b=1"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a;b=1"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("\xD0\x90=1"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=b c"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=b\tc"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=b\r\nc"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=b\0c"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a\0=c"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=\"b\""), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=#"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=\x7F"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=\xC3\xA9"), QUERY_RESULT_MALFORMED},
        {SLICE_CONSTANT("a=1&a=1"), QUERY_RESULT_DUPLICATE},
        {SLICE_CONSTANT("a=1&b=2&a"), QUERY_RESULT_DUPLICATE},
        {SLICE_CONSTANT("a&b&c&d&e&f&g&h&i"), QUERY_RESULT_TOO_MANY},
        {SLICE_CONSTANT("a&b&c&d&e&f&g&h"), QUERY_RESULT_OK},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct query_field fields[FIELDS_MAX];
        size_t count = 0;
        assert_int_equal(query_split(CASES[i].text, fields, FIELDS_MAX, &count), CASES[i].result);
    }
}

static void query_and_body_share_one_set_of_names(void **state)
{
    struct query_field fields[FIELDS_MAX];
    struct slice value;
    size_t count = 0;
    assert_int_equal(query_split(slice_of_text("a=1&b=2"), fields, FIELDS_MAX, &count),
                     QUERY_RESULT_OK);
    assert_int_equal(query_split(slice_of_text("c=3"), fields, FIELDS_MAX, &count),
                     QUERY_RESULT_OK);
    assert_int_equal(count, 3);
    assert_int_equal(query_split(slice_of_text("b=3"), fields, FIELDS_MAX, &count),
                     QUERY_RESULT_DUPLICATE);

    count = 0;
    assert_int_equal(query_split_under(slice_of_text("a=1&b=2"), fields, FIELDS_MAX, &count),
                     QUERY_RESULT_OK);
    assert_int_equal(query_split_under(slice_of_text("b=9&c=3"), fields, FIELDS_MAX, &count),
                     QUERY_RESULT_OK);
    assert_int_equal(count, 3);
    assert_true(query_find(fields, count, "b", &value));
    assert_true(slice_equals_text(value, "2"));
    assert_int_equal(query_split_under(slice_of_text("b=8&b=9"), fields, FIELDS_MAX, &count),
                     QUERY_RESULT_DUPLICATE);
    count = 2;
    assert_int_equal(query_split_under(slice_of_text("d=8&d=9"), fields, FIELDS_MAX, &count),
                     QUERY_RESULT_DUPLICATE);
    count = 2;
    assert_int_equal(
        query_split_under(slice_of_text("a=8&c&d&e&f&g&h"), fields, FIELDS_MAX, &count),
        QUERY_RESULT_TOO_MANY);
}

static void decoding_is_strict(void **state)
{
    static const struct {
        struct slice raw;
        bool is_valid;
        const char *decoded;
    } CASES[] = {
        {SLICE_CONSTANT(""), true, ""},
        {SLICE_CONSTANT("abc"), true, "abc"},
        {SLICE_CONSTANT("a+b%20c%2B"), true, "a b c+"},
        {SLICE_CONSTANT("%5B%22A%22%5d"), true, "[\"A\"]"},
        {SLICE_CONSTANT("%D0%90%c3%a9"), true, "\xD0\x90\xC3\xA9"},
        {SLICE_CONSTANT("%2525"), true, "%25"},
        {SLICE_CONSTANT("%"), false, NULL},
        {SLICE_CONSTANT("%4"), false, NULL},
        {SLICE_CONSTANT("a%4"), false, NULL},
        {SLICE_CONSTANT("%4g"), false, NULL},
        {SLICE_CONSTANT("%%41"), false, NULL},
        {SLICE_CONSTANT("%u0041"), false, NULL},
        {SLICE_CONSTANT("% 41"), false, NULL},
        {SLICE_CONSTANT("%+41"), false, NULL},
        {SLICE_CONSTANT("%00"), false, NULL},
        {SLICE_CONSTANT("%0A"), false, NULL},
        {SLICE_CONSTANT("%1b"), false, NULL},
        {SLICE_CONSTANT("%7F"), false, NULL},
        {SLICE_CONSTANT("a\nb"), false, NULL},
        {SLICE_CONSTANT("%C0%80"), false, NULL},
        {SLICE_CONSTANT("%D0"), false, NULL},
        {SLICE_CONSTANT("%ED%A0%80"), false, NULL},
        {SLICE_CONSTANT("%FF"), false, NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char buffer[16];
        struct slice view;
        size_t size;
        assert_int_equal(query_decode(CASES[i].raw, buffer, sizeof buffer, &size),
                         CASES[i].is_valid);
        assert_int_equal(query_view(CASES[i].raw, buffer, sizeof buffer, &view), CASES[i].is_valid);
        if (CASES[i].is_valid) {
            assert_true(slice_equals_text(view, CASES[i].decoded));
            for (size_t room = 0; room < view.size; room++) {
                assert_false(query_decode(CASES[i].raw, buffer, room, &size));
            }
        }
    }
}

static void the_signature_is_cut_out_of_what_it_signs(void **state)
{
    static const struct {
        const char *text;
        size_t found;
        const char *before;
        const char *after;
        const char *value;
    } CASES[] = {
        {"a=1&signature=xy", 1, "a=1", "", "xy"},
        {"a=1&signature=xy&b=2", 1, "a=1", "&b=2", "xy"},
        {"signature=xy&b=2", 1, "", "b=2", "xy"},
        {"signature=xy", 1, "", "", "xy"},
        {"signature=xy&", 1, "", "", "xy"},
        {"a=1&signature=xy&signature=z", 2, "a=1", "&signature=z", "xy"},
        {"a=1&xsignature=xy", 0, "a=1&xsignature=xy", "", ""},
        {"a=signature=xy", 0, "a=signature=xy", "", ""},
        {"a=1&signature", 1, "a=1", "", ""},
        {"a=1&&signature=x%3D", 1, "a=1&", "", "x%3D"},
        {"", 0, "", "", ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct slice before;
        struct slice after;
        struct slice value;
        assert_int_equal(
            query_cut(slice_of_text(CASES[i].text), "signature", &before, &after, &value),
            CASES[i].found);
        assert_true(slice_equals_text(before, CASES[i].before));
        assert_true(slice_equals_text(after, CASES[i].after));
        assert_true(slice_equals_text(value, CASES[i].value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_split_and_kept_raw),
        cmocka_unit_test(what_is_not_a_field_is_refused),
        cmocka_unit_test(query_and_body_share_one_set_of_names),
        cmocka_unit_test(decoding_is_strict),
        cmocka_unit_test(the_signature_is_cut_out_of_what_it_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
