"""A failure is made small, and what is left of it shows it again.

usage: shrink_test.py SIM_CANARY
"""
import pathlib
import re
import subprocess
import sys
import tempfile


def run(program, folder, *arguments):
    done = subprocess.run([program, *arguments, "--canary", "lying-sync"], cwd=folder, capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        status, said = run(program, folder, "2", "--seconds", "60", "--clients", "8")
        shrunk = re.search(r"shrunk in \d+ tries from (\d+) faults to (\d+):", said)
        again = re.search(r"again: sim (.*)", said)
        assert status == 1 and shrunk and again, said
        before, after = int(shrunk.group(1)), int(shrunk.group(2))
        # A lie about syncs shows itself when the power goes, and by nothing else.
        assert 1 <= after < before, said
        schedule = pathlib.Path(folder, again.group(1).split()[-1]).read_text(encoding="ascii")
        assert " power " in schedule, schedule
        status, said = run(program, folder, *again.group(1).split(), "--no-shrink")
        assert status == 1 and "fails: durable" in said, said
        print(f"{before} faults, {after} of them needed")


main()
