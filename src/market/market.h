/* SPDX-License-Identifier: Apache-2.0
 *
 * The market: instruments, sessions, books, matching. It proposes; the engine disposes: the market
 * says what would trade with whom at what price, and changes its books; it knows owners only as
 * numbers, and nothing of balances, fees, roles or events.
 *
 * Matching is a loop that the engine drives, one step at a time:
 *
 *     market_match_begin(market, order, now, &match);
 *     while (market_match_step(market, &match, &step)) {
 *         … settle the step …
 *     }
 *     … the order then rests, or market_order_close ends it: match.end says which and why …
 *
 * Orders, lists and levels are named by slot (1 …; 0 = none) inside, by their own number outside;
 * instruments by their number everywhere.
 */
#ifndef MARKET_MARKET_H
#define MARKET_MARKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/checked.h"
#include "base/hash.h"
#include "tarazy/command.h"
#include "tarazy/event.h"
#include "tarazy/limits.h"
#include "tarazy/query.h"
#include "tarazy/result.h"

struct market;

/* Reserves (measures or places) the market's part of the block, which must be zeroed. NULL while
 * measuring. */
struct market *market_create(struct arena *arena, const struct limits *limits);
/* The seed of the hash tables: before the first instrument. */
void market_set_seed(struct market *market, struct hash_seed seed);

/* ------------------------------------------------------------------ instruments */

/* Do the terms make sense (price_min, price_max, quantity_min, quantity_max and reference are set, on
 * tick and lot, in order; at most 2^36 ticks; a band has an auction_ms), and is price × quantity always whole and an order's notional below
 * 2^63? RESULT_OK, NOTIONAL_NOT_WHOLE, LISTING_INVALID, DUPLICATE_SYMBOL or INSTRUMENTS_FULL. */
MUST_CHECK enum result market_listing_check(const struct market *market,
                                            const struct instrument_terms *terms,
                                            uint8_t base_scale);
uint16_t market_list_instrument(struct market *market, const struct instrument_terms *terms,
                                uint8_t base_scale, enum session session);
/* New terms for a listed instrument: tick, lot, symbol, base and quote must be as they were, and the
 * largest limits there ever were must fit together, for older orders may have them. A new reference
 * price counts for the static band from now on. RESULT_OK, UNKNOWN_INSTRUMENT, LISTING_INVALID. */
MUST_CHECK enum result market_terms_check(const struct market *market, uint16_t number,
                                          const struct instrument_terms *terms);
void market_terms_set(struct market *market, uint16_t number, const struct instrument_terms *terms);

struct instrument; /* in market/instrument.h; NULL when there is none of this number */
const struct instrument *market_instrument(const struct market *market, uint16_t number);
uint16_t market_instrument_count(const struct market *market);
uint16_t market_instrument_find(const struct market *market, struct symbol symbol);
void market_instrument_view(const struct market *market, uint16_t number,
                            struct instrument_view *out); /* all but the quote's scale */
/* NULL when there is none of this number. */
const struct instrument_terms *market_terms(const struct market *market, uint16_t number);
uint8_t market_base_scale(const struct market *market, uint16_t number);
size_t market_depth(const struct market *market, uint16_t number, enum side side,
                    struct level_view *out, size_t max);

/* ------------------------------------------------------------------ sessions */

/* RESULT_OK, UNKNOWN_INSTRUMENT, or SESSION_INVALID: the session it has (an auction may be given a
 * new end, unless it is being carried out). */
MUST_CHECK enum result market_session_check(const struct market *market, uint16_t number,
                                            enum session session);
/* Sets the session; until_us counts for an auction. If the book must be uncrossed first (pre-open or
 * auction → continuous, or any other session whose book is crossed) the session becomes AUCTION ending
 * at once, and the engine runs the auction below. */
void market_session_set(struct market *market, uint16_t number, enum session session,
                        int64_t until_us);

/* The single price of an auction: most volume, then least surplus, then nearest to the last price
 * (docs/adr/0006-auction-price.md). price 0: nothing crosses. Costs one walk over the levels that
 * cross. */
struct auction_price {
    struct price price;
    struct quantity quantity;
    int64_t surplus_units; /* > 0: more bought than sold */
};
struct auction_price market_auction_price(const struct market *market, uint16_t number);

/* Is an auction of this instrument due at now (or being carried out)? If its price lies outside the
 * static band it goes on for another auction_ms instead. While one takes several commands nobody may
 * join (MARKET_CLOSED), anybody may cancel; *price then holds what is left to trade at it. */
enum auction_state {
    AUCTION_STATE_NONE = 1,     /* nothing to do */
    AUCTION_STATE_UNCROSS = 2,  /* run market_auction_step */
    AUCTION_STATE_EXTENDED = 3, /* it was extended now: publish and go on */
};
enum auction_state market_auction_begin(struct market *market, uint16_t number, int64_t now_us,
                                        struct auction_price *price);

/* ------------------------------------------------------------------ orders */

enum order_state {
    ORDER_STATE_PENDING = 1, /* OTO: the first leg has not filled yet */
    ORDER_STATE_WAITING = 2, /* stop order: its price was not reached yet */
    ORDER_STATE_TAKING = 3,  /* being matched right now */
    ORDER_STATE_RESTING = 4, /* on the book */
};

struct order { /* two cache lines; what few orders have stands in struct order_extra */
    uint64_t number;
    struct price price;       /* limit; market kinds: the protection price */
    struct quantity quantity; /* the whole; BY_QUOTE: what it has executed so far */
    struct quantity left;     /* still to trade, hidden parts included; BY_QUOTE: 0 */
    int64_t quote_units;      /* executed so far, in quote units (an order's notional < 2^63) */
    uint32_t participant;
    uint32_t next; /* in its price level's queue */
    uint32_t previous;
    uint32_t level;
    uint32_t extra; /* order_extra: stop price, iceberg, expiry, list … ; 0 = none */
    uint16_t instrument;
    uint8_t side;
    uint8_t type;

    int64_t opened_us;
    struct client_id client_id;
    uint32_t trader; /* (participant, instrument) counters and chain */
    uint32_t next_of_trader;
    uint32_t previous_of_trader;
    uint8_t time_in_force;
    uint8_t self_trade;
    uint8_t state; /* enum order_state */
    uint8_t flags; /* enum order_flag */
    uint8_t amends;
    uint8_t reserved[3];
};
_Static_assert(sizeof(struct order) == 128, "two cache lines");

/* All filters and rules that need no balances: session, PRICE_FILTER, LOT_SIZE, NOTIONAL, bands,
 * type and field combinations, post-only, stop price side, fill-or-kill, counts (orders_max: the
 * tier's; 0 = only the instrument's), client id seen before, room for everything it may need.
 * position: what the participant owns and may come to own of base, for MAX_POSITION.
 * legs: how many orders the same command places (room is checked for all of them). */
struct placement {
    uint32_t participant;
    uint32_t orders_max;
    uint32_t legs; /* 1 for an order by itself */
    int64_t now_us;
    struct amount position;
    bool pending;      /* leg that does not work yet: no post-only, stop-side or liquidity checks */
    uint32_t ignoring; /* order that a replace cancels first: not counted, not matched; 0 = none */
};
MUST_CHECK enum result market_order_check(const struct market *market,
                                          const struct placement *placement,
                                          const struct order_terms *terms);

/* What must be held to place it now: sell: base quantity; buy: quote at its limit or protection
 * price; market buy by quantity: what the present book would cost; by quote: that amount.
 * false: does not fit the books (RESULT_OVERFLOW). */
MUST_CHECK bool market_order_funding(const struct market *market, const struct placement *placement,
                                     const struct order_terms *terms, struct amount *out);

/* The protection price market_order_open would give it now; 0 for limit kinds. */
struct price market_terms_protection(const struct market *market, const struct placement *placement,
                                     const struct order_terms *terms);

/* Makes the order's record in state PENDING, WAITING or TAKING (by pending and terms); never
 * fails after market_order_check. Its number comes from the engine. list: slot of its list or 0. */
uint32_t market_order_open(struct market *market, const struct placement *placement,
                           const struct order_terms *terms, uint64_t number, uint32_t list);

/* What the order must hold as it stands (its own left, at its own price). */
struct amount market_order_hold(const struct market *market, uint32_t slot);

const struct order *market_order(const struct market *market, uint32_t order);
uint32_t market_order_find(const struct market *market, uint64_t number);
uint32_t market_order_find_client(const struct market *market, uint32_t participant,
                                  const struct client_id *client_id);
void market_order_view(const struct market *market, uint32_t slot, struct order_view *out);
/* The market kinds' protection price; 0 for others. */
struct price market_order_protection(const struct market *market, uint32_t slot);
/* Was this client id used by this participant (open or remembered)? */
bool market_client_id_seen(const struct market *market, uint32_t participant,
                           const struct client_id *client_id);
/* The number of the order (open or gone) that was given this client id; 0 = not remembered. */
uint64_t market_client_id_order(const struct market *market, uint32_t participant,
                                const struct client_id *client_id);
uint32_t market_order_count(const struct market *market);

/* Orders of a participant: instrument by instrument (0 = all), oldest first. */
uint32_t market_first_of_participant(const struct market *market, uint32_t participant,
                                     uint16_t instrument);
uint32_t market_next_of_participant(const struct market *market, uint32_t slot,
                                    uint16_t instrument);

/* Two numbers that the caller keeps beside a participant's orders on an instrument, where they are at
 * hand with each order: zero in a new record, and gone with it. What they mean is the caller's. */
struct trader_note {
    uint32_t words[2];
};
/* The record's index (order->trader); 0 = none. */
uint32_t market_trader(const struct market *market, uint32_t participant, uint16_t instrument);
struct trader_note market_trader_note(const struct market *market, uint32_t trader);
void market_trader_set_note(struct market *market, uint32_t trader, struct trader_note note);

/* ------------------------------------------------------------------ matching */

enum step_kind {
    STEP_FILL = 1,       /* maker and taker traded */
    STEP_SELF_TRADE = 2, /* prevention: one or both expire or are decremented */
    STEP_LEVEL = 3,      /* a price level is different now: publish it */
    STEP_MAKER_DONE = 4, /* the maker is filled: close it (market_order_close) */
};

struct level_change {
    struct price price;
    struct quantity quantity; /* visible; 0 = gone */
    uint64_t update;          /* gap-free per instrument */
    uint32_t orders;
    uint16_t instrument;
    uint8_t side;
};

struct step {
    uint8_t kind;       /* enum step_kind */
    bool maker_expires; /* SELF_TRADE: close it with market_order_close */
    bool taker_expires;
    uint32_t maker;
    uint32_t taker;
    struct price price;
    struct quantity quantity; /* traded; SELF_TRADE: taken off both (DECREMENT), else 0 */
    struct amount quote;
    uint64_t trade;         /* per instrument */
    struct amount released; /* SELF_TRADE decrement: what the maker need no longer hold */
    struct level_change level;
};

enum match_end {
    MATCH_END_FILLED = 1,
    MATCH_END_REST = 2,       /* call market_order_rest */
    MATCH_END_IOC = 3,        /* the remainder expires */
    MATCH_END_SELF_TRADE = 4, /* prevention expired the taker */
    MATCH_END_FILLS_MAX = 5,  /* the remainder expires */
    MATCH_END_BAND = 6,  /* a band would be broken: a volatility auction begins; GTC, GTD rest */
    MATCH_END_FUNDS = 7, /* by quote: what is left buys not one lot */
    MATCH_END_REFUSED =
        8, /* a triggered stop or started leg that cannot be taken as it is: post-only
                            * would match, fill-or-kill cannot fill, no such kind in this session */
};

struct match {
    uint32_t taker;
    uint32_t fills;         /* fills and self-trade steps so far: at most TARAZY_FILLS_MAX */
    uint64_t counter_order; /* SELF_TRADE: the other order's number */
    int64_t now_us;
    int64_t quote_left_units; /* BY_QUOTE */
    uint8_t end;              /* enum match_end, once step returned false */
    uint8_t phase;            /* of the loop; private, like what follows */
    uint8_t side;             /* the taker's */
    uint8_t self_trade;
    uint8_t by_quote;
    uint8_t changed; /* levels with something to publish: 1 first, 2 second */
    uint16_t instrument;
    uint32_t participant;
    uint32_t level;  /* being matched */
    uint32_t second; /* auction: the sellers' level */
    uint32_t maker;
    uint64_t key_limit;  /* worst key the taker may reach */
    int64_t base_left;   /* BY_QUOTE: base units it may still trade */
    struct price anchor; /* of the dynamic band: the last price when the match began */
};

/* The order is TAKING. In sessions without matching it only decides whether the order may rest. One
 * match at a time; between two steps other orders may be closed, also at the level at hand, whose
 * change is reported once, by STEP_LEVEL, when the match leaves it. After STEP_MAKER_DONE, or
 * maker_expires, the maker must be closed before the next step; a taker that expires is not looked at
 * again and is closed when the match has ended. */
void market_match_begin(struct market *market, uint32_t taker, int64_t now_us, struct match *match);
bool market_match_step(struct market *market, struct match *match, struct step *step);

/* Puts what is left on the book; says which level changed. In pre-open and auction sessions orders
 * come here without matching. */
void market_order_rest(struct market *market, uint32_t slot, struct level_change *change);

/* Ends an order in any state and frees its record; its client id stays remembered. Returns whether
 * a level changed. The engine read what it needs from the record before. */
bool market_order_close(struct market *market, uint32_t slot, struct level_change *change);

/* Less quantity, priority kept: of orders resting, waiting or pending, but not of a list's legs. An
 * iceberg loses hidden parts first. RESULT_OK, MARKET_CLOSED, LIST_INVALID, AMEND_NOT_DOWN,
 * MAX_NUM_ORDER_AMENDS, LOT_SIZE, NOTIONAL, DUPLICATE_CLIENT_ID (client_id: the new name; empty or
 * the old one = unchanged). market_amend returns whether a level changed. */
MUST_CHECK enum result market_amend_check(const struct market *market, uint32_t slot,
                                          struct quantity quantity,
                                          const struct client_id *client_id);
bool market_amend(struct market *market, uint32_t slot, struct quantity quantity,
                  const struct client_id *client_id, struct level_change *change);

/* The auction, one step at a time: fills at its single price (FILL, MAKER_DONE, LEVEL; the buyer
 * and the seller are maker and taker by age, and MAKER_DONE names whichever of the two is filled).
 * match is zeroed before the first step; match.fills may begin above 0. Stops early after
 * TARAZY_FILLS_MAX fills; goes on at the next clock. There is no self-trade prevention. false: done
 * for now; *finished says whether the session is now continuous. */
bool market_auction_step(struct market *market, uint16_t number, struct match *match,
                         struct step *step, bool *finished);

/* ------------------------------------------------------------------ stop orders and time */

/* The slot of the next stop order that a trade since the last 0 has set off (it is now TAKING: match
 * it), or 0: there is none, or the session is not continuous. Those that wait for a rise come first,
 * lowest price first, then those that wait for a fall, then trailing ones by age. */
uint32_t market_next_triggered(struct market *market, uint16_t number);
/* Trailing orders that began to follow the price because their stop price was reached: each once,
 * asked for after market_next_triggered said 0; 0 = no more. */
uint32_t market_next_trailing(struct market *market, uint16_t number);
/* Is it worth asking market_next_triggered: were there trades since it last said 0? */
bool market_has_triggered(const struct market *market, uint16_t number);

/* PENDING → WAITING, or TAKING if it is no stop order or its price is there already: match it. */
void market_order_start(struct market *market, uint32_t slot);

/* The next GTD order whose time is up at now, 0 = none: close it and ask again. */
uint32_t market_next_expired(struct market *market, int64_t now_us);

/* Dead-man timers, per participant and instrument. */
MUST_CHECK enum result market_countdown_check(const struct market *market, uint32_t participant,
                                              uint16_t instrument);
void market_countdown_set(struct market *market, uint32_t participant, uint16_t instrument,
                          int64_t due_us); /* 0 = off */
/* The next timer that has run out at now: cancel that participant's orders of the instrument. */
bool market_next_countdown(struct market *market, int64_t now_us, uint32_t *participant,
                           uint16_t *instrument);

/* Earliest of: GTD expiry, dead-man timer, auction's end, triggered stops left over (at once). */
int64_t market_deadline(const struct market *market);

/* ------------------------------------------------------------------ order lists */

struct order_list { /* 96 bytes */
    struct client_id client_id;
    uint32_t participant;
    uint64_t number;
    uint64_t order_numbers[TARAZY_LIST_LEGS_MAX];
    uint32_t orders[TARAZY_LIST_LEGS_MAX]; /* slots; 0 = that leg is over */
    uint16_t instrument;
    uint8_t contingency;
    uint8_t legs;
    uint8_t started; /* OTO, OTOCO: the second part works */
    uint8_t reserved[7];
};
_Static_assert(sizeof(struct order_list) == 96, "no padding");

/* An order that was opened with its list's slot is attached right after; closing an order takes it
 * out of its list; a list without orders is closed by the engine, its client id stays remembered. */

/* Do the legs fit each other (instrument, sides, prices around the last price, types)? */
MUST_CHECK enum result market_list_check(const struct market *market, uint32_t participant,
                                         const struct command_order_list_place *place);
uint32_t market_list_open(struct market *market, uint32_t participant,
                          const struct command_order_list_place *place, uint64_t number);
void market_list_attach(struct market *market, uint32_t slot, uint32_t leg, uint32_t order);
const struct order_list *market_list(const struct market *market, uint32_t list);
uint32_t market_list_of_order(const struct market *market, uint32_t order); /* 0 = none */
uint32_t market_list_find(const struct market *market, uint64_t number);
uint32_t market_list_find_client(const struct market *market, uint32_t participant,
                                 const struct client_id *client_id);
void market_list_set_started(struct market *market, uint32_t list);
void market_list_close(struct market *market, uint32_t slot);

const char *market_audit(const struct market *market);

#endif
