/* SPDX-License-Identifier: Apache-2.0
 *
 * One run: a seed, a schedule, and what came of it.
 */
#ifndef SIM_SIM_RUN_H
#define SIM_SIM_RUN_H

#include <stdint.h>

#include "sim/sim_schedule.h"
#include "sim/sim_world.h"

struct sim_report {
    uint64_t digest;
    int64_t simulated_us;
    uint64_t commands; /* durable */
    uint64_t turns;
    uint64_t faults;
    uint64_t power_losses;
    uint64_t damages_found;   /* by a recovery or by the verifier */
    uint64_t readers_stopped; /* by damage */
    uint64_t core_starts;
    uint64_t torn;
    uint64_t from_snapshot;
    uint64_t intents;
    uint64_t effects; /* intents that happened */
    uint64_t kinds;   /* of commands that were accepted, the most in one run */
    uint64_t gate_done;
    uint64_t unknown;
    uint64_t gate_calls;
};

/* Runs to the end of a quiet minute after the last fault. Returns when every checker was content; a
 * broken one ends the process (sim_break). Once per process. */
void sim_run(const struct sim_options *options, const struct sim_schedule *schedule,
             struct sim_report *report);

#endif
