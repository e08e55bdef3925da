/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated world: one seed, one time, the processes in it. A process is whatever runs between
 * sim_enter and sim_leave; each call it makes to the disk or the network is counted and costs time, and
 * at any of them it may die: from then on nothing it does reaches anybody.
 */
#ifndef SIM_SIM_WORLD_H
#define SIM_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "platform/clock.h"
#include "platform/storage.h"
#include "support/random_stream.h"

#define SIM_NEVER INT64_MAX
#define SIM_MS    INT64_C(1000)
#define SIM_S     INT64_C(1000000)

enum { SIM_DESKS = 3, SIM_CLIENTS_MAX = 24 };

enum sim_role {
    SIM_ROLE_CORE = 1,
    SIM_ROLE_DESK = 2,     /* a follower with clients that submit commands */
    SIM_ROLE_GATE = 3,     /* the venue with clients that speak HTTP */
    SIM_ROLE_SNAPSHOT = 4, /* the core's forked child */
    SIM_ROLE_CHECKER = 5,  /* the checkers' own reading: nothing fails */
};

/* What goes wrong with one later call of a process. */
enum sim_trouble {
    SIM_TROUBLE_NONE = 1,
    SIM_TROUBLE_ERROR = 2,     /* a disk call fails with error_number */
    SIM_TROUBLE_SHORT = 3,     /* a write does half */
    SIM_TROUBLE_FLIP = 4,      /* a read shows another bit, once */
    SIM_TROUBLE_MISDIRECT = 5, /* a write of a batch lands elsewhere and says yes */
    SIM_TROUBLE_LOSE = 6,      /* a write of a batch goes nowhere and says yes */
};

struct sim_process {
    enum sim_role role;
    struct storage storage; /* the disk as this process sees it */
    struct random_stream random;
    uint64_t calls;
    uint64_t die_at; /* dies before this call; 0: never */
    bool is_dead;
    bool is_up;            /* there is something to turn */
    uint32_t failed_lives; /* in a row: it never caught up */
    enum sim_trouble trouble;
    uint64_t trouble_at; /* call */
    int trouble_error;
    bool was_troubled;   /* since it was started */
    bool has_waited;     /* in this turn */
    int64_t patience_us; /* what it asked to sleep in this turn; SIM_NEVER: nothing */
    int64_t wake_us;     /* its next turn, if nothing comes before */
    int64_t ahead_us;    /* time that its present turn has taken so far */
    int64_t busy_us;     /* until then it is still at its last turn */
};

struct sim_options {
    uint64_t seed;
    int64_t seconds; /* with faults; a quiet minute follows */
    uint32_t clients;
    bool has_gate;
    bool is_verbose;
};

struct sim_world {
    struct sim_options options;
    struct random_stream random; /* of the world itself */
    struct sim_process *current;
    int64_t now_us;       /* since the beginning; inside a turn: sim_now() */
    int64_t wall_skew_us; /* the machine's wall clock may be set */
    int64_t net_delay_us; /* the longest a message takes */
    int64_t disk_slow_us; /* of each sync */
    bool is_quiet;        /* faults have ended */
    bool was_repaired;    /* the journal's files: who reads them must begin anew */
    uint64_t digest;      /* of everything that happened */
    uint64_t events;
};

extern struct sim_world sim;

void sim_world_start(const struct sim_options *options);

/* Two worlds in five are busy, with clients that hardly rest. */
bool sim_world_is_busy(uint64_t seed);

/* The time; inside a turn with what the turn has taken so far. */
int64_t sim_now(void);

/* A process's own stream; from the same seed, whatever else happens. */
void sim_process_make(struct sim_process *process, enum sim_role role, uint64_t salt);
/* Before it starts anew: alive, no trouble planned. */
void sim_process_revive(struct sim_process *process);

/* How long whoever starts it again waits, after so many lives in a row that came to nothing: it does not
 * try again and again what cannot go well. */
int64_t sim_start_pause_us(uint32_t failed_lives);

void sim_enter(struct sim_process *process);
/* The process is busy until the time that its turn took has passed. */
void sim_leave(void);

/* Counts a call that takes so long. False: the process is dead, nothing happens any more. */
bool sim_call(int64_t us);
/* Is this call the one that trouble was planned for? Told once. */
bool sim_trouble_now(enum sim_trouble trouble);

const struct clock_source *sim_clock(void);

/* Takes a number into the digest of the run. */
void sim_note(uint64_t what);

/* ---- what the run found ---- */

enum sim_checker {
    SIM_CHECKER_DURABLE = 1, /* acknowledged, and there after every crash */
    SIM_CHECKER_BOOKS,       /* sum per asset zero, nothing negative, events agree */
    SIM_CHECKER_REPLAY,      /* from command 1: the live state */
    SIM_CHECKER_FOLLOWER,    /* equal number, equal state, equal events */
    SIM_CHECKER_ONCE,        /* one client id, one effect */
    SIM_CHECKER_TIME,        /* never back */
    SIM_CHECKER_DAMAGE,      /* found, and nothing goes on with it */
    SIM_CHECKER_LIVENESS,    /* all answered when faults have ended */
    SIM_CHECKER_ANSWER,      /* what a client was told stays true */
    SIM_CHECKER_ABORT,       /* an assertion of the product */
};
#define SIM_CHECKERS 10u

const char *sim_checker_name(enum sim_checker checker);

/* Prints what was broken and ends this run's process with the checker's exit status. */
_Noreturn __attribute__((format(printf, 2, 3))) void sim_break(enum sim_checker checker,
                                                               const char *format, ...);
#define SIM_EXIT_BROKEN 32 /* + enum sim_checker */

#endif
