#!/usr/bin/env python3
"""scripts/check.sh says no when a stage says no, and its last line counts what happened.

usage: check_planted.py
"""
import planted_tree

UGLY = "int  pool_ugly( void );\n"
NO_BRACES = """
int pool_choose_item(int a)
{
    if (a > 1)
        return 2;
    return a;
}
"""
OUT_OF_BOUNDS = """
int pool_read_past(void);

int pool_read_past(void)
{
    int items[4] = {1, 2, 3, 4};
    return items[4];
}
"""


class Check(planted_tree.PlantedTree):
    def setUp(self):
        super().setUp()
        self.copy_house("CMakeLists.txt", "CMakePresets.json", "cmake", "scripts", "src/CMakeLists.txt",
                        ".clang-format", ".clang-tidy")
        self.plant("scripts/ratchets.txt", "")
        # Only the small room's own test: the tests of the house would end up here again.
        self.plant("tests/CMakeLists.txt", "")
        self.copy_house("tests/house/replay_corpus.c")

    def check(self, *stages):
        return self.run_command("bash", "scripts/check.sh", *stages)

    def assert_last_line(self, result, line):
        self.assertEqual(result[1].rstrip("\n").split("\n")[-1], line, result[1])

    def test_a_clean_tree_passes_and_is_counted(self):
        result = self.check("format", "tidy", "cppcheck")
        self.assert_passes(result)
        self.assert_last_line(result, "3 passed, 0 failed, 0 skipped")

    def test_another_layout_fails(self):
        self.append("src/base/pool.h", UGLY)
        result = self.check("format")
        self.assert_fails(result, "clang-formatted")
        self.assert_last_line(result, "0 passed, 1 failed, 0 skipped")

    def test_missing_braces_fail(self):
        self.append("src/base/pool.h", "int pool_choose_item(int a);\n")
        self.append("src/base/pool.c", NO_BRACES)
        self.assert_fails(self.check("tidy"), "readability-braces-around-statements")

    def test_reading_out_of_bounds_fails(self):
        self.append("src/base/pool.c", OUT_OF_BOUNDS)
        self.assert_fails(self.check("cppcheck"), "arrayIndexOutOfBounds")

    def test_a_build_that_fails_is_a_failure_and_the_next_stage_still_runs(self):
        self.append("src/base/pool.c", "int pool_unknown(void)\n{\n    return 1;\n}\n")
        result = self.check("dev", "format")
        self.assert_fails(result, "missing-prototypes")
        self.assert_last_line(result, "1 passed, 1 failed, 0 skipped")

    def test_tests_that_pass_fail_and_are_skipped_are_counted(self):
        self.append("src/base/CMakeLists.txt", "tarazy_script_test(one COMMAND false)\n"
                    "tarazy_script_test(two COMMAND sh -c \"exit 77\")\n")
        result = self.check("dev")
        self.assert_fails(result, "The following tests FAILED")
        # The build, the unit test and the corpus pass; `purity` is registered by tests/house.
        self.assert_last_line(result, "3 passed, 1 failed, 1 skipped")

    def test_tests_of_another_label_are_left_to_their_stage(self):
        self.append("src/base/CMakeLists.txt", "tarazy_script_test(one COMMAND false LABELS e2e)\n")
        self.assert_last_line(self.check("dev"), "3 passed, 0 failed, 0 skipped")
        self.assert_last_line(self.check("release"), "1 passed, 1 failed, 0 skipped")

    def test_an_unknown_stage_is_refused(self):
        self.assert_fails(self.check("everything"), "no stage everything")


if __name__ == "__main__":
    planted_tree.main()
