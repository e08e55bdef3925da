/* SPDX-License-Identifier: Apache-2.0
 *
 * What is still owed after a due day, and the penalty for each day since, by the yearly rate in force
 * on that day. Payments go to the tax itself, in whatever order they are given.
 */
#ifndef MINING_TAX_ARREARS_H
#define MINING_TAX_ARREARS_H

#include "mining/jurisdiction.h"
#include "mining/tax_calendar.h"
#include "tarazy/money.h"

/* Longer than this nothing is reckoned: BAD_DAY. */
enum { TAX_ARREARS_DAYS_MAX = 36600 };

struct tax_payment {
    int32_t day;
    struct amount amount; /* >= 0 */
};

struct tax_debt {
    int32_t due_day;    /* the last one on which paying is in time */
    struct amount owed; /* >= 0 */
    const struct tax_payment *payments;
    uint32_t payment_count;
};

struct tax_arrears {
    struct amount unpaid; /* at the end of `today` */
    struct amount overpaid;
    uint32_t days_late;    /* days with a penalty */
    struct amount penalty; /* of all of them, rounded once by FEE_ROUNDING to the currency's unit */
    bool is_exact;
    enum trust trust; /* the weakest record of the penalty; 0 when there is none */
    struct jurisdiction_fault fault;
};

/* As of the end of `today`; payments of later days do not count yet. When nothing is late, no parameter
 * is asked. MISSING, OVERLAP, CHANGES (the days of a year), NEGATIVE, OVERFLOW, BAD_DAY. */
enum jurisdiction_result tax_arrears_compute(const struct jurisdiction *jurisdiction,
                                             const struct tax_debt *debt, int32_t today,
                                             struct tax_arrears *arrears);

#endif
