/* SPDX-License-Identifier: Apache-2.0
 *
 * Tickers: what an instrument, some, or all of them did lately.
 *
 * Why a file of its own: five questions that share "one symbol is an object, several are an array"
 * and weights by their number. Read next: market_reply.c.
 */
#include "gateway/exchange_info.h"
#include "gateway/market_reply.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "gateway/zone_text.h"

/* Writes one object for `symbol`, an array for `symbols` or none of them. */
static void answer_symbols(struct call *call, bool takes_all,
                           void (*each)(struct call *call, uint16_t instrument))
{
    struct slice value;
    bool is_one = parameters_find(call->parameters, "symbol", &value);

    if (!is_one) {
        json_write_array_begin(&call->answer.json);
    }
    if (!exchange_info_each_symbol(call, takes_all, each)) {
        return;
    }
    if (!is_one) {
        json_write_array_end(&call->answer.json);
    }
    call_reply(call);
}

/* Is the answer to be short? false in *is_good: not a type. */
static bool read_type(struct call *call, bool *is_mini)
{
    struct slice word;

    *is_mini = false;
    if (!parameters_find(call->parameters, "type", &word) || slice_equals_text(word, "FULL")) {
        return true;
    }
    *is_mini = slice_equals_text(word, "MINI");
    return *is_mini || call_error(call, VENUE_ERROR_TICKER_TYPE, NULL, NULL);
}

static bool is_mini(const struct call *call)
{
    struct slice word;

    return parameters_find(call->parameters, "type", &word) && slice_equals_text(word, "MINI");
}

static struct ticker_query query_of(const struct call *call, uint16_t instrument)
{
    return (struct ticker_query){
        .instrument = instrument,
        .base_scale = instrument_scale_of(call->venue->engine, instrument).base,
        .now_us = call->now_us,
        .window_us = CALENDAR_DAY_US,
    };
}

/* ------------------------------------------------------------------ 24 hours */

static void write_day(struct call *call, uint16_t instrument)
{
    struct ticker_query query = query_of(call, instrument);
    struct ticker ticker;

    tickers_window(call->venue->views.tickers, call->venue->views.candles, &query, &ticker);
    reply_ticker(&call->answer, instrument, &ticker,
                 is_mini(call) ? TICKER_STYLE_MINI : TICKER_STYLE_DAY);
}

static void get_day(struct call *call)
{
    uint32_t count = exchange_info_count_symbols(call);
    bool mini;

    if (!read_type(call, &mini)) {
        return;
    }
    if (count > 20) {
        call_charge(call, count > 100 ? 78 : 38);
    }
    answer_symbols(call, true, write_day);
}

/* ------------------------------------------------------------------ windows */

/* "59m", "23h", "7d" in microseconds; 0: not a window. */
static int64_t window_of(struct slice text)
{
    int64_t number = 0;

    if (text.size < 2 || text.size > 3) {
        return 0;
    }
    for (size_t i = 0; i + 1 < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return 0;
        }
        number = number * 10 + (text.data[i] - '0');
    }
    switch (text.data[text.size - 1]) {
    case 'm': return number >= 1 && number <= 59 ? number * CALENDAR_MINUTE_US : 0;
    case 'h': return number >= 1 && number <= 23 ? number * CALENDAR_HOUR_US : 0;
    case 'd': return number >= 1 && number <= 7 ? number * CALENDAR_DAY_US : 0;
    default: return 0; /* not an enum: a letter */
    }
}

static int64_t wanted_window(const struct call *call)
{
    struct slice text;

    return parameters_find(call->parameters, "windowSize", &text) ? window_of(text)
                                                                  : CALENDAR_DAY_US;
}

static void write_window(struct call *call, uint16_t instrument)
{
    struct ticker_query query = query_of(call, instrument);
    struct ticker ticker;

    query.window_us = wanted_window(call);
    tickers_window(call->venue->views.tickers, call->venue->views.candles, &query, &ticker);
    reply_ticker(&call->answer, instrument, &ticker,
                 is_mini(call) ? TICKER_STYLE_MINI : TICKER_STYLE_FULL);
}

/* Four for each symbol, 200 at the most; the table has charged four. */
static void charge_each(struct call *call)
{
    uint32_t count = exchange_info_count_symbols(call);

    if (count > 1) {
        call_charge(call, count >= 50 ? 196 : (count - 1) * 4);
    }
}

static void get_window(struct call *call)
{
    bool mini;

    if (!read_type(call, &mini)) {
        return;
    }
    if (wanted_window(call) == 0) {
        (void)call_error(call, VENUE_ERROR_INVALID, "windowSize", NULL);
        return;
    }
    charge_each(call);
    answer_symbols(call, false, write_window);
}

/* ------------------------------------------------------------------ trading day */

static bool read_zone(struct call *call, int32_t *minutes)
{
    struct slice text;

    *minutes = 0;
    if (parameters_find(call->parameters, "timeZone", &text) && !zone_text_parse(text, minutes)) {
        return call_error(call, VENUE_ERROR_INVALID, "timeZone", NULL);
    }
    return true;
}

static void write_trading_day(struct call *call, uint16_t instrument)
{
    struct ticker_query query = query_of(call, instrument);
    struct ticker ticker;
    int32_t zone = 0;
    struct slice text;

    if (parameters_find(call->parameters, "timeZone", &text)) {
        (void)zone_text_parse(text, &zone); /* get_trading_day has looked */
    }
    tickers_trading_day(call->venue->views.candles, &query, zone, &ticker);
    reply_ticker(&call->answer, instrument, &ticker,
                 is_mini(call) ? TICKER_STYLE_MINI : TICKER_STYLE_FULL);
}

static void get_trading_day(struct call *call)
{
    int32_t zone;
    bool mini;

    if (read_type(call, &mini) && read_zone(call, &zone)) {
        charge_each(call);
        answer_symbols(call, false, write_trading_day);
    }
}

/* ------------------------------------------------------------------ prices */

static void write_price(struct call *call, uint16_t instrument)
{
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, instrument);
    struct instrument_view view;

    (void)tarazy_query_instrument(call->venue->engine, instrument, &view);
    json_write_object_begin(&call->answer.json);
    reply_key_symbol(&call->answer.json, "symbol", scale.symbol);
    reply_key_price(&call->answer.json, "price", view.last, &scale);
    json_write_object_end(&call->answer.json);
}

static void write_best(struct call *call, uint16_t instrument)
{
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, instrument);

    json_write_object_begin(&call->answer.json);
    reply_key_symbol(&call->answer.json, "symbol", scale.symbol);
    reply_best_members(&call->answer.json, call->venue->engine, instrument, &scale);
    json_write_object_end(&call->answer.json);
}

static void charge_several(struct call *call)
{
    struct slice value;

    if (!parameters_find(call->parameters, "symbol", &value)) {
        call_charge(call, 2);
    }
}

static void get_price(struct call *call)
{
    charge_several(call);
    answer_symbols(call, true, write_price);
}

static void get_best(struct call *call)
{
    charge_several(call);
    answer_symbols(call, true, write_best);
}

/* ------------------------------------------------------------------ the table */

#define SYMBOL_PARAMETERS                        \
    {"symbol", PARAMETER_TYPE_SYMBOL, false},    \
    {                                            \
        "symbols", PARAMETER_TYPE_SYMBOLS, false \
    }

static const struct parameter_rule day_rules[] = {
    SYMBOL_PARAMETERS,
    {"type", PARAMETER_TYPE_NAME, false},
};

static const struct parameter_rule window_rules[] = {
    SYMBOL_PARAMETERS,
    {"windowSize", PARAMETER_TYPE_NAME, false},
    {"type", PARAMETER_TYPE_NAME, false},
};

static const struct parameter_rule trading_day_rules[] = {
    SYMBOL_PARAMETERS,
    {"timeZone", PARAMETER_TYPE_TEXT, false},
    {"type", PARAMETER_TYPE_NAME, false},
};

static const struct parameter_rule price_rules[] = {SYMBOL_PARAMETERS};

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/ticker/24hr",
     .socket_method = "ticker.24hr",
     .answer = get_day,
     ROUTE_PARAMETERS(day_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "The last 24 hours"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/ticker",
     .socket_method = "ticker",
     .answer = get_window,
     ROUTE_PARAMETERS(window_rules),
     .security = SECURITY_NONE,
     .weight = 4,
     .summary = "A rolling window of one minute to seven days"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/ticker/tradingDay",
     .socket_method = "ticker.tradingDay",
     .answer = get_trading_day,
     ROUTE_PARAMETERS(trading_day_rules),
     .security = SECURITY_NONE,
     .weight = 4,
     .summary = "The day so far"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/ticker/price",
     .socket_method = "ticker.price",
     .answer = get_price,
     ROUTE_PARAMETERS(price_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "The last price"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/ticker/bookTicker",
     .socket_method = "ticker.book",
     .answer = get_best,
     ROUTE_PARAMETERS(price_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "The best bid and ask"},
};

const struct route_table rest_ticker_routes = {routes, sizeof routes / sizeof routes[0]};
