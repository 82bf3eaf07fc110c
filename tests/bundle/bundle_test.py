# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""bundle_test.py SOURCE BUILD: makes the GPU bundle of a build and runs it away from it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, BUILD = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
BARE = {"PATH": "/usr/bin:/bin"}
# What ./run may use of another machine.
TOOLS = ["bash", "timeout", "nproc", "mkdir", "rm"]


def call(command, **more):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def has_gpu():
    return pathlib.Path("/dev/nvidiactl").exists()


class Bundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="warpline-bundle-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.bundle = cls.folder / "elsewhere" / "bundle"
        made = call([SOURCE / "scripts/gpu-bundle", "--no-build", "--preset", BUILD.name,
                     "--output", cls.bundle])
        if made.returncode == 77:
            print(made.stdout)
            sys.exit(77)
        assert made.returncode == 0, made.stdout

    def summary(self, out, result):
        path = out / "summary.json"
        self.assertTrue(path.exists(), result.stdout)
        return json.loads(path.read_text())

    @unittest.skipIf(has_gpu(), "there is a CUDA device")
    def test_without_a_device_says_so_and_fails(self):
        out = self.folder / "out"
        result = call([self.bundle / "run", out], env=BARE, cwd="/")
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("no CUDA device: no CUDA driver is installed", result.stdout)
        summary = self.summary(out, result)
        self.assertEqual((summary["gpu"], summary["ok"]), (None, False))
        self.assertEqual([step["name"] for step in summary["steps"]], ["devices"])

    @unittest.skipIf(has_gpu(), "there is a CUDA device")
    def test_gpu_bench_says_in_one_line_that_there_is_no_device(self):
        result = call([self.bundle / "start", "gpu_bench"], env=BARE, cwd="/")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stdout, "gpu_bench: no CUDA device: no CUDA driver is installed\n")

    @unittest.skipIf(has_gpu(), "there is a CUDA device")
    def test_with_either_libc_the_programs_do_their_work(self):
        for libc in "host", "bundled":
            with self.subTest(libc=libc):
                out = self.folder / libc
                result = call([self.bundle / "run", "--quick", "--without-gpu", out], cwd="/",
                              env=BARE | {"WARPLINE_BUNDLE_LIBC": libc})
                self.assertEqual(result.returncode, 2, result.stdout)
                summary = self.summary(out, result)
                self.assertEqual(summary["libc"], libc)
                self.assertEqual((summary["cuda_tests"]["passed"], summary["cuda_tests"]["failed"]),
                                 (0, 0))
                self.assertGreater(summary["cuda_tests"]["skipped"], 0)
                for step in summary["steps"]:
                    self.assertEqual(step["exit_code"], 0, step)
                    if step["result"]:
                        json.loads((out / step["result"]).read_text())

    def in_root(self, root, command):
        unshare = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork"]
        # The kernel's own folders: DPDK reads from /sys which processors there are.
        script = ('for place in proc dev sys; do mount --rbind "/$place" "$1/$place" || exit; done; '
                  'exec chroot "$@"')
        result = call([*unshare, "sh", "-c", script, "sh", root, *command],
                      env={"PATH": "/usr/sbin:/sbin:" + BARE["PATH"]})
        if "unshare failed" in result.stdout or "permission denied" in result.stdout.lower():
            self.skipTest("no namespaces here: " + result.stdout.strip())
        return result

    def root(self, name):
        root = self.folder / name
        for place in "proc", "dev", "sys", "tmp":
            (root / place).mkdir(parents=True)
        shutil.copytree(self.bundle, root / "bundle")
        return root

    def test_an_empty_system_is_enough_for_the_programs(self):
        root = self.root("empty")
        plugins = ":".join(f"/bundle/plugins/{path.name}"
                           for path in (root / "bundle/plugins").iterdir())
        loader = ["/bundle/glibc/ld-linux-x86-64.so.2", "--library-path",
                  "/bundle/lib:/bundle/glibc", "--preload", plugins]
        result = self.in_root(root, [*loader, "/bundle/bin/warpline", "bench", "ipsec", "--quick",
                                     "--sizes", "64", "--cases", "aes128-gcm", "--json", "-"])
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn('"packets_per_second"', result.stdout)
        result = self.in_root(root, [*loader, "/bundle/bin/device_tests",
                                     "--gtest_filter=*FlowHash_host_*"])
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("[  PASSED  ] 9 tests.", result.stdout)

    def test_bash_and_coreutils_are_enough_for_run(self):
        root = self.root("small")
        for place in "bin", "lib64", "usr":
            (root / place).mkdir()
        needed = set()
        for tool in TOOLS:
            path = os.path.realpath(shutil.which(tool))
            shutil.copy(path, root / "bin" / tool)
            needed |= {word for word in call(["ldd", path]).stdout.split() if word[0] == "/"}
        for path in needed:
            place = root / path[1:]
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(os.path.realpath(path), place)
        result = self.in_root(root, ["/bin/bash", "/bundle/run", "/tmp/out"])
        self.assertIn("no CUDA device", result.stdout)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertFalse(self.summary(root / "tmp/out", result)["ok"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
