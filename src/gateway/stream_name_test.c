/* SPDX-License-Identifier: Apache-2.0
 *
 * Stream names: every form of the grammar is taken, everything next to it is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/stream_name.h"

static struct stream_spec take(const char *name)
{
    struct stream_spec spec;

    if (stream_name_parse(&spec, slice_of_text(name)) != STREAM_NAME_RESULT_OK) {
        fail_msg("%s was refused", name);
    }
    return spec;
}

static void refuse(const char *name, enum stream_name_result why)
{
    struct stream_spec spec;
    enum stream_name_result result = stream_name_parse(&spec, slice_of_text(name));

    if (result != why) {
        fail_msg("%s: result %d, not %d", name, (int)result, (int)why);
    }
}

static void names_without_parts_are_read(void **state)
{
    static const struct {
        const char *name;
        enum stream_kind kind;
    } cases[] = {
        {"btcusdt@trade", STREAM_KIND_TRADE},
        {"btcusdt@aggTrade", STREAM_KIND_AGGREGATE},
        {"btcusdt@bookTicker", STREAM_KIND_BOOK_TICKER},
        {"btcusdt@ticker", STREAM_KIND_TICKER},
        {"btcusdt@miniTicker", STREAM_KIND_MINI_TICKER},
        {"btcusdt@avgPrice", STREAM_KIND_AVERAGE_PRICE},
        {"!ticker@arr", STREAM_KIND_ALL_TICKERS},
        {"!miniTicker@arr", STREAM_KIND_ALL_MINI_TICKERS},
        {"!bookTicker", STREAM_KIND_ALL_BOOK_TICKERS},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(take(cases[i].name).kind, cases[i].kind);
    }
}

static void a_symbol_becomes_upper_case(void **state)
{
    assert_string_equal(take("btc1kzt@trade").symbol.text, "BTC1KZT");
    assert_string_equal(take("!bookTicker").symbol.text, "");
}

static void the_longest_name_of_the_grammar_fits(void **state)
{
    struct stream_spec spec = take("abcdefghijklmnopqrst@kline_15m@+08:00");

    assert_memory_equal(spec.symbol.text, "ABCDEFGHIJKLMNOPQRST", 20);
    assert_int_equal(spec.interval, CANDLE_INTERVAL_15M);
}

static void a_depth_has_levels_and_a_speed(void **state)
{
    static const struct {
        const char *name;
        uint32_t levels;
        uint32_t period_ms;
    } cases[] = {
        {"a@depth", 0, 1000},           {"a@depth@1000ms", 0, 1000},  {"a@depth@100ms", 0, 100},
        {"a@depth5", 5, 1000},          {"a@depth5@1000ms", 5, 1000}, {"a@depth5@100ms", 5, 100},
        {"a@depth10", 10, 1000},        {"a@depth10@100ms", 10, 100}, {"a@depth20", 20, 1000},
        {"a@depth20@1000ms", 20, 1000}, {"a@depth20@100ms", 20, 100},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stream_spec spec = take(cases[i].name);

        assert_int_equal(spec.levels, cases[i].levels);
        assert_int_equal(spec.period_ms, cases[i].period_ms);
        assert_int_equal(spec.kind,
                         cases[i].levels == 0 ? STREAM_KIND_DEPTH : STREAM_KIND_PARTIAL_DEPTH);
    }
}

static void a_candle_has_an_interval_and_perhaps_a_zone(void **state)
{
    assert_int_equal(take("a@kline_1m").interval, CANDLE_INTERVAL_1M);
    assert_int_equal(take("a@kline_1M").interval, CANDLE_INTERVAL_1MO);
    assert_int_equal(take("a@kline_1s").interval, CANDLE_INTERVAL_1S);
    assert_int_equal(take("a@kline_1w").zone_minutes, 0);
    assert_int_equal(take("a@kline_1d@+08:00").zone_minutes, 480);
    assert_int_equal(take("a@kline_1d@+08:00").interval, CANDLE_INTERVAL_1D);
}

static void a_rolling_ticker_has_a_window(void **state)
{
    assert_int_equal(take("a@ticker_1h").window, STREAM_WINDOW_1H);
    assert_int_equal(take("a@ticker_4h").window, STREAM_WINDOW_4H);
    assert_int_equal(take("!ticker_1d@arr").window, STREAM_WINDOW_1D);
    assert_int_equal(take("!ticker_1d@arr").kind, STREAM_KIND_ALL_WINDOW_TICKERS);
    assert_true(stream_window_length(STREAM_WINDOW_4H) == 4 * CALENDAR_HOUR_US);
    assert_string_equal(stream_window_name(STREAM_WINDOW_1D), "1d");
}

static void what_has_no_at_sign_is_no_stream(void **state)
{
    refuse("", STREAM_NAME_RESULT_NOT_A_STREAM);
    refuse("0", STREAM_NAME_RESULT_NOT_A_STREAM);
    refuse("btcusdt", STREAM_NAME_RESULT_NOT_A_STREAM);
}

static void symbols_are_lower_case_letters_and_digits(void **state)
{
    refuse("@trade", STREAM_NAME_RESULT_SYMBOL_INVALID);
    refuse("BTCUSDT@trade", STREAM_NAME_RESULT_SYMBOL_INVALID);
    refuse("btc-usdt@trade", STREAM_NAME_RESULT_SYMBOL_INVALID);
    refuse("abcdefghijklmnopqrstu@trade", STREAM_NAME_RESULT_SYMBOL_INVALID);
}

static void whatever_is_next_to_the_grammar_is_refused(void **state)
{
    static const char *const names[] = {
        "a@",
        "a@trades",
        "a@Trade",
        "a@depth@",
        "a@depth@10ms",
        "a@depth7",
        "a@depth55",
        "a@depth5@",
        "a@depth@100ms ",
        "a@kline_",
        "a@kline_1x",
        "a@kline_1m@",
        "a@kline_1m@+09:00",
        "a@ticker_",
        "a@ticker_2h",
        "a@ticker_1h@arr",
        "!",
        "!trade",
        "!ticker",
        "!ticker@ar",
        "!ticker_@arr",
        "!ticker_2h@arr",
        "!bookTicker@arr",
        "a@trade@",
        "a@@trade",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        refuse(names[i], STREAM_NAME_RESULT_KIND_UNKNOWN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_without_parts_are_read),
        cmocka_unit_test(a_symbol_becomes_upper_case),
        cmocka_unit_test(the_longest_name_of_the_grammar_fits),
        cmocka_unit_test(a_depth_has_levels_and_a_speed),
        cmocka_unit_test(a_candle_has_an_interval_and_perhaps_a_zone),
        cmocka_unit_test(a_rolling_ticker_has_a_window),
        cmocka_unit_test(what_has_no_at_sign_is_no_stream),
        cmocka_unit_test(symbols_are_lower_case_letters_and_digits),
        cmocka_unit_test(whatever_is_next_to_the_grammar_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
