/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealed secrets and the node's key. A room of its own because two programs that never meet, the
 * founding and the gateway, must lay out the same bytes. Invariant: a nonce is random and never used
 * twice with a key but by an accident of 2^-96. Read next: signature.h for the cipher.
 */
#include "platform/seal.h"

#include <string.h>

#include "platform/entropy.h"
#include "platform/secret_file.h"

int node_key_create(const char *folder, struct node_key *key)
{
    entropy_fill(key->bytes, sizeof key->bytes);
    return secret_file_create(folder, NODE_KEY_NAME, key->bytes, sizeof key->bytes);
}

int node_key_read(const char *folder, struct node_key *key)
{
    return secret_file_read(folder, NODE_KEY_NAME, key->bytes, sizeof key->bytes);
}

size_t secret_seal(const struct node_key *key, const struct hash256 *id, const void *secret,
                   size_t size, uint8_t *material)
{
    uint8_t *sealed = material + SEAL_NONCE_SIZE;
    struct seal seal = {
        .key = key->bytes, .nonce = material, .bound = id->bytes, .bound_size = sizeof id->bytes};
    entropy_fill(material, SEAL_NONCE_SIZE);
    return seal_close(&seal, secret, size, sealed, sealed + size) ? size + SEALED_OVERHEAD : 0;
}

bool secret_open(const struct node_key *key, const struct hash256 *id, const uint8_t *material,
                 size_t size, uint8_t *secret, size_t *secret_size)
{
    if (size < SEALED_OVERHEAD) {
        return false;
    }
    const uint8_t *sealed = material + SEAL_NONCE_SIZE;
    struct seal seal = {
        .key = key->bytes, .nonce = material, .bound = id->bytes, .bound_size = sizeof id->bytes};
    *secret_size = size - SEALED_OVERHEAD;
    return seal_open(&seal, sealed, *secret_size, sealed + *secret_size, secret);
}
