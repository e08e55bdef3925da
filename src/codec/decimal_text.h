/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal text <-> whole units of 10^-decimals. The grammar is [0-9]{1,18}(\.[0-9]{1,decimals})?
 * and nothing else: no sign, exponent, blank, separator or digit outside ASCII.
 */
#ifndef CODEC_DECIMAL_TEXT_H
#define CODEC_DECIMAL_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"

enum {
    DECIMAL_TEXT_DECIMALS_MAX = 18,
    DECIMAL_TEXT_SIZE_MAX = 48 /* a sign, 39 digits of 128 bits, the point, leading zeros */
};

enum decimal_result {
    DECIMAL_RESULT_OK = 1,
    DECIMAL_RESULT_MALFORMED,         /* not of the grammar, whatever the scale */
    DECIMAL_RESULT_TOO_MANY_DECIMALS, /* a decimal, but finer than the scale (even if zeros) */
    DECIMAL_RESULT_OUT_OF_RANGE /* more than 18 whole digits, or more units than int64 holds */
};

/* Parses `text` into units of 10^-decimals; decimals is at most DECIMAL_TEXT_DECIMALS_MAX. *units
 * is written only on OK and is never negative. Of several faults the first of the enum is told. */
enum decimal_result decimal_text_parse(struct slice text, uint32_t decimals, int64_t *units);

/* Writes units of 10^-decimals with exactly `decimals` decimals ("-0.05", "12", "1.50000000") to
 * out[0..capacity) without a terminating zero. Returns the length, or 0 when it does not fit
 * (DECIMAL_TEXT_SIZE_MAX always fits). */
size_t decimal_text_format(__int128 units, uint32_t decimals, char *out, size_t capacity);

#endif
