# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Usage: mirror.py ROOT: every header of core/ has a test: a test includes it, or this file names the test that runs
its code through something else."""

import re
import sys
from pathlib import Path

# Headers whose code a test runs without including them.
THROUGH = {
    "core/base/hd.hpp": "tests/gpu/device_table_test.cpp",
    "core/base/toml_table.hpp": "tests/elements/ipsec/gateway_file_test.cpp",
    "core/click/arguments.hpp": "tests/core/click/argument_test.cpp",
    "core/click/expander.hpp": "tests/core/click/compound_test.cpp",
    "core/click/parser.hpp": "tests/core/click/language_test.cpp",
    "core/click/pipeline.hpp": "tests/core/click/language_test.cpp",
    "core/click/resolver.hpp": "tests/core/click/errors_test.cpp",
    "core/click/syntax.hpp": "tests/core/click/language_test.cpp",
    "core/element/load.hpp": "tests/elements/balance/adaptive_test.cpp",
    "core/element/metric.hpp": "tests/elements/engine_test.cpp",
    "core/element/offload_checks.hpp": "tests/compile_fail/check.py",
    "core/element/offload_handler.hpp": "tests/core/offloader_test.cpp",
    "core/element/outputs.hpp": "tests/core/graph_test.cpp",
    "core/engine/asio_names.hpp": "tests/core/async_lane_test.cpp",
    "core/engine/graph_instance.hpp": "tests/elements/reload_test.cpp",
    "core/engine/header_parser.hpp": "tests/core/graph_annotations_test.cpp",
    "core/engine/rebinding.hpp": "tests/gpu/exchange_test.cpp",
}
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


def faults_of(headers, included, through, exists):
    """What is wrong: headers without a test, and entries of `through` that are not needed or lead nowhere."""
    for header in sorted(headers):
        if header not in included and header not in through:
            yield f"{header}: no test includes it"
    for header, test in through.items():
        if header not in headers or header in included:
            yield f"{header}: the entry is not needed"
        elif not exists(test):
            yield f"{header}: there is no {test}"


def main():
    root = Path(sys.argv[1])
    headers = {str(path.relative_to(root)) for path in root.glob("core/**/*.hpp")}
    included = {name for end in ("cpp", "cu") for path in root.glob(f"tests/**/*_test.{end}")
                for name in INCLUDE.findall(path.read_text(encoding="utf-8"))}
    faults = list(faults_of(headers, included, THROUGH, lambda test: (root / test).exists()))
    print("\n".join(faults + [f"{len(headers)} headers: tests include {len(headers & included)}, run the code of "
                              f"{len(THROUGH)} through something else; {len(faults)} faults"]))
    return 1 if faults or not headers else 0


def test():
    """The check finds what it is for."""
    def check(headers, included, through):
        return list(faults_of(headers, included, through, lambda test: test == "there.cpp"))
    assert not check({"a", "b"}, {"a"}, {"b": "there.cpp"})
    assert check({"a"}, set(), {}) == ["a: no test includes it"]
    assert check({"a"}, {"a"}, {"a": "there.cpp"}) == ["a: the entry is not needed"]
    assert check({"a"}, set(), {"a": "gone.cpp"}) == ["a: there is no gone.cpp"]


if __name__ == "__main__":
    test()
    sys.exit(main())
