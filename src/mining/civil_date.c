/* SPDX-License-Identifier: Apache-2.0
 *
 * Days and dates. A file of its own because everything dated stands on it and it knows no law.
 * Invariant: the two directions are inverse on every day of the years 1 to 9999. The arithmetic
 * counts years from March, so that the leap day is the last one of its year: four years have 1461
 * days, a century 36524, four centuries 146097. Read next: tax_calendar.c.
 */
#include "mining/civil_date.h"

#include "base/ensure.h"

enum {
    DAYS_OF_400_YEARS = 146097,
    DAYS_BEFORE_1970 = 719468, /* from 1 March of the year 0 to 1970-01-01 */
};

static bool civil_year_is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool civil_month_is_valid(int32_t year, uint8_t month)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12;
}

uint8_t civil_month_days(int32_t year, uint8_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    ENSURE(civil_month_is_valid(year, month));
    return (uint8_t)(days[month - 1] + (month == 2 && civil_year_is_leap(year)));
}

bool civil_date_is_valid(struct civil_date date)
{
    return civil_month_is_valid(date.year, date.month) && date.day >= 1 &&
           date.day <= civil_month_days(date.year, date.month);
}

int32_t civil_day_of_date(struct civil_date date)
{
    ENSURE(civil_date_is_valid(date));
    /* The year from 1 March on, and the month in it: March is 0, February of the next year 11. */
    int32_t year = date.year - (date.month <= 2);
    int32_t month = date.month + (date.month > 2 ? -3 : 9);
    int32_t era = year / 400;
    int32_t year_of_era = year % 400;
    int32_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_OF_400_YEARS + day_of_era - DAYS_BEFORE_1970;
}

struct civil_date civil_date_of_day(int32_t day)
{
    ENSURE(civil_day_is_known(day));
    int32_t since = day + DAYS_BEFORE_1970; /* >= 306: 1 January of the year 1 */
    int32_t era = since / DAYS_OF_400_YEARS;
    int32_t day_of_era = since % DAYS_OF_400_YEARS;
    int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t month = (5 * day_of_year + 2) / 153;
    struct civil_date date = {
        .month = (uint8_t)(month < 10 ? month + 3 : month - 9),
        .day = (uint8_t)(day_of_year - (153 * month + 2) / 5 + 1),
    };

    date.year = era * 400 + year_of_era + (date.month <= 2);
    ENSURE(civil_date_is_valid(date));
    return date;
}

uint8_t civil_weekday(int32_t day)
{
    ENSURE(civil_day_is_known(day));
    /* 1970-01-01 was a Thursday; the sum is positive as CIVIL_DAY_MIN is above −7 × 102738. */
    return (uint8_t)((day + 3 + 7 * 102738) % 7);
}

bool quarter_is_valid(struct quarter quarter)
{
    return quarter.year >= 1 && quarter.year <= 9999 && quarter.number >= 1 && quarter.number <= 4;
}

struct quarter quarter_of_day(int32_t day)
{
    struct civil_date date = civil_date_of_day(day);

    return (struct quarter){.year = date.year, .number = (uint8_t)((date.month + 2) / 3)};
}

int32_t quarter_first_day(struct quarter quarter)
{
    ENSURE(quarter_is_valid(quarter));
    return civil_day_of_date((struct civil_date){
        .year = quarter.year, .month = (uint8_t)(quarter.number * 3 - 2), .day = 1});
}

int32_t quarter_last_day(struct quarter quarter)
{
    ENSURE(quarter_is_valid(quarter));
    uint8_t month = (uint8_t)(quarter.number * 3);

    return civil_day_of_date((struct civil_date){
        .year = quarter.year, .month = month, .day = civil_month_days(quarter.year, month)});
}
