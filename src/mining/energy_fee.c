/* SPDX-License-Identifier: Apache-2.0
 *
 * The fee on the energy of mining. A file of its own because it is the sum that inspectors and miners
 * argue about: each number on the way stays in the result. Invariants: a kWh is charged once; products
 * are exact (watt-hours × millionths per kWh = 10^-9 of the currency) and there is one rounding, at
 * the end; nothing is a constant but the sizes of a kWh and of a millionth. Read next:
 * tax_calendar.c, tax_arrears.c.
 */
#include "mining/energy_fee.h"

#include <string.h>

#include "base/ensure.h"
#include "mining/tax_rounding.h"
#include "money/arithmetic.h"

enum {
    NANO_DECIMALS = 9,
    NANO_PER_MILLIONTH = 1000,
};

struct source_entry {
    enum energy_source source;
    enum parameter_kind kind; /* its flat rate */
    const char *name;
};

static const struct source_entry sources[ENERGY_SOURCES] = {
    {ENERGY_SOURCE_GRID, PARAMETER_FEE_RATE_GRID, "grid"},
    {ENERGY_SOURCE_OWN, PARAMETER_FEE_RATE_OWN, "own"},
    {ENERGY_SOURCE_OFF_GRID, PARAMETER_FEE_RATE_OFF_GRID, "off-grid"},
    {ENERGY_SOURCE_RENEWABLE, PARAMETER_FEE_RATE_RENEWABLE, "renewable"},
    {ENERGY_SOURCE_UNMETERED, PARAMETER_FEE_RATE_UNMETERED, "unmetered"},
};

const char *energy_source_name(enum energy_source source)
{
    return source >= ENERGY_SOURCE_GRID && source <= ENERGY_SOURCE_UNMETERED
               ? sources[source - 1].name
               : NULL;
}

enum energy_source energy_source_of_name(const char *name, size_t length)
{
    for (size_t i = 0; i < ENERGY_SOURCES; i++) {
        if (strlen(sources[i].name) == length && memcmp(sources[i].name, name, length) == 0) {
            return sources[i].source;
        }
    }
    return (enum energy_source)0;
}

enum jurisdiction_result energy_use_add(struct energy_use *use, int128 *cost,
                                        enum energy_source source, int64_t energy_wh, int64_t price)
{
    int64_t sum;
    int128 added;
    int128 total;
    bool is_exact;

    ENSURE(source >= ENERGY_SOURCE_GRID && source <= ENERGY_SOURCE_UNMETERED);
    if (energy_wh < 0 || price < -1) {
        return JURISDICTION_RESULT_NEGATIVE;
    }
    int64_t *held = &use->energy_wh[source - 1];
    if (!checked_add_i64(&sum, *held, energy_wh)) {
        return JURISDICTION_RESULT_OVERFLOW;
    }
    if (source == ENERGY_SOURCE_GRID && energy_wh > 0) {
        bool was_known = *held == 0 || use->has_grid_price;
        if (!tax_multiply(&added, energy_wh, price < 0 ? 0 : price) ||
            !tax_add(&total, *cost, added)) {
            return JURISDICTION_RESULT_OVERFLOW;
        }
        *cost = total;
        use->has_grid_price = was_known && price >= 0;
        use->grid_price =
            use->has_grid_price ? (int64_t)tax_divide(total, sum, TAX_ROUNDING_DOWN, &is_exact) : 0;
    }
    *held = sum;
    return JURISDICTION_RESULT_OK;
}

/* Does any record of a kind touch the quarter? */
static bool is_touched(const struct jurisdiction *jurisdiction, enum parameter_kind kind,
                       const struct energy_fee *fee)
{
    for (uint32_t i = 0; i < jurisdiction->count; i++) {
        const struct jurisdiction_parameter *one = &jurisdiction->parameters[i];
        if (one->kind == (uint16_t)kind && one->valid_from <= fee->last_day &&
            one->valid_to >= fee->first_day) {
            return true;
        }
    }
    return false;
}

static enum jurisdiction_result find_steady(const struct jurisdiction *jurisdiction,
                                            enum parameter_kind kind, int64_t key,
                                            struct energy_fee *fee, uint32_t *index)
{
    struct jurisdiction_question question = {kind, key, fee->first_day, fee->last_day};

    return jurisdiction_find_steady(jurisdiction, &question, index, &fee->fault);
}

/* The rate of the grid: flat, or by the scale of prices, never both. */
static enum jurisdiction_result find_grid_rate(const struct jurisdiction *jurisdiction,
                                               const struct energy_use *use, struct energy_fee *fee,
                                               uint32_t *index)
{
    bool has_scale = is_touched(jurisdiction, PARAMETER_FEE_SCALE_GRID, fee);

    if (!has_scale || is_touched(jurisdiction, PARAMETER_FEE_RATE_GRID, fee)) {
        enum jurisdiction_result result =
            find_steady(jurisdiction, PARAMETER_FEE_RATE_GRID, 0, fee, index);
        if (!has_scale) {
            return result;
        }
        fee->fault = (struct jurisdiction_fault){PARAMETER_FEE_SCALE_GRID, fee->first_day};
        return result == JURISDICTION_RESULT_OK ? JURISDICTION_RESULT_TWO_RATES
                                                : JURISDICTION_RESULT_CHANGES;
    }
    fee->fault = (struct jurisdiction_fault){PARAMETER_FEE_SCALE_GRID, fee->first_day};
    if (!use->has_grid_price) {
        return JURISDICTION_RESULT_NO_PRICE;
    }
    if (use->grid_price < 0) {
        return JURISDICTION_RESULT_NEGATIVE;
    }
    return find_steady(jurisdiction, PARAMETER_FEE_SCALE_GRID, use->grid_price, fee, index);
}

/* One line per source with energy, each at its own rate. */
static enum jurisdiction_result find_lines(const struct jurisdiction *jurisdiction,
                                           const struct energy_use *use, struct energy_fee *fee)
{
    for (size_t i = 0; i < ENERGY_SOURCES; i++) {
        struct energy_fee_line *line = &fee->lines[fee->line_count];
        int64_t energy_wh = use->energy_wh[i];
        if (energy_wh < 0) {
            fee->fault = (struct jurisdiction_fault){(uint16_t)sources[i].kind, fee->first_day};
            return JURISDICTION_RESULT_NEGATIVE;
        }
        if (energy_wh == 0) {
            continue;
        }
        enum jurisdiction_result result =
            sources[i].source == ENERGY_SOURCE_GRID
                ? find_grid_rate(jurisdiction, use, fee, &line->own_parameter)
                : find_steady(jurisdiction, sources[i].kind, 0, fee, &line->own_parameter);
        if (result != JURISDICTION_RESULT_OK) {
            return result;
        }
        line->source = sources[i].source;
        line->energy_wh = energy_wh;
        line->own_rate = jurisdiction->parameters[line->own_parameter].value;
        line->rate = line->own_rate;
        line->parameter = line->own_parameter;
        fee->line_count++;
    }
    return JURISDICTION_RESULT_OK;
}

/* Several sources whose rates differ: the rule of several grounds decides. */
static enum jurisdiction_result apply_grounds(const struct jurisdiction *jurisdiction,
                                              struct energy_fee *fee)
{
    const struct energy_fee_line *highest = &fee->lines[0];

    for (uint32_t i = 1; i < fee->line_count; i++) {
        fee->has_grounds = fee->has_grounds || fee->lines[i].own_rate != fee->lines[0].own_rate;
        if (fee->lines[i].own_rate > highest->own_rate) {
            highest = &fee->lines[i];
        }
    }
    if (!fee->has_grounds) {
        return JURISDICTION_RESULT_OK;
    }
    enum jurisdiction_result result =
        find_steady(jurisdiction, PARAMETER_FEE_GROUNDS, 0, fee, &fee->grounds);
    if (result != JURISDICTION_RESULT_OK ||
        jurisdiction->parameters[fee->grounds].value != FEE_GROUNDS_HIGHEST) {
        return result;
    }
    for (uint32_t i = 0; i < fee->line_count; i++) {
        fee->lines[i].rate = highest->own_rate;
        fee->lines[i].parameter = highest->own_parameter;
    }
    return JURISDICTION_RESULT_OK;
}

static bool add_lines(struct energy_fee *fee)
{
    for (uint32_t i = 0; i < fee->line_count; i++) {
        struct energy_fee_line *line = &fee->lines[i];
        if (!tax_multiply(&line->exact_nano, line->energy_wh, line->rate) ||
            !tax_add(&fee->exact_nano, fee->exact_nano, line->exact_nano)) {
            return false;
        }
    }
    return true;
}

/* The sum, rounded once to the law's unit, in units of the currency's scale. */
static enum jurisdiction_result round_fee(const struct jurisdiction *jurisdiction,
                                          uint8_t currency_scale, struct energy_fee *fee)
{
    enum jurisdiction_result result =
        find_steady(jurisdiction, PARAMETER_FEE_ROUNDING, 0, fee, &fee->rounding);
    if (result == JURISDICTION_RESULT_OK) {
        result =
            find_steady(jurisdiction, PARAMETER_FEE_ROUNDING_UNIT, 0, fee, &fee->rounding_unit);
    }
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    enum tax_rounding rounding = (enum tax_rounding)jurisdiction->parameters[fee->rounding].value;
    int128 unit_nano =
        (int128)jurisdiction->parameters[fee->rounding_unit].value * NANO_PER_MILLIONTH;
    int128 finest = currency_scale < NANO_DECIMALS
                        ? money_power_of_ten((uint8_t)(NANO_DECIMALS - currency_scale))
                        : 1;
    int128 finer = currency_scale > NANO_DECIMALS
                       ? money_power_of_ten((uint8_t)(currency_scale - NANO_DECIMALS))
                       : 1;
    int128 units;

    fee->fault = (struct jurisdiction_fault){PARAMETER_FEE_ROUNDING_UNIT, fee->last_day};
    if (unit_nano == 0 || unit_nano % finest != 0) {
        return JURISDICTION_RESULT_ROUNDING_UNIT;
    }
    int128 whole = tax_divide(fee->exact_nano, unit_nano, rounding, &fee->is_exact);
    if (!tax_multiply(&units, whole, unit_nano / finest) || !tax_multiply(&units, units, finer)) {
        return JURISDICTION_RESULT_OVERFLOW;
    }
    fee->fee = amount_of_wide(units);
    return amount_is_bounded(fee->fee) ? JURISDICTION_RESULT_OK : JURISDICTION_RESULT_OVERFLOW;
}

static enum trust find_trust(const struct jurisdiction *jurisdiction, const struct energy_fee *fee)
{
    const struct jurisdiction_parameter *parameters = jurisdiction->parameters;
    enum trust trust = TRUST_A;

    for (uint32_t i = 0; i < fee->line_count; i++) {
        trust = trust_weaker(trust, (enum trust)parameters[fee->lines[i].parameter].trust);
    }
    if (fee->has_grounds) {
        trust = trust_weaker(trust, (enum trust)parameters[fee->grounds].trust);
    }
    if (!fee->is_exact) {
        trust = trust_weaker(trust, (enum trust)parameters[fee->rounding].trust);
        trust = trust_weaker(trust, (enum trust)parameters[fee->rounding_unit].trust);
    }
    return trust;
}

enum jurisdiction_result energy_fee_compute(const struct jurisdiction *jurisdiction,
                                            struct quarter quarter, const struct energy_use *use,
                                            uint8_t currency_scale, struct energy_fee *fee)
{
    ENSURE(currency_scale <= MONEY_SCALE_MAX);
    *fee = (struct energy_fee){.quarter = quarter};
    if (!quarter_is_valid(quarter)) {
        return JURISDICTION_RESULT_BAD_DAY;
    }
    fee->first_day = quarter_first_day(quarter);
    fee->last_day = quarter_last_day(quarter);
    enum jurisdiction_result result = find_lines(jurisdiction, use, fee);
    if (result == JURISDICTION_RESULT_OK) {
        result = apply_grounds(jurisdiction, fee);
    }
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    if (!add_lines(fee)) {
        return JURISDICTION_RESULT_OVERFLOW;
    }
    result = round_fee(jurisdiction, currency_scale, fee);
    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    fee->trust = find_trust(jurisdiction, fee);
    result = tax_calendar_due(jurisdiction, PARAMETER_DECLARATION_DUE, fee->last_day,
                              &fee->declaration, &fee->fault);
    if (result == JURISDICTION_RESULT_OK) {
        result = tax_calendar_due(jurisdiction, PARAMETER_PAYMENT_DUE, fee->last_day, &fee->payment,
                                  &fee->fault);
    }
    return result;
}
