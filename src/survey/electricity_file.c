/* SPDX-License-Identifier: Apache-2.0
 *
 * Machines and days out of their files.
 *
 * Why a file of its own: what a file may say, and what the model is, change for different reasons.
 * Invariant: on a fault nothing of the file is to be used.
 * Read next: electricity.c.
 */
#include <string.h>

#include "survey/electricity.h"
#include "survey/survey_number.h"

const struct machine *machine_list_find(const struct machine_list *list, struct slice name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (slice_equals_text(name, list->rows[i].name)) {
            return &list->rows[i];
        }
    }
    return NULL;
}

static bool machine_add(struct machine_list *list, struct survey_rows *rows)
{
    const struct slice *fields = rows->row.fields;
    struct machine machine = {0};
    uint64_t released = 0;
    if (!survey_name_read(fields[0], machine.name)) {
        return survey_rows_refuse(rows, "no name of a machine");
    }
    if (machine_list_find(list, fields[0]) != NULL) {
        return survey_rows_refuse(rows, "this machine stands there twice");
    }
    if (!survey_number_read_whole(fields[1], UINT32_MAX, &released)) {
        return survey_rows_refuse(rows, "no Unix time of a release");
    }
    if (!survey_number_read(fields[2], &machine.j_per_gh) || machine.j_per_gh <= 0) {
        return survey_rows_refuse(rows, "no efficiency in J/GH above 0");
    }
    if (list->count == ELECTRICITY_MACHINES_MAX) {
        return survey_rows_refuse(rows, "too many machines");
    }
    machine.released_s = (int64_t)released;
    list->rows[list->count++] = machine;
    return true;
}

bool machine_list_read(struct machine_list *list, struct slice file, struct survey_fault *fault)
{
    struct survey_rows rows;
    list->count = 0;
    if (!survey_rows_begin(&rows, file, "name,released,j_per_gh", fault)) {
        return false;
    }
    while (survey_rows_next(&rows)) {
        if (!machine_add(list, &rows)) {
            return false;
        }
    }
    return fault->reason == NULL;
}

static bool day_add(struct electricity_days *days, struct survey_rows *rows)
{
    const struct slice *fields = rows->row.fields;
    struct electricity_day day = {0};
    if (!survey_day_read(fields[0], &day.day)) {
        return survey_rows_refuse(rows, "no day: write it as 2021-08-31");
    }
    if (days->count > 0 && day.day != days->rows[days->count - 1].day + 1) {
        return survey_rows_refuse(rows, "not the day behind the one before");
    }
    if (!survey_number_read(fields[1], &day.revenue_usd)) {
        return survey_rows_refuse(rows, "no revenue in USD");
    }
    if (!survey_number_read(fields[2], &day.network_ehs) || day.network_ehs <= 0) {
        return survey_rows_refuse(rows, "no network's hash rate in EH/s above 0");
    }
    if (days->count == ELECTRICITY_DAYS_MAX) {
        return survey_rows_refuse(rows, "too many days");
    }
    days->rows[days->count++] = day;
    return true;
}

bool electricity_days_read(struct electricity_days *days, struct slice file,
                           struct survey_fault *fault)
{
    struct survey_rows rows;
    days->count = 0;
    if (!survey_rows_begin(&rows, file, "day,revenue_usd,network_ehs", fault)) {
        return false;
    }
    while (survey_rows_next(&rows)) {
        if (!day_add(days, &rows)) {
            return false;
        }
    }
    return fault->reason == NULL;
}
