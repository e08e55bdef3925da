/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 with the standard alphabet and padding (RFC 4648 section 4).
 */
#ifndef CODEC_BASE64_TEXT_H
#define CODEC_BASE64_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"

/* Characters that `size` bytes need. */
static inline size_t base64_size(size_t size)
{
    return (size + 2) / 3 * 4;
}

/* Writes base64_size(size) characters to out[0..capacity), no terminating zero. Returns how many,
 * 0 when they do not fit. */
size_t base64_encode(const uint8_t *bytes, size_t size, char *out, size_t capacity);

/* Only the canonical form is taken: full groups of four, '=' only at the end, unused bits zero, no
 * blanks. False: not that, or no room. */
bool base64_decode(struct slice text, uint8_t *out, size_t capacity, size_t *size);

#endif
