/* SPDX-License-Identifier: Apache-2.0
 *
 * Work beside the stream: an answer is whole or none, and nobody works on for a stream that is gone.
 */
#include "supervision/side_task.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void add_one(const void *question, void *answer)
{
    uint64_t sum = *(const uint64_t *)question + 1;

    memcpy(answer, &sum, sizeof sum);
}

static void die(const void *question, void *answer)
{
    _exit(*(const uint64_t *)question == 0);
}

static int wait_for_answer(struct side_task *task, uint64_t *answer)
{
    int said = 0;

    while (said == 0) {
        said = side_task_poll(task, answer, sizeof *answer);
    }
    return said;
}

static void work_beside_the_stream_answers_once_or_not_at_all(void **state)
{
    struct side_task task = {0};
    uint64_t question = 41;
    uint64_t answer = 0;

    assert_int_equal(side_task_poll(&task, &answer, sizeof answer), 0);
    assert_true(side_task_begin(&task, add_one, &question, sizeof answer));
    assert_false(side_task_begin(&task, add_one, &question, sizeof answer));
    assert_int_equal(wait_for_answer(&task, &answer), 1);
    assert_int_equal(answer, 42);
    assert_true(side_task_begin(&task, die, &question, sizeof answer));
    assert_int_equal(wait_for_answer(&task, &answer), -1);
    assert_true(side_task_begin(&task, add_one, &question, sizeof answer));
    side_task_stop(&task);
    assert_int_equal(task.child, 0);
}

/* Says that it works, and never ends. */
static void work_for_ever(const void *question, void *answer)
{
    const int *told = question;

    (void)answer;
    (void)!write(*told, "!", 1);
    for (;;) {
        (void)pause();
    }
}

static void work_ends_with_whom_it_is_for(void **state)
{
    int told[2];
    int lives[2];
    int status = 0;
    char byte;

    assert_int_equal(pipe(told), 0);
    assert_int_equal(pipe(lives), 0);
    pid_t process = fork();
    if (process == 0) {
        struct side_task task = {0};

        /* Gone only when the work is well on its way. */
        _exit(!side_task_begin(&task, work_for_ever, &told[1], 1) || read(told[0], &byte, 1) != 1);
    }
    (void)close(lives[1]);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_int_equal(status, 0);
    /* The child has the other end, too: this returns when it is gone, or never. */
    alarm(20);
    assert_int_equal(read(lives[0], &byte, 1), 0);
    alarm(0);
    (void)close(lives[0]);
    (void)close(told[0]);
    (void)close(told[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_beside_the_stream_answers_once_or_not_at_all),
        cmocka_unit_test(work_ends_with_whom_it_is_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
