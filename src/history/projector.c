/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened, as rows. It is a room of its own because it alone decides which events history
 * keeps; databases below it know tables, followers above it know commands.
 *
 * Invariant: between commits the database is inside one transaction that began at its number.
 */
#include "history/projector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ensure.h"
#include "codec/hex_text.h"
#include "history/row_fill.h"
#include "tarazy/query.h"
#include "views/candles.h"

/* The candle that still grows, of one instrument and length. */
struct open_candle {
    struct candle candle;
    uint8_t base_scale;
    uint8_t quote_scale;
    bool is_dirty; /* not written as it stands */
};

struct projector {
    struct history_database *database;
    struct candles *candles;
    void *candles_memory;
    struct open_candle *open_candles; /* instrument by instrument */
    uint32_t instruments_max;
    uint64_t number; /* of the last command applied */
    uint64_t waiting;
    bool in_transaction;
};

/* What a command's events need to become rows. */
struct projection {
    struct projector *projector;
    const struct engine *engine;
    const struct command_header *command;
    struct history_row row;
};

struct projector *projector_create(struct history_database *database, uint32_t instruments_max)
{
    struct projector *projector = calloc(1, sizeof *projector);
    struct arena arena = {0};

    if (projector == NULL) {
        return NULL;
    }
    (void)candles_create(&arena, instruments_max);
    projector->candles_memory = aligned_alloc(64, (arena.used + 63) / 64 * 64);
    projector->open_candles =
        calloc((size_t)instruments_max * CANDLE_INTERVAL_COUNT, sizeof *projector->open_candles);
    projector->instruments_max = instruments_max;
    if (arena.overflow || projector->candles_memory == NULL || projector->open_candles == NULL) {
        projector_destroy(projector);
        return NULL;
    }
    memset(projector->candles_memory, 0, arena.used);
    arena = (struct arena){.block = projector->candles_memory, .size = arena.used};
    projector->candles = candles_create(&arena, instruments_max);
    projector->database = database;
    return projector;
}

void projector_destroy(struct projector *projector)
{
    if (projector != NULL) {
        free(projector->open_candles);
        free(projector->candles_memory);
        free(projector);
    }
}

uint64_t projector_waiting(const struct projector *projector)
{
    return projector->waiting;
}

static bool put(struct projection *projection)
{
    struct projector *projector = projection->projector;
    const struct history_database_kind *kind = projector->database->kind;

    row_end(&projection->row);
    if (!projector->in_transaction) {
        if (!kind->begin(projector->database)) {
            return false;
        }
        projector->in_transaction = true;
    }
    projector->waiting++;
    return kind->write(projector->database, &projection->row);
}

static uint8_t scale_of(const struct projection *projection, uint16_t asset)
{
    struct asset_view view;

    ENSURE(tarazy_query_asset(projection->engine, asset, &view));
    return view.scale;
}

static void instrument_of(const struct projection *projection, uint16_t instrument,
                          struct instrument_view *view)
{
    ENSURE(tarazy_query_instrument(projection->engine, instrument, view));
}

/* The first columns of tables keyed by where in the journal an event stands. */
static void begin_at(struct projection *projection, enum history_table table,
                     const struct event_header *event)
{
    row_begin(&projection->row, table);
    row_number(&projection->row, event->number);
    row_integer(&projection->row, event->sequence);
}

static bool project_opened(struct projection *projection, const struct event_order_opened *event)
{
    struct history_row *row = &projection->row;
    const struct order_terms *terms = &event->terms;
    struct instrument_view instrument;
    bool by_quote = (terms->flags & ORDER_FLAG_BY_QUOTE) != 0;
    const struct quantity none = {0};

    instrument_of(projection, terms->instrument, &instrument);
    row_begin(row, HISTORY_TABLE_ORDERS);
    row_number(row, event->order);
    row_number(row, event->list);
    row_integer(row, event->participant);
    row_integer(row, terms->instrument);
    row_word(row, word_of_side(terms->side));
    row_word(row, word_of_order_type(terms->type));
    row_word(row, word_of_time_in_force(terms->time_in_force));
    row_price(row, terms->price, instrument.quote_scale);
    row_price(row, terms->stop_price, instrument.quote_scale);
    row_quantity(row, by_quote ? none : terms->quantity, instrument.base_scale);
    row_quantity(row, by_quote ? terms->quantity : none, instrument.quote_scale);
    row_quantity(row, terms->iceberg, instrument.base_scale);
    row_integer(row, terms->trailing_bps);
    row_text(row, terms->client_id.text, sizeof terms->client_id.text);
    row_number(row, event->header.number);
    row_integer(row, projection->command->time_us);
    if (!put(projection)) {
        return false;
    }
    begin_at(projection, HISTORY_TABLE_ORDER_EVENTS, &event->header);
    row_number(row, event->order);
    row_word(row, "OPENED");
    row_word(row, word_of_order_status(event->status));
    row_word(row, "");
    row_quantity(row, by_quote ? none : terms->quantity, instrument.base_scale);
    row_quantity(row, by_quote ? none : terms->quantity, instrument.base_scale);
    row_quantity(row, none, instrument.base_scale);
    row_quantity(row, none, instrument.quote_scale);
    row_integer(row, projection->command->time_us);
    return put(projection);
}

static bool project_changed(struct projection *projection, const struct event_order_changed *event)
{
    struct history_row *row = &projection->row;
    struct instrument_view instrument;
    const struct quantity none = {0};

    instrument_of(projection, event->instrument, &instrument);
    begin_at(projection, HISTORY_TABLE_ORDER_EVENTS, &event->header);
    row_number(row, event->order);
    row_word(row, word_of_order_change(event->change));
    row_word(row, word_of_order_status(ORDER_STATUS_NEW));
    row_word(row, "");
    row_quantity(row, event->quantity, instrument.base_scale);
    row_quantity(row, event->left, instrument.base_scale);
    row_quantity(row, none, instrument.base_scale);
    row_quantity(row, none, instrument.quote_scale);
    row_integer(row, projection->command->time_us);
    return put(projection);
}

static bool project_closed(struct projection *projection, const struct event_order_closed *event)
{
    struct history_row *row = &projection->row;
    struct instrument_view instrument;
    struct quantity quantity;

    instrument_of(projection, event->instrument, &instrument);
    quantity.units = event->executed.units + event->left.units; /* raw: the two parts of a whole */
    begin_at(projection, HISTORY_TABLE_ORDER_EVENTS, &event->header);
    row_number(row, event->order);
    row_word(row, "CLOSED");
    row_word(row, word_of_order_status(event->status));
    row_word(row, word_of_close_reason(event->reason));
    row_quantity(row, quantity, instrument.base_scale);
    row_quantity(row, event->left, instrument.base_scale);
    row_quantity(row, event->executed, instrument.base_scale);
    row_amount(row, event->quote, instrument.quote_scale);
    row_integer(row, projection->command->time_us);
    return put(projection);
}

static bool put_candle(struct projection *projection, uint32_t place)
{
    struct history_row *row = &projection->row;
    struct open_candle *open = &projection->projector->open_candles[place];
    const struct candle *candle = &open->candle;

    row_begin(row, HISTORY_TABLE_CANDLES);
    row_integer(row, place / CANDLE_INTERVAL_COUNT + 1);
    row_word(row, word_of_candle_length(place % CANDLE_INTERVAL_COUNT + 1));
    row_integer(row, candle->open_us);
    row_price(row, candle->open, open->quote_scale);
    row_price(row, candle->high, open->quote_scale);
    row_price(row, candle->low, open->quote_scale);
    row_price(row, candle->close, open->quote_scale);
    row_amount(row, candle->base, open->base_scale);
    row_amount(row, candle->quote, open->quote_scale);
    row_amount(row, candle->taker_base, open->base_scale);
    row_amount(row, candle->taker_quote, open->quote_scale);
    row_number(row, candle->trades);
    open->is_dirty = false;
    return put(projection);
}

/* A candle is written when the next of its length begins, and as it stands at each commit. */
static bool project_candles(struct projection *projection, const struct event_trade *event,
                            const struct instrument_view *instrument)
{
    struct projector *projector = projection->projector;
    uint32_t first = (event->instrument - 1u) * CANDLE_INTERVAL_COUNT;

    ENSURE(event->instrument <= projector->instruments_max);
    for (uint32_t i = 0; i < CANDLE_INTERVAL_COUNT; i++) {
        struct open_candle *open = &projector->open_candles[first + i];
        const struct candle *newest =
            candles_newest(projector->candles, event->instrument, (enum candle_interval)(i + 1));

        ENSURE(newest != NULL);
        if (open->is_dirty && open->candle.open_us != newest->open_us &&
            !put_candle(projection, first + i)) {
            return false;
        }
        *open =
            (struct open_candle){*newest, instrument->base_scale, instrument->quote_scale, true};
    }
    return true;
}

static bool put_open_candles(struct projector *projector)
{
    struct projection projection = {.projector = projector};
    uint32_t count = projector->instruments_max * CANDLE_INTERVAL_COUNT;

    for (uint32_t place = 0; place < count; place++) {
        if (projector->open_candles[place].is_dirty && !put_candle(&projection, place)) {
            return false;
        }
    }
    return true;
}

static bool project_trade(struct projection *projection, const struct event_trade *event)
{
    struct history_row *row = &projection->row;
    struct instrument_view instrument;

    instrument_of(projection, event->instrument, &instrument);
    row_begin(row, HISTORY_TABLE_TRADES);
    row_integer(row, event->instrument);
    row_number(row, event->trade);
    row_number(row, event->header.number);
    row_integer(row, projection->command->time_us);
    row_price(row, event->price, instrument.quote_scale);
    row_quantity(row, event->quantity, instrument.base_scale);
    row_amount(row, event->quote, instrument.quote_scale);
    row_number(row, event->maker_order);
    row_number(row, event->taker_order);
    row_integer(row, event->maker);
    row_integer(row, event->taker);
    row_word(row, word_of_side(event->taker_side));
    row_amount(row, event->maker_fee, scale_of(projection, event->maker_fee_asset));
    row_integer(row, event->maker_fee_asset);
    row_amount(row, event->taker_fee, scale_of(projection, event->taker_fee_asset));
    row_integer(row, event->taker_fee_asset);
    row_integer(row, (event->flags & TRADE_FLAG_AUCTION) != 0);
    return put(projection) && project_candles(projection, event, &instrument);
}

static bool project_posting(struct projection *projection, const struct event_posting *event)
{
    struct history_row *row = &projection->row;

    begin_at(projection, HISTORY_TABLE_POSTINGS, &event->header);
    row_integer(row, projection->command->time_us);
    row_integer(row, event->debit);
    row_integer(row, event->credit);
    row_integer(row, event->asset);
    row_amount(row, event->amount, scale_of(projection, event->asset));
    row_word(row, word_of_posting_reason(event->reason));
    row_number(row, event->reference);
    row_integer(row, event->instrument);
    return put(projection);
}

static bool project_balance(struct projection *projection, const struct event_balance *event)
{
    struct history_row *row = &projection->row;
    uint8_t scale = scale_of(projection, event->asset);

    begin_at(projection, HISTORY_TABLE_BALANCES, &event->header);
    row_integer(row, projection->command->time_us);
    row_integer(row, event->owner);
    row_integer(row, event->asset);
    row_amount(row, event->available, scale);
    row_amount(row, event->held, scale);
    return put(projection);
}

static bool project_withdrawal(struct projection *projection, const struct event_withdrawal *event)
{
    struct history_row *row = &projection->row;
    uint8_t scale = scale_of(projection, event->asset);

    begin_at(projection, HISTORY_TABLE_WITHDRAWALS, &event->header);
    row_integer(row, projection->command->time_us);
    row_number(row, event->withdrawal);
    row_integer(row, event->participant);
    row_integer(row, event->asset);
    row_amount(row, event->amount, scale);
    row_amount(row, event->fee, scale);
    row_word(row, word_of_withdrawal_state(event->state));
    return put(projection);
}

static bool project_participant(struct projection *projection, uint32_t participant)
{
    struct history_row *row = &projection->row;
    struct participant_view view;

    ENSURE(tarazy_query_participant(projection->engine, participant, &view));
    row_begin(row, HISTORY_TABLE_PARTICIPANTS);
    row_integer(row, participant);
    row_text(row, view.handle.text, sizeof view.handle.text);
    row_integer(row, view.roles);
    row_integer(row, view.tier);
    row_integer(row, view.frozen);
    return put(projection);
}

static bool project_asset(struct projection *projection, uint16_t asset)
{
    struct history_row *row = &projection->row;
    struct asset_view view;

    ENSURE(tarazy_query_asset(projection->engine, asset, &view));
    row_begin(row, HISTORY_TABLE_ASSETS);
    row_integer(row, asset);
    row_text(row, view.code.text, sizeof view.code.text);
    row_text(row, view.name.text, sizeof view.name.text);
    row_integer(row, view.scale);
    return put(projection);
}

static bool project_instrument(struct projection *projection, uint16_t instrument)
{
    struct history_row *row = &projection->row;
    struct instrument_view view;

    instrument_of(projection, instrument, &view);
    row_begin(row, HISTORY_TABLE_INSTRUMENTS);
    row_integer(row, instrument);
    row_text(row, view.terms.symbol.text, sizeof view.terms.symbol.text);
    row_integer(row, view.terms.base);
    row_integer(row, view.terms.quote);
    row_price(row, view.terms.tick, view.quote_scale);
    row_quantity(row, view.terms.lot, view.base_scale);
    return put(projection);
}

static bool project_registry(struct projection *projection, const struct event_registry *event)
{
    switch ((enum registry_subject)event->subject) {
    case REGISTRY_SUBJECT_PARTICIPANT: return project_participant(projection, event->subject_id);
    case REGISTRY_SUBJECT_ASSET: return project_asset(projection, (uint16_t)event->subject_id);
    case REGISTRY_SUBJECT_INSTRUMENT:
        return project_instrument(projection, (uint16_t)event->subject_id);
    case REGISTRY_SUBJECT_NODE:
    case REGISTRY_SUBJECT_KEY:
    case REGISTRY_SUBJECT_TIER: return true;
    }
    return true;
}

/* Events are views into the follower's buffer, which is aligned for them. */
static bool project(struct projection *projection, const struct event_header *event)
{
    const void *whole = event;

    switch ((enum event_kind)event->kind) {
    case EVENT_ORDER_OPENED: return project_opened(projection, whole);
    case EVENT_ORDER_CHANGED: return project_changed(projection, whole);
    case EVENT_ORDER_CLOSED: return project_closed(projection, whole);
    case EVENT_TRADE: return project_trade(projection, whole);
    case EVENT_POSTING: return project_posting(projection, whole);
    case EVENT_BALANCE: return project_balance(projection, whole);
    case EVENT_WITHDRAWAL: return project_withdrawal(projection, whole);
    case EVENT_REGISTRY: return project_registry(projection, whole);
    case EVENT_OUTCOME:
    case EVENT_LEVEL:
    case EVENT_ORDER_LIST:
    case EVENT_SESSION:
    case EVENT_PROPOSAL:
    case EVENT_MINING_ENTRY:
    case EVENT_MINING_SHARES:
    case EVENT_MINING_ENERGY:
    case EVENT_MINING_COINS:
    case EVENT_MINING_FEE: return true;
    }
    return true;
}

/* The licence's random seed names the journal: no other has the same. */
static bool project_node(struct projection *projection, bool is_new)
{
    struct history_database *database = projection->projector->database;
    const struct command_node_found *found = (const void *)projection->command;
    struct history_row *row = &projection->row;
    char journal[33];

    hex_encode((const uint8_t *)found->hash_seed, sizeof found->hash_seed, journal);
    journal[32] = '\0';
    if (!is_new) {
        if (strcmp(journal, database->journal) != 0) {
            snprintf(database->error, HISTORY_ERROR_MAX,
                     "this is the history of another journal: delete it, it is rebuilt");
            return false;
        }
        return true;
    }
    row_begin(row, HISTORY_TABLE_NODE);
    row_integer(row, 1);
    row_word(row, journal);
    row_text(row, found->name.text, sizeof found->name.text);
    row_integer(row, found->sandbox);
    return put(projection);
}

bool projector_apply(struct projector *projector, const struct engine *engine,
                     const struct command_header *command, const uint8_t *events, size_t size)
{
    struct projection projection = {.projector = projector, .engine = engine, .command = command};
    bool is_new = command->number > projector->database->number;

    ENSURE(command->number > projector->number);
    if (command->kind == COMMAND_NODE_FOUND && !project_node(&projection, is_new)) {
        return false;
    }
    for (size_t at = 0; at < size;) {
        const struct event_header *event = (const struct event_header *)(const void *)(events + at);

        ENSURE(event->size >= sizeof *event && event->size <= size - at);
        candles_apply(projector->candles, command->time_us, event);
        if (is_new && !project(&projection, event)) {
            return false;
        }
        at += event->size;
    }
    projector->number = command->number;
    return true;
}

bool projector_commit(struct projector *projector)
{
    struct history_database *database = projector->database;

    if (projector->number <= database->number) {
        return true;
    }
    if (!put_open_candles(projector)) {
        return false;
    }
    if (!projector->in_transaction && !database->kind->begin(database)) {
        return false;
    }
    projector->in_transaction = false;
    projector->waiting = 0;
    return database->kind->commit(database, database->number, projector->number);
}
