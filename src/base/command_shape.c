/* SPDX-License-Identifier: Apache-2.0
 *
 * Is this one whole command? What enters the journal passed this and nothing else did, so that no
 * follower ever meets bytes it cannot understand. It needs no state, so that gateways can ask
 * before they send and the core before it journals.
 *
 * Invariants: every byte of a command either means something and was looked at, or is zero; a
 * command has exactly one spelling, so that equal commands are equal bytes.
 *
 * The families of commands stand in shape_registry.c, shape_listing.c, shape_orders.c and shape_mining.c.
 */
#include "base/shape.h"

size_t tarazy_command_size(uint16_t kind)
{
    switch ((enum command_kind)kind) {
#define COMMAND_SIZE(name, number, type) \
    case COMMAND_##name: return sizeof(struct type);
        TARAZY_COMMANDS(COMMAND_SIZE)
#undef COMMAND_SIZE
    }
    return 0;
}

const char *tarazy_command_name(uint16_t kind)
{
    switch ((enum command_kind)kind) {
#define COMMAND_NAME(name, number, type) \
    case COMMAND_##name: return #name;
        TARAZY_COMMANDS(COMMAND_NAME)
#undef COMMAND_NAME
    }
    return NULL;
}

/* The fields after the header, for every kind but PROPOSE, which no command may wrap. */
static bool is_plain(const struct command_header *command)
{
    const void *whole = command;

    switch ((enum command_kind)command->kind) {
    case COMMAND_NODE_FOUND: return shape_is_node_found(whole);
    case COMMAND_NODE_OPEN:
        return SHAPE_IS_ZERO(((const struct command_node_open *)whole)->reserved);
    case COMMAND_CLOCK: return SHAPE_IS_ZERO(((const struct command_clock *)whole)->reserved);
    case COMMAND_PARTICIPANT_CREATE: return shape_is_participant_create(whole);
    case COMMAND_PARTICIPANT_UPDATE: return shape_is_participant_update(whole);
    case COMMAND_PARTICIPANT_FREEZE: return shape_is_participant_freeze(whole);
    case COMMAND_KEY_CREATE: return shape_is_key_create(whole);
    case COMMAND_KEY_REVOKE:
        return SHAPE_IS_ZERO(((const struct command_key_revoke *)whole)->reserved);
    case COMMAND_TIER_SET: return shape_is_tier_set(whole);
    case COMMAND_TIER_LIMIT_SET: return shape_is_tier_limit_set(whole);
    case COMMAND_PROPOSE: return false;
    case COMMAND_APPROVE: return SHAPE_IS_ZERO(((const struct command_approve *)whole)->reserved);
    case COMMAND_PROPOSAL_WITHDRAW:
        return SHAPE_IS_ZERO(((const struct command_proposal_withdraw *)whole)->reserved);
    case COMMAND_ASSET_CREATE: return shape_is_asset_create(whole);
    case COMMAND_INSTRUMENT_CREATE: return shape_is_instrument_create(whole);
    case COMMAND_INSTRUMENT_UPDATE: return shape_is_instrument_update(whole);
    case COMMAND_SESSION_SET: return shape_is_session_set(whole);
    case COMMAND_SANDBOX_DEPOSIT: return shape_is_sandbox_deposit(whole);
    case COMMAND_DEPOSIT: return shape_is_deposit(whole);
    case COMMAND_WITHDRAW_REQUEST: return shape_is_withdraw_request(whole);
    case COMMAND_WITHDRAW_SETTLE: return shape_is_withdraw_settle(whole);
    case COMMAND_WITHDRAW_REJECT:
        return SHAPE_IS_ZERO(((const struct command_withdraw_reject *)whole)->reserved);
    case COMMAND_CORRECTION: return shape_is_correction(whole);
    case COMMAND_ORDER_PLACE:
        return shape_is_order_terms(&((const struct command_order_place *)whole)->terms);
    case COMMAND_ORDER_CANCEL: return shape_is_order_cancel(whole);
    case COMMAND_ORDER_CANCEL_ALL: return shape_is_order_cancel_all(whole);
    case COMMAND_ORDER_REPLACE: return shape_is_order_replace(whole);
    case COMMAND_ORDER_AMEND: return shape_is_order_amend(whole);
    case COMMAND_ORDER_LIST_PLACE: return shape_is_order_list_place(whole);
    case COMMAND_ORDER_LIST_CANCEL: return shape_is_order_list_cancel(whole);
    case COMMAND_COUNTDOWN_SET: return shape_is_countdown_set(whole);
    case COMMAND_LIABILITIES_PUBLISH:
        return SHAPE_IS_ZERO(((const struct command_liabilities_publish *)whole)->reserved);
    case COMMAND_QUARANTINE: return shape_is_quarantine(whole);
    case COMMAND_JURISDICTION_PARAMETER_SET: return shape_is_jurisdiction_parameter_set(whole);
    case COMMAND_MINER_SET: return shape_is_miner_set(whole);
    case COMMAND_MINER_DECIDE: return shape_is_miner_decide(whole);
    case COMMAND_POOL_SET: return shape_is_pool_set(whole);
    case COMMAND_POOL_DECIDE: return shape_is_pool_decide(whole);
    case COMMAND_SHARE_READING: return shape_is_share_reading(whole);
    case COMMAND_ENERGY_READING: return shape_is_energy_reading(whole);
    case COMMAND_SITE_SET: return shape_is_site_set(whole);
    case COMMAND_METER_SET: return shape_is_meter_set(whole);
    case COMMAND_EQUIPMENT_SET: return shape_is_equipment_set(whole);
    case COMMAND_MINER_ADDRESS_SET: return shape_is_miner_address_set(whole);
    case COMMAND_POOL_DISTRIBUTION: return shape_is_pool_distribution(whole);
    case COMMAND_SALE_RECORD: return shape_is_sale_record(whole);
    case COMMAND_FEE_ASSESS: return shape_is_fee_assess(whole);
    case COMMAND_FEE_PAY: return shape_is_fee_pay(whole);
    }
    return false;
}

/* The wrapped command is itself a whole one; who, when and which number it is says the approval. */
static bool is_propose(const struct command_propose *propose)
{
    _Alignas(16) uint8_t wrapped[TARAZY_PROPOSED_SIZE_MAX];
    struct command_header header;

    if (!shape_is_moment(propose->expires_us) || !SHAPE_IS_ZERO(propose->reserved0) ||
        !SHAPE_IS_ZERO(propose->reserved1) || propose->size < sizeof header ||
        propose->size > TARAZY_PROPOSED_SIZE_MAX ||
        !shape_is_zero(propose->command + propose->size,
                       TARAZY_PROPOSED_SIZE_MAX - propose->size)) {
        return false;
    }
    /* Copied, because a command that proposes is only 8-byte aligned and amounts want 16. */
    memcpy(wrapped, propose->command, sizeof wrapped);
    memcpy(&header, wrapped, sizeof header);
    const struct command_header expected = {.kind = header.kind};
    if (memcmp(&header, &expected, sizeof header) != 0 ||
        tarazy_command_size(header.kind) != propose->size) {
        return false;
    }
    return is_plain((const struct command_header *)(const void *)wrapped);
}

bool tarazy_command_is_well_formed(const struct command_header *command, size_t size)
{
    if (size < sizeof *command || tarazy_command_size(command->kind) != size ||
        !shape_is_moment(command->time_us)) {
        return false;
    }
    if (command->kind == COMMAND_PROPOSE) {
        const void *whole = command;

        return is_propose(whole);
    }
    return is_plain(command);
}
