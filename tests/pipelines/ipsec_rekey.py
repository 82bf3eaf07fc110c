# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""ipsec_rekey.py PROGRAM [BALANCER]: both SAs of a running pipeline are exchanged 50 times through its control socket.

Not one packet may be lost, every new SA must send and receive, and each old one must go.
"""

import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

from control_client import Client

REKEYS = 50
LIMIT = 100  # seconds for anything
DESTINATION = "192.0.2.2"


def sas_of(client):
    """The SAs by direction and SPI."""
    return {(sa["direction"], int(sa["spi"], 0)): sa for sa in client.sas()}


def wait_for(condition, what, process):
    end = time.monotonic() + LIMIT
    while not condition():
        if process.poll() is not None:
            sys.exit(f"the program ended with {process.returncode}")
        if time.monotonic() > end:
            sys.exit(f"not within {LIMIT} s: {what}")
        time.sleep(0.005)


def words(spi, direction):
    return (f"src 192.0.2.1 dst {DESTINATION} proto esp spi {spi} mode tunnel dir {direction} replay-window 4096 "
            f'flag esn aead "rfc4106(gcm(aes))" 0x{spi:040x} 128')


def rekey(client, process, spi):
    """From `spi - 1` to `spi`: the receiver first."""
    for direction in ("in", "out"):
        old = {"direction": direction, "spi": spi - 1, "destination": DESTINATION}
        client.ask(command="rekey", old=old, sa=words(spi, direction), keep_seconds=1000)
    wait_for(lambda: all(sas_of(client)[direction, spi]["packets"] > 0 for direction in ("in", "out")),
             f"SA {spi} carries packets", process)
    client.ask(command="delete", sa={"direction": "in", "spi": spi - 1, "destination": DESTINATION})


def drive(client, process, first):
    wait_for(lambda: sas_of(client)["in", first]["packets"] > 0, "traffic", process)
    for spi in range(first + 1, first + 1 + REKEYS):
        rekey(client, process, spi)
    last = first + REKEYS
    wait_for(lambda: set(sas_of(client)) == {("in", last), ("out", last)}, "the old SAs go", process)
    inbound = sas_of(client)["in", last]
    if inbound["integrity_failures"] or inbound["replayed"] or inbound["too_old"]:
        sys.exit(f"the last SA has seen bad packets: {inbound}")


def main():
    program, *balancer = sys.argv[1:]
    first = 0x1000
    with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
        control, report = folder + "/control", folder + "/report.json"
        pathlib.Path(folder + "/rekey.sa").write_text(words(first, "in") + "\n" + words(first, "out") + "\n")
        elements = ["FromInput", *balancer, "IPsecEncrypt(SA rekey.sa)", "IPsecDecrypt(rekey.sa)", "ToOutput;\n"]
        pathlib.Path(folder + "/rekey.click").write_text(" -> ".join(elements))
        process = subprocess.Popen([program, "run", folder + "/rekey.click", "-q", "-p", "gen:size=64", "--control",
                                    control, "--json", report], stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: pathlib.Path(control).exists(), "the control socket", process)
            drive(Client(control, LIMIT), process, first)
            process.send_signal(signal.SIGINT)
            if process.wait(LIMIT) != 0:
                sys.exit(f"the program ended with {process.returncode}")
        finally:
            process.kill()
            process.wait()
        totals = json.loads(pathlib.Path(report).read_text())
    counts = {key: totals[key] for key in ("received", "transmitted", "dropped", "in_flight")}
    if counts["received"] != counts["transmitted"] or counts["dropped"] or counts["in_flight"]:
        sys.exit(f"packets were lost: {counts}, {totals['drops']}")
    if balancer and not all(device["packets"] for device in totals["devices"]):
        sys.exit(f"not shared: {totals['devices']}")
    print(f"{REKEYS} rekeys, {counts['received']} packets, none lost")


main()
