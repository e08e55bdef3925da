/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client holds in his hands: the statement of what the node owes in all, and a proof that his
 * own balance is in it. Checking needs these two, his own name, and what the journal says of the
 * epoch; nothing of the node.
 */
#ifndef PROOFS_LIABILITIES_PROOF_H
#define PROOFS_LIABILITIES_PROOF_H

#include "proofs/liabilities_tree.h"

#define LIABILITIES_IDENTITY_MAX 128u /* bytes */

struct liabilities_asset {
    char code[16];  /* "BTC", padded with zeros */
    uint64_t scale; /* decimals of one unit */
    uint64_t reserved;
    uint128 total; /* smallest units: what the node owes to all */
};

/* One per epoch, the same for everybody. */
struct liabilities_statement {
    uint64_t record; /* the books after this command */
    uint64_t epoch;
    unsigned assets;
    struct liabilities_asset asset[LIABILITIES_ASSETS_MAX];
    struct hash256 root;
};

/* Writes root and totals into it. */
void liabilities_statement_close(struct liabilities_statement *statement,
                                 const struct liabilities_node *top);

/* What the journal says of an epoch (command LIABILITIES_PUBLISH). */
struct liabilities_claim {
    uint64_t record;
    uint64_t epoch;
    struct hash256 root;
    struct hash256 totals;
};

/* SHA-256(0x03 ‖ "PoL1" ‖ epoch ‖ record ‖ per asset: code (16 bytes), scale (8),
 * zero (8), total (16)); epoch and record have 8 bytes. */
void liabilities_totals_hash(const struct liabilities_statement *statement, struct hash256 *out);

/* What is to be published of a statement. */
struct liabilities_claim liabilities_claim_of(const struct liabilities_statement *statement);

/* A part of one's balance, and the way from it to the root. */
struct liabilities_part {
    uint32_t position;
    uint128 values[LIABILITIES_ASSETS_MAX];
    struct liabilities_node siblings[LIABILITIES_DEPTH]; /* the leaf's first */
};

struct liabilities_proof { /* half a MiB: not on the stack */
    struct liabilities_statement statement;
    struct hash256 secret; /* the user secret of this epoch */
    size_t identity_size;
    char identity[LIABILITIES_IDENTITY_MAX];
    unsigned parts;
    struct liabilities_part part[LIABILITIES_PARTS_MAX];
};

enum liabilities_verdict {
    LIABILITIES_VERDICT_AGREES = 1,
    LIABILITIES_VERDICT_CLAIM = 2,    /* the statement is not the one the journal speaks of */
    LIABILITIES_VERDICT_IDENTITY = 3, /* the proof is somebody else's */
    LIABILITIES_VERDICT_PARTS = 4,    /* not as many parts as the secret says */
    LIABILITIES_VERDICT_OVERFLOW = 5, /* a value, or a sum on the way up, is 2^127 or more */
    LIABILITIES_VERDICT_ROOT = 6,     /* the way up ends at another root */
    LIABILITIES_VERDICT_TOTALS = 7,   /* the values on the way up are not the totals stated */
};

/* A sentence for people. */
const char *liabilities_verdict_text(enum liabilities_verdict verdict);

/* Checks all of it. identity: what the client calls himself, not what the proof says. On AGREES
 * balance[0..statement.assets) is what is proven to be his. */
enum liabilities_verdict liabilities_proof_check(const struct liabilities_proof *proof,
                                                 const struct liabilities_claim *claim,
                                                 const char *identity, size_t identity_size,
                                                 uint128 *balance);

#endif
