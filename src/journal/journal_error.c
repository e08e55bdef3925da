/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of what went wrong. A file of its own so that the same trouble reads the same in every
 * program.
 *
 * Read next: any caller; journal/verifier.h for the longest list of what can be wrong.
 */
#include "journal/journal_error.h"

#include <stdio.h>
#include <string.h>

void journal_error_set(struct journal_error *error, const char *what, const char *file,
                       int error_number)
{
    *error = (struct journal_error){
        .what = what,
        .error_number = error_number < 0 ? -error_number : error_number,
    };
    size_t length = strnlen(file, sizeof error->file - 1);
    memcpy(error->file, file, length);
}

void journal_error_place(struct journal_error *error, uint64_t offset, uint64_t number)
{
    error->offset = offset;
    error->number = number;
}

const char *journal_error_text(const struct journal_error *error, char out[JOURNAL_ERROR_TEXT_SIZE])
{
    char cause[80] = "";
    char place[80] = "";

    if (error->error_number != 0) {
        snprintf(cause, sizeof cause, ": %s", strerrordesc_np(error->error_number));
    }
    if (error->offset != 0 || error->number != 0) {
        snprintf(place, sizeof place, ", offset %llu, number %llu",
                 (unsigned long long)error->offset, (unsigned long long)error->number);
    }
    snprintf(out, JOURNAL_ERROR_TEXT_SIZE, "%s%s: %s%s",
             error->file[0] != '\0' ? error->file : "the folder", place,
             error->what != NULL ? error->what : "nothing is wrong", cause);
    return out;
}
