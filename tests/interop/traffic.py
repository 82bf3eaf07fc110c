# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Packets to the echo of the guest: each crosses the tunnel once in either direction and comes back as it was, or is lost."""

import random
import select
import socket
import time
from dataclasses import dataclass

ECHO_PORT = 7
MTU = 1390  # of the packets inside
POOL = random.Random(4303).randbytes(1 << 16)


@dataclass
class Outcome:
    sent: int = 0
    received: int = 0
    wrong: int = 0  # not what was sent, or a second time
    bytes: int = 0  # there and back
    seconds: float = 0.0

    @property
    def lost(self):
        return self.sent - self.received

    @property
    def good(self):
        return self.sent > 0 and self.lost == 0 and self.wrong == 0


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Datagrams:
    """Numbered UDP packets of every size; a few are under way at a time, and none is sent twice."""

    def __init__(self, source, destination, window=48):
        self.socket = socket.socket(family(source), socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((source, 0))
        self.socket.connect((destination, ECHO_PORT))
        self.socket.setblocking(False)
        self.largest = MTU - (48 if ":" in source else 28)
        self.window = window
        self.outcome = Outcome()
        self.under_way = {}  # number: when it was sent

    def payload(self, number):
        size = 8 + number * 521 % (self.largest - 7)
        start = number * 97 % (len(POOL) - size)
        return number.to_bytes(8, "big") + POOL[start:start + size - 8]

    def send(self):
        number = self.outcome.sent
        data = self.payload(number)
        try:
            self.socket.send(data)
        except (BlockingIOError, ConnectionRefusedError):
            return False
        self.outcome.sent += 1
        self.outcome.bytes += 2 * len(data)
        self.under_way[number] = time.monotonic()
        return True

    def receive(self):
        try:
            data = self.socket.recv(65536)
        except (BlockingIOError, ConnectionRefusedError):
            return False
        number = int.from_bytes(data[:8], "big")
        if self.under_way.pop(number, None) is None or data != self.payload(number):
            self.outcome.wrong += 1
        else:
            self.outcome.received += 1
        return True

    def run(self, count=None, stop=None, patience=3.0):
        """Sends `count` packets, or until the event `stop`; then waits for what is under way. Can be called again."""
        begin = time.monotonic()
        target = None if count is None else self.outcome.sent + count
        while True:
            now = time.monotonic()
            sending = self.outcome.sent < target if target is not None else not stop.is_set()
            oldest = next(iter(self.under_way.values()), None)
            if not sending and not self.under_way or oldest is not None and now - oldest > patience:
                break
            while sending and len(self.under_way) < self.window and (target is None or self.outcome.sent < target):
                if not self.send():
                    break
            select.select([self.socket], [], [], 0.05)
            while self.receive():
                pass
        self.outcome.seconds += time.monotonic() - begin
        return self.outcome

    def close(self):
        self.socket.close()


def part(start, size):
    """Bytes of an endless stream."""
    start %= len(POOL)
    return (POOL + POOL)[start:start + size]


def stream(source, destination, size):
    """The same by TCP: an Outcome that counts bytes instead of packets."""
    begin = time.monotonic()
    sent = received = wrong = 0
    with socket.socket(family(source), socket.SOCK_STREAM) as made:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1320)
        made.bind((source, 0))
        made.settimeout(10)
        made.connect((destination, ECHO_PORT))
        made.setblocking(False)
        while received < size:
            room = sent < size and sent - received < 1 << 17
            readable, writable, _ = select.select([made], [made] if room else [], [], 5)
            if writable:
                sent += made.send(part(sent, min(16384, size - sent)))
            data = made.recv(32768) if readable else b""
            if not data and not writable:
                break
            wrong += data != part(received, len(data))
            received += len(data)
    return Outcome(sent=size, received=received, wrong=wrong, bytes=2 * size, seconds=time.monotonic() - begin)


def ping(source, destination, seconds=2):
    """Whether an ICMP echo request is answered, with its own bytes."""
    version6 = ":" in source
    request, reply = (128, 129) if version6 else (8, 0)
    kind = socket.IPPROTO_ICMPV6 if version6 else socket.IPPROTO_ICMP
    with socket.socket(family(source), socket.SOCK_RAW, kind) as made:
        made.bind((source, 0))
        body = b"\x57\x4c\0\1" + POOL[:56]
        head = bytes([request, 0])
        total = sum(int.from_bytes((head + b"\0\0" + body)[i:i + 2], "big") for i in range(0, 64, 2))
        total = (total & 0xFFFF) + (total >> 16)
        checksum = 0xFFFF - ((total & 0xFFFF) + (total >> 16))
        made.sendto(head + checksum.to_bytes(2, "big") + body, (destination, 0))
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            made.settimeout(left)
            try:
                data, sender = made.recvfrom(65536)
            except TimeoutError:
                break
            message = data if version6 else data[(data[0] & 15) * 4:]
            if sender[0] == destination and message[0] == reply and message[4:] == body:
                return True
    return False
