"""Reads C just well enough for the checks of the tree: comments, strings, includes, functions.

The checks rely on the layout that clang-format enforces: a function's braces stand in column 0.
"""
import dataclasses
import pathlib
import re

SOURCE_FOLDERS = ("include", "src", "tests", "examples", "bench")
SKIPPED_FOLDERS = {"build", "node_modules", "__pycache__", ".git"}
KEYWORDS = {"if", "for", "while", "switch", "return", "sizeof", "defined", "_Alignof", "_Static_assert",
            "__attribute__", "__asm__", "else", "do", "case", "__typeof__", "_Generic"}


@dataclasses.dataclass
class Function:
    name: str
    first_line: int  # line of the signature, from 1
    last_line: int   # line of the closing brace
    parameters: int
    static: bool
    code: list       # its lines without comments and strings


@dataclasses.dataclass
class Source:
    path: pathlib.Path  # relative to the root
    lines: list         # as they stand in the file
    code: list          # same count, comments blanked, contents of strings and characters blanked

    @property
    def is_test(self):
        return self.path.parts[0] == "tests" or bool(
            re.search(r"_(test|fuzz|bench)\.[ch]$", self.path.name))

    @property
    def room(self):
        """The room of src/ it stands in, `tarazy` for include/tarazy, else None."""
        parts = self.path.parts
        if parts[0] == "src" and len(parts) > 2:
            return parts[1]
        if parts[:2] == ("include", "tarazy"):
            return "tarazy"
        return None


def files(root, folders=SOURCE_FOLDERS, suffixes=(".c", ".h")):
    """Every file of the folders with one of the suffixes, sorted, relative to root."""
    found = []
    for folder in folders:
        for path in (root / folder).rglob("*"):
            relative = path.relative_to(root)
            if path.suffix in suffixes and path.is_file() and not SKIPPED_FOLDERS & set(relative.parts):
                found.append(relative)
    return sorted(found)


def read(root, relative):
    text = (root / relative).read_text(encoding="utf-8")
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    return Source(relative, lines, blank(text).split("\n")[:len(lines)])


def sources(root, folders=SOURCE_FOLDERS):
    return [read(root, relative) for relative in files(root, folders)]


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def blank(text):
    """The text with comments gone and strings empty; every line keeps its number."""
    def replace(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token[0] + token[0] if token[0] == '"' else "'_'"
        return re.sub(r"[^\n]", " ", token)
    # #include "x" keeps its name: it is read from the raw lines instead.
    return TOKEN.sub(replace, text)


def includes(source):
    """(line number, name, is_quoted) of each #include that is not inside a comment."""
    found = []
    for number, (raw, code) in enumerate(zip(source.lines, source.code), 1):
        if not re.match(r"\s*#\s*include\b", code):
            continue
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', raw)
        if match:
            found.append((number, match.group(2), match.group(1) == '"'))
    return found


def functions(source):
    """Every function defined in the file."""
    found = []
    code = source.code
    index = 0
    while index < len(code):
        if code[index].rstrip() != "{":
            index += 1
            continue
        first = index - 1
        while first > 0 and (code[first][:1] in ("", " ") or code[first][:1] == ")") \
                and code[first].strip():
            first -= 1
        signature = " ".join(code[first:index])
        last = index
        while last < len(code) and code[last].rstrip() != "}":
            last += 1
        function = parse_signature(signature)
        if function and last < len(code):
            name, parameters = function
            found.append(Function(name, first + 1, last + 1, parameters,
                                  bool(re.match(r"static\b", signature)), code[index:last + 1]))
        index = last + 1
    return found


def parse_signature(signature):
    """(name, number of parameters), or None if it is no function's."""
    match = re.match(r"[^=;{}#]*?\b([A-Za-z_]\w*)\s*\(", signature)
    if not match or match.group(1) in KEYWORDS:
        return None
    inner = matching_parentheses(signature, match.end() - 1)
    if inner is None:
        return None
    if inner.strip() in ("", "void"):
        return match.group(1), 0
    depth, commas = 0, 0
    for character in inner:
        depth += character in "([{"
        depth -= character in ")]}"
        commas += character == "," and depth == 0
    return match.group(1), commas + 1


def matching_parentheses(text, start):
    """What stands between the parenthesis at start and its partner; None without one."""
    depth = 0
    for index in range(start, len(text)):
        depth += text[index] == "("
        depth -= text[index] == ")"
        if depth == 0:
            return text[start + 1:index]
    return None


class Findings:
    """Collects what a check has to say and turns it into an exit status."""

    def __init__(self, check):
        self.check = check
        self.lines = []

    def add(self, path, line, text):
        self.lines.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")

    def finish(self, summary):
        for line in self.lines:
            print(line)
        if self.lines:
            print(f"{self.check}: {len(self.lines)} findings")
            return 1
        print(f"{self.check}: {summary}")
        return 0
