/* SPDX-License-Identifier: Apache-2.0
 *
 * The digest of a state: what snapshots carry, and what two nodes that have applied the same
 * commands compare. SHA-256 in two levels, so that untouched memory costs a look instead of a hash:
 *
 *     leaf(i) = SHA-256(bytes i × 65536 … of the block; the last one may be shorter)
 *     digest  = SHA-256("tarazy state v1\0" ‖ size, 8 bytes ‖ leaf(0) ‖ leaf(1) ‖ …)
 *
 * The digest depends on the bytes alone, not on which of them were ever written.
 */
#ifndef JOURNAL_STATE_DIGEST_H
#define JOURNAL_STATE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/journal_format.h"
#include "platform/sha256.h"

/* In steps, for who reads or writes the block on the way. */
struct state_digest {
    struct sha256 *root; /* own contexts: the two levels run beside each other */
    struct sha256 *leaf;
    struct hash256 zero_leaf; /* of a whole chunk of zeros */
    uint64_t left;            /* bytes still to come */
};

void state_digest_create(struct state_digest *digest);
void state_digest_destroy(struct state_digest *digest);

void state_digest_start(struct state_digest *digest, uint64_t size);

/* The next chunk: JOURNAL_STATE_CHUNK_SIZE bytes, fewer only at the end. Returns whether it is a
 * whole chunk of zeros. */
bool state_digest_add(struct state_digest *digest, const void *chunk, size_t size);

/* A whole chunk of zeros that nobody needs to look at. */
void state_digest_add_zeros(struct state_digest *digest);

void state_digest_finish(struct state_digest *digest, struct hash256 *out);

/* All at once. */
void state_digest_compute(struct state_digest *digest, const void *block, uint64_t size,
                          struct hash256 *out);

#endif
