/* SPDX-License-Identifier: Apache-2.0
 *
 * The income of a miner: coins that a pool distributed, at the official value of the day that the law
 * takes for the day of receipt.
 */
#ifndef MINING_MINING_INCOME_H
#define MINING_MINING_INCOME_H

#include "mining/jurisdiction.h"
#include "tarazy/money.h"

/* Which day's official value counts. */
struct valuation_day {
    int32_t day;
    uint32_t lag;   /* record of VALUATION_LAG, in force on the day of receipt */
    uint32_t shift; /* record of VALUATION_SHIFT */
    enum trust trust;
};

/* The day of receipt less the lag, then shifted to a working day as the law says. MISSING, OVERLAP,
 * BAD_DAY, NO_WORKING_DAY: *fault says what and when. */
enum jurisdiction_result mining_income_valuation_day(const struct jurisdiction *jurisdiction,
                                                     int32_t receipt_day, struct valuation_day *out,
                                                     struct jurisdiction_fault *fault);

/* The official value of one whole coin: per_coin × 10^-decimals of the currency. Finer than the
 * currency's scale, as a coin may be worth less than its smallest unit. */
struct official_value {
    int64_t per_coin;
    uint8_t decimals; /* at most MONEY_SCALE_MAX */
};

struct mining_receipt {
    int32_t day;            /* of receipt, the country's own */
    struct amount coins;    /* in units of 10^-coin_scale */
    uint8_t coin_scale;     /* at most MONEY_SCALE_MAX */
    uint8_t currency_scale; /* of the income; at most MONEY_SCALE_MAX */
};

struct mining_income {
    struct amount income; /* coins × value, rounded once */
    uint32_t rounding;    /* record of INCOME_ROUNDING */
    bool is_exact;        /* rounding changed nothing */
    struct jurisdiction_fault fault;
};

/* The income of one receipt at the value of its valuation day (whoever calls has looked it up). MISSING
 * or OVERLAP (the rounding), NEGATIVE, OVERFLOW. */
enum jurisdiction_result mining_income_compute(const struct jurisdiction *jurisdiction,
                                               const struct mining_receipt *receipt,
                                               struct official_value value,
                                               struct mining_income *out);

#endif
