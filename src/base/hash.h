/* SPDX-License-Identifier: Apache-2.0
 *
 * Seeded hashes for tables, and the running digest of events. Neither is cryptographic: the seed
 * keeps strangers from choosing collisions, and a digest is compared by people who recompute it
 * (what must resist forgery is the journal's SHA-256 chain).
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_seed {
    uint64_t words[2];
};

/* Mixes one 64-bit number. */
uint64_t hash_u64(struct hash_seed seed, uint64_t value);

/* Mixes size bytes. */
uint64_t hash_bytes(struct hash_seed seed, const void *bytes, size_t size);

struct digest { /* 16 bytes */
    uint64_t words[2];
};

/* The digest before any byte was seen. */
struct digest digest_start(void);

/* Takes in size bytes; size is a multiple of 16 (ENSURE). Order matters. The arithmetic is part
 * of the journal's format: see docs/journal-format.md. */
void digest_update(struct digest *digest, const void *bytes, size_t size);

#endif
