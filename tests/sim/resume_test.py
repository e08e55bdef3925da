"""A night that was stopped goes on: seeds in its results count and are not run again, other programs' do not count.

usage: resume_test.py SIM
"""
import pathlib
import re
import subprocess
import sys
import tempfile


def run(program, folder, count, name):
    done = subprocess.run([program, "--from", "1", "--count", str(count), "--seconds", "10", "--results", "results.txt",
                           "--name", name], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seeds = int(re.search(r"^(\d+) seeds, 0 failures", done.stdout, re.MULTILINE).group(1))
    commands = int(re.search(r"^commands +(\d+)", done.stdout, re.MULTILINE).group(1))
    return seeds, commands


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder, "results.txt")
        seeds, two = run(program, folder, 2, "one")
        assert seeds == 2 and len(results.read_text().splitlines()) == 2
        seeds, three = run(program, folder, 3, "one")
        assert seeds == 3 and three > two and len(results.read_text().splitlines()) == 3
        lines = results.read_text().splitlines()
        assert [line.split()[:4] for line in lines] == [["one", "seed", str(i), "holds"] for i in (1, 2, 3)], lines
        seeds, other = run(program, folder, 2, "other")
        assert seeds == 2 and other == two and len(results.read_text().splitlines()) == 5
        results.write_text("not ours\n")
        refused = subprocess.run([program, "--from", "1", "--count", "1", "--results", str(results)], check=False,
                                 capture_output=True)
        assert refused.returncode == 2
    print("two seeds, then a third; another program begins anew")


main()
