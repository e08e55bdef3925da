/* SPDX-License-Identifier: Apache-2.0
 *
 * What a request says, well and badly.
 */
#include "gateway/parameters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/range_text.h"
#include "gateway/zone_text.h"

static struct parameters parameters;
static struct failure failure;

static bool read_form(const char *query, const char *body)
{
    memset(&failure, 0, sizeof failure);
    return parameters_read_form(&parameters, slice_of_text(query), slice_of_text(body), &failure);
}

static void expect_text(const char *name, const char *value)
{
    struct slice found;

    assert_true(parameters_find(&parameters, name, &found));
    assert_true(slice_equals_text(found, value));
}

static void query_and_body_are_one_and_the_query_wins(void **state)
{
    struct slice value;

    assert_true(read_form("symbol=BTCKZT&side=BUY", "side=SELL&price=1%2E5"));
    assert_int_equal(parameters.count, 3);
    expect_text("symbol", "BTCKZT");
    expect_text("side", "BUY");
    expect_text("price", "1.5");
    assert_false(parameters_find(&parameters, "quantity", &value));
}

static void values_are_decoded_and_names_are_not_doubled(void **state)
{
    assert_true(read_form("symbols=%5B%22BTCKZT%22%2C%22ETHKZT%22%5D&text=a+b", ""));
    expect_text("symbols", "[\"BTCKZT\",\"ETHKZT\"]");
    expect_text("text", "a b");
    assert_false(read_form("a=1&a=2", ""));
    assert_int_equal(failure.code, -1101);
    assert_string_equal(failure.text, "Duplicate values for a parameter detected.");
    assert_false(read_form("", "a=1&a=2"));
    assert_int_equal(failure.code, -1101);
    assert_false(read_form("a=%zz", ""));
    assert_int_equal(failure.code, -1100);
    assert_false(read_form("a=%00", ""));
    assert_int_equal(failure.code, -1100);
    assert_false(read_form("a[x y]=1", ""));
    assert_int_equal(failure.code, -1100);
}

static void more_than_fit_are_refused(void **state)
{
    char query[1024];
    size_t used = 0;

    for (int i = 0; i <= PARAMETERS_MAX; i++) {
        used += (size_t)snprintf(query + used, sizeof query - used, "p%d=%d&", i, i);
    }
    assert_false(read_form(query, ""));
    assert_int_equal(failure.code, -1101);
}

static bool read_json(const char *text)
{
    memset(&failure, 0, sizeof failure);
    assert_true(read_form("known=1", ""));
    return parameters_read_json(&parameters, slice_of_text(text), &failure);
}

static void a_json_object_says_the_same(void **state)
{
    assert_true(read_json("{\"symbol\":\"BTC\\u004bZT\",\"quantity\":1.5,\"symbols\":[\"A\"],"
                          "\"ok\":true}"));
    expect_text("symbol", "BTCKZT");
    expect_text("quantity", "1.5");
    expect_text("symbols", "[\"A\"]");
    expect_text("ok", "true");
    assert_int_equal(parameters.count, 5);
    assert_false(read_json("{\"known\":2}"));
    assert_int_equal(failure.code, -1101);
    assert_false(read_json("{\"a\":null}"));
    assert_int_equal(failure.code, -1102);
    assert_false(read_json("{\"a\":{}}"));
    assert_int_equal(failure.code, -1102);
    assert_false(read_json("{\"a\":1,\"a\":2}"));
    assert_int_equal(failure.code, -1135);
    assert_false(read_json("[]"));
    assert_int_equal(failure.code, -1135);
    assert_false(read_json("{\"a\":1"));
    assert_int_equal(failure.code, -1135);
}

static const struct parameter_rule rules[] = {
    {"text", PARAMETER_TYPE_TEXT, false},       {"symbol", PARAMETER_TYPE_SYMBOL, false},
    {"symbols", PARAMETER_TYPE_SYMBOLS, false}, {"number", PARAMETER_TYPE_INTEGER, false},
    {"decimal", PARAMETER_TYPE_DECIMAL, false}, {"time", PARAMETER_TYPE_TIME, false},
    {"flag", PARAMETER_TYPE_BOOL, false},       {"id", PARAMETER_TYPE_CLIENT_ID, false},
    {"name", PARAMETER_TYPE_NAME, false},       {"hex", PARAMETER_TYPE_HEX, false},
};
static const struct parameter_table table = {rules, sizeof rules / sizeof rules[0]};
static const struct parameter_rule common_rules[] = {{"signature", PARAMETER_TYPE_TEXT, true}};
static const struct parameter_table common = {common_rules, 1};
static const struct parameter_table nothing = {NULL, 0};

static int32_t check(const char *query)
{
    assert_true(read_form(query, ""));
    return parameters_check(&parameters, &table, &nothing, &failure) ? 0 : failure.code;
}

static void each_type_has_its_form(void **state)
{
    static const struct {
        const char *query;
        int32_t code;
    } cases[] = {
        {"text=a", 0},
        {"text=a%22b", -1100},
        {"text=%C3%A9", -1100},
        {"text=", -1105},
        {"symbol=BTC-K_Z.T9", 0},
        {"symbol=btckzt", -1100},
        {"symbol=ABCDEFGHIJKLMNOPQRSTU", -1100},
        {"symbol=", -1105},
        {"symbols=%5B%22A%22%5D", 0},
        {"symbols=%5B'A'%5D", -1100},
        {"number=0", 0},
        {"number=9223372036854775807", 0},
        {"number=9223372036854775808", -1108},
        {"number=99999999999999999999", -1108},
        {"number=999999999999999999999", -1100},
        {"number=-1", -1100},
        {"number=1.0", -1100},
        {"number=1a", -1100},
        {"decimal=1", 0},
        {"decimal=1.5", 0},
        {"decimal=00012345678901234567.00000000000000000001", 0},
        {"decimal=.5", -1100},
        {"decimal=5.", -1100},
        {"decimal=1e5", -1100},
        {"decimal=%2B1", -1100},
        {"decimal=1,5", -1100},
        {"decimal=1.5.5", -1100},
        {"time=1795305600000", 0},
        {"time=yesterday", -1100},
        {"flag=true", 0},
        {"flag=FALSE", 0},
        {"flag=1", -1130},
        {"id=aZ0.:/_-", 0},
        {"id=123456789012345678901234567890123456", 0},
        {"id=1234567890123456789012345678901234567", -1100},
        {"id=a%20b", -1100},
        {"name=STOP_LOSS", 0},
        {"name=STOP-LOSS", -1100},
        {"hex=00fF", 0},
        {"hex=0", -1100},
        {"hex=0g", -1100},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (check(cases[i].query) != cases[i].code) {
            fail_msg("%s: %d %s", cases[i].query, failure.code, failure.text);
        }
    }
}

static void nothing_that_was_sent_goes_unread(void **state)
{
    assert_int_equal(check("text=a&other=1&another=2"), -1104);
    assert_string_equal(failure.text,
                        "Not all sent parameters were read; read '1' parameter(s) but "
                        "was sent '3'.");
}

static void what_is_mandatory_must_be_there_and_say_something(void **state)
{
    assert_true(read_form("text=a", ""));
    assert_false(parameters_check(&parameters, &table, &common, &failure));
    assert_string_equal(failure.text,
                        "Mandatory parameter 'signature' was not sent, was empty/null, "
                        "or malformed.");
    assert_true(read_form("text=a&signature=", ""));
    assert_false(parameters_check(&parameters, &table, &common, &failure));
    assert_int_equal(failure.code, -1102);
    assert_true(read_form("text=a&signature=x", ""));
    assert_true(parameters_check(&parameters, &table, &common, &failure));
    /* By one table alone others may be there. */
    assert_true(parameters_check_table(&parameters, &common, &failure));
}

static void times_are_milliseconds_or_microseconds_by_their_size(void **state)
{
    assert_true(read_form("a=1795305600000&b=1795305600000001&c=9223372036854775807", ""));
    assert_int_equal(parameters_time(&parameters, "a", 5), INT64_C(1795305600000000));
    assert_int_equal(parameters_time(&parameters, "b", 5), INT64_C(1795305600000001));
    assert_true(parameters_time(&parameters, "c", 5) < INT64_MAX / 2); /* sums must not overflow */
    assert_int_equal(parameters_time(&parameters, "d", 5), 5);
}

static void decimals_are_exact_or_refused(void **state)
{
    static const struct {
        const char *text;
        uint32_t decimals;
        int64_t units;
        int32_t code;
    } cases[] = {
        {"1.5", 8, 150000000, 0},
        {"1.50", 1, 15, 0},
        {"1.000", 0, 1, 0},
        {"1.001", 2, 0, -1111},
        {"0.00000001", 8, 1, 0},
        {"0.000000001", 8, 0, -1111},
        {"92233720368.54775807", 8, INT64_MAX, 0},
        {"92233720368.54775808", 8, 0, -1108},
        {"99999999999999999999", 0, 0, -1108},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char query[64];
        int64_t units = -1;

        snprintf(query, sizeof query, "x=%s", cases[i].text);
        assert_true(read_form(query, ""));
        bool is_good = parameters_decimal(&parameters, "x", cases[i].decimals, &units, &failure);

        assert_int_equal(is_good ? 0 : failure.code, cases[i].code);
        if (is_good) {
            assert_int_equal(units, cases[i].units);
        }
    }
    int64_t units;

    assert_true(parameters_decimal(&parameters, "absent", 2, &units, &failure));
    assert_int_equal(units, 0);
}

static void amounts_may_be_larger_than_orders(void **state)
{
    struct amount amount;

    assert_true(read_form("x=99999999999999999999.000000000000000001&y=1.23", ""));
    assert_true(parameters_amount(&parameters, "x", 18, &amount, &failure));
    int128 expected = (int128)99999999999 * 1000000000 + 999999999;

    expected = expected * 1000000000 * 1000000000 + 1;
    assert_true(amount.units == expected);
    assert_true(parameters_amount(&parameters, "y", 8, &amount, &failure));
    assert_true(amount.units == 123000000);
    assert_true(read_form("x=99999999999999999999.0000000000000000001&y=1.23", ""));
    assert_false(parameters_amount(&parameters, "x", 18, &amount, &failure));
    assert_int_equal(failure.code, -1111);
    assert_false(parameters_amount(&parameters, "y", 1, &amount, &failure));
    assert_int_equal(failure.code, -1111);
}

static void zones_are_hours_and_minutes(void **state)
{
    static const struct {
        const char *text;
        int32_t minutes; /* -9999: refused */
    } cases[] = {
        {"0", 0},        {"5", 300},      {"+5", 300},    {"-3", -180},     {"05:45", 345},
        {"-1:00", -60},  {"14:00", 840},  {"14", 840},    {"-12", -720},    {"14:01", -9999},
        {"-13", -9999},  {"", -9999},     {"-", -9999},   {"5:", -9999},    {"5:5", -9999},
        {"5:60", -9999}, {"five", -9999}, {"005", -9999}, {"1:0:0", -9999}, {"--1", -9999},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t minutes = -1;
        bool is_good = zone_text_parse(slice_of_text(cases[i].text), &minutes);

        assert_int_equal(is_good ? minutes : -9999, cases[i].minutes);
    }
}

static void ranges_mean_what_they_look_like(void **state)
{
    static const char *const good[] = {"127.0.0.1",     "10.0.0.0/8", "::1",
                                       "2001:db8::/32", "0.0.0.0/0",  "1.2.3.4/32"};
    static const char *const bad[] = {"",           "10.0.0.1/8",  "10.0.0.0/33", "10.0.0",
                                      "010.0.0.1",  "::/0",        "::1/129",     "10.0.0.0/",
                                      "10/8",       "a",           "1.2.3.4/08",  " 1.2.3.4",
                                      "1.2.3.4/-1", "1.2.3.4/1000"};
    struct ip_range ranges[TARAZY_KEY_RANGES_MAX];
    struct ip_range range;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(range_text_parse(slice_of_text(good[i]), &range));
        assert_true(range.prefix > 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (range_text_parse(slice_of_text(bad[i]), &range)) {
            fail_msg("%s was taken", bad[i]);
        }
    }
    assert_true(range_text_parse(slice_of_text("10.0.0.0/8"), &range));
    assert_int_equal(range.prefix, 104);
    assert_true(range_text_parse_list(slice_of_text(""), ranges));
    assert_true(range_text_parse_list(slice_of_text("1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4"), ranges));
    assert_false(
        range_text_parse_list(slice_of_text("1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4,5.5.5.5"), ranges));
    assert_false(range_text_parse_list(slice_of_text("1.1.1.1,,2.2.2.2"), ranges));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(query_and_body_are_one_and_the_query_wins),
        cmocka_unit_test(values_are_decoded_and_names_are_not_doubled),
        cmocka_unit_test(more_than_fit_are_refused),
        cmocka_unit_test(a_json_object_says_the_same),
        cmocka_unit_test(each_type_has_its_form),
        cmocka_unit_test(nothing_that_was_sent_goes_unread),
        cmocka_unit_test(what_is_mandatory_must_be_there_and_say_something),
        cmocka_unit_test(times_are_milliseconds_or_microseconds_by_their_size),
        cmocka_unit_test(decimals_are_exact_or_refused),
        cmocka_unit_test(amounts_may_be_larger_than_orders),
        cmocka_unit_test(zones_are_hours_and_minutes),
        cmocka_unit_test(ranges_mean_what_they_look_like),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
