#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""doc_snippets.py [--check | --compile FOLDER] [ROOT]: the code blocks of the documents, see doc_blocks.py.

Without an option, puts source files into the documents that show them. With --check nothing is written;
exits 1 and names the documents that differ, and every block that is not in a language. With --compile,
writes a source to FOLDER for every block of C++ that is no whole source file, and prints their paths.
"""

import argparse
import pathlib
import re
import sys

import doc_blocks

FILE_BLOCK = re.compile(r"(<!-- file: (\S+) -->\n```\w*\n)(.*?)(```\n)", re.DOTALL)


def filled(text, root):
    def block(match):
        lines = (root / match[2]).read_text().splitlines(keepends=True)
        return match[1] + "".join(line for line in lines if "SPDX-" not in line) + match[4]

    return FILE_BLOCK.sub(block, text)


def fill(root, check):
    """Names of the documents that do not show the sources as they are."""
    stale = []
    for document in doc_blocks.documents(root):
        text = document.read_text()
        fresh = filled(text, root)
        if fresh == text:
            continue
        stale.append(document.name)
        if not check:
            document.write_text(fresh)
    return stale


def source_of(block, root):
    """The block as a source that compiles by itself; errors are reported at the document's lines."""
    text = f'#line {block.line} "{root / block.document}"\n{block.text}'
    if "wrapper" not in block.marks:
        return text
    wrapper = root / "tests/docs" / (block.marks["wrapper"] + ".cpp")
    lines = wrapper.read_text().splitlines(keepends=True)
    at = [line.strip() for line in lines].index("// BLOCK")
    before, after = "".join(lines[:at]), "".join(lines[at + 1:])
    return f'#line 1 "{wrapper}"\n{before}{text}#line {at + 2} "{wrapper}"\n{after}'


def write_sources(root, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for block in doc_blocks.read(root)[0]:
        if block.language != "cpp" or "file" in block.marks:
            continue
        path = folder / f"{pathlib.PurePath(block.document).stem}_{block.line}.cpp"
        text = source_of(block, root)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        print(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=doc_blocks.root_of(__file__))
    options = parser.parse_args()
    root = options.root.resolve()
    if options.compile:
        return write_sources(root, options.compile)
    stale = fill(root, options.check)
    if not options.check:
        return
    faults = doc_blocks.read(root)[1]
    if stale:
        faults.append("different from the sources: " + ", ".join(stale) + "; run scripts/doc_snippets.py")
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
