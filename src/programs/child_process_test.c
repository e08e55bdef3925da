/* SPDX-License-Identifier: Apache-2.0
 *
 * When a process that ended is started again: at once the first time, later and later after that, and
 * at once again after a long life.
 */
#include "programs/child_process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { KILLED = SIGKILL, EXITED_WITH_10 = 10 << 8 };

static struct child_process child_make(void)
{
    return (struct child_process){.name = "core", .ready_fd = -1};
}

/* It lived so long and ended; the pause until the next start. */
static int64_t pause_after(struct child_process *child, int64_t lived_ms)
{
    int64_t now_ms = child->start_ms + lived_ms;
    child_has_ended(child, KILLED, now_ms);
    int64_t pause_ms = child->due_ms - now_ms;
    child->start_ms = child->due_ms;
    return pause_ms;
}

static void the_pause_doubles_up_to_ten_seconds(void **state)
{
    struct child_process child = child_make();
    int64_t expected[] = {100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(pause_after(&child, 10), expected[i]);
    }
    for (int i = 0; i < 100; i++) {
        assert_int_equal(pause_after(&child, 10), 10000);
    }
}

static void a_long_life_makes_the_pause_short_again(void **state)
{
    struct child_process child = child_make();
    for (int i = 0; i < 5; i++) {
        (void)pause_after(&child, 10);
    }
    assert_int_equal(pause_after(&child, 30000), 100);
}

static void ends_before_readiness_are_counted(void **state)
{
    struct child_process child = child_make();
    int ends[2];
    (void)pause_after(&child, 10);
    (void)pause_after(&child, 10);
    assert_int_equal(child.never_ready, 2);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "http://127.0.0.1:1\n", 19), 19);
    child.ready_fd = ends[0];
    child_take_ready(&child);
    assert_true(child.is_ready);
    assert_string_equal(child.ready_text, "http://127.0.0.1:1");
    assert_int_equal(child.ready_fd, -1);
    (void)pause_after(&child, 10);
    assert_int_equal(child.never_ready, 0);
    (void)pause_after(&child, 10);
    assert_int_equal(child.never_ready, 1);
    (void)close(ends[1]);
}

static void a_silent_end_is_no_readiness(void **state)
{
    struct child_process child = child_make();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[1]);
    child.ready_fd = ends[0];
    child_take_ready(&child);
    assert_false(child.is_ready);
}

static void a_signal_is_told_from_an_exit_code(void **state)
{
    int code = 0;
    assert_true(child_end_is_signal(KILLED, &code));
    assert_int_equal(code, SIGKILL);
    assert_false(child_end_is_signal(EXITED_WITH_10, &code));
    assert_int_equal(code, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pause_doubles_up_to_ten_seconds),
        cmocka_unit_test(a_long_life_makes_the_pause_short_again),
        cmocka_unit_test(ends_before_readiness_are_counted),
        cmocka_unit_test(a_silent_end_is_no_readiness),
        cmocka_unit_test(a_signal_is_told_from_an_exit_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
