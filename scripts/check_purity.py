#!/usr/bin/env python3
"""Proves that the pure rooms call nothing but themselves and a short list.

usage: check_purity.py [--nm NM] [--objdump OBJDUMP] [--sanitized] ARCHIVE...

An undefined symbol of an archive must be defined in one of the archives or stand in ALLOWED. With that
the pure library can have no file, clock, socket, allocation, locale or random number. The second half
looks at the machine code: no instruction may use a floating-point or vector register.
"""
import argparse
import re
import subprocess
import sys

ALLOWED = {
    # What the pure rooms may call.
    "memcpy", "memmove", "memset", "memcmp", "strlen", "abort",
    # What the compiler calls for them: 128-bit division and multiplication, memcmp(...) == 0.
    "__udivti3", "__umodti3", "__divti3", "__modti3", "__udivmodti4", "__divmodti4", "__multi3",
    "bcmp",
    # Hardened builds: stack protector and checked copies.
    "__stack_chk_fail", "__memcpy_chk", "__memmove_chk", "__memset_chk",
    # The linker's own.
    "_GLOBAL_OFFSET_TABLE_",
}
SANITIZER = re.compile(r"_*(asan|ubsan|tsan|sanitizer|sancov)_")
FLOAT_REGISTER = re.compile(r"%[xyz]mm\d|%st\b|%mm\d")


def read_symbols(nm, archive):
    """(defined, {undefined: object}) of an archive."""
    output = subprocess.run([nm, "-A", archive], check=True, capture_output=True, text=True).stdout
    defined, undefined = set(), {}
    for line in output.splitlines():
        where, _, rest = line.rpartition(":")
        fields = rest.split()
        if len(fields) < 2:
            continue
        kind, name = fields[-2], fields[-1]
        if kind in "Uwv":
            undefined.setdefault(name, where)
        elif kind.isupper():
            defined.add(name)
    return defined, undefined


def find_float_registers(objdump, archive):
    """The first lines of machine code that touch a floating-point register."""
    output = subprocess.run([objdump, "-d", "--no-show-raw-insn", archive], check=True,
                            capture_output=True, text=True).stdout
    where, found = "", []
    for line in output.splitlines():
        if line.endswith(">:"):
            where = line.split("<")[1][:-2]
        elif FLOAT_REGISTER.search(line):
            found.append(f"{where}: {' '.join(line.split()[1:])}")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--objdump", default="objdump")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("archives", nargs="+")
    arguments = parser.parse_args()

    defined, undefined = set(), {}
    for archive in arguments.archives:
        archive_defined, archive_undefined = read_symbols(arguments.nm, archive)
        defined |= archive_defined
        undefined.update(archive_undefined)
    if not defined:
        print("purity: the archives define nothing")
        return 1

    failures = 0
    for name, where in sorted(undefined.items()):
        if name in defined or name in ALLOWED:
            continue
        if arguments.sanitized and SANITIZER.match(name):
            continue
        print(f"purity: {where} calls {name}, which is not on the list")
        failures += 1
    if not arguments.sanitized:
        for archive in arguments.archives:
            for line in find_float_registers(arguments.objdump, archive)[:10]:
                print(f"purity: {archive}: floating-point register in {line}")
                failures += 1
    if failures:
        return 1
    print(f"purity: {len(arguments.archives)} archives, {len(defined)} symbols, nothing from outside but "
          + (" ".join(sorted((set(undefined) - defined) & ALLOWED)) or "nothing at all"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
