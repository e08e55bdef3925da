/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands: everything that can ever happen to a node. A command is a fixed-size struct per kind,
 * little-endian, a multiple of 64 bytes, without padding; reserved bytes are zero and checked.
 * The same bytes travel on the link, stand in the journal and enter the engine.
 *
 * The header is filled by three hands: the gateway writes who (participant, key, nonce) and its own
 * request number; the core writes origin, number and time; nobody else may.
 */
#ifndef TARAZY_COMMAND_H
#define TARAZY_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/command_parts.h"
#include "tarazy/ids.h"
#include "tarazy/limits.h"
#include "tarazy/mining_command.h"
#include "tarazy/money.h"

/* X(NAME, number, struct): numbers stand in journals: append, never renumber. */
#define TARAZY_COMMANDS(X)                                  \
    X(NODE_FOUND, 1, command_node_found)                    \
    X(NODE_OPEN, 2, command_node_open)                      \
    X(CLOCK, 3, command_clock)                              \
    X(PARTICIPANT_CREATE, 10, command_participant_create)   \
    X(PARTICIPANT_UPDATE, 11, command_participant_update)   \
    X(PARTICIPANT_FREEZE, 12, command_participant_freeze)   \
    X(KEY_CREATE, 13, command_key_create)                   \
    X(KEY_REVOKE, 14, command_key_revoke)                   \
    X(TIER_SET, 15, command_tier_set)                       \
    X(TIER_LIMIT_SET, 16, command_tier_limit_set)           \
    X(PROPOSE, 17, command_propose)                         \
    X(APPROVE, 18, command_approve)                         \
    X(PROPOSAL_WITHDRAW, 19, command_proposal_withdraw)     \
    X(ASSET_CREATE, 30, command_asset_create)               \
    X(INSTRUMENT_CREATE, 31, command_instrument_create)     \
    X(INSTRUMENT_UPDATE, 32, command_instrument_update)     \
    X(SESSION_SET, 33, command_session_set)                 \
    X(SANDBOX_DEPOSIT, 40, command_sandbox_deposit)         \
    X(DEPOSIT, 41, command_deposit)                         \
    X(WITHDRAW_REQUEST, 42, command_withdraw_request)       \
    X(WITHDRAW_SETTLE, 43, command_withdraw_settle)         \
    X(WITHDRAW_REJECT, 44, command_withdraw_reject)         \
    X(CORRECTION, 45, command_correction)                   \
    X(ORDER_PLACE, 60, command_order_place)                 \
    X(ORDER_CANCEL, 61, command_order_cancel)               \
    X(ORDER_CANCEL_ALL, 62, command_order_cancel_all)       \
    X(ORDER_REPLACE, 63, command_order_replace)             \
    X(ORDER_AMEND, 64, command_order_amend)                 \
    X(ORDER_LIST_PLACE, 65, command_order_list_place)       \
    X(ORDER_LIST_CANCEL, 66, command_order_list_cancel)     \
    X(COUNTDOWN_SET, 67, command_countdown_set)             \
    X(LIABILITIES_PUBLISH, 70, command_liabilities_publish) \
    X(QUARANTINE, 80, command_quarantine)                   \
    TARAZY_MINING_COMMANDS(X)

enum command_kind {
#define TARAZY_COMMAND_ENUM(name, number, type) COMMAND_##name = (number),
    TARAZY_COMMANDS(TARAZY_COMMAND_ENUM)
#undef TARAZY_COMMAND_ENUM
};

/* ------------------------------------------------------------------ the node itself */

/* The licence: what this node is. The first command of every journal, and only the first. */
struct command_node_found {
    struct command_header header;
    uint8_t sandbox; /* 1: sandbox deposits are possible and every view says so */
    uint8_t reserved0[7];
    uint64_t hash_seed[2]; /* random: keeps hostile ids from crowding a hash table */
    struct handle name;    /* "Tarazy sandbox" */
    struct limits limits;
};

/* The founding is over: from now on what moves value or changes limits needs two people. */
struct command_node_open {
    struct command_header header;
    uint8_t reserved[24];
};

/* Time passes: expiries, auctions' ends, dead-man timers. Sent by the core when one is due. */
struct command_clock {
    struct command_header header;
    uint8_t reserved[24];
};

/* ------------------------------------------------------------------ registry */

/* Roles are sets of permitted commands; the table stands in registry/roles.c. */
enum role {
    ROLE_TRADER = 1,
    ROLE_MARKET_MAKER = 2,
    ROLE_OPERATOR = 4,
    ROLE_APPROVER = 8,
    ROLE_SUPERVISOR = 16,
    ROLE_CUSTODIAN = 32,
    ROLE_AUTHORITY = 64, /* an officer of the mining authority */
    ROLE_METER = 128,    /* a device or program that measures: shares, energy */
    ROLE_POOL = 256,     /* an accredited mining pool, for what it reports */
};

struct command_participant_create {
    struct command_header header;
    struct handle handle;
    struct hash256 identity; /* salted hash of the identity record; the record is elsewhere */
    uint32_t roles;          /* enum role, or-ed */
    uint16_t tier;           /* 1 .. TARAZY_TIERS_MAX */
    uint8_t reserved[18];
};

struct command_participant_update {
    struct command_header header;
    uint32_t target;
    uint32_t roles;
    uint16_t tier;
    uint8_t reserved[14];
};

/* One person may always stop; to start again takes two (frozen = 0 needs a proposal). */
struct command_participant_freeze {
    struct command_header header;
    uint32_t target;
    uint8_t frozen; /* 1 freeze, 0 unfreeze */
    uint8_t reserved[19];
};

enum key_type {
    KEY_TYPE_HMAC = 1,    /* material: the secret, sealed with the node's key */
    KEY_TYPE_ED25519 = 2, /* material: 32 bytes */
    KEY_TYPE_RSA = 3,     /* material: SubjectPublicKeyInfo, DER */
};

enum key_scope {
    KEY_SCOPE_READ = 1,
    KEY_SCOPE_TRADE = 2,
    KEY_SCOPE_WITHDRAW = 4,
    KEY_SCOPE_OPERATE = 8, /* operator acts */
};

#define TARAZY_KEY_MATERIAL_MAX 576u
#define TARAZY_KEY_RANGES_MAX   4u

/* A key for oneself, or for somebody else (operator's proposal). */
struct command_key_create {
    struct command_header header;
    uint32_t owner;
    uint8_t type;           /* enum key_type */
    uint8_t scopes;         /* enum key_scope, or-ed */
    uint8_t nonce_required; /* 1: every request of this key carries an increasing nonce */
    uint8_t reserved0;
    int64_t expires_us; /* 0 = never */
    struct hash256 id;  /* what the client sends as its API key, in hex */
    struct ip_range ranges[TARAZY_KEY_RANGES_MAX]; /* all zero = from anywhere */
    uint16_t material_size;
    uint8_t material[TARAZY_KEY_MATERIAL_MAX];
    uint8_t reserved[6];
};

struct command_key_revoke {
    struct command_header header;
    struct hash256 id;
    uint8_t reserved[56];
};

enum tier_right {
    TIER_RIGHT_TRADE = 1,
    TIER_RIGHT_WITHDRAW = 2,
    TIER_RIGHT_DEPOSIT = 4,
};

/* A published tier: the only place where rights, fees and counts come from. */
struct command_tier_set {
    struct command_header header;
    uint16_t tier;
    uint16_t rights; /* enum tier_right, or-ed */
    struct rate maker;
    struct rate taker;
    uint32_t orders_max; /* open orders of one participant on one instrument; 0 = the filter's */
    uint8_t reserved[8];
};

struct command_tier_limit_set {
    struct command_header header;
    uint16_t tier;
    uint16_t asset;
    uint8_t reserved0[4];
    struct amount withdraw_day_max; /* per UTC day; 0 = nothing; -1 = no limit */
    struct amount deposit_day_max;
    uint8_t reserved[48];
};

#define TARAZY_PROPOSED_SIZE_MAX 832u

/* Wraps another command; its header's kind counts, its other header fields are zero. */
struct command_propose {
    struct command_header header;
    int64_t expires_us; /* at most 24 h ahead */
    uint16_t size;      /* bytes of the wrapped command */
    uint8_t reserved0[6];
    uint8_t reserved1[8];
    uint8_t command[TARAZY_PROPOSED_SIZE_MAX]; /* zero after size */
};

struct command_approve {
    struct command_header header;
    uint64_t proposal;
    uint8_t reserved[16];
};

struct command_proposal_withdraw { /* by the proposer, or any approver refusing it */
    struct command_header header;
    uint64_t proposal;
    uint8_t reserved[16];
};

/* ------------------------------------------------------------------ listing */

struct command_asset_create {
    struct command_header header;
    struct asset_code code;
    uint8_t scale; /* 0 .. 18 decimals of one unit */
    uint8_t reserved0[11];
    struct amount supply_max; /* the books never hold more */
    struct amount withdraw_min;
    struct amount withdraw_fee;
    struct handle name; /* "Bitcoin" */
    uint8_t reserved[48];
};

/* What an instrument is. price × quantity is whole in quote units because
 * tick × lot is a multiple of 10^base_scale (else RESULT_NOTIONAL_NOT_WHOLE). 0 disables a rule. */
struct instrument_terms {       /* 192 bytes */
    struct amount notional_min; /* quote units */
    struct amount notional_max;
    struct amount position_max; /* base units a participant may own; 0 = any */
    struct symbol symbol;
    uint16_t base;  /* asset */
    uint16_t quote; /* asset */
    struct price tick;
    struct price price_min; /* multiples of tick */
    struct price price_max;
    struct price reference; /* price before the first trade */
    struct quantity lot;
    struct quantity quantity_min;
    struct quantity quantity_max;
    struct quantity market_quantity_max;
    uint32_t band_static_ppm;  /* no trade farther from the session's reference price */
    uint32_t band_dynamic_ppm; /* no trade farther from the last price: volatility auction */
    uint32_t slippage_ppm;     /* market orders reach no farther from the best price */
    uint32_t percent_up_ppm;   /* PERCENT_PRICE_BY_SIDE: a bid at most last × (1 + up) */
    uint32_t percent_down_ppm; /*                        an ask at least last × (1 − down) */
    uint32_t auction_ms;       /* length of a volatility auction */
    uint16_t trailing_min_bps;
    uint16_t trailing_max_bps;
    uint16_t orders_max; /* per participant: MAX_NUM_ORDERS */
    uint16_t algo_orders_max;
    uint16_t iceberg_orders_max;
    uint16_t iceberg_parts_max;
    uint16_t amends_max;
    uint16_t order_lists_max;
    uint8_t reserved[16];
};

struct command_instrument_create {
    struct command_header header;
    uint8_t session; /* enum session: the one it starts in */
    uint8_t reserved0[7];
    struct instrument_terms terms;
    uint8_t reserved[16];
};

/* New terms for a listed instrument: symbol, base, quote, tick and lot must stay. */
struct command_instrument_update {
    struct command_header header;
    uint16_t instrument;
    uint8_t reserved0[6];
    struct instrument_terms terms;
    uint8_t reserved[16];
};

enum session {
    SESSION_CLOSED = 1,     /* nothing but cancels */
    SESSION_PRE_OPEN = 2,   /* orders collect, nothing matches */
    SESSION_AUCTION = 3,    /* as pre-open; ends in one uncrossing at a single price */
    SESSION_CONTINUOUS = 4, /* price-time matching */
    SESSION_HALTED = 5,     /* nothing but cancels; the book stays */
    SESSION_CANCEL_ONLY = 6,
};

/* Leaving pre-open or auction for continuous uncrosses the book first. */
struct command_session_set {
    struct command_header header;
    uint16_t instrument;
    uint8_t session; /* enum session */
    uint8_t reserved0[5];
    int64_t until_us; /* an auction's end; 0 = until told */
    uint8_t reserved[8];
};

/* ------------------------------------------------------------------ money */

struct command_sandbox_deposit { /* needs the licence's sandbox flag */
    struct command_header header;
    uint32_t target;
    uint16_t asset;
    uint8_t reserved0[2];
    struct amount amount;
    struct evidence evidence;
    uint8_t reserved[64];
};

struct command_deposit { /* custodian's proposal, approver's approval */
    struct command_header header;
    uint32_t target;
    uint16_t asset;
    uint8_t reserved0[2];
    struct amount amount;
    struct evidence evidence;
    uint8_t reserved[64];
};

struct command_withdraw_request { /* by the owner: available → held */
    struct command_header header;
    uint16_t asset;
    uint16_t rail;
    uint8_t reserved0[4];
    struct amount amount; /* the fee is taken out of it */
    struct address address;
    struct client_id client_id;
    uint8_t reserved[60];
};

struct command_withdraw_settle { /* needs a proposal: held → outside */
    struct command_header header;
    uint64_t withdrawal;
    struct evidence evidence;
    uint8_t reserved[16];
};

struct command_withdraw_reject { /* held → available */
    struct command_header header;
    uint64_t withdrawal;
    uint8_t reserved[16];
};

/* The only way to put a mistake right: a new, reasoned posting that two people sign. */
struct command_correction {
    struct command_header header;
    uint32_t debit;  /* participant */
    uint32_t credit; /* participant */
    struct amount amount;
    uint16_t asset;
    char reason[62];
};

/* ------------------------------------------------------------------ orders */

enum side {
    SIDE_BUY = 1,
    SIDE_SELL = 2,
};

enum order_type {
    ORDER_TYPE_LIMIT = 1,
    ORDER_TYPE_MARKET = 2,
    ORDER_TYPE_LIMIT_MAKER = 3,
    ORDER_TYPE_STOP_LOSS = 4,
    ORDER_TYPE_STOP_LOSS_LIMIT = 5,
    ORDER_TYPE_TAKE_PROFIT = 6,
    ORDER_TYPE_TAKE_PROFIT_LIMIT = 7,
};

enum time_in_force {
    TIME_IN_FORCE_GTC = 1,
    TIME_IN_FORCE_IOC = 2,
    TIME_IN_FORCE_FOK = 3,
    TIME_IN_FORCE_GTD = 4,
};

enum self_trade {
    SELF_TRADE_NONE = 1,
    SELF_TRADE_EXPIRE_TAKER = 2,
    SELF_TRADE_EXPIRE_MAKER = 3,
    SELF_TRADE_EXPIRE_BOTH = 4,
    SELF_TRADE_DECREMENT = 5,
};

enum order_flag {
    ORDER_FLAG_BY_QUOTE = 1, /* MARKET: quantity is in quote units */
};

/* What an order says: the same struct in a placement, a replacement and a leg of a list. */
struct order_terms {          /* 88 bytes */
    struct quantity quantity; /* base units; quote units with ORDER_FLAG_BY_QUOTE */
    struct price price;       /* 0 for market kinds */
    struct price stop_price;  /* 0 = none; with trailing_bps: where trailing starts */
    struct quantity iceberg;  /* shown part; 0 = all */
    int64_t expires_us;       /* GTD; else 0 */
    uint32_t trailing_bps;    /* 0 = none */
    uint16_t instrument;
    uint8_t side;
    uint8_t type;
    uint8_t time_in_force; /* market kinds: IOC */
    uint8_t self_trade;
    uint16_t flags;
    struct client_id client_id; /* empty: the order is known by its number only */
};

struct command_order_place { /* 128 bytes */
    struct command_header header;
    struct order_terms terms;
};

enum cancel_restriction {
    CANCEL_RESTRICTION_ONLY_NEW = 1,
    CANCEL_RESTRICTION_ONLY_PARTIALLY_FILLED = 2,
};

struct command_order_cancel { /* 128 bytes */
    struct command_header header;
    uint64_t order; /* 0: by client id; both given: both must fit */
    struct client_id original;
    struct client_id client_id; /* the cancel's own name; may be empty */
    uint16_t instrument;
    uint8_t restriction; /* 0 or enum cancel_restriction */
    uint8_t reserved[5];
};

enum cancel_all_reason {
    CANCEL_ALL_REASON_REQUEST = 1,
    CANCEL_ALL_REASON_DISCONNECT = 2,
};

struct command_order_cancel_all {
    struct command_header header;
    uint16_t instrument; /* 0 = all */
    uint8_t reason;      /* enum cancel_all_reason */
    uint8_t reserved0[5];
    uint32_t target; /* 0 = oneself; an operator may cancel for a frozen participant */
    uint8_t reserved[12];
};

enum replace_mode {
    REPLACE_MODE_STOP_ON_FAILURE = 1, /* no cancel, no new order */
    REPLACE_MODE_ALLOW_FAILURE = 2,   /* the new order is tried anyway */
};

struct command_order_replace { /* 256 bytes */
    struct command_header header;
    uint64_t order;
    struct client_id original;
    struct client_id cancel_client_id;
    uint8_t mode;
    uint8_t restriction;
    uint8_t reserved0[6];
    struct order_terms terms;
    uint8_t reserved[40];
};

struct command_order_amend { /* quantity down, priority kept */
    struct command_header header;
    uint64_t order;
    struct quantity quantity; /* the new whole quantity */
    struct client_id original;
    struct client_id client_id; /* the order's new name; empty = unchanged */
    uint16_t instrument;
    uint8_t reserved[62];
};

enum contingency {
    CONTINGENCY_OCO = 1,   /* two legs: one cancels the other */
    CONTINGENCY_OTO = 2,   /* leg 0 works; leg 1 starts when it is filled */
    CONTINGENCY_OTOCO = 3, /* leg 0 works; legs 1 and 2 (an OCO) start when it is filled */
};

struct command_order_list_place { /* 384 bytes */
    struct command_header header;
    struct client_id client_id;
    uint8_t contingency;
    uint8_t legs; /* 2 or 3 */
    uint8_t reserved0[2];
    struct order_terms terms[TARAZY_LIST_LEGS_MAX]; /* unused ones zero */
    uint8_t reserved[40];
};

struct command_order_list_cancel {
    struct command_header header;
    uint64_t list; /* 0: by client id */
    struct client_id original;
    struct client_id client_id;
    uint16_t instrument;
    uint8_t reserved[6];
};

/* Dead-man timer: without another such command in time all orders of the pair are cancelled. */
struct command_countdown_set {
    struct command_header header;
    uint16_t instrument;
    uint8_t reserved0[2];
    uint32_t countdown_ms; /* 0 = off */
    uint8_t reserved[16];
};

/* ------------------------------------------------------------------ proofs */

/* The root of a tree of what the node owed to everybody (docs/proof-of-liabilities.md). Under one
 * journal, and so under its checkpoints, there is one root of an epoch for everybody. */
struct command_liabilities_publish {
    struct command_header header;
    uint64_t record; /* the tree shows the books after this command */
    uint64_t epoch;  /* of the tree's secrets; each is published once */
    struct hash256 root;
    struct hash256 totals; /* digest of the totals per asset */
    uint8_t reserved[8];
};

/* ------------------------------------------------------------------ when nothing else helps */

#define TARAZY_QUARANTINES_MAX 16u /* behind one batch */

/* Two people say that a record of the batch before, at which every engine stops, is to be skipped. It is
 * the node's own and never comes over the link: it stands in a batch of nothing but such commands,
 * directly behind the batch with the record (docs/journal-format.md, J24 to J26), and is heeded while
 * that one is applied. Applied itself it changes nothing. */
struct command_quarantine { /* 320 bytes */
    struct command_header header;
    uint64_t record;            /* the command to be skipped: tarazy_engine_skip */
    struct hash256 record_hash; /* SHA-256 of its bytes, header included */
    struct hash256 chain;       /* chain hash of the batch that holds it */
    uint32_t operator_id;       /* participants … */
    uint32_t operator_key;      /* … and numbers of their Ed25519 keys */
    uint32_t approver_id;
    uint32_t approver_key;
    uint8_t operator_signature[64]; /* both of journal/quarantine.h's text */
    uint8_t approver_signature[64];
    char reason[64];
};

/* Bytes of a command of this kind; 0 for an unknown kind. */
size_t tarazy_command_size(uint16_t kind);

/* "ORDER_PLACE"; NULL for an unknown kind. */
const char *tarazy_command_name(uint16_t kind);

/* Is this one whole command: known kind, right size, reserved bytes zero, enums in range, texts
 * zero-padded? Says nothing about whether it will be accepted. The core journals no other. */
bool tarazy_command_is_well_formed(const struct command_header *command, size_t size);

#define TARAZY_COMMAND_SIZE_CHECK(name, number, type)                  \
    _Static_assert(sizeof(struct type) % 64 == 0 &&                    \
                       sizeof(struct type) <= TARAZY_COMMAND_SIZE_MAX, \
                   #type " must be a multiple of 64 bytes");
TARAZY_COMMANDS(TARAZY_COMMAND_SIZE_CHECK)
#undef TARAZY_COMMAND_SIZE_CHECK

_Static_assert(sizeof(struct order_terms) == 88, "terms");
_Static_assert(sizeof(struct command_order_place) == 128, "an order is two cache lines");

#endif
