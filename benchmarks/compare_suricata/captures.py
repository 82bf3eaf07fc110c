# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Captures for compare_suricata: copies of captures with other addresses, all at once, and random payloads."""

import gzip
import random
import struct

BEGIN_US = 1_700_000_000 * 1_000_000
COPY_US, FILE_US = 3_000_000, 137_000  # between the beginnings of copies, and of files within a copy
MAX_US = 60_000_000  # of one file, where its clock jumps
TCP, UDP, ICMP6 = 6, 17, 58
CHECKSUM_AT = {TCP: 16, UDP: 6, ICMP6: 2}


def read_capture(path):
    """(time in microseconds, frame, length on the wire) of each frame of a pcap with Ethernet frames."""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rb") as file:
        data = file.read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}
    if data[:4] not in order:
        raise ValueError(f"{path} is no pcap")
    end = order[data[:4]]
    unit = 1000 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1
    if struct.unpack(end + "I", data[20:24])[0] & 0xffff != 1:
        raise ValueError(f"{path} has no Ethernet frames")
    frames, at = [], 24
    while at + 16 <= len(data):
        seconds, part, captured, length = struct.unpack(end + "IIII", data[at:at + 16])
        frames.append((seconds * 1_000_000 + part // unit, data[at + 16:at + 16 + captured], length))
        at += 16 + captured
    return frames


def write_capture(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for time_us, frame, length in frames:
            file.write(struct.pack("<IIII", time_us // 1_000_000, time_us % 1_000_000, len(frame),
                                   max(length, len(frame))))
            file.write(frame)


def patch(frame, at, old, new):
    """Updates a checksum for changed bytes (RFC 1624): a wrong one stays wrong."""
    if at + 2 > len(frame):
        return
    total = ~struct.unpack_from(">H", frame, at)[0] & 0xffff
    for before, after in zip(struct.iter_unpack(">H", old), struct.iter_unpack(">H", new)):
        total += (~before[0] & 0xffff) + after[0]
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    struct.pack_into(">H", frame, at, ~total & 0xffff)


class Headers:
    """Offsets in a frame: of the IP header (none: 0), of what follows it and of the payload; 0 if unknown."""

    def __init__(self, frame):
        self.network = self.transport = self.payload = self.end = self.version = self.protocol = 0
        at, kind = 14, frame[12:14]
        while kind in (b"\x81\x00", b"\x88\xa8"):
            kind, at = frame[at + 2:at + 4], at + 4
        if kind == b"\x08\x00" and len(frame) >= at + 20:
            self.network, self.version, self.protocol = at, 4, frame[at + 9]
            self.end = at + struct.unpack_from(">H", frame, at + 2)[0]
            if struct.unpack_from(">H", frame, at + 6)[0] & 0x1fff == 0:
                self.transport = at + (frame[at] & 15) * 4
        elif kind == b"\x86\xdd" and len(frame) >= at + 40:
            self.network, self.version, self.protocol = at, 6, frame[at + 6]
            self.end = at + 40 + struct.unpack_from(">H", frame, at + 4)[0]
            self.transport = at + 40
        self.end = min(self.end, len(frame))
        if self.protocol == UDP and self.transport:
            self.payload = self.transport + 8
        elif self.protocol == TCP and self.transport and self.transport + 20 <= self.end:
            self.payload = self.transport + (frame[self.transport + 12] >> 4) * 4


def renumbered(frame, copy):
    """The frame with other addresses for each copy. The first octet stays, and 192.168, so that HOME_NET does."""
    headers = Headers(frame)
    if copy == 0 or headers.network == 0:
        return frame
    changed = bytearray(frame)
    four = headers.version == 4
    at, size = headers.network + (12 if four else 8), 8 if four else 32
    for end in range(at, at + size, size // 2):
        if four:
            changed[end + 1] ^= 0 if frame[end] == 192 else copy & 0x3f
            changed[end + 2] ^= copy * 7 & 0xff
        else:
            changed[end + 2] ^= copy >> 8 & 0xff
            changed[end + 3] ^= copy & 0xff
    old, new = frame[at:at + size], bytes(changed[at:at + size])
    if four:
        patch(changed, headers.network + 10, old, new)
    if headers.transport and headers.protocol in CHECKSUM_AT:
        place = headers.transport + CHECKSUM_AT[headers.protocol]
        if not (four and headers.protocol == UDP and frame[place:place + 2] == b"\0\0"):
            patch(changed, place, old, new)
    return bytes(changed)


def copies_of(paths, count):
    """All frames of `count` copies of the captures in the order of time; within a copy of a file in its order."""
    frames = []
    for number, path in enumerate(paths):
        original = read_capture(path)
        for copy in range(count):
            last = 0
            for index, (time_us, frame, length) in enumerate(original):
                passed = max(0, min(time_us - original[0][0], MAX_US))
                last = max(last, BEGIN_US + copy * COPY_US + number * FILE_US + passed)
                frames.append((last, copy, number, index, renumbered(frame, copy), length))
    frames.sort(key=lambda each: each[:4])
    return [(time_us, frame, length) for time_us, _, _, _, frame, length in frames]


def with_random_payloads(frames, seed=1):
    """The frames with other bytes in TCP and UDP payloads; checksums stay as they are."""
    source, result = random.Random(seed), []
    for time_us, frame, length in frames:
        headers = Headers(frame)
        if 0 < headers.payload < headers.end:
            payload = source.randbytes(headers.end - headers.payload)
            frame = frame[:headers.payload] + payload + frame[headers.end:]
        result.append((time_us, frame, length))
    return result
