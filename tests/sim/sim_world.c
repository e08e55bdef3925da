/* SPDX-License-Identifier: Apache-2.0
 *
 * Time, processes and the end of a run. A room of its own because everything else in the simulator asks
 * here what time it is and whether the caller still lives. Invariants: time never goes back; a dead
 * process stays dead until it is revived; one process at a time.
 *
 * Read next: sim_net.c and sim_disk.c, the calls; sim_run.c, who is called when.
 */
#include "sim/sim_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ensure.h"

#define SIM_EPOCH_US INT64_C(1790000000000000)

struct sim_world sim;

void sim_world_start(const struct sim_options *options)
{
    sim = (struct sim_world){
        .options = *options,
        .random = {options->seed * 0x9e3779b97f4a7c15u + 1},
        .net_delay_us = 300,
        .digest = options->seed,
    };
}

bool sim_world_is_busy(uint64_t seed)
{
    struct random_stream random = {.state = seed * 0x94d049bb133111ebu + 11};
    return random_below(&random, 5) < 2;
}

void sim_process_make(struct sim_process *process, enum sim_role role, uint64_t salt)
{
    *process = (struct sim_process){.role = role, .trouble = SIM_TROUBLE_NONE};
    process->random.state = sim.options.seed ^ (salt * 0xd1342543de82ef95u);
    (void)random_next(&process->random);
}

void sim_process_revive(struct sim_process *process)
{
    process->is_dead = false;
    process->die_at = 0;
    process->trouble = SIM_TROUBLE_NONE;
    process->was_troubled = false;
}

int64_t sim_start_pause_us(uint32_t failed_lives)
{
    static const int64_t pauses_ms[] = {300, 300, 1200, 4800, 15000};
    enum { LAST = sizeof pauses_ms / sizeof pauses_ms[0] - 1 };
    return pauses_ms[failed_lives < LAST ? failed_lives : LAST] * SIM_MS;
}

void sim_enter(struct sim_process *process)
{
    ENSURE(sim.current == NULL);
    sim.current = process;
    process->has_waited = false;
    process->patience_us = SIM_NEVER;
    process->ahead_us = 0;
}

void sim_leave(void)
{
    ENSURE(sim.current != NULL);
    sim.current->busy_us = sim_now();
    sim.current->ahead_us = 0;
    sim.current = NULL;
}

int64_t sim_now(void)
{
    return sim.now_us + (sim.current != NULL ? sim.current->ahead_us : 0);
}

bool sim_call(int64_t us)
{
    struct sim_process *process = sim.current;
    if (process == NULL || process->role == SIM_ROLE_CHECKER) {
        return true;
    }
    process->calls++;
    process->ahead_us += us;
    if (process->die_at != 0 && process->calls >= process->die_at) {
        process->is_dead = true;
    }
    return !process->is_dead;
}

bool sim_trouble_now(enum sim_trouble trouble)
{
    struct sim_process *process = sim.current;
    if (process == NULL || process->trouble != trouble || process->calls < process->trouble_at) {
        return false;
    }
    process->trouble = SIM_TROUBLE_NONE;
    process->was_troubled = true;
    return true;
}

static int64_t wall_us(void *context)
{
    (void)context;
    return SIM_EPOCH_US + sim_now() + sim.wall_skew_us;
}

static int64_t monotonic_us(void *context)
{
    (void)context;
    return 1000 + sim_now();
}

const struct clock_source *sim_clock(void)
{
    static const struct clock_source source = {NULL, wall_us, monotonic_us};
    return &source;
}

void sim_note(uint64_t what)
{
    sim.digest = (sim.digest ^ what) * 0x100000001b3u;
    sim.digest ^= sim.digest >> 29;
}

const char *sim_checker_name(enum sim_checker checker)
{
    switch (checker) {
    case SIM_CHECKER_DURABLE: return "durable";
    case SIM_CHECKER_BOOKS: return "books";
    case SIM_CHECKER_REPLAY: return "replay";
    case SIM_CHECKER_FOLLOWER: return "follower";
    case SIM_CHECKER_ONCE: return "once";
    case SIM_CHECKER_TIME: return "time";
    case SIM_CHECKER_DAMAGE: return "damage";
    case SIM_CHECKER_LIVENESS: return "liveness";
    case SIM_CHECKER_ANSWER: return "answer";
    case SIM_CHECKER_ABORT: return "abort";
    }
    return "?";
}

void sim_break(enum sim_checker checker, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (sim.options.is_verbose) {
        (void)printf("seed %llu, at %lld.%06lld s: %s: ", (unsigned long long)sim.options.seed,
                     (long long)(sim.now_us / SIM_S), (long long)(sim.now_us % SIM_S),
                     sim_checker_name(checker));
        (void)vprintf(format, arguments);
        (void)printf("\n");
        (void)fflush(stdout);
    }
    va_end(arguments);
    _exit(SIM_EXIT_BROKEN + (int)checker);
}
