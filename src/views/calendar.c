/* SPDX-License-Identifier: Apache-2.0
 *
 * Calendar arithmetic on integers.
 *
 * Why a file of its own: months are the one interval without a length, and off-by-one days hide
 * best in the middle of something else. Invariant: open(t) <= t < step(open(t), 1) for every t and
 * every zone. Read next: candles.c.
 */
#include "views/calendar.h"

#include <stdbool.h>

#include "base/ensure.h"

int64_t calendar_length(enum candle_interval interval)
{
    switch (interval) {
    case CANDLE_INTERVAL_1S: return CALENDAR_SECOND_US;
    case CANDLE_INTERVAL_1M: return CALENDAR_MINUTE_US;
    case CANDLE_INTERVAL_3M: return 3 * CALENDAR_MINUTE_US;
    case CANDLE_INTERVAL_5M: return 5 * CALENDAR_MINUTE_US;
    case CANDLE_INTERVAL_15M: return 15 * CALENDAR_MINUTE_US;
    case CANDLE_INTERVAL_30M: return 30 * CALENDAR_MINUTE_US;
    case CANDLE_INTERVAL_1H: return CALENDAR_HOUR_US;
    case CANDLE_INTERVAL_2H: return 2 * CALENDAR_HOUR_US;
    case CANDLE_INTERVAL_4H: return 4 * CALENDAR_HOUR_US;
    case CANDLE_INTERVAL_6H: return 6 * CALENDAR_HOUR_US;
    case CANDLE_INTERVAL_8H: return 8 * CALENDAR_HOUR_US;
    case CANDLE_INTERVAL_12H: return 12 * CALENDAR_HOUR_US;
    case CANDLE_INTERVAL_1D: return CALENDAR_DAY_US;
    case CANDLE_INTERVAL_3D: return 3 * CALENDAR_DAY_US;
    case CANDLE_INTERVAL_1W: return 7 * CALENDAR_DAY_US;
    case CANDLE_INTERVAL_1MO: return 0;
    }
    ENSURE(false);
    return 0;
}

/* Quotient rounded down, also for what was before 1970. */
static int64_t divide_floor(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Months since 1970-01 of a day since 1970-01-01. Years are counted from March, so that the leap
 * day is the last of its year; an era is 400 years = 146 097 days. */
static int64_t month_of_day(int64_t day)
{
    int64_t shifted = day + 719468; /* days since 0000-03-01 */
    int64_t era = divide_floor(shifted, 146097);
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month_from_march = (5 * of_year + 2) / 153;

    return (era * 400 + year - 1970) * 12 + month_from_march + 2;
}

/* The first day of a month since 1970-01: month_of_day's inverse. */
static int64_t day_of_month(int64_t month)
{
    int64_t from_march = month - 2;
    int64_t year = divide_floor(from_march, 12) + 1970;
    int64_t month_from_march = from_march - divide_floor(from_march, 12) * 12;
    int64_t era = divide_floor(year, 400);
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * month_from_march + 2) / 5;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Where the counting of an interval starts, in local time: 1970-01-05 was a Monday. */
static int64_t origin_of(enum candle_interval interval)
{
    return interval == CANDLE_INTERVAL_1W ? 4 * CALENDAR_DAY_US : 0;
}

int64_t calendar_open(enum candle_interval interval, int64_t time_us, int32_t zone_minutes)
{
    int64_t zone = zone_minutes * CALENDAR_MINUTE_US;
    int64_t local = time_us + zone;

    if (interval == CANDLE_INTERVAL_1MO) {
        int64_t month = month_of_day(divide_floor(local, CALENDAR_DAY_US));
        return day_of_month(month) * CALENDAR_DAY_US - zone;
    }
    int64_t length = calendar_length(interval);
    int64_t origin = origin_of(interval);

    return divide_floor(local - origin, length) * length + origin - zone;
}

int64_t calendar_step(enum candle_interval interval, int64_t open_us, int32_t zone_minutes,
                      int64_t steps)
{
    int64_t zone = zone_minutes * CALENDAR_MINUTE_US;

    if (interval == CANDLE_INTERVAL_1MO) {
        int64_t month = month_of_day(divide_floor(open_us + zone, CALENDAR_DAY_US));
        return day_of_month(month + steps) * CALENDAR_DAY_US - zone;
    }
    return open_us + steps * calendar_length(interval);
}
