/* SPDX-License-Identifier: Apache-2.0
 *
 * What was used for mining in one quarter, from readings of meters as CSV (csv_reader.h):
 *
 *     meter,source,first_day,last_day,energy,unit,price
 *     A-17,grid,2023-01-01,2023-01-31,12500.5,kWh,24.50
 *     A-18,own,2023-01-01,2023-01-01,3,kWh,
 *
 * meter: 1 to 32 of A-Z a-z 0-9 . : / _ -. source: grid, own, off-grid, renewable, unmetered. Both days
 * belong to the reading. unit: Wh, kWh or MWh, the same in every line. price: of a kWh from the grid, in
 * whole currency, at most six decimals; empty when not known and for every other source.
 *
 * No day of a meter may be told twice, and none may lie outside the quarter.
 */
#ifndef CODEC_ENERGY_CSV_H
#define CODEC_ENERGY_CSV_H

#include "codec/csv_reader.h"
#include "mining/energy_fee.h"

#define ENERGY_CSV_HEAD "meter,source,first_day,last_day,energy,unit,price"

enum {
    ENERGY_CSV_METERS_MAX = 1024,
    ENERGY_CSV_METER_SIZE = 32,
    ENERGY_CSV_DAYS_MAX = 92, /* of a quarter */
};

/* X(NAME, number, text) */
#define ENERGY_CSV_RESULTS(X)                                                 \
    X(OK, 1, "done")                                                          \
    X(CSV, 2, "the file is no CSV of the expected form")                      \
    X(METER, 3, "a meter's name is 1 to 32 of A-Z a-z 0-9 . : / _ -")         \
    X(SOURCE, 4, "the source is grid, own, off-grid, renewable or unmetered") \
    X(DAY, 5, "a day is no date of the form 2024-05-25")                      \
    X(PERIOD, 6, "the last day is before the first")                          \
    X(OUTSIDE, 7, "the days do not lie within the quarter")                   \
    X(ENERGY, 8, "the energy is no decimal, or finer than a watt-hour")       \
    X(NEGATIVE, 9, "the energy is below zero")                                \
    X(UNIT, 10, "the unit is Wh, kWh or MWh")                                 \
    X(MIXED_UNITS, 11, "another unit than in the lines before")               \
    X(PRICE, 12, "the price is no decimal of at most six decimals")           \
    X(PRICE_NOT_GRID, 13, "only energy from the grid has a price here")       \
    X(DUPLICATE, 14, "the same meter and days as another line")               \
    X(OVERLAP, 15, "days of this meter that another line has told already")   \
    X(FULL, 16, "too many meters")                                            \
    X(LARGE, 17, "the sum of the energy is too large")

enum energy_csv_result {
#define ENERGY_CSV_CONSTANT(name, number, text) ENERGY_CSV_RESULT_##name = (number),
    ENERGY_CSV_RESULTS(ENERGY_CSV_CONSTANT)
#undef ENERGY_CSV_CONSTANT
};

struct energy_csv_meter {
    char name[ENERGY_CSV_METER_SIZE];          /* zero-padded */
    uint64_t line_of_day[ENERGY_CSV_DAYS_MAX]; /* which line told it; 0: none */
};

/* ~800 kB: not for a small stack. */
struct energy_csv {
    struct energy_use use;
    int128 cost; /* of the grid's energy, Wh × millionths per kWh */
    uint64_t rows;
    struct energy_csv_meter meters[ENERGY_CSV_METERS_MAX]; /* [0..meter_count) */
    uint32_t meter_count;
    uint32_t days; /* of the quarter */
};

struct energy_csv_problem {
    enum energy_csv_result result;
    enum csv_result csv; /* of CSV: what exactly */
    uint64_t line;       /* from 1; 0 on OK */
    uint64_t other_line; /* of DUPLICATE and OVERLAP */
};

/* Reads the whole file, or says which line is wrong and why. ENSUREs a valid quarter. */
struct energy_csv_problem energy_csv_read(struct energy_csv *out, struct slice text,
                                          struct quarter quarter);

/* Days of the quarter on which this meter has no reading. */
uint32_t energy_csv_days_missing(const struct energy_csv *csv, uint32_t meter);

const char *energy_csv_problem_text(const struct energy_csv_problem *problem);

#endif
