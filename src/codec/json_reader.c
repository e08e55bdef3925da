/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON scanner: one step per token, no recursion, no allocation.
 *
 * Why here: libraries turn numbers into doubles, take a key twice, or allocate by what a stranger
 * sends (see docs/adr). An exchange needs the opposite of each.
 * Invariants: position <= size; depth <= depth_max <= 32; bit d-1 of `objects` tells what the
 * container at depth d is; after the first error the reader never moves again.
 * Read next: json_object.c, which reads whole objects against a table.
 */
#include "codec/json_reader.h"

#include "codec/hex_text.h"
#include "codec/utf8_text.h"

/* What the grammar allows next (reader->expects). */
enum json_expects {
    JSON_EXPECTS_VALUE = 1,
    JSON_EXPECTS_VALUE_OR_END, /* just after '[' */
    JSON_EXPECTS_KEY_OR_END,   /* just after '{' */
    JSON_EXPECTS_KEY,          /* after ',' in an object */
    JSON_EXPECTS_COMMA_OR_END, /* after a member or element */
    JSON_EXPECTS_NOTHING       /* the outermost value is complete */
};

void json_reader_begin(struct json_reader *reader, struct slice text, uint32_t depth_max)
{
    *reader = (struct json_reader){
        .bytes = text.data,
        .size = text.size,
        .depth_max = depth_max < JSON_DEPTH_MAX ? depth_max : JSON_DEPTH_MAX,
        .expects = JSON_EXPECTS_VALUE,
        .result = JSON_RESULT_OK,
    };
}

static enum json_result fail(struct json_reader *reader, enum json_result result)
{
    reader->result = result;
    return result;
}

/* What a text that ends too early and one that goes on wrongly are called. */
static enum json_result fail_here(struct json_reader *reader)
{
    return fail(reader,
                reader->position < reader->size ? JSON_RESULT_SYNTAX : JSON_RESULT_INCOMPLETE);
}

static void blanks_skip(struct json_reader *reader)
{
    while (reader->position < reader->size) {
        char c = reader->bytes[reader->position];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
            return;
        }
        reader->position++;
    }
}

static bool is_in_object(const struct json_reader *reader)
{
    return reader->depth > 0 && (reader->objects >> (reader->depth - 1) & 1) != 0;
}

static void value_finish(struct json_reader *reader)
{
    reader->expects = reader->depth > 0 ? JSON_EXPECTS_COMMA_OR_END : JSON_EXPECTS_NOTHING;
}

/* ---- strings ---- */

/* Four digits at `position`; advances over them. */
static enum json_result unit_scan(struct json_reader *reader, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int value =
            reader->position < reader->size ? hex_digit_value(reader->bytes[reader->position]) : -1;
        if (value < 0) {
            return fail_here(reader);
        }
        *unit = *unit * 16 + (uint32_t)value;
        reader->position++;
    }
    return JSON_RESULT_OK;
}

/* After "\u": one unit, or two that make a pair. */
static enum json_result unicode_escape_scan(struct json_reader *reader)
{
    uint32_t unit;
    if (unit_scan(reader, &unit) != JSON_RESULT_OK) {
        return reader->result;
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        return JSON_RESULT_OK;
    }
    if (unit > 0xDBFF) {
        return fail(reader, JSON_RESULT_ENCODING); /* a second half that comes first */
    }
    for (size_t i = 0; i < 2; i++) {
        if (reader->position == reader->size) {
            return fail(reader, JSON_RESULT_INCOMPLETE);
        }
        if (reader->bytes[reader->position] != "\\u"[i]) {
            return fail(reader, JSON_RESULT_ENCODING);
        }
        reader->position++;
    }
    if (unit_scan(reader, &unit) != JSON_RESULT_OK) {
        return reader->result;
    }
    if (unit < 0xDC00 || unit > 0xDFFF) {
        return fail(reader, JSON_RESULT_ENCODING);
    }
    return JSON_RESULT_OK;
}

/* At a backslash. */
static enum json_result escape_scan(struct json_reader *reader)
{
    reader->position++;
    if (reader->position == reader->size) {
        return fail(reader, JSON_RESULT_INCOMPLETE);
    }
    switch (reader->bytes[reader->position]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': reader->position++; return JSON_RESULT_OK;
    case 'u': reader->position++; return unicode_escape_scan(reader);
    default: return fail(reader, JSON_RESULT_SYNTAX);
    }
}

/* At the opening quote. token->text becomes what stands between the quotes. */
static enum json_result string_scan(struct json_reader *reader, struct json_token *token)
{
    size_t start = ++reader->position;
    bool has_high_bytes = false;
    token->is_escaped = false;
    while (reader->position < reader->size) {
        uint8_t byte = (uint8_t)reader->bytes[reader->position];
        if (byte == '"') {
            token->text = slice_of(reader->bytes + start, reader->position - start);
            if (has_high_bytes && !utf8_text_is_valid(token->text.data, token->text.size)) {
                return fail(reader, JSON_RESULT_ENCODING);
            }
            reader->position++;
            return JSON_RESULT_OK;
        }
        if (byte == '\\') {
            token->is_escaped = true;
            if (escape_scan(reader) != JSON_RESULT_OK) {
                return reader->result;
            }
            continue;
        }
        if (byte < 0x20) {
            return fail(reader, JSON_RESULT_SYNTAX);
        }
        has_high_bytes = has_high_bytes || byte >= 0x80;
        reader->position++;
    }
    return fail(reader, JSON_RESULT_INCOMPLETE);
}

/* ---- numbers and names ---- */

static bool digits_scan(struct json_reader *reader)
{
    size_t start = reader->position;
    while (reader->position < reader->size && reader->bytes[reader->position] >= '0' &&
           reader->bytes[reader->position] <= '9') {
        reader->position++;
    }
    return reader->position > start;
}

/* Advances over `c` if it is next. */
static bool byte_accept(struct json_reader *reader, char c)
{
    if (reader->position == reader->size || reader->bytes[reader->position] != c) {
        return false;
    }
    reader->position++;
    return true;
}

static enum json_result number_scan(struct json_reader *reader, struct json_token *token)
{
    size_t start = reader->position;
    (void)byte_accept(reader, '-');
    if (!byte_accept(reader, '0') && !digits_scan(reader)) {
        return fail_here(reader);
    }
    if (byte_accept(reader, '.') && !digits_scan(reader)) {
        return fail_here(reader);
    }
    if (byte_accept(reader, 'e') || byte_accept(reader, 'E')) {
        if (!byte_accept(reader, '+')) {
            (void)byte_accept(reader, '-');
        }
        if (!digits_scan(reader)) {
            return fail_here(reader);
        }
    }
    token->kind = JSON_TOKEN_NUMBER;
    token->text = slice_of(reader->bytes + start, reader->position - start);
    return JSON_RESULT_OK;
}

static enum json_result name_scan(struct json_reader *reader, struct json_token *token,
                                  const char *name, enum json_token_kind kind)
{
    size_t start = reader->position;
    for (size_t i = 0; name[i] != '\0'; i++) {
        if (!byte_accept(reader, name[i])) {
            return fail_here(reader);
        }
    }
    token->kind = kind;
    token->text = slice_of(reader->bytes + start, reader->position - start);
    return JSON_RESULT_OK;
}

/* ---- tokens ---- */

static enum json_result container_open(struct json_reader *reader, struct json_token *token,
                                       bool is_object)
{
    if (reader->depth == reader->depth_max) {
        return fail(reader, JSON_RESULT_TOO_DEEP);
    }
    uint32_t bit = UINT32_C(1) << reader->depth;
    reader->objects = is_object ? reader->objects | bit : reader->objects & ~bit;
    reader->depth++;
    reader->expects = is_object ? JSON_EXPECTS_KEY_OR_END : JSON_EXPECTS_VALUE_OR_END;
    token->kind = is_object ? JSON_TOKEN_OBJECT_BEGIN : JSON_TOKEN_ARRAY_BEGIN;
    token->text = slice_of(reader->bytes + reader->position, 1);
    reader->position++;
    return JSON_RESULT_OK;
}

static enum json_result container_close(struct json_reader *reader, struct json_token *token)
{
    token->kind = is_in_object(reader) ? JSON_TOKEN_OBJECT_END : JSON_TOKEN_ARRAY_END;
    token->text = slice_of(reader->bytes + reader->position, 1);
    reader->position++;
    reader->depth--;
    value_finish(reader);
    return JSON_RESULT_OK;
}

/* At the first byte of a value. */
static enum json_result value_scan(struct json_reader *reader, struct json_token *token)
{
    enum json_result result;
    switch (reader->bytes[reader->position]) {
    case '{': return container_open(reader, token, true);
    case '[': return container_open(reader, token, false);
    case '"':
        token->kind = JSON_TOKEN_STRING;
        result = string_scan(reader, token);
        break;
    case 't': result = name_scan(reader, token, "true", JSON_TOKEN_TRUE); break;
    case 'f': result = name_scan(reader, token, "false", JSON_TOKEN_FALSE); break;
    case 'n': result = name_scan(reader, token, "null", JSON_TOKEN_NULL); break;
    default: result = number_scan(reader, token); break;
    }
    if (result == JSON_RESULT_OK) {
        value_finish(reader);
    }
    return result;
}

/* At the opening quote of a key; takes the colon as well. */
static enum json_result key_scan(struct json_reader *reader, struct json_token *token)
{
    if (reader->bytes[reader->position] != '"') {
        return fail(reader, JSON_RESULT_SYNTAX);
    }
    token->kind = JSON_TOKEN_KEY;
    if (string_scan(reader, token) != JSON_RESULT_OK) {
        return reader->result;
    }
    blanks_skip(reader);
    if (!byte_accept(reader, ':')) {
        return fail_here(reader);
    }
    reader->expects = JSON_EXPECTS_VALUE;
    return JSON_RESULT_OK;
}

enum json_result json_reader_next(struct json_reader *reader, struct json_token *token)
{
    if (reader->result != JSON_RESULT_OK) {
        return reader->result;
    }
    *token = (struct json_token){0};
    blanks_skip(reader);
    if (reader->expects == JSON_EXPECTS_NOTHING) {
        token->kind = JSON_TOKEN_END;
        return reader->position == reader->size ? JSON_RESULT_OK
                                                : fail(reader, JSON_RESULT_TRAILING);
    }
    if (reader->expects == JSON_EXPECTS_COMMA_OR_END && byte_accept(reader, ',')) {
        reader->expects = is_in_object(reader) ? JSON_EXPECTS_KEY : JSON_EXPECTS_VALUE;
        blanks_skip(reader);
    }
    if (reader->position == reader->size) {
        return fail(reader, JSON_RESULT_INCOMPLETE);
    }
    char c = reader->bytes[reader->position];
    bool is_closing = c == (is_in_object(reader) ? '}' : ']');
    if (reader->expects == JSON_EXPECTS_KEY_OR_END && !is_closing) {
        reader->expects = JSON_EXPECTS_KEY;
    } else if (reader->expects == JSON_EXPECTS_VALUE_OR_END && !is_closing) {
        reader->expects = JSON_EXPECTS_VALUE;
    }
    if (reader->expects == JSON_EXPECTS_KEY) {
        return key_scan(reader, token);
    }
    if (reader->expects == JSON_EXPECTS_VALUE) {
        return value_scan(reader, token);
    }
    return is_closing ? container_close(reader, token) : fail(reader, JSON_RESULT_SYNTAX);
}
