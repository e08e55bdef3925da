/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP door and what waits behind it: routes, signed bytes, clocks, limits, and that every request
 * is answered exactly once, whatever becomes of its command.
 */
#include "gateway/rest_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/hex_text.h"
#include "gateway/answer.h"
#include "gateway/call.h"
#include "gateway/pending.h"
#include "gateway/router.h"
#include "gateway/venue.h"
#include "platform/signature.h"
#include "support/venue_rig.h"

#define LIMIT "POST /api/v3/order symbol=BTCKZT&type=LIMIT&timeInForce=GTC&"
#define BID   LIMIT "side=BUY&quantity=1&price=15000"

static void paths_and_methods_must_exist(void **state)
{
    rig_expect(*state, RIG_NOBODY, "GET /api/v3/nothing ", 404,
               "{\"code\":-1020,\"msg\":\"This operation is not supported.\"}");
    rig_expect(*state, RIG_NOBODY, "POST /api/v3/time ", 405, "-1020");
    rig_expect(*state, RIG_NOBODY, "GET /api/v3/time/ ", 404, "-1020");
    rig_expect(*state, RIG_NOBODY, "HEAD /api/v3/ping ", 200, "{}");
}

static void no_two_routes_are_the_same_and_every_rule_is_named_once(void **state)
{
    struct router *router = router_create();
    const struct route *route;

    for (uint32_t i = 0; (route = router_route(router, i)) != NULL; i++) {
        bool exists;

        assert_ptr_equal(router_find(router, route->method, slice_of_text(route->path), &exists),
                         route);
        if (route->socket_method != NULL) {
            assert_ptr_equal(router_find_socket(router, slice_of_text(route->socket_method)),
                             route);
        }
        assert_true(route->weight >= 1 && route->summary != NULL && route->answer != NULL);
        for (uint32_t a = 0; a < route->parameter_count; a++) {
            for (uint32_t b = 0; b < a; b++) {
                assert_string_not_equal(route->parameters[a].name, route->parameters[b].name);
            }
        }
    }
    assert_null(router_find_socket(router, slice_of_text("order.fly")));
    router_destroy(router);
}

static void expect_bytes(const char *query, const char *body, size_t found, const char *expected)
{
    char buffer[256];
    struct slice message;

    assert_int_equal(rest_door_signed_bytes(slice_of_text(query), slice_of_text(body), buffer,
                                            sizeof buffer, &message),
                     found);
    assert_true(slice_equals_text(message, expected));
}

static void the_signed_bytes_are_those_sent_without_the_signature(void **state)
{
    struct slice message;
    char small[4];

    expect_bytes("a=1&b=2&signature=x", "", 1, "a=1&b=2");
    expect_bytes("a=1&signature=x&b=2", "", 1, "a=1&b=2");
    expect_bytes("signature=x&a=1", "", 1, "a=1");
    expect_bytes("", "a=1&signature=x", 1, "a=1");
    expect_bytes("a=1", "b=%5B2&signature=x", 1, "a=1b=%5B2");
    expect_bytes("a=1&signature=x", "b=2", 1, "a=1b=2");
    expect_bytes("a=1", "b=2", 0, "a=1b=2");
    expect_bytes("a=1&signature=x", "b=2&signature=x", 2, "a=1b=2");
    assert_int_equal(rest_door_signed_bytes(slice_of_text("a=1&signature=x"), slice_of_text("b=2"),
                                            small, sizeof small, &message),
                     SIZE_MAX);
}

static void sign_text(const char *secret, const char *text, char digits[65])
{
    const struct byte_part part = {text, strlen(text)};
    struct hmac_key key;
    uint8_t code[SHA256_SIZE];

    hmac_key_prepare(&key, secret, strlen(secret));
    hmac_compute(&key, &part, 1, code);
    hex_encode(code, sizeof code, digits);
    digits[64] = '\0';
}

/* Sends alice's signed request; the parts are cut as the test wants. */
static const struct fake_answer *send_signed(struct rig *rig, const char *query, const char *body,
                                             bool in_body)
{
    char digits[65];
    char text[1024];
    char head[2048];
    static char whole[1024];

    snprintf(text, sizeof text, "%s%s", query, body);
    sign_text(rig_secret(RIG_ALICE), text, digits);
    snprintf(head, sizeof head,
             "POST /api/v3/order?%s%s%s HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: %s\r\n\r\n", query,
             in_body ? "" : "&signature=", in_body ? "" : digits, rig_api_key(RIG_ALICE));
    snprintf(whole, sizeof whole, "%s%s%s", body, in_body ? "&signature=" : "",
             in_body ? digits : "");
    return rig_send(rig, head, whole);
}

static void parameters_may_stand_in_query_and_body(void **state)
{
    struct rig *rig = *state;
    char query[512];

    rig->is_body = true;
    rig_expect(rig, RIG_ALICE, BID, 200, "\"orderId\":1");
    rig->is_body = false;
    rig_expect(rig, RIG_ALICE, BID, 200, "\"orderId\":2");
    snprintf(query, sizeof query, "symbol=BTCKZT&side=BUY&type=LIMIT&timestamp=%lld",
             (long long)(rig->now_us / 1000));
    const struct fake_answer *answer =
        send_signed(rig, query, "timeInForce=GTC&quantity=1&price=15000&side=SELL", true);

    assert_int_equal(answer->status, 200);
    rig_expect_also("\"side\":\"BUY\""); /* the query wins */
    snprintf(query, sizeof query, "symbol=BTCKZT&side=BUY&type=LIMIT&timestamp=%lld",
             (long long)(rig->now_us / 1000));
    answer = send_signed(rig, query, "timeInForce=GTC&quantity=1&price=15000", false);
    assert_int_equal(answer->status, 200);
    /* Percent-encoding is signed as it was sent. */
    snprintf(query, sizeof query, "symbol=%%42TCKZT&side=BUY&type=LIMIT&timestamp=%lld",
             (long long)(rig->now_us / 1000));
    answer = send_signed(rig, query, "timeInForce=GTC&quantity=1&price=15000", false);
    assert_int_equal(answer->status, 200);
    rig_expect_also("\"symbol\":\"BTCKZT\"");
}

static void a_signed_request_needs_key_time_and_signature(void **state)
{
    struct rig *rig = *state;
    char request[256];

    rig_expect(rig, RIG_NOBODY, "GET /api/v3/account ", 401,
               "{\"code\":-2014,\"msg\":\"API-key format invalid.\"}");
    rig->is_plain = true;
    rig_expect(rig, RIG_ALICE, "GET /api/v3/account ", 400, "Mandatory parameter 'timestamp'");
    snprintf(request, sizeof request, "GET /api/v3/account timestamp=%lld",
             (long long)(rig->now_us / 1000));
    rig_expect(rig, RIG_ALICE, request, 400, "Mandatory parameter 'signature'");
    snprintf(request, sizeof request, "GET /api/v3/account timestamp=%lld&signature=00",
             (long long)(rig->now_us / 1000));
    rig_expect(rig, RIG_ALICE, request, 400,
               "{\"code\":-1022,\"msg\":\"Signature for this request is not valid.\"}");
    snprintf(request, sizeof request,
             "GET /api/v3/account timestamp=%lld&signature=00&signature=00",
             (long long)(rig->now_us / 1000));
    rig_expect(rig, RIG_ALICE, request, 400, "-1101");
    rig_expect(
        rig, RIG_ALICE, "GET /api/v3/account timestamp=1&signature=00", 400,
        "{\"code\":-1021,\"msg\":\"Timestamp for this request is outside of the recvWindow.\"}");
    rig_expect(
        rig, RIG_ALICE, "GET /api/v3/account timestamp=4000000000000&signature=00", 400,
        "{\"code\":-1021,\"msg\":\"Timestamp for this request was 1000ms ahead of the server's "
        "time.\"}");
    rig->is_plain = false;
    rig_expect(rig, RIG_ALICE, "GET /api/v3/account recvWindow=60001", 400, "-1130");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/account recvWindow=5000.125", 200, "");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/account recvWindow=5000.1255", 400, "-1130");
}

static void a_timestamp_may_be_in_microseconds(void **state)
{
    struct rig *rig = *state;
    char text[256];
    char request[512];
    char digits[65];

    snprintf(text, sizeof text, "timestamp=%lld", (long long)rig->now_us);
    sign_text(rig_secret(RIG_ALICE), text, digits);
    snprintf(request, sizeof request, "GET /api/v3/account %s&signature=%s", text, digits);
    rig->is_plain = true;
    rig_expect(rig, RIG_ALICE, request, 200, "balances");
}

static void the_window_is_looked_at_again_before_the_core(void **state)
{
    struct rig *rig = *state;

    /* Within the window at the door, outside of it when the command would be sent. */
    rig->step_us = 6000000;
    assert_non_null(
        rig_call(rig, RIG_ALICE, "POST", "/api/v3/order",
                 "symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&price=15000"));
    rig_expect_also("{\"code\":-1021,\"msg\":\"Timestamp for this request is outside");
    rig->step_us = 0;
    assert_null(fake_node_last_submitted());
    assert_int_equal(pending_count(rig->venue->pending), 0);
}

static void a_nonce_is_used_once_and_grows(void **state)
{
    struct rig *rig = *state;

    rig_expect(rig, RIG_ALICE, BID "&nonce=5", 200, "\"orderId\":1");
    assert_int_equal(fake_node_last_submitted()->nonce, 5);
    rig_expect(rig, RIG_ALICE, BID "&nonce=5", 400,
               "{\"code\":-9027,\"msg\":\"the nonce is not above the last one of this key\"}");
    rig_expect(rig, RIG_ALICE, BID "&nonce=6", 200, "\"orderId\":2");
    rig_expect(rig, RIG_ALICE, BID, 200, "\"orderId\":3"); /* this key does not ask for one */
}

static void headers_that_count_stand_once(void **state)
{
    const struct fake_answer *answer = rig_send(
        *state,
        "GET /api/v3/account HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: a\r\nX-MBX-APIKEY: b\r\n\r\n",
        "");

    assert_int_equal(answer->status, 400);
    answer = rig_send(
        *state, "GET /api/v3/time HTTP/1.1\r\nHost: x\r\nX-MBX-TIME-UNIT: NANOSECOND\r\n\r\n", "");
    assert_int_equal(answer->status, 400);
}

static void keys_are_bound_to_addresses(void **state)
{
    const uint8_t elsewhere[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 10, [15] = 1};

    rig_expect(*state, RIG_ALICE, "GET /api/v3/account ", 200, "");
    fake_server_set_peer(elsewhere);
    rig_expect(*state, RIG_ALICE, "GET /api/v3/account ", 401, "-2015");
}

static void weight_is_told_and_limited(void **state)
{
    const struct rate_options strict = {50, 1000, 2, 100, false};
    struct rig *rig = *state;

    rig_end(rig);
    rig_start(rig, &strict);
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo ", 200, "\"limit\":50}");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 20\n");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo ", 200, "");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/exchangeInfo ", 429, "{\"code\":-1003,");
    rig_expect_header("Retry-After: 60\n");
    for (int i = 0; fake_server_answer()->status == 429 && i < 100; i++) {
        (void)rig_call(rig, RIG_NOBODY, "GET", "/api/v3/ping", "");
    }
    assert_int_equal(fake_server_answer()->status, 418);
    rig_expect_header("Retry-After: 120\n");
}

static void what_there_is_not_counts_as_well(void **state)
{
    const struct rate_options strict = {2, 1000, 100, 1000, false};
    struct rig *rig = *state;

    rig_end(rig);
    rig_start(rig, &strict);
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/nothing ", 404, "-1020");
    rig_expect_header("X-MBX-USED-WEIGHT-1M: 1\n");
    rig_expect(rig, RIG_NOBODY, "POST /api/v3/time ", 405, "-1020");
    rig_expect(rig, RIG_NOBODY, "GET /api/v3/nothing ", 429, "-1003");
}

static void orders_are_limited_per_participant(void **state)
{
    const struct rate_options strict = {100000, 100000, 2, 100, false};
    struct rig *rig = *state;

    rig_end(rig);
    rig_start(rig, &strict);
    rig_expect(rig, RIG_ALICE, BID, 200, "");
    rig_expect(rig, RIG_ALICE, BID, 200, "");
    rig_expect(rig, RIG_ALICE, BID, 429,
               "{\"code\":-1015,\"msg\":\"Too many new orders; current limit is 2 orders per 10 "
               "SECOND.\"}");
    rig_expect_header("Retry-After: 10\n");
    rig_expect(rig, RIG_BOB, BID, 200, "");
    /* Cancels are free. */
    rig_expect(rig, RIG_ALICE, "DELETE /api/v3/order symbol=BTCKZT&orderId=1", 200, "CANCELED");
}

/* ------------------------------------------------------------------ waiting */

static void nobody_answers_before_the_command_is_back(void **state)
{
    struct rig *rig = *state;
    const struct fake_faults silent = {.is_silent = true};
    const struct fake_faults none = {0};

    fake_node_set_faults(&silent);
    assert_null(
        rig_call(rig, RIG_ALICE, "POST", "/api/v3/order",
                 "symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&price=15000"));
    assert_int_equal(pending_count(rig->venue->pending), 1);
    fake_node_set_faults(&none);
    rig_wait(rig, 1000000);
    assert_int_equal(fake_server_answer()->count, 1);
    assert_int_equal(fake_server_answer()->status, 200);
    assert_int_equal(pending_count(rig->venue->pending), 0);
}

static void ten_seconds_without_an_outcome_is_an_unknown_outcome(void **state)
{
    struct rig *rig = *state;
    const struct fake_faults silent = {.is_silent = true};
    const struct fake_faults none = {0};

    fake_node_set_faults(&silent);
    assert_null(
        rig_call(rig, RIG_ALICE, "POST", "/api/v3/order",
                 "symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&price=15000"));
    rig_wait(rig, 9000000);
    assert_int_equal(fake_server_answer()->count, 0);
    rig_wait(rig, 1500000);
    assert_int_equal(fake_server_answer()->status, 503);
    rig_expect_also(
        "{\"code\":-1007,\"msg\":\"Timeout waiting for response from backend server. Send "
        "status unknown; execution status unknown.\"}");
    /* It comes back after all: nobody is answered twice, and the order is there. */
    fake_node_set_faults(&none);
    rig_wait(rig, 1000000);
    assert_int_equal(fake_server_answer()->count, 1);
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrders ", 200, "\"orderId\":1");
}

static void a_lost_link_makes_every_outcome_unknown(void **state)
{
    struct rig *rig = *state;
    const struct fake_faults silent = {.is_silent = true};
    const struct fake_faults none = {0};

    fake_node_set_faults(&silent);
    assert_null(
        rig_call(rig, RIG_ALICE, "POST", "/api/v3/order",
                 "symbol=BTCKZT&type=LIMIT&timeInForce=GTC&side=BUY&quantity=1&price=15000"));
    fake_node_link(false);
    assert_int_equal(fake_server_answer()->status, 503);
    rig_expect_also("-1007");
    /* Nothing is sent now, and that is certain. */
    rig_expect(rig, RIG_ALICE, BID, 503, "{\"code\":-1001,");
    rig_expect(rig, RIG_ALICE, "GET /api/v3/openOrders ", 200, "[]");
    fake_node_set_faults(&none);
    fake_node_link(true);
    rig_wait(rig, 1000000);
    rig_expect(rig, RIG_ALICE, BID, 200, "NEW");
}

static void what_the_core_refuses_is_refused(void **state)
{
    struct rig *rig = *state;
    const struct fake_faults refusing = {.refused_result = RESULT_MALFORMED};

    fake_node_set_faults(&refusing);
    rig_expect(rig, RIG_ALICE, BID, 400, "{\"code\":-9002,");
    assert_int_equal(pending_count(rig->venue->pending), 0);
}

static void a_full_link_is_told_as_busy(void **state)
{
    struct rig *rig = *state;
    const struct fake_faults full = {.is_full = true};

    fake_node_set_faults(&full);
    rig_expect(rig, RIG_ALICE, BID, 503, "{\"code\":-1008,");
    assert_int_equal(pending_count(rig->venue->pending), 0);
}

/* What may be begun beside open requests of its connection, both by its own word and before it is
 * looked at. The list is short on purpose: whoever reads the replica is not on it. */
static void only_commands_without_a_look_at_the_replica_may_follow(void **state)
{
    static const char *const may[] = {
        "POST /api/v3/order",       "POST /api/v3/order/cancelReplace",
        "DELETE /api/v3/order",     "DELETE /api/v3/openOrders",
        "POST /api/v3/batchOrders", "DELETE /api/v3/batchOrders",
        "GET /api/v3/ping",
    };
    struct rig *rig = *state;
    const struct route *route;
    size_t found = 0;

    for (uint32_t i = 0; (route = router_route(rig->venue->router, i)) != NULL; i++) {
        static struct http_request request;
        char name[160];
        char head[256];
        bool is_listed = false;

        snprintf(name, sizeof name, "%s %s", http_method_name(route->method), route->path);
        for (size_t j = 0; j < sizeof may / sizeof may[0]; j++) {
            is_listed = is_listed || strcmp(name, may[j]) == 0;
        }
        assert_int_equal(route->may_follow, is_listed);
        if (strchr(name, '{') != NULL) {
            continue; /* no path of a request, but a family of them */
        }
        int size = snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: x\r\n\r\n", name);

        assert_int_equal(http_request_parse(&request, head, (size_t)size), HTTP_RESULT_OK);
        assert_int_equal(rest_door_may_follow(rig->venue, &request), is_listed);
        rig_send(rig, head, "");
        assert_int_equal(fake_server_lets_follow(), is_listed);
        found += is_listed;
    }
    assert_int_equal(found, sizeof may / sizeof may[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(paths_and_methods_must_exist),
        RIG_TEST(no_two_routes_are_the_same_and_every_rule_is_named_once),
        RIG_TEST(the_signed_bytes_are_those_sent_without_the_signature),
        RIG_TEST(parameters_may_stand_in_query_and_body),
        RIG_TEST(a_signed_request_needs_key_time_and_signature),
        RIG_TEST(a_timestamp_may_be_in_microseconds),
        RIG_TEST(the_window_is_looked_at_again_before_the_core),
        RIG_TEST(a_nonce_is_used_once_and_grows),
        RIG_TEST(headers_that_count_stand_once),
        RIG_TEST(keys_are_bound_to_addresses),
        RIG_TEST(weight_is_told_and_limited),
        RIG_TEST(what_there_is_not_counts_as_well),
        RIG_TEST(orders_are_limited_per_participant),
        RIG_TEST(nobody_answers_before_the_command_is_back),
        RIG_TEST(ten_seconds_without_an_outcome_is_an_unknown_outcome),
        RIG_TEST(a_lost_link_makes_every_outcome_unknown),
        RIG_TEST(what_the_core_refuses_is_refused),
        RIG_TEST(a_full_link_is_told_as_busy),
        RIG_TEST(only_commands_without_a_look_at_the_replica_may_follow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
