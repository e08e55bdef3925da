/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates of the proleptic Gregorian calendar and days since 1970-01-01, both ways, and quarters of a
 * year. No clock, no zone: which day it is somewhere is the caller's question
 * (jurisdiction_day_of_time).
 */
#ifndef MINING_CIVIL_DATE_H
#define MINING_CIVIL_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* The days of the years 1 to 9999. */
enum { CIVIL_DAY_MIN = -719162, CIVIL_DAY_MAX = 2932896 };

struct civil_date {
    int32_t year;  /* 1 .. 9999 */
    uint8_t month; /* 1 .. 12 */
    uint8_t day;   /* 1 .. 31 */
};

struct quarter {
    int32_t year;   /* 1 .. 9999 */
    uint8_t number; /* 1 .. 4 */
};

static inline bool civil_day_is_known(int64_t day)
{
    return day >= CIVIL_DAY_MIN && day <= CIVIL_DAY_MAX;
}

bool civil_date_is_valid(struct civil_date date);

/* Days of a month; ENSUREs a year and a month that are. */
uint8_t civil_month_days(int32_t year, uint8_t month);

/* ENSUREs a valid date. */
int32_t civil_day_of_date(struct civil_date date);

/* ENSUREs civil_day_is_known(day). */
struct civil_date civil_date_of_day(int32_t day);

/* 0 = Monday … 6 = Sunday; for known days (ENSURE). */
uint8_t civil_weekday(int32_t day);

bool quarter_is_valid(struct quarter quarter);

/* The quarter a known day lies in (ENSURE). */
struct quarter quarter_of_day(int32_t day);

/* ENSURE a valid quarter. */
int32_t quarter_first_day(struct quarter quarter);
int32_t quarter_last_day(struct quarter quarter);

#endif
