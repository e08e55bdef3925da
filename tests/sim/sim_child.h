/* SPDX-License-Identifier: Apache-2.0
 *
 * A run in a process of its own: an assertion that fails, or a run that never ends, is a finding of
 * one seed and not the end of the night.
 */
#ifndef SIM_SIM_CHILD_H
#define SIM_SIM_CHILD_H

#include <sys/types.h>

#include "sim/sim_run.h"

struct sim_child {
    pid_t process; /* 0: none */
    int out;       /* where its report comes from */
    struct sim_options options;
    struct sim_report report;
    enum sim_checker broken; /* 0: nothing */
};

/* Begins a run; `schedule` is not needed any more on return. */
void sim_child_begin(struct sim_child *child, const struct sim_options *options,
                     const struct sim_schedule *schedule);

/* Waits for it, or for any of several: the one that has ended. */
void sim_child_end(struct sim_child *child);
struct sim_child *sim_child_any(struct sim_child *children, uint32_t count);

/* Takes away what a failure does not need: time, clients, the gate, faults. Prints what is left and
 * writes it to a file; returns its name. */
const char *sim_shrink(struct sim_options *options, struct sim_schedule *schedule,
                       enum sim_checker broken);

#endif
