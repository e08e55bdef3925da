/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict CSV: what is taken, what is refused with which line, and every file cut at every byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/csv_reader.h"

static struct csv_row row;

static void rows_are_cut_into_their_fields(void **state)
{
    struct csv_reader reader;
    struct slice text = slice_of_text("a,b,c\n1,,x y\n\"p,q\",\"say \"\"no\"\"\",\"\"\n");
    assert_int_equal(csv_reader_begin(&reader, text, "a,b,c"), CSV_RESULT_OK);
    assert_int_equal(csv_reader_next(&reader, &row), CSV_RESULT_OK);
    assert_int_equal(reader.line, 2);
    assert_true(slice_equals_text(row.fields[0], "1"));
    assert_int_equal(row.fields[1].size, 0);
    assert_true(slice_equals_text(row.fields[2], "x y"));
    assert_int_equal(csv_reader_next(&reader, &row), CSV_RESULT_OK);
    assert_true(slice_equals_text(row.fields[0], "p,q"));
    assert_true(slice_equals_text(row.fields[1], "say \"no\""));
    assert_int_equal(row.fields[2].size, 0);
    assert_int_equal(csv_reader_next(&reader, &row), CSV_RESULT_END);
    assert_int_equal(csv_reader_next(&reader, &row), CSV_RESULT_END);
}

static void lines_may_end_with_a_return_if_all_do(void **state)
{
    struct csv_reader reader;
    assert_int_equal(csv_reader_begin(&reader, slice_of_text("a,b\r\n1,2\r\n"), "a,b"),
                     CSV_RESULT_OK);
    assert_int_equal(csv_reader_next(&reader, &row), CSV_RESULT_OK);
    assert_true(slice_equals_text(row.fields[1], "2"));
    assert_int_equal(csv_reader_next(&reader, &row), CSV_RESULT_END);
}

/* Reads all of it; the result that ended it, and its line. */
static enum csv_result read_all(struct slice text, uint64_t *line)
{
    struct csv_reader reader;
    enum csv_result result = csv_reader_begin(&reader, text, "a,b");
    while (result == CSV_RESULT_OK) {
        result = csv_reader_next(&reader, &row);
    }
    *line = reader.line;
    assert_int_equal(csv_reader_next(&reader, &row), result);
    assert_int_equal(reader.line, *line);
    return result;
}

static void what_could_be_read_in_two_ways_is_refused_with_its_line(void **state)
{
    static const struct {
        struct slice text;
        enum csv_result result;
        uint64_t line;
    } CASES[] = {
        {SLICE_CONSTANT("a,b\n"), CSV_RESULT_END, 1},
        {SLICE_CONSTANT("a,b\n1,2\n"), CSV_RESULT_END, 2},
        {SLICE_CONSTANT(""), CSV_RESULT_HEAD, 1},
        {SLICE_CONSTANT("b,a\n"), CSV_RESULT_HEAD, 1},
        {SLICE_CONSTANT("a,b,c\n"), CSV_RESULT_HEAD, 1},
        {SLICE_CONSTANT("\"a\",b\n"), CSV_RESULT_HEAD, 1},
        {SLICE_CONSTANT("\xEF\xBB\xBF"
                        "a,b\n"),
         CSV_RESULT_HEAD, 1},
        {SLICE_CONSTANT("a,b"), CSV_RESULT_CUT, 1},
        {SLICE_CONSTANT("a,b\n1,2\n3,4"), CSV_RESULT_CUT, 3},
        {SLICE_CONSTANT("a,b\n1\n"), CSV_RESULT_FIELDS, 2},
        {SLICE_CONSTANT("a,b\n1,2,3\n"), CSV_RESULT_FIELDS, 2},
        {SLICE_CONSTANT("a,b\n1,2,\n"), CSV_RESULT_FIELDS, 2},
        {SLICE_CONSTANT("a,b\n1;2\n"), CSV_RESULT_FIELDS, 2},
        {SLICE_CONSTANT("a,b\n1,2\n\n"), CSV_RESULT_BLANK, 3},
        {SLICE_CONSTANT("a,b\n1,x\"y\"\n"), CSV_RESULT_QUOTES, 2},
        {SLICE_CONSTANT("a,b\n\"1\"x,2\n"), CSV_RESULT_QUOTES, 2},
        {SLICE_CONSTANT("a,b\n1,\"2\n"), CSV_RESULT_QUOTES, 2},
        {SLICE_CONSTANT("a,b\n1,\"2\n3\"\n"), CSV_RESULT_QUOTES, 2},
        {SLICE_CONSTANT("a,b\n1,2\r\n"), CSV_RESULT_LINE_END, 2},
        {SLICE_CONSTANT("a,b\r\n1,2\n"), CSV_RESULT_LINE_END, 2},
        {SLICE_CONSTANT("a,b\n1\r,2\n"), CSV_RESULT_BYTES, 2},
        {SLICE_CONSTANT("a,b\n1,\t2\n"), CSV_RESULT_BYTES, 2},
        {SLICE_CONSTANT("a,b\n1,\0\n"), CSV_RESULT_BYTES, 2},
        {SLICE_CONSTANT("a,b\n1,\x7F\n"), CSV_RESULT_BYTES, 2},
        {SLICE_CONSTANT("a,b\n1,\xC3\n"), CSV_RESULT_BYTES, 2},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        uint64_t line = 0;
        assert_int_equal(read_all(CASES[i].text, &line), CASES[i].result);
        assert_int_equal(line, CASES[i].line);
    }
}

static void a_line_may_be_long_but_not_longer(void **state)
{
    static char text[CSV_LINE_SIZE_MAX + 16];
    uint64_t line;
    for (size_t size = CSV_LINE_SIZE_MAX - 2; size <= CSV_LINE_SIZE_MAX + 3; size++) {
        bool fits = size <= CSV_LINE_SIZE_MAX;
        memset(text, 'x', sizeof text);
        memcpy(text, "a,b\n1,", 6);
        text[4 + size] = '\n';
        assert_int_equal(read_all(slice_of(text, 4 + size + 1), &line),
                         fits ? CSV_RESULT_END : CSV_RESULT_LONG);
        assert_int_equal(line, 2);
    }
}

static void a_file_cut_at_any_byte_is_never_taken_for_whole(void **state)
{
    static const char WHOLE[] = "a,b\n\"x,\"\"y\",2\n3,4\n";
    for (size_t size = 0; size < sizeof WHOLE - 1; size++) {
        uint64_t line;
        enum csv_result result = read_all(slice_of(WHOLE, size), &line);
        bool is_at_a_line = size > 0 && WHOLE[size - 1] == '\n';
        assert_int_equal(result == CSV_RESULT_END, is_at_a_line);
    }
}

static void every_result_has_its_words(void **state)
{
    for (int i = CSV_RESULT_OK; i <= CSV_RESULT_CUT; i++) {
        assert_string_not_equal(csv_result_text((enum csv_result)i), "unknown");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_cut_into_their_fields),
        cmocka_unit_test(lines_may_end_with_a_return_if_all_do),
        cmocka_unit_test(what_could_be_read_in_two_ways_is_refused_with_its_line),
        cmocka_unit_test(a_line_may_be_long_but_not_longer),
        cmocka_unit_test(a_file_cut_at_any_byte_is_never_taken_for_whole),
        cmocka_unit_test(every_result_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
