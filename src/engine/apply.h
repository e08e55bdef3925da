/* SPDX-License-Identifier: Apache-2.0
 *
 * One command on its way through the engine. Only the files of engine/ include this.
 *
 * Each family of commands has a check_…, which looks and never changes, and an apply_…, which calls
 * the same check and only then changes. tarazy_engine_check calls the checks alone: what a test
 * request hears is what the command itself would have heard.
 */
#ifndef ENGINE_APPLY_H
#define ENGINE_APPLY_H

#include "base/checked.h"
#include "base/ensure.h"
#include "engine/state.h"
#include "money/arithmetic.h"

struct apply {
    struct engine *engine;
    struct ledger *ledger;
    struct market *market;
    struct registry *registry;
    struct event_buffer *events;
    const struct command_header *command; /* the one in the journal */
    int64_t now_us;
    uint32_t events_before; /* in the buffer, of earlier commands */
    uint32_t fills;         /* of this command so far; prevented self-trades count too */
    uint32_t closes;        /* bounded work of this command so far: see TARAZY_CLOSES_MAX */
    uint32_t triggers;      /* stop orders set off so far */
    uint32_t starts;        /* lists in engine_starts */
    uint16_t cancel_result; /* from here on: what the outcome says */
    uint16_t place_result;
    uint64_t id;
    uint64_t list;
    uint64_t cancelled;
    uint64_t approved; /* the proposal that APPROVE found good, to be executed next; 0 = none */
};

/* Is there room for more of the work that may wait for the next clock? */
static inline bool apply_may_go_on(const struct apply *apply)
{
    return apply->closes < TARAZY_CLOSES_MAX;
}

/* ------------------------------------------------------------------ check.c */

/* Who sent it, with what key, in time? */
MUST_CHECK enum result check_sender(const struct engine *engine,
                                    const struct command_header *command);

/* May this sender do this? wrapped: it comes out of an approved proposal. */
MUST_CHECK enum result check_permission(const struct engine *engine,
                                        const struct command_header *command, bool wrapped);

/* What the command's own family says. */
MUST_CHECK enum result check_family(const struct engine *engine,
                                    const struct command_header *command);

/* ------------------------------------------------------------------ apply.c */

/* What both ways into the engine begin with; the number is the command's from here on. */
static inline struct apply apply_begin(struct engine *engine, const struct command_header *command,
                                       struct event_buffer *events)
{
    struct apply apply = {
        .engine = engine,
        .ledger = engine_ledger(engine),
        .market = engine_market(engine),
        .registry = engine_registry(engine),
        .events = events,
        .command = command,
        .now_us = command->time_us,
        .events_before = events->count,
    };

    ENSURE((uintptr_t)command % 16 == 0 && (uintptr_t)(events->bytes + events->used) % 16 == 0);
    ENSURE(events->used <= events->size && events->size - events->used >= TARAZY_EVENTS_SIZE_MAX);
    ENSURE(command->number == engine->number + 1);
    engine->number = command->number;
    return apply;
}

/* Carries out one command whose sender and permission are in order. */
MUST_CHECK enum result apply_family(struct apply *apply, const struct command_header *command);

/* ------------------------------------------------------------------ the families */

#define ENGINE_FAMILY(name, type)                                                           \
    MUST_CHECK enum result check_##name(const struct engine *engine, const struct type *c); \
    MUST_CHECK enum result apply_##name(struct apply *apply, const struct type *c)

/* apply_node.c */
ENGINE_FAMILY(node_found, command_node_found);
ENGINE_FAMILY(node_open, command_node_open);

/* apply_registry.c */
ENGINE_FAMILY(participant_create, command_participant_create);
ENGINE_FAMILY(participant_update, command_participant_update);
ENGINE_FAMILY(participant_freeze, command_participant_freeze);
ENGINE_FAMILY(key_create, command_key_create);
ENGINE_FAMILY(key_revoke, command_key_revoke);
ENGINE_FAMILY(tier_set, command_tier_set);
ENGINE_FAMILY(tier_limit_set, command_tier_limit_set);

/* apply_proposal.c. Approving only notes the proposal in apply->approved; execute_approved does what
 * it says, so that no function reaches itself. */
ENGINE_FAMILY(propose, command_propose);
ENGINE_FAMILY(approve, command_approve);
ENGINE_FAMILY(proposal_withdraw, command_proposal_withdraw);
void execute_approved(struct apply *apply);
void expire_proposals(struct apply *apply);

/* apply_listing.c */
ENGINE_FAMILY(asset_create, command_asset_create);
ENGINE_FAMILY(instrument_create, command_instrument_create);
ENGINE_FAMILY(instrument_update, command_instrument_update);
ENGINE_FAMILY(session_set, command_session_set);

/* apply_money.c */
ENGINE_FAMILY(sandbox_deposit, command_sandbox_deposit);
ENGINE_FAMILY(deposit, command_deposit);
ENGINE_FAMILY(withdraw_request, command_withdraw_request);
ENGINE_FAMILY(withdraw_settle, command_withdraw_settle);
ENGINE_FAMILY(withdraw_reject, command_withdraw_reject);
ENGINE_FAMILY(correction, command_correction);

/* apply_order.c */
ENGINE_FAMILY(order_place, command_order_place);
ENGINE_FAMILY(order_cancel, command_order_cancel);
ENGINE_FAMILY(order_cancel_all, command_order_cancel_all);
ENGINE_FAMILY(order_amend, command_order_amend);
ENGINE_FAMILY(countdown_set, command_countdown_set);

/* apply_replace.c */
ENGINE_FAMILY(order_replace, command_order_replace);

/* apply_list.c */
ENGINE_FAMILY(order_list_place, command_order_list_place);
ENGINE_FAMILY(order_list_cancel, command_order_list_cancel);

/* apply_liabilities.c */
ENGINE_FAMILY(liabilities_publish, command_liabilities_publish);

/* apply_quarantine.c */
ENGINE_FAMILY(quarantine, command_quarantine);

/* apply_mining.c: all kinds of tarazy/mining_command.h, which have a switch of their own. */
ENGINE_FAMILY(mining, command_header);

/* apply_clock.c */
ENGINE_FAMILY(clock, command_clock);

#undef ENGINE_FAMILY

#endif
