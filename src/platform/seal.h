/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets in the journal: the material of an HMAC key is sealed with the node's own key, a file of 32
 * bytes beside the journal that only the gateway and the founding read. Whoever finds a journal
 * without that file learns no secret; whoever moves a sealed secret to another API key finds it useless.
 *
 * Material, in a KEY_CREATE command: nonce (12 bytes) | the secret, encrypted | tag (16 bytes),
 * AES-256-GCM, bound to the id of the API key.
 */
#ifndef PLATFORM_SEAL_H
#define PLATFORM_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/signature.h"
#include "tarazy/command.h"

#define NODE_KEY_NAME "node.key" /* in the node's folder; mode 0600 */

enum { SEALED_OVERHEAD = SEAL_NONCE_SIZE + SEAL_TAG_SIZE };

struct node_key {
    uint8_t bytes[SEAL_KEY_SIZE];
};

/* Makes a random key and its file, synced; never replaces one. 0 or a negative errno. */
int node_key_create(const char *folder, struct node_key *key);

/* Reads the key. -EPERM: others than the owner may read the file; -EBADMSG: it is not 32 bytes. */
int node_key_read(const char *folder, struct node_key *key);

/* Seals secret[0..size) for the API key `id`; material has room for size + SEALED_OVERHEAD bytes.
 * Returns the bytes written, 0 when libcrypto fails. */
size_t secret_seal(const struct node_key *key, const struct hash256 *id, const void *secret,
                   size_t size, uint8_t *material);

/* Opens material[0..size) into secret, which has room for size bytes. False: not sealed by this key
 * for this id. *secret_size is what it is long. Wipe it after use. */
bool secret_open(const struct node_key *key, const struct hash256 *id, const uint8_t *material,
                 size_t size, uint8_t *secret, size_t *secret_size);

#endif
