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

# The simulation names two packages; a download leaves a file for each.
APT_WITH_SURICATA = """#!/bin/bash
echo "$@" >> "$APT_LOG"
case " $* " in
  *" -s "*) printf 'Inst libhtp2 [0.5.42] (1:0.5.50 Debian [amd64])\\nInst suricata (1:7.0.10 Debian [amd64])\\n' ;;
  *" download "*) touch suricata.deb ;;
esac
"""
# Unpacks a program that prints a version.
DPKG_DEB = """#!/bin/bash
mkdir -p "$3/usr/bin"
printf '#!/bin/sh\\necho Suricata 7.0.10\\n' > "$3/usr/bin/suricata"
chmod +x "$3/usr/bin/suricata"
"""


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
        self.assertLess({"libgtest-dev", "libbenchmark-dev"}, tests)

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

    def test_oracle_unpacks_backports_and_installs_nothing(self):
        release = {}
        for line in pathlib.Path("/etc/os-release").read_text().splitlines():
            name, _, value = line.partition("=")
            release[name] = value.strip('"')
        (self.folder / "apt-get").write_text(APT_WITH_SURICATA)
        (self.folder / "dpkg-deb").write_text(DPKG_DEB)
        (self.folder / "dpkg-deb").chmod(0o755)
        target = self.folder / "oracle"
        os.environ["WARPLINE_ORACLE"] = str(target)
        self.addCleanup(os.environ.pop, "WARPLINE_ORACLE")
        code, stderr, packages = self.run_setup("oracle")
        if "has no source for the release" in stderr:
            self.skipTest("apt has no source for this release")
        self.assertEqual(code, 0, stderr)
        sources = "".join(path.read_text() for path in (target / "apt/sources").glob("backports-*"))
        self.assertIn(f"{release['VERSION_CODENAME']}-backports", sources)
        self.assertNotIn("security", sources)
        asked = (self.folder / "log").read_text().splitlines()
        self.assertTrue(any(line.endswith("download libhtp2=1:0.5.50 suricata=1:7.0.10") for line in asked), asked)
        self.assertFalse([line for line in asked if " install " in line and " -s " not in line])
        self.assertIn(f"Suricata 7.0.10 in {target}", stderr)

    def test_an_unknown_group_is_refused_with_those_there_are(self):
        code, stderr, packages = self.run_setup("labs")
        self.assertNotEqual(code, 0)
        self.assertEqual(packages, set())
        self.assertIn("unknown group 'labs'; expected build, test, plots, lab, fuzz, all or oracle", stderr)


if __name__ == "__main__":
    unittest.main()
