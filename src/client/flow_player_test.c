/* SPDX-License-Identifier: Apache-2.0
 *
 * A recording becomes requests: who sends what, scaled how, and what is made of refusals.
 */
#include "client/flow_player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client/keys_file.h"
#include "client/venue_client.h"
#include "support/canned_server.h"

#define TERMS \
    "{\"symbols\":[{\"filters\":[{\"tickSize\":\"0.50000000\"},{\"stepSize\":\"0.01\"}]}]}"
#define OK(body)     "HTTP/1.1 200 OK\r\nContent-Length: " body
#define ANSWER_TERMS OK("73\r\n\r\n" TERMS)
#define ANSWER_TAKEN OK("2\r\n\r\n{}")
#define ANSWER_UNKNOWN                                       \
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 42\r\n\r\n" \
    "{\"code\":-2011,\"msg\":\"Unknown order sent.\"}"

struct scene {
    struct canned_server server;
    struct venue_client *buyer;
    struct venue_client *seller;
    struct flow_player *player;
    char asked[16384];
    size_t size;
};

static void open_scene(struct scene *scene, const char *const *answers, size_t count)
{
    const struct client_key key = {.api_key = "K", .secret = "S"};
    const struct client_key other = {.api_key = "L", .secret = "T"};
    const char *error;
    char url[64];

    canned_server_start(&scene->server, answers, count);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", scene->server.port);
    scene->buyer = venue_client_create(url, &key);
    scene->seller = venue_client_create(url, &other);
    scene->player = flow_player_create(
        &(struct flow_player_options){
            .symbol = "BTCKZT",
            .run = "r1",
            .buyer = scene->buyer,
            .seller = scene->seller,
            .price_factor = 1000000000,
            .quantity_factor = 10000000,
            .orders_max = 10,
        },
        &error);
}

static void close_scene(struct scene *scene)
{
    flow_player_destroy(scene->player);
    venue_client_destroy(scene->buyer);
    venue_client_destroy(scene->seller);
    scene->size = canned_server_stop(&scene->server, scene->asked, sizeof scene->asked);
}

static const struct flow_event created = {.order = 7,
                                          .price = 1230000000,
                                          .quantity = 255000000,
                                          .act = FLOW_ACT_PLACE,
                                          .side = SIDE_BUY};

static void an_order_is_placed_scaled_to_tick_and_lot_then_reduced_and_cancelled(void **state)
{
    static const char *const answers[] = {ANSWER_TERMS, ANSWER_TAKEN};
    struct flow_event event = created;
    struct scene scene;
    const char *error;

    (void)state;
    open_scene(&scene, answers, 2);
    assert_non_null(scene.player);
    assert_true(flow_player_play(scene.player, &event, &error));
    event.act = FLOW_ACT_REDUCE;
    event.quantity = 100000000;
    assert_true(flow_player_play(scene.player, &event, &error));
    event.act = FLOW_ACT_CANCEL;
    assert_true(flow_player_play(scene.player, &event, &error));
    assert_int_equal(flow_player_counts(scene.player)->placed, 1);
    assert_int_equal(flow_player_counts(scene.player)->reduced, 1);
    assert_int_equal(flow_player_counts(scene.player)->cancelled, 1);
    close_scene(&scene);
    const char *place = canned_request(scene.asked, scene.size, 1);
    assert_non_null(strstr(place, "POST /api/v3/order HTTP/1.1"));
    assert_non_null(strstr(place, "price=123.00000000&quantity=0.25000000"));
    assert_non_null(strstr(place, "newClientOrderId=r1-7&recvWindow="));
    assert_non_null(strstr(place, "X-MBX-APIKEY: K"));
    assert_non_null(strstr(canned_request(scene.asked, scene.size, 2), "newQty=0.15000000"));
    assert_non_null(strstr(canned_request(scene.asked, scene.size, 3),
                           "DELETE /api/v3/order?symbol=BTCKZT&origClientOrderId=r1-7&"));
}

static void asks_come_from_the_seller_and_what_is_too_small_is_skipped(void **state)
{
    static const char *const answers[] = {ANSWER_TERMS, ANSWER_TAKEN};
    struct flow_event event = created;
    struct scene scene;
    const char *error;

    (void)state;
    open_scene(&scene, answers, 2);
    event.quantity = 1000000;
    assert_true(flow_player_play(scene.player, &event, &error));
    assert_int_equal(flow_player_counts(scene.player)->skipped, 1);
    event = created;
    event.side = SIDE_SELL;
    event.act = FLOW_ACT_HIT;
    assert_true(flow_player_play(scene.player, &event, &error));
    close_scene(&scene);
    const char *hit = canned_request(scene.asked, scene.size, 1);
    assert_non_null(strstr(hit, "X-MBX-APIKEY: L"));
    assert_non_null(strstr(hit, "side=SELL&type=LIMIT&timeInForce=IOC"));
}

static void a_cancel_of_a_filled_order_is_counted_as_gone(void **state)
{
    static const char *const answers[] = {ANSWER_TERMS, ANSWER_TAKEN, ANSWER_UNKNOWN};
    struct flow_event event = created;
    struct scene scene;
    const char *error;

    (void)state;
    open_scene(&scene, answers, 3);
    assert_true(flow_player_play(scene.player, &event, &error));
    event.act = FLOW_ACT_CANCEL;
    assert_true(flow_player_play(scene.player, &event, &error));
    assert_int_equal(flow_player_counts(scene.player)->gone, 1);
    assert_int_equal(flow_player_last_refusal(scene.player)->code, -2011);
    close_scene(&scene);
}

static void no_answer_stops_the_player(void **state)
{
    static const char *const answers[] = {ANSWER_TERMS, NULL};
    struct scene scene;
    const char *error;

    (void)state;
    open_scene(&scene, answers, 2);
    assert_false(flow_player_play(scene.player, &created, &error));
    assert_true(strlen(error) > 0);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_placed_scaled_to_tick_and_lot_then_reduced_and_cancelled),
        cmocka_unit_test(asks_come_from_the_seller_and_what_is_too_small_is_skipped),
        cmocka_unit_test(a_cancel_of_a_filled_order_is_counted_as_gone),
        cmocka_unit_test(no_answer_stops_the_player),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
