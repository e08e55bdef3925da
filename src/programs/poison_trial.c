/* SPDX-License-Identifier: Apache-2.0
 *
 * Trying a record out. A file of its own because a claim that a record stops engines must be shown, not
 * believed: two people could otherwise undo whatever they do not like.
 *
 * Invariants: the child has its own copy of everything but one shared word; only an engine's own failure
 * (an abort, a fault, no end) counts as stopping.
 *
 * Read next: quarantine_main.c.
 */
#include "programs/poison_trial.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/bound_child.h"

struct trial {
    struct engine *engine;
    struct event_buffer events;
    volatile uint64_t *at; /* shared with the parent: the record at hand */
};

static void take_note(void *context, const struct command_header *command,
                      const struct event_buffer *events)
{
    const struct trial *trial = context;

    (void)events;
    *trial->at = command->number + 1;
}

/* Commands between two that are skipped: in one go, as a core does it. */
static void try_run(struct trial *trial, const uint8_t *commands, size_t size)
{
    const struct batch_sink sink = {trial, take_note};

    if (size > 0) {
        tarazy_engine_apply_batch(trial->engine, commands, size, &trial->events, &sink);
    }
}

static void try_batch(struct trial *trial, const struct journal_batch *batch,
                      const uint64_t *skipped, uint32_t skipped_count)
{
    uint32_t next = 0;
    uint32_t run = 0;
    uint32_t at = 0;

    while (at < batch->size) {
        const struct command_header *command = (const void *)(batch->commands + at);
        uint32_t size = (uint32_t)tarazy_command_size(command->kind);

        if (next < skipped_count && skipped[next] == command->number) {
            try_run(trial, batch->commands + run, at - run);
            trial->events.used = 0;
            trial->events.count = 0;
            tarazy_engine_skip(trial->engine, command, &trial->events);
            *trial->at = command->number + 1;
            run = at + size;
            next++;
        }
        at += size;
    }
    try_run(trial, batch->commands + run, at - run);
}

/* In the child. Dies of what it finds, or ends well. */
static void try_and_end(struct trial *trial, const struct journal_batch *batch,
                        const uint64_t *skipped, uint32_t skipped_count)
{
    static const int deadly[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
        (void)signal(deadly[i], SIG_DFL);
    }
    (void)alarm(POISON_TRIAL_SECONDS);
    trial->events.bytes = aligned_alloc(64, TARAZY_EVENTS_SIZE_MAX);
    if (trial->events.bytes == NULL) {
        _exit(1);
    }
    try_batch(trial, batch, skipped, skipped_count);
    _exit(0);
}

static bool is_engines_failure(int status)
{
    if (!WIFSIGNALED(status)) {
        return false;
    }
    int deadly = WTERMSIG(status);

    return deadly == SIGABRT || deadly == SIGSEGV || deadly == SIGBUS || deadly == SIGFPE ||
           deadly == SIGILL || deadly == SIGALRM;
}

bool poison_trial(const struct engine *engine, const struct journal_batch *batch,
                  const uint64_t *skipped, uint32_t skipped_count, uint64_t *stopped)
{
    size_t size;
    struct trial trial = {.events.size = TARAZY_EVENTS_SIZE_MAX};
    uint64_t *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;

    if (shared == MAP_FAILED) {
        return false;
    }
    *shared = batch->first_number;
    trial.at = shared;
    pid_t child = bound_child_fork(SIGKILL);
    if (child == 0) {
        /* The child's copy of the block is its own to change. */
        trial.engine = (struct engine *)(uintptr_t)tarazy_engine_block(engine, &size);
        try_and_end(&trial, batch, skipped, skipped_count);
    }
    bool has_ended = child > 0 && waitpid(child, &status, 0) == child;
    bool was_stopped = has_ended && is_engines_failure(status);
    bool passed = has_ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    *stopped = was_stopped ? *shared : 0;
    (void)munmap(shared, sizeof *shared);
    return was_stopped || passed;
}
