/* SPDX-License-Identifier: Apache-2.0
 *
 * A founded node and the commands that law tests throw at it. A generator looks at the state, draws
 * from its seeded stream and writes the next command; law_send applies it and hands back the events.
 */
#ifndef LAWS_LAW_WORLD_H
#define LAWS_LAW_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "support/random_stream.h"
#include "tarazy/engine.h"
#include "tarazy/query.h"

union law_command {
    struct command_header header;
    struct command_participant_create participant_create;
    struct command_participant_update participant_update;
    struct command_participant_freeze participant_freeze;
    struct command_key_create key_create;
    struct command_key_revoke key_revoke;
    struct command_tier_set tier_set;
    struct command_tier_limit_set tier_limit_set;
    struct command_propose propose;
    struct command_approve approve;
    struct command_proposal_withdraw proposal_withdraw;
    struct command_asset_create asset_create;
    struct command_instrument_create instrument_create;
    struct command_instrument_update instrument_update;
    struct command_session_set session_set;
    struct command_sandbox_deposit sandbox_deposit;
    struct command_deposit deposit;
    struct command_withdraw_request withdraw_request;
    struct command_withdraw_settle withdraw_settle;
    struct command_withdraw_reject withdraw_reject;
    struct command_correction correction;
    struct command_order_place order_place;
    struct command_order_cancel order_cancel;
    struct command_order_cancel_all order_cancel_all;
    struct command_order_replace order_replace;
    struct command_order_amend order_amend;
    struct command_order_list_place order_list_place;
    struct command_order_list_cancel order_list_cancel;
    struct command_countdown_set countdown_set;
    _Alignas(64) uint8_t bytes[TARAZY_COMMAND_SIZE_MAX];
};

/* People: the first are traders, then those who keep order. */
#define LAW_TRADERS     32u
#define LAW_OPERATORS   4u /* the last of them may approve, too */
#define LAW_APPROVERS   3u
#define LAW_CUSTODIANS  2u
#define LAW_PEOPLE      (LAW_TRADERS + LAW_OPERATORS + LAW_APPROVERS + LAW_CUSTODIANS)
#define LAW_ASSETS      4u
#define LAW_INSTRUMENTS 4u
#define LAW_RECENT      64u

/* Numbers seen lately, to name them again. */
struct law_recent {
    uint64_t numbers[LAW_RECENT];
    uint32_t next;
};

struct law;
/* Looks at what a command did. */
typedef void law_observer(void *context, const struct law *law, const union law_command *command);

struct law {
    struct engine *engine;
    size_t size;
    struct random_stream stream;
    struct event_buffer events;
    struct digest digest; /* of all events */
    struct law_recent orders;
    struct law_recent lists;
    struct law_recent proposals;
    struct law_recent withdrawals;
    int64_t now_us;
    uint64_t evidence;
    uint64_t names;
    law_observer *observer; /* NULL = none */
    void *observer_context;
};

/* The limits of the worlds: with a little room (every limit is met), or with enough. */
extern const struct limits law_limits_tight;
extern const struct limits law_limits_wide;

/* A founded and open node with people, keys, assets, instruments and money. observer may be NULL. */
void law_start(struct law *law, const struct limits *limits, uint64_t seed, law_observer *observer,
               void *observer_context);
void law_end(struct law *law);

/* Fills in number, time, participant and key; applies; takes the events into the digest. */
void law_send(struct law *law, union law_command *command);

/* The same bytes to another state, whose events go to `events`. */
void law_repeat(struct engine *engine, const union law_command *command,
                struct event_buffer *events);

const struct event_outcome *law_outcome(const struct law *law);

/* A generator writes the next command: kind, participant, key and fields. */
typedef void law_generator(struct law *law, union law_command *command);
law_generator law_chaos;    /* every kind, small numbers, often nonsense */
law_generator law_traders;  /* agents around a moving price: deep books, many trades */
law_generator law_treasury; /* money, people and proposals in changing hands */

/* Pieces for generators. */
uint64_t law_recent_any(struct law *law, const struct law_recent *recent);
/* An open one, or 0. */
uint64_t law_open_proposal(struct law *law);
uint64_t law_open_withdrawal(struct law *law);
/* Somebody frozen, or anybody. */
uint32_t law_frozen_person(struct law *law);
void law_recent_add(struct law_recent *recent, uint64_t number);
struct client_id law_name(struct law *law, bool fresh);
void law_evidence(struct law *law, struct evidence *evidence, uint16_t rail, bool fresh);
uint32_t law_any_trader(struct law *law);
uint32_t law_any_operator(struct law *law);
uint32_t law_any_approver(struct law *law);
uint32_t law_any_custodian(struct law *law);
struct instrument_terms law_terms(uint16_t instrument);

#endif
