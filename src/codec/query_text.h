/* SPDX-License-Identifier: Apache-2.0
 *
 * `a=1&b=2` as it stands in a query string or a form body. Splitting keeps the raw bytes, because
 * a signature is over the raw bytes; decoding is a second, separate step.
 */
#ifndef CODEC_QUERY_TEXT_H
#define CODEC_QUERY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "codec/slice.h"

enum query_result {
    QUERY_RESULT_OK = 1,
    QUERY_RESULT_END,       /* no further field */
    QUERY_RESULT_MALFORMED, /* a name that is empty or has bytes outside [A-Za-z0-9._~[]-], or a
                               value with a byte that must be percent-encoded */
    QUERY_RESULT_DUPLICATE, /* one name twice */
    QUERY_RESULT_TOO_MANY   /* more fields than the caller has room for */
};

struct query_field {
    struct slice name;  /* never encoded */
    struct slice value; /* raw, still encoded; empty when there is no '=' */
};

struct query_cursor {
    struct slice rest;
};

/* Starts to walk over `text`. */
void query_begin(struct query_cursor *cursor, struct slice text);

/* The next field: OK, END or MALFORMED. Empty pieces ("a=1&&b=2", a last "&") mean nothing and are
 * passed over. */
enum query_result query_next(struct query_cursor *cursor, struct query_field *field);

/* Appends all fields of `text` to fields[*count..fields_max) and refuses a name that is there
 * already. Call it for the query and then for the body, and no name can stand in both. */
enum query_result query_split(struct slice text, struct query_field *fields, size_t fields_max,
                              size_t *count);

/* As query_split(), but a name that is already there is passed over: the earlier one wins. For
 * interfaces that say "the query wins over the body"; doubles inside `text` are still refused. */
enum query_result query_split_under(struct slice text, struct query_field *fields,
                                    size_t fields_max, size_t *count);

/* Finds a field by name. */
bool query_find(const struct query_field *fields, size_t count, const char *name,
                struct slice *value);

/* Undoes %HH and '+' (a blank). False: a '%' without two hexadecimal digits, a result that is not
 * UTF-8 or holds control characters, or no room in out[0..capacity). */
bool query_decode(struct slice raw, char *out, size_t capacity, size_t *size);

/* The decoded value without copying when nothing is encoded, else in the buffer. */
bool query_view(struct slice raw, char *buffer, size_t capacity, struct slice *value);

/* What is left of `text` when the field `name` and one '&' next to it are cut out: the bytes before
 * and after it. Returns how often the name occurs; the cut is at the first, and with none all of
 * `text` is `before`. This is how the signed bytes are found:
 * "a=1&signature=xy&b=2" -> "a=1", "&b=2". */
size_t query_cut(struct slice text, const char *name, struct slice *before, struct slice *after,
                 struct slice *value);

#endif
