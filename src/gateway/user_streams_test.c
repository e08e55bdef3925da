/* SPDX-License-Identifier: Apache-2.0
 *
 * Private events: to whom they go, how they are wrapped, and how they end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/user_streams.h"
#include "gateway/user_streams_state.h"
#include "support/socket_scene.h"

static struct socket_scene scene;

/* A listen key of a person. */
static const char *listen_key(enum rig_person person)
{
    static char key[65];

    scene.rig.is_plain = true;
    rig_expect(&scene.rig, person, "POST /api/v3/userDataStream ", 200, "\"listenKey\"");
    scene.rig.is_plain = false;
    assert_int_equal(sscanf(fake_server_answer()->body, "{\"listenKey\":\"%64[0-9A-Za-z]", key), 1);
    return key;
}

static struct server_handle listen_at(const char *before, enum rig_person person,
                                      const char *behind)
{
    char target[160];

    (void)snprintf(target, sizeof target, "%s%s%s", before, listen_key(person), behind);
    return socket_scene_open(target);
}

static struct user_streams_statistics statistics(void)
{
    return socket_door_statistics(scene.door).users;
}

static void place(enum rig_person person)
{
    socket_scene_place(&scene, person, "BUY", "14000", "0.01");
}

static void events_go_to_their_owner_and_nobody_else(void **state)
{
    struct server_handle alice = listen_at("/ws/", RIG_ALICE, "");
    struct server_handle bob = listen_at("/ws/", RIG_BOB, "");
    struct server_handle public = socket_scene_open("/ws/btckzt@trade");

    place(RIG_ALICE);
    assert_int_equal(socket_scene_drain(alice), 2);
    socket_scene_expect_silence(bob);
    socket_scene_expect_silence(public);
    socket_scene_place(&scene, RIG_BOB, "SELL", "14000", "0.01");
    assert_int_equal(socket_scene_drain(alice), 2);
    assert_int_equal(socket_scene_drain(bob), 3);
}

static void each_subscription_has_its_own_wrap_and_unit(void **state)
{
    struct server_handle plain = listen_at("/ws/", RIG_ALICE, "");
    struct server_handle wrapped = listen_at("/stream?streams=", RIG_ALICE, "");
    struct server_handle micro = listen_at("/ws/", RIG_ALICE, "?timeUnit=MICROSECOND");
    char expected[128];

    place(RIG_ALICE);
    (void)socket_scene_expect(plain, "{\"e\":\"executionReport\",\"E\":1795305600");
    (void)snprintf(expected, sizeof expected,
                   "{\"stream\":\"%s\",\"data\":{\"e\":", listen_key(RIG_ALICE));
    (void)socket_scene_expect(wrapped, expected);
    const char *event = socket_scene_expect(micro, "{\"e\":\"executionReport\"");

    assert_int_equal(strspn(strstr(event, "\"E\":") + 4, "0123456789"), 16);
    assert_int_equal(statistics().subscriptions, 3);
    assert_int_equal(statistics().events, 4); /* two events, in two units */
}

static void who_does_not_read_is_closed(void **state)
{
    struct server_handle slow = listen_at("/ws/", RIG_ALICE, "");
    struct server_handle quick = listen_at("/ws/", RIG_ALICE, "");

    fake_socket_stall(slow, true);
    fake_sockets_set_cap(4000);
    for (int i = 0; i < 20; i++) {
        place(RIG_ALICE);
    }
    fake_sockets_turn();
    assert_int_equal(fake_socket_close_code(slow), 1008);
    assert_int_equal(fake_socket_close_code(quick), 0);
    assert_int_equal(socket_scene_drain(quick), 40);
    assert_int_equal(statistics().subscriptions, 1);
}

static void a_listen_key_that_runs_out_says_so(void **state)
{
    struct server_handle socket = listen_at("/ws/", RIG_ALICE, "");
    char expected[128];

    (void)snprintf(expected, sizeof expected, "\"listenKey\":\"%s\"}", listen_key(RIG_ALICE));
    scene.rig.now_us += LISTEN_KEY_VALID_US;
    socket_scene_wait(&scene, 2100);
    const char *message = socket_scene_expect(socket, expected);

    assert_non_null(strstr(message, "{\"e\":\"listenKeyExpired\",\"E\":"));
    assert_int_equal(statistics().subscriptions, 0);
    place(RIG_ALICE);
    socket_scene_expect_silence(socket);
}

static void a_closed_listen_key_ends_without_a_word(void **state)
{
    struct server_handle socket = listen_at("/ws/", RIG_ALICE, "/btckzt@trade");
    char request[160];

    (void)snprintf(request, sizeof request, "DELETE /api/v3/userDataStream listenKey=%s",
                   listen_key(RIG_ALICE));
    scene.rig.is_plain = true;
    rig_expect(&scene.rig, RIG_ALICE, request, 200, "{}");
    scene.rig.is_plain = false;
    place(RIG_ALICE);
    socket_scene_expect_silence(socket);
    socket_scene_place(&scene, RIG_BOB, "SELL", "14000", "0.01");
    (void)socket_scene_expect(socket, "\"e\":\"trade\"");
}

static void what_a_revoked_key_opened_ends(void **state)
{
    struct server_handle alice = listen_at("/ws/", RIG_ALICE, "");
    struct server_handle bob = listen_at("/ws/", RIG_BOB, "");
    char request[160];

    (void)snprintf(request, sizeof request, "DELETE /tarazy/v1/key apiKey=%s",
                   rig_api_key(RIG_ALICE));
    rig_expect(&scene.rig, RIG_ALICE, request, 200, "");
    (void)socket_scene_expect(alice, "{\"e\":\"eventStreamTerminated\",\"E\":");
    socket_scene_expect_silence(alice);
    socket_scene_expect_silence(bob);
    assert_int_equal(statistics().subscriptions, 1);
}

static void there_is_room_for_so_many(void **state)
{
    struct socket_door_options options;
    char target[160];

    socket_scene_end(&scene);
    socket_door_defaults(&options);
    options.subscriptions_max = 2;
    socket_scene_start(&scene, &options);
    struct server_handle first = listen_at("/ws/", RIG_ALICE, "");

    (void)listen_at("/ws/", RIG_ALICE, "");
    (void)snprintf(target, sizeof target, "/ws/%s", listen_key(RIG_ALICE));
    socket_scene_expect_refused(target, 503, "-1008");
    fake_socket_leave(first);
    (void)listen_at("/ws/", RIG_ALICE, "");
    assert_int_equal(statistics().subscriptions, 2);
}

static void a_sweep_tells_each_fill_with_the_sum_so_far(void **state)
{
    struct server_handle alice = listen_at("/ws/", RIG_ALICE, "");
    struct server_handle bob = listen_at("/ws/", RIG_BOB, "");
    char expected[64];

    for (int i = 0; i < 5; i++) {
        socket_scene_place(&scene, RIG_BOB, "SELL", "14000", "0.01");
    }
    assert_int_equal(socket_scene_drain(bob), 10);
    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.05");
    (void)socket_scene_expect(alice, "\"x\":\"NEW\"");
    for (int i = 1; i <= 5; i++) {
        (void)snprintf(expected, sizeof expected, "\"l\":\"0.01000000\",\"z\":\"0.0%d000000\"", i);
        const char *fill = socket_scene_expect(alice, expected);

        assert_non_null(strstr(fill, i < 5 ? "\"X\":\"PARTIALLY_FILLED\"" : "\"X\":\"FILLED\""));
        (void)snprintf(expected, sizeof expected, "\"Z\":\"%d.00\"", 140 * i);
        assert_non_null(strstr(fill, expected));
        (void)socket_scene_expect(bob, "\"X\":\"FILLED\"");
    }
    (void)socket_scene_expect(alice, "outboundAccountPosition");
    (void)socket_scene_expect(bob, "outboundAccountPosition");
    socket_scene_expect_silence(alice);
    socket_scene_expect_silence(bob);
}

#define TEST(name) SOCKET_SCENE_TEST(name, &scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(events_go_to_their_owner_and_nobody_else),
        TEST(each_subscription_has_its_own_wrap_and_unit),
        TEST(who_does_not_read_is_closed),
        TEST(a_listen_key_that_runs_out_says_so),
        TEST(a_closed_listen_key_ends_without_a_word),
        TEST(what_a_revoked_key_opened_ends),
        TEST(there_is_room_for_so_many),
        TEST(a_sweep_tells_each_fill_with_the_sum_so_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
