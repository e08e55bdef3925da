/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole values out of the scanner: one value, one object against a table of fields, one object as
 * a list of members; and what can be done with a value once it is there.
 *
 * Why here: every request is an object with known names. To refuse unknown, doubled and missing
 * names in one place keeps each endpoint from forgetting it.
 * Invariant: a json_value that left this file has been checked to its last byte.
 * Read next: json_writer.c.
 */
#include "codec/json_reader.h"

#include "codec/hex_text.h"
#include "codec/utf8_text.h"

static unsigned scalar_type(enum json_token_kind kind)
{
    switch (kind) {
    case JSON_TOKEN_STRING: return JSON_TYPE_STRING;
    case JSON_TOKEN_NUMBER: return JSON_TYPE_NUMBER;
    case JSON_TOKEN_TRUE: return JSON_TYPE_TRUE;
    case JSON_TOKEN_FALSE: return JSON_TYPE_FALSE;
    case JSON_TOKEN_NULL: return JSON_TYPE_NULL;
    case JSON_TOKEN_OBJECT_BEGIN:
    case JSON_TOKEN_OBJECT_END:
    case JSON_TOKEN_ARRAY_BEGIN:
    case JSON_TOKEN_ARRAY_END:
    case JSON_TOKEN_KEY:
    case JSON_TOKEN_END: break;
    }
    return 0;
}

enum json_result json_reader_value(struct json_reader *reader, struct json_value *value)
{
    struct json_token token;
    *value = (struct json_value){0};
    if (json_reader_next(reader, &token) != JSON_RESULT_OK) {
        return reader->result;
    }
    if (token.kind == JSON_TOKEN_ARRAY_END) {
        return JSON_RESULT_OK;
    }
    if (token.kind != JSON_TOKEN_OBJECT_BEGIN && token.kind != JSON_TOKEN_ARRAY_BEGIN) {
        value->type = scalar_type(token.kind);
        value->is_escaped = token.is_escaped;
        value->raw = token.text;
        return value->type != 0 ? JSON_RESULT_OK : JSON_RESULT_WRONG_TYPE;
    }
    bool is_object = token.kind == JSON_TOKEN_OBJECT_BEGIN;
    size_t start = reader->position - 1;
    uint32_t outside = reader->depth - 1;
    while (reader->depth > outside) {
        if (json_reader_next(reader, &token) != JSON_RESULT_OK) {
            return reader->result;
        }
    }
    value->type = is_object ? JSON_TYPE_OBJECT : JSON_TYPE_ARRAY;
    value->raw = slice_of(reader->bytes + start, reader->position - start);
    return JSON_RESULT_OK;
}

enum json_result json_text_check(struct slice text, uint32_t depth_max, struct json_value *value)
{
    struct json_reader reader;
    struct json_token token;
    json_reader_begin(&reader, text, depth_max);
    enum json_result result = json_reader_value(&reader, value);
    return result == JSON_RESULT_OK ? json_reader_next(&reader, &token) : result;
}

/* ---- objects ---- */

static enum json_result object_open(struct json_reader *reader, struct slice text,
                                    uint32_t depth_max)
{
    struct json_token token;
    json_reader_begin(reader, text, depth_max);
    enum json_result result = json_reader_next(reader, &token);
    if (result == JSON_RESULT_OK && token.kind != JSON_TOKEN_OBJECT_BEGIN) {
        return JSON_RESULT_WRONG_TYPE;
    }
    return result;
}

/* The index of the field with this key, `count` if there is none. */
static size_t field_find(const struct json_field *fields, size_t count,
                         const struct json_token *key)
{
    char buffer[JSON_KEY_SIZE_MAX];
    struct slice name;
    const struct json_value text = {
        .type = JSON_TYPE_STRING, .is_escaped = key->is_escaped, .raw = key->text};
    if (!json_string_view(text, buffer, sizeof buffer, &name)) {
        return count;
    }
    for (size_t i = 0; i < count; i++) {
        if (slice_equals_text(name, fields[i].name)) {
            return i;
        }
    }
    return count;
}

static enum json_result required_check(const struct json_field *fields, size_t count,
                                       const struct json_value *values)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].is_required && values[i].type == 0) {
            return JSON_RESULT_MISSING_KEY;
        }
    }
    return JSON_RESULT_OK;
}

enum json_result json_object_read(struct slice text, uint32_t depth_max,
                                  const struct json_field *fields, size_t count,
                                  enum json_unknown unknown, struct json_value *values)
{
    struct json_reader reader;
    struct json_token token;
    for (size_t i = 0; i < count; i++) {
        values[i] = (struct json_value){0};
    }
    enum json_result result = object_open(&reader, text, depth_max);
    if (result != JSON_RESULT_OK) {
        return result;
    }
    while ((result = json_reader_next(&reader, &token)) == JSON_RESULT_OK &&
           token.kind == JSON_TOKEN_KEY) {
        size_t field = field_find(fields, count, &token);
        if (field == count && unknown == JSON_UNKNOWN_REFUSED) {
            return JSON_RESULT_UNKNOWN_KEY;
        }
        struct json_value value;
        if ((result = json_reader_value(&reader, &value)) != JSON_RESULT_OK) {
            return result;
        }
        if (field == count) {
            continue;
        }
        if (values[field].type != 0) {
            return JSON_RESULT_DUPLICATE_KEY;
        }
        if ((fields[field].types & value.type) == 0) {
            return JSON_RESULT_WRONG_TYPE;
        }
        values[field] = value;
    }
    if (result == JSON_RESULT_OK) {
        result = json_reader_next(&reader, &token); /* the end, or something after it */
    }
    return result == JSON_RESULT_OK ? required_check(fields, count, values) : result;
}

enum json_result json_object_members(struct slice text, uint32_t depth_max,
                                     struct json_member *members, size_t members_max, size_t *count)
{
    struct json_reader reader;
    struct json_token token;
    *count = 0;
    enum json_result result = object_open(&reader, text, depth_max);
    if (result != JSON_RESULT_OK) {
        return result;
    }
    while ((result = json_reader_next(&reader, &token)) == JSON_RESULT_OK &&
           token.kind == JSON_TOKEN_KEY) {
        if (token.is_escaped) {
            return JSON_RESULT_UNKNOWN_KEY;
        }
        /* Each against each: at most JSON_FIELDS_MAX members, so at most 2,016 comparisons. */
        for (size_t i = 0; i < *count; i++) {
            if (slice_equals(members[i].key, token.text)) {
                return JSON_RESULT_DUPLICATE_KEY;
            }
        }
        if (*count == members_max || *count == JSON_FIELDS_MAX) {
            return JSON_RESULT_TOO_MANY;
        }
        members[*count].key = token.text;
        if ((result = json_reader_value(&reader, &members[*count].value)) != JSON_RESULT_OK) {
            return result;
        }
        (*count)++;
    }
    return result == JSON_RESULT_OK ? json_reader_next(&reader, &token) : result;
}

/* ---- values ---- */

static uint32_t unit_value(const char *digits)
{
    uint32_t unit = 0;
    for (size_t i = 0; i < 4; i++) {
        unit = unit * 16 + (uint32_t)hex_digit_value(digits[i]);
    }
    return unit;
}

/* The escape at raw[*position] (a backslash), which the scanner has checked; advances over it. */
static uint32_t escape_value(struct slice raw, size_t *position)
{
    static const char LETTERS[] = "bfnrt";
    static const char VALUES[] = "\b\f\n\r\t";
    char letter = raw.data[*position + 1];
    *position += 2;
    if (letter != 'u') {
        const char *found = memchr(LETTERS, letter, sizeof LETTERS - 1);
        return (uint32_t)(found != NULL ? VALUES[found - LETTERS] : letter);
    }
    uint32_t unit = unit_value(raw.data + *position);
    *position += 4;
    if (unit < 0xD800 || unit > 0xDFFF) {
        return unit;
    }
    uint32_t second = unit_value(raw.data + *position + 2);
    *position += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
}

bool json_string_decode(struct json_value value, char *out, size_t capacity, size_t *size)
{
    size_t written = 0;
    size_t position = 0;
    while (position < value.raw.size) {
        char piece[4] = {value.raw.data[position]};
        size_t piece_size = 1;
        if (piece[0] == '\\') {
            piece_size = utf8_text_encode(escape_value(value.raw, &position), piece);
        } else {
            position++;
        }
        if (capacity - written < piece_size) {
            return false;
        }
        memcpy(out + written, piece, piece_size);
        written += piece_size;
    }
    *size = written;
    return true;
}

bool json_string_view(struct json_value value, char *buffer, size_t capacity, struct slice *text)
{
    if (!value.is_escaped) {
        *text = value.raw;
        return true;
    }
    size_t size;
    if (!json_string_decode(value, buffer, capacity, &size)) {
        return false;
    }
    *text = slice_of(buffer, size);
    return true;
}

static bool digits_value(struct slice digits, uint64_t *number)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(digits.data[i] - '0'), &sum)) {
            return false;
        }
    }
    *number = sum;
    return digits.size > 0;
}

bool json_number_uint64(struct json_value value, uint64_t *number)
{
    return value.type == JSON_TYPE_NUMBER && digits_value(value.raw, number);
}

bool json_number_int64(struct json_value value, int64_t *number)
{
    if (value.type != JSON_TYPE_NUMBER || value.raw.size == 0) {
        return false;
    }
    bool is_negative = value.raw.data[0] == '-';
    struct slice digits = slice_of(value.raw.data + is_negative, value.raw.size - is_negative);
    uint64_t magnitude;
    if (!digits_value(digits, &magnitude) || magnitude > (uint64_t)INT64_MAX + is_negative) {
        return false;
    }
    /* The smallest number has no positive twin; unsigned arithmetic does not mind. */
    *number = (int64_t)(is_negative ? 0 - magnitude : magnitude);
    return true;
}
