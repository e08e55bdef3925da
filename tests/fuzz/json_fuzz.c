/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON scanner on any bytes; what it takes is copied token by token through the writer, and
 * the copy must say the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/json_reader.h"
#include "codec/json_writer.h"
#include "codec/utf8_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

enum { TEXT_MAX = 65536 };

static char decoded[TEXT_MAX];
static char copied[8 * TEXT_MAX];

static struct slice token_decode(const struct json_token *token)
{
    struct json_value value = {
        .type = JSON_TYPE_STRING, .is_escaped = token->is_escaped, .raw = token->text};
    struct slice text;
    CHECK(json_string_view(value, decoded, sizeof decoded, &text));
    CHECK(utf8_text_is_valid(text.data, text.size));
    return text;
}

static void token_copy(struct json_writer *writer, const struct json_token *token)
{
    switch (token->kind) {
    case JSON_TOKEN_OBJECT_BEGIN: json_write_object_begin(writer); break;
    case JSON_TOKEN_OBJECT_END: json_write_object_end(writer); break;
    case JSON_TOKEN_ARRAY_BEGIN: json_write_array_begin(writer); break;
    case JSON_TOKEN_ARRAY_END: json_write_array_end(writer); break;
    case JSON_TOKEN_KEY: json_write_key(writer, "key"); break;
    case JSON_TOKEN_STRING: json_write_string(writer, token_decode(token)); break;
    case JSON_TOKEN_NUMBER:
    case JSON_TOKEN_TRUE:
    case JSON_TOKEN_FALSE:
    case JSON_TOKEN_NULL: json_write_raw(writer, token->text); break;
    case JSON_TOKEN_END: break;
    }
}

/* Walks the original and its copy side by side. */
static void copy_compare(struct slice original, struct slice copy)
{
    struct json_reader left;
    struct json_reader right;
    struct json_token token;
    struct json_token twin;
    json_reader_begin(&left, original, JSON_DEPTH_MAX);
    json_reader_begin(&right, copy, JSON_DEPTH_MAX);
    do {
        CHECK(json_reader_next(&left, &token) == JSON_RESULT_OK);
        CHECK(json_reader_next(&right, &twin) == JSON_RESULT_OK);
        CHECK(token.kind == twin.kind);
        if (token.kind == JSON_TOKEN_STRING) {
            static char other[TEXT_MAX];
            struct slice text = token_decode(&token);
            memcpy(other, text.data, text.size);
            CHECK(slice_equals(slice_of(other, text.size), token_decode(&twin)));
        } else if (token.kind == JSON_TOKEN_NUMBER) {
            CHECK(slice_equals(token.text, twin.text));
        }
    } while (token.kind != JSON_TOKEN_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > TEXT_MAX) {
        return 0;
    }
    struct slice text = slice_of((const char *)data, size);
    struct json_value value;
    struct json_member members[JSON_FIELDS_MAX];
    static const struct json_field FIELDS[] = {{"a", JSON_TYPE_STRING | JSON_TYPE_NUMBER, true},
                                               {"b", JSON_TYPE_ARRAY, false}};
    struct json_value values[2];
    size_t count;
    enum json_result result = json_text_check(text, JSON_DEPTH_MAX, &value);
    enum json_result listed =
        json_object_members(text, JSON_DEPTH_MAX, members, JSON_FIELDS_MAX, &count);
    enum json_result read =
        json_object_read(text, JSON_DEPTH_MAX, FIELDS, 2, JSON_UNKNOWN_SKIPPED, values);
    if (result != JSON_RESULT_OK) {
        CHECK(listed != JSON_RESULT_OK && read != JSON_RESULT_OK);
        return 0;
    }
    if (listed == JSON_RESULT_OK) {
        CHECK(value.type == JSON_TYPE_OBJECT && read != JSON_RESULT_DUPLICATE_KEY);
    }
    struct json_reader reader;
    struct json_token token;
    struct json_writer writer;
    json_reader_begin(&reader, text, JSON_DEPTH_MAX);
    json_writer_begin(&writer, copied, sizeof copied);
    do {
        CHECK(json_reader_next(&reader, &token) == JSON_RESULT_OK);
        token_copy(&writer, &token);
    } while (token.kind != JSON_TOKEN_END);
    CHECK(!writer.is_truncated);
    copy_compare(text, json_writer_text(&writer));
    return 0;
}
