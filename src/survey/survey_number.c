/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, months, days and hours as they stand in survey files.
 *
 * Why here: every reader of this room needs the same few texts, read strictly and in one way.
 * Invariant: a number goes through whole units and one power of ten that a double holds exactly, so
 * one division rounds, once.
 * Read next: survey_file.h.
 */
#include "survey/survey_number.h"

#include <stdio.h>

#include "codec/decimal_text.h"

enum { DECIMALS_MAX = 12, YEAR_MIN = 2009, YEAR_MAX = 2999 };

bool survey_number_read(struct slice text, double *value)
{
    uint32_t decimals = 0;
    int64_t units = 0;
    const char *point = text.size == 0 ? NULL : memchr(text.data, '.', text.size);
    if (point != NULL) {
        size_t behind = text.size - (size_t)(point - text.data) - 1;
        decimals = behind > DECIMALS_MAX ? DECIMALS_MAX : (uint32_t)behind;
    }
    if (decimal_text_parse(text, decimals, &units) != DECIMAL_RESULT_OK) {
        return false;
    }
    double power = 1;
    for (uint32_t i = 0; i < decimals; i++) {
        power *= 10;
    }
    *value = (double)units / power;
    return true;
}

bool survey_number_read_whole(struct slice text, uint64_t max, uint64_t *value)
{
    int64_t units = 0;
    bool has_zero_in_front = text.size > 1 && text.data[0] == '0';
    if (has_zero_in_front || decimal_text_parse(text, 0, &units) != DECIMAL_RESULT_OK ||
        (uint64_t)units > max) {
        return false;
    }
    *value = (uint64_t)units;
    return true;
}

/* `size` digits at text[at..) between low and high. */
static bool digits_read(struct slice text, size_t at, size_t size, uint32_t low, uint32_t high,
                        uint32_t *out)
{
    uint32_t value = 0;
    if (text.size < at + size) {
        return false;
    }
    for (size_t i = at; i < at + size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(text.data[i] - '0');
    }
    *out = value;
    return value >= low && value <= high;
}

static bool year_month_read(struct slice text, uint32_t *year, uint32_t *month)
{
    return digits_read(text, 0, 4, YEAR_MIN, YEAR_MAX, year) && text.size >= 7 &&
           text.data[4] == '-' && digits_read(text, 5, 2, 1, 12, month);
}

bool survey_month_read(struct slice text, uint32_t *month)
{
    uint32_t year = 0;
    uint32_t number = 0;
    if (text.size != 7 || !year_month_read(text, &year, &number)) {
        return false;
    }
    *month = year * 12 + number - 1;
    return true;
}

void survey_month_write(uint32_t month, char out[SURVEY_MONTH_SIZE])
{
    (void)snprintf(out, SURVEY_MONTH_SIZE, "%04u-%02u", month / 12 % 10000, month % 12 + 1);
}

static uint32_t month_days(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap ? 1U : 0U);
}

static int64_t days_before_year(uint32_t year)
{
    int64_t before = (int64_t)year - 1;
    return before * 365 + before / 4 - before / 100 + before / 400 - 719162;
}

static bool day_read(struct slice text, int64_t *day)
{
    uint32_t year = 0;
    uint32_t month = 0;
    uint32_t number = 0;
    if (!year_month_read(text, &year, &month) || text.size < 10 || text.data[7] != '-' ||
        !digits_read(text, 8, 2, 1, month_days(year, month), &number)) {
        return false;
    }
    *day = days_before_year(year) + number - 1;
    for (uint32_t i = 1; i < month; i++) {
        *day += month_days(year, i);
    }
    return true;
}

bool survey_day_read(struct slice text, int64_t *day)
{
    return text.size == 10 && day_read(text, day);
}

bool survey_hour_read(struct slice text, int64_t *hour)
{
    int64_t day = 0;
    uint32_t number = 0;
    if (text.size != 13 || !day_read(text, &day) || text.data[10] != 'T' ||
        !digits_read(text, 11, 2, 0, 23, &number)) {
        return false;
    }
    *hour = day * 24 + number;
    return true;
}

void survey_hour_write(int64_t hour, char out[SURVEY_HOUR_SIZE])
{
    int64_t day = hour / 24;
    uint32_t year = YEAR_MIN;
    uint32_t month = 1;
    while (year < YEAR_MAX && days_before_year(year + 1) <= day) {
        year++;
    }
    day -= days_before_year(year);
    while (month < 12 && day >= month_days(year, month)) {
        day -= month_days(year, month);
        month++;
    }
    (void)snprintf(out, SURVEY_HOUR_SIZE, "%04u-%02u-%02uT%02u", year % 10000, month,
                   (unsigned)(day % 100) + 1, (unsigned)(hour % 24));
}

uint32_t survey_hour_weekday(int64_t hour)
{
    return (uint32_t)((hour / 24 + 3) % 7); /* 1970-01-01 was a Thursday */
}
