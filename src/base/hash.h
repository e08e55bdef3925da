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

__extension__ typedef unsigned __int128 hash_product;

/* Fractional bits of the square roots of 2, 3, 5 and 7, made odd. */
#define HASH_MIX_0 0x6a09e667f3bcc909u
#define HASH_MIX_1 0xbb67ae8584caa73bu
#define HASH_MIX_2 0x3c6ef372fe94f82bu
#define HASH_MIX_3 0xa54ff53a5f1d36f1u

/* Both halves of the product, folded into one. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    hash_product wide = (hash_product)a * b;

    return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

/* Mixes one 64-bit number. */
static inline uint64_t hash_u64(struct hash_seed seed, uint64_t value)
{
    return hash_fold(hash_fold(value ^ seed.words[0] ^ HASH_MIX_0, seed.words[1] ^ HASH_MIX_1),
                     HASH_MIX_2);
}

/* Mixes size bytes. */
uint64_t hash_bytes(struct hash_seed seed, const void *bytes, size_t size);

struct digest { /* 16 bytes */
    uint64_t words[2];
};

/* The digest before any byte was seen. */
struct digest digest_start(void);

/* Takes in size bytes; size is a multiple of 16 (ENSURE). Order matters, and so does what is taken in
 * together: in a journal that is the events of one command. The arithmetic is part of the journal's
 * format: see docs/journal-format.md. */
void digest_update(struct digest *digest, const void *bytes, size_t size);

#endif
