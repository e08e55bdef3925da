/* SPDX-License-Identifier: Apache-2.0
 *
 * The core of the simulated node: the real recovery, log, engine and loop as a process that dies and
 * comes back.
 */
#ifndef SIM_SIM_CORE_H
#define SIM_SIM_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "journal/journal_error.h"
#include "sim/sim_world.h"
#include "tarazy/engine.h"

/* Founds the node on the disk: the law tests' people and instruments, and the gate's clients. */
void sim_core_start(void);
void sim_core_end(void);

/* When it wants its next turn (or to be started); SIM_NEVER: not before something comes. */
int64_t sim_core_next(void);
void sim_core_turn(void);

struct sim_process *sim_core_process(void);
bool sim_core_is_up(void);
const struct engine *sim_core_engine(void); /* NULL: it is down */

uint64_t sim_core_durable(void); /* 0: it is down */

/* Kills what is left of it; it starts again so much later. */
void sim_core_down(int64_t after_us);
void sim_core_ask_to_stop(void);
/* The next recovery dies at its n-th call. */
void sim_core_kill_next_start(uint64_t call);
/* A snapshot as soon as something is new; its writer dies at the n-th call (0: lives). */
void sim_core_snapshot(uint64_t call);

struct sim_core_tally {
    uint64_t starts;
    uint64_t torn;
    uint64_t snapshots;
    uint64_t from_snapshot; /* recoveries that began with one */
    uint64_t refused_damage;
};
const struct sim_core_tally *sim_core_tally(void);

/* ---- the snapshot's writer, a process beside the core (sim_snapshot.c) ---- */

struct sim_process *sim_snapshot_process(void);
void sim_snapshot_turn(void);

#endif
