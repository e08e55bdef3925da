/* SPDX-License-Identifier: Apache-2.0
 *
 * A bounded writer of JSON into the caller's buffer. It puts commas and colons itself, escapes
 * strings, and never writes past the end: when the room is used up it sets `is_truncated` and
 * writes nothing more. A caller checks once, at the end.
 */
#ifndef CODEC_JSON_WRITER_H
#define CODEC_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/slice.h"

struct json_writer {
    char *buffer;
    size_t capacity;
    size_t size;
    bool is_truncated;
    uint32_t depth;
    uint32_t objects; /* bit d: the container at depth d is an object */
    uint32_t started; /* bit d: the container at depth d has a member already */
    bool follows_key;
};

/* Starts an empty text. The writer never allocates and keeps no other state. */
void json_writer_begin(struct json_writer *writer, char *buffer, size_t capacity);

/* The text so far; an empty slice when it was truncated. All containers must be closed. */
struct slice json_writer_text(const struct json_writer *writer);

void json_write_object_begin(struct json_writer *writer);
void json_write_object_end(struct json_writer *writer);
void json_write_array_begin(struct json_writer *writer);
void json_write_array_end(struct json_writer *writer);

/* A key; ASCII without quotes, backslashes and controls (checked), as every name of an API is. */
void json_write_key(struct json_writer *writer, const char *name);

/* A string value, escaped. The bytes must be UTF-8; a byte that is not becomes U+FFFD. */
void json_write_string(struct json_writer *writer, struct slice text);
void json_write_text(struct json_writer *writer, const char *text);

void json_write_uint64(struct json_writer *writer, uint64_t number);
void json_write_int64(struct json_writer *writer, int64_t number);
void json_write_bool(struct json_writer *writer, bool truth);
void json_write_null(struct json_writer *writer);

/* A decimal as a string value, with all its decimals: 150000000 at 8 is "1.50000000". */
void json_write_decimal(struct json_writer *writer, __int128 units, uint32_t decimals);

/* Bytes that are a JSON value already (an id echoed back, a cached object). Not checked. */
void json_write_raw(struct json_writer *writer, struct slice value);

/* Key and value in one line of the caller. */
void json_write_key_text(struct json_writer *writer, const char *name, const char *text);
void json_write_key_string(struct json_writer *writer, const char *name, struct slice text);
void json_write_key_uint64(struct json_writer *writer, const char *name, uint64_t number);
void json_write_key_int64(struct json_writer *writer, const char *name, int64_t number);
void json_write_key_bool(struct json_writer *writer, const char *name, bool truth);
void json_write_key_decimal(struct json_writer *writer, const char *name, __int128 units,
                            uint32_t decimals);

#endif
