#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""check_blocks.py PROGRAM [ROOT]: every code block of the documents that is no C++ is right.

scripts/doc_blocks.py lists how each language is checked. Prints a line for each fault; exits 1 if any.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"))

import doc_blocks
import shell_lines

# A pipeline around a file of each kind.
AROUND = {
    "sa": ("block.sa", "FromInput -> IPsecEncrypt(SA block.sa) -> ToOutput;"),
    "toml": ("block.toml", "FromInput -> IPsecEncrypt(SA block.toml) -> ToOutput;"),
    "policy": ("block.policy", "FromInput -> IPsecEncrypt(SA sa/site.sa, POLICY block.policy) -> ToOutput;"),
    "patterns": ("block.patterns", "FromInput -> IDSMatch(PATTERNS block.patterns) -> ToOutput;"),
}


def check_pipeline(program, folder, text):
    (folder / "block.click").write_text(text)
    result = subprocess.run([program, "check", "block.click"], cwd=folder, text=True, timeout=60,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    warnings = [line for line in result.stderr.splitlines() if " warning: " in line]
    if result.returncode != 0:
        return [result.stderr.strip()]
    return warnings


def check_json(text):
    """Objects one after another, each on one line or several."""
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        try:
            _, end = decoder.raw_decode(rest)
        except ValueError as error:
            return [str(error)]
        rest = rest[end:].strip()
    return []


def check_block(block, program, root, folder):
    if "as" in block.marks:
        (folder / block.marks["as"]).write_text(block.text)
    if block.language == "click":
        return check_pipeline(program, folder, block.text)
    if block.language in AROUND:
        name, pipeline = AROUND[block.language]
        (folder / name).write_text(block.text)
        return check_pipeline(program, folder, pipeline)
    if block.language == "sh":
        return shell_lines.check(block.text, program, root)
    if block.language == "json":
        return check_json(block.text)
    return []


def check_all(blocks, program, root):
    """A line for each fault. Blocks of one document share a folder, a copy of the examples."""
    faults = []
    for document in dict.fromkeys(block.document for block in blocks):
        with tempfile.TemporaryDirectory(prefix="warpline_docs_") as name:
            folder = pathlib.Path(name) / "examples"
            shutil.copytree(root / "examples", folder)
            for block in blocks:
                if block.document == document:
                    faults += [f"{block.place}: {fault}"
                               for fault in check_block(block, program, root, folder)]
    return faults


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    root = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else doc_blocks.root_of(doc_blocks.__file__)
    blocks, faults = doc_blocks.read(root)
    if not blocks:
        faults.append(f"{root}: no document has a code block")
    faults += check_all(blocks, program, root)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
