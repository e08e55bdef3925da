/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of commands about assets, instruments and money from outside. Whether terms fit together
 * is not asked here: market/ answers that.
 */
#include "base/shape.h"

#define SCALE_MAX 18u

bool shape_is_asset_create(const struct command_asset_create *command)
{
    return SHAPE_IS_TEXT(command->code.text, TEXT_CHARSET_CODE) && command->scale <= SCALE_MAX &&
           SHAPE_IS_ZERO(command->reserved0) && shape_is_amount(command->supply_max) &&
           shape_is_amount(command->withdraw_min) && shape_is_amount(command->withdraw_fee) &&
           SHAPE_MAY_BE_TEXT(command->name.text, TEXT_CHARSET_PLAIN) &&
           SHAPE_IS_ZERO(command->reserved);
}

static bool is_instrument_terms(const struct instrument_terms *terms)
{
    return shape_is_amount(terms->notional_min) && shape_is_amount(terms->notional_max) &&
           shape_is_amount(terms->position_max) &&
           SHAPE_IS_TEXT(terms->symbol.text, TEXT_CHARSET_CODE) && shape_is_price(terms->tick) &&
           shape_is_price(terms->price_min) && shape_is_price(terms->price_max) &&
           shape_is_price(terms->reference) && shape_is_quantity(terms->lot) &&
           shape_is_quantity(terms->quantity_min) && shape_is_quantity(terms->quantity_max) &&
           shape_is_quantity(terms->market_quantity_max) && SHAPE_IS_ZERO(terms->reserved);
}

bool shape_is_instrument_create(const struct command_instrument_create *command)
{
    return shape_is_enum(command->session, SESSION_CANCEL_ONLY) &&
           SHAPE_IS_ZERO(command->reserved0) && is_instrument_terms(&command->terms) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_instrument_update(const struct command_instrument_update *command)
{
    return SHAPE_IS_ZERO(command->reserved0) && is_instrument_terms(&command->terms) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_session_set(const struct command_session_set *command)
{
    return shape_is_enum(command->session, SESSION_CANCEL_ONLY) &&
           SHAPE_IS_ZERO(command->reserved0) && shape_is_moment(command->until_us) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_evidence(const struct evidence *evidence)
{
    return SHAPE_IS_TEXT(evidence->text, TEXT_CHARSET_PLAIN) &&
           shape_is_enum(evidence->rail, TARAZY_RAILS_MAX);
}

bool shape_is_sandbox_deposit(const struct command_sandbox_deposit *command)
{
    return SHAPE_IS_ZERO(command->reserved0) && shape_is_amount(command->amount) &&
           shape_is_evidence(&command->evidence) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_deposit(const struct command_deposit *command)
{
    return SHAPE_IS_ZERO(command->reserved0) && shape_is_amount(command->amount) &&
           shape_is_evidence(&command->evidence) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_withdraw_request(const struct command_withdraw_request *command)
{
    return shape_is_enum(command->rail, TARAZY_RAILS_MAX) && SHAPE_IS_ZERO(command->reserved0) &&
           shape_is_amount(command->amount) &&
           SHAPE_IS_TEXT(command->address.text, TEXT_CHARSET_PLAIN) &&
           shape_is_client_id(&command->client_id) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_withdraw_settle(const struct command_withdraw_settle *command)
{
    return shape_is_evidence(&command->evidence) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_correction(const struct command_correction *command)
{
    return shape_is_amount(command->amount) && SHAPE_IS_TEXT(command->reason, TEXT_CHARSET_PLAIN);
}
