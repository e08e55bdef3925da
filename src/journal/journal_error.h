/* SPDX-License-Identifier: Apache-2.0
 *
 * What went wrong with a journal, and where: file, offset and number, so that an operator can look
 * at the very bytes. Filled once, where it was found; printed once, where it is handled.
 */
#ifndef JOURNAL_JOURNAL_ERROR_H
#define JOURNAL_JOURNAL_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "platform/storage.h"

#define JOURNAL_ERROR_TEXT_SIZE 256u

struct journal_error {
    const char *what;             /* a sentence that lives for ever; NULL = no error */
    char file[STORAGE_NAME_SIZE]; /* inside the journal's folder; empty = the folder itself */
    uint64_t offset;
    uint64_t number;  /* the command it concerns, or that was expected there; 0 = none */
    int error_number; /* errno of the call that failed; 0 = none did */
};

/* error_number: positive, or negative as storage returns it. */
void journal_error_set(struct journal_error *error, const char *what, const char *file,
                       int error_number);

/* The same with a place. */
void journal_error_place(struct journal_error *error, uint64_t offset, uint64_t number);

/* "segment-…1.journal, offset 448, number 7: the checksum does not agree". Returns out. */
const char *journal_error_text(const struct journal_error *error,
                               char out[JOURNAL_ERROR_TEXT_SIZE]);

#endif
