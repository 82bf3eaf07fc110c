# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Kills gateways (SIGKILL) while packets flow, and starts them again: no sequence number is sent twice, no packet is taken twice.

Each round: traffic and ping through both gateways, a capture between them, a kill at a random moment, a start; then everything
captured before the restart is sent to the restarted gateway again. Exit status 77: what the test needs is not here.
"""

import argparse
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import esp_capture
from links import HOSTS, PEER, SPI, Links, NoLinks
from node import Node

HERE = pathlib.Path(__file__).resolve().parent


class Traffic:
    """UDP both ways and ping from L to R."""

    def __init__(self, links, folder, rate, iperf3):
        self.processes, self.pings = [], folder / "ping"
        self.folder = folder

        def begin(place, *command, out=subprocess.DEVNULL):
            self.processes.append(subprocess.Popen(links.inside(place, *command), stdout=out, stderr=subprocess.STDOUT))

        if iperf3:
            begin("R", "iperf3", "-s")
            time.sleep(0.3)
            begin("L", "iperf3", "-c", HOSTS["R"], "-u", "--bidir", "-b", f"{rate // 2 * 600 * 8}", "-l", 600, "-t", 60,
                  "--connect-timeout", 3000, out=open(folder / "iperf3", "w"))
        else:
            for place, other in (("L", "R"), ("R", "L")):
                begin(place, sys.executable, "-B", HERE / "blast.py", HOSTS[other], rate // 2)
        begin("L", "ping", "-D", "-i", 0.02, "-O", HOSTS["R"], out=open(self.pings, "w"))

    def replies(self):
        """The times of the replies."""
        return [float(found) for found in re.findall(r"^\[([0-9.]+)\] \d+ bytes from", self.pings.read_text(), re.M)]

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:  # iperf3 3.12 may wait for ever in its handler of SIGTERM
                process.kill()
                process.wait()
        self.processes = []


class Round:
    def __init__(self, links, nodes, folder, options):
        self.links, self.nodes, self.folder, self.options = links, nodes, folder, options
        self.faults = []

    def expect(self, good, text):
        if not good:
            self.faults.append(text)

    def wait_for_traffic(self, traffic):
        end = time.time() + 20
        while time.time() < end:
            if (times := traffic.replies()) and times[-1] > time.time() - 0.2:
                return
            time.sleep(0.05)
        self.faults.append("no traffic before the kill")

    def run(self, victim, numbers):
        # Each end captures what comes in: net_af_packet sends past the taps of its own end.
        node, pcaps = self.nodes[victim], {end: self.folder / f"{end}.pcap" for end in "AB"}
        captures = [subprocess.Popen(self.links.inside(end, "tcpdump", "-i", "black", "-Q", "in", "-w", pcap, "-B", 65536,
                                                       "-Z", "root", "-U", "esp"), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE, text=True) for end, pcap in pcaps.items()]
        traffic = Traffic(self.links, self.folder, self.options.rate, self.options.iperf3)
        self.wait_for_traffic(traffic)
        time.sleep(1.2 + random.random() * 1.5)
        step = node.sas()["out"]["state_step"]
        killed = time.time()
        node.kill()
        if self.options.reboot:
            other_boot(node.state)
        begun = time.time()
        ready = node.start()
        time.sleep(1.5)
        back = [when for when in traffic.replies() if when > begun]
        gap = back[0] - begun if back else 99.0
        traffic.stop()
        time.sleep(0.3)
        for capture in captures:
            capture.terminate()
            lost = re.search(r"(\d+) packets dropped by kernel", capture.communicate()[1])
            self.expect(self.options.short or lost and lost.group(1) == "0", f"the capture lost packets: {lost and lost.group()}")

        before, rates, jump = [], {SPI["A"]: 0, SPI["B"]: 0}, 0
        last_before = 0
        for frame in (each for pcap in pcaps.values() for each in esp_capture.read(pcap)):
            number = numbers.add(frame)
            if killed - 1 <= frame.time < killed:
                rates[frame.spi] += 1
            if frame.time < begun:
                if frame.spi == SPI[PEER[victim]]:
                    before.append(frame.frame)
                elif frame.spi == SPI[victim]:
                    last_before = max(last_before, number)
            elif frame.spi == SPI[victim] and jump == 0:
                jump = number - last_before
        # On a busy machine (--short) times and rates show little: the step may have grown since it was read.
        slack = 4 if self.options.short else 1
        self.expect(gap <= ready + slack, f"traffic is back {gap:.2f} s after the start, which took {ready:.2f} s")
        self.expect(not numbers.repeated, f"numbers sent twice: {numbers.repeated[:3]}")
        self.expect(0 < jump <= slack * step + 1, f"numbers jump by {jump}; the step is {step}")
        if not self.options.short:
            self.expect(sum(rates.values()) >= 10_000, f"only {sum(rates.values())} packets a second before the kill")
            self.expect(min(rates.values()) >= 1000, f"only {min(rates.values())} packets of an SA in the second before")
        refused, accepted = self.replay(node, victim, before)
        self.expect(accepted == 0, f"{accepted} of {len(before)} replayed packets were accepted")
        self.expect(refused >= (0.5 if self.options.short else 0.98) * len(before), f"only {refused} of {len(before)} replayed packets arrived")
        print(f"kill {victim}: {sum(rates.values()):6} packets/s before ({min(rates.values())} of the slower SA), start {ready:.2f} s, "
              f"traffic back after {gap:.2f} s, numbers jump by {jump} (step {step}), {refused} of {len(before)} replays refused, "
              f"{accepted} accepted", flush=True)

    def replay(self, node, victim, frames):
        """Sends the frames again to the gateway that was restarted; how many it refused and accepted."""
        path = self.folder / "replay"
        path.write_bytes(b"".join(struct.pack("<I", len(frame)) + frame for frame in frames))
        before = node.sas()["in"]
        subprocess.run(self.links.inside(PEER[victim], sys.executable, "-B", HERE / "inject.py", "black", path), check=True)
        time.sleep(0.3)
        after = node.sas()["in"]
        # With 64-bit numbers, one that is left of the window counts as one of the next 2^32 (RFC 4303 appendix A2.2).
        refused = sum(after[name] - before[name] for name in ("replayed", "too_old", "integrity_failures"))
        return refused, after["packets"] - before["packets"]


def other_boot(state):
    """Makes a state file look as if the machine had been restarted since: another boot id in both headers."""
    import zlib
    data = bytearray(state.read_bytes())
    for copy in (0, 4096):
        data[copy + 16:copy + 32] = random.randbytes(16)
        struct.pack_into("<I", data, copy + 8, zlib.crc32(data[copy + 12:copy + 4096]))
    copied = state.with_suffix(".copy")
    copied.write_bytes(data)
    copied.rename(state)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rate", type=int, default=14_000, help="packets a second, both ways together (default 14000)")
    parser.add_argument("--iperf3", action="store_true", help="let iperf3 make the traffic (default: a sender of this test)")
    parser.add_argument("--reboot", action="store_true", help="give the state file another boot id before each start")
    parser.add_argument("--short", action="store_true", help="do not ask for 10,000 packets a second")
    parser.add_argument("--step", type=int, default=0, help="--state-step of the gateways (default: theirs)")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    missing = [name for name in ("ip", "tcpdump", "ping", *(["iperf3"] if options.iperf3 else [])) if not shutil.which(name)]
    if missing:
        print(f"skipped: no {', '.join(missing)} here")
        return 77
    seed = options.seed if options.seed is not None else random.randrange(1 << 32)
    random.seed(seed)
    print(f"seed {seed}, {options.workers} worker{'s' if options.workers > 1 else ''} each", flush=True)
    faults = []
    try:
        with Links() as links, tempfile.TemporaryDirectory(prefix="warpline-restart-") as folder:
            folder = pathlib.Path(folder)
            nodes = {gateway: Node(options.program, links, gateway, folder / gateway, options.workers,
                                   options=["--state-step", options.step] if options.step else [])
                     for gateway in "AB"}
            for node in nodes.values():
                node.start()
            numbers = esp_capture.Numbers()
            for kill in range(options.kills):
                each = Round(links, nodes, folder, options)
                each.run("AB"[kill % 2], numbers)
                faults += each.faults
                for fault in each.faults:
                    print(f"FAILED: {fault}", flush=True)
            for node in nodes.values():
                node.stop()
            print(f"{options.kills} kills, {len(numbers.seen)} numbers sent, {len(numbers.repeated)} of them twice with different "
                  f"content, {len(faults)} faults")
    except NoLinks as error:
        print(f"skipped: {error}")
        return 77
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
