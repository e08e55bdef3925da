/* SPDX-License-Identifier: Apache-2.0
 *
 * What a confined process can still do, and what it cannot. Each act happens in a child process, since
 * there is no way back.
 */
#include "platform/confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "confined-XXXXXX";

/* Exit codes of the child. */
enum { SAID_ALLOWED = 0, SAID_LACKING = 99 };

/* The errno of the act in a confined child, 0 when it worked; skips when the kernel lacks the part. */
static int confined(const struct confinement *confinement, enum confinement_part needed,
                    int (*act)(void))
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool is_there = (confinement_apply(confinement) & needed) != 0;
        _exit(is_there ? act() : SAID_LACKING);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SAID_LACKING) {
        skip();
    }
    return WEXITSTATUS(status);
}

static int said(int result)
{
    return result < 0 ? errno : SAID_ALLOWED;
}

static int open_elsewhere(void)
{
    return said(open("/etc/passwd", O_RDONLY));
}

static int write_elsewhere(void)
{
    return said(open("confinement-elsewhere", O_WRONLY | O_CREAT, 0600));
}

static int make_and_remove_inside(void)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/file", folder);
    int result = said(open(path, O_RDWR | O_CREAT, 0600));
    return result != 0 ? result : said(unlink(path));
}

static int make_internet_socket(void)
{
    return said(socket(AF_INET, SOCK_STREAM, 0));
}

static int make_unix_socket(void)
{
    return said(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int run_a_program(void)
{
    return said(execl("/bin/true", "true", (char *)NULL));
}

static int fork_a_child(void)
{
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child ? status : EPERM;
}

static void files_can_be_opened_in_the_folder_alone(void **state)
{
    const struct confinement confinement = {.folder = folder};
    assert_non_null(mkdtemp(folder));
    int inside = confined(&confinement, CONFINEMENT_PART_FILES, make_and_remove_inside);
    int elsewhere = confined(&confinement, CONFINEMENT_PART_FILES, open_elsewhere);
    int beside = confined(&confinement, CONFINEMENT_PART_FILES, write_elsewhere);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(inside, SAID_ALLOWED);
    assert_int_equal(elsewhere, EACCES);
    assert_int_equal(beside, EACCES);
}

static void no_network_and_no_other_program(void **state)
{
    const struct confinement confinement = {.folder = NULL};
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_CALLS, make_internet_socket), EPERM);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_CALLS, make_unix_socket),
                     SAID_ALLOWED);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_CALLS, run_a_program), EPERM);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_CALLS, fork_a_child), SAID_ALLOWED);
}

static void who_needs_the_network_keeps_it(void **state)
{
    const struct confinement confinement = {.allows_network = true};
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_CALLS, make_internet_socket),
                     SAID_ALLOWED);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_CALLS, run_a_program), EPERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_can_be_opened_in_the_folder_alone),
        cmocka_unit_test(no_network_and_no_other_program),
        cmocka_unit_test(who_needs_the_network_keeps_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
