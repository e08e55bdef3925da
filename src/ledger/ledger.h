/* SPDX-License-Identifier: Apache-2.0
 *
 * The books. Accounts per (owner, asset) with an available and a held part; value moves only by
 * balanced postings from one account to another of the same asset, so the sum per asset is zero
 * after every call. Only the mirrors of the outside (OWNER_OUTSIDE) may be below zero.
 *
 * Accounts are named by index (1 …; 0 = none). The ledger knows no orders, no fees and no people.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/checked.h"
#include "base/hash.h"
#include "tarazy/event.h"
#include "tarazy/limits.h"
#include "tarazy/money.h"
#include "tarazy/result.h"

struct ledger;

struct account { /* 64 bytes: one cache line is all a posting touches */
    struct amount available;
    struct amount held;
    uint32_t owner;
    uint32_t next_of_owner; /* next account of the same owner, ascending by asset; 0 = last */
    uint32_t next_touched;  /* chain of accounts touched by the current command */
    uint16_t asset;
    uint8_t touched;
    uint8_t reserved0;
    uint8_t reserved[16];
};

struct account_day { /* 48 bytes: what left and came on one UTC day, for tier limits */
    struct amount withdrawn;
    struct amount deposited;
    int32_t day;
    uint8_t reserved[12];
};

/* Reserves (measures or places) the ledger's parts. NULL while measuring. */
struct ledger *ledger_create(struct arena *arena, const struct limits *limits);

/* The seed of the hash tables: before the first account. */
void ledger_set_seed(struct ledger *ledger, struct hash_seed seed);

/* The account's index, or 0. */
uint32_t ledger_find(const struct ledger *ledger, uint32_t owner, uint16_t asset);

/* The account's index, made if it is new; 0 when there is no room. */
uint32_t ledger_open(struct ledger *ledger, uint32_t owner, uint16_t asset);

/* Hints to memory, see market/ahead.h: asks for the place in the table; says which account that leads
 * to, 0 = none, without looking at it; asks for an account's record. */
void ledger_ask_place(const struct ledger *ledger, uint32_t owner, uint16_t asset);
uint32_t ledger_guess(const struct ledger *ledger, uint32_t owner, uint16_t asset);
void ledger_ask(const struct ledger *ledger, uint32_t account);

/* How many accounts can still be opened. */
uint32_t ledger_room(const struct ledger *ledger);

const struct account *ledger_account(const struct ledger *ledger, uint32_t account);
const struct account_day *ledger_account_day(const struct ledger *ledger, uint32_t account);

/* First account of an owner (walk on with next_of_owner), 0 = none. */
uint32_t ledger_first_of_owner(const struct ledger *ledger, uint32_t owner);

/* Holds: available → held. RESULT_INSUFFICIENT_BALANCE, and nothing changed, if there is too
 * little. amount >= 0; nothing is held of the outside's mirrors (ENSURE). */
MUST_CHECK enum result ledger_hold(struct ledger *ledger, uint32_t account, struct amount amount);

/* held → available; there must be that much held (ENSURE: the caller tracks what it holds). */
void ledger_release(struct ledger *ledger, uint32_t account, struct amount amount);

enum ledger_part {
    LEDGER_PART_AVAILABLE = 1,
    LEDGER_PART_HELD = 2,
};

struct posting {
    struct amount amount;  /* >= 0 */
    uint32_t debit;        /* account that gives */
    uint32_t credit;       /* account that gets, always its available part; same asset */
    enum ledger_part from; /* part of debit it is taken from */
};

/* Could ledger_post do it? RESULT_OK, RESULT_INSUFFICIENT_BALANCE or RESULT_OVERFLOW: an account,
 * held part included, may not pass amount_bound(), nor a mirror its negative. */
MUST_CHECK enum result ledger_check(const struct ledger *ledger, const struct posting *posting);

/* Moves value. What ledger_check would refuse is an ENSURE: check first. A mirror of the outside
 * may go below zero; nothing else may. */
void ledger_post(struct ledger *ledger, const struct posting *posting);

/* Sum of the mirrors of the outside, negated: what everybody else owns of this asset. */
struct amount ledger_total(const struct ledger *ledger, uint16_t asset);

/* Day counters for tier limits: adds to the day's withdrawn or deposited sum (a new day starts at
 * zero). Returns false, unchanged, if the sum would pass day_max (−1 = no limit). */
MUST_CHECK bool ledger_day_withdraw(struct ledger *ledger, uint32_t account, int32_t day,
                                    struct amount amount, struct amount day_max);
MUST_CHECK bool ledger_day_deposit(struct ledger *ledger, uint32_t account, int32_t day,
                                   struct amount amount, struct amount day_max);
/* The same question without doing it. Days never go back (ENSURE). */
MUST_CHECK bool ledger_day_withdraw_fits(const struct ledger *ledger, uint32_t account, int32_t day,
                                         struct amount amount, struct amount day_max);
MUST_CHECK bool ledger_day_deposit_fits(const struct ledger *ledger, uint32_t account, int32_t day,
                                        struct amount amount, struct amount day_max);

/* Evidence is used once, for ever. RESULT_OK, RESULT_EVIDENCE_USED or RESULT_EVIDENCE_FULL. */
MUST_CHECK enum result ledger_evidence_check(const struct ledger *ledger,
                                             const struct evidence *evidence);
void ledger_evidence_use(struct ledger *ledger, const struct evidence *evidence);
uint32_t ledger_evidence_count(const struct ledger *ledger);
/* Asks memory for the place where it would stand: a hint, see market/ahead.h. */
void ledger_ask_evidence(const struct ledger *ledger, const struct evidence *evidence);

/* Accounts changed since the last ledger_touched_clear, in order of first change (the giver of a
 * posting before the getter): first, then account->next_touched, 0 = end. Moving zero is no change,
 * nor are day counters. */
uint32_t ledger_touched_first(const struct ledger *ledger);
void ledger_touched_clear(struct ledger *ledger);

/* All invariants; NULL or the first that fails. Slow. */
const char *ledger_audit(const struct ledger *ledger);

#endif
