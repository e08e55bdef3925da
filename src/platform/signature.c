/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes of short messages, HMAC, constant-time comparison and wiping.
 *
 * Why here: every signed request passes through hmac_compute(). OpenSSL's general interface
 * allocates and looks algorithms up at each call, which costs more than the hashing of 200 bytes;
 * its plain functions, deprecated but kept, do neither and let the key's pads be hashed in
 * beforehand.
 * Invariant: a prepared key holds the states after the inner and the outer pad, 64 bytes each.
 * Read next: signature_keys.c, signature_seal.c.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "platform/signature.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

enum { HMAC_BLOCK_SIZE = 64, INNER_PAD = 0x36, OUTER_PAD = 0x5C };

_Static_assert(sizeof(struct hmac_key) == 2 * sizeof(SHA256_CTX), "room for two hash states");
_Static_assert(SHA256_SIZE == SHA256_DIGEST_LENGTH && SHA1_SIZE == SHA_DIGEST_LENGTH, "sizes");

static void sha256_absorb(SHA256_CTX *context, const struct byte_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SHA256_Update(context, parts[i].bytes, parts[i].size);
    }
}

void sha256_compute(const struct byte_part *parts, size_t count, uint8_t digest[SHA256_SIZE])
{
    SHA256_CTX context;
    SHA256_Init(&context);
    sha256_absorb(&context, parts, count);
    SHA256_Final(digest, &context);
}

void sha1_compute(const struct byte_part *parts, size_t count, uint8_t digest[SHA1_SIZE])
{
    SHA_CTX context;
    SHA1_Init(&context);
    for (size_t i = 0; i < count; i++) {
        SHA1_Update(&context, parts[i].bytes, parts[i].size);
    }
    SHA1_Final(digest, &context);
}

/* ---- HMAC ---- */

static void pad_absorb(SHA256_CTX *context, const uint8_t block[HMAC_BLOCK_SIZE], uint8_t pad)
{
    uint8_t padded[HMAC_BLOCK_SIZE];
    for (size_t i = 0; i < sizeof padded; i++) {
        padded[i] = block[i] ^ pad;
    }
    SHA256_Init(context);
    SHA256_Update(context, padded, sizeof padded);
    secret_wipe(padded, sizeof padded);
}

void hmac_key_prepare(struct hmac_key *key, const void *secret, size_t size)
{
    uint8_t block[HMAC_BLOCK_SIZE] = {0};
    SHA256_CTX states[2];
    if (size > sizeof block) {
        const struct byte_part whole = {secret, size};
        sha256_compute(&whole, 1, block);
    } else if (size > 0) {
        memcpy(block, secret, size);
    }
    pad_absorb(&states[0], block, INNER_PAD);
    pad_absorb(&states[1], block, OUTER_PAD);
    memcpy(key->state, states, sizeof states);
    secret_wipe(block, sizeof block);
    secret_wipe(states, sizeof states);
}

void hmac_compute(const struct hmac_key *key, const struct byte_part *parts, size_t count,
                  uint8_t code[SHA256_SIZE])
{
    SHA256_CTX states[2];
    memcpy(states, key->state, sizeof states);
    sha256_absorb(&states[0], parts, count);
    SHA256_Final(code, &states[0]);
    SHA256_Update(&states[1], code, SHA256_SIZE);
    SHA256_Final(code, &states[1]);
}

/* ---- secrets ---- */

bool secret_equals(const void *left, const void *right, size_t size)
{
    return CRYPTO_memcmp(left, right, size) == 0;
}

void secret_wipe(void *bytes, size_t size)
{
    OPENSSL_cleanse(bytes, size);
}
