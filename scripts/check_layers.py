#!/usr/bin/env python3
"""Proves src/layers.txt: who may include whom.

usage: check_layers.py [ROOT]

1. layers.txt itself is sound: rooms known, no cycle, pure rooms rest on pure rooms only.
2. Every #include "..." of src/ and include/ names an existing file by its path from src/ or include/,
   in a room that layers.txt allows. include/tarazy includes only itself.
3. Pure rooms and include/tarazy use only the system headers that need no C library at run time; base/ may
   also take abort() from <stdlib.h> (check_purity.py sees that it takes nothing else).
4. No two source files of the tree share a name.
5. No header includes itself over others.
"""
import pathlib
import sys

import c_source

PURE_SYSTEM_HEADERS = {"limits.h", "stdalign.h", "stdbool.h", "stddef.h", "stdint.h", "stdnoreturn.h",
                       "string.h"}
NAMED_FILES = (".c", ".h", ".py", ".sh", ".js", ".mjs")
VOCABULARY = "tarazy"


def read_layers(path, findings):
    """{room: set of rooms}, set of pure rooms."""
    allowed, pure, section = {}, set(), None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        if line in ("[pure]", "[edges]"):
            section = line
            continue
        room, colon, rest = line.partition(":")
        room = room.strip()
        if not colon or section is None or not room.isidentifier():
            findings.add(path, number, f"not understood: {line}")
            continue
        if room in allowed:
            findings.add(path, number, f"{room} stands twice")
        allowed[room] = set(rest.split())
        if section == "[pure]":
            pure.add(room)
    return allowed, pure


def check_layers_file(path, allowed, pure, findings):
    for room, others in allowed.items():
        for other in sorted(others):
            if other not in allowed:
                findings.add(path, 0, f"{room} may include {other}, which is no room")
            elif room in pure and other not in pure:
                findings.add(path, 0, f"{room} is pure but may include {other}, which is not")
    for cycle in find_cycles(allowed):
        findings.add(path, 0, "cycle of rooms: " + " ".join(cycle))


def find_cycles(graph):
    """The nodes left when everything that leads nowhere has been taken away, as one list."""
    left = {node: set(others) & set(graph) for node, others in graph.items()}
    while True:
        ends = {node for node, others in left.items() if not others - {node} and node not in others}
        if not ends:
            break
        left = {node: others - ends for node, others in left.items() if node not in ends}
    # What only leads into a cycle is not part of it: take away what nobody points to.
    while True:
        pointed = set().union(*left.values()) if left else set()
        starts = set(left) - pointed
        if not starts:
            return [sorted(left)] if left else []
        left = {node: others for node, others in left.items() if node not in starts}


def check_includes(root, sources, allowed, pure, findings):
    known = {str(source.path) for source in sources}
    graph = {}
    for source in sources:
        room = source.room
        if source.path.parts[0] not in ("src", "include"):
            continue
        if room is None:
            findings.add(source.path, 0, "stands in no room")
            continue
        if room != VOCABULARY and room not in allowed:
            findings.add(source.path, 0, f"room {room} is not in src/layers.txt")
            continue
        edges = graph.setdefault(str(source.path), set())
        for line, name, quoted in c_source.includes(source):
            if not quoted:
                check_system_header(source, line, name, pure, findings)
                continue
            target = resolve(name, known)
            if target is None:
                findings.add(source.path, line,
                             f'"{name}" is no file under src/ or include/; write "room/file.h"')
                continue
            edges.add(target)
            problem = judge(source, name, allowed)
            if problem:
                findings.add(source.path, line, problem)
    for cycle in find_cycles(graph):
        findings.add(cycle[0], 0, "headers include each other: " + " ".join(cycle))


def check_system_header(source, line, name, pure, findings):
    if name.startswith(VOCABULARY + "/"):
        findings.add(source.path, line, f'write "{name}" with quotation marks')
    elif (source.room, name) == ("base", "stdlib.h"):
        return
    elif (source.room in pure or source.room == VOCABULARY) and not source.is_test \
            and name not in PURE_SYSTEM_HEADERS:
        findings.add(source.path, line, f"<{name}> in a pure room; allowed: "
                     + " ".join(sorted(PURE_SYSTEM_HEADERS)))


def resolve(name, known):
    for folder in ("src", "include", "tests"):
        if f"{folder}/{name}" in known:
            return f"{folder}/{name}"
    return None


def judge(source, name, allowed):
    """What is wrong with this include, or None."""
    target = name.split("/")[0]
    if target == VOCABULARY:
        return None
    if source.room == VOCABULARY:
        return f'"{name}": include/tarazy includes only itself'
    if target == "support" and source.is_test:
        return None
    if target == source.room or target in allowed[source.room]:
        return None
    return f'"{name}": {source.room} may not include {target} (src/layers.txt)'


def check_names(root, findings):
    first = {}
    for path in c_source.files(root, suffixes=NAMED_FILES):
        if path.name in first:
            findings.add(path, 0, f"the name stands already at {first[path.name]}")
        first.setdefault(path.name, path)


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else ".").resolve()
    findings = c_source.Findings("layers")
    layers = root / "src" / "layers.txt"
    allowed, pure = read_layers(layers, findings)
    check_layers_file(layers.relative_to(root), allowed, pure, findings)
    sources = c_source.sources(root)
    check_includes(root, sources, allowed, pure, findings)
    check_names(root, findings)
    return findings.finish(f"{len(sources)} files, {len(allowed)} rooms, every include points down")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
