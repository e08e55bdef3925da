/* SPDX-License-Identifier: Apache-2.0
 *
 * What a confined process can still do, and what it cannot. Each act happens in a child process, since
 * there is no way back.
 */
#include "platform/confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/call_filter.h"

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
    return result != 0 ? result : said(unlinkat(AT_FDCWD, path, 0));
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
    if (child > 0) {
        (void)waitpid(child, &status, 0); /* who may not fork may not wait either */
    }
    return said(child);
}

static int read_inside(void)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/there", folder);
    return said(open(path, O_RDONLY));
}

static int write_inside(void)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/there", folder);
    return said(open(path, O_RDWR));
}

static void *do_nothing(void *context)
{
    return context;
}

static int start_a_thread(void)
{
    pthread_t thread;
    int result = pthread_create(&thread, NULL, do_nothing, NULL);
    return result != 0 ? result : pthread_join(thread, NULL);
}

static void files_can_be_opened_in_the_folder_alone(void **state)
{
    const struct confinement confinement = {
        .folders = {{folder, CONFINEMENT_ACCESS_WRITE}},
        .folder_count = 1,
        .needs = CALL_NEED_WRITING,
    };
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_FILES, make_and_remove_inside),
                     SAID_ALLOWED);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_FILES, open_elsewhere), EACCES);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_FILES, write_elsewhere), EACCES);
}

static void landlock_alone_keeps_a_folder_from_being_written(void **state)
{
    const struct confinement confinement = {
        .folders = {{folder, CONFINEMENT_ACCESS_READ}},
        .folder_count = 1,
        .needs = CALL_NEED_WRITING, /* so the filter of calls would let it */
    };
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_FILES, read_inside), SAID_ALLOWED);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_FILES, write_inside), EACCES);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_FILES, make_and_remove_inside),
                     EACCES);
}

static void the_filter_alone_keeps_files_from_being_written(void **state)
{
    const struct confinement confinement = {
        .folders = {{folder, CONFINEMENT_ACCESS_WRITE}}, /* so Landlock would let it */
        .folder_count = 1,
    };
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_CALLS, read_inside), SAID_ALLOWED);
    assert_int_equal(confined(&confinement, CONFINEMENT_PART_CALLS, write_inside), EPERM);
}

static void no_network_and_no_other_program(void **state)
{
    const struct confinement nothing = {.needs = 0};
    const struct confinement forks = {.needs = CALL_NEED_FORK};
    const struct confinement connects = {.needs = CALL_NEED_CONNECT};
    assert_int_equal(confined(&nothing, CONFINEMENT_PART_CALLS, make_unix_socket), EPERM);
    assert_int_equal(confined(&nothing, CONFINEMENT_PART_CALLS, run_a_program), EPERM);
    assert_int_equal(confined(&nothing, CONFINEMENT_PART_CALLS, fork_a_child), EPERM);
    assert_int_equal(confined(&forks, CONFINEMENT_PART_CALLS, fork_a_child), SAID_ALLOWED);
    assert_int_equal(confined(&connects, CONFINEMENT_PART_CALLS, make_internet_socket), EPERM);
    assert_int_equal(confined(&connects, CONFINEMENT_PART_CALLS, make_unix_socket), SAID_ALLOWED);
}

static void threads_stay_possible(void **state)
{
    const struct confinement nothing = {.needs = 0};
    assert_int_equal(confined(&nothing, CONFINEMENT_PART_CALLS, start_a_thread), SAID_ALLOWED);
}

static int make_folder(void **state)
{
    char path[64];
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/there", folder);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return file < 0 ? -1 : close(file);
}

static int remove_folder(void **state)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/there", folder);
    return unlink(path) == 0 ? rmdir(folder) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_can_be_opened_in_the_folder_alone),
        cmocka_unit_test(landlock_alone_keeps_a_folder_from_being_written),
        cmocka_unit_test(the_filter_alone_keeps_files_from_being_written),
        cmocka_unit_test(no_network_and_no_other_program),
        cmocka_unit_test(threads_stay_possible),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
