#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""doc_snippets.py [--check] [ROOT]: puts source files into the documents that show them.

A code block after a line `<!-- file: PATH -->` holds that file without its licence lines. With --check
nothing is written; exits 1 and names the documents that differ.
"""

import pathlib
import re
import sys

BLOCK = re.compile(r"(<!-- file: (\S+) -->\n```\w*\n)(.*?)(```\n)", re.DOTALL)


def filled(text, root):
    def block(match):
        lines = (root / match[2]).read_text().splitlines(keepends=True)
        return match[1] + "".join(line for line in lines if "SPDX-" not in line) + match[4]

    return BLOCK.sub(block, text)


def main(arguments):
    check = "--check" in arguments
    rest = [each for each in arguments if each != "--check"]
    root = pathlib.Path(rest[0]) if rest else pathlib.Path(__file__).resolve().parent.parent
    stale = []
    for document in sorted((root / "docs").glob("*.md")):
        text = document.read_text()
        fresh = filled(text, root)
        if fresh == text:
            continue
        stale.append(document.name)
        if not check:
            document.write_text(fresh)
    if check and stale:
        sys.exit("not what the sources say: " + ", ".join(stale) + "; run scripts/doc_snippets.py")


main(sys.argv[1:])
