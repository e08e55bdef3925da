/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the state: the node, its assets, its people, their keys and their money. Apart from
 * query_market.c because gateways ask these once per session and those once per request.
 *
 * Invariant: nothing here changes anything; what does not exist is false or 0, never a bug.
 */
#include <string.h>

#include "base/time.h"
#include "engine/listing.h"
#include "engine/state.h"
#include "engine/withdrawals.h"
#include "money/arithmetic.h"
#include "tarazy/query.h"

void tarazy_query_node(const struct engine *engine, struct node_view *out)
{
    const struct market *market = engine_market(engine);

    *out = (struct node_view){
        .name = engine->name,
        .limits = engine->limits,
        .founded = engine->founded,
        .open = engine->open,
        .sandbox = engine->sandbox,
        .assets = engine->assets_count,
        .instruments = market_instrument_count(market),
        .participants = registry_participant_count(engine_registry(engine)),
        .orders = market_order_count(market),
    };
}

bool tarazy_query_asset(const struct engine *engine, uint16_t number, struct asset_view *out)
{
    const struct asset *asset = engine_asset(engine, number);

    if (asset == NULL) {
        return false;
    }
    *out = (struct asset_view){
        .code = asset->code,
        .name = asset->name,
        .supply_max = asset->supply_max,
        .withdraw_min = asset->withdraw_min,
        .withdraw_fee = asset->withdraw_fee,
        .total = ledger_total(engine_ledger(engine), number),
        .asset = number,
        .scale = asset->scale,
    };
    return true;
}

uint16_t tarazy_query_asset_by_code(const struct engine *engine, struct asset_code code)
{
    return listing_find_asset(engine, &code);
}

bool tarazy_query_participant(const struct engine *engine, uint32_t number,
                              struct participant_view *out)
{
    const struct participant *participant = registry_participant(engine_registry(engine), number);
    const struct participant_name *name =
        registry_participant_name(engine_registry(engine), number);

    if (participant == NULL) {
        return false;
    }
    *out = (struct participant_view){
        .handle = name->handle,
        .identity = name->identity,
        .participant = number,
        .roles = participant->roles,
        .tier = participant->tier,
        .frozen = participant->frozen,
    };
    return true;
}

uint32_t tarazy_query_participant_by_handle(const struct engine *engine, struct handle handle)
{
    return registry_participant_find(engine_registry(engine), handle);
}

bool tarazy_query_tier(const struct engine *engine, uint16_t number, struct tier_view *out)
{
    const struct tier *tier = registry_tier(engine_registry(engine), number);

    if (tier == NULL) {
        return false;
    }
    *out = (struct tier_view){
        .rights = tier->rights,
        .maker = tier->maker,
        .taker = tier->taker,
        .orders_max = tier->orders_max,
        .set = true,
    };
    return true;
}

bool tarazy_query_key_by_number(const struct engine *engine, uint32_t number, struct key_view *out)
{
    const struct key *key = registry_key(engine_registry(engine), number);
    const struct key_proof *proof = registry_key_proof(engine_registry(engine), number);

    if (key == NULL) {
        return false;
    }
    *out = (struct key_view){
        .id = proof->id,
        .expires_us = key->expires_us,
        .nonce = key->nonce,
        .key = number,
        .owner = key->owner,
        .material_size = proof->material_size,
        .type = key->type,
        .scopes = key->scopes,
        .nonce_required = key->nonce_required,
        .revoked = key->revoked,
        .material = proof->material,
    };
    memcpy(out->ranges, proof->ranges, sizeof out->ranges);
    return true;
}

bool tarazy_query_key(const struct engine *engine, const struct hash256 *id, struct key_view *out)
{
    return tarazy_query_key_by_number(engine, registry_key_find(engine_registry(engine), id), out);
}

/* The day's counter is of the day of the last command: on a new day nothing is withdrawn yet. */
static void view_balance(const struct engine *engine, uint32_t index, struct balance_view *out)
{
    const struct account *account = ledger_account(engine_ledger(engine), index);
    const struct account_day *counted = ledger_account_day(engine_ledger(engine), index);
    bool today = counted->day == time_utc_day(engine->time_us);

    *out = (struct balance_view){
        .available = account->available,
        .held = account->held,
        .withdrawn_today = today ? counted->withdrawn : amount_zero(),
        .owner = account->owner,
        .asset = account->asset,
    };
}

bool tarazy_query_balance(const struct engine *engine, uint32_t owner, uint16_t asset,
                          struct balance_view *out)
{
    const struct ledger *ledger = engine_ledger(engine);
    uint32_t index = ledger_find(ledger, owner, asset);

    if (index == 0) {
        return false;
    }
    view_balance(engine, index, out);
    return true;
}

size_t tarazy_query_balances(const struct engine *engine, uint32_t owner, struct balance_view *out,
                             size_t max)
{
    const struct ledger *ledger = engine_ledger(engine);
    size_t count = 0;

    for (uint32_t index = ledger_first_of_owner(ledger, owner); index != 0;) {
        const struct account *account = ledger_account(ledger, index);

        if (count < max) {
            view_balance(engine, index, &out[count]);
        }
        count++;
        index = account->next_of_owner;
    }
    return count;
}

size_t tarazy_query_proposals(const struct engine *engine, struct proposal_view *out, size_t max)
{
    const struct registry *registry = engine_registry(engine);
    size_t count = 0;

    for (const struct proposal *proposal = registry_proposal_first(registry);
         proposal != NULL && count < max; proposal = registry_proposal_after(registry, proposal)) {
        const void *bytes = proposal->command;
        const struct command_header *wrapped = bytes;

        out[count++] = (struct proposal_view){
            .expires_us = proposal->expires_us,
            .proposal = proposal->number,
            .proposer = proposal->proposer,
            .kind = wrapped->kind,
            .size = proposal->size,
            .command = wrapped,
        };
    }
    return count;
}

size_t tarazy_query_withdrawals(const struct engine *engine, uint32_t participant,
                                struct withdrawal_view *out, size_t max)
{
    size_t count = 0;

    for (const struct withdrawal *open = withdrawals_first(engine); open != NULL && count < max;
         open = withdrawals_after(engine, open)) {
        if (participant != 0 && open->participant != participant) {
            continue;
        }
        out[count++] = (struct withdrawal_view){
            .amount = open->amount,
            .fee = open->fee,
            .address = open->address,
            .client_id = open->client_id,
            .requested_us = open->requested_us,
            .withdrawal = open->number,
            .participant = open->participant,
            .asset = open->asset,
            .rail = open->rail,
        };
    }
    return count;
}
