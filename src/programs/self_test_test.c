/* SPDX-License-Identifier: Apache-2.0
 *
 * The self-tests of all processes come out right on a folder that looks like a node's, and one that
 * comes out wrong is told.
 */
#include "programs/self_test.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/journal_folder.h"
#include "programs/exit_codes.h"
#include "programs/process_confinement.h"

static struct config config;

/* Has the kernel, and this build, all of it? */
static bool can_be_confined(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        const struct confinement nothing = {.needs = 0};
        _exit(confinement_apply(&nothing) == CONFINEMENT_PART_ALL ? 0 : 1);
    }
    return waitpid(child, &status, 0) == child && status == 0;
}

static void make_file(const char *name)
{
    char path[CONFIG_PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/%s", config.directory, name);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    assert_true(file >= 0);
    assert_int_equal(close(file), 0);
}

static int make_node(void **state)
{
    char folder[] = "confined-node-XXXXXX";
    char below[CONFIG_PATH_MAX + 64];
    config_set_defaults(&config, true);
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(config.directory, sizeof config.directory, "%s", folder);
    process_history_folder(&config, below, sizeof below);
    make_file(journal_segment_name(1).text);
    if (mkdir(below, 0750) != 0) {
        return -1;
    }
    process_own_folder(PROCESS_KIND_NOTARY, &config, below, sizeof below);
    return mkdir(below, 0750);
}

static int remove_node(void **state)
{
    char path[CONFIG_PATH_MAX + 64];
    process_history_folder(&config, path, sizeof path);
    (void)rmdir(path);
    process_own_folder(PROCESS_KIND_NOTARY, &config, path, sizeof path);
    (void)rmdir(path);
    (void)snprintf(path, sizeof path, "%s/%s", config.directory, journal_segment_name(1).text);
    (void)unlink(path);
    return rmdir(config.directory);
}

static void comes_out_right(enum process_kind kind)
{
    if (!can_be_confined()) {
        skip();
    }
    assert_int_equal(self_test_run(kind, &config, stdout), EXIT_CODE_DONE);
}

static void a_core_is_refused_what_it_must_not_do(void **state)
{
    comes_out_right(PROCESS_KIND_CORE);
}

static void a_gateway_is_refused_what_it_must_not_do(void **state)
{
    comes_out_right(PROCESS_KIND_GATEWAY);
}

static void history_is_refused_what_it_must_not_do(void **state)
{
    comes_out_right(PROCESS_KIND_HISTORY);
}

static void a_notary_is_refused_what_it_must_not_do(void **state)
{
    comes_out_right(PROCESS_KIND_NOTARY);
}

static void a_supervisor_is_refused_what_it_must_not_do(void **state)
{
    comes_out_right(PROCESS_KIND_SUPERVISOR);
}

/* History's file beside the journal would let it write there: the self-test sees that. */
static void a_history_in_the_journals_folder_comes_out_wrong(void **state)
{
    struct config wrong = config;
    (void)snprintf(wrong.history, sizeof wrong.history, "sqlite:%.900s/history.sqlite",
                   config.directory);
    assert_int_equal(self_test_run(PROCESS_KIND_HISTORY, &wrong, stdout), EXIT_CODE_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_core_is_refused_what_it_must_not_do),
        cmocka_unit_test(a_gateway_is_refused_what_it_must_not_do),
        cmocka_unit_test(history_is_refused_what_it_must_not_do),
        cmocka_unit_test(a_notary_is_refused_what_it_must_not_do),
        cmocka_unit_test(a_supervisor_is_refused_what_it_must_not_do),
        cmocka_unit_test(a_history_in_the_journals_folder_comes_out_wrong),
    };
    return cmocka_run_group_tests(tests, make_node, remove_node);
}
