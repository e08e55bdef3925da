#!/usr/bin/env python3
"""scripts/check_docs.py fails on dead links and on folders that do not say what they are."""
import planted_tree


class Docs(planted_tree.PlantedTree):
    def setUp(self):
        super().setUp()
        self.plant("src/base/README.md", "# base\n\nSee [the rooms](../layers.txt).\n")

    def check(self):
        return self.run_script("check_docs.py", str(self.root))

    def test_a_clean_tree_passes(self):
        self.assert_passes(self.check())

    def test_a_dead_link_fails(self):
        self.append("src/base/README.md", "[gone](gone.md#part)\n")
        self.assert_fails(self.check(), "leads nowhere: gone.md#part")

    def test_a_link_in_an_example_does_not_count(self):
        self.append("src/base/README.md", "```\n[gone](gone.md)\n```\n")
        self.assert_passes(self.check())

    def test_a_room_without_a_readme_fails(self):
        (self.root / "src/base/README.md").unlink()
        self.assert_fails(self.check(), "src/base: has no README.md")

    def test_a_long_readme_fails(self):
        self.plant("src/base/README.md", "\n" * 41)
        self.assert_fails(self.check(), "41 lines, at most 40")


if __name__ == "__main__":
    planted_tree.main()
