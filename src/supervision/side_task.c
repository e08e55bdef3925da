/* SPDX-License-Identifier: Apache-2.0
 *
 * Work beside the stream. A room of its own because two checks need it: of a snapshot's digest, and of what a node owes.
 * Invariants: at most one child at a time; an answer is whole or counts as none. Read next: state_check.c,
 * owed_watch.c.
 */
#include "supervision/side_task.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "platform/bound_child.h"

enum { SIDE_TASK_NICE = 10 };

static _Noreturn void run_child(int pipe, void (*work)(const void *question, void *answer),
                                const void *question, size_t size)
{
    char answer[SIDE_TASK_ANSWER_MAX] __attribute__((aligned(16))) = {0};

    (void)setpriority(PRIO_PROCESS, 0, SIDE_TASK_NICE);
    work(question, answer);
    _exit(write(pipe, answer, size) == (ssize_t)size ? 0 : 1);
}

bool side_task_begin(struct side_task *task, void (*work)(const void *question, void *answer),
                     const void *question, size_t answer_size)
{
    int ends[2];

    ENSURE(answer_size <= SIDE_TASK_ANSWER_MAX);
    if (task->child != 0 || pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    pid_t child = bound_child_fork(SIGKILL);
    if (child == 0) {
        (void)close(ends[0]);
        run_child(ends[1], work, question, answer_size);
    }
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        return false;
    }
    task->child = child;
    task->pipe = ends[0];
    return true;
}

/* The child has said something or has ended. */
static void finish(struct side_task *task)
{
    (void)close(task->pipe);
    (void)waitpid(task->child, NULL, 0);
    task->child = 0;
}

int side_task_poll(struct side_task *task, void *answer, size_t answer_size)
{
    struct pollfd watched = {.fd = task->pipe, .events = POLLIN};

    if (task->child == 0 || poll(&watched, 1, 0) <= 0) {
        return 0;
    }
    ssize_t got = read(task->pipe, answer, answer_size);
    finish(task);
    return got == (ssize_t)answer_size ? 1 : -1;
}

void side_task_stop(struct side_task *task)
{
    if (task->child != 0) {
        (void)kill(task->child, SIGKILL);
        finish(task);
    }
}
