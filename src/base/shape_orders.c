/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of orders, cancels and lists: the hot half of the shape check, so it only looks at what
 * bytes can tell. Which fields go with which type of order is the market's business.
 */
#include "base/shape.h"

#define ORDER_FLAGS_KNOWN ((uint32_t)ORDER_FLAG_BY_QUOTE)
#define LEGS_MIN          2u

bool shape_is_order_terms(const struct order_terms *terms)
{
    return shape_is_quantity(terms->quantity) && shape_is_price(terms->price) &&
           shape_is_price(terms->stop_price) && shape_is_quantity(terms->iceberg) &&
           shape_is_moment(terms->expires_us) && shape_is_enum(terms->side, SIDE_SELL) &&
           shape_is_enum(terms->type, ORDER_TYPE_TAKE_PROFIT_LIMIT) &&
           shape_is_enum(terms->time_in_force, TIME_IN_FORCE_GTD) &&
           shape_is_enum(terms->self_trade, SELF_TRADE_DECREMENT) &&
           shape_is_mask(terms->flags, ORDER_FLAGS_KNOWN) && shape_is_client_id(&terms->client_id);
}

/* 0 = the cancel does not mind. */
static bool is_restriction(uint8_t restriction)
{
    return restriction <= CANCEL_RESTRICTION_ONLY_PARTIALLY_FILLED;
}

bool shape_is_order_cancel(const struct command_order_cancel *command)
{
    return shape_is_client_id(&command->original) && shape_is_client_id(&command->client_id) &&
           is_restriction(command->restriction) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_order_cancel_all(const struct command_order_cancel_all *command)
{
    return shape_is_enum(command->reason, CANCEL_ALL_REASON_DISCONNECT) &&
           SHAPE_IS_ZERO(command->reserved0) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_order_replace(const struct command_order_replace *command)
{
    return shape_is_client_id(&command->original) &&
           shape_is_client_id(&command->cancel_client_id) &&
           shape_is_enum(command->mode, REPLACE_MODE_ALLOW_FAILURE) &&
           is_restriction(command->restriction) && SHAPE_IS_ZERO(command->reserved0) &&
           shape_is_order_terms(&command->terms) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_order_amend(const struct command_order_amend *command)
{
    return shape_is_quantity(command->quantity) && shape_is_client_id(&command->original) &&
           shape_is_client_id(&command->client_id) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_order_list_place(const struct command_order_list_place *command)
{
    if (!shape_is_client_id(&command->client_id) ||
        !shape_is_enum(command->contingency, CONTINGENCY_OTOCO) || command->legs < LEGS_MIN ||
        command->legs > TARAZY_LIST_LEGS_MAX || !SHAPE_IS_ZERO(command->reserved0) ||
        !SHAPE_IS_ZERO(command->reserved)) {
        return false;
    }
    for (uint32_t leg = 0; leg < command->legs; leg++) {
        if (!shape_is_order_terms(&command->terms[leg])) {
            return false;
        }
    }
    return shape_is_zero(command->terms + command->legs,
                         (TARAZY_LIST_LEGS_MAX - command->legs) * sizeof command->terms[0]);
}

bool shape_is_order_list_cancel(const struct command_order_list_cancel *command)
{
    return shape_is_client_id(&command->original) && shape_is_client_id(&command->client_id) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_countdown_set(const struct command_countdown_set *command)
{
    return SHAPE_IS_ZERO(command->reserved0) && SHAPE_IS_ZERO(command->reserved);
}
