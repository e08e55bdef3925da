/* SPDX-License-Identifier: Apache-2.0
 *
 * The WebSocket API: envelopes, who is asking, and what a session may do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/base64_text.h"
#include "gateway/socket_door.h"
#include "gateway/socket_session.h"
#include "gateway/socket_signature.h"
#include "platform/signature.h"
#include "support/socket_scene.h"

static struct socket_scene scene;
static struct server_handle api;

static int start(void **state)
{
    socket_scene_start(&scene, NULL);
    *state = &scene;
    api = socket_scene_open("/ws-api/v3");
    return 0;
}

static void ask(const char *request, const char *text)
{
    socket_scene_ask(&scene, api, request, text);
}

/* Signs the text of sorted parameters as a person. */
static const char *signature_of(enum rig_person person, const char *text)
{
    static char digits[65];
    const struct byte_part part = {text, strlen(text)};
    uint8_t code[SHA256_SIZE];
    struct hmac_key key;

    hmac_key_prepare(&key, rig_secret(person), strlen(rig_secret(person)));
    hmac_compute(&key, &part, 1, code);
    for (int i = 0; i < 32; i++) {
        (void)snprintf(digits + 2 * i, 3, "%02x", code[i]);
    }
    return digits;
}

/* A signed account.status; what is sent may differ from what is signed. */
struct signed_request {
    enum rig_person owner;  /* of the API key that is sent */
    enum rig_person signer; /* whose secret signs */
    int64_t timestamp_ms;
    int64_t signed_ms; /* what the signature says about the time; 0: the same */
    const char *more;  /* further members, not signed */
};

static void ask_signed(const struct signed_request *request, const char *text)
{
    char key[65];
    char payload[256];
    char message[1024];

    (void)snprintf(key, sizeof key, "%s", rig_api_key(request->owner));
    (void)snprintf(
        payload, sizeof payload, "apiKey=%s&timestamp=%lld", key,
        (long long)(request->signed_ms != 0 ? request->signed_ms : request->timestamp_ms));
    (void)snprintf(message, sizeof message,
                   "{\"id\":1,\"method\":\"account.status\",\"params\":{\"apiKey\":\"%s\","
                   "\"timestamp\":%lld,\"signature\":\"%s\"%s}}",
                   key, (long long)request->timestamp_ms, signature_of(request->signer, payload),
                   request->more == NULL ? "" : request->more);
    ask(message, text);
}

static int64_t now_ms(void)
{
    return scene.rig.now_us / 1000;
}

/* ------------------------------------------------------------------ envelopes */

static void ids_are_echoed_as_they_came(void **state)
{
    ask("{\"id\":1,\"method\":\"ping\"}",
        "{\"id\":1,\"status\":200,\"result\":{},\"rateLimits\":[");
    ask("{\"id\":\"a\\u0041\",\"method\":\"ping\"}", "{\"id\":\"a\\u0041\",\"status\":200");
    ask("{\"id\":-1.5e3,\"method\":\"ping\"}", "{\"id\":-1.5e3,\"status\":200");
    ask("{\"id\":null,\"method\":\"ping\"}", "{\"id\":null,\"status\":200");
    ask("{\"method\":\"ping\"}", "{\"id\":null,\"status\":200");
    ask("{\"id\":\"123456789012345678901234567890123456789012345678901234567890123\","
        "\"method\":\"ping\"}",
        "{\"id\":null,\"status\":400,\"error\":{\"code\":-1135");
}

static void nonsense_is_refused_and_the_session_goes_on(void **state)
{
    static const char *const cases[] = {
        "",
        "{",
        "[]",
        "{\"id\":1}",
        "{\"method\":7}",
        "{\"method\":\"ping\",\"x\":1}",
        "\"x\"",
        "{}",
        "ping{}",
        "{\"method\":\"ping\",\"params\":[]}",
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(cases[i], "{\"id\":null,\"status\":400,\"error\":{\"code\":-1135");
    }
    ask("{\"id\":1,\"method\":\"nothing\"}", "\"status\":404,\"error\":{\"code\":-1020");
    ask("{\"id\":1,\"method\":\"ping\",\"params\":{\"x\":1}}", "-1104");
    ask("{\"id\":1,\"method\":\"depth\",\"params\":{\"symbol\":\"NOSUCH\"}}", "-1121");
    ask("{\"id\":1,\"method\":\"ping\",\"params\":{}}", "\"status\":200");
}

static void rate_limits_can_be_left_out(void **state)
{
    fake_socket_send(api, "{\"id\":1,\"method\":\"ping\",\"params\":{\"returnRateLimits\":false}}");
    assert_string_equal(fake_socket_next(api), "{\"id\":1,\"status\":200,\"result\":{}}");
    struct server_handle quiet = socket_scene_open("/ws-api/v3?returnRateLimits=false");

    fake_socket_send(quiet, "{\"id\":1,\"method\":\"ping\"}");
    assert_string_equal(fake_socket_next(quiet), "{\"id\":1,\"status\":200,\"result\":{}}");
}

/* ------------------------------------------------------------------ who is asking */

static void a_signed_request_is_taken(void **state)
{
    ask_signed(&(struct signed_request){RIG_ALICE, RIG_ALICE, now_ms(), 0, NULL},
               "\"status\":200,\"result\":{");
    ask_signed(&(struct signed_request){RIG_ALICE, RIG_ALICE, now_ms() - 4000, 0, NULL},
               "\"status\":200");
}

static void what_was_not_signed_so_is_refused(void **state)
{
    ask_signed(&(struct signed_request){RIG_ALICE, RIG_BOB, now_ms(), 0, NULL}, "-1022");
    ask_signed(&(struct signed_request){RIG_ALICE, RIG_ALICE, now_ms(), now_ms() - 1, NULL},
               "-1022");
    ask_signed(
        &(struct signed_request){RIG_ALICE, RIG_ALICE, now_ms(), 0, ",\"omitZeroBalances\":true"},
        "-1022");
}

static void the_clock_is_checked(void **state)
{
    ask_signed(&(struct signed_request){RIG_ALICE, RIG_ALICE, now_ms() - 5100, 0, NULL}, "-1021");
    ask_signed(&(struct signed_request){RIG_ALICE, RIG_ALICE, now_ms() + 1100, 0, NULL}, "-1021");
}

static void every_part_of_a_signature_must_be_there(void **state)
{
    char message[512];

    ask("{\"id\":1,\"method\":\"account.status\"}", "-1102,\"msg\":\"Mandatory parameter 'apiKey'");
    (void)snprintf(message, sizeof message,
                   "{\"id\":1,\"method\":\"account.status\",\"params\":{\"apiKey\":\"%s\"}}",
                   rig_api_key(RIG_ALICE));
    ask(message, "-1102,\"msg\":\"Mandatory parameter 'timestamp'");
    (void)snprintf(message, sizeof message,
                   "{\"id\":1,\"method\":\"account.status\",\"params\":{\"apiKey\":\"%s\","
                   "\"timestamp\":%lld}}",
                   rig_api_key(RIG_ALICE), (long long)now_ms());
    ask(message, "-1102,\"msg\":\"Mandatory parameter 'signature'");
    ask("{\"id\":1,\"method\":\"account.status\",\"params\":{\"apiKey\":\"x\",\"timestamp\":1,"
        "\"signature\":\"x\"}}",
        "-2014");
}

static void only_ed25519_keys_log_on(void **state)
{
    char payload[256];
    char message[1024];

    (void)snprintf(payload, sizeof payload, "apiKey=%s&timestamp=%lld", rig_api_key(RIG_ALICE),
                   (long long)now_ms());
    (void)snprintf(message, sizeof message,
                   "{\"id\":1,\"method\":\"session.logon\",\"params\":{\"apiKey\":\"%s\","
                   "\"timestamp\":%lld,\"signature\":\"%s\"}}",
                   rig_api_key(RIG_ALICE), (long long)now_ms(), signature_of(RIG_ALICE, payload));
    ask(message, "-4056");
    ask("{\"id\":2,\"method\":\"session.status\"}", "\"apiKey\":null,\"authorizedSince\":null");
    ask("{\"id\":3,\"method\":\"userDataStream.subscribe\"}", "\"status\":401");
}

/* ------------------------------------------------------------------ Ed25519 sessions */

static const uint8_t seed[ED25519_KEY_SIZE] = {9, 8, 7};
static char session_key[65];

/* An Ed25519 key of Alice. */
static void make_key(const char *scopes)
{
    static const uint8_t head[12] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                     0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    uint8_t der[44];
    char text[61];
    char request[512];

    memcpy(der, head, sizeof head);
    assert_true(ed25519_public_key(seed, der + sizeof head));
    assert_int_equal(base64_encode(der, sizeof der, text, sizeof text), 60);
    text[60] = '\0';
    /* '+' and '/' of base64 stand for themselves only when encoded. */
    char encoded[256];
    size_t used = 0;

    for (const char *at = text; *at != '\0'; at++) {
        used += (size_t)snprintf(encoded + used, sizeof encoded - used,
                                 *at == '+' || *at == '/' || *at == '=' ? "%%%02X" : "%c",
                                 (unsigned)*at);
    }
    (void)snprintf(request, sizeof request,
                   "POST /tarazy/v1/key type=ED25519&scopes=%s&publicKey=%s", scopes, encoded);
    rig_expect(&scene.rig, RIG_ALICE, request, 200, "\"apiKey\"");
    assert_int_equal(sscanf(strstr(fake_server_answer()->body, "\"apiKey\":\""),
                            "\"apiKey\":\"%64[0-9a-f]", session_key),
                     1);
}

static void log_on(const char *expected)
{
    uint8_t signature[ED25519_SIGNATURE_SIZE];
    char payload[256];
    char text[89];
    char message[1024];

    (void)snprintf(payload, sizeof payload, "apiKey=%s&timestamp=%lld", session_key,
                   (long long)now_ms());
    assert_true(ed25519_sign(seed, payload, strlen(payload), signature));
    assert_int_equal(base64_encode(signature, sizeof signature, text, sizeof text), 88);
    text[88] = '\0';
    (void)snprintf(message, sizeof message,
                   "{\"id\":1,\"method\":\"session.logon\",\"params\":{\"apiKey\":\"%s\","
                   "\"timestamp\":%lld,\"signature\":\"%s\"}}",
                   session_key, (long long)now_ms(), text);
    ask(message, expected);
}

static void ask_unsigned(const char *method, const char *members, const char *expected)
{
    char message[512];

    (void)snprintf(message, sizeof message,
                   "{\"id\":1,\"method\":\"%s\",\"params\":{\"timestamp\":%lld%s}}", method,
                   (long long)now_ms(), members);
    ask(message, expected);
}

#define ORDER                                                                             \
    ",\"symbol\":\"BTCKZT\",\"side\":\"BUY\",\"type\":\"LIMIT\",\"timeInForce\":\"GTC\"," \
    "\"price\":\"14000\",\"quantity\":\"0.01\""

static void a_session_that_logged_on_need_not_sign(void **state)
{
    make_key("read,trade");
    log_on("\"apiKey\":\"");
    ask_unsigned("order.place", ORDER, "\"status\":200");
    ask("{\"id\":1,\"method\":\"order.place\",\"params\":{\"symbol\":\"BTCKZT\"}}",
        "Mandatory parameter 'timestamp'");
    ask_unsigned("order.place", ORDER ",\"signature\":\"AAAA\"", "'apiKey'");
    ask("{\"id\":1,\"method\":\"account.status\",\"params\":{\"timestamp\":1795305500000}}",
        "-1021");
    ask("{\"id\":1,\"method\":\"session.logout\"}", "\"apiKey\":null");
    ask_unsigned("order.place", ORDER, "'apiKey'");
}

static void a_session_may_what_its_key_may(void **state)
{
    make_key("read");
    log_on("\"apiKey\":\"");
    ask_unsigned("account.status", "", "\"status\":200");
    ask_unsigned("order.place", ORDER, "-2015");
    ask_unsigned("userDataStream.subscribe", ",\"cancelOnDisconnect\":true", "-2015");
    ask_unsigned("userDataStream.subscribe", "", "{\"subscriptionId\":0}");
}

static void a_revoked_key_ends_what_its_session_may(void **state)
{
    char request[128];

    make_key("read,trade");
    log_on("\"apiKey\":\"");
    ask_unsigned("userDataStream.subscribe", "", "{\"subscriptionId\":0}");
    (void)snprintf(request, sizeof request, "DELETE /tarazy/v1/key apiKey=%s", session_key);
    rig_expect(&scene.rig, RIG_ALICE, request, 200, "");
    (void)socket_scene_expect(api, "eventStreamTerminated");
    ask_unsigned("order.place", ORDER, "-2015");
    ask_unsigned("userDataStream.subscribe", "", "-2015");
}

static void an_answer_that_comes_late_finds_its_request(void **state)
{
    make_key("read,trade");
    log_on("\"apiKey\":\"");
    char message[512];

    for (int i = 0; i < 3; i++) {
        (void)snprintf(message, sizeof message,
                       "{\"id\":\"late-%d\",\"method\":\"order.place\",\"params\":{"
                       "\"timestamp\":%lld,\"newClientOrderId\":\"n%d\"" ORDER "}}",
                       i, (long long)now_ms(), i);
        fake_socket_send(api, message);
    }
    socket_scene_expect_silence(api);
    rig_wait(&scene.rig, 1000);
    for (int i = 0; i < 3; i++) {
        (void)snprintf(message, sizeof message, "{\"id\":\"late-%d\",\"status\":200,", i);
        const char *answer = socket_scene_expect(api, message);

        (void)snprintf(message, sizeof message, "\"clientOrderId\":\"n%d\"", i);
        assert_non_null(strstr(answer, message));
    }
}

static void who_has_gone_is_not_answered(void **state)
{
    make_key("read,trade");
    log_on("\"apiKey\":\"");
    char message[512];

    (void)snprintf(message, sizeof message,
                   "{\"id\":1,\"method\":\"order.place\",\"params\":{\"timestamp\":%lld" ORDER "}}",
                   (long long)now_ms());
    fake_socket_send(api, message);
    fake_socket_leave(api);
    struct server_handle next = socket_scene_open("/ws-api/v3");

    rig_wait(&scene.rig, 1000);
    socket_scene_expect_silence(next);
    rig_expect(&scene.rig, RIG_ALICE, "GET /api/v3/openOrders symbol=BTCKZT", 200, "\"orderId\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, socket_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ids_are_echoed_as_they_came),
        TEST(nonsense_is_refused_and_the_session_goes_on),
        TEST(rate_limits_can_be_left_out),
        TEST(a_signed_request_is_taken),
        TEST(what_was_not_signed_so_is_refused),
        TEST(the_clock_is_checked),
        TEST(every_part_of_a_signature_must_be_there),
        TEST(only_ed25519_keys_log_on),
        TEST(a_session_that_logged_on_need_not_sign),
        TEST(a_session_may_what_its_key_may),
        TEST(a_revoked_key_ends_what_its_session_may),
        TEST(an_answer_that_comes_late_finds_its_request),
        TEST(who_has_gone_is_not_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
