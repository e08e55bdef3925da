/* SPDX-License-Identifier: Apache-2.0
 *
 * A borrowed run of bytes. Every parser of this room answers with slices of its input: nothing is
 * copied, and nothing outlives the buffer it was cut from.
 */
#ifndef CODEC_SLICE_H
#define CODEC_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data; /* may be NULL only when size is 0 */
    size_t size;
};

static inline struct slice slice_of(const char *data, size_t size)
{
    return (struct slice){.data = data, .size = size};
}

/* The initializer of a slice of a string literal, zero bytes inside it included; for tables. */
#define SLICE_CONSTANT(text)                     \
    {                                            \
        .data = (text), .size = sizeof(text) - 1 \
    }

/* A zero-terminated text without its zero. */
static inline struct slice slice_of_text(const char *text)
{
    return (struct slice){.data = text, .size = strlen(text)};
}

static inline bool slice_equals(struct slice left, struct slice right)
{
    return left.size == right.size &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

static inline bool slice_equals_text(struct slice left, const char *text)
{
    return slice_equals(left, slice_of_text(text));
}

/* Equal but for the case of ASCII letters; other bytes must be the same. */
bool slice_equals_any_case(struct slice left, const char *text);

/* A slice of `whole` without blanks (space, tab) at either end. */
struct slice slice_trim(struct slice whole);

#endif
