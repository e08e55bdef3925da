/* SPDX-License-Identifier: Apache-2.0
 *
 * Acts of the mining authority, of meters and of pools, each a signed request of a key with the scope
 * `operate`; a miner pays his fee with the scope `trade`.
 *
 * Why a file of its own: a dozen commands that differ in their fields alone, so each is a list of
 * fields and one reader does for all. Invariants: a field is written at most once and within its size;
 * what may be said, and by whom, only the engine decides. Read next: operator_act.c;
 * tarazy/mining_command.h for units and meanings; rest_register.c for what may be read.
 */
#include <stddef.h>
#include <string.h>

#include "base/ensure.h"
#include "codec/hex_text.h"
#include "gateway/operator_act.h"
#include "gateway/range_text.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "mining/civil_date.h"
#include "mining/jurisdiction.h"
#include "money/arithmetic.h"
#include "tarazy/mining_query.h"

/* How a parameter's text becomes a field. */
enum act_value {
    ACT_VALUE_NUMBER = 1, /* whole, up to what the field holds */
    ACT_VALUE_PERSON,     /* a participant by handle or number */
    ACT_VALUE_SIGNED,     /* whole, may be negative */
    ACT_VALUE_DAY,        /* 2026-01-31, or "open": has no end */
    ACT_VALUE_QUARTER,    /* 2026Q4 */
    ACT_VALUE_PARAMETER,  /* a number of the law by its name */
    ACT_VALUE_TIME,
    ACT_VALUE_TEXT,
    ACT_VALUE_HASH,
    ACT_VALUE_CHOICE, /* a word of the field's list */
    ACT_VALUE_FLAG,   /* sets the bit `of` when true */
    ACT_VALUE_RANGE,  /* of addresses */
    ACT_VALUE_ASSET,
    ACT_VALUE_AMOUNT, /* with the decimals of the asset in the field at `of` */
    ACT_VALUE_OWED,   /* an amount with the decimals of the assessment it is paid on */
    ACT_VALUE_WORK,   /* a whole number that may need 128 bits */
};

struct act_word {
    const char *text;
    uint8_t number;
};

struct act_field {
    const char *name; /* of the parameter */
    enum act_value value;
    uint16_t offset;
    uint16_t size;
    uint16_t of;                  /* AMOUNT: offset of its asset, read before; FLAG: its bit */
    const struct act_word *words; /* CHOICE */
};

struct mining_act {
    const char *path;
    uint16_t kind;
    uint16_t count;
    const struct act_field *fields;
};

/* ------------------------------------------------------------------ one field */

static bool is_invalid(struct call *call, const char *name)
{
    return call_error(call, VENUE_ERROR_INVALID, name, NULL);
}

static bool read_number(struct call *call, const struct act_field *field, uint8_t *out)
{
    int64_t number = parameters_integer(call->parameters, field->name, 0);
    uint32_t bits = 8u * field->size;

    if (bits < 63 && number >> bits != 0) {
        return is_invalid(call, field->name);
    }
    memcpy(out, &number, field->size); /* little-endian, as commands are */
    return true;
}

/* Up to 18 digits behind an optional sign. */
static bool read_signed(struct call *call, const struct act_field *field, struct slice text,
                        uint8_t *out)
{
    bool is_negative = text.size > 0 && text.data[0] == '-';
    int64_t number = 0;
    size_t digits = text.size - is_negative;

    if (digits < 1 || digits > 18) {
        return is_invalid(call, field->name);
    }
    for (size_t i = is_negative; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return is_invalid(call, field->name);
        }
        number = number * 10 + (text.data[i] - '0');
    }
    number = is_negative ? -number : number;
    memcpy(out, &number, sizeof number);
    return true;
}

static bool read_digits(struct slice text, size_t at, size_t count, int32_t *out)
{
    *out = 0;
    for (size_t i = at; i < at + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        *out = *out * 10 + (text.data[i] - '0');
    }
    return true;
}

static bool read_day(struct call *call, const struct act_field *field, struct slice text,
                     uint8_t *out)
{
    int32_t year;
    int32_t month;
    int32_t day;

    if (slice_equals_text(text, "open")) {
        const int32_t open = TARAZY_DAY_OPEN;

        memcpy(out, &open, sizeof open);
        return true;
    }
    if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-' ||
        !read_digits(text, 0, 4, &year) || !read_digits(text, 5, 2, &month) ||
        !read_digits(text, 8, 2, &day)) {
        return is_invalid(call, field->name);
    }
    struct civil_date date = {.year = year, .month = (uint8_t)month, .day = (uint8_t)day};
    if (!civil_date_is_valid(date)) {
        return is_invalid(call, field->name);
    }
    int32_t number = civil_day_of_date(date);
    memcpy(out, &number, sizeof number);
    return true;
}

static bool read_quarter(struct call *call, const struct act_field *field, struct slice text,
                         uint8_t *out)
{
    int32_t year;

    if (text.size != 6 || !read_digits(text, 0, 4, &year) || text.data[4] != 'Q' ||
        text.data[5] < '1' || text.data[5] > '4') {
        return is_invalid(call, field->name);
    }
    int32_t quarter = 4 * year + (text.data[5] - '1');
    memcpy(out, &quarter, sizeof quarter);
    return true;
}

static bool read_parameter(struct call *call, const struct act_field *field, struct slice text,
                           uint8_t *out)
{
    uint16_t kind = jurisdiction_kind_of_name(text.data, text.size);

    memcpy(out, &kind, sizeof kind);
    return kind != 0 || is_invalid(call, field->name);
}

static bool read_choice(struct call *call, const struct act_field *field, struct slice text,
                        uint8_t *out)
{
    for (const struct act_word *word = field->words; word->text != NULL; word++) {
        if (slice_equals_text(text, word->text)) {
            *out = word->number;
            return true;
        }
    }
    return is_invalid(call, field->name);
}

static void read_flag(const struct call *call, const struct act_field *field, uint8_t *out)
{
    if (parameters_bool(call->parameters, field->name, false)) {
        *out = (uint8_t)(*out | field->of);
    }
}

static bool read_asset(struct call *call, const struct act_field *field, uint8_t *out)
{
    struct asset_view asset;

    if (!operator_act_asset(call, field->name, &asset)) {
        return false;
    }
    memcpy(out, &asset.asset, sizeof asset.asset);
    return true;
}

static bool read_person(struct call *call, const struct act_field *field, uint8_t *out)
{
    uint32_t participant;

    if (!operator_act_participant(call, field->name, &participant)) {
        return false;
    }
    memcpy(out, &participant, sizeof participant);
    return true;
}

static bool read_amount(struct call *call, const struct act_field *field, const uint8_t *command,
                        uint8_t *out)
{
    struct asset_view asset = {0};
    struct amount amount;
    uint16_t number;

    memcpy(&number, command + field->of, sizeof number);
    if (!tarazy_query_asset(call->venue->engine, number, &asset)) {
        return is_invalid(call, field->name);
    }
    if (!call_amount(call, field->name, asset.scale, &amount)) {
        return false;
    }
    memcpy(out, &amount, sizeof amount);
    return true;
}

/* Miner and quarter stand before it in the list. */
static bool read_owed(struct call *call, const struct act_field *field, const uint8_t *command,
                      uint8_t *out)
{
    const struct command_fee_pay *pay = (const void *)command;
    struct assessment_view fee;
    struct asset_view asset;
    struct amount amount;

    if (!tarazy_query_assessment(call->venue->engine, pay->miner, pay->quarter, &fee) ||
        !tarazy_query_asset(call->venue->engine, fee.asset, &asset)) {
        return is_invalid(call, "quarter");
    }
    if (!call_amount(call, field->name, asset.scale, &amount)) {
        return false;
    }
    memcpy(out, &amount, sizeof amount);
    return true;
}

/* Expected hashes of a month are more than 64 bits; 36 digits are less than 128. */
static bool read_work(struct call *call, const struct act_field *field, struct slice text,
                      uint8_t *out)
{
    int128 hashes = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (text.size > 36 || text.data[i] < '0' || text.data[i] > '9') {
            return is_invalid(call, field->name);
        }
        hashes = hashes * 10 + (text.data[i] - '0');
    }
    struct amount work = amount_of_wide(hashes);
    memcpy(out, &work, sizeof work);
    return true;
}

/* Reads one field that is there. false: answered. */
static bool read_field(struct call *call, const struct act_field *field, struct slice text,
                       uint8_t *command)
{
    uint8_t *out = command + field->offset;

    switch (field->value) {
    case ACT_VALUE_NUMBER: return read_number(call, field, out);
    case ACT_VALUE_PERSON: return read_person(call, field, out);
    case ACT_VALUE_SIGNED: return read_signed(call, field, text, out);
    case ACT_VALUE_DAY: return read_day(call, field, text, out);
    case ACT_VALUE_QUARTER: return read_quarter(call, field, text, out);
    case ACT_VALUE_PARAMETER: return read_parameter(call, field, text, out);
    case ACT_VALUE_TIME: {
        int64_t time_us = parameters_time(call->parameters, field->name, 0);

        memcpy(out, &time_us, sizeof time_us);
        return true;
    }
    case ACT_VALUE_TEXT: return call_text(call, field->name, (char *)out, field->size);
    case ACT_VALUE_HASH: return hex_decode(text, out, field->size) || is_invalid(call, field->name);
    case ACT_VALUE_CHOICE: return read_choice(call, field, text, out);
    case ACT_VALUE_FLAG: read_flag(call, field, out); return true;
    case ACT_VALUE_RANGE: {
        struct ip_range range;

        if (!range_text_parse(text, &range)) {
            return is_invalid(call, field->name);
        }
        memcpy(out, &range, sizeof range);
        return true;
    }
    case ACT_VALUE_ASSET: return read_asset(call, field, out);
    case ACT_VALUE_AMOUNT: return read_amount(call, field, command, out);
    case ACT_VALUE_OWED: return read_owed(call, field, command, out);
    case ACT_VALUE_WORK: return read_work(call, field, text, out);
    }
    ENSURE(false);
    return false;
}

/* ------------------------------------------------------------------ words */

static const struct act_word subtypes[] = {
    {"I", LICENCE_SUBTYPE_I}, {"II", LICENCE_SUBTYPE_II}, {NULL, 0}};
static const struct act_word decisions[] = {{"GRANT", LICENCE_DECISION_GRANT},
                                            {"REFUSE", LICENCE_DECISION_REFUSE},
                                            {"SUSPEND", LICENCE_DECISION_SUSPEND},
                                            {"REVOKE", LICENCE_DECISION_REVOKE},
                                            {NULL, 0}};
static const struct act_word sources[] = {
    {"GRID", ENERGY_SOURCE_GRID},           {"OWN", ENERGY_SOURCE_OWN},
    {"OFF_GRID", ENERGY_SOURCE_OFF_GRID},   {"RENEWABLE", ENERGY_SOURCE_RENEWABLE},
    {"UNMETERED", ENERGY_SOURCE_UNMETERED}, {NULL, 0}};
static const struct act_word address_types[] = {{"PAYOUT", MINING_ADDRESS_PAYOUT},
                                                {"WORKER", MINING_ADDRESS_WORKER},
                                                {"RANGE", MINING_ADDRESS_RANGE},
                                                {NULL, 0}};
static const struct act_word trusts[] = {{"A", TRUST_A}, {"B", TRUST_B}, {"C", TRUST_C},
                                         {"M", TRUST_M}, {"D", TRUST_D}, {NULL, 0}};
/* ------------------------------------------------------------------ the acts
 *
 * X(struct, parameter, its type, mandatory, value, member, of, words) */

#define JURISDICTION_PARAMETER_SET(X, S)                              \
    X(S, "parameter", NAME, true, PARAMETER, parameter.kind, 0, NULL) \
    X(S, "trust", NAME, true, CHOICE, parameter.trust, 0, trusts)     \
    X(S, "validFrom", TEXT, true, DAY, parameter.valid_from, 0, NULL) \
    X(S, "validTo", TEXT, true, DAY, parameter.valid_to, 0, NULL)     \
    X(S, "key", TEXT, false, SIGNED, parameter.key, 0, NULL)          \
    X(S, "value", TEXT, true, SIGNED, parameter.value, 0, NULL)       \
    X(S, "source", TEXT, true, TEXT, parameter.source, 0, NULL)
#define MINER_SET(X, S)                                          \
    X(S, "miner", INTEGER, false, NUMBER, miner, 0, NULL)        \
    X(S, "participant", TEXT, true, PERSON, account, 0, NULL)    \
    X(S, "subtype", NAME, true, CHOICE, subtype, 0, subtypes)    \
    X(S, "region", INTEGER, true, NUMBER, region, 0, NULL)       \
    X(S, "validFrom", TEXT, false, DAY, valid_from_day, 0, NULL) \
    X(S, "validTo", TEXT, false, DAY, valid_to_day, 0, NULL)     \
    X(S, "licence", TEXT, false, TEXT, licence, 0, NULL)
#define MINER_DECIDE(X, S)                                       \
    X(S, "miner", INTEGER, true, NUMBER, miner, 0, NULL)         \
    X(S, "decision", NAME, true, CHOICE, decision, 0, decisions) \
    X(S, "until", TEXT, false, DAY, until_day, 0, NULL)          \
    X(S, "reason", TEXT, true, TEXT, reason, 0, NULL)
#define POOL_SET(X, S)                                           \
    X(S, "pool", INTEGER, false, NUMBER, pool, 0, NULL)          \
    X(S, "participant", TEXT, true, PERSON, account, 0, NULL)    \
    X(S, "validFrom", TEXT, false, DAY, valid_from_day, 0, NULL) \
    X(S, "validTo", TEXT, false, DAY, valid_to_day, 0, NULL)     \
    X(S, "accreditation", TEXT, false, TEXT, accreditation, 0, NULL)
#define POOL_DECIDE(X, S)                                        \
    X(S, "pool", INTEGER, true, NUMBER, pool, 0, NULL)           \
    X(S, "decision", NAME, true, CHOICE, decision, 0, decisions) \
    X(S, "until", TEXT, false, DAY, until_day, 0, NULL)          \
    X(S, "reason", TEXT, true, TEXT, reason, 0, NULL)
#define SITE_SET(X, S)                                              \
    X(S, "site", INTEGER, false, NUMBER, site, 0, NULL)             \
    X(S, "miner", INTEGER, false, NUMBER, miner, 0, NULL)           \
    X(S, "host", TEXT, false, PERSON, host, 0, NULL)                \
    X(S, "region", INTEGER, true, NUMBER, region, 0, NULL)          \
    X(S, "capacityKw", INTEGER, true, NUMBER, capacity_kw, 0, NULL) \
    X(S, "quotaKw", INTEGER, false, NUMBER, quota_kw, 0, NULL)      \
    X(S, "contract", TEXT, false, TEXT, contract, 0, NULL)          \
    X(S, "name", TEXT, true, TEXT, name, 0, NULL)
#define METER_SET(X, S)                                                      \
    X(S, "meter", INTEGER, false, NUMBER, meter, 0, NULL)                    \
    X(S, "site", INTEGER, true, NUMBER, site, 0, NULL)                       \
    X(S, "miner", INTEGER, true, NUMBER, miner, 0, NULL)                     \
    X(S, "reader", TEXT, true, PERSON, reader, 0, NULL)                      \
    X(S, "source", NAME, true, CHOICE, source, 0, sources)                   \
    X(S, "registerDigits", INTEGER, false, NUMBER, register_digits, 0, NULL) \
    X(S, "serial", TEXT, true, TEXT, serial, 0, NULL)
#define EQUIPMENT_SET(X, S)                                       \
    X(S, "equipment", INTEGER, false, NUMBER, equipment, 0, NULL) \
    X(S, "miner", INTEGER, true, NUMBER, miner, 0, NULL)          \
    X(S, "site", INTEGER, true, NUMBER, site, 0, NULL)            \
    X(S, "count", INTEGER, true, NUMBER, count, 0, NULL)          \
    X(S, "ghs", INTEGER, true, NUMBER, nameplate_ghs, 0, NULL)    \
    X(S, "mjPerTh", INTEGER, true, NUMBER, mj_per_th, 0, NULL)    \
    X(S, "model", TEXT, true, TEXT, model, 0, NULL)               \
    X(S, "customs", TEXT, false, TEXT, customs, 0, NULL)
#define MINER_ADDRESS_SET(X, S)                              \
    X(S, "miner", INTEGER, true, NUMBER, miner, 0, NULL)     \
    X(S, "type", NAME, true, CHOICE, type, 0, address_types) \
    X(S, "removed", BOOL, false, FLAG, removed, 1, NULL)     \
    X(S, "range", TEXT, false, RANGE, range, 0, NULL)        \
    X(S, "text", TEXT, false, TEXT, text, 0, NULL)
#define SHARE_READING(X, S)                                                  \
    X(S, "miner", INTEGER, false, NUMBER, miner, 0, NULL)                    \
    X(S, "pool", INTEGER, false, NUMBER, pool, 0, NULL)                      \
    X(S, "site", INTEGER, false, NUMBER, site, 0, NULL)                      \
    X(S, "sequence", INTEGER, true, NUMBER, sequence, 0, NULL)               \
    X(S, "begin", TIME, true, TIME, begin_us, 0, NULL)                       \
    X(S, "end", TIME, true, TIME, end_us, 0, NULL)                           \
    X(S, "accepted", INTEGER, true, NUMBER, accepted, 0, NULL)               \
    X(S, "rejected", INTEGER, false, NUMBER, rejected, 0, NULL)              \
    X(S, "stale", INTEGER, false, NUMBER, stale, 0, NULL)                    \
    X(S, "effectiveMilli", INTEGER, false, NUMBER, effective_milli, 0, NULL) \
    X(S, "work", TEXT, false, WORK, work, 0, NULL)                           \
    X(S, "log", HEX, true, HASH, log, 0, NULL)                               \
    X(S, "name", TEXT, false, TEXT, name, 0, NULL)
#define ENERGY_READING(X, S)                                                      \
    X(S, "meter", INTEGER, true, NUMBER, meter, 0, NULL)                          \
    X(S, "afterGap", BOOL, false, FLAG, flags, ENERGY_FLAG_AFTER_GAP, NULL)       \
    X(S, "newRegister", BOOL, false, FLAG, flags, ENERGY_FLAG_NEW_REGISTER, NULL) \
    X(S, "sequence", INTEGER, true, NUMBER, sequence, 0, NULL)                    \
    X(S, "begin", TIME, true, TIME, begin_us, 0, NULL)                            \
    X(S, "end", TIME, true, TIME, end_us, 0, NULL)                                \
    X(S, "registerBeginWh", INTEGER, true, NUMBER, register_begin_wh, 0, NULL)    \
    X(S, "registerEndWh", INTEGER, true, NUMBER, register_end_wh, 0, NULL)        \
    X(S, "energyWh", INTEGER, true, NUMBER, energy_wh, 0, NULL)
#define POOL_DISTRIBUTION(X, S)                                                    \
    X(S, "pool", INTEGER, true, NUMBER, pool, 0, NULL)                             \
    X(S, "miner", INTEGER, true, NUMBER, miner, 0, NULL)                           \
    X(S, "sequence", INTEGER, true, NUMBER, sequence, 0, NULL)                     \
    X(S, "distributed", TIME, true, TIME, distributed_us, 0, NULL)                 \
    X(S, "asset", NAME, true, ASSET, asset, 0, NULL)                               \
    X(S, "amount", DECIMAL, true, AMOUNT, amount, offsetof(struct S, asset), NULL) \
    X(S, "address", TEXT, true, TEXT, address, 0, NULL)                            \
    X(S, "rail", INTEGER, true, NUMBER, evidence.rail, 0, NULL)                    \
    X(S, "reference", TEXT, true, TEXT, evidence.text, 0, NULL)
#define SALE_RECORD(X, S)                                                              \
    X(S, "miner", INTEGER, true, NUMBER, miner, 0, NULL)                               \
    X(S, "exchange", TEXT, true, TEXT, exchange, 0, NULL)                              \
    X(S, "record", INTEGER, true, NUMBER, record, 0, NULL)                             \
    X(S, "proof", HEX, true, HASH, proof, 0, NULL)                                     \
    X(S, "sold", TIME, true, TIME, sold_us, 0, NULL)                                   \
    X(S, "asset", NAME, true, ASSET, asset, 0, NULL)                                   \
    X(S, "amount", DECIMAL, true, AMOUNT, amount, offsetof(struct S, asset), NULL)     \
    X(S, "quoteAsset", NAME, true, ASSET, quote_asset, 0, NULL)                        \
    X(S, "quote", DECIMAL, true, AMOUNT, quote, offsetof(struct S, quote_asset), NULL) \
    X(S, "rail", INTEGER, true, NUMBER, evidence.rail, 0, NULL)                        \
    X(S, "reference", TEXT, true, TEXT, evidence.text, 0, NULL)

#define FEE_ASSESS(X, S)                                           \
    X(S, "miner", INTEGER, true, NUMBER, miner, 0, NULL)           \
    X(S, "quarter", TEXT, true, QUARTER, quarter, 0, NULL)         \
    X(S, "gridPrice", INTEGER, false, NUMBER, grid_price, 0, NULL) \
    X(S, "hasPrice", BOOL, false, FLAG, has_price, 1, NULL)        \
    X(S, "asset", NAME, true, ASSET, asset, 0, NULL)
#define FEE_PAY(X, S)                                            \
    X(S, "miner", INTEGER, true, NUMBER, miner, 0, NULL)         \
    X(S, "quarter", TEXT, true, QUARTER, quarter, 0, NULL)       \
    X(S, "amount", DECIMAL, true, OWED, amount, 0, NULL)         \
    X(S, "byBank", BOOL, false, FLAG, by_bank, 1, NULL)          \
    X(S, "rail", INTEGER, false, NUMBER, evidence.rail, 0, NULL) \
    X(S, "reference", TEXT, false, TEXT, evidence.text, 0, NULL)

#define RULE(S, name, type, mandatory, value, member, of, words) \
    {name, PARAMETER_TYPE_##type, mandatory},
#define FIELD(S, name, type, mandatory, value, member, of, words)                              \
    {name, ACT_VALUE_##value, offsetof(struct S, member), sizeof(((struct S *)0)->member), of, \
     words},
#define TABLES(name, number, type)                                                     \
    static const struct parameter_rule rules_##name[] = {name(RULE, type)              \
                                                             OPERATOR_ACT_PARAMETERS}; \
    static const struct act_field fields_##name[] = {name(FIELD, type)};
TARAZY_MINING_COMMANDS(TABLES)

#define PATH_JURISDICTION_PARAMETER_SET "/tarazy/v1/mining/parameter"
#define PATH_FEE_ASSESS                 "/tarazy/v1/mining/fee"
#define PATH_FEE_PAY                    "/tarazy/v1/mining/fee/payment"
#define PATH_MINER_SET                  "/tarazy/v1/mining/miner"
#define PATH_MINER_DECIDE               "/tarazy/v1/mining/miner/decision"
#define PATH_POOL_SET                   "/tarazy/v1/mining/pool"
#define PATH_POOL_DECIDE                "/tarazy/v1/mining/pool/decision"
#define PATH_SITE_SET                   "/tarazy/v1/mining/site"
#define PATH_METER_SET                  "/tarazy/v1/mining/meter"
#define PATH_EQUIPMENT_SET              "/tarazy/v1/mining/equipment"
#define PATH_MINER_ADDRESS_SET          "/tarazy/v1/mining/address"
#define PATH_SHARE_READING              "/tarazy/v1/mining/reading/shares"
#define PATH_ENERGY_READING             "/tarazy/v1/mining/reading/energy"
#define PATH_POOL_DISTRIBUTION          "/tarazy/v1/mining/distribution"
#define PATH_SALE_RECORD                "/tarazy/v1/mining/sale"

static const struct mining_act acts[] = {
#define MINING_ACT(name, number, type) \
    {PATH_##name, COMMAND_##name, sizeof fields_##name / sizeof fields_##name[0], fields_##name},
    TARAZY_MINING_COMMANDS(MINING_ACT)
#undef MINING_ACT
};

static const struct mining_act *act_of(const struct call *call)
{
    size_t i = 0;

    while (strcmp(acts[i].path, call->route->path) != 0) {
        i++;
        ENSURE(i < sizeof acts / sizeof acts[0]);
    }
    return &acts[i];
}

static void post_act(struct call *call)
{
    _Alignas(64) uint8_t command[TARAZY_COMMAND_SIZE_MAX] = {0};
    const struct mining_act *act = act_of(call);
    struct command_header *header = (struct command_header *)(void *)command;
    struct slice text;

    header->kind = act->kind;
    for (uint16_t i = 0; i < act->count; i++) {
        const struct act_field *field = &act->fields[i];

        if (parameters_find(call->parameters, field->name, &text) &&
            !read_field(call, field, text, command)) {
            return;
        }
    }
    operator_act_submit(call, header, NULL);
}

#define SUMMARY_JURISDICTION_PARAMETER_SET "A number of the law, and when it holds"
#define SUMMARY_FEE_ASSESS                 "Compute the fee of a miner for a quarter"
#define SUMMARY_FEE_PAY                    "Pay a fee, or note that a bank was paid"
#define SUMMARY_MINER_SET                  "A miner applies for a licence, or its terms change"
#define SUMMARY_MINER_DECIDE               "Grant, refuse, suspend or revoke a miner's licence"
#define SUMMARY_POOL_SET                   "A pool asks for accreditation, or its terms change"
#define SUMMARY_POOL_DECIDE                "Grant, refuse, suspend or revoke a pool's accreditation"
#define SUMMARY_SITE_SET                   "Register a data centre, or change it"
#define SUMMARY_METER_SET                  "Register an energy meter, or change it"
#define SUMMARY_EQUIPMENT_SET              "Register a batch of machines, or what is left of it"
#define SUMMARY_MINER_ADDRESS_SET          "Register a payout address, a worker's name or an address range"
#define SUMMARY_SHARE_READING              "What a meter of shares counted for a miner in an interval"
#define SUMMARY_ENERGY_READING             "What an energy meter's register said at two moments"
#define SUMMARY_POOL_DISTRIBUTION          "A pool gave coins to a miner"
#define SUMMARY_SALE_RECORD                "A miner sold coins on a licensed exchange"

static const struct route routes[] = {
#define MINING_ROUTE(name, number, type)                                                \
    {.method = HTTP_METHOD_POST,                                                        \
     .path = PATH_##name,                                                               \
     .answer = post_act,                                                                \
     ROUTE_PARAMETERS(rules_##name),                                                    \
     .security = COMMAND_##name == COMMAND_FEE_PAY ? SECURITY_TRADE : SECURITY_OPERATE, \
     .weight = 1,                                                                       \
     .takes_json = true,                                                                \
     .summary = SUMMARY_##name},
    TARAZY_MINING_COMMANDS(MINING_ROUTE)
#undef MINING_ROUTE
};

const struct route_table rest_mining_routes = {routes, sizeof routes / sizeof routes[0]};
