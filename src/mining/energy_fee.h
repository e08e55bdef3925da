/* SPDX-License-Identifier: Apache-2.0
 *
 * The fee on the energy of mining: kWh of one quarter by their source, the rates in force, and what
 * they make. Every number on the way is kept, with the index of the record it came from, so that
 * whoever owes it can see how it arose and how far each number is to be believed.
 */
#ifndef MINING_ENERGY_FEE_H
#define MINING_ENERGY_FEE_H

#include "mining/civil_date.h"
#include "mining/jurisdiction.h"
#include "mining/tax_calendar.h"
#include "tarazy/mining_command.h"
#include "tarazy/money.h"

/* Of enum energy_source, which stands with the commands of energy meters. */
enum { ENERGY_SOURCES = ENERGY_SOURCE_UNMETERED };

/* What was used for mining in one quarter. */
struct energy_use {
    int64_t energy_wh[ENERGY_SOURCES]; /* by source − 1 */
    int64_t grid_price;                /* of a kWh from the grid, averaged over the quarter:
                                        * millionths of the currency, rounded down */
    bool has_grid_price;
};

/* Adds energy of one source, for the grid at one price (price −1: not known, and then the average is
 * not known either). The average is kept exactly in *cost (0 at first), and as grid_price. NEGATIVE,
 * OVERFLOW or OK; refused: nothing has changed. */
enum jurisdiction_result energy_use_add(struct energy_use *use, int128 *cost,
                                        enum energy_source source, int64_t energy_wh,
                                        int64_t price);

struct energy_fee_line {
    enum energy_source source;
    int64_t energy_wh;
    int64_t own_rate;       /* what this source alone would give, per kWh, millionths */
    uint32_t own_parameter; /* and its record */
    int64_t rate;           /* what was applied */
    uint32_t parameter;     /* and its record */
    int128 exact_nano;      /* energy_wh × rate: exactly, in 10^-9 of the currency */
};

struct energy_fee {
    struct quarter quarter;
    int32_t first_day;
    int32_t last_day;

    struct energy_fee_line lines[ENERGY_SOURCES]; /* [0..line_count): sources with energy */
    uint32_t line_count;
    bool has_grounds; /* several sources with different rates: then `grounds` was asked */
    uint32_t grounds; /* record of FEE_GROUNDS */

    int128 exact_nano;      /* sum of the lines, in 10^-9 of the currency */
    uint32_t rounding;      /* records of FEE_ROUNDING and FEE_ROUNDING_UNIT */
    uint32_t rounding_unit; /* … */
    bool is_exact;          /* rounding changed nothing */
    struct amount fee;      /* in units of the currency's scale */
    enum trust trust;       /* the weakest of what made the fee: applied rates, the rule of several
                             * grounds if it was asked, the rounding if it changed anything */

    struct due_day declaration;
    struct due_day payment;

    struct jurisdiction_fault fault; /* of a refusal */
};

/* The fee for one quarter, in units of 10^-currency_scale (at most MONEY_SCALE_MAX, ENSURE). A rate must
 * be the same on every day of the quarter. On anything but OK only `quarter`, the days and `fault` are of
 * use: MISSING, OVERLAP, CHANGES, TWO_RATES, NO_PRICE, NEGATIVE, OVERFLOW, ROUNDING_UNIT, BAD_DAY,
 * NO_WORKING_DAY. */
enum jurisdiction_result energy_fee_compute(const struct jurisdiction *jurisdiction,
                                            struct quarter quarter, const struct energy_use *use,
                                            uint8_t currency_scale, struct energy_fee *fee);

/* "grid", "own", "off-grid", "renewable", "unmetered"; NULL or 0: no such. */
const char *energy_source_name(enum energy_source source);
enum energy_source energy_source_of_name(const char *name, size_t length);

#endif
