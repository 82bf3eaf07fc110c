# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Packets and captures for golden tests, with nothing but the standard library."""

import struct
from decimal import Decimal

A = bytes.fromhex("020000000001")  # the addresses of every frame: from A to B
B = bytes.fromhex("020000000002")


def raw(text):
    """A frame of these hexadecimal bytes."""
    return bytes.fromhex(text)


def fill(size):
    """`size` bytes that differ: 0, 1, 2, ..."""
    return bytes(i & 0xFF for i in range(size))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def address(text):
    return bytes(map(int, text.split(".")))


def ether(payload, kind=0x0800, source=A, destination=B):
    return destination + source + struct.pack("!H", kind) + payload


def ipv4(payload, src="10.0.0.1", dst="10.1.0.1", ttl=64, protocol=17, identification=0, fragment=0, tos=0):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, tos, 20 + len(payload), identification, fragment, ttl, protocol, 0,
                       address(src), address(dst))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def udp(size, ttl=64, src="10.0.0.1", dst="10.1.0.1", sport=1000, dport=9, data=None):
    """An Ethernet frame of `size` bytes with IPv4 and UDP, or with these `data`."""
    data = fill(size - 42) if data is None else data
    return ether(ipv4(struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data, src, dst, ttl))


def fragmentation_needed(frame, mtu, src):
    """What `src` answers to this IPv4 frame with DF (RFC 792, RFC 1191), in 576 bytes of IP."""
    icmp = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + frame[14:14 + 548]
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    source = ".".join(map(str, frame[26:30]))
    return swapped(ether(ipv4(icmp, src, source, protocol=1, fragment=0x4000, tos=0xc0)))


def tcp(data=b"", src="10.0.0.1", dst="10.1.0.1", sport=1000, dport=80, seq=1, ack=0, flags=0x10, window=0, **ip):
    """An Ethernet frame with IPv4 and TCP."""
    head = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, window, 0, 0)
    pseudo = address(src) + address(dst) + struct.pack("!HH", 6, len(head + data))
    head = head[:16] + struct.pack("!H", checksum(pseudo + head + data)) + head[18:]
    return ether(ipv4(head + data, src, dst, protocol=6, **ip))


def prohibited(frame):
    """The answer to this IPv4 frame in the name of its destination: ICMP unreachable, "host prohibited"."""
    icmp = struct.pack("!BBHI", 3, 10, 0, 0) + frame[14:14 + 548]
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    source, destination = (".".join(map(str, frame[at:at + 4])) for at in (26, 30))
    return swapped(ether(ipv4(icmp, destination, source, protocol=1, fragment=0x4000, tos=0xc0)))


def swapped(frame):
    """The frame with its Ethernet addresses exchanged."""
    return frame[6:12] + frame[:6] + frame[12:]


def aged(frame):
    """The IPv4 frame after one more hop: TTL less one, checksum right."""
    head = bytearray(frame[14:34])
    head[8] -= 1
    head[10:12] = b"\0\0"
    head[10:12] = struct.pack("!H", checksum(bytes(head)))
    return frame[:14] + bytes(head) + frame[34:]


def patched(frame, offset, text):
    """The frame with these hexadecimal bytes at `offset`."""
    data = bytes.fromhex(text)
    return frame[:offset] + data + frame[offset + len(data):]


def parse(lines):
    """(time in nanoseconds, frame) of each line `SECONDS EXPRESSION`; `SECONDS+STEP*COUNT` repeats."""
    found = []
    for line in lines:
        line = line.split("#")[0].strip()
        if not line:
            continue
        when, expression = line.split(None, 1)
        start, _, rest = when.partition("+")
        step, _, count = rest.partition("*")
        for i in range(int(count or 1)):
            time = int((Decimal(start) + Decimal(step or 0) * i) * 10**9)
            found.append((time, eval(expression, dict(globals(), i=i))))
    return found


def capture(frames, words):
    order = ">" if "big-endian" in words else "<"
    nano = "nanoseconds" in words
    snap = int(words[words.index("snap") + 1]) if "snap" in words else 262144
    data = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snap, 1)
    for time, frame in frames:
        part = time % 10**9 if nano else time % 10**9 // 1000
        data += struct.pack(order + "IIII", time // 10**9, part, min(len(frame), snap), len(frame))
        data += frame[:snap]
    return data


def read(data):
    """The (time, frame) pairs of a pcap."""
    magic = struct.unpack("<I", data[:4])[0]
    order = "<" if magic in (0xA1B2C3D4, 0xA1B23C4D) else ">"
    nano = struct.unpack(order + "I", data[:4])[0] == 0xA1B23C4D
    offset, found = 24, []
    while offset < len(data):
        seconds, part, size, wire = struct.unpack(order + "IIII", data[offset:offset + 16])
        frame = data[offset + 16:offset + 16 + size]
        assert len(frame) == size == wire, "a record is cut"
        found.append((seconds * 10**9 + part * (1 if nano else 1000), frame))
        offset += 16 + size
    return found


def describe(packet):
    time, frame = packet
    return f"{time / 10**9:.9f} {len(frame)} bytes {frame[:80].hex()}{'...' if len(frame) > 80 else ''}"
