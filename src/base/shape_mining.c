/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of commands about mining. Whether days follow each other, a reading fits the one before it
 * or a number is registered is not asked here: mining/ answers that with the state in hand.
 */
#include "base/shape.h"

#define FLAGS_KNOWN ((uint32_t)(ENERGY_FLAG_AFTER_GAP | ENERGY_FLAG_NEW_REGISTER))

/* Whether there is such a parameter and what it may say: mining/jurisdiction.c knows. */
bool shape_is_jurisdiction_parameter_set(const struct command_jurisdiction_parameter_set *command)
{
    return command->parameter.reserved0 == 0 && command->parameter.reserved1 == 0 &&
           SHAPE_IS_TEXT(command->parameter.source, TEXT_CHARSET_PLAIN);
}

bool shape_is_miner_set(const struct command_miner_set *command)
{
    return shape_is_enum(command->subtype, LICENCE_SUBTYPE_II) &&
           SHAPE_IS_ZERO(command->reserved0) &&
           SHAPE_MAY_BE_TEXT(command->licence, TEXT_CHARSET_PLAIN) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_miner_decide(const struct command_miner_decide *command)
{
    return shape_is_enum(command->decision, LICENCE_DECISION_REVOKE) &&
           SHAPE_IS_ZERO(command->reserved0) &&
           SHAPE_IS_TEXT(command->reason, TEXT_CHARSET_PLAIN) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_pool_set(const struct command_pool_set *command)
{
    return SHAPE_IS_ZERO(command->reserved0) &&
           SHAPE_MAY_BE_TEXT(command->accreditation, TEXT_CHARSET_PLAIN) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_pool_decide(const struct command_pool_decide *command)
{
    return shape_is_enum(command->decision, LICENCE_DECISION_REVOKE) &&
           SHAPE_IS_ZERO(command->reserved0) &&
           SHAPE_IS_TEXT(command->reason, TEXT_CHARSET_PLAIN) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_site_set(const struct command_site_set *command)
{
    return SHAPE_IS_ZERO(command->reserved0) &&
           SHAPE_MAY_BE_TEXT(command->contract, TEXT_CHARSET_PLAIN) &&
           SHAPE_MAY_BE_TEXT(command->name, TEXT_CHARSET_PLAIN);
}

bool shape_is_meter_set(const struct command_meter_set *command)
{
    return shape_is_enum(command->source, ENERGY_SOURCE_UNMETERED) &&
           SHAPE_IS_ZERO(command->reserved0) &&
           SHAPE_IS_TEXT(command->serial, TEXT_CHARSET_PLAIN) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_equipment_set(const struct command_equipment_set *command)
{
    return SHAPE_IS_TEXT(command->model, TEXT_CHARSET_PLAIN) &&
           SHAPE_MAY_BE_TEXT(command->customs, TEXT_CHARSET_PLAIN) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_miner_address_set(const struct command_miner_address_set *command)
{
    return shape_is_enum(command->type, MINING_ADDRESS_RANGE) && shape_is_flag(command->removed) &&
           SHAPE_IS_ZERO(command->reserved0) && shape_is_range(&command->range) &&
           SHAPE_MAY_BE_TEXT(command->text, TEXT_CHARSET_PLAIN) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_share_reading(const struct command_share_reading *command)
{
    return command->reserved0 == 0 && shape_is_moment(command->begin_us) &&
           shape_is_moment(command->end_us) && shape_is_amount(command->work) &&
           SHAPE_MAY_BE_TEXT(command->name.text, TEXT_CHARSET_PLAIN);
}

bool shape_is_energy_reading(const struct command_energy_reading *command)
{
    return shape_is_mask(command->flags, FLAGS_KNOWN) && shape_is_moment(command->begin_us) &&
           shape_is_moment(command->end_us) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_pool_distribution(const struct command_pool_distribution *command)
{
    return shape_is_moment(command->distributed_us) && shape_is_amount(command->amount) &&
           SHAPE_IS_ZERO(command->reserved0) &&
           SHAPE_IS_TEXT(command->address.text, TEXT_CHARSET_PLAIN) &&
           shape_is_evidence(&command->evidence) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_sale_record(const struct command_sale_record *command)
{
    return shape_is_moment(command->sold_us) && shape_is_amount(command->amount) &&
           shape_is_amount(command->quote) &&
           SHAPE_IS_TEXT(command->exchange.text, TEXT_CHARSET_PLAIN) &&
           shape_is_evidence(&command->evidence) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_fee_assess(const struct command_fee_assess *command)
{
    return command->grid_price >= 0 && shape_is_flag(command->has_price) &&
           (command->has_price != 0 || command->grid_price == 0) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_fee_pay(const struct command_fee_pay *command)
{
    bool evidence = command->by_bank != 0
                        ? shape_is_evidence(&command->evidence)
                        : shape_is_zero(&command->evidence, sizeof command->evidence);

    return shape_is_flag(command->by_bank) && SHAPE_IS_ZERO(command->reserved0) &&
           shape_is_amount(command->amount) && evidence && SHAPE_IS_ZERO(command->reserved);
}
