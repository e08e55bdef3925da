/* SPDX-License-Identifier: Apache-2.0
 *
 * The books as a child would keep them: a list of accounts by (owner, asset), searched from the
 * front, two numbers each. It shares no code with src/ledger, src/money or src/base, so that a
 * mistake there does not stand here as well.
 *
 * For tests of the ledger alone and of the whole engine: feed it what the events say.
 */
#ifndef SUPPORT_MODEL_LEDGER_H
#define SUPPORT_MODEL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"
#include "tarazy/event.h"
#include "tarazy/result.h"

struct model_account {
    int128 available;
    int128 held;
    int128 withdrawn; /* on `day` */
    int128 deposited; /* on `day` */
    int32_t day;
    uint32_t owner;
    uint16_t asset;
};

struct model_ledger {
    struct model_account *accounts; /* in order of opening */
    size_t count;
    size_t room; /* of the array; grows */
    struct evidence *evidence;
    size_t evidence_count;
    size_t evidence_room;
};

struct model_posting {
    int128 amount;
    uint32_t debit;  /* owner */
    uint32_t credit; /* owner */
    uint16_t asset;
    bool from_held;
};

void model_ledger_start(struct model_ledger *model);
void model_ledger_end(struct model_ledger *model);

/* The account, NULL if it was never opened. */
struct model_account *model_ledger_find(const struct model_ledger *model, uint32_t owner,
                                        uint16_t asset);
/* The account, opened if it is new. The pointer is good until the next opening. */
struct model_account *model_ledger_open(struct model_ledger *model, uint32_t owner, uint16_t asset);

/* 0 for accounts that were never opened. */
int128 model_ledger_available(const struct model_ledger *model, uint32_t owner, uint16_t asset);
int128 model_ledger_held(const struct model_ledger *model, uint32_t owner, uint16_t asset);

/* Both give RESULT_OK or RESULT_INSUFFICIENT_BALANCE, and in the second case change nothing. */
enum result model_ledger_hold(struct model_ledger *model, uint32_t owner, uint16_t asset,
                              int128 amount);
enum result model_ledger_release(struct model_ledger *model, uint32_t owner, uint16_t asset,
                                 int128 amount);

/* RESULT_OK, RESULT_INSUFFICIENT_BALANCE or RESULT_OVERFLOW; changes something only if OK. */
enum result model_ledger_post(struct model_ledger *model, const struct model_posting *posting);

/* Day counters; false, and nothing changed, beyond day_max (negative: no limit). */
bool model_ledger_withdraw(struct model_account *account, int32_t day, int128 amount,
                           int128 day_max);
bool model_ledger_deposit(struct model_account *account, int32_t day, int128 amount,
                          int128 day_max);

/* RESULT_OK and used from now on, or RESULT_EVIDENCE_USED. */
enum result model_ledger_evidence(struct model_ledger *model, const struct evidence *evidence);

/* What everybody but the mirrors of the outside owns of an asset. */
int128 model_ledger_total(const struct model_ledger *model, uint16_t asset);

/* NULL, or a law of the books that does not hold: sums are zero, nothing is below zero. */
const char *model_ledger_audit(const struct model_ledger *model);

#endif
