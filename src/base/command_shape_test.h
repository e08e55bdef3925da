/* SPDX-License-Identifier: Apache-2.0
 *
 * A second description of the shape of commands: a table that says of every byte of every kind what may
 * stand in it. Only command_shape_test.c includes this.
 */
#ifndef BASE_COMMAND_SHAPE_TEST_H
#define BASE_COMMAND_SHAPE_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "tarazy/command.h"

enum field_rule {
    ANY = 1, /* every value */
    ZERO,    /* reserved */
    ENUM,    /* 1 .. limit */
    UP_TO,   /* 0 .. limit */
    BITS,    /* no bits but those of limit */
    SIGNED,  /* not below zero, 8 or 16 bytes */
    DAY_MAX, /* not below -1, 16 bytes */
    MAY,     /* text of charset limit, may be empty */
    MUST,    /* text of charset limit, not empty */
    RANGE,   /* struct ip_range: has its own test */
    OWN,     /* has its own test */
};

struct field {
    uint16_t kind;
    uint16_t rule; /* enum field_rule */
    size_t offset;
    size_t size;
    uint32_t limit;
};

#define CODE  TEXT_CHARSET_CODE
#define ID    TEXT_CHARSET_CLIENT_ID
#define PLAIN TEXT_CHARSET_PLAIN

#define FIELD(KIND, type, member, rule, limit)                           \
    {                                                                    \
        COMMAND_##KIND, (rule), offsetof(struct command_##type, member), \
            sizeof(((struct command_##type *)0)->member), (limit)        \
    }

#define EVIDENCE(KIND, name) \
    FIELD(KIND, name, evidence.text, MUST, PLAIN), FIELD(KIND, name, evidence.rail, ENUM, 16)

#define ORDER_TERMS(KIND, name, terms)                                                           \
    FIELD(KIND, name, terms.quantity, SIGNED, 0), FIELD(KIND, name, terms.price, SIGNED, 0),     \
        FIELD(KIND, name, terms.stop_price, SIGNED, 0),                                          \
        FIELD(KIND, name, terms.iceberg, SIGNED, 0),                                             \
        FIELD(KIND, name, terms.expires_us, SIGNED, 0),                                          \
        FIELD(KIND, name, terms.trailing_bps, ANY, 0),                                           \
        FIELD(KIND, name, terms.instrument, ANY, 0), FIELD(KIND, name, terms.side, ENUM, 2),     \
        FIELD(KIND, name, terms.type, ENUM, 7), FIELD(KIND, name, terms.time_in_force, ENUM, 4), \
        FIELD(KIND, name, terms.self_trade, ENUM, 5), FIELD(KIND, name, terms.flags, BITS, 1),   \
        FIELD(KIND, name, terms.client_id.text, MAY, ID)

#define INSTRUMENT_TERMS(KIND, name)                                                             \
    FIELD(KIND, name, terms.notional_min, SIGNED, 0),                                            \
        FIELD(KIND, name, terms.notional_max, SIGNED, 0),                                        \
        FIELD(KIND, name, terms.position_max, SIGNED, 0),                                        \
        FIELD(KIND, name, terms.symbol.text, MUST, CODE), FIELD(KIND, name, terms.base, ANY, 0), \
        FIELD(KIND, name, terms.quote, ANY, 0), FIELD(KIND, name, terms.tick, SIGNED, 0),        \
        FIELD(KIND, name, terms.price_min, SIGNED, 0),                                           \
        FIELD(KIND, name, terms.price_max, SIGNED, 0),                                           \
        FIELD(KIND, name, terms.reference, SIGNED, 0), FIELD(KIND, name, terms.lot, SIGNED, 0),  \
        FIELD(KIND, name, terms.quantity_min, SIGNED, 0),                                        \
        FIELD(KIND, name, terms.quantity_max, SIGNED, 0),                                        \
        FIELD(KIND, name, terms.market_quantity_max, SIGNED, 0),                                 \
        FIELD(KIND, name, terms.band_static_ppm, ANY, 0),                                        \
        FIELD(KIND, name, terms.band_dynamic_ppm, ANY, 0),                                       \
        FIELD(KIND, name, terms.slippage_ppm, ANY, 0),                                           \
        FIELD(KIND, name, terms.percent_up_ppm, ANY, 0),                                         \
        FIELD(KIND, name, terms.percent_down_ppm, ANY, 0),                                       \
        FIELD(KIND, name, terms.auction_ms, ANY, 0),                                             \
        FIELD(KIND, name, terms.trailing_min_bps, ANY, 0),                                       \
        FIELD(KIND, name, terms.trailing_max_bps, ANY, 0),                                       \
        FIELD(KIND, name, terms.orders_max, ANY, 0),                                             \
        FIELD(KIND, name, terms.algo_orders_max, ANY, 0),                                        \
        FIELD(KIND, name, terms.iceberg_orders_max, ANY, 0),                                     \
        FIELD(KIND, name, terms.iceberg_parts_max, ANY, 0),                                      \
        FIELD(KIND, name, terms.amends_max, ANY, 0),                                             \
        FIELD(KIND, name, terms.order_lists_max, ANY, 0),                                        \
        FIELD(KIND, name, terms.reserved, ZERO, 0)

/* In order of offset within a kind. */
static const struct field fields[] = {
    FIELD(NODE_FOUND, node_found, sandbox, UP_TO, 1),
    FIELD(NODE_FOUND, node_found, reserved0, ZERO, 0),
    FIELD(NODE_FOUND, node_found, hash_seed, ANY, 0),
    FIELD(NODE_FOUND, node_found, name.text, MAY, PLAIN),
    FIELD(NODE_FOUND, node_found, limits, ANY, 0),
    FIELD(NODE_OPEN, node_open, reserved, ZERO, 0),
    FIELD(CLOCK, clock, reserved, ZERO, 0),
    FIELD(PARTICIPANT_CREATE, participant_create, handle.text, MUST, PLAIN),
    FIELD(PARTICIPANT_CREATE, participant_create, identity, ANY, 0),
    FIELD(PARTICIPANT_CREATE, participant_create, roles, BITS, 511),
    FIELD(PARTICIPANT_CREATE, participant_create, tier, ANY, 0),
    FIELD(PARTICIPANT_CREATE, participant_create, reserved, ZERO, 0),
    FIELD(PARTICIPANT_UPDATE, participant_update, target, ANY, 0),
    FIELD(PARTICIPANT_UPDATE, participant_update, roles, BITS, 511),
    FIELD(PARTICIPANT_UPDATE, participant_update, tier, ANY, 0),
    FIELD(PARTICIPANT_UPDATE, participant_update, reserved, ZERO, 0),
    FIELD(PARTICIPANT_FREEZE, participant_freeze, target, ANY, 0),
    FIELD(PARTICIPANT_FREEZE, participant_freeze, frozen, UP_TO, 1),
    FIELD(PARTICIPANT_FREEZE, participant_freeze, reserved, ZERO, 0),
    FIELD(KEY_CREATE, key_create, owner, ANY, 0),
    FIELD(KEY_CREATE, key_create, type, ENUM, 3),
    FIELD(KEY_CREATE, key_create, scopes, BITS, 15),
    FIELD(KEY_CREATE, key_create, nonce_required, UP_TO, 1),
    FIELD(KEY_CREATE, key_create, reserved0, ZERO, 0),
    FIELD(KEY_CREATE, key_create, expires_us, SIGNED, 0),
    FIELD(KEY_CREATE, key_create, id, ANY, 0),
    FIELD(KEY_CREATE, key_create, ranges[0], RANGE, 0),
    FIELD(KEY_CREATE, key_create, ranges[1], RANGE, 0),
    FIELD(KEY_CREATE, key_create, ranges[2], RANGE, 0),
    FIELD(KEY_CREATE, key_create, ranges[3], RANGE, 0),
    FIELD(KEY_CREATE, key_create, material_size, OWN, 0),
    FIELD(KEY_CREATE, key_create, material, OWN, 0),
    FIELD(KEY_CREATE, key_create, reserved, ZERO, 0),
    FIELD(KEY_REVOKE, key_revoke, id, ANY, 0),
    FIELD(KEY_REVOKE, key_revoke, reserved, ZERO, 0),
    FIELD(TIER_SET, tier_set, tier, ENUM, 16),
    FIELD(TIER_SET, tier_set, rights, BITS, 7),
    FIELD(TIER_SET, tier_set, maker, UP_TO, 1000000),
    FIELD(TIER_SET, tier_set, taker, UP_TO, 1000000),
    FIELD(TIER_SET, tier_set, orders_max, ANY, 0),
    FIELD(TIER_SET, tier_set, reserved, ZERO, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, tier, ENUM, 16),
    FIELD(TIER_LIMIT_SET, tier_limit_set, asset, ANY, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, reserved0, ZERO, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, withdraw_day_max, DAY_MAX, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, deposit_day_max, DAY_MAX, 0),
    FIELD(TIER_LIMIT_SET, tier_limit_set, reserved, ZERO, 0),
    FIELD(PROPOSE, propose, expires_us, SIGNED, 0),
    FIELD(PROPOSE, propose, size, OWN, 0),
    FIELD(PROPOSE, propose, reserved0, ZERO, 0),
    FIELD(PROPOSE, propose, reserved1, ZERO, 0),
    FIELD(PROPOSE, propose, command, OWN, 0),
    FIELD(APPROVE, approve, proposal, ANY, 0),
    FIELD(APPROVE, approve, reserved, ZERO, 0),
    FIELD(PROPOSAL_WITHDRAW, proposal_withdraw, proposal, ANY, 0),
    FIELD(PROPOSAL_WITHDRAW, proposal_withdraw, reserved, ZERO, 0),
    FIELD(ASSET_CREATE, asset_create, code.text, MUST, CODE),
    FIELD(ASSET_CREATE, asset_create, scale, UP_TO, 18),
    FIELD(ASSET_CREATE, asset_create, reserved0, ZERO, 0),
    FIELD(ASSET_CREATE, asset_create, supply_max, SIGNED, 0),
    FIELD(ASSET_CREATE, asset_create, withdraw_min, SIGNED, 0),
    FIELD(ASSET_CREATE, asset_create, withdraw_fee, SIGNED, 0),
    FIELD(ASSET_CREATE, asset_create, name.text, MAY, PLAIN),
    FIELD(ASSET_CREATE, asset_create, reserved, ZERO, 0),
    FIELD(INSTRUMENT_CREATE, instrument_create, session, ENUM, 6),
    FIELD(INSTRUMENT_CREATE, instrument_create, reserved0, ZERO, 0),
    INSTRUMENT_TERMS(INSTRUMENT_CREATE, instrument_create),
    FIELD(INSTRUMENT_CREATE, instrument_create, reserved, ZERO, 0),
    FIELD(INSTRUMENT_UPDATE, instrument_update, instrument, ANY, 0),
    FIELD(INSTRUMENT_UPDATE, instrument_update, reserved0, ZERO, 0),
    INSTRUMENT_TERMS(INSTRUMENT_UPDATE, instrument_update),
    FIELD(INSTRUMENT_UPDATE, instrument_update, reserved, ZERO, 0),
    FIELD(SESSION_SET, session_set, instrument, ANY, 0),
    FIELD(SESSION_SET, session_set, session, ENUM, 6),
    FIELD(SESSION_SET, session_set, reserved0, ZERO, 0),
    FIELD(SESSION_SET, session_set, until_us, SIGNED, 0),
    FIELD(SESSION_SET, session_set, reserved, ZERO, 0),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, target, ANY, 0),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, asset, ANY, 0),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, reserved0, ZERO, 0),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, amount, SIGNED, 0),
    EVIDENCE(SANDBOX_DEPOSIT, sandbox_deposit),
    FIELD(SANDBOX_DEPOSIT, sandbox_deposit, reserved, ZERO, 0),
    FIELD(DEPOSIT, deposit, target, ANY, 0),
    FIELD(DEPOSIT, deposit, asset, ANY, 0),
    FIELD(DEPOSIT, deposit, reserved0, ZERO, 0),
    FIELD(DEPOSIT, deposit, amount, SIGNED, 0),
    EVIDENCE(DEPOSIT, deposit),
    FIELD(DEPOSIT, deposit, reserved, ZERO, 0),
    FIELD(WITHDRAW_REQUEST, withdraw_request, asset, ANY, 0),
    FIELD(WITHDRAW_REQUEST, withdraw_request, rail, ENUM, 16),
    FIELD(WITHDRAW_REQUEST, withdraw_request, reserved0, ZERO, 0),
    FIELD(WITHDRAW_REQUEST, withdraw_request, amount, SIGNED, 0),
    FIELD(WITHDRAW_REQUEST, withdraw_request, address.text, MUST, PLAIN),
    FIELD(WITHDRAW_REQUEST, withdraw_request, client_id.text, MAY, ID),
    FIELD(WITHDRAW_REQUEST, withdraw_request, reserved, ZERO, 0),
    FIELD(WITHDRAW_SETTLE, withdraw_settle, withdrawal, ANY, 0),
    EVIDENCE(WITHDRAW_SETTLE, withdraw_settle),
    FIELD(WITHDRAW_SETTLE, withdraw_settle, reserved, ZERO, 0),
    FIELD(WITHDRAW_REJECT, withdraw_reject, withdrawal, ANY, 0),
    FIELD(WITHDRAW_REJECT, withdraw_reject, reserved, ZERO, 0),
    FIELD(CORRECTION, correction, debit, ANY, 0),
    FIELD(CORRECTION, correction, credit, ANY, 0),
    FIELD(CORRECTION, correction, amount, SIGNED, 0),
    FIELD(CORRECTION, correction, asset, ANY, 0),
    FIELD(CORRECTION, correction, reason, MUST, PLAIN),
    ORDER_TERMS(ORDER_PLACE, order_place, terms),
    FIELD(ORDER_CANCEL, order_cancel, order, ANY, 0),
    FIELD(ORDER_CANCEL, order_cancel, original.text, MAY, ID),
    FIELD(ORDER_CANCEL, order_cancel, client_id.text, MAY, ID),
    FIELD(ORDER_CANCEL, order_cancel, instrument, ANY, 0),
    FIELD(ORDER_CANCEL, order_cancel, restriction, UP_TO, 2),
    FIELD(ORDER_CANCEL, order_cancel, reserved, ZERO, 0),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, instrument, ANY, 0),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, reason, ENUM, 2),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, reserved0, ZERO, 0),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, target, ANY, 0),
    FIELD(ORDER_CANCEL_ALL, order_cancel_all, reserved, ZERO, 0),
    FIELD(ORDER_REPLACE, order_replace, order, ANY, 0),
    FIELD(ORDER_REPLACE, order_replace, original.text, MAY, ID),
    FIELD(ORDER_REPLACE, order_replace, cancel_client_id.text, MAY, ID),
    FIELD(ORDER_REPLACE, order_replace, mode, ENUM, 2),
    FIELD(ORDER_REPLACE, order_replace, restriction, UP_TO, 2),
    FIELD(ORDER_REPLACE, order_replace, reserved0, ZERO, 0),
    ORDER_TERMS(ORDER_REPLACE, order_replace, terms),
    FIELD(ORDER_REPLACE, order_replace, reserved, ZERO, 0),
    FIELD(ORDER_AMEND, order_amend, order, ANY, 0),
    FIELD(ORDER_AMEND, order_amend, quantity, SIGNED, 0),
    FIELD(ORDER_AMEND, order_amend, original.text, MAY, ID),
    FIELD(ORDER_AMEND, order_amend, client_id.text, MAY, ID),
    FIELD(ORDER_AMEND, order_amend, instrument, ANY, 0),
    FIELD(ORDER_AMEND, order_amend, reserved, ZERO, 0),
    FIELD(ORDER_LIST_PLACE, order_list_place, client_id.text, MAY, ID),
    FIELD(ORDER_LIST_PLACE, order_list_place, contingency, ENUM, 3),
    FIELD(ORDER_LIST_PLACE, order_list_place, legs, OWN, 0),
    FIELD(ORDER_LIST_PLACE, order_list_place, reserved0, ZERO, 0),
    ORDER_TERMS(ORDER_LIST_PLACE, order_list_place, terms[0]),
    ORDER_TERMS(ORDER_LIST_PLACE, order_list_place, terms[1]),
    FIELD(ORDER_LIST_PLACE, order_list_place, terms[2], ZERO, 0), /* the sample has two legs */
    FIELD(ORDER_LIST_PLACE, order_list_place, reserved, ZERO, 0),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, list, ANY, 0),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, original.text, MAY, ID),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, client_id.text, MAY, ID),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, instrument, ANY, 0),
    FIELD(ORDER_LIST_CANCEL, order_list_cancel, reserved, ZERO, 0),
    FIELD(COUNTDOWN_SET, countdown_set, instrument, ANY, 0),
    FIELD(COUNTDOWN_SET, countdown_set, reserved0, ZERO, 0),
    FIELD(COUNTDOWN_SET, countdown_set, countdown_ms, ANY, 0),
    FIELD(COUNTDOWN_SET, countdown_set, reserved, ZERO, 0),
    {COMMAND_LIABILITIES_PUBLISH, ANY, 40, 80, 0}, /* record, epoch, root, totals */
    FIELD(LIABILITIES_PUBLISH, liabilities_publish, reserved, ZERO, 0),
    {COMMAND_QUARANTINE, ANY, 40, 216, 0}, /* all the rest: numbers, hashes, people, signatures */
    FIELD(QUARANTINE, quarantine, reason, MUST, PLAIN),
    {COMMAND_JURISDICTION_PARAMETER_SET, ANY, 40, 3, 0}, /* kind, trust */
    FIELD(JURISDICTION_PARAMETER_SET, jurisdiction_parameter_set, parameter.reserved0, ZERO, 0),
    {COMMAND_JURISDICTION_PARAMETER_SET, ANY, 44, 8, 0}, /* days */
    FIELD(JURISDICTION_PARAMETER_SET, jurisdiction_parameter_set, parameter.reserved1, ZERO, 0),
    {COMMAND_JURISDICTION_PARAMETER_SET, ANY, 56, 16, 0}, /* key, value */
    FIELD(JURISDICTION_PARAMETER_SET, jurisdiction_parameter_set, parameter.source, MUST, PLAIN),
    FIELD(MINER_SET, miner_set, miner, ANY, 0),
    FIELD(MINER_SET, miner_set, account, ANY, 0),
    FIELD(MINER_SET, miner_set, valid_from_day, ANY, 0),
    FIELD(MINER_SET, miner_set, valid_to_day, ANY, 0),
    FIELD(MINER_SET, miner_set, region, ANY, 0),
    FIELD(MINER_SET, miner_set, subtype, ENUM, 2),
    FIELD(MINER_SET, miner_set, reserved0, ZERO, 0),
    FIELD(MINER_SET, miner_set, licence, MAY, PLAIN),
    FIELD(MINER_SET, miner_set, reserved, ZERO, 0),
    FIELD(MINER_DECIDE, miner_decide, miner, ANY, 0),
    FIELD(MINER_DECIDE, miner_decide, until_day, ANY, 0),
    FIELD(MINER_DECIDE, miner_decide, decision, ENUM, 4),
    FIELD(MINER_DECIDE, miner_decide, reserved0, ZERO, 0),
    FIELD(MINER_DECIDE, miner_decide, reason, MUST, PLAIN),
    FIELD(MINER_DECIDE, miner_decide, reserved, ZERO, 0),
    FIELD(POOL_SET, pool_set, pool, ANY, 0),
    FIELD(POOL_SET, pool_set, account, ANY, 0),
    FIELD(POOL_SET, pool_set, valid_from_day, ANY, 0),
    FIELD(POOL_SET, pool_set, valid_to_day, ANY, 0),
    FIELD(POOL_SET, pool_set, reserved0, ZERO, 0),
    FIELD(POOL_SET, pool_set, accreditation, MAY, PLAIN),
    FIELD(POOL_SET, pool_set, reserved, ZERO, 0),
    FIELD(POOL_DECIDE, pool_decide, pool, ANY, 0),
    FIELD(POOL_DECIDE, pool_decide, until_day, ANY, 0),
    FIELD(POOL_DECIDE, pool_decide, decision, ENUM, 4),
    FIELD(POOL_DECIDE, pool_decide, reserved0, ZERO, 0),
    FIELD(POOL_DECIDE, pool_decide, reason, MUST, PLAIN),
    FIELD(POOL_DECIDE, pool_decide, reserved, ZERO, 0),
    FIELD(SHARE_READING, share_reading, miner, ANY, 0),
    FIELD(SHARE_READING, share_reading, pool, ANY, 0),
    FIELD(SHARE_READING, share_reading, site, ANY, 0),
    FIELD(SHARE_READING, share_reading, reserved0, ZERO, 0),
    FIELD(SHARE_READING, share_reading, sequence, ANY, 0),
    FIELD(SHARE_READING, share_reading, begin_us, SIGNED, 0),
    FIELD(SHARE_READING, share_reading, end_us, SIGNED, 0),
    FIELD(SHARE_READING, share_reading, accepted, ANY, 0),
    FIELD(SHARE_READING, share_reading, rejected, ANY, 0),
    FIELD(SHARE_READING, share_reading, stale, ANY, 0),
    FIELD(SHARE_READING, share_reading, effective_milli, ANY, 0),
    FIELD(SHARE_READING, share_reading, work, SIGNED, 0),
    FIELD(SHARE_READING, share_reading, log, ANY, 0),
    FIELD(SHARE_READING, share_reading, name.text, MAY, PLAIN),
    FIELD(ENERGY_READING, energy_reading, meter, ANY, 0),
    FIELD(ENERGY_READING, energy_reading, flags, BITS, 3),
    FIELD(ENERGY_READING, energy_reading, sequence, ANY, 0),
    FIELD(ENERGY_READING, energy_reading, begin_us, SIGNED, 0),
    FIELD(ENERGY_READING, energy_reading, end_us, SIGNED, 0),
    FIELD(ENERGY_READING, energy_reading, register_begin_wh, ANY, 0),
    FIELD(ENERGY_READING, energy_reading, register_end_wh, ANY, 0),
    FIELD(ENERGY_READING, energy_reading, energy_wh, ANY, 0),
    FIELD(ENERGY_READING, energy_reading, reserved, ZERO, 0),
    FIELD(SITE_SET, site_set, site, ANY, 0),
    FIELD(SITE_SET, site_set, miner, ANY, 0),
    FIELD(SITE_SET, site_set, host, ANY, 0),
    FIELD(SITE_SET, site_set, capacity_kw, ANY, 0),
    FIELD(SITE_SET, site_set, quota_kw, ANY, 0),
    FIELD(SITE_SET, site_set, region, ANY, 0),
    FIELD(SITE_SET, site_set, reserved0, ZERO, 0),
    FIELD(SITE_SET, site_set, contract, MAY, PLAIN),
    FIELD(SITE_SET, site_set, name, MAY, PLAIN),
    FIELD(METER_SET, meter_set, meter, ANY, 0),
    FIELD(METER_SET, meter_set, site, ANY, 0),
    FIELD(METER_SET, meter_set, miner, ANY, 0),
    FIELD(METER_SET, meter_set, reader, ANY, 0),
    FIELD(METER_SET, meter_set, register_digits, ANY, 0),
    FIELD(METER_SET, meter_set, source, ENUM, 5),
    FIELD(METER_SET, meter_set, reserved0, ZERO, 0),
    FIELD(METER_SET, meter_set, serial, MUST, PLAIN),
    FIELD(METER_SET, meter_set, reserved, ZERO, 0),
    FIELD(EQUIPMENT_SET, equipment_set, equipment, ANY, 0),
    FIELD(EQUIPMENT_SET, equipment_set, miner, ANY, 0),
    FIELD(EQUIPMENT_SET, equipment_set, site, ANY, 0),
    FIELD(EQUIPMENT_SET, equipment_set, count, ANY, 0),
    FIELD(EQUIPMENT_SET, equipment_set, nameplate_ghs, ANY, 0),
    FIELD(EQUIPMENT_SET, equipment_set, mj_per_th, ANY, 0),
    FIELD(EQUIPMENT_SET, equipment_set, model, MUST, PLAIN),
    FIELD(EQUIPMENT_SET, equipment_set, customs, MAY, PLAIN),
    FIELD(EQUIPMENT_SET, equipment_set, reserved, ZERO, 0),
    FIELD(MINER_ADDRESS_SET, miner_address_set, miner, ANY, 0),
    FIELD(MINER_ADDRESS_SET, miner_address_set, type, ENUM, 3),
    FIELD(MINER_ADDRESS_SET, miner_address_set, removed, UP_TO, 1),
    FIELD(MINER_ADDRESS_SET, miner_address_set, reserved0, ZERO, 0),
    FIELD(MINER_ADDRESS_SET, miner_address_set, range, RANGE, 0),
    FIELD(MINER_ADDRESS_SET, miner_address_set, text, MAY, PLAIN),
    FIELD(MINER_ADDRESS_SET, miner_address_set, reserved, ZERO, 0),
    FIELD(POOL_DISTRIBUTION, pool_distribution, pool, ANY, 0),
    FIELD(POOL_DISTRIBUTION, pool_distribution, miner, ANY, 0),
    FIELD(POOL_DISTRIBUTION, pool_distribution, sequence, ANY, 0),
    FIELD(POOL_DISTRIBUTION, pool_distribution, distributed_us, SIGNED, 0),
    FIELD(POOL_DISTRIBUTION, pool_distribution, amount, SIGNED, 0),
    FIELD(POOL_DISTRIBUTION, pool_distribution, asset, ANY, 0),
    FIELD(POOL_DISTRIBUTION, pool_distribution, reserved0, ZERO, 0),
    FIELD(POOL_DISTRIBUTION, pool_distribution, address.text, MUST, PLAIN),
    EVIDENCE(POOL_DISTRIBUTION, pool_distribution),
    FIELD(POOL_DISTRIBUTION, pool_distribution, reserved, ZERO, 0),
    FIELD(SALE_RECORD, sale_record, miner, ANY, 0),
    FIELD(SALE_RECORD, sale_record, asset, ANY, 0),
    FIELD(SALE_RECORD, sale_record, quote_asset, ANY, 0),
    FIELD(SALE_RECORD, sale_record, sold_us, SIGNED, 0),
    FIELD(SALE_RECORD, sale_record, record, ANY, 0),
    FIELD(SALE_RECORD, sale_record, amount, SIGNED, 0),
    FIELD(SALE_RECORD, sale_record, quote, SIGNED, 0),
    FIELD(SALE_RECORD, sale_record, exchange.text, MUST, PLAIN),
    FIELD(SALE_RECORD, sale_record, proof, ANY, 0),
    EVIDENCE(SALE_RECORD, sale_record),
    FIELD(SALE_RECORD, sale_record, reserved, ZERO, 0),
    FIELD(FEE_ASSESS, fee_assess, miner, ANY, 0),
    FIELD(FEE_ASSESS, fee_assess, quarter, ANY, 0),
    FIELD(FEE_ASSESS, fee_assess, grid_price, SIGNED, 0), /* the sample gives a price */
    FIELD(FEE_ASSESS, fee_assess, asset, ANY, 0),
    FIELD(FEE_ASSESS, fee_assess, has_price, OWN, 0),
    FIELD(FEE_ASSESS, fee_assess, reserved, ZERO, 0),
    FIELD(FEE_PAY, fee_pay, miner, ANY, 0),
    FIELD(FEE_PAY, fee_pay, quarter, ANY, 0),
    FIELD(FEE_PAY, fee_pay, by_bank, OWN, 0),
    FIELD(FEE_PAY, fee_pay, reserved0, ZERO, 0),
    FIELD(FEE_PAY, fee_pay, amount, SIGNED, 0),
    EVIDENCE(FEE_PAY, fee_pay), /* the sample is paid by a bank */
    FIELD(FEE_PAY, fee_pay, reserved, ZERO, 0),
};

#define FIELD_COUNT (sizeof fields / sizeof fields[0])

#endif
