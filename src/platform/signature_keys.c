/* SPDX-License-Identifier: Apache-2.0
 *
 * Public keys and signatures: Ed25519 and RSA.
 *
 * Why here: what a client signs with is his choice among three, and the choice must not leak into
 * the gateway: a key that was made verifies, whatever it is.
 * Invariant: a struct public_key holds a key that its creation has checked: kind, size, and that
 * its bytes are the one encoding of it.
 * Read next: signature_seal.c.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "platform/signature.h"

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 4096 };

struct public_key {
    EVP_PKEY *key;
    enum public_key_kind kind;
};

static struct public_key *key_wrap(EVP_PKEY *inner, enum public_key_kind kind)
{
    struct public_key *key = inner != NULL ? malloc(sizeof *key) : NULL;
    if (key == NULL) {
        EVP_PKEY_free(inner);
        return NULL;
    }
    *key = (struct public_key){.key = inner, .kind = kind};
    return key;
}

struct public_key *public_key_create_ed25519(const uint8_t raw[ED25519_KEY_SIZE])
{
    EVP_PKEY *inner = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, ED25519_KEY_SIZE);
    return key_wrap(inner, PUBLIC_KEY_KIND_ED25519);
}

/* A modulus of a sane size and an exponent that is not a trick (e = 1 would verify anything). */
static bool rsa_check(EVP_PKEY *inner)
{
    int bits = EVP_PKEY_get_bits(inner);
    if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
        return false;
    }
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(inner, NULL);
    bool is_sound = context != NULL && EVP_PKEY_public_check(context) == 1;
    EVP_PKEY_CTX_free(context);
    return is_sound;
}

/* One key, one encoding: what is encoded again must be what came. */
static bool encoding_check(EVP_PKEY *inner, const uint8_t *der, size_t size)
{
    uint8_t *again = NULL;
    int again_size = i2d_PUBKEY(inner, &again);
    bool is_same = again_size > 0 && (size_t)again_size == size && memcmp(again, der, size) == 0;
    OPENSSL_free(again);
    return is_same;
}

struct public_key *public_key_create(const uint8_t *der, size_t size)
{
    const uint8_t *end = der;
    if (size == 0 || size > 4096) {
        return NULL;
    }
    EVP_PKEY *inner = d2i_PUBKEY(NULL, &end, (long)size);
    if (inner == NULL) {
        return NULL;
    }
    int type = EVP_PKEY_get_base_id(inner);
    bool is_ed25519 = type == EVP_PKEY_ED25519;
    bool is_rsa = type == EVP_PKEY_RSA && rsa_check(inner);
    if ((!is_ed25519 && !is_rsa) || !encoding_check(inner, der, size)) {
        EVP_PKEY_free(inner);
        return NULL;
    }
    return key_wrap(inner, is_rsa ? PUBLIC_KEY_KIND_RSA : PUBLIC_KEY_KIND_ED25519);
}

void public_key_destroy(struct public_key *key)
{
    if (key != NULL) {
        EVP_PKEY_free(key->key);
        free(key);
    }
}

enum public_key_kind public_key_kind(const struct public_key *key)
{
    return key->kind;
}

bool public_key_verify(const struct public_key *key, const void *message, size_t message_size,
                       const uint8_t *signature, size_t signature_size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ENSURE(context != NULL);
    const EVP_MD *digest = key->kind == PUBLIC_KEY_KIND_RSA ? EVP_sha256() : NULL;
    /* For RSA the default padding is PKCS#1 v1.5. */
    bool is_valid =
        EVP_DigestVerifyInit(context, NULL, digest, NULL, key->key) == 1 &&
        EVP_DigestVerify(context, signature, signature_size, message, message_size) == 1;
    EVP_MD_CTX_free(context);
    return is_valid;
}

/* ---- Ed25519 with the private key at hand ---- */

bool ed25519_public_key(const uint8_t seed[ED25519_KEY_SIZE], uint8_t raw[ED25519_KEY_SIZE])
{
    size_t size = ED25519_KEY_SIZE;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_KEY_SIZE);
    bool is_done = key != NULL && EVP_PKEY_get_raw_public_key(key, raw, &size) == 1;
    EVP_PKEY_free(key);
    return is_done;
}

bool ed25519_sign(const uint8_t seed[ED25519_KEY_SIZE], const void *message, size_t size,
                  uint8_t signature[ED25519_SIGNATURE_SIZE])
{
    size_t signature_size = ED25519_SIGNATURE_SIZE;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_KEY_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_done = key != NULL && context != NULL &&
                   EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                   EVP_DigestSign(context, signature, &signature_size, message, size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return is_done;
}
