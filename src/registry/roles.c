/* SPDX-License-Identifier: Apache-2.0
 *
 * The one table of who may do what. A role is a set of commands; a command needs one scope of an API
 * key; an act that moves value or changes limits needs two people. Nothing else in the project
 * decides these three, and docs/ROLES.md shows this very table.
 *
 * Invariant: every kind of command has a line; a kind without one is permitted to nobody.
 */
#include "registry/registry_state.h"

#define TRADING ((uint16_t)(ROLE_TRADER | ROLE_MARKET_MAKER))

/* Four eyes: when, once the node is open, does an act need a proposal? */
enum four_eyes {
    FOUR_EYES_NEVER = 1,
    FOUR_EYES_ALWAYS = 2,
    FOUR_EYES_BY_FIELD = 3, /* some acts of this kind: see registry_needs_proposal */
};

struct rule {
    uint16_t roles;    /* enum role, or-ed: who may send it, or propose it where it needs that */
    uint8_t scope;     /* enum key_scope */
    uint8_t four_eyes; /* enum four_eyes */
};

#define TRADE    KEY_SCOPE_TRADE
#define WITHDRAW KEY_SCOPE_WITHDRAW
#define OPERATE  KEY_SCOPE_OPERATE
#define NEVER    FOUR_EYES_NEVER
#define ALWAYS   FOUR_EYES_ALWAYS
#define BY_FIELD FOUR_EYES_BY_FIELD

static const struct rule rules[] = {
    /* The node itself: no role sends these. */
    [COMMAND_NODE_FOUND] = {0, OPERATE, NEVER},
    [COMMAND_NODE_OPEN] = {0, OPERATE, NEVER},
    [COMMAND_CLOCK] = {0, OPERATE, NEVER},
    [COMMAND_QUARANTINE] = {0, OPERATE, NEVER}, /* two people sign it: journal/quarantine.c */

    /* People and keys. Anyone who keeps order may stop somebody; nobody alone may start again. */
    [COMMAND_PARTICIPANT_CREATE] = {ROLE_OPERATOR, OPERATE, BY_FIELD},
    [COMMAND_PARTICIPANT_UPDATE] = {ROLE_OPERATOR, OPERATE, ALWAYS},
    [COMMAND_PARTICIPANT_FREEZE] = {ROLE_OPERATOR | ROLE_APPROVER | ROLE_SUPERVISOR, OPERATE,
                                    BY_FIELD},
    [COMMAND_KEY_CREATE] = {TRADING | ROLE_OPERATOR, OPERATE, BY_FIELD},
    [COMMAND_KEY_REVOKE] = {TRADING | ROLE_OPERATOR, OPERATE, NEVER},
    [COMMAND_TIER_SET] = {ROLE_OPERATOR, OPERATE, ALWAYS},
    [COMMAND_TIER_LIMIT_SET] = {ROLE_OPERATOR, OPERATE, ALWAYS},
    [COMMAND_PROPOSE] = {ROLE_OPERATOR | ROLE_CUSTODIAN | ROLE_AUTHORITY, OPERATE, NEVER},
    [COMMAND_APPROVE] = {ROLE_APPROVER, OPERATE, NEVER},
    [COMMAND_PROPOSAL_WITHDRAW] = {ROLE_OPERATOR | ROLE_CUSTODIAN | ROLE_APPROVER | ROLE_AUTHORITY,
                                   OPERATE, NEVER},

    /* Listing. */
    [COMMAND_ASSET_CREATE] = {ROLE_OPERATOR, OPERATE, ALWAYS},
    [COMMAND_INSTRUMENT_CREATE] = {ROLE_OPERATOR, OPERATE, ALWAYS},
    [COMMAND_INSTRUMENT_UPDATE] = {ROLE_OPERATOR, OPERATE, ALWAYS},
    [COMMAND_SESSION_SET] = {ROLE_OPERATOR, OPERATE, NEVER},

    /* Money from and to the outside: the custodian saw it, somebody else approves. */
    [COMMAND_SANDBOX_DEPOSIT] = {ROLE_OPERATOR, OPERATE, NEVER},
    [COMMAND_DEPOSIT] = {ROLE_CUSTODIAN, OPERATE, ALWAYS},
    [COMMAND_WITHDRAW_REQUEST] = {TRADING, WITHDRAW, NEVER},
    [COMMAND_WITHDRAW_SETTLE] = {ROLE_CUSTODIAN, OPERATE, ALWAYS},
    [COMMAND_WITHDRAW_REJECT] = {ROLE_OPERATOR, OPERATE, ALWAYS},
    [COMMAND_CORRECTION] = {ROLE_OPERATOR, OPERATE, ALWAYS},

    /* Trading. */
    [COMMAND_ORDER_PLACE] = {TRADING, TRADE, NEVER},
    [COMMAND_ORDER_CANCEL] = {TRADING, TRADE, NEVER},
    [COMMAND_ORDER_CANCEL_ALL] = {TRADING | ROLE_OPERATOR, TRADE, NEVER},
    [COMMAND_ORDER_REPLACE] = {TRADING, TRADE, NEVER},
    [COMMAND_ORDER_AMEND] = {TRADING, TRADE, NEVER},
    [COMMAND_ORDER_LIST_PLACE] = {TRADING, TRADE, NEVER},
    [COMMAND_ORDER_LIST_CANCEL] = {TRADING, TRADE, NEVER},
    [COMMAND_COUNTDOWN_SET] = {TRADING, TRADE, NEVER},

    /* Proofs: it moves nothing, and whoever lies is found by everybody who rebuilds the tree. */
    [COMMAND_LIABILITIES_PUBLISH] = {ROLE_OPERATOR, OPERATE, NEVER},

    /* Mining: an officer enters, two decide; each meter and pool speaks for itself. */
    [COMMAND_JURISDICTION_PARAMETER_SET] = {ROLE_AUTHORITY, OPERATE, ALWAYS},
    [COMMAND_MINER_SET] = {ROLE_AUTHORITY, OPERATE, BY_FIELD},
    [COMMAND_MINER_DECIDE] = {ROLE_AUTHORITY, OPERATE, ALWAYS},
    [COMMAND_POOL_SET] = {ROLE_AUTHORITY, OPERATE, BY_FIELD},
    [COMMAND_POOL_DECIDE] = {ROLE_AUTHORITY, OPERATE, ALWAYS},
    [COMMAND_SHARE_READING] = {ROLE_METER, OPERATE, NEVER},
    [COMMAND_ENERGY_READING] = {ROLE_METER, OPERATE, NEVER},
    [COMMAND_SITE_SET] = {ROLE_AUTHORITY, OPERATE, BY_FIELD},
    [COMMAND_METER_SET] = {ROLE_AUTHORITY, OPERATE, ALWAYS},
    [COMMAND_EQUIPMENT_SET] = {ROLE_AUTHORITY, OPERATE, NEVER},
    [COMMAND_MINER_ADDRESS_SET] = {ROLE_AUTHORITY, OPERATE, BY_FIELD},
    [COMMAND_POOL_DISTRIBUTION] = {ROLE_POOL, OPERATE, NEVER},
    [COMMAND_SALE_RECORD] = {ROLE_AUTHORITY, OPERATE, NEVER},
    [COMMAND_FEE_ASSESS] = {ROLE_AUTHORITY, OPERATE, BY_FIELD},
    [COMMAND_FEE_PAY] = {TRADING | ROLE_AUTHORITY, TRADE,
                         BY_FIELD}, /* his own; a bank's: apply_mining_fee.c */
};

static const struct rule *rule_of(uint16_t kind)
{
    static const struct rule nobody = {0, OPERATE, NEVER};

    if (kind >= sizeof rules / sizeof rules[0] || rules[kind].scope == 0) {
        return &nobody;
    }
    return &rules[kind];
}

bool registry_roles_permit(uint32_t roles, uint16_t command_kind)
{
    return (roles & rule_of(command_kind)->roles) != 0;
}

enum key_scope registry_scope_needed(uint16_t command_kind)
{
    return (enum key_scope)rule_of(command_kind)->scope;
}

bool registry_is_proposable(uint16_t command_kind)
{
    return rule_of(command_kind)->four_eyes != FOUR_EYES_NEVER;
}

/* A first entry may be one person's; what a decision or a fee will rest on is not. */
static bool mining_needs_proposal(const struct command_header *command)
{
    const void *whole = command;

    if (command->kind == COMMAND_MINER_SET) {
        return ((const struct command_miner_set *)whole)->miner != 0;
    }
    if (command->kind == COMMAND_POOL_SET) {
        return ((const struct command_pool_set *)whole)->pool != 0;
    }
    if (command->kind == COMMAND_SITE_SET) {
        const struct command_site_set *set = whole;

        return set->site != 0 || set->quota_kw != 0;
    }
    if (command->kind == COMMAND_FEE_ASSESS) {
        return ((const struct command_fee_assess *)whole)->has_price != 0;
    }
    if (command->kind == COMMAND_FEE_PAY) {
        return ((const struct command_fee_pay *)whole)->by_bank != 0;
    }
    ENSURE(command->kind == COMMAND_MINER_ADDRESS_SET);
    return ((const struct command_miner_address_set *)whole)->removed != 0;
}

bool registry_needs_proposal(const struct command_header *command)
{
    const void *whole = command;
    const struct rule *rule = rule_of(command->kind);

    if (rule->four_eyes != FOUR_EYES_BY_FIELD) {
        return rule->four_eyes == FOUR_EYES_ALWAYS;
    }
    if (command->kind == COMMAND_PARTICIPANT_CREATE) {
        const struct command_participant_create *create = whole;

        return (create->roles & ~(uint32_t)TRADING) != 0;
    }
    if (command->kind == COMMAND_PARTICIPANT_FREEZE) {
        const struct command_participant_freeze *freeze = whole;

        return freeze->frozen == 0;
    }
    if (command->kind == COMMAND_KEY_CREATE) {
        const struct command_key_create *create = whole;

        return create->owner != command->participant;
    }
    return mining_needs_proposal(command);
}
