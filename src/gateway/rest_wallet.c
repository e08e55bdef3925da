/* SPDX-License-Identifier: Apache-2.0
 *
 * Assets, deposits and withdrawals, in the words of the wallet interface that clients know.
 *
 * Why a file of its own: another family of paths with other habits (names of networks, numbers for
 * states, times as text). A network is a rail: SANDBOX is rail 1, where play money comes from, and
 * RAIL<n> the others. Invariant: a withdrawal is a command like any other; nothing leaves by asking.
 * Read next: views/transfers.h.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "gateway/order_reply.h"
#include "gateway/routes.h"
#include "gateway/venue.h"
#include "money/arithmetic.h"

enum { NETWORK_TEXT_MAX = 16, DATE_TEXT_MAX = 32 };

/* ------------------------------------------------------------------ networks */

static void network_name(char text[NETWORK_TEXT_MAX], uint16_t rail)
{
    if (rail == TARAZY_RAIL_SANDBOX) {
        (void)snprintf(text, NETWORK_TEXT_MAX, "SANDBOX");
    } else {
        (void)snprintf(text, NETWORK_TEXT_MAX, "RAIL%u", (unsigned)rail);
    }
}

/* 0: no such network. */
static uint16_t network_parse(struct slice text)
{
    char name[NETWORK_TEXT_MAX];

    for (uint16_t rail = 1; rail <= TARAZY_RAILS_MAX; rail++) {
        network_name(name, rail);
        if (slice_equals_text(text, name)) {
            return rail;
        }
    }
    return 0;
}

static bool read_network(struct call *call, uint16_t *rail)
{
    struct slice text;

    *rail = TARAZY_RAIL_SANDBOX;
    if (!parameters_find(call->parameters, "network", &text)) {
        return call->venue->node.sandbox || call_error(call, VENUE_ERROR_MISSING, "network", NULL);
    }
    *rail = network_parse(text);
    return *rail != 0 || call_error(call, VENUE_ERROR_INVALID, "network", NULL);
}

/* The asset that "coin" names; absent: 0 if it may be. */
static bool read_coin(struct call *call, bool is_mandatory, struct asset_view *asset)
{
    struct asset_code code = {{0}};
    struct slice text;

    *asset = (struct asset_view){0};
    if (!parameters_find(call->parameters, "coin", &text)) {
        return !is_mandatory || call_error(call, VENUE_ERROR_MISSING, "coin", NULL);
    }
    uint16_t number = 0;

    if (parameters_copy(text, code.text, sizeof code.text)) {
        number = tarazy_query_asset_by_code(call->venue->engine, code);
    }
    if (number == 0 || !tarazy_query_asset(call->venue->engine, number, asset)) {
        return call_error(call, VENUE_ERROR_INVALID, "coin", NULL);
    }
    return true;
}

/* ------------------------------------------------------------------ assets */

static void write_network(struct call *call, const struct asset_view *asset)
{
    struct json_writer *json = &call->answer.json;
    char name[NETWORK_TEXT_MAX];

    network_name(name, TARAZY_RAIL_SANDBOX);
    json_write_object_begin(json);
    json_write_key_text(json, "network", name);
    reply_key_fixed(json, "coin", asset->code.text, sizeof asset->code.text);
    json_write_key_text(json, "name", "Play money of this sandbox");
    json_write_key_bool(json, "isDefault", true);
    json_write_key_bool(json, "depositEnable", false); /* an operator hands it out */
    json_write_key_bool(json, "withdrawEnable", true);
    json_write_key_text(json, "depositDesc", "handed out by an operator");
    json_write_key_text(json, "withdrawDesc", "");
    reply_key_amount(json, "withdrawFee", asset->withdraw_fee, asset->scale);
    reply_key_amount(json, "withdrawMin", asset->withdraw_min, asset->scale);
    reply_key_amount(json, "withdrawMax", asset->supply_max, asset->scale);
    reply_key_amount(json, "withdrawIntegerMultiple", amount_of_units(1), asset->scale);
    json_write_key_uint64(json, "minConfirm", 1);
    json_write_key_uint64(json, "unLockConfirm", 1);
    json_write_key_bool(json, "sameAddress", false);
    json_write_key_bool(json, "busy", false);
    json_write_key_text(json, "addressRegex", "");
    json_write_key_text(json, "memoRegex", "");
    json_write_object_end(json);
}

static void write_coin(struct call *call, const struct asset_view *asset)
{
    struct json_writer *json = &call->answer.json;
    struct balance_view balance = {0};

    (void)tarazy_query_balance(call->venue->engine, call->caller.participant, asset->asset,
                               &balance);
    json_write_object_begin(json);
    reply_key_fixed(json, "coin", asset->code.text, sizeof asset->code.text);
    reply_key_fixed(json, "name", asset->name.text, sizeof asset->name.text);
    json_write_key_bool(json, "depositAllEnable", false);
    json_write_key_bool(json, "withdrawAllEnable", call->venue->node.sandbox);
    json_write_key_bool(json, "isLegalMoney", false);
    json_write_key_bool(json, "trading", true);
    reply_key_amount(json, "free", balance.available, asset->scale);
    reply_key_amount(json, "locked", balance.held, asset->scale);
    reply_key_amount(json, "freeze", amount_zero(), asset->scale);
    reply_key_amount(json, "withdrawing", amount_zero(), asset->scale);
    reply_key_amount(json, "ipoing", amount_zero(), asset->scale);
    reply_key_amount(json, "ipoable", amount_zero(), asset->scale);
    reply_key_amount(json, "storage", amount_zero(), asset->scale);
    json_write_key(json, "networkList");
    json_write_array_begin(json);
    if (call->venue->node.sandbox) {
        write_network(call, asset);
    }
    json_write_array_end(json);
    json_write_object_end(json);
}

static void get_coins(struct call *call)
{
    struct asset_view asset;

    json_write_array_begin(&call->answer.json);
    for (uint16_t i = 1; tarazy_query_asset(call->venue->engine, i, &asset); i++) {
        write_coin(call, &asset);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

static void write_fee(struct call *call, uint16_t instrument, const struct tier_view *tier)
{
    struct json_writer *json = &call->answer.json;
    struct instrument_scale scale = instrument_scale_of(call->venue->engine, instrument);

    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", scale.symbol);
    reply_key_rate(json, "makerCommission", tier->maker);
    reply_key_rate(json, "takerCommission", tier->taker);
    json_write_object_end(json);
}

static void get_fees(struct call *call)
{
    struct participant_view participant;
    struct tier_view tier = {0};
    struct instrument_view instrument;
    struct slice symbol;

    if (tarazy_query_participant(call->venue->engine, call->caller.participant, &participant)) {
        (void)tarazy_query_tier(call->venue->engine, participant.tier, &tier);
    }
    bool is_one = parameters_find(call->parameters, "symbol", &symbol);

    if (is_one && !call_symbol(call, &instrument)) {
        return;
    }
    json_write_array_begin(&call->answer.json);
    if (is_one) {
        write_fee(call, instrument.instrument, &tier);
    }
    for (uint32_t i = 1; !is_one && i <= call->venue->node.instruments; i++) {
        write_fee(call, (uint16_t)i, &tier);
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ deposits */

/* A sandbox knows participants by their names; there are no other addresses here. */
static void get_deposit_address(struct call *call)
{
    struct json_writer *json = &call->answer.json;
    struct participant_view participant = {0};
    struct asset_view asset;
    uint16_t rail;
    char address[sizeof participant.handle.text + 16];

    if (!read_coin(call, true, &asset) || !read_network(call, &rail)) {
        return;
    }
    if (!call->venue->node.sandbox || rail != TARAZY_RAIL_SANDBOX) {
        (void)call_error(call, VENUE_ERROR_NO_ADDRESS, NULL, NULL);
        return;
    }
    (void)tarazy_query_participant(call->venue->engine, call->caller.participant, &participant);
    (void)snprintf(address, sizeof address, "sandbox:%.*s", (int)sizeof participant.handle.text,
                   participant.handle.text);
    json_write_object_begin(json);
    json_write_key_text(json, "address", address);
    reply_key_fixed(json, "coin", asset.code.text, sizeof asset.code.text);
    json_write_key_text(json, "tag", "");
    json_write_key_text(json, "url", "");
    json_write_object_end(json);
    call_reply(call);
}

/* Which transfers a history means. */
struct transfer_page {
    uint16_t asset; /* 0: any */
    int64_t start_us;
    int64_t end_us;
    int64_t status; /* −1: any */
    int64_t offset;
    uint32_t limit;
    struct client_id client_id; /* empty: any */
};

static bool read_page(struct call *call, struct transfer_page *page)
{
    struct asset_view asset;

    if (!read_coin(call, false, &asset)) {
        return false;
    }
    page->asset = asset.asset;
    page->start_us = parameters_time(call->parameters, "startTime", 0);
    page->end_us = parameters_time(call->parameters, "endTime", INT64_MAX);
    page->status = parameters_integer(call->parameters, "status", -1);
    page->offset = parameters_integer(call->parameters, "offset", 0);
    return call_text(call, "withdrawOrderId", page->client_id.text, sizeof page->client_id.text) &&
           call_limit(call, 1000, 1000, &page->limit);
}

enum { STATUS_DEPOSIT_DONE = 1, STATUS_PROCESSING = 4, STATUS_REJECTED = 3, STATUS_DONE = 6 };

static int64_t status_of(const struct transfer_record *record)
{
    if (record->kind == TRANSFER_KIND_DEPOSIT) {
        return STATUS_DEPOSIT_DONE;
    }
    switch ((enum withdrawal_state)record->state) {
    case WITHDRAWAL_STATE_REQUESTED: return STATUS_PROCESSING;
    case WITHDRAWAL_STATE_SETTLED: return STATUS_DONE;
    case WITHDRAWAL_STATE_REJECTED: return STATUS_REJECTED;
    }
    return 0;
}

static bool is_on_page(const struct transfer_record *record, const struct transfer_page *page)
{
    return (page->asset == 0 || record->asset == page->asset) &&
           record->requested_us >= page->start_us && record->requested_us <= page->end_us &&
           (page->status < 0 || page->status == status_of(record)) &&
           (page->client_id.text[0] == '\0' ||
            text_equals(page->client_id.text, record->client_id.text,
                        sizeof record->client_id.text));
}

/* Writes each record of the page, youngest first. */
static void write_page(struct call *call, const struct transfer_page *page, enum transfer_kind kind,
                       void (*write)(struct call *call, const struct transfer_record *record))
{
    const struct transfers *transfers = call->venue->views.transfers;
    int64_t passed = 0;

    json_write_array_begin(&call->answer.json);
    for (const struct transfer_record *record =
             transfers_last(transfers, call->caller.participant, kind);
         record != NULL && passed < page->offset + page->limit;
         record = transfers_previous(transfers, record)) {
        if (!is_on_page(record, page)) {
            continue;
        }
        if (passed >= page->offset) {
            write(call, record);
        }
        passed++;
    }
    json_write_array_end(&call->answer.json);
    call_reply(call);
}

/* id, amount, coin, network, address, tag and txId: what both kinds have. */
static void write_transfer(struct call *call, const struct transfer_record *record)
{
    struct json_writer *json = &call->answer.json;
    struct asset_view asset = {0};
    char network[NETWORK_TEXT_MAX];
    char id[24];

    (void)tarazy_query_asset(call->venue->engine, record->asset, &asset);
    network_name(network, record->rail);
    (void)snprintf(id, sizeof id, "%llu", (unsigned long long)record->id);
    json_write_key_text(json, "id", id);
    reply_key_amount(json, "amount", record->amount, asset.scale);
    reply_key_fixed(json, "coin", asset.code.text, sizeof asset.code.text);
    json_write_key_text(json, "network", network);
    json_write_key_int64(json, "status", status_of(record));
    reply_key_fixed(json, "address", record->address.text, sizeof record->address.text);
    json_write_key_text(json, "addressTag", "");
    reply_key_fixed(json, "txId", record->evidence.text, sizeof record->evidence.text);
    json_write_key_int64(json, "transferType", 0);
    json_write_key_int64(json, "walletType", 0);
}

static void write_deposit(struct call *call, const struct transfer_record *record)
{
    struct json_writer *json = &call->answer.json;

    json_write_object_begin(json);
    write_transfer(call, record);
    json_write_key_int64(json, "insertTime", record->requested_us / 1000);
    json_write_key_int64(json, "completeTime", record->updated_us / 1000);
    json_write_key_text(json, "confirmTimes", "1/1");
    json_write_key_int64(json, "unlockConfirm", 1);
    json_write_object_end(json);
}

static void get_deposits(struct call *call)
{
    struct transfer_page page = {0};

    if (read_page(call, &page)) {
        write_page(call, &page, TRANSFER_KIND_DEPOSIT, write_deposit);
    }
}

/* ------------------------------------------------------------------ withdrawals */

static void complete_withdrawal(struct completion *completion)
{
    char id[24];

    (void)snprintf(id, sizeof id, "%llu", (unsigned long long)completion->outcome->id);
    json_write_object_begin(&completion->answer.json);
    json_write_key_text(&completion->answer.json, "id", id);
    json_write_object_end(&completion->answer.json);
    answer_send(&completion->answer, 200);
}

static void post_withdrawal(struct call *call)
{
    struct command_withdraw_request request = {.header = {.kind = COMMAND_WITHDRAW_REQUEST}};
    struct waiting waiting = {.complete = complete_withdrawal};
    struct asset_view asset;

    if (!read_coin(call, true, &asset) || !read_network(call, &request.rail) ||
        !call_text(call, "address", request.address.text, sizeof request.address.text) ||
        !call_text(call, "withdrawOrderId", request.client_id.text,
                   sizeof request.client_id.text) ||
        !call_amount(call, "amount", asset.scale, &request.amount)) {
        return;
    }
    request.asset = asset.asset;
    call_submit(call, &request.header, &waiting);
}

/* "2026-11-22 18:00:00", UTC, as the contract has it. */
static void write_date(struct json_writer *json, const char *name, int64_t time_us)
{
    time_t seconds = (time_t)(time_us / CALENDAR_SECOND_US);
    struct tm date;
    char text[DATE_TEXT_MAX];

    (void)gmtime_r(&seconds, &date);
    (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &date);
    json_write_key_text(json, name, text);
}

static void write_withdrawal(struct call *call, const struct transfer_record *record)
{
    struct json_writer *json = &call->answer.json;
    struct asset_view asset = {0};

    (void)tarazy_query_asset(call->venue->engine, record->asset, &asset);
    json_write_object_begin(json);
    write_transfer(call, record);
    reply_key_amount(json, "transactionFee", record->fee, asset.scale);
    write_date(json, "applyTime", record->requested_us);
    if (record->state == WITHDRAWAL_STATE_SETTLED) {
        write_date(json, "completeTime", record->updated_us);
    }
    reply_key_client_id(json, "withdrawOrderId", &record->client_id);
    json_write_key_text(json, "info", "");
    json_write_key_int64(json, "confirmNo", record->state == WITHDRAWAL_STATE_SETTLED);
    json_write_key_text(json, "txKey", "");
    json_write_object_end(json);
}

static void get_withdrawals(struct call *call)
{
    struct transfer_page page = {0};

    if (read_page(call, &page)) {
        write_page(call, &page, TRANSFER_KIND_WITHDRAWAL, write_withdrawal);
    }
}

/* ------------------------------------------------------------------ status */

static void get_status(struct call *call)
{
    bool is_up = call->venue->is_linked;

    json_write_object_begin(&call->answer.json);
    json_write_key_int64(&call->answer.json, "status", is_up ? 0 : 1);
    json_write_key_text(&call->answer.json, "msg", is_up ? "normal" : "system_maintenance");
    json_write_object_end(&call->answer.json);
    call_reply(call);
}

/* ------------------------------------------------------------------ the table */

static const struct parameter_rule fee_rules[] = {
    {"symbol", PARAMETER_TYPE_SYMBOL, false},
};

static const struct parameter_rule address_rules[] = {
    {"coin", PARAMETER_TYPE_NAME, true},
    {"network", PARAMETER_TYPE_NAME, false},
    {"amount", PARAMETER_TYPE_DECIMAL, false},
};

static const struct parameter_rule deposit_rules[] = {
    {"coin", PARAMETER_TYPE_NAME, false},      {"status", PARAMETER_TYPE_INTEGER, false},
    {"startTime", PARAMETER_TYPE_TIME, false}, {"endTime", PARAMETER_TYPE_TIME, false},
    {"offset", PARAMETER_TYPE_INTEGER, false}, {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule history_rules[] = {
    {"coin", PARAMETER_TYPE_NAME, false},      {"withdrawOrderId", PARAMETER_TYPE_CLIENT_ID, false},
    {"status", PARAMETER_TYPE_INTEGER, false}, {"startTime", PARAMETER_TYPE_TIME, false},
    {"endTime", PARAMETER_TYPE_TIME, false},   {"offset", PARAMETER_TYPE_INTEGER, false},
    {"limit", PARAMETER_TYPE_INTEGER, false},
};

static const struct parameter_rule withdraw_rules[] = {
    {"coin", PARAMETER_TYPE_NAME, true},
    {"address", PARAMETER_TYPE_TEXT, true},
    {"amount", PARAMETER_TYPE_DECIMAL, true},
    {"network", PARAMETER_TYPE_NAME, false},
    {"withdrawOrderId", PARAMETER_TYPE_CLIENT_ID, false},
};

static const struct route routes[] = {
    {.method = HTTP_METHOD_GET,
     .path = "/sapi/v1/system/status",
     .answer = get_status,
     .security = SECURITY_NONE,
     .weight = 1,
     .summary = "Does the venue take orders?"},
    {.method = HTTP_METHOD_GET,
     .path = "/sapi/v1/capital/config/getall",
     .answer = get_coins,
     .security = SECURITY_READ,
     .weight = 10,
     .summary = "Assets with their networks"},
    {.method = HTTP_METHOD_GET,
     .path = "/sapi/v1/asset/tradeFee",
     .answer = get_fees,
     ROUTE_PARAMETERS(fee_rules),
     .security = SECURITY_READ,
     .weight = 1,
     .summary = "Commission rates per symbol"},
    {.method = HTTP_METHOD_GET,
     .path = "/sapi/v1/capital/deposit/address",
     .answer = get_deposit_address,
     ROUTE_PARAMETERS(address_rules),
     .security = SECURITY_READ,
     .weight = 10,
     .summary = "Where to send a deposit"},
    {.method = HTTP_METHOD_GET,
     .path = "/sapi/v1/capital/deposit/hisrec",
     .answer = get_deposits,
     ROUTE_PARAMETERS(deposit_rules),
     .security = SECURITY_READ,
     .weight = 1,
     .summary = "Deposits"},
    {.method = HTTP_METHOD_POST,
     .path = "/sapi/v1/capital/withdraw/apply",
     .answer = post_withdrawal,
     ROUTE_PARAMETERS(withdraw_rules),
     .security = SECURITY_WITHDRAW,
     .weight = 10,
     .summary = "Ask for a withdrawal"},
    {.method = HTTP_METHOD_GET,
     .path = "/sapi/v1/capital/withdraw/history",
     .answer = get_withdrawals,
     ROUTE_PARAMETERS(history_rules),
     .security = SECURITY_READ,
     .weight = 10,
     .summary = "Withdrawals"},
};

const struct route_table rest_wallet_routes = {routes, sizeof routes / sizeof routes[0]};
