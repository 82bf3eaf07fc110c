#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""blocks_test.py PROGRAM: what the checks of code blocks find, and what they let pass."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import check_blocks
import doc_blocks
import shell_lines

ROOT = doc_blocks.root_of(doc_blocks.__file__)
PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())


def faults_of(language, text, root=ROOT):
    block = doc_blocks.Block("docs/x.md", 1, language, text, {})
    return check_blocks.check_all([block], PROGRAM, root)


class Reading(unittest.TestCase):
    def test_takes_language_line_and_comments(self):
        blocks, faults = doc_blocks.read_text("x.md", "a\n\n<!-- as: a.sa -->\n```sa\nb\n```\nc\n```text\n```\n")
        self.assertEqual(faults, [])
        self.assertEqual([(block.language, block.line, block.text, block.marks) for block in blocks],
                         [("sa", 5, "b\n", {"as": "a.sa"}), ("text", 9, "", {})])

    def test_finds_a_block_without_a_language_and_an_indented_one(self):
        for text in ("```\nx\n```\n", "```c\nx\n```\n", "a\n\n    x\n    y\n\n    z\n"):
            self.assertEqual(len(doc_blocks.read_text("x.md", text)[1]), 1, text)

    def test_leaves_lists_and_tables_alone(self):
        self.assertEqual(doc_blocks.read_text("x.md", "- a\n    b\n\n| c |\n|---|\n"), ([], []))


class Checks(unittest.TestCase):
    def test_find_a_wrong_block(self):
        for language, text in (
                ("click", "FromInput -> NoSuchElement -> ToOutput;"),
                ("click", "FromInput -> Queue(NO_SUCH 1) -> ToOutput;"),
                ("click", "FromInput -> ToOutput; Counter -> Discard;"),
                ("sa", "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel aead nothing 0x00 128"),
                ("policy", "src 10.1.0.0/16 dst 10.2.0.0/16 dir sideways"),
                ("patterns", "content:no quotes;"),
                ("json", '{"command": "list"'),
                ("sh", "warpline run x.click --no-such-option"),
                ("sh", "warpline run x.click --workers none"),
                ("sh", "sudo true; ./warpline no-such-command"),
                ("sh", "for x in"),
                ("sh", "scripts/no-such-script"),
                ("sh", "python3 tests/interop/interop.py --no-such-option")):
            self.assertEqual(len(faults_of(language, text)), 1, (language, text))

    def test_pass_a_right_block(self):
        for language, text in (
                ("click", "FromInput -> IPsecEncrypt(SA sa/gateway.sa) -> ToOutput;"),
                ("json", '{"a": 1}\n{"b":\n 2}\n'),
                ("sh", "X=1 ./warpline run x.click -p gen:size=64 -- --huge-dir /x  # a remark"),
                ("sh", "echo 'warpline is a word' | cat"),
                ("sh", "./test --asan")):
            self.assertEqual(faults_of(language, text), [], (language, text))

    def test_start_nothing(self):
        self.assertEqual(shell_lines.check_warpline(["warpline", "bench", "l2fwd", "--quick"], PROGRAM), [])


if __name__ == "__main__":
    unittest.main()
