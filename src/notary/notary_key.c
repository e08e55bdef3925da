/* SPDX-License-Identifier: Apache-2.0
 *
 * The notary's key file. Apart from the notary so that the tree knows nothing of files of secrets.
 * Invariant: a key is made only where there is none; it opens only with the node's key and for the
 * node it was made for. Read next: platform/seal.c, platform/secret_file.c.
 */
#include "notary/notary_key.h"

#include <errno.h>

#include "platform/entropy.h"
#include "platform/secret_file.h"

enum { NOTARY_KEY_BYTES = ED25519_KEY_SIZE + SEALED_OVERHEAD };

/* What the seal is bound to: the purpose and the node. */
static struct hash256 notary_key_bound(const struct node_id *node)
{
    static const char purpose[] = "tarazy notary key 1";
    const struct byte_part parts[] = {
        {.bytes = purpose, .size = sizeof purpose},
        {.bytes = node->bytes, .size = sizeof node->bytes},
    };
    struct hash256 bound = {0};

    sha256_compute(parts, 2, bound.bytes);
    return bound;
}

int notary_key_create(const char *folder, const struct node_key *node_key,
                      const struct node_id *node, uint8_t seed[ED25519_KEY_SIZE])
{
    struct hash256 bound = notary_key_bound(node);
    uint8_t sealed[NOTARY_KEY_BYTES];

    entropy_fill(seed, ED25519_KEY_SIZE);
    if (secret_seal(node_key, &bound, seed, ED25519_KEY_SIZE, sealed) != sizeof sealed) {
        return -EIO;
    }
    return secret_file_create(folder, NOTARY_KEY_NAME, sealed, sizeof sealed);
}

int notary_key_read(const char *folder, const struct node_key *node_key, const struct node_id *node,
                    uint8_t seed[ED25519_KEY_SIZE])
{
    struct hash256 bound = notary_key_bound(node);
    uint8_t sealed[NOTARY_KEY_BYTES];
    size_t size = 0;
    int result = secret_file_read(folder, NOTARY_KEY_NAME, sealed, sizeof sealed);

    if (result == 0 && !secret_open(node_key, &bound, sealed, sizeof sealed, seed, &size)) {
        result = -EBADMSG;
    }
    return result;
}
