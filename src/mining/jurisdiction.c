/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking up the law: which record of a parameter holds on a day. A file of its own because every
 * calculation here asks it and nothing else for numbers. Invariants: the order of the records means
 * nothing; two records over one day, a day without one and a value that changes are named, never
 * guessed. Read next: tax_calendar.c, energy_fee.c; jurisdictions/kz.conf for what the records say.
 */
#include "mining/jurisdiction.h"

#include "base/checked.h"
#include "base/ensure.h"
#include "base/text.h"
#include "base/time.h"
#include "mining/civil_date.h"

enum {
    MINUTES_OF_A_DAY = 1440,
    MONTH_DAYS_MAX = 31,
    DUE_MONTHS_MAX = 120,
    WEEKDAYS_ALL = 127,
};

#define US_PER_MINUTE ((int64_t)60 * 1000 * 1000)

static bool value_is_within(int64_t value, int64_t from, int64_t to)
{
    return value >= from && value <= to;
}

static bool is_table(uint16_t kind)
{
    enum parameter_shape shape = jurisdiction_kind_shape(kind);

    return shape == PARAMETER_SHAPE_MONEY_STEPS || shape == PARAMETER_SHAPE_COUNT_STEPS;
}

static bool value_is_sound(const struct jurisdiction_parameter *one)
{
    int64_t value = one->value;

    switch (jurisdiction_kind_unit(one->kind)) {
    case PARAMETER_UNIT_MONEY:
    case PARAMETER_UNIT_PPM:
    case PARAMETER_UNIT_COUNT:
    case PARAMETER_UNIT_ENERGY: return value >= 0;
    case PARAMETER_UNIT_MINUTE: return value_is_within(value, 0, MINUTES_OF_A_DAY - 1);
    case PARAMETER_UNIT_OFFSET: return value_is_within(value, -MINUTES_OF_A_DAY, MINUTES_OF_A_DAY);
    case PARAMETER_UNIT_DUE: return value_is_within(value, one->key == 0 ? 0 : 1, MONTH_DAYS_MAX);
    case PARAMETER_UNIT_GROUNDS:
        return value_is_within(value, FEE_GROUNDS_EACH, FEE_GROUNDS_HIGHEST);
    case PARAMETER_UNIT_SHIFT: return value_is_within(value, DAY_SHIFT_NONE, DAY_SHIFT_PREVIOUS);
    case PARAMETER_UNIT_ROUNDING:
        return value_is_within(value, TAX_ROUNDING_DOWN, TAX_ROUNDING_HALF_UP);
    case PARAMETER_UNIT_WEEKDAYS: return value_is_within(value, 0, WEEKDAYS_ALL - 1);
    case PARAMETER_UNIT_FLAG: return value_is_within(value, 0, 1);
    }
    return false;
}

/* A step of a table, the month of a due day (0 only for "none", whose day is 0 as well), or 0. */
static bool key_is_sound(const struct jurisdiction_parameter *one)
{
    if (is_table(one->kind)) {
        return one->key >= 0;
    }
    if (jurisdiction_kind_unit(one->kind) == PARAMETER_UNIT_DUE) {
        return one->value == 0 ? one->key == 0 : value_is_within(one->key, 1, DUE_MONTHS_MAX);
    }
    return one->key == 0;
}

enum jurisdiction_result jurisdiction_check_parameter(const struct jurisdiction_parameter *one)
{
    if (jurisdiction_kind_name(one->kind) == NULL) {
        return JURISDICTION_RESULT_UNKNOWN_KIND;
    }
    if (trust_letter((enum trust)one->trust) == '\0') {
        return JURISDICTION_RESULT_BAD_TRUST;
    }
    if (!civil_day_is_known(one->valid_from) || one->valid_to < one->valid_from ||
        (one->valid_to != TARAZY_DAY_OPEN && !civil_day_is_known(one->valid_to))) {
        return JURISDICTION_RESULT_BAD_PERIOD;
    }
    if (!key_is_sound(one)) {
        return JURISDICTION_RESULT_BAD_KEY;
    }
    if (!value_is_sound(one)) {
        return JURISDICTION_RESULT_BAD_VALUE;
    }
    if (text_is_empty(one->source, sizeof one->source) ||
        !text_is_of(one->source, sizeof one->source, TEXT_CHARSET_PLAIN)) {
        return JURISDICTION_RESULT_BAD_SOURCE;
    }
    return one->reserved0 == 0 && one->reserved1 == 0 ? JURISDICTION_RESULT_OK
                                                      : JURISDICTION_RESULT_BAD_BYTES;
}

static bool holds_on(const struct jurisdiction_parameter *one, int32_t day)
{
    return one->valid_from <= day && day <= one->valid_to;
}

static bool is_same(const struct jurisdiction_parameter *one,
                    const struct jurisdiction_parameter *other)
{
    return one->kind == other->kind && one->valid_from == other->valid_from &&
           (!is_table(one->kind) || one->key == other->key);
}

/* Two records that may not stand beside each other: the steps of one table begin on one day. */
static bool is_over(const struct jurisdiction_parameter *one,
                    const struct jurisdiction_parameter *other)
{
    if (one->kind != other->kind || one->valid_to < other->valid_from ||
        other->valid_to < one->valid_from) {
        return false;
    }
    return !is_table(one->kind) || one->valid_from != other->valid_from || one->key == other->key;
}

bool jurisdiction_find_same(const struct jurisdiction *jurisdiction,
                            const struct jurisdiction_parameter *one, uint32_t *index)
{
    for (uint32_t i = 0; i < jurisdiction->count; i++) {
        if (is_same(&jurisdiction->parameters[i], one)) {
            *index = i;
            return true;
        }
    }
    return false;
}

enum jurisdiction_result jurisdiction_admits(const struct jurisdiction *jurisdiction,
                                             const struct jurisdiction_parameter *one)
{
    enum jurisdiction_result result = jurisdiction_check_parameter(one);

    for (uint32_t i = 0; i < jurisdiction->count && result == JURISDICTION_RESULT_OK; i++) {
        const struct jurisdiction_parameter *other = &jurisdiction->parameters[i];
        if (!is_same(other, one) && is_over(other, one)) {
            result = JURISDICTION_RESULT_OVERLAP;
        }
    }
    return result;
}

/* Does the law go on, the day after this record ends, as far as it goes on at all? And does the table
 * that this step is of begin at 0? */
static bool is_followed(const struct jurisdiction *jurisdiction,
                        const struct jurisdiction_parameter *one)
{
    enum parameter_shape shape = jurisdiction_kind_shape(one->kind);
    bool has_later = false;
    bool has_next = false;
    bool has_first = false;

    for (uint32_t i = 0; i < jurisdiction->count; i++) {
        const struct jurisdiction_parameter *other = &jurisdiction->parameters[i];
        if (other->kind == one->kind) {
            has_later = has_later || other->valid_from > one->valid_to;
            has_next = has_next ||
                       (one->valid_to != TARAZY_DAY_OPEN && other->valid_from == one->valid_to + 1);
            has_first = has_first || (other->key == 0 && other->valid_from == one->valid_from &&
                                      other->valid_to >= one->valid_to);
        }
    }
    switch (shape) {
    case PARAMETER_SHAPE_SINGLE: return !has_later || has_next;
    case PARAMETER_SHAPE_SOMETIMES: return true;
    case PARAMETER_SHAPE_MONEY_STEPS:
    case PARAMETER_SHAPE_COUNT_STEPS: return has_first;
    }
    return false;
}

enum jurisdiction_result jurisdiction_check(const struct jurisdiction *jurisdiction,
                                            uint32_t *index)
{
    for (uint32_t i = 0; i < jurisdiction->count; i++) {
        const struct jurisdiction before = {jurisdiction->parameters, i};
        uint32_t same;
        enum jurisdiction_result result =
            jurisdiction_admits(&before, &jurisdiction->parameters[i]);
        *index = i;
        if (result != JURISDICTION_RESULT_OK) {
            return result;
        }
        if (jurisdiction_find_same(&before, &jurisdiction->parameters[i], &same)) {
            return JURISDICTION_RESULT_OVERLAP;
        }
    }
    for (uint32_t i = 0; i < jurisdiction->count; i++) {
        *index = i;
        if (!is_followed(jurisdiction, &jurisdiction->parameters[i])) {
            return JURISDICTION_RESULT_GAP;
        }
    }
    return JURISDICTION_RESULT_OK;
}

enum jurisdiction_result jurisdiction_find(const struct jurisdiction *jurisdiction,
                                           enum parameter_kind kind, int32_t day, uint32_t *index)
{
    uint32_t found = 0;

    ENSURE(!is_table((uint16_t)kind));
    for (uint32_t i = 0; i < jurisdiction->count; i++) {
        const struct jurisdiction_parameter *one = &jurisdiction->parameters[i];
        if (one->kind == (uint16_t)kind && holds_on(one, day)) {
            found++;
            *index = i;
        }
    }
    if (found > 1) {
        return JURISDICTION_RESULT_OVERLAP;
    }
    return found == 1 ? JURISDICTION_RESULT_OK : JURISDICTION_RESULT_MISSING;
}

enum jurisdiction_result jurisdiction_find_step(const struct jurisdiction *jurisdiction,
                                                enum parameter_kind kind, int64_t key, int32_t day,
                                                uint32_t *index)
{
    const struct jurisdiction_parameter *best = NULL;
    bool is_double = false;

    ENSURE(is_table((uint16_t)kind));
    for (uint32_t i = 0; i < jurisdiction->count; i++) {
        const struct jurisdiction_parameter *one = &jurisdiction->parameters[i];
        bool is_candidate = one->kind == (uint16_t)kind && holds_on(one, day) && one->key <= key;
        if (is_candidate && (best == NULL || one->key >= best->key)) {
            is_double = best != NULL && one->key == best->key;
            best = one;
            *index = i;
        }
    }
    if (best == NULL) {
        return JURISDICTION_RESULT_MISSING;
    }
    return is_double ? JURISDICTION_RESULT_OVERLAP : JURISDICTION_RESULT_OK;
}

/* Does a record of this kind begin behind `day`, while `one` still holds? */
static bool is_interrupted(const struct jurisdiction *jurisdiction,
                           const struct jurisdiction_parameter *one, int64_t day, int32_t last_day)
{
    for (uint32_t i = 0; i < jurisdiction->count; i++) {
        const struct jurisdiction_parameter *other = &jurisdiction->parameters[i];
        if (other->kind == one->kind && other->valid_from > day &&
            other->valid_from <= one->valid_to && other->valid_from <= last_day) {
            return true;
        }
    }
    return false;
}

enum jurisdiction_result jurisdiction_find_steady(const struct jurisdiction *jurisdiction,
                                                  const struct jurisdiction_question *question,
                                                  uint32_t *index, struct jurisdiction_fault *fault)
{
    const struct jurisdiction_parameter *first = NULL;
    int64_t day = question->first_day; /* wider than a day: an open record ends at INT32_MAX */

    ENSURE(question->first_day <= question->last_day);
    while (day <= question->last_day) {
        enum jurisdiction_result result =
            is_table((uint16_t)question->kind)
                ? jurisdiction_find_step(jurisdiction, question->kind, question->key, (int32_t)day,
                                         index)
                : jurisdiction_find(jurisdiction, question->kind, (int32_t)day, index);
        *fault = (struct jurisdiction_fault){(uint16_t)question->kind, (int32_t)day};
        if (result != JURISDICTION_RESULT_OK) {
            return result;
        }
        const struct jurisdiction_parameter *one = &jurisdiction->parameters[*index];
        if (is_interrupted(jurisdiction, one, day, question->last_day)) {
            return JURISDICTION_RESULT_OVERLAP;
        }
        bool is_due = jurisdiction_kind_unit(one->kind) == PARAMETER_UNIT_DUE;
        if (first != NULL && (one->value != first->value || (is_due && one->key != first->key))) {
            return JURISDICTION_RESULT_CHANGES;
        }
        first = one;
        day = (int64_t)one->valid_to + 1;
    }
    *fault = (struct jurisdiction_fault){0, 0};
    return JURISDICTION_RESULT_OK;
}

enum jurisdiction_result jurisdiction_day_of_time(const struct jurisdiction *jurisdiction,
                                                  int64_t time_us, int32_t *day)
{
    uint32_t index = 0;
    int64_t local_us;
    enum jurisdiction_result result =
        jurisdiction_find(jurisdiction, PARAMETER_UTC_OFFSET, time_utc_day(time_us), &index);

    if (result != JURISDICTION_RESULT_OK) {
        return result;
    }
    if (!checked_add_i64(&local_us, time_us,
                         jurisdiction->parameters[index].value * US_PER_MINUTE)) {
        return JURISDICTION_RESULT_OVERFLOW;
    }
    *day = time_utc_day(local_us);
    return civil_day_is_known(*day) ? JURISDICTION_RESULT_OK : JURISDICTION_RESULT_BAD_DAY;
}
