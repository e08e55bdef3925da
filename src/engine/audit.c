/* SPDX-License-Identifier: Apache-2.0
 *
 * Is the whole state right? The books are recomputed from the accounts, the holds from what makes them:
 * open orders and open withdrawals. A file of its own, and written apart from the code that keeps the
 * state, because a proof that shares its steps with what it proves finds no mistakes.
 *
 * Invariants checked here, beside those of the rooms: per account, held equals what its owner's orders
 * and withdrawals hold; every withdrawal, order and list belongs to a participant; counters are ahead of
 * everything they numbered; scratch memory is empty between commands.
 */
#include "engine/apply.h"
#include "engine/settle.h"
#include "engine/withdrawals.h"

/* What of an account's held part this order accounts for. Working legs of a list share one hold: the
 * first of them accounts for it. */
static struct amount held_by_order(const struct market *market, uint32_t slot)
{
    uint32_t number = market_list_of_order(market, slot);

    if (number == 0) {
        return market_order_hold(market, slot);
    }
    const struct order_list *list = market_list(market, number);
    return settle_working_leg(market, list) == slot ? settle_held_by_list(market, list)
                                                    : amount_zero();
}

static bool add_orders(const struct engine *engine, const struct account *account,
                       struct amount *held)
{
    const struct market *market = engine_market(engine);

    for (uint32_t slot = market_first_of_participant(market, account->owner, 0); slot != 0;
         slot = market_next_of_participant(market, slot, 0)) {
        const struct order *order = market_order(market, slot);

        if (settle_spent_asset(market, order->instrument, order->side) == account->asset &&
            !amount_add(held, *held, held_by_order(market, slot))) {
            return false;
        }
    }
    return true;
}

static bool add_withdrawals(const struct engine *engine, const struct account *account,
                            struct amount *held)
{
    for (const struct withdrawal *open = withdrawals_first(engine); open != NULL;
         open = withdrawals_after(engine, open)) {
        if (open->participant == account->owner && open->asset == account->asset &&
            !amount_add(held, *held, open->amount)) {
            return false;
        }
    }
    return true;
}

static const char *audit_holds_of(const struct engine *engine, uint32_t participant)
{
    const struct ledger *ledger = engine_ledger(engine);

    for (uint32_t index = ledger_first_of_owner(ledger, participant); index != 0;) {
        const struct account *account = ledger_account(ledger, index);
        struct amount held = amount_zero();

        if (!add_orders(engine, account, &held) || !add_withdrawals(engine, account, &held)) {
            return "engine: what orders and withdrawals hold overflows";
        }
        if (amount_compare(held, account->held) != 0) {
            return "engine: an account's held part is not what its orders and withdrawals hold";
        }
        index = account->next_of_owner;
    }
    return NULL;
}

/* Orders without an account cannot hold anything: each must have both of its instrument's accounts. */
static const char *audit_orders_of(const struct engine *engine, uint32_t participant)
{
    const struct market *market = engine_market(engine);
    const struct ledger *ledger = engine_ledger(engine);

    for (uint32_t slot = market_first_of_participant(market, participant, 0); slot != 0;
         slot = market_next_of_participant(market, slot, 0)) {
        const struct order *order = market_order(market, slot);
        const struct instrument_terms *terms = market_terms(market, order->instrument);

        if (order->number == 0 || order->number > engine->last_order) {
            return "engine: an order has a number that was not given yet";
        }
        if (order->state == ORDER_STATE_TAKING) {
            return "engine: an order is being matched between two commands";
        }
        if (ledger_find(ledger, participant, terms->base) == 0 ||
            ledger_find(ledger, participant, terms->quote) == 0) {
            return "engine: an order's owner has no account for what it trades";
        }
    }
    return NULL;
}

static const char *audit_participants(const struct engine *engine)
{
    uint32_t count = registry_participant_count(engine_registry(engine));

    for (uint32_t participant = 1; participant <= count; participant++) {
        const char *wrong = audit_orders_of(engine, participant);

        if (wrong == NULL) {
            wrong = audit_holds_of(engine, participant);
        }
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

/* The house holds nothing: it places no orders and asks for no withdrawals. */
static const char *audit_assets(const struct engine *engine)
{
    const struct ledger *ledger = engine_ledger(engine);

    for (uint32_t number = 1; number <= engine->assets_count; number++) {
        const struct asset *asset = engine_asset_at(engine, (uint16_t)number);
        const struct account *fees = ledger_account(ledger, asset->fees_account);
        const struct account *rounding = ledger_account(ledger, asset->rounding_account);

        if (fees->owner != TARAZY_OWNER_FEES || fees->asset != number ||
            rounding->owner != TARAZY_OWNER_ROUNDING || rounding->asset != number) {
            return "engine: an asset's house accounts are somebody else's";
        }
        if (!amount_is_zero(fees->held) || !amount_is_zero(rounding->held)) {
            return "engine: a house account holds something";
        }
        struct amount total = ledger_total(ledger, (uint16_t)number);
        if (amount_is_negative(total) || amount_compare(total, asset->supply_max) > 0) {
            return "engine: the books hold more of an asset than there is";
        }
    }
    return NULL;
}

/* Whom the mining register names is somebody here. */
static const char *audit_mining(const struct engine *engine)
{
    const struct mining *mining = engine_mining(engine);
    uint32_t people = registry_participant_count(engine_registry(engine));

    if (mining == NULL) {
        return NULL;
    }
    for (uint32_t miner = 1; miner <= mining_miner_count(mining); miner++) {
        uint32_t account = mining_miner(mining, miner)->account;

        if (account == 0 || account > people) {
            return "engine: a miner's account is nobody's";
        }
    }
    for (uint32_t meter = 1; meter <= mining_meter_count(mining); meter++) {
        uint32_t reader = mining_meter(mining, meter)->reader;

        if (reader == 0 || reader > people) {
            return "engine: an energy meter is read by nobody";
        }
    }
    return mining_audit(mining);
}

static const char *audit_scratch(const struct engine *engine)
{
    const uint32_t *starts = engine_starts(engine);

    for (uint32_t i = 0; i < ENGINE_STARTS_MAX; i++) {
        if (starts[i] != 0) {
            return "engine: a list waits to be started between two commands";
        }
    }
    return ledger_touched_first(engine_ledger(engine)) == 0
               ? NULL
               : "engine: an account is marked as touched between two commands";
}

const char *tarazy_engine_audit(const struct engine *engine)
{
    const char *wrong = ledger_audit(engine_ledger(engine));

    if (wrong == NULL) {
        wrong = market_audit(engine_market(engine));
    }
    if (wrong == NULL) {
        wrong = registry_audit(engine_registry(engine));
    }
    if (wrong == NULL) {
        wrong = withdrawals_audit(engine);
    }
    if (wrong == NULL) {
        wrong = audit_assets(engine);
    }
    if (wrong == NULL) {
        wrong = audit_participants(engine);
    }
    if (wrong == NULL) {
        wrong = audit_mining(engine);
    }
    if (wrong == NULL) {
        wrong = audit_scratch(engine);
    }
    return wrong;
}
