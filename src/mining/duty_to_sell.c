/* SPDX-License-Identifier: Apache-2.0
 *
 * Was enough sold at home? A file of its own because it compares two reports that nobody may mix: what
 * pools say they gave, and what exchanges prove was sold. Invariants: what is required is rounded
 * against the seller by less than one unit; a shortfall is never negative. Read next: mining_income.c.
 */
#include "mining/duty_to_sell.h"

#include "mining/civil_date.h"
#include "mining/tax_rounding.h"
#include "money/arithmetic.h"

#define PPM_WHOLE ((int128)TARAZY_RATE_WHOLE)

static bool line_is_negative(const struct duty_line *line)
{
    return amount_is_negative(line->distributed) || amount_is_negative(line->sold) ||
           amount_is_negative(line->distributed_value) || amount_is_negative(line->sold_value);
}

/* share of whole, up; and what is missing of it. */
static bool find_missing(struct amount whole, int64_t share_ppm, struct amount done,
                         struct amount *required, struct amount *missing)
{
    int128 product;
    bool is_exact;

    if (!tax_multiply(&product, amount_units(whole), share_ppm)) {
        return false;
    }
    *required = amount_of_wide(tax_divide(product, PPM_WHOLE, TAX_ROUNDING_UP, &is_exact));
    *missing = amount_zero();
    return amount_compare(done, *required) >= 0 || amount_subtract(missing, *required, done);
}

static bool find_ratios(const struct duty_line *line, struct duty *duty)
{
    int128 distributed = amount_units(line->distributed);
    int128 product;
    bool is_exact;

    duty->reached_ppm = TARAZY_RATE_WHOLE;
    if (distributed == 0) {
        return true;
    }
    if (!tax_multiply(&product, amount_units(line->sold), PPM_WHOLE)) {
        return false;
    }
    int128 reached = tax_divide(product, distributed, TAX_ROUNDING_DOWN, &is_exact);
    duty->reached_ppm = reached > INT64_MAX ? INT64_MAX : (int64_t)reached;
    if (!tax_multiply(&product, amount_units(duty->shortfall),
                      amount_units(line->distributed_value))) {
        return false;
    }
    duty->shortfall_value =
        amount_of_wide(tax_divide(product, distributed, TAX_ROUNDING_DOWN, &is_exact));
    return true;
}

enum jurisdiction_result duty_to_sell_compute(const struct jurisdiction *jurisdiction,
                                              int32_t first_day, int32_t last_day,
                                              const struct duty_line *line, struct duty *duty)
{
    *duty = (struct duty){.fault = {PARAMETER_DUTY_TO_SELL, first_day}};
    if (!civil_day_is_known(first_day) || !civil_day_is_known(last_day) || last_day < first_day) {
        return JURISDICTION_RESULT_BAD_DAY;
    }
    struct jurisdiction_question question = {PARAMETER_DUTY_TO_SELL, 0, first_day, last_day};
    enum jurisdiction_result result =
        jurisdiction_find_steady(jurisdiction, &question, &duty->parameter, &duty->fault);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    if (line_is_negative(line)) {
        return JURISDICTION_RESULT_NEGATIVE;
    }
    duty->share_ppm = jurisdiction->parameters[duty->parameter].value;
    duty->trust = (enum trust)jurisdiction->parameters[duty->parameter].trust;
    bool is_small = find_missing(line->distributed, duty->share_ppm, line->sold, &duty->required,
                                 &duty->shortfall) &&
                    find_missing(line->distributed_value, duty->share_ppm, line->sold_value,
                                 &duty->required_value, &duty->missing_value) &&
                    find_ratios(line, duty);
    return is_small ? JURISDICTION_RESULT_OK : JURISDICTION_RESULT_OVERFLOW;
}

enum jurisdiction_result duty_to_sell_add(struct duty_line *total, const struct duty_line *line)
{
    struct duty_line sum = *total;

    if (line_is_negative(line)) {
        return JURISDICTION_RESULT_NEGATIVE;
    }
    if (!amount_add(&sum.distributed_value, sum.distributed_value, line->distributed_value) ||
        !amount_add(&sum.sold_value, sum.sold_value, line->sold_value)) {
        return JURISDICTION_RESULT_OVERFLOW;
    }
    *total = sum;
    return JURISDICTION_RESULT_OK;
}
