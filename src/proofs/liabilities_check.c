/* SPDX-License-Identifier: Apache-2.0
 *
 * Rebuilding the tree from one's own books, and counting beside it. A file of its own because it must
 * not believe the builder: what stands in the leaves is added up per account and per asset here, and
 * compared with the ledger, whatever the root says.
 *
 * Invariant: a report is good only when root, totals, sums and the count of every account agree.
 *
 * Next: docs/proof-of-liabilities.md.
 */
#include "proofs/liabilities_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

struct tally {
    unsigned assets;
    uint64_t leaves;
    uint64_t accounts;
    bool none_negative;
    uint16_t *parts; /* per account: bit n: part n was seen once; TALLY_TWICE: one was seen again */
    uint128 *missing; /* per account and asset: what no leaf has shown yet */
    uint128 sums[LIABILITIES_ASSETS_MAX];
};

enum { TALLY_TWICE = 1 << 15 };

static void tally_leaf(void *context, const struct liabilities_place *place,
                       const struct liabilities_account *account,
                       const struct liabilities_node *leaf)
{
    struct tally *tally = context;
    uint128 *missing = tally->missing + (size_t)place->index * tally->assets;
    uint16_t part = (uint16_t)(1u << place->part);

    ENSURE(place->index < tally->accounts && place->part < LIABILITIES_PARTS_MAX);
    if (tally->parts[place->index] == 0) {
        memcpy(missing, account->values, tally->assets * sizeof missing[0]);
    }
    tally->parts[place->index] |= (tally->parts[place->index] & part) != 0 ? TALLY_TWICE : part;
    for (unsigned i = 0; i < tally->assets; i++) {
        if (leaf->values[i] > missing[i]) {
            tally->none_negative = false; /* the rest would have to be */
        }
        missing[i] -= leaf->values[i];
        tally->sums[i] += leaf->values[i];
    }
    tally->leaves++;
}

/* Every account: seen, no part twice, nothing of it missing. */
static bool tally_is_whole(const struct tally *tally)
{
    for (uint64_t i = 0; i < tally->accounts; i++) {
        const uint128 *missing = tally->missing + i * tally->assets;

        if (tally->parts[i] == 0 || (tally->parts[i] & TALLY_TWICE) != 0) {
            return false;
        }
        for (unsigned asset = 0; asset < tally->assets; asset++) {
            if (missing[asset] != 0) {
                return false;
            }
        }
    }
    return true;
}

/* Against the ledger's own sums, which no leaf has touched. */
static bool are_ledgers_sums(const struct engine *engine, const struct tally *tally,
                             const struct liabilities_statement *statement)
{
    struct asset_view asset;

    for (unsigned i = 0; i < tally->assets; i++) {
        if (!tarazy_query_asset(engine, (uint16_t)(i + 1), &asset)) {
            return false;
        }
        uint128 total = (uint128)asset.total.units; /* raw: compared with what has no sign */
        if (total != tally->sums[i] || total != statement->asset[i].total) {
            return false;
        }
    }
    return true;
}

static void compare(const struct engine *engine, const struct liabilities_claim *claim,
                    const struct tally *tally, struct liabilities_report *report)
{
    struct liabilities_claim own = liabilities_claim_of(&report->statement);

    report->is_root = memcmp(&own.root, &claim->root, sizeof own.root) == 0;
    report->are_totals = memcmp(&own.totals, &claim->totals, sizeof own.totals) == 0;
    report->are_exact = are_ledgers_sums(engine, tally, &report->statement);
    report->none_negative = tally->none_negative;
    report->all_once = tally_is_whole(tally);
    report->leaves = tally->leaves;
}

bool liabilities_check_source(const struct engine *engine, const struct liabilities_source *source,
                              const struct liabilities_claim *claim, const struct hash256 *secret,
                              struct liabilities_report *report)
{
    struct tally tally = {
        .none_negative = true, .assets = source->assets, .accounts = source->accounts};
    const struct liabilities_watch watch = {.context = &tally, .on_leaf = tally_leaf};
    struct liabilities_key key;
    struct liabilities_node top;

    memset(report, 0, sizeof *report);
    report->build = LIABILITIES_BUILD_MEMORY;
    report->is_record = tarazy_engine_number(engine) == claim->record;
    report->accounts = source->accounts;
    tally.parts = calloc(source->accounts, sizeof *tally.parts);
    tally.missing = calloc((size_t)source->accounts * source->assets, sizeof *tally.missing);
    liabilities_key_prepare(&key, secret, claim->epoch);
    if (tally.parts != NULL && tally.missing != NULL) {
        report->build = liabilities_build(source, &key, LIABILITIES_DEPTH, &watch, &top);
    }
    if (report->build == LIABILITIES_BUILD_DONE) {
        liabilities_books_statement(engine, claim->epoch, &report->statement);
        liabilities_statement_close(&report->statement, &top);
        compare(engine, claim, &tally, report);
    }
    secret_wipe(&key, sizeof key);
    free(tally.parts);
    free(tally.missing);
    return report->build != LIABILITIES_BUILD_MEMORY;
}

bool liabilities_check(const struct engine *engine, const struct liabilities_claim *claim,
                       const struct hash256 *secret, struct liabilities_report *report)
{
    struct liabilities_source source;

    if (!liabilities_books_source(engine, &source)) {
        memset(report, 0, sizeof *report);
        report->is_record = tarazy_engine_number(engine) == claim->record;
        report->build = LIABILITIES_BUILD_ACCOUNT;
        return true;
    }
    return liabilities_check_source(engine, &source, claim, secret, report);
}

const char *liabilities_report_text(const struct liabilities_report *report)
{
    if (!report->is_record) {
        return "the replica does not stand at the record that was published";
    }
    if (report->build != LIABILITIES_BUILD_DONE) {
        return liabilities_build_text(report->build);
    }
    if (!report->none_negative) {
        return "a part is larger than what its account has left";
    }
    if (!report->all_once) {
        return "an account is not in the tree whole and once";
    }
    if (!report->are_exact) {
        return "the totals are not what the ledger owes";
    }
    if (!report->are_totals) {
        return "the published totals are not those of the books";
    }
    return report->is_root ? NULL : "the published root is not that of the books";
}

bool liabilities_report_is_good(const struct liabilities_report *report)
{
    return liabilities_report_text(report) == NULL;
}
