/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what: senders, keys, nonces, roles. A file of its own because it is the published table of
 * roles (docs/ROLES.md) written down a second time, by somebody who did not read the first.
 *
 * Invariant: nothing here changes anything but a key's last nonce.
 *
 * Next: inspect_registry.c.
 */
#include <string.h>

#include "inspector/inspector_state.h"

#define TRADING_ROLES ((uint32_t)ROLE_TRADER | (uint32_t)ROLE_MARKET_MAKER)

const struct inspector_person *inspector_person(const struct inspector *inspector, uint32_t person)
{
    return person >= 1 && person <= inspector->people_count ? &inspector->people[person] : NULL;
}

/* Before the opening the node speaks for itself; afterwards it can only tell the time. */
static enum result node_result(const struct inspector *inspector, uint16_t kind)
{
    if (kind == COMMAND_CLOCK || (kind == COMMAND_QUARANTINE && inspector->open)) {
        return (enum result)0;
    }
    if (inspector->open) {
        return RESULT_ALREADY_FOUNDED;
    }
    bool founds = kind == COMMAND_NODE_OPEN || kind == COMMAND_PARTICIPANT_CREATE ||
                  kind == COMMAND_PARTICIPANT_UPDATE || kind == COMMAND_KEY_CREATE ||
                  kind == COMMAND_TIER_SET || kind == COMMAND_TIER_LIMIT_SET ||
                  kind == COMMAND_ASSET_CREATE || kind == COMMAND_INSTRUMENT_CREATE ||
                  kind == COMMAND_INSTRUMENT_UPDATE || kind == COMMAND_SANDBOX_DEPOSIT;
    return founds ? (enum result)0 : RESULT_NOT_PERMITTED;
}

static uint8_t scope_needed(const struct command_header *command)
{
    const void *whole = command;

    if (command->kind == COMMAND_WITHDRAW_REQUEST) {
        return KEY_SCOPE_WITHDRAW;
    }
    if (command->kind == COMMAND_ORDER_CANCEL_ALL) {
        const struct command_order_cancel_all *all = whole;

        return all->target == 0 || all->target == command->participant ? KEY_SCOPE_TRADE
                                                                       : KEY_SCOPE_OPERATE;
    }
    bool trades = command->kind >= COMMAND_ORDER_PLACE && command->kind <= COMMAND_COUNTDOWN_SET;
    return trades ? KEY_SCOPE_TRADE : KEY_SCOPE_OPERATE;
}

static enum result key_result(const struct inspector *inspector,
                              const struct command_header *command)
{
    if (command->key < 1 || command->key > inspector->keys_count) {
        return RESULT_UNKNOWN_KEY;
    }
    const struct inspector_key *key = &inspector->keys[command->key];
    if (key->owner != command->participant) {
        return RESULT_KEY_NOT_OWNER;
    }
    if (key->revoked || (key->expires_us != 0 && key->expires_us <= command->time_us)) {
        return RESULT_KEY_REVOKED;
    }
    if ((key->scopes & scope_needed(command)) == 0) {
        return RESULT_KEY_SCOPE;
    }
    bool counts = key->nonce_required || command->nonce != 0;
    return counts && command->nonce <= key->nonce ? RESULT_NONCE_NOT_INCREASING : (enum result)0;
}

enum result inspector_sender_result(const struct inspector *inspector,
                                    const struct command_header *command)
{
    if (command->time_us < inspector->time_us) {
        return RESULT_TIME_BACKWARDS;
    }
    if (!inspector->founded) {
        bool founds = command->kind == COMMAND_NODE_FOUND && command->participant == 0;

        return founds ? (enum result)0 : RESULT_NOT_FOUNDED;
    }
    if (command->kind == COMMAND_NODE_FOUND) {
        return RESULT_ALREADY_FOUNDED;
    }
    if (command->participant == 0) {
        return node_result(inspector, command->kind);
    }
    if (!inspector->open) {
        return RESULT_NOT_FOUNDED;
    }
    if (inspector_person(inspector, command->participant) == NULL) {
        return RESULT_UNKNOWN_PARTICIPANT;
    }
    return key_result(inspector, command);
}

void inspector_use_key(struct inspector *inspector, const struct command_header *command)
{
    if (command->participant != 0 && command->nonce != 0) {
        inspector->keys[command->key].nonce = command->nonce;
    }
}

static uint32_t roles_for(uint16_t kind)
{
    switch ((enum command_kind)kind) {
    case COMMAND_NODE_FOUND:
    case COMMAND_NODE_OPEN:
    case COMMAND_CLOCK:
    case COMMAND_QUARANTINE: return 0;
    case COMMAND_PARTICIPANT_FREEZE: return ROLE_OPERATOR | ROLE_APPROVER | ROLE_SUPERVISOR;
    case COMMAND_KEY_CREATE:
    case COMMAND_KEY_REVOKE:
    case COMMAND_ORDER_CANCEL_ALL: return TRADING_ROLES | ROLE_OPERATOR;
    case COMMAND_PROPOSE: return ROLE_OPERATOR | ROLE_CUSTODIAN | ROLE_AUTHORITY;
    case COMMAND_APPROVE: return ROLE_APPROVER;
    case COMMAND_PROPOSAL_WITHDRAW:
        return ROLE_OPERATOR | ROLE_CUSTODIAN | ROLE_APPROVER | ROLE_AUTHORITY;
    case COMMAND_PARTICIPANT_CREATE:
    case COMMAND_PARTICIPANT_UPDATE:
    case COMMAND_TIER_SET:
    case COMMAND_TIER_LIMIT_SET:
    case COMMAND_ASSET_CREATE:
    case COMMAND_INSTRUMENT_CREATE:
    case COMMAND_INSTRUMENT_UPDATE:
    case COMMAND_SESSION_SET:
    case COMMAND_SANDBOX_DEPOSIT:
    case COMMAND_WITHDRAW_REJECT:
    case COMMAND_CORRECTION:
    case COMMAND_LIABILITIES_PUBLISH: return ROLE_OPERATOR;
    case COMMAND_DEPOSIT:
    case COMMAND_WITHDRAW_SETTLE: return ROLE_CUSTODIAN;
    case COMMAND_WITHDRAW_REQUEST:
    case COMMAND_ORDER_PLACE:
    case COMMAND_ORDER_CANCEL:
    case COMMAND_ORDER_REPLACE:
    case COMMAND_ORDER_AMEND:
    case COMMAND_ORDER_LIST_PLACE:
    case COMMAND_ORDER_LIST_CANCEL:
    case COMMAND_COUNTDOWN_SET: return TRADING_ROLES;
    case COMMAND_JURISDICTION_PARAMETER_SET:
    case COMMAND_MINER_SET:
    case COMMAND_MINER_DECIDE:
    case COMMAND_POOL_SET:
    case COMMAND_POOL_DECIDE:
    case COMMAND_SITE_SET:
    case COMMAND_METER_SET:
    case COMMAND_EQUIPMENT_SET:
    case COMMAND_MINER_ADDRESS_SET:
    case COMMAND_SALE_RECORD:
    case COMMAND_FEE_ASSESS: return ROLE_AUTHORITY;
    case COMMAND_FEE_PAY: return TRADING_ROLES | ROLE_AUTHORITY;
    case COMMAND_SHARE_READING:
    case COMMAND_ENERGY_READING: return ROLE_METER;
    case COMMAND_POOL_DISTRIBUTION: return ROLE_POOL;
    }
    return 0;
}

bool inspector_roles_permit(uint32_t roles, uint16_t kind)
{
    return (roles & roles_for(kind)) != 0;
}

static bool takes_two_always(uint16_t kind)
{
    return kind == COMMAND_PARTICIPANT_UPDATE || kind == COMMAND_TIER_SET ||
           kind == COMMAND_TIER_LIMIT_SET || kind == COMMAND_ASSET_CREATE ||
           kind == COMMAND_INSTRUMENT_CREATE || kind == COMMAND_INSTRUMENT_UPDATE ||
           kind == COMMAND_DEPOSIT || kind == COMMAND_WITHDRAW_SETTLE ||
           kind == COMMAND_WITHDRAW_REJECT || kind == COMMAND_CORRECTION ||
           kind == COMMAND_MINER_DECIDE || kind == COMMAND_POOL_DECIDE ||
           kind == COMMAND_METER_SET || kind == COMMAND_JURISDICTION_PARAMETER_SET;
}

bool inspector_is_proposable(uint16_t kind)
{
    return takes_two_always(kind) || kind == COMMAND_PARTICIPANT_CREATE ||
           kind == COMMAND_PARTICIPANT_FREEZE || kind == COMMAND_KEY_CREATE ||
           kind == COMMAND_MINER_SET || kind == COMMAND_POOL_SET || kind == COMMAND_SITE_SET ||
           kind == COMMAND_MINER_ADDRESS_SET || kind == COMMAND_FEE_ASSESS ||
           kind == COMMAND_FEE_PAY;
}

/* A first entry of the mining register is one person's, unless a quota comes with it. */
static bool mining_takes_two(const struct command_header *act)
{
    const void *whole = act;

    if (act->kind == COMMAND_MINER_SET) {
        return ((const struct command_miner_set *)whole)->miner != 0;
    }
    if (act->kind == COMMAND_POOL_SET) {
        return ((const struct command_pool_set *)whole)->pool != 0;
    }
    if (act->kind == COMMAND_SITE_SET) {
        return ((const struct command_site_set *)whole)->site != 0 ||
               ((const struct command_site_set *)whole)->quota_kw != 0;
    }
    if (act->kind == COMMAND_FEE_ASSESS) {
        return ((const struct command_fee_assess *)whole)->has_price != 0;
    }
    if (act->kind == COMMAND_FEE_PAY) {
        return ((const struct command_fee_pay *)whole)->by_bank != 0;
    }
    return act->kind == COMMAND_MINER_ADDRESS_SET &&
           ((const struct command_miner_address_set *)whole)->removed != 0;
}

bool inspector_takes_two(const struct command_header *act)
{
    const void *whole = act;

    if (act->kind == COMMAND_PARTICIPANT_CREATE) {
        const struct command_participant_create *create = whole;

        return (create->roles & ~TRADING_ROLES) != 0;
    }
    if (act->kind == COMMAND_PARTICIPANT_FREEZE) {
        const struct command_participant_freeze *freeze = whole;

        return freeze->frozen == 0;
    }
    if (act->kind == COMMAND_KEY_CREATE) {
        const struct command_key_create *create = whole;

        return create->owner != act->participant;
    }
    return takes_two_always(act->kind) || mining_takes_two(act);
}

bool inspector_is_one_person(const struct inspector *inspector, uint32_t a, uint32_t b)
{
    static const struct hash256 unknown;
    const struct hash256 *first = &inspector->people[a].identity;
    const struct hash256 *second = &inspector->people[b].identity;

    return a == b || (memcmp(first, &unknown, sizeof unknown) != 0 &&
                      memcmp(first, second, sizeof unknown) == 0);
}

void inspector_check_permission(struct inspector *inspector, const struct command_header *act,
                                bool wrapped)
{
    uint32_t who = inspector->now.actor;
    const struct inspector_person *person = inspector_person(inspector, who);

    if (who == 0 && !wrapped) {
        return; /* the node itself: inspector_sender_result has looked */
    }
    if (person == NULL || person->frozen || !inspector_roles_permit(person->roles, act->kind)) {
        inspector_complain(inspector, INSPECTOR_RULE_ROLE, who,
                           "done for somebody frozen or without the role");
        return;
    }
    if (!wrapped && inspector_takes_two(act)) {
        inspector_complain(inspector, INSPECTOR_RULE_FOUR_EYES, who, "done alone what takes two");
    }
}
