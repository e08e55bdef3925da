/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of a founding file: decimals at a scale, lists of words, fixed texts. Each says what is
 * wrong with file and line (the section's) and returns false.
 */
#ifndef PROGRAMS_FOUNDING_VALUES_H
#define PROGRAMS_FOUNDING_VALUES_H

#include <confuse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tarazy/command.h"

/* One word of a set, e.g. {"trade", TIER_RIGHT_TRADE}; ends with NULL. */
struct founding_word {
    const char *text;
    uint32_t value;
};

/* A decimal option as units of 10^-scale; an option that was not given is 0. */
bool founding_price(cfg_t *section, const char *name, uint8_t scale, struct price *out);
bool founding_quantity(cfg_t *section, const char *name, uint8_t scale, struct quantity *out);
bool founding_amount(cfg_t *section, const char *name, uint8_t scale, struct amount *out);
/* Also "none": −1, no limit. */
bool founding_limit(cfg_t *section, const char *name, uint8_t scale, struct amount *out);

/* Words separated by blanks, or-ed. */
bool founding_words(cfg_t *section, const char *name, const struct founding_word *words,
                    uint32_t *out);
/* Exactly one word. */
bool founding_word(cfg_t *section, const char *name, const struct founding_word *words,
                   uint32_t *out);

/* A text into a zero-padded field. */
bool founding_text(cfg_t *section, const char *what, const char *text, char *out, size_t size);

/* Addresses separated by blanks, "127.0.0.0/8" or "::1": at most TARAZY_KEY_RANGES_MAX of them. *count
 * is how many there are. */
bool founding_ranges(cfg_t *section, const char *name, struct ip_range *out, size_t *count);

/* A title that is a number from 1 to max. */
bool founding_title_number(cfg_t *section, uint32_t max, uint16_t *out);

#endif
