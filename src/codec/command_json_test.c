/* SPDX-License-Identifier: Apache-2.0
 *
 * Every kind of command becomes one JSON object that a strict reader takes, and says its kind.
 */
#include "codec/command_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/json_reader.h"
#include "support/command_samples.h"

static void every_kind_of_command_is_one_json_object(void **state)
{
    static char written_text[COMMAND_JSON_SIZE_MAX];

    for (const uint16_t *kind = command_sample_kinds; *kind != 0; kind++) {
        union command_sample sample;
        struct json_writer writer;
        struct json_value value;

        assert_true(command_sample_make(&sample, *kind) > 0);
        json_writer_begin(&writer, written_text, sizeof written_text);
        command_json_write(&writer, &sample.header);
        struct slice written = json_writer_text(&writer);

        assert_int_equal(json_text_check(written, JSON_DEPTH_MAX, &value), JSON_RESULT_OK);
        assert_int_equal(value.type, JSON_TYPE_OBJECT);
        assert_non_null(memmem(written.data, written.size, tarazy_command_name(*kind),
                               strlen(tarazy_command_name(*kind))));
    }
}

static char text[COMMAND_JSON_SIZE_MAX];

static void write_command(const struct command_header *command)
{
    struct json_writer json;
    json_writer_begin(&json, text, sizeof text - 1);
    command_json_write(&json, command);
    struct slice out = json_writer_text(&json);
    assert_true(out.size > 0);
    text[out.size] = '\0';
}

static void an_order_says_all_its_terms(void **state)
{
    union {
        struct command_order_place place;
        struct command_header header;
    } command = {.place = {.header = {.number = 7,
                                      .time_us = 9,
                                      .kind = COMMAND_ORDER_PLACE,
                                      .participant = 3,
                                      .request = 5,
                                      .key = 4,
                                      .origin = 2},
                           .terms = {.quantity = {150},
                                     .price = {90000},
                                     .instrument = 1,
                                     .side = SIDE_SELL,
                                     .type = ORDER_TYPE_LIMIT,
                                     .time_in_force = TIME_IN_FORCE_GTC,
                                     .self_trade = SELF_TRADE_NONE,
                                     .client_id = {"mine"}}}};
    write_command(&command.header);
    assert_string_equal(
        text, "{\"number\":7,\"time_us\":9,\"kind\":\"ORDER_PLACE\",\"participant\":3,\"key\":4,"
              "\"origin\":2,\"request\":5,\"terms\":{\"instrument\":1,\"side\":\"sell\","
              "\"type\":\"limit\",\"time_in_force\":\"gtc\",\"quantity\":\"150\","
              "\"price\":\"90000\",\"self_trade\":\"none\",\"client_id\":\"mine\"}}");
}

static void a_proposal_shows_what_it_proposes(void **state)
{
    union command_sample sample;
    (void)command_sample_propose(&sample, COMMAND_TIER_SET);
    write_command(&sample.header);
    assert_non_null(strstr(text, "\"proposed\":{\"kind\":\"TIER_SET\",\"tier\":"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_command_is_one_json_object),
        cmocka_unit_test(an_order_says_all_its_terms),
        cmocka_unit_test(a_proposal_shows_what_it_proposes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
