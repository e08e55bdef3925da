/* SPDX-License-Identifier: Apache-2.0
 *
 * The third generator: money, people and proposals. Roles move from hand to hand, some people are two
 * participants, everybody tries to approve everything: whatever comes through must have had two
 * persons. Values enter, leave and are corrected; days pass, so that daily limits bite. One draw a
 * statement: see law_chaos.c.
 */
#include <stdio.h>
#include <string.h>

#include "laws/law_world.h"

static uint64_t below(struct law *law, uint64_t bound)
{
    return random_below(&law->stream, bound);
}

static bool once_in(struct law *law, uint64_t times)
{
    return random_once_in(&law->stream, times);
}

static uint32_t anybody(struct law *law)
{
    struct node_view node;

    tarazy_query_node(law->engine, &node);
    return 1 + (uint32_t)below(law, node.participants + (once_in(law, 30) ? 2 : 0));
}

static uint16_t any_asset(struct law *law)
{
    return (uint16_t)(once_in(law, 30) ? below(law, 8) : 1 + below(law, LAW_ASSETS));
}

static int64_t any_amount(struct law *law)
{
    return (int64_t)random_skewed(&law->stream, once_in(law, 40) ? 60 : 14);
}

static uint32_t any_roles(struct law *law)
{
    return once_in(law, 3) ? (uint32_t)below(law, 64) : (uint32_t)1 << below(law, 6);
}

static void draw_deposit(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_DEPOSIT;
    command->deposit.target = anybody(law);
    command->deposit.asset = any_asset(law);
    command->deposit.amount.units = any_amount(law);
    uint16_t rail = (uint16_t)(once_in(law, 30) ? 1 : 2 + below(law, 2));
    law_evidence(law, &command->deposit.evidence, rail, !once_in(law, 6));
}

static void draw_settle(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_WITHDRAW_SETTLE;
    command->withdraw_settle.withdrawal =
        once_in(law, 10) ? law_recent_any(law, &law->withdrawals) : law_open_withdrawal(law);
    uint16_t rail = (uint16_t)(2 + below(law, 2));
    law_evidence(law, &command->withdraw_settle.evidence, rail, !once_in(law, 6));
}

static void draw_correction(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_CORRECTION;
    command->correction.debit = anybody(law);
    command->correction.credit = anybody(law);
    command->correction.amount.units = any_amount(law);
    command->correction.asset = any_asset(law);
    memcpy(command->correction.reason, "mistake", 7);
}

static void draw_person(struct law *law, union law_command *command)
{
    struct command_participant_create *create = &command->participant_create;

    command->header.kind = COMMAND_PARTICIPANT_CREATE;
    (void)snprintf(create->handle.text, sizeof create->handle.text, "new%u",
                   (unsigned)below(law, 200));
    create->identity.bytes[0] = (uint8_t)below(law, LAW_PEOPLE); /* some are two */
    create->roles = any_roles(law);
    create->tier = (uint16_t)(1 + below(law, 4));
}

static void draw_update(struct law *law, union law_command *command)
{
    uint32_t target = anybody(law);

    command->header.kind = COMMAND_PARTICIPANT_UPDATE;
    command->participant_update.target = target;
    command->participant_update.roles = any_roles(law);
    /* the ends of the rows keep their roles, so that order never dies out */
    if (target == LAW_TRADERS + 1 || target == LAW_TRADERS + LAW_OPERATORS) {
        command->participant_update.roles = ROLE_OPERATOR | ROLE_APPROVER;
    } else if (target == LAW_PEOPLE) {
        command->participant_update.roles = ROLE_CUSTODIAN;
    } else if (target < 24) {
        command->participant_update.roles |= ROLE_TRADER;
    } else if (target > LAW_TRADERS && !once_in(law, 3)) {
        command->participant_update.roles |= ROLE_OPERATOR | ROLE_APPROVER;
    }
    command->participant_update.tier = (uint16_t)(1 + below(law, 4));
}

static void draw_key(struct law *law, union law_command *command)
{
    struct command_key_create *create = &command->key_create;

    command->header.kind = COMMAND_KEY_CREATE;
    create->owner = anybody(law);
    create->type = KEY_TYPE_ED25519;
    create->scopes = (uint8_t)below(law, 16);
    create->nonce_required = (uint8_t)below(law, 2);
    create->expires_us = once_in(law, 2) ? law->now_us + (int64_t)below(law, 100000000) : 0;
    create->id.bytes[0] = (uint8_t)below(law, 250);
    create->id.bytes[1] = 1;
    create->material_size = 32;
    create->ranges[0].prefix = 64;
}

static void draw_tier(struct law *law, union law_command *command)
{
    if (once_in(law, 2)) {
        command->header.kind = COMMAND_TIER_SET;
        command->tier_set.tier = (uint16_t)(1 + below(law, 4));
        command->tier_set.rights = once_in(law, 6) ? (uint16_t)below(law, 8) : 7;
        command->tier_set.maker.ppm = (uint32_t)below(law, 5000);
        command->tier_set.taker.ppm = once_in(law, 30) ? 1000000 : (uint32_t)below(law, 5000);
        return;
    }
    command->header.kind = COMMAND_TIER_LIMIT_SET;
    command->tier_limit_set.tier = (uint16_t)(1 + below(law, 4));
    command->tier_limit_set.asset = any_asset(law);
    command->tier_limit_set.withdraw_day_max.units = (int64_t)below(law, 40000) - 1;
    command->tier_limit_set.deposit_day_max.units = (int64_t)below(law, 40000) - 1;
}

static void draw_asset(struct law *law, union law_command *command)
{
    struct command_asset_create *create = &command->asset_create;

    command->header.kind = COMMAND_ASSET_CREATE;
    (void)snprintf(create->code.text, sizeof create->code.text, "N%u", (unsigned)below(law, 30));
    create->scale = (uint8_t)below(law, 19);
    create->supply_max.units = any_amount(law);
    create->withdraw_min.units = (int64_t)below(law, 10);
}

static void draw_instrument(struct law *law, union law_command *command)
{
    uint16_t number = (uint16_t)(1 + below(law, LAW_INSTRUMENTS));

    if (once_in(law, 4)) {
        struct command_instrument_create *create = &command->instrument_create;

        command->header.kind = COMMAND_INSTRUMENT_CREATE;
        create->session = (uint8_t)(1 + below(law, 6));
        create->terms = law_terms(number);
        create->terms.symbol.text[0] = (char)('A' + below(law, 26));
        create->terms.base = any_asset(law);
        create->terms.quote = any_asset(law);
        return;
    }
    struct command_instrument_update *update = &command->instrument_update;
    command->header.kind = COMMAND_INSTRUMENT_UPDATE;
    update->instrument = number;
    update->terms = law_terms(number);
    update->terms.orders_max = (uint16_t)below(law, 30);
    update->terms.amends_max = (uint16_t)below(law, 5);
    update->terms.band_static_ppm += (uint32_t)below(law, 3) * 1000;
    if (once_in(law, 10)) {
        update->terms.tick.units += 1;
    }
}

static void draw_freeze(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_PARTICIPANT_FREEZE;
    command->participant_freeze.frozen = once_in(law, 4);
    command->participant_freeze.target =
        command->participant_freeze.frozen ? anybody(law) : law_frozen_person(law);
}

/* An act that an operator or custodian might do, or wish to. */
static void draw_act(struct law *law, union law_command *command)
{
    switch (below(law, 16)) {
    case 0:
    case 1:
    case 2: draw_deposit(law, command); break;
    case 3:
    case 4: draw_settle(law, command); break;
    case 5:
        command->header.kind = COMMAND_WITHDRAW_REJECT;
        command->withdraw_reject.withdrawal = law_open_withdrawal(law);
        break;
    case 6:
    case 7: draw_correction(law, command); break;
    case 8: draw_person(law, command); break;
    case 9: draw_update(law, command); break;
    case 10: draw_key(law, command); break;
    case 11: draw_tier(law, command); break;
    case 12: once_in(law, 4) ? draw_asset(law, command) : draw_tier(law, command); break;
    case 13: draw_instrument(law, command); break;
    default: draw_freeze(law, command); break;
    }
}

/* The act as a proposal: by somebody who may, or by anybody. */
static void draw_propose(struct law *law, union law_command *command)
{
    union law_command act = {.bytes = {0}};
    const struct command_header nothing = {0};

    draw_act(law, &act);
    uint16_t kind = act.header.kind;
    act.header = nothing;
    act.header.kind = kind;
    bool custody = kind == COMMAND_DEPOSIT || kind == COMMAND_WITHDRAW_SETTLE;
    command->header.kind = COMMAND_PROPOSE;
    command->header.participant = once_in(law, 8) ? anybody(law)
                                  : custody       ? law_any_custodian(law)
                                                  : law_any_operator(law);
    command->propose.expires_us =
        law->now_us + (int64_t)below(law, once_in(law, 20) ? 1ull << 40 : 40000000);
    command->propose.size = (uint16_t)tarazy_command_size(kind);
    memcpy(command->propose.command, act.bytes, command->propose.size);
}

static void draw_request(struct law *law, union law_command *command)
{
    struct command_withdraw_request *request = &command->withdraw_request;

    command->header.kind = COMMAND_WITHDRAW_REQUEST;
    command->header.participant = law_any_trader(law);
    request->asset = any_asset(law);
    request->rail = (uint16_t)(once_in(law, 20) ? 1 : 2 + below(law, 2));
    request->amount.units = any_amount(law);
    memcpy(request->address.text, "bank:1", 6);
    if (once_in(law, 2)) {
        request->client_id = law_name(law, !once_in(law, 5));
    }
}

static void draw_order(struct law *law, union law_command *command)
{
    uint16_t instrument = (uint16_t)(1 + below(law, LAW_INSTRUMENTS));
    struct instrument_terms terms = law_terms(instrument);

    command->header.kind = COMMAND_ORDER_PLACE;
    int64_t lots = 1 + (int64_t)below(law, 20);
    int64_t ticks = (int64_t)below(law, 5) - 2;
    command->order_place.terms = (struct order_terms){
        .quantity.units = terms.lot.units * lots,
        .price.units = terms.reference.units + terms.tick.units * ticks,
        .instrument = instrument,
        .side = (uint8_t)(1 + below(law, 2)),
        .type = ORDER_TYPE_LIMIT,
        .time_in_force = TIME_IN_FORCE_GTC,
        .self_trade = SELF_TRADE_EXPIRE_MAKER,
    };
}

static void draw_revoke(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_KEY_REVOKE;
    command->header.participant = anybody(law);
    command->key_revoke.id.bytes[0] = (uint8_t)below(law, 250);
    command->key_revoke.id.bytes[1] = 1;
}

static void draw_sandbox(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_SANDBOX_DEPOSIT;
    command->header.participant = law_any_operator(law);
    command->sandbox_deposit.target = anybody(law);
    command->sandbox_deposit.asset = any_asset(law);
    command->sandbox_deposit.amount.units = any_amount(law);
    law_evidence(law, &command->sandbox_deposit.evidence, TARAZY_RAIL_SANDBOX, !once_in(law, 6));
}

static void draw_end(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_PROPOSAL_WITHDRAW;
    command->header.participant = anybody(law);
    command->proposal_withdraw.proposal = law_open_proposal(law);
}

static void draw_approve(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_APPROVE;
    command->header.participant = once_in(law, 3) ? anybody(law) : law_any_approver(law);
    command->approve.proposal =
        once_in(law, 10) ? law_recent_any(law, &law->proposals) : law_open_proposal(law);
}

static void draw_clock(struct law *law, union law_command *command)
{
    command->header.kind = COMMAND_CLOCK;
    law->now_us += once_in(law, 10) ? (int64_t)86400000000 : (int64_t)below(law, 5000000);
}

/* Its own key, or the newest of its own: those have scopes, ends and nonces. */
static void draw_sender_key(struct law *law, union law_command *command)
{
    struct key_view view;
    uint32_t key = LAW_PEOPLE + 1 + (uint32_t)below(law, 12);

    command->header.key = command->header.participant;
    if (once_in(law, 16) && tarazy_query_key_by_number(law->engine, key, &view)) {
        command->header.key = key;
        command->header.participant = once_in(law, 20) ? command->header.participant : view.owner;
        command->header.nonce = view.nonce + below(law, 3);
    }
}

void law_treasury(struct law *law, union law_command *command)
{
    uint64_t draw = below(law, 100);

    *command = (union law_command){.bytes = {0}};
    law->now_us += (int64_t)below(law, 200000);
    if (draw < 28) {
        draw_propose(law, command);
    } else if (draw < 54) {
        draw_approve(law, command);
    } else if (draw < 60) {
        draw_act(law, command);
        command->header.participant = anybody(law);
    } else if (draw < 74) {
        draw_request(law, command);
    } else if (draw < 88) {
        draw_order(law, command);
        command->header.participant = law_any_trader(law);
    } else if (draw < 92) {
        draw_sandbox(law, command);
    } else if (draw < 94) {
        draw_revoke(law, command);
    } else if (draw < 96) {
        draw_end(law, command);
    } else {
        draw_clock(law, command);
        return;
    }
    draw_sender_key(law, command);
}
