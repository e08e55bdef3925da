/* SPDX-License-Identifier: Apache-2.0
 *
 * The secrets of an epoch of the tree of liabilities, and what follows from them. The epoch key is 32
 * random bytes, made for one tree and shared with those who may know every balance (the supervisor):
 * with it and the books the tree can be built again, byte for byte.
 *
 *     place        = first 32 bits of HMAC(epoch key, "place" ‖ owner ‖ part), big-endian
 *     padding mask = HMAC(epoch key, "padding" ‖ level ‖ index)
 *     user secret  = HMAC(epoch key, "user" ‖ owner), shown to its owner and nobody else
 *     salt         = HMAC(user secret, "salt" ‖ epoch ‖ part)
 *     parts        = 2 + first byte of HMAC(user secret, "parts" ‖ epoch) mod 7
 *     cuts         = HMAC(user secret, "cuts" ‖ epoch ‖ asset ‖ block): four numbers of 64 bits each
 *
 * HMAC-SHA256; numbers little-endian: epoch 8 bytes, owner 4, index 4, asset 2, part, level, block 1.
 */
#ifndef PROOFS_LIABILITIES_KEY_H
#define PROOFS_LIABILITIES_KEY_H

#include <stdint.h>

#include "platform/signature.h"
#include "tarazy/ids.h"
#include "tarazy/money.h"

#define LIABILITIES_PARTS_MIN 2u
#define LIABILITIES_PARTS_MAX 8u

struct liabilities_key {
    struct hmac_key hmac;
    uint64_t epoch;
};

void liabilities_key_prepare(struct liabilities_key *key, const struct hash256 *secret,
                             uint64_t epoch);

/* Where a part of an owner's balance wants to stand. */
uint32_t liabilities_key_place(const struct liabilities_key *key, uint32_t owner, unsigned part);
void liabilities_key_padding(const struct liabilities_key *key, unsigned level, uint32_t index,
                             struct hash256 *mask);
void liabilities_key_user(const struct liabilities_key *key, uint32_t owner,
                          struct hash256 *secret);

/* What one owner's secret says; he can compute all of it himself. */
struct liabilities_user {
    struct hmac_key hmac;
    uint64_t epoch;
};

void liabilities_user_prepare(struct liabilities_user *user, const struct hash256 *secret,
                              uint64_t epoch);
unsigned liabilities_user_parts(const struct liabilities_user *user);
void liabilities_user_salt(const struct liabilities_user *user, unsigned part,
                           struct hash256 *salt);

/* What of `value` of an asset (its number − 1) stands in this part of `parts`; all parts together are
 * the value, none is negative. */
uint128 liabilities_user_share(const struct liabilities_user *user, unsigned asset, uint128 value,
                               unsigned part, unsigned parts);

#endif
