# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""./warpline and ./test build the requested targets and report their progress. A stub of cmake builds nothing."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DRIVER = any(os.path.exists(path) for path in ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg"))
# Configuring writes a build.ninja with $RULE; building writes the program that was the target.
CMAKE = """
echo "$@" >> "$LOG"
while (($#)); do
  case $1 in
    -S) folder=$2/build/release ;;
    --build) build=$2 ;;
    --target) target=$2 ;;
  esac
  shift
done
if [[ -n ${folder:-} ]]; then
  mkdir -p "$folder"
  echo "CMAKE_HOME_DIRECTORY:INTERNAL=${folder%/build/release}" > "$folder/CMakeCache.txt"
  echo "$RULE" > "$folder/build.ninja"
else
  [[ ${target:-} != app/* ]] || install -D /dev/stdin "$build/$target" <<< "#!/bin/sh
echo $target"
fi
"""


class Build(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="warpline_build_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "scripts").mkdir()
        for name in ("warpline", "test", "scripts/lib.sh", "CMakePresets.json"):
            shutil.copy(ROOT / name, self.folder / name)
        (self.folder / "stubs").mkdir()
        for name, text in (("cmake", CMAKE), ("ctest", 'echo ctest "$@" >> "$LOG"\n')):
            (self.folder / "stubs" / name).write_text("#!/bin/bash\n" + text)
            (self.folder / "stubs" / name).chmod(0o755)
        self.log = self.folder / "log"

    def call(self, *command, rule=""):
        environment = dict(os.environ, PATH=f"{self.folder}/stubs:{os.environ['PATH']}", LOG=str(self.log),
                           WARPLINE_SETUP="no", RULE=rule)
        environment.pop("WARPLINE_PRESET", None)
        return subprocess.run(command, cwd=self.folder, env=environment, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True)

    def calls(self):
        return self.log.read_text().splitlines()

    def test_test_builds_everything_without_a_target(self):
        done = self.call("./test", "-N")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("--target", self.calls()[1])

    def test_test_builds_the_target_only_and_gives_the_rest_to_ctest(self):
        done = self.call("./test", "--target", "core_tests", "-R", "Worker")
        self.assertEqual(done.returncode, 0, done.stderr)
        configure, build, ctest = self.calls()
        self.assertTrue(build.endswith("--target core_tests"), build)
        self.assertTrue(ctest.endswith("-R Worker"), ctest)
        self.assertNotIn("core_tests", ctest)

    def test_program_has_kernels_of_gpus_only_with_a_driver(self):
        expected = "app/warpline" if DRIVER else "app/cpu/warpline"
        first = self.call("./warpline", rule="build app/cpu/warpline: x")
        self.assertEqual(first.stdout.strip(), expected, first.stderr)
        self.assertEqual(first.stderr.count("no NVIDIA driver"), 0 if DRIVER else 1)
        again = self.call("./warpline", rule="build app/cpu/warpline: x")
        self.assertEqual(again.stdout.strip(), expected, again.stderr)
        self.assertNotIn("no NVIDIA driver", again.stderr, "printed once, when it is built")

    def test_program_is_the_usual_one_without_nvcc(self):
        done = self.call("./warpline", rule="build app/warpline: x")
        self.assertEqual(done.stdout.strip(), "app/warpline", done.stderr)
        self.assertNotIn("NVIDIA", done.stderr)

    def test_packages_that_come_later_are_found(self):
        self.call("./warpline")
        configured = self.folder / "build/release/.configured"
        os.utime(configured, (0, 0))  # older than what dpkg last installed
        os.utime(self.folder / "CMakePresets.json", (-1, -1))
        self.call("./warpline")
        configures = sum(line.startswith("-S") for line in self.calls())
        self.assertEqual(configures, 2 if os.path.exists("/var/lib/dpkg/status") else 1)

    def test_progress_without_a_terminal_is_a_line_now_and_then(self):
        done = self.call("bash", "-c", """root=$PWD; . scripts/lib.sh; progress_seconds=1
            { echo '[1/9] Building CXX object a/CMakeFiles/a.dir/b.cpp.o'; sleep 2.5; echo other; } | follow""")
        lines = done.stderr.splitlines()
        self.assertEqual(lines[0], "bash: building")
        self.assertIn("bash: building 1/9 b.cpp.o", lines[1:])
        self.assertLessEqual(len(lines), 4)
        self.assertNotIn("\r", done.stderr)


if __name__ == "__main__":
    unittest.main()
