# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Packets of the peer that somebody sends to Warpline again, or has changed: each is refused under its name."""

import collections
import ipaddress
import socket
import time

import traffic

PACKET_OUTGOING = 4
COUNTERS = {"replayed": "replayed", "too_old": "too_old", "bad_icv": "integrity_failures"}


class Wire:
    """What goes between the guest and Warpline's unprotected port."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind(("black0", 0))
        self.socket.setblocking(False)

    def esp(self, case):
        """(sequence number, offset of ESP, frame) of each frame to Warpline under the case's inbound SA, so far."""
        offset = 14 + (20 if case.outer == 4 else 40) + (8 if case.udp else 0)
        found = []
        while True:
            try:
                frame, sender = self.socket.recvfrom(65536)
            except BlockingIOError:
                return found
            if sender[2] == PACKET_OUTGOING and frame[offset:offset + 4] == case.spi("in").to_bytes(4, "big"):
                found.append((int.from_bytes(frame[offset + 4:offset + 8], "big"), offset, frame))

    def send(self, frame):
        self.socket.setblocking(True)
        self.socket.send(frame)
        self.socket.setblocking(False)


def changed(frame, offset, data):
    return frame[:offset] + data + frame[offset + len(data):]


def in_the_clear(case, frame):
    """UDP between the addresses of the case, as if from the guest, without ESP."""
    source, destination = (ipaddress.ip_address(case.address(side)).packed for side in ("peer", "host"))
    udp = (7).to_bytes(2, "big") * 2 + (16).to_bytes(2, "big") + bytes(10)
    if case.inner == 4:
        ip = bytes.fromhex("45000024000040004011") + bytes(2) + source + destination
    else:
        ip = bytes.fromhex("6000000000101140") + source + destination
    return frame[:12] + (b"\x08\x00" if case.inner == 4 else b"\x86\xdd") + ip + udp


def attacks(case, captured):
    """(reason, frame) of what must be refused."""
    last = max(number for number, _, _ in captured)
    window = max(64, case.window)
    for number, offset, frame in captured:
        if last - number < window:
            yield "replayed", frame
        else:
            # A number left of the window is, if extended, one of the next 2^32, for which the ICV is another.
            yield ("bad_icv" if case.window else "too_old"), frame
    for i, (_, offset, frame) in enumerate(captured[-40:]):
        fresh = changed(frame, offset + 4, (last + 1 + i).to_bytes(4, "big"))
        yield "bad_icv", fresh
        at = offset + 8 + i * 7 % (len(frame) - offset - 8)
        yield "bad_icv", changed(fresh, at, bytes([frame[at] ^ 1 << i % 8]))
        yield "truncated", frame[:-1 - i]
        yield "no_sa", changed(frame, offset, (case.spi("in") ^ 0x80000000).to_bytes(4, "big"))
        yield "policy_protect", in_the_clear(case, frame)


def attack(bench, case, wire):
    """{reason: packets} that Warpline has to drop; None where the SA counts otherwise or a good packet is lost."""
    flow = traffic.Datagrams(case.address("host"), case.address("peer"))
    wire.esp(case)
    flow.run(count=200)
    captured = wire.esp(case)
    before = bench.gateway.sas()["in", case.spi("in")]
    expected = collections.Counter()
    for reason, frame in attacks(case, captured):
        wire.send(frame)
        expected[reason] += 1
        if expected.total() % 32 == 0:
            time.sleep(0.01)
    end = time.monotonic() + 5
    while True:
        after = bench.gateway.sas()["in", case.spi("in")]
        counted = {reason: after[name] - before[name] for reason, name in COUNTERS.items()}
        if counted == {reason: expected[reason] for reason in COUNTERS} or time.monotonic() > end:
            break
        time.sleep(0.05)
    outcome = flow.run(count=200)
    flow.close()
    faults = [] if counted == {reason: expected[reason] for reason in COUNTERS} else [f"counted {counted}"]
    if len(captured) < 200:
        faults.append(f"captured {len(captured)} packets")
    print(case.line(outcome, faults) + "  refused: " + ", ".join(f"{count} {reason}" for reason, count in expected.items()))
    return expected if outcome.good and not faults else None


def run(bench):
    """{reason: packets} of all that was refused, or None if something was not."""
    chosen = [next((case for case in bench.cases if wanted(case)), None)
              for wanted in (lambda case: not case.window and not case.udp, lambda case: case.window == 128 and case.udp,
                             lambda case: case.window == 1024 and case.mode == "transport",
                             lambda case: "cbc" in case.suite)]
    print("\nreplays and forgeries")
    wire, total, good = Wire(), collections.Counter(), True
    for case in filter(None, chosen):
        expected = attack(bench, case, wire)
        good = good and expected is not None
        total += expected or {}
    return dict(total) if good else None
