/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings of meters as CSV.
 *
 * Why here: a spreadsheet is how a miner's kWh arrive until meters speak for themselves, and a day that
 * is told twice would be charged twice. Invariants: each day of each meter is counted from one line
 * only; nothing is rounded; a file is taken whole or not at all.
 * Read next: csv_reader.c, mining/energy_fee.c.
 */
#include "codec/energy_csv.h"

#include "base/checked.h"
#include "base/ensure.h"
#include "base/text.h"
#include "codec/decimal_text.h"
#include "codec/jurisdiction_value.h"

/* The columns, in the order of ENERGY_CSV_HEAD. */
enum {
    COLUMN_METER,
    COLUMN_SOURCE,
    COLUMN_FIRST_DAY,
    COLUMN_LAST_DAY,
    COLUMN_ENERGY,
    COLUMN_UNIT,
    COLUMN_PRICE,
};

struct energy_row {
    char meter[ENERGY_CSV_METER_SIZE];
    enum energy_source source;
    int32_t first; /* days of the quarter, from 0 */
    int32_t last;
    int64_t energy_wh;
    int64_t price; /* −1: not known */
};

/* How many decimals of a unit make watt-hours. */
static bool unit_decimals(struct slice unit, uint32_t *decimals)
{
    static const char *const units[] = {"Wh", "kWh", "MWh"};

    for (uint32_t i = 0; i < 3; i++) {
        if (slice_equals_text(unit, units[i])) {
            *decimals = 3 * i;
            return true;
        }
    }
    return false;
}

static enum energy_csv_result period_read(const struct csv_row *row, struct quarter quarter,
                                          struct energy_row *out)
{
    int32_t first;
    int32_t last;

    if (!jurisdiction_day_read(row->fields[COLUMN_FIRST_DAY], &first) ||
        !jurisdiction_day_read(row->fields[COLUMN_LAST_DAY], &last)) {
        return ENERGY_CSV_RESULT_DAY;
    }
    if (last < first) {
        return ENERGY_CSV_RESULT_PERIOD;
    }
    if (first < quarter_first_day(quarter) || last > quarter_last_day(quarter)) {
        return ENERGY_CSV_RESULT_OUTSIDE;
    }
    out->first = first - quarter_first_day(quarter);
    out->last = last - quarter_first_day(quarter);
    return ENERGY_CSV_RESULT_OK;
}

static enum energy_csv_result price_read(struct slice text, struct energy_row *out)
{
    out->price = -1;
    if (text.size == 0) {
        return ENERGY_CSV_RESULT_OK;
    }
    if (out->source != ENERGY_SOURCE_GRID) {
        return ENERGY_CSV_RESULT_PRICE_NOT_GRID;
    }
    return decimal_text_parse(text, TARAZY_PARAMETER_MONEY_DECIMALS, &out->price) ==
                   DECIMAL_RESULT_OK
               ? ENERGY_CSV_RESULT_OK
               : ENERGY_CSV_RESULT_PRICE;
}

static enum energy_csv_result energy_read(const struct csv_row *row, uint32_t decimals,
                                          struct energy_row *out)
{
    struct slice text = row->fields[COLUMN_ENERGY];
    bool is_negative = text.size > 0 && text.data[0] == '-';

    if (is_negative) {
        text = slice_of(text.data + 1, text.size - 1);
    }
    if (decimal_text_parse(text, decimals, &out->energy_wh) != DECIMAL_RESULT_OK) {
        return ENERGY_CSV_RESULT_ENERGY;
    }
    return is_negative ? ENERGY_CSV_RESULT_NEGATIVE : ENERGY_CSV_RESULT_OK;
}

static enum energy_csv_result row_read(const struct csv_row *row, struct quarter quarter,
                                       uint32_t decimals, struct energy_row *out)
{
    struct slice meter = row->fields[COLUMN_METER];
    struct slice source = row->fields[COLUMN_SOURCE];

    if (meter.size == 0 || !text_set(out->meter, sizeof out->meter, meter.data, meter.size) ||
        !text_is_of(out->meter, sizeof out->meter, TEXT_CHARSET_CLIENT_ID)) {
        return ENERGY_CSV_RESULT_METER;
    }
    out->source =
        source.size == 0 ? (enum energy_source)0 : energy_source_of_name(source.data, source.size);
    if (energy_source_name(out->source) == NULL) {
        return ENERGY_CSV_RESULT_SOURCE;
    }
    enum energy_csv_result result = period_read(row, quarter, out);
    if (result == ENERGY_CSV_RESULT_OK) {
        result = energy_read(row, decimals, out);
    }
    return result == ENERGY_CSV_RESULT_OK ? price_read(row->fields[COLUMN_PRICE], out) : result;
}

static struct energy_csv_meter *meter_find(struct energy_csv *csv, const struct energy_row *row)
{
    for (uint32_t i = 0; i < csv->meter_count; i++) {
        if (text_equals(csv->meters[i].name, row->meter, sizeof row->meter)) {
            return &csv->meters[i];
        }
    }
    if (csv->meter_count == ENERGY_CSV_METERS_MAX) {
        return NULL;
    }
    struct energy_csv_meter *meter = &csv->meters[csv->meter_count++];
    memcpy(meter->name, row->meter, sizeof meter->name);
    return meter;
}

/* Does the line that told the first of these days tell these days and no other? */
static bool is_duplicate(const struct energy_csv_meter *meter, const struct energy_row *row,
                         uint32_t days)
{
    uint64_t line = meter->line_of_day[row->first];

    for (uint32_t day = 0; day < days; day++) {
        bool is_inside = day >= (uint32_t)row->first && day <= (uint32_t)row->last;
        if ((meter->line_of_day[day] == line) != is_inside) {
            return false;
        }
    }
    return line != 0;
}

static struct energy_csv_problem row_take(struct energy_csv *csv, const struct energy_row *row,
                                          uint64_t line)
{
    struct energy_csv_problem problem = {.result = ENERGY_CSV_RESULT_OK, .line = line};
    struct energy_csv_meter *meter = meter_find(csv, row);

    if (meter == NULL) {
        problem.result = ENERGY_CSV_RESULT_FULL;
        return problem;
    }
    for (int32_t day = row->first; day <= row->last; day++) {
        if (meter->line_of_day[day] != 0) {
            problem.result = is_duplicate(meter, row, csv->days) ? ENERGY_CSV_RESULT_DUPLICATE
                                                                 : ENERGY_CSV_RESULT_OVERLAP;
            problem.other_line = meter->line_of_day[day];
            return problem;
        }
    }
    for (int32_t day = row->first; day <= row->last; day++) {
        meter->line_of_day[day] = line;
    }
    if (energy_use_add(&csv->use, &csv->cost, row->source, row->energy_wh, row->price) !=
        JURISDICTION_RESULT_OK) {
        problem.result = ENERGY_CSV_RESULT_LARGE;
    }
    csv->rows++;
    return problem;
}

struct energy_csv_problem energy_csv_read(struct energy_csv *out, struct slice text,
                                          struct quarter quarter)
{
    struct csv_reader reader;
    struct csv_row row;
    struct energy_csv_problem problem = {.result = ENERGY_CSV_RESULT_OK};
    uint32_t decimals = 0;
    bool has_unit = false;

    memset(out, 0, sizeof *out);
    out->days = (uint32_t)(quarter_last_day(quarter) - quarter_first_day(quarter) + 1);
    ENSURE(out->days <= ENERGY_CSV_DAYS_MAX);
    enum csv_result read = csv_reader_begin(&reader, text, ENERGY_CSV_HEAD);
    while (read == CSV_RESULT_OK && problem.result == ENERGY_CSV_RESULT_OK) {
        struct energy_row taken;
        uint32_t row_decimals = 0;
        read = csv_reader_next(&reader, &row);
        if (read != CSV_RESULT_OK) {
            break;
        }
        problem.line = reader.line;
        if (!unit_decimals(row.fields[COLUMN_UNIT], &row_decimals)) {
            problem.result = ENERGY_CSV_RESULT_UNIT;
        } else if (has_unit && row_decimals != decimals) {
            problem.result = ENERGY_CSV_RESULT_MIXED_UNITS;
        } else {
            problem.result = row_read(&row, quarter, row_decimals, &taken);
        }
        decimals = row_decimals;
        has_unit = true;
        if (problem.result == ENERGY_CSV_RESULT_OK) {
            problem = row_take(out, &taken, reader.line);
        }
    }
    if (problem.result == ENERGY_CSV_RESULT_OK) {
        bool is_whole = read == CSV_RESULT_END;
        problem.result = is_whole ? ENERGY_CSV_RESULT_OK : ENERGY_CSV_RESULT_CSV;
        problem.csv = is_whole ? (enum csv_result)0 : read;
        problem.line = is_whole ? 0 : reader.line;
    }
    return problem;
}

uint32_t energy_csv_days_missing(const struct energy_csv *csv, uint32_t meter)
{
    uint32_t missing = 0;

    ENSURE(meter < csv->meter_count);
    for (uint32_t day = 0; day < csv->days; day++) {
        missing += csv->meters[meter].line_of_day[day] == 0;
    }
    return missing;
}

const char *energy_csv_problem_text(const struct energy_csv_problem *problem)
{
    if (problem->result == ENERGY_CSV_RESULT_CSV) {
        return csv_result_text(problem->csv);
    }
    switch (problem->result) {
#define ENERGY_CSV_TEXT(name, number, text) \
    case ENERGY_CSV_RESULT_##name: return text;
        ENERGY_CSV_RESULTS(ENERGY_CSV_TEXT)
#undef ENERGY_CSV_TEXT
    }
    return "unknown problem";
}
