/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading address ranges.
 *
 * Why a file of its own: an allow-list that is read wrongly lets somebody in. Invariant: what is
 * accepted means what it looks like: no octal, no missing parts, no bits beyond the prefix.
 * Read next: authenticate.c, which compares them.
 */
#include "gateway/range_text.h"

#include <arpa/inet.h>
#include <string.h>

enum { ADDRESS_TEXT_MAX = 64, MAPPED_BITS = 96 };

/* A prefix in one to three digits; false: not one, or above max. */
static bool read_prefix(struct slice text, unsigned max, unsigned *prefix)
{
    *prefix = 0;
    if (text.size < 1 || text.size > 3 || (text.size > 1 && text.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        *prefix = *prefix * 10 + (unsigned)(text.data[i] - '0');
    }
    return *prefix <= max;
}

static bool has_bits_beyond(const uint8_t address[16], unsigned prefix)
{
    for (unsigned bit = prefix; bit < 128; bit++) {
        if ((address[bit / 8] & 0x80u >> bit % 8) != 0) {
            return true;
        }
    }
    return false;
}

bool range_text_parse(struct slice text, struct ip_range *range)
{
    char address[ADDRESS_TEXT_MAX];
    const char *slash = text.size == 0 ? NULL : memchr(text.data, '/', text.size);
    size_t size = slash == NULL ? text.size : (size_t)(slash - text.data);
    unsigned bits = 128;
    unsigned prefix;

    memset(range, 0, sizeof *range);
    if (size == 0 || size >= sizeof address) {
        return false;
    }
    memcpy(address, text.data, size);
    address[size] = '\0';
    if (inet_pton(AF_INET, address, range->address + 12) == 1) {
        range->address[10] = 0xFF;
        range->address[11] = 0xFF;
        bits = 32;
    } else if (inet_pton(AF_INET6, address, range->address) != 1) {
        return false;
    }
    prefix = bits;
    if (slash != NULL && !read_prefix(slice_of(slash + 1, text.size - size - 1), bits, &prefix)) {
        return false;
    }
    prefix += bits == 32 ? MAPPED_BITS : 0;
    range->prefix = (uint8_t)prefix;
    /* All zero would mean an unused entry: "::/0" is written by leaving the list empty. */
    return prefix > 0 && !has_bits_beyond(range->address, prefix);
}

bool range_text_parse_list(struct slice text, struct ip_range ranges[TARAZY_KEY_RANGES_MAX])
{
    size_t count = 0;

    memset(ranges, 0, TARAZY_KEY_RANGES_MAX * sizeof ranges[0]);
    while (text.size > 0) {
        const char *comma = memchr(text.data, ',', text.size);
        size_t size = comma == NULL ? text.size : (size_t)(comma - text.data);

        if (count == TARAZY_KEY_RANGES_MAX ||
            !range_text_parse(slice_of(text.data, size), &ranges[count])) {
            return false;
        }
        count++;
        size += comma != NULL;
        text = slice_of(text.data + size, text.size - size);
    }
    return true;
}
