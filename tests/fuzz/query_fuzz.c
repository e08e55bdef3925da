/* SPDX-License-Identifier: Apache-2.0
 *
 * Query strings of any bytes: fields lie in their text and never twice, decoding never grows, and
 * cutting a field out leaves exactly the rest.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/query_text.h"
#include "codec/utf8_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

enum { FIELDS_MAX = 32, TEXT_MAX = 4096 };

static void field_check(const struct query_field *field, struct slice text)
{
    char buffer[TEXT_MAX];
    struct slice view;
    size_t decoded;
    CHECK(field->name.size > 0 && field->name.data >= text.data);
    CHECK(field->value.data + field->value.size <= text.data + text.size);
    bool is_decoded = query_decode(field->value, buffer, sizeof buffer, &decoded);
    if (is_decoded) {
        CHECK(decoded <= field->value.size && utf8_text_is_valid(buffer, decoded));
    }
    char other[TEXT_MAX];
    CHECK(query_view(field->value, other, sizeof other, &view) == is_decoded);
    CHECK(!is_decoded || slice_equals(view, slice_of(buffer, decoded)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > TEXT_MAX) {
        return 0;
    }
    struct slice text = slice_of((const char *)data, size);
    struct query_field fields[FIELDS_MAX];
    size_t count = 0;
    enum query_result result = query_split(text, fields, FIELDS_MAX, &count);
    CHECK(count <= FIELDS_MAX && result != QUERY_RESULT_END);
    size_t named = 0;
    for (size_t i = 0; i < count; i++) {
        field_check(&fields[i], text);
        named += slice_equals_text(fields[i].name, "signature");
        for (size_t k = 0; k < i; k++) {
            CHECK(!slice_equals(fields[i].name, fields[k].name));
        }
    }
    struct slice before;
    struct slice after;
    struct slice value;
    size_t found = query_cut(text, "signature", &before, &after, &value);
    CHECK(before.size + after.size <= size);
    if (result == QUERY_RESULT_OK) {
        struct query_field rest[FIELDS_MAX];
        size_t rest_count = 0;
        CHECK(found == named);
        CHECK(query_split(before, rest, FIELDS_MAX, &rest_count) == QUERY_RESULT_OK);
        CHECK(query_split(after, rest, FIELDS_MAX, &rest_count) == QUERY_RESULT_OK);
        CHECK(rest_count == count - named);
        CHECK(query_split_under(text, fields, FIELDS_MAX, &count) == QUERY_RESULT_OK ||
              count * 2 > FIELDS_MAX);
    }
    return 0;
}
