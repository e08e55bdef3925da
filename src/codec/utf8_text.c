/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict UTF-8, whole or in pieces.
 *
 * Why here: JSON strings, decoded queries and WebSocket texts must all be refused by one rule. The
 * rule is table 3-7 of the Unicode standard: after the first byte only the second one has a range
 * of its own (it is where overlong forms and surrogates hide); all later ones are 80..BF.
 * Invariant: wanted is 0..3, and while it is above 0, low..high is the range of the next byte.
 * Read next: json_reader.c.
 */
#include "codec/utf8_text.h"

#include <string.h>

/* Starts a character of more than one byte; false when `byte` cannot start one. */
static bool lead_accept(struct utf8_check *check, uint8_t byte)
{
    check->low = 0x80;
    check->high = 0xBF;
    if (byte >= 0xC2 && byte <= 0xDF) {
        check->wanted = 1;
        return true;
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        check->wanted = 2;
        if (byte == 0xE0) {
            check->low = 0xA0; /* below: overlong */
        } else if (byte == 0xED) {
            check->high = 0x9F; /* above: surrogates */
        }
        return true;
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        check->wanted = 3;
        if (byte == 0xF0) {
            check->low = 0x90; /* below: overlong */
        } else if (byte == 0xF4) {
            check->high = 0x8F; /* above: past U+10FFFF */
        }
        return true;
    }
    return false;
}

/* How many bytes at the front are ASCII, eight at a time; the last few are left to the caller. */
static size_t ascii_count(const char *bytes, size_t size)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    size_t i = 0;
    uint64_t eight;
    while (size - i >= sizeof eight) {
        memcpy(&eight, bytes + i, sizeof eight);
        if ((eight & high_bits) != 0) {
            break;
        }
        i += sizeof eight;
    }
    return i;
}

bool utf8_check_feed(struct utf8_check *check, const char *bytes, size_t size)
{
    size_t i = check->wanted == 0 ? ascii_count(bytes, size) : 0;
    while (i < size) {
        uint8_t byte = (uint8_t)bytes[i++];
        if (check->wanted > 0) {
            if (byte < check->low || byte > check->high) {
                return false;
            }
            check->wanted--;
            check->low = 0x80;
            check->high = 0xBF;
        } else if (byte >= 0x80 && !lead_accept(check, byte)) {
            return false;
        }
    }
    return true;
}

bool utf8_check_is_whole(const struct utf8_check *check)
{
    return check->wanted == 0;
}

bool utf8_text_is_valid(const char *bytes, size_t size)
{
    struct utf8_check check = {0};
    return utf8_check_feed(&check, bytes, size) && utf8_check_is_whole(&check);
}

size_t utf8_text_encode(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xC0 | (code_point >> 6));
        out[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xE0 | (code_point >> 12));
        out[1] = (char)(0x80 | ((code_point >> 6) & 0x3F));
        out[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (code_point >> 18));
    out[1] = (char)(0x80 | ((code_point >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((code_point >> 6) & 0x3F));
    out[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}
