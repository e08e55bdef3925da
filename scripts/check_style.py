#!/usr/bin/env python3
"""The rules of the house that no compiler checks.

usage: check_style.py [--report] [ROOT]

Absolute rules (docs/HACKING.md says why each is there):
  float       no float, double or floating literal below floor 7, nor in include/tarazy
  raw-money   .units and .ppm are touched only in src/money/, or the line says /* raw: why */
  default     no default: in a switch over enum constants, or the line says /* not an enum */
  typedef     no typedef'd struct, union or enum
  enum-zero   the constants of a named enum start at 1: 0 is "not set", and never valid
  recursion   no function reaches itself
  banned      no function that cannot know its buffer's size, no alloca, no system()
  undone      no words that mark unfinished work
  opening     every .c opens with a comment that says what it is
Counted in scripts/ratchets.txt, where a number may only fall:
  long_functions wide_functions deep_functions long_files suppressed_warnings untested_sources
--report lists what the ratchets count.
"""
import pathlib
import re
import sys

import c_source

FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 6
LEVELS_MAX = 3
FILE_LINES_MAX = 600

INTEGER_ROOMS = {"tarazy", "base", "money", "ledger", "market", "registry", "tenge", "mining", "engine",
                 "views", "inspector", "journal", "codec", "node", "platform"}
FLOAT = re.compile(r"\b(float|double|long double|_Decimal\d+)\b|<math\.h>|<float\.h>"
                   r"|(?<![\w.])\d+\.\d*(?:[eE][-+]?\d+)?[fFlL]?(?![\w.])|(?<![\w.])\d+[eE][-+]?\d+\b")
RAW_MONEY = re.compile(r"(?:\.|->)\s*(units|ppm)\b")
RAW_NOTE = re.compile(r"/\*\s*raw: [^*\s]")
ENUM_CASE = re.compile(r"\bcase\s+[A-Z][A-Z0-9]*_[A-Z0-9_]+\s*:")
TYPEDEF = re.compile(r"^\s*typedef\s+(struct|union|enum)\b")
ENUM_START = re.compile(r"\benum\s+\w+\s*\{\s*([A-Za-z_]\w*)\s*(?:=\s*([^,}]*?)\s*)?[,}]")
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof|rand|srand|alloca"
                    r"|system|tmpnam|mktemp|strncpy|strncat)\s*\(")
# Assembled, so that this file passes its own rule.
UNDONE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "not " + "implemented",
                                       "st" + "ub")) + r")\b")
SUPPRESSED = re.compile(r"NOLINT|cppcheck-suppress|#\s*pragma\s+(GCC|clang)\s+diagnostic\s+ignored")
CALL = re.compile(r"(?<![\w.>])([A-Za-z_]\w*)\s*\(")
CONTROL = re.compile(r"^\s*(?:\}\s*)?(if|else|for|while|do|switch)\b")
UNDONE_SUFFIXES = (".c", ".h", ".py", ".sh", ".js", ".mjs", ".sql", ".cmake")


def check_lines(source, findings):
    """The rules that look at one line at a time."""
    integers_only = source.room in INTEGER_ROOMS and not source.is_test
    money_is_closed = source.room not in (None, "money", "tarazy") and not source.is_test
    for number, (raw, code) in enumerate(zip(source.lines, source.code), 1):
        if integers_only and FLOAT.search(code):
            findings.add(source.path, number, f"float: {raw.strip()}")
        if money_is_closed and RAW_MONEY.search(code):
            above = source.lines[number - 2] if number > 1 and not source.code[number - 2].strip() else ""
            if not RAW_NOTE.search(raw) and not RAW_NOTE.search(above):
                findings.add(source.path, number, f"raw-money: {raw.strip()}")
        if TYPEDEF.match(code) and not source.is_test:
            findings.add(source.path, number, f"typedef: {raw.strip()}")
        match = BANNED.search(code)
        if match:
            findings.add(source.path, number, f"banned: {match.group(1)}")


def check_enums(source, findings):
    """A named enum whose first constant is 0, said or not."""
    text = "\n".join(source.code)
    for match in ENUM_START.finditer(text):
        value = match.group(2)
        if value is None or re.fullmatch(r"\(?\s*0[uUlL]*\s*\)?", value):
            findings.add(source.path, text.count("\n", 0, match.start()) + 1, f"enum-zero: {match.group(1)}")


def check_opening(source, findings):
    if source.path.suffix == ".c" and not (source.lines and source.lines[0].startswith("/*")):
        findings.add(source.path, 1, "opening: begin with a comment: what it is, why a file of its own, "
                                     "invariants, what to read next")


def check_default(source, function, findings):
    """default: is for switches over numbers and characters; over an enum it hides a missing case."""
    switches = []  # of each open switch: its depth, has enum cases, line of default
    depth = 0
    for offset, code in enumerate(function.code):
        if switches and ENUM_CASE.search(code):
            switches[-1]["enum"] = True
        if switches and re.search(r"\bdefault\s*:", code):
            raw = source.lines[function.last_line - len(function.code) + offset]
            if "/* not an enum" not in raw:
                switches[-1]["line"] = function.last_line - len(function.code) + offset + 1
        opens_switch = re.search(r"\bswitch\s*\(", code)
        depth += code.count("{") - code.count("}")
        if opens_switch:
            switches.append({"depth": depth, "enum": False, "line": 0})
        while switches and depth < switches[-1]["depth"]:
            done = switches.pop()
            if done["enum"] and done["line"]:
                findings.add(source.path, done["line"], "default: in a switch over enum constants")


def levels_of(function):
    """How deep control flow nests in a function; the body itself is level 0."""
    deepest, stack = 0, []
    control = False
    for code in function.code[1:-1]:
        control = bool(CONTROL.match(code)) or (control and not stack_closed(code))
        for character in code:
            if character == "{":
                stack.append(control)
                deepest = max(deepest, sum(stack))
                control = False
            elif character == "}" and stack:
                stack.pop()
                control = bool(CONTROL.match(code))
    return deepest


def stack_closed(code):
    """A line that ends a statement ends the condition that ran over several lines, too."""
    return code.rstrip().endswith((";", "}"))


def find_recursion(sources, findings):
    """Calls between functions of src/ by name; a function that reaches itself is a finding."""
    public = {}
    for source, functions in sources:
        for function in functions:
            if not function.static:
                public[function.name] = (source.path, function.name)
    calls, where = {}, {}
    for source, functions in sources:
        local = {function.name: (source.path, function.name) for function in functions}
        for function in functions:
            node = (source.path, function.name)
            where[node] = function.first_line
            called = set(CALL.findall("\n".join(function.code)))
            calls[node] = {local.get(name) or public.get(name) for name in called} - {None}
    left = dict(calls)
    while True:
        ends = {node for node, others in left.items() if not others}
        if not ends:
            break
        left = {node: others - ends for node, others in left.items() if node not in ends}
    while left:
        starts = set(left) - set().union(*left.values())
        if not starts:
            break
        left = {node: others for node, others in left.items() if node not in starts}
    for path, name in sorted(left):
        findings.add(path, where[(path, name)], f"recursion: {name}")


def check_undone(root, findings):
    folders = c_source.SOURCE_FOLDERS + ("cmake", "scripts")
    for path in c_source.files(root, folders, UNDONE_SUFFIXES):
        for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
            if UNDONE.search(line):
                findings.add(path, number, f"undone: {line.strip()}")


def find_untested(sources):
    """Sources of src/ that no test looks at: none beside it, and none that includes a header of its own room
    which the source implements, that is, includes."""
    tested = set()
    for source in sources:
        if source.is_test:
            tested.add(str(source.path.with_name(re.sub(r"_(test|fuzz)\.c$", ".c", source.path.name))))
            tested |= {"src/" + name for _, name, quoted in c_source.includes(source) if quoted}
    untested = []
    for source in sources:
        if source.path.parts[0] != "src" or source.path.suffix != ".c" or source.is_test \
                or source.room == "programs" or str(source.path) in tested:
            continue
        own = {"src/" + name for _, name, quoted in c_source.includes(source)
               if quoted and name.split("/")[0] == source.room}
        if not own & tested:
            untested.append(source.path)
    return untested


def count_exceptions(sources):
    """{ratchet: [what it counts]}"""
    counted = {"long_functions": [], "wide_functions": [], "deep_functions": [], "long_files": [],
               "suppressed_warnings": [], "untested_sources": []}
    for source, functions in sources:
        for function in functions:
            lines = function.last_line - function.first_line + 1
            place = f"{source.path}:{function.first_line}: {function.name}"
            if lines > FUNCTION_LINES_MAX:
                counted["long_functions"].append(f"{place} has {lines} lines")
            if function.parameters > PARAMETERS_MAX:
                counted["wide_functions"].append(f"{place} has {function.parameters} parameters")
            levels = levels_of(function)
            if levels > LEVELS_MAX:
                counted["deep_functions"].append(f"{place} has {levels} levels")
        if len(source.lines) > FILE_LINES_MAX:
            counted["long_files"].append(f"{source.path}: {len(source.lines)} lines")
        for number, line in enumerate(source.lines, 1):
            if SUPPRESSED.search(line):
                counted["suppressed_warnings"].append(f"{source.path}:{number}: {line.strip()}")
    for path in find_untested([source for source, _ in sources]):
        counted["untested_sources"].append(f"{path}: no test names it")
    return counted


def read_ratchets(path):
    ratchets = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split("#")[0].split()
        if fields:
            ratchets[fields[0]] = int(fields[1])
    return ratchets


def check_ratchets(root, counted, findings):
    path = pathlib.Path("scripts/ratchets.txt")
    ratchets = read_ratchets(root / path)
    for name, places in counted.items():
        allowed = ratchets.pop(name, 0)
        if len(places) > allowed:
            for place in places:
                findings.lines.append(f"{place} ({name})")
            findings.add(path, 0, f"{name}: {len(places)}, allowed {allowed}")
        elif len(places) < allowed:
            findings.add(path, 0, f"{name}: only {len(places)} left; write {len(places)} instead of {allowed}")
    for name in ratchets:
        findings.add(path, 0, f"{name}: nothing counts this")


def main(arguments):
    report = "--report" in arguments
    rest = [argument for argument in arguments if argument != "--report"]
    root = pathlib.Path(rest[0] if rest else ".").resolve()
    findings = c_source.Findings("style")
    sources = [(source, c_source.functions(source)) for source in c_source.sources(root)]
    for source, functions in sources:
        check_lines(source, findings)
        check_opening(source, findings)
        if not source.is_test:
            check_enums(source, findings)
        for function in functions:
            check_default(source, function, findings)
    find_recursion([pair for pair in sources if pair[0].path.parts[0] == "src"], findings)
    check_undone(root, findings)
    counted = count_exceptions(sources)
    if report:
        for name, places in counted.items():
            print(f"{name}: {len(places)}")
            for place in places:
                print(f"  {place}")
        return 0
    check_ratchets(root, counted, findings)
    count = sum(len(functions) for _, functions in sources)
    return findings.finish(f"{len(sources)} files, {count} functions")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
