/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands as JSON, out of one table of fields per kind. A file of its own because the tables are the
 * one place that must grow with command.h; those of mining stand in command_fields_mining.c. Invariant: every kind has a table (a static array without
 * one would not compile into the list below). Read next: journal_main.c.
 */
#include "codec/command_json.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"
#include "codec/command_fields.h"
#include "codec/hex_text.h"

static const struct field_name names_role[] = {{ROLE_TRADER, "trader"},
                                               {ROLE_MARKET_MAKER, "market_maker"},
                                               {ROLE_OPERATOR, "operator"},
                                               {ROLE_APPROVER, "approver"},
                                               {ROLE_SUPERVISOR, "supervisor"},
                                               {ROLE_CUSTODIAN, "custodian"},
                                               {ROLE_AUTHORITY, "authority"},
                                               {ROLE_METER, "meter"},
                                               {ROLE_POOL, "pool"},
                                               {0, NULL}};
static const struct field_name names_key_type[] = {
    {KEY_TYPE_HMAC, "hmac"}, {KEY_TYPE_ED25519, "ed25519"}, {KEY_TYPE_RSA, "rsa"}, {0, NULL}};
static const struct field_name names_scope[] = {{KEY_SCOPE_READ, "read"},
                                                {KEY_SCOPE_TRADE, "trade"},
                                                {KEY_SCOPE_WITHDRAW, "withdraw"},
                                                {KEY_SCOPE_OPERATE, "operate"},
                                                {0, NULL}};
static const struct field_name names_right[] = {{TIER_RIGHT_TRADE, "trade"},
                                                {TIER_RIGHT_WITHDRAW, "withdraw"},
                                                {TIER_RIGHT_DEPOSIT, "deposit"},
                                                {0, NULL}};
static const struct field_name names_session[] = {{SESSION_CLOSED, "closed"},
                                                  {SESSION_PRE_OPEN, "pre_open"},
                                                  {SESSION_AUCTION, "auction"},
                                                  {SESSION_CONTINUOUS, "continuous"},
                                                  {SESSION_HALTED, "halted"},
                                                  {SESSION_CANCEL_ONLY, "cancel_only"},
                                                  {0, NULL}};
static const struct field_name names_side[] = {{SIDE_BUY, "buy"}, {SIDE_SELL, "sell"}, {0, NULL}};
static const struct field_name names_order_type[] = {
    {ORDER_TYPE_LIMIT, "limit"},
    {ORDER_TYPE_MARKET, "market"},
    {ORDER_TYPE_LIMIT_MAKER, "limit_maker"},
    {ORDER_TYPE_STOP_LOSS, "stop_loss"},
    {ORDER_TYPE_STOP_LOSS_LIMIT, "stop_loss_limit"},
    {ORDER_TYPE_TAKE_PROFIT, "take_profit"},
    {ORDER_TYPE_TAKE_PROFIT_LIMIT, "take_profit_limit"},
    {0, NULL}};
static const struct field_name names_time_in_force[] = {{TIME_IN_FORCE_GTC, "gtc"},
                                                        {TIME_IN_FORCE_IOC, "ioc"},
                                                        {TIME_IN_FORCE_FOK, "fok"},
                                                        {TIME_IN_FORCE_GTD, "gtd"},
                                                        {0, NULL}};
static const struct field_name names_self_trade[] = {{SELF_TRADE_NONE, "none"},
                                                     {SELF_TRADE_EXPIRE_TAKER, "expire_taker"},
                                                     {SELF_TRADE_EXPIRE_MAKER, "expire_maker"},
                                                     {SELF_TRADE_EXPIRE_BOTH, "expire_both"},
                                                     {SELF_TRADE_DECREMENT, "decrement"},
                                                     {0, NULL}};
static const struct field_name names_order_flag[] = {{ORDER_FLAG_BY_QUOTE, "by_quote"}, {0, NULL}};
static const struct field_name names_restriction[] = {
    {CANCEL_RESTRICTION_ONLY_NEW, "only_new"},
    {CANCEL_RESTRICTION_ONLY_PARTIALLY_FILLED, "only_partially_filled"},
    {0, NULL}};
static const struct field_name names_cancel_reason[] = {
    {CANCEL_ALL_REASON_REQUEST, "request"},
    {CANCEL_ALL_REASON_DISCONNECT, "disconnect"},
    {0, NULL}};
static const struct field_name names_replace_mode[] = {
    {REPLACE_MODE_STOP_ON_FAILURE, "stop_on_failure"},
    {REPLACE_MODE_ALLOW_FAILURE, "allow_failure"},
    {0, NULL}};
static const struct field_name names_contingency[] = {
    {CONTINGENCY_OCO, "oco"}, {CONTINGENCY_OTO, "oto"}, {CONTINGENCY_OTOCO, "otoco"}, {0, NULL}};

static const struct field fields_terms[] = {NUMBER(order_terms, instrument),
                                            NAME(order_terms, side, names_side),
                                            NAME(order_terms, type, names_order_type),
                                            NAME(order_terms, time_in_force, names_time_in_force),
                                            UNITS(order_terms, quantity),
                                            UNITS(order_terms, price),
                                            UNITS(order_terms, stop_price),
                                            UNITS(order_terms, iceberg),
                                            TIME(order_terms, expires_us),
                                            NUMBER(order_terms, trailing_bps),
                                            NAME(order_terms, self_trade, names_self_trade),
                                            FLAGS(order_terms, flags, names_order_flag),
                                            TEXT(order_terms, client_id),
                                            END};
static const struct field fields_listing[] = {TEXT(instrument_terms, symbol),
                                              NUMBER(instrument_terms, base),
                                              NUMBER(instrument_terms, quote),
                                              UNITS(instrument_terms, tick),
                                              UNITS(instrument_terms, price_min),
                                              UNITS(instrument_terms, price_max),
                                              UNITS(instrument_terms, reference),
                                              UNITS(instrument_terms, lot),
                                              UNITS(instrument_terms, quantity_min),
                                              UNITS(instrument_terms, quantity_max),
                                              UNITS(instrument_terms, market_quantity_max),
                                              UNITS(instrument_terms, notional_min),
                                              UNITS(instrument_terms, notional_max),
                                              UNITS(instrument_terms, position_max),
                                              NUMBER(instrument_terms, band_static_ppm),
                                              NUMBER(instrument_terms, band_dynamic_ppm),
                                              NUMBER(instrument_terms, slippage_ppm),
                                              NUMBER(instrument_terms, percent_up_ppm),
                                              NUMBER(instrument_terms, percent_down_ppm),
                                              NUMBER(instrument_terms, auction_ms),
                                              NUMBER(instrument_terms, trailing_min_bps),
                                              NUMBER(instrument_terms, trailing_max_bps),
                                              NUMBER(instrument_terms, orders_max),
                                              NUMBER(instrument_terms, algo_orders_max),
                                              NUMBER(instrument_terms, iceberg_orders_max),
                                              NUMBER(instrument_terms, iceberg_parts_max),
                                              NUMBER(instrument_terms, amends_max),
                                              NUMBER(instrument_terms, order_lists_max),
                                              END};
static const struct field fields_limits[] = {NUMBER(limits, participants_max),
                                             NUMBER(limits, accounts_max),
                                             NUMBER(limits, assets_max),
                                             NUMBER(limits, instruments_max),
                                             NUMBER(limits, orders_max),
                                             NUMBER(limits, price_levels_max),
                                             NUMBER(limits, order_lists_max),
                                             NUMBER(limits, client_ids_max),
                                             NUMBER(limits, keys_max),
                                             NUMBER(limits, proposals_max),
                                             NUMBER(limits, evidence_max),
                                             NUMBER(limits, withdrawals_max),
                                             NUMBER(limits, mining.miners_max),
                                             NUMBER(limits, mining.pools_max),
                                             NUMBER(limits, mining.sites_max),
                                             NUMBER(limits, mining.meters_max),
                                             NUMBER(limits, mining.equipment_max),
                                             NUMBER(limits, mining.addresses_max),
                                             NUMBER(limits, mining.marks_max),
                                             NUMBER(limits, mining.share_months_max),
                                             NUMBER(limits, mining.energy_quarters_max),
                                             NUMBER(limits, mining.coin_quarters_max),
                                             NUMBER(limits, mining.parameters_max),
                                             NUMBER(limits, mining.assessments_max),
                                             END};
static const struct field fields_evidence[] = {NUMBER(evidence, rail), TEXT(evidence, text), END};

static const struct field fields_NODE_FOUND[] = {
    NUMBER(command_node_found, sandbox),
    TEXT(command_node_found, name),
    HEX(command_node_found, hash_seed),
    {"limits", FIELD_LIMITS, AT(command_node_found, limits)},
    END};
static const struct field fields_NODE_OPEN[] = {END};
static const struct field fields_CLOCK[] = {END};
static const struct field fields_PARTICIPANT_CREATE[] = {
    TEXT(command_participant_create, handle), HEX(command_participant_create, identity),
    FLAGS(command_participant_create, roles, names_role), NUMBER(command_participant_create, tier),
    END};
static const struct field fields_PARTICIPANT_UPDATE[] = {
    NUMBER(command_participant_update, target),
    FLAGS(command_participant_update, roles, names_role), NUMBER(command_participant_update, tier),
    END};
static const struct field fields_PARTICIPANT_FREEZE[] = {
    NUMBER(command_participant_freeze, target), NUMBER(command_participant_freeze, frozen), END};
static const struct field fields_KEY_CREATE[] = {
    NUMBER(command_key_create, owner),
    NAME(command_key_create, type, names_key_type),
    FLAGS(command_key_create, scopes, names_scope),
    NUMBER(command_key_create, nonce_required),
    TIME(command_key_create, expires_us),
    HEX(command_key_create, id),
    {"ranges", FIELD_RANGES, AT(command_key_create, ranges)},
    {"material", FIELD_MATERIAL, AT(command_key_create, material)},
    END};
static const struct field fields_KEY_REVOKE[] = {HEX(command_key_revoke, id), END};
static const struct field fields_TIER_SET[] = {
    NUMBER(command_tier_set, tier),       FLAGS(command_tier_set, rights, names_right),
    NUMBER(command_tier_set, maker),      NUMBER(command_tier_set, taker),
    NUMBER(command_tier_set, orders_max), END};
static const struct field fields_TIER_LIMIT_SET[] = {
    NUMBER(command_tier_limit_set, tier), NUMBER(command_tier_limit_set, asset),
    UNITS(command_tier_limit_set, withdraw_day_max), UNITS(command_tier_limit_set, deposit_day_max),
    END};
static const struct field fields_PROPOSE[] = {TIME(command_propose, expires_us), END};
static const struct field fields_APPROVE[] = {NUMBER(command_approve, proposal), END};
static const struct field fields_PROPOSAL_WITHDRAW[] = {NUMBER(command_proposal_withdraw, proposal),
                                                        END};
static const struct field fields_ASSET_CREATE[] = {TEXT(command_asset_create, code),
                                                   NUMBER(command_asset_create, scale),
                                                   TEXT(command_asset_create, name),
                                                   UNITS(command_asset_create, supply_max),
                                                   UNITS(command_asset_create, withdraw_min),
                                                   UNITS(command_asset_create, withdraw_fee),
                                                   END};
static const struct field fields_INSTRUMENT_CREATE[] = {
    NAME(command_instrument_create, session, names_session),
    LISTING(command_instrument_create, terms), END};
static const struct field fields_INSTRUMENT_UPDATE[] = {
    NUMBER(command_instrument_update, instrument), LISTING(command_instrument_update, terms), END};
static const struct field fields_SESSION_SET[] = {NUMBER(command_session_set, instrument),
                                                  NAME(command_session_set, session, names_session),
                                                  TIME(command_session_set, until_us), END};
static const struct field fields_SANDBOX_DEPOSIT[] = {
    NUMBER(command_sandbox_deposit, target), NUMBER(command_sandbox_deposit, asset),
    UNITS(command_sandbox_deposit, amount), EVIDENCE(command_sandbox_deposit, evidence), END};
static const struct field fields_DEPOSIT[] = {
    NUMBER(command_deposit, target), NUMBER(command_deposit, asset), UNITS(command_deposit, amount),
    EVIDENCE(command_deposit, evidence), END};
static const struct field fields_WITHDRAW_REQUEST[] = {
    NUMBER(command_withdraw_request, asset),   NUMBER(command_withdraw_request, rail),
    UNITS(command_withdraw_request, amount),   TEXT(command_withdraw_request, address),
    TEXT(command_withdraw_request, client_id), END};
static const struct field fields_WITHDRAW_SETTLE[] = {
    NUMBER(command_withdraw_settle, withdrawal), EVIDENCE(command_withdraw_settle, evidence), END};
static const struct field fields_WITHDRAW_REJECT[] = {NUMBER(command_withdraw_reject, withdrawal),
                                                      END};
static const struct field fields_CORRECTION[] = {
    NUMBER(command_correction, debit), NUMBER(command_correction, credit),
    NUMBER(command_correction, asset), UNITS(command_correction, amount),
    TEXT(command_correction, reason),  END};
static const struct field fields_ORDER_PLACE[] = {TERMS(command_order_place, terms), END};
static const struct field fields_ORDER_CANCEL[] = {
    NUMBER(command_order_cancel, order),
    TEXT(command_order_cancel, original),
    TEXT(command_order_cancel, client_id),
    NUMBER(command_order_cancel, instrument),
    NAME(command_order_cancel, restriction, names_restriction),
    END};
static const struct field fields_ORDER_CANCEL_ALL[] = {
    NUMBER(command_order_cancel_all, instrument),
    NAME(command_order_cancel_all, reason, names_cancel_reason),
    NUMBER(command_order_cancel_all, target), END};
static const struct field fields_ORDER_REPLACE[] = {
    NUMBER(command_order_replace, order),
    TEXT(command_order_replace, original),
    TEXT(command_order_replace, cancel_client_id),
    NAME(command_order_replace, mode, names_replace_mode),
    NAME(command_order_replace, restriction, names_restriction),
    TERMS(command_order_replace, terms),
    END};
static const struct field fields_ORDER_AMEND[] = {
    NUMBER(command_order_amend, order),      UNITS(command_order_amend, quantity),
    TEXT(command_order_amend, original),     TEXT(command_order_amend, client_id),
    NUMBER(command_order_amend, instrument), END};
static const struct field fields_ORDER_LIST_PLACE[] = {
    TEXT(command_order_list_place, client_id),
    NAME(command_order_list_place, contingency, names_contingency),
    TERMS(command_order_list_place, terms), END};
static const struct field fields_ORDER_LIST_CANCEL[] = {
    NUMBER(command_order_list_cancel, list), TEXT(command_order_list_cancel, original),
    TEXT(command_order_list_cancel, client_id), NUMBER(command_order_list_cancel, instrument), END};
static const struct field fields_COUNTDOWN_SET[] = {
    NUMBER(command_countdown_set, instrument), NUMBER(command_countdown_set, countdown_ms), END};

static const struct field fields_LIABILITIES_PUBLISH[] = {
    NUMBER(command_liabilities_publish, record), NUMBER(command_liabilities_publish, epoch),
    HEX(command_liabilities_publish, root), HEX(command_liabilities_publish, totals), END};
static const struct field fields_QUARANTINE[] = {NUMBER(command_quarantine, record),
                                                 HEX(command_quarantine, record_hash),
                                                 HEX(command_quarantine, chain),
                                                 NUMBER(command_quarantine, operator_id),
                                                 NUMBER(command_quarantine, operator_key),
                                                 NUMBER(command_quarantine, approver_id),
                                                 NUMBER(command_quarantine, approver_key),
                                                 HEX(command_quarantine, operator_signature),
                                                 HEX(command_quarantine, approver_signature),
                                                 TEXT(command_quarantine, reason),
                                                 END};

static const struct field *fields_of(uint16_t kind)
{
    switch ((enum command_kind)kind) {
#define FIELDS_CASE(name, number, type) \
    case COMMAND_##name: return fields_##name;
        TARAZY_COMMANDS(FIELDS_CASE)
#undef FIELDS_CASE
    }
    return fields_NODE_OPEN;
}

static uint64_t field_number(const uint8_t *place, size_t size)
{
    uint64_t number = 0;
    ENSURE(size <= sizeof number);
    memcpy(&number, place, size);
    return number;
}

static void field_write_units(struct json_writer *json, const char *name, const uint8_t *place,
                              size_t size)
{
    int128 units = 0;
    if (size == sizeof units) {
        memcpy(&units, place, sizeof units);
    } else {
        int64_t few = 0;
        ENSURE(size == sizeof few);
        memcpy(&few, place, sizeof few);
        units = few;
    }
    if (units != 0) {
        json_write_key_decimal(json, name, units, 0);
    }
}

static void field_write_hex(struct json_writer *json, const char *name, const uint8_t *place,
                            size_t size)
{
    char digits[2 * TARAZY_KEY_MATERIAL_MAX];
    ENSURE(2 * size <= sizeof digits);
    for (size_t i = 0; i < size; i++) {
        if (place[i] != 0) {
            hex_encode(place, size, digits);
            json_write_key_string(json, name, slice_of(digits, 2 * size));
            return;
        }
    }
}

static void field_write_name(struct json_writer *json, const struct field *field, uint64_t value)
{
    for (const struct field_name *name = field->names; name->text != NULL; name++) {
        if (name->value == value) {
            json_write_key_text(json, field->name, name->text);
            return;
        }
    }
    if (value != 0) {
        json_write_key_uint64(json, field->name, value);
    }
}

static void field_write_flags(struct json_writer *json, const struct field *field, uint64_t value)
{
    if (value == 0) {
        return;
    }
    json_write_key(json, field->name);
    json_write_array_begin(json);
    for (const struct field_name *name = field->names; name->text != NULL; name++) {
        if ((value & name->value) != 0) {
            json_write_text(json, name->text);
        }
    }
    json_write_array_end(json);
}

static void field_write_ranges(struct json_writer *json, const char *name, const uint8_t *place)
{
    struct ip_range ranges[TARAZY_KEY_RANGES_MAX];
    memcpy(ranges, place, sizeof ranges);
    json_write_key(json, name);
    json_write_array_begin(json);
    for (uint32_t i = 0; i < TARAZY_KEY_RANGES_MAX; i++) {
        char address[INET6_ADDRSTRLEN];
        char text[INET6_ADDRSTRLEN + 8];
        if (ranges[i].prefix == 0 ||
            inet_ntop(AF_INET6, ranges[i].address, address, sizeof address) == NULL) {
            continue;
        }
        (void)snprintf(text, sizeof text, "%s/%u", address, (unsigned)ranges[i].prefix);
        json_write_text(json, text);
    }
    json_write_array_end(json);
}

/* A field that has no fields of its own. */
static void field_write_plain(struct json_writer *json, const struct field *field,
                              const uint8_t *place)
{
    switch (field->kind) {
    case FIELD_NUMBER:
        if (field_number(place, field->size) != 0) {
            json_write_key_uint64(json, field->name, field_number(place, field->size));
        }
        return;
    case FIELD_TIME:
        if (field_number(place, field->size) != 0) {
            json_write_key_int64(json, field->name, (int64_t)field_number(place, field->size));
        }
        return;
    case FIELD_UNITS: field_write_units(json, field->name, place, field->size); return;
    case FIELD_TEXT: {
        size_t length = text_length((const char *)place, field->size);
        if (length > 0) {
            json_write_key_string(json, field->name, slice_of((const char *)place, length));
        }
        return;
    }
    case FIELD_HEX: field_write_hex(json, field->name, place, field->size); return;
    case FIELD_NAME: field_write_name(json, field, field_number(place, field->size)); return;
    case FIELD_FLAGS: field_write_flags(json, field, field_number(place, field->size)); return;
    case FIELD_RANGES: field_write_ranges(json, field->name, place); return;
    case FIELD_MATERIAL:
    case FIELD_TERMS:
    case FIELD_LISTING:
    case FIELD_LIMITS:
    case FIELD_EVIDENCE: break;
    }
    ENSURE(false);
}

static void fields_write_plain(struct json_writer *json, const struct field *fields,
                               const uint8_t *base)
{
    for (const struct field *field = fields; field->name != NULL; field++) {
        field_write_plain(json, field, base + field->offset);
    }
}

static void field_write_object(struct json_writer *json, const char *name,
                               const struct field *fields, const uint8_t *base)
{
    json_write_key(json, name);
    json_write_object_begin(json);
    fields_write_plain(json, fields, base);
    json_write_object_end(json);
}

/* One set of terms as an object, several (the legs of a list) as an array of them. */
static void field_write_terms(struct json_writer *json, const struct field *field,
                              const uint8_t *place)
{
    size_t count = field->size / sizeof(struct order_terms);
    if (count == 1) {
        field_write_object(json, field->name, fields_terms, place);
        return;
    }
    json_write_key(json, field->name);
    json_write_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        struct order_terms terms;
        memcpy(&terms, place + i * sizeof terms, sizeof terms);
        if (terms.instrument == 0) {
            continue; /* a leg that is not there */
        }
        json_write_object_begin(json);
        fields_write_plain(json, fields_terms, place + i * sizeof terms);
        json_write_object_end(json);
    }
    json_write_array_end(json);
}

static void fields_write(struct json_writer *json, const struct command_header *command)
{
    const uint8_t *base = (const uint8_t *)command;
    for (const struct field *field = fields_of(command->kind); field->name != NULL; field++) {
        const uint8_t *place = base + field->offset;
        if (field->kind == FIELD_TERMS) {
            field_write_terms(json, field, place);
        } else if (field->kind == FIELD_LISTING) {
            field_write_object(json, field->name, fields_listing, place);
        } else if (field->kind == FIELD_LIMITS) {
            field_write_object(json, field->name, fields_limits, place);
        } else if (field->kind == FIELD_EVIDENCE) {
            field_write_object(json, field->name, fields_evidence, place);
        } else if (field->kind == FIELD_MATERIAL) {
            const void *whole = command;
            const struct command_key_create *create = whole;
            field_write_hex(json, field->name, place, create->material_size);
        } else {
            field_write_plain(json, field, place);
        }
    }
}

/* The wrapped command, of which only kind and body count. */
static void command_write_proposed(struct json_writer *json, const struct command_header *command)
{
    const void *whole = command;
    const struct command_propose *propose = whole;
    union {
        struct command_header header;
        _Alignas(64) uint8_t bytes[TARAZY_PROPOSED_SIZE_MAX];
    } inner;
    memcpy(inner.bytes, propose->command, sizeof inner.bytes);
    json_write_key(json, "proposed");
    json_write_object_begin(json);
    json_write_key_text(json, "kind", tarazy_command_name(inner.header.kind));
    fields_write(json, &inner.header);
    json_write_object_end(json);
}

void command_json_write(struct json_writer *json, const struct command_header *command)
{
    json_write_object_begin(json);
    json_write_key_uint64(json, "number", command->number);
    json_write_key_int64(json, "time_us", command->time_us);
    json_write_key_text(json, "kind", tarazy_command_name(command->kind));
    json_write_key_uint64(json, "participant", command->participant);
    json_write_key_uint64(json, "key", command->key);
    if (command->nonce != 0) {
        json_write_key_uint64(json, "nonce", command->nonce);
    }
    json_write_key_uint64(json, "origin", command->origin);
    json_write_key_uint64(json, "request", command->request);
    fields_write(json, command);
    if (command->kind == COMMAND_PROPOSE) {
        command_write_proposed(json, command);
    }
    json_write_object_end(json);
}
