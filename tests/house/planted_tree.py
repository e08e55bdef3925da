"""A small tree in a temporary folder, clean by the rules of the house, into which tests plant violations.

A check that cannot fail is a defect: each test here sees the check pass on the clean tree and fail on the
planted one.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HOUSE = pathlib.Path(os.environ.get("TARAZY_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))

CLEAN = {
    "src/layers.txt": """[pure]
base:
money: base
ledger: base money
market: base money
engine: base money ledger market
[edges]
journal: base money ledger market engine
gateway: base money ledger market engine journal
""",
    "include/tarazy/ids.h": """#ifndef IDS_H
#define IDS_H
#include <stdint.h>
struct amount {
    int64_t units;
};
#endif
""",
    "src/base/pool.h": """#ifndef POOL_H
#define POOL_H
#include "tarazy/ids.h"
unsigned pool_count_items(unsigned already);
#endif
""",
    "src/base/pool.c": """/* Counts items: the smallest pure room there is. */
#include "base/pool.h"

unsigned pool_count_items(unsigned already)
{
    return already + 1;
}
""",
    "src/base/pool_test.c": """/* One more item makes the count one larger. */
#include "base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void one_more_item_makes_the_count_one_larger(void **state)
{
    assert_int_equal(pool_count_items(41), 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_item_makes_the_count_one_larger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
""",
    "src/base/pool_fuzz.c": """/* Any first byte may be counted. */
#include "base/pool.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return size > 0 && pool_count_items(data[0]) == 0;
}
""",
    "src/base/corpus/pool/one": "1",
    "src/base/CMakeLists.txt": """tarazy_room(base PURE SOURCES pool.c)
tarazy_unit_test(pool_test SOURCES pool_test.c LINK tarazy_base)
tarazy_fuzz_target(pool SOURCES pool_fuzz.c LINK tarazy_base CORPUS corpus/pool)
""",
    "scripts/ratchets.txt": "",
}


class PlantedTree(unittest.TestCase):
    """Gives each test a clean small tree of its own in self.root."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tarazy-planted-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name, text in CLEAN.items():
            self.plant(name, text)

    def plant(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def append(self, name, text):
        self.plant(name, (self.root / name).read_text(encoding="utf-8") + text)

    def copy_house(self, *names):
        """Files and folders of the real tree."""
        for name in names:
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (HOUSE / name).is_dir():
                shutil.copytree(HOUSE / name, target, dirs_exist_ok=True,
                                ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(HOUSE / name, target)

    def run_script(self, script, *arguments):
        """(exit status, output) of a script of the real tree; its folder argument is up to the caller."""
        return self.run_command(sys.executable, str(HOUSE / "scripts" / script), *arguments)

    def run_command(self, *command, **more):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.root,
                              check=False, **more)
        return done.returncode, done.stdout

    def assert_passes(self, result):
        self.assertEqual(result[0], 0, result[1])

    def assert_fails(self, result, saying):
        self.assertNotEqual(result[0], 0, "passed with a violation planted:\n" + result[1])
        self.assertIn(saying, result[1])


def main():
    unittest.main(verbosity=2)
