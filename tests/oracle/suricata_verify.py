# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""suricata_verify.py FOLDER [CASE...] [--program WARPLINE] [--at-least N] [--engine warpline|suricata]
[--version VERSION] [--keep FOLDER]: runs the cases of a folder in the format of the suricata-verify suite and evaluates
their checks.

Prints a line for each case and `N passed, M failed, K skipped`; exits 0 only if at least N passed (default: all that
are not skipped). Exits 77 if the folder, the element IDS or Suricata is missing."""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
try:
    import suricata_case
    import suricata_engine
except ModuleNotFoundError as missing:
    print(f"skipped: Python has no module {missing.name}")
    sys.exit(77)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--program", default=suricata_engine.ROOT / "build/release/app/warpline")
    parser.add_argument("--at-least", type=int, metavar="N")
    parser.add_argument("--engine", choices=["warpline", "suricata"], default="warpline")
    parser.add_argument("--version", help="version to compare `requires` with (default: 8 and 9, or Suricata's own)")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="keep the output of each case here")
    return parser.parse_intermixed_args()


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(suricata_engine.SKIPPED)


def run_case(folder, engine, version, output):
    """(outcome, reason) of one case."""
    try:
        case = suricata_case.Case(folder)
        if reason := case.excluded(version):
            return "skipped", reason
        engine.run_case(case, output)
        difference = case.first_difference(output, version)
        return ("failed", difference) if difference else ("passed", "")
    except (suricata_case.BadCase, suricata_engine.EngineError, OSError, subprocess.SubprocessError) as error:
        return "failed", str(error)
    except (AttributeError, KeyError, TypeError) as error:
        return "failed", f"the case is not in the format: {error!r}"


def main():
    options = arguments()
    if not options.folder.is_dir():
        skip(f"{options.folder} is not there")
    folders = sorted(path.parent for path in options.folder.rglob("test.yaml"))
    unknown = set(options.cases) - {folder.name for folder in folders}
    if unknown or not folders:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}" if unknown else f"{options.folder} has no cases")
    if options.cases:
        folders = [folder for folder in folders if folder.name in options.cases]

    if options.engine == "suricata":
        engine = suricata_engine.Suricata()
        if engine.program is None:
            skip("Suricata is not installed (scripts/setup oracle)")
        version = suricata_case.Version(options.version or engine.version())
    else:
        engine = suricata_engine.Warpline(options.program)
        if reason := engine.missing():
            skip(reason)
        version = suricata_case.Version(options.version)

    count = {"passed": 0, "failed": 0, "skipped": 0}
    with tempfile.TemporaryDirectory(prefix="warpline_verify_") as scratch:
        for folder in folders:
            output = (options.keep or pathlib.Path(scratch)).resolve() / folder.name
            shutil.rmtree(output, ignore_errors=True)
            output.mkdir(parents=True)
            outcome, reason = run_case(folder, engine, version, output)
            count[outcome] += 1
            print(f"{folder.name}: {outcome}{': ' if reason else ''}{reason}", flush=True)
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    due = len(folders) - count["skipped"] if options.at_least is None else options.at_least
    sys.exit(0 if count["passed"] >= due else 1)


if __name__ == "__main__":
    main()
