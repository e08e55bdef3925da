/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of legal parameters as words.
 *
 * Why here: what a lawyer checks is the text of a line, so that text must say one thing only.
 * Invariants: what is read, written again, is read as the same; nothing is rounded on the way in.
 * Read next: jurisdiction_file.c.
 */
#include "codec/jurisdiction_value.h"

#include "base/ensure.h"
#include "codec/decimal_text.h"
#include "mining/civil_date.h"

enum {
    PERCENT_DECIMALS = 4, /* of a percent: parts per million */
    KWH_DECIMALS = 3,
    DUE_DIGITS_MAX = 3,
    WEEK = 7,
};

struct word {
    const char *text;
    int64_t value;
};

static const struct word grounds_words[] = {
    {"each", FEE_GROUNDS_EACH}, {"highest", FEE_GROUNDS_HIGHEST}, {NULL, 0}};
static const struct word shift_words[] = {{"none", DAY_SHIFT_NONE},
                                          {"next", DAY_SHIFT_NEXT},
                                          {"previous", DAY_SHIFT_PREVIOUS},
                                          {NULL, 0}};
static const struct word rounding_words[] = {{"down", TAX_ROUNDING_DOWN},
                                             {"up", TAX_ROUNDING_UP},
                                             {"half-up", TAX_ROUNDING_HALF_UP},
                                             {NULL, 0}};
static const struct word flag_words[] = {{"no", 0}, {"yes", 1}, {NULL, 0}};
static const char *const weekday_words[WEEK] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static bool word_read(const struct word *words, struct slice text, int64_t *value)
{
    for (; words->text != NULL; words++) {
        if (slice_equals_text(text, words->text)) {
            *value = words->value;
            return true;
        }
    }
    return false;
}

static bool decimal_read(struct slice text, uint32_t decimals, int64_t *value)
{
    return decimal_text_parse(text, decimals, value) == DECIMAL_RESULT_OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly `size` digits. */
static bool digits_read(struct slice text, size_t at, size_t size, int32_t *out)
{
    *out = 0;
    for (size_t i = at; i < at + size; i++) {
        if (!is_digit(text.data[i])) {
            return false;
        }
        *out = *out * 10 + (text.data[i] - '0');
    }
    return true;
}

static bool clock_read(struct slice text, int64_t *minutes)
{
    int32_t hour;
    int32_t minute;

    if (text.size != 5 || text.data[2] != ':' || !digits_read(text, 0, 2, &hour) ||
        !digits_read(text, 3, 2, &minute) || minute > 59) {
        return false;
    }
    *minutes = hour * 60 + minute;
    return true;
}

static bool offset_read(struct slice text, int64_t *minutes)
{
    if (text.size != 6 || (text.data[0] != '+' && text.data[0] != '-') ||
        !clock_read(slice_of(text.data + 1, 5), minutes)) {
        return false;
    }
    if (text.data[0] == '-') {
        *minutes = -*minutes;
        return *minutes != 0; /* +00:00 alone */
    }
    return true;
}

static bool due_read(struct slice text, int64_t *month, int64_t *day)
{
    static const char middle[] = "-of-month-";
    size_t at = 0;

    *month = 0;
    *day = 0;
    if (slice_equals_text(text, "none")) {
        return true;
    }
    while (at < text.size && is_digit(text.data[at])) {
        at++;
    }
    size_t rest = at + sizeof middle - 1;
    return at <= DUE_DIGITS_MAX && rest < text.size && text.size - rest <= DUE_DIGITS_MAX &&
           memcmp(text.data + at, middle, sizeof middle - 1) == 0 &&
           decimal_read(slice_of(text.data, at), 0, day) &&
           decimal_read(slice_of(text.data + rest, text.size - rest), 0, month) && *day != 0;
}

static bool weekdays_read(struct slice text, int64_t *mask)
{
    size_t at = 0;

    *mask = 0;
    if (slice_equals_text(text, "none")) {
        return true;
    }
    for (int i = 0; i < WEEK && at + 3 <= text.size; i++) {
        if (memcmp(text.data + at, weekday_words[i], 3) == 0) {
            *mask |= 1 << i;
            at += 3;
            if (at == text.size) {
                return true;
            }
            if (text.data[at] != ',') {
                return false;
            }
            at++;
        }
    }
    return false;
}

static bool plain_read(uint16_t kind, struct slice text, int64_t *key, int64_t *value)
{
    switch (jurisdiction_kind_unit(kind)) {
    case PARAMETER_UNIT_MONEY: return decimal_read(text, TARAZY_PARAMETER_MONEY_DECIMALS, value);
    case PARAMETER_UNIT_PPM:
        return text.size > 1 && text.data[text.size - 1] == '%' &&
               decimal_read(slice_of(text.data, text.size - 1), PERCENT_DECIMALS, value);
    case PARAMETER_UNIT_COUNT: return decimal_read(text, 0, value);
    case PARAMETER_UNIT_ENERGY: return decimal_read(text, KWH_DECIMALS, value);
    case PARAMETER_UNIT_MINUTE: return clock_read(text, value);
    case PARAMETER_UNIT_OFFSET: return offset_read(text, value);
    case PARAMETER_UNIT_DUE: return due_read(text, key, value);
    case PARAMETER_UNIT_GROUNDS: return word_read(grounds_words, text, value);
    case PARAMETER_UNIT_SHIFT: return word_read(shift_words, text, value);
    case PARAMETER_UNIT_ROUNDING: return word_read(rounding_words, text, value);
    case PARAMETER_UNIT_WEEKDAYS: return weekdays_read(text, value);
    case PARAMETER_UNIT_FLAG: return word_read(flag_words, text, value);
    }
    return false;
}

/* How many decimals the step of a table has; false: the kind is no table. */
static bool step_decimals(uint16_t kind, uint32_t *decimals)
{
    switch (jurisdiction_kind_shape(kind)) {
    case PARAMETER_SHAPE_SINGLE:
    case PARAMETER_SHAPE_SOMETIMES: return false;
    case PARAMETER_SHAPE_MONEY_STEPS: *decimals = TARAZY_PARAMETER_MONEY_DECIMALS; return true;
    case PARAMETER_SHAPE_COUNT_STEPS: *decimals = 0; return true;
    }
    return false;
}

bool jurisdiction_value_read(uint16_t kind, struct slice text, int64_t *key, int64_t *value)
{
    uint32_t decimals;

    *key = 0;
    if (!step_decimals(kind, &decimals)) {
        return plain_read(kind, text, key, value);
    }
    const char *colon = text.size < 4 ? NULL : memchr(text.data, ':', text.size);
    if (colon == NULL || memcmp(text.data, ">=", 2) != 0) {
        return false;
    }
    size_t before = (size_t)(colon - text.data);
    int64_t unused;
    return before > 2 && decimal_read(slice_of(text.data + 2, before - 2), decimals, key) &&
           plain_read(kind, slice_of(colon + 1, text.size - before - 1), &unused, value);
}

/* Decimals without needless zeros behind. */
static size_t decimal_write(int64_t value, uint32_t decimals, char *out)
{
    size_t size = decimal_text_format(value, decimals, out, DECIMAL_TEXT_SIZE_MAX);

    ENSURE(size > 0 && value >= 0);
    while (decimals > 0 && out[size - 1] == '0') {
        size--;
        decimals--;
    }
    return decimals == 0 && out[size - 1] == '.' ? size - 1 : size;
}

static size_t text_write(const char *text, char *out)
{
    size_t size = 0;

    for (; text[size] != '\0'; size++) {
        out[size] = text[size];
    }
    return size;
}

static size_t word_write(const struct word *words, int64_t value, char *out)
{
    for (; words->text != NULL; words++) {
        if (words->value == value) {
            return text_write(words->text, out);
        }
    }
    ensure_failed("a word", __FILE__, __LINE__);
}

static void digits_write(int32_t number, size_t size, char *out)
{
    for (size_t i = size; i > 0; i--) {
        out[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
}

static size_t clock_write(int64_t minutes, char *out)
{
    digits_write((int32_t)(minutes / 60), 2, out);
    out[2] = ':';
    digits_write((int32_t)(minutes % 60), 2, out + 3);
    return 5;
}

static size_t offset_write(int64_t minutes, char *out)
{
    out[0] = minutes < 0 ? '-' : '+';
    return 1 + clock_write(minutes < 0 ? -minutes : minutes, out + 1);
}

static size_t due_write(int64_t month, int64_t day, char *out)
{
    if (day == 0) {
        return text_write("none", out);
    }
    size_t size = decimal_write(day, 0, out);
    size += text_write("-of-month-", out + size);
    return size + decimal_write(month, 0, out + size);
}

static size_t weekdays_write(int64_t mask, char *out)
{
    size_t size = 0;

    for (int i = 0; i < WEEK; i++) {
        if ((mask >> i & 1) != 0) {
            size += size > 0 ? text_write(",", out + size) : 0;
            size += text_write(weekday_words[i], out + size);
        }
    }
    return size > 0 ? size : text_write("none", out);
}

static size_t plain_write(const struct jurisdiction_parameter *one, char *out)
{
    int64_t value = one->value;
    size_t size;

    switch (jurisdiction_kind_unit(one->kind)) {
    case PARAMETER_UNIT_MONEY: return decimal_write(value, TARAZY_PARAMETER_MONEY_DECIMALS, out);
    case PARAMETER_UNIT_PPM:
        size = decimal_write(value, PERCENT_DECIMALS, out);
        return size + text_write("%", out + size);
    case PARAMETER_UNIT_COUNT: return decimal_write(value, 0, out);
    case PARAMETER_UNIT_ENERGY: return decimal_write(value, KWH_DECIMALS, out);
    case PARAMETER_UNIT_MINUTE: return clock_write(value, out);
    case PARAMETER_UNIT_OFFSET: return offset_write(value, out);
    case PARAMETER_UNIT_DUE: return due_write(one->key, value, out);
    case PARAMETER_UNIT_GROUNDS: return word_write(grounds_words, value, out);
    case PARAMETER_UNIT_SHIFT: return word_write(shift_words, value, out);
    case PARAMETER_UNIT_ROUNDING: return word_write(rounding_words, value, out);
    case PARAMETER_UNIT_WEEKDAYS: return weekdays_write(value, out);
    case PARAMETER_UNIT_FLAG: return word_write(flag_words, value, out);
    }
    ensure_failed("a unit", __FILE__, __LINE__);
}

size_t jurisdiction_value_write(const struct jurisdiction_parameter *one, char *out)
{
    uint32_t decimals;
    size_t size = 0;

    ENSURE(jurisdiction_check_parameter(one) == JURISDICTION_RESULT_OK);
    if (step_decimals(one->kind, &decimals)) {
        size = text_write(">=", out);
        size += decimal_write(one->key, decimals, out + size);
        size += text_write(":", out + size);
    }
    size += plain_write(one, out + size);
    ENSURE(size <= JURISDICTION_VALUE_SIZE_MAX);
    return size;
}

bool jurisdiction_day_read(struct slice text, int32_t *day)
{
    struct civil_date date;
    int32_t month;
    int32_t day_of_month;

    if (text.size != JURISDICTION_DAY_SIZE || text.data[4] != '-' || text.data[7] != '-' ||
        !digits_read(text, 0, 4, &date.year) || !digits_read(text, 5, 2, &month) ||
        !digits_read(text, 8, 2, &day_of_month)) {
        return false;
    }
    date.month = (uint8_t)month;
    date.day = (uint8_t)day_of_month;
    if (!civil_date_is_valid(date)) {
        return false;
    }
    *day = civil_day_of_date(date);
    return true;
}

void jurisdiction_day_write(int32_t day, char *out)
{
    struct civil_date date = civil_date_of_day(day);

    digits_write(date.year, 4, out);
    out[4] = '-';
    digits_write(date.month, 2, out + 5);
    out[7] = '-';
    digits_write(date.day, 2, out + 8);
}
