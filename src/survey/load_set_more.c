/* SPDX-License-Identifier: Apache-2.0
 *
 * What else is known about the hours and sites of a set: prices and curtailment, registered devices,
 * counted shares.
 *
 * Why a file of its own: these files are optional, and each only adds to a set that is whole.
 * Invariant: on a fault the set is not to be used any more.
 * Read next: gray_detectors.h.
 */
#include <stdlib.h>
#include <string.h>

#include "survey/load_set.h"
#include "survey/survey_number.h"

/* ------------------------------------------------------------------ signals */

static bool signal_add(struct load_set *set, struct survey_rows *rows, uint32_t position)
{
    const struct slice *fields = rows->row.fields;
    int64_t hour = 0;
    uint64_t curtailed = 0;
    if (!survey_hour_read(fields[0], &hour) || hour != set->first_hour + position) {
        return survey_rows_refuse(rows, "not the next hour of the loads");
    }
    if (position == set->hours) {
        return survey_rows_refuse(rows, "more hours than the loads have");
    }
    if (!survey_number_read(fields[1], &set->price[position])) {
        return survey_rows_refuse(rows, "no price");
    }
    if (!survey_number_read_whole(fields[2], 1, &curtailed)) {
        return survey_rows_refuse(rows, "curtailed is 0 or 1");
    }
    set->is_curtailed[position] = curtailed == 1;
    return true;
}

bool load_set_read_signals(struct load_set *set, struct slice file, struct survey_fault *fault)
{
    struct survey_rows rows;
    uint32_t position = 0;
    if (!survey_rows_begin(&rows, file, "hour,price,curtailed", fault)) {
        return false;
    }
    set->price = calloc(set->hours, sizeof *set->price);
    set->is_curtailed = calloc(set->hours, sizeof *set->is_curtailed);
    if (set->price == NULL || set->is_curtailed == NULL) {
        return survey_fault_say(fault, 0, "out of memory");
    }
    while (survey_rows_next(&rows)) {
        if (!signal_add(set, &rows, position)) {
            return false;
        }
        position++;
    }
    if (fault->reason != NULL) {
        return false;
    }
    return position == set->hours || survey_rows_refuse(&rows, "fewer hours than the loads have");
}

/* ------------------------------------------------------------------ devices */

/* The site of a row among the series; NULL: said. */
static struct load_series *site_of_row(struct load_set *set, struct survey_rows *rows)
{
    struct slice site = rows->row.fields[0];
    size_t index = site.size == 0 ? set->count : load_set_find_site(set, site);
    if (index == set->count) {
        (void)survey_rows_refuse(rows, "a site that has no loads");
        return NULL;
    }
    return &set->series[index];
}

/* Which machine each site has told already: one bit would do, the table is small. */
struct device_seen {
    bool *cells; /* [series * machines] */
    const struct machine_list *machines;
};

static bool device_add(struct load_set *set, struct device_seen *seen, struct survey_rows *rows)
{
    const struct slice *fields = rows->row.fields;
    uint64_t count = 0;
    double ths = 0;
    struct load_series *series = site_of_row(set, rows);
    if (series == NULL) {
        return false;
    }
    const struct machine *machine = machine_list_find(seen->machines, fields[1]);
    if (machine == NULL) {
        return survey_rows_refuse(rows, "an unknown model");
    }
    size_t cell = (size_t)(series - set->series) * seen->machines->count +
                  (size_t)(machine - seen->machines->rows);
    if (seen->cells[cell]) {
        return survey_rows_refuse(rows, "this site has told this model before");
    }
    seen->cells[cell] = true;
    if (!survey_number_read_whole(fields[2], 10000000, &count) || count == 0) {
        return survey_rows_refuse(rows, "no number of devices");
    }
    if (!survey_number_read(fields[3], &ths) || ths <= 0) {
        return survey_rows_refuse(rows, "no hash rate of a device in TH/s above 0");
    }
    /* J/GH are kW per TH/s: 1000 J/TH at 1 TH/s are 1 kW. */
    series->nameplate_ths += (double)count * ths;
    series->nameplate_kw += (double)count * ths * machine->j_per_gh;
    return true;
}

bool load_set_read_devices(struct load_set *set, const struct machine_list *machines,
                           struct slice file, struct survey_fault *fault)
{
    struct survey_rows rows;
    bool is_good = true;
    if (!survey_rows_begin(&rows, file, "site,model,count,th_per_s", fault)) {
        return false;
    }
    struct device_seen seen = {.machines = machines};
    seen.cells = calloc(set->count * (machines->count + 1), sizeof *seen.cells);
    if (seen.cells == NULL) {
        return survey_fault_say(fault, 0, "out of memory");
    }
    while (is_good && survey_rows_next(&rows)) {
        is_good = device_add(set, &seen, &rows);
    }
    free(seen.cells);
    return is_good && fault->reason == NULL;
}

/* ------------------------------------------------------------------ shares */

static bool shares_add(struct load_set *set, struct survey_rows *rows)
{
    const struct slice *fields = rows->row.fields;
    int64_t begin = 0;
    int64_t end = 0;
    double work = 0;
    double effective = 0;
    struct load_series *series = site_of_row(set, rows);
    if (series == NULL) {
        return false;
    }
    if (!survey_hour_read(fields[1], &begin) || !survey_hour_read(fields[2], &end) ||
        begin >= end || begin < set->first_hour || end > set->first_hour + set->hours) {
        return survey_rows_refuse(rows, "no hours within those of the loads");
    }
    if (!survey_number_read(fields[3], &work) || !survey_number_read(fields[4], &effective) ||
        (work > 0 && effective < 1)) {
        return survey_rows_refuse(rows, "no work in terahashes, or no effective number of shares");
    }
    uint32_t first = (uint32_t)(begin - set->first_hour);
    if (series->shares_end == 0) {
        series->shares_begin = first;
    } else if (first != series->shares_end) {
        return survey_rows_refuse(rows, "this site's rows overlap, or leave a gap");
    }
    series->shares_end = (uint32_t)(end - set->first_hour);
    /* Σw² of independent parts is the sum of theirs; kept as (Σw)² / Σw². */
    double squares = series->shares_effective > 0
                         ? series->shares_th * series->shares_th / series->shares_effective
                         : 0;
    squares += work > 0 ? work * work / effective : 0;
    series->shares_th += work;
    series->shares_effective = squares > 0 ? series->shares_th * series->shares_th / squares : 0;
    return true;
}

bool load_set_read_shares(struct load_set *set, struct slice file, struct survey_fault *fault)
{
    struct survey_rows rows;
    if (!survey_rows_begin(&rows, file, "site,begin,end,terahashes,effective", fault)) {
        return false;
    }
    while (survey_rows_next(&rows)) {
        if (!shares_add(set, &rows)) {
            return false;
        }
    }
    return fault->reason == NULL;
}
