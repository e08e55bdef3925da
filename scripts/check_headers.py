#!/usr/bin/env python3
"""Each header compiles alone, and twice in a row.

usage: check_headers.py --compiler CC ROOT [FLAG...]

A header that leans on what its includer happened to include breaks at a distance, in somebody else's file.
"""
import argparse
import concurrent.futures
import pathlib
import subprocess
import sys

import c_source


def compile_header(compiler, root, header, flags):
    """What the compiler says about the header; empty if it is content."""
    name = "/".join(header.parts[1:])
    text = f'#include "{name}"\n#include "{name}"\nextern int one_declaration;\n'
    done = subprocess.run(
        [compiler, "-std=c17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", *flags, "-I", str(root / "src"),
         "-I", str(root / "include"), "-I", str(root / "tests"), "-x", "c", "-"],
        input=text, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{header}: does not compile alone\n{done.stderr}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("root")
    arguments, flags = parser.parse_known_args()
    root = pathlib.Path(arguments.root).resolve()
    headers = c_source.files(root, ("include", "src", "tests"), (".h",))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda header: compile_header(arguments.compiler, root, header, flags), headers))
    failures = [text for text in said if text]
    for text in failures:
        print(text)
    print(f"headers: {len(headers)} compiled alone, {len(failures)} failures")
    return 1 if failures or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
