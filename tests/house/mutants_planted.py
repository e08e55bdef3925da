#!/usr/bin/env python3
"""scripts/check_mutants.py notices a mutant that no test notices."""
import planted_tree

MUTANT = """# Counting.
mutant: the count does not rise
file: src/base/pool.c
tests: pool_test
- return already + 1;
+ return already;
"""


class Mutants(planted_tree.PlantedTree):
    def setUp(self):
        super().setUp()
        self.copy_house("CMakeLists.txt", "cmake", "src/CMakeLists.txt", "tests/house/replay_corpus.c")
        self.plant("src/base/mutants.txt", MUTANT)

    def check(self, *options):
        return self.run_script("check_mutants.py", *options, str(self.root), str(self.root / "build/mutants"))

    def test_a_mutant_that_a_test_notices_passes(self):
        before = (self.root / "src/base/pool.c").read_text()
        result = self.check()
        self.assert_passes(result)
        self.assertIn("src/base/mutants.txt:2: the count does not rise: noticed", result[1])
        self.assertEqual((self.root / "src/base/pool.c").read_text(), before)

    def test_a_mutant_that_survives_fails(self):
        self.append("src/base/mutants.txt", "\nmutant: nothing\nfile: src/base/pool.c\ntests: pool_test\n"
                    "- return already + 1;\n+ return 1 + already;\n")
        result = self.check()
        self.assert_fails(result, "nothing: survives: pool_test did not notice")
        self.assertIn("1 of 2 noticed", result[1])

    def test_a_mutant_whose_place_has_changed_fails(self):
        self.plant("src/base/mutants.txt", MUTANT.replace("already + 1", "already + 2"))
        self.assert_fails(self.check(), "its - lines stand 0 times in src/base/pool.c")

    def test_a_mutant_that_does_not_compile_fails(self):
        self.plant("src/base/mutants.txt", MUTANT.replace("return already;", "return alredy;"))
        self.assert_fails(self.check(), "does not compile")

    def test_a_test_that_fails_anyway_proves_nothing(self):
        self.plant("src/base/pool.c", (self.root / "src/base/pool.c").read_text().replace("+ 1;", "+ 1 + 1;"))
        self.plant("src/base/mutants.txt", MUTANT.replace("already + 1", "already + 1 + 1"))
        self.assert_fails(self.check(), "the tests fail without any mutant")

    def test_of_those_left_out_of_a_share_the_place_is_checked_all_the_same(self):
        self.plant("src/base/mutants.txt", MUTANT.replace("already + 1", "already + 2"))
        self.assert_fails(self.check("--share", "1000000"), "its - lines stand 0 times in src/base/pool.c")

    def test_of_those_that_were_not_asked_for_the_place_is_checked_all_the_same(self):
        other = "\nmutant: {}\nfile: {}\ntests: pool_test\n- return already + {};\n+ return already;\n"
        self.plant("src/money/mutants.txt", other.format("elsewhere", "src/base/pool.c", 2))
        self.assert_fails(self.check("--only", "the count"), "elsewhere: its - lines stand 0 times in src/base/pool.c")
        self.plant("src/money/mutants.txt", other.format("elsewhere", "src/base/gone.c", 1))
        self.assert_fails(self.check("--only", "the count"), "elsewhere: there is no src/base/gone.c")
        self.plant("src/money/mutants.txt", other.format("elsewhere", "src/base/pool.c", 1))
        result = self.check("--only", "the count")
        self.assert_passes(result)
        self.assertIn("1 of 1 noticed", result[1])

    def test_places_are_checked_without_building_anything(self):
        result = self.check("--places")
        self.assert_passes(result)
        self.assertFalse((self.root / "build/mutants").exists())
        self.plant("src/base/mutants.txt", MUTANT.replace("already + 1", "already + 2"))
        self.assert_fails(self.check("--places"), "its - lines stand 0 times in src/base/pool.c")

    def test_an_incomplete_mutant_fails(self):
        self.plant("src/base/mutants.txt", "mutant: no file\n- return already + 1;\n")
        self.assert_fails(self.check(), "needs file:, tests: and at least one - line")

    def test_lines_that_are_no_mutant_fail(self):
        self.append("src/base/mutants.txt", "return already;\n")
        self.assert_fails(self.check(), "not understood")


if __name__ == "__main__":
    planted_tree.main()
