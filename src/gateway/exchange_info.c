/* SPDX-License-Identifier: Apache-2.0
 *
 * Instruments, filters and limits, as clients read them before they do anything else.
 *
 * Why a file of its own: the longest answer of all, asked for often, changing seldom. Invariant: a
 * kept text was written from the terms and the session that hold now; any event that could change
 * them drops it. Read next: rest_market.c.
 */
#include "gateway/exchange_info.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/decimal_text.h"
#include "codec/json_reader.h"
#include "gateway/call.h"
#include "gateway/order_reply.h"
#include "gateway/venue.h"
#include "gateway/wire_names.h"
#include "money/arithmetic.h"

enum { TEXT_MAX = 8192, MULTIPLIER_DECIMALS = 6, SYMBOLS_MAX = 1024 };

/* A multiplier that limits nothing. */
#define MULTIPLIER_FREE (INT64_C(1000000) * TARAZY_RATE_WHOLE)

struct text {
    char *bytes; /* NULL: to be written */
    size_t size;
};

struct exchange_info {
    struct text texts[UINT16_MAX + 1];
    uint16_t highest; /* instrument with a text */
    char buffer[TEXT_MAX];
};

struct exchange_info *exchange_info_create(void)
{
    return calloc(1, sizeof(struct exchange_info));
}

static void drop(struct exchange_info *info, uint16_t instrument)
{
    free(info->texts[instrument].bytes);
    info->texts[instrument] = (struct text){NULL, 0};
}

static void drop_all(struct exchange_info *info)
{
    for (uint32_t i = 0; i <= info->highest; i++) {
        drop(info, (uint16_t)i);
    }
    info->highest = 0;
}

void exchange_info_destroy(struct exchange_info *info)
{
    if (info != NULL) {
        drop_all(info);
        free(info);
    }
}

void exchange_info_note(struct exchange_info *info, const uint8_t *events, size_t size)
{
    for (const struct event_header *event = views_next_event(events, size, NULL); event != NULL;
         event = views_next_event(events, size, event)) {
        if (event->kind == EVENT_SESSION) {
            drop(info, ((const struct event_session *)event)->instrument);
        } else if (event->kind == EVENT_REGISTRY) {
            drop_all(info);
        }
    }
}

/* ------------------------------------------------------------------ filters */

static void filter_begin(struct json_writer *json, const char *name)
{
    json_write_object_begin(json);
    json_write_key_text(json, "filterType", name);
}

static void write_count(struct json_writer *json, const char *filter, const char *name,
                        uint32_t count)
{
    filter_begin(json, filter);
    json_write_key_uint64(json, name, count);
    json_write_object_end(json);
}

/* A bound that is switched off is the largest number there is. */
static struct price price_or_free(struct price price)
{
    const struct price none = {0};
    const struct price any = {INT64_MAX};

    return price_compare(price, none) == 0 ? any : price;
}

static struct quantity quantity_or_free(struct quantity quantity)
{
    const struct quantity none = {0};
    const struct quantity any = {INT64_MAX};

    return quantity_compare(quantity, none) == 0 ? any : quantity;
}

static void write_price_filters(struct json_writer *json, const struct instrument_terms *terms,
                                const struct instrument_scale *scale)
{
    int64_t up = terms->percent_up_ppm;
    int64_t down = terms->percent_down_ppm;

    filter_begin(json, "PRICE_FILTER");
    reply_key_price(json, "minPrice", terms->price_min, scale);
    reply_key_price(json, "maxPrice", price_or_free(terms->price_max), scale);
    reply_key_price(json, "tickSize", terms->tick, scale);
    json_write_object_end(json);

    filter_begin(json, "PERCENT_PRICE_BY_SIDE");
    json_write_key_decimal(json, "bidMultiplierUp",
                           up == 0 ? MULTIPLIER_FREE : TARAZY_RATE_WHOLE + up, MULTIPLIER_DECIMALS);
    json_write_key_decimal(json, "bidMultiplierDown", 0, MULTIPLIER_DECIMALS);
    json_write_key_decimal(json, "askMultiplierUp", MULTIPLIER_FREE, MULTIPLIER_DECIMALS);
    json_write_key_decimal(json, "askMultiplierDown",
                           down == 0 || down > TARAZY_RATE_WHOLE ? 0 : TARAZY_RATE_WHOLE - down,
                           MULTIPLIER_DECIMALS);
    json_write_key_uint64(json, "avgPriceMins", 0); /* the last price counts */
    json_write_object_end(json);

    filter_begin(json, "TRAILING_DELTA");
    json_write_key_uint64(json, "minTrailingAboveDelta", terms->trailing_min_bps);
    json_write_key_uint64(json, "maxTrailingAboveDelta", terms->trailing_max_bps);
    json_write_key_uint64(json, "minTrailingBelowDelta", terms->trailing_min_bps);
    json_write_key_uint64(json, "maxTrailingBelowDelta", terms->trailing_max_bps);
    json_write_object_end(json);
}

static void write_size_filters(struct json_writer *json, const struct instrument_terms *terms,
                               const struct instrument_scale *scale)
{
    struct quantity market_max = terms->market_quantity_max;
    struct amount notional_max = terms->notional_max;

    if (quantity_compare(market_max, (struct quantity){0}) == 0) {
        market_max = terms->quantity_max;
    }
    if (amount_is_zero(notional_max)) {
        notional_max = amount_of_units(INT64_MAX);
    }
    filter_begin(json, "LOT_SIZE");
    reply_key_quantity(json, "minQty", terms->quantity_min, scale);
    reply_key_quantity(json, "maxQty", quantity_or_free(terms->quantity_max), scale);
    reply_key_quantity(json, "stepSize", terms->lot, scale);
    json_write_object_end(json);

    filter_begin(json, "MARKET_LOT_SIZE");
    reply_key_quantity(json, "minQty", terms->quantity_min, scale);
    reply_key_quantity(json, "maxQty", quantity_or_free(market_max), scale);
    reply_key_quantity(json, "stepSize", terms->lot, scale);
    json_write_object_end(json);

    filter_begin(json, "NOTIONAL");
    reply_key_amount(json, "minNotional", terms->notional_min, scale->quote);
    json_write_key_bool(json, "applyMinToMarket", true);
    reply_key_amount(json, "maxNotional", notional_max, scale->quote);
    json_write_key_bool(json, "applyMaxToMarket", true);
    json_write_key_uint64(json, "avgPriceMins", 0);
    json_write_object_end(json);

    if (!amount_is_zero(terms->position_max)) {
        filter_begin(json, "MAX_POSITION");
        reply_key_amount(json, "maxPosition", terms->position_max, scale->base);
        json_write_object_end(json);
    }
}

static void write_filters(struct json_writer *json, const struct instrument_terms *terms,
                          const struct instrument_scale *scale)
{
    json_write_key(json, "filters");
    json_write_array_begin(json);
    write_price_filters(json, terms, scale);
    write_size_filters(json, terms, scale);
    write_count(json, "ICEBERG_PARTS", "limit", terms->iceberg_parts_max);
    write_count(json, "MAX_NUM_ORDERS", "maxNumOrders", terms->orders_max);
    write_count(json, "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders", terms->algo_orders_max);
    write_count(json, "MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders", terms->iceberg_orders_max);
    write_count(json, "MAX_NUM_ORDER_LISTS", "maxNumOrderLists", terms->order_lists_max);
    write_count(json, "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends", terms->amends_max);
    json_write_array_end(json);
}

/* ------------------------------------------------------------------ instruments */

static void write_word_array(struct json_writer *json, const char *name,
                             const char *(*word)(uint8_t number))
{
    json_write_key(json, name);
    json_write_array_begin(json);
    for (uint8_t number = 1; word(number)[0] != '\0'; number++) {
        json_write_text(json, word(number));
    }
    json_write_array_end(json);
}

static void write_abilities(struct json_writer *json, const struct instrument_view *view)
{
    bool takes_icebergs = view->terms.iceberg_parts_max > 0;

    write_word_array(json, "orderTypes", wire_order_type);
    json_write_key_bool(json, "icebergAllowed", takes_icebergs);
    json_write_key_bool(json, "ocoAllowed", true);
    json_write_key_bool(json, "otoAllowed", true);
    json_write_key_bool(json, "opoAllowed", false);
    json_write_key_bool(json, "quoteOrderQtyMarketAllowed", true);
    json_write_key_bool(json, "allowTrailingStop", view->terms.trailing_max_bps > 0);
    json_write_key_bool(json, "cancelReplaceAllowed", true);
    json_write_key_bool(json, "amendAllowed", true);
    json_write_key_bool(json, "pegInstructionsAllowed", false);
    json_write_key_bool(json, "isSpotTradingAllowed", true);
    json_write_key_bool(json, "isMarginTradingAllowed", false);
}

static void write_permissions(struct json_writer *json)
{
    json_write_key(json, "permissions");
    json_write_array_begin(json);
    json_write_array_end(json);
    json_write_key(json, "permissionSets");
    json_write_raw(json, slice_of_text("[[\"SPOT\"]]"));
    json_write_key_text(json, "defaultSelfTradePreventionMode",
                        wire_self_trade(SELF_TRADE_EXPIRE_MAKER));
    write_word_array(json, "allowedSelfTradePreventionModes", wire_self_trade);
}

static void write_instrument(struct json_writer *json, const struct engine *engine,
                             uint16_t instrument)
{
    struct instrument_scale scale = instrument_scale_of(engine, instrument);
    struct instrument_view view;
    bool is_listed = tarazy_query_instrument(engine, instrument, &view);

    ENSURE(is_listed);
    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", view.terms.symbol);
    json_write_key_text(json, "status", wire_session(view.session));
    reply_key_asset(json, "baseAsset", engine, view.terms.base);
    json_write_key_uint64(json, "baseAssetPrecision", scale.base);
    reply_key_asset(json, "quoteAsset", engine, view.terms.quote);
    json_write_key_uint64(json, "quotePrecision", scale.quote);
    json_write_key_uint64(json, "quoteAssetPrecision", scale.quote);
    json_write_key_uint64(json, "baseCommissionPrecision", scale.base);
    json_write_key_uint64(json, "quoteCommissionPrecision", scale.quote);
    write_abilities(json, &view);
    write_filters(json, &view.terms, &scale);
    write_permissions(json);
    json_write_key_text(json, "session", wire_session_name(view.session));
    json_write_object_end(json);
}

/* The kept text, written now if there is none. */
static struct slice text_of(struct exchange_info *info, const struct engine *engine,
                            uint16_t instrument)
{
    struct text *text = &info->texts[instrument];
    struct json_writer writer;

    if (text->bytes != NULL) {
        return slice_of(text->bytes, text->size);
    }
    json_writer_begin(&writer, info->buffer, sizeof info->buffer);
    write_instrument(&writer, engine, instrument);
    struct slice written = json_writer_text(&writer);

    ENSURE(written.size > 0); /* names and numbers are bounded, and so is the text */
    text->bytes = malloc(written.size);
    if (text->bytes == NULL) {
        return written; /* true all the same, only not kept */
    }
    memcpy(text->bytes, written.data, written.size);
    text->size = written.size;
    info->highest = instrument > info->highest ? instrument : info->highest;
    return written;
}

void exchange_info_write(struct exchange_info *info, const struct engine *engine,
                         uint16_t instrument, struct json_writer *json)
{
    json_write_raw(json, text_of(info, engine, instrument));
}

/* ------------------------------------------------------------------ limits */

static void write_limit(struct json_writer *json, const char *type, const char *interval,
                        uint32_t number, uint32_t limit)
{
    json_write_object_begin(json);
    json_write_key_text(json, "rateLimitType", type);
    json_write_key_text(json, "interval", interval);
    json_write_key_uint64(json, "intervalNum", number);
    json_write_key_uint64(json, "limit", limit);
    json_write_object_end(json);
}

void exchange_info_write_limits(const struct rate_options *rates, struct json_writer *json)
{
    json_write_array_begin(json);
    write_limit(json, "REQUEST_WEIGHT", "MINUTE", 1, rates->weight_minute);
    write_limit(json, "ORDERS", "SECOND", 10, rates->orders_10_seconds);
    write_limit(json, "ORDERS", "DAY", 1, rates->orders_day);
    write_limit(json, "RAW_REQUESTS", "MINUTE", 5, rates->raw_5_minutes);
    json_write_array_end(json);
}

/* ------------------------------------------------------------------ symbol and symbols */

/* What symbol or symbols name. */
struct selection {
    uint16_t instruments[SYMBOLS_MAX];
    uint32_t count;
    bool is_all;
};

static enum venue_error select_one(const struct call *call, struct slice text,
                                   struct selection *selection)
{
    uint16_t instrument = call_find_symbol(call, text);

    if (instrument == 0) {
        return VENUE_ERROR_SYMBOL;
    }
    for (uint32_t i = 0; i < selection->count; i++) {
        if (selection->instruments[i] == instrument) {
            return VENUE_ERROR_SYMBOL_TWICE;
        }
    }
    if (selection->count == SYMBOLS_MAX) {
        return VENUE_ERROR_TOO_MANY_PARAMETERS;
    }
    selection->instruments[selection->count++] = instrument;
    return VENUE_ERROR_NONE;
}

static enum venue_error select_list(const struct call *call, struct slice list,
                                    struct selection *selection)
{
    struct json_reader reader;
    struct json_token token;
    enum venue_error error = VENUE_ERROR_NONE;

    json_reader_begin(&reader, list, 1);
    if (json_reader_next(&reader, &token) != JSON_RESULT_OK ||
        token.kind != JSON_TOKEN_ARRAY_BEGIN) {
        return VENUE_ERROR_ILLEGAL_CHARACTERS;
    }
    while (json_reader_next(&reader, &token) == JSON_RESULT_OK && token.kind == JSON_TOKEN_STRING &&
           !token.is_escaped && error == VENUE_ERROR_NONE) {
        error = select_one(call, token.text, selection);
    }
    if (error == VENUE_ERROR_NONE &&
        (reader.result != JSON_RESULT_OK || token.kind != JSON_TOKEN_ARRAY_END ||
         json_reader_next(&reader, &token) != JSON_RESULT_OK || token.kind != JSON_TOKEN_END ||
         selection->count == 0)) {
        return VENUE_ERROR_ILLEGAL_CHARACTERS;
    }
    return error;
}

static enum venue_error select_symbols(const struct call *call, struct selection *selection)
{
    struct slice symbol;
    struct slice symbols;
    bool has_symbol = parameters_find(call->parameters, "symbol", &symbol);
    bool has_symbols = parameters_find(call->parameters, "symbols", &symbols);

    selection->count = 0;
    selection->is_all = !has_symbol && !has_symbols;
    if (has_symbol && has_symbols) {
        return VENUE_ERROR_COMBINATION;
    }
    if (has_symbol) {
        return select_one(call, symbol, selection);
    }
    if (has_symbols) {
        return select_list(call, symbols, selection);
    }
    return VENUE_ERROR_NONE;
}

bool exchange_info_each_symbol(struct call *call, bool takes_all,
                               void (*each)(struct call *call, uint16_t instrument))
{
    struct selection selection;
    enum venue_error error = select_symbols(call, &selection);

    if (error != VENUE_ERROR_NONE) {
        return call_error(call, error, "symbols", "[\"SYMBOL\",...]");
    }
    if (selection.is_all && !takes_all) {
        return call_error(call, VENUE_ERROR_MISSING_BOTH, "symbol", "symbols");
    }
    for (uint32_t i = 0; i < selection.count; i++) {
        each(call, selection.instruments[i]);
    }
    for (uint32_t i = 1; selection.is_all && i <= call->venue->node.instruments; i++) {
        each(call, (uint16_t)i);
    }
    return true;
}

uint32_t exchange_info_count_symbols(const struct call *call)
{
    struct selection selection;

    if (select_symbols(call, &selection) != VENUE_ERROR_NONE) {
        return 0;
    }
    return selection.is_all ? call->venue->node.instruments : selection.count;
}

/* ------------------------------------------------------------------ the operation */

static bool has_status(const struct call *call, uint16_t instrument)
{
    struct slice wanted;
    struct instrument_view view;

    return !parameters_find(call->parameters, "symbolStatus", &wanted) ||
           (tarazy_query_instrument(call->venue->engine, instrument, &view) &&
            slice_equals_text(wanted, wire_session(view.session)));
}

static void write_symbol(struct call *call, uint16_t instrument)
{
    if (has_status(call, instrument)) {
        exchange_info_write(call->venue->info, call->venue->engine, instrument, &call->answer.json);
    }
}

static bool is_status(struct slice word)
{
    for (uint8_t session = 1; wire_session(session)[0] != '\0'; session++) {
        if (slice_equals_text(word, wire_session(session))) {
            return true;
        }
    }
    return false;
}

/* permissions=SPOT, permissions=["SPOT","MARGIN"]: is what we offer among them? */
static bool wants_spot(const struct call *call)
{
    struct slice wanted;

    return !parameters_find(call->parameters, "permissions", &wanted) ||
           memmem(wanted.data, wanted.size, "SPOT", 4) != NULL;
}

void exchange_info_answer(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct slice status;

    if (parameters_find(call->parameters, "symbolStatus", &status) && !is_status(status)) {
        (void)call_error(call, VENUE_ERROR_SYMBOL_STATUS, NULL, NULL);
        return;
    }
    json_write_object_begin(json);
    json_write_key_text(json, "timezone", "UTC");
    answer_key_time(&call->answer, "serverTime", call->now_us);
    json_write_key(json, "rateLimits");
    exchange_info_write_limits(rate_limits_options(call->venue->rates), json);
    json_write_key(json, "exchangeFilters");
    json_write_array_begin(json);
    json_write_array_end(json);
    json_write_key(json, "symbols");
    json_write_array_begin(json);
    if (wants_spot(call) && !exchange_info_each_symbol(call, true, write_symbol)) {
        return;
    }
    json_write_array_end(json);
    json_write_key_bool(json, "sandbox", call->venue->node.sandbox);
    json_write_object_end(json);
    call_reply(call);
}
