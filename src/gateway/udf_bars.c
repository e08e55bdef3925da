/* SPDX-License-Identifier: Apache-2.0
 *
 * /udf/history and /udf/quotes: bars by columns, and last prices.
 *
 * Why a file of its own: the two operations that read the views; the protocol wants prices as
 * numbers and not as texts, so they are written from integers without ever being anything else.
 * Read next: market_reply.c, for the same numbers in the venue's words.
 */
#include <stdlib.h>

#include "base/ensure.h"
#include "gateway/call.h"
#include "gateway/order_reply.h"
#include "gateway/udf.h"
#include "gateway/venue.h"
#include "money/arithmetic.h"

enum { BARS_MAX = 5000, QUOTES_MAX = 100 };

static void write_key_number(struct json_writer *json, const char *key, int128 units,
                             uint8_t decimals)
{
    json_write_key(json, key);
    udf_write_number(json, units, decimals);
}

/* ------------------------------------------------------------------ history */

/* The bars of one answer. */
struct bars {
    const struct candle *candles;
    size_t count;
    uint8_t base_scale;
    uint8_t quote_scale;
};

static void write_prices(struct json_writer *json, const char *key, const struct bars *bars,
                         size_t offset)
{
    json_write_key(json, key);
    json_write_array_begin(json);
    for (size_t i = 0; i < bars->count; i++) {
        const struct price *price = (const void *)((const char *)&bars->candles[i] + offset);

        udf_write_number(json, price_units(*price), bars->quote_scale);
    }
    json_write_array_end(json);
}

static void write_bars(struct json_writer *json, const struct bars *bars)
{
    json_write_object_begin(json);
    json_write_key_text(json, "s", bars->count > 0 ? "ok" : "no_data");
    json_write_key(json, "t");
    json_write_array_begin(json);
    for (size_t i = 0; i < bars->count; i++) {
        json_write_int64(json, bars->candles[i].open_us / UDF_SECOND_US);
    }
    json_write_array_end(json);
    write_prices(json, "o", bars, offsetof(struct candle, open));
    write_prices(json, "h", bars, offsetof(struct candle, high));
    write_prices(json, "l", bars, offsetof(struct candle, low));
    write_prices(json, "c", bars, offsetof(struct candle, close));
    json_write_key(json, "v");
    json_write_array_begin(json);
    for (size_t i = 0; i < bars->count; i++) {
        udf_write_number(json, amount_units(bars->candles[i].base), bars->base_scale);
    }
    json_write_array_end(json);
    json_write_object_end(json);
}

/* A time in seconds, far from where arithmetic ends; the year 5138 is as far as a chart goes. */
static int64_t read_seconds(const struct call *call, const char *name)
{
    int64_t seconds = parameters_integer(call->parameters, name, 0);

    return seconds > INT64_C(100000000000) ? INT64_C(100000000000) : seconds;
}

void udf_history(struct call *call)
{
    struct slice resolution = {0};
    struct instrument_view view;

    if (!udf_read_instrument(call, &view)) {
        return;
    }
    (void)parameters_find(call->parameters, "resolution", &resolution);
    enum candle_interval interval = udf_resolution(resolution);
    struct candle *candles = calloc(BARS_MAX, sizeof *candles);
    int64_t to_us = read_seconds(call, "to") * UDF_SECOND_US;

    ENSURE(candles != NULL);
    to_us = to_us > call->now_us || to_us <= 0 ? call->now_us + 1 : to_us;
    if (interval == 0) {
        udf_reply_error(call, "unknown_resolution");
    } else {
        struct udf_range range =
            udf_range_of(interval, read_seconds(call, "from") * UDF_SECOND_US, to_us,
                         parameters_integer(call->parameters, "countback", 0), BARS_MAX);
        const struct candle_query query = {
            .instrument = view.instrument,
            .interval = interval,
            .from_us = range.from_us,
            .to_us = range.to_us,
        };
        struct bars bars = {
            .candles = candles, .base_scale = view.base_scale, .quote_scale = view.quote_scale};

        bars.count = candles_read(call->venue->views.candles, &query, candles, BARS_MAX);
        write_bars(&call->answer.json, &bars);
        call_reply(call);
    }
    free(candles);
}

/* ------------------------------------------------------------------ quotes */

static void write_quote(struct call *call, const struct instrument_view *view)
{
    struct json_writer *json = &call->answer.json;
    const struct ticker_query query = {
        .instrument = view->instrument,
        .base_scale = view->base_scale,
        .now_us = call->now_us,
        .window_us = CALENDAR_DAY_US,
    };
    struct ticker ticker;

    tickers_window(call->venue->views.tickers, call->venue->views.candles, &query, &ticker);
    json_write_object_begin(json);
    json_write_key_text(json, "s", "ok");
    reply_key_symbol(json, "n", view->terms.symbol);
    json_write_key(json, "v");
    json_write_object_begin(json);
    write_key_number(json, "ch", price_units(ticker.change), view->quote_scale);
    write_key_number(json, "chp", ticker.change_percent, 3);
    reply_key_symbol(json, "short_name", view->terms.symbol);
    json_write_key_text(json, "exchange", UDF_EXCHANGE);
    json_write_key(json, "description");
    udf_write_description(json, call, view);
    write_key_number(json, "lp", price_units(ticker.close), view->quote_scale);
    write_key_number(json, "ask", price_units(view->best_ask), view->quote_scale);
    write_key_number(json, "bid", price_units(view->best_bid), view->quote_scale);
    write_key_number(json, "open_price", price_units(ticker.sum.open), view->quote_scale);
    write_key_number(json, "high_price", price_units(ticker.sum.high), view->quote_scale);
    write_key_number(json, "low_price", price_units(ticker.sum.low), view->quote_scale);
    write_key_number(json, "prev_close_price", price_units(ticker.previous), view->quote_scale);
    write_key_number(json, "volume", amount_units(ticker.sum.base), view->base_scale);
    json_write_object_end(json);
    json_write_object_end(json);
}

static void write_quote_of(struct call *call, struct slice name)
{
    struct json_writer *json = &call->answer.json;
    uint16_t instrument = udf_find_instrument(call, name);
    struct instrument_view view;

    if (instrument != 0 && tarazy_query_instrument(call->venue->engine, instrument, &view)) {
        write_quote(call, &view);
        return;
    }
    json_write_object_begin(json);
    json_write_key_text(json, "s", "error");
    json_write_key_string(json, "n", name);
    json_write_key(json, "v");
    json_write_object_begin(json);
    json_write_object_end(json);
    json_write_key_text(json, "errmsg", "unknown_symbol");
    json_write_object_end(json);
}

void udf_quotes(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct slice names = {0};

    (void)parameters_find(call->parameters, "symbols", &names);
    json_write_object_begin(json);
    json_write_key_text(json, "s", "ok");
    json_write_key(json, "d");
    json_write_array_begin(json);
    for (uint32_t i = 0; i < QUOTES_MAX && names.size > 0; i++) {
        const char *comma = memchr(names.data, ',', names.size);
        size_t size = comma != NULL ? (size_t)(comma - names.data) : names.size;
        size_t step = comma != NULL ? size + 1 : size;

        write_quote_of(call, slice_of(names.data, size));
        names = slice_of(names.data + step, names.size - step);
    }
    json_write_array_end(json);
    json_write_object_end(json);
    call_reply(call);
}
