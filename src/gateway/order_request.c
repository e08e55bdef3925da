/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client says about an order, as the engine wants it.
 *
 * Why a file of its own: which fields belong to which type is told to clients in the contract's own
 * words (-1102 mandatory, -1106 not required, -1111 precision) before the engine ever sees the order;
 * the engine checks again, in its own. Invariant: terms that leave here are of known enumerations
 * and non-negative numbers. Read next: order_reply.c.
 */
#include "gateway/order_request.h"

#include <string.h>

#include "base/ensure.h"
#include "gateway/venue.h"
#include "gateway/wire_names.h"
#include "platform/entropy.h"

const struct leg_names order_request_plain = {
    .side = "side",
    .type = "type",
    .quantity = "quantity",
    .quote_quantity = "quoteOrderQty",
    .client_id = "newClientOrderId",
    .price = "price",
    .stop_price = "stopPrice",
    .trailing = "trailingDelta",
    .iceberg = "icebergQty",
    .time_in_force = "timeInForce",
    .expires = "expireTime",
};

/* ------------------------------------------------------------------ names */

struct client_id order_request_new_client_id(void)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    enum { DIGITS = sizeof digits - 1, LENGTH = 22 };
    static uint8_t pool[LENGTH * 128]; /* random bytes, asked for many at a time */
    static size_t used = sizeof pool;
    struct client_id client_id = {{0}};

    if (used == sizeof pool) {
        entropy_fill(pool, sizeof pool);
        used = 0;
    }
    /* A digit comes from 4 or 5 of 256 bytes: each holds 5.67 bits or more, all together above 124. */
    for (size_t i = 0; i < LENGTH; i++) {
        client_id.text[i] = digits[pool[used + i] * DIGITS / 256];
    }
    used += LENGTH;
    return client_id;
}

bool order_request_client_id(struct call *call, const char *name, struct client_id *client_id)
{
    if (!call_text(call, name, client_id->text, sizeof client_id->text)) {
        return false;
    }
    if (client_id->text[0] == '\0') {
        *client_id = order_request_new_client_id();
    }
    return true;
}

bool order_request_name(struct call *call, const char *number, const char *client_id,
                        struct order_name *name)
{
    struct slice unused;

    if (!parameters_find(call->parameters, number, &unused) &&
        !parameters_find(call->parameters, client_id, &unused)) {
        return call_error(call, VENUE_ERROR_MISSING_BOTH, client_id, number);
    }
    name->order = (uint64_t)parameters_integer(call->parameters, number, 0);
    return call_text(call, client_id, name->client_id.text, sizeof name->client_id.text);
}

/* ------------------------------------------------------------------ words */

static bool has(const struct call *call, const char *name)
{
    struct slice value;

    return name != NULL && parameters_find(call->parameters, name, &value);
}

static bool read_word(struct call *call, const char *name, uint8_t (*parse)(struct slice word),
                      enum venue_error error, uint8_t *number)
{
    struct slice word = {0};

    if (!parameters_find(call->parameters, name, &word)) {
        return call_error(call, VENUE_ERROR_MISSING, name, NULL);
    }
    *number = parse(word);
    return *number != 0 || call_error(call, error, name, NULL);
}

static bool read_side(struct call *call, const struct leg_names *names, struct order_terms *terms)
{
    return read_word(call, names->side, wire_parse_side, VENUE_ERROR_SIDE, &terms->side);
}

static bool read_type(struct call *call, const struct leg_names *names, struct order_terms *terms)
{
    if (names->type == NULL) {
        terms->type = names->fixed_type;
        return true;
    }
    return read_word(call, names->type, wire_parse_order_type, VENUE_ERROR_ORDER_TYPE,
                     &terms->type);
}

static bool read_self_trade(struct call *call, struct order_terms *terms)
{
    if (!has(call, "selfTradePreventionMode")) {
        terms->self_trade = SELF_TRADE_EXPIRE_MAKER;
        return true;
    }
    return read_word(call, "selfTradePreventionMode", wire_parse_self_trade, VENUE_ERROR_INVALID,
                     &terms->self_trade);
}

/* ------------------------------------------------------------------ which fields a type has */

enum need {
    NEED_NEVER = 1,
    NEED_MAY,
    NEED_MUST,
};

struct type_fields {
    enum need price;
    enum need trigger; /* stopPrice or trailingDelta */
    enum need time_in_force;
    enum need iceberg;
    enum need quote_quantity;
};

static const struct type_fields fields_of[] = {
    [ORDER_TYPE_LIMIT] = {NEED_MUST, NEED_NEVER, NEED_MUST, NEED_MAY, NEED_NEVER},
    [ORDER_TYPE_MARKET] = {NEED_NEVER, NEED_NEVER, NEED_NEVER, NEED_NEVER, NEED_MAY},
    [ORDER_TYPE_LIMIT_MAKER] = {NEED_MUST, NEED_NEVER, NEED_NEVER, NEED_MAY, NEED_NEVER},
    [ORDER_TYPE_STOP_LOSS] = {NEED_NEVER, NEED_MUST, NEED_NEVER, NEED_NEVER, NEED_NEVER},
    [ORDER_TYPE_STOP_LOSS_LIMIT] = {NEED_MUST, NEED_MUST, NEED_MUST, NEED_MAY, NEED_NEVER},
    [ORDER_TYPE_TAKE_PROFIT] = {NEED_NEVER, NEED_MUST, NEED_NEVER, NEED_NEVER, NEED_NEVER},
    [ORDER_TYPE_TAKE_PROFIT_LIMIT] = {NEED_MUST, NEED_MUST, NEED_MUST, NEED_MAY, NEED_NEVER},
};

static bool check_need(struct call *call, enum need need, const char *name)
{
    if (need == NEED_MUST && !has(call, name)) {
        return call_error(call, VENUE_ERROR_MISSING, name, NULL);
    }
    if (need == NEED_NEVER && has(call, name)) {
        return call_error(call, VENUE_ERROR_NOT_REQUIRED, name, NULL);
    }
    return true;
}

static bool check_trigger(struct call *call, enum need need, const struct leg_names *names)
{
    if (need == NEED_NEVER) {
        return check_need(call, NEED_NEVER, names->stop_price) &&
               check_need(call, NEED_NEVER, names->trailing);
    }
    if (!has(call, names->stop_price) && !has(call, names->trailing)) {
        return call_error(call, VENUE_ERROR_MISSING_BOTH, names->stop_price, names->trailing);
    }
    return true;
}

static bool check_quantity(struct call *call, enum need by_quote, const struct leg_names *names)
{
    if (by_quote == NEED_NEVER) {
        return check_need(call, NEED_MUST, names->quantity) &&
               check_need(call, NEED_NEVER, names->quote_quantity);
    }
    if (!has(call, names->quantity) && !has(call, names->quote_quantity)) {
        return call_error(call, VENUE_ERROR_MISSING_BOTH, names->quantity, names->quote_quantity);
    }
    if (has(call, names->quantity) && has(call, names->quote_quantity)) {
        return call_error(call, VENUE_ERROR_COMBINATION, NULL, NULL);
    }
    return true;
}

static bool check_fields(struct call *call, const struct leg_names *names, uint8_t type)
{
    const struct type_fields *fields = &fields_of[type];

    if (fields->time_in_force == NEED_NEVER && has(call, names->time_in_force)) {
        return call_error(call, VENUE_ERROR_TIME_IN_FORCE_NOT_REQUIRED, NULL, NULL);
    }
    return check_need(call, fields->time_in_force, names->time_in_force) &&
           check_quantity(call, fields->quote_quantity, names) &&
           check_need(call, fields->price, names->price) &&
           check_trigger(call, fields->trigger, names) &&
           check_need(call, fields->iceberg, names->iceberg);
}

/* ------------------------------------------------------------------ values */

/* A decimal of a leg; 0 when it has no such parameter. */
static bool read_units(struct call *call, const char *name, uint8_t decimals, int64_t *units)
{
    *units = 0;
    return name == NULL || call_decimal(call, name, decimals, units);
}

/* As read_units, but what was sent must be above zero. */
static bool read_positive(struct call *call, const char *name, uint8_t decimals, int64_t *units)
{
    if (!read_units(call, name, decimals, units)) {
        return false;
    }
    if (*units == 0 && has(call, name)) {
        return call_error(call, VENUE_ERROR_INVALID, name, NULL);
    }
    return true;
}

static bool read_quantities(struct call *call, const struct instrument_view *instrument,
                            const struct leg_names *names, struct order_terms *terms)
{
    int64_t quantity;
    int64_t iceberg;

    if (has(call, names->quote_quantity)) {
        terms->flags = ORDER_FLAG_BY_QUOTE;
        if (!read_positive(call, names->quote_quantity, instrument->quote_scale, &quantity)) {
            return false;
        }
    } else if (!read_positive(call, names->quantity, instrument->base_scale, &quantity)) {
        return false;
    }
    if (!read_units(call, names->iceberg, instrument->base_scale, &iceberg)) {
        return false;
    }
    terms->quantity = (struct quantity){quantity};
    terms->iceberg = (struct quantity){iceberg};
    return true;
}

static bool read_prices(struct call *call, const struct instrument_view *instrument,
                        const struct leg_names *names, struct order_terms *terms)
{
    uint8_t decimals = instrument->quote_scale;
    int64_t price;
    int64_t stop_price;

    if (!read_positive(call, names->price, decimals, &price) ||
        !read_positive(call, names->stop_price, decimals, &stop_price)) {
        return false;
    }
    int64_t trailing =
        names->trailing == NULL ? 0 : parameters_integer(call->parameters, names->trailing, 0);

    if (trailing > UINT16_MAX || (trailing == 0 && has(call, names->trailing))) {
        return call_error(call, VENUE_ERROR_INVALID, names->trailing, NULL);
    }
    terms->price = (struct price){price};
    terms->stop_price = (struct price){stop_price};
    terms->trailing_bps = (uint32_t)trailing;
    return true;
}

static bool is_market_kind(uint8_t type)
{
    return fields_of[type].price == NEED_NEVER;
}

static bool read_time_in_force(struct call *call, const struct leg_names *names,
                               struct order_terms *terms)
{
    terms->time_in_force = is_market_kind(terms->type) ? TIME_IN_FORCE_IOC : TIME_IN_FORCE_GTC;
    if (has(call, names->time_in_force) &&
        !read_word(call, names->time_in_force, wire_parse_time_in_force, VENUE_ERROR_TIME_IN_FORCE,
                   &terms->time_in_force)) {
        return false;
    }
    bool needs_end = terms->time_in_force == TIME_IN_FORCE_GTD;

    if (needs_end && names->expires == NULL) {
        return call_error(call, VENUE_ERROR_TIME_IN_FORCE, NULL, NULL);
    }
    if (needs_end != has(call, names->expires)) {
        return call_error(call, needs_end ? VENUE_ERROR_MISSING : VENUE_ERROR_NOT_REQUIRED,
                          names->expires, NULL);
    }
    if (needs_end) {
        terms->expires_us = parameters_time(call->parameters, names->expires, 0);
    }
    return true;
}

bool order_request_read(struct call *call, const struct instrument_view *instrument,
                        const struct leg_names *names, struct order_terms *terms)
{
    *terms = (struct order_terms){.instrument = instrument->instrument};
    return read_side(call, names, terms) && read_type(call, names, terms) &&
           check_fields(call, names, terms->type) && read_time_in_force(call, names, terms) &&
           read_quantities(call, instrument, names, terms) &&
           read_prices(call, instrument, names, terms) && read_self_trade(call, terms) &&
           order_request_client_id(call, names->client_id, &terms->client_id);
}

bool order_request_response_type(struct call *call, uint8_t order_type, uint8_t *type)
{
    struct slice word;

    if (!parameters_find(call->parameters, "newOrderRespType", &word)) {
        bool is_plain = order_type == ORDER_TYPE_LIMIT || order_type == ORDER_TYPE_MARKET;
        *type = is_plain ? RESPONSE_TYPE_FULL : RESPONSE_TYPE_ACK;
        return true;
    }
    if (slice_equals_text(word, "ACK")) {
        *type = RESPONSE_TYPE_ACK;
    } else if (slice_equals_text(word, "RESULT")) {
        *type = RESPONSE_TYPE_RESULT;
    } else if (slice_equals_text(word, "FULL")) {
        *type = RESPONSE_TYPE_FULL;
    } else {
        return call_error(call, VENUE_ERROR_INVALID, "newOrderRespType", NULL);
    }
    return true;
}

bool order_request_restriction(struct call *call, uint8_t *restriction)
{
    struct slice word;

    *restriction = 0;
    if (!parameters_find(call->parameters, "cancelRestrictions", &word)) {
        return true;
    }
    if (slice_equals_text(word, "ONLY_NEW")) {
        *restriction = CANCEL_RESTRICTION_ONLY_NEW;
    } else if (slice_equals_text(word, "ONLY_PARTIALLY_FILLED")) {
        *restriction = CANCEL_RESTRICTION_ONLY_PARTIALLY_FILLED;
    } else {
        return call_error(call, VENUE_ERROR_CANCEL_RESTRICTIONS, NULL, NULL);
    }
    return true;
}
