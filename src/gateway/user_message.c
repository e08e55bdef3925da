/* SPDX-License-Identifier: Apache-2.0
 *
 * A participant's events as JSON.
 *
 * Why a file of its own: bots reconstruct their orders from these letters, some of them in ways
 * nobody would guess (after a cancel, "C" is the order and "c" the cancel); committed texts hold them
 * fast. Nothing is decided here.
 * Read next: user_streams.c.
 */
#include "gateway/user_message.h"

#include "base/text.h"
#include "gateway/order_reply.h"
#include "gateway/wire_names.h"
#include "money/arithmetic.h"

static void write_time(struct json_writer *json, const struct user_scene *scene, const char *key,
                       int64_t time_us)
{
    json_write_key_int64(json, key, scene->is_micro ? time_us : time_us / 1000);
}

static void begin(struct json_writer *json, const struct user_scene *scene, const char *event)
{
    json_write_object_begin(json);
    json_write_key_text(json, "e", event);
    write_time(json, scene, "E", scene->now_us);
}

static int64_t id_or_none(uint64_t id)
{
    return id == 0 ? -1 : (int64_t)id;
}

/* ------------------------------------------------------------------ execution reports */

static const char *execution_word(enum user_execution execution)
{
    switch (execution) {
    case USER_EXECUTION_NEW: return "NEW";
    case USER_EXECUTION_CANCELED: return "CANCELED";
    case USER_EXECUTION_REPLACED: return "REPLACED";
    case USER_EXECUTION_REJECTED: return "REJECTED";
    case USER_EXECUTION_TRADE: return "TRADE";
    case USER_EXECUTION_EXPIRED: return "EXPIRED";
    case USER_EXECUTION_TRADE_PREVENTION: return "TRADE_PREVENTION";
    }
    return "";
}

static bool is_by_quote(const struct order_record *order)
{
    return (order->terms.flags & ORDER_FLAG_BY_QUOTE) != 0;
}

/* As in the answers of REST: market kinds have no say in how long they stand. */
static uint8_t shown_time_in_force(const struct order_terms *terms)
{
    return price_is_zero(terms->price) ? TIME_IN_FORCE_GTC : terms->time_in_force;
}

/* What was ordered. The quantity of an order by quote amount is what it bought. */
static void write_terms(struct json_writer *json, const struct user_report *report,
                        const struct instrument_scale *scale)
{
    const struct order_terms *terms = &report->order->terms;

    json_write_key_text(json, "S", wire_side(terms->side));
    json_write_key_text(json, "o", wire_order_type(terms->type));
    json_write_key_text(json, "f", wire_time_in_force(shown_time_in_force(terms)));
    reply_key_quantity(
        json, "q", is_by_quote(report->order) ? report->order->executed : terms->quantity, scale);
    reply_key_price(json, "p", terms->price, scale);
    reply_key_price(json, "P", terms->stop_price, scale);
    if (terms->trailing_bps != 0) {
        json_write_key_uint64(json, "d", terms->trailing_bps);
    }
    reply_key_quantity(json, "F", terms->iceberg, scale);
    json_write_key_int64(json, "g", id_or_none(report->order->list));
    reply_key_client_id(json, "C", &report->original);
}

static void write_state(struct json_writer *json, const struct user_report *report)
{
    json_write_key_text(json, "x", execution_word(report->execution));
    json_write_key_text(json, "X", wire_order_status(report->status));
    json_write_key_text(json, "r",
                        report->execution == USER_EXECUTION_REJECTED ? "TRIGGERED_ORDER_REFUSED"
                                                                     : "NONE");
    json_write_key_uint64(json, "i", report->order->order);
}

static uint8_t asset_scale(const struct engine *engine, uint16_t asset)
{
    struct asset_view view;

    return tarazy_query_asset(engine, asset, &view) ? view.scale : 0;
}

static void write_fee(struct json_writer *json, const struct user_scene *scene,
                      const struct user_report *report)
{
    if (report->fee_asset == 0) {
        json_write_key_text(json, "n", "0");
        json_write_key(json, "N");
        json_write_null(json);
        return;
    }
    reply_key_amount(json, "n", report->fee, asset_scale(scene->engine, report->fee_asset));
    reply_key_asset(json, "N", scene->engine, report->fee_asset);
}

static void write_fill(struct json_writer *json, const struct user_scene *scene,
                       const struct user_report *report, const struct instrument_scale *scale)
{
    reply_key_quantity(json, "l", report->last_quantity, scale);
    reply_key_quantity(json, "z", report->executed, scale);
    reply_key_price(json, "L", report->last_price, scale);
    write_fee(json, scene, report);
    write_time(json, scene, "T", scene->time_us);
    json_write_key_int64(json, "t", id_or_none(report->trade));
}

/* A match that self-trade prevention did not let happen. */
static void write_prevention(struct json_writer *json, const struct user_report *report,
                             const struct instrument_scale *scale)
{
    struct amount quote;

    /* Shown, not booked: what rounding takes off goes to nobody. */
    (void)money_notional_floor(&quote, report->prevented_price, report->prevented, scale->base);
    if (report->prevented_match != 0) {
        json_write_key_uint64(json, "v", report->prevented_match);
    }
    reply_key_quantity(json, "A", report->order->prevented, scale);
    reply_key_quantity(json, "B", report->prevented, scale);
    json_write_key_uint64(json, "U", report->counter_order);
    reply_key_symbol(json, "Cs", scale->symbol);
    reply_key_quantity(json, "pl", report->prevented, scale);
    reply_key_price(json, "pL", report->prevented_price, scale);
    reply_key_amount(json, "pY", quote, scale->quote);
}

/* Times and sums of the whole order. */
static void write_order(struct json_writer *json, const struct user_scene *scene,
                        const struct user_report *report, const struct instrument_scale *scale)
{
    const struct order_record *order = report->order;

    json_write_key_uint64(json, "I", report->id);
    json_write_key_bool(json, "w", report->is_working);
    json_write_key_bool(json, "m", report->is_maker);
    json_write_key_bool(json, "M", false);
    write_time(json, scene, "O", order->opened_us);
    reply_key_amount(json, "Z", report->quote, scale->quote);
    reply_key_amount(json, "Y", report->last_quote, scale->quote);
    reply_key_amount(json, "Q",
                     is_by_quote(order) ? amount_of_quantity(order->terms.quantity) : amount_zero(),
                     scale->quote);
    if (order->working_us != 0) {
        write_time(json, scene, "W", order->working_us);
    }
    if (order->trailing_us != 0) {
        write_time(json, scene, "D", order->trailing_us);
    }
    json_write_key_text(json, "V", wire_self_trade(order->terms.self_trade));
}

void user_message_report(struct json_writer *json, const struct user_scene *scene,
                         const struct user_report *report)
{
    struct instrument_scale scale =
        instrument_scale_of(scene->engine, report->order->terms.instrument);

    begin(json, scene, "executionReport");
    reply_key_symbol(json, "s", scale.symbol);
    reply_key_client_id(json, "c", &report->client_id);
    write_terms(json, report, &scale);
    write_state(json, report);
    write_fill(json, scene, report, &scale);
    if (report->execution == USER_EXECUTION_TRADE_PREVENTION) {
        write_prevention(json, report, &scale);
    }
    write_order(json, scene, report, &scale);
    json_write_object_end(json);
}

/* ------------------------------------------------------------------ balances */

void user_message_balances(struct json_writer *json, const struct user_scene *scene,
                           const struct user_balance *balances, size_t count)
{
    begin(json, scene, "outboundAccountPosition");
    write_time(json, scene, "u", scene->time_us);
    json_write_key(json, "B");
    json_write_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        uint8_t scale = asset_scale(scene->engine, balances[i].asset);

        json_write_object_begin(json);
        reply_key_asset(json, "a", scene->engine, balances[i].asset);
        reply_key_amount(json, "f", balances[i].available, scale);
        reply_key_amount(json, "l", balances[i].held, scale);
        json_write_object_end(json);
    }
    json_write_array_end(json);
    json_write_object_end(json);
}

void user_message_balance_update(struct json_writer *json, const struct user_scene *scene,
                                 uint16_t asset, struct amount delta)
{
    begin(json, scene, "balanceUpdate");
    reply_key_asset(json, "a", scene->engine, asset);
    reply_key_amount(json, "d", delta, asset_scale(scene->engine, asset));
    write_time(json, scene, "T", scene->time_us);
    json_write_object_end(json);
}

/* ------------------------------------------------------------------ lists */

static void write_list_orders(struct json_writer *json, const struct event_order_list *list,
                              const struct client_id *names, struct symbol symbol)
{
    json_write_key(json, "O");
    json_write_array_begin(json);
    for (uint32_t i = 0; i < list->legs; i++) {
        json_write_object_begin(json);
        reply_key_symbol(json, "s", symbol);
        json_write_key_uint64(json, "i", list->orders[i]);
        reply_key_client_id(json, "c", &names[i]);
        json_write_object_end(json);
    }
    json_write_array_end(json);
}

void user_message_list(struct json_writer *json, const struct user_scene *scene,
                       const struct event_order_list *list, const struct client_id *names)
{
    struct instrument_scale scale = instrument_scale_of(scene->engine, list->instrument);

    begin(json, scene, "listStatus");
    reply_key_symbol(json, "s", scale.symbol);
    json_write_key_uint64(json, "g", list->list);
    json_write_key_text(json, "c", wire_contingency(list->contingency));
    json_write_key_text(json, "l", wire_list_status_type(list->state));
    json_write_key_text(json, "L", wire_list_state(list->state));
    json_write_key_text(json, "r", "NONE");
    reply_key_client_id(json, "C", &list->client_id);
    write_time(json, scene, "T", scene->time_us);
    write_list_orders(json, list, names, scale.symbol);
    json_write_object_end(json);
}

/* ------------------------------------------------------------------ the stream itself */

void user_message_terminated(struct json_writer *json, const struct user_scene *scene)
{
    begin(json, scene, "eventStreamTerminated");
    json_write_object_end(json);
}

void user_message_key_expired(struct json_writer *json, const struct user_scene *scene,
                              struct slice listen_key)
{
    begin(json, scene, "listenKeyExpired");
    json_write_key_string(json, "listenKey", listen_key);
    json_write_object_end(json);
}

void user_message_shutdown(struct json_writer *json, const struct user_scene *scene)
{
    begin(json, scene, "serverShutdown");
    json_write_object_end(json);
}
