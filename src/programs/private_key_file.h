/* SPDX-License-Identifier: Apache-2.0
 *
 * A private Ed25519 key as a PEM file (PKCS #8, RFC 8410), as keys.json and openssl have it: what a person
 * signs with at the machine.
 */
#ifndef PROGRAMS_PRIVATE_KEY_FILE_H
#define PROGRAMS_PRIVATE_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/signature.h"

/* The key's seed: wipe it after use. False: error says what is wrong. */
bool private_key_file_read(const char *path, uint8_t seed[ED25519_KEY_SIZE], char *error,
                           size_t error_size);

#endif
