/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two readers of lines share: parameters one by one.
 */
#ifndef STRATUM_LINE_INSIDE_H
#define STRATUM_LINE_INSIDE_H

#include "stratum/stratum_line.h"

enum { LINE_DEPTH_MAX = 8 };

/* The elements of an array, at most max (else LINE_FAULT_COUNT). */
enum line_fault parameters_read(struct slice params, size_t max, struct json_value *values,
                                size_t *count);

/* Text for people into out[0..max], terminated; empty when it is no string. */
void text_take(struct json_value value, char *out, size_t max);

/* A word of 1 to max printable characters into out[0..max], terminated. */
bool word_take(struct json_value value, char *out, size_t max);

/* Exactly 8 digits, most significant first. */
bool hex_u32_take(struct json_value value, uint32_t *out);

/* An even number of digits, at most max bytes. */
bool hex_bytes_take(struct json_value value, uint8_t *out, size_t max, size_t *size);

/* The first parameter, a difficulty. */
enum line_fault difficulty_take(struct slice params, struct difficulty *out);

#endif
