/* SPDX-License-Identifier: Apache-2.0
 *
 * The days of tax law: working days, and when something is due. Weekends, holidays, working
 * weekends and rules of shifting are parameters of the jurisdiction.
 */
#ifndef MINING_TAX_CALENDAR_H
#define MINING_TAX_CALENDAR_H

#include "mining/civil_date.h"
#include "mining/jurisdiction.h"

/* Is this a working day? MISSING when the weekend is not known, or when the country's holidays are not
 * listed for this day (HOLIDAYS_LISTED): then nobody may say that it is. */
enum jurisdiction_result tax_calendar_is_working(const struct jurisdiction *jurisdiction,
                                                 int32_t day, bool *is_working,
                                                 struct jurisdiction_fault *fault);

/* The day itself, or the next or previous working day. */
enum jurisdiction_result tax_calendar_shift(const struct jurisdiction *jurisdiction,
                                            enum day_shift shift, int32_t *day,
                                            struct jurisdiction_fault *fault);

/* When something is due, and why. */
struct due_day {
    bool is_due;         /* false: the law asks for nothing; all else is 0 */
    int32_t nominal_day; /* as the law's text says it */
    int32_t day;         /* after shifting */
    uint32_t rule;       /* index of the record with day and month */
    uint32_t shift;      /* index of the record with the shift rule */
    enum trust trust;    /* the rule's, and if the day was shifted the weaker of rule and shift */
    /* The day has passed through a list of holidays that is itself only believed so far. 0: no
     * list was asked, as there is no shift. */
    enum trust holidays_trust;
};

/* When `kind` (DECLARATION_DUE, PAYMENT_DUE, INDIVIDUAL_RETURN_DUE) is due for a period that ends on
 * last_day, by the rule in force on that day; the shift rule is the one in force on the due day. A day
 * that its month does not have becomes the month's last. */
enum jurisdiction_result tax_calendar_due(const struct jurisdiction *jurisdiction,
                                          enum parameter_kind kind, int32_t last_day,
                                          struct due_day *due, struct jurisdiction_fault *fault);

#endif
