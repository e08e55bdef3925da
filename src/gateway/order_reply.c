/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders as clients read them.
 *
 * Why a file of its own: an order is shown in a dozen answers, and must look the same in all of them
 * (the historic spelling of cummulativeQuoteQty included). Invariant: amounts are written with all
 * decimals of their asset, exact. Read next: rest_order.c.
 */
#include "gateway/order_reply.h"

#include "base/ensure.h"
#include "base/text.h"
#include "gateway/venue.h"
#include "gateway/wire_names.h"
#include "money/arithmetic.h"

struct instrument_scale instrument_scale_of(const struct engine *engine, uint16_t instrument)
{
    struct instrument_view view;
    bool is_listed = tarazy_query_instrument(engine, instrument, &view);

    ENSURE(is_listed);
    return (struct instrument_scale){view.terms.symbol, view.base_scale, view.quote_scale};
}

/* ------------------------------------------------------------------ values */

void reply_key_fixed(struct json_writer *json, const char *name, const char *text, size_t size)
{
    json_write_key_string(json, name, slice_of(text, text_length(text, size)));
}

void reply_key_symbol(struct json_writer *json, const char *name, struct symbol symbol)
{
    reply_key_fixed(json, name, symbol.text, sizeof symbol.text);
}

void reply_key_client_id(struct json_writer *json, const char *name,
                         const struct client_id *client_id)
{
    reply_key_fixed(json, name, client_id->text, sizeof client_id->text);
}

void reply_key_asset(struct json_writer *json, const char *name, const struct engine *engine,
                     uint16_t asset)
{
    struct asset_view view = {0};

    (void)tarazy_query_asset(engine, asset, &view);
    reply_key_fixed(json, name, view.code.text, sizeof view.code.text);
}

void reply_key_price(struct json_writer *json, const char *name, struct price price,
                     const struct instrument_scale *scale)
{
    json_write_key_decimal(json, name, price.units, scale->quote); /* raw: written as text */
}

void reply_key_quantity(struct json_writer *json, const char *name, struct quantity quantity,
                        const struct instrument_scale *scale)
{
    json_write_key_decimal(json, name, quantity.units, scale->base); /* raw: written as text */
}

void reply_key_amount(struct json_writer *json, const char *name, struct amount amount,
                      uint8_t decimals)
{
    json_write_key_decimal(json, name, amount.units, decimals); /* raw: written as text */
}

void reply_key_rate(struct json_writer *json, const char *name, struct rate rate)
{
    /* raw: parts per million are six decimals; clients expect eight */
    json_write_key_decimal(json, name, (int64_t)rate.ppm * 100, 8);
}

void reply_price(struct json_writer *json, struct price price, const struct instrument_scale *scale)
{
    json_write_decimal(json, price.units, scale->quote); /* raw: written as text */
}

void reply_quantity(struct json_writer *json, struct quantity quantity,
                    const struct instrument_scale *scale)
{
    json_write_decimal(json, quantity.units, scale->base); /* raw: written as text */
}

void reply_amount(struct json_writer *json, struct amount amount, uint8_t decimals)
{
    json_write_decimal(json, amount.units, decimals); /* raw: written as text */
}

void reply_key_list(struct json_writer *json, uint64_t list)
{
    if (list == 0) {
        json_write_key_int64(json, "orderListId", -1);
    } else {
        json_write_key_uint64(json, "orderListId", list);
    }
}

/* ------------------------------------------------------------------ orders */

static bool is_zero(struct quantity quantity)
{
    return quantity_compare(quantity, (struct quantity){0}) == 0;
}

/* Market kinds have no say in how long they stand; the contract shows them as GTC. */
static uint8_t shown_time_in_force(const struct order_terms *terms)
{
    bool has_price = price_compare(terms->price, (struct price){0}) != 0;

    return has_price ? terms->time_in_force : TIME_IN_FORCE_GTC;
}

void reply_words(struct json_writer *json, const struct order_record *record)
{
    json_write_key_text(json, "status", wire_order_status(record->status));
    json_write_key_text(json, "timeInForce",
                        wire_time_in_force(shown_time_in_force(&record->terms)));
    json_write_key_text(json, "type", wire_order_type(record->terms.type));
    json_write_key_text(json, "side", wire_side(record->terms.side));
    json_write_key_text(json, "selfTradePreventionMode", wire_self_trade(record->terms.self_trade));
}

static void write_quantities(struct json_writer *json, const struct order_record *record,
                             const struct instrument_scale *scale)
{
    bool by_quote = (record->terms.flags & ORDER_FLAG_BY_QUOTE) != 0;
    struct amount asked = by_quote ? amount_of_quantity(record->terms.quantity) : amount_zero();

    reply_key_price(json, "price", record->terms.price, scale);
    reply_key_quantity(json, "origQty", by_quote ? record->executed : record->terms.quantity,
                       scale);
    reply_key_quantity(json, "executedQty", record->executed, scale);
    reply_key_amount(json, "origQuoteOrderQty", asked, scale->quote);
    reply_key_amount(json, "cummulativeQuoteQty", record->quote, scale->quote);
    reply_words(json, record);
}

static void write_prevented(struct answer *answer, const struct order_record *record)
{
    struct instrument_scale scale =
        instrument_scale_of(answer->venue->engine, record->terms.instrument);
    const struct prevented_record *match =
        prevented_matches_of_order(answer->venue->views.prevented, record);

    if (match != NULL) {
        json_write_key_uint64(&answer->json, "preventedMatchId", match->id);
    }
    reply_key_quantity(&answer->json, "preventedQuantity", record->prevented, &scale);
}

/* Members that only some orders have. */
static void write_conditional(struct answer *answer, const struct order_record *record)
{
    struct json_writer *json = &answer->json;
    const struct order_terms *terms = &record->terms;
    bool was_prevented = !is_zero(record->prevented) || record->reason == CLOSE_REASON_SELF_TRADE;

    if (terms->trailing_bps != 0) {
        json_write_key_uint64(json, "trailingDelta", terms->trailing_bps);
        if (record->trailing_us != 0) {
            answer_key_time(answer, "trailingTime", record->trailing_us);
        }
    }
    if (terms->time_in_force == TIME_IN_FORCE_GTD) {
        answer_key_time(answer, "expireTime", terms->expires_us);
    }
    if (was_prevented) {
        write_prevented(answer, record);
    }
}

static void write_stop_and_iceberg(struct json_writer *json, const struct order_record *record,
                                   const struct instrument_scale *scale, bool always)
{
    if (always || price_compare(record->terms.stop_price, (struct price){0}) != 0) {
        reply_key_price(json, "stopPrice", record->terms.stop_price, scale);
    }
    if (always || !is_zero(record->terms.iceberg)) {
        reply_key_quantity(json, "icebergQty", record->terms.iceberg, scale);
    }
}

/* −1: it never worked. */
static void write_working_time(struct answer *answer, const struct order_record *record)
{
    if (record->working_us == 0) {
        json_write_key_int64(&answer->json, "workingTime", -1);
    } else {
        answer_key_time(answer, "workingTime", record->working_us);
    }
}

/* The engine knows it of open orders; of closed ones the history does. */
static bool is_working(const struct answer *answer, const struct order_record *record)
{
    struct order_view view;

    if (record->reason == 0 && tarazy_query_order(answer->venue->engine, record->order, &view)) {
        return view.working;
    }
    return record->working;
}

void reply_order(struct answer *answer, const struct order_record *record)
{
    struct json_writer *json = &answer->json;
    struct instrument_scale scale =
        instrument_scale_of(answer->venue->engine, record->terms.instrument);

    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", scale.symbol);
    json_write_key_uint64(json, "orderId", record->order);
    reply_key_list(json, record->list);
    reply_key_client_id(json, "clientOrderId", &record->terms.client_id);
    write_quantities(json, record, &scale);
    write_stop_and_iceberg(json, record, &scale, true);
    answer_key_time(answer, "time", record->opened_us);
    answer_key_time(answer, "updateTime", record->updated_us);
    json_write_key_bool(json, "isWorking", is_working(answer, record));
    write_working_time(answer, record);
    write_conditional(answer, record);
    json_write_object_end(json);
}

/* ------------------------------------------------------------------ a placement */

static void write_fill(struct answer *answer, const struct event_trade *trade, bool is_taker,
                       const struct instrument_scale *scale)
{
    struct json_writer *json = &answer->json;
    uint16_t asset = is_taker ? trade->taker_fee_asset : trade->maker_fee_asset;
    struct asset_view view = {0};

    (void)tarazy_query_asset(answer->venue->engine, asset, &view);
    json_write_object_begin(json);
    reply_key_price(json, "price", trade->price, scale);
    reply_key_quantity(json, "qty", trade->quantity, scale);
    reply_key_amount(json, "commission", is_taker ? trade->taker_fee : trade->maker_fee,
                     view.scale);
    reply_key_fixed(json, "commissionAsset", view.code.text, sizeof view.code.text);
    json_write_key_uint64(json, "tradeId", trade->trade);
    json_write_object_end(json);
}

static void write_fills(struct completion *completion, uint64_t order,
                        const struct instrument_scale *scale)
{
    struct json_writer *json = &completion->answer.json;

    json_write_key(json, "fills");
    json_write_array_begin(json);
    for (const struct event_header *event =
             views_next_event(completion->events, completion->size, NULL);
         event != NULL; event = views_next_event(completion->events, completion->size, event)) {
        const struct event_trade *trade = (const struct event_trade *)event;

        if (event->kind == EVENT_TRADE &&
            (trade->taker_order == order || trade->maker_order == order)) {
            write_fill(&completion->answer, trade, trade->taker_order == order, scale);
        }
    }
    json_write_array_end(json);
}

/*~ route of one order: the end. What the client reads was derived from the durable command's events. */
void reply_placed(struct completion *completion, uint64_t order, uint8_t response_type)
{
    struct answer *answer = &completion->answer;
    struct json_writer *json = &answer->json;
    const struct order_record *record = order_history_find(completion->venue->views.orders, order);

    ENSURE(record != NULL); /* opened by this very command */
    struct instrument_scale scale =
        instrument_scale_of(completion->venue->engine, record->terms.instrument);

    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", scale.symbol);
    json_write_key_uint64(json, "orderId", record->order);
    reply_key_list(json, record->list);
    reply_key_client_id(json, "clientOrderId", &record->terms.client_id);
    answer_key_time(answer, "transactTime", completion->command->time_us);
    if (response_type != RESPONSE_TYPE_ACK) {
        write_quantities(json, record, &scale);
        write_stop_and_iceberg(json, record, &scale, false);
        write_working_time(answer, record);
        if (response_type == RESPONSE_TYPE_FULL) {
            write_fills(completion, order, &scale);
        }
        write_conditional(answer, record);
    }
    json_write_object_end(json);
}

void reply_cancelled(struct answer *answer, const struct order_record *record, int64_t time_us,
                     const struct client_id *client_id)
{
    struct json_writer *json = &answer->json;
    struct instrument_scale scale =
        instrument_scale_of(answer->venue->engine, record->terms.instrument);

    json_write_object_begin(json);
    reply_key_symbol(json, "symbol", scale.symbol);
    reply_key_client_id(json, "origClientOrderId", &record->terms.client_id);
    json_write_key_uint64(json, "orderId", record->order);
    reply_key_list(json, record->list);
    reply_key_client_id(json, "clientOrderId", client_id);
    answer_key_time(answer, "transactTime", time_us);
    write_quantities(json, record, &scale);
    write_stop_and_iceberg(json, record, &scale, false);
    write_conditional(answer, record);
    json_write_object_end(json);
}

/* ------------------------------------------------------------------ lists */

void reply_list_members(struct answer *answer, const struct list_record *list, int64_t time_us)
{
    struct json_writer *json = &answer->json;
    struct instrument_scale scale = instrument_scale_of(answer->venue->engine, list->instrument);

    json_write_key_uint64(json, "orderListId", list->list);
    json_write_key_text(json, "contingencyType",
                        list->contingency == CONTINGENCY_OCO ? "OCO" : "OTO");
    json_write_key_text(json, "listStatusType", wire_list_status_type(list->state));
    json_write_key_text(json, "listOrderStatus", wire_list_state(list->state));
    reply_key_client_id(json, "listClientOrderId", &list->client_id);
    answer_key_time(answer, "transactionTime", time_us);
    reply_key_symbol(json, "symbol", scale.symbol);
    json_write_key(json, "orders");
    json_write_array_begin(json);
    for (uint32_t leg = 0; leg < list->legs; leg++) {
        const struct order_record *record =
            order_history_find(answer->venue->views.orders, list->orders[leg]);

        json_write_object_begin(json);
        reply_key_symbol(json, "symbol", scale.symbol);
        json_write_key_uint64(json, "orderId", list->orders[leg]);
        if (record != NULL) {
            reply_key_client_id(json, "clientOrderId", &record->terms.client_id);
        }
        json_write_object_end(json);
    }
    json_write_array_end(json);
}

/* Did the order end by these events? */
static bool ended_now(const struct completion *completion, uint64_t order)
{
    for (const struct event_header *event =
             views_next_event(completion->events, completion->size, NULL);
         event != NULL; event = views_next_event(completion->events, completion->size, event)) {
        if (event->kind == EVENT_ORDER_CLOSED &&
            ((const struct event_order_closed *)event)->order == order) {
            return true;
        }
    }
    return false;
}

void reply_list_cancelled(struct completion *completion, uint64_t list,
                          const struct client_id *client_id)
{
    struct answer *answer = &completion->answer;
    int64_t time_us = completion->command->time_us;
    const struct list_record *record = list_history_find(completion->venue->views.lists, list);

    ENSURE(record != NULL); /* it ended by this very command */
    json_write_object_begin(&answer->json);
    reply_list_members(answer, record, time_us);
    json_write_key(&answer->json, "orderReports");
    json_write_array_begin(&answer->json);
    for (uint32_t leg = 0; leg < record->legs; leg++) {
        const struct order_record *order =
            order_history_find(completion->venue->views.orders, record->orders[leg]);

        if (order != NULL && ended_now(completion, order->order)) {
            reply_cancelled(answer, order, time_us, client_id);
        }
    }
    json_write_array_end(&answer->json);
    json_write_object_end(&answer->json);
}

void reply_list_placed(struct completion *completion, uint64_t list, uint8_t response_type)
{
    struct answer *answer = &completion->answer;
    const struct list_record *record = list_history_find(completion->venue->views.lists, list);

    ENSURE(record != NULL);
    json_write_object_begin(&answer->json);
    reply_list_members(answer, record, completion->command->time_us);
    if (response_type != RESPONSE_TYPE_ACK) {
        json_write_key(&answer->json, "orderReports");
        json_write_array_begin(&answer->json);
        for (uint32_t leg = 0; leg < record->legs; leg++) {
            reply_placed(completion, record->orders[leg], response_type);
        }
        json_write_array_end(&answer->json);
    }
    json_write_object_end(&answer->json);
}

void reply_cancel(struct completion *completion)
{
    const struct command_order_cancel *cancel =
        (const struct command_order_cancel *)completion->command;
    const struct order_record *record =
        order_history_find(completion->venue->views.orders, completion->outcome->id);

    ENSURE(record != NULL);
    if (record->list != 0) {
        reply_list_cancelled(completion, record->list, &cancel->client_id);
    } else {
        reply_cancelled(&completion->answer, record, completion->command->time_us,
                        &cancel->client_id);
    }
}
