#!/usr/bin/env python3
"""scripts/run_sandbox.sh starts the exchange and its order flow, says when something dies, stops all of it.

The build and the program are played by small scripts: this tests the script, tests/e2e the exchange.
"""
import os
import signal
import subprocess

import planted_tree

# Writes down what it was asked and how it ended; MODE says how it behaves.
PROGRAM = """#!/bin/sh
echo "$*" >>"$NOTES"
trap 'echo "$1 stopped" >>"$NOTES"; exit 0' TERM
case $1-$MODE in
serve-refuse) echo "address in use" >&2; exit 1 ;;
serve-die) echo "ready http://127.0.0.1:8080"; sleep 0.3; echo "disk error" >&2; exit 3 ;;
serve-*) echo "ready http://127.0.0.1:8080" ;;
replay-broken) echo "no such symbol" >&2; exit 1 ;;
esac
echo "$1 runs" >>"$NOTES"
while :; do sleep 0.05; done
"""


class Sandbox(planted_tree.PlantedTree):
    def setUp(self):
        super().setUp()
        self.copy_house("scripts/run_sandbox.sh")
        self.plant("share/samples/flow.csv", "")
        self.plant("notes", "")
        self.tool("tools/cmake", '#!/bin/sh\necho "$@" >>"$NOTES"\n[ "$MODE" != unbuildable ] || { echo "a.c: error"; exit 1; }\n')
        self.tool("build/release/tarazy", PROGRAM)

    def tool(self, name, text):
        self.plant(name, text)
        (self.root / name).chmod(0o755)

    def start(self, mode, **more):
        environment = dict(os.environ, PATH=f"{self.root}/tools:{os.environ['PATH']}", MODE=mode,
                           NOTES=str(self.root / "notes"), **more)
        for name in ("TARAZY_DIR", "TARAZY_LISTEN"):
            environment.pop(name, None)
        process = subprocess.Popen(["sh", "scripts/run_sandbox.sh"], cwd=self.root, env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        """Nothing that a test started outlives it."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()

    def read_until(self, process, text):
        said = ""
        for line in process.stdout:
            said += line
            if text in line:
                return said
        self.fail(f"never said {text!r}:\n{said}")

    def notes(self):
        return (self.root / "notes").read_text()

    def wait_for_note(self, process, note):
        while note not in self.notes():
            self.assertIsNone(process.poll(), "ended before " + note)

    def test_the_exchange_and_the_flow_run_until_interrupted(self):
        process = self.start("good")
        said = self.read_until(process, "Ctrl-C")
        self.assertIn("http://127.0.0.1:8080/api/v3/depth", said)
        self.wait_for_note(process, "replay runs")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
        self.assertIn("Stopped.", rest)
        self.assertEqual(process.returncode, 0)
        self.assertIn(f"serve --sandbox --notary --dir {self.root}/build/run --listen 127.0.0.1:8080", self.notes())
        self.assertIn("share/samples/flow.csv", self.notes())
        self.assertIn("serve stopped", self.notes())
        self.assertIn("replay stopped", self.notes())

    def test_an_exchange_without_flow_runs_too(self):
        process = self.start("good", TARAZY_REPLAY="no")
        self.read_until(process, "Ctrl-C")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        self.assertIn("serve stopped", self.notes())
        self.assertNotIn("replay", self.notes())

    def test_a_flow_that_fails_is_reported_and_the_exchange_goes_on(self):
        process = self.start("broken")
        self.read_until(process, "recorded flow stopped")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertIn("serve stopped", self.notes())

    def test_an_exchange_that_does_not_start_fails_with_its_reason(self):
        process = self.start("refuse")
        said, _ = process.communicate(timeout=30)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("address in use", said)

    def test_an_exchange_that_dies_fails_with_its_reason_and_takes_the_flow_along(self):
        process = self.start("die")
        said, _ = process.communicate(timeout=30)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("ended by itself (status 3)", said)
        self.assertIn("disk error", said)
        self.assertLessEqual(self.notes().count("replay runs"), self.notes().count("replay stopped"))

    def test_a_build_that_fails_is_shown(self):
        process = self.start("unbuildable")
        said, _ = process.communicate(timeout=30)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("a.c: error", said)


if __name__ == "__main__":
    planted_tree.main()
