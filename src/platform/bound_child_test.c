/* SPDX-License-Identifier: Apache-2.0
 *
 * Children that end with their parent. Who still lives is seen at a pipe: its end is read when the last who could write is
 * gone, or never, and an alarm bounds that.
 */
#include "platform/bound_child.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int said[2]; /* what a grandchild has to say, and who still lives */
static int lives[2];
static pid_t middle; /* in the grandchild: its parent */

/* A process between this one and the child; its exit code. */
static int in_a_process(void (*act)(void))
{
    int status = 0;

    assert_int_equal(pipe(said), 0);
    assert_int_equal(pipe(lives), 0);
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        act();
        _exit(0);
    }
    (void)close(said[1]);
    (void)close(lives[1]);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Everything the child said; returns when it is gone, too. */
static size_t hear(char *bytes, size_t size)
{
    alarm(20);
    ssize_t got = read(said[0], bytes, size);
    assert_true(got >= 0);
    char byte;
    assert_int_equal(read(lives[0], &byte, 1), 0);
    alarm(0);
    (void)close(said[0]);
    (void)close(lives[0]);
    return (size_t)got;
}

static void leave_one_behind(void)
{
    int told[2];
    char byte;

    if (pipe(told) != 0) {
        _exit(1);
    }
    if (bound_child_fork(SIGKILL) == 0) {
        (void)!write(said[1], "!", 1);
        (void)!write(told[1], "!", 1);
        for (;;) {
            (void)pause();
        }
    }
    /* Gone only when the child is well on its way. */
    _exit(read(told[0], &byte, 1) != 1);
}

static void a_child_ends_with_its_parent(void **state)
{
    char byte;

    (void)state;
    assert_int_equal(in_a_process(leave_one_behind), 0);
    assert_int_equal(hear(&byte, 1), 1);
}

/* In the child, before bound_child_fork goes on: until its parent is gone. */
static void become_an_orphan(void)
{
    while (getppid() == middle) {
        (void)sched_yield();
    }
}

static void fork_and_leave(void)
{
    middle = getpid();
    if (pthread_atfork(NULL, NULL, become_an_orphan) != 0) {
        _exit(1);
    }
    if (bound_child_fork(SIGKILL) == 0) {
        (void)!write(said[1], "!", 1); /* nobody binds it any more: it must not come here */
        _exit(0);
    }
    _exit(0);
}

static void an_orphan_does_nothing(void **state)
{
    char byte;

    (void)state;
    assert_int_equal(in_a_process(fork_and_leave), 0);
    assert_int_equal(hear(&byte, 1), 0);
}

static void the_signal_is_the_callers_choice(void **state)
{
    int status = 0;
    pid_t child = bound_child_fork(SIGTERM);

    (void)state;
    if (child == 0) {
        int number = 0;

        _exit(prctl(PR_GET_PDEATHSIG, &number) == 0 && number == SIGTERM ? 7 : 1);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_ends_with_its_parent),
        cmocka_unit_test(an_orphan_does_nothing),
        cmocka_unit_test(the_signal_is_the_callers_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
