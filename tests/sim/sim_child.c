/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs as children, one or two at a time. Read next: sim_main.c.
 */
#include "sim/sim_child.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"

enum { PATIENCE_S = 900 }; /* of real time: a run that takes longer never ends */

/* An assertion of the product or of the simulator itself. */
static void on_abort(int signal_number)
{
    (void)signal_number;
    if (sim.options.is_verbose) {
        (void)dprintf(STDOUT_FILENO, "seed %llu, at %lld s: abort: %s:%d: %s\n",
                      (unsigned long long)sim.options.seed, (long long)(sim.now_us / SIM_S),
                      ensure_last_failure.file != NULL ? ensure_last_failure.file : "?",
                      ensure_last_failure.line,
                      ensure_last_failure.condition != NULL ? ensure_last_failure.condition : "?");
    }
    _exit(SIM_EXIT_BROKEN + (int)SIM_CHECKER_ABORT);
}

/* Memory that was used stays at hand: processes of the world start anew all the time. */
static void keep_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 8 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    (void)mallopt(M_TOP_PAD, 16 << 20);
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

static _Noreturn void live(const struct sim_child *child, int out,
                           const struct sim_schedule *schedule)
{
    struct sim_report report;
    keep_memory();
    (void)alarm(PATIENCE_S);
    (void)signal(SIGABRT, on_abort);
    if (!child->options.is_verbose) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(nowhere, STDERR_FILENO);
    }
    sim_run(&child->options, schedule, &report);
    ssize_t written = write(out, &report, sizeof report);
    _exit(written == (ssize_t)sizeof report ? 0 : 1);
}

void sim_child_begin(struct sim_child *child, const struct sim_options *options,
                     const struct sim_schedule *schedule)
{
    int ends[2];
    *child = (struct sim_child){.options = *options};
    int made = pipe(ends);
    ENSURE(made == 0);
    (void)fflush(stdout);
    child->process = fork();
    ENSURE(child->process >= 0);
    if (child->process == 0) {
        live(child, ends[1], schedule);
    }
    (void)close(ends[1]);
    child->out = ends[0];
}

static void take(struct sim_child *child, int status)
{
    ssize_t got = read(child->out, &child->report, sizeof child->report);
    (void)close(child->out);
    child->process = 0;
    child->broken = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) > SIM_EXIT_BROKEN &&
        WEXITSTATUS(status) <= SIM_EXIT_BROKEN + (int)SIM_CHECKERS) {
        child->broken = (enum sim_checker)(WEXITSTATUS(status) - SIM_EXIT_BROKEN);
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        child->broken = SIM_CHECKER_LIVENESS;
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
               got != (ssize_t)sizeof child->report) {
        child->broken = SIM_CHECKER_ABORT;
    }
}

void sim_child_end(struct sim_child *child)
{
    int status = 0;
    pid_t ended = waitpid(child->process, &status, 0);
    ENSURE(ended == child->process);
    take(child, status);
}

struct sim_child *sim_child_any(struct sim_child *children, uint32_t count)
{
    int status = 0;
    pid_t ended = wait(&status);
    for (uint32_t i = 0; i < count; i++) {
        if (ended > 0 && children[i].process == ended) {
            take(&children[i], status);
            return &children[i];
        }
    }
    return NULL;
}
