# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""kernels_test.py BUILD_FOLDER: nvcc compiles every kernel in a full build, and none for the program that
runs without a GPU."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = sys.argv.pop(1)


def kernels(target):
    """The .cu files that nvcc compiles for `target`, each with its command."""
    text = subprocess.run(["ninja", "-C", BUILD, "-t", "commands", target], check=True, text=True,
                          capture_output=True).stdout
    found = {}
    for line in text.splitlines():
        source = re.search(r"nvcc .* -c (\S+\.cu) ", line)
        if source and pathlib.Path(source[1]).is_relative_to(ROOT):
            found[str(pathlib.Path(source[1]).relative_to(ROOT))] = line
    return found


class Kernels(unittest.TestCase):
    def test_full_build_compiles_each_for_both_generations(self):
        sources = {str(path.relative_to(ROOT)) for folder in ("gpu", "elements", "benchmarks", "tests")
                   for path in (ROOT / folder).rglob("*.cu")}
        commands = kernels("all")
        self.assertEqual(set(commands) & sources, sources)
        for source in sources:
            self.assertIn("sm_75", commands[source], source)
            self.assertIn("sm_90", commands[source], source)

    def test_program_for_machines_without_a_gpu_needs_no_nvcc(self):
        self.assertEqual(kernels("app/cpu/warpline"), {})


if __name__ == "__main__":
    unittest.main()
