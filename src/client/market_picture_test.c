/* SPDX-License-Identifier: Apache-2.0 */
#include "client/market_picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/canned_server.h"

#define DEPTH \
    "{\"lastUpdateId\":9,\"bids\":[[\"10.00\",\"1.5\"],[\"9.00\",\"2\"]],\"asks\":[[\"11.00\",\"3\"]]}"
#define TRADES                                                                           \
    "[{\"id\":1,\"price\":\"10.00\",\"qty\":\"1\",\"time\":1000,\"isBuyerMaker\":true}," \
    "{\"id\":2,\"price\":\"11.00\",\"qty\":\"2\",\"time\":2000,\"isBuyerMaker\":false}]"
#define DAY \
    "{\"lastPrice\":\"11.00\",\"highPrice\":\"12\",\"lowPrice\":\"9\",\"volume\":\"3\",\"count\":2}"

static char answers[3][512];
static const char *const canned[] = {answers[0], answers[1], answers[2]};

static void prepare(const char *depth, const char *trades, const char *day)
{
    const char *const bodies[] = {depth, trades, day};

    for (size_t i = 0; i < 3; i++) {
        snprintf(answers[i], sizeof answers[i], "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
                 strlen(bodies[i]), bodies[i]);
    }
}

static bool read_picture(struct market_picture *picture)
{
    struct canned_server server;
    struct venue_refusal refusal;
    char asked[4096];
    char url[64];

    canned_server_start(&server, canned, 3);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
    struct venue_client *client = venue_client_create(url, NULL);
    bool ok = market_picture_read(client, "BTCKZT", 10, picture, &refusal);
    venue_client_destroy(client);
    canned_server_stop(&server, asked, sizeof asked);
    return ok;
}

static void a_picture_shows_book_trades_and_day(void **state)
{
    struct market_picture picture;

    prepare(DEPTH, TRADES, DAY);
    assert_true(read_picture(&picture));
    assert_int_equal(picture.bid_count, 2);
    assert_string_equal(picture.bids[0].price, "10.00");
    assert_string_equal(picture.asks[0].quantity, "3");
    assert_int_equal(picture.trade_count, 2);
    assert_string_equal(picture.trades[0].price, "11.00");
    assert_false(picture.trades[0].buyer_is_maker);
    assert_string_equal(picture.last, "11.00");
}

static void a_strange_answer_is_no_picture(void **state)
{
    struct market_picture picture;

    prepare("{\"bids\":[[1]],\"asks\":[]}", TRADES, DAY);
    assert_false(read_picture(&picture));
    prepare(DEPTH, "{}", DAY);
    assert_false(read_picture(&picture));
    prepare(DEPTH, TRADES, "{\"lastPrice\":11}");
    assert_false(read_picture(&picture));
    prepare("{\"bids\":[[\"1\",\"2\"]],\"asks\":[", TRADES, DAY);
    assert_false(read_picture(&picture));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_shows_book_trades_and_day),
        cmocka_unit_test(a_strange_answer_is_no_picture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
