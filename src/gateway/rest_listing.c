/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators: tiers, assets, instruments, sessions, and value from and to the outside.
 *
 * Why a file of its own: acts on the market and its money. Most need a second person; operator_act.c
 * sees to that. Invariant: amounts are read with the decimals of their asset, prices with those of
 * the quote asset, quantities with those of the base asset. Read next: rest_operator.c.
 */
#include <string.h>

#include "gateway/operator_act.h"
#include "gateway/operator_reply.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "gateway/wire_names.h"

/* ------------------------------------------------------------------ tiers */

static void post_tier(struct call *call)
{
    struct command_tier_set set = {.header = {.kind = COMMAND_TIER_SET}};
    struct slice words = {0};
    uint32_t tier;
    uint32_t maker;
    uint32_t taker;

    (void)parameters_find(call->parameters, "rights", &words);
    if (!wire_parse_rights(words, &set.rights)) {
        (void)call_error(call, VENUE_ERROR_INVALID, "rights", NULL);
        return;
    }
    if (operator_act_number(call, "tier", TARAZY_TIERS_MAX, &tier) &&
        operator_act_rate(call, "maker", &maker) && operator_act_rate(call, "taker", &taker) &&
        operator_act_number(call, "maxOrders", UINT32_MAX, &set.orders_max)) {
        set.tier = (uint16_t)tier;
        set.maker = (struct rate){maker};
        set.taker = (struct rate){taker};
        operator_act_submit(call, &set.header, NULL);
    }
}

/* A day's maximum: a decimal; -1 when absent: no limit. */
static bool read_day_max(struct call *call, const char *name, uint8_t scale, struct amount *amount)
{
    struct slice value;

    if (!parameters_find(call->parameters, name, &value)) {
        *amount = (struct amount){-1};
        return true;
    }
    return call_amount(call, name, scale, amount);
}

static void post_tier_limit(struct call *call)
{
    struct command_tier_limit_set set = {.header = {.kind = COMMAND_TIER_LIMIT_SET}};
    struct asset_view asset;
    uint32_t tier;

    if (operator_act_number(call, "tier", TARAZY_TIERS_MAX, &tier) &&
        operator_act_asset(call, "asset", &asset) &&
        read_day_max(call, "withdrawDay", asset.scale, &set.withdraw_day_max) &&
        read_day_max(call, "depositDay", asset.scale, &set.deposit_day_max)) {
        set.tier = (uint16_t)tier;
        set.asset = asset.asset;
        operator_act_submit(call, &set.header, NULL);
    }
}

static void get_tiers(struct call *call)
{
    struct tier_view tier;

    json_write_array_begin(&call->answer.json);
    for (uint16_t i = 1; i <= TARAZY_TIERS_MAX; i++) {
        if (tarazy_query_tier(call->venue->engine, i, &tier) && tier.set) {
            reply_tier(&call->answer, i, &tier);
        }
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ assets */

static void post_asset(struct call *call)
{
    struct command_asset_create create = {.header = {.kind = COMMAND_ASSET_CREATE}};
    uint32_t scale;

    if (!operator_act_number(call, "scale", 18, &scale) ||
        !call_text(call, "code", create.code.text, sizeof create.code.text) ||
        !call_text(call, "name", create.name.text, sizeof create.name.text) ||
        !call_amount(call, "supplyMax", scale, &create.supply_max) ||
        !call_amount(call, "withdrawMin", scale, &create.withdraw_min) ||
        !call_amount(call, "withdrawFee", scale, &create.withdraw_fee)) {
        return;
    }
    create.scale = (uint8_t)scale;
    operator_act_submit(call, &create.header, NULL);
}

/* ------------------------------------------------------------------ instruments */

static bool read_price(struct call *call, const char *name, uint8_t scale, struct price *price)
{
    int64_t units;

    if (!call_decimal(call, name, scale, &units)) {
        return false;
    }
    *price = (struct price){units};
    return true;
}

static bool read_quantity(struct call *call, const char *name, uint8_t scale,
                          struct quantity *quantity)
{
    int64_t units;

    if (!call_decimal(call, name, scale, &units)) {
        return false;
    }
    *quantity = (struct quantity){units};
    return true;
}

static bool read_sizes(struct call *call, struct instrument_terms *terms, uint8_t base,
                       uint8_t quote)
{
    return read_price(call, "tickSize", quote, &terms->tick) &&
           read_price(call, "minPrice", quote, &terms->price_min) &&
           read_price(call, "maxPrice", quote, &terms->price_max) &&
           read_price(call, "referencePrice", quote, &terms->reference) &&
           read_quantity(call, "stepSize", base, &terms->lot) &&
           read_quantity(call, "minQty", base, &terms->quantity_min) &&
           read_quantity(call, "maxQty", base, &terms->quantity_max) &&
           read_quantity(call, "maxMarketQty", base, &terms->market_quantity_max) &&
           call_amount(call, "minNotional", quote, &terms->notional_min) &&
           call_amount(call, "maxNotional", quote, &terms->notional_max) &&
           call_amount(call, "maxPosition", base, &terms->position_max);
}

static bool read_count(struct call *call, const char *name, uint16_t *count)
{
    uint32_t number;

    if (!operator_act_number(call, name, UINT16_MAX, &number)) {
        return false;
    }
    *count = (uint16_t)number;
    return true;
}

static bool read_rules(struct call *call, struct instrument_terms *terms)
{
    return operator_act_rate(call, "bandStatic", &terms->band_static_ppm) &&
           operator_act_rate(call, "bandDynamic", &terms->band_dynamic_ppm) &&
           operator_act_rate(call, "slippage", &terms->slippage_ppm) &&
           operator_act_rate(call, "percentUp", &terms->percent_up_ppm) &&
           operator_act_rate(call, "percentDown", &terms->percent_down_ppm) &&
           operator_act_number(call, "auctionMs", UINT32_MAX, &terms->auction_ms) &&
           read_count(call, "minTrailingBps", &terms->trailing_min_bps) &&
           read_count(call, "maxTrailingBps", &terms->trailing_max_bps) &&
           read_count(call, "maxOrders", &terms->orders_max) &&
           read_count(call, "maxAlgoOrders", &terms->algo_orders_max) &&
           read_count(call, "maxIcebergOrders", &terms->iceberg_orders_max) &&
           read_count(call, "maxIcebergParts", &terms->iceberg_parts_max) &&
           read_count(call, "maxAmends", &terms->amends_max) &&
           read_count(call, "maxOrderLists", &terms->order_lists_max);
}

static bool read_session(struct call *call, const char *name, uint8_t *session)
{
    struct slice word = {0};

    (void)parameters_find(call->parameters, name, &word);
    *session = wire_parse_session_name(word);
    return *session != 0 || call_error(call, VENUE_ERROR_INVALID, name, NULL);
}

static void post_instrument(struct call *call)
{
    struct command_instrument_create create = {.header = {.kind = COMMAND_INSTRUMENT_CREATE}};
    struct instrument_terms *terms = &create.terms;
    struct asset_view base;
    struct asset_view quote;

    if (call_text(call, "symbol", terms->symbol.text, sizeof terms->symbol.text) &&
        operator_act_asset(call, "base", &base) && operator_act_asset(call, "quote", &quote) &&
        read_session(call, "session", &create.session) &&
        read_sizes(call, terms, base.scale, quote.scale) && read_rules(call, terms)) {
        terms->base = base.asset;
        terms->quote = quote.asset;
        operator_act_submit(call, &create.header, NULL);
    }
}

/* New terms, all of them: what is left out is switched off, and symbol, assets, tick and lot stay. */
static void put_instrument(struct call *call)
{
    struct command_instrument_update update = {.header = {.kind = COMMAND_INSTRUMENT_UPDATE}};
    struct instrument_terms *terms = &update.terms;
    struct instrument_view view;

    if (!call_symbol(call, &view) || !read_sizes(call, terms, view.base_scale, view.quote_scale) ||
        !read_rules(call, terms)) {
        return;
    }
    terms->symbol = view.terms.symbol;
    terms->base = view.terms.base;
    terms->quote = view.terms.quote;
    terms->tick = view.terms.tick;
    terms->lot = view.terms.lot;
    update.instrument = view.instrument;
    operator_act_submit(call, &update.header, NULL);
}

static void post_session(struct call *call)
{
    struct command_session_set set = {.header = {.kind = COMMAND_SESSION_SET}};
    struct instrument_view view;

    if (call_symbol(call, &view) && read_session(call, "session", &set.session)) {
        set.instrument = view.instrument;
        set.until_us = parameters_time(call->parameters, "until", 0);
        operator_act_submit(call, &set.header, NULL);
    }
}

/* ------------------------------------------------------------------ money */

static bool read_evidence(struct call *call, struct evidence *evidence)
{
    uint32_t rail;

    if (!operator_act_number(call, "rail", TARAZY_RAILS_MAX, &rail) ||
        !call_text(call, "reference", evidence->text, sizeof evidence->text)) {
        return false;
    }
    evidence->rail = (uint16_t)(rail == 0 ? TARAZY_RAIL_SANDBOX : rail);
    return true;
}

static void post_sandbox_deposit(struct call *call)
{
    struct command_sandbox_deposit deposit = {.header = {.kind = COMMAND_SANDBOX_DEPOSIT}};
    struct asset_view asset;

    if (operator_act_participant(call, "participant", &deposit.target) &&
        operator_act_asset(call, "asset", &asset) &&
        call_amount(call, "amount", asset.scale, &deposit.amount) &&
        read_evidence(call, &deposit.evidence)) {
        deposit.asset = asset.asset;
        operator_act_submit(call, &deposit.header, NULL);
    }
}

static void post_deposit(struct call *call)
{
    struct command_deposit deposit = {.header = {.kind = COMMAND_DEPOSIT}};
    struct asset_view asset;

    if (operator_act_participant(call, "participant", &deposit.target) &&
        operator_act_asset(call, "asset", &asset) &&
        call_amount(call, "amount", asset.scale, &deposit.amount) &&
        read_evidence(call, &deposit.evidence)) {
        deposit.asset = asset.asset;
        operator_act_submit(call, &deposit.header, NULL);
    }
}

static void get_open_withdrawals(struct call *call)
{
    enum { WITHDRAWALS_SHOWN_MAX = 5000 };
    static struct withdrawal_view withdrawals[WITHDRAWALS_SHOWN_MAX]; /* one thread */

    if (!operator_act_is_staff(call)) {
        return;
    }
    size_t count =
        tarazy_query_withdrawals(call->venue->engine, 0, withdrawals, WITHDRAWALS_SHOWN_MAX);

    json_write_array_begin(&call->answer.json);
    for (size_t i = 0; i < count; i++) {
        reply_withdrawal(&call->answer, &withdrawals[i]);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

static void post_settle(struct call *call)
{
    struct command_withdraw_settle settle = {.header = {.kind = COMMAND_WITHDRAW_SETTLE}};

    settle.withdrawal = (uint64_t)parameters_integer(call->parameters, "withdrawal", 0);
    if (read_evidence(call, &settle.evidence)) {
        operator_act_submit(call, &settle.header, NULL);
    }
}

static void post_reject(struct call *call)
{
    struct command_withdraw_reject reject = {.header = {.kind = COMMAND_WITHDRAW_REJECT}};

    reject.withdrawal = (uint64_t)parameters_integer(call->parameters, "withdrawal", 0);
    operator_act_submit(call, &reject.header, NULL);
}

static void post_correction(struct call *call)
{
    struct command_correction correction = {.header = {.kind = COMMAND_CORRECTION}};
    struct asset_view asset;

    if (operator_act_participant(call, "debit", &correction.debit) &&
        operator_act_participant(call, "credit", &correction.credit) &&
        operator_act_asset(call, "asset", &asset) &&
        call_amount(call, "amount", asset.scale, &correction.amount) &&
        call_text(call, "reason", correction.reason, sizeof correction.reason)) {
        correction.asset = asset.asset;
        operator_act_submit(call, &correction.header, NULL);
    }
}

/* ------------------------------------------------------------------ orders of the frozen */

static void write_cancelled(struct completion *completion)
{
    json_write_key_uint64(&completion->answer.json, "cancelled", completion->outcome->cancelled);
}

static void delete_orders(struct call *call)
{
    struct command_order_cancel_all cancel = {
        .header = {.kind = COMMAND_ORDER_CANCEL_ALL},
        .reason = CANCEL_ALL_REASON_REQUEST,
    };
    const struct operator_extra extra = {.members = write_cancelled};
    struct instrument_view view = {0};
    struct slice symbol;

    if (operator_act_participant(call, "participant", &cancel.target) &&
        (!parameters_find(call->parameters, "symbol", &symbol) || call_symbol(call, &view))) {
        cancel.instrument = view.instrument;
        operator_act_submit(call, &cancel.header, &extra);
    }
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule tier_rules[] = {
    {"tier", PARAMETER_TYPE_INTEGER, true},       {"rights", PARAMETER_TYPE_TEXT, true},
    {"maker", PARAMETER_TYPE_DECIMAL, true},      {"taker", PARAMETER_TYPE_DECIMAL, true},
    {"maxOrders", PARAMETER_TYPE_INTEGER, false}, OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule tier_limit_rules[] = {
    {"tier", PARAMETER_TYPE_INTEGER, true},
    {"asset", PARAMETER_TYPE_NAME, true},
    {"withdrawDay", PARAMETER_TYPE_DECIMAL, false},
    {"depositDay", PARAMETER_TYPE_DECIMAL, false},
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule asset_rules[] = {
    {"code", PARAMETER_TYPE_NAME, true},
    {"name", PARAMETER_TYPE_TEXT, true},
    {"scale", PARAMETER_TYPE_INTEGER, true},
    {"supplyMax", PARAMETER_TYPE_DECIMAL, true},
    {"withdrawMin", PARAMETER_TYPE_DECIMAL, false},
    {"withdrawFee", PARAMETER_TYPE_DECIMAL, false},
    OPERATOR_ACT_PARAMETERS,
};

/* Sizes and rules of an instrument: 25 of them. */
#define TERMS_PARAMETERS                                                                           \
    {"minPrice", PARAMETER_TYPE_DECIMAL, false}, {"maxPrice", PARAMETER_TYPE_DECIMAL, false},      \
        {"referencePrice", PARAMETER_TYPE_DECIMAL, false},                                         \
        {"minQty", PARAMETER_TYPE_DECIMAL, false}, {"maxQty", PARAMETER_TYPE_DECIMAL, false},      \
        {"maxMarketQty", PARAMETER_TYPE_DECIMAL, false},                                           \
        {"minNotional", PARAMETER_TYPE_DECIMAL, false},                                            \
        {"maxNotional", PARAMETER_TYPE_DECIMAL, false},                                            \
        {"maxPosition", PARAMETER_TYPE_DECIMAL, false},                                            \
        {"bandStatic", PARAMETER_TYPE_DECIMAL, false},                                             \
        {"bandDynamic", PARAMETER_TYPE_DECIMAL, false},                                            \
        {"slippage", PARAMETER_TYPE_DECIMAL, false}, {"percentUp", PARAMETER_TYPE_DECIMAL, false}, \
        {"percentDown", PARAMETER_TYPE_DECIMAL, false},                                            \
        {"auctionMs", PARAMETER_TYPE_INTEGER, false},                                              \
        {"minTrailingBps", PARAMETER_TYPE_INTEGER, false},                                         \
        {"maxTrailingBps", PARAMETER_TYPE_INTEGER, false},                                         \
        {"maxOrders", PARAMETER_TYPE_INTEGER, false},                                              \
        {"maxAlgoOrders", PARAMETER_TYPE_INTEGER, false},                                          \
        {"maxIcebergOrders", PARAMETER_TYPE_INTEGER, false},                                       \
        {"maxIcebergParts", PARAMETER_TYPE_INTEGER, false},                                        \
        {"maxAmends", PARAMETER_TYPE_INTEGER, false},                                              \
    {                                                                                              \
        "maxOrderLists", PARAMETER_TYPE_INTEGER, false                                             \
    }

static const struct parameter_rule instrument_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"base", PARAMETER_TYPE_NAME, true},
    {"quote", PARAMETER_TYPE_NAME, true},
    {"session", PARAMETER_TYPE_NAME, true},
    {"tickSize", PARAMETER_TYPE_DECIMAL, true},
    {"stepSize", PARAMETER_TYPE_DECIMAL, true},
    TERMS_PARAMETERS,
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule instrument_update_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    TERMS_PARAMETERS,
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule session_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, true},
    {"session", PARAMETER_TYPE_NAME, true},
    {"until", PARAMETER_TYPE_TIME, false},
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule deposit_rules[] = {
    {"participant", PARAMETER_TYPE_TEXT, true}, {"asset", PARAMETER_TYPE_NAME, true},
    {"amount", PARAMETER_TYPE_DECIMAL, true},   {"reference", PARAMETER_TYPE_TEXT, true},
    {"rail", PARAMETER_TYPE_INTEGER, false},    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule settle_rules[] = {
    {"withdrawal", PARAMETER_TYPE_INTEGER, true},
    {"reference", PARAMETER_TYPE_TEXT, true},
    {"rail", PARAMETER_TYPE_INTEGER, false},
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule reject_rules[] = {
    {"withdrawal", PARAMETER_TYPE_INTEGER, true},
    OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule correction_rules[] = {
    {"debit", PARAMETER_TYPE_TEXT, true},  {"credit", PARAMETER_TYPE_TEXT, true},
    {"asset", PARAMETER_TYPE_NAME, true},  {"amount", PARAMETER_TYPE_DECIMAL, true},
    {"reason", PARAMETER_TYPE_TEXT, true}, OPERATOR_ACT_PARAMETERS,
};

static const struct parameter_rule cancel_rules[] = {
    {"participant", PARAMETER_TYPE_TEXT, true},
    {"symbol", PARAMETER_TYPE_SYMBOL, false},
    OPERATOR_ACT_PARAMETERS,
};

#define ACT(verb, where, operation, rules, what)                                                \
    {                                                                                           \
        .method = HTTP_METHOD_##verb, .path = "/tarazy/v1/" where, .answer = (operation),       \
        ROUTE_PARAMETERS(rules), .security = SECURITY_OPERATE, .weight = 1, .takes_json = true, \
        .summary = (what)                                                                       \
    }

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/tiers",
     .answer = get_tiers,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "The published tiers: rights and rates"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/withdrawals",
     .answer = get_open_withdrawals,
     .security = SECURITY_OPERATE,
     .weight = 10,
     .summary = "Open withdrawals of everybody"},
    ACT(POST, "tier", post_tier, tier_rules, "Set a tier's rights and rates"),
    ACT(POST, "tier/limit", post_tier_limit, tier_limit_rules, "Set a tier's daily limits"),
    ACT(POST, "asset", post_asset, asset_rules, "List an asset"),
    ACT(POST, "instrument", post_instrument, instrument_rules, "List an instrument"),
    ACT(PUT, "instrument", put_instrument, instrument_update_rules, "New terms of an instrument"),
    ACT(POST, "session", post_session, session_rules, "Change an instrument's session"),
    ACT(POST, "sandbox/deposit", post_sandbox_deposit, deposit_rules, "Hand out play money"),
    ACT(POST, "deposit", post_deposit, deposit_rules, "Credit what came in on a rail"),
    ACT(POST, "withdrawal/settle", post_settle, settle_rules, "What was withdrawn has left"),
    ACT(POST, "withdrawal/reject", post_reject, reject_rules, "Give a withdrawal back"),
    ACT(POST, "correction", post_correction, correction_rules, "Put a mistake right"),
    ACT(DELETE, "orders", delete_orders, cancel_rules, "Cancel the orders of a frozen participant"),
};

const struct route_table rest_listing_routes = {routes, sizeof routes / sizeof routes[0]};
