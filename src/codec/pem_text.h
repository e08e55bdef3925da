/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes between two lines of a text (PEM, RFC 7468): -----BEGIN label-----, base64 in lines, -----END label-----.
 */
#ifndef CODEC_PEM_TEXT_H
#define CODEC_PEM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEM_LABEL_MAX 40u

/* The first block of this label; what stands before and behind it is not looked at. The lines are put together in the
 * text itself, so that a secret is nowhere but in the caller's two buffers. label: at most PEM_LABEL_MAX characters.
 * False: there is none, or it is not base64, or there is no room. */
bool pem_decode(char *text, size_t text_size, const char *label, uint8_t *out, size_t capacity,
                size_t *size);

#endif
