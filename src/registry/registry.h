/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what: participants, roles, tiers, API keys, proposals that need a second person.
 * Only published data decides: there is no bit that exempts one account from anything.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/checked.h"
#include "base/hash.h"
#include "tarazy/command.h"
#include "tarazy/limits.h"
#include "tarazy/result.h"

struct registry;

/* What every command asks stands apart from what is seldom read, so that a million people's rights
 * stand close together. */
struct participant { /* 8 bytes */
    uint32_t roles;
    uint16_t tier;
    uint8_t frozen;
    uint8_t reserved;
};

struct participant_name { /* 64 bytes */
    struct handle handle;
    struct hash256 identity;
};

struct key {            /* 32 bytes */
    int64_t expires_us; /* 0 = never */
    uint64_t nonce;     /* last one used */
    uint32_t owner;
    uint8_t type;
    uint8_t scopes;
    uint8_t nonce_required;
    uint8_t revoked;
    uint8_t reserved[8];
};

struct key_proof { /* how its holder shows that it is his */
    struct hash256 id;
    struct ip_range ranges[TARAZY_KEY_RANGES_MAX];
    uint16_t material_size;
    uint8_t reserved[14];
    uint8_t material[TARAZY_KEY_MATERIAL_MAX];
};

struct tier_limit {
    struct amount withdraw_day_max; /* −1 = no limit */
    struct amount deposit_day_max;
};

struct tier {
    struct rate maker;
    struct rate taker;
    uint32_t orders_max;
    uint16_t rights;
    uint8_t set;
    uint8_t reserved;
};

struct proposal {
    int64_t expires_us;
    uint64_t number; /* what people call it; increases for ever */
    uint32_t proposer;
    uint32_t next; /* open proposals in ascending order; 0 = last */
    uint16_t size;
    uint8_t reserved[6];
    uint8_t command[TARAZY_PROPOSED_SIZE_MAX]; /* 16-byte aligned within the slot */
};

struct registry *registry_create(struct arena *arena, const struct limits *limits);
void registry_set_seed(struct registry *registry, struct hash_seed seed);

/* Participants: numbers 1 … count, never reused. */
MUST_CHECK enum result registry_participant_check(const struct registry *registry,
                                                  const struct command_participant_create *create);
uint32_t registry_participant_add(struct registry *registry,
                                  const struct command_participant_create *create);
/* NULL when there is no such participant. */
const struct participant *registry_participant(const struct registry *registry,
                                               uint32_t participant);
const struct participant_name *registry_participant_name(const struct registry *registry,
                                                         uint32_t participant);
uint32_t registry_participant_find(const struct registry *registry, struct handle handle);
/* Asks memory for a participant's and a key's rights: a hint, see market/ahead.h. */
void registry_ask(const struct registry *registry, uint32_t participant, uint32_t key);
uint32_t registry_participant_count(const struct registry *registry);
void registry_participant_update(struct registry *registry, uint32_t participant, uint32_t roles,
                                 uint16_t tier);
void registry_participant_freeze(struct registry *registry, uint32_t participant, bool frozen);

/* May these roles send this kind of command at all? One table, published in the docs. */
bool registry_roles_permit(uint32_t roles, uint16_t command_kind);
/* Which scope of an API key such a command needs. */
enum key_scope registry_scope_needed(uint16_t command_kind);
/* After the founding, does this very command need a proposal (four eyes)? Looks into the command
 * where the rule depends on its fields (freeze or unfreeze; a key for oneself or another). */
bool registry_needs_proposal(const struct command_header *command);
/* May such a command be wrapped in a proposal at all? */
bool registry_is_proposable(uint16_t command_kind);

/* Keys: numbers 1 … count, never reused (a revoked key keeps its number and its id). */
MUST_CHECK enum result registry_key_check(const struct registry *registry,
                                          const struct command_key_create *create);
uint32_t registry_key_add(struct registry *registry, const struct command_key_create *create);
/* NULL when there is no such key. */
const struct key *registry_key(const struct registry *registry, uint32_t key);
const struct key_proof *registry_key_proof(const struct registry *registry, uint32_t key);
uint32_t registry_key_find(const struct registry *registry, const struct hash256 *id);
void registry_key_revoke(struct registry *registry, uint32_t key);

/* Is the command's key good for it (exists, owner, not revoked or expired, scope, nonce)? */
MUST_CHECK enum result registry_key_admits(const struct registry *registry,
                                           const struct command_header *command);
/* Remembers the nonce of an admitted command. */
void registry_key_use(struct registry *registry, const struct command_header *command);

/* Tiers 1 … TARAZY_TIERS_MAX. */
const struct tier *registry_tier(const struct registry *registry, uint16_t tier); /* NULL: unset */
void registry_tier_set(struct registry *registry, const struct command_tier_set *set);
/* Zeros (nothing is allowed) where no limit was set. */
struct tier_limit registry_tier_limit(const struct registry *registry, uint16_t tier,
                                      uint16_t asset);
void registry_tier_limit_set(struct registry *registry, const struct command_tier_limit_set *set);

/* Proposals. */
uint32_t registry_proposal_room(const struct registry *registry);
uint64_t registry_proposal_add(struct registry *registry, const struct command_propose *propose);
/* The open proposal of this number; NULL if there is none. */
const struct proposal *registry_proposal(const struct registry *registry, uint64_t number);
/* Oldest open proposal; walk on with registry_proposal_after. NULL = none. */
const struct proposal *registry_proposal_first(const struct registry *registry);
const struct proposal *registry_proposal_after(const struct registry *registry,
                                               const struct proposal *proposal);
void registry_proposal_close(struct registry *registry, uint64_t number);
/* Earliest expiry of an open proposal; INT64_MAX = none. */
int64_t registry_deadline(const struct registry *registry);

const char *registry_audit(const struct registry *registry);

#endif
