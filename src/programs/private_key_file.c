/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM files of private keys. A file of its own because a secret passes through it. Invariant: nothing of the
 * key is left here. Read next: pem_file.c.
 */
#include "programs/private_key_file.h"

#include <stdio.h>
#include <string.h>

#include "programs/pem_file.h"

enum { PRIVATE_KEY_DER_SIZE = 48 };

/* RFC 8410: what stands before the 32 bytes. */
static const uint8_t private_key_prefix[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                             0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

bool private_key_file_read(const char *path, uint8_t seed[ED25519_KEY_SIZE], char *error,
                           size_t error_size)
{
    struct pem_file file;
    bool is_key = false;

    if (pem_file_read(path, "PRIVATE KEY", &file, error, error_size)) {
        is_key = file.size == PRIVATE_KEY_DER_SIZE &&
                 memcmp(file.der, private_key_prefix, sizeof private_key_prefix) == 0;
        if (is_key) {
            memcpy(seed, file.der + sizeof private_key_prefix, ED25519_KEY_SIZE);
        } else {
            (void)snprintf(error, error_size, "not a private Ed25519 key (PEM, PKCS #8)");
        }
    }
    pem_file_wipe(&file);
    return is_key;
}
