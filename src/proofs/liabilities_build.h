/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds the tree of liabilities out of accounts. Memory: 12 bytes per part (up to 8 parts per account),
 * twice while they are sorted; nodes stream through and are not kept.
 *
 * Where two parts want the same place, they stand in the order of place, account, part, each in the
 * next free place. So the tree follows from key and accounts alone. When none is free behind the last
 * place (once in millions of trees) the key is not used.
 */
#ifndef PROOFS_LIABILITIES_BUILD_H
#define PROOFS_LIABILITIES_BUILD_H

#include "proofs/liabilities_proof.h"

struct liabilities_account {
    uint32_t owner;
    size_t identity_size;
    char identity[LIABILITIES_IDENTITY_MAX];
    /* Those beyond the source's assets are not looked at. */
    uint128 values[LIABILITIES_ASSETS_MAX];
};

/* The accounts, numbered 0 .. accounts − 1; each owner once. */
struct liabilities_source {
    const void *context;
    uint32_t accounts; /* at least one */
    unsigned assets;   /* 1 .. LIABILITIES_ASSETS_MAX */
    /* false: the account owns less than nothing, or more than LIABILITIES_VALUE_MAX. */
    bool (*read)(const void *context, uint32_t index, struct liabilities_account *account);
};

struct liabilities_place {
    uint32_t position;
    uint32_t index; /* of the account */
    uint32_t part;
};

/* Told on the way; each may be NULL. */
struct liabilities_watch {
    void *context;
    void (*on_count)(void *context, uint64_t leaves); /* before the first leaf */
    void (*on_leaf)(void *context, const struct liabilities_place *place,
                    const struct liabilities_account *account, const struct liabilities_node *leaf);
    void (*on_node)(void *context, unsigned level, uint32_t index,
                    const struct liabilities_node *node);
};

enum liabilities_build_result {
    LIABILITIES_BUILD_DONE = 1,
    LIABILITIES_BUILD_ACCOUNT = 2,  /* an account cannot be read: negative, or too large */
    LIABILITIES_BUILD_OVERFLOW = 3, /* a sum is 2^127 or more */
    LIABILITIES_BUILD_FULL = 4,     /* no free place behind the last one */
    LIABILITIES_BUILD_MEMORY = 5,
};

/* A sentence for people. */
const char *liabilities_build_text(enum liabilities_build_result result);

/* *top: the root and the totals. depth is LIABILITIES_DEPTH; less only in tests, where all must be tried.
 * watch may be NULL. */
enum liabilities_build_result liabilities_build(const struct liabilities_source *source,
                                                const struct liabilities_key *key, unsigned depth,
                                                const struct liabilities_watch *watch,
                                                struct liabilities_node *top);

/* The places of all parts, ascending; *count of them. Free with free(). NULL: result says why. */
struct liabilities_place *liabilities_places(const struct liabilities_source *source,
                                             const struct liabilities_key *key, unsigned depth,
                                             size_t *count, enum liabilities_build_result *result);

/* One part of an account as a leaf: values and hash. */
void liabilities_part_leaf(const struct liabilities_key *key,
                           const struct liabilities_account *account, unsigned part,
                           unsigned assets, struct liabilities_node *leaf);

#endif
