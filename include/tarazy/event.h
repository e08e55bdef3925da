/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: what a command did. They are never stored as the truth: everybody who applies the same
 * commands derives the same events, byte for byte, and each batch in the journal carries the digest
 * of the events of the batch before it.
 *
 * The events of one command follow each other; the last one is always its EVENT_OUTCOME. Sizes are
 * multiples of 16, no padding, little-endian. Balances and levels show the state after the command.
 */
#ifndef TARAZY_EVENT_H
#define TARAZY_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"

#define TARAZY_EVENTS(X)                      \
    X(OUTCOME, 1, event_outcome)              \
    X(ORDER_OPENED, 2, event_order_opened)    \
    X(ORDER_CHANGED, 3, event_order_changed)  \
    X(ORDER_CLOSED, 4, event_order_closed)    \
    X(TRADE, 5, event_trade)                  \
    X(LEVEL, 6, event_level)                  \
    X(ORDER_LIST, 7, event_order_list)        \
    X(SESSION, 8, event_session)              \
    X(POSTING, 9, event_posting)              \
    X(BALANCE, 10, event_balance)             \
    X(WITHDRAWAL, 11, event_withdrawal)       \
    X(PROPOSAL, 12, event_proposal)           \
    X(REGISTRY, 13, event_registry)           \
    X(MINING_ENTRY, 14, event_mining_entry)   \
    X(MINING_SHARES, 15, event_mining_shares) \
    X(MINING_ENERGY, 16, event_mining_energy) \
    X(MINING_COINS, 17, event_mining_coins)   \
    X(MINING_FEE, 18, event_mining_fee)

enum event_kind {
#define TARAZY_EVENT_ENUM(name, number, type) EVENT_##name = (number),
    TARAZY_EVENTS(TARAZY_EVENT_ENUM)
#undef TARAZY_EVENT_ENUM
};

struct event_header {  /* 16 bytes */
    uint64_t number;   /* of the command */
    uint16_t kind;     /* enum event_kind */
    uint16_t size;     /* bytes of this event */
    uint32_t sequence; /* 0, 1, 2 … within the command */
};

/* The command's answer: always there, always last. */
struct event_outcome { /* 64 bytes */
    struct event_header header;
    uint64_t id;   /* of what was made or named: order, withdrawal, participant, proposal … */
    uint64_t list; /* order list, or 0 */
    uint32_t participant;
    uint32_t request;
    uint16_t origin;
    uint16_t command;       /* enum command_kind */
    uint16_t result;        /* enum result */
    uint16_t cancel_result; /* ORDER_REPLACE: what became of the cancel; else 0 */
    uint64_t cancelled;     /* ORDER_REPLACE: the order cancelled; CANCEL_ALL, FREEZE: how many */
    uint16_t place_result;  /* ORDER_REPLACE: what became of the new order; 0 = not tried */
    uint8_t reserved[6];
};

enum order_status {
    ORDER_STATUS_NEW = 1,         /* rests, or waits for its stop price */
    ORDER_STATUS_PENDING_NEW = 2, /* second part of an OTO list: not working yet */
    ORDER_STATUS_PARTIALLY_FILLED = 3,
    ORDER_STATUS_FILLED = 4,
    ORDER_STATUS_CANCELED = 5,         /* by its owner, its owner's timer or an operator */
    ORDER_STATUS_EXPIRED = 6,          /* by its own terms: IOC remainder, GTD, session, limits */
    ORDER_STATUS_EXPIRED_IN_MATCH = 7, /* self-trade prevention */
    ORDER_STATUS_REJECTED = 8,         /* a triggered stop order that could not be taken */
};

/* An order exists from now on. Trades of the same command follow it. */
struct event_order_opened { /* 144 bytes */
    struct event_header header;
    uint64_t order;
    uint64_t list; /* 0 = none */
    uint32_t participant;
    uint8_t status;  /* NEW or PENDING_NEW */
    uint8_t working; /* 1: on the book or matching; 0: a stop order that waits, or pending */
    uint8_t reserved0[2];
    struct order_terms terms;
    struct price protection; /* market kinds: the price the slippage limit stands at; else 0 */
    uint64_t replaces;       /* order this one replaces, or 0 */
};

enum order_change {
    ORDER_CHANGE_TRIGGERED = 1,   /* the stop price was reached: now matching or resting */
    ORDER_CHANGE_AMENDED = 2,     /* quantity reduced, priority kept */
    ORDER_CHANGE_DECREMENTED = 3, /* self-trade prevention took quantity off */
    ORDER_CHANGE_STARTED = 4,     /* pending → working or waiting for its stop price */
    ORDER_CHANGE_TRAILING = 5,    /* the trailing order began to follow the price */
};

struct event_order_changed { /* 112 bytes */
    struct event_header header;
    uint64_t order;
    uint32_t participant;
    uint16_t instrument;
    uint8_t change; /* enum order_change */
    uint8_t side;
    struct quantity quantity; /* the order's whole quantity after the change */
    struct quantity left;
    struct quantity prevented;  /* DECREMENTED: what this prevention took */
    uint64_t counter_order;     /* DECREMENTED: the other order; else 0 */
    struct price price;         /* DECREMENTED: the price at which they met; else the limit */
    struct client_id client_id; /* AMENDED: the order's name after the change */
    uint32_t reserved;
};

enum close_reason {
    CLOSE_REASON_FILLED = 1,
    CLOSE_REASON_REQUESTED = 2,    /* cancel, cancel all, replace */
    CLOSE_REASON_DISCONNECTED = 3, /* cancel on disconnect */
    CLOSE_REASON_COUNTDOWN = 4,    /* dead-man timer */
    CLOSE_REASON_IOC = 5,          /* rest of an immediate order */
    CLOSE_REASON_GTD = 6,          /* time is up */
    CLOSE_REASON_SELF_TRADE = 7,   /* self-trade prevention */
    CLOSE_REASON_LIST = 8,         /* another leg of its list was filled or cancelled */
    CLOSE_REASON_PRICE_BAND = 9,   /* the rest would print outside the bands */
    CLOSE_REASON_FILLS_MAX = 10,   /* TARAZY_FILLS_MAX reached */
    CLOSE_REASON_REFUSED = 11,     /* a triggered stop or started leg that cannot be taken */
    CLOSE_REASON_FROZEN = 12,
    CLOSE_REASON_SESSION = 13, /* the session ended it */
};

/* The order is over; what it still held is released. */
struct event_order_closed { /* 112 bytes */
    struct event_header header;
    struct amount quote; /* executed, in quote units */
    uint64_t order;
    struct quantity executed;
    struct quantity left;
    uint32_t participant;
    uint16_t instrument;
    uint8_t status;             /* enum order_status */
    uint8_t reason;             /* enum close_reason */
    struct client_id client_id; /* of the cancel that ended it; empty = none */
    uint8_t reserved[4];
    uint64_t counter_order; /* SELF_TRADE: the other order; else 0 */
};

enum trade_flag {
    TRADE_FLAG_AUCTION = 1,
};

struct event_trade { /* 144 bytes */
    struct event_header header;
    struct amount quote;     /* price × quantity */
    struct amount maker_fee; /* charged: fee and rounding together */
    struct amount taker_fee;
    uint64_t trade; /* counts per instrument: 1, 2, 3 … */
    struct price price;
    struct quantity quantity;
    uint64_t maker_order;
    uint64_t taker_order;
    struct quantity maker_left; /* of the whole order, hidden parts included */
    struct quantity taker_left;
    uint32_t maker;
    uint32_t taker;
    uint16_t instrument;
    uint16_t maker_fee_asset;
    uint16_t taker_fee_asset;
    uint8_t taker_side; /* enum side; auction: the later order's */
    uint8_t flags;      /* enum trade_flag */
    uint64_t reserved;
};

/* One price level after the command; hidden iceberg parts do not count. */
struct event_level { /* 48 bytes */
    struct event_header header;
    uint64_t update; /* counts per instrument without gaps */
    struct price price;
    struct quantity quantity; /* 0: the level is gone */
    uint32_t orders;
    uint16_t instrument;
    uint8_t side;
    uint8_t reserved;
};

enum list_state {
    LIST_STATE_EXECUTING = 1,
    LIST_STATE_ALL_DONE = 2,
};

struct event_order_list { /* 112 bytes */
    struct event_header header;
    uint64_t list;
    uint64_t orders[TARAZY_LIST_LEGS_MAX];
    uint32_t participant;
    uint16_t instrument;
    uint8_t contingency;
    uint8_t state; /* enum list_state */
    struct client_id client_id;
    uint8_t legs;
    uint8_t reserved[19];
};

enum session_reason {
    SESSION_REASON_OPERATOR = 1,
    SESSION_REASON_VOLATILITY = 2, /* a price band was about to be broken */
    SESSION_REASON_UNCROSSED = 3,  /* the auction ended */
    SESSION_REASON_EXTENDED = 4,   /* the auction ended without a price inside the bands */
    SESSION_REASON_INDICATIVE = 5, /* the auction's price would now be this */
};

struct event_session { /* 64 bytes */
    struct event_header header;
    int64_t until_us;         /* 0 = until told */
    struct price price;       /* auction price, indicative or final; 0 = none */
    struct quantity quantity; /* auction volume */
    struct quantity surplus;  /* signed: > 0 more bought than sold */
    uint16_t instrument;
    uint8_t session;
    uint8_t reason;
    uint8_t reserved[12];
};

enum posting_reason {
    POSTING_REASON_SANDBOX_DEPOSIT = 1,
    POSTING_REASON_DEPOSIT = 2,
    POSTING_REASON_WITHDRAWAL = 3,
    POSTING_REASON_WITHDRAWAL_FEE = 4,
    POSTING_REASON_TRADE_BASE = 5,
    POSTING_REASON_TRADE_QUOTE = 6,
    POSTING_REASON_FEE_MAKER = 7,
    POSTING_REASON_FEE_TAKER = 8,
    POSTING_REASON_ROUNDING = 9, /* what rounding a fee up to a whole unit added */
    POSTING_REASON_CORRECTION = 10,
    POSTING_REASON_ENERGY_FEE = 11, /* what a miner owes for the energy of mining */
};

/* Value moved from one owner to another. Owners above 2^31 are the house's: see OWNER_… */
struct event_posting { /* 64 bytes */
    struct event_header header;
    struct amount amount;
    uint32_t debit;     /* owner who gives */
    uint32_t credit;    /* owner who gets */
    uint64_t reference; /* trade, withdrawal … */
    uint16_t asset;
    uint16_t reason;
    uint16_t instrument; /* of a trade; else 0 */
    uint8_t reserved[10];
};

/* House owners. Only OWNER_OUTSIDE_… mirrors may be below zero: they show what is outside. */
#define TARAZY_OWNER_HOUSE         0x80000000u
#define TARAZY_OWNER_FEES          0x80000001u
#define TARAZY_OWNER_ROUNDING      0x80000002u
#define TARAZY_OWNER_TREASURY      0x80000003u /* the state's: fees on the energy of mining */
#define TARAZY_OWNER_OUTSIDE(rail) (0x80010000u + (uint32_t)(rail))

/* An account as it stands after the command: once per account touched. */
struct event_balance { /* 64 bytes */
    struct event_header header;
    struct amount available;
    struct amount held;
    uint32_t owner;
    uint16_t asset;
    uint8_t reserved[10];
};

enum withdrawal_state {
    WITHDRAWAL_STATE_REQUESTED = 1,
    WITHDRAWAL_STATE_SETTLED = 2,
    WITHDRAWAL_STATE_REJECTED = 3,
};

struct event_withdrawal { /* 64 bytes */
    struct event_header header;
    struct amount amount; /* fee included */
    struct amount fee;
    uint64_t withdrawal;
    uint32_t participant;
    uint16_t asset;
    uint16_t state;
};

enum proposal_state {
    PROPOSAL_STATE_OPEN = 1,
    PROPOSAL_STATE_EXECUTED = 2,
    PROPOSAL_STATE_REFUSED = 3, /* approved, but the engine refused the wrapped command */
    PROPOSAL_STATE_WITHDRAWN = 4,
    PROPOSAL_STATE_EXPIRED = 5,
};

struct event_proposal { /* 64 bytes */
    struct event_header header;
    uint64_t proposal;
    uint32_t proposer;
    uint32_t approver; /* 0 = none yet */
    uint16_t command;  /* enum command_kind of the wrapped command */
    uint16_t state;
    uint16_t result; /* of the wrapped command, when executed or refused */
    uint8_t reserved[26];
};

enum registry_subject {
    REGISTRY_SUBJECT_NODE = 1,
    REGISTRY_SUBJECT_PARTICIPANT = 2,
    REGISTRY_SUBJECT_KEY = 3,
    REGISTRY_SUBJECT_TIER = 4,
    REGISTRY_SUBJECT_ASSET = 5,
    REGISTRY_SUBJECT_INSTRUMENT = 6,
};

/* Something in the registry is new or different: read it in the state by its number. */
struct event_registry { /* 32 bytes */
    struct event_header header;
    uint32_t subject_id;
    uint16_t subject; /* enum registry_subject */
    uint8_t reserved[10];
};

enum mining_subject {
    MINING_SUBJECT_PARAMETER = 1,
    MINING_SUBJECT_MINER = 2,
    MINING_SUBJECT_POOL = 3,
    MINING_SUBJECT_SITE = 4,
    MINING_SUBJECT_METER = 5,
    MINING_SUBJECT_EQUIPMENT = 6,
    MINING_SUBJECT_ADDRESS = 7,
};

enum mining_change {
    MINING_CHANGE_ADDED = 1,
    MINING_CHANGE_CHANGED = 2,
    MINING_CHANGE_DECIDED = 3, /* MINER, POOL: status says what */
    MINING_CHANGE_REMOVED = 4,
};

/* An entry of the mining register is new or different: read it in the state by its number. */
struct event_mining_entry { /* 48 bytes */
    struct event_header header;
    uint32_t entry;
    uint32_t miner;   /* whose it is; 0 = nobody's */
    uint16_t subject; /* enum mining_subject */
    uint8_t change;   /* enum mining_change */
    uint8_t status;   /* MINER, POOL: enum licence_status; else 0 */
    int32_t until_day;
    uint8_t reserved[16];
};

/* What is odd about a reading or a distribution, which is kept all the same. */
enum mining_flag {
    MINING_FLAG_UNLICENSED = 1,       /* the miner had no licence in force at its beginning */
    MINING_FLAG_UNKNOWN_MINER = 2,    /* nobody known */
    MINING_FLAG_AFTER_GAP = 4,        /* time is missing before it */
    MINING_FLAG_NEW_REGISTER = 8,     /* the register was exchanged or reset before it */
    MINING_FLAG_ROLLED_OVER = 16,     /* the register went through zero */
    MINING_FLAG_FOREIGN_ADDRESS = 32, /* the coins went where nobody registered */
    MINING_FLAG_UNACCREDITED = 64,    /* the pool had no accreditation in force */
};

/* A reading of shares, and the sums of its miner and legal month after it. */
struct event_mining_shares { /* 160 bytes */
    struct event_header header;
    struct amount work;
    struct amount month_work;
    uint32_t reader;
    uint32_t miner;
    uint32_t pool;
    uint32_t site;
    uint64_t sequence;
    int64_t begin_us;
    int64_t end_us;
    uint64_t accepted;
    uint64_t rejected;
    uint64_t stale;
    uint64_t effective_milli;
    uint64_t month_accepted;
    uint64_t month_rejected;
    uint64_t month_stale;
    int64_t month_metered_us;
    int32_t month;  /* 12 × year + month − 1 */
    uint32_t flags; /* enum mining_flag, or-ed */
};

/* A reading of energy, and the sums of its meter, miner, source and legal quarter after it. */
struct event_mining_energy { /* 112 bytes */
    struct event_header header;
    uint32_t meter;
    uint32_t miner;
    uint32_t site;
    uint32_t reader;
    uint64_t sequence;
    int64_t begin_us;
    int64_t end_us;
    int64_t energy_wh;
    int64_t quarter_wh;
    int64_t quarter_metered_us;
    int64_t quarter_missing_us;
    int32_t quarter; /* 4 × year + quarter − 1 */
    uint32_t source; /* enum energy_source */
    uint32_t flags;  /* enum mining_flag, or-ed */
    uint8_t reserved[12];
};

/* Coins that a pool gave (pool not 0) or a miner sold, and the sums of the legal quarter after it. */
struct event_mining_coins { /* 128 bytes */
    struct event_header header;
    struct amount amount;
    struct amount quote; /* sold for; else 0 */
    struct amount quarter_received;
    struct amount quarter_sold;
    uint32_t pool;
    uint32_t miner;
    int64_t moment_us;
    uint64_t sequence; /* of the pool; 0 = a sale */
    int32_t quarter;
    uint16_t asset;
    uint16_t quote_asset;
    uint32_t flags;
    uint8_t reserved[12];
};

enum mining_fee_change {
    MINING_FEE_CHANGE_ASSESSED = 1,
    MINING_FEE_CHANGE_PAID = 2,         /* from the miner's account: a posting says so, too */
    MINING_FEE_CHANGE_PAID_BY_BANK = 3, /* a reference that two people saw */
};

/* A miner's fee of one legal quarter as it stands now. */
struct event_mining_fee { /* 96 bytes */
    struct event_header header;
    struct amount fee;
    struct amount paid;
    struct amount amount; /* of this payment; ASSESSED: 0 */
    uint32_t miner;
    int32_t quarter;
    int64_t energy_wh;
    int32_t declaration_day; /* INT32_MIN = none */
    int32_t payment_day;
    uint32_t revision;
    uint16_t asset;
    uint8_t trust;  /* enum trust: of the weakest number that it rests on */
    uint8_t change; /* enum mining_fee_change */
};

#define TARAZY_EVENT_SIZE_CHECK(name, number, type) \
    _Static_assert(sizeof(struct type) % 16 == 0, #type " must be a multiple of 16 bytes");
TARAZY_EVENTS(TARAZY_EVENT_SIZE_CHECK)
#undef TARAZY_EVENT_SIZE_CHECK

/* "TRADE"; NULL for an unknown kind. */
const char *tarazy_event_name(uint16_t kind);

/* Where events go: the caller's memory, 16-byte aligned. The engine never writes past size; a
 * buffer of TARAZY_EVENTS_SIZE_MAX bytes is enough for any command, and apply ENSUREs it. */
struct event_buffer {
    uint8_t *bytes;
    size_t size;
    size_t used;
    uint32_t count;
};

#endif
