# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""suricata_evasion.py ELEMENTS_TESTS ENGINE [ARGUMENTS OF suricata_verify.py]: writes the evasion set as cases in the
format of the suricata-verify suite, and runs them through ENGINE, warpline or suricata.

The cases name what Suricata 7.0.10 does where it differs. Exits as suricata_verify.py does."""

import os
import pathlib
import subprocess
import sys
import tempfile

VERIFY = pathlib.Path(__file__).resolve().parent / "suricata_verify.py"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    program, engine, more = sys.argv[1], sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory(prefix="warpline_evasion_") as folder:
        written = subprocess.run([program, "--gtest_filter=*Evasion*", "--gtest_brief=1"], stdout=subprocess.DEVNULL,
                                 env=dict(os.environ, WARPLINE_EVASION_FOLDER=folder), check=False)
        if written.returncode:
            sys.exit(f"failed: {pathlib.Path(program).name} exited with {written.returncode}")
        command = [sys.executable, "-B", str(VERIFY), folder, "--engine", engine, *more]
        sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
