/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of market streams: "btcusdt@depth5@100ms", "!miniTicker@arr". One grammar for paths,
 * query strings and SUBSCRIBE; whatever is not of it is refused with a reason.
 *
 *     <symbol>@trade  @aggTrade  @bookTicker  @avgPrice  @ticker  @miniTicker
 *     <symbol>@ticker_<1h|4h|1d>
 *     <symbol>@kline_<interval>[@+08:00]
 *     <symbol>@depth[@1000ms|@100ms]
 *     <symbol>@depth<5|10|20>[@1000ms|@100ms]
 *     !ticker@arr  !miniTicker@arr  !bookTicker  !ticker_<1h|4h|1d>@arr
 *
 * <symbol> is written in lower case, as the clients write it.
 */
#ifndef GATEWAY_STREAM_NAME_H
#define GATEWAY_STREAM_NAME_H

#include <stdint.h>

#include "codec/slice.h"
#include "tarazy/ids.h"
#include "views/calendar.h"

enum { STREAM_NAME_SIZE_MAX = 48 };

enum stream_kind {
    STREAM_KIND_TRADE = 1,
    STREAM_KIND_AGGREGATE,
    STREAM_KIND_DEPTH,         /* level changes */
    STREAM_KIND_PARTIAL_DEPTH, /* the best levels, whole */
    STREAM_KIND_BOOK_TICKER,
    STREAM_KIND_CANDLE,
    STREAM_KIND_TICKER,
    STREAM_KIND_MINI_TICKER,
    STREAM_KIND_WINDOW_TICKER,
    STREAM_KIND_AVERAGE_PRICE,
    STREAM_KIND_ALL_TICKERS, /* from here on: no symbol */
    STREAM_KIND_ALL_MINI_TICKERS,
    STREAM_KIND_ALL_BOOK_TICKERS,
    STREAM_KIND_ALL_WINDOW_TICKERS,
};

enum stream_window {
    STREAM_WINDOW_1H = 1,
    STREAM_WINDOW_4H,
    STREAM_WINDOW_1D,
};

/* What a name asks for. Members a kind does not use are zero. */
struct stream_spec {
    struct symbol symbol; /* upper case, as the engine knows it */
    enum stream_kind kind;
    enum candle_interval interval; /* CANDLE */
    int32_t zone_minutes;          /* CANDLE: 0 or 480 */
    uint32_t levels;               /* PARTIAL_DEPTH: 5, 10 or 20 */
    uint32_t period_ms;            /* DEPTH, PARTIAL_DEPTH: 100 or 1000 */
    enum stream_window window;     /* WINDOW_TICKER, ALL_WINDOW_TICKERS */
};

enum stream_name_result {
    STREAM_NAME_RESULT_OK = 1,
    STREAM_NAME_RESULT_NOT_A_STREAM,   /* neither '@' in it nor '!' before it: something else */
    STREAM_NAME_RESULT_SYMBOL_INVALID, /* not lower-case letters and digits of a symbol's length */
    STREAM_NAME_RESULT_KIND_UNKNOWN,   /* what follows the '@' is none of ours */
};

/* Reads a name. Whether the symbol is listed is another question. */
enum stream_name_result stream_name_parse(struct stream_spec *spec, struct slice name);

/* Length of a window in microseconds, and its name: "1h". */
int64_t stream_window_length(enum stream_window window);
const char *stream_window_name(enum stream_window window);

#endif
