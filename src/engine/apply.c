/* SPDX-License-Identifier: Apache-2.0
 *
 * One command in, its events out. The front door of the engine and the only switch that leads from a
 * kind of command to what it does.
 *
 * Invariants: numbers follow each other without gaps; time never goes back; a command either does all
 * it says or, refused, nothing (ORDER_REPLACE that allows a failure is the named exception: see
 * apply_replace.c); whatever happens, one outcome closes it.
 *
 * Next: check.c for who may, settle.c for what a fill does.
 */
#include "engine/apply.h"

#include "engine/emit.h"

enum result apply_family(struct apply *apply, const struct command_header *command)
{
    const void *whole = command;

    switch ((enum command_kind)command->kind) {
    case COMMAND_NODE_FOUND: return apply_node_found(apply, whole);
    case COMMAND_NODE_OPEN: return apply_node_open(apply, whole);
    case COMMAND_CLOCK: return apply_clock(apply, whole);
    case COMMAND_PARTICIPANT_CREATE: return apply_participant_create(apply, whole);
    case COMMAND_PARTICIPANT_UPDATE: return apply_participant_update(apply, whole);
    case COMMAND_PARTICIPANT_FREEZE: return apply_participant_freeze(apply, whole);
    case COMMAND_KEY_CREATE: return apply_key_create(apply, whole);
    case COMMAND_KEY_REVOKE: return apply_key_revoke(apply, whole);
    case COMMAND_TIER_SET: return apply_tier_set(apply, whole);
    case COMMAND_TIER_LIMIT_SET: return apply_tier_limit_set(apply, whole);
    case COMMAND_PROPOSE: return apply_propose(apply, whole);
    case COMMAND_APPROVE: return apply_approve(apply, whole);
    case COMMAND_PROPOSAL_WITHDRAW: return apply_proposal_withdraw(apply, whole);
    case COMMAND_ASSET_CREATE: return apply_asset_create(apply, whole);
    case COMMAND_INSTRUMENT_CREATE: return apply_instrument_create(apply, whole);
    case COMMAND_INSTRUMENT_UPDATE: return apply_instrument_update(apply, whole);
    case COMMAND_SESSION_SET: return apply_session_set(apply, whole);
    case COMMAND_SANDBOX_DEPOSIT: return apply_sandbox_deposit(apply, whole);
    case COMMAND_DEPOSIT: return apply_deposit(apply, whole);
    case COMMAND_WITHDRAW_REQUEST: return apply_withdraw_request(apply, whole);
    case COMMAND_WITHDRAW_SETTLE: return apply_withdraw_settle(apply, whole);
    case COMMAND_WITHDRAW_REJECT: return apply_withdraw_reject(apply, whole);
    case COMMAND_CORRECTION: return apply_correction(apply, whole);
    case COMMAND_ORDER_PLACE: return apply_order_place(apply, whole);
    case COMMAND_ORDER_CANCEL: return apply_order_cancel(apply, whole);
    case COMMAND_ORDER_CANCEL_ALL: return apply_order_cancel_all(apply, whole);
    case COMMAND_ORDER_REPLACE: return apply_order_replace(apply, whole);
    case COMMAND_ORDER_AMEND: return apply_order_amend(apply, whole);
    case COMMAND_ORDER_LIST_PLACE: return apply_order_list_place(apply, whole);
    case COMMAND_ORDER_LIST_CANCEL: return apply_order_list_cancel(apply, whole);
    case COMMAND_COUNTDOWN_SET: return apply_countdown_set(apply, whole);
    case COMMAND_LIABILITIES_PUBLISH: return apply_liabilities_publish(apply, whole);
    case COMMAND_QUARANTINE: return apply_quarantine(apply, whole);
#define MINING_CASE(name, number, type) \
    case COMMAND_##name: return apply_mining(apply, command);
        TARAZY_MINING_COMMANDS(MINING_CASE)
#undef MINING_CASE
    }
    return RESULT_UNKNOWN_COMMAND;
}

/* Sender, permission, family, in this order. A nonce that was shown is used up, whatever follows. */
static enum result apply_whole(struct apply *apply)
{
    const struct command_header *command = apply->command;
    enum result result = check_sender(apply->engine, command);

    if (result != RESULT_OK) {
        return result;
    }
    apply->engine->time_us = command->time_us;
    if (command->participant != 0) {
        registry_key_use(apply->registry, command);
    }
    result = check_permission(apply->engine, command, false);
    if (result != RESULT_OK) {
        return result;
    }
    result = apply_family(apply, command);
    if (apply->approved != 0) {
        execute_approved(apply);
    }
    return result;
}

/*~ The command is durable: it stands in the journal with its number and time, and nothing can take it
 * back. From here on only the state decides, here and in every follower alike. Next: check.c asks who
 * sends it, then the family's own file takes it; an order goes on in apply_order.c. */
void tarazy_engine_apply(struct engine *engine, const struct command_header *command,
                         struct event_buffer *events)
{
    struct apply apply = apply_begin(engine, command, events);

    enum result result = apply_whole(&apply);
    emit_end(&apply, result);
}
