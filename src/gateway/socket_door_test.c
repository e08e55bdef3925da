/* SPDX-License-Identifier: Apache-2.0
 *
 * The WebSocket door: what each path opens, that whatever ends leaves nothing behind, and cancel on
 * disconnect with a core that may be away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/socket_door.h"
#include "platform/signature.h"
#include "support/random_stream.h"
#include "support/socket_scene.h"

static struct socket_scene scene;

static struct socket_statistics statistics(void)
{
    return socket_door_statistics(scene.door);
}

/* ------------------------------------------------------------------ paths */

static void paths_open_their_sessions(void **state)
{
    (void)socket_scene_open("/ws");
    (void)socket_scene_open("/ws/");
    (void)socket_scene_open("/ws/17");
    (void)socket_scene_open("/ws?via=/stream/0");
    (void)socket_scene_open("/stream?streams=");
    (void)socket_scene_open("/ws/btckzt@trade//ethkzt@depth");
    assert_int_equal(statistics().stream_sessions, 6);
    assert_int_equal(statistics().market.seats, 2);
    (void)socket_scene_open("/ws-api/v3");
    (void)socket_scene_open("/ws-api/v3?returnRateLimits=false&timeUnit=microsecond");
    assert_int_equal(statistics().api_sessions, 2);
}

static void what_is_refused_is_answered_and_leaves_nothing(void **state)
{
    char target[128] = "/ws/";

    memset(target + 4, 'k', 64);
    socket_scene_expect_refused("/", 404, "-1020");
    socket_scene_expect_refused("/ws-api/v4", 404, "-1020");
    socket_scene_expect_refused("/streams", 404, "-1020");
    socket_scene_expect_refused("/ws/nosuch@trade", 400, "-1121");
    socket_scene_expect_refused("/ws/btckzt@trade/btckzt@nothing", 400, "btckzt@nothing");
    socket_scene_expect_refused("/stream?streams=btckzt@trade/!x", 400, "-1130");
    socket_scene_expect_refused("/ws?timeUnit=DAY", 400, "timeUnit");
    socket_scene_expect_refused("/ws?=x", 400, "-1100");
    socket_scene_expect_refused("/ws/%00@trade", 400, "streams");
    socket_scene_expect_refused("/ws/btckzt%2", 400, "streams");
    socket_scene_expect_refused(target, 400, "-1125");
    assert_int_equal(statistics().stream_sessions, 0);
    assert_int_equal(statistics().market.seats, 0);
}

static void a_plus_sign_in_a_path_or_query_stays_one(void **state)
{
    struct server_handle socket =
        socket_scene_open("/stream?streams=btckzt@kline_1m@+08:00/ethkzt@kline_1m@%2B08:00");

    socket_scene_ask(&scene, socket, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}",
                     "[\"btckzt@kline_1m@+08:00\",\"ethkzt@kline_1m@+08:00\"]");
}

static void opening_costs_weight_and_is_limited(void **state)
{
    const struct rate_options rates = {
        .weight_minute = 20, .raw_5_minutes = 1000, .orders_10_seconds = 10, .orders_day = 100};
    struct socket_door_options options;

    socket_scene_end(&scene);
    rig_start(&scene.rig, &rates);
    socket_door_defaults(&options);
    scene.door = socket_door_create(scene.rig.venue, &options);
    for (int i = 0; i < 10; i++) {
        (void)socket_scene_open("/ws");
    }
    socket_scene_expect_refused("/ws", 429, "-1003");
    rig_expect_header("Retry-After: ");
}

/* ------------------------------------------------------------------ lives */

static void every_random_life_leaves_nothing_behind(void **state)
{
    static const char *const targets[] = {
        "/ws", "/ws/btckzt@trade/btckzt@depth", "/stream?streams=!ticker@arr/ethkzt@depth@100ms",
        "/ws-api/v3", "/ws/btckzt@depth5@100ms/btckzt@kline_1m/ethkzt@bookTicker"};
    static const char *const messages[] = {
        "{\"method\":\"SUBSCRIBE\",\"params\":[\"ethkzt@trade\",\"btckzt@depth@100ms\"],\"id\":1}",
        "{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btckzt@depth\"],\"id\":2}",
        "{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":3}",
        "{\"id\":1,\"method\":\"ping\"}", "nonsense"};
    struct server_handle sockets[12] = {0};
    struct random_stream random = {7};

    for (int round = 0; round < 600; round++) {
        struct server_handle *socket = &sockets[random_below(&random, 12)];

        if (socket->generation == 0) {
            *socket = socket_scene_open(targets[random_below(&random, 5)]);
        } else if (random_once_in(&random, 4)) {
            fake_socket_leave(*socket);
            *socket = (struct server_handle){0};
        } else if (random_once_in(&random, 3)) {
            fake_socket_stall(*socket, random_once_in(&random, 2));
        } else {
            fake_socket_send(*socket, messages[random_below(&random, 5)]);
        }
        if (round % 5 == 0) {
            socket_scene_place(&scene, round % 2 != 0 ? RIG_ALICE : RIG_BOB,
                               round % 2 != 0 ? "BUY" : "SELL", "14000", "0.01");
        }
        rig_wait(&scene.rig, 40000);
        fake_sockets_turn();
        for (int i = 0; i < 12; i++) {
            if (sockets[i].generation != 0 && fake_socket_close_code(sockets[i]) != 0) {
                sockets[i] = (struct server_handle){0};
            }
        }
    }
    for (int i = 0; i < 12; i++) {
        if (sockets[i].generation != 0) {
            fake_socket_leave(sockets[i]);
        }
    }
    assert_int_equal(statistics().stream_sessions + statistics().api_sessions, 0);
    assert_int_equal(statistics().market.seats, 0);
    assert_int_equal(statistics().market.streams, 0);
    assert_int_equal(statistics().market.behind, 0);
}

static void all_sessions_are_told_before_the_gateway_stops(void **state)
{
    struct server_handle streams = socket_scene_open("/ws");
    struct server_handle api = socket_scene_open("/ws-api/v3");

    socket_door_announce_shutdown(scene.door);
    (void)socket_scene_expect(streams, "{\"e\":\"serverShutdown\",\"E\":");
    (void)socket_scene_expect(api, "{\"event\":{\"e\":\"serverShutdown\",\"E\":");
}

/* ------------------------------------------------------------------ cancel on disconnect */

static void sign(const char *text, char digits[65])
{
    const struct byte_part part = {text, strlen(text)};
    uint8_t code[SHA256_SIZE];
    struct hmac_key key;

    hmac_key_prepare(&key, rig_secret(RIG_ALICE), strlen(rig_secret(RIG_ALICE)));
    hmac_compute(&key, &part, 1, code);
    for (int i = 0; i < 32; i++) {
        (void)snprintf(digits + 2 * i, 3, "%02x", code[i]);
    }
}

/* Alice's session, with or without a guard over her orders. */
static struct server_handle guarded_session(bool is_guarded)
{
    struct server_handle api = socket_scene_open("/ws-api/v3");
    char text[512];
    char request[1024];
    char signature[65];
    long long now_ms = (long long)(scene.rig.now_us / 1000);

    (void)snprintf(text, sizeof text, "apiKey=%s&cancelOnDisconnect=%s&timestamp=%lld",
                   rig_api_key(RIG_ALICE), is_guarded ? "true" : "false", now_ms);
    sign(text, signature);
    (void)snprintf(request, sizeof request,
                   "{\"id\":1,\"method\":\"userDataStream.subscribe.signature\",\"params\":"
                   "{\"apiKey\":\"%s\",\"cancelOnDisconnect\":%s,\"timestamp\":%lld,"
                   "\"signature\":\"%s\"}}",
                   rig_api_key(RIG_ALICE), is_guarded ? "true" : "false", now_ms, signature);
    socket_scene_ask(&scene, api, request, "{\"subscriptionId\":0}");
    return api;
}

static void expect_open_orders(const char *text)
{
    rig_expect(&scene.rig, RIG_ALICE, "GET /api/v3/openOrders symbol=BTCKZT", 200, text);
}

static void a_guarded_session_takes_its_orders_with_it(void **state)
{
    struct server_handle guarded = guarded_session(true);

    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    expect_open_orders("\"orderId\"");
    fake_socket_leave(guarded);
    rig_wait(&scene.rig, 1000);
    expect_open_orders("[]");
    assert_int_equal(statistics().disconnects.accepted, 1);
    assert_int_equal(statistics().disconnects.waiting, 0);
}

static void an_unguarded_session_leaves_them(void **state)
{
    struct server_handle api = guarded_session(false);

    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    fake_socket_leave(api);
    socket_scene_wait(&scene, 1100);
    expect_open_orders("\"orderId\"");
}

static void the_cancel_waits_for_a_core_that_is_away(void **state)
{
    struct server_handle guarded = guarded_session(true);

    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    fake_node_link(false);
    socket_scene_wait(&scene, 100);
    fake_socket_leave(guarded);
    socket_scene_wait(&scene, 3000);
    assert_int_equal(statistics().disconnects.waiting, 1);
    fake_node_link(true);
    socket_scene_wait(&scene, 1200);
    assert_int_equal(statistics().disconnects.waiting, 0);
    expect_open_orders("[]");
}

#define TEST(name) SOCKET_SCENE_TEST(name, &scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_open_their_sessions),
        TEST(what_is_refused_is_answered_and_leaves_nothing),
        TEST(a_plus_sign_in_a_path_or_query_stays_one),
        TEST(opening_costs_weight_and_is_limited),
        TEST(every_random_life_leaves_nothing_behind),
        TEST(all_sessions_are_told_before_the_gateway_stops),
        TEST(a_guarded_session_takes_its_orders_with_it),
        TEST(an_unguarded_session_leaves_them),
        TEST(the_cancel_waits_for_a_core_that_is_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
