/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics, health and the description of the interface.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/json_reader.h"
#include "gateway/metrics_text.h"
#include "gateway/openapi.h"
#include "gateway/request_metrics.h"
#include "support/socket_scene.h"

static struct socket_scene scene;

static void samples_have_the_form_that_is_read(void **state)
{
    char room[512];
    struct metrics_text text = {.bytes = room, .capacity = sizeof room};

    metrics_text_counter(&text, "a_total", "Things.", 7);
    metrics_text_family(&text, "b_seconds", "gauge", "How long.");
    metrics_text_seconds(&text, "b_seconds", "kind=\"x\"", 1500042);
    assert_false(text.is_full);
    assert_string_equal(room, "# HELP a_total Things.\n# TYPE a_total counter\na_total 7\n"
                              "# HELP b_seconds How long.\n# TYPE b_seconds gauge\n"
                              "b_seconds{kind=\"x\"} 1.500042\n");
}

static void a_text_that_does_not_fit_says_so(void **state)
{
    char room[16];
    struct metrics_text text = {.bytes = room, .capacity = sizeof room};

    metrics_text_counter(&text, "a_total", "Things.", 7);
    assert_true(text.is_full);
    assert_true(text.size < sizeof room);
}

static void answers_are_counted_by_family_door_and_status(void **state)
{
    static struct request_metrics metrics;
    struct reply_address to = {.door = DOOR_HTTP, .family = SECURITY_TRADE, .begun_us = 1000};
    char room[16384] = {0};
    struct metrics_text text = {.bytes = room, .capacity = sizeof room};

    request_metrics_note(&metrics, &to, 200, 1200);
    request_metrics_note(&metrics, &to, 200, 1250);
    request_metrics_note(&metrics, &to, 777, 9000);
    to.door = DOOR_SOCKET;
    to.family = 0;
    to.begun_us = 0;
    request_metrics_note(&metrics, &to, 404, 1200);
    request_metrics_write(&metrics, &text);
    assert_non_null(
        strstr(room, "tarazy_requests_total{family=\"trade\",door=\"http\",status=\"200\"} 2\n"));
    assert_non_null(
        strstr(room, "tarazy_requests_total{family=\"trade\",door=\"http\",status=\"0\"} 1\n"));
    assert_non_null(strstr(
        room, "tarazy_requests_total{family=\"none\",door=\"websocket\",status=\"404\"} 1\n"));
    assert_non_null(
        strstr(room, "tarazy_request_seconds_bucket{family=\"trade\",le=\"0.000200\"} 1\n"));
    assert_non_null(
        strstr(room, "tarazy_request_seconds_bucket{family=\"trade\",le=\"0.000300\"} 2\n"));
    assert_non_null(strstr(room, "tarazy_request_seconds_sum{family=\"trade\"} 0.008450\n"));
    assert_null(strstr(room, "tarazy_request_seconds_count{family=\"none\"}"));
}

static void what_is_served_is_counted(void **state)
{
    struct server_handle api = socket_scene_open("/ws-api/v3");

    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    rig_expect(&scene.rig, RIG_NOBODY, "GET /api/v3/nothing ", 404, "");
    socket_scene_ask(&scene, api, "{\"method\":\"ping\"}", "200");
    rig_expect(&scene.rig, RIG_NOBODY, "GET /metrics ", 200,
               "tarazy_requests_total{family=\"trade\",door=\"http\",status=\"200\"} 1\n");
    rig_expect_also("tarazy_requests_total{family=\"none\",door=\"http\",status=\"404\"} 1\n");
    rig_expect_also(
        "tarazy_requests_total{family=\"public\",door=\"websocket\",status=\"200\"} 1\n");
    rig_expect_also("tarazy_websocket_sessions{kind=\"api\"} 1\n");
    rig_expect_also("tarazy_commands_total{end=\"done\"} 1\n");
    rig_expect_also("tarazy_live 1\n");
    rig_expect_also("tarazy_open_orders 1\n");
    rig_expect_also("tarazy_sandbox 1\n");
}

static void health_is_bad_without_a_core(void **state)
{
    rig_expect(&scene.rig, RIG_NOBODY, "GET /health ", 200, "\"status\":\"ok\",\"live\":true");
    rig_expect_also("\"sandbox\":true");
    fake_node_link(false);
    socket_scene_wait(&scene, 200);
    rig_expect(&scene.rig, RIG_NOBODY, "GET /health ", 503, "\"live\":false");
    fake_node_link(true);
    socket_scene_wait(&scene, 200);
    rig_expect(&scene.rig, RIG_NOBODY, "GET /health ", 200, "\"live\":true");
}

static void health_is_bad_with_a_core_that_does_nothing(void **state)
{
    const struct fake_faults silent = {.is_silent = true};
    const struct fake_faults none = {0};

    fake_node_set_faults(&silent);
    socket_scene_wait(&scene, 5000);
    rig_expect(&scene.rig, RIG_NOBODY, "GET /health ", 200,
               "\"ok\""); /* nobody asked for anything */
    assert_null(
        rig_call(&scene.rig, RIG_ALICE, "DELETE", "/api/v3/order", "symbol=BTCKZT&orderId=1"));
    socket_scene_wait(&scene, 4200);
    rig_expect(&scene.rig, RIG_NOBODY, "GET /health ", 503,
               "\"status\":\"stalled\",\"live\":false");
    socket_scene_wait(&scene, 20000); /* the request has been given up; the core is no better */
    rig_expect(&scene.rig, RIG_NOBODY, "GET /health ", 503, "\"stalled\"");
    fake_node_set_faults(&none);
    socket_scene_wait(&scene, 200);
    rig_expect(&scene.rig, RIG_NOBODY, "GET /health ", 200, "\"ok\"");
}

static unsigned count(const char *text, const char *part)
{
    unsigned found = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at++) {
        found++;
    }
    return found;
}

static void the_description_is_whole(void **state)
{
    const struct router *router = scene.rig.venue->router;
    struct json_value value;
    unsigned routes = 0;

    while (router_route(router, routes) != NULL) {
        routes++;
    }
    rig_expect(&scene.rig, RIG_NOBODY, "GET /openapi.json ", 200, "\"openapi\":\"3.0.3\"");
    const struct fake_answer *answer = fake_server_answer();

    assert_int_equal(json_text_check(slice_of(answer->body, answer->size), 20, &value),
                     JSON_RESULT_OK);
    assert_int_equal(count(answer->body, "\"operationId\":"), routes);
    for (unsigned i = 0; i < routes; i++) {
        char path[128];

        (void)snprintf(path, sizeof path, "\"%s\":{", router_route(router, i)->path);
        assert_int_equal(count(answer->body, path), 1);
    }
}

#define TEST(name) SOCKET_SCENE_TEST(name, &scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_have_the_form_that_is_read),
        cmocka_unit_test(a_text_that_does_not_fit_says_so),
        cmocka_unit_test(answers_are_counted_by_family_door_and_status),
        TEST(what_is_served_is_counted),
        TEST(health_is_bad_without_a_core),
        TEST(health_is_bad_with_a_core_that_does_nothing),
        TEST(the_description_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
