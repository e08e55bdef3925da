/* SPDX-License-Identifier: Apache-2.0
 *
 * One run: a seed, a schedule, and what came of it.
 */
#ifndef SIM_SIM_RUN_H
#define SIM_SIM_RUN_H

#include <stdint.h>

#include "sim/sim_schedule.h"
#include "sim/sim_world.h"

/* What is added up over many runs. */
#define SIM_REPORT_COUNTS(X)                                           \
    X(simulated_us) /* with the quiet minute at the end of each run */ \
    X(faulty_us)    /* while things went wrong */                      \
    X(commands)     /* durable */                                      \
    X(turns)        /* of all processes */                             \
    X(faults)                                                          \
    X(power_losses)                                                    \
    X(damages_found)   /* by a recovery or by the verifier */          \
    X(readers_stopped) /* by damage */                                 \
    X(core_starts)                                                     \
    X(torn)                                                            \
    X(from_snapshot)                                                   \
    X(reader_starts) /* of followers and the gate */                   \
    X(compared)      /* states of a follower with the core's, whole */ \
    X(intents)                                                         \
    X(effects) /* intents that happened */                             \
    X(unknown) /* tries whose outcome was unknown for a while */       \
    X(gate_calls)                                                      \
    X(gate_done)

struct sim_report {
    uint64_t digest;
    uint64_t kinds; /* of commands that were accepted */
#define SIM_REPORT_FIELD(name) uint64_t name;
    SIM_REPORT_COUNTS(SIM_REPORT_FIELD)
#undef SIM_REPORT_FIELD
};

/* Runs to the end of a quiet minute after the last fault. Returns when every checker was content; a
 * broken one ends the process (sim_break). Once per process. */
void sim_run(const struct sim_options *options, const struct sim_schedule *schedule,
             struct sim_report *report);

#endif
