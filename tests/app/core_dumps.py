# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""core_dumps.py PROGRAM: a process is not dumpable, so that its user cannot read its keys, unless --dumpable is given.

Linux gives the files of a process that is not dumpable to root (proc(5)): the owner of /proc/PID/environ shows it. The
program runs as another user than root and waits for a file of SAs, which is a pipe. Exits 77 where that cannot be.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

LIMIT = 100  # seconds for anything
NOBODY = 65534


def owner(command, folder, user):
    """Who owns the files of the process while it waits for its SAs."""
    options = {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, **options)
    try:
        end = time.monotonic() + LIMIT
        while True:
            try:  # succeeds when the program has opened the pipe
                writer = os.open(folder + "/pipe.sa", os.O_WRONLY | os.O_NONBLOCK)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    sys.exit(f"the program did not read its SAs: {process.stderr.read().decode()}")
                time.sleep(0.01)
        found = os.stat(f"/proc/{process.pid}/environ").st_uid
        os.close(writer)
        process.communicate(timeout=LIMIT)
        return found
    finally:
        process.kill()
        process.wait()


def main():
    program = os.path.realpath(sys.argv[1])
    user = os.geteuid() or NOBODY
    with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
        os.chmod(folder, 0o755)
        pathlib.Path(folder, "p.click").write_text("FromInput -> IPsecEncrypt(SA pipe.sa) -> ToOutput;\n")
        os.mkfifo(folder + "/pipe.sa")
        os.chmod(folder + "/pipe.sa", 0o666)
        try:
            subprocess.run([program, "--version"], stdout=subprocess.DEVNULL, check=True,
                           **({"user": user} if os.geteuid() == 0 else {}))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"skipped: {error}")
            sys.exit(77)
        if owner([program, "check", "p.click"], folder, user) != 0:
            sys.exit("the process is dumpable")
        if owner([program, "check", "p.click", "--dumpable"], folder, user) != user:
            sys.exit("the process is not dumpable in spite of --dumpable")
    print("not dumpable, but with --dumpable")


main()
