/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of fields of the commands about mining. A file of its own because they grow with
 * tarazy/mining_command.h. Invariant: every kind has a table. Read next: command_json.c.
 */
#include "codec/command_fields.h"

static const struct field_name names_parameter[] = {
#define PARAMETER_WORD(name, number, text, unit, shape) {PARAMETER_##name, text},
    TARAZY_PARAMETERS(PARAMETER_WORD)
#undef PARAMETER_WORD
        {0, NULL}};
static const struct field_name names_trust[] = {{TRUST_A, "A"}, {TRUST_B, "B"}, {TRUST_C, "C"},
                                                {TRUST_M, "M"}, {TRUST_D, "D"}, {0, NULL}};
static const struct field_name names_subtype[] = {
    {LICENCE_SUBTYPE_I, "I"}, {LICENCE_SUBTYPE_II, "II"}, {0, NULL}};
static const struct field_name names_decision[] = {{LICENCE_DECISION_GRANT, "grant"},
                                                   {LICENCE_DECISION_REFUSE, "refuse"},
                                                   {LICENCE_DECISION_SUSPEND, "suspend"},
                                                   {LICENCE_DECISION_REVOKE, "revoke"},
                                                   {0, NULL}};
static const struct field_name names_source[] = {
    {ENERGY_SOURCE_GRID, "grid"},           {ENERGY_SOURCE_OWN, "own"},
    {ENERGY_SOURCE_OFF_GRID, "off_grid"},   {ENERGY_SOURCE_RENEWABLE, "renewable"},
    {ENERGY_SOURCE_UNMETERED, "unmetered"}, {0, NULL}};
static const struct field_name names_energy_flag[] = {
    {ENERGY_FLAG_AFTER_GAP, "after_gap"}, {ENERGY_FLAG_NEW_REGISTER, "new_register"}, {0, NULL}};
static const struct field_name names_address[] = {{MINING_ADDRESS_PAYOUT, "payout"},
                                                  {MINING_ADDRESS_WORKER, "worker"},
                                                  {MINING_ADDRESS_RANGE, "range"},
                                                  {0, NULL}};

const struct field fields_JURISDICTION_PARAMETER_SET[] = {
    NAME(command_jurisdiction_parameter_set, parameter.kind, names_parameter),
    NAME(command_jurisdiction_parameter_set, parameter.trust, names_trust),
    NUMBER(command_jurisdiction_parameter_set, parameter.valid_from),
    NUMBER(command_jurisdiction_parameter_set, parameter.valid_to),
    UNITS(command_jurisdiction_parameter_set, parameter.key),
    UNITS(command_jurisdiction_parameter_set, parameter.value),
    TEXT(command_jurisdiction_parameter_set, parameter.source),
    END};
const struct field fields_MINER_SET[] = {
    NUMBER(command_miner_set, miner),          NUMBER(command_miner_set, account),
    NUMBER(command_miner_set, valid_from_day), NUMBER(command_miner_set, valid_to_day),
    NUMBER(command_miner_set, region),         NAME(command_miner_set, subtype, names_subtype),
    TEXT(command_miner_set, licence),          END};
const struct field fields_MINER_DECIDE[] = {
    NUMBER(command_miner_decide, miner), NAME(command_miner_decide, decision, names_decision),
    NUMBER(command_miner_decide, until_day), TEXT(command_miner_decide, reason), END};
const struct field fields_POOL_SET[] = {
    NUMBER(command_pool_set, pool),           NUMBER(command_pool_set, account),
    NUMBER(command_pool_set, valid_from_day), NUMBER(command_pool_set, valid_to_day),
    TEXT(command_pool_set, accreditation),    END};
const struct field fields_POOL_DECIDE[] = {
    NUMBER(command_pool_decide, pool), NAME(command_pool_decide, decision, names_decision),
    NUMBER(command_pool_decide, until_day), TEXT(command_pool_decide, reason), END};
const struct field fields_SHARE_READING[] = {
    NUMBER(command_share_reading, miner),    NUMBER(command_share_reading, pool),
    NUMBER(command_share_reading, site),     NUMBER(command_share_reading, sequence),
    TIME(command_share_reading, begin_us),   TIME(command_share_reading, end_us),
    NUMBER(command_share_reading, accepted), NUMBER(command_share_reading, rejected),
    NUMBER(command_share_reading, stale),    NUMBER(command_share_reading, effective_milli),
    UNITS(command_share_reading, work),      HEX(command_share_reading, log),
    TEXT(command_share_reading, name),       END};
const struct field fields_ENERGY_READING[] = {
    NUMBER(command_energy_reading, meter),
    FLAGS(command_energy_reading, flags, names_energy_flag),
    NUMBER(command_energy_reading, sequence),
    TIME(command_energy_reading, begin_us),
    TIME(command_energy_reading, end_us),
    NUMBER(command_energy_reading, register_begin_wh),
    NUMBER(command_energy_reading, register_end_wh),
    UNITS(command_energy_reading, energy_wh),
    END};
const struct field fields_SITE_SET[] = {NUMBER(command_site_set, site),
                                        NUMBER(command_site_set, miner),
                                        NUMBER(command_site_set, host),
                                        NUMBER(command_site_set, capacity_kw),
                                        NUMBER(command_site_set, quota_kw),
                                        NUMBER(command_site_set, region),
                                        TEXT(command_site_set, contract),
                                        TEXT(command_site_set, name),
                                        END};
const struct field fields_METER_SET[] = {NUMBER(command_meter_set, meter),
                                         NUMBER(command_meter_set, site),
                                         NUMBER(command_meter_set, miner),
                                         NUMBER(command_meter_set, reader),
                                         NUMBER(command_meter_set, register_digits),
                                         NAME(command_meter_set, source, names_source),
                                         TEXT(command_meter_set, serial),
                                         END};
const struct field fields_EQUIPMENT_SET[] = {NUMBER(command_equipment_set, equipment),
                                             NUMBER(command_equipment_set, miner),
                                             NUMBER(command_equipment_set, site),
                                             NUMBER(command_equipment_set, count),
                                             NUMBER(command_equipment_set, nameplate_ghs),
                                             NUMBER(command_equipment_set, mj_per_th),
                                             TEXT(command_equipment_set, model),
                                             TEXT(command_equipment_set, customs),
                                             END};
const struct field fields_MINER_ADDRESS_SET[] = {
    NUMBER(command_miner_address_set, miner),
    NAME(command_miner_address_set, type, names_address),
    NUMBER(command_miner_address_set, removed),
    HEX(command_miner_address_set, range),
    TEXT(command_miner_address_set, text),
    END};
const struct field fields_POOL_DISTRIBUTION[] = {NUMBER(command_pool_distribution, pool),
                                                 NUMBER(command_pool_distribution, miner),
                                                 NUMBER(command_pool_distribution, sequence),
                                                 TIME(command_pool_distribution, distributed_us),
                                                 UNITS(command_pool_distribution, amount),
                                                 NUMBER(command_pool_distribution, asset),
                                                 TEXT(command_pool_distribution, address),
                                                 EVIDENCE(command_pool_distribution, evidence),
                                                 END};
const struct field fields_SALE_RECORD[] = {NUMBER(command_sale_record, miner),
                                           NUMBER(command_sale_record, asset),
                                           NUMBER(command_sale_record, quote_asset),
                                           TIME(command_sale_record, sold_us),
                                           NUMBER(command_sale_record, record),
                                           UNITS(command_sale_record, amount),
                                           UNITS(command_sale_record, quote),
                                           TEXT(command_sale_record, exchange),
                                           HEX(command_sale_record, proof),
                                           EVIDENCE(command_sale_record, evidence),
                                           END};
const struct field fields_FEE_ASSESS[] = {
    NUMBER(command_fee_assess, miner),     NUMBER(command_fee_assess, quarter),
    UNITS(command_fee_assess, grid_price), NUMBER(command_fee_assess, asset),
    NUMBER(command_fee_assess, has_price), END};
const struct field fields_FEE_PAY[] = {
    NUMBER(command_fee_pay, miner),      NUMBER(command_fee_pay, quarter),
    NUMBER(command_fee_pay, by_bank),    UNITS(command_fee_pay, amount),
    EVIDENCE(command_fee_pay, evidence), END};
