/* SPDX-License-Identifier: Apache-2.0
 *
 * The two clocks of the system behind one table. A file of its own because it is the only place,
 * beside the event loop, that asks the kernel what time it is.
 *
 * Read next: node/, where commands get their time from the wall clock and never let it go back.
 */
#include "platform/clock.h"

#include <time.h>

#include "base/ensure.h"

static int64_t read_us(clockid_t id)
{
    struct timespec now;

    ENSURE(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t system_wall_us(void *context)
{
    (void)context;
    return read_us(CLOCK_REALTIME);
}

static int64_t system_monotonic_us(void *context)
{
    (void)context;
    return read_us(CLOCK_MONOTONIC);
}

const struct clock_source *clock_source_system(void)
{
    static const struct clock_source source = {
        .context = NULL,
        .wall_us = system_wall_us,
        .monotonic_us = system_monotonic_us,
    };

    return &source;
}
