/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 of notes. A file of its own, though codec/ has one too: the two rooms stand on one floor, and
 * whoever copies the checking half of this room out must need nothing else of the tree. Invariant:
 * what is read and written again is the same text. Read next: signed_note.c.
 */
#include "proofs/note_base64.h"

#include <string.h>

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void note_base64_write(const void *bytes, size_t size, char *out)
{
    const uint8_t *in = bytes;

    for (size_t i = 0; i < size; i += 3, out += 4) {
        size_t left = size - i;
        uint32_t group = (uint32_t)in[i] << 16;

        group |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)in[i + 2] : 0;
        out[0] = base64_letters[group >> 18];
        out[1] = base64_letters[group >> 12 & 63];
        out[2] = left > 1 ? base64_letters[group >> 6 & 63] : '=';
        out[3] = left > 2 ? base64_letters[group & 63] : '=';
    }
}

/* The six bits of a letter; -1: none of the alphabet. */
static int note_base64_bits(char letter)
{
    const char *at = letter == '\0' ? NULL : strchr(base64_letters, letter);

    return at == NULL ? -1 : (int)(at - base64_letters);
}

/* One group of four letters into three bytes. false: not letters, or bits that padding leaves over. */
static bool note_base64_read_group(const char *text, size_t padding, uint8_t bytes[3])
{
    uint32_t group = 0;

    for (size_t i = 0; i < 4; i++) {
        int bits = i >= 4 - padding ? 0 : note_base64_bits(text[i]);

        if (bits < 0 || (i >= 4 - padding && text[i] != '=')) {
            return false;
        }
        group = group << 6 | (uint32_t)bits;
    }
    bytes[0] = (uint8_t)(group >> 16);
    bytes[1] = (uint8_t)(group >> 8);
    bytes[2] = (uint8_t)group;
    return (padding < 1 || bytes[2] == 0) && (padding < 2 || bytes[1] == 0);
}

bool note_base64_read(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *size)
{
    size_t padding = 0;
    size_t written = 0;

    if (length % 4 != 0) {
        return false;
    }
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=') {
        padding++;
    }
    if (length / 4 * 3 - padding > capacity) {
        return false;
    }
    for (size_t i = 0; i < length; i += 4) {
        uint8_t bytes[3];
        size_t missing = i + 4 == length ? padding : 0;

        if (!note_base64_read_group(text + i, missing, bytes)) {
            return false;
        }
        memcpy(out + written, bytes, 3 - missing);
        written += 3 - missing;
    }
    *size = written;
    return true;
}

bool note_base64_read_exactly(const char *text, size_t length, void *out, size_t size)
{
    size_t got = 0;

    return length == NOTE_BASE64_SIZE(size) && note_base64_read(text, length, out, size, &got) &&
           got == size;
}
