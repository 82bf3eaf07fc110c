# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the code blocks of the documents.

Every block is fenced and names its language; LANGUAGES lists how each is checked. Comments directly above
the fence give details:

  <!-- file: PATH -->      the block is that source file, without its licence lines
  <!-- wrapper: NAME -->   a fragment of C++; tests/docs/NAME.cpp has a line `// BLOCK` where it belongs
  <!-- as: NAME -->        later blocks of the document use it as the file of that name
"""

import dataclasses
import pathlib
import re

LANGUAGES = {
    "cpp": "compiled",
    "click": "checked by `warpline check` in the folder of the examples",
    "click-error": "parsed by tests/core/click/docs_test.cpp, with the text block that follows it",
    "sh": "syntax, and options of our own programs",
    "json": "parsed",
    "sa": "an SA file for `warpline check`",
    "policy": "a policy file for `warpline check`, with the SAs of the examples",
    "patterns": "a pattern file for `warpline check`",
    "toml": "an SA file in TOML for `warpline check`",
    "text": "not checked: a drawing, a form, or the output of a program",
}
COMMENT = re.compile(r"<!-- (\w+): (\S+) -->$")
# Made from the sources, whose examples tests/elements/docs_test.cpp runs.
GENERATED = {"docs/elements.md"}


@dataclasses.dataclass
class Block:
    document: str  # path from the root
    line: int  # of the first line of the text
    language: str
    text: str
    marks: dict  # of the comments

    @property
    def place(self):
        return f"{self.document}:{self.line}"


def documents(root):
    paths = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").glob("*.md"))]
    return [path for path in paths if str(path.relative_to(root)) not in GENERATED]


def read_text(document, text):
    """The blocks of one document and its faults."""
    blocks, faults, marks, blank, indented = [], [], {}, True, False
    lines = iter(enumerate(text.split("\n"), 1))
    for number, line in lines:
        if comment := COMMENT.match(line):
            marks[comment[1]] = comment[2]
            continue
        if line.startswith("```"):
            body = []
            for _, inner in lines:
                if inner.startswith("```"):
                    break
                body.append(inner + "\n")
            blocks.append(Block(document, number + 1, line[3:].strip(), "".join(body), marks))
            if blocks[-1].language not in LANGUAGES:
                faults.append(f"{document}:{number}: a code block in {line[3:].strip() or 'no language'}; "
                              "expected one of " + ", ".join(LANGUAGES))
        starts = line.startswith("    ") and (blank or indented)
        if starts and not indented:
            faults.append(f"{document}:{number}: an indented code block; expected a fence with its language")
        marks, blank, indented = {}, not line.strip(), starts or (indented and not line.strip())
    return blocks, faults


def read(root):
    """All blocks and all faults."""
    blocks, faults = [], []
    for path in documents(root):
        found, wrong = read_text(str(path.relative_to(root)), path.read_text(encoding="utf-8"))
        blocks += found
        faults += wrong
    return blocks, faults


def root_of(script):
    return pathlib.Path(script).resolve().parent.parent
