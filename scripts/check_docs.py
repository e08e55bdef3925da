#!/usr/bin/env python3
"""The documents point at things that exist, and each folder says in 40 lines what it is.

usage: check_docs.py [ROOT]

1. Every relative link of every .md leads to a file or folder of the tree.
2. Every room of src/ and every folder that holds sources under tests/ has a README.md of at most 40 lines.
"""
import pathlib
import re
import sys

import c_source

README_LINES_MAX = 40
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)


def find_documents(root):
    return sorted(path.relative_to(root) for path in root.rglob("*.md")
                  if not c_source.SKIPPED_FOLDERS & set(path.relative_to(root).parts))


def check_links(root, document, findings):
    text = (root / document).read_text(encoding="utf-8")
    text = CODE.sub(lambda match: "\n" * match.group(0).count("\n"), text)
    for number, line in enumerate(text.splitlines(), 1):
        for target in LINK.findall(line):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            if not (root / document.parent / target.split("#")[0]).exists():
                findings.add(document, number, f"leads nowhere: {target}")


def check_readmes(root, findings):
    folders = {path.parent for path in c_source.files(root, ("src",)) if len(path.parts) == 3}
    folders |= {path.parent for path in c_source.files(root, ("tests",), (".c", ".py", ".sh", ".js", ".mjs"))
                if len(path.parts) == 3}
    for folder in sorted(folders):
        readme = root / folder / "README.md"
        if not readme.exists():
            findings.add(folder, 0, "has no README.md")
            continue
        lines = len(readme.read_text(encoding="utf-8").splitlines())
        if lines > README_LINES_MAX:
            findings.add(folder / "README.md", 0, f"{lines} lines, at most {README_LINES_MAX}")


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else ".").resolve()
    findings = c_source.Findings("docs")
    documents = find_documents(root)
    for document in documents:
        check_links(root, document, findings)
    check_readmes(root, findings)
    return findings.finish(f"{len(documents)} documents, every link leads somewhere")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
