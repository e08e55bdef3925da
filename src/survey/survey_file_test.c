/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of survey files share: faults, names, units.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assert_near.h"
#include "survey/survey_file.h"

static void a_fault_has_its_line_and_stays(void **state)
{
    struct survey_rows rows;
    struct survey_fault fault;
    assert_true(survey_rows_begin(&rows, slice_of_text("a,b\n1,2\n3\n"), "a,b", &fault));
    assert_true(survey_rows_next(&rows));
    assert_null(fault.reason);
    assert_false(survey_rows_next(&rows));
    assert_int_equal(fault.line, 3);
    assert_non_null(fault.reason);
    assert_true(survey_rows_begin(&rows, slice_of_text("a,b\n1,2\n"), "a,b", &fault));
    assert_true(survey_rows_next(&rows));
    assert_false(survey_rows_next(&rows));
    assert_null(fault.reason);
    assert_false(survey_rows_begin(&rows, slice_of_text("a,c\n"), "a,b", &fault));
    assert_int_equal(fault.line, 1);
}

static void names_are_short_and_have_no_blank_at_their_ends(void **state)
{
    char name[SURVEY_NAME_SIZE];
    char text[SURVEY_NAME_SIZE + 1];
    memset(text, 'x', sizeof text);
    assert_true(survey_name_read(slice_of(text, SURVEY_NAME_SIZE - 1), name));
    assert_int_equal(strlen(name), SURVEY_NAME_SIZE - 1);
    assert_false(survey_name_read(slice_of(text, SURVEY_NAME_SIZE), name));
    assert_false(survey_name_read(slice_of_text(""), name));
    assert_false(survey_name_read(slice_of_text(" a"), name));
    assert_false(survey_name_read(slice_of_text("a "), name));
    assert_true(survey_name_read(slice_of_text("a b"), name));
}

static void units_are_taken_by_their_exact_name(void **state)
{
    double factor = 0;
    assert_true(survey_rate_unit_read(slice_of_text("EH/s"), &factor));
    assert_near(factor, 1, 0);
    assert_true(survey_rate_unit_read(slice_of_text("PH/s"), &factor));
    assert_near(factor, 1e-3, 0);
    assert_true(survey_rate_unit_read(slice_of_text("TH/s"), &factor));
    assert_near(factor, 1e-6, 0);
    assert_true(survey_energy_unit_read(slice_of_text("MWh"), &factor));
    assert_near(factor, 1000, 0);
    assert_true(survey_energy_unit_read(slice_of_text("Wh"), &factor));
    assert_near(factor, 1e-3, 0);
    assert_false(survey_energy_unit_read(slice_of_text("MW"), &factor));
    assert_false(survey_energy_unit_read(slice_of_text("kwh"), &factor));
    assert_false(survey_rate_unit_read(slice_of_text("eh/s"), &factor));
    assert_false(survey_rate_unit_read(slice_of_text(""), &factor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_has_its_line_and_stays),
        cmocka_unit_test(names_are_short_and_have_no_blank_at_their_ends),
        cmocka_unit_test(units_are_taken_by_their_exact_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
