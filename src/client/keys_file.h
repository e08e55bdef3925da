/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of API keys that a sandbox writes and that tools read: a JSON array of objects with
 * participant, role, apiKey, type and secretKey (HMAC) or privateKey (Ed25519).
 */
#ifndef CLIENT_KEYS_FILE_H
#define CLIENT_KEYS_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum { KEYS_FILE_SIZE_MAX = 1 << 20, CLIENT_KEY_TEXT_MAX = 128 };

struct client_key {
    char participant[CLIENT_KEY_TEXT_MAX];
    char api_key[CLIENT_KEY_TEXT_MAX];
    char secret[CLIENT_KEY_TEXT_MAX]; /* of HMAC: the text itself is the secret */
};

/* Finds the HMAC key of a participant. False: *error says what is wrong with which file (static or
 * in a buffer that the next call overwrites). Wipe the key after use. */
bool keys_file_find(const char *path, const char *participant, struct client_key *key,
                    const char **error);

#endif
