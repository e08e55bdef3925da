/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal text of any bytes, held against a reading of the grammar byte by byte; what is taken
 * comes back from the writer as the same number.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/decimal_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

/* [0-9]+(\.[0-9]+)? with the digits counted. */
static bool grammar_model(struct slice text, size_t *whole, size_t *fraction)
{
    bool has_point = false;
    *whole = 0;
    *fraction = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_digit = text.data[i] >= '0' && text.data[i] <= '9';
        if (!is_digit && (text.data[i] != '.' || has_point)) {
            return false;
        }
        has_point = has_point || !is_digit;
        *whole += is_digit && !has_point;
        *fraction += is_digit && has_point;
    }
    return *whole > 0 && (!has_point || *fraction > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    uint32_t decimals = data[0] % (DECIMAL_TEXT_DECIMALS_MAX + 1);
    struct slice text = slice_of((const char *)data + 1, size - 1);
    size_t whole;
    size_t fraction;
    int64_t units = -1;
    enum decimal_result result = decimal_text_parse(text, decimals, &units);
    if (!grammar_model(text, &whole, &fraction)) {
        CHECK(result == DECIMAL_RESULT_MALFORMED && units == -1);
        return 0;
    }
    CHECK((result == DECIMAL_RESULT_TOO_MANY_DECIMALS) == (fraction > decimals));
    CHECK(whole <= 18 || result != DECIMAL_RESULT_OK);
    if (result != DECIMAL_RESULT_OK) {
        CHECK(result != DECIMAL_RESULT_MALFORMED && units == -1);
        return 0;
    }
    /* The text without needless zeros in front, then padded behind, is what the writer writes. */
    char written[DECIMAL_TEXT_SIZE_MAX];
    size_t length = decimal_text_format(units, decimals, written, sizeof written);
    while (whole > 1 && text.data[0] == '0') {
        text = slice_of(text.data + 1, text.size - 1);
        whole--;
    }
    CHECK(units >= 0 && length >= text.size && memcmp(written, text.data, text.size) == 0);
    for (size_t i = text.size; i < length; i++) {
        CHECK(written[i] == '0' || (fraction == 0 && i == text.size && written[i] == '.'));
    }
    return 0;
}
