# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""metrics.py PROGRAM: asks a running pipeline for its metrics, which must be described and grow."""

import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from control_client import Client

LIMIT = 60  # seconds for anything
PIPELINE = "FromInput -> scan :: IDSMatch(SYNTHETIC 10) -> t :: Tee;\nt[0] -> ToOutput;\nt[1] -> drop :: Discard;\n"


def expect(condition, message):
    if not condition:
        sys.exit(message)


def by_name(metrics, name, **labels):
    found = [metric for metric in metrics if metric["name"] == name
             and labels.items() <= metric["labels"].items()]
    expect(len(found) == 1, f"{name} {labels}: {found}")
    return found[0]


def ask(client):
    return client.ask(command="metrics")["metrics"]


def after_first_packets(client):
    """The metrics once there is a row of drops: a reason without drops has none."""
    end_time = time.monotonic() + LIMIT
    while True:
        metrics = ask(client)
        if any(metric["name"] == "drops" for metric in metrics):
            return metrics
        expect(time.monotonic() < end_time, f"no packet in {LIMIT} s")


def check(client):
    begin = after_first_packets(client)
    for metric in begin:
        expect(metric["help"] and metric["unit"] and metric["kind"] in ("counter", "gauge"), metric)
    names = [(metric["name"], tuple(sorted(metric["labels"].items()))) for metric in begin]
    expect(len(set(names)) == len(names), "two metrics have the same name and labels")
    end_time = time.monotonic() + LIMIT
    while True:
        end = ask(client)
        received = by_name(end, "received_packets")["value"]
        if received > by_name(begin, "received_packets")["value"] + 1000:
            break
        expect(time.monotonic() < end_time, f"after {LIMIT} s still {received} packets")
    for name, labels in (("port_received_packets", {"port": "gen0"}),
                         ("element_packets", {"element": "scan", "class": "IDSMatch"}),
                         ("element_cycles", {"element": "scan"}), ("drops", {"reason": "discarded", "place": "drop"})):
        expect(by_name(end, name, **labels)["value"] > by_name(begin, name, **labels)["value"], f"{name} stays")
    alerts = by_name(end, "alerts", element="scan")
    expect(alerts["unit"] == "alerts" and "pattern" in alerts["help"], alerts)
    refused = client.reply(command="metrics", element="scan")
    expect(not refused["ok"] and "element" in refused["error"], refused)


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder + "/p.click").write_text(PIPELINE)
        process = subprocess.Popen([program, "run", folder + "/p.click", "-q", "-p", "gen:size=64,rate=100k",
                                    "--control", folder + "/control"], stdout=subprocess.DEVNULL)
        try:
            end = time.monotonic() + LIMIT
            while not pathlib.Path(folder + "/control").exists():
                expect(process.poll() is None and time.monotonic() < end, "no control socket")
                time.sleep(0.01)
            check(Client(folder + "/control", LIMIT))
            process.send_signal(signal.SIGINT)
            expect(process.wait(LIMIT) == 0, f"the program ended with {process.returncode}")
        finally:
            process.kill()


main(sys.argv[1])
