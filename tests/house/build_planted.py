#!/usr/bin/env python3
"""The build itself refuses what it promises to refuse: warnings, floating point and calls out of pure rooms,
headers that lean on others, failing tests, empty corpora, memory errors under the sanitizers.

usage: build_planted.py COMPILER
"""
import os
import sys
import unittest

import planted_tree

COMPILER = "gcc"


class Build(planted_tree.PlantedTree):
    def setUp(self):
        super().setUp()
        self.copy_house("CMakeLists.txt", "cmake", "scripts", "src/CMakeLists.txt", "tests/CMakeLists.txt",
                        "tests/house")

    def build(self, *options):
        """Configures and builds the small tree, stopping at the first that fails."""
        result = self.run_command("cmake", "-S", ".", "-B", "build", "-G", "Ninja", f"-DCMAKE_C_COMPILER={COMPILER}",
                                  *options)
        if result[0] == 0:
            result = self.run_command("cmake", "--build", "build", "-j", "2")
        return result

    def run_tests(self, *names):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TARAZY_")}
        return self.run_command("ctest", "--test-dir", "build", "--output-on-failure", "--no-tests=error", "-R",
                                "^(" + "|".join(names) + ")$", env=environment)

    def plant_function(self, text):
        self.append("src/base/pool.c", "\n" + text)

    def test_a_clean_tree_builds_and_passes(self):
        self.assert_passes(self.build())
        self.assert_passes(self.run_tests("pool_test", "fuzz_pool", "purity", "headers", "layers"))

    def test_a_clean_tree_builds_hardened_and_stays_pure(self):
        self.assert_passes(self.build("-DCMAKE_BUILD_TYPE=Release"))
        self.assert_passes(self.run_tests("pool_test", "fuzz_pool", "purity"))

    def test_a_silent_sign_conversion_fails(self):
        self.append("src/base/pool.h", "unsigned pool_convert(int count);\n")
        self.plant_function("unsigned pool_convert(int count)\n{\n    return count;\n}\n")
        self.assert_fails(self.build(), "sign-conversion")

    def test_a_missing_case_fails(self):
        self.append("src/base/pool.h", "enum side { SIDE_BUY = 1, SIDE_SELL };\nint pool_ask(enum side side);\n")
        self.plant_function("int pool_ask(enum side side)\n{\n    switch (side) {\n    case SIDE_BUY:\n"
                            "        return 1;\n    }\n    return 0;\n}\n")
        self.assert_fails(self.build(), "switch")

    def test_a_double_in_a_pure_room_fails(self):
        self.append("src/base/pool.h", "unsigned pool_take_half(unsigned count);\n")
        self.plant_function("unsigned pool_take_half(unsigned count)\n{\n    volatile double half = count;\n"
                            "    half = half * half;\n    return (unsigned)half;\n}\n")
        result = self.build()
        if result[0] == 0:
            # clang 14 falls back to calls of its software floating point, which purity finds.
            result = self.run_tests("purity")
        self.assert_fails(result, "")

    def test_an_allocation_in_a_pure_room_fails(self):
        self.plant("src/base/pool.c", (self.root / "src/base/pool.c").read_text().replace(
            "    return already + 1;", "    return already + (unsigned)(uintptr_t)malloc(already);").replace(
                "#include", "#include <stdlib.h>\n#include", 1))
        self.assert_passes(self.build())
        self.assert_fails(self.run_tests("purity"), "calls malloc, which is not on the list")

    def test_a_header_that_does_not_compile_alone_fails(self):
        self.plant("src/base/lean.h", "#ifndef LEAN_H\n#define LEAN_H\nuint8_t lean_read(void);\n#endif\n")
        self.assert_passes(self.build())
        self.assert_fails(self.run_tests("headers"), "src/base/lean.h: does not compile alone")

    def test_a_header_without_a_guard_fails(self):
        self.plant("src/base/twice.h", "struct twice {\n    int a;\n};\n")
        self.assert_passes(self.build())
        self.assert_fails(self.run_tests("headers"), "src/base/twice.h: does not compile alone")

    def test_a_wrong_result_fails_its_unit_test(self):
        self.plant("src/base/pool.c", (self.root / "src/base/pool.c").read_text().replace("+ 1", "+ 2"))
        self.assert_passes(self.build())
        self.assert_fails(self.run_tests("pool_test"), "one_more_item_makes_the_count_one_larger")

    def test_an_input_of_the_corpus_that_the_target_refuses_fails(self):
        self.plant("src/base/pool.c", (self.root / "src/base/pool.c").read_text().replace("already + 1", "0 * already"))
        self.assert_passes(self.build())
        self.assert_fails(self.run_tests("fuzz_pool"), "the target refused it")

    def test_an_empty_corpus_fails(self):
        (self.root / "src/base/corpus/pool/one").unlink()
        self.assert_passes(self.build())
        self.assert_fails(self.run_tests("fuzz_pool"), "nothing replayed")

    def test_reading_past_an_input_fails_under_the_sanitizers(self):
        self.plant("src/base/pool_fuzz.c", (self.root / "src/base/pool_fuzz.c").read_text().replace(
            "data[0]", "data[size]"))
        self.assert_passes(self.build("-DTARAZY_SANITIZE=address,undefined"))
        self.assert_fails(self.run_tests("fuzz_pool"), "heap-buffer-overflow")

    def test_an_overflow_fails_under_the_sanitizers(self):
        self.append("src/base/pool.h", "int pool_add(int a, int b);\n")
        self.plant_function("int pool_add(int a, int b)\n{\n    return a + b;\n}\n")
        self.plant("src/base/pool_test.c", (self.root / "src/base/pool_test.c").read_text().replace(
            "pool_count_items(41), 42", "pool_add(INT_MAX, 1), INT_MIN").replace(
                "#include <setjmp.h>", "#include <limits.h>\n#include <setjmp.h>"))
        self.assert_passes(self.build("-DTARAZY_SANITIZE=address,undefined"))
        self.assert_fails(self.run_tests("pool_test"), "signed integer overflow")

    def test_a_program_that_is_not_hardened_fails(self):
        self.plant("main.c", "int main(void)\n{\n    return 0;\n}\n")
        self.assert_passes(self.run_command(COMPILER, "-no-pie", "main.c", "-o", "plain"))
        self.assert_fails(self.run_script("check_hardening.py", "plain"), "position-independent")

    def plant_man_page(self, text):
        self.plant("man/CMakeLists.txt", "tarazy_man_pages(pool.1.scd)\n")
        self.plant("man/pool.1.scd", "pool(1)\n\n# NAME\n\npool - counts items\n" + text)

    def test_a_man_page_is_built_and_renders(self):
        self.plant_man_page("\n# SYNOPSIS\n\n*pool* _count_\n")
        self.assert_passes(self.build())
        self.assert_passes(self.run_tests("man_pool.1"))

    def test_a_man_page_that_scdoc_refuses_fails(self):
        self.plant_man_page("\n#NAME\n\n*pool\n")
        self.assert_fails(self.build(), "pool.1")

    def test_building_inside_the_source_fails(self):
        self.assert_fails(self.run_command("cmake", "-S", ".", "-B", ".", "-G", "Ninja"), "folder of its own")


if __name__ == "__main__":
    COMPILER = sys.argv.pop(1)
    unittest.main(verbosity=2)
