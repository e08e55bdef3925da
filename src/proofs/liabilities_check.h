/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor's side: who has his own replica of the books, and the epoch key, needs no proof. He
 * builds the whole tree again and says whether the published root is that of all accounts.
 */
#ifndef PROOFS_LIABILITIES_CHECK_H
#define PROOFS_LIABILITIES_CHECK_H

#include "proofs/liabilities_books.h"

struct liabilities_report {
    bool is_record;     /* the replica stands at the claim's record */
    bool is_root;       /* the tree of the replica has the published root … */
    bool are_totals;    /* … and the published totals */
    bool are_exact;     /* the totals are, per asset, what the ledger owes in all */
    bool none_negative; /* every account, and every part of it, is from 0 to below 2^63 */
    bool all_once;      /* every account stands in it, whole, once */
    uint64_t accounts;  /* that were looked at */
    uint64_t leaves;
    enum liabilities_build_result build;
    struct liabilities_statement statement; /* of the replica's own tree */
};

/* Do all of them hold? Only then may a supervisor put his name under it. */
bool liabilities_report_is_good(const struct liabilities_report *report);

/* The first that does not hold, as a sentence; NULL: all hold. */
const char *liabilities_report_text(const struct liabilities_report *report);

/* The same of any accounts that claim to be the engine's: for tests, and for books kept elsewhere. */
bool liabilities_check_source(const struct engine *engine, const struct liabilities_source *source,
                              const struct liabilities_claim *claim, const struct hash256 *secret,
                              struct liabilities_report *report);

/* Fills the report. engine: the replica after exactly the claim's record. secret: the epoch key. Changes
 * nothing, takes as long as building (docs/BENCHMARKS.md): for a thread or a process beside the
 * replica that goes on. false: no memory. */
bool liabilities_check(const struct engine *engine, const struct liabilities_claim *claim,
                       const struct hash256 *secret, struct liabilities_report *report);

#endif
