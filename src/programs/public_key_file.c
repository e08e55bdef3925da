/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM files of public keys. A file of its own because `init` and operators' tools both take them.
 * Invariant: what is taken was accepted by the same code that will verify signatures with it.
 * Read next: platform/signature.h.
 */
#include "programs/public_key_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codec/base64_text.h"
#include "platform/signature.h"

enum { PUBLIC_KEY_TEXT_MAX = 4096, PUBLIC_KEY_ED25519_DER = 44, PUBLIC_KEY_DER_MAX = 2048 };

#define PUBLIC_KEY_BEGIN "-----BEGIN PUBLIC KEY-----"
#define PUBLIC_KEY_END   "-----END PUBLIC KEY-----"

/* The base64 between the two lines, without line ends. 0: there is none. */
static size_t public_key_body(const char *text, char *out, size_t capacity)
{
    const char *begin = strstr(text, PUBLIC_KEY_BEGIN);
    const char *end = begin == NULL ? NULL : strstr(begin, PUBLIC_KEY_END);
    size_t used = 0;
    if (end == NULL) {
        return 0;
    }
    for (const char *at = begin + strlen(PUBLIC_KEY_BEGIN); at < end && used < capacity; at++) {
        if (*at != '\n' && *at != '\r') {
            out[used++] = *at;
        }
    }
    return used;
}

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
    char text[PUBLIC_KEY_TEXT_MAX + 1];
    char base64[PUBLIC_KEY_TEXT_MAX];
    uint8_t der[PUBLIC_KEY_DER_MAX];
    size_t der_size = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        (void)snprintf(error, error_size, "%s", strerror(errno));
        return false;
    }
    size_t size = fread(text, 1, PUBLIC_KEY_TEXT_MAX, file);
    (void)fclose(file);
    text[size] = '\0';
    size_t body = public_key_body(text, base64, sizeof base64);
    if (body > 0 && base64_decode(slice_of(base64, body), der, sizeof der, &der_size) &&
        public_key_take(der, der_size, command)) {
        return true;
    }
    (void)snprintf(error, error_size,
                   "not a public key (PEM, Ed25519 or RSA of 2048 to 4096 bits)");
    return false;
}
