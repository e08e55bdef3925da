/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of accounts: who is whom, and whose name needs a password.
 */
#include "stratum/register_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The password is "secret". */
static const char good[] =
    "# accounts\n"
    "almaty miner=7 site=3 password=2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n"
    "  ekibastuz   miner=8 # hosted\n"
    "\n"
    "pavlodar site=1 miner=9";

static void an_account_is_found_by_any_of_its_workers(void **state)
{
    size_t line;
    struct register_names *names = register_names_read(good, strlen(good), 5, &line);

    assert_non_null(names);
    assert_int_equal(register_names_pool(names), 5);
    assert_int_equal(register_names_find(names, "almaty.rig-7")->miner, 7);
    assert_int_equal(register_names_find(names, "almaty")->site, 3);
    assert_int_equal(register_names_find(names, "ekibastuz.a.b")->miner, 8);
    assert_int_equal(register_names_find(names, "pavlodar")->site, 1);
    assert_null(register_names_find(names, "almat"));
    assert_null(register_names_find(names, "almaty2.rig"));
    assert_null(register_names_find(names, ".rig"));
    assert_null(register_names_find(NULL, "almaty"));
    register_names_destroy(names);
}

static void a_listed_name_needs_its_password(void **state)
{
    size_t line;
    struct register_names *names = register_names_read(good, strlen(good), 0, &line);

    assert_true(register_names_admit(names, "almaty.rig-7", "secret"));
    assert_false(register_names_admit(names, "almaty.rig-7", "x"));
    assert_false(register_names_admit(names, "almaty", ""));
    assert_true(register_names_admit(names, "ekibastuz.1", "x"));
    assert_true(register_names_admit(names, "nobody", "x"));
    register_names_destroy(names);
}

static void a_wrong_line_is_named(void **state)
{
    static const struct {
        const char *text;
        size_t line;
    } bad[] = {
        {"almaty", 1},
        {"\nalmaty miner=0", 2},
        {"almaty miner=4294967296", 1},
        {"almaty miner=x", 1},
        {"almaty miner=7 miner=7", 1},
        {"almaty miner=7 password=12", 1},
        {"almaty.rig miner=7", 1},
        {"almaty miner=7 colour=red", 1},
        {"almaty miner=7\nalmaty miner=8", 0},
        {"almaty miner=7\nastana miner=7", 0},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t line = 99;

        assert_null(register_names_read(bad[i].text, strlen(bad[i].text), 0, &line));
        assert_int_equal(line, bad[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_found_by_any_of_its_workers),
        cmocka_unit_test(a_listed_name_needs_its_password),
        cmocka_unit_test(a_wrong_line_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
