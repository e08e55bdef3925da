/* SPDX-License-Identifier: Apache-2.0
 *
 * The register of miners and pools, for everybody, as a page of JSON and as a file; what a month brought
 * in all; and what is known of one miner, for himself and for staff.
 *
 * Why a file of its own: nothing is acted on here, and what is public is decided here. Invariants: the
 * public part names licences, never persons, places or equipment; every number comes out of the state,
 * never out of an estimate (those have a program of their own: tarazy survey). Read next: rest_mining.c;
 * tarazy/mining_query.h.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/operator_act.h"
#include "gateway/order_reply.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "mining/civil_date.h"
#include "mining/jurisdiction.h"
#include "money/arithmetic.h"
#include "tarazy/mining_query.h"

enum { REGISTER_LIMIT = 1000, ENERGY_SHOWN_MAX = 400, WEIGHT_OF_A_MONTH = 20 };

/* ------------------------------------------------------------------ words */

static const char *subtype_word(uint8_t subtype)
{
    return subtype == LICENCE_SUBTYPE_I ? "I" : "II";
}

static const char *status_word(uint8_t status)
{
    static const char *const words[] = {
        [LICENCE_STATUS_APPLIED] = "APPLIED", [LICENCE_STATUS_GRANTED] = "GRANTED",
        [LICENCE_STATUS_REFUSED] = "REFUSED", [LICENCE_STATUS_SUSPENDED] = "SUSPENDED",
        [LICENCE_STATUS_REVOKED] = "REVOKED",
    };

    return status < sizeof words / sizeof words[0] && words[status] != NULL ? words[status] : "";
}

static const char *source_word(uint8_t source)
{
    static const char *const words[] = {
        [ENERGY_SOURCE_GRID] = "GRID",           [ENERGY_SOURCE_OWN] = "OWN",
        [ENERGY_SOURCE_OFF_GRID] = "OFF_GRID",   [ENERGY_SOURCE_RENEWABLE] = "RENEWABLE",
        [ENERGY_SOURCE_UNMETERED] = "UNMETERED",
    };

    return source < sizeof words / sizeof words[0] && words[source] != NULL ? words[source] : "";
}

enum { DAY_TEXT_SIZE = 16 };

/* "2026-01-31"; empty for day 0, which says that none was named. */
static const char *day_text(int32_t day, char text[DAY_TEXT_SIZE])
{
    text[0] = '\0';
    if (day != 0 && civil_day_is_known(day)) {
        struct civil_date date = civil_date_of_day(day);

        (void)snprintf(text, DAY_TEXT_SIZE, "%04d-%02u-%02u", (int)date.year % 10000,
                       date.month % 100u, date.day % 100u);
    }
    return text;
}

static void write_day(struct json_writer *json, const char *name, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    if (day_text(day, text)[0] != '\0') {
        json_write_key_text(json, name, text);
    }
}

/* ------------------------------------------------------------------ the register */

/* Members of an open object: all of it is public. */
static void write_miner(struct json_writer *json, const struct miner_view *miner)
{
    json_write_key_uint64(json, "miner", miner->miner);
    reply_key_fixed(json, "licence", miner->licence, sizeof miner->licence);
    json_write_key_text(json, "subtype", subtype_word(miner->subtype));
    json_write_key_uint64(json, "region", miner->region);
    json_write_key_text(json, "status", status_word(miner->status));
    json_write_key_bool(json, "inForce", miner->in_force);
    write_day(json, "validFrom", miner->valid_from_day);
    write_day(json, "validTo", miner->valid_to_day);
    write_day(json, "suspendedUntil", miner->until_day);
}

/* The page's first number and size. */
static bool read_page(struct call *call, uint32_t *first, uint32_t *limit)
{
    int64_t from = parameters_integer(call->parameters, "fromId", 1);

    *first = from < 1 || from > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)from;
    return call_limit(call, REGISTER_LIMIT, REGISTER_LIMIT, limit);
}

static void get_register(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct miner_view miner;
    uint32_t first;
    uint32_t limit;

    if (!read_page(call, &first, &limit)) {
        return;
    }
    json_write_array_begin(json);
    for (uint32_t i = 0; i < limit && tarazy_query_miner(call->venue->engine, first + i, &miner);
         i++) {
        json_write_object_begin(json);
        write_miner(json, &miner);
        json_write_object_end(json);
    }
    json_write_array_end(json);
    call_reply(call);
}

static void get_pools(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct pool_view pool;
    uint32_t first;
    uint32_t limit;

    if (!read_page(call, &first, &limit)) {
        return;
    }
    json_write_array_begin(json);
    for (uint32_t i = 0; i < limit && tarazy_query_pool(call->venue->engine, first + i, &pool);
         i++) {
        json_write_object_begin(json);
        json_write_key_uint64(json, "pool", pool.pool);
        reply_key_fixed(json, "accreditation", pool.accreditation, sizeof pool.accreditation);
        json_write_key_text(json, "status", status_word(pool.status));
        json_write_key_bool(json, "inForce", pool.in_force);
        write_day(json, "validFrom", pool.valid_from_day);
        write_day(json, "validTo", pool.valid_to_day);
        write_day(json, "suspendedUntil", pool.until_day);
        json_write_object_end(json);
    }
    json_write_array_end(json);
    call_reply(call);
}

/* One line of the file. Numbers of licences are printable without quotation marks: a command with another
 * has no shape. */
static size_t write_line(char *out, size_t room, const struct miner_view *miner)
{
    char from[DAY_TEXT_SIZE];
    char to[DAY_TEXT_SIZE];
    char until[DAY_TEXT_SIZE];
    int size = snprintf(out, room, "%u,\"%.*s\",%s,%u,%s,%s,%s,%s,%s\n", miner->miner,
                        (int)strnlen(miner->licence, sizeof miner->licence), miner->licence,
                        subtype_word(miner->subtype), miner->region, status_word(miner->status),
                        miner->in_force ? "yes" : "no", day_text(miner->valid_from_day, from),
                        day_text(miner->valid_to_day, to), day_text(miner->until_day, until));

    return size > 0 && (size_t)size < room ? (size_t)size : 0;
}

static void get_register_file(struct call *call)
{
    static char text[256 * 1024]; /* one thread */
    static const char head[] =
        "miner,licence,subtype,region,status,in_force,valid_from,valid_to,suspended_until\n";
    struct miner_view miner;
    uint32_t first;
    uint32_t limit;
    size_t size = sizeof head - 1;

    if (!read_page(call, &first, &limit)) {
        return;
    }
    memcpy(text, head, size);
    for (uint32_t i = 0; i < limit && tarazy_query_miner(call->venue->engine, first + i, &miner);
         i++) {
        size += write_line(text + size, sizeof text - size, &miner);
    }
    answer_send_as(&call->answer, 200, "text/csv; charset=utf-8; header=present",
                   slice_of(text, size));
}

/* ------------------------------------------------------------------ the law */

/* The numbers of the law as the node has them, so that anybody can reckon a fee again. */
static void get_parameters(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct jurisdiction_parameter one;
    uint32_t first;
    uint32_t limit;

    if (!read_page(call, &first, &limit)) {
        return;
    }
    json_write_array_begin(json);
    for (uint32_t i = 0; i < limit && tarazy_query_parameter(call->venue->engine, first + i, &one);
         i++) {
        char trust = trust_letter((enum trust)one.trust);

        json_write_object_begin(json);
        json_write_key_text(json, "parameter", jurisdiction_kind_name(one.kind));
        write_day(json, "validFrom", one.valid_from);
        write_day(json, "validTo", one.valid_to);
        json_write_key_int64(json, "key", one.key);
        json_write_key_int64(json, "value", one.value);
        json_write_key_string(json, "trust", slice_of(&trust, 1));
        reply_key_fixed(json, "source", one.source, sizeof one.source);
        json_write_object_end(json);
    }
    json_write_array_end(json);
    call_reply(call);
}

/* ------------------------------------------------------------------ a month */

/* "2026-10" as 12 × year + month − 1. */
static bool read_month(struct call *call, int32_t *month)
{
    struct slice text = {0};
    int32_t number = 0;

    (void)parameters_find(call->parameters, "month", &text);
    bool is_good = text.size == 7 && text.data[4] == '-';
    for (size_t i = 0; is_good && i < 7; i++) {
        is_good = i == 4 || (text.data[i] >= '0' && text.data[i] <= '9');
        number = i == 4 ? number : number * 10 + (text.data[i] - '0');
    }
    *month = number / 100 * 12 + number % 100 - 1;
    return (is_good && number % 100 >= 1 && number % 100 <= 12 && number >= 100) ||
           call_error(call, VENUE_ERROR_INVALID, "month", NULL);
}

/* GH/s while it was metered, rounded down. */
static uint64_t hash_rate_ghs(const struct share_month_view *shares)
{
    int128 hashes_per_ms =
        shares->metered_us < 1000 ? 0 : amount_units(shares->work) / (shares->metered_us / 1000);

    return (uint64_t)(hashes_per_ms / 1000000);
}

static void write_shares(struct json_writer *json, const struct share_month_view *shares)
{
    json_write_key_uint64(json, "readings", shares->readings);
    json_write_key_uint64(json, "flagged", shares->flagged);
    json_write_key_uint64(json, "accepted", shares->accepted);
    json_write_key_uint64(json, "rejected", shares->rejected);
    json_write_key_uint64(json, "stale", shares->stale);
    json_write_key_decimal(json, "work", amount_units(shares->work), 0);
}

static void add_shares(struct share_month_view *sum, const struct share_month_view *part)
{
    sum->work = amount_of_wide(amount_units(sum->work) + amount_units(part->work));
    sum->readings += part->readings;
    sum->flagged += part->flagged;
    sum->accepted += part->accepted;
    sum->rejected += part->rejected;
    sum->stale += part->stale;
}

/* What the meters counted in a month, of all miners and of those nobody knows. */
static void get_month(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct mining_view all = {0};
    struct share_month_view sum = {0};
    struct share_month_view shares;
    uint32_t miners = 0;
    uint64_t rate = 0;
    int32_t month;

    if (!read_month(call, &month)) {
        return;
    }
    (void)tarazy_query_mining(call->venue->engine, &all);
    for (uint32_t miner = 1; miner <= all.miners; miner++) {
        if (tarazy_query_share_month(call->venue->engine, miner, month, &shares)) {
            add_shares(&sum, &shares);
            rate += hash_rate_ghs(&shares);
            miners++;
        }
    }
    json_write_object_begin(json);
    json_write_key_uint64(json, "miners", miners);
    json_write_key_uint64(json, "hashRateGhs", rate);
    write_shares(json, &sum);
    if (tarazy_query_share_month(call->venue->engine, 0, month, &shares)) {
        json_write_key(json, "unknown");
        json_write_object_begin(json);
        write_shares(json, &shares);
        json_write_object_end(json);
    }
    json_write_object_end(json);
    call_reply(call);
}

/* ------------------------------------------------------------------ one miner */

static void write_quarter(struct json_writer *json, const char *name, int32_t quarter)
{
    char text[DAY_TEXT_SIZE];

    (void)snprintf(text, sizeof text, "%04dQ%d", quarter / 4 % 10000, quarter % 4 + 1);
    json_write_key_text(json, name, text);
}

static void write_assessment(struct call *call, uint32_t miner, int32_t quarter)
{
    struct json_writer *json = &call->answer.json;
    struct assessment_view fee;
    struct asset_view asset;

    if (!tarazy_query_assessment(call->venue->engine, miner, quarter, &fee) ||
        !tarazy_query_asset(call->venue->engine, fee.asset, &asset)) {
        return;
    }
    json_write_key(json, "assessment");
    json_write_object_begin(json);
    json_write_key_uint64(json, "number", fee.command);
    json_write_key_uint64(json, "revision", fee.revision);
    json_write_key_int64(json, "energyWh", fee.energy_wh);
    reply_key_asset(json, "asset", call->venue->engine, fee.asset);
    reply_key_amount(json, "fee", fee.fee, asset.scale);
    reply_key_amount(json, "paid", fee.paid, asset.scale);
    write_day(json, "declaration", fee.declaration_day);
    write_day(json, "payment", fee.payment_day);
    json_write_key_bool(json, "isEstimate", fee.is_estimate);
    json_write_object_end(json);
}

/* Energy by quarter, meter and source, newest first; the fee beside the first line of its quarter. */
static void write_energy(struct call *call, uint32_t miner)
{
    static struct energy_quarter_view lines[ENERGY_SHOWN_MAX]; /* one thread */
    struct json_writer *json = &call->answer.json;
    size_t count = tarazy_query_energy(call->venue->engine, miner, lines, ENERGY_SHOWN_MAX);

    json_write_key(json, "energy");
    json_write_array_begin(json);
    for (size_t i = 0; i < count && i < ENERGY_SHOWN_MAX; i++) {
        json_write_object_begin(json);
        write_quarter(json, "quarter", lines[i].quarter);
        json_write_key_uint64(json, "meter", lines[i].meter);
        json_write_key_text(json, "source", source_word(lines[i].source));
        json_write_key_int64(json, "energyWh", lines[i].energy_wh);
        json_write_key_uint64(json, "readings", lines[i].readings);
        json_write_key_uint64(json, "flagged", lines[i].flagged);
        json_write_key_int64(json, "missingSeconds", lines[i].missing_us / 1000000);
        if (i == 0 || lines[i].quarter != lines[i - 1].quarter) {
            write_assessment(call, miner, lines[i].quarter);
        }
        json_write_object_end(json);
    }
    json_write_array_end(json);
}

static void get_miner(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct share_month_view shares;
    struct miner_view miner;
    struct slice text;
    int32_t month = 0;
    uint32_t number;

    if (!operator_act_number(call, "miner", UINT32_MAX, &number)) {
        return;
    }
    if (!tarazy_query_miner(call->venue->engine, number, &miner)) {
        (void)call_error(call, VENUE_ERROR_INVALID, "miner", NULL);
        return;
    }
    if (miner.account != call->caller.participant && !operator_act_is_staff(call)) {
        return;
    }
    if (parameters_find(call->parameters, "month", &text) && !read_month(call, &month)) {
        return;
    }
    json_write_object_begin(json);
    write_miner(json, &miner);
    if (month != 0 && tarazy_query_share_month(call->venue->engine, number, month, &shares)) {
        json_write_key(json, "shares");
        json_write_object_begin(json);
        json_write_key_uint64(json, "hashRateGhs", hash_rate_ghs(&shares));
        write_shares(json, &shares);
        json_write_object_end(json);
    }
    write_energy(call, number);
    json_write_object_end(json);
    call_reply(call);
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule page_rules[] = {
    {"fromId", PARAMETER_TYPE_INTEGER, false},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule month_rules[] = {
    {"month", PARAMETER_TYPE_TEXT, true},
};

static const struct parameter_rule miner_rules[] = {
    {"miner", PARAMETER_TYPE_INTEGER, true},
    {"month", PARAMETER_TYPE_TEXT, false},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/mining/register",
     .answer = get_register,
     ROUTE_PARAMETERS(page_rules),
     .security = SECURITY_NONE,
     .weight = 5,
     .summary = "The public register of miners"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/mining/register.csv",
     .answer = get_register_file,
     ROUTE_PARAMETERS(page_rules),
     .security = SECURITY_NONE,
     .weight = 5,
     .summary = "The same as a file"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/mining/pools",
     .answer = get_pools,
     ROUTE_PARAMETERS(page_rules),
     .security = SECURITY_NONE,
     .weight = 5,
     .summary = "The public register of mining pools"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/mining/parameters",
     .answer = get_parameters,
     ROUTE_PARAMETERS(page_rules),
     .security = SECURITY_NONE,
     .weight = 5,
     .summary = "The numbers of the law as this node has them"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/mining/month",
     .answer = get_month,
     ROUTE_PARAMETERS(month_rules),
     .security = SECURITY_NONE,
     .weight = WEIGHT_OF_A_MONTH,
     .summary = "What the meters of shares counted in a month"},
    {.method = HTTP_METHOD_GET,
     .path = "/tarazy/v1/mining/miner",
     .answer = get_miner,
     ROUTE_PARAMETERS(miner_rules),
     .security = SECURITY_READ,
     .weight = 5,
     .summary = "What is known of a miner: for himself and for staff"},
};

const struct route_table rest_register_routes = {routes, sizeof routes / sizeof routes[0]};
