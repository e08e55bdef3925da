/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 as signed notes and proofs carry it: standard alphabet, padded (RFC 4648 section 4), one
 * spelling of each value only.
 */
#ifndef PROOFS_NOTE_BASE64_H
#define PROOFS_NOTE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters that so many bytes need, without a terminating zero. */
#define NOTE_BASE64_SIZE(size) (((size_t)(size) + 2) / 3 * 4)

/* Writes NOTE_BASE64_SIZE(size) characters. */
void note_base64_write(const void *bytes, size_t size, char *out);

/* *size: what was written to out[0..capacity). false: not the canonical spelling of anything, or more
 * than fits. */
bool note_base64_read(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *size);

/* The same for a value of known size. */
bool note_base64_read_exactly(const char *text, size_t length, void *out, size_t size);

#endif
