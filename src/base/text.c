/* SPDX-License-Identifier: Apache-2.0
 *
 * Fixed texts: the only strings there are below the codecs. One table says which character belongs
 * to which charset, so that a field's rule is one byte test per character.
 *
 * Invariant: whatever text_is_of accepts has exactly one spelling in bytes, so that equal names are
 * equal bytes and hash alike.
 */
#include "base/text.h"

#include <string.h>

#include "base/ensure.h"

#define PLAIN ((uint8_t)TEXT_CHARSET_PLAIN)
#define NAME  ((uint8_t)(TEXT_CHARSET_PLAIN | TEXT_CHARSET_CLIENT_ID))
#define CODE  ((uint8_t)(TEXT_CHARSET_PLAIN | TEXT_CHARSET_CLIENT_ID | TEXT_CHARSET_CODE))

/* ASCII from the space on; quotation marks and backslash belong to no charset, so that a text can
 * stand in JSON, SQL and a shell word as it is. */
static const uint8_t charsets[256] = {
    [' '] = PLAIN, ['!'] = PLAIN, ['#'] = PLAIN, ['$'] = PLAIN, ['%'] = PLAIN, ['&'] = PLAIN,
    ['('] = PLAIN, [')'] = PLAIN, ['*'] = PLAIN, ['+'] = PLAIN, [','] = PLAIN, ['-'] = NAME,
    ['.'] = NAME,  ['/'] = NAME,  ['0'] = CODE,  ['1'] = CODE,  ['2'] = CODE,  ['3'] = CODE,
    ['4'] = CODE,  ['5'] = CODE,  ['6'] = CODE,  ['7'] = CODE,  ['8'] = CODE,  ['9'] = CODE,
    [':'] = NAME,  [';'] = PLAIN, ['<'] = PLAIN, ['='] = PLAIN, ['>'] = PLAIN, ['?'] = PLAIN,
    ['@'] = PLAIN, ['A'] = CODE,  ['B'] = CODE,  ['C'] = CODE,  ['D'] = CODE,  ['E'] = CODE,
    ['F'] = CODE,  ['G'] = CODE,  ['H'] = CODE,  ['I'] = CODE,  ['J'] = CODE,  ['K'] = CODE,
    ['L'] = CODE,  ['M'] = CODE,  ['N'] = CODE,  ['O'] = CODE,  ['P'] = CODE,  ['Q'] = CODE,
    ['R'] = CODE,  ['S'] = CODE,  ['T'] = CODE,  ['U'] = CODE,  ['V'] = CODE,  ['W'] = CODE,
    ['X'] = CODE,  ['Y'] = CODE,  ['Z'] = CODE,  ['['] = PLAIN, [']'] = PLAIN, ['^'] = PLAIN,
    ['_'] = NAME,  ['`'] = PLAIN, ['a'] = NAME,  ['b'] = NAME,  ['c'] = NAME,  ['d'] = NAME,
    ['e'] = NAME,  ['f'] = NAME,  ['g'] = NAME,  ['h'] = NAME,  ['i'] = NAME,  ['j'] = NAME,
    ['k'] = NAME,  ['l'] = NAME,  ['m'] = NAME,  ['n'] = NAME,  ['o'] = NAME,  ['p'] = NAME,
    ['q'] = NAME,  ['r'] = NAME,  ['s'] = NAME,  ['t'] = NAME,  ['u'] = NAME,  ['v'] = NAME,
    ['w'] = NAME,  ['x'] = NAME,  ['y'] = NAME,  ['z'] = NAME,  ['{'] = PLAIN, ['|'] = PLAIN,
    ['}'] = PLAIN, ['~'] = PLAIN,
};

size_t text_length(const char *text, size_t size)
{
    size_t length = 0;

    while (length < size && text[length] != '\0') {
        length++;
    }
    return length;
}

bool text_set(char *text, size_t size, const char *from, size_t length)
{
    ENSURE(size > 0);
    memset(text, 0, size);
    if (length > size) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (from[i] == '\0') {
            memset(text, 0, size);
            return false;
        }
        text[i] = from[i];
    }
    return true;
}

int text_compare(const char *a, const char *b, size_t size)
{
    int order = memcmp(a, b, size);

    return (order > 0) - (order < 0);
}

bool text_equals(const char *a, const char *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

bool text_is_empty(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '\0') {
            return false;
        }
    }
    return true;
}

bool text_is_of(const char *text, size_t size, enum text_charset charset)
{
    size_t length = 0;

    while (length < size && (charsets[(uint8_t)text[length]] & charset) != 0) {
        length++;
    }
    return text_is_empty(text + length, size - length);
}
