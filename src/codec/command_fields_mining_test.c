/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands about mining as JSON: what a person reads of a reading, an entry and a distribution.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/command_json.h"
#include "support/command_samples.h"

static char text[COMMAND_JSON_SIZE_MAX];

static const char *written(const struct command_header *command)
{
    struct json_writer json;

    json_writer_begin(&json, text, sizeof text - 1);
    command_json_write(&json, command);
    struct slice out = json_writer_text(&json);
    assert_true(out.size > 0);
    text[out.size] = '\0';
    const char *body = strstr(text, "\"request\":0");
    assert_non_null(body);
    return body;
}

static void a_reading_of_shares_says_what_was_counted(void **state)
{
    union command_sample sample;
    struct command_share_reading *reading = (void *)&sample;

    (void)command_sample_make(&sample, COMMAND_SHARE_READING);
    reading->miner = 7;
    reading->sequence = 3;
    reading->end_us = 60000000;
    reading->accepted = 12;
    reading->work.units = (int128)1 << 70;
    assert_string_equal(written(&sample.header),
                        "\"request\":0,\"miner\":7,\"sequence\":3,\"end_us\":60000000,"
                        "\"accepted\":12,\"work\":\"1180591620717411303424\"}");
}

static void a_reading_of_energy_says_its_flags_by_name(void **state)
{
    union command_sample sample;
    struct command_energy_reading *reading = (void *)&sample;

    (void)command_sample_make(&sample, COMMAND_ENERGY_READING);
    reading->meter = 2;
    reading->flags = ENERGY_FLAG_AFTER_GAP | ENERGY_FLAG_NEW_REGISTER;
    reading->energy_wh = -5;
    assert_string_equal(written(&sample.header),
                        "\"request\":0,\"meter\":2,\"flags\":[\"after_gap\",\"new_register\"],"
                        "\"energy_wh\":\"-5\"}");
}

static void an_entry_says_its_kind_in_words(void **state)
{
    union command_sample sample;

    (void)command_sample_make(&sample, COMMAND_METER_SET);
    ((struct command_meter_set *)(void *)&sample)->source = ENERGY_SOURCE_UNMETERED;
    assert_string_equal(written(&sample.header),
                        "\"request\":0,\"source\":\"unmetered\",\"serial\":\"EM-7001\"}");
    (void)command_sample_make(&sample, COMMAND_MINER_DECIDE);
    assert_string_equal(
        written(&sample.header),
        "\"request\":0,\"decision\":\"grant\",\"reason\":\"all documents in order\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_of_shares_says_what_was_counted),
        cmocka_unit_test(a_reading_of_energy_says_its_flags_by_name),
        cmocka_unit_test(an_entry_says_its_kind_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
