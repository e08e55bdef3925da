/* SPDX-License-Identifier: Apache-2.0
 *
 * What a participant owns, pays, has traded and may still send.
 *
 * Why a file of its own: questions about oneself, answered from replica and views at once.
 * Invariant: nothing of anybody but the caller is shown. Read next: rest_wallet.c.
 */
#include "base/ensure.h"
#include "gateway/exchange_info.h"
#include "gateway/order_reply.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "gateway/wire_names.h"
#include "money/arithmetic.h"

/* ------------------------------------------------------------------ account */

static struct tier_view tier_of(const struct call *call, struct participant_view *participant)
{
    struct tier_view tier = {0};

    if (tarazy_query_participant(call->venue->engine, call->caller.participant, participant)) {
        (void)tarazy_query_tier(call->venue->engine, participant->tier, &tier);
    }
    return tier;
}

static void write_balances(struct call *call, bool omits_zero)
{
    struct json_writer *json = &call->answer.json;
    struct asset_view asset;

    json_write_key(json, "balances");
    json_write_array_begin(json);
    for (uint16_t i = 1; tarazy_query_asset(call->venue->engine, i, &asset); i++) {
        struct balance_view balance = {0};

        (void)tarazy_query_balance(call->venue->engine, call->caller.participant, i, &balance);
        if (omits_zero && amount_is_zero(balance.available) && amount_is_zero(balance.held)) {
            continue;
        }
        json_write_object_begin(json);
        reply_key_fixed(json, "asset", asset.code.text, sizeof asset.code.text);
        reply_key_amount(json, "free", balance.available, asset.scale);
        reply_key_amount(json, "locked", balance.held, asset.scale);
        json_write_object_end(json);
    }
    json_write_array_end(json);
}

/* Rates of old: in hundredths of a percent. */
static int64_t basis_points(struct rate rate)
{
    return rate.ppm / 100; /* raw: another unit, rounded down; commissionRates are exact */
}

static void write_rates(struct json_writer *json, const char *name, struct rate maker,
                        struct rate taker)
{
    json_write_key(json, name);
    json_write_object_begin(json);
    reply_key_rate(json, "maker", maker);
    reply_key_rate(json, "taker", taker);
    reply_key_rate(json, "buyer", (struct rate){0});
    reply_key_rate(json, "seller", (struct rate){0});
    json_write_object_end(json);
}

static void get_account(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct participant_view participant = {0};
    struct tier_view tier = tier_of(call, &participant);
    int64_t updated_us = call->venue->views.balance_us[call->caller.participant];

    json_write_object_begin(json);
    json_write_key_int64(json, "makerCommission", basis_points(tier.maker));
    json_write_key_int64(json, "takerCommission", basis_points(tier.taker));
    json_write_key_int64(json, "buyerCommission", 0);
    json_write_key_int64(json, "sellerCommission", 0);
    write_rates(json, "commissionRates", tier.maker, tier.taker);
    json_write_key_bool(json, "canTrade",
                        !participant.frozen && (tier.rights & TIER_RIGHT_TRADE) != 0);
    json_write_key_bool(json, "canWithdraw",
                        !participant.frozen && (tier.rights & TIER_RIGHT_WITHDRAW) != 0);
    json_write_key_bool(json, "canDeposit", (tier.rights & TIER_RIGHT_DEPOSIT) != 0);
    json_write_key_bool(json, "brokered", false);
    json_write_key_bool(json, "requireSelfTradePrevention", false);
    json_write_key_bool(json, "preventSor", false);
    answer_key_time(&call->answer, "updateTime", updated_us);
    json_write_key_text(json, "accountType", "SPOT");
    write_balances(call, parameters_bool(call->parameters, "omitZeroBalances", false));
    json_write_key(json, "permissions");
    json_write_raw(json, slice_of_text("[\"SPOT\"]"));
    json_write_key_uint64(json, "uid", call->caller.participant);
    json_write_object_end(json);
    call_reply(call);
}

static void get_commission(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct participant_view participant;
    struct tier_view tier = tier_of(call, &participant);
    struct instrument_view instrument;

    if (!call_symbol(call, &instrument)) {
        return;
    }
    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", instrument.terms.symbol);
    write_rates(json, "standardCommission", tier.maker, tier.taker);
    write_rates(json, "specialCommission", (struct rate){0}, (struct rate){0});
    write_rates(json, "taxCommission", (struct rate){0}, (struct rate){0});
    json_write_key(json, "discount");
    json_write_object_begin(json);
    json_write_key_bool(json, "enabledForAccount", false);
    json_write_key_bool(json, "enabledForSymbol", false);
    json_write_key_text(json, "discountAsset", "");
    json_write_key_text(json, "discount", "0.00000000");
    json_write_object_end(json);
    json_write_object_end(json);
    call_reply(call);
}

/* ------------------------------------------------------------------ limits */

static void write_count(struct json_writer *json, const char *interval, uint32_t number,
                        uint32_t limit, uint32_t count)
{
    json_write_object_begin(json);
    json_write_key_text(json, "rateLimitType", "ORDERS");
    json_write_key_text(json, "interval", interval);
    json_write_key_uint64(json, "intervalNum", number);
    json_write_key_uint64(json, "limit", limit);
    json_write_key_uint64(json, "count", count);
    json_write_object_end(json);
}

static void get_order_limits(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    const struct rate_options *options = rate_limits_options(call->venue->rates);
    struct order_counts counts =
        rate_limits_orders(call->venue->rates, call->caller.participant, call->now_us);

    call->answer.to.participant = call->caller.participant;
    json_write_array_begin(json);
    write_count(json, "SECOND", 10, options->orders_10_seconds, counts.ten_seconds);
    write_count(json, "DAY", 1, options->orders_day, counts.day);
    json_write_array_end(json);
    call_reply(call);
}

/* ------------------------------------------------------------------ trades */

/* Which fills myTrades means. */
struct fill_page {
    uint64_t order;     /* 0: any */
    uint64_t from;      /* trade id */
    bool has_beginning; /* an id or a time was given: the oldest from there, else the youngest */
    int64_t start_us;
    int64_t end_us;
    uint32_t limit;
};

static bool read_fill_page(struct call *call, struct fill_page *page)
{
    const struct parameters *parameters = call->parameters;
    struct slice value;
    bool has_start = parameters_find(parameters, "startTime", &value);
    bool has_end = parameters_find(parameters, "endTime", &value);
    bool has_from = parameters_find(parameters, "fromId", &value);

    page->order = (uint64_t)parameters_integer(parameters, "orderId", 0);
    page->from = (uint64_t)parameters_integer(parameters, "fromId", 0);
    page->has_beginning = has_from || has_start;
    page->start_us = parameters_time(parameters, "startTime", 0);
    page->end_us = parameters_time(parameters, "endTime", INT64_MAX);
    if (has_from && (has_start || has_end)) {
        return call_error(call, VENUE_ERROR_COMBINATION, NULL, NULL);
    }
    if (has_start && has_end && page->end_us - page->start_us > CALENDAR_DAY_US) {
        return call_error(call, VENUE_ERROR_TOO_LONG_A_TIME, "24", NULL);
    }
    return call_limit(call, 500, 1000, &page->limit);
}

static bool is_on_page(const struct fill_record *fill, const struct fill_page *page)
{
    return (page->order == 0 || fill->order == page->order) && fill->time_us <= page->end_us;
}

static const struct fill_record *fill_page_start(const struct call *call, uint16_t instrument,
                                                 const struct fill_page *page)
{
    const struct trade_history *trades = call->venue->views.trades;
    const struct fill_record *start = NULL;
    uint32_t shown = 0;

    for (const struct fill_record *fill =
             trade_history_fill_last(trades, call->caller.participant, instrument);
         fill != NULL; fill = trade_history_fill_previous(trades, fill)) {
        if (fill->trade < page->from || fill->time_us < page->start_us) {
            break;
        }
        if (!is_on_page(fill, page)) {
            continue;
        }
        start = fill;
        if (++shown == page->limit && !page->has_beginning) {
            break;
        }
    }
    return start;
}

static void write_fill(struct call *call, const struct fill_record *fill,
                       const struct instrument_scale *scale)
{
    struct json_writer *json = &call->answer.json;
    const struct order_record *order = order_history_find(call->venue->views.orders, fill->order);
    struct asset_view fee_asset = {0};

    (void)tarazy_query_asset(call->venue->engine, fill->fee_asset, &fee_asset);
    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", scale->symbol);
    json_write_key_uint64(json, "id", fill->trade);
    json_write_key_uint64(json, "orderId", fill->order);
    reply_key_list(json, order == NULL ? 0 : order->list);
    reply_key_price(json, "price", fill->price, scale);
    reply_key_quantity(json, "qty", fill->quantity, scale);
    reply_key_amount(json, "quoteQty", fill->quote, scale->quote);
    reply_key_amount(json, "commission", fill->fee, fee_asset.scale);
    reply_key_fixed(json, "commissionAsset", fee_asset.code.text, sizeof fee_asset.code.text);
    answer_key_time(&call->answer, "time", fill->time_us);
    json_write_key_bool(json, "isBuyer", fill->side == SIDE_BUY);
    json_write_key_bool(json, "isMaker", fill->is_maker);
    json_write_key_bool(json, "isBestMatch", true);
    json_write_object_end(json);
}

/* Who trades with himself has two fills of one trade. No page ends between them: the next one is asked
 * for by the id behind the last, and the second would never be seen. */
static void get_my_trades(struct call *call)
{
    const struct trade_history *trades = call->venue->views.trades;
    struct instrument_view instrument;
    struct fill_page page = {0};
    uint64_t last = 0;
    uint32_t shown = 0;

    if (!call_symbol(call, &instrument) || !read_fill_page(call, &page)) {
        return;
    }
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, instrument.instrument);

    json_write_array_begin(&call->answer.json);
    for (const struct fill_record *fill = fill_page_start(call, instrument.instrument, &page);
         fill != NULL && (shown < page.limit || fill->trade == last);
         fill = trade_history_fill_next(trades, fill)) {
        if (is_on_page(fill, &page)) {
            write_fill(call, fill, &scale);
            last = fill->trade;
            shown++;
        }
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ prevented matches */

static void write_prevented(struct call *call, const struct prevented_record *record,
                            const struct instrument_scale *scale)
{
    struct json_writer *json = &call->answer.json;

    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", scale->symbol);
    json_write_key_uint64(json, "preventedMatchId", record->id);
    json_write_key_uint64(json, "takerOrderId", record->taker_order);
    reply_key_symbol(json, "makerSymbol", scale->symbol);
    json_write_key_uint64(json, "makerOrderId", record->maker_order);
    json_write_key_uint64(json, "tradeGroupId", record->participant);
    json_write_key_text(json, "selfTradePreventionMode", wire_self_trade(record->self_trade));
    reply_key_price(json, "price", record->price, scale);
    reply_key_quantity(json, "makerPreventedQuantity", record->maker_prevented, scale);
    reply_key_quantity(json, "takerPreventedQuantity", record->taker_prevented, scale);
    answer_key_time(&call->answer, "transactTime", record->time_us);
    json_write_object_end(json);
}

static void get_prevented(struct call *call)
{
    const struct prevented_matches *matches = call->venue->views.prevented;
    uint64_t id = (uint64_t)parameters_integer(call->parameters, "preventedMatchId", 0);
    uint64_t order = (uint64_t)parameters_integer(call->parameters, "orderId", 0);
    uint64_t from = (uint64_t)parameters_integer(call->parameters, "fromPreventedMatchId", 0);
    struct instrument_view instrument;
    uint32_t limit;
    uint32_t shown = 0;

    if (!call_symbol(call, &instrument) || !call_limit(call, 500, 1000, &limit)) {
        return;
    }
    if ((id == 0) == (order == 0)) {
        (void)call_error(call, VENUE_ERROR_COMBINATION, NULL, NULL);
        return;
    }
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, instrument.instrument);

    json_write_array_begin(&call->answer.json);
    for (const struct prevented_record *record =
             prevented_matches_first(matches, call->caller.participant, instrument.instrument);
         record != NULL && shown < limit; record = prevented_matches_next(matches, record)) {
        bool is_of_order = record->taker_order == order || record->maker_order == order;

        if (id != 0 ? record->id == id : is_of_order && record->id >= from) {
            write_prevented(call, record, &scale);
            shown++;
        }
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ what there is none of */

/* Orders are never routed elsewhere here, so nothing was ever allocated by another venue. */
static void get_allocations(struct call *call)
{
    struct instrument_view instrument;

    if (call_symbol(call, &instrument)) {
        json_write_array_begin(&call->answer.json);
        json_write_array_end(&call->answer.json);
        call_reply(call);
    }
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule account_rules[] = {
    {"omitZeroBalances", PARAMETER_TYPE_BOOL, false},
};

static const struct parameter_rule commission_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
};

static const struct parameter_rule trade_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},   {"orderId", PARAMETER_TYPE_INTEGER, false},
    {"startTime", PARAMETER_TYPE_TIME, false}, {"endTime", PARAMETER_TYPE_TIME, false},
    {"fromId", PARAMETER_TYPE_INTEGER, false}, {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule prevented_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"preventedMatchId", PARAMETER_TYPE_INTEGER, false},
    {"orderId", PARAMETER_TYPE_INTEGER, false},
    {"fromPreventedMatchId", PARAMETER_TYPE_INTEGER, false},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule allocation_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},  {"startTime", PARAMETER_TYPE_TIME, false},
    {"endTime", PARAMETER_TYPE_TIME, false},  {"fromAllocationId", PARAMETER_TYPE_INTEGER, false},
    {"limit", PARAMETER_TYPE_INTEGER, false}, {"orderId", PARAMETER_TYPE_INTEGER, false},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/account",
     .socket_method = "account.status",
     .answer = get_account,
     ROUTE_PARAMETERS(account_rules),
     .security = SECURITY_READ,
     .weight = 20,
     .summary = "Balances, rates and rights"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/account/commission",
     .socket_method = "account.commission",
     .answer = get_commission,
     ROUTE_PARAMETERS(commission_rules),
     .security = SECURITY_READ,
     .weight = 20,
     .summary = "Commission rates"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/rateLimit/order",
     .socket_method = "account.rateLimits.orders",
     .answer = get_order_limits,
     .security = SECURITY_READ,
     .weight = 40,
     .summary = "How many orders count against the limits"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/myTrades",
     .socket_method = "myTrades",
     .answer = get_my_trades,
     ROUTE_PARAMETERS(trade_rules),
     .security = SECURITY_READ,
     .weight = 20,
     .summary = "Own trades of a symbol, with what was charged"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/myPreventedMatches",
     .socket_method = "myPreventedMatches",
     .answer = get_prevented,
     ROUTE_PARAMETERS(prevented_rules),
     .security = SECURITY_READ,
     .weight = 20,
     .summary = "Matches with oneself that were prevented"},
    {.method = HTTP_METHOD_GET,
     .path = "/api/v3/myAllocations",
     .socket_method = "myAllocations",
     .answer = get_allocations,
     ROUTE_PARAMETERS(allocation_rules),
     .security = SECURITY_READ,
     .weight = 20,
     .summary = "Always empty: orders are not routed elsewhere"},
};

const struct route_table rest_account_routes = {routes, sizeof routes / sizeof routes[0]};
