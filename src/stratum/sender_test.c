/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reading is sent as, and which answers end its sending.
 */
#include "stratum/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static enum sender_verdict judge(int status, const char *body)
{
    return sender_judge(
        &(struct http_answer){.status = status, .body = body, .size = strlen(body)});
}

static void only_an_acknowledgement_ends_the_sending(void **state)
{
    const struct http_answer silence = {.error = "no answer"};

    assert_int_equal(judge(200, "{}"), SENDER_VERDICT_TAKEN);
    /* it was recorded before, and only the acknowledgement was lost */
    assert_int_equal(judge(400, "{\"code\":-9187,\"msg\":\"recorded before\"}"),
                     SENDER_VERDICT_TAKEN);
    assert_int_equal(judge(400, "{\"code\":-9188,\"msg\":\"one is missing\"}"),
                     SENDER_VERDICT_LATER);
    assert_int_equal(judge(404, "{}"), SENDER_VERDICT_LATER);
    assert_int_equal(judge(503, ""), SENDER_VERDICT_LATER);
    assert_int_equal(sender_judge(&silence), SENDER_VERDICT_LATER);
}

static void a_reading_is_sent_whole(void **state)
{
    struct reading reading = {
        .sequence = 5,
        .account = "an-account-of-more-than-32-characters-in-all",
        .begin_us = 1000,
        .end_us = 2000,
        .accepted = 3,
        .effective_milli = 3000,
        .work = (wide_half)1 << 100,
        .log = {{0xab}},
    };
    struct venue_parameters parameters;

    sender_parameters(&reading, &parameters);
    assert_false(parameters.is_cut);
    assert_non_null(strstr(parameters.text, "sequence=5&begin=1000&end=2000&accepted=3"));
    assert_non_null(strstr(parameters.text, "work=1267650600228229401496703205376&log=ab00"));
    assert_non_null(strstr(parameters.text, "name=an-account-of-more-than-32-chara"));
    reading.miner = 9;
    sender_parameters(&reading, &parameters);
    assert_non_null(strstr(parameters.text, "miner=9&"));
    assert_null(strstr(parameters.text, "name=")); /* somebody known has a number and no name */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_an_acknowledgement_ends_the_sending),
        cmocka_unit_test(a_reading_is_sent_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
