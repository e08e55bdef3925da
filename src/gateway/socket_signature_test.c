/* SPDX-License-Identifier: Apache-2.0
 *
 * The signed text: sorted, complete, and readable in one way only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/socket_signature.h"

static struct parameters parameters;

static void read(const char *json)
{
    struct failure failure;

    memset(&parameters, 0, sizeof parameters);
    assert_true(parameters_read_json(&parameters, slice_of_text(json), &failure));
}

static void expect(enum socket_signature_form form, const char *expected)
{
    char room[1024];
    struct slice text;

    assert_true(socket_signature_text(&parameters, form, room, sizeof room, &text));
    if (!slice_equals_text(text, expected)) {
        fail_msg("%.*s", (int)text.size, text.data);
    }
}

static void names_are_sorted_and_the_signature_is_left_out(void **state)
{
    read("{\"timestamp\":1700000000000,\"symbol\":\"BTCUSDT\",\"signature\":\"abc\",\"apiKey\":"
         "\"k\",\"price\":\"1.50\",\"recvWindow\":5000}");
    expect(SOCKET_SIGNATURE_FORM_PLAIN,
           "apiKey=k&price=1.50&recvWindow=5000&symbol=BTCUSDT&timestamp=1700000000000");
    expect(SOCKET_SIGNATURE_FORM_ENCODED,
           "apiKey=k&price=1.50&recvWindow=5000&symbol=BTCUSDT&timestamp=1700000000000");
    assert_false(socket_signature_has_forms(&parameters));
}

static void names_sort_by_bytes_shorter_first(void **state)
{
    read("{\"ab\":1,\"a\":2,\"B\":3,\"aB\":4}");
    expect(SOCKET_SIGNATURE_FORM_PLAIN, "B=3&a=2&aB=4&ab=1");
}

static void numbers_stand_as_they_were_written(void **state)
{
    read("{\"quantity\":0.01000,\"flag\":true}");
    expect(SOCKET_SIGNATURE_FORM_PLAIN, "flag=true&quantity=0.01000");
}

static void encoding_touches_all_but_unreserved_characters(void **state)
{
    read("{\"symbols\":[\"A\",\"B\"],\"t\":\"a~b_c-d.e\"}");
    expect(SOCKET_SIGNATURE_FORM_PLAIN, "symbols=[\"A\",\"B\"]&t=a~b_c-d.e");
    expect(SOCKET_SIGNATURE_FORM_ENCODED, "symbols=%5B%22A%22%2C%22B%22%5D&t=a~b_c-d.e");
    assert_true(socket_signature_has_forms(&parameters));
}

static void a_value_that_could_be_read_as_parameters_has_no_plain_form(void **state)
{
    static const char *const cases[] = {"{\"a\":\"1&b=2\"}", "{\"a\":\"x=y\"}", "{\"a\":\"%26\"}"};
    char room[64];
    struct slice text;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        read(cases[i]);
        assert_false(socket_signature_text(&parameters, SOCKET_SIGNATURE_FORM_PLAIN, room,
                                           sizeof room, &text));
        assert_true(socket_signature_text(&parameters, SOCKET_SIGNATURE_FORM_ENCODED, room,
                                          sizeof room, &text));
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    char room[8];
    struct slice text;

    read("{\"a\":\"12345\"}");
    assert_true(socket_signature_text(&parameters, SOCKET_SIGNATURE_FORM_PLAIN, room, 7, &text));
    assert_false(socket_signature_text(&parameters, SOCKET_SIGNATURE_FORM_PLAIN, room, 6, &text));
}

static void nothing_signed_is_an_empty_text(void **state)
{
    read("{\"signature\":\"abc\"}");
    expect(SOCKET_SIGNATURE_FORM_PLAIN, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_sorted_and_the_signature_is_left_out),
        cmocka_unit_test(names_sort_by_bytes_shorter_first),
        cmocka_unit_test(numbers_stand_as_they_were_written),
        cmocka_unit_test(encoding_touches_all_but_unreserved_characters),
        cmocka_unit_test(a_value_that_could_be_read_as_parameters_has_no_plain_form),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(nothing_signed_is_an_empty_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
