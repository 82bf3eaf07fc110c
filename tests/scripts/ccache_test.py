# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""What one clone has compiled, ccache finds for another in a folder of another length, without a
configuration of the user's."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OBJECTS = ["core/CMakeFiles/warpline_core.dir/base/wipe.cpp.o",
           "app/CMakeFiles/warpline_app.dir/session/units.cpp.o",
           "tests/core/CMakeFiles/core_tests.dir/checksum_test.cpp.o"]
HITS = ("direct_cache_hit", "preprocessed_cache_hit")


class Ccache(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="warpline_ccache_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "empty.conf").write_text("")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("CCACHE_")}
        self.environment |= {"CCACHE_DIR": str(self.folder / "cache"),
                             "CCACHE_CONFIGPATH": str(self.folder / "empty.conf")}

    def run_quietly(self, *command, cwd=None):
        done = subprocess.run(command, cwd=cwd, env=self.environment, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def build(self, name):
        """Compiles the objects in a copy of the sources; the counters of ccache."""
        clone = self.folder / name
        shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns("build", ".git", "shared"))
        self.run_quietly("ccache", "--zero-stats")
        self.run_quietly("cmake", "-S", clone, "--preset", "release", "-DWARPLINE_CUDA=OFF")
        build = clone / "build/release"
        for name in OBJECTS:  # by its command alone: ninja would first build what it is linked with
            (build / name).parent.mkdir(parents=True, exist_ok=True)
            commands = self.run_quietly("ninja", "-C", build, "-t", "commands", name).splitlines()
            self.run_quietly("sh", "-c", commands[-1], cwd=build)
        lines = self.run_quietly("ccache", "--print-stats").splitlines()
        return {key: int(value) for key, value in (line.split("\t") for line in lines)}

    def test_finds_what_another_clone_has_compiled(self):
        first = self.build("a")
        self.assertEqual(first["cache_miss"], len(OBJECTS), first)
        second = self.build("another/folder/of/another/length")
        self.assertEqual(sum(second[name] for name in HITS), len(OBJECTS), second)
        self.assertEqual(second["cache_miss"], 0, second)


if __name__ == "__main__":
    if shutil.which("ccache") is None:
        print("ccache is not installed")
        sys.exit(77)
    unittest.main()
