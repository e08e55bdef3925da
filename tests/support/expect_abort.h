/* SPDX-License-Identifier: Apache-2.0
 *
 * Seeing an ENSURE fail: the act runs in a child process, and the parent looks how it died.
 */
#ifndef SUPPORT_EXPECT_ABORT_H
#define SUPPORT_EXPECT_ABORT_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Does act(argument) abort? */
static inline bool does_abort(void (*act)(void *), void *argument)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        const struct rlimit none = {0, 0};

        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        act(argument);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return false;
    }
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
