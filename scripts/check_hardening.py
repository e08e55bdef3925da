#!/usr/bin/env python3
"""Looks into a linked program for what cmake/Hardening.cmake promises.

(-fcf-protection cannot be seen here: Debian's own start-up objects come without the note.)

usage: check_hardening.py [--readelf READELF] PROGRAM...
"""
import argparse
import re
import subprocess
import sys


def read(readelf, *arguments):
    return subprocess.run([readelf, "-W", *arguments], check=True, capture_output=True, text=True).stdout


def judge(readelf, program):
    """What the program lacks."""
    header = read(readelf, "-h", program)
    segments = read(readelf, "-l", program)
    dynamic = read(readelf, "-d", program)
    symbols = read(readelf, "--dyn-syms", program)
    wanted = {
        "position-independent (-pie)": re.search(r"Type:\s+DYN", header),
        "relocations read-only (-z relro)": "GNU_RELRO" in segments,
        "bound at start (-z now)": re.search(r"BIND_NOW|Flags:.*\bNOW\b", dynamic),
        "no executable stack": re.search(r"GNU_STACK.*\sRW\s", segments),
        "stack protector": "__stack_chk_fail" in symbols,
        "checked copies (_FORTIFY_SOURCE)": re.search(r"__\w+_chk\b(?<!__stack_chk)", symbols),
        "no run path": not re.search(r"\((RPATH|RUNPATH)\)", dynamic),
    }
    return [name for name, present in wanted.items() if not present]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--readelf", default="readelf")
    parser.add_argument("programs", nargs="+")
    arguments = parser.parse_args()
    failures = 0
    for program in arguments.programs:
        for name in judge(arguments.readelf, program):
            print(f"hardening: {program} is not: {name}")
            failures += 1
    if not failures:
        print(f"hardening: {len(arguments.programs)} programs as promised")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
