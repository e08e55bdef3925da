/* SPDX-License-Identifier: Apache-2.0
 *
 * Splitting and decoding of `a=1&b=2`.
 *
 * Why here: query strings and form bodies carry orders. A name that stands twice, or that could be
 * spelled in two ways, would let the checker and the doer read different orders.
 * Invariants: a field's slices lie in the text it was cut from; names are plain characters only,
 * so comparing their bytes compares them.
 * Read next: json_reader.c.
 */
#include "codec/query_text.h"

#include "codec/hex_text.h"
#include "codec/utf8_text.h"

static bool is_name_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == '_' || c == '~' || c == '-' || c == '[' || c == ']';
}

/* Visible ASCII. '&' and '=' cannot come here as separators; '#' and blanks must be encoded. */
static bool is_value_byte(char c)
{
    return (c > ' ') & (c < '\x7F') & (c != '#') & (c != '"') & (c != '<') & (c != '>');
}

void query_begin(struct query_cursor *cursor, struct slice text)
{
    cursor->rest = text;
}

/* Cuts one piece off at the next '&'. */
static struct slice piece_next(struct slice *rest)
{
    const char *found = memchr(rest->data, '&', rest->size);
    size_t size = found != NULL ? (size_t)(found - rest->data) : rest->size;
    struct slice piece = slice_of(rest->data, size);
    size_t cut = found != NULL ? size + 1 : size;
    *rest = slice_of(rest->data + cut, rest->size - cut);
    return piece;
}

static enum query_result field_read(struct slice piece, struct query_field *field)
{
    const char *found = memchr(piece.data, '=', piece.size);
    size_t name_size = found != NULL ? (size_t)(found - piece.data) : piece.size;
    size_t value_at = found != NULL ? name_size + 1 : name_size;
    field->name = slice_of(piece.data, name_size);
    field->value = slice_of(piece.data + value_at, piece.size - value_at);
    for (size_t i = 0; i < field->name.size; i++) {
        if (!is_name_byte(field->name.data[i])) {
            return QUERY_RESULT_MALFORMED;
        }
    }
    /* All of it is looked at, whatever is found: so the compiler takes many bytes at a time. */
    bool is_malformed = name_size == 0;
    for (size_t i = 0; i < field->value.size; i++) {
        is_malformed |= !is_value_byte(field->value.data[i]);
    }
    return is_malformed ? QUERY_RESULT_MALFORMED : QUERY_RESULT_OK;
}

enum query_result query_next(struct query_cursor *cursor, struct query_field *field)
{
    while (cursor->rest.size > 0) {
        struct slice piece = piece_next(&cursor->rest);
        if (piece.size > 0) {
            return field_read(piece, field);
        }
    }
    return QUERY_RESULT_END;
}

static size_t name_index(const struct query_field *fields, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_equals(fields[i].name, name)) {
            return i;
        }
    }
    return count;
}

/* fields[0..before) come from an earlier text. */
static enum query_result split(struct slice text, struct query_field *fields, size_t fields_max,
                               size_t *count, bool earlier_wins)
{
    struct query_cursor cursor;
    struct query_field field;
    const size_t before = *count;
    /* A name passed over must be remembered, or its double would pass over too: it is kept at the
     * end of the table and dropped afterwards. */
    size_t passed_over = 0;
    query_begin(&cursor, text);
    enum query_result result;
    while ((result = query_next(&cursor, &field)) == QUERY_RESULT_OK) {
        size_t found = name_index(fields, *count, field.name);
        bool is_earlier = found < before;
        bool is_double =
            (found < *count && !(is_earlier && earlier_wins)) ||
            name_index(fields + fields_max - passed_over, passed_over, field.name) < passed_over;
        if (is_double) {
            return QUERY_RESULT_DUPLICATE;
        }
        if (*count + passed_over == fields_max) {
            return QUERY_RESULT_TOO_MANY;
        }
        if (is_earlier) {
            passed_over++;
            fields[fields_max - passed_over] = field;
        } else {
            fields[(*count)++] = field;
        }
    }
    return result == QUERY_RESULT_END ? QUERY_RESULT_OK : result;
}

enum query_result query_split(struct slice text, struct query_field *fields, size_t fields_max,
                              size_t *count)
{
    return split(text, fields, fields_max, count, false);
}

enum query_result query_split_under(struct slice text, struct query_field *fields,
                                    size_t fields_max, size_t *count)
{
    return split(text, fields, fields_max, count, true);
}

bool query_find(const struct query_field *fields, size_t count, const char *name,
                struct slice *value)
{
    size_t found = name_index(fields, count, slice_of_text(name));
    if (found == count) {
        return false;
    }
    *value = fields[found].value;
    return true;
}

/* The byte at raw[*position], decoded; advances over it. -1: a '%' without its digits. */
static int byte_decode(struct slice raw, size_t *position)
{
    char c = raw.data[*position];
    if (c != '%') {
        (*position)++;
        return c == '+' ? ' ' : (uint8_t)c;
    }
    if (raw.size - *position < 3) {
        return -1;
    }
    int high = hex_digit_value(raw.data[*position + 1]);
    int low = hex_digit_value(raw.data[*position + 2]);
    *position += 3;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool query_decode(struct slice raw, char *out, size_t capacity, size_t *size)
{
    size_t written = 0;
    size_t position = 0;
    while (position < raw.size) {
        int byte = byte_decode(raw, &position);
        if (byte < ' ' || byte == 0x7F || written == capacity) {
            return false;
        }
        out[written++] = (char)byte;
    }
    *size = written;
    return utf8_text_is_valid(out, written);
}

bool query_view(struct slice raw, char *buffer, size_t capacity, struct slice *value)
{
    bool is_plain = true;
    for (size_t i = 0; i < raw.size && is_plain; i++) {
        is_plain = is_value_byte(raw.data[i]) && raw.data[i] != '%' && raw.data[i] != '+';
    }
    if (is_plain) {
        *value = raw;
        return true;
    }
    size_t size;
    if (!query_decode(raw, buffer, capacity, &size)) {
        return false;
    }
    *value = slice_of(buffer, size);
    return true;
}

size_t query_cut(struct slice text, const char *name, struct slice *before, struct slice *after,
                 struct slice *value)
{
    struct slice rest = text;
    size_t found = 0;
    *before = text;
    *after = slice_of(text.data, 0);
    *value = slice_of(text.data, 0);
    while (rest.size > 0) {
        struct query_field field;
        struct slice piece = piece_next(&rest);
        if (piece.size == 0 || field_read(piece, &field) != QUERY_RESULT_OK ||
            !slice_equals_text(field.name, name)) {
            continue;
        }
        if (found++ > 0) {
            continue;
        }
        size_t start = (size_t)(piece.data - text.data);
        size_t end = start + piece.size;
        if (start > 0) {
            *before = slice_of(text.data, start - 1);
            *after = slice_of(text.data + end, text.size - end);
        } else {
            end += end < text.size ? 1 : 0;
            *before = slice_of(text.data, 0);
            *after = slice_of(text.data + end, text.size - end);
        }
        *value = field.value;
    }
    return found;
}
