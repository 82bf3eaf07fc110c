#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""hangup.py PROGRAM: what SIGHUP does to a run, with captures, alerts and a control socket.

Sent by hand or by log rotation, files are opened again by name; where the controlling terminal is gone,
the run ends as with SIGTERM; where it was ignored at the start, it stays ignored.
"""

import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time

import packets

PATIENCE = 60  # seconds that a condition may take on a machine that is busy


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.02)


def size(path):
    return path.stat().st_size if path.exists() else -1


def start(program, folder, *more, **options):
    (folder / "p.click").write_text(
        "FromDPDKDevice(gen0) -> IDSMatch(PATTERNS p.patterns, EVE eve.json) -> ToDPDKDevice(pcap0);")
    (folder / "p.patterns").write_text('content:"HTTP/1.1"; sid:1;\n')
    command = [program, "run", "p.click", "-p", "gen:size=600,rate=5000,payload=text", "-p",
               "pcap:out=out.pcap", "--control", "s.sock", "--json", "report.json", *more]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, **options)
    # The alerts come last, a second after the first packets.
    wait_until(lambda: size(folder / "eve.json") > 0 and (folder / "s.sock").exists(), "traffic")
    return process


def end(process, folder):
    """Ends the run and returns its report."""
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0, f"exit code {process.returncode}"
    return check(folder)


def check(folder):
    assert not (folder / "s.sock").exists(), "the socket stays"
    report = json.loads((folder / "report.json").read_text())
    assert report["conserved"], report
    assert all(each["lost"] == 0 for each in report["outputs"]), report["outputs"]
    return report


def frames(*paths):
    """Frames in captures that are whole."""
    return sum(len(packets.read(path.read_bytes())) for path in paths)


def lines(*paths):
    """Alerts in files of whole lines."""
    return sum(len([json.loads(line) for line in path.read_text().splitlines()]) for path in paths)


def alerts(report):
    return sum(element["metrics"].get("alerts", 0) for element in report["elements"])


def goes_on_in_the_same_files(program, folder):
    process = start(program, folder)
    process.send_signal(signal.SIGHUP)
    before = size(folder / "eve.json")
    wait_until(lambda: size(folder / "eve.json") > before, "alerts after SIGHUP")
    report = end(process, folder)
    assert frames(folder / "out.pcap") == report["transmitted"]
    assert lines(folder / "eve.json") == alerts(report)


def begins_new_files_after_rotation(program, folder):
    process = start(program, folder)
    for name in ("out.pcap", "eve.json"):
        (folder / name).rename(folder / f"old-{name}")
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: size(folder / "out.pcap") >= 24, "a new capture with its header")
    wait_until(lambda: size(folder / "eve.json") > 0, "alerts in the new file")
    report = end(process, folder)
    new = frames(folder / "out.pcap")
    assert 0 < new < report["transmitted"], new
    assert new + frames(folder / "old-out.pcap") == report["transmitted"]
    assert lines(folder / "eve.json", folder / "old-eve.json") == alerts(report)


def stays_ignored(program, folder):
    ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = start(program, folder, preexec_fn=ignore)
    (folder / "eve.json").rename(folder / "old-eve.json")
    process.send_signal(signal.SIGHUP)
    before = size(folder / "old-eve.json")
    wait_until(lambda: size(folder / "old-eve.json") > before, "alerts after SIGHUP")
    report = end(process, folder)
    assert not (folder / "eve.json").exists()
    assert lines(folder / "old-eve.json") == alerts(report)


def ends_with_its_terminal(program, folder):
    master, slave = pty.openpty()

    def take_terminal():
        os.setsid()
        os.close(os.open(os.ttyname(slave), os.O_RDWR))  # becomes the controlling terminal

    process = start(program, folder, preexec_fn=take_terminal, stderr=slave, stdin=slave)
    os.close(slave)
    os.close(master)  # the window is closed, the connection lost: the kernel sends SIGHUP
    assert process.wait(PATIENCE) == 0, f"exit code {process.returncode}"
    report = check(folder)
    assert report["ended_by"] == "signal", report["ended_by"]
    assert frames(folder / "out.pcap") == report["transmitted"]


def main():
    program = os.path.abspath(sys.argv[1])
    for case in (goes_on_in_the_same_files, begins_new_files_after_rotation, stays_ignored,
                 ends_with_its_terminal):
        with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
            case(program, pathlib.Path(folder))
            print("ok", case.__name__, flush=True)


if __name__ == "__main__":
    main()
