/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic on UTC microseconds since 1970. There is no clock here: time comes with a command.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>

#define TIME_US_PER_MS  ((int64_t)1000)
#define TIME_US_PER_DAY ((int64_t)86400 * 1000 * 1000)

/* The UTC day a moment lies in: 0 = 1970-01-01, −1 = the day before. Every int64_t moment has one:
 * the largest day is below 2^27. */
static inline int32_t time_utc_day(int64_t time_us)
{
    int64_t day = time_us / TIME_US_PER_DAY;

    if (time_us % TIME_US_PER_DAY < 0) {
        day--;
    }
    return (int32_t)day;
}

/* time_us + ms milliseconds; INT64_MAX ("never") where that would overflow. */
static inline int64_t time_after_ms(int64_t time_us, uint32_t ms)
{
    int64_t after;

    if (__builtin_add_overflow(time_us, (int64_t)ms * TIME_US_PER_MS, &after)) {
        return INT64_MAX;
    }
    return after;
}

#endif
