/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM files of private keys. A file of its own because a secret passes through it. Invariant: nothing of the
 * key is left here. Read next: public_key_file.c.
 */
#include "programs/private_key_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "codec/base64_text.h"

enum { PRIVATE_KEY_TEXT_MAX = 1024, PRIVATE_KEY_DER_SIZE = 48 };

#define PRIVATE_KEY_BEGIN "-----BEGIN PRIVATE KEY-----"
#define PRIVATE_KEY_END   "-----END PRIVATE KEY-----"

/* RFC 8410: what stands before the 32 bytes. */
static const uint8_t private_key_prefix[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                             0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

/* The base64 between the two lines, without line ends. 0: there is none. */
static size_t private_key_body(const char *text, char out[PRIVATE_KEY_TEXT_MAX])
{
    const char *begin = strstr(text, PRIVATE_KEY_BEGIN);
    const char *end = begin == NULL ? NULL : strstr(begin, PRIVATE_KEY_END);
    size_t used = 0;
    if (end == NULL) {
        return 0;
    }
    for (const char *at = begin + strlen(PRIVATE_KEY_BEGIN); at < end; at++) {
        if (*at != '\n' && *at != '\r') {
            out[used++] = *at;
        }
    }
    return used;
}

bool private_key_file_read(const char *path, uint8_t seed[ED25519_KEY_SIZE], char *error,
                           size_t error_size)
{
    char text[PRIVATE_KEY_TEXT_MAX + 1];
    char base64[PRIVATE_KEY_TEXT_MAX];
    uint8_t der[PRIVATE_KEY_TEXT_MAX];
    size_t der_size = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        (void)snprintf(error, error_size, "%s", strerror(errno));
        return false;
    }
    (void)setvbuf(file, NULL, _IONBF, 0); /* no copy in a buffer that nobody wipes */
    size_t size = fread(text, 1, PRIVATE_KEY_TEXT_MAX, file);
    (void)fclose(file);
    text[size] = '\0';
    size_t body = private_key_body(text, base64);
    bool is_key = body > 0 && base64_decode(slice_of(base64, body), der, sizeof der, &der_size) &&
                  der_size == PRIVATE_KEY_DER_SIZE &&
                  memcmp(der, private_key_prefix, sizeof private_key_prefix) == 0;
    if (is_key) {
        memcpy(seed, der + sizeof private_key_prefix, ED25519_KEY_SIZE);
    } else {
        (void)snprintf(error, error_size, "not a private Ed25519 key (PEM, PKCS #8)");
    }
    secret_wipe(text, sizeof text);
    secret_wipe(base64, sizeof base64);
    secret_wipe(der, sizeof der);
    return is_key;
}
