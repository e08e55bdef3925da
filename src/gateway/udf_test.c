/* SPDX-License-Identifier: Apache-2.0
 *
 * The data feed: words for intervals and ticks, ranges that are right to the bar, and the operations
 * over the real views.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/udf.h"
#include "money/arithmetic.h"
#include "support/venue_rig.h"

#define MINUTE INT64_C(60000000)

static void resolutions_have_their_names(void **state)
{
    assert_int_equal(udf_resolution(slice_of_text("1S")), CANDLE_INTERVAL_1S);
    assert_int_equal(udf_resolution(slice_of_text("1")), CANDLE_INTERVAL_1M);
    assert_int_equal(udf_resolution(slice_of_text("720")), CANDLE_INTERVAL_12H);
    assert_int_equal(udf_resolution(slice_of_text("D")), CANDLE_INTERVAL_1D);
    assert_int_equal(udf_resolution(slice_of_text("1M")), CANDLE_INTERVAL_1MO);
    assert_int_equal(udf_resolution(slice_of_text("7")), 0);
    assert_int_equal(udf_resolution(slice_of_text("")), 0);
}

static void ticks_lose_common_powers_of_ten(void **state)
{
    static const struct {
        int64_t tick;
        uint8_t scale;
        int64_t minmov;
        int64_t pricescale;
    } cases[] = {
        {1000000, 8, 1, 100}, {100, 2, 1, 1}, {1, 8, 1, 100000000}, {25, 2, 25, 100},
        {500, 2, 5, 1},       {5, 0, 5, 1},   {50, 1, 5, 1},        {10, 0, 10, 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct udf_tick tick = udf_tick_of(price_of_units(cases[i].tick), cases[i].scale);

        assert_int_equal(tick.minmov, cases[i].minmov);
        assert_int_equal(tick.pricescale, cases[i].pricescale);
    }
}

static void a_range_takes_bars_from_and_before(void **state)
{
    struct udf_range range = udf_range_of(CANDLE_INTERVAL_1M, 10 * MINUTE, 20 * MINUTE, 0, 100);

    assert_true(range.from_us == 10 * MINUTE);
    assert_true(range.to_us == 20 * MINUTE - 1); /* the bar that begins at `to` is not of it */
}

static void a_count_goes_before_a_beginning(void **state)
{
    struct udf_range range = udf_range_of(CANDLE_INTERVAL_1M, 19 * MINUTE, 20 * MINUTE, 5, 100);

    assert_true(range.from_us == 15 * MINUTE); /* 15 … 19: five bars */
    range = udf_range_of(CANDLE_INTERVAL_1M, 0, 20 * MINUTE + 1, 5, 100);
    assert_true(range.from_us == 16 * MINUTE); /* 16 … 20 */
}

static void no_range_has_more_bars_than_one_answer_holds(void **state)
{
    struct udf_range range = udf_range_of(CANDLE_INTERVAL_1M, 0, 1000 * MINUTE, 0, 100);

    assert_true(range.from_us == 900 * MINUTE);
    range = udf_range_of(CANDLE_INTERVAL_1M, 0, 1000 * MINUTE, 5000, 100);
    assert_true(range.from_us == 900 * MINUTE);
}

/* ------------------------------------------------------------------ operations */

static struct rig rig;

static int start(void **state)
{
    rig_start(&rig, NULL);
    return 0;
}

static int end(void **state)
{
    rig_end(&rig);
    return 0;
}

static void trade(const char *price)
{
    char request[256];

    (void)snprintf(request, sizeof request,
                   "POST /api/v3/order symbol=BTCKZT&side=SELL&type=LIMIT&timeInForce=GTC&price=%s"
                   "&quantity=0.5",
                   price);
    rig_expect(&rig, RIG_BOB, request, 200, "");
    rig_expect(&rig, RIG_ALICE,
               "POST /api/v3/order symbol=BTCKZT&side=BUY&type=MARKET&quantity=0.5", 200, "");
}

static void expect(const char *request, const char *text)
{
    rig_expect(&rig, RIG_NOBODY, request, 200, text);
}

static void symbols_are_described(void **state)
{
    expect("GET /udf/symbols symbol=BTCKZT",
           "{\"name\":\"BTCKZT\",\"ticker\":\"BTCKZT\",\"description\":\"BTC/KZT\"");
    rig_expect_also("\"minmov\":1,\"pricescale\":1,");
    expect("GET /udf/symbols symbol=TARAZY:ETHKZT", "\"ETH/KZT\"");
    expect("GET /udf/symbols symbol=NOSUCH", "{\"s\":\"error\",\"errmsg\":\"unknown_symbol\"}");
    expect("GET /udf/search query=eth&type=&exchange=&limit=30", "[{\"symbol\":\"ETHKZT\"");
    rig_expect_not("BTCKZT");
    expect("GET /udf/search query=&limit=1", "BTCKZT");
    rig_expect_not("ETHKZT");
    expect("GET /udf/symbol_info group=",
           "{\"symbol\":[\"BTCKZT\",\"ETHKZT\"],\"ticker\":[\"BTCKZT\",\"ETHKZT\"]");
    expect("GET /udf/config ", "\"supports_search\":true");
    expect("GET /udf/time ", "1795305600");
}

static void bars_are_columns_of_numbers(void **state)
{
    expect("GET /udf/history symbol=BTCKZT&resolution=1&from=0&to=1800000000",
           "{\"s\":\"no_data\",\"t\":[],\"o\":[],\"h\":[],\"l\":[],\"c\":[],\"v\":[]}");
    trade("15000");
    trade("15100");
    rig_wait(&rig, 2 * MINUTE);
    trade("14900");
    expect("GET /udf/history symbol=BTCKZT&resolution=1&from=0&to=1800000000",
           "{\"s\":\"ok\",\"t\":[1795305600,1795305660,1795305720],"
           "\"o\":[15000.00,15100.00,14900.00],\"h\":[15100.00,15100.00,14900.00],"
           "\"l\":[15000.00,15100.00,14900.00],\"c\":[15100.00,15100.00,14900.00],"
           "\"v\":[1.00000000,0.00000000,0.50000000]}");
    expect("GET /udf/history symbol=BTCKZT&resolution=1&from=1795305660&to=1795305720",
           "\"t\":[1795305660],");
    expect("GET /udf/history symbol=BTCKZT&resolution=1&to=1795305720&countback=1",
           "\"t\":[1795305660],");
    expect("GET /udf/history symbol=BTCKZT&resolution=1D&from=0&to=1800000000",
           "\"t\":[1795305600],\"o\":[15000.00],\"h\":[15100.00],\"l\":[14900.00]");
    expect("GET /udf/history symbol=BTCKZT&resolution=2&from=0&to=1",
           "{\"s\":\"error\",\"errmsg\":\"unknown_resolution\"}");
    expect("GET /udf/history symbol=X&resolution=1", "unknown_symbol");
    expect("GET /udf/history symbol=BTCKZT&resolution=1&from=9223372036854775807&to=1", "no_data");
    expect("GET /udf/history symbol=BTCKZT&resolution=1&to=9223372036854775807&countback=1",
           "\"t\":[1795305720]");
}

static void quotes_answer_for_each_symbol(void **state)
{
    trade("15000");
    expect("GET /udf/quotes symbols=BTCKZT,NOSUCH",
           "{\"s\":\"ok\",\"d\":[{\"s\":\"ok\",\"n\":\"BTCKZT\",\"v\":{\"ch\":0.00,\"chp\":0.000,");
    rig_expect_also("\"lp\":15000.00,\"ask\":0.00,\"bid\":0.00,");
    rig_expect_also("{\"s\":\"error\",\"n\":\"NOSUCH\",\"v\":{},\"errmsg\":\"unknown_symbol\"}]}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolutions_have_their_names),
        cmocka_unit_test(ticks_lose_common_powers_of_ten),
        cmocka_unit_test(a_range_takes_bars_from_and_before),
        cmocka_unit_test(a_count_goes_before_a_beginning),
        cmocka_unit_test(no_range_has_more_bars_than_one_answer_holds),
        TEST(symbols_are_described),
        TEST(bars_are_columns_of_numbers),
        TEST(quotes_answer_for_each_symbol),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
