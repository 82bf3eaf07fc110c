# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""run.py [--seconds N] [--build DIR] [TARGET...]: runs fuzz targets one after the other, all by default.

    cmake --preset fuzz && cmake --build --preset fuzz && python3 tests/fuzz/run.py --seconds 600

Inputs are up to 64 KiB from the start (rules: 2 KiB). The seeds in corpus/TARGET are not changed; findings are written to the
current folder. Exits 1 at the first finding.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
MAX_BYTES = 65536
# A line takes 4 us, and most bytes of a large input are in lines that have no meaning.
FEWER_BYTES = {"rules": 2048}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    parser.add_argument("--build", type=pathlib.Path, default=FOLDER.parent.parent / "build/fuzz",
                        help="the build folder (default build/fuzz)")
    options = parser.parse_args()
    known = sorted(source.name.removesuffix("_fuzz.cpp") for source in FOLDER.glob("*_fuzz.cpp"))
    for target in options.targets or known:
        if target not in known:
            sys.exit(f"unknown target '{target}'; expected one of {', '.join(known)}")
        dictionary = FOLDER / f"{target}.dict"
        with tempfile.TemporaryDirectory(prefix="warpline-fuzz-") as corpus:
            command = [options.build / f"tests/fuzz/{target}_fuzz", corpus, FOLDER / "corpus" / target,
                       f"-max_len={FEWER_BYTES.get(target, MAX_BYTES)}", "-len_control=0", f"-max_total_time={options.seconds}",
                       "-timeout=20", "-print_final_stats=1"]
            if dictionary.exists():
                command.append(f"-dict={dictionary}")
            print(f"{target}: {options.seconds} s", flush=True)
            if subprocess.run(command, check=False).returncode != 0:
                sys.exit(1)


main()
