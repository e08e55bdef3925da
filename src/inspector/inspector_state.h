/* SPDX-License-Identifier: Apache-2.0
 *
 * What the inspector knows: its own registry, listing, books and orders, all in the caller's block. It
 * reckons in bare 128-bit integers on purpose: not one line of money/ that the engine uses.
 */
#ifndef INSPECTOR_INSPECTOR_STATE_H
#define INSPECTOR_INSPECTOR_STATE_H

#include <stdbool.h>

#include "base/hash.h"
#include "base/pool.h"
#include "base/table.h"
#include "inspector/inspector.h"
#include "money/arithmetic.h"
#include "tarazy/result.h"

#define INSPECTOR_POSTINGS_MAX 8u

struct inspector_person {
    struct hash256 identity;
    uint32_t roles;
    uint16_t tier;
    uint8_t frozen;
    uint8_t reserved;
    uint64_t readings; /* of shares, that this meter has sent */
};

struct inspector_key {
    struct hash256 id;
    int64_t expires_us;
    uint64_t nonce;
    uint32_t owner;
    uint8_t scopes;
    uint8_t nonce_required;
    uint8_t revoked;
    uint8_t reserved;
};

struct inspector_tier {
    uint32_t maker_ppm;
    uint32_t taker_ppm;
    uint16_t rights;
    bool set;
};

struct inspector_day_limit {
    int128 withdraw;
    int128 deposit;
};

struct inspector_asset {
    int128 supply_max;
    int128 withdraw_min;
    int128 withdraw_fee;
    int128 shown;   /* sum of all balances as they were shown last */
    int128 outside; /* what the mirrors owe: everybody else's */
    uint8_t scale;
};

struct inspector_listing {
    struct instrument_terms terms;
    int64_t reference; /* the static band counts from here */
    int64_t last;
    int64_t anchor;        /* last price before the taker at hand began */
    int64_t auction_price; /* of the trades of the auction under way; 0 = none yet */
    uint64_t taker;        /* order that is taking; 0 = none yet in this command */
    uint64_t number;       /* command that taker belongs to */
    uint64_t trades;
    uint64_t updates;
    int64_t unit; /* 10^scale of base */
    uint8_t session;
};

struct inspector_account {
    int128 own; /* by the postings */
    int128 available;
    int128 held;     /* both as shown last */
    int128 expected; /* what orders and withdrawals hold */
    int128 withdrawn;
    int128 deposited; /* both on `day` */
    uint32_t owner;
    uint32_t next_touched;
    int32_t day;
    uint16_t asset;
    bool touched;
    bool posted; /* and not yet shown */
    bool shown;
};

struct inspector_order {
    struct order_terms terms;
    uint64_t number;
    int128 quote;
    int64_t quantity;
    int64_t left;
    int64_t executed;
    int64_t limit; /* price, or protection of market kinds */
    uint32_t participant;
    uint32_t list; /* slot; 0 = none */
    bool pending;
    bool waiting;
};

struct inspector_list {
    uint64_t number;
    struct client_id client_id;
    uint32_t participant;
    uint32_t orders[TARAZY_LIST_LEGS_MAX]; /* slots; 0 = over */
    uint64_t numbers[TARAZY_LIST_LEGS_MAX];
    uint16_t instrument;
    uint8_t contingency;
    uint8_t legs;
};

struct inspector_withdrawal {
    int128 amount;
    int128 fee;
    uint64_t number;
    uint32_t participant;
    uint16_t asset;
    uint16_t rail;
};

struct inspector_proposal {
    int64_t expires_us;
    uint64_t number;
    uint32_t proposer;
    uint16_t size;
    _Alignas(16) uint8_t command[TARAZY_PROPOSED_SIZE_MAX];
};

struct inspector_evidence {
    struct evidence evidence;
};

/* A miner or a pool. */
struct inspector_licence {
    uint64_t sequence; /* of a pool's last distribution */
    uint32_t account;
    uint8_t status; /* enum licence_status */
    uint8_t reserved[3];
};

struct inspector_meter {
    uint64_t sequence;
    int64_t reached_us;
    uint64_t register_wh;
    uint32_t miner;
    uint32_t reader;
    uint8_t source;
    uint8_t digits;
    uint8_t reserved[6];
};

/* What readings and reports add up to: inspect_mining.c knows of what. */
struct inspector_sum {
    int128 values[5];
    uint32_t key[4];
};

/* A posting that must follow. */
struct inspector_due {
    int128 amount;
    uint64_t reference;
    uint32_t debit;
    uint32_t credit;
    uint16_t asset;
    uint16_t reason;
    uint16_t instrument;
};

/* The command at hand. */
struct inspector_now {
    const struct command_header *command;
    const struct command_header
        *act; /* what was carried out: it, or what it approves; NULL = nothing */
    const struct event_outcome *outcome;
    uint64_t id; /* the outcome must name it */
    uint64_t list;
    uint64_t cancelled; /* the first order that ended on request */
    uint32_t actor;     /* who acts; 0 = the node */
    uint32_t touched;   /* chain of accounts */
    uint32_t opened;    /* orders */
    uint32_t closed;
    uint32_t sequence;
    uint32_t due_next;
    uint32_t due_count;
    uint32_t amended;
    uint32_t sessions; /* set by an operator */
    uint32_t registry_events;
    uint32_t withdrawal_events;
    uint32_t proposal_events;
    uint32_t mining_events;
    uint32_t unannounced; /* list whose orders have been opened: slot */
    uint32_t empty_lists; /* all of whose orders are over, and it does not say so */
    bool refused;         /* nothing may happen */
    bool ending;          /* balances have begun */
    struct inspector_due due[INSPECTOR_POSTINGS_MAX];
    _Alignas(16) uint8_t wrapped[TARAZY_PROPOSED_SIZE_MAX];
};

/* To be raised with every change of what the block holds: blocks are stored (inspector_adopt). */
#define INSPECTOR_LAYOUT UINT64_C(0x0003726f74636570)

struct inspector {
    uint64_t layout; /* INSPECTOR_LAYOUT */
    struct limits limits;
    struct inspector_complaint complaint;
    struct inspector_now now;
    struct hash_seed seed;
    uint64_t number;
    int64_t time_us;
    uint64_t last_order;
    uint64_t last_list;
    uint64_t last_withdrawal;
    uint64_t last_proposal;
    uint64_t last_epoch;                      /* of a published root of liabilities */
    uint64_t skipped[TARAZY_QUARANTINES_MAX]; /* for which nobody has signed yet */
    uint32_t skipped_count;
    uint32_t people_count;
    uint32_t keys_count;
    uint32_t assets_count;
    uint32_t instruments_count;
    uint32_t miners_count;
    uint32_t pools_count;
    uint32_t sites_count;
    uint32_t meters_count;
    uint32_t equipment_count;
    uint32_t unfinished; /* orders that must end before their command does */
    bool is_signing;     /* the last command was a quarantine */
    bool complains;
    bool founded;
    bool open;
    bool sandbox;
    struct inspector_person *people; /* all by number, from 1 */
    struct inspector_key *keys;
    struct inspector_asset *assets;
    struct inspector_listing *listings;
    struct inspector_tier tiers[TARAZY_TIERS_MAX + 1];
    struct inspector_day_limit *day_limits; /* [tier][asset] */
    struct inspector_licence *miners;
    struct inspector_licence *pools;
    struct inspector_meter *meters;
    struct pool accounts;
    struct pool orders;
    struct pool lists;
    struct pool withdrawals;
    struct pool proposals;
    struct pool evidence;
    struct pool sums;
    struct table keys_by_id;
    struct table accounts_by_owner;
    struct table orders_by_number;
    struct table lists_by_number;
    struct table withdrawals_by_number;
    struct table proposals_by_number;
    struct table evidence_by_text;
    struct table sums_by_key;
};

/* Notes a broken rule, the first only. */
void inspector_complain(struct inspector *inspector, enum inspector_rule rule, uint64_t subject,
                        const char *what);

static inline bool inspector_is_mirror(uint32_t owner)
{
    return owner > TARAZY_OWNER_OUTSIDE(0) && owner <= TARAZY_OWNER_OUTSIDE(TARAZY_RAILS_MAX);
}

static inline const struct inspector_day_limit *inspector_day_limit(
    const struct inspector *inspector, uint16_t tier, uint16_t asset)
{
    return &inspector->day_limits[(size_t)tier * (inspector->limits.assets_max + 1) + asset];
}

/* Was the founding over, and does the outcome say that something was done? */
static inline bool inspector_has(const struct inspector *inspector, uint16_t kind)
{
    return inspector->now.act != NULL && inspector->now.act->kind == kind;
}

/* ------------------------------------------------------------------ inspect_people.c */

/* Why this command may not be sent at all; 0 = it may. Looks at time, founding, key and nonce. */
enum result inspector_sender_result(const struct inspector *inspector,
                                    const struct command_header *command);
/* After it was admitted: the nonce is used up. */
void inspector_use_key(struct inspector *inspector, const struct command_header *command);
/* May this person do this now, directly (wrapped false) or as the proposer of what is executed? */
void inspector_check_permission(struct inspector *inspector, const struct command_header *act,
                                bool wrapped);
bool inspector_roles_permit(uint32_t roles, uint16_t kind);
bool inspector_takes_two(const struct command_header *act);
bool inspector_is_proposable(uint16_t kind);
bool inspector_is_one_person(const struct inspector *inspector, uint32_t a, uint32_t b);
const struct inspector_person *inspector_person(const struct inspector *inspector, uint32_t person);

/* ------------------------------------------------------------------ inspect_registry.c */

void inspector_see_registry(struct inspector *inspector, const struct event_registry *event);
/* At the command's end: the registry as the act leaves it. */
void inspector_change_registry(struct inspector *inspector);

/* ------------------------------------------------------------------ inspect_quarantine.c */

/* A command is skipped, or comes behind one for which nobody has signed yet. */
void inspector_see_skipping(struct inspector *inspector);
void inspector_see_quarantine(struct inspector *inspector,
                              const struct command_quarantine *quarantine);

/* ------------------------------------------------------------------ inspect_proposals.c */

void inspector_see_proposal(struct inspector *inspector, const struct event_proposal *event);
/* Before the events: what does an approval that was carried out stand for? NULL: it is none. */
const struct command_header *inspector_approved(struct inspector *inspector,
                                                const struct event_proposal *executed);

/* ------------------------------------------------------------------ inspect_books.c */

/* The account's record, made if it is new; NULL, with a complaint, when it cannot be. */
struct inspector_account *inspector_account(struct inspector *inspector, uint32_t owner,
                                            uint16_t asset);
const struct inspector_account *inspector_find_account(const struct inspector *inspector,
                                                       uint32_t owner, uint16_t asset);
/* Orders and withdrawals hold that much more (or, negative, less) of it. */
void inspector_expect_held(struct inspector *inspector, uint32_t owner, uint16_t asset,
                           int128 change);
void inspector_expect_posting(struct inspector *inspector, const struct inspector_due *due);
void inspector_see_posting(struct inspector *inspector, const struct event_posting *event);
void inspector_see_balance(struct inspector *inspector, const struct event_balance *event);
void inspector_end_books(struct inspector *inspector);

/* ------------------------------------------------------------------ inspect_money.c */

/* Before the events: what a deposit, withdrawal or correction must bring about, and whether it may. */
void inspector_expect_money(struct inspector *inspector);
void inspector_see_withdrawal(struct inspector *inspector, const struct event_withdrawal *event);
void inspector_use_evidence(struct inspector *inspector, const struct evidence *evidence);

/* ------------------------------------------------------------------ inspect_mining.c */

/* Before the events: evidence that is used, and what a payment must bring about. */
void inspector_expect_mining(struct inspector *inspector);
void inspector_see_mining_entry(struct inspector *inspector,
                                const struct event_mining_entry *event);
void inspector_see_mining_shares(struct inspector *inspector,
                                 const struct event_mining_shares *event);
void inspector_see_mining_energy(struct inspector *inspector,
                                 const struct event_mining_energy *event);
void inspector_see_mining_coins(struct inspector *inspector,
                                const struct event_mining_coins *event);
void inspector_see_mining_fee(struct inspector *inspector, const struct event_mining_fee *event);

/* ------------------------------------------------------------------ inspect_orders.c */

struct inspector_order *inspector_order(struct inspector *inspector, uint64_t number);
/* What the order, or its list, holds is about to change (sign −1), has changed (sign 1). */
void inspector_count_hold(struct inspector *inspector, const struct inspector_order *order,
                          int sign);
void inspector_see_opened(struct inspector *inspector, const struct event_order_opened *event);
void inspector_see_changed(struct inspector *inspector, const struct event_order_changed *event);
void inspector_see_closed(struct inspector *inspector, const struct event_order_closed *event);

/* ------------------------------------------------------------------ inspect_lists.c */

/* What a list holds: counted out (sign −1) or in (sign 1). In inspect_orders.c. */
void inspector_count_list(struct inspector *inspector, const struct inspector_list *list, int sign);
/* A new order joins the list of its command, whose hold is counted out; an order that is over leaves its
 * list, whose hold is counted in again. */
void inspector_join_list(struct inspector *inspector, struct inspector_order *order, uint32_t slot);
void inspector_leave_list(struct inspector *inspector, struct inspector_order *order,
                          uint32_t slot);
void inspector_see_list(struct inspector *inspector, const struct event_order_list *event);

/* ------------------------------------------------------------------ inspect_trades.c */

/* The instrument's record; NULL if there is none. */
struct inspector_listing *inspector_listing(struct inspector *inspector, uint16_t instrument);
void inspector_see_trade(struct inspector *inspector, const struct event_trade *event);
void inspector_see_session(struct inspector *inspector, const struct event_session *event);
void inspector_see_level(struct inspector *inspector, const struct event_level *event);

#endif
