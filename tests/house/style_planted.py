#!/usr/bin/env python3
"""scripts/check_style.py fails on every kind of violation it promises to find."""
import planted_tree


def function(body, name="pool_do_more", parameters="void"):
    return f"\nvoid {name}({parameters})\n{{\n{body}}}\n"


class Style(planted_tree.PlantedTree):
    def check(self):
        return self.run_script("check_style.py", str(self.root))

    def plant_function(self, *arguments, **more):
        self.append("src/base/pool.c", function(*arguments, **more))

    def test_a_clean_tree_passes(self):
        self.assert_passes(self.check())

    def test_a_double_below_the_line_fails(self):
        self.append("src/base/pool.c", "static double share;\n")
        self.assert_fails(self.check(), "float: static double share;")

    def test_a_floating_literal_below_the_line_fails(self):
        self.plant_function("    int half = (int)(0.5 * 4);\n")
        self.assert_fails(self.check(), "float:")

    def test_an_exponent_below_the_line_fails(self):
        self.plant_function("    long big = 1e9;\n")
        self.assert_fails(self.check(), "float:")

    def test_a_float_in_the_vocabulary_fails(self):
        self.append("include/tarazy/ids.h", "float share;\n")
        self.assert_fails(self.check(), "float:")

    def test_talking_about_a_double_passes(self):
        self.append("src/base/pool.c", '/* never a double, nor 0.5 */\nconst char *name = "double 1.5";\n')
        self.assert_passes(self.check())

    def test_integers_with_letters_pass(self):
        self.append("src/base/pool.c", "unsigned long big = 0x1e9ul + 15ull + a1e9;\n")
        self.assert_passes(self.check())

    def test_a_double_at_the_edges_passes(self):
        self.plant("src/gateway/meter.c", "/* Meters. */\nstatic double share;\n")
        self.plant("src/gateway/meter_test.c", "/* Its test. */\n")
        self.assert_passes(self.check())

    def plant_ledger(self, line):
        self.plant("src/ledger/post.c", "/* Posts. */\n" + function(line, "ledger_post_amount"))
        self.plant("src/ledger/post_test.c", "/* Its test. */\n")

    def test_touching_a_raw_amount_outside_money_fails(self):
        self.plant_ledger("    account->balance.units += 1;\n")
        self.assert_fails(self.check(), "raw-money: account->balance.units += 1;")

    def test_touching_a_raw_amount_through_a_pointer_fails(self):
        self.plant_ledger("    amount->units = 1;\n")
        self.assert_fails(self.check(), "raw-money:")

    def test_initialising_a_raw_amount_fails(self):
        self.plant_ledger("    struct amount zero = {.units = 0};\n")
        self.assert_fails(self.check(), "raw-money:")

    def test_touching_a_raw_amount_with_a_reason_passes(self):
        self.plant_ledger("    amount->units = 1; /* raw: the smallest there is */\n")
        self.assert_passes(self.check())

    def test_a_reason_on_the_line_above_passes(self):
        self.plant_ledger("    /* raw: the smallest there is */\n    amount->units = 1;\n")
        self.assert_passes(self.check())

    def test_an_empty_reason_fails(self):
        self.plant_ledger("    amount->units = 1; /* raw: */\n")
        self.assert_fails(self.check(), "raw-money:")

    def test_touching_a_raw_amount_in_money_passes(self):
        self.plant("src/money/add.c", "/* Adds. */\n" + function("    amount->units = 1;\n", "money_add"))
        self.plant("src/money/add_test.c", "/* Its test. */\n")
        self.assert_passes(self.check())

    def test_seventy_lines_pass(self):
        self.plant_function("    ;\n" * 67)
        self.assert_passes(self.check())

    def test_seventy_one_lines_fail(self):
        self.plant_function("    ;\n" * 68)
        self.assert_fails(self.check(), "pool_do_more has 71 lines")

    def test_six_parameters_pass(self):
        self.plant_function("", parameters="int a, int b, int c, int d, int e, int (*f)(int, int)")
        self.assert_passes(self.check())

    def test_seven_parameters_fail(self):
        self.plant_function("", parameters="int a, int b, int c, int d,\n                  int e, int f, int g")
        self.assert_fails(self.check(), "pool_do_more has 7 parameters")

    def nest(self, levels):
        lines = ["    " * (level + 1) + "if (a &&\n" + "    " * (level + 1) + "    b) {\n"
                 for level in range(levels)]
        lines += ["    " * (level + 1) + "}\n" for level in reversed(range(levels))]
        return "".join(lines)

    def test_three_levels_pass(self):
        self.plant_function(self.nest(3))
        self.assert_passes(self.check())

    def test_four_levels_fail(self):
        self.plant_function(self.nest(4))
        self.assert_fails(self.check(), "pool_do_more has 4 levels")

    def test_an_initialiser_is_no_level(self):
        self.plant_function("    if (a) {\n        struct point p = {{1, 2}, {3, 4}};\n    }\n")
        self.assert_passes(self.check())

    def test_six_hundred_lines_pass(self):
        self.plant("src/base/long.c", "/* Long. */\n" + "\n" * 599)
        self.plant("src/base/long_test.c", "/* Its test. */\n")
        self.assert_passes(self.check())

    def test_six_hundred_and_one_lines_fail(self):
        self.plant("src/base/long.c", "/* Long. */\n" + "\n" * 600)
        self.plant("src/base/long_test.c", "/* Its test. */\n")
        self.assert_fails(self.check(), "601 lines")

    SWITCH = "    switch (a) {\n    case %s:\n        break;\n    default:%s\n        break;\n    }\n"

    def test_default_over_enum_constants_fails(self):
        self.plant_function(self.SWITCH % ("SIDE_BUY", ""))
        self.assert_fails(self.check(), "default: in a switch over enum constants")

    def test_default_over_characters_passes(self):
        self.plant_function(self.SWITCH % ("'a'", ""))
        self.assert_passes(self.check())

    def test_default_over_numbers_that_say_so_passes(self):
        self.plant_function(self.SWITCH % ("E_AGAIN", " /* not an enum */"))
        self.assert_passes(self.check())

    def test_default_of_an_inner_switch_is_not_the_outer_ones(self):
        inner = self.SWITCH % ("'a'", "")
        self.plant_function("    switch (a) {\n    case SIDE_BUY:\n" + inner + "        break;\n    }\n")
        self.assert_passes(self.check())

    def test_a_function_that_calls_itself_fails(self):
        self.plant_function("    pool_do_more();\n")
        self.assert_fails(self.check(), "recursion: pool_do_more")

    def test_two_functions_that_call_each_other_over_files_fail(self):
        self.plant_function("    pool_do_less();\n")
        self.plant("src/base/less.c", "/* Less. */\n" + function("    pool_do_more();\n", "pool_do_less"))
        self.plant("src/base/less_test.c", "/* Its test. */\n")
        self.assert_fails(self.check(), "recursion: pool_do_less")

    def test_a_callback_member_of_the_same_name_is_no_recursion(self):
        self.plant_function("    vtable->pool_do_more();\n")
        self.assert_passes(self.check())

    def test_a_typedefd_struct_fails(self):
        self.append("src/base/pool.h", "typedef struct pool pool_t;\n")
        self.assert_fails(self.check(), "typedef:")

    def test_an_enum_that_starts_at_zero_fails(self):
        self.append("src/base/pool.h", "enum side {\n    SIDE_BUY,\n    SIDE_SELL,\n};\n")
        self.assert_fails(self.check(), "src/base/pool.h:6: enum-zero: SIDE_BUY")

    def test_an_enum_that_says_zero_fails(self):
        self.append("src/base/pool.h", "enum side { SIDE_NONE = 0, SIDE_SELL };\n")
        self.assert_fails(self.check(), "enum-zero: SIDE_NONE")

    def test_an_enum_that_starts_at_one_passes(self):
        self.append("src/base/pool.h", "enum side { SIDE_BUY = 1, SIDE_SELL };\nenum { POOL_FIRST };\n")
        self.assert_passes(self.check())

    def test_an_unbounded_copy_fails(self):
        self.plant_function("    strcpy(a, b);\n")
        self.assert_fails(self.check(), "banned: strcpy")

    def test_unfinished_work_fails(self):
        self.append("src/base/pool.c", "/* TO" "DO later */\n")
        self.assert_fails(self.check(), "undone:")

    def test_a_source_without_an_opening_comment_fails(self):
        self.plant("src/base/bare.c", "int a;\n")
        self.plant("src/base/bare_test.c", "/* Its test. */\n")
        self.assert_fails(self.check(), "opening:")

    def test_a_source_without_a_test_fails(self):
        self.plant("src/base/untested.c", "/* Untested. */\n")
        self.assert_fails(self.check(), "src/base/untested.c: no test names it")

    def test_a_source_that_is_tested_through_its_header_passes(self):
        self.plant("src/base/pool_more.c", '/* More. */\n#include "base/pool.h"\n')
        self.assert_passes(self.check())

    def test_a_suppressed_warning_fails(self):
        self.append("src/base/pool.c", "int a; /* NOLINT */\n")
        self.assert_fails(self.check(), "suppressed_warnings: 1, allowed 0")

    def test_a_counted_exception_passes_while_it_is_needed(self):
        self.append("src/base/pool.c", "int a; /* NOLINT */\n")
        self.plant("scripts/ratchets.txt", "suppressed_warnings 1\n")
        self.assert_passes(self.check())

    def test_a_ratchet_asks_to_be_lowered(self):
        self.plant("scripts/ratchets.txt", "suppressed_warnings 1\n")
        self.assert_fails(self.check(), "write 0 instead of 1")

    def test_a_ratchet_that_nothing_counts_fails(self):
        self.plant("scripts/ratchets.txt", "good_intentions 1\n")
        self.assert_fails(self.check(), "nothing counts this")


if __name__ == "__main__":
    planted_tree.main()
