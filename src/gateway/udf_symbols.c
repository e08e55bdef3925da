/* SPDX-License-Identifier: Apache-2.0
 *
 * /udf: what this data feed can do, its clock, and its symbols.
 *
 * Why a file of its own: the protocol has its own words for everything (seconds, resolutions, lists
 * of columns, errors that come with status 200) and nobody else needs them.
 * Read next: udf_bars.c.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "gateway/call.h"
#include "gateway/order_reply.h"
#include "gateway/routes.h"
#include "gateway/udf.h"
#include "gateway/venue.h"

static void write_asset_code(struct json_writer *json, const struct call *call, uint16_t asset)
{
    struct asset_view view = {0};

    (void)tarazy_query_asset(call->venue->engine, asset, &view);
    json_write_string(json,
                      slice_of(view.code.text, text_length(view.code.text, sizeof view.code.text)));
}

/* Calls each() for every listed instrument. */
static void each_instrument(struct call *call,
                            void (*each)(struct call *call, const struct instrument_view *view))
{
    for (uint16_t i = 1; i <= call->venue->node.instruments; i++) {
        struct instrument_view view;

        if (tarazy_query_instrument(call->venue->engine, i, &view)) {
            each(call, &view);
        }
    }
}

/* ------------------------------------------------------------------ config, time */

static void get_config(struct call *call)
{
    struct json_writer *json = &call->answer.json;

    json_write_object_begin(json);
    udf_write_resolutions(json, "supported_resolutions");
    json_write_key_bool(json, "supports_search", true);
    json_write_key_bool(json, "supports_group_request", false);
    json_write_key_bool(json, "supports_marks", false);
    json_write_key_bool(json, "supports_timescale_marks", false);
    json_write_key_bool(json, "supports_time", true);
    json_write_key(json, "exchanges");
    json_write_array_begin(json);
    json_write_object_begin(json);
    json_write_key_text(json, "value", UDF_EXCHANGE);
    json_write_key_text(json, "name", "Tarazy");
    json_write_key_text(json, "desc", "Tarazy");
    json_write_object_end(json);
    json_write_array_end(json);
    json_write_key(json, "symbols_types");
    json_write_array_begin(json);
    json_write_object_begin(json);
    json_write_key_text(json, "name", "Crypto");
    json_write_key_text(json, "value", "crypto");
    json_write_object_end(json);
    json_write_array_end(json);
    json_write_object_end(json);
    call_reply(call);
}

static void get_time(struct call *call)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%" PRId64, call->now_us / UDF_SECOND_US);

    answer_send_as(&call->answer, 200, "text/plain", slice_of(text, (size_t)size));
}

/* ------------------------------------------------------------------ symbols */

static void write_multipliers(struct json_writer *json)
{
    static const char *const minutes[] = {"1",   "3",   "5",   "15",  "30", "60",
                                          "120", "240", "360", "480", "720"};

    json_write_key_bool(json, "has_intraday", true);
    json_write_key_bool(json, "has_seconds", true);
    json_write_key(json, "seconds_multipliers");
    json_write_array_begin(json);
    json_write_text(json, "1");
    json_write_array_end(json);
    json_write_key(json, "intraday_multipliers");
    json_write_array_begin(json);
    for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
        json_write_text(json, minutes[i]);
    }
    json_write_array_end(json);
    json_write_key_bool(json, "has_daily", true);
    json_write_key_bool(json, "has_weekly_and_monthly", true);
}

static void write_tick(struct json_writer *json, const struct instrument_view *view)
{
    struct udf_tick tick = udf_tick_of(view->terms.tick, view->quote_scale);

    json_write_key_int64(json, "minmov", tick.minmov);
    json_write_key_int64(json, "pricescale", tick.pricescale);
}

static void get_symbol(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct instrument_view view;

    if (!udf_read_instrument(call, &view)) {
        return;
    }
    json_write_object_begin(json);
    reply_key_symbol(json, "name", view.terms.symbol);
    reply_key_symbol(json, "ticker", view.terms.symbol);
    json_write_key(json, "description");
    udf_write_description(json, call, &view);
    json_write_key_text(json, "type", "crypto");
    json_write_key_text(json, "session", "24x7");
    json_write_key_text(json, "timezone", "Etc/UTC");
    json_write_key_text(json, "exchange", UDF_EXCHANGE);
    json_write_key_text(json, "listed_exchange", UDF_EXCHANGE);
    json_write_key_text(json, "format", "price");
    write_tick(json, &view);
    write_multipliers(json);
    udf_write_resolutions(json, "supported_resolutions");
    json_write_key_uint64(json, "volume_precision", view.base_scale);
    json_write_key_text(json, "data_status", "streaming");
    json_write_key(json, "currency_code");
    write_asset_code(json, call, view.terms.quote);
    json_write_object_end(json);
    call_reply(call);
}

/* Does `text` hold `part`, whatever the case? */
static bool holds(const char *text, size_t size, struct slice part)
{
    for (size_t at = 0; at + part.size <= size; at++) {
        size_t same = 0;

        while (same < part.size && (text[at + same] | 0x20) == (part.data[same] | 0x20)) {
            same++;
        }
        if (same == part.size) {
            return true;
        }
    }
    return false;
}

static void write_found(struct call *call, const struct instrument_view *view)
{
    struct json_writer *json = &call->answer.json;
    struct symbol symbol = view->terms.symbol;

    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", symbol);
    reply_key_symbol(json, "full_name", symbol);
    json_write_key(json, "description");
    udf_write_description(json, call, view);
    json_write_key_text(json, "exchange", UDF_EXCHANGE);
    reply_key_symbol(json, "ticker", symbol);
    json_write_key_text(json, "type", "crypto");
    json_write_object_end(json);
}

static void get_search(struct call *call)
{
    struct slice query = {0};
    int64_t left = parameters_integer(call->parameters, "limit", 30);

    (void)parameters_find(call->parameters, "query", &query);
    json_write_array_begin(&call->answer.json);
    for (uint16_t i = 1; i <= call->venue->node.instruments && left > 0; i++) {
        struct instrument_view view;

        if (tarazy_query_instrument(call->venue->engine, i, &view) &&
            holds(view.terms.symbol.text,
                  text_length(view.terms.symbol.text, sizeof view.terms.symbol.text), query)) {
            write_found(call, &view);
            left--;
        }
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

static void write_one_symbol(struct call *call, const struct instrument_view *view)
{
    const struct symbol *symbol = &view->terms.symbol;

    json_write_string(&call->answer.json,
                      slice_of(symbol->text, text_length(symbol->text, sizeof symbol->text)));
}

static void write_one_description(struct call *call, const struct instrument_view *view)
{
    udf_write_description(&call->answer.json, call, view);
}

static void write_one_minmov(struct call *call, const struct instrument_view *view)
{
    json_write_int64(&call->answer.json, udf_tick_of(view->terms.tick, view->quote_scale).minmov);
}

static void write_one_pricescale(struct call *call, const struct instrument_view *view)
{
    json_write_int64(&call->answer.json,
                     udf_tick_of(view->terms.tick, view->quote_scale).pricescale);
}

/* All symbols at once, by columns; what is the same for all stands once. */
static void get_symbol_info(struct call *call)
{
    static const struct {
        const char *name;
        void (*write)(struct call *call, const struct instrument_view *view);
    } columns[] = {
        {"symbol", write_one_symbol},           {"ticker", write_one_symbol},
        {"description", write_one_description}, {"minmovement", write_one_minmov},
        {"pricescale", write_one_pricescale},
    };
    struct json_writer *json = &call->answer.json;

    json_write_object_begin(json);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        json_write_key(json, columns[i].name);
        json_write_array_begin(json);
        each_instrument(call, columns[i].write);
        json_write_array_end(json);
    }
    json_write_key_text(json, "exchange-listed", UDF_EXCHANGE);
    json_write_key_text(json, "exchange-traded", UDF_EXCHANGE);
    json_write_key_text(json, "type", "crypto");
    json_write_key_text(json, "session-regular", "24x7");
    json_write_key_text(json, "timezone", "Etc/UTC");
    json_write_key_bool(json, "has-intraday", true);
    json_write_key_bool(json, "has-daily", true);
    json_write_key_bool(json, "has-weekly-and-monthly", true);
    udf_write_resolutions(json, "supported-resolutions");
    json_write_object_end(json);
    call_reply(call);
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule symbol_rules[] = {
    {"symbol", PARAMETER_TYPE_TEXT, true},
    {"currencyCode", PARAMETER_TYPE_TEXT_OR_NOTHING, false},
    {"unitId", PARAMETER_TYPE_TEXT_OR_NOTHING, false},
};

static const struct parameter_rule search_rules[] = {
    {"query", PARAMETER_TYPE_TEXT_OR_NOTHING, false},
    {"type", PARAMETER_TYPE_TEXT_OR_NOTHING, false},
    {"exchange", PARAMETER_TYPE_TEXT_OR_NOTHING, false},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule history_rules[] = {
    {"symbol", PARAMETER_TYPE_TEXT, true},
    {"resolution", PARAMETER_TYPE_TEXT, true},
    {"from", PARAMETER_TYPE_INTEGER, false},
    {"to", PARAMETER_TYPE_INTEGER, false},
    {"countback", PARAMETER_TYPE_INTEGER, false},
    {"currencyCode", PARAMETER_TYPE_TEXT_OR_NOTHING, false},
};

static const struct parameter_rule quotes_rules[] = {
    {"symbols", PARAMETER_TYPE_TEXT, true},
};

static const struct parameter_rule group_rules[] = {
    {"group", PARAMETER_TYPE_TEXT_OR_NOTHING, false},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/udf/config",
     .answer = get_config,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "Charts: what this data feed can do"},
    {.method = HTTP_METHOD_GET,
     .path = "/udf/time",
     .answer = get_time,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "Charts: seconds since 1970"},
    {.method = HTTP_METHOD_GET,
     .path = "/udf/symbols",
     .answer = get_symbol,
     ROUTE_PARAMETERS(symbol_rules),
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "Charts: one symbol"},
    {.method = HTTP_METHOD_GET,
     .path = "/udf/search",
     .answer = get_search,
     ROUTE_PARAMETERS(search_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Charts: symbols by a part of their name"},
    {.method = HTTP_METHOD_GET,
     .path = "/udf/symbol_info",
     .answer = get_symbol_info,
     ROUTE_PARAMETERS(group_rules),
     .security = SECURITY_NONE,
     .weight = 10,
     .summary = "Charts: all symbols, by columns"},
    {.method = HTTP_METHOD_GET,
     .path = "/udf/history",
     .answer = udf_history,
     ROUTE_PARAMETERS(history_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Charts: bars"},
    {.method = HTTP_METHOD_GET,
     .path = "/udf/quotes",
     .answer = udf_quotes,
     ROUTE_PARAMETERS(quotes_rules),
     .security = SECURITY_NONE,
     .weight = 2,
     .summary = "Charts: last prices"},
};

const struct route_table udf_routes = {routes, sizeof routes / sizeof routes[0]};
