/* SPDX-License-Identifier: Apache-2.0
 *
 * The two slice helpers that are too long for the header.
 *
 * Why here: every parser of the room compares names without regard to case or cuts blanks off, and
 * must do it the same way, by ASCII alone and whatever the locale.
 * Read next: http_request.c.
 */
#include "codec/slice.h"

static char letter_lowered(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool slice_equals_any_case(struct slice left, const char *text)
{
    for (size_t i = 0; i < left.size; i++) {
        /* The zero of `text` stops the walk: left's own bytes may be zero too, hence the test. */
        if (text[i] == '\0' || letter_lowered(left.data[i]) != letter_lowered(text[i])) {
            return false;
        }
    }
    return text[left.size] == '\0';
}

struct slice slice_trim(struct slice whole)
{
    while (whole.size > 0 && (whole.data[0] == ' ' || whole.data[0] == '\t')) {
        whole.data++;
        whole.size--;
    }
    while (whole.size > 0 &&
           (whole.data[whole.size - 1] == ' ' || whole.data[whole.size - 1] == '\t')) {
        whole.size--;
    }
    return whole;
}
