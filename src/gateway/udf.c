/* SPDX-License-Identifier: Apache-2.0
 *
 * The data feed's words for intervals, ticks and ranges, and what its operations share.
 *
 * Why a file of its own: resolutions and ranges are where charts go wrong by one bar; here they can
 * be tested without a market. Prices stay decimals written from integers.
 * Read next: udf_symbols.c and udf_bars.c, the operations.
 */
#include "gateway/udf.h"

#include <stdio.h>

#include "base/text.h"
#include "codec/decimal_text.h"
#include "gateway/call.h"
#include "gateway/venue.h"
#include "money/arithmetic.h"

static const struct {
    const char *text;
    enum candle_interval interval;
} resolutions[] = {
    {"1S", CANDLE_INTERVAL_1S},  {"1", CANDLE_INTERVAL_1M},   {"3", CANDLE_INTERVAL_3M},
    {"5", CANDLE_INTERVAL_5M},   {"15", CANDLE_INTERVAL_15M}, {"30", CANDLE_INTERVAL_30M},
    {"60", CANDLE_INTERVAL_1H},  {"120", CANDLE_INTERVAL_2H}, {"240", CANDLE_INTERVAL_4H},
    {"360", CANDLE_INTERVAL_6H}, {"480", CANDLE_INTERVAL_8H}, {"720", CANDLE_INTERVAL_12H},
    {"1D", CANDLE_INTERVAL_1D},  {"3D", CANDLE_INTERVAL_3D},  {"1W", CANDLE_INTERVAL_1W},
    {"1M", CANDLE_INTERVAL_1MO}, {"D", CANDLE_INTERVAL_1D},   {"W", CANDLE_INTERVAL_1W},
    {"M", CANDLE_INTERVAL_1MO},
};

/* Those without a second name. */
enum { RESOLUTIONS_SHOWN = 16 };

/* ------------------------------------------------------------------ pure parts */

enum candle_interval udf_resolution(struct slice text)
{
    for (size_t i = 0; i < sizeof resolutions / sizeof resolutions[0]; i++) {
        if (slice_equals_text(text, resolutions[i].text)) {
            return resolutions[i].interval;
        }
    }
    return 0;
}

struct udf_tick udf_tick_of(struct price tick, uint8_t scale)
{
    int64_t minmov = price_units(tick);

    while (scale > 0 && minmov % 10 == 0 && minmov != 0) {
        minmov /= 10;
        scale--;
    }
    return (struct udf_tick){minmov, money_power_of_ten(scale)};
}

struct udf_range udf_range_of(enum candle_interval interval, int64_t from_us, int64_t to_us,
                              int64_t count, int64_t bars_max)
{
    int64_t newest_us = calendar_open(interval, to_us - 1, 0);
    int64_t bars = count > 0 && count < bars_max ? count : bars_max;
    int64_t oldest_us = calendar_step(interval, newest_us, 0, 1 - bars);

    return (struct udf_range){
        .from_us = count > 0 || oldest_us > from_us ? oldest_us : from_us,
        .to_us = to_us - 1,
    };
}

/* ------------------------------------------------------------------ what operations share */

void udf_reply_error(struct call *call, const char *text)
{
    struct json_writer *json = &call->answer.json;

    json_write_object_begin(json);
    json_write_key_text(json, "s", "error");
    json_write_key_text(json, "errmsg", text);
    json_write_object_end(json);
    call_reply(call);
}

/* The instrument a chart means by "BTCKZT" or "TARAZY:BTCKZT"; 0: none. */
uint16_t udf_find_instrument(const struct call *call, struct slice name)
{
    const char *colon = name.size > 0 ? memchr(name.data, ':', name.size) : NULL;

    if (colon != NULL) {
        size_t before = (size_t)(colon - name.data) + 1;
        name = slice_of(name.data + before, name.size - before);
    }
    return call_find_symbol(call, name);
}

bool udf_read_instrument(struct call *call, struct instrument_view *view)
{
    struct slice name = {0};

    (void)parameters_find(call->parameters, "symbol", &name);
    uint16_t instrument = udf_find_instrument(call, name);

    if (instrument == 0 || !tarazy_query_instrument(call->venue->engine, instrument, view)) {
        udf_reply_error(call, "unknown_symbol");
        return false;
    }
    return true;
}

/* A decimal as a JSON number. */
void udf_write_number(struct json_writer *json, int128 units, uint8_t decimals)
{
    char text[DECIMAL_TEXT_SIZE_MAX];
    size_t size = decimal_text_format(units, decimals, text, sizeof text);

    json_write_raw(json, slice_of(text, size));
}

void udf_write_resolutions(struct json_writer *json, const char *key)
{
    json_write_key(json, key);
    json_write_array_begin(json);
    for (size_t i = 0; i < RESOLUTIONS_SHOWN; i++) {
        json_write_text(json, resolutions[i].text);
    }
    json_write_array_end(json);
}

/* "BTC/KZT" */
void udf_write_description(struct json_writer *json, const struct call *call,
                           const struct instrument_view *view)
{
    char text[2 * sizeof(struct asset_code) + 2];
    struct asset_view base = {0};
    struct asset_view quote = {0};

    (void)tarazy_query_asset(call->venue->engine, view->terms.base, &base);
    (void)tarazy_query_asset(call->venue->engine, view->terms.quote, &quote);
    (void)snprintf(text, sizeof text, "%.*s/%.*s", (int)sizeof base.code.text, base.code.text,
                   (int)sizeof quote.code.text, quote.code.text);
    json_write_text(json, text);
}
