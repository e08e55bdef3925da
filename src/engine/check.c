/* SPDX-License-Identifier: Apache-2.0
 *
 * May this be done at all? The questions every command is asked before its own family is: is it in
 * time, is the node founded, who sends it, does the key admit it, do the roles permit it, does it
 * need a second person. A file of its own because these are the safety checks of the node, and
 * because tarazy_engine_check and tarazy_engine_apply must ask the very same ones.
 *
 * Invariants: nothing here changes anything; after NODE_OPEN the node itself (participant 0) can only
 * let time pass, and note a quarantine.
 *
 * Next: apply.c.
 */
#include "engine/apply.h"

/* What the founders may do before the node is open, when there are no people yet to ask. Every kind
 * not named here waits for the opening. */
static bool is_founding_act(uint16_t kind)
{
    static const uint16_t acts[] = {
        COMMAND_NODE_OPEN,
        COMMAND_PARTICIPANT_CREATE,
        COMMAND_PARTICIPANT_UPDATE,
        COMMAND_KEY_CREATE,
        COMMAND_TIER_SET,
        COMMAND_TIER_LIMIT_SET,
        COMMAND_ASSET_CREATE,
        COMMAND_INSTRUMENT_CREATE,
        COMMAND_INSTRUMENT_UPDATE,
        COMMAND_SANDBOX_DEPOSIT,
        COMMAND_JURISDICTION_PARAMETER_SET,
    };

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (acts[i] == kind) {
            return true;
        }
    }
    return false;
}

/* The node itself speaks: founding it, telling the time, or noting what was skipped. */
static enum result check_node_itself(const struct engine *engine, uint16_t kind)
{
    if (kind == COMMAND_CLOCK || (kind == COMMAND_QUARANTINE && engine->open)) {
        return RESULT_OK;
    }
    if (engine->open) {
        return RESULT_ALREADY_FOUNDED;
    }
    return is_founding_act(kind) ? RESULT_OK : RESULT_NOT_PERMITTED;
}

enum result check_sender(const struct engine *engine, const struct command_header *command)
{
    const struct registry *registry = engine_registry(engine);

    if (tarazy_command_size(command->kind) == 0) {
        return RESULT_UNKNOWN_COMMAND;
    }
    if (command->time_us < engine->time_us) {
        return RESULT_TIME_BACKWARDS;
    }
    if (!engine->founded) {
        bool founds = command->kind == COMMAND_NODE_FOUND && command->participant == 0;

        return founds ? RESULT_OK : RESULT_NOT_FOUNDED;
    }
    if (command->kind == COMMAND_NODE_FOUND) {
        return RESULT_ALREADY_FOUNDED;
    }
    if (command->participant == 0) {
        return check_node_itself(engine, command->kind);
    }
    if (!engine->open) {
        return RESULT_NOT_FOUNDED;
    }
    if (registry_participant(registry, command->participant) == NULL) {
        return RESULT_UNKNOWN_PARTICIPANT;
    }
    return registry_key_admits(registry, command);
}

enum result check_permission(const struct engine *engine, const struct command_header *command,
                             bool wrapped)
{
    const struct registry *registry = engine_registry(engine);

    if (command->participant == 0) {
        return RESULT_OK; /* check_sender has looked at what the node itself may */
    }
    const struct participant *sender = registry_participant(registry, command->participant);
    if (sender->frozen) {
        return RESULT_PARTICIPANT_FROZEN;
    }
    if (!registry_roles_permit(sender->roles, command->kind)) {
        return RESULT_NOT_PERMITTED;
    }
    if (!wrapped && registry_needs_proposal(command)) {
        return RESULT_NEEDS_PROPOSAL;
    }
    return RESULT_OK;
}

enum result check_family(const struct engine *engine, const struct command_header *command)
{
    const void *whole = command;

    switch ((enum command_kind)command->kind) {
    case COMMAND_NODE_FOUND: return check_node_found(engine, whole);
    case COMMAND_NODE_OPEN: return check_node_open(engine, whole);
    case COMMAND_CLOCK: return check_clock(engine, whole);
    case COMMAND_PARTICIPANT_CREATE: return check_participant_create(engine, whole);
    case COMMAND_PARTICIPANT_UPDATE: return check_participant_update(engine, whole);
    case COMMAND_PARTICIPANT_FREEZE: return check_participant_freeze(engine, whole);
    case COMMAND_KEY_CREATE: return check_key_create(engine, whole);
    case COMMAND_KEY_REVOKE: return check_key_revoke(engine, whole);
    case COMMAND_TIER_SET: return check_tier_set(engine, whole);
    case COMMAND_TIER_LIMIT_SET: return check_tier_limit_set(engine, whole);
    case COMMAND_PROPOSE: return check_propose(engine, whole);
    case COMMAND_APPROVE: return check_approve(engine, whole);
    case COMMAND_PROPOSAL_WITHDRAW: return check_proposal_withdraw(engine, whole);
    case COMMAND_ASSET_CREATE: return check_asset_create(engine, whole);
    case COMMAND_INSTRUMENT_CREATE: return check_instrument_create(engine, whole);
    case COMMAND_INSTRUMENT_UPDATE: return check_instrument_update(engine, whole);
    case COMMAND_SESSION_SET: return check_session_set(engine, whole);
    case COMMAND_SANDBOX_DEPOSIT: return check_sandbox_deposit(engine, whole);
    case COMMAND_DEPOSIT: return check_deposit(engine, whole);
    case COMMAND_WITHDRAW_REQUEST: return check_withdraw_request(engine, whole);
    case COMMAND_WITHDRAW_SETTLE: return check_withdraw_settle(engine, whole);
    case COMMAND_WITHDRAW_REJECT: return check_withdraw_reject(engine, whole);
    case COMMAND_CORRECTION: return check_correction(engine, whole);
    case COMMAND_ORDER_PLACE: return check_order_place(engine, whole);
    case COMMAND_ORDER_CANCEL: return check_order_cancel(engine, whole);
    case COMMAND_ORDER_CANCEL_ALL: return check_order_cancel_all(engine, whole);
    case COMMAND_ORDER_REPLACE: return check_order_replace(engine, whole);
    case COMMAND_ORDER_AMEND: return check_order_amend(engine, whole);
    case COMMAND_ORDER_LIST_PLACE: return check_order_list_place(engine, whole);
    case COMMAND_ORDER_LIST_CANCEL: return check_order_list_cancel(engine, whole);
    case COMMAND_COUNTDOWN_SET: return check_countdown_set(engine, whole);
    case COMMAND_LIABILITIES_PUBLISH: return check_liabilities_publish(engine, whole);
    case COMMAND_QUARANTINE: return check_quarantine(engine, whole);
#define MINING_CASE(name, number, type) \
    case COMMAND_##name: return check_mining(engine, command);
        TARAZY_MINING_COMMANDS(MINING_CASE)
#undef MINING_CASE
    }
    return RESULT_UNKNOWN_COMMAND;
}

enum result tarazy_engine_check(const struct engine *engine, const struct command_header *command)
{
    enum result result = check_sender(engine, command);

    if (result == RESULT_OK) {
        result = check_permission(engine, command, false);
    }
    if (result == RESULT_OK) {
        result = check_family(engine, command);
    }
    return result;
}
