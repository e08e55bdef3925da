/* SPDX-License-Identifier: Apache-2.0
 *
 * Many orders and many cancels in one request, against the real engine.
 */
#include "gateway/batch_elements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/hex_text.h"
#include "platform/signature.h"
#include "support/venue_rig.h"

#define FIELDS "\"type\":\"LIMIT\",\"timeInForce\":\"GTC\","
#define BUY    "{\"symbol\":\"BTCKZT\",\"side\":\"BUY\"," FIELDS
#define SELL   "{\"symbol\":\"BTCKZT\",\"side\":\"SELL\"," FIELDS

enum { TEXT_MAX = 4 * 65536 };

/* name=array, percent-encoded, in the body. */
static const char *encoded(const char *name, const char *array)
{
    static char text[TEXT_MAX];
    size_t size = (size_t)snprintf(text, sizeof text, "%s=", name);

    for (; *array != '\0'; array++) {
        bool is_plain = strchr("{}[]\",:% /", *array) == NULL;

        size += (size_t)snprintf(text + size, sizeof text - size, is_plain ? "%c" : "%%%02X",
                                 (unsigned char)*array);
    }
    return text;
}

static const struct fake_answer *place(struct rig *rig, enum rig_person person, const char *array)
{
    rig->is_body = true;
    const struct fake_answer *answer =
        rig_call(rig, person, "POST", "/api/v3/batchOrders", encoded("batchOrders", array));

    rig->is_body = false;
    return answer;
}

static void expect(struct rig *rig, const char *array, unsigned status, const char *text)
{
    const struct fake_answer *answer = place(rig, RIG_ALICE, array);

    assert_non_null(answer);
    assert_int_equal(answer->status, status);
    rig_expect_also(text);
}

static void expect_cancel(struct rig *rig, const char *parameters, unsigned status,
                          const char *text)
{
    const struct fake_answer *answer =
        rig_call(rig, RIG_ALICE, "DELETE", "/api/v3/batchOrders", parameters);

    assert_non_null(answer);
    if (answer->status != status) {
        fail_msg("%s: %u %.500s", parameters, answer->status, answer->body);
    }
    rig_expect_also(text);
}

static uint32_t open_orders(const struct rig *rig)
{
    struct node_view node;

    tarazy_query_node(rig->venue->engine, &node);
    return node.orders;
}

/* How often `text` stands in the last answer. */
static int times(const char *text)
{
    int count = 0;

    for (const char *at = fake_server_answer()->body; (at = strstr(at, text)) != NULL; at++) {
        count++;
    }
    return count;
}

/* ------------------------------------------------------------------ orders */

static void every_order_is_a_command_of_its_own_in_the_order_given(void **state)
{
    struct rig *rig = *state;
    uint64_t before = rig->venue->number;

    expect(rig,
           "[" BUY "\"quantity\":\"1\",\"price\":\"15000\",\"newClientOrderId\":\"a\"}," BUY
           "\"quantity\":\"2\",\"price\":\"15001\",\"newClientOrderId\":\"b\"}]",
           200, "[{\"symbol\":\"BTCKZT\",\"orderId\":1,\"orderListId\":-1,\"clientOrderId\":\"a\"");
    rig_expect_also("},{\"symbol\":\"BTCKZT\",\"orderId\":2,\"orderListId\":-1,\"clientOrderId\":"
                    "\"b\",\"transactTime\":");
    rig_expect_not("status"); /* ACK */
    rig_expect_header("X-MBX-ORDER-COUNT-10S: 2");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 1");
    assert_int_equal(rig->venue->number, before + 2);
    assert_int_equal(open_orders(rig), 2);
}

static void symbols_may_be_mixed_and_trades_happen_within(void **state)
{
    struct rig *rig = *state;

    expect(rig,
           "[" SELL "\"quantity\":\"1\",\"price\":\"15000\"},"
           "{\"symbol\":\"ETHKZT\",\"side\":\"BUY\"," FIELDS
           "\"quantity\":\"1\",\"price\":\"15000\",\"newOrderRespType\":\"RESULT\"}," SELL
           "\"quantity\":\"1\",\"price\":\"15000\",\"newOrderRespType\":\"RESULT\"}]",
           200, "\"symbol\":\"ETHKZT\"");
    rig_expect_also("\"status\":\"NEW\"");
    assert_int_equal(open_orders(rig), 3);
    place(rig, RIG_BOB,
          "[" BUY "\"quantity\":\"1\",\"price\":\"15000\",\"newOrderRespType\":\"RESULT\"}]");
    rig_expect_also("\"status\":\"FILLED\"");
    rig_expect_not("fills");
}

static void one_refused_element_does_not_stop_the_others(void **state)
{
    struct rig *rig = *state;

    expect(rig,
           "[" BUY "\"quantity\":\"1\",\"price\":\"15000\"}," /* good */
           BUY "\"quantity\":\"1\",\"price\":\"80000\"},"     /* the engine: a filter */
           BUY "\"quantity\":\"1\"},"                         /* no price */
           BUY "\"quantity\":\"1\",\"price\":\"1\",\"colour\":\"red\"}," BUY
           "\"quantity\":\"1\",\"price\":\"15000.001\"},"
           "{\"symbol\":\"XXXYYY\",\"side\":\"BUY\"," FIELDS
           "\"quantity\":\"1\",\"price\":\"15000\"}," SELL
           "\"quantity\":\"100000\",\"price\":\"15000\"}," BUY
           "\"quantity\":\"1\",\"price\":\"15000\",\"newOrderRespType\":\"FULL\"}," BUY
           "\"quantity\":\"3\",\"price\":\"15000\"}]",
           200, "},{\"code\":-1013,\"msg\":\"Filter failure: PERCENT_PRICE_BY_SIDE\"},{");
    rig_expect_also("},{\"code\":-1102,\"msg\":\"Mandatory parameter 'price' was not sent, was "
                    "empty/null, or malformed.\"},{\"code\":-1104,");
    rig_expect_also("},{\"code\":-1111,\"msg\":\"Parameter 'price' has too much precision.\"},"
                    "{\"code\":-1121,\"msg\":\"Invalid symbol.\"},{\"code\":-");
    rig_expect_also("},{\"code\":-1130,\"msg\":\"Data sent for parameter 'newOrderRespType' is not "
                    "valid.\"},{\"symbol\":\"BTCKZT\",\"orderId\":2,");
    assert_int_equal(open_orders(rig), 2);
    assert_int_equal(times("\"code\":"), 7);
}

static void a_batch_of_nothing_but_refusals_is_answered(void **state)
{
    struct rig *rig = *state;
    uint64_t before = rig->venue->number;

    expect(rig, "[{},{\"symbol\":\"BTCKZT\"}]", 200,
           "[{\"code\":-1102,\"msg\":\"Mandatory parameter 'symbol'");
    rig_expect_also("},{\"code\":-1102,\"msg\":\"Mandatory parameter 'side'");
    assert_int_equal(rig->venue->number, before);
}

static void the_same_client_id_twice_places_one_order(void **state)
{
    struct rig *rig = *state;

    expect(rig,
           "[" BUY "\"quantity\":\"1\",\"price\":\"15000\",\"newClientOrderId\":\"a\"}," BUY
           "\"quantity\":\"1\",\"price\":\"15000\",\"newClientOrderId\":\"a\"}]",
           200, "},{\"code\":-2010,\"msg\":\"Duplicate order sent.\"}]");
    assert_int_equal(open_orders(rig), 1);
}

static void what_is_malformed_as_a_whole_changes_nothing(void **state)
{
    static const struct {
        const char *array;
        const char *answer;
    } cases[] = {
        {"[" BUY "\"quantity\":\"1\",\"price\":\"15000\"}", "-1100"},
        {"[" BUY "\"quantity\":\"1\",\"price\":\"15000\"},]", "-1130"},
        {"[" BUY "\"quantity\":\"1\",\"price\":\"15000\"},7]", "-1130"},
        {"[" BUY "\"quantity\":\"1\",\"price\":\"15000\"},{\"price\":null}]", "-1130"},
        {"[" BUY "\"quantity\":\"1\",\"price\":\"15000\"},{\"a\":1,\"a\":1}]", "-1101"},
        {"[]", "{\"code\":-4082,\"msg\":\"A batch has 1 to 500 elements.\"}"},
        {"{}", "-1100"},
        {"", "-1102"},
    };
    struct rig *rig = *state;
    uint64_t before = rig->venue->number;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(rig, cases[i].array, 400, cases[i].answer);
    }
    rig_expect(rig, RIG_ALICE, "POST /api/v3/batchOrders symbol=BTCKZT", 400,
               "Mandatory parameter 'batchOrders' was not sent");
    assert_int_equal(rig->venue->number, before);
    assert_int_equal(open_orders(rig), 0);
    rig_expect(rig, RIG_ALICE, "GET /api/v3/rateLimit/order ", 200, "\"count\":0");
}

/* `count` bids in one array. */
static const char *many(uint32_t count)
{
    static char text[TEXT_MAX];
    size_t size = (size_t)snprintf(text, sizeof text, "[");

    for (uint32_t i = 0; i < count; i++) {
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "%s{\"symbol\":\"BTCKZT\",\"side\":\"BUY\"," FIELDS
                                 "\"quantity\":\"0.01\",\"price\":\"15000\"}",
                                 i > 0 ? "," : "");
    }
    (void)snprintf(text + size, sizeof text - size, "]");
    return text;
}

static void five_hundred_orders_fit_and_one_more_does_not(void **state)
{
    struct rig *rig = *state;

    expect(rig, many(BATCH_ELEMENTS_MAX + 1), 400, "-4082");
    assert_int_equal(open_orders(rig), 0);
    expect(rig, many(BATCH_ELEMENTS_MAX), 200, "\"orderId\":100,");
    /* The rig's market allows a hundred orders of one person; the rest are refused by it. */
    assert_int_equal(open_orders(rig), 100);
    assert_int_equal(times("\"msg\":\"Filter failure: MAX_NUM_ORDERS\""), 400);
    rig_expect_header("X-MBX-ORDER-COUNT-10S: 500");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 51"); /* 1 for the one refused, 50 for this one */
}

static void a_batch_over_the_limit_of_orders_is_refused_as_a_whole(void **state)
{
    const struct rate_options rates = {1000000, 1000000, 5, 1000000, false};
    struct rig *rig = *state;

    rig_end(rig);
    rig_start(rig, &rates);
    expect(rig, many(3), 200, "orderId");
    expect(rig, many(3), 429, "-1015");
    rig_expect_header("Retry-After: ");
    assert_int_equal(open_orders(rig), 3);
    expect(rig, many(2), 200, "orderId");
}

static void each_order_takes_a_nonce_of_its_own(void **state)
{
    static char parameters[TEXT_MAX + 16];
    struct rig *rig = *state;

    rig->is_body = true;
    snprintf(parameters, sizeof parameters, "nonce=7&%s", encoded("batchOrders", many(3)));
    assert_int_equal(rig_call(rig, RIG_ALICE, "POST", "/api/v3/batchOrders", parameters)->status,
                     200);
    assert_int_equal(open_orders(rig), 3);
    assert_int_equal(fake_node_last_submitted()->nonce, 9);
    snprintf(parameters, sizeof parameters, "nonce=9&%s", encoded("batchOrders", many(2)));
    rig_call(rig, RIG_ALICE, "POST", "/api/v3/batchOrders", parameters);
    assert_int_equal(open_orders(rig), 4); /* 9 was taken, 10 is new */
    rig->is_body = false;
}

static void a_batch_may_come_as_json(void **state)
{
    static const char body[] =
        "{\"batchOrders\":[" BUY "\"quantity\":1,\"price\":15000},{\"symbol\":\"BTCKZT\"}]}";
    struct rig *rig = *state;
    char text[1024];
    char head[1024];
    char digits[65] = {0};
    uint8_t code[SHA256_SIZE];
    struct hmac_key key;
    int query = snprintf(text, sizeof text, "timestamp=%lld", (long long)(rig->now_us / 1000));

    int size = snprintf(text + query, sizeof text - (size_t)query, "%s", body);
    const struct byte_part part = {text, (size_t)(query + size)};
    const char *secret = rig_secret(RIG_ALICE);

    hmac_key_prepare(&key, secret, strlen(secret));
    hmac_compute(&key, &part, 1, code);
    hex_encode(code, sizeof code, digits);
    snprintf(head, sizeof head,
             "POST /api/v3/batchOrders?%.*s&signature=%s HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: %s"
             "\r\nContent-Type: application/json\r\n\r\n",
             query, text, digits, rig_api_key(RIG_ALICE));
    assert_int_equal(rig_send(rig, head, body)->status, 200);
    rig_expect_also("[{\"symbol\":\"BTCKZT\",\"orderId\":1,");
    rig_expect_also("},{\"code\":-1102,");
    /* Another body under the same signature. */
    memcpy(text, body, sizeof body);
    *strstr(text, "15000") = '2';
    assert_int_equal(rig_send(rig, head, text)->status, 400);
    rig_expect_also("-1022");
}

/* ------------------------------------------------------------------ what goes wrong on the way */

static void the_answer_waits_for_the_last_element(void **state)
{
    struct rig *rig = *state;

    fake_node_set_faults(&(struct fake_faults){.is_silent = true});
    assert_null(place(rig, RIG_ALICE, many(2)));
    fake_node_set_faults(&(struct fake_faults){0});
    rig_wait(rig, 1000);
    assert_int_equal(fake_server_answer()->count, 1);
    assert_int_equal(times("\"orderId\":"), 2);
}

static void who_hears_nothing_in_time_is_told_so_of_each_element(void **state)
{
    struct rig *rig = *state;

    fake_node_set_faults(&(struct fake_faults){.is_silent = true});
    assert_null(place(rig, RIG_ALICE,
                      "[" BUY
                      "\"quantity\":\"1\",\"price\":\"1\",\"newClientOrderId\":\"a\"},{}]"));
    rig_expect(rig, RIG_ALICE, "GET /api/v3/order symbol=BTCKZT&origClientOrderId=a", 503, "-1001");
    assert_null(place(rig, RIG_ALICE,
                      "[" BUY
                      "\"quantity\":\"1\",\"price\":\"1\",\"newClientOrderId\":\"a\"},{}]"));
    rig_wait(rig, PENDING_TIMEOUT_US + 1000000);
    assert_int_equal(fake_server_answer()->count, 1);
    assert_int_equal(fake_server_answer()->status, 200);
    rig_expect_also("[{\"code\":-1007,");
    rig_expect_also("},{\"code\":-1102,");
    /* It comes after all: nobody is told twice, and nothing is left over. */
    fake_node_set_faults(&(struct fake_faults){0});
    rig_wait(rig, 1000);
    assert_int_equal(fake_server_answer()->count, 1);
    assert_int_equal(pending_count(rig->venue->pending), 0);
    assert_null(rig->venue->batches);
}

static void a_lost_link_is_told_of_each_element(void **state)
{
    struct rig *rig = *state;

    fake_node_set_faults(&(struct fake_faults){.is_silent = true});
    assert_null(place(rig, RIG_ALICE, many(2)));
    fake_node_link(false);
    rig_wait(rig, 1000);
    assert_int_equal(times("\"code\":-1007"), 2);
    expect(rig, many(2), 503, "-1001");
    assert_null(rig->venue->batches);
}

static void a_refusal_by_the_core_is_one_elements(void **state)
{
    struct rig *rig = *state;

    fake_node_set_faults(&(struct fake_faults){.refused_result = RESULT_MALFORMED});
    expect(rig, many(2), 200, "[{\"code\":-90");
    assert_int_equal(times("\"code\":-90"), 2);
    assert_int_equal(open_orders(rig), 0);
}

static void what_the_link_does_not_take_is_certainly_not_placed(void **state)
{
    struct rig *rig = *state;

    fake_node_set_faults(&(struct fake_faults){.is_full = true});
    expect(rig, many(2), 200, "[{\"code\":-1008,");
    assert_int_equal(times("\"code\":-1008"), 2);
    assert_int_equal(pending_count(rig->venue->pending), 0);
}

static void a_batch_that_the_link_has_no_room_for_is_not_begun(void **state)
{
    struct rig *rig = *state;

    fake_node_set_faults(&(struct fake_faults){.has_no_room = true});
    expect(rig, many(2), 503, "{\"code\":-1008,");
    assert_null(fake_node_last_submitted());
    assert_null(rig->venue->batches);
    fake_node_set_faults(&(struct fake_faults){0});
    expect(rig, many(2), 200, "orderId");
}

static void a_batch_goes_whole_or_not_at_all_when_many_wait(void **state)
{
    struct rig *rig = *state;
    uint64_t sent;

    fake_node_set_faults(&(struct fake_faults){.is_silent = true});
    for (uint32_t i = 0; i < PENDING_MAX / BATCH_ELEMENTS_MAX; i++) {
        assert_null(place(rig, RIG_ALICE, many(BATCH_ELEMENTS_MAX)));
    }
    sent = rig->venue->orders_sent;
    expect(rig, many(BATCH_ELEMENTS_MAX), 503, "-1008");
    assert_int_equal(rig->venue->orders_sent, sent);
    assert_null(place(rig, RIG_ALICE, many(PENDING_MAX % BATCH_ELEMENTS_MAX)));
    expect(rig, many(1), 503, "-1008");
    /* The venue ends while they wait: nothing is leaked, nobody is answered. */
}

static void a_batch_that_waited_too_long_at_the_door_is_not_sent(void **state)
{
    struct rig *rig = *state;

    rig->step_us = 6000000;
    assert_int_equal(place(rig, RIG_ALICE, many(2))->status, 400);
    rig_expect_also("-1021");
    rig->step_us = 0;
    assert_int_equal(open_orders(rig), 0);
}

/* ------------------------------------------------------------------ cancels */

static void orders_are_cancelled_by_number(void **state)
{
    struct rig *rig = *state;

    expect(rig, many(3), 200, "orderId");
    expect_cancel(rig, "symbol=BTCKZT&orderIdList=[3,99,1,3]", 200,
                  "[{\"symbol\":\"BTCKZT\",\"origClientOrderId\":\"");
    assert_int_equal(times("\"status\":\"CANCELED\""), 2);
    assert_int_equal(times("{\"code\":-2011,\"msg\":\"Unknown order sent.\"}"), 2);
    assert_true(strstr(fake_server_answer()->body, "\"orderId\":3") <
                strstr(fake_server_answer()->body, "\"orderId\":1,"));
    assert_int_equal(open_orders(rig), 1);
    rig_expect(rig, RIG_ALICE, "GET /api/v3/rateLimit/order ", 200, "\"count\":3");
}

static void orders_are_cancelled_by_client_id(void **state)
{
    struct rig *rig = *state;

    expect(rig,
           "[" BUY "\"quantity\":\"1\",\"price\":\"15000\",\"newClientOrderId\":\"a\"}," BUY
           "\"quantity\":\"1\",\"price\":\"15000\",\"newClientOrderId\":\"b\"}]",
           200, "");
    expect_cancel(rig, "symbol=BTCKZT&origClientOrderIdList=%5B%22b%22,%22%20%22,%22a%22%5D", 200,
                  "},{\"code\":-1100,");
    assert_int_equal(open_orders(rig), 0);
}

static void the_orders_of_others_and_other_symbols_stay(void **state)
{
    struct rig *rig = *state;

    expect(rig, many(1), 200, "orderId");
    expect_cancel(rig, "symbol=ETHKZT&orderIdList=[1]", 200, "[{\"code\":-2011,");
    rig_expect(rig, RIG_BOB, "DELETE /api/v3/batchOrders symbol=BTCKZT&orderIdList=[1]", 200,
               "[{\"code\":-2011,");
    assert_int_equal(open_orders(rig), 1);
}

static void a_list_of_cancels_is_by_one_kind_of_name(void **state)
{
    static const struct {
        const char *parameters;
        const char *answer;
    } cases[] = {
        {"symbol=BTCKZT", "-1102"},
        {"orderIdList=[1]", "'symbol' was not sent"},
        {"symbol=BTCKZT&orderIdList=[1]&origClientOrderIdList=[%22a%22]", "-1128"},
        {"symbol=BTCKZT&orderIdList=[]", "-4082"},
        {"symbol=BTCKZT&orderIdList=[1,]", "'orderIdList' is not valid"},
        {"symbol=BTCKZT&orderIdList=[%221%22]", "-1130"},
        {"symbol=BTCKZT&origClientOrderIdList=[1]", "'origClientOrderIdList' is not valid"},
        {"symbol=BTCKZT&orderIdList=1", "-1100"},
        {"symbol=BTCXYZ&orderIdList=[1]", "-1121"},
        {"symbol=BTCKZT&orderIdList=[1]&colour=red", "-1104"},
    };
    struct rig *rig = *state;

    expect(rig, many(1), 200, "orderId");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_cancel(rig, cases[i].parameters, 400, cases[i].answer);
    }
    expect_cancel(rig, "symbol=BTCKZT&orderIdList=[1.5,-1]", 200, "[{\"code\":-1100,");
    assert_int_equal(open_orders(rig), 1);
}

static void a_leg_takes_its_list_with_it(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE,
               "POST /api/v3/order/oco symbol=BTCKZT&side=SELL&quantity=1&price=15100&"
               "stopPrice=14900&listClientOrderId=l",
               200, "orderListId");
    expect_cancel(rig, "symbol=BTCKZT&orderIdList=[1]", 200, "[{\"orderListId\":1,");
    assert_int_equal(times("\"status\":\"CANCELED\""), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(every_order_is_a_command_of_its_own_in_the_order_given),
        RIG_TEST(symbols_may_be_mixed_and_trades_happen_within),
        RIG_TEST(one_refused_element_does_not_stop_the_others),
        RIG_TEST(a_batch_of_nothing_but_refusals_is_answered),
        RIG_TEST(the_same_client_id_twice_places_one_order),
        RIG_TEST(what_is_malformed_as_a_whole_changes_nothing),
        RIG_TEST(five_hundred_orders_fit_and_one_more_does_not),
        RIG_TEST(a_batch_over_the_limit_of_orders_is_refused_as_a_whole),
        RIG_TEST(each_order_takes_a_nonce_of_its_own),
        RIG_TEST(a_batch_may_come_as_json),
        RIG_TEST(the_answer_waits_for_the_last_element),
        RIG_TEST(who_hears_nothing_in_time_is_told_so_of_each_element),
        RIG_TEST(a_lost_link_is_told_of_each_element),
        RIG_TEST(a_refusal_by_the_core_is_one_elements),
        RIG_TEST(what_the_link_does_not_take_is_certainly_not_placed),
        RIG_TEST(a_batch_that_the_link_has_no_room_for_is_not_begun),
        RIG_TEST(a_batch_goes_whole_or_not_at_all_when_many_wait),
        RIG_TEST(a_batch_that_waited_too_long_at_the_door_is_not_sent),
        RIG_TEST(orders_are_cancelled_by_number),
        RIG_TEST(orders_are_cancelled_by_client_id),
        RIG_TEST(the_orders_of_others_and_other_symbols_stay),
        RIG_TEST(a_list_of_cancels_is_by_one_kind_of_name),
        RIG_TEST(a_leg_takes_its_list_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
