/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a time zone.
 *
 * Why a file of its own: candles, trading days and the streams of candles read it alike. Invariant:
 * what is accepted lies within the bounds. Read next: views/calendar.h, which uses it.
 */
#include "gateway/zone_text.h"

#include <string.h>

/* One or two digits; −1: not that. */
static int32_t two_digits(const char *text, size_t size)
{
    int32_t number = 0;

    if (size < 1 || size > 2) {
        return -1;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

bool zone_text_parse(struct slice text, int32_t *minutes)
{
    bool is_signed = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    bool is_west = is_signed && text.data[0] == '-';

    if (is_signed) {
        text = slice_of(text.data + 1, text.size - 1);
    }
    const char *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    size_t size = colon == NULL ? text.size : (size_t)(colon - text.data);
    int32_t hours = two_digits(text.data, size);
    int32_t rest = colon == NULL ? 0 : two_digits(colon + 1, text.size - size - 1);

    if (hours < 0 || rest < 0 || rest > 59 || (colon != NULL && text.size - size - 1 != 2)) {
        return false;
    }
    *minutes = (hours * 60 + rest) * (is_west ? -1 : 1);
    return *minutes >= ZONE_MINUTES_MIN && *minutes <= ZONE_MINUTES_MAX;
}
