/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of law: each malformed line by name and number, each value there and back, files cut at every
 * byte. What the law's records may be is tested in mining/jurisdiction_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "codec/jurisdiction_file.h"
#include "codec/jurisdiction_value.h"
#include "support/random_stream.h"

#define HEAD "country ZZ\ncurrency ZZM\n"

static struct jurisdiction_file law;

static struct jurisdiction_file_problem parse(const char *text)
{
    return jurisdiction_file_parse(&law, slice_of_text(text));
}

static void a_good_file_is_read_as_it_stands(void **state)
{
    struct jurisdiction_file_problem problem =
        parse("# first\n\n" HEAD "  licence_term_years   2023-04-01  open   3  A   Article 9; b\n"
              "\nmonthly_calculation_index 2024-01-01 2024-12-31 3692.5 M law\n");

    assert_int_equal(problem.result, JURISDICTION_FILE_RESULT_OK);
    assert_int_equal(problem.line, 0);
    assert_string_equal(law.country, "ZZ");
    assert_string_equal(law.currency, "ZZM");
    assert_int_equal(law.count, 2);
    assert_int_equal(law.lines[0], 5);
    assert_int_equal(law.lines[1], 7);
    assert_int_equal(law.parameters[0].kind, PARAMETER_LICENCE_TERM);
    assert_int_equal(law.parameters[0].valid_to, TARAZY_DAY_OPEN);
    assert_int_equal(law.parameters[0].value, 3);
    assert_int_equal(law.parameters[0].trust, TRUST_A);
    assert_string_equal(law.parameters[0].source, "Article 9; b");
    assert_int_equal(law.parameters[1].value, 3692500000);
}

static void each_malformed_line_is_refused_by_name_and_number(void **state)
{
    static const struct {
        const char *text;
        enum jurisdiction_file_result result;
        enum jurisdiction_result law;
        uint32_t line;
    } wrong[] = {
        {"", JURISDICTION_FILE_RESULT_HEAD, 0, 0},
        {"# nothing\n", JURISDICTION_FILE_RESULT_HEAD, 0, 1},
        {"country ZZ\n", JURISDICTION_FILE_RESULT_HEAD, 0, 1},
        {"currency ZZM\ncountry ZZ\n", JURISDICTION_FILE_RESULT_HEAD, 0, 1},
        {"country\n", JURISDICTION_FILE_RESULT_HEAD, 0, 1},
        {"country zz\n", JURISDICTION_FILE_RESULT_HEAD, 0, 1},
        {"country ABCDEFGHIJKL\n", JURISDICTION_FILE_RESULT_HEAD, 0, 1},
        {"country ZZ ZZ\n", JURISDICTION_FILE_RESULT_HEAD, 0, 1},
        {"country ZZ\ncountry ZZ\n", JURISDICTION_FILE_RESULT_HEAD, 0, 2},
        {HEAD "country ZZ\n", JURISDICTION_FILE_RESULT_FIELDS, 0, 3},
        {HEAD "licence_term_years 2023-04-01 open 3 A law", JURISDICTION_FILE_RESULT_CUT, 0, 3},
        {HEAD "licence_term_years 2023-04-01 open 3 A law\r\n", JURISDICTION_FILE_RESULT_BYTES, 0,
         3},
        {HEAD "licence_term_years\t2023-04-01 open 3 A law\n", JURISDICTION_FILE_RESULT_BYTES, 0,
         3},
        {HEAD "# \xd0\xb7\n", JURISDICTION_FILE_RESULT_BYTES, 0, 3},
        {HEAD "licence_term_years 2023-04-01 open 3 A\n", JURISDICTION_FILE_RESULT_FIELDS, 0, 3},
        {HEAD "licence_term_years 2023-04-01 open 3\n", JURISDICTION_FILE_RESULT_FIELDS, 0, 3},
        {HEAD "licence_term 2023-04-01 open 3 A law\n", JURISDICTION_FILE_RESULT_UNKNOWN_NAME, 0,
         3},
        {HEAD "licence_term_years 2023-4-1 open 3 A law\n", JURISDICTION_FILE_RESULT_FIRST_DAY, 0,
         3},
        {HEAD "licence_term_years 2023-02-29 open 3 A law\n", JURISDICTION_FILE_RESULT_FIRST_DAY, 0,
         3},
        {HEAD "licence_term_years 2023-04-01 never 3 A law\n", JURISDICTION_FILE_RESULT_LAST_DAY, 0,
         3},
        {HEAD "licence_term_years 2023-04-01 2023-13-01 3 A law\n",
         JURISDICTION_FILE_RESULT_LAST_DAY, 0, 3},
        {HEAD "licence_term_years 2023-04-01 open 3.0 A law\n", JURISDICTION_FILE_RESULT_VALUE, 0,
         3},
        {HEAD "licence_term_years 2023-04-01 open -3 A law\n", JURISDICTION_FILE_RESULT_VALUE, 0,
         3},
        {HEAD "licence_term_years 2023-04-01 open 3 E law\n", JURISDICTION_FILE_RESULT_TRUST, 0, 3},
        {HEAD "licence_term_years 2023-04-01 open 3 AB law\n", JURISDICTION_FILE_RESULT_TRUST, 0,
         3},
        {HEAD "licence_term_years 2023-04-01 open 3 A \"law\"\n", JURISDICTION_FILE_RESULT_SOURCE,
         0, 3},
        {HEAD "licence_term_years 2023-04-01 2023-03-31 3 A law\n", JURISDICTION_FILE_RESULT_LAW,
         JURISDICTION_RESULT_BAD_PERIOD, 3},
        {HEAD "payment_due 2023-04-01 open 32-of-month-1 A law\n", JURISDICTION_FILE_RESULT_LAW,
         JURISDICTION_RESULT_BAD_VALUE, 3},
        {HEAD "\nlicence_term_years 2023-04-01 open 3 A law\n\n"
              "licence_term_years 2024-04-01 open 3 A law\n",
         JURISDICTION_FILE_RESULT_LAW, JURISDICTION_RESULT_OVERLAP, 6},
        {HEAD "licence_term_years 2023-04-01 2023-05-01 3 A law\n"
              "licence_term_years 2023-05-03 open 3 A law\n",
         JURISDICTION_FILE_RESULT_LAW, JURISDICTION_RESULT_GAP, 3},
        {HEAD "fee_scale_grid 2023-04-01 open >=1:3 A law\n", JURISDICTION_FILE_RESULT_LAW,
         JURISDICTION_RESULT_GAP, 3},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct jurisdiction_file_problem problem = parse(wrong[i].text);
        if (problem.result != wrong[i].result || problem.law != wrong[i].law ||
            problem.line != wrong[i].line) {
            fail_msg("text %zu: %d %d line %u: %s", i, (int)problem.result, (int)problem.law,
                     problem.line, jurisdiction_file_problem_text(&problem));
        }
    }
}

static void lines_and_files_have_an_end(void **state)
{
    static char text[200 * (JURISDICTION_FILE_PARAMETERS_MAX + 10)];
    size_t size = (size_t)snprintf(text, sizeof text, HEAD "# ");

    memset(text + size, 'x', JURISDICTION_FILE_LINE_SIZE_MAX - 2);
    memcpy(text + size + JURISDICTION_FILE_LINE_SIZE_MAX - 2, "\n", 2);
    assert_int_equal(parse(text).result, JURISDICTION_FILE_RESULT_OK);
    memcpy(text + size + JURISDICTION_FILE_LINE_SIZE_MAX - 2, "x\n", 3);
    assert_int_equal(parse(text).result, JURISDICTION_FILE_RESULT_LONG);

    char source[TARAZY_PARAMETER_SOURCE_SIZE + 2];
    memset(source, 's', sizeof source);
    source[TARAZY_PARAMETER_SOURCE_SIZE] = '\0';
    (void)snprintf(text, sizeof text, HEAD "licence_term_years 2023-04-01 open 3 A %s\n", source);
    assert_int_equal(parse(text).result, JURISDICTION_FILE_RESULT_OK);
    source[TARAZY_PARAMETER_SOURCE_SIZE] = 's';
    source[TARAZY_PARAMETER_SOURCE_SIZE + 1] = '\0';
    (void)snprintf(text, sizeof text, HEAD "licence_term_years 2023-04-01 open 3 A %s\n", source);
    assert_int_equal(parse(text).result, JURISDICTION_FILE_RESULT_SOURCE);

    size = (size_t)snprintf(text, sizeof text, HEAD);
    for (int i = 0; i <= JURISDICTION_FILE_PARAMETERS_MAX; i++) {
        if (i == JURISDICTION_FILE_PARAMETERS_MAX) {
            assert_int_equal(parse(text).result, JURISDICTION_FILE_RESULT_OK);
        }
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "holiday %04d-01-01 %04d-01-01 yes A law\n", 1000 + i, 1000 + i);
    }
    assert_int_equal(parse(text).result, JURISDICTION_FILE_RESULT_FULL);
    assert_int_equal(parse(text).line, JURISDICTION_FILE_PARAMETERS_MAX + 3);
}

static void a_file_cut_at_any_byte_is_refused_or_ends_at_a_line(void **state)
{
    static const char text[] = HEAD "licence_term_years 2023-04-01 open 3 A law\n"
                                    "licence_review_working_days 2023-04-01 open 15 B law two\n";

    for (size_t size = 0; size < sizeof text - 1; size++) {
        struct jurisdiction_file_problem problem =
            jurisdiction_file_parse(&law, slice_of(text, size));
        bool is_whole = size > sizeof HEAD - 2 && text[size - 1] == '\n';
        assert_int_equal(problem.result == JURISDICTION_FILE_RESULT_OK, is_whole);
    }
}

static void each_value_is_written_as_it_is_read(void **state)
{
    static const struct {
        const char *name;
        const char *text;
    } values[] = {
        {"fee_rate_own", "0"},
        {"fee_rate_own", "24.5"},
        {"fee_rate_own", "0.000001"},
        {"duty_to_sell", "75%"},
        {"duty_to_sell", "33.3333%"},
        {"licence_term_years", "3"},
        {"licence_term_years", "10"},
        {"energy_lot_kwh", "1000"},
        {"energy_lot_kwh", "0.001"},
        {"energy_auction_open", "09:30"},
        {"energy_auction_open", "23:59"},
        {"utc_offset", "+06:00"},
        {"utc_offset", "-03:30"},
        {"utc_offset", "+00:00"},
        {"payment_due", "25-of-month-2"},
        {"payment_due", "none"},
        {"fee_several_grounds", "each"},
        {"fee_several_grounds", "highest"},
        {"due_shift", "none"},
        {"due_shift", "next"},
        {"due_shift", "previous"},
        {"fee_rounding", "down"},
        {"fee_rounding", "up"},
        {"fee_rounding", "half-up"},
        {"weekend", "sat,sun"},
        {"weekend", "fri"},
        {"weekend", "none"},
        {"holiday", "yes"},
        {"holiday", "no"},
        {"fee_scale_grid", ">=0:25"},
        {"fee_scale_grid", ">=0.5:24.25"},
        {"individual_income_tax_from_mci", ">=8500:15%"},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[300];
        char again[JURISDICTION_FILE_WRITTEN_MAX + 1];
        struct jurisdiction_parameter one = {.trust = TRUST_B, .valid_to = TARAZY_DAY_OPEN};
        memcpy(one.source, "law", 3);
        one.kind = jurisdiction_kind_of_name(values[i].name, strlen(values[i].name));
        assert_true(
            jurisdiction_value_read(one.kind, slice_of_text(values[i].text), &one.key, &one.value));
        again[jurisdiction_file_write(&one, again)] = '\0';
        (void)snprintf(text, sizeof text, "%s 1970-01-01 open %s B law\n", values[i].name,
                       values[i].text);
        assert_string_equal(again, text);
    }
}

static void what_is_no_value_is_refused(void **state)
{
    static const struct {
        const char *name;
        const char *text;
    } wrong[] = {
        {"fee_rate_own", "1.0000001"},
        {"fee_rate_own", "+1"},
        {"fee_rate_own", ""},
        {"fee_rate_own", "1,5"},
        {"duty_to_sell", "75"},
        {"duty_to_sell", "%"},
        {"duty_to_sell", "0.00001%"},
        {"licence_term_years", "3.5"},
        {"energy_auction_open", "9:30"},
        {"energy_auction_open", "09:60"},
        {"energy_auction_open", "09-30"},
        {"utc_offset", "06:00"},
        {"utc_offset", "-00:00"},
        {"utc_offset", "+6:00"},
        {"payment_due", "25"},
        {"payment_due", "25-of-month-"},
        {"payment_due", "-of-month-2"},
        {"payment_due", "25-of-month-2222"},
        {"payment_due", "0-of-month-2"},
        {"payment_due", "25-of-monthx2"},
        {"payment_due", "2525-of-month-2"},
        {"fee_several_grounds", "Each"},
        {"due_shift", "nearest"},
        {"fee_rounding", "half"},
        {"weekend", "sun,sat"},
        {"weekend", "sat,sat"},
        {"weekend", "sat,"},
        {"weekend", "saturday"},
        {"weekend", ""},
        {"holiday", "1"},
        {"fee_scale_grid", "25"},
        {"fee_scale_grid", ">=:25"},
        {"fee_scale_grid", ">=5:"},
        {"fee_scale_grid", ">5:25"},
        {"individual_income_tax_from_mci", ">=0.5:15%"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t key;
        int64_t value;
        uint16_t kind = jurisdiction_kind_of_name(wrong[i].name, strlen(wrong[i].name));
        assert_int_not_equal(kind, 0);
        if (jurisdiction_value_read(kind, slice_of_text(wrong[i].text), &key, &value)) {
            fail_msg("%s was taken for a %s", wrong[i].text, wrong[i].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_file_is_read_as_it_stands),
        cmocka_unit_test(each_malformed_line_is_refused_by_name_and_number),
        cmocka_unit_test(lines_and_files_have_an_end),
        cmocka_unit_test(a_file_cut_at_any_byte_is_refused_or_ends_at_a_line),
        cmocka_unit_test(each_value_is_written_as_it_is_read),
        cmocka_unit_test(what_is_no_value_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
