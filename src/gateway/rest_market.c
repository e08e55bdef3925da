/* SPDX-License-Identifier: Apache-2.0
 *
 * Public market data: time, depth, trades, candles.
 *
 * Why a file of its own: what anyone may ask, answered from the replica and the views at once.
 * Invariant: lastUpdateId of a depth is the update after which the book looks like that, the same
 * numbers the streams count by. Read next: market_reply.c.
 */
#include "base/ensure.h"
#include "gateway/exchange_info.h"
#include "gateway/market_reply.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "gateway/wire_names.h"
#include "gateway/zone_text.h"

static void get_ping(struct call *call)
{
    json_write_object_begin(&call->answer.json);
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

static void get_time(struct call *call)
{
    json_write_object_begin(&call->answer.json);
    answer_key_time(&call->answer, "serverTime", call->now_us);
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ depth */

static uint32_t depth_weight(uint32_t limit)
{
    if (limit <= 100) {
        return 5;
    }
    if (limit <= 500) {
        return 25;
    }
    return limit <= 1000 ? 50 : 250;
}

static void get_depth(struct call *call)
{
    struct instrument_view instrument;
    uint32_t limit;

    if (!call_symbol(call, &instrument) || !call_limit(call, 100, MARKET_DEPTH_MAX, &limit)) {
        return;
    }
    call_charge(call, depth_weight(limit) - depth_weight(1));
    json_write_object_begin(&call->answer.json);
    json_write_key_uint64(&call->answer.json, "lastUpdateId", instrument.updates);
    reply_depth_members(&call->answer.json, call->venue->engine, instrument.instrument, limit);
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ trades */

/* Writes trades first … first + limit − 1, as far as they are remembered. */
static void write_trades(struct call *call, uint16_t instrument, uint64_t first, uint32_t limit)
{
    const struct trade_history *trades = call->venue->views.trades;
    struct id_range range = trade_history_trades(trades, instrument);
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, instrument);

    if (first < range.first) {
        first = range.first;
    }
    json_write_array_begin(&call->answer.json);
    for (uint64_t id = first; id <= range.last && id - first < limit; id++) {
        reply_trade(&call->answer, trade_history_trade(trades, instrument, id), &scale);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* The youngest `limit` trades begin with this one. */
static uint64_t youngest(struct id_range range, uint32_t limit)
{
    return range.last > limit ? range.last - limit + 1 : 1;
}

static void get_trades(struct call *call)
{
    struct instrument_view instrument;
    uint32_t limit;

    if (call_symbol(call, &instrument) && call_limit(call, 500, 1000, &limit)) {
        struct id_range range =
            trade_history_trades(call->venue->views.trades, instrument.instrument);

        write_trades(call, instrument.instrument, youngest(range, limit), limit);
    }
}

static void get_historical_trades(struct call *call)
{
    struct instrument_view instrument;
    uint32_t limit;

    if (call_symbol(call, &instrument) && call_limit(call, 500, 1000, &limit)) {
        struct id_range range =
            trade_history_trades(call->venue->views.trades, instrument.instrument);
        int64_t first =
            parameters_integer(call->parameters, "fromId", (int64_t)youngest(range, limit));

        write_trades(call, instrument.instrument, (uint64_t)first, limit);
    }
}

/* Which aggregates aggTrades means: first … last. */
static struct id_range aggregate_page(const struct call *call, uint16_t instrument, uint32_t limit)
{
    const struct trade_history *trades = call->venue->views.trades;
    const struct parameters *parameters = call->parameters;
    struct id_range kept = trade_history_aggregates(trades, instrument);
    struct id_range page = {youngest(kept, limit), kept.last};
    struct slice value;

    if (parameters_find(parameters, "endTime", &value)) {
        int64_t end_us = parameters_time(parameters, "endTime", 0);

        /* A millisecond lasts until the next one begins. */
        page.last = trade_history_aggregate_since(trades, instrument, end_us + 1000) - 1;
        page.first = page.last > limit ? page.last - limit + 1 : 1;
    }
    if (parameters_find(parameters, "startTime", &value)) {
        page.first = trade_history_aggregate_since(trades, instrument,
                                                   parameters_time(parameters, "startTime", 0));
    }
    if (parameters_find(parameters, "fromId", &value)) {
        page.first = (uint64_t)parameters_integer(parameters, "fromId", 0);
    }
    if (page.first < kept.first) {
        page.first = kept.first;
    }
    return page;
}

static void get_aggregates(struct call *call)
{
    struct instrument_view instrument;
    struct slice value;
    uint32_t limit;

    if (!call_symbol(call, &instrument) || !call_limit(call, 500, 1000, &limit)) {
        return;
    }
    if (parameters_find(call->parameters, "fromId", &value) &&
        (parameters_find(call->parameters, "startTime", &value) ||
         parameters_find(call->parameters, "endTime", &value))) {
        (void)call_error(call, VENUE_ERROR_COMBINATION, NULL, NULL);
        return;
    }
    struct id_range page = aggregate_page(call, instrument.instrument, limit);
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, instrument.instrument);

    json_write_array_begin(&call->answer.json);
    for (uint64_t id = page.first; id <= page.last && id - page.first < limit; id++) {
        reply_aggregate(
            &call->answer,
            trade_history_aggregate(call->venue->views.trades, instrument.instrument, id), &scale);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ candles */

enum { CANDLES_MAX = 1000 };

static bool read_candle_query(struct call *call, struct candle_query *query)
{
    struct instrument_view instrument;
    struct slice word = {0};

    if (!call_symbol(call, &instrument)) {
        return false;
    }
    (void)parameters_find(call->parameters, "interval", &word);
    *query = (struct candle_query){
        .instrument = instrument.instrument,
        .interval = (enum candle_interval)wire_parse_interval(word),
        .from_us = parameters_time(call->parameters, "startTime", INT64_MIN),
        .to_us = parameters_time(call->parameters, "endTime", call->now_us),
    };
    if (query->interval == 0) {
        return call_error(call, VENUE_ERROR_INTERVAL, NULL, NULL);
    }
    if (query->to_us > call->now_us) {
        query->to_us = call->now_us;
    }
    if (parameters_find(call->parameters, "timeZone", &word) &&
        !zone_text_parse(word, &query->zone_minutes)) {
        return call_error(call, VENUE_ERROR_INVALID, "timeZone", NULL);
    }
    return true;
}

static void get_candles(struct call *call)
{
    static struct candle candles[CANDLES_MAX]; /* one thread, one answer at a time */
    struct candle_query query;
    uint32_t limit;

    if (!read_candle_query(call, &query) || !call_limit(call, 500, CANDLES_MAX, &limit)) {
        return;
    }
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, query.instrument);
    size_t count = candles_read(call->venue->views.candles, &query, candles, limit);

    json_write_array_begin(&call->answer.json);
    for (size_t i = 0; i < count; i++) {
        int64_t next_us = calendar_step(query.interval, candles[i].open_us, query.zone_minutes, 1);

        reply_candle(&call->answer, &candles[i], next_us - 1, &scale);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

static void get_average(struct call *call)
{
    enum { MINUTES = 5 };
    struct instrument_view instrument;

    if (!call_symbol(call, &instrument)) {
        return;
    }
    const struct trade_history *trades = call->venue->views.trades;
    const struct ticker_query query = {
        .instrument = instrument.instrument,
        .base_scale = instrument.base_scale,
        .now_us = call->now_us,
    };
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, instrument.instrument);
    uint64_t last = trade_history_trades(trades, instrument.instrument).last;
    struct price average =
        last == 0 ? instrument.last : tickers_average(call->venue->views.candles, &query, MINUTES);

    json_write_object_begin(&call->answer.json);
    json_write_key_uint64(&call->answer.json, "mins", MINUTES);
    reply_key_price(&call->answer.json, "price", average, &scale);
    answer_key_time(&call->answer, "closeTime",
                    last == 0 ? 0
                              : trade_history_trade(trades, instrument.instrument, last)->time_us);
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule info_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, false},
    {"symbols", PARAMETER_TYPE_SYMBOLS, false},
    {"permissions", PARAMETER_TYPE_SYMBOLS, false},
    {"showPermissionSets", PARAMETER_TYPE_BOOL, false},
    {"symbolStatus", PARAMETER_TYPE_NAME, false},
};

static const struct parameter_rule depth_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule historical_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"limit", PARAMETER_TYPE_INTEGER, false},
    {"fromId", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule aggregate_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},   {"fromId", PARAMETER_TYPE_INTEGER, false},
    {"startTime", PARAMETER_TYPE_TIME, false}, {"endTime", PARAMETER_TYPE_TIME, false},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule candle_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},   {"interval", PARAMETER_TYPE_NAME, true},
    {"startTime", PARAMETER_TYPE_TIME, false}, {"endTime", PARAMETER_TYPE_TIME, false},
    {"timeZone", PARAMETER_TYPE_TEXT, false},  {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule symbol_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/ping",
     .socket_method = "ping",
     .answer = get_ping,
     .security = SECURITY_NONE,
     .weight = 1,
     .may_follow = true,
     .summary = "Is the venue there?"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/time",
     .socket_method = "time",
     .answer = get_time,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "The venue's clock"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/exchangeInfo",
     .socket_method = "exchangeInfo",
     .answer = exchange_info_answer,
     ROUTE_PARAMETERS(info_rules),
     .security = SECURITY_NONE,
     .weight = 20,
     .summary = "Instruments with their filters, and the rate limits"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/depth",
     .socket_method = "depth",
     .answer = get_depth,
     ROUTE_PARAMETERS(depth_rules),
     .security = SECURITY_NONE,
     .weight = 5,
     .summary = "The order book"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/trades",
     .socket_method = "trades.recent",
     .answer = get_trades,
     ROUTE_PARAMETERS(depth_rules),
     .security = SECURITY_NONE,
     .weight = 25,
     .summary = "The youngest trades"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/historicalTrades",
     .socket_method = "trades.historical",
     .answer = get_historical_trades,
     ROUTE_PARAMETERS(historical_rules),
     .security = SECURITY_NONE,
     .weight = 25,
     .summary = "Trades from an id on"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/aggTrades",
     .socket_method = "trades.aggregate",
     .answer = get_aggregates,
     ROUTE_PARAMETERS(aggregate_rules),
     .security = SECURITY_NONE,
     .weight = 4,
     .summary = "Trades of one taker at one price, joined"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/klines",
     .socket_method = "klines",
     .answer = get_candles,
     ROUTE_PARAMETERS(candle_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Candles"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/uiKlines",
     .socket_method = "uiKlines",
     .answer = get_candles,
     ROUTE_PARAMETERS(candle_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Candles for charts (the same)"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/avgPrice",
     .socket_method = "avgPrice",
     .answer = get_average,
     ROUTE_PARAMETERS(symbol_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "The average price of five minutes"},
};

const struct route_table rest_market_routes = {routes, sizeof routes / sizeof routes[0]};
