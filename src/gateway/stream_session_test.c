/* SPDX-License-Identifier: Apache-2.0
 *
 * The little protocol of stream sessions: requests, answers, errors, limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/socket_door.h"
#include "gateway/socket_session.h"
#include "support/socket_scene.h"

static struct socket_scene scene;
static struct server_handle socket;

static int start(void **state)
{
    struct socket_door_options options;

    socket_door_defaults(&options);
    options.market.seats_each = 4;
    options.market.seats_max = 6;
    options.messages_per_second = 0;
    socket_scene_start(&scene, &options);
    *state = &scene;
    socket = socket_scene_open("/ws");
    return 0;
}

static void ask(const char *request, const char *expected)
{
    fake_socket_send(socket, request);
    const char *answer = fake_socket_next(socket);

    assert_non_null(answer);
    assert_string_equal(answer, expected);
}

static void ids_are_echoed_as_they_came(void **state)
{
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}", "{\"result\":[],\"id\":1}");
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":\"x\\u0041\"}",
        "{\"result\":[],\"id\":\"x\\u0041\"}");
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":null}", "{\"result\":[],\"id\":null}");
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\"}", "{\"result\":[],\"id\":null}");
    ask("{\"id\":1e2,\"method\":\"LIST_SUBSCRIPTIONS\",\"params\":[]}",
        "{\"result\":[],\"id\":1e2}");
}

static void subscriptions_are_listed_in_their_order(void **state)
{
    ask("{\"method\":\"SUBSCRIBE\",\"params\":[\"btckzt@trade\",\"!ticker@arr\"],\"id\":1}",
        "{\"result\":null,\"id\":1}");
    ask("{\"method\":\"SUBSCRIBE\",\"params\":[\"btckzt@trade\"],\"id\":2}",
        "{\"result\":null,\"id\":2}");
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}",
        "{\"result\":[\"btckzt@trade\",\"!ticker@arr\"],\"id\":3}");
    ask("{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btckzt@trade\",\"ethkzt@trade\"],\"id\":4}",
        "{\"result\":null,\"id\":4}");
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":5}", "{\"result\":[\"!ticker@arr\"],\"id\":5}");
}

static void a_subscribe_counts_as_a_whole_or_not_at_all(void **state)
{
    ask("{\"method\":\"SUBSCRIBE\",\"params\":[\"btckzt@trade\",\"btckzt@nothing\"],\"id\":1}",
        "{\"error\":{\"code\":2,\"msg\":\"Invalid request: Data sent for parameter "
        "'btckzt@nothing' is not valid.\"},\"id\":1}");
    ask("{\"method\":\"SUBSCRIBE\",\"params\":[\"btckzt@trade\",\"btckzt@depth\",\"btckzt@ticker\","
        "\"btckzt@avgPrice\",\"ethkzt@trade\"],\"id\":2}",
        "{\"error\":{\"code\":2,\"msg\":\"Invalid request: Too many parameters sent for this "
        "endpoint.\"},\"id\":2}");
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":3}", "{\"result\":[],\"id\":3}");
}

static void all_together_have_so_many(void **state)
{
    struct server_handle other =
        socket_scene_open("/ws/btckzt@trade/btckzt@depth/btckzt@ticker/btckzt@avgPrice");

    ask("{\"method\":\"SUBSCRIBE\",\"params\":[\"btckzt@trade\",\"btckzt@depth\",\"btckzt@ticker\"],"
        "\"id\":1}",
        "{\"error\":{\"code\":2,\"msg\":\"Invalid request: Server is currently overloaded with "
        "other requests. Please try again in a few minutes.\"},\"id\":1}");
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":2}", "{\"result\":[],\"id\":2}");
    fake_socket_leave(other);
    ask("{\"method\":\"SUBSCRIBE\",\"params\":[\"btckzt@trade\"],\"id\":3}",
        "{\"result\":null,\"id\":3}");
}

static void every_kind_of_nonsense_has_its_number(void **state)
{
    static const struct {
        const char *request;
        int code;
    } cases[] = {
        {"", 3},
        {"{", 3},
        {"nonsense", 3},
        {"{\"method\":\"LIST_SUBSCRIPTIONS\"} ,", 3},
        {"{\"method\":\"LIST_SUBSCRIPTIONS\",\"params\":[[[[1]]]]}", 3},
        {"[]", 2},
        {"{}", 2},
        {"{\"method\":\"subscribe\",\"params\":[]}", 2},
        {"{\"method\":\"SUBSCRIBE\"}", 2},
        {"{\"method\":\"SUBSCRIBE\",\"params\":{}}", 2},
        {"{\"method\":\"SUBSCRIBE\",\"params\":[1]}", 2},
        {"{\"method\":\"SUBSCRIBE\",\"params\":[\"btckzt@tr\\u0061de\"]}", 2},
        {"{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":true}", 2},
        {"{\"method\":\"LIST_SUBSCRIPTIONS\",\"x\":1}", 2},
        {"{\"method\":\"LIST_SUBSCRIPTIONS\",\"method\":\"SUBSCRIBE\"}", 2},
        {"{\"method\":\"SET_PROPERTY\",\"params\":[]}", 2},
        {"{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true,1]}", 2},
        {"{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\"]}", 1},
        {"{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",\"true\"]}", 1},
        {"{\"method\":\"GET_PROPERTY\",\"params\":[\"other\"]}", 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[32];

        fake_socket_send(socket, cases[i].request);
        const char *answer = fake_socket_next(socket);

        (void)snprintf(expected, sizeof expected, "{\"error\":{\"code\":%d,", cases[i].code);
        if (answer == NULL || strncmp(answer, expected, strlen(expected)) != 0) {
            fail_msg("%s: %s", cases[i].request, answer == NULL ? "nothing" : answer);
        }
    }
    ask("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}", "{\"result\":[],\"id\":1}");
}

static void the_form_can_be_changed(void **state)
{
    ask("{\"method\":\"SUBSCRIBE\",\"params\":[\"btckzt@trade\"],\"id\":1}",
        "{\"result\":null,\"id\":1}");
    ask("{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":2}",
        "{\"result\":false,\"id\":2}");
    ask("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":3}",
        "{\"result\":null,\"id\":3}");
    ask("{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":4}",
        "{\"result\":true,\"id\":4}");
    socket_scene_place(&scene, RIG_BOB, "SELL", "15000", "0.01");
    socket_scene_place(&scene, RIG_ALICE, "BUY", "15000", "0.01");
    (void)socket_scene_expect(socket, "{\"stream\":\"btckzt@trade\",\"data\":{");
}

static void who_talks_too_much_is_closed(void **state)
{
    struct socket_door_options options;

    socket_scene_end(&scene);
    socket_door_defaults(&options);
    options.messages_per_second = 3;
    socket_scene_start(&scene, &options);
    socket = socket_scene_open("/ws");
    for (int second = 0; second < 3; second++) {
        for (int i = 0; i < 3; i++) {
            ask("{\"method\":\"LIST_SUBSCRIPTIONS\"}", "{\"result\":[],\"id\":null}");
        }
        assert_int_equal(fake_socket_close_code(socket), 0);
        socket_scene_wait(&scene, 1100);
    }
    for (int i = 0; i < 4; i++) {
        fake_socket_send(socket, "{\"method\":\"LIST_SUBSCRIPTIONS\"}");
    }
    assert_int_equal(fake_socket_close_code(socket), 1008);
    assert_int_equal(socket_scene_drain(socket), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, socket_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ids_are_echoed_as_they_came),
        TEST(subscriptions_are_listed_in_their_order),
        TEST(a_subscribe_counts_as_a_whole_or_not_at_all),
        TEST(all_together_have_so_many),
        TEST(every_kind_of_nonsense_has_its_number),
        TEST(the_form_can_be_changed),
        TEST(who_talks_too_much_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
