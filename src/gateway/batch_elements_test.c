/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays of a batch, well and badly formed.
 */
#include "gateway/batch_elements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct batch_elements elements;
static struct parameters element;
static struct failure failure;

static bool read_objects(const char *text)
{
    return batch_elements_read_objects(&elements, slice_of_text(text), "list", &failure);
}

static void assert_field(uint32_t index, const char *name, const char *value)
{
    struct slice found;

    batch_elements_get(&elements, index, &element);
    assert_true(parameters_find(&element, name, &found));
    assert_true(slice_equals_text(found, value));
}

static void objects_become_parameters_in_their_order(void **state)
{
    struct slice value;

    (void)state;
    assert_true(read_objects(" [ {\"symbol\":\"A\",\"price\":1.50} , {} ,{\"price\":\"2\"}]\n"));
    assert_int_equal(elements.count, 3);
    assert_field(0, "symbol", "A");
    assert_field(0, "price", "1.50");
    assert_field(2, "price", "2");
    assert_int_equal(element.count, 1);
    assert_false(parameters_find(&element, "symbol", &value));
    batch_elements_get(&elements, 1, &element);
    assert_int_equal(element.count, 0);
}

static void escapes_in_values_are_undone(void **state)
{
    (void)state;
    assert_true(read_objects("[{\"id\":\"a\\/b\"},{\"id\":\"\\u0063\"},{\"id\":\"d\"}]"));
    assert_field(0, "id", "a/b");
    assert_field(1, "id", "c");
    assert_field(2, "id", "d");
}

static void what_is_malformed_anywhere_is_refused_as_a_whole(void **state)
{
    static const char *const cases[] = {
        "",
        "[",
        "{}",
        "1",
        "\"a\"",
        "[{}",
        "[{}]x",
        "[{}][]",
        "[{},]",
        "[1]",
        "[null]",
        "[[]]",
        "[{\"a\":null}]",
        "[{\"a\":true}]",
        "[{\"a\":{}}]",
        "[{\"a\":[]}]",
        "[{\"a\":1},{\"a\":\"\x01\"}]",
        "[{\"a\":1},{\"a\":\"\xFF\"}]",
        "[{\"a\":01}]",
        "[{\"\\u0061\":1}]",
        "[{\"a\" 1}]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (read_objects(cases[i])) {
            fail_msg("%s was taken", cases[i]);
        }
        assert_int_equal(failure.code, -1130);
        assert_non_null(strstr(failure.text, "'list'"));
    }
}

static void a_name_stands_once_in_an_element(void **state)
{
    (void)state;
    assert_true(read_objects("[{\"a\":1,\"b\":1},{\"a\":1}]"));
    /* Same length and first letter, another name. */
    assert_true(read_objects("[{\"side\":1,\"size\":1}]"));
    assert_false(read_objects("[{\"a\":1,\"b\":1},{\"a\":1,\"b\":2,\"a\":1}]"));
    assert_int_equal(failure.code, -1101);
}

/* `count` times `piece`, between `open` and `close`. */
static const char *repeat(const char *open, const char *piece, size_t count, const char *close)
{
    static char text[64 * BATCH_ELEMENTS_MAX];
    size_t size = (size_t)snprintf(text, sizeof text, "%s", open);

    for (size_t i = 0; i < count; i++) {
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", i > 0 ? "," : "", piece);
    }
    (void)snprintf(text + size, sizeof text - size, "%s", close);
    return text;
}

static void there_are_from_one_to_five_hundred_elements(void **state)
{
    (void)state;
    assert_false(read_objects("[]"));
    assert_int_equal(failure.code, -4082);
    assert_string_equal(failure.text, "A batch has 1 to 500 elements.");
    assert_true(read_objects(repeat("[", "{\"a\":\"\\/\"}", BATCH_ELEMENTS_MAX, "]")));
    assert_int_equal(elements.count, BATCH_ELEMENTS_MAX);
    assert_field(BATCH_ELEMENTS_MAX - 1, "a", "/");
    assert_false(read_objects(repeat("[", "{}", BATCH_ELEMENTS_MAX + 1, "]")));
    assert_int_equal(failure.code, -4082);
}

static void an_element_has_so_many_fields_and_no_more(void **state)
{
    char text[1024];
    size_t size = 0;

    (void)state;
    size += (size_t)snprintf(text, sizeof text, "[{");
    for (int i = 0; i <= BATCH_FIELDS_MAX; i++) {
        size += (size_t)snprintf(text + size, sizeof text - size, "%s\"f%d\":%d", i > 0 ? "," : "",
                                 i, i);
        (void)snprintf(text + size, sizeof text - size, "}]");
        assert_int_equal(read_objects(text), i < BATCH_FIELDS_MAX);
    }
    assert_int_equal(failure.code, -1101);
}

static void values_become_one_parameter_each(void **state)
{
    static const char *const bad[] = {"[\"1\"]", "[{}]", "[1", "1", "[1,]", "[1,null]", "[[1]]"};

    (void)state;
    assert_true(batch_elements_read_values(&elements, slice_of_text("[1, 22]"), JSON_TYPE_NUMBER,
                                           "list", "orderId", &failure));
    assert_int_equal(elements.count, 2);
    assert_field(1, "orderId", "22");
    assert_true(batch_elements_read_values(&elements, slice_of_text("[\"a\",\"\\u0062\"]"),
                                           JSON_TYPE_STRING, "list", "name", &failure));
    assert_field(1, "name", "b");
    assert_false(batch_elements_read_values(&elements, slice_of_text("[1]"), JSON_TYPE_STRING,
                                            "list", "name", &failure));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(batch_elements_read_values(&elements, slice_of_text(bad[i]), JSON_TYPE_NUMBER,
                                                "list", "orderId", &failure));
        assert_int_equal(failure.code, -1130);
    }
    assert_false(batch_elements_read_values(&elements, slice_of_text(repeat("[", "1", 501, "]")),
                                            JSON_TYPE_NUMBER, "list", "orderId", &failure));
    assert_int_equal(failure.code, -4082);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_become_parameters_in_their_order),
        cmocka_unit_test(escapes_in_values_are_undone),
        cmocka_unit_test(what_is_malformed_anywhere_is_refused_as_a_whole),
        cmocka_unit_test(a_name_stands_once_in_an_element),
        cmocka_unit_test(there_are_from_one_to_five_hundred_elements),
        cmocka_unit_test(an_element_has_so_many_fields_and_no_more),
        cmocka_unit_test(values_become_one_parameter_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
