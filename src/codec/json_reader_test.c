/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON scanner against RFC 8259: what must be taken, what must be refused, and how.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codec/json_reader.h"

#define LITERAL(text) ((struct slice)SLICE_CONSTANT(text))

/* Texts that are JSON. */
static const struct slice TAKEN[] = {
    /* containers */
    SLICE_CONSTANT("[]"),
    SLICE_CONSTANT("{}"),
    SLICE_CONSTANT("[[]   ]"),
    SLICE_CONSTANT("[[],[[]]]"),
    SLICE_CONSTANT("{\"a\":{}}"),
    SLICE_CONSTANT("{\"\":0}"),
    SLICE_CONSTANT("{\"a\":[]}"),
    SLICE_CONSTANT("{\"a\":1,\"b\":2}"),
    SLICE_CONSTANT("{\"min\":-1.0e+28,\"max\":1.0e+28}"),
    SLICE_CONSTANT("[null,1,\"1\",{}]"),
    SLICE_CONSTANT("[1,null,null,null,2]"),
    SLICE_CONSTANT("[false]"),
    SLICE_CONSTANT("[true]"),
    SLICE_CONSTANT("[null]"),
    SLICE_CONSTANT("[[[[[[[[]]]]]]]]"),
    SLICE_CONSTANT("{\"a\":\"b\",\"a\":\"b\"}"), /* the grammar takes doubles; the tables do not */
    /* blanks */
    SLICE_CONSTANT(" [ ] "),
    SLICE_CONSTANT("\t[\t1\t]\t"),
    SLICE_CONSTANT("\r\n[\r\n1\r\n,\r\n2]\r\n"),
    SLICE_CONSTANT(" {\n \"a\" \t: \r1 , \"b\":2 }\n"),
    SLICE_CONSTANT("[1\n]"),
    /* scalars on their own */
    SLICE_CONSTANT("0"),
    SLICE_CONSTANT("-0"),
    SLICE_CONSTANT("42"),
    SLICE_CONSTANT("\"\""),
    SLICE_CONSTANT("\"text\""),
    SLICE_CONSTANT("true"),
    SLICE_CONSTANT("false"),
    SLICE_CONSTANT("null"),
    SLICE_CONSTANT(" 7 "),
    /* numbers */
    SLICE_CONSTANT("[0,-0,1,-1,10,123456789]"),
    SLICE_CONSTANT("[0.0,0.1,-0.1,1.5,123.456]"),
    SLICE_CONSTANT("[0e1,0e+1,0E-1,1e10,1E+2,1E22,20e1]"),
    SLICE_CONSTANT("[1.5e300,-1.5E-300,123.456e78]"),
    SLICE_CONSTANT("[123123123123123123123123123123123123123]"),
    SLICE_CONSTANT("[0.000000000000000000000000000000000000000000000000000000000001]"),
    /* strings */
    SLICE_CONSTANT("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
    SLICE_CONSTANT("[\"\\u0041\\u00e9\\u20AC\"]"),
    SLICE_CONSTANT("[\"\\u0000\"]"),
    SLICE_CONSTANT("[\"\\u0012\"]"),
    SLICE_CONSTANT("[\"\\uD834\\uDD1E\"]"),
    SLICE_CONSTANT("[\"\\ud83d\\ude39\\uD83D\\uDC8D\"]"),
    SLICE_CONSTANT("[\"\\uFFFF\\uFFFE\\uFDD0\"]"),
    SLICE_CONSTANT("[\"\\uDBFF\\uDFFF\"]"),
    SLICE_CONSTANT("[\"\\\\u0041\"]"),
    SLICE_CONSTANT("[\"\\\\n\"]"),
    SLICE_CONSTANT("[\"a/*b*/c\"]"),
    SLICE_CONSTANT("[\"\x7F\"]"),
    SLICE_CONSTANT("[\"\xC2\x80\xDF\xBF\"]"),
    SLICE_CONSTANT("[\"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\"]"),
    SLICE_CONSTANT("[\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"]"),
    SLICE_CONSTANT("{\"\xD0\x9A\xD0\xB0\":1}"),
    SLICE_CONSTANT("[\"\xE2\x80\xA8\xE2\x80\xA9\"]"),
    SLICE_CONSTANT("{\"\\u0061\\\"\":1}"),
};

struct refused {
    struct slice text;
    enum json_result result;
};

#define REFUSED(text, kind)                      \
    {                                            \
        SLICE_CONSTANT(text), JSON_RESULT_##kind \
    }

static const struct refused NOT_TAKEN[] = {
    /* nothing, or not all */
    REFUSED("", INCOMPLETE),
    REFUSED(" ", INCOMPLETE),
    REFUSED("[", INCOMPLETE),
    REFUSED("{", INCOMPLETE),
    REFUSED("[1", INCOMPLETE),
    REFUSED("[1,", INCOMPLETE),
    REFUSED("[\"", INCOMPLETE),
    REFUSED("[\"a", INCOMPLETE),
    REFUSED("[\"\\", INCOMPLETE),
    REFUSED("[\"\\u", INCOMPLETE),
    REFUSED("[\"\\u00", INCOMPLETE),
    REFUSED("[\"\\uD834", INCOMPLETE),
    REFUSED("[\"\\uD834\\", INCOMPLETE),
    REFUSED("{\"a\"", INCOMPLETE),
    REFUSED("{\"a\":", INCOMPLETE),
    REFUSED("{\"a\":1", INCOMPLETE),
    REFUSED("{\"a\":1,", INCOMPLETE),
    REFUSED("[-", INCOMPLETE),
    REFUSED("[1.", INCOMPLETE),
    REFUSED("[1e", INCOMPLETE),
    REFUSED("[1e+", INCOMPLETE),
    REFUSED("tru", INCOMPLETE),
    REFUSED("nul", INCOMPLETE),
    REFUSED("fals", INCOMPLETE),
    REFUSED("\"", INCOMPLETE),
    REFUSED("-", INCOMPLETE),
    /* structure */
    REFUSED("]", SYNTAX),
    REFUSED("}", SYNTAX),
    REFUSED("[}", SYNTAX),
    REFUSED("{]", SYNTAX),
    REFUSED("[1}", SYNTAX),
    REFUSED("{\"a\":1]", SYNTAX),
    REFUSED("[,]", SYNTAX),
    REFUSED("[,1]", SYNTAX),
    REFUSED("[1,]", SYNTAX),
    REFUSED("[1,,2]", SYNTAX),
    REFUSED("[1 2]", SYNTAX),
    REFUSED("[1\n2]", SYNTAX),
    REFUSED("[\"a\" \"b\"]", SYNTAX),
    REFUSED("[1:2]", SYNTAX),
    REFUSED("[\"a\":1]", SYNTAX),
    REFUSED("{,}", SYNTAX),
    REFUSED("{\"a\":1,}", SYNTAX),
    REFUSED("{\"a\":1,,\"b\":2}", SYNTAX),
    REFUSED("{\"a\" 1}", SYNTAX),
    REFUSED("{\"a\":}", SYNTAX),
    REFUSED("{\"a\"}", SYNTAX),
    REFUSED("{\"a\",1}", SYNTAX),
    REFUSED("{\"a\"::1}", SYNTAX),
    REFUSED("{:1}", SYNTAX),
    REFUSED("{a:1}", SYNTAX),
    REFUSED("{1:1}", SYNTAX),
    REFUSED("{null:1}", SYNTAX),
    REFUSED("{[]:1}", SYNTAX),
    REFUSED("{'a':1}", SYNTAX),
    REFUSED("{\"a\":1 \"b\":2}", SYNTAX),
    REFUSED("{\"a\":1:2}", SYNTAX),
    REFUSED("{{}}", SYNTAX),
    REFUSED("[[]", INCOMPLETE),
    REFUSED("[a", SYNTAX),
    REFUSED("*", SYNTAX),
    REFUSED(",", SYNTAX),
    REFUSED(":", SYNTAX),
    REFUSED("<.>", SYNTAX),
    /* after the value */
    REFUSED("[] []", TRAILING),
    REFUSED("[]]", TRAILING),
    REFUSED("{}}", TRAILING),
    REFUSED("1 2", TRAILING),
    REFUSED("1,", TRAILING),
    REFUSED("{} x", TRAILING),
    REFUSED("{}/**/", TRAILING),
    REFUSED("{}//", TRAILING),
    REFUSED("{}#", TRAILING),
    REFUSED("[]\0", TRAILING),
    REFUSED("\"a\"\"b\"", TRAILING),
    REFUSED("01", TRAILING),
    REFUSED("0x10", TRAILING),
    REFUSED("truee", TRAILING),
    REFUSED("true false", TRAILING),
    /* numbers */
    REFUSED("[01]", SYNTAX),
    REFUSED("[-01]", SYNTAX),
    REFUSED("[00]", SYNTAX),
    REFUSED("[1.]", SYNTAX),
    REFUSED("[-1.]", SYNTAX),
    REFUSED("[.5]", SYNTAX),
    REFUSED("[-.5]", SYNTAX),
    REFUSED("[1.e1]", SYNTAX),
    REFUSED("[1e]", SYNTAX),
    REFUSED("[1e+]", SYNTAX),
    REFUSED("[1e-]", SYNTAX),
    REFUSED("[1eE2]", SYNTAX),
    REFUSED("[1e1.5]", SYNTAX),
    REFUSED("[1..2]", SYNTAX),
    REFUSED("[1.2.3]", SYNTAX),
    REFUSED("[+1]", SYNTAX),
    REFUSED("[++1]", SYNTAX),
    REFUSED("[--1]", SYNTAX),
    REFUSED("[-]", SYNTAX),
    REFUSED("[- 1]", SYNTAX),
    REFUSED("[1 000]", SYNTAX),
    REFUSED("[1_000]", SYNTAX),
    REFUSED("[1+2]", SYNTAX),
    REFUSED("[0x42]", SYNTAX),
    REFUSED("[0b1]", SYNTAX),
    REFUSED("[0e]", SYNTAX),
    REFUSED("[NaN]", SYNTAX),
    REFUSED("[-NaN]", SYNTAX),
    REFUSED("[Infinity]", SYNTAX),
    REFUSED("[-Infinity]", SYNTAX),
    REFUSED("[1f]", SYNTAX),
    REFUSED("[1n]", SYNTAX),
    REFUSED("[\xEF\xBC\x91]", SYNTAX), /* a full-width digit */
    /* names */
    REFUSED("[tru]", SYNTAX),
    REFUSED("[True]", SYNTAX),
    REFUSED("[TRUE]", SYNTAX),
    REFUSED("[fals]", SYNTAX),
    REFUSED("[nul]", SYNTAX),
    REFUSED("[nULL]", SYNTAX),
    REFUSED("[undefined]", SYNTAX),
    REFUSED("[truefalse]", SYNTAX),
    /* strings */
    REFUSED("['a']", SYNTAX),
    REFUSED("[\"\\x41\"]", SYNTAX),
    REFUSED("[\"\\a\"]", SYNTAX),
    REFUSED("[\"\\'\"]", SYNTAX),
    REFUSED("[\"\\0\"]", SYNTAX),
    REFUSED("[\"\\U0041\"]", SYNTAX),
    REFUSED("[\"\\u004\"]", SYNTAX),
    REFUSED("[\"\\u00G0\"]", SYNTAX),
    REFUSED("[\"\\u+041\"]", SYNTAX),
    REFUSED("[\"\\u 041\"]", SYNTAX),
    REFUSED("[\"\n\"]", SYNTAX),
    REFUSED("[\"\t\"]", SYNTAX),
    REFUSED("[\"\r\"]", SYNTAX),
    REFUSED("[\"\0\"]", SYNTAX),
    REFUSED("[\"\x1F\"]", SYNTAX),
    REFUSED("[\"\\\n\"]", SYNTAX),
    /* encoding */
    REFUSED("[\"\\uD834\"]", ENCODING),
    REFUSED("[\"\\uDD1E\"]", ENCODING),
    REFUSED("[\"\\uDD1E\\uD834\"]", ENCODING),
    REFUSED("[\"\\uD834\\uD834\"]", ENCODING),
    REFUSED("[\"\\uDD1E\\uDD1E\"]", ENCODING),
    REFUSED("[\"\\uD834\\u0041\"]", ENCODING),
    REFUSED("[\"\\uD834\\n\"]", ENCODING),
    REFUSED("[\"\\uD834x\"]", ENCODING),
    REFUSED("[\"\\uD834\\uDD1\"]", SYNTAX),
    REFUSED("[\"\x80\"]", ENCODING),
    REFUSED("[\"\xC0\x80\"]", ENCODING),
    REFUSED("[\"\xC1\xBF\"]", ENCODING),
    REFUSED("[\"\xC2\"]", ENCODING),
    REFUSED("[\"\xE0\x9F\xBF\"]", ENCODING),
    REFUSED("[\"\xE2\x82\"]", ENCODING),
    REFUSED("[\"\xED\xA0\x80\"]", ENCODING),
    REFUSED("[\"\xED\xBF\xBF\"]", ENCODING),
    REFUSED("[\"\xF0\x8F\xBF\xBF\"]", ENCODING),
    REFUSED("[\"\xF4\x90\x80\x80\"]", ENCODING),
    REFUSED("[\"\xF5\x80\x80\x80\"]", ENCODING),
    REFUSED("[\"\xF8\x88\x80\x80\x80\"]", ENCODING),
    REFUSED("[\"\xFF\"]", ENCODING),
    REFUSED("[\"\xE9\"]", ENCODING),
    REFUSED("{\"\xFF\":1}", ENCODING),
    REFUSED("\xEF\xBB\xBF{}", SYNTAX), /* a byte-order mark */
    REFUSED("\xC3\xA9", SYNTAX),
    REFUSED("[\xA0]", SYNTAX),
    REFUSED("[\x0B]", SYNTAX),
    REFUSED("[\x0C]", SYNTAX),
    REFUSED("\0", SYNTAX),
    /* comments */
    REFUSED("[1/*c*/]", SYNTAX),
    REFUSED("[1,//c\n2]", SYNTAX),
    REFUSED("/**/[]", SYNTAX),
};

static void every_text_of_the_grammar_is_taken(void **state)
{
    for (size_t i = 0; i < sizeof TAKEN / sizeof TAKEN[0]; i++) {
        struct json_value value;
        enum json_result result = json_text_check(TAKEN[i], JSON_DEPTH_MAX, &value);
        if (result != JSON_RESULT_OK) {
            fail_msg("refused (%d): %.*s", (int)result, (int)TAKEN[i].size, TAKEN[i].data);
        }
        assert_true(value.type != 0);
    }
}

static void every_other_text_is_refused_for_its_reason(void **state)
{
    for (size_t i = 0; i < sizeof NOT_TAKEN / sizeof NOT_TAKEN[0]; i++) {
        struct json_value value;
        enum json_result result = json_text_check(NOT_TAKEN[i].text, JSON_DEPTH_MAX, &value);
        if (result != NOT_TAKEN[i].result) {
            fail_msg("vector %zu: %d, expected %d: %.*s", i, (int)result, (int)NOT_TAKEN[i].result,
                     (int)NOT_TAKEN[i].text.size, NOT_TAKEN[i].text.data);
        }
    }
}

static void a_text_cut_short_is_incomplete_at_every_byte(void **state)
{
    for (size_t i = 0; i < sizeof TAKEN / sizeof TAKEN[0]; i++) {
        char first = slice_trim(TAKEN[i]).data[0];
        if (first != '[' && first != '{') {
            continue; /* a part of a number may be a number */
        }
        size_t whole = TAKEN[i].size;
        while (TAKEN[i].data[whole - 1] != ']' && TAKEN[i].data[whole - 1] != '}') {
            whole--;
        }
        for (size_t size = 0; size < whole; size++) {
            /* A copy of exactly that size, so that a sanitizer sees any byte read beyond. */
            char *copy = malloc(size > 0 ? size : 1);
            struct json_value value;
            assert_non_null(copy);
            memcpy(copy, TAKEN[i].data, size);
            enum json_result result = json_text_check(slice_of(copy, size), 32, &value);
            if (result != JSON_RESULT_INCOMPLETE && result != JSON_RESULT_ENCODING) {
                fail_msg("%.*s: %d", (int)size, TAKEN[i].data, (int)result);
            }
            free(copy);
        }
    }
}

static void depth_is_limited_by_the_caller_and_by_the_house(void **state)
{
    char text[200];
    struct json_value value;
    for (size_t depth = 1; depth <= 64; depth++) {
        size_t size = 2 * depth;
        for (size_t i = 0; i < size; i++) {
            text[i] = i < depth ? '[' : ']';
        }
        struct slice nested = slice_of(text, size);
        assert_int_equal(json_text_check(nested, 64, &value),
                         depth <= JSON_DEPTH_MAX ? JSON_RESULT_OK : JSON_RESULT_TOO_DEEP);
        assert_int_equal(json_text_check(nested, 8, &value),
                         depth <= 8 ? JSON_RESULT_OK : JSON_RESULT_TOO_DEEP);
    }
    assert_int_equal(json_text_check(LITERAL("7"), 0, &value), JSON_RESULT_OK);
    assert_int_equal(json_text_check(LITERAL("[]"), 0, &value), JSON_RESULT_TOO_DEEP);
}

static void tokens_come_in_order_with_their_bytes(void **state)
{
    static const struct {
        enum json_token_kind kind;
        const char *text;
    } EXPECTED[] = {
        {JSON_TOKEN_OBJECT_BEGIN, "{"}, {JSON_TOKEN_KEY, "a"},       {JSON_TOKEN_ARRAY_BEGIN, "["},
        {JSON_TOKEN_NUMBER, "1.50"},    {JSON_TOKEN_STRING, "x\\n"}, {JSON_TOKEN_TRUE, "true"},
        {JSON_TOKEN_ARRAY_END, "]"},    {JSON_TOKEN_KEY, "b"},       {JSON_TOKEN_OBJECT_BEGIN, "{"},
        {JSON_TOKEN_OBJECT_END, "}"},   {JSON_TOKEN_KEY, "c"},       {JSON_TOKEN_NULL, "null"},
        {JSON_TOKEN_KEY, "d"},          {JSON_TOKEN_FALSE, "false"}, {JSON_TOKEN_OBJECT_END, "}"},
        {JSON_TOKEN_END, ""},           {JSON_TOKEN_END, ""},
    };
    struct json_reader reader;
    struct json_token token;
    json_reader_begin(
        &reader, LITERAL("{ \"a\" : [1.50, \"x\\n\",true],\"b\":{},\"c\":null,\"d\":false} "), 32);
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        assert_int_equal(json_reader_next(&reader, &token), JSON_RESULT_OK);
        assert_int_equal(token.kind, EXPECTED[i].kind);
        assert_true(slice_equals_text(token.text, EXPECTED[i].text));
        assert_int_equal(token.is_escaped, i == 4);
    }
}

static void an_error_stays(void **state)
{
    struct json_reader reader;
    struct json_token token;
    json_reader_begin(&reader, LITERAL("[1,x,2]"), 32);
    assert_int_equal(json_reader_next(&reader, &token), JSON_RESULT_OK);
    assert_int_equal(json_reader_next(&reader, &token), JSON_RESULT_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(json_reader_next(&reader, &token), JSON_RESULT_SYNTAX);
        assert_int_equal(reader.position, 3);
    }
}

static void array_elements_are_read_one_by_one(void **state)
{
    struct json_reader reader;
    struct json_token token;
    struct json_value value;
    static const char *const ELEMENTS[] = {"1", "[2,[3]]", "four", "{\"five\":[]}"};
    json_reader_begin(&reader, LITERAL("[1,[2,[3]],\"four\",{\"five\":[]}]"), 32);
    assert_int_equal(json_reader_next(&reader, &token), JSON_RESULT_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(json_reader_value(&reader, &value), JSON_RESULT_OK);
        assert_true(slice_equals_text(value.raw, ELEMENTS[i]));
    }
    assert_int_equal(json_reader_value(&reader, &value), JSON_RESULT_OK);
    assert_int_equal(value.type, 0);
    assert_int_equal(json_reader_next(&reader, &token), JSON_RESULT_OK);
    assert_int_equal(token.kind, JSON_TOKEN_END);
}

/* ---- objects ---- */

static const struct json_field ORDER_FIELDS[] = {
    {"symbol", JSON_TYPE_STRING, true},
    {"price", JSON_TYPE_STRING | JSON_TYPE_NUMBER, true},
    {"quantity", JSON_TYPE_STRING | JSON_TYPE_NUMBER, false},
    {"legs", JSON_TYPE_ARRAY, false},
    {"test", JSON_TYPE_TRUE | JSON_TYPE_FALSE, false},
};
enum { ORDER_FIELDS_COUNT = sizeof ORDER_FIELDS / sizeof ORDER_FIELDS[0] };

static enum json_result order_read(const char *text, enum json_unknown unknown,
                                   struct json_value *values)
{
    return json_object_read(slice_of_text(text), 4, ORDER_FIELDS, ORDER_FIELDS_COUNT, unknown,
                            values);
}

static void an_object_is_read_into_its_table(void **state)
{
    struct json_value values[ORDER_FIELDS_COUNT];
    assert_int_equal(order_read("{\"legs\":[1,{\"a\":2}],\"price\":1.50,\"symbol\":\"BTCKZT\"}",
                                JSON_UNKNOWN_REFUSED, values),
                     JSON_RESULT_OK);
    assert_true(slice_equals_text(values[0].raw, "BTCKZT"));
    assert_true(slice_equals_text(values[1].raw, "1.50"));
    assert_int_equal(values[1].type, JSON_TYPE_NUMBER);
    assert_int_equal(values[2].type, 0);
    assert_true(slice_equals_text(values[3].raw, "[1,{\"a\":2}]"));
    assert_int_equal(values[4].type, 0);
}

static void unknown_doubled_missing_and_mistyped_fields_are_refused(void **state)
{
    static const struct {
        const char *text;
        enum json_result refusing;
        enum json_result skipping;
    } CASES[] = {
        {"{\"symbol\":\"B\",\"price\":\"1\"}", JSON_RESULT_OK, JSON_RESULT_OK},
        {"{\"symbol\":\"B\",\"price\":\"1\",\"x\":1}", JSON_RESULT_UNKNOWN_KEY, JSON_RESULT_OK},
        {"{\"symbol\":\"B\",\"price\":\"1\",\"x\":[}", JSON_RESULT_UNKNOWN_KEY, JSON_RESULT_SYNTAX},
        {"{\"symbol\":\"B\",\"price\":\"1\",\"symbol\":\"B\"}", JSON_RESULT_DUPLICATE_KEY,
         JSON_RESULT_DUPLICATE_KEY},
        {"{\"symbol\":\"B\",\"price\":\"1\",\"\\u0070rice\":\"2\"}", JSON_RESULT_DUPLICATE_KEY,
         JSON_RESULT_DUPLICATE_KEY},
        {"{\"symbol\":\"B\",\"Price\":\"1\"}", JSON_RESULT_UNKNOWN_KEY, JSON_RESULT_MISSING_KEY},
        {"{\"symbol\":\"B\"}", JSON_RESULT_MISSING_KEY, JSON_RESULT_MISSING_KEY},
        {"{}", JSON_RESULT_MISSING_KEY, JSON_RESULT_MISSING_KEY},
        {"{\"symbol\":1,\"price\":\"1\"}", JSON_RESULT_WRONG_TYPE, JSON_RESULT_WRONG_TYPE},
        {"{\"symbol\":null,\"price\":\"1\"}", JSON_RESULT_WRONG_TYPE, JSON_RESULT_WRONG_TYPE},
        {"{\"symbol\":\"B\",\"price\":\"1\"} {", JSON_RESULT_TRAILING, JSON_RESULT_TRAILING},
        {"{\"symbol\":\"B\",\"price\":\"1\"", JSON_RESULT_INCOMPLETE, JSON_RESULT_INCOMPLETE},
        {"{\"symbol\":\"B\",\"price\":\"1\",}", JSON_RESULT_SYNTAX, JSON_RESULT_SYNTAX},
        {"[]", JSON_RESULT_WRONG_TYPE, JSON_RESULT_WRONG_TYPE},
        {"\"symbol\"", JSON_RESULT_WRONG_TYPE, JSON_RESULT_WRONG_TYPE},
        {"{\"legs\":[[[[]]]]}", JSON_RESULT_TOO_DEEP, JSON_RESULT_TOO_DEEP},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct json_value values[ORDER_FIELDS_COUNT];
        assert_int_equal(order_read(CASES[i].text, JSON_UNKNOWN_REFUSED, values),
                         CASES[i].refusing);
        assert_int_equal(order_read(CASES[i].text, JSON_UNKNOWN_SKIPPED, values),
                         CASES[i].skipping);
    }
}

static void members_are_listed_and_doubles_refused(void **state)
{
    struct json_member members[3];
    size_t count;
    assert_int_equal(
        json_object_members(LITERAL("{\"b\":1,\"a\":\"x\",\"c\":[]}"), 8, members, 3, &count),
        JSON_RESULT_OK);
    assert_int_equal(count, 3);
    assert_true(slice_equals_text(members[0].key, "b"));
    assert_true(slice_equals_text(members[1].value.raw, "x"));
    assert_int_equal(members[2].value.type, JSON_TYPE_ARRAY);
    assert_int_equal(
        json_object_members(LITERAL("{\"b\":1,\"a\":2,\"b\":3}"), 8, members, 3, &count),
        JSON_RESULT_DUPLICATE_KEY);
    assert_int_equal(
        json_object_members(LITERAL("{\"a\":1,\"b\":2,\"c\":3,\"d\":4}"), 8, members, 3, &count),
        JSON_RESULT_TOO_MANY);
    assert_int_equal(json_object_members(LITERAL("{\"\\u0061\":1}"), 8, members, 3, &count),
                     JSON_RESULT_UNKNOWN_KEY);
    assert_int_equal(json_object_members(LITERAL("{}"), 8, members, 3, &count), JSON_RESULT_OK);
    assert_int_equal(count, 0);
    assert_int_equal(json_object_members(LITERAL("{} 1"), 8, members, 3, &count),
                     JSON_RESULT_TRAILING);
}

/* ---- values ---- */

static void escapes_are_undone(void **state)
{
    static const struct {
        struct slice text;
        struct slice decoded;
    } CASES[] = {
        {SLICE_CONSTANT("\"plain\""), SLICE_CONSTANT("plain")},
        {SLICE_CONSTANT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), SLICE_CONSTANT("\"\\/\b\f\n\r\t")},
        {SLICE_CONSTANT("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude39\""),
         SLICE_CONSTANT("A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\xB9")},
        {SLICE_CONSTANT("\"a\\u0000b\""), SLICE_CONSTANT("a\0b")},
        {SLICE_CONSTANT("\"\\uDBFF\\uDFFF\""), SLICE_CONSTANT("\xF4\x8F\xBF\xBF")},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct json_value value;
        struct slice view;
        char buffer[32];
        size_t size;
        assert_int_equal(json_text_check(CASES[i].text, 0, &value), JSON_RESULT_OK);
        assert_true(json_string_decode(value, buffer, sizeof buffer, &size));
        assert_true(slice_equals(slice_of(buffer, size), CASES[i].decoded));
        assert_true(json_string_view(value, buffer, sizeof buffer, &view));
        assert_true(slice_equals(view, CASES[i].decoded));
        for (size_t room = 0; room < CASES[i].decoded.size; room++) {
            assert_false(json_string_decode(value, buffer, room, &size));
        }
    }
}

static void whole_numbers_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        bool is_unsigned;
        bool is_signed;
        int64_t number;
    } CASES[] = {
        {"0", true, true, 0},
        {"-0", false, true, 0},
        {"9223372036854775807", true, true, INT64_MAX},
        {"9223372036854775808", true, false, 0},
        {"-9223372036854775808", false, true, INT64_MIN},
        {"-9223372036854775809", false, false, 0},
        {"18446744073709551615", true, false, 0},
        {"18446744073709551616", false, false, 0},
        {"99999999999999999999", false, false, 0},
        {"1.0", false, false, 0},
        {"1e3", false, false, 0},
        {"\"1\"", false, false, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct json_value value;
        uint64_t positive = 0;
        int64_t number = 0;
        assert_int_equal(json_text_check(slice_of_text(CASES[i].text), 0, &value), JSON_RESULT_OK);
        assert_int_equal(json_number_uint64(value, &positive), CASES[i].is_unsigned);
        assert_int_equal(json_number_int64(value, &number), CASES[i].is_signed);
        assert_true(number == CASES[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_of_the_grammar_is_taken),
        cmocka_unit_test(every_other_text_is_refused_for_its_reason),
        cmocka_unit_test(a_text_cut_short_is_incomplete_at_every_byte),
        cmocka_unit_test(depth_is_limited_by_the_caller_and_by_the_house),
        cmocka_unit_test(tokens_come_in_order_with_their_bytes),
        cmocka_unit_test(an_error_stays),
        cmocka_unit_test(array_elements_are_read_one_by_one),
        cmocka_unit_test(an_object_is_read_into_its_table),
        cmocka_unit_test(unknown_doubled_missing_and_mistyped_fields_are_refused),
        cmocka_unit_test(members_are_listed_and_doubles_refused),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(whole_numbers_are_read_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
