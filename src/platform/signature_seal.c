/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing of secrets at rest: AES-256-GCM.
 *
 * Why here: HMAC keys must be readable by the gateway and by nobody who finds the journal. The
 * bound data ties a sealed secret to its owner.
 * Invariant: no plain byte leaves seal_open() before the tag has been found right.
 * Read next: tls.c.
 */
#include <limits.h>
#include <openssl/evp.h>

#include "platform/signature.h"

/* The part that sealing and opening share: key, nonce and bound data, into a fresh context. */
static EVP_CIPHER_CTX *cipher_start(const struct seal *seal, int is_closing)
{
    int size;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL || seal->bound_size > INT_MAX ||
        EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, seal->key, seal->nonce, is_closing) !=
            1 ||
        (seal->bound_size > 0 &&
         EVP_CipherUpdate(context, NULL, &size, seal->bound, (int)seal->bound_size) != 1)) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return context;
}

bool seal_close(const struct seal *seal, const uint8_t *plain, size_t size, uint8_t *sealed,
                uint8_t tag[SEAL_TAG_SIZE])
{
    int written = 0;
    int rest = 0;
    EVP_CIPHER_CTX *context = size <= INT_MAX ? cipher_start(seal, 1) : NULL;
    bool is_done =
        context != NULL &&
        (size == 0 || EVP_CipherUpdate(context, sealed, &written, plain, (int)size) == 1) &&
        EVP_CipherFinal_ex(context, sealed + written, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_SIZE, tag) == 1;
    EVP_CIPHER_CTX_free(context);
    return is_done;
}

bool seal_open(const struct seal *seal, const uint8_t *sealed, size_t size,
               const uint8_t tag[SEAL_TAG_SIZE], uint8_t *plain)
{
    int written = 0;
    int rest = 0;
    uint8_t expected[SEAL_TAG_SIZE];
    for (size_t i = 0; i < sizeof expected; i++) {
        expected[i] = tag[i]; /* the call below wants it writable */
    }
    EVP_CIPHER_CTX *context = size <= INT_MAX ? cipher_start(seal, 0) : NULL;
    bool is_right =
        context != NULL &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_SIZE, expected) == 1 &&
        (size == 0 || EVP_CipherUpdate(context, plain, &written, sealed, (int)size) == 1) &&
        EVP_CipherFinal_ex(context, plain + written, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!is_right) {
        secret_wipe(plain, size);
    }
    return is_right;
}
