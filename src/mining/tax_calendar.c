/* SPDX-License-Identifier: Apache-2.0
 *
 * Working days and due days. A file of its own because they are the same for every tax. Invariants: a
 * day is called working only if the list of holidays is said to be whole there; a shifted day is a
 * working day. Read next: energy_fee.c, tax_arrears.c.
 */
#include "mining/tax_calendar.h"

#include "base/ensure.h"

enum { SHIFT_DAYS_MAX = 100 };

/* The flag of a kind on a day; a day without a record is one on which it is not so. */
static enum jurisdiction_result is_flagged(const struct jurisdiction *jurisdiction,
                                           enum parameter_kind kind, int32_t day, bool *is_so,
                                           struct jurisdiction_fault *fault)
{
    uint32_t index = 0;
    enum jurisdiction_result result = jurisdiction_find(jurisdiction, kind, day, &index);

    *is_so = false;
    if (result == JURISDICTION_RESULT_OK) {
        *is_so = jurisdiction->parameters[index].value == 1;
    } else if (result != JURISDICTION_RESULT_MISSING) {
        *fault = (struct jurisdiction_fault){(uint16_t)kind, day};
        return result;
    }
    return JURISDICTION_RESULT_OK;
}

enum jurisdiction_result tax_calendar_is_working(const struct jurisdiction *jurisdiction,
                                                 int32_t day, bool *is_working,
                                                 struct jurisdiction_fault *fault)
{
    static const enum parameter_kind flags[] = {PARAMETER_HOLIDAYS_LISTED, PARAMETER_HOLIDAY,
                                                PARAMETER_WORKING_WEEKEND};
    bool is[3] = {false, false, false};
    uint32_t weekend = 0;

    *is_working = false;
    if (!civil_day_is_known(day)) {
        *fault = (struct jurisdiction_fault){0, day};
        return JURISDICTION_RESULT_BAD_DAY;
    }
    enum jurisdiction_result result =
        jurisdiction_find(jurisdiction, PARAMETER_WEEKEND, day, &weekend);
    if (result != JURISDICTION_RESULT_OK) {
        *fault = (struct jurisdiction_fault){PARAMETER_WEEKEND, day};
        return result;
    }
    for (unsigned i = 0; i < 3; i++) {
        result = is_flagged(jurisdiction, flags[i], day, &is[i], fault);
        if (result != JURISDICTION_RESULT_OK) {
            return result;
        }
    }
    if (!is[0]) {
        *fault = (struct jurisdiction_fault){PARAMETER_HOLIDAYS_LISTED, day};
        return JURISDICTION_RESULT_MISSING;
    }
    bool is_weekend = (jurisdiction->parameters[weekend].value >> civil_weekday(day) & 1) != 0;
    *is_working = !is[1] && (!is_weekend || is[2]);
    return JURISDICTION_RESULT_OK;
}

enum jurisdiction_result tax_calendar_shift(const struct jurisdiction *jurisdiction,
                                            enum day_shift shift, int32_t *day,
                                            struct jurisdiction_fault *fault)
{
    int32_t step = shift == DAY_SHIFT_NEXT ? 1 : -1;

    if (shift == DAY_SHIFT_NONE) {
        return JURISDICTION_RESULT_OK;
    }
    if (!civil_day_is_known(*day)) {
        *fault = (struct jurisdiction_fault){0, *day};
        return JURISDICTION_RESULT_BAD_DAY;
    }
    for (int32_t i = 0; i < SHIFT_DAYS_MAX; i++) {
        bool is_working;
        int32_t candidate = *day + i * step;
        enum jurisdiction_result result =
            tax_calendar_is_working(jurisdiction, candidate, &is_working, fault);
        if (result != JURISDICTION_RESULT_OK) {
            return result;
        }
        if (is_working) {
            *day = candidate;
            return JURISDICTION_RESULT_OK;
        }
    }
    *fault = (struct jurisdiction_fault){PARAMETER_WEEKEND, *day};
    return JURISDICTION_RESULT_NO_WORKING_DAY;
}

/* The day of the month that lies `months` after the one of `from`, or that month's last. */
static bool find_nominal_day(int32_t from, int64_t months, int64_t day_of_month, int32_t *day)
{
    struct civil_date date = civil_date_of_day(from);
    int64_t month = (int64_t)date.year * 12 + date.month - 1 + months;
    int64_t year = month / 12;

    if (year > 9999) {
        return false;
    }
    date.year = (int32_t)year;
    date.month = (uint8_t)(month % 12 + 1);
    uint8_t last = civil_month_days(date.year, date.month);
    date.day = day_of_month < last ? (uint8_t)day_of_month : last;
    *day = civil_day_of_date(date);
    return true;
}

enum jurisdiction_result tax_calendar_due(const struct jurisdiction *jurisdiction,
                                          enum parameter_kind kind, int32_t last_day,
                                          struct due_day *due, struct jurisdiction_fault *fault)
{
    *due = (struct due_day){0};
    *fault = (struct jurisdiction_fault){(uint16_t)kind, last_day};
    if (!civil_day_is_known(last_day)) {
        return JURISDICTION_RESULT_BAD_DAY;
    }
    ENSURE(jurisdiction_kind_unit((uint16_t)kind) == PARAMETER_UNIT_DUE);
    enum jurisdiction_result result = jurisdiction_find(jurisdiction, kind, last_day, &due->rule);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    const struct jurisdiction_parameter *rule = &jurisdiction->parameters[due->rule];
    due->trust = (enum trust)rule->trust;
    if (rule->value == 0) {
        return JURISDICTION_RESULT_OK;
    }
    if (!find_nominal_day(last_day, rule->key, rule->value, &due->nominal_day)) {
        return JURISDICTION_RESULT_BAD_DAY;
    }
    due->is_due = true;
    due->day = due->nominal_day;
    result = jurisdiction_find(jurisdiction, PARAMETER_DUE_SHIFT, due->nominal_day, &due->shift);
    if (result != JURISDICTION_RESULT_OK) {
        *fault = (struct jurisdiction_fault){PARAMETER_DUE_SHIFT, due->nominal_day};
        return result;
    }
    const struct jurisdiction_parameter *shift = &jurisdiction->parameters[due->shift];
    result = tax_calendar_shift(jurisdiction, (enum day_shift)shift->value, &due->day, fault);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    if (due->day != due->nominal_day) {
        due->trust = trust_weaker(due->trust, (enum trust)shift->trust);
    }
    uint32_t list = 0;
    if (shift->value != DAY_SHIFT_NONE &&
        jurisdiction_find(jurisdiction, PARAMETER_HOLIDAYS_LISTED, due->day, &list) ==
            JURISDICTION_RESULT_OK) {
        due->holidays_trust = (enum trust)jurisdiction->parameters[list].trust;
    }
    *fault = (struct jurisdiction_fault){0, 0};
    return JURISDICTION_RESULT_OK;
}
