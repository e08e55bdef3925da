/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes wrong, and when: drawn from the seed before the run begins, so that it can be written
 * down, made smaller, and played again.
 */
#ifndef SIM_SIM_SCHEDULE_H
#define SIM_SIM_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SIM_FAULTS(X)                                                                        \
    X(CORE_KILL, "core-kill", "process")        /* at its a-th call from now */              \
    X(START_KILL, "start-kill", "process")      /* the next recovery, at its a-th call */    \
    X(DESK_KILL, "desk-kill", "process")        /* desk a, at its b-th call */               \
    X(GATE_KILL, "gate-kill", "process")        /* at its a-th call */                       \
    X(CORE_STOP, "core-stop", "process")        /* in order */                               \
    X(SNAPSHOT, "snapshot", "process")          /* its writer dies at call a; 0: lives */    \
    X(POWER, "power", "power")                  /* at the core's a-th call; loss b */        \
    X(DISK_ERROR, "disk-error", "disk")         /* the core's a-th call, errno b; c: half */ \
    X(DISK_SLOW, "disk-slow", "disk")           /* syncs take a ms more for b ms */          \
    X(READ_ERROR, "read-error", "disk")         /* desk a's b-th call */                     \
    X(READ_FLIP, "read-flip", "disk")           /* desk a's b-th read */                     \
    X(LINK_CUT, "link-cut", "net")              /* the a-th connection */                    \
    X(PARTITION, "partition", "net")            /* desk a, for b ms */                       \
    X(DELAY, "delay", "net")                    /* messages take up to a ms, for b ms */     \
    X(CLOCK, "clock", "clock")                  /* the wall clock goes to a - b ms */        \
    X(FLIP, "flip", "damage")                   /* a bit of the durable journal */           \
    X(FLIP_SNAPSHOT, "flip-snapshot", "damage") /* a bit of a snapshot */                    \
    X(MISDIRECT, "misdirect", "damage")         /* a batch is written elsewhere */           \
    X(LOSE, "lose", "damage")                   /* a batch is not written */

enum sim_fault_kind {
    SIM_FAULT_NONE = 1,
#define SIM_FAULT_ENUM(name, text, family) SIM_FAULT_##name,
    SIM_FAULTS(SIM_FAULT_ENUM)
#undef SIM_FAULT_ENUM
};
#define SIM_FAULT_FAMILIES 6u /* process power disk net clock damage */

struct sim_fault {
    int64_t at_us;
    enum sim_fault_kind kind;
    uint32_t a;
    uint32_t b;
    uint32_t c;
};

enum { SIM_FAULTS_MAX = 4096 };

struct sim_schedule {
    struct sim_fault faults[SIM_FAULTS_MAX]; /* by time */
    uint32_t count;
};

/* families: "all", "none" or names with commas. False: one of them is unknown. */
bool sim_schedule_families(const char *text, uint32_t *families);

void sim_schedule_draw(struct sim_schedule *schedule, uint64_t seed, int64_t seconds,
                       uint32_t families);

void sim_schedule_print(const struct sim_schedule *schedule, FILE *to);
/* False: a line says nothing that is understood. */
bool sim_schedule_read(struct sim_schedule *schedule, FILE *from);

const char *sim_fault_name(enum sim_fault_kind kind);

#endif
