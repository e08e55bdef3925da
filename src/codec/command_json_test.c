/* SPDX-License-Identifier: Apache-2.0
 *
 * Every kind of command becomes one JSON object that a strict reader takes, and says its kind.
 */
#include "codec/command_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/json_reader.h"
#include "support/command_samples.h"

static void every_kind_of_command_is_one_json_object(void **state)
{
    static char text[COMMAND_JSON_SIZE_MAX];

    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        union command_sample sample;
        struct json_writer writer;
        struct json_value value;

        assert_true(command_sample_make(&sample, *kind) > 0);
        json_writer_begin(&writer, text, sizeof text);
        command_json_write(&writer, &sample.header);
        struct slice written = json_writer_text(&writer);

        assert_int_equal(json_text_check(written, JSON_DEPTH_MAX, &value), JSON_RESULT_OK);
        assert_int_equal(value.type, JSON_TYPE_OBJECT);
        assert_non_null(memmem(written.data, written.size, tarazy_command_name(*kind),
                               strlen(tarazy_command_name(*kind))));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_command_is_one_json_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
