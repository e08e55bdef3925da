/* SPDX-License-Identifier: Apache-2.0
 *
 * A strict pull scanner for JSON (RFC 8259, nothing more). It checks while it reads: grammar, UTF-8,
 * escapes, paired surrogates and depth. Numbers stay the text they were; no value is ever a double.
 *
 * Two ways to read:
 *   - json_reader_next(): token by token;
 *   - json_object_read(): one whole object into a table of expected fields. Unknown, doubled,
 *     missing and wrongly typed fields are each refused with an answer of their own.
 * A nested object or array arrives as a raw slice, already checked, to be read by a reader of its
 * own. Keys inside such a slice are not compared until somebody reads it.
 */
#ifndef CODEC_JSON_READER_H
#define CODEC_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"

enum {
    JSON_DEPTH_MAX = 32,   /* nobody may ask for more */
    JSON_FIELDS_MAX = 64,  /* entries of a field table */
    JSON_KEY_SIZE_MAX = 64 /* decoded bytes of a key the tables compare */
};

enum json_result {
    JSON_RESULT_OK = 1,
    JSON_RESULT_INCOMPLETE,    /* the text ends inside a value */
    JSON_RESULT_SYNTAX,        /* a byte that the grammar does not allow here */
    JSON_RESULT_ENCODING,      /* not UTF-8, or an escaped surrogate without its partner */
    JSON_RESULT_TOO_DEEP,      /* deeper than depth_max */
    JSON_RESULT_TRAILING,      /* something after the value */
    JSON_RESULT_UNKNOWN_KEY,   /* not in the field table */
    JSON_RESULT_DUPLICATE_KEY, /* twice in one object */
    JSON_RESULT_MISSING_KEY,   /* required by the table, not there */
    JSON_RESULT_WRONG_TYPE,    /* not of a type the table allows */
    JSON_RESULT_TOO_MANY       /* more members than the caller has room for */
};

/* One bit each, so that a field table can allow several. */
enum json_type {
    JSON_TYPE_OBJECT = 1,
    JSON_TYPE_ARRAY = 2,
    JSON_TYPE_STRING = 4,
    JSON_TYPE_NUMBER = 8,
    JSON_TYPE_TRUE = 16,
    JSON_TYPE_FALSE = 32,
    JSON_TYPE_NULL = 64
};

/* A checked value. STRING: `raw` is what stands between the quotes, escapes and all; otherwise the
 * text of the value as it stood, brackets included. type 0: not present. */
struct json_value {
    unsigned type;   /* one enum json_type, or 0 */
    bool is_escaped; /* STRING: raw holds at least one backslash */
    struct slice raw;
};

enum json_token_kind {
    JSON_TOKEN_OBJECT_BEGIN = 1,
    JSON_TOKEN_OBJECT_END,
    JSON_TOKEN_ARRAY_BEGIN,
    JSON_TOKEN_ARRAY_END,
    JSON_TOKEN_KEY,
    JSON_TOKEN_STRING,
    JSON_TOKEN_NUMBER,
    JSON_TOKEN_TRUE,
    JSON_TOKEN_FALSE,
    JSON_TOKEN_NULL,
    JSON_TOKEN_END /* the value is complete and nothing but blanks follows it */
};

struct json_token {
    enum json_token_kind kind;
    bool is_escaped;
    struct slice text; /* KEY, STRING: between the quotes; otherwise the token's own bytes */
};

struct json_reader {
    const char *bytes;
    size_t size;
    size_t position; /* next byte to read; after an error: the offending byte */
    uint32_t depth;
    uint32_t depth_max;
    uint32_t objects;        /* bit d: the container at depth d is an object */
    uint32_t expects;        /* what the grammar allows next; private */
    enum json_result result; /* OK until the first error, then that error for ever */
};

/* Starts to read `text`, which must outlive the reader. depth_max: 0..JSON_DEPTH_MAX, the number of
 * containers that may be open at once. */
void json_reader_begin(struct json_reader *reader, struct slice text, uint32_t depth_max);

/* The next token. After END or an error it keeps giving the same answer. */
enum json_result json_reader_next(struct json_reader *reader, struct json_token *token);

/* One whole value where a value may stand (top level, array element, or after a key token).
 * Containers are checked to their end and returned raw. In an array, OK with type 0 means: the
 * array ended. */
enum json_result json_reader_value(struct json_reader *reader, struct json_value *value);

/* A whole text that is one value and nothing else. */
enum json_result json_text_check(struct slice text, uint32_t depth_max, struct json_value *value);

/* ---- objects ---- */

struct json_field {
    const char *name; /* ASCII */
    unsigned types;   /* bits of enum json_type that are allowed */
    bool is_required;
};

enum json_unknown {
    JSON_UNKNOWN_REFUSED = 1, /* the rule for everything that changes something */
    JSON_UNKNOWN_SKIPPED      /* unknown members are checked for syntax and dropped */
};

/* Reads `text`, one object and nothing else, into values[0..count): values[i] belongs to fields[i],
 * type 0 where it is absent. Keys are compared after their escapes are undone. count is at most
 * JSON_FIELDS_MAX. */
enum json_result json_object_read(struct slice text, uint32_t depth_max,
                                  const struct json_field *fields, size_t count,
                                  enum json_unknown unknown, struct json_value *values);

struct json_member {
    struct slice key;
    struct json_value value;
};

/* Reads `text`, one object and nothing else, into members[0..*count) in their order, for callers
 * that need them all (the signature over sorted parameters). Doubled keys are refused, and so are
 * keys written with escapes (as UNKNOWN_KEY): they then compare as raw bytes. members_max is at
 * most JSON_FIELDS_MAX; more members are TOO_MANY. */
enum json_result json_object_members(struct slice text, uint32_t depth_max,
                                     struct json_member *members, size_t members_max,
                                     size_t *count);

/* ---- values ---- */

/* Undoes the escapes of a STRING into out[0..capacity). False: it does not fit. U+0000 arrives as
 * a zero byte, so the length counts, not a terminator. */
bool json_string_decode(struct json_value value, char *out, size_t capacity, size_t *size);

/* The STRING without copying when it has no escape, else decoded into the buffer. False: no room. */
bool json_string_view(struct json_value value, char *buffer, size_t capacity, struct slice *text);

/* A NUMBER that is a whole number written without fraction and exponent and fits. */
bool json_number_uint64(struct json_value value, uint64_t *number);
bool json_number_int64(struct json_value value, int64_t *number);

#endif
