/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64, both ways; the reader takes one spelling of each value only.
 *
 * Why here: signatures (Ed25519, RSA) and the WebSocket handshake travel in base64. A lax reader
 * would let one signature have many spellings.
 * Read next: websocket_frame.c.
 */
#include "codec/base64_text.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encode(const uint8_t *bytes, size_t size, char *out, size_t capacity)
{
    if (size > SIZE_MAX / 2 || base64_size(size) > capacity) {
        return 0;
    }
    size_t written = 0;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)bytes[i + 2] : 0;
        out[written++] = ALPHABET[group >> 18];
        out[written++] = ALPHABET[(group >> 12) & 63];
        out[written++] = left > 1 ? ALPHABET[(group >> 6) & 63] : '=';
        out[written++] = left > 2 ? ALPHABET[group & 63] : '=';
    }
    return written;
}

static int character_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+') {
        return 62;
    }
    return c == '/' ? 63 : -1;
}

bool base64_decode(struct slice text, uint8_t *out, size_t capacity, size_t *size)
{
    if (text.size % 4 != 0) {
        return false;
    }
    size_t padding = 0;
    while (padding < 2 && padding < text.size && text.data[text.size - 1 - padding] == '=') {
        padding++;
    }
    size_t wanted = text.size / 4 * 3 - padding;
    if (wanted > capacity) {
        return false;
    }
    size_t written = 0;
    uint32_t group = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_padding = i >= text.size - padding;
        int value = is_padding ? 0 : character_value(text.data[i]);
        if (value < 0) {
            return false;
        }
        group = (group << 6 | (uint32_t)value) & 0xFFFFFF;
        if (i % 4 == 3) {
            for (unsigned shift = 16; written < wanted && shift <= 16; shift -= 8) {
                out[written++] = (uint8_t)(group >> shift);
            }
        }
    }
    /* The bits that padding leaves over must be zero, or one value would have several spellings. */
    uint32_t leftover = padding == 1 ? group & 0xFF : padding == 2 ? group & 0xFFFF : 0;
    *size = wanted;
    return leftover == 0;
}
