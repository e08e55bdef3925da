/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict CSV (RFC 4180, and narrower): one head line that is compared byte for byte, then rows of as
 * many fields, each line ended. What two programs could read differently is refused with its line.
 *
 *     line   = field *("," field) LF, or CR LF in every line of the file
 *     field  = *( any character but " , CR LF )  |  '"' *( any character but " CR LF | '""' ) '"'
 *
 * UTF-8 without control characters; no byte order mark, no blank line, no line break in quotes, no
 * comments. Blanks belong to their field. A file without an end of its last line was cut: refused.
 */
#ifndef CODEC_CSV_READER_H
#define CODEC_CSV_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "codec/slice.h"

enum {
    CSV_COLUMNS_MAX = 32,
    CSV_LINE_SIZE_MAX = 4096 /* bytes of one line without its end */
};

enum csv_result {
    CSV_RESULT_OK = 1,
    CSV_RESULT_END,      /* no further row */
    CSV_RESULT_HEAD,     /* the first line is not the head that was expected */
    CSV_RESULT_FIELDS,   /* fewer or more fields than the head has */
    CSV_RESULT_QUOTES,   /* a quotation mark inside a bare field, or text behind a closed one */
    CSV_RESULT_BYTES,    /* a control character, or not UTF-8 */
    CSV_RESULT_LINE_END, /* CR LF and LF in one file */
    CSV_RESULT_LONG,     /* a line of more than CSV_LINE_SIZE_MAX bytes */
    CSV_RESULT_BLANK,    /* an empty line */
    CSV_RESULT_CUT       /* the last line has no end */
};

struct csv_reader {
    struct slice rest;
    uint64_t line; /* of the row that was read last; the head is line 1 */
    uint32_t columns;
    bool has_returns;
    enum csv_result failed; /* 0, or what is said again */
};

struct csv_row {
    struct slice fields[CSV_COLUMNS_MAX]; /* [0..columns), cut from `text` */
    char text[CSV_LINE_SIZE_MAX];
};

/* Reads the head of `text`, which must be exactly `head` ("month,pool,country"; at most
 * CSV_COLUMNS_MAX columns, ENSURE). The text must outlive the reader. */
enum csv_result csv_reader_begin(struct csv_reader *reader, struct slice text, const char *head);

/* The next row. Anything but OK and END is final: reader->line says where, and the same is said
 * again if asked again. */
enum csv_result csv_reader_next(struct csv_reader *reader, struct csv_row *row);

/* A few words for people: "a line has too few or too many fields". */
const char *csv_result_text(enum csv_result result);

#endif
