/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of survey files share.
 *
 * Why here: half a file is no estimate, and a unit that is guessed is wrong by a thousand. So every
 * reader stops at its first fault, and says the line.
 * Invariant: fault->reason is NULL as long as nothing was wrong.
 * Read next: mining_map_file.c.
 */
#include "survey/survey_file.h"

#include <stddef.h>

struct unit {
    const char *name;
    double factor;
};

bool survey_fault_say(struct survey_fault *fault, uint64_t line, const char *reason)
{
    fault->line = line;
    fault->reason = reason;
    return false;
}

bool survey_rows_begin(struct survey_rows *rows, struct slice file, const char *head,
                       struct survey_fault *fault)
{
    rows->fault = fault;
    *fault = (struct survey_fault){0};
    enum csv_result result = csv_reader_begin(&rows->reader, file, head);
    return result == CSV_RESULT_OK || survey_fault_say(fault, 1, csv_result_text(result));
}

bool survey_rows_next(struct survey_rows *rows)
{
    enum csv_result result = csv_reader_next(&rows->reader, &rows->row);
    if (result == CSV_RESULT_OK) {
        return true;
    }
    return result != CSV_RESULT_END && survey_rows_refuse(rows, csv_result_text(result));
}

bool survey_rows_refuse(struct survey_rows *rows, const char *reason)
{
    return survey_fault_say(rows->fault, rows->reader.line, reason);
}

bool survey_name_read(struct slice text, char out[SURVEY_NAME_SIZE])
{
    if (text.size == 0 || text.size >= SURVEY_NAME_SIZE || slice_trim(text).size != text.size) {
        return false;
    }
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

static bool unit_read(struct slice text, const struct unit *units, size_t count, double *factor)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_equals_text(text, units[i].name)) {
            *factor = units[i].factor;
            return true;
        }
    }
    return false;
}

bool survey_rate_unit_read(struct slice text, double *to_ehs)
{
    static const struct unit units[] = {
        {"EH/s", 1}, {"PH/s", 1e-3}, {"TH/s", 1e-6}, {"GH/s", 1e-9}};
    return unit_read(text, units, sizeof units / sizeof units[0], to_ehs);
}

bool survey_energy_unit_read(struct slice text, double *to_kwh)
{
    static const struct unit units[] = {{"kWh", 1}, {"MWh", 1e3}, {"Wh", 1e-3}};
    return unit_read(text, units, sizeof units / sizeof units[0], to_kwh);
}

void survey_csv_write(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"') {
            (void)fputc('"', out);
        }
        (void)fputc(*c, out);
    }
    (void)fputc('"', out);
}
