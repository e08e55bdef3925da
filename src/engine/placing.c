/* SPDX-License-Identifier: Apache-2.0
 *
 * From the terms of an order to an order. A file of its own because an order that comes alone, one
 * that replaces another and the legs of a list must pass the same checks and hold the same money.
 *
 * Invariants: the account that pays follows from participant, instrument and side, never from what a
 * client names; nothing is changed before everything has been checked; both accounts an order can
 * touch exist before it works.
 *
 * Next: taking.c.
 */
#include "engine/placing.h"

#include "engine/cascade.h"
#include "engine/emit.h"
#include "engine/taking.h"

/* What the participant owns of an asset, held part included. */
static struct amount owned(const struct ledger *ledger, uint32_t participant, uint16_t asset)
{
    uint32_t index = ledger_find(ledger, participant, asset);
    struct amount whole = amount_zero();

    if (index != 0) {
        const struct account *account = ledger_account(ledger, index);

        ENSURE(amount_add(&whole, account->available, account->held));
    }
    return whole;
}

/* For MAX_POSITION: what it owns of base and what its open bids here may still bring. */
static struct amount position_of(const struct engine *engine, uint32_t participant,
                                 const struct order_terms *terms, uint32_t ignoring)
{
    const struct market *market = engine_market(engine);
    const struct instrument_terms *rules = market_terms(market, terms->instrument);
    struct amount position;

    if (terms->side != SIDE_BUY || amount_is_zero(rules->position_max)) {
        return amount_zero();
    }
    position = owned(engine_ledger(engine), participant, rules->base);
    for (uint32_t slot = market_first_of_participant(market, participant, terms->instrument);
         slot != 0; slot = market_next_of_participant(market, slot, terms->instrument)) {
        const struct order *order = market_order(market, slot);

        if (order->side == SIDE_BUY && slot != ignoring) {
            ENSURE(amount_add(&position, position, amount_of_quantity(order->left)));
        }
    }
    return position;
}

/* From the note beside the participant's orders here; without one, from the ledger. */
static struct accounts find_accounts(const struct engine *engine, uint32_t participant,
                                     const struct order_terms *terms,
                                     const struct replaced *replaced)
{
    const struct market *market = engine_market(engine);
    const struct ledger *ledger = engine_ledger(engine);
    uint32_t trader = replaced->trader != 0 ? replaced->trader
                                            : market_trader(market, participant, terms->instrument);

    if (trader != 0) {
        struct trader_note note = market_trader_note(market, trader);

        if (note.words[0] != 0) {
            return (struct accounts){.base = note.words[0], .quote = note.words[1]};
        }
    }
    const struct instrument_terms *rules = market_terms(market, terms->instrument);
    return (struct accounts){
        .base = ledger_find(ledger, participant, rules->base),
        .quote = ledger_find(ledger, participant, rules->quote),
    };
}

enum result placing_check(const struct engine *engine, const struct command_header *command,
                          const struct order_terms *terms, const struct replaced *replaced,
                          struct placing *placing)
{
    const struct registry *registry = engine_registry(engine);
    const struct market *market = engine_market(engine);
    uint32_t sender = command->participant;
    const struct tier *tier = registry_tier(registry, registry_participant(registry, sender)->tier);
    struct placement *placement = &placing->placement;

    if (market_terms(market, terms->instrument) == NULL) {
        return RESULT_UNKNOWN_INSTRUMENT;
    }
    if ((tier->rights & TIER_RIGHT_TRADE) == 0) {
        return RESULT_TIER_FORBIDS;
    }
    placement->participant = sender;
    placement->orders_max = tier->orders_max;
    placement->now_us = command->time_us;
    placement->ignoring = replaced->order;
    placement->position = position_of(engine, sender, terms, replaced->order);
    enum result result = market_order_check(market, placement, terms);
    if (result != RESULT_OK) {
        return result;
    }
    placing->accounts = find_accounts(engine, sender, terms, replaced);
    placing->funding = amount_zero();
    if (!placement->pending && !market_order_funding(market, placement, terms, &placing->funding)) {
        return RESULT_OVERFLOW;
    }
    return RESULT_OK;
}

enum result placing_check_funds(const struct engine *engine, const struct placing *placing,
                                const struct order_terms *terms, struct amount funding,
                                const struct replaced *replaced)
{
    const struct ledger *ledger = engine_ledger(engine);
    struct accounts accounts = placing->accounts;
    uint32_t account = terms->side == SIDE_BUY ? accounts.quote : accounts.base;
    uint32_t missing = (uint32_t)(accounts.base == 0) + (uint32_t)(accounts.quote == 0);
    struct amount available =
        account == 0 ? amount_zero() : ledger_account(ledger, account)->available;

    if (replaced->order != 0 && replaced->account == account) {
        ENSURE(amount_add(&available, available, replaced->released));
    }
    if (amount_compare(available, funding) < 0) {
        return RESULT_INSUFFICIENT_BALANCE;
    }
    return missing == 0 || missing <= ledger_room(ledger) ? RESULT_OK : RESULT_ACCOUNTS_FULL;
}

void placing_hold(struct apply *apply, struct placing *placing, const struct order_terms *terms,
                  struct amount funding)
{
    struct accounts *accounts = &placing->accounts;

    if (accounts->base == 0 || accounts->quote == 0) {
        const struct instrument_terms *rules = market_terms(apply->market, terms->instrument);
        uint32_t participant = placing->placement.participant;

        accounts->base = ledger_open(apply->ledger, participant, rules->base);
        accounts->quote = ledger_open(apply->ledger, participant, rules->quote);
        ENSURE(accounts->base != 0 && accounts->quote != 0);
    }
    uint32_t spent = terms->side == SIDE_BUY ? accounts->quote : accounts->base;
    ENSURE(ledger_hold(apply->ledger, spent, funding) == RESULT_OK);
}

uint32_t placing_open(struct apply *apply, const struct placing *placing,
                      const struct order_terms *terms, uint32_t list, uint64_t replaces)
{
    uint64_t number = ++apply->engine->last_order;
    uint32_t order = market_order_open(apply->market, &placing->placement, terms, number, list);
    struct trader_note note = {{placing->accounts.base, placing->accounts.quote}};

    market_trader_set_note(apply->market, market_order(apply->market, order)->trader, note);
    emit_order_opened(apply, order, terms, replaces);
    return order;
}

/*~ The order exists: its money is held, it has a number. Now it meets the book (taking.c), or waits
 * for its price (market/triggers.c). Then cascade.c looks at what its trades set off. */
void placing_place(struct apply *apply, struct placing *placing, const struct order_terms *terms,
                   uint64_t replaces)
{
    placing_hold(apply, placing, terms, placing->funding);
    uint32_t slot = placing_open(apply, placing, terms, 0, replaces);
    const struct order *order = market_order(apply->market, slot);

    apply->id = order->number;
    if (order->state == ORDER_STATE_TAKING) {
        take_order(apply, slot, placing->funding);
    } else {
        settle_release(apply, settle_spent_account(apply->market, order), placing->funding,
                       market_order_hold(apply->market, slot));
    }
    cascade_run(apply, terms->instrument);
}
