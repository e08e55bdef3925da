#!/usr/bin/env python3
"""The divergence drill: an operator whose program has a mutant of money code, and a supervisor with the right one.

usage: divergence_drill.py [--only REGEX] [--records N] [--seed S] ROOT FOLDER

The mutants are those of src/ledger, src/money and of settlement, deposits and withdrawals in src/engine (their
mutants.txt), and the dishonest ones of tests/drills/crooked.txt. Each is built into crooked_operator in a copy of the tree
under FOLDER; it executes N commands, and checking_supervisor, built without any mutant, looks at what it tells: the
digests of events, the state at the end, and, without any digest, the inspector alone.

Prints a table. A mutant is *found* when one of them saw it or the operator's program stopped; *no deed* when events and
state were the same to the last record: then nothing was done wrong that day (an assertion that nothing ran into, a
check of the audit). The drill fails when a state differs and no digest of events did before, or when a mutant of
crooked.txt is not found.
"""
import argparse
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_mutants  # noqa: E402
import divergence_test  # noqa: E402

MONEY = re.compile(r"^src/(ledger/|money/|engine/(settle|apply_money|withdrawals|taking|closing|placing))")


def money_mutants(root):
    mutants, errors = check_mutants.read_mutants(root)
    crooked, more = check_mutants.read_file(root, root / "tests/drills/crooked.txt")
    return [mutant for mutant in mutants if MONEY.match(mutant.file)], crooked, errors + more


def try_operator(workshop, mutant, supervisor, commands):
    """What the supervisor found, or a complaint about the mutant."""
    path = workshop.tree / mutant.file
    original = path.read_text(encoding="utf-8")
    text, complaint = check_mutants.apply_mutant(original, mutant)
    if complaint:
        return None, complaint
    try:
        path.write_text(text, encoding="utf-8")
        built = workshop.build_tests(["crooked_operator"])
        if built.returncode != 0:
            return None, "does not compile: " + built.stdout[-500:]
        return divergence_test.check(supervisor, str(workshop.build / "bin/crooked_operator"), commands), None
    finally:
        path.write_text(original, encoding="utf-8")


def verdict(found):
    if found["digest"] or found["inspector"]:
        return "found"
    return {"same": "no deed", "silent": "found"}.get(found["state"], "STATE ONLY")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--records", type=int, default=divergence_test.RECORDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("root")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    root, folder = pathlib.Path(arguments.root).resolve(), pathlib.Path(arguments.folder).resolve()
    known, crooked, errors = money_mutants(root)
    for error in errors:
        print(f"divergence: {error}")
    if errors:
        return 1
    workshop = check_mutants.Workshop(root, folder, 2)
    built = workshop.build_tests(["crooked_operator", "checking_supervisor"])
    if built.returncode != 0:
        print(built.stdout[-4000:])
        return 1
    supervisor = str(folder / "supervisor")
    shutil.copy(workshop.build / "bin/checking_supervisor", supervisor)
    commands = str(folder / "commands")
    workshop.run(supervisor, "record", commands, arguments.records, arguments.seed, check=True)

    honest = divergence_test.check(supervisor, str(workshop.build / "bin/crooked_operator"), commands)
    failures = int(verdict(honest) != "no deed")
    counts = {"found": 0, "no deed": 0, "digest": 0, "inspector": 0, "silent": 0, "tried": 0}
    latest = 0
    print(f"honest operator: {honest}\n{'digest at':>10} {'checker at':>10} {'rule':12} {'end':8} mutant")
    for mutant in known + crooked:
        if not re.search(arguments.only, mutant.name + " " + mutant.file):
            continue
        found, complaint = try_operator(workshop, mutant, supervisor, commands)
        if complaint:
            print(f"divergence: {mutant.where}: {mutant.name}: {complaint}", flush=True)
            failures += 1
            continue
        said = verdict(found)
        end = "stopped" if found["state"] == "silent" else found["state"]
        print(f"{found['digest'] or '-':>10} {found['inspector'] or '-':>10} {found['rule']:12} {end:8} "
              f"{said}: {mutant.file}: {mutant.name}", flush=True)
        counts["tried"] += 1
        counts["found"] += said == "found"
        counts["no deed"] += said == "no deed"
        counts["digest"] += found["digest"] != 0
        counts["inspector"] += found["inspector"] != 0
        counts["silent"] += found["state"] == "silent"
        latest = max(latest, found["digest"])
        failures += said == "STATE ONLY" or (mutant in crooked and said != "found")
    print(f"divergence: {counts['tried']} operators over {arguments.records} records: {counts['found']} found "
          f"({counts['digest']} by a digest of events, the latest at record {latest}; {counts['inspector']} by the checker "
          f"alone; {counts['silent']} stopped by themselves), {counts['no deed']} did nothing wrong, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
