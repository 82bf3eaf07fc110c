# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""run.py PROGRAM TEST...: runs golden tests of the command; exits 1 if one fails, 77 if one is skipped.

A test is a text of sections, each begun by a line `=== KIND ARGUMENTS`; lines before the first are
remarks. The test runs in an empty folder of its own.

  file NAME      a text file                       hex NAME     a file of these bytes
  capture NAME   a pcap, a packet a line: `SECONDS EXPRESSION` (see packets.py); microseconds
                 `capture NAME big-endian nanoseconds` chooses other forms, `snap N` cuts packets
  folder NAME    an empty folder                   mode NAME OCTAL   rights of a file
  examples       a copy of the project's folder of that name
  command        what to run, `warpline ...`, split as by a shell; quoted line ends do not count
  exit CODE      of the last command (0 if absent)
  stdout, stderr what it wrote; if absent, stdout is not looked at, and stderr must be empty
  packets NAME   the capture that it wrote, in the form of `capture`; `packets NAME untimed` leaves
                 times out, which packets made on the way have of their own
  content NAME   the text file that it wrote
  same NAME NAME both files exist and have the same bytes
  absent NAME    there is no such file
  needs N        processors; the test is skipped if the machine has fewer

In stdout, stderr and content, `{*}` stands for anything within a line, and a line `{...}` for any lines.
There may be several commands, each followed by what is expected of it. `signal NAME SECONDS` after a
command sends it that signal after it has run for SECONDS.
"""

import os
import pathlib
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

import packets

TIMEOUT = 100


class Failure(Exception):
    pass


class Skipped(Exception):
    pass


def sections(path):
    """(kind, arguments, lines) of each section."""
    found = []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if line.startswith("=== "):
            kind, *arguments = line[4:].split()
            found.append((kind, arguments, []))
        elif found:
            found[-1][2].append(line)
    for kind, arguments, lines in found:
        while lines and not lines[-1].strip():
            lines.pop()
    return found


def pattern_of(lines):
    """A regular expression for the expected lines."""
    text = ""
    for line in lines:
        if line.strip() == "{...}":
            text += r"(?:[^\n]*\n)*?"
        else:
            text += r"[^\n]*".join(re.escape(part) for part in line.split("{*}")) + "\n"
    return re.compile(text)


def compare(what, expected, actual):
    if actual and not actual.endswith("\n"):
        actual += "\n"
    if not pattern_of(expected).fullmatch(actual):
        raise Failure(f"{what} is not as expected\n--- expected\n" + "\n".join(expected) +
                      f"\n--- actual\n{actual}---")


def compare_packets(name, expected, actual):
    for number, (want, got) in enumerate(zip(expected, actual), 1):
        if want != got:
            raise Failure(f"{name}: packet {number} differs\n  expected {packets.describe(want)}\n"
                          f"  actual   {packets.describe(got)}")
    if len(expected) != len(actual):
        raise Failure(f"{name}: {len(actual)} packets, expected {len(expected)}")


class Run:
    """One command and what it left."""

    def __init__(self, program, words, folder):
        words = [program if word == "warpline" else word for word in words]
        environment = {key: value for key, value in os.environ.items() if key != "TERM"}
        self.process = subprocess.Popen(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
        self.expects_stderr = False
        self.expected_exit = 0
        self.finished = False

    def interrupt(self, name, seconds):
        try:
            self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.send_signal(getattr(signal, name))

    def finish(self):
        if self.finished:
            return
        self.finished = True
        try:
            out, err = self.process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise Failure(f"did not end within {TIMEOUT} s\n--- stderr\n{err.decode(errors='replace')}---")
        self.stdout, self.stderr = out.decode(errors="replace"), err.decode(errors="replace")

    def check(self):
        self.finish()
        if self.process.returncode != self.expected_exit:
            raise Failure(f"exit code {self.process.returncode}, expected {self.expected_exit}\n"
                          f"--- stdout\n{self.stdout}--- stderr\n{self.stderr}---")
        if not self.expects_stderr:
            compare("stderr", [], self.stderr)


def run_test(program, path, folder):
    run = None
    for kind, arguments, lines in sections(path):
        target = folder / arguments[0] if arguments else None
        text = "\n".join(lines)
        if kind == "file":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text + "\n" if lines else "")
        elif kind == "hex":
            target.write_bytes(bytes.fromhex("".join(line.split("#")[0] for line in lines)))
        elif kind == "capture":
            target.write_bytes(packets.capture(packets.parse(lines), arguments[1:]))
        elif kind == "folder":
            target.mkdir()
        elif kind == "examples":
            shutil.copytree(pathlib.Path(__file__).parents[2] / "examples", folder / "examples")
        elif kind == "mode":
            target.chmod(int(arguments[1], 8))
        elif kind == "command":
            if run:
                run.check()
            run = Run(program, shlex.split(text), folder)
        elif kind == "signal":
            run.interrupt(arguments[0], float(arguments[1]))
        elif kind == "exit":
            run.expected_exit = int(arguments[0])
        elif kind == "stderr":
            run.finish()
            run.expects_stderr = True
            compare("stderr", lines, run.stderr)
        elif kind == "stdout":
            run.finish()
            compare("stdout", lines, run.stdout)
        elif kind == "packets":
            run.check()
            expected, actual = packets.parse(lines), packets.read(target.read_bytes())
            if "untimed" in arguments:
                expected, actual = [[(0, frame) for _, frame in each] for each in (expected, actual)]
            compare_packets(arguments[0], expected, actual)
        elif kind == "content":
            run.check()
            compare(arguments[0], lines, target.read_text())
        elif kind == "same":
            run.check()
            if target.read_bytes() != (folder / arguments[1]).read_bytes():
                raise Failure(f"{arguments[0]} and {arguments[1]} differ")
        elif kind == "absent":
            run.check()
            if target.exists():
                raise Failure(f"{arguments[0]} is there")
        elif kind == "needs":
            if len(os.sched_getaffinity(0)) < int(arguments[0]):
                raise Skipped(f"needs {arguments[0]} processors")
        else:
            raise Failure(f"unknown section '{kind}'")
    if run is None:
        raise Failure("it has no command")
    run.check()


def main():
    program, *tests = sys.argv[1:]
    failed = skipped = 0
    for test in map(pathlib.Path, tests):
        with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
            try:
                run_test(os.path.abspath(program), test, pathlib.Path(folder))
                print(f"ok      {test.name}")
            except Skipped as reason:
                skipped += 1
                print(f"skipped {test.name}: {reason}")
            except Failure as failure:
                failed += 1
                print(f"FAILED  {test.name}: {failure}")
    return 1 if failed else 77 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
