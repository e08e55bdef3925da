/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of survey files share: how a fault is said, how names are kept, how units are
 * read; and how texts are written back.
 */
#ifndef SURVEY_SURVEY_FILE_H
#define SURVEY_SURVEY_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "codec/csv_reader.h"

enum { SURVEY_NAME_SIZE = 64 }; /* a name with its zero */

/* Where a file is wrong, and how. */
struct survey_fault {
    uint64_t line;      /* 0: the file as a whole */
    const char *reason; /* a constant text */
};

/* Writes the fault and returns false, so that a reader can say `return survey_fault_say(…)`. */
bool survey_fault_say(struct survey_fault *fault, uint64_t line, const char *reason);

/* A row of a file: the reader, what it cut last, and where faults go. */
struct survey_rows {
    struct csv_reader reader;
    struct csv_row row;
    struct survey_fault *fault;
};

/* Begins a file with this head; false: the fault is said. */
bool survey_rows_begin(struct survey_rows *rows, struct slice file, const char *head,
                       struct survey_fault *fault);

/* The next row. False at the end, and at a fault: then fault->reason is set. */
bool survey_rows_next(struct survey_rows *rows);

/* Says a fault at the line of the current row. */
bool survey_rows_refuse(struct survey_rows *rows, const char *reason);

/* 1 to SURVEY_NAME_SIZE − 1 bytes, no blank at either end. */
bool survey_name_read(struct slice text, char out[SURVEY_NAME_SIZE]);

/* The factor that makes EH/s of a rate in "EH/s", "PH/s", "TH/s" or "GH/s". */
bool survey_rate_unit_read(struct slice text, double *to_ehs);

/* The factor that makes kWh of an energy in "kWh", "MWh" or "Wh". */
bool survey_energy_unit_read(struct slice text, double *to_kwh);

/* A text as a CSV field in quotation marks. */
void survey_csv_write(FILE *out, const char *text);

#endif
