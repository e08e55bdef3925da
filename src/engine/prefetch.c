/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking memory for what a batch of commands will touch. A file of its own because it is the one place
 * where the engine looks at commands without judging them: whatever they say, it only computes addresses.
 *
 * Invariant: with or without it, the same events and the same state.
 *
 * Next: market/ahead.c.
 */
#include "base/ensure.h"
#include "engine/state.h"
#include "market/ahead.h"

#define TOGETHER 16u    /* requests that a processor keeps under way at once are about as many */
#define FEW      30000u /* people */

/* Few people touch the same accounts, orders and levels again and again, however many orders rest: then
 * all of that is in a cache and there is nothing to wait for. */
static bool is_cached(const struct engine *engine)
{
    return registry_participant_count(engine_registry(engine)) < FEW;
}

/* What the market will be asked by this command. */
static struct market_ahead describe(const struct command_header *command)
{
    const void *whole = command;
    struct market_ahead ahead = {.participant = command->participant};
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

static void ask_people(const struct engine *engine, const struct command_header *command)
{
    if (command->participant <= engine->limits.participants_max &&
        command->key <= engine->limits.keys_max) {
        registry_ask(engine_registry(engine), command->participant, command->key);
    }
}

/* The accounts that stand beside the trader's orders; for a new trader first their places in the ledger's
 * table. */
static void ask_accounts(const struct engine *engine, const struct market_ahead *ahead, bool places)
{
    const struct market *market = engine_market(engine);
    const struct ledger *ledger = engine_ledger(engine);
    const struct instrument_terms *terms = market_terms(market, ahead->instrument);
    struct trader_note note = market_ahead_note(market, ahead);

    if (note.words[0] == 0 && terms != NULL) {
        if (places) {
            ledger_ask_place(ledger, ahead->participant, terms->base);
            ledger_ask_place(ledger, ahead->participant, terms->quote);
            return;
        }
        note.words[0] = ledger_guess(ledger, ahead->participant, terms->base);
        note.words[1] = ledger_guess(ledger, ahead->participant, terms->quote);
    }
    ledger_ask(ledger, note.words[0]);
    ledger_ask(ledger, note.words[1]);
}

static void prefetch_some(const struct engine *engine, const struct command_header *const *commands,
                          size_t count)
{
    const struct market *market = engine_market(engine);
    struct market_ahead aheads[TOGETHER];

    for (size_t i = 0; i < count; i++) {
        aheads[i] = describe(commands[i]);
        ask_people(engine, commands[i]);
    }
    for (uint32_t step = 0; step < MARKET_AHEAD_STEPS; step++) {
        for (size_t i = 0; i < count; i++) {
            market_ahead_step(market, &aheads[i], step);
        }
    }
    for (size_t i = 0; i < 2 * count; i++) {
        ask_accounts(engine, &aheads[i % count], i < count);
    }
}

size_t tarazy_engine_prefetch(const struct engine *engine, const void *commands, size_t size)
{
    const struct command_header *some[TOGETHER];
    const uint8_t *at = commands;
    size_t count = 0;
    size_t done = 0;

    if (is_cached(engine)) {
        return size;
    }
    while (done < size && count < TOGETHER) {
        const struct command_header *command = (const void *)(at + done);
        size_t step = tarazy_command_size(command->kind);

        ENSURE(step > 0 && step <= size - done);
        some[count++] = command;
        done += step;
    }
    prefetch_some(engine, some, count);
    return done;
}
