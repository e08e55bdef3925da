/* SPDX-License-Identifier: Apache-2.0
 *
 * Events, written where the caller wants them: nothing is built first and copied after. A file of its
 * own because the bytes of events are compared between machines: every byte of an event is set here,
 * and nothing but these functions writes them.
 *
 * Invariants: the events of a command are numbered 0, 1, 2 …; accounts come once each, after
 * everything that changed them; the outcome is last; no more than TARAZY_EVENTS_SIZE_MAX bytes. The
 * buffer holds what an earlier command left there: reserved bytes are set like all others.
 *
 * Next: settle.c, which emits most of them.
 */
#include "engine/emit.h"

#include <string.h>

/* The place of the next event, with its header. The caller sets every other byte. */
static inline void *emit_event(struct apply *apply, enum event_kind kind, size_t size)
{
    struct event_buffer *events = apply->events;
    struct event_header *header = (struct event_header *)(void *)(events->bytes + events->used);

    ENSURE(events->size - events->used >= size);
    header->number = apply->command->number;
    header->kind = (uint16_t)kind;
    header->size = (uint16_t)size;
    header->sequence = events->count++ - apply->events_before;
    events->used += size;
    return header;
}

/* The same for events that are rare: zeroed. */
static void *emit_zeroed(struct apply *apply, enum event_kind kind, size_t size)
{
    struct event_header *header = emit_event(apply, kind, size);

    memset(header + 1, 0, size - sizeof *header);
    return header;
}

#define SET_ZERO(field) memset((field), 0, sizeof(field))

void emit_order_opened(struct apply *apply, uint32_t slot, const struct order_terms *terms,
                       uint64_t replaces)
{
    const struct order *order = market_order(apply->market, slot);
    uint32_t list = order->extra == 0 ? 0 : market_list_of_order(apply->market, slot);
    struct event_order_opened *event = emit_event(apply, EVENT_ORDER_OPENED, sizeof *event);

    event->order = order->number;
    event->list = list == 0 ? 0 : market_list(apply->market, list)->number;
    event->participant = order->participant;
    event->status = order->state == ORDER_STATE_PENDING ? (uint8_t)ORDER_STATUS_PENDING_NEW
                                                        : (uint8_t)ORDER_STATUS_NEW;
    event->working = order->state == ORDER_STATE_TAKING || order->state == ORDER_STATE_RESTING;
    SET_ZERO(event->reserved0);
    event->terms = *terms;
    event->protection = market_order_protection(apply->market, slot);
    event->replaces = replaces;
}

void emit_order_changed(struct apply *apply, uint32_t slot, const struct changed *changed)
{
    const struct order *order = market_order(apply->market, slot);
    struct event_order_changed *event = emit_event(apply, EVENT_ORDER_CHANGED, sizeof *event);

    event->order = order->number;
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->change = (uint8_t)changed->change;
    event->side = order->side;
    event->quantity = order->quantity;
    event->left = order->left;
    event->prevented = changed->prevented;
    event->counter_order = changed->counter_order;
    event->price = price_is_zero(changed->price) ? order->price : changed->price;
    event->client_id = order->client_id;
    event->reserved = 0;
}

void emit_order_closed(struct apply *apply, const struct order *order,
                       const struct closing *closing)
{
    static const struct client_id none;
    struct event_order_closed *event = emit_event(apply, EVENT_ORDER_CLOSED, sizeof *event);

    event->quote = amount_of_units(order->quote_units);
    event->order = order->number;
    event->executed = quantity_subtract(order->quantity, order->left);
    event->left = order->left;
    event->participant = order->participant;
    event->instrument = order->instrument;
    event->status = (uint8_t)closing->status;
    event->reason = (uint8_t)closing->reason;
    event->client_id = closing->client_id != NULL ? *closing->client_id : none;
    SET_ZERO(event->reserved);
    event->counter_order = closing->counter_order;
}

void emit_trade(struct apply *apply, const struct step *step, const struct charged *charged,
                bool auction)
{
    const struct order *maker = market_order(apply->market, step->maker);
    const struct order *taker = market_order(apply->market, step->taker);
    const struct instrument_terms *terms = market_terms(apply->market, maker->instrument);
    struct event_trade *event = emit_event(apply, EVENT_TRADE, sizeof *event);
    bool maker_buys = maker->side == SIDE_BUY;

    /* Each pays its fee in what it received. */
    event->quote = step->quote;
    event->maker_fee = charged->maker;
    event->taker_fee = charged->taker;
    event->trade = step->trade;
    event->price = step->price;
    event->quantity = step->quantity;
    event->maker_order = maker->number;
    event->taker_order = taker->number;
    event->maker_left = maker->left;
    event->taker_left = taker->left;
    event->maker = maker->participant;
    event->taker = taker->participant;
    event->instrument = maker->instrument;
    event->maker_fee_asset = maker_buys ? terms->base : terms->quote;
    event->taker_fee_asset = maker_buys ? terms->quote : terms->base;
    event->taker_side = taker->side;
    event->flags = auction ? (uint8_t)TRADE_FLAG_AUCTION : 0;
    event->reserved = 0;
}

void emit_level(struct apply *apply, const struct level_change *level)
{
    struct event_level *event = emit_event(apply, EVENT_LEVEL, sizeof *event);

    event->update = level->update;
    event->price = level->price;
    event->quantity = level->quantity;
    event->orders = level->orders;
    event->instrument = level->instrument;
    event->side = level->side;
    event->reserved = 0;
}

void emit_order_list(struct apply *apply, const struct order_list *list, enum list_state state)
{
    struct event_order_list *event = emit_zeroed(apply, EVENT_ORDER_LIST, sizeof *event);

    event->list = list->number;
    memcpy(event->orders, list->order_numbers, sizeof event->orders);
    event->participant = list->participant;
    event->instrument = list->instrument;
    event->contingency = list->contingency;
    event->state = (uint8_t)state;
    event->client_id = list->client_id;
    event->legs = list->legs;
}

void emit_session(struct apply *apply, uint16_t instrument, enum session_reason reason,
                  const struct auction_price *price)
{
    struct instrument_view view;

    market_instrument_view(apply->market, instrument, &view);
    struct event_session *event = emit_zeroed(apply, EVENT_SESSION, sizeof *event);
    event->until_us = view.session_until_us;
    if (price != NULL) {
        event->price = price->price;
        event->quantity = price->quantity;
        event->surplus = quantity_of_units(price->surplus_units);
    }
    event->instrument = instrument;
    event->session = view.session;
    event->reason = (uint8_t)reason;
}

void emit_withdrawal(struct apply *apply, const struct withdrawal *withdrawal,
                     enum withdrawal_state state)
{
    struct event_withdrawal *event = emit_zeroed(apply, EVENT_WITHDRAWAL, sizeof *event);

    event->amount = withdrawal->amount;
    event->fee = withdrawal->fee;
    event->withdrawal = withdrawal->number;
    event->participant = withdrawal->participant;
    event->asset = withdrawal->asset;
    event->state = (uint16_t)state;
}

void emit_proposal(struct apply *apply, const struct proposal *proposal, enum proposal_state state,
                   uint32_t approver, uint16_t result)
{
    struct event_proposal *event = emit_zeroed(apply, EVENT_PROPOSAL, sizeof *event);
    struct command_header wrapped;

    memcpy(&wrapped, proposal->command, sizeof wrapped);
    event->proposal = proposal->number;
    event->proposer = proposal->proposer;
    event->approver = approver;
    event->command = wrapped.kind;
    event->state = (uint16_t)state;
    event->result = result;
}

void emit_registry(struct apply *apply, enum registry_subject subject, uint32_t id)
{
    struct event_registry *event = emit_zeroed(apply, EVENT_REGISTRY, sizeof *event);

    event->subject_id = id;
    event->subject = (uint16_t)subject;
}

void emit_mining_entry(struct apply *apply, const struct mining_entry_change *change)
{
    struct event_mining_entry *event = emit_zeroed(apply, EVENT_MINING_ENTRY, sizeof *event);

    event->entry = change->entry;
    event->miner = change->miner;
    event->subject = (uint16_t)change->subject;
    event->change = (uint8_t)change->change;
    event->status = change->status;
    event->until_day = change->until_day;
}

void emit_mining_shares(struct apply *apply, const struct command_share_reading *reading,
                        const struct share_month *sum, uint32_t flags)
{
    struct event_mining_shares *event = emit_zeroed(apply, EVENT_MINING_SHARES, sizeof *event);

    event->work = reading->work;
    event->month_work = sum->work;
    event->reader = reading->header.participant;
    event->miner = reading->miner;
    event->pool = reading->pool;
    event->site = reading->site;
    event->sequence = reading->sequence;
    event->begin_us = reading->begin_us;
    event->end_us = reading->end_us;
    event->accepted = reading->accepted;
    event->rejected = reading->rejected;
    event->stale = reading->stale;
    event->effective_milli = reading->effective_milli;
    event->month_accepted = sum->accepted;
    event->month_rejected = sum->rejected;
    event->month_stale = sum->stale;
    event->month_metered_us = sum->metered_us;
    event->month = sum->month;
    event->flags = flags;
}

void emit_mining_energy(struct apply *apply, const struct command_energy_reading *reading,
                        const struct energy_quarter *sum, uint32_t flags)
{
    struct event_mining_energy *event = emit_zeroed(apply, EVENT_MINING_ENERGY, sizeof *event);

    event->meter = reading->meter;
    event->miner = sum->miner;
    event->site = mining_meter(engine_mining(apply->engine), reading->meter)->site;
    event->reader = reading->header.participant;
    event->sequence = reading->sequence;
    event->begin_us = reading->begin_us;
    event->end_us = reading->end_us;
    event->energy_wh = reading->energy_wh;
    event->quarter_wh = sum->energy_wh;
    event->quarter_metered_us = sum->metered_us;
    event->quarter_missing_us = sum->missing_us;
    event->quarter = sum->quarter;
    event->source = sum->source;
    event->flags = flags;
}

void emit_mining_coins(struct apply *apply, const struct coin_quarter *sum,
                       const struct mining_coins_told *told)
{
    struct event_mining_coins *event = emit_zeroed(apply, EVENT_MINING_COINS, sizeof *event);

    event->amount = told->amount;
    event->quote = told->quote;
    event->quarter_received = sum->received;
    event->quarter_sold = sum->sold;
    event->pool = told->pool;
    event->miner = sum->miner;
    event->moment_us = told->moment_us;
    event->sequence = told->sequence;
    event->quarter = sum->quarter;
    event->asset = (uint16_t)sum->asset;
    event->quote_asset = told->quote_asset;
    event->flags = told->flags;
}

void emit_mining_fee(struct apply *apply, const struct mining_assessment *kept,
                     enum mining_fee_change change, struct amount amount)
{
    struct event_mining_fee *event = emit_zeroed(apply, EVENT_MINING_FEE, sizeof *event);

    event->fee = kept->fee;
    event->paid = kept->paid;
    event->amount = amount;
    event->miner = kept->miner;
    event->quarter = kept->quarter;
    event->energy_wh = kept->energy_wh;
    event->declaration_day = kept->declaration_day;
    event->payment_day = kept->payment_day;
    event->revision = kept->revision;
    event->asset = kept->asset;
    event->trust = kept->trust;
    event->change = (uint8_t)change;
}

void emit_transfer(struct apply *apply, const struct transfer *transfer)
{
    const struct posting *posting = &transfer->posting;

    ledger_post(apply->ledger, posting);
    if (amount_is_zero(posting->amount)) {
        return;
    }
    const struct account *debit = ledger_account(apply->ledger, posting->debit);
    const struct account *credit = ledger_account(apply->ledger, posting->credit);
    struct event_posting *event = emit_event(apply, EVENT_POSTING, sizeof *event);
    event->amount = posting->amount;
    event->debit = debit->owner;
    event->credit = credit->owner;
    event->reference = transfer->reference;
    event->asset = debit->asset;
    event->reason = (uint16_t)transfer->reason;
    event->instrument = transfer->instrument;
    SET_ZERO(event->reserved);
}

static void emit_balances(struct apply *apply)
{
    uint32_t index = ledger_touched_first(apply->ledger);

    while (index != 0) {
        const struct account *account = ledger_account(apply->ledger, index);
        struct event_balance *event = emit_event(apply, EVENT_BALANCE, sizeof *event);

        event->available = account->available;
        event->held = account->held;
        event->owner = account->owner;
        event->asset = account->asset;
        SET_ZERO(event->reserved);
        index = account->next_touched;
    }
    ledger_touched_clear(apply->ledger);
}

/*~ The answer. It is the last event of its command, so whoever reads events backwards or forwards
 * knows where a command ends; in the gateway it becomes the response to the client, once its batch is
 * durable. Next on the route: views/, which turns the events into depth, trades and candles. */
void emit_end(struct apply *apply, enum result result)
{
    const struct command_header *command = apply->command;

    emit_balances(apply);
    struct event_outcome *event = emit_event(apply, EVENT_OUTCOME, sizeof *event);
    event->id = apply->id;
    event->list = apply->list;
    event->participant = command->participant;
    event->request = command->request;
    event->origin = command->origin;
    event->command = command->kind;
    event->result = (uint16_t)result;
    event->cancel_result = apply->cancel_result;
    event->cancelled = apply->cancelled;
    event->place_result = apply->place_result;
    SET_ZERO(event->reserved);
}
