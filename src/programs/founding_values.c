/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of a founding file. A file of its own because text becomes money here. Invariant: a decimal
 * with more digits than its scale is refused, never rounded. Read next: founding_file.c.
 */
#include "programs/founding_values.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "money/arithmetic.h"

enum { FOUNDING_DIGITS_MAX = 18, FOUNDING_WORD_MAX = 64 };

/* At most 18 digits, a point, at most `scale` digits: units of 10^-scale. 10^36 fits 128 bits. */
static bool founding_parse(const char *text, uint8_t scale, int128 *out)
{
    int128 units = 0;
    uint32_t digits = 0; /* before the point */
    uint32_t decimals = 0;
    bool has_point = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '.' && !has_point && digits > 0) {
            has_point = true;
            continue;
        }
        bool has_room = has_point ? decimals < scale : digits < FOUNDING_DIGITS_MAX;
        if (*at < '0' || *at > '9' || !has_room) {
            return false;
        }
        units = units * 10 + (*at - '0');
        decimals += has_point ? 1 : 0;
        digits += has_point ? 0 : 1;
    }
    if (digits == 0 || (has_point && decimals == 0)) {
        return false;
    }
    for (; decimals < scale; decimals++) {
        units *= 10;
    }
    *out = units;
    return true;
}

/* false: said why. */
static bool founding_decimal(cfg_t *section, const char *name, uint8_t scale, int128 *out)
{
    const char *text = cfg_getstr(section, name);
    *out = 0;
    if (text == NULL) {
        return true;
    }
    if (!founding_parse(text, scale, out)) {
        cfg_error(section, "'%s' must be a decimal with at most %u decimals, not '%s'", name, scale,
                  text);
        return false;
    }
    return true;
}

static bool founding_fits(cfg_t *section, const char *name, int128 units)
{
    if (units > INT64_MAX) {
        cfg_error(section, "'%s' is larger than an order can be", name);
        return false;
    }
    return true;
}

bool founding_price(cfg_t *section, const char *name, uint8_t scale, struct price *out)
{
    int128 units;
    if (!founding_decimal(section, name, scale, &units) || !founding_fits(section, name, units)) {
        return false;
    }
    *out = price_of_units((int64_t)units);
    return true;
}

bool founding_quantity(cfg_t *section, const char *name, uint8_t scale, struct quantity *out)
{
    int128 units;
    if (!founding_decimal(section, name, scale, &units) || !founding_fits(section, name, units)) {
        return false;
    }
    *out = quantity_of_units((int64_t)units);
    return true;
}

bool founding_amount(cfg_t *section, const char *name, uint8_t scale, struct amount *out)
{
    int128 units;
    if (!founding_decimal(section, name, scale, &units)) {
        return false;
    }
    *out = (struct amount){units};
    if (!amount_is_bounded(*out)) {
        cfg_error(section, "'%s' is larger than the books can hold", name);
        return false;
    }
    return true;
}

bool founding_limit(cfg_t *section, const char *name, uint8_t scale, struct amount *out)
{
    const char *text = cfg_getstr(section, name);
    if (text != NULL && strcmp(text, "none") == 0) {
        *out = amount_of_units(-1);
        return true;
    }
    return founding_amount(section, name, scale, out);
}

static bool founding_find_word(cfg_t *section, const char *name, const char *text,
                               const struct founding_word *words, uint32_t *out)
{
    for (const struct founding_word *word = words; word->text != NULL; word++) {
        if (strcmp(word->text, text) == 0) {
            *out = word->value;
            return true;
        }
    }
    cfg_error(section, "'%s' does not know '%s'", name, text);
    return false;
}

/* Cuts the next word off *text. 1: there is one; 0: there is none; −1: said that it is too long. */
static int founding_next_word(cfg_t *section, const char *name, const char **text,
                              char word[FOUNDING_WORD_MAX])
{
    *text += strspn(*text, " ,");
    size_t size = strcspn(*text, " ,");
    if (size >= FOUNDING_WORD_MAX) {
        cfg_error(section, "'%s' has a word that is too long", name);
        return -1;
    }
    memcpy(word, *text, size);
    word[size] = '\0';
    *text += size;
    return size > 0 ? 1 : 0;
}

bool founding_words(cfg_t *section, const char *name, const struct founding_word *words,
                    uint32_t *out)
{
    char word[FOUNDING_WORD_MAX];
    const char *text = cfg_getstr(section, name);
    int found = 0;
    *out = 0;
    while (text != NULL && (found = founding_next_word(section, name, &text, word)) > 0) {
        uint32_t value = 0;
        if (!founding_find_word(section, name, word, words, &value)) {
            return false;
        }
        *out |= value;
    }
    return found == 0;
}

/* "10.0.0.0/8", "::1", "2001:db8::/32". Bits behind the prefix must be zero. word has
 * FOUNDING_WORD_MAX bytes. */
static bool founding_parse_range(const char *word, struct ip_range *out)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    char text[FOUNDING_WORD_MAX];
    char *end = NULL;
    unsigned long prefix = 128;
    *out = (struct ip_range){0};
    memcpy(text, word, sizeof text);
    char *slash = strchr(text, '/');
    if (slash != NULL) {
        *slash = '\0';
        prefix = strtoul(slash + 1, &end, 10);
        if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || prefix > 128) {
            return false;
        }
    }
    if (inet_pton(AF_INET, text, out->address + sizeof mapped) == 1) {
        memcpy(out->address, mapped, sizeof mapped);
        prefix = slash == NULL ? 128 : prefix + 96;
    } else if (inet_pton(AF_INET6, text, out->address) != 1) {
        return false;
    }
    if (prefix == 0 || prefix > 128) {
        return false;
    }
    for (unsigned long bit = prefix; bit < 128; bit++) {
        if ((out->address[bit / 8] & (0x80u >> bit % 8)) != 0) {
            return false;
        }
    }
    out->prefix = (uint8_t)prefix;
    return true;
}

bool founding_ranges(cfg_t *section, const char *name, struct ip_range *out, size_t *count)
{
    char word[FOUNDING_WORD_MAX];
    const char *text = cfg_getstr(section, name);
    int found = 0;
    *count = 0;
    while (text != NULL && (found = founding_next_word(section, name, &text, word)) > 0) {
        if (*count == TARAZY_KEY_RANGES_MAX) {
            cfg_error(section, "'%s' can have %u addresses", name, TARAZY_KEY_RANGES_MAX);
            return false;
        }
        if (!founding_parse_range(word, &out[*count])) {
            cfg_error(section, "'%s': '%s' is no address or prefix", name, word);
            return false;
        }
        (*count)++;
    }
    return found == 0;
}

bool founding_word(cfg_t *section, const char *name, const struct founding_word *words,
                   uint32_t *out)
{
    const char *text = cfg_getstr(section, name);
    if (text == NULL) {
        cfg_error(section, "'%s' is missing", name);
        return false;
    }
    return founding_find_word(section, name, text, words, out);
}

bool founding_text(cfg_t *section, const char *what, const char *text, char *out, size_t size)
{
    size_t length = text == NULL ? 0 : strlen(text);
    if (text_set(out, size, text == NULL ? "" : text, length) &&
        text_is_of(out, size, TEXT_CHARSET_PLAIN)) {
        return true;
    }
    cfg_error(section, "%s must be at most %zu characters of plain ASCII", what, size);
    return false;
}

bool founding_title_number(cfg_t *section, uint32_t max, uint16_t *out)
{
    const char *title = cfg_title(section);
    char *end = NULL;
    unsigned long number = strtoul(title, &end, 10);
    if (title[0] < '1' || title[0] > '9' || *end != '\0' || number > max) {
        cfg_error(section, "'%s' is no number from 1 to %u", title, max);
        return false;
    }
    *out = (uint16_t)number;
    return true;
}
