/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an edge takes the time from: a table of functions, so that tests bring their own. The
 * engine never sees one: its time comes with the command.
 */
#ifndef PLATFORM_CLOCK_H
#define PLATFORM_CLOCK_H

#include <stdint.h>

struct clock_source {
    void *context;
    int64_t (*wall_us)(void *context);      /* UTC microseconds since 1970; may go back */
    int64_t (*monotonic_us)(void *context); /* since some moment; never goes back */
};

/* The system's clocks. */
const struct clock_source *clock_source_system(void);

static inline int64_t clock_wall_us(const struct clock_source *clock)
{
    return clock->wall_us(clock->context);
}

static inline int64_t clock_monotonic_us(const struct clock_source *clock)
{
    return clock->monotonic_us(clock->context);
}

#endif
