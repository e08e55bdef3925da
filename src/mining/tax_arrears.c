/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrears and penalties. A file of its own because they go on day by day after a fee is settled. The
 * penalty of a day is unpaid × yearly rate × multiple / days of the year; the numerators are added up
 * exactly and divided once. Invariant: no day up to and with the due day bears a penalty. Read next:
 * energy_fee.c.
 */
#include "mining/tax_arrears.h"

#include "base/ensure.h"
#include "mining/civil_date.h"
#include "mining/tax_rounding.h"
#include "money/arithmetic.h"

#define PPM_SQUARED ((int128)TARAZY_RATE_WHOLE * TARAZY_RATE_WHOLE)

/* A parameter that is asked day by day: looked up again only when its record has ended. */
struct running_parameter {
    enum parameter_kind kind;
    const struct jurisdiction_parameter *one; /* NULL: not yet */
};

static enum jurisdiction_result find_running(const struct jurisdiction *jurisdiction,
                                             struct running_parameter *running, int32_t day,
                                             struct tax_arrears *arrears)
{
    uint32_t index = 0;

    if (running->one != NULL && day <= running->one->valid_to) {
        return JURISDICTION_RESULT_OK;
    }
    arrears->fault = (struct jurisdiction_fault){(uint16_t)running->kind, day};
    enum jurisdiction_result result = jurisdiction_find(jurisdiction, running->kind, day, &index);
    if (result == JURISDICTION_RESULT_OK) {
        running->one = &jurisdiction->parameters[index];
        arrears->trust = trust_weaker(arrears->trust, (enum trust)running->one->trust);
    }
    return result;
}

/* What was paid up to and with a day. */
static enum jurisdiction_result find_paid(const struct tax_debt *debt, int32_t day,
                                          struct amount *paid)
{
    *paid = amount_zero();
    for (uint32_t i = 0; i < debt->payment_count; i++) {
        if (amount_is_negative(debt->payments[i].amount)) {
            return JURISDICTION_RESULT_NEGATIVE;
        }
        if (debt->payments[i].day <= day && !amount_add(paid, *paid, debt->payments[i].amount)) {
            return JURISDICTION_RESULT_OVERFLOW;
        }
    }
    return JURISDICTION_RESULT_OK;
}

/* owed − paid, or nothing. */
static struct amount unpaid_of(const struct tax_debt *debt, struct amount paid)
{
    struct amount rest;

    return amount_subtract(&rest, debt->owed, paid) && amount_is_positive(rest) ? rest
                                                                                : amount_zero();
}

/* The parameters of one day of penalty, in the order of `running`. */
enum { RATE, MULTIPLE, YEAR_DAYS, ON_PAYMENT_DAY, RUNNING };

static enum jurisdiction_result add_day(const struct jurisdiction *jurisdiction,
                                        const struct tax_debt *debt, int32_t day,
                                        struct running_parameter *running,
                                        struct tax_arrears *arrears, int128 *sum)
{
    struct amount paid;
    int64_t year_days = running[YEAR_DAYS].one == NULL ? 0 : running[YEAR_DAYS].one->value;
    int128 product;

    for (unsigned i = 0; i < RUNNING; i++) {
        enum jurisdiction_result result = find_running(jurisdiction, &running[i], day, arrears);
        if (result != JURISDICTION_RESULT_OK) {
            return result;
        }
    }
    if (year_days != 0 && running[YEAR_DAYS].one->value != year_days) {
        return JURISDICTION_RESULT_CHANGES;
    }
    /* What was paid on this very day lowers the penalty of the day, or only of the next. */
    int32_t counted = running[ON_PAYMENT_DAY].one->value == 1 ? day - 1 : day;
    enum jurisdiction_result result = find_paid(debt, counted, &paid);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    struct amount unpaid = unpaid_of(debt, paid);
    arrears->days_late += amount_is_positive(unpaid);
    return tax_multiply(&product, amount_units(unpaid), running[RATE].one->value) &&
                   tax_multiply(&product, product, running[MULTIPLE].one->value) &&
                   tax_add(sum, *sum, product)
               ? JURISDICTION_RESULT_OK
               : JURISDICTION_RESULT_OVERFLOW;
}

static enum jurisdiction_result add_penalties(const struct jurisdiction *jurisdiction,
                                              const struct tax_debt *debt, int32_t today,
                                              struct tax_arrears *arrears)
{
    struct running_parameter running[RUNNING] = {{PARAMETER_PENALTY_YEARLY_RATE, NULL},
                                                 {PARAMETER_PENALTY_MULTIPLE, NULL},
                                                 {PARAMETER_PENALTY_YEAR_DAYS, NULL},
                                                 {PARAMETER_PENALTY_ON_PAYMENT_DAY, NULL}};
    struct running_parameter rounding = {PARAMETER_FEE_ROUNDING, NULL};
    int128 sum = 0;
    int128 divisor;
    struct amount paid;

    arrears->trust = TRUST_A;
    for (int32_t day = debt->due_day + 1; day <= today; day++) {
        /* Once all is paid, no later day costs anything, and no later law is asked. */
        enum jurisdiction_result result = find_paid(debt, day - 1, &paid);
        if (result == JURISDICTION_RESULT_OK && amount_is_zero(unpaid_of(debt, paid))) {
            break;
        }
        if (result == JURISDICTION_RESULT_OK) {
            result = add_day(jurisdiction, debt, day, running, arrears, &sum);
        }
        if (result != JURISDICTION_RESULT_OK) {
            return result;
        }
    }
    enum jurisdiction_result result = find_running(jurisdiction, &rounding, today, arrears);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    ENSURE(running[YEAR_DAYS].one != NULL); /* the first day late was unpaid */
    if (running[YEAR_DAYS].one->value == 0) {
        arrears->fault = (struct jurisdiction_fault){PARAMETER_PENALTY_YEAR_DAYS, today};
        return JURISDICTION_RESULT_BAD_VALUE;
    }
    if (!tax_multiply(&divisor, PPM_SQUARED, running[YEAR_DAYS].one->value)) {
        return JURISDICTION_RESULT_OVERFLOW;
    }
    arrears->penalty = amount_of_wide(
        tax_divide(sum, divisor, (enum tax_rounding)rounding.one->value, &arrears->is_exact));
    arrears->fault = (struct jurisdiction_fault){0, 0};
    return JURISDICTION_RESULT_OK;
}

enum jurisdiction_result tax_arrears_compute(const struct jurisdiction *jurisdiction,
                                             const struct tax_debt *debt, int32_t today,
                                             struct tax_arrears *arrears)
{
    struct amount paid;
    struct amount rest;

    *arrears = (struct tax_arrears){.is_exact = true, .fault = {0, today}};
    if (!civil_day_is_known(debt->due_day) || !civil_day_is_known(today) ||
        today - debt->due_day > TAX_ARREARS_DAYS_MAX) {
        return JURISDICTION_RESULT_BAD_DAY;
    }
    if (amount_is_negative(debt->owed)) {
        return JURISDICTION_RESULT_NEGATIVE;
    }
    enum jurisdiction_result result = find_paid(debt, today, &paid);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    arrears->unpaid = unpaid_of(debt, paid);
    arrears->overpaid =
        amount_subtract(&rest, paid, debt->owed) && amount_is_positive(rest) ? rest : amount_zero();
    result = find_paid(debt, debt->due_day, &paid);
    if (result != JURISDICTION_RESULT_OK || today <= debt->due_day ||
        amount_is_zero(unpaid_of(debt, paid))) {
        return result;
    }
    return add_penalties(jurisdiction, debt, today, arrears);
}
