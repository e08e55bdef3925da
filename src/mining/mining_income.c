/* SPDX-License-Identifier: Apache-2.0
 *
 * What mined coins are worth to the tax. A file of its own because pools, exchanges and miners all
 * value coins by it. Invariants: the value of a later day than the receipt's is taken only if the law
 * shifts forward; there is one rounding, by the law's name. Read next: duty_to_sell.c.
 */
#include "mining/mining_income.h"

#include "base/ensure.h"
#include "mining/civil_date.h"
#include "mining/tax_calendar.h"
#include "mining/tax_rounding.h"
#include "money/arithmetic.h"

enum jurisdiction_result mining_income_valuation_day(const struct jurisdiction *jurisdiction,
                                                     int32_t receipt_day, struct valuation_day *out,
                                                     struct jurisdiction_fault *fault)
{
    *out = (struct valuation_day){0};
    *fault = (struct jurisdiction_fault){PARAMETER_VALUATION_LAG, receipt_day};
    enum jurisdiction_result result =
        jurisdiction_find(jurisdiction, PARAMETER_VALUATION_LAG, receipt_day, &out->lag);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    fault->kind = PARAMETER_VALUATION_SHIFT;
    result = jurisdiction_find(jurisdiction, PARAMETER_VALUATION_SHIFT, receipt_day, &out->shift);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    const struct jurisdiction_parameter *lag = &jurisdiction->parameters[out->lag];
    const struct jurisdiction_parameter *shift = &jurisdiction->parameters[out->shift];
    if (!civil_day_is_known(receipt_day) || lag->value > CIVIL_DAY_MAX ||
        !civil_day_is_known(receipt_day - lag->value)) {
        return JURISDICTION_RESULT_BAD_DAY;
    }
    int32_t lagged = (int32_t)(receipt_day - lag->value);
    out->day = lagged;
    result = tax_calendar_shift(jurisdiction, (enum day_shift)shift->value, &out->day, fault);
    out->trust = (enum trust)lag->trust;
    if (out->day != lagged) {
        out->trust = trust_weaker(out->trust, (enum trust)shift->trust);
    }
    return result;
}

/* 10^exponent; exponent <= 2 × MONEY_SCALE_MAX. */
static int128 power_of_ten(unsigned exponent)
{
    unsigned first = exponent < MONEY_SCALE_MAX ? exponent : MONEY_SCALE_MAX;

    return (int128)money_power_of_ten((uint8_t)first) *
           money_power_of_ten((uint8_t)(exponent - first));
}

enum jurisdiction_result mining_income_compute(const struct jurisdiction *jurisdiction,
                                               const struct mining_receipt *receipt,
                                               struct official_value value,
                                               struct mining_income *out)
{
    ENSURE(receipt->coin_scale <= MONEY_SCALE_MAX && receipt->currency_scale <= MONEY_SCALE_MAX &&
           value.decimals <= MONEY_SCALE_MAX);
    *out = (struct mining_income){.fault = {PARAMETER_INCOME_ROUNDING, receipt->day}};
    enum jurisdiction_result result =
        jurisdiction_find(jurisdiction, PARAMETER_INCOME_ROUNDING, receipt->day, &out->rounding);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    enum tax_rounding rounding = (enum tax_rounding)jurisdiction->parameters[out->rounding].value;
    unsigned finer = (unsigned)receipt->coin_scale + value.decimals;
    unsigned coarser = receipt->currency_scale;
    unsigned common = finer < coarser ? finer : coarser;
    int128 product;

    out->fault.kind = 0;
    if (amount_is_negative(receipt->coins) || value.per_coin < 0) {
        return JURISDICTION_RESULT_NEGATIVE;
    }
    if (!tax_multiply(&product, amount_units(receipt->coins), value.per_coin) ||
        !tax_multiply(&product, product, power_of_ten(coarser - common))) {
        return JURISDICTION_RESULT_OVERFLOW;
    }
    out->income =
        amount_of_wide(tax_divide(product, power_of_ten(finer - common), rounding, &out->is_exact));
    return amount_is_bounded(out->income) ? JURISDICTION_RESULT_OK : JURISDICTION_RESULT_OVERFLOW;
}
