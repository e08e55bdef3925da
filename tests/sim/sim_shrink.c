/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a failure small: less time, fewer clients, no gate, then ever smaller pieces of the schedule
 * are left out (delta debugging), as long as the same checker is still broken. What is left over still
 * fails, and nothing that was tried could be left out of it.
 *
 * Read next: sim_schedule.h.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/sim_child.h"

enum { TRIES_MAX = 300, SECONDS_MAX = 120 };

static struct {
    enum sim_checker broken;
    uint32_t tries;
    time_t begin;
} shrink;

static bool still_fails(const struct sim_options *options, const struct sim_schedule *schedule)
{
    struct sim_child child;
    struct sim_options quiet = *options;
    if (shrink.tries++ >= TRIES_MAX || time(NULL) - shrink.begin > SECONDS_MAX) {
        return false;
    }
    quiet.is_verbose = false;
    sim_child_begin(&child, &quiet, schedule);
    sim_child_end(&child);
    return child.broken == shrink.broken;
}

static void leave_out(struct sim_schedule *schedule, uint32_t from, uint32_t count)
{
    memmove(&schedule->faults[from], &schedule->faults[from + count],
            (schedule->count - from - count) * sizeof schedule->faults[0]);
    schedule->count -= count;
}

static void shrink_options(struct sim_options *options, struct sim_schedule *schedule)
{
    struct sim_options smaller = *options;
    for (smaller.seconds /= 2; smaller.seconds > 0 && still_fails(&smaller, schedule);
         smaller.seconds /= 2) {
        *options = smaller;
    }
    smaller = *options;
    smaller.seconds = options->seconds * 3 / 4;
    if (smaller.seconds > 0 && still_fails(&smaller, schedule)) {
        *options = smaller;
    }
    while (schedule->count > 0 &&
           schedule->faults[schedule->count - 1].at_us >= options->seconds * SIM_S) {
        schedule->count--;
    }
    smaller = *options;
    smaller.has_gate = false;
    if (still_fails(&smaller, schedule)) {
        *options = smaller;
    }
    smaller = *options;
    for (smaller.clients /= 2; smaller.clients > 0 && still_fails(&smaller, schedule);
         smaller.clients /= 2) {
        *options = smaller;
    }
}

static void shrink_schedule(const struct sim_options *options, struct sim_schedule *schedule)
{
    static struct sim_schedule smaller;
    for (uint32_t piece = schedule->count; piece > 0; piece /= 2) {
        for (uint32_t from = 0; from < schedule->count;) {
            uint32_t count = schedule->count - from < piece ? schedule->count - from : piece;
            smaller = *schedule;
            leave_out(&smaller, from, count);
            if (still_fails(options, &smaller)) {
                *schedule = smaller;
            } else {
                from += count;
            }
        }
    }
}

const char *sim_shrink(struct sim_options *options, struct sim_schedule *schedule,
                       enum sim_checker broken)
{
    static char name[64];
    shrink.broken = broken;
    shrink.tries = 0;
    shrink.begin = time(NULL);
    uint32_t before = schedule->count;
    shrink_options(options, schedule);
    shrink_schedule(options, schedule);
    (void)snprintf(name, sizeof name, "sim-%llu.schedule", (unsigned long long)options->seed);
    (void)printf("shrunk in %u tries from %u faults to %u:\n", shrink.tries, before,
                 schedule->count);
    sim_schedule_print(schedule, stdout);
    (void)printf("again: sim %llu --seconds %lld --clients %u%s --schedule %s\n",
                 (unsigned long long)options->seed, (long long)options->seconds, options->clients,
                 options->has_gate ? "" : " --no-gate", name);
    FILE *file = fopen(name, "w");
    if (file != NULL) {
        (void)fprintf(file, "# sim %llu --seconds %lld --clients %u%s --schedule THIS\n",
                      (unsigned long long)options->seed, (long long)options->seconds,
                      options->clients, options->has_gate ? "" : " --no-gate");
        sim_schedule_print(schedule, file);
        (void)fclose(file);
    }
    return name;
}
