/* SPDX-License-Identifier: Apache-2.0
 *
 * Ceasing to be root, in child processes; and names and numbers of users.
 */
#include "platform/process_user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODYS_USER = 61234, NOBODYS_GROUP = 61235 };

/* The exit code of the act in a child that is root and becomes somebody. */
static int as_somebody(int (*act)(void))
{
    const struct process_user somebody = {.user = NOBODYS_USER, .group = NOBODYS_GROUP};
    int status = 0;
    if (geteuid() != 0) {
        skip();
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const gid_t more[] = {NOBODYS_GROUP + 1};
        (void)setgroups(1, more);
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        _exit(process_user_become(&somebody) ? act() : 99);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int look_who(void)
{
    uid_t users[3];
    gid_t groups[3];
    bool is_right = getresuid(&users[0], &users[1], &users[2]) == 0 &&
                    getresgid(&groups[0], &groups[1], &groups[2]) == 0 && getgroups(0, NULL) == 0;
    for (size_t i = 0; i < 3; i++) {
        is_right = is_right && users[i] == NOBODYS_USER && groups[i] == NOBODYS_GROUP;
    }
    return is_right ? 0 : 1;
}

static int go_back(void)
{
    return setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0 && setgroups(0, NULL) != 0 ? 0 : 1;
}

static int look_for_the_parents_death(void)
{
    int number = 0;
    return prctl(PR_GET_PDEATHSIG, &number) == 0 && number == SIGTERM ? 0 : 1;
}

static void all_three_are_another_and_no_group_is_left(void **state)
{
    assert_int_equal(as_somebody(look_who), 0);
}

static void there_is_no_way_back(void **state)
{
    assert_int_equal(as_somebody(go_back), 0);
}

static void the_parents_death_is_still_heard_of(void **state)
{
    assert_int_equal(as_somebody(look_for_the_parents_death), 0);
}

static void nobody_becomes_root(void **state)
{
    const struct process_user root = {.user = 0, .group = NOBODYS_GROUP};
    const struct process_user wheel = {.user = NOBODYS_USER, .group = 0};
    assert_false(process_user_become(&root));
    assert_false(process_user_become(&wheel));
}

static void users_have_names_or_numbers(void **state)
{
    uid_t user = 0;
    gid_t group = 0;
    assert_true(process_user_find("61234", &user));
    assert_int_equal(user, NOBODYS_USER);
    assert_true(process_group_find("61235", &group));
    assert_int_equal(group, NOBODYS_GROUP);
    assert_true(process_user_find("nobody", &user));
    assert_false(process_user_find("root", &user));
    assert_false(process_group_find("root", &group));
    assert_false(process_user_find("0", &user));
    assert_false(process_user_find("61234x", &user));
    assert_false(process_user_find("4294967295", &user));
    assert_false(process_user_find("", &user));
    assert_false(process_user_find("-1", &user));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_three_are_another_and_no_group_is_left),
        cmocka_unit_test(there_is_no_way_back),
        cmocka_unit_test(the_parents_death_is_still_heard_of),
        cmocka_unit_test(nobody_becomes_root),
        cmocka_unit_test(users_have_names_or_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
