/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict CSV.
 *
 * Why here: readings, splits and price lists come as CSV from people's spreadsheets. A row that is
 * passed over, or a file that was cut in the middle and looks whole, would be a number counted wrong.
 * Invariants: line breaks stand only between lines, so a line is found by its end alone; fields are
 * copied without their quotes, and never grow.
 * Read next: slice.h, utf8_text.h.
 */
#include "codec/csv_reader.h"

#include "base/ensure.h"
#include "codec/utf8_text.h"

static bool bytes_are_plain(struct slice line)
{
    for (size_t i = 0; i < line.size; i++) {
        uint8_t byte = (uint8_t)line.data[i];
        if (byte < 0x20 || byte == 0x7F) {
            return false;
        }
    }
    return utf8_text_is_valid(line.data, line.size);
}

/* Cuts the next line off. */
static enum csv_result line_next(struct csv_reader *reader, struct slice *line)
{
    struct slice rest = reader->rest;
    if (rest.size == 0) {
        return CSV_RESULT_END;
    }
    size_t window = rest.size;
    if (window > CSV_LINE_SIZE_MAX + 2) {
        window = CSV_LINE_SIZE_MAX + 2;
    }
    const char *found = memchr(rest.data, '\n', window);
    if (found == NULL) {
        return rest.size > CSV_LINE_SIZE_MAX ? CSV_RESULT_LONG : CSV_RESULT_CUT;
    }
    size_t size = (size_t)(found - rest.data);
    bool has_return = size > 0 && rest.data[size - 1] == '\r';
    if (reader->line == 0) {
        reader->has_returns = has_return;
    }
    *line = slice_of(rest.data, has_return ? size - 1 : size);
    if (has_return != reader->has_returns) {
        return CSV_RESULT_LINE_END;
    }
    if (line->size == 0) {
        return CSV_RESULT_BLANK;
    }
    if (line->size > CSV_LINE_SIZE_MAX) {
        return CSV_RESULT_LONG;
    }
    if (!bytes_are_plain(*line)) {
        return CSV_RESULT_BYTES;
    }
    reader->rest = slice_of(rest.data + size + 1, rest.size - size - 1);
    return CSV_RESULT_OK;
}

/* Copies the quoted field that opens at line[*at] to out; *at goes behind its closing mark. */
static bool quoted_copy(struct slice line, size_t *at, char *out, size_t *size)
{
    size_t i = *at + 1;
    *size = 0;
    while (i < line.size) {
        bool is_mark = line.data[i] == '"';
        bool is_doubled = is_mark && i + 1 < line.size && line.data[i + 1] == '"';
        if (is_mark && !is_doubled) {
            *at = i + 1;
            return true;
        }
        out[(*size)++] = line.data[i];
        i += is_doubled ? 2 : 1;
    }
    return false;
}

static bool bare_copy(struct slice line, size_t *at, char *out, size_t *size)
{
    *size = 0;
    while (*at < line.size && line.data[*at] != ',') {
        if (line.data[*at] == '"') {
            return false;
        }
        out[(*size)++] = line.data[(*at)++];
    }
    return true;
}

static enum csv_result row_cut(struct slice line, uint32_t columns, struct csv_row *row)
{
    size_t at = 0;
    size_t used = 0;
    for (uint32_t i = 0; i < columns; i++) {
        size_t size;
        char *out = row->text + used;
        bool is_quoted = at < line.size && line.data[at] == '"';
        if (is_quoted ? !quoted_copy(line, &at, out, &size) : !bare_copy(line, &at, out, &size)) {
            return CSV_RESULT_QUOTES;
        }
        row->fields[i] = slice_of(out, size);
        used += size;
        if (at < line.size && line.data[at] != ',') {
            return CSV_RESULT_QUOTES;
        }
        bool is_last = i + 1 == columns;
        if (is_last != (at == line.size)) {
            return CSV_RESULT_FIELDS;
        }
        at++;
    }
    return CSV_RESULT_OK;
}

enum csv_result csv_reader_begin(struct csv_reader *reader, struct slice text, const char *head)
{
    struct slice line;
    *reader = (struct csv_reader){.rest = text, .columns = 1};
    for (const char *c = head; *c != '\0'; c++) {
        reader->columns += *c == ',';
    }
    ENSURE(reader->columns <= CSV_COLUMNS_MAX);
    enum csv_result result = line_next(reader, &line);
    reader->line = 1;
    if (result == CSV_RESULT_END || (result == CSV_RESULT_OK && !slice_equals_text(line, head))) {
        result = CSV_RESULT_HEAD;
    }
    reader->failed = result == CSV_RESULT_OK ? 0 : result;
    return result;
}

enum csv_result csv_reader_next(struct csv_reader *reader, struct csv_row *row)
{
    struct slice line;
    if (reader->failed != 0) {
        return reader->failed;
    }
    enum csv_result result = line_next(reader, &line);
    if (result == CSV_RESULT_END) {
        return result;
    }
    reader->line++;
    if (result == CSV_RESULT_OK) {
        result = row_cut(line, reader->columns, row);
    }
    if (result != CSV_RESULT_OK) {
        reader->failed = result;
    }
    return result;
}

const char *csv_result_text(enum csv_result result)
{
    switch (result) {
    case CSV_RESULT_OK: return "it is good";
    case CSV_RESULT_END: return "no further row";
    case CSV_RESULT_HEAD: return "the first line is not the expected head";
    case CSV_RESULT_FIELDS: return "a line has too few or too many fields";
    case CSV_RESULT_QUOTES: return "a quotation mark stands where none may stand";
    case CSV_RESULT_BYTES: return "a control character, or not UTF-8";
    case CSV_RESULT_LINE_END: return "lines end in different ways";
    case CSV_RESULT_LONG: return "a line is too long";
    case CSV_RESULT_BLANK: return "an empty line";
    case CSV_RESULT_CUT: return "the last line has no end: the file was cut";
    }
    return "unknown";
}
