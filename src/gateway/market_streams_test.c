/* SPDX-License-Identifier: Apache-2.0
 *
 * What market streams say and when, and what becomes of who does not read: the real engine and views,
 * sessions in memory, time by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/market_streams.h"
#include "gateway/market_streams_state.h"
#include "support/socket_scene.h"

static struct socket_scene scene;

static struct market_streams_statistics statistics(void)
{
    return socket_door_statistics(scene.door).market;
}

/* Bob offers what Alice takes. */
static void trade(const char *price, const char *quantity)
{
    socket_scene_place(&scene, RIG_BOB, "SELL", price, quantity);
    socket_scene_place(&scene, RIG_ALICE, "BUY", price, quantity);
}

/* ------------------------------------------------------------------ at once */

static void trades_are_told_at_once_with_the_numbers_of_rest(void **state)
{
    struct server_handle socket = socket_scene_open("/ws/btckzt@trade");

    trade("15000", "0.02");
    (void)socket_scene_expect(socket, "\"e\":\"trade\"");
    socket_scene_expect_silence(socket);
    trade("15001", "0.03");
    const char *message = socket_scene_expect(socket, "\"t\":2,\"p\":\"15001.00\",");

    assert_non_null(strstr(message, "\"q\":\"0.03000000\""));
    assert_non_null(strstr(message, "\"m\":false,\"M\":true}"));
}

static void fills_of_one_order_are_aggregated_by_price(void **state)
{
    struct server_handle socket = socket_scene_open("/ws/btckzt@aggTrade");

    socket_scene_place(&scene, RIG_BOB, "SELL", "15000", "0.02");
    socket_scene_place(&scene, RIG_BOB, "SELL", "15000", "0.03");
    socket_scene_place(&scene, RIG_BOB, "SELL", "15100", "0.01");
    socket_scene_place(&scene, RIG_ALICE, "BUY", "15100", "0.06");
    (void)socket_scene_expect(socket,
                              "\"a\":1,\"p\":\"15000.00\",\"q\":\"0.05000000\",\"f\":1,\"l\":2,");
    (void)socket_scene_expect(socket,
                              "\"a\":2,\"p\":\"15100.00\",\"q\":\"0.01000000\",\"f\":3,\"l\":3,");
    socket_scene_expect_silence(socket);
}

static void all_forms_of_a_message_are_made_once(void **state)
{
    struct server_handle sockets[] = {
        socket_scene_open("/ws/btckzt@trade"),
        socket_scene_open("/stream?streams=btckzt@trade"),
        socket_scene_open("/ws/btckzt@trade?timeUnit=MICROSECOND"),
        socket_scene_open("/stream?streams=btckzt@trade&timeUnit=microsecond"),
        socket_scene_open("/ws/btckzt@trade"),
    };

    trade("15000", "0.02");
    (void)socket_scene_expect(sockets[0], "{\"e\":\"trade\",\"E\":17953056");
    (void)socket_scene_expect(sockets[1], "{\"stream\":\"btckzt@trade\",\"data\":{\"e\":\"trade\"");
    const char *micro = socket_scene_expect(sockets[2], "{\"e\":\"trade\",\"E\":17953056");

    assert_int_equal(strspn(strstr(micro, "\"E\":") + 4, "0123456789"), 16);
    (void)socket_scene_expect(sockets[3], "{\"stream\":\"btckzt@trade\",\"data\":{\"e\":\"trade\"");
    (void)socket_scene_expect(sockets[4], "{\"e\":\"trade\"");
    assert_int_equal(statistics().messages, 4);
    assert_int_equal(statistics().frames, 5);
}

static void best_prices_are_told_only_when_they_change(void **state)
{
    struct server_handle socket = socket_scene_open("/ws/btckzt@bookTicker");

    socket_scene_wait(&scene, 100);
    (void)socket_scene_expect(socket, "\"b\":\"0.00\",\"B\":\"0.00000000\",\"a\":\"0.00\"");
    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.05");
    (void)socket_scene_expect(socket, "\"b\":\"14000.00\",\"B\":\"0.05000000\",\"a\":\"0.00\"");
    socket_scene_place(&scene, RIG_ALICE, "BUY", "13000", "0.05");
    socket_scene_expect_silence(socket);
    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    (void)socket_scene_expect(socket, "\"B\":\"0.06000000\"");
    rig_expect(&scene.rig, RIG_ALICE, "DELETE /api/v3/openOrders symbol=BTCKZT", 200, "CANCELED");
    (void)socket_scene_expect(socket, "\"b\":\"0.00\"");
}

/* ------------------------------------------------------------------ ticks */

static void depth_changes_wait_for_their_tick_and_have_no_gap(void **state)
{
    struct server_handle fast = socket_scene_open("/ws/btckzt@depth@100ms");
    struct server_handle slow = socket_scene_open("/ws/btckzt@depth");
    unsigned long long expected[2] = {1, 1};
    unsigned long long first;
    unsigned long long last;

    for (int round = 0; round < 30; round++) {
        socket_scene_place(&scene, RIG_ALICE, "BUY", round % 2 != 0 ? "14000" : "13900", "0.01");
        socket_scene_wait(&scene, 60);
        struct server_handle sockets[] = {fast, slow};

        for (int i = 0; i < 2; i++) {
            for (const char *message; (message = fake_socket_next(sockets[i])) != NULL;) {
                assert_int_equal(
                    sscanf(strstr(message, "\"U\":"), "\"U\":%llu,\"u\":%llu", &first, &last), 2);
                assert_int_equal(first, expected[i]);
                assert_true(last >= first);
                expected[i] = last + 1;
            }
        }
    }
    /* The slow one has at most a second's changes to come, the fast one none. */
    assert_int_equal(expected[0], 31);
    assert_in_range(expected[1], 15, 31);
}

static void of_many_changes_of_a_price_the_last_is_told(void **state)
{
    struct server_handle socket = socket_scene_open("/ws/btckzt@depth");

    for (int i = 0; i < 5; i++) {
        socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    }
    socket_scene_wait(&scene, 1100);
    (void)socket_scene_expect(socket,
                              "\"U\":1,\"u\":5,\"b\":[[\"14000.00\",\"0.05000000\"]],\"a\":[]}");
}

static void a_market_that_never_traded_has_no_ticker(void **state)
{
    struct server_handle socket =
        socket_scene_open("/ws/btckzt@ticker/btckzt@miniTicker/btckzt@kline_1m/btckzt@avgPrice/"
                          "!ticker@arr/!miniTicker@arr/btckzt@ticker_1h/!ticker_1h@arr");

    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    socket_scene_wait(&scene, 3000);
    socket_scene_expect_silence(socket);
    trade("15000", "0.01");
    socket_scene_wait(&scene, 1100);
    assert_int_equal(socket_scene_drain(socket), 8);
}

static void a_quiet_market_says_nothing(void **state)
{
    trade("15000", "0.01");
    struct server_handle socket = socket_scene_open(
        "/ws/btckzt@ticker/btckzt@depth/btckzt@depth5/btckzt@trade/!miniTicker@arr");

    socket_scene_wait(&scene, 1100);
    (void)socket_scene_drain(socket);
    socket_scene_wait(&scene, 5000);
    socket_scene_expect_silence(socket);
}

static void a_candle_that_is_over_is_told_once_more_as_closed(void **state)
{
    struct server_handle socket = socket_scene_open("/ws/btckzt@kline_1m");

    trade("15000", "0.01");
    socket_scene_wait(&scene, 1100);
    (void)socket_scene_expect(socket, "\"x\":false");
    (void)socket_scene_drain(socket);
    socket_scene_wait(&scene, 62000);
    const char *closed = socket_scene_expect(socket, "\"x\":true");

    assert_non_null(strstr(closed, "\"n\":1,"));
    /* The next one is quiet: its prices are the close before it. */
    const char *next = socket_scene_expect(socket, "\"x\":false");

    assert_non_null(strstr(next, "\"f\":-1,\"L\":-1,\"o\":\"15000.00\",\"c\":\"15000.00\""));
    assert_non_null(strstr(next, "\"n\":0,"));
}

static void partial_books_hold_so_many_levels(void **state)
{
    struct server_handle socket = socket_scene_open("/ws/btckzt@depth5@100ms");
    char price[16];

    for (int i = 0; i < 7; i++) {
        (void)snprintf(price, sizeof price, "%d", 14000 + i);
        socket_scene_place(&scene, RIG_ALICE, "BUY", price, "0.01");
    }
    socket_scene_wait(&scene, 200);
    const char *last = NULL;

    for (const char *next; (next = fake_socket_next(socket)) != NULL; last = next) {
    }
    assert_non_null(last);
    assert_non_null(strstr(last, "{\"lastUpdateId\":7,\"bids\":[[\"14006.00\",\"0.01000000\"],"));
    assert_non_null(strstr(last, "[\"14002.00\",\"0.01000000\"]],\"asks\":[]}"));
}

static void lists_hold_only_what_changed(void **state)
{
    trade("15000", "0.01");
    struct server_handle socket = socket_scene_open("/ws/!miniTicker@arr");

    socket_scene_wait(&scene, 1100);
    (void)socket_scene_expect(socket, "[{\"e\":\"24hrMiniTicker\"");
    rig_expect(&scene.rig, RIG_BOB,
               "POST /api/v3/order symbol=ETHKZT&side=SELL&type=LIMIT&timeInForce=GTC"
               "&price=15000&quantity=0.01",
               200, "");
    rig_expect(&scene.rig, RIG_ALICE,
               "POST /api/v3/order symbol=ETHKZT&side=BUY&type=MARKET&quantity=0.01", 200, "");
    (void)socket_scene_drain(socket);
    socket_scene_wait(&scene, 1100);
    const char *message = socket_scene_expect(socket, "\"s\":\"ETHKZT\"");

    assert_null(strstr(message, "BTCKZT"));
}

/* ------------------------------------------------------------------ slow readers */

/* Another scene, in which nobody may have more than a few bytes unread. */
static void start_impatient(uint32_t backlog_max)
{
    struct socket_door_options options;

    socket_scene_end(&scene);
    socket_door_defaults(&options);
    options.market.slow_size = 64;
    options.market.backlog_max = backlog_max;
    socket_scene_start(&scene, &options);
}

static void who_does_not_read_gets_the_newest_state_in_the_end(void **state)
{
    start_impatient(100);
    struct server_handle socket = socket_scene_open("/ws/btckzt@bookTicker");

    socket_scene_wait(&scene, 200);
    (void)socket_scene_drain(socket);
    fake_socket_stall(socket, true);
    for (int i = 0; i < 10; i++) {
        socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    }
    assert_int_equal(statistics().behind, 1);
    assert_int_equal(statistics().conflated, 9);
    uint64_t before = fake_sockets_frames();

    socket_scene_wait(&scene, 500);
    fake_socket_stall(socket, false);
    socket_scene_wait(&scene, 200);
    assert_int_equal(statistics().behind, 0);
    assert_int_equal(fake_sockets_frames(), before + 1);
    (void)socket_scene_expect(socket, "\"B\":\"0.01000000\"");
    (void)socket_scene_expect(socket, "\"B\":\"0.10000000\"");
    socket_scene_expect_silence(socket);
}

static void who_does_not_read_depth_gets_all_of_it_as_one_difference(void **state)
{
    start_impatient(100);
    struct server_handle socket = socket_scene_open("/ws/btckzt@depth@100ms");
    struct server_handle other = socket_scene_open("/stream?streams=btckzt@depth@100ms");

    fake_socket_stall(socket, true);
    socket_scene_place(&scene, RIG_ALICE, "BUY", "14000", "0.01");
    socket_scene_wait(&scene, 200);
    for (int i = 0; i < 5; i++) {
        socket_scene_place(&scene, RIG_ALICE, "BUY", i % 2 != 0 ? "14002" : "14001", "0.01");
        socket_scene_wait(&scene, 200);
    }
    assert_int_equal(statistics().behind, 1);
    assert_int_equal(socket_scene_drain(other), 6);
    fake_socket_stall(socket, false);
    socket_scene_wait(&scene, 200);
    assert_int_equal(statistics().behind, 0);
    (void)socket_scene_expect(socket, "\"U\":1,\"u\":1,");
    (void)socket_scene_expect(
        socket, "\"U\":2,\"u\":6,\"b\":[[\"14001.00\",\"0.03000000\"],[\"14002.00\",");
    /* From here on everything goes its usual way, for both. */
    socket_scene_place(&scene, RIG_ALICE, "BUY", "14003", "0.01");
    socket_scene_wait(&scene, 200);
    (void)socket_scene_expect(socket, "\"U\":7,\"u\":7,");
    (void)socket_scene_expect(other, "\"U\":7,\"u\":7,");
    assert_int_equal(statistics().lost, 0);
}

static void at_both_speeds_and_in_both_units_nothing_is_missing(void **state)
{
    static const char *const targets[] = {"/ws/btckzt@depth@100ms", "/ws/btckzt@depth",
                                          "/ws/btckzt@depth@1000ms?timeUnit=microsecond",
                                          "/ws/btckzt@depth@100ms?timeUnit=MICROSECOND"};
    struct server_handle sockets[4];
    unsigned long long expected[4] = {1, 1, 1, 1};

    start_impatient(1000);
    for (int i = 0; i < 4; i++) {
        sockets[i] = socket_scene_open(targets[i]);
    }
    for (int round = 0; round < 60; round++) {
        fake_socket_stall(sockets[round % 4], round % 3 != 0);
        socket_scene_place(&scene, RIG_ALICE, round % 2 != 0 ? "BUY" : "SELL",
                           round % 2 != 0 ? "14000" : "15000", "0.01");
        socket_scene_wait(&scene, 150);
    }
    for (int i = 0; i < 4; i++) {
        fake_socket_stall(sockets[i], false);
    }
    socket_scene_wait(&scene, 1300);
    for (int i = 0; i < 4; i++) {
        for (const char *message; (message = fake_socket_next(sockets[i])) != NULL;) {
            unsigned long long first;
            unsigned long long last;

            assert_int_equal(
                sscanf(strstr(message, "\"U\":"), "\"U\":%llu,\"u\":%llu", &first, &last), 2);
            assert_int_equal(first, expected[i]);
            expected[i] = last + 1;
        }
        assert_int_equal(expected[i], 61);
    }
}

static void who_falls_behind_further_than_can_be_remembered_is_closed(void **state)
{
    char price[16];

    start_impatient(4);
    struct server_handle socket = socket_scene_open("/ws/btckzt@depth@100ms");

    fake_socket_stall(socket, true);
    for (int i = 0; i < 8; i++) {
        (void)snprintf(price, sizeof price, "%d", 14000 + i);
        socket_scene_place(&scene, RIG_ALICE, "BUY", price, "0.01");
        socket_scene_wait(&scene, 200);
    }
    assert_int_equal(fake_socket_close_code(socket), 0);
    fake_socket_stall(socket, false);
    socket_scene_wait(&scene, 200);
    assert_int_equal(fake_socket_close_code(socket), 1008);
    assert_int_equal(statistics().lost, 1);
    assert_int_equal(statistics().seats, 0);
}

static void who_does_not_read_trades_is_closed_by_the_cap(void **state)
{
    struct server_handle socket = socket_scene_open("/ws/btckzt@trade");
    struct server_handle other = socket_scene_open("/ws/btckzt@trade");

    fake_socket_stall(socket, true);
    fake_sockets_set_cap(300);
    for (int i = 0; i < 3; i++) {
        trade("15000", "0.01");
    }
    fake_sockets_turn();
    assert_int_equal(fake_socket_close_code(socket), 1008);
    assert_int_equal(fake_socket_close_code(other), 0);
    assert_int_equal(socket_scene_drain(other), 3);
    assert_int_equal(statistics().seats, 1);
}

static void a_full_feed_is_flushed_early_and_loses_nothing(void **state)
{
    struct socket_door_options options;
    char price[16];
    unsigned long long expected = 1;
    unsigned long long first;
    unsigned long long last;

    socket_scene_end(&scene);
    socket_door_defaults(&options);
    options.market.changes_max = 3;
    socket_scene_start(&scene, &options);
    struct server_handle socket = socket_scene_open("/ws/btckzt@depth");

    for (int i = 0; i < 10; i++) {
        (void)snprintf(price, sizeof price, "%d", 14000 + i);
        socket_scene_place(&scene, RIG_ALICE, "BUY", price, "0.01");
    }
    socket_scene_wait(&scene, 1100);
    for (const char *message; (message = fake_socket_next(socket)) != NULL; expected = last + 1) {
        assert_int_equal(sscanf(strstr(message, "\"U\":"), "\"U\":%llu,\"u\":%llu", &first, &last),
                         2);
        assert_int_equal(first, expected);
    }
    assert_int_equal(expected, 11);
}

#define TEST(name) SOCKET_SCENE_TEST(name, &scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(trades_are_told_at_once_with_the_numbers_of_rest),
        TEST(fills_of_one_order_are_aggregated_by_price),
        TEST(all_forms_of_a_message_are_made_once),
        TEST(best_prices_are_told_only_when_they_change),
        TEST(depth_changes_wait_for_their_tick_and_have_no_gap),
        TEST(of_many_changes_of_a_price_the_last_is_told),
        TEST(a_market_that_never_traded_has_no_ticker),
        TEST(a_quiet_market_says_nothing),
        TEST(a_candle_that_is_over_is_told_once_more_as_closed),
        TEST(partial_books_hold_so_many_levels),
        TEST(lists_hold_only_what_changed),
        TEST(who_does_not_read_gets_the_newest_state_in_the_end),
        TEST(who_does_not_read_depth_gets_all_of_it_as_one_difference),
        TEST(at_both_speeds_and_in_both_units_nothing_is_missing),
        TEST(who_falls_behind_further_than_can_be_remembered_is_closed),
        TEST(who_does_not_read_trades_is_closed_by_the_cap),
        TEST(a_full_feed_is_flushed_early_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
