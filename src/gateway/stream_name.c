/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of stream names.
 *
 * Why a file of its own: names come from strangers by three ways (path, query, message), and a name
 * that one way took and another did not would be a trap for clients. Pure: text in, struct out.
 * Invariant: two names with the same spec differ at most in spelling out the default speed.
 * Read next: stream_table.c.
 */
#include "gateway/stream_name.h"

#include "base/ensure.h"
#include "gateway/wire_names.h"

/* Names without further parts. */
static const struct {
    const char *name;
    enum stream_kind kind;
} plain[] = {
    {"trade", STREAM_KIND_TRADE},
    {"aggTrade", STREAM_KIND_AGGREGATE},
    {"bookTicker", STREAM_KIND_BOOK_TICKER},
    {"ticker", STREAM_KIND_TICKER},
    {"miniTicker", STREAM_KIND_MINI_TICKER},
    {"avgPrice", STREAM_KIND_AVERAGE_PRICE},
};

const char *stream_window_name(enum stream_window window)
{
    switch (window) {
    case STREAM_WINDOW_1H: return "1h";
    case STREAM_WINDOW_4H: return "4h";
    case STREAM_WINDOW_1D: return "1d";
    }
    ENSURE(false);
    return "";
}

int64_t stream_window_length(enum stream_window window)
{
    switch (window) {
    case STREAM_WINDOW_1H: return CALENDAR_HOUR_US;
    case STREAM_WINDOW_4H: return 4 * CALENDAR_HOUR_US;
    case STREAM_WINDOW_1D: return CALENDAR_DAY_US;
    }
    ENSURE(false);
    return 0;
}

static enum stream_window window_of(struct slice text)
{
    for (enum stream_window window = STREAM_WINDOW_1H; window <= STREAM_WINDOW_1D; window++) {
        if (slice_equals_text(text, stream_window_name(window))) {
            return window;
        }
    }
    return 0;
}

/* Cuts `prefix` off the front. */
static bool take(struct slice *text, const char *prefix)
{
    size_t size = strlen(prefix);

    if (text->size < size || memcmp(text->data, prefix, size) != 0) {
        return false;
    }
    *text = slice_of(text->data + size, text->size - size);
    return true;
}

static bool read_symbol(struct symbol *symbol, struct slice text)
{
    if (text.size == 0 || text.size > sizeof symbol->text) {
        return false;
    }
    memset(symbol, 0, sizeof *symbol);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (c >= 'a' && c <= 'z') {
            symbol->text[i] = (char)(c - 'a' + 'A');
        } else if (c >= '0' && c <= '9') {
            symbol->text[i] = c;
        } else {
            return false;
        }
    }
    return true;
}

/* What may follow "depth": levels, speed, both or nothing. */
static bool read_depth(struct stream_spec *spec, struct slice rest)
{
    spec->kind = STREAM_KIND_PARTIAL_DEPTH;
    if (take(&rest, "5")) {
        spec->levels = 5;
    } else if (take(&rest, "10")) {
        spec->levels = 10;
    } else if (take(&rest, "20")) {
        spec->levels = 20;
    } else {
        spec->kind = STREAM_KIND_DEPTH;
    }
    spec->period_ms = slice_equals_text(rest, "@100ms") ? 100 : 1000;
    return rest.size == 0 || spec->period_ms == 100 || slice_equals_text(rest, "@1000ms");
}

static bool read_candle(struct stream_spec *spec, struct slice rest)
{
    const char *at = memchr(rest.data, '@', rest.size);
    size_t size = at != NULL ? (size_t)(at - rest.data) : rest.size;

    spec->kind = STREAM_KIND_CANDLE;
    spec->interval = wire_parse_interval(slice_of(rest.data, size));
    if (at != NULL) {
        spec->zone_minutes = 8 * 60;
        if (!slice_equals_text(slice_of(at, rest.size - size), "@+08:00")) {
            return false;
        }
    }
    return spec->interval != 0;
}

static bool read_kind(struct stream_spec *spec, struct slice rest)
{
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (slice_equals_text(rest, plain[i].name)) {
            spec->kind = plain[i].kind;
            return true;
        }
    }
    if (take(&rest, "depth")) {
        return read_depth(spec, rest);
    }
    if (take(&rest, "kline_")) {
        return read_candle(spec, rest);
    }
    if (take(&rest, "ticker_")) {
        spec->kind = STREAM_KIND_WINDOW_TICKER;
        spec->window = window_of(rest);
        return spec->window != 0;
    }
    return false;
}

static bool read_everything(struct stream_spec *spec, struct slice rest)
{
    if (slice_equals_text(rest, "ticker@arr")) {
        spec->kind = STREAM_KIND_ALL_TICKERS;
        return true;
    }
    if (slice_equals_text(rest, "miniTicker@arr")) {
        spec->kind = STREAM_KIND_ALL_MINI_TICKERS;
        return true;
    }
    if (slice_equals_text(rest, "bookTicker")) {
        spec->kind = STREAM_KIND_ALL_BOOK_TICKERS;
        return true;
    }
    if (take(&rest, "ticker_") && rest.size > 4 &&
        memcmp(rest.data + rest.size - 4, "@arr", 4) == 0) {
        spec->kind = STREAM_KIND_ALL_WINDOW_TICKERS;
        spec->window = window_of(slice_of(rest.data, rest.size - 4));
        return spec->window != 0;
    }
    return false;
}

enum stream_name_result stream_name_parse(struct stream_spec *spec, struct slice name)
{
    const char *at = name.size > 0 ? memchr(name.data, '@', name.size) : NULL;

    memset(spec, 0, sizeof *spec);
    if (name.size > 0 && name.data[0] == '!') {
        return read_everything(spec, slice_of(name.data + 1, name.size - 1))
                   ? STREAM_NAME_RESULT_OK
                   : STREAM_NAME_RESULT_KIND_UNKNOWN;
    }
    if (at == NULL) {
        return STREAM_NAME_RESULT_NOT_A_STREAM;
    }
    size_t before = (size_t)(at - name.data);

    if (!read_symbol(&spec->symbol, slice_of(name.data, before))) {
        return STREAM_NAME_RESULT_SYMBOL_INVALID;
    }
    if (!read_kind(spec, slice_of(at + 1, name.size - before - 1))) {
        return STREAM_NAME_RESULT_KIND_UNKNOWN;
    }
    /* The longest name of the grammar: 20 characters of symbol and "@kline_15m@+08:00". */
    ENSURE(name.size <= STREAM_NAME_SIZE_MAX);
    return STREAM_NAME_RESULT_OK;
}
