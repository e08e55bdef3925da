/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch: one command after the other, and while one is applied the next few move up a conveyor that
 * asks memory for what they will touch. A file of its own because it is the one place where the
 * engine looks at commands without judging them: whatever they say, it only computes addresses.
 *
 * Names that clients give are hashed all over two large tables, however few the people: those are asked
 * for of every batch, some commands ahead.
 *
 * Invariant: with or without the conveyor, the same events and the same state.
 *
 * Next: market/ahead.c.
 */
#include "base/ensure.h"
#include "engine/state.h"
#include "market/ahead.h"

#define PLACES 8u      /* steps of the conveyor; a power of two */
#define FEW    30000u  /* people */
#define LITTLE 100000u /* pieces of evidence */

#define NAMES_AHEAD 6u /* commands */

struct place {
    struct market_ahead market;
    uint32_t payee; /* of a deposit; 0 = it is none */
    uint16_t asset; /* of that deposit */
    bool is_new;    /* a trader with no record yet: his accounts are looked up by asset */
    const struct instrument_terms *terms; /* where he trades */
};

struct conveyor {
    const struct engine *engine;
    const uint8_t *next; /* command that goes on it next, size bytes before the end */
    size_t size;
    uint64_t order; /* the number that the next order will have, if none is refused */
    uint32_t moves;
    struct place places[PLACES]; /* ring: on place moves % PLACES stands the newest */
};

/* Few people touch the same accounts, orders and levels again and again, however many orders rest: then
 * all of that is in a cache and there is nothing to wait for. Evidence is everywhere. */
static bool is_cached(const struct engine *engine)
{
    return registry_participant_count(engine_registry(engine)) < FEW &&
           ledger_evidence_count(engine_ledger(engine)) < LITTLE;
}

/* What the market will be asked by this command. */
static struct market_ahead describe(const struct command_header *command)
{
    const void *whole = command;
    struct market_ahead ahead = {.participant = command->participant,
                                 .key_of_sender = command->key};
    const struct order_terms *terms = NULL;

    if (command->kind == COMMAND_ORDER_PLACE) {
        terms = &((const struct command_order_place *)whole)->terms;
    } else if (command->kind == COMMAND_ORDER_REPLACE) {
        terms = &((const struct command_order_replace *)whole)->terms;
        ahead.number = ((const struct command_order_replace *)whole)->order;
    } else if (command->kind == COMMAND_ORDER_CANCEL) {
        ahead.number = ((const struct command_order_cancel *)whole)->order;
    } else if (command->kind == COMMAND_ORDER_AMEND) {
        ahead.number = ((const struct command_order_amend *)whole)->order;
    }
    if (terms != NULL) {
        ahead.price = terms->price;
        ahead.instrument = terms->instrument;
        ahead.side = terms->side;
    }
    return ahead;
}

static void ask_people(const struct engine *engine, const struct market_ahead *ahead)
{
    if (ahead->participant <= engine->limits.participants_max &&
        ahead->key_of_sender <= engine->limits.keys_max) {
        registry_ask(engine_registry(engine), ahead->participant, ahead->key_of_sender);
    }
}

/* The accounts that stand beside the trader's orders. Of a new trader first their places in the ledger's
 * table, then (ask_new_accounts) both, for both will be noted beside his first order. */
static void ask_accounts(const struct engine *engine, struct place *place)
{
    const struct ledger *ledger = engine_ledger(engine);
    struct market_ahead *ahead = &place->market;
    struct trader_note note = market_ahead_trader(engine_market(engine), ahead);

    if (note.words[0] == 0 && ahead->instrument != 0) {
        place->is_new = true;
        place->terms = market_terms(engine_market(engine), ahead->instrument);
        ledger_ask_place(ledger, ahead->participant, place->terms->base);
        ledger_ask_place(ledger, ahead->participant, place->terms->quote);
        return;
    }
    if (ahead->side != SIDE_SELL) { /* a new order's money; of a cancelled one's either may be */
        ledger_ask(ledger, note.words[1]);
    }
    if (ahead->side != SIDE_BUY) {
        ledger_ask(ledger, note.words[0]);
    }
}

static void ask_new_accounts(const struct engine *engine, const struct place *place)
{
    const struct ledger *ledger = engine_ledger(engine);
    uint32_t participant = place->market.participant;

    if (place->is_new) {
        ledger_ask(ledger, ledger_guess(ledger, participant, place->terms->base));
        ledger_ask(ledger, ledger_guess(ledger, participant, place->terms->quote));
    }
}

static void ask_payee(const struct engine *engine, const struct place *place)
{
    const struct ledger *ledger = engine_ledger(engine);

    if (place->payee != 0) {
        ledger_ask(ledger, ledger_guess(ledger, place->payee, place->asset));
    }
}

/* Both kinds of deposits have the same fields in the same places. */
_Static_assert(sizeof(struct command_deposit) == sizeof(struct command_sandbox_deposit), "alike");

static void describe_deposit(const struct conveyor *conveyor, const struct command_header *command,
                             struct place *place)
{
    const void *whole = command;
    const struct command_deposit *deposit = whole;
    const struct ledger *ledger = engine_ledger(conveyor->engine);

    if (command->kind == COMMAND_DEPOSIT || command->kind == COMMAND_SANDBOX_DEPOSIT) {
        place->payee = deposit->target;
        place->asset = deposit->asset;
        ledger_ask_place(ledger, place->payee, place->asset);
        ledger_ask_evidence(ledger, &deposit->evidence);
    }
}

static void put_on(struct conveyor *conveyor, struct place *place)
{
    const struct command_header *command = (const void *)conveyor->next;

    *place = (struct place){0};
    if (conveyor->size == 0) {
        return;
    }
    place->market = describe(command);
    place->market.order_to_come = place->market.instrument != 0 ? conveyor->order++ : 0;
    market_ahead_tables(engine_market(conveyor->engine), &place->market);
    describe_deposit(conveyor, command, place);
    size_t step = tarazy_command_size(command->kind);
    ENSURE(step > 0 && step <= conveyor->size);
    conveyor->next += step;
    conveyor->size -= step;
}

static struct place *place_at(struct conveyor *conveyor, uint32_t step)
{
    return &conveyor->places[(conveyor->moves - step) % PLACES];
}

/* One command more, and one step for each that is on the way. */
static void move(struct conveyor *conveyor)
{
    const struct engine *engine = conveyor->engine;
    const struct market *market = engine_market(engine);

    conveyor->moves++;
    put_on(conveyor, place_at(conveyor, 0));
    market_ahead_records(market, &place_at(conveyor, 1)->market);
    market_ahead_around(market, &place_at(conveyor, 2)->market);
    market_ahead_down(market, &place_at(conveyor, 2)->market);
    ask_people(engine, &place_at(conveyor, 2)->market);
    ask_payee(engine, place_at(conveyor, 2));
    ask_accounts(engine, place_at(conveyor, 3));
    market_ahead_down(market, &place_at(conveyor, 3)->market);
    ask_new_accounts(engine, place_at(conveyor, 4));
    market_ahead_down(market, &place_at(conveyor, 4)->market);
    market_ahead_down(market, &place_at(conveyor, 5)->market);
    market_ahead_queue(market, &place_at(conveyor, 6)->market);
}

/* The commands whose names have not been asked for. */
struct names {
    const uint8_t *next;
    size_t size;
};

/* What a client calls the order that the command is about; NULL: nothing that is asked for. */
static const struct client_id *name_of(const struct command_header *command)
{
    const void *whole = command;

    if (command->kind == COMMAND_ORDER_PLACE) {
        return &((const struct command_order_place *)whole)->terms.client_id;
    }
    if (command->kind == COMMAND_ORDER_REPLACE) {
        return &((const struct command_order_replace *)whole)->terms.client_id;
    }
    if (command->kind == COMMAND_ORDER_CANCEL) {
        return &((const struct command_order_cancel *)whole)->original;
    }
    return NULL;
}

static void ask_name(const struct engine *engine, struct names *names)
{
    const struct command_header *command = (const void *)names->next;

    if (names->size == 0) {
        return;
    }
    const struct client_id *name = name_of(command);
    size_t step = tarazy_command_size(command->kind);

    if (name != NULL && name->text[0] != '\0') {
        market_ahead_name(engine_market(engine), command->participant, name);
    }
    ENSURE(step > 0 && step <= names->size);
    names->next += step;
    names->size -= step;
}

void tarazy_engine_apply_batch(struct engine *engine, const void *commands, size_t size,
                               struct event_buffer *events, const struct batch_sink *sink)
{
    const uint8_t *at = commands;
    bool is_conveyed = !is_cached(engine);
    struct conveyor conveyor = {
        .engine = engine, .next = at, .size = size, .order = engine->last_order + 1};

    struct names names = {.next = at, .size = size};

    for (uint32_t i = 1; i < NAMES_AHEAD; i++) {
        ask_name(engine, &names);
    }
    for (uint32_t i = 1; is_conveyed && i < PLACES; i++) {
        move(&conveyor);
    }
    while (size > 0) {
        const struct command_header *command = (const void *)at;
        size_t step = tarazy_command_size(command->kind);

        ENSURE(step > 0 && step <= size);
        ask_name(engine, &names);
        if (is_conveyed) {
            move(&conveyor);
        }
        events->used = 0;
        events->count = 0;
        tarazy_engine_apply(engine, command, events);
        sink->on_command(sink->context, command, events);
        at += step;
        size -= step;
    }
}
