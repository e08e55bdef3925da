/* SPDX-License-Identifier: Apache-2.0
 *
 * PEM, as keys are brought. Here because it is one of the small forms; which keys are taken is for platform/signature.h
 * to say.
 * Read next: base64_text.c.
 */
#include "codec/pem_text.h"

#include <string.h>

#include "base/ensure.h"
#include "codec/base64_text.h"

enum { PEM_MARKER_SIZE = 64 };

/* Where `-----BEGIN label-----` or its like begins in the text, and how long it is. NULL: nowhere. */
static char *pem_find(char *text, size_t text_size, const char *word, const char *label,
                      size_t *size)
{
    const char *const parts[] = {word, label, "-----"};
    char marker[PEM_MARKER_SIZE];

    *size = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t length = strlen(parts[i]);

        ENSURE(length <= sizeof marker - *size);
        memcpy(marker + *size, parts[i], length);
        *size += length;
    }
    return memmem(text, text_size, marker, *size);
}

bool pem_decode(char *text, size_t text_size, const char *label, uint8_t *out, size_t capacity,
                size_t *size)
{
    size_t marker_size;

    ENSURE(strlen(label) <= PEM_LABEL_MAX);
    char *begin = pem_find(text, text_size, "-----BEGIN ", label, &marker_size);
    if (begin == NULL) {
        return false;
    }
    char *body = begin + marker_size;
    size_t left = text_size - (size_t)(body - text);
    const char *end = pem_find(body, left, "-----END ", label, &marker_size);
    size_t used = 0;
    if (end == NULL) {
        return false;
    }
    for (const char *at = body; at < end; at++) {
        if (*at != '\n' && *at != '\r') {
            body[used++] = *at;
        }
    }
    return used > 0 && base64_decode(slice_of(body, used), out, capacity, size);
}
