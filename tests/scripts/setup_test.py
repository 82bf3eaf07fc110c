# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/setup asks apt for the packages of the groups it is given. Stubs of apt install nothing."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STUBS = {
    "dpkg-query": "exit 1\n",  # nothing is installed
    "apt-get": 'echo "$@" >> "$APT_LOG"\n',
    "sudo": 'while [[ $1 == -* ]]; do shift; done\nexec "$@"\n',
}


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="warpline_setup_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name, text in STUBS.items():
            (self.folder / name).write_text("#!/bin/bash\n" + text)
            (self.folder / name).chmod(0o755)

    def run_setup(self, *groups):
        """(exit code, stderr, packages that apt was asked to install)."""
        log = self.folder / "log"
        log.write_text("")
        environment = dict(os.environ, PATH=f"{self.folder}:{os.environ['PATH']}", APT_LOG=str(log),
                           TMPDIR=str(self.folder))
        result = subprocess.run([ROOT / "scripts/setup", *groups], env=environment, text=True, timeout=60,
                                stdin=subprocess.DEVNULL, capture_output=True)
        installs = [line.split() for line in log.read_text().splitlines() if " install " in line]
        packages = {word for words in installs for word in words[words.index("install") + 1:]
                    if not word.startswith("-")}
        return result.returncode, result.stderr, packages

    def packages(self, *groups):
        code, stderr, packages = self.run_setup(*groups)
        self.assertEqual(code, 0, stderr)
        return packages

    def test_lab_has_what_tests_under_load_need(self):
        self.assertEqual(self.packages("lab"), {"iperf3", "stress", "ethtool", "chromium", "dpdk-dev", "valgrind"})

    def test_program_needs_nothing_of_the_tests(self):
        program, tests = self.packages("build"), self.packages("test")
        self.assertFalse(program & tests)
        self.assertLess({"libdpdk-dev", "libcli11-dev"}, program)
        self.assertLess({"libgtest-dev", "libbenchmark-dev", "libssl-dev"}, tests)

    def test_fuzz_has_the_compiler_of_the_preset(self):
        presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
        fuzz = next(preset for preset in presets if preset["name"] == "fuzz")
        compiler = fuzz["cacheVariables"]["CMAKE_CXX_COMPILER"]
        self.assertIn(compiler.replace("clang++", "clang"), self.packages("fuzz"))

    def test_without_a_group_installs_neither_but_all_does(self):
        alone, everything = self.packages(), self.packages("all")
        self.assertLess({"cmake", "tshark", "python3-matplotlib"}, alone)
        self.assertFalse({"chromium", "clang-14"} & alone)
        self.assertEqual(everything, alone | self.packages("lab") | self.packages("fuzz"))

    def test_several_groups_are_joined(self):
        self.assertEqual(self.packages("lab", "plots"), self.packages("lab") | self.packages("plots"))

    def test_an_unknown_group_is_refused_with_those_there_are(self):
        code, stderr, packages = self.run_setup("labs")
        self.assertNotEqual(code, 0)
        self.assertEqual(packages, set())
        self.assertIn("unknown group 'labs'; expected build, test, plots, lab, fuzz or all", stderr)


if __name__ == "__main__":
    unittest.main()
