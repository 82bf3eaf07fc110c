# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""The checks find what they are there to find, and nothing in a tree that is right."""

import contextlib
import io
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import check

LICENCE = "// SPDX-FileCopyrightText: The Warpline authors\n// SPDX-License-Identifier: Apache-2.0\n"

RIGHT = {
    "core/base/error.hpp": "#pragma once\n#include <vector>\n",
    "core/loop.hpp": '#include <boost/asio/io_context.hpp>\n#include "core/base/error.hpp"\n',
    "core/base/version.hpp.in": "",
    "io/dpdk/eal.cpp": '#include <rte_eal.h>\n#include "core/base/error.hpp"\n#include "io/dpdk/eal.hpp"\n',
    "io/dpdk/eal.hpp": '#include "core/base/version.hpp"\n',
    "gpu/launch.cuh": '#include <cuda_runtime.h>\n#include "core/base/error.hpp"\n',
    "elements/CMakeLists.txt": "set(docs made.inc)\n",
    "elements/docs.cpp": '#include "elements/made.inc"\n',
    "elements/aes.cu": '#include "core/base/error.hpp"\n#include "gpu/launch.cuh"\n',
    "elements/aes.cpp": "#include <intel-ipsec-mb.h>\n",
    "elements/match.cpp": "#include <hs/hs.h>\n",
    "app/commands/main.cpp": '#include <CLI/CLI.hpp>\n#include "gpu/launch.cuh"\n#include "io/dpdk/eal.hpp"\n',
}


class Checks(unittest.TestCase):
    def findings(self, name, files=()):
        """The findings of the check in the right tree with `files` over it."""
        files = {path: LICENCE + text for path, text in RIGHT.items()} | dict(files)
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                (pathlib.Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
                (pathlib.Path(folder) / path).write_text(text)
            return list(check.CHECKS[name](check.Tree(folder)))

    def assert_finds(self, name, path, text, *parts):
        found = self.findings(name, files={path: LICENCE + text})
        self.assertEqual(len(found), 1, found)
        for part in (path, *parts):
            self.assertIn(part, found[0])

    def test_a_right_tree_has_no_violation(self):
        for name in set(check.CHECKS) - {"format"}:  # it has a test of its own
            self.assertEqual(self.findings(name), [], name)

    def test_core_includes_no_other_folder(self):
        for folder in ("io/dpdk/eal.hpp", "gpu/launch.cuh", "elements/aes.cu", "app/commands/main.cpp"):
            self.assert_finds("includes", "core/bad.hpp", f'#include "{folder}"\n', f":3: includes {folder}")
            self.assert_finds("includes", "core/bad.hpp", f"  #  include <{folder}>\n", "may include only core")

    def test_gpu_and_io_do_not_include_each_other(self):
        self.assert_finds("includes", "gpu/bad.cpp", '#include "io/dpdk/eal.hpp"\n', "may include only core/base")
        self.assert_finds("includes", "io/bad.cpp", '#include "gpu/launch.cuh"\n', "may include only core/base")

    def test_elements_include_neither_io_nor_gpu_except_launch_from_cuda(self):
        self.assert_finds("includes", "elements/bad.cpp", '#include "io/dpdk/eal.hpp"\n')
        self.assert_finds("includes", "elements/bad.hpp", '#include "gpu/launch.cuh"\n')
        self.assert_finds("includes", "elements/bad.cu", '#include "io/dpdk/eal.hpp"\n')

    def test_folders_inside_a_folder_have_a_direction(self):
        for path, included in (("core/base/bad.hpp", "core/packet/packet.hpp"),
                               ("core/element/bad.hpp", "core/engine/graph.hpp"),
                               ("elements/balance/policy/bad.cpp", "core/packet/packet.hpp"),
                               ("elements/ipsec/crypto/bad.hpp", "elements/ipsec/model/suite.hpp"),
                               ("elements/ipsec/bad.cpp", "core/engine/graph.hpp"),
                               ("measure/bad.cpp", "app/commands/main.cpp"),
                               ("app/session/bad.cpp", "app/commands/main.cpp")):
            files = {included: LICENCE} if included not in RIGHT else {}
            found = self.findings("includes", {path: LICENCE + f'#include "{included}"\n', **files})
            self.assertEqual(len(found), 1, found)
            self.assertIn(f"{path}:3: includes {included}", found[0])
        good = {"core/engine/good.hpp": '#include "core/base/error.hpp"\n', "core/new/good.hpp": '#include "core/base/error.hpp"\n',
                "app/commands/good.cpp": '#include "core/base/error.hpp"\n#include "io/dpdk/eal.hpp"\n'}
        self.assertEqual(self.findings("includes", {path: LICENCE + text for path, text in good.items()}), [])

    def test_libraries_stay_in_their_folder(self):
        for path, header in (("core/bad.cpp", "rte_mbuf.h"), ("gpu/bad.cpp", "rte_mbuf.h"),
                             ("elements/bad.cpp", "rte_mbuf.h"), ("elements/bad.hpp", "rte_fib.h"),
                             ("core/bad.cpp", "cuda_runtime.h"), ("io/bad.cpp", "cuda_runtime.h"),
                             ("elements/bad.hpp", "thrust/sort.h"), ("elements/bad.hpp", "hs/hs.h"),
                             ("elements/bad.hpp", "intel-ipsec-mb.h"), ("core/bad.cpp", "fmt/format.h"),
                             ("core/bad.cpp", "hs.h"), ("io/bad.cpp", "CLI/CLI.hpp")):
            self.assert_finds("includes", path, f"#include <{header}>\n", header, "has no place")

    def test_what_takes_long_to_compile_is_included_by_few(self):
        for path, header in (("app/commands/bad.cpp", "CLI/App.hpp"), ("app/session/command_line.hpp", "CLI/App.hpp"),
                             ("core/engine/worker.hpp", "boost/asio/io_context.hpp")):
            self.assert_finds("includes", path, f"#include <{header}>\n", header, "takes long to compile")
        self.assertEqual(self.findings("includes", {
            "core/engine/worker.cpp": LICENCE + "#include <boost/asio/io_context.hpp>\n"}), [])

    def test_an_include_starts_at_the_root(self):
        self.assert_finds("includes", "core/bad.cpp", '#include "error.hpp"\n', "repository root")
        self.assert_finds("includes", "core/bad.cpp", '#include "core/made.inc"\n', "repository root")
        self.assert_finds("includes", "tests/bad.cpp", '#include "../core/base/error.hpp"\n', "repository root")

    def test_an_include_in_a_comment_is_none(self):
        text = '// #include "io/dpdk/eal.hpp"\n'
        self.assertEqual(self.findings("includes", files={"core/good.hpp": text}), [])

    def test_cuda_reaches_no_asio_or_dpdk_header(self):
        self.assert_finds("cuda", "elements/bad.cu", "#include <boost/asio.hpp>\n")
        self.assert_finds("cuda", "tests/bad.cu", "#include <rte_mbuf.h>\n")

    def test_cuda_reaches_none_through_our_headers_either(self):
        files = {"core/middle.hpp": '#include "core/base/error.hpp"\n#include "core/loop.hpp"\n',
                 "elements/bad.cu": '#include "core/middle.hpp"\n'}
        found = self.findings("cuda", files=files)
        self.assertEqual(len(found), 1, found)
        self.assertIn("elements/bad.cu -> core/middle.hpp -> core/loop.hpp -> boost/asio/io_context.hpp",
                      found[0])

    def test_an_offset_of_ip_headers_without_tags_is_found(self):
        for path in ("elements/ip/bad.cpp", "elements/ip6/bad.hpp", "elements/ids/bad.cu", "elements/ipsec/esp/bad.cpp",
                     "elements/ipsec/bad.cpp", "elements/standard/bad.cpp"):
            self.assert_finds("offsets", path, "auto* ip = data + ether::kSize;\n", ":3:", "l2_length")
        self.assert_finds("offsets", "elements/ip/bad.cpp", "header(sizeof(ether::Header));\n", ":3:", "l2_length")
        good = {"elements/ip/good.cpp": '// not ether::kSize\nauto text = "ether::kSize";\nint a = ether::kSizes;\n',
                "elements/ipsec/packet/good.hpp": "ether::kSize\n", "elements/ipsec/esp_sender.cpp": "ether::kSize\n",
                "elements/ether/good.cpp": "ether::kSize\n", "core/net/good.hpp": "ether::kSize\n"}
        self.assertEqual(self.findings("offsets", files=good), [])

    def test_a_file_may_have_500_lines_and_no_more(self):
        files = {"io/long.cpp": "\n" * 500, "io/too_long.cpp": "\n" * 501, "io/CMakeLists.txt": "\n" * 501}
        found = self.findings("length", files=files)
        self.assertEqual([line.split(":")[0] for line in found], ["io/CMakeLists.txt", "io/too_long.cpp"])

    def test_leftovers_are_found(self):
        for text in ("int a;  // TO" "DO: later", "// FIX" "ME", "#if" " 0", "# if" " 0  // old"):
            self.assert_finds("leftovers", "core/bad.cpp", text + "\n", ":3:")

    def test_retired_words_are_found_in_comments_messages_and_documents(self):
        for text in ("int a;  // be" "hind the header\n", "/// It takes so\n/// lo" "ng.\n",
                     'auto b = "where there " "is none";\n', "int to" "ld;\n", "constexpr int kMo" "stBytes = 1;\n"):
            self.assert_finds("words", "core/base/bad.hpp", text, "write")
        for path in ("docs/bad.md", "scripts/bad.sh"):
            self.assert_finds("words", path, "# It sa" "ys so.\n", ":3:", "write")
        good = {"core/base/good.hpp": "int almost;  // the header after it\nint mostly;\n",
                "cmake/Other.cmake": "# be" "hind it, in a folder that is not checked\n",
                "tests/layers/rules.py": "# to" "ld, the list of these words\n"}
        self.assertEqual(self.findings("words", files=good), [])

    def test_the_licence_lines_open_a_file(self):
        bad = {"core/none.hpp": "#pragma once\n", "core/late.hpp": "#pragma once\n" + LICENCE,
               "scripts/tool": "#!/bin/sh\necho\n", "tests/tool.py": "import os\n", "empty.py": ""}
        good = {"scripts/good": "#!/bin/sh\n" + LICENCE.replace("//", "#"), "scripts/data": "no script\n"}
        found = self.findings("licence", files=bad | good)
        self.assertEqual({line.split(":")[0] for line in found}, set(bad))

    def test_a_file_that_is_not_formatted_is_found(self):
        if not shutil.which("clang-format-14"):
            self.skipTest("clang-format-14 is not installed")
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / ".clang-format").write_text("BasedOnStyle: Google\n")
            (pathlib.Path(folder) / "good.cpp").write_text("int a;\n")
            (pathlib.Path(folder) / "bad.cpp").write_text("int  a ;\n")
            found = list(check.check_format(check.Tree(folder)))
        self.assertTrue(found)
        self.assertEqual({line.split(":")[0] for line in found}, {"bad.cpp"})

    def test_an_empty_tree_or_unknown_check_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.run_main("includes", folder), 2)
            self.assertEqual(self.run_main("nonsense", folder), 2)

    def test_the_exit_code_says_whether_something_was_found(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a.hpp").write_text(LICENCE)
            self.assertEqual(self.run_main("licence", folder), 0)
            (pathlib.Path(folder) / "b.hpp").write_text("")
            self.assertEqual(self.run_main("licence", folder), 1)

    def test_what_git_ignores_is_not_read(self):
        with tempfile.TemporaryDirectory() as folder:
            try:
                subprocess.run(["git", "init", "-q", folder], check=True)
            except OSError:
                self.skipTest("git is not installed")
            for path, text in (("a.hpp", LICENCE), ("made.hpp", ""), (".gitignore", "made.hpp\n")):
                (pathlib.Path(folder) / path).write_text(text)
            self.assertEqual(list(check.Tree(folder).text), ["a.hpp"])

    def run_main(self, *arguments):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return check.main(arguments)


if __name__ == "__main__":
    unittest.main()
