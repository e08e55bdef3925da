/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal text <-> integer units. The one place where an amount's text is read.
 *
 * Why here: a price that is read leniently is a price that two programs read differently. So there
 * is one grammar, and no value ever passes through floating point.
 * Invariant: digits are counted before they are multiplied: 18 whole digits and 18 decimals fit in
 * 128 bits with room to spare (10^36 < 2^120), so only the final range check can fail.
 * Read next: json_writer.c, which writes amounts with decimal_text_format().
 */
#include "codec/decimal_text.h"

enum { WHOLE_DIGITS_MAX = 18 };

static size_t digits_count(struct slice text, size_t from)
{
    size_t i = from;
    while (i < text.size && text.data[i] >= '0' && text.data[i] <= '9') {
        i++;
    }
    return i - from;
}

static __int128 digits_append(__int128 value, const char *digits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (digits[i] - '0');
    }
    return value;
}

enum decimal_result decimal_text_parse(struct slice text, uint32_t decimals, int64_t *units)
{
    size_t whole = digits_count(text, 0);
    size_t fraction = 0;
    size_t end = whole;
    if (end < text.size && text.data[end] == '.') {
        fraction = digits_count(text, end + 1);
        if (fraction == 0) {
            return DECIMAL_RESULT_MALFORMED;
        }
        end += 1 + fraction;
    }
    if (whole == 0 || end != text.size) {
        return DECIMAL_RESULT_MALFORMED;
    }
    if (decimals > DECIMAL_TEXT_DECIMALS_MAX || fraction > decimals) {
        return DECIMAL_RESULT_TOO_MANY_DECIMALS;
    }
    if (whole > WHOLE_DIGITS_MAX) {
        return DECIMAL_RESULT_OUT_OF_RANGE;
    }
    __int128 value = digits_append(0, text.data, whole);
    if (fraction > 0) {
        value = digits_append(value, text.data + whole + 1, fraction);
    }
    value = digits_append(value, "000000000000000000", decimals - fraction);
    if (value > INT64_MAX) {
        return DECIMAL_RESULT_OUT_OF_RANGE;
    }
    *units = (int64_t)value;
    return DECIMAL_RESULT_OK;
}

size_t decimal_text_format(__int128 units, uint32_t decimals, char *out, size_t capacity)
{
    /* 39 digits are the most a 128-bit number has; `decimals` + 1 the fewest that are written. */
    char reversed[DECIMAL_TEXT_SIZE_MAX];
    if (decimals > DECIMAL_TEXT_DECIMALS_MAX) {
        return 0;
    }
    bool is_negative = units < 0;
    unsigned __int128 left = is_negative ? 0 - (unsigned __int128)units : (unsigned __int128)units;
    size_t size = 0;
    size_t digits = 0;
    while (left > 0 || digits <= decimals) {
        if (digits == decimals && decimals > 0) {
            reversed[size++] = '.';
        }
        /* Most amounts fit in 64 bits, where a division is cheap. */
        unsigned digit;
        if (left >> 64 == 0) {
            digit = (unsigned)((uint64_t)left % 10);
            left = (uint64_t)left / 10;
        } else {
            digit = (unsigned)(left % 10);
            left = left / 10;
        }
        reversed[size++] = (char)('0' + digit);
        digits++;
    }
    if (is_negative) {
        reversed[size++] = '-';
    }
    if (size > capacity) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        out[i] = reversed[size - 1 - i];
    }
    return size;
}
