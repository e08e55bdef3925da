/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the intervals of a chart begin: seconds to months, in a zone that is a fixed number of
 * minutes off UTC. Proleptic Gregorian calendar, no leap seconds, as everywhere in the journal.
 */
#ifndef VIEWS_CALENDAR_H
#define VIEWS_CALENDAR_H

#include <stdint.h>

enum candle_interval {
    CANDLE_INTERVAL_1S = 1,
    CANDLE_INTERVAL_1M,
    CANDLE_INTERVAL_3M,
    CANDLE_INTERVAL_5M,
    CANDLE_INTERVAL_15M,
    CANDLE_INTERVAL_30M,
    CANDLE_INTERVAL_1H,
    CANDLE_INTERVAL_2H,
    CANDLE_INTERVAL_4H,
    CANDLE_INTERVAL_6H,
    CANDLE_INTERVAL_8H,
    CANDLE_INTERVAL_12H,
    CANDLE_INTERVAL_1D,
    CANDLE_INTERVAL_3D,
    CANDLE_INTERVAL_1W,
    CANDLE_INTERVAL_1MO,
};

#define CANDLE_INTERVAL_COUNT ((uint32_t)CANDLE_INTERVAL_1MO)

#define CALENDAR_SECOND_US INT64_C(1000000)
#define CALENDAR_MINUTE_US (60 * CALENDAR_SECOND_US)
#define CALENDAR_HOUR_US   (60 * CALENDAR_MINUTE_US)
#define CALENDAR_DAY_US    (24 * CALENDAR_HOUR_US)

/* Length in microseconds; 0 for the month, which has none. */
int64_t calendar_length(enum candle_interval interval);

/* The beginning of the interval that holds time_us. Weeks begin on Monday; three-day intervals
 * count from 1970-01-01. All in the local time of the zone; the answer is UTC. */
int64_t calendar_open(enum candle_interval interval, int64_t time_us, int32_t zone_minutes);

/* The beginning of the interval `steps` after (before, if negative) the one that begins at open. */
int64_t calendar_step(enum candle_interval interval, int64_t open_us, int32_t zone_minutes,
                      int64_t steps);

#endif
