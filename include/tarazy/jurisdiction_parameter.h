/* SPDX-License-Identifier: Apache-2.0
 *
 * One number of the law: what it is called, from when to when it holds, who says so and how far that
 * is to be believed. No legal number stands in the code; a country is an array of these records.
 *
 * Days are days since 1970-01-01 of the country's own calendar. Money is in millionths of a whole
 * unit of the country's currency (of one tenge, not of one tiyn), so that the records do not depend
 * on the scale the currency has in the books.
 */
#ifndef TARAZY_JURISDICTION_PARAMETER_H
#define TARAZY_JURISDICTION_PARAMETER_H

#include <stdint.h>

/* How far a number is to be believed; a larger one is weaker. */
enum trust {
    TRUST_A = 1, /* the primary text was read */
    TRUST_B,     /* law firms, official news, or several sources agree */
    TRUST_C,     /* one weak or unclear source, or one reading of several */
    TRUST_M,     /* general knowledge of the text, not checked */
    TRUST_D,     /* derived here: unverified */
};

/* What a value is counted in. */
enum parameter_unit {
    PARAMETER_UNIT_MONEY = 1, /* millionths of the currency, >= 0 */
    PARAMETER_UNIT_PPM,       /* parts per million; 1,000,000 = the whole; >= 0 */
    PARAMETER_UNIT_COUNT,     /* whole things, days, months, years, MCI: >= 0 */
    PARAMETER_UNIT_ENERGY,    /* watt-hours, >= 0 */
    PARAMETER_UNIT_MINUTE,    /* a minute of the day, 0 .. 1439 */
    PARAMETER_UNIT_OFFSET,    /* minutes east of UTC, −1440 .. 1440 */
    PARAMETER_UNIT_DUE, /* value: day of the month; key: months after the period's last; 0: none */
    PARAMETER_UNIT_GROUNDS,  /* enum fee_grounds */
    PARAMETER_UNIT_SHIFT,    /* enum day_shift */
    PARAMETER_UNIT_ROUNDING, /* enum tax_rounding */
    PARAMETER_UNIT_WEEKDAYS, /* bit 0 = Monday … bit 6 = Sunday, not all seven */
    PARAMETER_UNIT_FLAG,     /* 1: it is so; 0: it is not */
};

/* How the records of one kind lie in time. */
enum parameter_shape {
    PARAMETER_SHAPE_SINGLE = 1,  /* one record at a time; no day without one between two of them */
    PARAMETER_SHAPE_SOMETIMES,   /* one record at a time, and days without any */
    PARAMETER_SHAPE_MONEY_STEPS, /* a table: from `key` millionths of the currency on, `value` */
    PARAMETER_SHAPE_COUNT_STEPS, /* a table: from `key` whole things on, `value` */
};

/* Is a source's kWh with several rates in one quarter charged each at its own rate? */
enum fee_grounds { FEE_GROUNDS_EACH = 1, FEE_GROUNDS_HIGHEST };

/* What becomes of a day that is no working day. */
enum day_shift { DAY_SHIFT_NONE = 1, DAY_SHIFT_NEXT, DAY_SHIFT_PREVIOUS };

enum tax_rounding { TAX_ROUNDING_DOWN = 1, TAX_ROUNDING_UP, TAX_ROUNDING_HALF_UP };

/* X(NAME, number, name in files, unit, shape). Numbers stand in journals: append, never renumber. */
#define TARAZY_PARAMETERS(X)                                                           \
    /* the calendar */                                                                 \
    X(UTC_OFFSET, 1, "utc_offset", OFFSET, SINGLE)                                     \
    X(WEEKEND, 2, "weekend", WEEKDAYS, SINGLE)                                         \
    X(HOLIDAYS_LISTED, 3, "holidays_listed", FLAG, SOMETIMES)                          \
    X(HOLIDAY, 4, "holiday", FLAG, SOMETIMES)                                          \
    X(WORKING_WEEKEND, 5, "working_weekend", FLAG, SOMETIMES)                          \
    /* the fee on the energy of mining, per kWh */                                     \
    X(FEE_RATE_GRID, 10, "fee_rate_grid", MONEY, SOMETIMES)                            \
    X(FEE_SCALE_GRID, 11, "fee_scale_grid", MONEY, MONEY_STEPS)                        \
    X(FEE_RATE_OWN, 12, "fee_rate_own", MONEY, SINGLE)                                 \
    X(FEE_RATE_OFF_GRID, 13, "fee_rate_off_grid", MONEY, SINGLE)                       \
    X(FEE_RATE_RENEWABLE, 14, "fee_rate_renewable", MONEY, SINGLE)                     \
    X(FEE_RATE_UNMETERED, 15, "fee_rate_unmetered", MONEY, SINGLE)                     \
    X(FEE_GROUNDS, 16, "fee_several_grounds", GROUNDS, SINGLE)                         \
    X(FEE_ROUNDING, 17, "fee_rounding", ROUNDING, SINGLE)                              \
    X(FEE_ROUNDING_UNIT, 18, "fee_rounding_unit", MONEY, SINGLE)                       \
    X(DECLARATION_DUE, 19, "declaration_due", DUE, SINGLE)                             \
    X(PAYMENT_DUE, 20, "payment_due", DUE, SINGLE)                                     \
    X(DUE_SHIFT, 21, "due_shift", SHIFT, SINGLE)                                       \
    X(PENALTY_YEARLY_RATE, 22, "penalty_yearly_rate", PPM, SINGLE)                     \
    X(PENALTY_MULTIPLE, 23, "penalty_multiple", PPM, SINGLE)                           \
    X(PENALTY_YEAR_DAYS, 24, "penalty_year_days", COUNT, SINGLE)                       \
    X(PENALTY_ON_PAYMENT_DAY, 25, "penalty_on_payment_day", FLAG, SINGLE)              \
    /* income and sale */                                                              \
    X(VALUATION_LAG, 30, "valuation_lag_days", COUNT, SINGLE)                          \
    X(VALUATION_SHIFT, 31, "valuation_shift", SHIFT, SINGLE)                           \
    X(INCOME_ROUNDING, 32, "income_rounding", ROUNDING, SINGLE)                        \
    X(DUTY_TO_SELL, 33, "duty_to_sell", PPM, SINGLE)                                   \
    X(CORPORATE_INCOME_TAX, 34, "corporate_income_tax", PPM, SINGLE)                   \
    X(INDIVIDUAL_INCOME_TAX, 35, "individual_income_tax_from_mci", PPM, COUNT_STEPS)   \
    X(INDIVIDUAL_RETURN_DUE, 36, "individual_return_due", DUE, SINGLE)                 \
    X(VALUE_ADDED_TAX, 37, "value_added_tax", PPM, SINGLE)                             \
    X(VALUE_ADDED_TAX_ON_ASSETS, 38, "value_added_tax_on_digital_assets", PPM, SINGLE) \
    /* licences */                                                                     \
    X(MCI, 50, "monthly_calculation_index", MONEY, SINGLE)                             \
    X(LICENCE_FEE_OWN_SITE, 51, "licence_fee_own_site_mci", COUNT, SINGLE)             \
    X(LICENCE_FEE_HOSTED, 52, "licence_fee_hosted_mci", COUNT, SINGLE)                 \
    X(LICENCE_TERM, 53, "licence_term_years", COUNT, SINGLE)                           \
    X(LICENCE_REVIEW, 54, "licence_review_working_days", COUNT, SINGLE)                \
    X(LICENCE_SUSPENSION_MIN, 55, "licence_suspension_min_months", COUNT, SINGLE)      \
    X(LICENCE_SUSPENSION_MAX, 56, "licence_suspension_max_months", COUNT, SINGLE)      \
    X(HOSTED_ENERGY_QUOTA, 57, "hosted_energy_quota", FLAG, SINGLE)                    \
    /* energy */                                                                       \
    X(ENERGY_LOT, 70, "energy_lot_kwh", ENERGY, SINGLE)                                \
    X(GRID_SURPLUS_ONLY, 71, "grid_surplus_only", FLAG, SINGLE)                        \
    X(GRID_CUT, 72, "grid_cut", FLAG, SOMETIMES)                                       \
    X(ENERGY_AUCTION_LEAD, 73, "energy_auction_days_before", COUNT, SINGLE)            \
    X(ENERGY_AUCTION_OPEN, 74, "energy_auction_open", MINUTE, SINGLE)                  \
    X(ENERGY_AUCTION_CLOSE, 75, "energy_auction_close", MINUTE, SINGLE)                \
    X(ENERGY_PREPAYMENT, 76, "energy_prepayment_by", MINUTE, SINGLE)

enum parameter_kind {
#define PARAMETER_CONSTANT(name, number, text, unit, shape) PARAMETER_##name = (number),
    TARAZY_PARAMETERS(PARAMETER_CONSTANT)
#undef PARAMETER_CONSTANT
};

/* valid_to of what has no end. */
#define TARAZY_DAY_OPEN INT32_MAX

/* Money in a parameter: millionths of the whole currency. */
enum { TARAZY_PARAMETER_MONEY_DECIMALS = 6, TARAZY_PARAMETER_MONEY_ONE = 1000000 };

enum { TARAZY_PARAMETER_SOURCE_SIZE = 120 };

/* 152 bytes: fits behind the header of a command of 192. No pointers, no padding. */
struct jurisdiction_parameter {
    uint16_t kind;      /* enum parameter_kind */
    uint8_t trust;      /* enum trust */
    uint8_t reserved0;  /* 0 */
    int32_t valid_from; /* first day on which it holds */
    int32_t valid_to;   /* last day on which it holds, or TARAZY_DAY_OPEN */
    int32_t reserved1;  /* 0 */
    int64_t key;        /* where a step of a table begins, or the month of a due day; else 0 */
    int64_t value;
    char source[TARAZY_PARAMETER_SOURCE_SIZE]; /* printable ASCII without " ' \, zero-padded */
};

_Static_assert(sizeof(struct jurisdiction_parameter) == 152, "stands in journals");

#endif
