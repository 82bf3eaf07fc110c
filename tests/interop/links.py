# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Ports whose links go down and whose interfaces are deleted and made again, under traffic.

    sender -- in0 [Warpline] out0 -- receiver

Either port is the end of a veth pair or a tap. For each kind, and for either side, the link goes down and
up and the interface is deleted and made again while frames flow. At the end

    sent by the host = delivered + dropped with a reason + missed

holds exactly, what Warpline calls transmitted was delivered, and each change was announced. The short form
checks that; `--full` has more rounds and also checks times: traffic again within 2 s, and at most 5 % of a
processor for an idle worker of a dead port.

What the kernel holds for a tap when it is deleted is lost uncounted, so the sender pauses before that.
"""

import argparse
import ctypes
import json
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

SKIPPED = 77
LIMIT = 20  # seconds for anything
ETHERTYPE = 0x88B5  # for experiments (IEEE 802)
FRAME = bytes.fromhex("020000000022" "020000000011") + struct.pack("!H", ETHERTYPE) + bytes(86)
BURST, PAUSE = 8, 0.002
SOL_PACKET, PACKET_STATISTICS, PACKET_QDISC_BYPASS = 263, 6, 20
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def wait_for(condition, what, limit=LIMIT):
    """The seconds that it took."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > limit:
            raise AssertionError(f"not within {limit} s: {what}")
        time.sleep(0.002)
    return time.monotonic() - begin


def enter(namespace):
    """Moves the calling thread."""
    with open(f"/run/netns/{namespace}") as file:
        if LIBC.setns(file.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), f"setns {namespace}")


class Sender(threading.Thread):
    """Sends frames out of an interface whenever it can, and counts those that the kernel took.

    Bypasses the queueing discipline of a veth, which silently takes frames that the other end does not get.
    """

    def __init__(self, namespace, interface, bypass):
        super().__init__(daemon=True)
        self.namespace, self.interface, self.bypass = namespace, interface, bypass
        self.sent, self.paused, self.ended = 0, threading.Event(), threading.Event()
        self.idle = threading.Event()

    def run(self):
        enter(self.namespace)
        out, index = None, None
        while not self.ended.is_set():
            if self.paused.is_set():
                self.idle.set()
                time.sleep(PAUSE)
                continue
            self.idle.clear()
            try:
                if out is None or socket.if_nametoindex(self.interface) != index:
                    index = socket.if_nametoindex(self.interface)
                    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
                    out.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, self.bypass)
                    out.bind((self.interface, 0))
                for _ in range(BURST):
                    out.send(FRAME)
                    self.sent += 1
            except OSError:
                pass  # no interface or no link: not sent
            time.sleep(PAUSE)
        self.idle.set()

    def pause(self):
        self.paused.set()
        self.idle.clear()
        self.idle.wait(LIMIT)

    def go_on(self):
        self.paused.clear()


class Receiver:
    """Counts the frames that come in on any interface of a namespace, from the first on of each."""

    def __init__(self, namespace):
        self.total, self.socket = 0, None
        thread = threading.Thread(target=self.open, args=[namespace])
        thread.start()
        thread.join()

    def open(self, namespace):
        enter(namespace)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE))

    def count(self):
        """The kernel's own count: frames that the socket had no room for are in it too."""
        self.total += struct.unpack("II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[0]
        return self.total


class Lab:
    """The interfaces of one kind, in namespaces of their own: of Warpline, the sender and the receiver."""

    def __init__(self, kind, workers):
        self.kind, self.workers = kind, workers
        name = f"ports{os.getpid()}"
        self.warpline, self.hosts = name + "w", {"in": name + "s", "out": name + "r"}
        self.made = []

    def __enter__(self):
        for namespace in (self.warpline, *self.hosts.values()):
            ip("netns", "add", namespace)
            self.made.append(namespace)
            for which in ("default", "all"):
                subprocess.run(["ip", "netns", "exec", namespace, "sysctl", "-qw", f"net.ipv6.conf.{which}.disable_ipv6=1"],
                               check=True)
        if self.kind == "veth":
            for side in self.hosts:
                self.make(side)
        return self

    def __exit__(self, *_):
        for namespace in self.made:
            subprocess.run(["ip", "netns", "del", namespace], check=False)

    def port(self, side):
        """The interface that Warpline has, and the one that the host has."""
        return side + "0"

    def host(self, side):
        if self.kind == "tap":
            return self.warpline, self.port(side)
        return self.hosts[side], "host0"

    def specification(self, number, side):
        if self.kind == "tap":
            return f"net_tap{number},iface={self.port(side)}"
        return f"net_af_packet{number},iface={self.port(side)},qpairs={self.workers}"

    def make(self, side):
        ip("-n", self.warpline, "link", "add", self.port(side), "type", "veth", "peer", "name", "host0", "netns",
           self.hosts[side])
        ip("-n", self.hosts[side], "link", "set", "host0", "up")
        ip("-n", self.warpline, "link", "set", self.port(side), "up")

    def delete(self, side):
        ip("-n", self.warpline, "link", "del", self.port(side))

    def exists(self, side):
        return subprocess.run(["ip", "-n", self.warpline, "link", "show", self.port(side)],
                              capture_output=True, check=False).returncode == 0

    def set(self, side, state):
        ip("-n", self.warpline, "link", "set", self.port(side), state)


class Program:
    """Warpline, forwarding from `in` to `out`."""

    def __init__(self, path, lab, folder):
        folder = pathlib.Path(folder)
        (folder / "forward.click").write_text("FromDPDKDevice(0) -> ToDPDKDevice(1);\nFromDPDKDevice(1) -> Discard;\n")
        self.report, self.control = folder / f"{lab.kind}.json", folder / "control"
        self.errors = open(folder / f"{lab.kind}.stderr", "w+")
        command = ["ip", "netns", "exec", lab.warpline, path, "run", str(folder / "forward.click"),
                   "--control", str(self.control), "--json", str(self.report), "--workers", str(lab.workers)]
        for number, side in enumerate(lab.hosts):
            command += ["-p", lab.specification(number, side)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.errors)
        try:
            wait_for(self.control.exists, "the control socket")
        except AssertionError:
            self.stop()
            raise AssertionError(f"Warpline did not start:\n{self.messages()}") from None
        self.client = socket.socket(socket.AF_UNIX)
        self.client.connect(str(self.control))
        self.input, self.events = b"", []

    def messages(self):
        self.errors.flush()
        return pathlib.Path(self.errors.name).read_text()

    def read_events(self):
        while select.select([self.client], [], [], 0)[0]:
            data = self.client.recv(1 << 16)
            if not data:
                break
            self.input += data
        *lines, self.input = self.input.split(b"\n")
        self.events += [json.loads(line) for line in lines]
        return self.events

    def states(self, port):
        """The states in its events. A deleted interface may first go down; that state is left out."""
        states = [event["state"] for event in self.read_events()
                  if event.get("event") == "port" and event["port"] == port]
        return [state for state, following in zip(states, [*states[1:], None]) if (state, following) != ("down", "gone")]

    def processor_seconds(self):
        """Of its first worker."""
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == "worker-0":
                fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
                return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        raise AssertionError("there is no worker")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Run:
    """One kind of interface: traffic, and what happens to its ports."""

    def __init__(self, options, kind, lab, folder):
        self.options, self.kind, self.lab = options, kind, lab
        self.slowest, self.busiest = 0.0, 0.0
        self.changes = {side: [] for side in options.side or ["in", "out"]}
        self.program = Program(options.program, lab, folder)
        self.receiver = Receiver(lab.host("out")[0])
        self.sender = Sender(*lab.host("in"), bypass=kind == "veth")

    def announced(self, side, *states):
        """Each change becomes an event, in order."""
        self.changes[side] += states
        port = self.lab.specification(["in", "out"].index(side), side).split(",")[0]
        wait_for(lambda: self.program.states(port) == self.changes[side] or self.program.process.poll() is not None,
                 f"the events {self.changes[side]} of {port}; there were {self.program.states(port)}")

    def traffic_again(self):
        before = self.receiver.count()
        seconds = wait_for(lambda: self.receiver.count() > before, "traffic again")
        self.slowest = max(self.slowest, seconds)
        if self.options.full and seconds > 2:
            raise AssertionError(f"traffic came again after {seconds:.2f} s, not within 2 s")

    def check_idle_worker(self):
        if not self.options.full:
            return
        self.sender.pause()
        time.sleep(0.1)
        seconds, before = 1.0, self.program.processor_seconds()
        time.sleep(seconds)
        share = (self.program.processor_seconds() - before) / seconds
        self.busiest = max(self.busiest, share)
        if share > 0.05:
            raise AssertionError(f"the idle worker took {share:.0%} of a processor")
        self.sender.go_on()

    def flap(self, side, first):
        self.lab.set(side, "down")
        self.announced(side, "down")
        if first:
            self.check_idle_worker()
        time.sleep(0.05)
        self.lab.set(side, "up")
        self.traffic_again()
        self.announced(side, "up")
        time.sleep(0.05)

    def delete(self, side, first):
        if self.kind == "tap":
            # What the kernel holds for a tap that is deleted is lost uncounted.
            self.sender.pause()
            time.sleep(0.1)
            self.lab.delete(side)
            self.announced(side, "gone", "up")
            if first:
                self.check_idle_worker()
            self.sender.go_on()
            self.traffic_again()
        else:
            self.lab.delete(side)
            self.announced(side, "gone")
            if first:
                self.check_idle_worker()
            self.lab.make(side)
            self.traffic_again()
            self.announced(side, "up")
        time.sleep(0.05)

    def rounds(self):
        flaps, deletions = (20, 10) if self.options.full else (2, 1)
        flaps, deletions = self.options.flaps or flaps, self.options.deletions or deletions
        self.sender.start()
        self.traffic_again()
        for side in self.changes:
            for number in range(flaps):
                self.flap(side, number == 0)
            for number in range(deletions):
                self.delete(side, number == 0)
        self.sender.pause()
        time.sleep(0.2)

    def finish(self):
        self.sender.ended.set()
        code = self.program.stop()
        if code != 0:
            raise AssertionError(f"Warpline ended with {code}:\n{self.program.messages()}")
        report = json.loads(self.program.report.read_text())
        dropped = {}
        for drop in report["drops"]:
            dropped[drop["reason"]] = dropped.get(drop["reason"], 0) + drop["packets"]
        missed = report["ports"][0]["missed"]
        counts = {"sent": self.sender.sent, "delivered": self.receiver.count(), "dropped": dropped, "missed": missed,
                  "missed is from": report["ports"][0].get("missed_from"), "transmitted": report["transmitted"]}
        print(f"{self.kind}: {json.dumps(counts)}")
        print(f"{self.kind}: traffic again within {self.slowest:.3f} s"
              + (f", idle worker of a dead port: {self.busiest:.1%}" if self.options.full else ""))
        if not counts["missed is from"]:
            raise AssertionError("the report does not name the source of `missed`")
        if report["transmitted"] != counts["delivered"]:
            raise AssertionError("not everything that counts as transmitted was delivered")
        if counts["sent"] != counts["delivered"] + sum(dropped.values()) + missed:
            raise AssertionError("sent != delivered + dropped + missed")
        lines = [line for line in self.program.messages().splitlines() if "port 'net_" in line]
        if len(lines) != len(self.program.read_events()):
            raise AssertionError(f"{len(lines)} lines, {len(self.program.events)} events")
        if "out" in self.changes and not {"link_down", "tx_error"} & set(dropped):
            raise AssertionError("nothing was dropped for its link")


def possible(kind):
    """Why this machine cannot do it; empty where it can."""
    if os.geteuid() != 0:
        return "needs root"
    if kind == "tap" and not os.path.exists("/dev/net/tun"):
        return "needs /dev/net/tun"
    name = f"ports{os.getpid()}t"
    try:
        ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError):
        return "network namespaces cannot be made here"
    try:
        if kind == "veth":
            ip("-n", name, "link", "add", "a0", "type", "veth", "peer", "name", "b0")
        else:
            ip("-n", name, "tuntap", "add", "dev", "a0", "mode", "tap")
    except subprocess.CalledProcessError:
        return f"this kernel makes no {kind}"
    finally:
        ip("netns", "del", name)
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--full", action="store_true", help="Run 20 link changes and 10 deletions a side; check times")
    parser.add_argument("--kind", choices=["veth", "tap"], action="append", help="Test only this kind (default: both)")
    parser.add_argument("--side", choices=["in", "out"], action="append", help="Change only this side (default: both)")
    parser.add_argument("--workers", type=int, default=1, help="Run Warpline with this many workers (default: 1)")
    parser.add_argument("--flaps", type=int, help="Link changes a side")
    parser.add_argument("--deletions", type=int, help="Deletions a side")
    options = parser.parse_args()
    tested = False
    for kind in options.kind or ["veth", "tap"]:
        reason = possible(kind)
        if reason:
            print(f"skipped: {kind}: {reason}")
            continue
        tested = True
        with tempfile.TemporaryDirectory(prefix="warpline-") as folder, Lab(kind, options.workers) as lab:
            run = Run(options, kind, lab, folder)
            try:
                run.rounds()
                run.finish()
            except AssertionError as error:
                sys.exit(f"{kind}: {error}\n{run.program.messages()}")
            finally:
                run.program.process.kill()
                run.program.process.wait()
    sys.exit(0 if tested else SKIPPED)


main()
