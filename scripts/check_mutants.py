#!/usr/bin/env python3
"""Breaks each safety check on purpose and sees a test fail: a check that no test misses is no check.

usage: check_mutants.py [--jobs N] [--only REGEX] [--share K] ROOT BUILD

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

--share K plants only about one in K, another share with each commit; that its lines stand in the file is checked of
every mutant all the same. All of them: `make mutants`.
"""
import argparse
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import zlib

COPIED = ("CMakeLists.txt", "cmake", "docs", "src", "include", "tests", "examples", "bench", "scripts", "share", "man")


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
    commit = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True).stdout
    return [mutant for mutant in mutants if zlib.crc32(f"{commit}{mutant.name}".encode()) % share == 0]


class Workshop:
    """A copy of the tree in which mutants are built and tested."""

    def __init__(self, root, folder, jobs):
        self.tree, self.build, self.jobs = folder / "tree", folder / "build", str(jobs)
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

    def run_tests(self, tests):
        return self.run("ctest", "--test-dir", self.build, "-j", self.jobs, "--no-tests=error", "--stop-on-failure",
                        "--output-on-failure", "-R", "^(" + "|".join(map(re.escape, tests)) + ")$")

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
            built = self.build_tests(mutant.tests)
            if built.returncode != 0:
                return "does not compile:\n" + built.stdout[-2000:]
            if self.run_tests(mutant.tests).returncode == 0:
                return f"survives: {' '.join(mutant.tests)} did not notice"
            return None
        finally:
            path.write_text(original, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("root")
    parser.add_argument("build")
    arguments = parser.parse_args()
    root = pathlib.Path(arguments.root).resolve()
    mutants, errors = read_mutants(root)
    mutants = [mutant for mutant in mutants if re.search(arguments.only, mutant.name + " " + mutant.file)]
    errors += misplaced(root, mutants)
    mutants = share_of(root, mutants, arguments.share)
    for error in errors:
        print(f"mutants: {error}")
    if errors or not mutants:
        print(f"mutants: {len(mutants)} found")
        return 1 if errors else 0

    workshop = Workshop(root, pathlib.Path(arguments.build).resolve(), arguments.jobs)
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    built = workshop.build_tests(tests)
    sound = built if built.returncode != 0 else workshop.run_tests(tests)
    if sound.returncode != 0:
        print("mutants: the tests fail without any mutant:\n" + sound.stdout[-4000:])
        return 1
    failures = 0
    for mutant in mutants:
        complaint = workshop.try_mutant(mutant)
        print(f"{mutant.where}: {mutant.name}: {complaint or 'noticed'}", flush=True)
        failures += complaint is not None
    print(f"mutants: {len(mutants) - failures} of {len(mutants)} noticed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
