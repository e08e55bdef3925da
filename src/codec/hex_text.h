/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes as hexadecimal digits.
 */
#ifndef CODEC_HEX_TEXT_H
#define CODEC_HEX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"

/* Writes 2 * size lower-case digits to out, no terminating zero. */
void hex_encode(const uint8_t *bytes, size_t size, char *out);

/* Reads exactly 2 * size digits of either case. False: another length or another character. */
bool hex_decode(struct slice text, uint8_t *out, size_t size);

/* The value of one digit, or -1. */
int hex_digit_value(char digit);

#endif
