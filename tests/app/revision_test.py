# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""revision_test.py SOURCE_DIR: a small project with the project's cmake/Revision.cmake, built again after each
change of its checkout: the revision that its program prints, and the files compiled for that."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE = pathlib.Path(sys.argv.pop(1)) / "cmake"
LISTS = """cmake_minimum_required(VERSION 3.24)
project(small LANGUAGES CXX)
include(cmake/Revision.cmake)
warpline_revision(${PROJECT_BINARY_DIR}/revision.cpp)
add_executable(small main.cpp ${PROJECT_BINARY_DIR}/revision.cpp)
add_dependencies(small warpline_revision)
target_include_directories(small PRIVATE .)
"""
HEADER = "namespace warpline { extern char const* const kRevision; }\n"
MAIN = """#include <cstdio>
#include "measure/version.hpp"
int main() { std::puts(warpline::kRevision); }
"""


def call(*words, folder, **environment):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


class Project:
    """Sources in a folder, and a build of them beside it."""

    def __init__(self, folder):
        self.sources, self.build_folder = folder / "small", folder / "build"
        (self.sources / "measure").mkdir(parents=True)
        (self.sources / "cmake").mkdir()
        for name in ("Revision.cmake", "write_revision.cmake"):
            shutil.copy(CMAKE / name, self.sources / "cmake")
        self.write("CMakeLists.txt", LISTS)
        self.write("measure/version.hpp", HEADER)
        self.write("main.cpp", MAIN)

    def write(self, name, text):
        (self.sources / name).write_text(text)

    def git(self, *words):
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        return call("git", *identity, *words, folder=self.sources)

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "--short=12", "HEAD")

    def configure(self):
        call("cmake", "-S", self.sources, "-B", self.build_folder, "-G", "Ninja", folder=self.sources)

    def build(self, **environment):
        """The revision that the program prints, and the names of the objects that were compiled."""
        log = call("ninja", "-v", "-C", self.build_folder, folder=self.sources, **environment)
        compiled = {name for name in ("main.cpp", "revision.cpp") for line in log.split("\n")
                    if " -c " in line and line.rstrip().endswith(name)}
        return call(self.build_folder / "small", folder=self.sources), compiled


class Revision(unittest.TestCase):
    def setUp(self):
        for tool in ("git", "ninja"):
            if shutil.which(tool) is None:
                self.skipTest(f"no {tool}")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.project = Project(self.folder)

    def test_is_read_at_every_build(self):
        project = self.project
        project.git("init", "-q")
        first = project.commit("first")
        project.configure()
        self.assertEqual(project.build(), (first, {"main.cpp", "revision.cpp"}))
        self.assertEqual(project.build(), (first, set()), "nothing has changed")

        project.write("main.cpp", MAIN + "// edited\n")
        self.assertEqual(project.build(), (first + "-dirty", {"main.cpp", "revision.cpp"}))
        second = project.commit("second")
        self.assertEqual(project.build(), (second, {"revision.cpp"}))
        project.git("checkout", "-q", first)
        self.assertEqual(project.build()[0], first)

    def test_counts_sources_that_are_not_tracked(self):
        project = self.project
        project.git("init", "-q")
        project.write(".gitignore", "ignored.cpp\n")
        first = project.commit("first")
        project.configure()
        project.write("results.json", "{}\n")
        project.write("ignored.cpp", "\n")
        self.assertEqual(project.build()[0], first, "neither is a source of this project")
        project.write("measure/more.cpp", "\n")
        self.assertEqual(project.build(), (first + "-dirty", {"revision.cpp"}))
        (project.sources / "measure/more.cpp").unlink()
        self.assertEqual(project.build()[0], first)

    def test_is_unknown_without_a_checkout(self):
        self.project.configure()
        self.assertEqual(self.project.build()[0], "unknown")

    def test_is_not_that_of_a_repository_around_the_sources(self):
        call("git", "init", "-q", folder=self.folder)
        self.project.git("add", "-A")
        self.project.git("commit", "-q", "-m", "somebody else's")
        self.project.configure()
        self.assertEqual(self.project.build()[0], "unknown")

    def test_is_that_of_the_sources_inside_a_git_hook(self):
        self.project.git("init", "-q")
        first = self.project.commit("first")
        other = self.folder / "other"
        other.mkdir()
        call("git", "init", "-q", folder=other)
        self.project.configure()
        self.assertEqual(self.project.build(GIT_DIR=str(other / ".git"))[0], first)

    def test_is_unknown_without_git(self):
        self.project.git("init", "-q")
        self.project.commit("first")
        tools = self.folder / "tools"
        tools.mkdir()
        output = self.folder / "revision.cpp"
        call(shutil.which("cmake"), "-D", f"SOURCE_DIR={self.project.sources}", "-D", f"OUTPUT={output}",
             "-D", "GIT=GIT-NOTFOUND", "-D", "CMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=FALSE",
             "-D", "CMAKE_FIND_USE_CMAKE_SYSTEM_PATH=FALSE", "-P", CMAKE / "write_revision.cmake",
             folder=self.folder)
        self.assertIn('kRevision = "unknown"', output.read_text())


if __name__ == "__main__":
    unittest.main()
