/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 from libcrypto. The algorithm is fetched once and the context re-used: that is a third of
 * the time of the one-shot call on 160 bytes. Nothing but lack of memory can fail here, so failures
 * are assertions.
 *
 * Read next: journal/journal_format.h for what is chained.
 */
#include "platform/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/ensure.h"

struct sha256 {
    EVP_MD *algorithm;
    EVP_MD_CTX *context;
};

struct sha256 *sha256_create(void)
{
    struct sha256 *sha = calloc(1, sizeof *sha);

    ENSURE(sha != NULL);
    sha->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    sha->context = EVP_MD_CTX_new();
    ENSURE(sha->algorithm != NULL && sha->context != NULL);
    ENSURE(EVP_DigestInit_ex2(sha->context, sha->algorithm, NULL) == 1);
    return sha;
}

void sha256_destroy(struct sha256 *sha)
{
    if (sha == NULL) {
        return;
    }
    EVP_MD_CTX_free(sha->context);
    EVP_MD_free(sha->algorithm);
    free(sha);
}

void sha256_start(struct sha256 *sha)
{
    ENSURE(EVP_DigestInit_ex2(sha->context, NULL, NULL) == 1);
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t size)
{
    ENSURE(EVP_DigestUpdate(sha->context, bytes, size) == 1);
}

void sha256_finish(struct sha256 *sha, struct hash256 *out)
{
    unsigned size = 0;

    ENSURE(EVP_DigestFinal_ex(sha->context, out->bytes, &size) == 1);
    ENSURE(size == sizeof out->bytes);
}

void sha256_parts(struct sha256 *sha, const struct byte_part *parts, size_t count,
                  struct hash256 *out)
{
    sha256_start(sha);
    for (size_t i = 0; i < count; i++) {
        sha256_add(sha, parts[i].bytes, parts[i].size);
    }
    sha256_finish(sha, out);
}
