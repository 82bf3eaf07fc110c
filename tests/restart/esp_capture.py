# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""ESP frames of a pcap file, and what must hold of their sequence numbers."""

import hashlib
import struct
from typing import NamedTuple


class EspFrame(NamedTuple):
    time: float
    spi: int
    low: int  # half of the sequence number
    frame: bytes


def read(path):
    """Those of plain Ethernet and IPv4. A last record that is cut ends the file."""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 24:
        return
    unit = {b"\xd4\xc3\xb2\xa1": 1e-6, b"\x4d\x3c\xb2\xa1": 1e-9}[data[:4]]
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, size, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + size]
        at += 16 + size
        if len(frame) == size and size >= 42 and frame[12:14] == b"\x08\x00" and frame[23] == 50:
            spi, low = struct.unpack_from("!II", frame, 34)
            yield EspFrame(seconds + fraction * unit, spi, low, frame)


class Numbers:
    """Every (SPI, 64-bit number) that was sent so far; the high half is followed by the low one."""

    def __init__(self):
        self.seen, self.last = {}, {}
        self.repeated = []

    def add(self, frame):
        """The whole number."""
        last = self.last.get(frame.spi, 0)
        number = (last & ~0xffffffff) | frame.low
        if number + (1 << 31) < last:
            number += 1 << 32
        digest = hashlib.blake2b(frame.frame[34:], digest_size=8).digest()
        if self.seen.setdefault((frame.spi, number), digest) != digest:
            self.repeated.append((frame.spi, number))
        self.last[frame.spi] = max(last, number)
        return number
