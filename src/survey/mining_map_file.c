/* SPDX-License-Identifier: Apache-2.0
 *
 * The pools' monthly splits out of their file.
 *
 * Why a file of its own: what a file may say, and what a map is, change for different reasons.
 * Invariant: on a fault nothing of the file is to be used.
 * Read next: mining_map.c.
 */
#include <string.h>

#include "survey/mining_map.h"
#include "survey/survey_number.h"

static bool is_same_cell(const struct map_split *a, const struct map_split *b)
{
    return a->month == b->month && strcmp(a->pool, b->pool) == 0 &&
           strcmp(a->country, b->country) == 0;
}

static bool split_is_there(const struct map_splits *splits, const struct map_split *split)
{
    for (size_t i = 0; i < splits->count; i++) {
        if (is_same_cell(&splits->rows[i], split)) {
            return true;
        }
    }
    return false;
}

/* One row behind the others; unit is that of the first row, empty before it. */
static bool split_add(struct map_splits *splits, struct survey_rows *rows,
                      char unit[SURVEY_NAME_SIZE])
{
    const struct slice *fields = rows->row.fields;
    struct map_split split = {0};
    double to_ehs = 0;
    if (!survey_month_read(fields[0], &split.month)) {
        return survey_rows_refuse(rows, "no month: write it as 2021-08");
    }
    if (!survey_name_read(fields[1], split.pool) || !survey_name_read(fields[2], split.country)) {
        return survey_rows_refuse(rows, "no name of a pool or a country");
    }
    if (!survey_number_read(fields[3], &split.ehs)) {
        return survey_rows_refuse(rows, "no number, or a negative one");
    }
    if (!survey_rate_unit_read(fields[4], &to_ehs)) {
        return survey_rows_refuse(rows, "no unit of hash rate: EH/s, PH/s, TH/s or GH/s");
    }
    if (unit[0] != '\0' && !slice_equals_text(fields[4], unit)) {
        return survey_rows_refuse(rows, "two units in one file");
    }
    (void)survey_name_read(fields[4], unit);
    split.ehs *= to_ehs;
    if (split_is_there(splits, &split)) {
        return survey_rows_refuse(rows, "this pool has told this country of this month before");
    }
    if (splits->count == MINING_MAP_SPLITS_MAX) {
        return survey_rows_refuse(rows, "too many rows");
    }
    splits->rows[splits->count++] = split;
    return true;
}

bool map_splits_read(struct map_splits *splits, struct slice file, struct survey_fault *fault)
{
    struct survey_rows rows;
    char unit[SURVEY_NAME_SIZE] = {0};
    splits->count = 0;
    if (!survey_rows_begin(&rows, file, "month,pool,country,hashrate,unit", fault)) {
        return false;
    }
    while (survey_rows_next(&rows)) {
        if (!split_add(splits, &rows, unit)) {
            return false;
        }
    }
    return fault->reason == NULL;
}
