/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of streams of any bytes: what is taken can be written back from what it was read as, and is
 * then the same name, but for a default speed that was spelled out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/stream_name.h"
#include "gateway/wire_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

enum { ROOM = 128 };

/* The name without its symbol; a speed is written if `has_speed`. */
static int write_kind(char *out, const struct stream_spec *spec, bool has_speed)
{
    const char *speed = !has_speed ? "" : spec->period_ms == 100 ? "@100ms" : "@1000ms";
    const char *zone = spec->zone_minutes == 0 ? "" : "@+08:00";

    switch (spec->kind) {
    case STREAM_KIND_TRADE: return snprintf(out, ROOM, "trade");
    case STREAM_KIND_AGGREGATE: return snprintf(out, ROOM, "aggTrade");
    case STREAM_KIND_DEPTH: return snprintf(out, ROOM, "depth%s", speed);
    case STREAM_KIND_PARTIAL_DEPTH: return snprintf(out, ROOM, "depth%u%s", spec->levels, speed);
    case STREAM_KIND_BOOK_TICKER: return snprintf(out, ROOM, "bookTicker");
    case STREAM_KIND_CANDLE:
        return snprintf(out, ROOM, "kline_%s%s", wire_interval(spec->interval), zone);
    case STREAM_KIND_TICKER: return snprintf(out, ROOM, "ticker");
    case STREAM_KIND_MINI_TICKER: return snprintf(out, ROOM, "miniTicker");
    case STREAM_KIND_WINDOW_TICKER:
        return snprintf(out, ROOM, "ticker_%s", stream_window_name(spec->window));
    case STREAM_KIND_AVERAGE_PRICE: return snprintf(out, ROOM, "avgPrice");
    case STREAM_KIND_ALL_TICKERS: return snprintf(out, ROOM, "!ticker@arr");
    case STREAM_KIND_ALL_MINI_TICKERS: return snprintf(out, ROOM, "!miniTicker@arr");
    case STREAM_KIND_ALL_BOOK_TICKERS: return snprintf(out, ROOM, "!bookTicker");
    case STREAM_KIND_ALL_WINDOW_TICKERS:
        return snprintf(out, ROOM, "!ticker_%s@arr", stream_window_name(spec->window));
    }
    return -1;
}

/* Is this how the spec is written? */
static bool is_written_so(const struct stream_spec *spec, struct slice name, bool has_speed)
{
    char text[2 * ROOM] = "";
    size_t used = 0;

    if (spec->kind < STREAM_KIND_ALL_TICKERS) {
        for (; used < sizeof spec->symbol.text && spec->symbol.text[used] != '\0'; used++) {
            char c = spec->symbol.text[used];

            text[used] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        }
        text[used++] = '@';
    }
    CHECK(write_kind(text + used, spec, has_speed) > 0);
    return slice_equals_text(name, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice name = slice_of((const char *)data, size);
    struct stream_spec spec;

    if (stream_name_parse(&spec, name) == STREAM_NAME_RESULT_OK) {
        CHECK(size <= STREAM_NAME_SIZE_MAX);
        CHECK(is_written_so(&spec, name, false) || is_written_so(&spec, name, true));
    }
    return 0;
}
