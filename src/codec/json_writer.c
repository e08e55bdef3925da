/* SPDX-License-Identifier: Apache-2.0
 *
 * The JSON writer: appends to a buffer of fixed size.
 *
 * Why here: answers and market data are written millions of times a minute; they must not
 * allocate, and a forgotten length check must be impossible. All bytes pass through bytes_put().
 * Invariant: size <= capacity; once truncated, nothing is written.
 * Read next: http_request.c.
 */
#include "codec/json_writer.h"

#include "base/ensure.h"
#include "codec/decimal_text.h"
#include "codec/utf8_text.h"

void json_writer_begin(struct json_writer *writer, char *buffer, size_t capacity)
{
    *writer = (struct json_writer){.buffer = buffer, .capacity = capacity};
}

struct slice json_writer_text(const struct json_writer *writer)
{
    ENSURE(writer->depth == 0 && !writer->follows_key);
    return slice_of(writer->buffer, writer->is_truncated ? 0 : writer->size);
}

static void bytes_put(struct json_writer *writer, const char *bytes, size_t size)
{
    if (writer->is_truncated || writer->capacity - writer->size < size) {
        writer->is_truncated = true;
        return;
    }
    if (size > 0) {
        memcpy(writer->buffer + writer->size, bytes, size);
        writer->size += size;
    }
}

static bool is_in_object(const struct json_writer *writer)
{
    return writer->depth > 0 && (writer->objects >> (writer->depth - 1) & 1) != 0;
}

/* The comma before a member or element, when it is not the first. */
static void separator_put(struct json_writer *writer)
{
    if (writer->depth == 0) {
        ENSURE(writer->size == 0); /* one text is one value */
        return;
    }
    uint32_t bit = UINT32_C(1) << (writer->depth - 1);
    if ((writer->started & bit) != 0) {
        bytes_put(writer, ",", 1);
    }
    writer->started |= bit;
}

/* What comes before each value: nothing after a key, perhaps a comma in an array. */
static void value_begin(struct json_writer *writer)
{
    ENSURE(writer->follows_key == is_in_object(writer));
    if (!writer->follows_key) {
        separator_put(writer);
    }
    writer->follows_key = false;
}

static void container_begin(struct json_writer *writer, bool is_object)
{
    value_begin(writer);
    ENSURE(writer->depth < 32);
    uint32_t bit = UINT32_C(1) << writer->depth;
    writer->objects = is_object ? writer->objects | bit : writer->objects & ~bit;
    writer->started &= ~bit;
    writer->depth++;
    bytes_put(writer, is_object ? "{" : "[", 1);
}

static void container_end(struct json_writer *writer, bool is_object)
{
    ENSURE(writer->depth > 0 && is_in_object(writer) == is_object && !writer->follows_key);
    writer->depth--;
    bytes_put(writer, is_object ? "}" : "]", 1);
}

void json_write_object_begin(struct json_writer *writer)
{
    container_begin(writer, true);
}

void json_write_object_end(struct json_writer *writer)
{
    container_end(writer, true);
}

void json_write_array_begin(struct json_writer *writer)
{
    container_begin(writer, false);
}

void json_write_array_end(struct json_writer *writer)
{
    container_end(writer, false);
}

void json_write_key(struct json_writer *writer, const char *name)
{
    ENSURE(is_in_object(writer) && !writer->follows_key);
    size_t size = 0;
    while (name[size] != '\0') {
        ENSURE(name[size] >= ' ' && name[size] != '"' && name[size] != '\\' &&
               name[size] != '\x7F');
        size++;
    }
    separator_put(writer);
    bytes_put(writer, "\"", 1);
    bytes_put(writer, name, size);
    bytes_put(writer, "\":", 2);
    writer->follows_key = true;
}

/* ---- strings ---- */

/* A byte that may stand in a string as it is. */
static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

static void escape_put(struct json_writer *writer, uint8_t byte)
{
    static const char DIGITS[] = "0123456789abcdef";
    char escape[6] = {'\\', (char)byte, '0', '0', 0, 0};
    size_t size = 2;
    switch (byte) {
    case '"':
    case '\\': break;
    case '\n': escape[1] = 'n'; break;
    case '\r': escape[1] = 'r'; break;
    case '\t': escape[1] = 't'; break;
    default:
        escape[1] = 'u';
        escape[4] = DIGITS[byte >> 4];
        escape[5] = DIGITS[byte & 15];
        size = sizeof escape;
        break;
    }
    bytes_put(writer, escape, size);
}

/* The length of the valid character that starts at `bytes` (its first byte is 0x80 or above), or
 * 0 if there is none. */
static size_t character_size(const char *bytes, size_t left)
{
    for (size_t size = 2; size <= 4 && size <= left; size++) {
        if (utf8_text_is_valid(bytes, size)) {
            return size;
        }
    }
    return 0;
}

void json_write_string(struct json_writer *writer, struct slice text)
{
    value_begin(writer);
    bytes_put(writer, "\"", 1);
    size_t i = 0;
    while (i < text.size && !writer->is_truncated) {
        size_t run = i;
        while (run < text.size && is_plain((uint8_t)text.data[run])) {
            run++;
        }
        bytes_put(writer, text.data + i, run - i);
        i = run;
        if (i == text.size) {
            break;
        }
        uint8_t byte = (uint8_t)text.data[i];
        if (byte < 0x80) {
            escape_put(writer, byte);
            i++;
            continue;
        }
        size_t size = character_size(text.data + i, text.size - i);
        bytes_put(writer, size > 0 ? text.data + i : "\xEF\xBF\xBD", size > 0 ? size : 3);
        i += size > 0 ? size : 1;
    }
    bytes_put(writer, "\"", 1);
}

void json_write_text(struct json_writer *writer, const char *text)
{
    json_write_string(writer, slice_of_text(text));
}

/* ---- numbers and names ---- */

void json_write_uint64(struct json_writer *writer, uint64_t number)
{
    char reversed[20];
    char digits[20];
    size_t size = 0;
    do {
        reversed[size++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < size; i++) {
        digits[i] = reversed[size - 1 - i];
    }
    value_begin(writer);
    bytes_put(writer, digits, size);
}

void json_write_int64(struct json_writer *writer, int64_t number)
{
    char text[DECIMAL_TEXT_SIZE_MAX];
    size_t size = decimal_text_format(number, 0, text, sizeof text);
    value_begin(writer);
    bytes_put(writer, text, size);
}

void json_write_bool(struct json_writer *writer, bool truth)
{
    json_write_raw(writer, slice_of_text(truth ? "true" : "false"));
}

void json_write_null(struct json_writer *writer)
{
    json_write_raw(writer, slice_of_text("null"));
}

void json_write_decimal(struct json_writer *writer, __int128 units, uint32_t decimals)
{
    char text[DECIMAL_TEXT_SIZE_MAX];
    size_t size = decimal_text_format(units, decimals, text, sizeof text);
    ENSURE(size > 0);
    value_begin(writer);
    bytes_put(writer, "\"", 1);
    bytes_put(writer, text, size);
    bytes_put(writer, "\"", 1);
}

void json_write_raw(struct json_writer *writer, struct slice value)
{
    value_begin(writer);
    bytes_put(writer, value.data, value.size);
}

/* ---- key and value ---- */

void json_write_key_text(struct json_writer *writer, const char *name, const char *text)
{
    json_write_key(writer, name);
    json_write_text(writer, text);
}

void json_write_key_string(struct json_writer *writer, const char *name, struct slice text)
{
    json_write_key(writer, name);
    json_write_string(writer, text);
}

void json_write_key_uint64(struct json_writer *writer, const char *name, uint64_t number)
{
    json_write_key(writer, name);
    json_write_uint64(writer, number);
}

void json_write_key_int64(struct json_writer *writer, const char *name, int64_t number)
{
    json_write_key(writer, name);
    json_write_int64(writer, number);
}

void json_write_key_bool(struct json_writer *writer, const char *name, bool truth)
{
    json_write_key(writer, name);
    json_write_bool(writer, truth);
}

void json_write_key_decimal(struct json_writer *writer, const char *name, __int128 units,
                            uint32_t decimals)
{
    json_write_key(writer, name);
    json_write_decimal(writer, units, decimals);
}
