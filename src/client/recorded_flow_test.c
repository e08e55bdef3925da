/* SPDX-License-Identifier: Apache-2.0 */
#include "client/recorded_flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool parse(enum flow_format format, const char *line, struct flow_event *event)
{
    return flow_parse(format, slice_of_text(line), event);
}

static void the_format_is_told_by_the_first_line(void **state)
{
    (void)state;
    assert_int_equal(flow_format_of(slice_of_text("1 order_created {\"a\": 1, \"b\": 2}")),
                     FLOW_FORMAT_BITSTAMP);
    assert_int_equal(flow_format_of(slice_of_text("34200.004241176,1,16113575,18,5853300,1")),
                     FLOW_FORMAT_LOBSTER);
    assert_int_equal(flow_format_of(slice_of_text("hello")), 0);
}

static void a_created_order_is_placed(void **state)
{
    struct flow_event event;

    (void)state;
    assert_true(parse(FLOW_FORMAT_BITSTAMP,
                      "1430438404518 order_created {\"price\": \"236.47\", \"amount\": "
                      "\"2.00000000\", \"datetime\": \"1430438404\", \"id\": 65595247, "
                      "\"order_type\": 0}",
                      &event));
    assert_int_equal(event.act, FLOW_ACT_PLACE);
    assert_int_equal(event.side, SIDE_BUY);
    assert_int_equal(event.time_us, 1430438404518000);
    assert_int_equal(event.order, 65595247);
    assert_int_equal(event.price, 23647000000);
    assert_int_equal(event.quantity, 200000000);
}

static void a_deleted_order_is_cancelled_and_changes_are_nothing(void **state)
{
    struct flow_event event;

    (void)state;
    assert_true(parse(FLOW_FORMAT_BITSTAMP,
                      "1 order_deleted {\"price\": \"236.47\", \"amount\": \"0.00000000\", "
                      "\"id\": 7, \"order_type\": 1}",
                      &event));
    assert_int_equal(event.act, FLOW_ACT_CANCEL);
    assert_int_equal(event.side, SIDE_SELL);
    assert_true(parse(FLOW_FORMAT_BITSTAMP, "1 trade {\"price\": 236.47}", &event));
    assert_int_equal(event.act, FLOW_ACT_NOTHING);
}

static void lobster_types_become_acts(void **state)
{
    struct flow_event event;

    (void)state;
    assert_true(parse(FLOW_FORMAT_LOBSTER, "34200.004241176,1,16113575,18,5853300,1", &event));
    assert_int_equal(event.act, FLOW_ACT_PLACE);
    assert_int_equal(event.time_us, 34200004241);
    assert_int_equal(event.price, 58533000000);
    assert_int_equal(event.quantity, 1800000000);
    assert_int_equal(event.side, SIDE_BUY);
    assert_true(parse(FLOW_FORMAT_LOBSTER, "34200.1,2,16113575,10,5853300,-1", &event));
    assert_int_equal(event.act, FLOW_ACT_REDUCE);
    assert_true(parse(FLOW_FORMAT_LOBSTER, "34200.1,3,16113575,10,5853300,-1", &event));
    assert_int_equal(event.act, FLOW_ACT_CANCEL);
    assert_true(parse(FLOW_FORMAT_LOBSTER, "34200.1,4,16113575,10,5853300,-1", &event));
    assert_int_equal(event.act, FLOW_ACT_HIT);
    assert_int_equal(event.side, SIDE_BUY);
    assert_true(parse(FLOW_FORMAT_LOBSTER, "34200.1,5,0,10,5853300,-1", &event));
    assert_int_equal(event.act, FLOW_ACT_NOTHING);
}

static void malformed_lines_are_refused(void **state)
{
    static const char *const bitstamp[] = {
        "",
        "x order_created {}",
        "1 order_created",
        "1 order_created {}",
        "1 order_sold {\"price\":\"1\",\"amount\":\"1\",\"id\":1,\"order_type\":0}",
        "1 order_created {\"price\":\"-1\",\"amount\":\"1\",\"id\":1,\"order_type\":0}",
        "1 order_created {\"price\":\"1\",\"amount\":\"1e5\",\"id\":1,\"order_type\":0}",
        "1 order_created {\"price\":\"1\",\"amount\":\"1\",\"id\":1,\"order_type\":2}",
        "1 order_created {\"price\":\"1\",\"amount\":\"1\",\"id\":1,\"order_type\":0} x",
        "999999999999999999 trade {}",
    };
    static const char *const lobster[] = {
        "",
        "1,1,1,1,1",
        "1,1,1,1,1,1,1",
        "1,0,1,1,1,1",
        "1,8,1,1,1,1",
        "1,1,1,1,1,2",
        "1,1,1,-1,1,1",
        "1,1,1,1,999999999999999999,1",
        "1,1,1,999999999999999999,1,1",
        "1.0000000001,1,1,1,1,1",
    };
    struct flow_event event;

    (void)state;
    for (size_t i = 0; i < sizeof bitstamp / sizeof *bitstamp; i++) {
        assert_false(parse(FLOW_FORMAT_BITSTAMP, bitstamp[i], &event));
    }
    for (size_t i = 0; i < sizeof lobster / sizeof *lobster; i++) {
        assert_false(parse(FLOW_FORMAT_LOBSTER, lobster[i], &event));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_format_is_told_by_the_first_line),
        cmocka_unit_test(a_created_order_is_placed),
        cmocka_unit_test(a_deleted_order_is_cancelled_and_changes_are_nothing),
        cmocka_unit_test(lobster_types_become_acts),
        cmocka_unit_test(malformed_lines_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
