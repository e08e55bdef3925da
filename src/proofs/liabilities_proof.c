/* SPDX-License-Identifier: Apache-2.0
 *
 * Checking a proof of liabilities. A file of its own because this is what a client runs, and it must be
 * possible to read it without knowing how a tree is built.
 *
 * Invariants: nothing is taken from the proof that the root does not bind; the leaf is computed from
 * the client's own words. That two parts are not one leaf shown twice needs no look: their salts
 * differ, and under one root a place has one leaf.
 *
 * Next: liabilities_text.c for how a proof is written down.
 */
#include "proofs/liabilities_proof.h"

#include <string.h>

#include "base/ensure.h"
#include "platform/signature.h"

static const uint8_t totals_mark[] = {0x03, 'P', 'o', 'L', '1'};

void liabilities_totals_hash(const struct liabilities_statement *statement, struct hash256 *out)
{
    const struct byte_part parts[] = {
        {totals_mark, sizeof totals_mark},
        {&statement->epoch, sizeof statement->epoch},
        {&statement->record, sizeof statement->record},
        {statement->asset, statement->assets * sizeof statement->asset[0]},
    };

    sha256_compute(parts, sizeof parts / sizeof parts[0], out->bytes);
}

_Static_assert(sizeof(struct liabilities_asset) == 48, "hashed as it stands: no padding");

void liabilities_statement_close(struct liabilities_statement *statement,
                                 const struct liabilities_node *top)
{
    statement->root = top->hash;
    for (unsigned i = 0; i < statement->assets; i++) {
        statement->asset[i].total = top->values[i];
    }
}

struct liabilities_claim liabilities_claim_of(const struct liabilities_statement *statement)
{
    struct liabilities_claim claim = {
        .record = statement->record, .epoch = statement->epoch, .root = statement->root};

    liabilities_totals_hash(statement, &claim.totals);
    return claim;
}

const char *liabilities_verdict_text(enum liabilities_verdict verdict)
{
    switch (verdict) {
    case LIABILITIES_VERDICT_AGREES: return "agrees";
    case LIABILITIES_VERDICT_CLAIM: return "the statement is not the one that was published";
    case LIABILITIES_VERDICT_IDENTITY: return "the proof is made for somebody else";
    case LIABILITIES_VERDICT_PARTS: return "the proof has more or fewer parts than the secret says";
    case LIABILITIES_VERDICT_OVERFLOW: return "a value on the way up is negative or too large";
    case LIABILITIES_VERDICT_ROOT: return "the way up does not end at the published root";
    case LIABILITIES_VERDICT_TOTALS: return "the sum on the way up is not the published total";
    }
    return "unknown";
}

static bool is_claimed(const struct liabilities_statement *statement,
                       const struct liabilities_claim *claim)
{
    struct liabilities_claim own = liabilities_claim_of(statement);

    return own.record == claim->record && own.epoch == claim->epoch &&
           memcmp(&own.root, &claim->root, sizeof own.root) == 0 &&
           memcmp(&own.totals, &claim->totals, sizeof own.totals) == 0;
}

static bool are_totals(const struct liabilities_statement *statement,
                       const struct liabilities_node *top)
{
    for (unsigned i = 0; i < statement->assets; i++) {
        if (top->values[i] != statement->asset[i].total) {
            return false;
        }
    }
    return true;
}

/* From one leaf to the root. node: in the leaf, out the top. */
static enum liabilities_verdict climb(const struct liabilities_statement *statement,
                                      const struct liabilities_part *part,
                                      struct liabilities_node *node)
{
    for (unsigned level = 0; level < LIABILITIES_DEPTH; level++) {
        const struct liabilities_node *sibling = &part->siblings[level];
        bool is_right = (part->position >> level & 1) != 0;
        bool fits = is_right ? liabilities_combine(sibling, node, statement->assets, node)
                             : liabilities_combine(node, sibling, statement->assets, node);

        if (!fits) {
            return LIABILITIES_VERDICT_OVERFLOW;
        }
    }
    if (memcmp(&node->hash, &statement->root, sizeof node->hash) != 0) {
        return LIABILITIES_VERDICT_ROOT;
    }
    return are_totals(statement, node) ? LIABILITIES_VERDICT_AGREES : LIABILITIES_VERDICT_TOTALS;
}

/* One part, as the client would have made it, and its way up. node is room to work in. */
static enum liabilities_verdict check_part(const struct liabilities_proof *proof,
                                           const struct liabilities_user *user, unsigned number,
                                           uint128 *balance, struct liabilities_node *node)
{
    const struct liabilities_part *part = &proof->part[number];
    struct liabilities_leaf leaf = {.epoch = proof->statement.epoch};
    unsigned assets = proof->statement.assets;

    memcpy(node->values, part->values, assets * sizeof node->values[0]);
    liabilities_user_salt(user, number, &leaf.salt);
    liabilities_id_hash(&leaf.salt, proof->identity, proof->identity_size, &leaf.id_hash);
    liabilities_leaf_hash(&leaf, assets, node);
    enum liabilities_verdict verdict = climb(&proof->statement, part, node);
    for (unsigned i = 0; i < assets && verdict == LIABILITIES_VERDICT_AGREES; i++) {
        balance[i] += part->values[i]; /* different leaves of one tree: at most its total */
    }
    return verdict;
}

enum liabilities_verdict liabilities_proof_check(const struct liabilities_proof *proof,
                                                 const struct liabilities_claim *claim,
                                                 const char *identity, size_t identity_size,
                                                 uint128 *balance)
{
    enum liabilities_verdict verdict = LIABILITIES_VERDICT_AGREES;
    struct liabilities_user user;
    struct liabilities_node node;

    ENSURE(proof->statement.assets >= 1 && proof->statement.assets <= LIABILITIES_ASSETS_MAX);
    if (!is_claimed(&proof->statement, claim)) {
        return LIABILITIES_VERDICT_CLAIM;
    }
    if (proof->identity_size != identity_size ||
        memcmp(proof->identity, identity, identity_size) != 0) {
        return LIABILITIES_VERDICT_IDENTITY;
    }
    liabilities_user_prepare(&user, &proof->secret, proof->statement.epoch);
    if (proof->parts != liabilities_user_parts(&user)) {
        return LIABILITIES_VERDICT_PARTS;
    }
    memset(balance, 0, proof->statement.assets * sizeof balance[0]);
    for (unsigned i = 0; i < proof->parts && verdict == LIABILITIES_VERDICT_AGREES; i++) {
        verdict = check_part(proof, &user, i, balance, &node);
    }
    return verdict;
}
