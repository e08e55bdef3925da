/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV of any bytes: fields lie in their row and never grow; what is taken, written again with every
 * field in quotes, is read as the same fields.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/csv_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

static struct csv_row row;
static struct csv_row again;
static char text[3 * CSV_LINE_SIZE_MAX];

static size_t quoted_write(size_t at, struct slice field)
{
    text[at++] = '"';
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] == '"') {
            text[at++] = '"';
        }
        text[at++] = field.data[i];
    }
    text[at++] = '"';
    return at;
}

static void row_check(uint32_t columns)
{
    static const char HEAD[] = "a,b,c\n";
    size_t at = sizeof HEAD - 1;
    size_t sum = 0;
    memcpy(text, HEAD, at);
    for (uint32_t i = 0; i < columns; i++) {
        CHECK(row.fields[i].data == row.text + sum);
        sum += row.fields[i].size;
        at = quoted_write(at, row.fields[i]);
        text[at++] = i + 1 == columns ? '\n' : ',';
    }
    CHECK(sum <= CSV_LINE_SIZE_MAX);
    struct csv_reader reader;
    CHECK(csv_reader_begin(&reader, slice_of(text, at), "a,b,c") == CSV_RESULT_OK);
    enum csv_result result = csv_reader_next(&reader, &again);
    if (result == CSV_RESULT_LONG) {
        return; /* the quotes made it so */
    }
    CHECK(result == CSV_RESULT_OK && csv_reader_next(&reader, &again) == CSV_RESULT_END);
    CHECK(csv_reader_begin(&reader, slice_of(text, at), "a,b,c") == CSV_RESULT_OK);
    CHECK(csv_reader_next(&reader, &again) == CSV_RESULT_OK);
    for (uint32_t i = 0; i < columns; i++) {
        CHECK(slice_equals(row.fields[i], again.fields[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_reader reader;
    enum csv_result result = csv_reader_begin(&reader, slice_of((const char *)data, size), "a,b,c");
    uint64_t rows = 0;
    while (result == CSV_RESULT_OK) {
        result = csv_reader_next(&reader, &row);
        if (result == CSV_RESULT_OK) {
            row_check(reader.columns);
            rows++;
        }
    }
    CHECK(rows <= size && reader.line >= 1);
    CHECK(csv_reader_next(&reader, &row) == result);
    CHECK(result != CSV_RESULT_END || (size > 0 && data[size - 1] == '\n'));
    return 0;
}
