/* SPDX-License-Identifier: Apache-2.0
 *
 * The samples. Kinds whose fields may all be zero need nothing but their header.
 */
#include "support/command_samples.h"

#include <stdlib.h>
#include <string.h>

const uint16_t command_sample_kinds[] = {
#define KIND(name, number, type) (number),
    TARAZY_COMMANDS(KIND)
#undef KIND
        0,
};

/* The text of a field, which is zero already. */
#define SET_TEXT(field, string) memcpy((field), (string), sizeof(string) - 1)

static void fill_terms(struct order_terms *terms)
{
    terms->quantity.units = 100000;
    terms->price.units = 5000000000;
    terms->instrument = 1;
    terms->side = SIDE_BUY;
    terms->type = ORDER_TYPE_LIMIT;
    terms->time_in_force = TIME_IN_FORCE_GTC;
    terms->self_trade = SELF_TRADE_EXPIRE_MAKER;
    SET_TEXT(terms->client_id.text, "sample-order:1");
}

static void fill_instrument(struct instrument_terms *terms)
{
    SET_TEXT(terms->symbol.text, "BTCKZT");
    terms->base = 1;
    terms->quote = 2;
    terms->tick.units = 100;
    terms->price_min.units = 100;
    terms->price_max.units = 10000000000;
    terms->reference.units = 5000000000;
    terms->lot.units = 1000;
    terms->quantity_min.units = 1000;
    terms->quantity_max.units = 100000000000;
    terms->market_quantity_max.units = 10000000000;
}

static void fill_evidence(struct evidence *evidence)
{
    SET_TEXT(evidence->text, "4a5e1e4b:0");
    evidence->rail = TARAZY_RAIL_SANDBOX;
}

static void fill_key(struct command_key_create *create)
{
    create->owner = 1;
    create->type = KEY_TYPE_ED25519;
    create->scopes = KEY_SCOPE_READ | KEY_SCOPE_TRADE;
    create->id.bytes[0] = 7;
    create->ranges[0].address[15] = 1;
    create->ranges[0].prefix = 128;
    create->material_size = 32;
    memset(create->material, 9, create->material_size);
}

static void fill_registry(union command_sample *sample)
{
    void *whole = sample;

    if (sample->header.kind == COMMAND_NODE_FOUND) {
        struct command_node_found *found = whole;
        const struct limits limits = TARAZY_LIMITS_SMALL;

        found->sandbox = 1;
        found->limits = limits;
        SET_TEXT(found->name.text, "Sample node");
    } else if (sample->header.kind == COMMAND_PARTICIPANT_CREATE) {
        struct command_participant_create *create = whole;

        SET_TEXT(create->handle.text, "alice");
        create->roles = ROLE_TRADER;
        create->tier = 1;
    } else if (sample->header.kind == COMMAND_PARTICIPANT_UPDATE) {
        ((struct command_participant_update *)whole)->tier = 1;
    } else if (sample->header.kind == COMMAND_KEY_CREATE) {
        fill_key(whole);
    } else if (sample->header.kind == COMMAND_TIER_SET) {
        ((struct command_tier_set *)whole)->tier = 1;
    } else if (sample->header.kind == COMMAND_TIER_LIMIT_SET) {
        ((struct command_tier_limit_set *)whole)->tier = 1;
        ((struct command_tier_limit_set *)whole)->asset = 1;
    } else if (sample->header.kind == COMMAND_QUARANTINE) {
        SET_TEXT(((struct command_quarantine *)whole)->reason, "every core stops at it");
    }
}

static void fill_listing(union command_sample *sample)
{
    void *whole = sample;

    if (sample->header.kind == COMMAND_ASSET_CREATE) {
        struct command_asset_create *create = whole;

        SET_TEXT(create->code.text, "BTC");
        SET_TEXT(create->name.text, "Bitcoin");
        create->scale = 8;
        create->supply_max.units = 2100000000000000;
    } else if (sample->header.kind == COMMAND_INSTRUMENT_CREATE) {
        ((struct command_instrument_create *)whole)->session = SESSION_CONTINUOUS;
        fill_instrument(&((struct command_instrument_create *)whole)->terms);
    } else if (sample->header.kind == COMMAND_INSTRUMENT_UPDATE) {
        ((struct command_instrument_update *)whole)->instrument = 1;
        fill_instrument(&((struct command_instrument_update *)whole)->terms);
    } else if (sample->header.kind == COMMAND_SESSION_SET) {
        ((struct command_session_set *)whole)->instrument = 1;
        ((struct command_session_set *)whole)->session = SESSION_HALTED;
    }
}

static void fill_money(union command_sample *sample)
{
    void *whole = sample;

    if (sample->header.kind == COMMAND_SANDBOX_DEPOSIT) {
        fill_evidence(&((struct command_sandbox_deposit *)whole)->evidence);
    } else if (sample->header.kind == COMMAND_DEPOSIT) {
        fill_evidence(&((struct command_deposit *)whole)->evidence);
    } else if (sample->header.kind == COMMAND_WITHDRAW_SETTLE) {
        fill_evidence(&((struct command_withdraw_settle *)whole)->evidence);
    } else if (sample->header.kind == COMMAND_WITHDRAW_REQUEST) {
        struct command_withdraw_request *request = whole;

        request->asset = 1;
        request->rail = 2;
        request->amount.units = 50000;
        SET_TEXT(request->address.text, "tb1qsample");
    } else if (sample->header.kind == COMMAND_CORRECTION) {
        SET_TEXT(((struct command_correction *)whole)->reason, "booked to the wrong account");
    }
}

static void fill_orders(union command_sample *sample)
{
    void *whole = sample;

    if (sample->header.kind == COMMAND_ORDER_PLACE) {
        fill_terms(&((struct command_order_place *)whole)->terms);
    } else if (sample->header.kind == COMMAND_ORDER_CANCEL_ALL) {
        ((struct command_order_cancel_all *)whole)->reason = CANCEL_ALL_REASON_REQUEST;
    } else if (sample->header.kind == COMMAND_ORDER_REPLACE) {
        ((struct command_order_replace *)whole)->order = 1;
        ((struct command_order_replace *)whole)->mode = REPLACE_MODE_STOP_ON_FAILURE;
        fill_terms(&((struct command_order_replace *)whole)->terms);
    } else if (sample->header.kind == COMMAND_ORDER_LIST_PLACE) {
        struct command_order_list_place *place = whole;

        place->contingency = CONTINGENCY_OTO;
        place->legs = 2;
        fill_terms(&place->terms[0]);
        fill_terms(&place->terms[1]);
    }
}

static void fill_mining_register(union command_sample *sample)
{
    void *whole = sample;

    if (sample->header.kind == COMMAND_JURISDICTION_PARAMETER_SET) {
        struct command_jurisdiction_parameter_set *set = whole;

        set->parameter.kind = PARAMETER_FEE_RATE_GRID;
        set->parameter.trust = TRUST_B;
        set->parameter.valid_to = TARAZY_DAY_OPEN;
        set->parameter.value = 2000000;
        SET_TEXT(set->parameter.source, "Law 45-VIII, 12 Dec 2023");
    } else if (sample->header.kind == COMMAND_MINER_SET) {
        ((struct command_miner_set *)whole)->subtype = LICENCE_SUBTYPE_I;
    } else if (sample->header.kind == COMMAND_MINER_DECIDE) {
        ((struct command_miner_decide *)whole)->decision = LICENCE_DECISION_GRANT;
        SET_TEXT(((struct command_miner_decide *)whole)->reason, "all documents in order");
    } else if (sample->header.kind == COMMAND_POOL_DECIDE) {
        ((struct command_pool_decide *)whole)->decision = LICENCE_DECISION_GRANT;
        SET_TEXT(((struct command_pool_decide *)whole)->reason, "all documents in order");
    } else if (sample->header.kind == COMMAND_METER_SET) {
        ((struct command_meter_set *)whole)->source = ENERGY_SOURCE_GRID;
        SET_TEXT(((struct command_meter_set *)whole)->serial, "EM-7001");
    } else if (sample->header.kind == COMMAND_EQUIPMENT_SET) {
        SET_TEXT(((struct command_equipment_set *)whole)->model, "Antminer S21");
    }
}

static void fill_mining(union command_sample *sample)
{
    void *whole = sample;

    fill_mining_register(sample);
    if (sample->header.kind == COMMAND_MINER_ADDRESS_SET) {
        ((struct command_miner_address_set *)whole)->type = MINING_ADDRESS_PAYOUT;
    } else if (sample->header.kind == COMMAND_POOL_DISTRIBUTION) {
        SET_TEXT(((struct command_pool_distribution *)whole)->address.text, "bc1qsample");
        fill_evidence(&((struct command_pool_distribution *)whole)->evidence);
    } else if (sample->header.kind == COMMAND_FEE_ASSESS) {
        ((struct command_fee_assess *)whole)->has_price = 1;
        ((struct command_fee_assess *)whole)->grid_price = 24000000;
    } else if (sample->header.kind == COMMAND_FEE_PAY) {
        ((struct command_fee_pay *)whole)->by_bank = 1;
        fill_evidence(&((struct command_fee_pay *)whole)->evidence);
    } else if (sample->header.kind == COMMAND_SALE_RECORD) {
        SET_TEXT(((struct command_sale_record *)whole)->exchange.text, "Sample exchange");
        fill_evidence(&((struct command_sale_record *)whole)->evidence);
    }
}

static size_t start(union command_sample *sample, uint16_t kind)
{
    size_t size = tarazy_command_size(kind);

    if (size == 0) {
        abort();
    }
    memset(sample, 0, sizeof *sample);
    sample->header.kind = kind;
    return size;
}

size_t command_sample_make(union command_sample *sample, uint16_t kind)
{
    if (kind == COMMAND_PROPOSE) {
        return command_sample_propose(sample, COMMAND_TIER_SET);
    }
    size_t size = start(sample, kind);
    fill_registry(sample);
    fill_listing(sample);
    fill_money(sample);
    fill_orders(sample);
    fill_mining(sample);
    return size;
}

size_t command_sample_propose(union command_sample *sample, uint16_t kind)
{
    union command_sample wrapped;
    size_t size = start(sample, COMMAND_PROPOSE);
    struct command_propose *propose = (void *)sample;

    if (kind == COMMAND_PROPOSE) {
        abort();
    }
    start(&wrapped, kind);
    fill_registry(&wrapped);
    fill_listing(&wrapped);
    fill_money(&wrapped);
    fill_orders(&wrapped);
    fill_mining(&wrapped);
    propose->size = (uint16_t)tarazy_command_size(kind);
    propose->expires_us = 1000000;
    memcpy(propose->command, &wrapped, propose->size);
    return size;
}
