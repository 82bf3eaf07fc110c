#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""full_disk.py PROGRAM: a capture and alerts through a disk that is full for a while.

A limit of the size of files stands in for the disk. While it is full, the files end after whole records;
afterwards writing goes on, and every packet is in the capture or a drop, every alert written or lost.
"""

import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

import packets

PATIENCE = 60  # seconds that a condition may take on a machine that is busy
FULL = 1_000_000  # bytes


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.02)


def frames(path):
    """Fails where the capture ends within a record."""
    return len(packets.read(path.read_bytes()))


def alerts(path):
    """Fails where the file ends within a line."""
    text = path.read_text()
    assert text.endswith("\n")
    return len([json.loads(line) for line in text.splitlines()])


def limit(bytes_):
    return (bytes_, resource.RLIM_INFINITY)


def run(program, folder, workers):
    (folder / "p.click").write_text(
        "FromDPDKDevice(gen0) -> IDSMatch(PATTERNS p.patterns, EVE eve.json) -> ToDPDKDevice(pcap0);")
    (folder / "p.patterns").write_text('content:"HTTP/1.1"; sid:1;\n')
    log = folder / "log"
    with open(log, "w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [program, "run", "p.click", "--workers", str(workers), "-p",
             "gen:size=600,rate=20000,payload=text", "-p", "pcap:out=out.pcap", "--json", "report.json"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=stderr,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit(FULL)))
    logged = lambda text: text in log.read_text()
    full = "cannot be written: File too large; tried again every second"
    for name in ("out.pcap", "eve.json"):
        wait_until(lambda name=name: logged(f"error: {name}: {full}"), f"an error line of {name}")
    # Both are full now, and nothing changes them.
    kept = frames(folder / "out.pcap"), alerts(folder / "eve.json")
    assert kept[0] > 0 and kept[1] > 0, kept
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limit(resource.RLIM_INFINITY))
    for name in ("out.pcap", "eve.json"):
        wait_until(lambda name=name: logged(f"note: {name}: is written again"), f"a note of {name}")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 1, f"exit code {process.returncode}: packets were lost"

    report = json.loads((folder / "report.json").read_text())
    outputs = {each["file"]: each for each in report["outputs"]}
    capture, eve = outputs["out.pcap"], outputs["eve.json"]
    assert report["conserved"], report
    assert frames(folder / "out.pcap") == report["transmitted"] == capture["written"], outputs
    lost = sum(each["packets"] for each in report["drops"] if each["reason"] == "write_failed")
    assert lost == report["dropped"] == capture["lost"] > 0, (lost, outputs)
    assert frames(folder / "out.pcap") > kept[0] and alerts(folder / "eve.json") > kept[1]
    counted = sum(each["metrics"].get("alerts", 0) for each in report["elements"])
    assert alerts(folder / "eve.json") == eve["written"] == counted - eve["lost"], (counted, outputs)
    assert logged(f"error: out.pcap: is not complete: {capture['lost']} frame"), log.read_text()


def main():
    program = os.path.abspath(sys.argv[1])
    for workers in (1, 2):
        if workers > len(os.sched_getaffinity(0)):
            continue
        with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
            run(program, pathlib.Path(folder), workers)
            print("ok", workers, "workers" if workers > 1 else "worker", flush=True)


if __name__ == "__main__":
    main()
