/* SPDX-License-Identifier: Apache-2.0
 *
 * The notary's private key: a file of its own in the node's folder, sealed with the node's key, so that
 * a copy of the one without the other signs nothing.
 */
#ifndef NOTARY_NOTARY_KEY_H
#define NOTARY_NOTARY_KEY_H

#include <stdint.h>

#include "journal/journal_format.h"
#include "platform/seal.h"

#define NOTARY_KEY_NAME "notary.key" /* mode 0600: nonce, 32 sealed bytes, tag */

/* Makes a random key and its file, synced; never replaces one. 0 or a negative errno. */
int notary_key_create(const char *folder, const struct node_key *node_key,
                      const struct node_id *node, uint8_t seed[ED25519_KEY_SIZE]);

/* Reads it. -ENOENT: there is none; -EPERM: others may read the file; -EBADMSG: it is not one, or is
 * sealed with another key or for another node. */
int notary_key_read(const char *folder, const struct node_key *node_key, const struct node_id *node,
                    uint8_t seed[ED25519_KEY_SIZE]);

#endif
