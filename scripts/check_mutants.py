#!/usr/bin/env python3
"""Breaks each safety check on purpose and sees a test fail: a check that no test misses is no check.

usage: check_mutants.py [--jobs N] [--only REGEX] [--share K] [--places] ROOT BUILD

Reads every mutants.txt under ROOT/src and ROOT/tests. A mutant is

    mutant: a hold may exceed what is available
    file: src/ledger/ledger.c
    tests: ledger_test ledger_law_test
    - if (amount_is_less(available, amount)) {
    + if (false) {

The lines after `-` must stand exactly once in the file, one after the other, leading blanks aside; those after `+`
take their place; without any, the lines go away. At least one of the tests (names of ctest, which are also names of
programs to build) must then fail, or not end within its timeout. ROOT is copied to BUILD/tree and built in BUILD/build
without warnings; ROOT itself is never touched. A mutant that does not compile, or whose tests already fail without it,
is an error in mutants.txt.

Quick, so that all of them can be tried: a mutant's tests are built and run one after the other, the quickest first, until
one fails; a test that takes twenty times (and half a minute) longer than without a mutant does not end; from 60
mutants on there are as many workshops as jobs, each taking the mutants of one file after those of another.

--only REGEX plants only those whose name or file it matches, --share K only about one in K, another share with each
commit, --places none at all; that its lines stand in the file is checked of every mutant of the tree all the same. All
of them: `make mutants`.
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib

WORKSHOPS_FROM = 60  # mutants: below, building a second workshop costs more than it saves
SLOWER_THAN_SOUND = 20
TIMEOUT_MIN_S = 30
SKIPPED = 77
COPIED = ("CMakeLists.txt", "cmake", "docs", "src", "include", "tests", "examples", "bench", "scripts", "share", "man",
          "jurisdictions", "data")


@dataclasses.dataclass
class Mutant:
    where: str
    name: str
    file: str = ""
    tests: list = dataclasses.field(default_factory=list)
    old: list = dataclasses.field(default_factory=list)
    new: list = dataclasses.field(default_factory=list)


def read_file(root, path):
    """The mutants of one file, and complaints about it."""
    mutants, errors, current = [], [], None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.relative_to(root)}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("mutant: "):
            current = Mutant(where, line[len("mutant: "):])
            mutants.append(current)
        elif current is None:
            errors.append(f"{where}: before the first mutant: {line}")
        elif line.startswith("file: "):
            current.file = line[len("file: "):].strip()
        elif line.startswith("tests: "):
            current.tests = line[len("tests: "):].split()
        elif line[:1] == "-":
            current.old.append(line[1:].strip())
        elif line[:1] == "+":
            current.new.append(line[1:].strip())
        else:
            errors.append(f"{where}: not understood: {line}")
    for mutant in mutants:
        if not (mutant.file and mutant.tests and mutant.old):
            errors.append(f"{mutant.where}: needs file:, tests: and at least one - line")
    return mutants, errors


def read_mutants(root):
    mutants, errors = [], []
    for path in sorted([*root.glob("src/**/mutants.txt"), *root.glob("tests/**/mutants.txt")]):
        more, complaints = read_file(root, path)
        mutants += more
        errors += complaints
    return mutants, errors


def apply_mutant(text, mutant):
    """The file with the mutant in it, or a complaint."""
    lines = text.split("\n")
    stripped = [line.strip() for line in lines]
    size = len(mutant.old)
    found = [index for index in range(len(lines) - size + 1) if stripped[index:index + size] == mutant.old]
    if len(found) != 1:
        return None, f"its - lines stand {len(found)} times in {mutant.file}, not once"
    lines[found[0]:found[0] + size] = mutant.new
    return "\n".join(lines), None


def misplaced(root, mutants):
    """Complaints about mutants whose lines do not stand where they say."""
    complaints = []
    for mutant in mutants:
        path = root / mutant.file
        text = path.read_text(encoding="utf-8") if path.is_file() else None
        complaint = f"there is no {mutant.file}" if text is None else apply_mutant(text, mutant)[1]
        if complaint:
            complaints.append(f"{mutant.where}: {mutant.name}: {complaint}")
    return complaints


def share_of(root, mutants, share):
    """About one in `share`, chosen by names and by the commit: every commit tries others."""
    if share <= 1:
        return mutants
    try:
        commit = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True).stdout
    except OSError:  # no git here: always the same share
        commit = ""
    return [mutant for mutant in mutants if zlib.crc32(f"{commit}{mutant.name}".encode()) % share == 0]


@dataclasses.dataclass
class Test:
    command: list
    folder: str
    environment: dict
    timeout_s: float
    sound_s: float = None  # how long it took without a mutant


class Workshop:
    """A copy of the tree in which mutants are built and tested."""

    def __init__(self, root, folder, jobs):
        self.tree, self.build, self.jobs = folder / "tree", folder / "build", str(jobs)
        self.known = {}
        self.copy(root)
        if not (self.build / "build.ninja").exists():
            self.run("cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                     "-DTARAZY_WARNINGS=OFF", check=True)

    def copy(self, root):
        """Files that did not change keep their time, so that a second run builds little."""
        wanted = set()
        for name in COPIED:
            paths = [root / name] if (root / name).is_file() else sorted((root / name).rglob("*"))
            for path in paths:
                relative = path.relative_to(root)
                if not path.is_file() or {"node_modules", "__pycache__"} & set(relative.parts):
                    continue
                wanted.add(relative)
                target = self.tree / relative
                if not target.exists() or target.read_bytes() != path.read_bytes():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, target)
        for path in sorted(self.tree.rglob("*")):
            if path.is_file() and path.relative_to(self.tree) not in wanted:
                path.unlink()

    def run(self, *command, check=False):
        return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", check=check)

    def build_tests(self, tests):
        return self.run("cmake", "--build", self.build, "-j", self.jobs, "--target", *tests)

    def learn(self, tests):
        """How ctest would run each of these tests: they are run without it, one at a time."""
        shown = json.loads(self.run("ctest", "--test-dir", self.build, "--show-only=json-v1", check=True).stdout)
        for test in shown["tests"]:
            if test["name"] in tests:
                properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
                self.known[test["name"]] = Test(
                    test.get("command", []), properties.get("WORKING_DIRECTORY", str(self.build)),
                    dict(line.split("=", 1) for line in properties.get("ENVIRONMENT", [])),
                    float(properties.get("TIMEOUT", 300)))
        return [name for name in tests if name not in self.known or not self.known[name].command]

    def run_test(self, name):
        """What it said if it failed, or did not end; None: it passed, or skipped itself."""
        test = self.known[name]
        timeout = test.timeout_s
        if test.sound_s is not None:
            timeout = min(timeout, max(TIMEOUT_MIN_S, SLOWER_THAN_SOUND * test.sound_s))
        begun = time.monotonic()
        with subprocess.Popen(test.command, cwd=test.folder, env={**os.environ, **test.environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", start_new_session=True) as running:
            try:
                output, _ = running.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                running.communicate()
                return f"{name} did not end in {timeout:.0f} s"
        if test.sound_s is None:
            test.sound_s = time.monotonic() - begun
        return None if running.returncode in (0, SKIPPED) else f"{name} failed:\n{output[-4000:]}"

    def check_sound(self, tests):
        """Builds and runs the tests without any mutant, and learns how long each takes. A complaint, or None."""
        built = self.build_tests(tests)
        if built.returncode != 0:
            return built.stdout[-4000:]
        unknown = self.learn(tests)
        if unknown:
            return "no such tests: " + " ".join(unknown)
        return next(filter(None, map(self.run_test, tests)), None)

    def try_mutant(self, mutant):
        """A complaint, or None: the mutant was noticed."""
        path = self.tree / mutant.file
        if not path.is_file():
            return f"there is no {mutant.file}"
        original = path.read_text(encoding="utf-8")
        text, complaint = apply_mutant(original, mutant)
        if complaint:
            return complaint
        try:
            path.write_text(text, encoding="utf-8")
            for name in sorted(mutant.tests, key=lambda test: self.known[test].sound_s):
                built = self.build_tests([name])
                if built.returncode != 0:
                    return "does not compile:\n" + built.stdout[-2000:]
                if self.run_test(name) is not None:
                    return None
            return f"survives: {' '.join(mutant.tests)} did not notice"
        finally:
            path.write_text(original, encoding="utf-8")

    def try_all(self, mutants):
        """How many of them were not noticed."""
        failures = 0
        for mutant in mutants:
            complaint = self.try_mutant(mutant)
            print(f"{mutant.where}: {mutant.name}: {complaint or 'noticed'}", flush=True)
            failures += complaint is not None
        return failures


def shared_out(mutants, count):
    """As many lists, about equally long: the mutants of one file stay together, each is built from the one before."""
    files = {}
    for mutant in mutants:
        files.setdefault(mutant.file, []).append(mutant)
    shares = [[] for _ in range(count)]
    for group in sorted(files.values(), key=len, reverse=True):
        min(shares, key=len).extend(group)
    return [share for share in shares if share]


def work(root, folder, jobs, mutants):
    """One workshop and its share. How many were not noticed; None: the tests fail anyway."""
    workshop = Workshop(root, folder, jobs)
    complaint = workshop.check_sound(sorted({test for mutant in mutants for test in mutant.tests}))
    if complaint is not None:
        print("mutants: the tests fail without any mutant:\n" + complaint, flush=True)
        return None
    return workshop.try_all(mutants)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("--places", action="store_true")
    parser.add_argument("root")
    parser.add_argument("build")
    arguments = parser.parse_args()
    root = pathlib.Path(arguments.root).resolve()
    mutants, errors = read_mutants(root)
    errors += misplaced(root, mutants)
    mutants = [mutant for mutant in mutants if re.search(arguments.only, mutant.name + " " + mutant.file)]
    mutants = share_of(root, mutants, arguments.share)
    for error in errors:
        print(f"mutants: {error}")
    if errors or not mutants or arguments.places:
        print(f"mutants: {len(mutants)} found")
        return 1 if errors else 0

    folder = pathlib.Path(arguments.build).resolve()
    count = arguments.jobs if len(mutants) >= WORKSHOPS_FROM else 1
    shares = shared_out(mutants, count)
    folders = [folder if at == 0 else folder / f"workshop{at + 1}" for at in range(len(shares))]
    jobs = max(1, arguments.jobs // len(shares))
    with concurrent.futures.ThreadPoolExecutor(len(shares)) as pool:
        results = list(pool.map(lambda share: work(root, share[0], jobs, share[1]), zip(folders, shares)))
    if None in results:
        return 1
    failures = sum(results)
    print(f"mutants: {len(mutants) - failures} of {len(mutants)} noticed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
