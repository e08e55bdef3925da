#!/usr/bin/env python3
"""scripts/bench.sh runs every benchmark there is, one by one, and does not pass over a failure.

The build is played by a small script: this tests the script, bench/ the speed.
"""
import os

import planted_tree


class Bench(planted_tree.PlantedTree):
    def setUp(self):
        super().setUp()
        self.copy_house("scripts/bench.sh")
        self.tool("tools/cmake", "exit 0")
        self.tool("build/release/bench/engine", "echo 5 commands per second")
        self.tool("bench/gateway.sh", 'echo "with $TARAZY_PROGRAM"')

    def tool(self, name, text):
        self.plant(name, f"#!/bin/sh\n{text}\n")
        (self.root / name).chmod(0o755)

    def bench(self, *names):
        environment = dict(os.environ, PATH=f"{self.root}/tools:{os.environ['PATH']}")
        return self.run_command("bash", "scripts/bench.sh", *names, env=environment)

    def test_every_benchmark_runs(self):
        result = self.bench()
        self.assert_passes(result)
        self.assertIn("--- engine\n5 commands per second", result[1])
        self.assertIn(f"--- gateway\nwith {self.root}/build/release/tarazy", result[1])

    def test_one_by_name(self):
        result = self.bench("engine")
        self.assert_passes(result)
        self.assertNotIn("gateway", result[1])

    def test_a_name_that_is_none_fails(self):
        self.assert_fails(self.bench("motor"), "nothing to run named motor")

    def test_a_benchmark_that_fails_fails(self):
        self.tool("build/release/bench/engine", "exit 1")
        self.assert_fails(self.bench(), "--- engine")


if __name__ == "__main__":
    planted_tree.main()
