/* SPDX-License-Identifier: Apache-2.0
 *
 * Every number of the vocabulary has its word, and every other number has none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tarazy/event.h"
#include "tarazy/result.h"

#define COUNT(...) +1

static void every_result_has_its_own_name_and_text(void **state)
{
#define CHECK_RESULT(name, number, text_expected)                  \
    assert_string_equal(tarazy_result_name(RESULT_##name), #name); \
    assert_string_equal(tarazy_result_text((enum result)(number)), text_expected);
    TARAZY_RESULTS(CHECK_RESULT)
#undef CHECK_RESULT
}

static void unknown_results_are_called_unknown(void **state)
{
    int known = 0;

    for (unsigned number = 0; number < 70000; number++) {
        bool is_known = strcmp(tarazy_result_name((enum result)number), "UNKNOWN") != 0;

        known += is_known;
        assert_int_equal(is_known,
                         strcmp(tarazy_result_text((enum result)number), "unknown result") != 0);
    }
    assert_int_equal(known, 0 TARAZY_RESULTS(COUNT));
}

static void every_event_has_its_own_name_and_no_other_number_has_one(void **state)
{
    int known = 0;

#define CHECK_EVENT(name, number, type) assert_string_equal(tarazy_event_name(number), #name);
    TARAZY_EVENTS(CHECK_EVENT)
#undef CHECK_EVENT
    for (unsigned number = 0; number <= UINT16_MAX; number++) {
        known += tarazy_event_name((uint16_t)number) != NULL;
    }
    assert_int_equal(known, 0 TARAZY_EVENTS(COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_result_has_its_own_name_and_text),
        cmocka_unit_test(unknown_results_are_called_unknown),
        cmocka_unit_test(every_event_has_its_own_name_and_no_other_number_has_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
