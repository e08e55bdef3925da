/* SPDX-License-Identifier: Apache-2.0
 *
 * Fixed texts: so many bytes, zero-padded, not terminated when full (struct handle, client_id …).
 * `size` is always the bytes of the field, `length` the characters in use.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/checked.h"

/* Which characters a fixed text may have. */
enum text_charset {
    TEXT_CHARSET_CODE = 1,      /* A-Z 0-9: symbols and asset codes */
    TEXT_CHARSET_CLIENT_ID = 2, /* A-Z a-z 0-9 . : / _ -: what clients call their orders */
    TEXT_CHARSET_PLAIN = 4,     /* printable ASCII but " ' \: names, references, addresses */
};

/* Characters before the first zero byte. */
size_t text_length(const char *text, size_t size);

/* Sets a field from a slice (which need not be terminated) and pads it. False, and the field all
 * zero, when the slice is longer than the field or has a zero byte in it. */
MUST_CHECK bool text_set(char *text, size_t size, const char *from, size_t length);

/* −1, 0 or 1, by unsigned bytes: shorter first, as the padding is zero. */
int text_compare(const char *a, const char *b, size_t size);

bool text_equals(const char *a, const char *b, size_t size);

/* No characters at all: every byte is zero. */
bool text_is_empty(const char *text, size_t size);

/* Only characters of the charset, then only zeros. An empty text is of every charset. */
bool text_is_of(const char *text, size_t size, enum text_charset charset);

#endif
