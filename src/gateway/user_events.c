/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of a command → what their owners are told.
 *
 * Why a file of its own: the engine says what happened, the contract wants it in the words of
 * execution reports; the translation is here and nowhere else. Two walks over the events: the first
 * notes the fills of those who listen, the second tells.
 * Invariants: nothing is told to anybody but the participant an event names; touched accounts are
 * told their balances once, after everything else of the command.
 * Read next: user_message.c.
 */
#include <stdlib.h>

#include "base/ensure.h"
#include "base/text.h"
#include "gateway/user_streams_state.h"
#include "money/arithmetic.h"

/* One command on its way to its listeners. */
struct telling {
    struct user_streams *streams;
    const struct views *views;
    struct user_scene scene; /* is_micro changes */
    const struct command_header *command;
};

/* ------------------------------------------------------------------ reports */

/* Unique, and the same in every gateway: number of the command, of the event, and the side. Below
 * 2^53 for eight thousand million commands. */
static uint64_t report_id(const struct event_header *event, bool is_maker)
{
    return event->number << 20 | (uint64_t)(event->sequence & 0x7FFFFu) << 1 | is_maker;
}

static void tell_report(struct telling *telling, struct user_account *account,
                        const struct user_report *report)
{
    struct user_streams *streams = telling->streams;

    for (unsigned micro = 0; micro < 2; micro++) {
        struct json_writer json;

        if (!user_account_wants(account, micro != 0)) {
            continue;
        }
        telling->scene.is_micro = micro != 0;
        json_writer_begin(&json, streams->text, USER_TEXT_SIZE);
        user_message_report(&json, &telling->scene, report);
        user_account_tell(streams, account, micro != 0, json_writer_text(&json));
    }
}

/* The order an event is about; NULL: the views have forgotten it within this very command. */
static const struct order_record *find_order(struct telling *telling, uint64_t order)
{
    const struct order_record *record = order_history_find(telling->views->orders, order);

    if (record == NULL) {
        telling->streams->statistics.reports_lost++;
    }
    return record;
}

/* A report with what every report has. */
static struct user_report report_of(const struct telling *telling,
                                    const struct order_record *record,
                                    const struct event_header *event)
{
    struct fill_sum sum = fill_tally_now(telling->streams->tally, record);

    return (struct user_report){
        .order = record,
        .execution = USER_EXECUTION_NEW,
        .status = quantity_is_zero(sum.executed) ? ORDER_STATUS_NEW : ORDER_STATUS_PARTIALLY_FILLED,
        .is_working = record->working != 0,
        .id = report_id(event, false),
        .executed = sum.executed,
        .quote = sum.quote,
        .client_id = record->terms.client_id,
    };
}

static void tell_opened(struct telling *telling, const struct event_order_opened *event)
{
    struct user_account *account = user_account_find(telling->streams, event->participant);
    const struct order_record *record = account != NULL ? find_order(telling, event->order) : NULL;

    if (record == NULL) {
        return;
    }
    struct user_report report = report_of(telling, record, &event->header);

    report.status = event->status;
    report.is_working = event->working != 0;
    report.client_id = event->terms.client_id;
    tell_report(telling, account, &report);
}

static void set_prevention(const struct telling *telling, struct user_report *report,
                           uint64_t counter_order)
{
    const struct prevented_record *match =
        prevented_matches_of_order(telling->views->prevented, report->order);

    report->execution = USER_EXECUTION_TRADE_PREVENTION;
    report->counter_order = counter_order;
    if (match == NULL || match->number != telling->command->number ||
        (match->maker_order != counter_order && match->taker_order != counter_order)) {
        return;
    }
    report->prevented_match = match->id;
    report->prevented_price = match->price;
    report->prevented = match->maker_order == report->order->order ? match->maker_prevented
                                                                   : match->taker_prevented;
}

static void tell_changed(struct telling *telling, const struct event_order_changed *event)
{
    struct user_account *account = user_account_find(telling->streams, event->participant);
    const struct order_record *record = account != NULL ? find_order(telling, event->order) : NULL;

    if (record == NULL) {
        return;
    }
    struct user_report report = report_of(telling, record, &event->header);

    switch ((enum order_change)event->change) {
    case ORDER_CHANGE_TRIGGERED: report.is_working = true; break;
    case ORDER_CHANGE_STARTED: break;
    case ORDER_CHANGE_AMENDED:
        report.execution = USER_EXECUTION_REPLACED;
        report.client_id = event->client_id;
        break;
    case ORDER_CHANGE_DECREMENTED:
        set_prevention(telling, &report, event->counter_order);
        report.prevented = event->prevented;
        report.prevented_price = event->price;
        break;
    case ORDER_CHANGE_TRAILING: return;
    }
    tell_report(telling, account, &report);
}

/* The word for an end other than by filling. */
static enum user_execution execution_of(uint8_t status)
{
    switch ((enum order_status)status) {
    case ORDER_STATUS_CANCELED: return USER_EXECUTION_CANCELED;
    case ORDER_STATUS_EXPIRED: return USER_EXECUTION_EXPIRED;
    case ORDER_STATUS_EXPIRED_IN_MATCH: return USER_EXECUTION_TRADE_PREVENTION;
    case ORDER_STATUS_REJECTED: return USER_EXECUTION_REJECTED;
    case ORDER_STATUS_NEW:
    case ORDER_STATUS_PENDING_NEW:
    case ORDER_STATUS_PARTIALLY_FILLED:
    case ORDER_STATUS_FILLED: break;
    }
    return USER_EXECUTION_CANCELED;
}

static void tell_closed(struct telling *telling, const struct event_order_closed *event)
{
    struct user_account *account = user_account_find(telling->streams, event->participant);
    const struct order_record *record = account != NULL && event->status != ORDER_STATUS_FILLED
                                            ? find_order(telling, event->order)
                                            : NULL;

    if (record == NULL) {
        return; /* the last trade's report has said FILLED */
    }
    struct user_report report = report_of(telling, record, &event->header);

    report.execution = execution_of(event->status);
    report.status = event->status;
    report.is_working = false;
    report.executed = event->executed;
    report.quote = event->quote;
    if (event->status == ORDER_STATUS_CANCELED) {
        report.original = record->terms.client_id;
        if (!text_is_empty(event->client_id.text, sizeof event->client_id.text)) {
            report.client_id = event->client_id;
        }
    }
    if (event->reason == CLOSE_REASON_SELF_TRADE) {
        set_prevention(telling, &report, event->counter_order);
    }
    tell_report(telling, account, &report);
}

/* ------------------------------------------------------------------ trades */

/* One side of a trade. */
struct fill_side {
    uint64_t order;
    uint32_t participant;
    uint16_t fee_asset;
    bool is_maker;
    struct amount fee;
};

static struct fill_side side_of(const struct event_trade *trade, bool is_maker)
{
    return is_maker ? (struct fill_side){trade->maker_order, trade->maker, trade->maker_fee_asset,
                                         true, trade->maker_fee}
                    : (struct fill_side){trade->taker_order, trade->taker, trade->taker_fee_asset,
                                         false, trade->taker_fee};
}

static void note_fill(struct telling *telling, const struct event_trade *trade, bool is_maker)
{
    struct fill_side side = side_of(trade, is_maker);
    const struct order_record *record =
        user_account_find(telling->streams, side.participant) != NULL
            ? order_history_find(telling->views->orders, side.order)
            : NULL;

    if (record != NULL) {
        fill_tally_note(telling->streams->tally, record, trade->quantity, trade->quote);
    }
}

static void tell_fill(struct telling *telling, const struct event_trade *trade, bool is_maker)
{
    struct fill_side side = side_of(trade, is_maker);
    struct user_account *account = user_account_find(telling->streams, side.participant);
    const struct order_record *record = account != NULL ? find_order(telling, side.order) : NULL;
    struct fill_sum sum;

    if (record == NULL) {
        return;
    }
    bool is_last =
        fill_tally_count(telling->streams->tally, side.order, trade->quantity, trade->quote, &sum);
    struct user_report report = report_of(telling, record, &trade->header);

    report.execution = USER_EXECUTION_TRADE;
    report.status = is_last && record->status == ORDER_STATUS_FILLED
                        ? ORDER_STATUS_FILLED
                        : ORDER_STATUS_PARTIALLY_FILLED;
    report.is_working = is_maker && report.status != ORDER_STATUS_FILLED;
    report.is_maker = is_maker;
    report.id = report_id(&trade->header, is_maker);
    report.trade = trade->trade;
    report.last_quantity = trade->quantity;
    report.last_price = trade->price;
    report.last_quote = trade->quote;
    report.fee = side.fee;
    report.fee_asset = side.fee_asset;
    tell_report(telling, account, &report);
}

/* The maker hears of it first, as he was there first; who trades with himself hears of both. */
static void tell_trade(struct telling *telling, const struct event_trade *trade)
{
    tell_fill(telling, trade, true);
    tell_fill(telling, trade, false);
}

/* ------------------------------------------------------------------ balances, lists */

static void note_balance(struct telling *telling, const struct event_balance *event)
{
    struct user_streams *streams = telling->streams;
    struct user_account *account = user_account_find(streams, event->owner);

    if (account == NULL) {
        return;
    }
    if (account->balance_count == account->balance_capacity) {
        uint32_t larger = account->balance_capacity == 0 ? 4 : account->balance_capacity * 2;
        struct user_balance *moved =
            realloc(account->balances, larger * sizeof account->balances[0]);

        ENSURE(moved != NULL);
        account->balances = moved;
        account->balance_capacity = larger;
    }
    account->balances[account->balance_count++] =
        (struct user_balance){event->available, event->held, event->asset};
    if (!account->is_touched) {
        account->is_touched = true;
        account->next_touched = streams->touched;
        streams->touched = account;
    }
}

static void tell_balances(struct telling *telling, struct user_account *account)
{
    struct user_streams *streams = telling->streams;

    for (unsigned micro = 0; micro < 2; micro++) {
        struct json_writer json;

        if (!user_account_wants(account, micro != 0)) {
            continue;
        }
        telling->scene.is_micro = micro != 0;
        json_writer_begin(&json, streams->text, USER_TEXT_SIZE);
        user_message_balances(&json, &telling->scene, account->balances, account->balance_count);
        user_account_tell(streams, account, micro != 0, json_writer_text(&json));
    }
}

static void tell_touched(struct telling *telling)
{
    struct user_streams *streams = telling->streams;

    while (streams->touched != NULL) {
        struct user_account *account = streams->touched;

        streams->touched = account->next_touched;
        account->is_touched = false;
        tell_balances(telling, account);
        account->balance_count = 0;
    }
}

static void tell_delta(struct telling *telling, uint32_t owner, uint16_t asset, struct amount delta)
{
    struct user_streams *streams = telling->streams;
    struct user_account *account = user_account_find(streams, owner);

    for (unsigned micro = 0; account != NULL && micro < 2; micro++) {
        struct json_writer json;

        if (!user_account_wants(account, micro != 0)) {
            continue;
        }
        telling->scene.is_micro = micro != 0;
        json_writer_begin(&json, streams->text, USER_TEXT_SIZE);
        user_message_balance_update(&json, &telling->scene, asset, delta);
        user_account_tell(streams, account, micro != 0, json_writer_text(&json));
    }
}

/* Value that came from outside or went there, or was put right; trades are told by reports. */
static void tell_posting(struct telling *telling, const struct event_posting *posting)
{
    switch ((enum posting_reason)posting->reason) {
    case POSTING_REASON_SANDBOX_DEPOSIT:
    case POSTING_REASON_DEPOSIT:
    case POSTING_REASON_WITHDRAWAL:
    case POSTING_REASON_WITHDRAWAL_FEE:
    case POSTING_REASON_CORRECTION:
    case POSTING_REASON_ENERGY_FEE:
        tell_delta(telling, posting->debit, posting->asset, amount_negate(posting->amount));
        tell_delta(telling, posting->credit, posting->asset, posting->amount);
        break;
    case POSTING_REASON_TRADE_BASE:
    case POSTING_REASON_TRADE_QUOTE:
    case POSTING_REASON_FEE_MAKER:
    case POSTING_REASON_FEE_TAKER:
    case POSTING_REASON_ROUNDING: break;
    }
}

static void tell_list(struct telling *telling, const struct event_order_list *list)
{
    struct user_streams *streams = telling->streams;
    struct user_account *account = user_account_find(streams, list->participant);
    struct client_id names[TARAZY_LIST_LEGS_MAX] = {0};

    for (uint32_t i = 0; account != NULL && i < list->legs; i++) {
        const struct order_record *record =
            order_history_find(telling->views->orders, list->orders[i]);

        if (record != NULL) {
            names[i] = record->terms.client_id;
        }
    }
    for (unsigned micro = 0; account != NULL && micro < 2; micro++) {
        struct json_writer json;

        if (!user_account_wants(account, micro != 0)) {
            continue;
        }
        telling->scene.is_micro = micro != 0;
        json_writer_begin(&json, streams->text, USER_TEXT_SIZE);
        user_message_list(&json, &telling->scene, list, names);
        user_account_tell(streams, account, micro != 0, json_writer_text(&json));
    }
}

/* ------------------------------------------------------------------ the command */

static void tell_event(struct telling *telling, const struct event_header *event)
{
    switch ((enum event_kind)event->kind) {
    case EVENT_ORDER_OPENED: tell_opened(telling, (const void *)event); break;
    case EVENT_ORDER_CHANGED: tell_changed(telling, (const void *)event); break;
    case EVENT_ORDER_CLOSED: tell_closed(telling, (const void *)event); break;
    case EVENT_TRADE: tell_trade(telling, (const void *)event); break;
    case EVENT_ORDER_LIST: tell_list(telling, (const void *)event); break;
    case EVENT_POSTING: tell_posting(telling, (const void *)event); break;
    case EVENT_BALANCE: note_balance(telling, (const void *)event); break;
    case EVENT_OUTCOME:
    case EVENT_LEVEL:
    case EVENT_SESSION:
    case EVENT_WITHDRAWAL:
    case EVENT_PROPOSAL:
    case EVENT_REGISTRY:
    case EVENT_MINING_ENTRY:
    case EVENT_MINING_SHARES:
    case EVENT_MINING_ENERGY:
    case EVENT_MINING_COINS:
    case EVENT_MINING_FEE: break;
    }
}

static bool revokes_a_key(const struct event_header *event)
{
    const struct event_registry *registry = (const void *)event;

    return event->kind == EVENT_REGISTRY && registry->subject == REGISTRY_SUBJECT_KEY;
}

void user_streams_on_command(struct user_streams *streams, const struct engine *engine,
                             const struct command_header *command, const uint8_t *events,
                             size_t size)
{
    struct telling telling = {
        .streams = streams,
        .views = streams->options.views,
        .scene = {.engine = engine,
                  .now_us = clock_wall_us(streams->options.clock),
                  .time_us = command->time_us},
        .command = command,
    };
    bool has_key_news = false;
    const struct event_header *event;

    if (streams->statistics.subscriptions == 0) {
        return;
    }
    fill_tally_begin(streams->tally);
    for (event = views_next_event(events, size, NULL); event != NULL;
         event = views_next_event(events, size, event)) {
        if (event->kind == EVENT_TRADE) {
            note_fill(&telling, (const void *)event, true);
            note_fill(&telling, (const void *)event, false);
        }
    }
    for (event = views_next_event(events, size, NULL); event != NULL;
         event = views_next_event(events, size, event)) {
        tell_event(&telling, event);
        has_key_news = has_key_news || revokes_a_key(event);
    }
    tell_touched(&telling);
    if (has_key_news) {
        user_streams_check_keys(streams, engine);
    }
}
