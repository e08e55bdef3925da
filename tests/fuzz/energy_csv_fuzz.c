/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings of meters of any bytes: refused with the number of a line, or the sums are what the days
 * and rows can hold.
 */
#include <stdio.h>
#include <stdlib.h>

#include "codec/energy_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

static struct energy_csv csv;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct quarter quarter = {2024, 1};
    struct energy_csv_problem problem =
        energy_csv_read(&csv, slice_of((const char *)data, size), quarter);
    uint64_t lines = 1;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    if (problem.result != ENERGY_CSV_RESULT_OK) {
        CHECK(problem.line <= lines && problem.other_line <= problem.line);
        CHECK((problem.csv != 0) == (problem.result == ENERGY_CSV_RESULT_CSV));
        return 0;
    }
    CHECK(problem.line == 0 && csv.rows < lines && csv.meter_count <= csv.rows);
    for (uint32_t i = 0; i < csv.meter_count; i++) {
        CHECK(energy_csv_days_missing(&csv, i) < csv.days);
    }
    for (int i = 0; i < ENERGY_SOURCES; i++) {
        CHECK(csv.use.energy_wh[i] >= 0);
    }
    CHECK(csv.use.has_grid_price || csv.use.grid_price == 0);
    CHECK(csv.use.grid_price >= 0);
    return 0;
}
