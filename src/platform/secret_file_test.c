/* SPDX-License-Identifier: Apache-2.0
 *
 * The two kinds of small files: secrets, made once; and files that are replaced while others read them.
 */
#include "platform/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/replaced_file.h"

struct place {
    char folder[32];
    char path[64];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    (void)snprintf(place->folder, sizeof place->folder, "secrets.XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof place->path, "%s/it", place->folder);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;

    (void)unlink(place->path);
    assert_int_equal(rmdir(place->folder), 0);
    free(place);
    return 0;
}

static void a_secret_is_read_as_it_was_made_and_made_once(void **state)
{
    const struct place *place = *state;
    char read[8];

    assert_int_equal(secret_file_read(place->folder, "it", read, sizeof read), -ENOENT);
    assert_int_equal(secret_file_create(place->folder, "it", "eight by", 8), 0);
    assert_int_equal(secret_file_read(place->folder, "it", read, sizeof read), 0);
    assert_memory_equal(read, "eight by", 8);
    assert_int_equal(secret_file_create(place->folder, "it", "another!", 8), -EEXIST);
    assert_int_equal(secret_file_read(place->folder, "it", read, 7), -EBADMSG);
}

static void a_secret_that_others_may_read_is_none(void **state)
{
    const struct place *place = *state;
    char read[8];

    assert_int_equal(secret_file_create(place->folder, "it", "eight by", 8), 0);
    assert_int_equal(chmod(place->path, 0604), 0);
    assert_int_equal(secret_file_read(place->folder, "it", read, sizeof read), -EPERM);
    assert_int_equal(chmod(place->path, 0640), 0);
    assert_int_equal(secret_file_read(place->folder, "it", read, sizeof read), -EPERM);
}

static void a_link_is_no_secret(void **state)
{
    const struct place *place = *state;
    char read[8];

    assert_int_equal(symlink("/dev/zero", place->path), 0);
    assert_int_equal(secret_file_read(place->folder, "it", read, sizeof read), -ELOOP);
}

static void who_reads_a_replaced_file_sees_all_of_one(void **state)
{
    const struct place *place = *state;
    int folder = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char text[16] = {0};

    assert_true(folder >= 0);
    assert_int_equal(replaced_file_write(folder, "it", "first", 5), 0);
    int before = open(place->path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(replaced_file_write(folder, "it", "second", 6), 0);
    int after = open(place->path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(before, text, sizeof text), 5);
    assert_memory_equal(text, "first", 5);
    assert_int_equal(read(after, text, sizeof text), 6);
    assert_memory_equal(text, "second", 6);
    assert_int_equal(faccessat(folder, "it.new", F_OK, 0), -1);
    (void)close(before);
    (void)close(after);
    (void)close(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_secret_is_read_as_it_was_made_and_made_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_secret_that_others_may_read_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_is_no_secret, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_reads_a_replaced_file_sees_all_of_one, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
