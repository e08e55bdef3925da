/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM files of public keys. A file of its own because `init` and operators' tools both take them.
 * Invariant: what is taken was accepted by the same code that will verify signatures with it.
 * Read next: platform/signature.h.
 */
#include "programs/public_key_file.h"

#include <stdio.h>
#include <string.h>

#include "platform/signature.h"
#include "programs/pem_file.h"

enum { PUBLIC_KEY_ED25519_DER = 44 };

static bool public_key_take(const uint8_t *der, size_t size, struct command_key_create *command)
{
    const struct byte_part whole = {.bytes = der, .size = size};
    struct public_key *key = public_key_create(der, size);
    if (key == NULL) {
        return false;
    }
    enum public_key_kind kind = public_key_kind(key);
    public_key_destroy(key);
    sha256_compute(&whole, 1, command->id.bytes);
    if (kind == PUBLIC_KEY_KIND_ED25519) {
        command->type = KEY_TYPE_ED25519;
        command->material_size = ED25519_KEY_SIZE;
        memcpy(command->material, der + size - ED25519_KEY_SIZE, ED25519_KEY_SIZE);
        return size == PUBLIC_KEY_ED25519_DER;
    }
    command->type = KEY_TYPE_RSA;
    command->material_size = (uint16_t)size;
    if (size > sizeof command->material) {
        return false;
    }
    memcpy(command->material, der, size);
    return true;
}

bool public_key_file_read(const char *path, struct command_key_create *command, char *error,
                          size_t error_size)
{
    struct pem_file file;

    if (!pem_file_read(path, "PUBLIC KEY", &file, error, error_size)) {
        return false;
    }
    if (file.size > 0 && public_key_take(file.der, file.size, command)) {
        return true;
    }
    (void)snprintf(error, error_size,
                   "not a public key (PEM, Ed25519 or RSA of 2048 to 4096 bits)");
    return false;
}
