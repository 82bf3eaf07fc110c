# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Usage: header_docs.py ROOT: every type that a header of the libraries declares is described by a `///` comment, and
a class with state names the threads that may use it, in its own comment or in those of its members."""

import re
import sys
from pathlib import Path

FOLDERS = ("core", "gpu", "io", "measure")
TYPE = re.compile(r"(class|struct|enum class|union)\s+(?:alignas\(\w+\)\s+)?(?:\[\[\w+\]\]\s+)?([\w:]+)[^;()]*$")
STATE = re.compile(r"^ +[\w:<>*&, ]+[\w>*&] \w+_(?:\s*=[^;(]*|\{[^;]*\})?;", re.MULTILINE)
THREADS = re.compile(r"thread|worker", re.IGNORECASE)


def body_of(lines, start):
    """The lines of a type from its head to its closing brace."""
    depth = 0
    for end in range(start, len(lines)):
        depth += lines[end].count("{") - lines[end].count("}")
        if depth == 0 and "}" in lines[end]:
            return lines[start:end + 1]
    return lines[start:]


def faults_of(text):
    """(line number, name, fault) for each type at namespace scope that lacks a comment."""
    lines = text.split("\n")
    inner = False  # in a namespace `detail`: for other headers, not for readers
    for number, line in enumerate(lines):
        if re.match(r"(inline )?namespace ", line):
            inner = "detail" in line
        elif line.startswith("}  // namespace"):
            inner = False
        match = TYPE.match(line)
        if inner or not match:
            continue
        above = number
        while above > 0 and re.match(r"template|requires|    ", lines[above - 1]):
            above -= 1
        comment = []
        while above > 0 and lines[above - 1].startswith("///"):
            above -= 1
            comment.append(lines[above])
        # A nested type that is defined outside its class was described there.
        if not comment and "::" not in match[2]:
            yield number + 1, match[2], "has no `///` comment"
        body = "\n".join(body_of(lines, number))
        if match[1] == "class" and STATE.search(body) and not THREADS.search("\n".join(comment) + body):
            yield number + 1, match[2], "does not name the threads that may use it"


def main():
    root = Path(sys.argv[1])
    faults, headers = [], 0
    for folder in FOLDERS:
        for path in sorted(root.glob(f"{folder}/**/*.?pp")) + sorted(root.glob(f"{folder}/**/*.cuh")):
            if path.suffix == ".cpp":
                continue
            headers += 1
            faults += [f"{path.relative_to(root)}:{number}: {name} {fault}"
                       for number, name, fault in faults_of(path.read_text(encoding="utf-8"))]
    print("\n".join(faults + [f"{headers} headers, {len(faults)} faults"]))
    return 1 if faults or headers == 0 else 0


def test():
    """The check finds what it is for."""
    described = "/// A counter. One thread.\nclass Counter {\n  int count_ = 0;\n};\n"
    assert not list(faults_of(described))
    assert [fault[1:] for fault in faults_of(described.replace(" One thread.", ""))] == [
        ("Counter", "does not name the threads that may use it")]
    assert [fault[0] for fault in faults_of(described.split("\n", 1)[1])] == [1, 1]
    assert not list(faults_of("/// By value.\nstruct Pair {\n  int a, b;\n};\n"))
    assert not list(faults_of("/// Of workers.\ntemplate <class T>\nclass Box {\n  T item_;\n};\n"))
    assert not list(faults_of("namespace detail {\nstruct Inner {};\n}  // namespace detail\n"))
    assert not list(faults_of("class Declared;\n"))


if __name__ == "__main__":
    test()
    sys.exit(main())
