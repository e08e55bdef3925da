#!/usr/bin/env python3
"""The fixed share of the divergence drill: an honest operator is believed, three crooked ones are found, by the digests of
events and by the supervisor's own checker alone.

usage: divergence_test.py SUPERVISOR HONEST CROOKED...
"""
import pathlib
import subprocess
import sys
import tempfile

RECORDS = 10000


def check(supervisor, operator, commands):
    """{records, digest, inspector, rule, state} of one operator's day."""
    with subprocess.Popen([operator, commands], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as speaker:
        line = subprocess.run([supervisor, "check", commands], stdin=speaker.stdout, stdout=subprocess.PIPE, text=True,
                              check=False).stdout.split()
        speaker.stdout.close()
    if len(line) != 9:
        raise SystemExit(f"{operator}: the supervisor said: {' '.join(line)}")
    return {"records": int(line[1]), "digest": int(line[3]), "inspector": int(line[5]), "rule": line[6], "state": line[8]}


def main():
    supervisor, honest, *crooked = sys.argv[1:]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        commands = str(pathlib.Path(folder) / "commands")
        subprocess.run([supervisor, "record", commands, str(RECORDS), "1"], check=True)
        for operator in [honest, *crooked]:
            found = check(supervisor, operator, commands)
            right = found["digest"] == 0 and found["inspector"] == 0 and found["state"] == "same" \
                if operator == honest else found["digest"] != 0 and found["inspector"] != 0
            print(f"{pathlib.Path(operator).name}: {found}: {'as it should be' if right else 'WRONG'}")
            failures += not right
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
