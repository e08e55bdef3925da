/* SPDX-License-Identifier: Apache-2.0
 *
 * API keys made at a founding, on their way to keys.json: the one file in which their secret parts can
 * ever be read again.
 */
#ifndef PROGRAMS_KEY_LIST_H
#define PROGRAMS_KEY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/seal.h"
#include "tarazy/command.h"

#define KEY_LIST_NAME "keys.json"

enum { KEY_LIST_MAX = 1024, KEY_SECRET_SIZE = 64, KEY_NAME_SIZE = 64 };

struct made_key {
    char participant[KEY_NAME_SIZE];
    char role[KEY_NAME_SIZE]; /* as the founding file says it */
    struct hash256 id;
    enum key_type type;
    char secret[KEY_SECRET_SIZE];   /* HMAC: 64 characters */
    uint8_t seed[ED25519_KEY_SIZE]; /* Ed25519 */
    uint8_t public_key[ED25519_KEY_SIZE];
};

struct key_list {
    struct made_key *keys; /* KEY_LIST_MAX */
    size_t count;
};

bool key_list_create(struct key_list *list);
/* Wipes what it held. */
void key_list_destroy(struct key_list *list);

/* Makes a random key of the type (HMAC or Ed25519) and fills id, type and material of the command.
 * NULL: no room, or libcrypto failed. */
struct made_key *key_list_make(struct key_list *list, enum key_type type,
                               const struct node_key *node_key, struct command_key_create *create);

/* Writes the list as JSON into the folder (mode 0600, synced, in place of an older one): an array of
 * {participant, role, apiKey, type, secretKey | privateKey, publicKey}. 0 or a negative errno. */
int key_list_write(const struct key_list *list, const char *folder);

#endif
