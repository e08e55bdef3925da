/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict UTF-8 (Unicode 15, table 3-7): no overlong form, no surrogate, nothing above U+10FFFF.
 */
#ifndef CODEC_UTF8_TEXT_H
#define CODEC_UTF8_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state between two pieces of one text; all zero is the start. */
struct utf8_check {
    uint8_t wanted; /* continuation bytes still to come */
    uint8_t low;    /* the next continuation byte lies in low..high */
    uint8_t high;
};

/* Reads one more piece. False: the text is not UTF-8, whatever follows. */
bool utf8_check_feed(struct utf8_check *check, const char *bytes, size_t size);

/* True when the text may end here: no character is half read. */
bool utf8_check_is_whole(const struct utf8_check *check);

/* A text in one piece. */
bool utf8_text_is_valid(const char *bytes, size_t size);

/* Writes one code point (at most U+10FFFF, no surrogate) to out[4]; returns its length, 1 to 4. */
size_t utf8_text_encode(uint32_t code_point, char out[4]);

#endif
