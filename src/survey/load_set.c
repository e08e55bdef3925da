/* SPDX-License-Identifier: Apache-2.0
 *
 * Hourly energy of sites and feeders: the main file.
 *
 * Why here: every detector looks at the same hours, so they are checked once, when they come in.
 * Invariants: all series of a set have the same hours; kwh holds count * hours numbers >= 0.
 * Read next: load_set_more.c (the other files), gray_detectors.h.
 */
#include "survey/load_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "survey/survey_number.h"

/* One row, read but not yet placed. */
struct load_row {
    char feeder[SURVEY_NAME_SIZE];
    char site[SURVEY_NAME_SIZE];
    int64_t hour;
    double kwh;
};

/* Where the reader of the main file is. */
struct load_walk {
    struct load_set *set;
    size_t values;     /* in set->kwh */
    uint32_t position; /* hours of the current series that are there */
    char unit[SURVEY_NAME_SIZE];
};

const double *load_set_hours(const struct load_set *set, size_t index)
{
    ENSURE(index < set->count);
    return set->kwh + index * set->hours;
}

size_t load_set_find_site(const struct load_set *set, struct slice site)
{
    size_t i = 0;
    while (i < set->count && !slice_equals_text(site, set->series[i].site)) {
        i++;
    }
    return i;
}

bool load_set_create(struct load_set *set, size_t count, uint32_t hours, int64_t first_hour)
{
    ENSURE(count > 0 && hours > 0);
    *set = (struct load_set){.count = count, .hours = hours, .first_hour = first_hour};
    set->series = calloc(count, sizeof *set->series);
    set->kwh = calloc(count * hours, sizeof *set->kwh);
    return set->series != NULL && set->kwh != NULL;
}

void load_set_destroy(struct load_set *set)
{
    free(set->series);
    free(set->kwh);
    free(set->price);
    free(set->is_curtailed);
    *set = (struct load_set){0};
}

static bool row_read(struct load_row *out, struct load_walk *walk, struct survey_rows *rows)
{
    const struct slice *fields = rows->row.fields;
    double to_kwh = 0;
    *out = (struct load_row){0};
    if (!survey_name_read(fields[0], out->feeder)) {
        return survey_rows_refuse(rows, "no name of a feeder");
    }
    if (fields[1].size > 0 && !survey_name_read(fields[1], out->site)) {
        return survey_rows_refuse(rows, "no name of a site");
    }
    if (!survey_hour_read(fields[2], &out->hour)) {
        return survey_rows_refuse(rows, "no hour: write it as 2021-08-31T07");
    }
    if (!survey_number_read(fields[3], &out->kwh)) {
        return survey_rows_refuse(rows, "no energy, or a negative one");
    }
    if (!survey_energy_unit_read(fields[4], &to_kwh)) {
        return survey_rows_refuse(rows, "no unit of energy: kWh, MWh or Wh");
    }
    if (walk->unit[0] != '\0' && !slice_equals_text(fields[4], walk->unit)) {
        return survey_rows_refuse(rows, "two units in one file");
    }
    (void)survey_name_read(fields[4], walk->unit);
    out->kwh *= to_kwh;
    return true;
}

static bool is_same_series(const struct load_series *series, const struct load_row *row)
{
    return strcmp(series->feeder, row->feeder) == 0 && strcmp(series->site, row->site) == 0;
}

/* Why a series may not begin with this row, or NULL. */
static const char *series_judge(const struct load_set *set, const struct load_row *row)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct load_series *series = &set->series[i];
        if (is_same_series(series, row)) {
            return "this series has been there before: its rows stand one behind the other";
        }
        if (row->site[0] != '\0' && strcmp(series->site, row->site) == 0) {
            return "one site at two feeders";
        }
    }
    if (set->count == LOAD_SERIES_MAX) {
        return "too many series";
    }
    if (set->count > 0 && row->hour != set->first_hour) {
        return "this series does not begin with the hour of the first one";
    }
    return NULL;
}

/* The series before the row's is complete. */
static bool series_close(struct load_walk *walk, struct survey_rows *rows)
{
    struct load_set *set = walk->set;
    if (set->count == 1) {
        set->hours = walk->position;
        if (set->hours < LOAD_HOURS_MIN) {
            return survey_rows_refuse(rows, "fewer than two weeks of hours");
        }
    }
    return walk->position == set->hours ||
           survey_rows_refuse(rows, "the series before has fewer hours than the first one");
}

static bool series_begin(struct load_walk *walk, struct survey_rows *rows,
                         const struct load_row *row)
{
    struct load_set *set = walk->set;
    if (set->count > 0 && !series_close(walk, rows)) {
        return false;
    }
    const char *fault = series_judge(set, row);
    if (fault != NULL) {
        return survey_rows_refuse(rows, fault);
    }
    struct load_series *series = &set->series[set->count];
    *series = (struct load_series){0};
    memcpy(series->feeder, row->feeder, SURVEY_NAME_SIZE);
    memcpy(series->site, row->site, SURVEY_NAME_SIZE);
    if (set->count == 0) {
        set->first_hour = row->hour;
    }
    set->count++;
    walk->position = 0;
    return true;
}

static bool row_place(struct load_walk *walk, struct survey_rows *rows, const struct load_row *row)
{
    struct load_set *set = walk->set;
    bool continues = set->count > 0 && is_same_series(&set->series[set->count - 1], row);
    if (!continues && !series_begin(walk, rows, row)) {
        return false;
    }
    if (row->hour != set->first_hour + walk->position) {
        return survey_rows_refuse(rows, "not the hour behind the one before");
    }
    bool is_more = set->count > 1 && walk->position == set->hours;
    if (is_more || walk->position == LOAD_HOURS_MAX) {
        return survey_rows_refuse(rows, "more hours than the first series, or than may be");
    }
    set->kwh[walk->values++] = row->kwh;
    walk->position++;
    return true;
}

static size_t lines_count(struct slice file)
{
    size_t count = 0;
    for (size_t i = 0; i < file.size; i++) {
        count += file.data[i] == '\n';
    }
    return count;
}

bool load_set_read(struct load_set *set, struct slice file, struct survey_fault *fault)
{
    struct survey_rows rows;
    struct load_row row;
    struct load_walk walk = {.set = set};
    *set = (struct load_set){0};
    if (!survey_rows_begin(&rows, file, "feeder,site,hour,energy,unit", fault)) {
        return false;
    }
    set->series = calloc(LOAD_SERIES_MAX, sizeof *set->series);
    set->kwh = calloc(lines_count(file) + 1, sizeof *set->kwh);
    if (set->series == NULL || set->kwh == NULL) {
        return survey_fault_say(fault, 0, "out of memory");
    }
    while (survey_rows_next(&rows)) {
        if (!row_read(&row, &walk, &rows) || !row_place(&walk, &rows, &row)) {
            return false;
        }
    }
    if (fault->reason != NULL) {
        return false;
    }
    return set->count > 0 ? series_close(&walk, &rows) : survey_rows_refuse(&rows, "no rows");
}
