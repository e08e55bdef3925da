#!/usr/bin/env python3
"""The divergence drill: an operator whose program has a mutant of money code, and a supervisor with the right one.

usage: divergence_drill.py [--only REGEX] [--records N] [--days D] ROOT FOLDER

The mutants are those of src/ledger, src/money and of settlement, deposits and withdrawals in src/engine (their
mutants.txt), and the dishonest ones of tests/drills/crooked.txt. Each is built into crooked_operator in a copy of the tree
under FOLDER; it executes N commands, and checking_supervisor, built without any mutant, looks at what it tells: the
digests of events, the state at the end, and, without any digest, the inspector alone.

An operator whom nobody has seen do anything is given another day, with other commands: up to D if he is of crooked.txt,
else up to five.

Prints a table. A mutant is *found* by a digest of events or by the checker; *by state* when only the digest of the state
at the end of the day differs; *stopped* when the operator's program died before it told anything wrong: nobody was
lied to, and a supervisor hears the silence. *No deed*: events and state were the same to the last record of every day,
so nothing was done that could be found (an assertion that nothing ran into, a check of the audit). The drill fails when
a mutant of crooked.txt is not found, or a sum of the day is wrong without anybody having noticed.
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

DAYS_OF_KNOWN = 5  # many of them are assertions that no day runs into
RANK = {"no deed": 0, "stopped": 1, "by state": 2, "found": 3}
MONEY = re.compile(r"^src/(ledger/|money/|engine/(settle|apply_money|withdrawals|taking|closing|placing))")


def money_mutants(root):
    mutants, errors = check_mutants.read_mutants(root)
    crooked, more = check_mutants.read_file(root, root / "tests/drills/crooked.txt")
    return [mutant for mutant in mutants if MONEY.match(mutant.file)], crooked, errors + more


def verdict(found):
    if found["digest"] or found["inspector"]:
        return "found"
    return {"same": "no deed", "silent": "stopped"}.get(found["state"], "by state")


def try_days(workshop, mutant, supervisor, days):
    """The first day on which anything was seen, else the last; or a complaint."""
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
        best = None
        for number, day in enumerate(days, 1):
            found = divergence_test.check(supervisor, str(workshop.build / "bin/crooked_operator"), day)
            found["day"] = number
            if best is None or RANK[verdict(found)] > RANK[verdict(best)]:
                best = found
            if verdict(found) == "found":
                break
        return best, None
    finally:
        path.write_text(original, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--records", type=int, default=divergence_test.RECORDS)
    parser.add_argument("--days", type=int, default=40)
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
    days = [str(folder / f"commands{day}") for day in range(1, arguments.days + 1)]
    failures = 0
    for seed, day in enumerate(days, 1):
        workshop.run(supervisor, "record", day, arguments.records, seed, check=True)
        honest = divergence_test.check(supervisor, str(workshop.build / "bin/crooked_operator"), day)
        if verdict(honest) != "no deed":
            print(f"the honest operator is not believed on day {seed}: {honest}")
            failures += 1
    counts = dict.fromkeys([*RANK, "digest", "checker", "tried"], 0)
    latest = 0
    print(f"{'day':>3} {'digest at':>9} {'checker at':>10} {'rule':12} {'verdict':9} mutant")
    for mutant in known + crooked:
        if not re.search(arguments.only, mutant.name + " " + mutant.file):
            continue
        found, complaint = try_days(workshop, mutant, supervisor, days if mutant in crooked else days[:DAYS_OF_KNOWN])
        if complaint:
            print(f"divergence: {mutant.where}: {mutant.name}: {complaint}", flush=True)
            failures += 1
            continue
        said = verdict(found)
        print(f"{found['day']:>3} {found['digest'] or '-':>9} {found['inspector'] or '-':>10} {found['rule']:12} {said:9} "
              f"{mutant.file}: {mutant.name}", flush=True)
        counts["tried"] += 1
        counts[said] += 1
        counts["digest"] += found["digest"] != 0
        counts["checker"] += found["inspector"] != 0
        latest = max(latest, found["digest"])
        failures += mutant in crooked and said in ("no deed", "stopped")
    print(f"divergence: {counts['tried']} operators, days of {arguments.records} records: "
          f"{counts['digest']} found by a digest of events, the latest at record {latest}; {counts['checker']} of them also by "
          f"the checker alone; {counts['by state']} by the state only; {counts['stopped']} stopped by themselves; "
          f"{counts['no deed']} did nothing; {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
