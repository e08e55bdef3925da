/* SPDX-License-Identifier: Apache-2.0
 *
 * Multiply-and-fold mixing: one 64 × 64 → 128-bit product per 16 bytes, both halves kept by
 * exclusive or. It is a room of its own because digests stand in journals: these constants and
 * this order never change.
 */
#include "base/hash.h"

#include <string.h>

#include "base/ensure.h"

static uint64_t load_u64(const uint8_t *bytes)
{
    uint64_t value;

    memcpy(&value, bytes, sizeof value);
    return value;
}

uint64_t hash_bytes(struct hash_seed seed, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t hash = seed.words[0] ^ hash_fold(size ^ HASH_MIX_0, seed.words[1] ^ HASH_MIX_1);
    size_t left = size;

    while (left >= 16) {
        hash = hash_fold(load_u64(at) ^ seed.words[1] ^ HASH_MIX_2, load_u64(at + 8) ^ hash);
        at += 16;
        left -= 16;
    }
    uint8_t tail[16] = {0};
    memcpy(tail, at, left);
    hash = hash_fold(load_u64(tail) ^ seed.words[1] ^ HASH_MIX_3, load_u64(tail + 8) ^ hash);
    return hash_fold(hash ^ HASH_MIX_0, HASH_MIX_1);
}

struct digest digest_start(void)
{
    return (struct digest){{HASH_MIX_0, HASH_MIX_1}};
}

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

/* For any given 16 bytes a step is a bijection of the state (each half is changed by a function of
 * the other): whatever comes later, a difference once made is never forgotten. */
static inline void absorb(struct digest *digest, uint64_t low, uint64_t high)
{
    uint64_t a = digest->words[0];
    uint64_t b = digest->words[1];

    a = rotate(a, 29) ^ hash_fold(b ^ low, HASH_MIX_2 ^ high);
    b = rotate(b, 31) ^ hash_fold(a ^ high, HASH_MIX_3 ^ low);
    digest->words[0] = a;
    digest->words[1] = b;
}

static inline void absorb_bytes(struct digest *digest, const uint8_t *bytes)
{
    absorb(digest, load_u64(bytes), load_u64(bytes + 8));
}

/* Four lanes, because a step waits for the one before it and four can be under way at once. The first
 * goes on from the state, the others begin anew and are taken in like data: so the whole is a
 * bijection of the state, too. */
void digest_update(struct digest *digest, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    struct digest lanes[4] = {*digest, digest_start(), digest_start(), digest_start()};
    size_t done = 0;

    ENSURE(size % 16 == 0);
    for (; size - done >= 64; done += 64) {
        absorb_bytes(&lanes[0], at + done);
        absorb_bytes(&lanes[1], at + done + 16);
        absorb_bytes(&lanes[2], at + done + 32);
        absorb_bytes(&lanes[3], at + done + 48);
    }
    for (size_t lane = 0; done < size; done += 16) {
        absorb_bytes(&lanes[lane++], at + done);
    }
    for (size_t lane = 1; lane < 4; lane++) {
        absorb(&lanes[0], lanes[lane].words[0], lanes[lane].words[1]);
    }
    *digest = lanes[0];
}
