/* SPDX-License-Identifier: Apache-2.0
 *
 * A country's law as a file of lines (jurisdictions/kz.conf), one parameter each:
 *
 *     # a comment
 *     country KZ
 *     currency KZT
 *     fee_rate_grid  2022-01-01  2022-12-31  1  B  azizovpartners.kz; PwC Nov 2021
 *     NAME           FIRST DAY   LAST DAY    VALUE  TRUST  SOURCE to the end of the line
 *
 * The last day may be `open`. Fields are parted by blanks. Lines end with LF, the last one too (a file
 * that was cut is refused); printable ASCII only. Values: jurisdiction_value.h.
 */
#ifndef CODEC_JURISDICTION_FILE_H
#define CODEC_JURISDICTION_FILE_H

#include <stdint.h>

#include "codec/slice.h"
#include "mining/jurisdiction.h"

enum {
    JURISDICTION_FILE_PARAMETERS_MAX = 1024,
    JURISDICTION_FILE_LINE_SIZE_MAX = 300,
    JURISDICTION_FILE_NAME_SIZE = 12, /* country and currency: 1 .. 11 of A-Z 0-9 */
    JURISDICTION_FILE_WRITTEN_MAX = 400,
};

/* X(NAME, number, text) */
#define JURISDICTION_FILE_RESULTS(X)                                                        \
    X(OK, 1, "done")                                                                        \
    X(CUT, 2, "the last line has no end: was the file cut?")                                \
    X(LONG, 3, "the line is too long")                                                      \
    X(BYTES, 4, "only printable ASCII; no tabs, no carriage returns")                       \
    X(HEAD, 5,                                                                              \
      "the file must begin with `country NAME` and `currency NAME`, each once, of A-Z 0-9") \
    X(FIELDS, 6, "a parameter is: name, first day, last day, value, trust, source")         \
    X(UNKNOWN_NAME, 7, "no parameter has this name")                                        \
    X(FIRST_DAY, 8, "the first day is no date of the form 2024-05-25")                      \
    X(LAST_DAY, 9, "the last day is neither a date of the form 2024-05-25 nor `open`")      \
    X(VALUE, 10, "the value is not written as this parameter's values are")                 \
    X(TRUST, 11, "trust is A, B, C, M or D")                                                \
    X(SOURCE, 12, "the source is too long, or has quotation marks or backslashes in it")    \
    X(LAW, 13, "the parameter cannot stand so")                                             \
    X(FULL, 14, "too many parameters")

enum jurisdiction_file_result {
#define JURISDICTION_FILE_CONSTANT(name, number, text) JURISDICTION_FILE_RESULT_##name = (number),
    JURISDICTION_FILE_RESULTS(JURISDICTION_FILE_CONSTANT)
#undef JURISDICTION_FILE_CONSTANT
};

struct jurisdiction_file {
    char country[JURISDICTION_FILE_NAME_SIZE]; /* terminated */
    char currency[JURISDICTION_FILE_NAME_SIZE];
    struct jurisdiction_parameter parameters[JURISDICTION_FILE_PARAMETERS_MAX]; /* [0..count) */
    uint32_t lines[JURISDICTION_FILE_PARAMETERS_MAX]; /* of each, from 1 */
    uint32_t count;
};

struct jurisdiction_file_problem {
    enum jurisdiction_file_result result;
    enum jurisdiction_result law; /* of LAW: which rule; else 0 */
    uint32_t line;                /* from 1; 0 on OK */
};

/* Reads the whole file, or says which line is wrong and why; on OK the law in it is sound
 * (jurisdiction_check). ~170 kB: not for a small stack. */
struct jurisdiction_file_problem jurisdiction_file_parse(struct jurisdiction_file *file,
                                                         struct slice text);

static inline struct jurisdiction jurisdiction_file_view(const struct jurisdiction_file *file)
{
    return (struct jurisdiction){file->parameters, file->count};
}

/* Writes one sound parameter as a line with its LF to out[0..JURISDICTION_FILE_WRITTEN_MAX), not
 * terminated; the length. */
size_t jurisdiction_file_write(const struct jurisdiction_parameter *one, char *out);

/* The text of the problem: the law's own when that is at fault. */
const char *jurisdiction_file_problem_text(const struct jurisdiction_file_problem *problem);

#endif
