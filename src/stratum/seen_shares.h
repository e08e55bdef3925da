/* SPDX-License-Identifier: Apache-2.0
 *
 * The shares that were counted already, by the hash of their header: the same header is the same work, whatever
 * the job, the connection or the miner is called. Bounded; entries of blocks long past go when room is needed.
 */
#ifndef STRATUM_SEEN_SHARES_H
#define STRATUM_SEEN_SHARES_H

#include <stddef.h>
#include <stdint.h>

#include "tarazy/ids.h"

/* Previous blocks whose shares are kept: the newest, and those that a reorganisation may bring back. */
enum { SEEN_FAMILIES = 4 };

enum seen_result {
    SEEN_RESULT_NEW = 1, /* and remembered from now on */
    SEEN_RESULT_BEFORE,
    SEEN_RESULT_FULL, /* no room: it must not be counted */
};

struct seen_shares;

/* max: entries at the most (24 bytes each, twice over). NULL: no memory. */
struct seen_shares *seen_shares_create(size_t max);
void seen_shares_destroy(struct seen_shares *seen);

/* A share on the block after `previous` (32 bytes, as in the header). */
enum seen_result seen_shares_add(struct seen_shares *seen, const uint8_t previous[32],
                                 const struct hash256 *hash);

size_t seen_shares_count(const struct seen_shares *seen);

#endif
