/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of commands about the node, people, keys and tiers. Whether they may is not asked here:
 * registry/ answers that with the state in hand.
 */
#include "base/shape.h"

#define ROLES_KNOWN                                                               \
    ((uint32_t)(ROLE_TRADER | ROLE_MARKET_MAKER | ROLE_OPERATOR | ROLE_APPROVER | \
                ROLE_SUPERVISOR | ROLE_CUSTODIAN | ROLE_AUTHORITY | ROLE_METER | ROLE_POOL))
#define SCOPES_KNOWN \
    ((uint32_t)(KEY_SCOPE_READ | KEY_SCOPE_TRADE | KEY_SCOPE_WITHDRAW | KEY_SCOPE_OPERATE))
#define RIGHTS_KNOWN ((uint32_t)(TIER_RIGHT_TRADE | TIER_RIGHT_WITHDRAW | TIER_RIGHT_DEPOSIT))
#define PREFIX_MAX   128u

bool shape_is_node_found(const struct command_node_found *command)
{
    return shape_is_flag(command->sandbox) && SHAPE_IS_ZERO(command->reserved0) &&
           SHAPE_MAY_BE_TEXT(command->name.text, TEXT_CHARSET_PLAIN);
}

bool shape_is_participant_create(const struct command_participant_create *command)
{
    return SHAPE_IS_TEXT(command->handle.text, TEXT_CHARSET_PLAIN) &&
           shape_is_mask(command->roles, ROLES_KNOWN) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_participant_update(const struct command_participant_update *command)
{
    return shape_is_mask(command->roles, ROLES_KNOWN) && SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_participant_freeze(const struct command_participant_freeze *command)
{
    return shape_is_flag(command->frozen) && SHAPE_IS_ZERO(command->reserved);
}

/* Prefix 0 is only the unused entry: an address with it would read like a restriction and be none. */
bool shape_is_range(const struct ip_range *range)
{
    if (!SHAPE_IS_ZERO(range->reserved) || range->prefix > PREFIX_MAX) {
        return false;
    }
    return range->prefix != 0 || SHAPE_IS_ZERO(range->address);
}

bool shape_is_key_create(const struct command_key_create *command)
{
    if (!shape_is_enum(command->type, KEY_TYPE_RSA) ||
        !shape_is_mask(command->scopes, SCOPES_KNOWN) || !shape_is_flag(command->nonce_required) ||
        command->reserved0 != 0 || !SHAPE_IS_ZERO(command->reserved) ||
        !shape_is_moment(command->expires_us)) {
        return false;
    }
    for (uint32_t i = 0; i < TARAZY_KEY_RANGES_MAX; i++) {
        if (!shape_is_range(&command->ranges[i])) {
            return false;
        }
    }
    return command->material_size <= TARAZY_KEY_MATERIAL_MAX &&
           shape_is_zero(command->material + command->material_size,
                         TARAZY_KEY_MATERIAL_MAX - command->material_size);
}

bool shape_is_tier_set(const struct command_tier_set *command)
{
    return shape_is_enum(command->tier, TARAZY_TIERS_MAX) &&
           shape_is_mask(command->rights, RIGHTS_KNOWN) && shape_is_rate(command->maker) &&
           shape_is_rate(command->taker) && SHAPE_IS_ZERO(command->reserved);
}

static bool is_day_max(struct amount amount)
{
    return amount.units >= -1; /* raw: base lies below money; −1 = no limit */
}

bool shape_is_tier_limit_set(const struct command_tier_limit_set *command)
{
    return shape_is_enum(command->tier, TARAZY_TIERS_MAX) && SHAPE_IS_ZERO(command->reserved0) &&
           is_day_max(command->withdraw_day_max) && is_day_max(command->deposit_day_max) &&
           SHAPE_IS_ZERO(command->reserved);
}

bool shape_is_quarantine(const struct command_quarantine *command)
{
    return SHAPE_IS_TEXT(command->reason, TEXT_CHARSET_PLAIN);
}
