/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes, message authentication, signatures and sealing: the only door to libcrypto beside TLS.
 * A public key is made once and kept; everything else is a function of its arguments.
 */
#ifndef PLATFORM_SIGNATURE_H
#define PLATFORM_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/byte_part.h"

enum {
    SHA1_SIZE = 20,
    SHA256_SIZE = 32,
    ED25519_KEY_SIZE = 32, /* a raw public key, and the seed of a private one */
    ED25519_SIGNATURE_SIZE = 64,
    SEAL_KEY_SIZE = 32,
    SEAL_NONCE_SIZE = 12,
    SEAL_TAG_SIZE = 16
};

/* A single short message; for long inputs see platform/sha256.h. The parts count as if they stood
 * one behind the other. */
void sha256_compute(const struct byte_part *parts, size_t count, uint8_t digest[SHA256_SIZE]);

/* Only for the WebSocket handshake, where the protocol names it; never for security. */
void sha1_compute(const struct byte_part *parts, size_t count, uint8_t digest[SHA1_SIZE]);

/* ---- HMAC-SHA256 (RFC 2104) ---- */

/* A key with both pads hashed in already: half the work of a short message is done once. Plain
 * bytes, to be wiped by secret_wipe(). */
struct hmac_key {
    uint64_t state[28];
};

void hmac_key_prepare(struct hmac_key *key, const void *secret, size_t size);
void hmac_compute(const struct hmac_key *key, const struct byte_part *parts, size_t count,
                  uint8_t code[SHA256_SIZE]);

/* ---- signatures ---- */

enum public_key_kind { PUBLIC_KEY_KIND_ED25519 = 1, PUBLIC_KEY_KIND_RSA };

struct public_key;

/* From the 32 raw bytes of an Ed25519 key. NULL: not a key. */
struct public_key *public_key_create_ed25519(const uint8_t raw[ED25519_KEY_SIZE]);

/* From a SubjectPublicKeyInfo in DER (RFC 5280 4.1): Ed25519, or RSA of 2048 to 4096 bits. NULL:
 * anything else, bytes left over included. */
struct public_key *public_key_create(const uint8_t *der, size_t size);
void public_key_destroy(struct public_key *key);
enum public_key_kind public_key_kind(const struct public_key *key);

/* Ed25519 (RFC 8032, pure), or RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2). */
bool public_key_verify(const struct public_key *key, const void *message, size_t message_size,
                       const uint8_t *signature, size_t signature_size);

/* The public key of a seed, and a signature by it. False only when libcrypto fails. */
bool ed25519_public_key(const uint8_t seed[ED25519_KEY_SIZE], uint8_t raw[ED25519_KEY_SIZE]);
bool ed25519_sign(const uint8_t seed[ED25519_KEY_SIZE], const void *message, size_t size,
                  uint8_t signature[ED25519_SIGNATURE_SIZE]);

/* ---- sealing: AES-256-GCM (NIST SP 800-38D) ---- */

/* The key, a nonce that this key never sees twice, and data that is authenticated but not hidden
 * (say, whose secret it is, so that a sealed secret cannot be moved to somebody else). */
struct seal {
    const uint8_t *key;   /* SEAL_KEY_SIZE */
    const uint8_t *nonce; /* SEAL_NONCE_SIZE */
    const void *bound;
    size_t bound_size;
};

/* Writes `size` bytes and the tag. False only when libcrypto fails. */
bool seal_close(const struct seal *seal, const uint8_t *plain, size_t size, uint8_t *sealed,
                uint8_t tag[SEAL_TAG_SIZE]);

/* False: the bytes, the tag, the key, the nonce or the bound data are not those of the closing;
 * plain[0..size) is then zero. */
bool seal_open(const struct seal *seal, const uint8_t *sealed, size_t size,
               const uint8_t tag[SEAL_TAG_SIZE], uint8_t *plain);

/* ---- secrets ---- */

/* Compares in a time that depends on the size only. */
bool secret_equals(const void *left, const void *right, size_t size);

/* Zeroes in a way that the compiler may not leave out. */
void secret_wipe(void *bytes, size_t size);

#endif
