# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""What must become of a frame by docs/ipsec_format.md: a second implementation, for the oracles."""

import dataclasses
import ipaddress
import sys

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/pipelines")
import packets  # noqa: E402

ESP, UDP = 50, 17
HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS = 0, 43, 44, 60


@dataclasses.dataclass
class Due:
    """A frame that must come out."""
    sa: object
    frame: bytes  # as it went in
    packet: bytes  # the IP packet in it
    before: bytes = b""  # what must stand before ESP, and
    text: bytes = b""  # what must be encrypted
    next_header: int = 0
    size: int = 0  # of the frame that comes out
    sequence: int = 0


def ip_packet(frame):
    """The whole IP packet in an Ethernet frame with its addresses, or None."""
    kind, data = frame[12:14], frame[14:]
    if kind == b"\x08\x00" and len(data) >= 20 and data[0] >> 4 == 4:
        size, head = int.from_bytes(data[2:4], "big"), (data[0] & 15) * 4
        if head < 20 or size < head or size > len(data):
            return None
        return data[:size], ipaddress.ip_address(data[12:16]), ipaddress.ip_address(data[16:20])
    if kind == b"\x86\xdd" and len(data) >= 40 and data[0] >> 4 == 6:
        size = 40 + int.from_bytes(data[4:6], "big")
        if size > len(data):
            return None
        return data[:size], ipaddress.ip_address(data[8:24]), ipaddress.ip_address(data[24:40])
    return None


def traffic_class(packet):
    return packet[1] if packet[0] >> 4 == 4 else int.from_bytes(packet[:2], "big") >> 4 & 0xFF


def with_traffic_class(packet, value):
    """The packet with another TOS or traffic class, and its checksum right."""
    changed = bytearray(packet)
    if packet[0] >> 4 == 6:
        changed[0], changed[1] = 0x60 | value >> 4, (value & 15) << 4 | packet[1] & 15
        return bytes(changed)
    changed[1] = value
    return with_checksum(changed)


def with_checksum(packet):
    packet = bytearray(packet)
    head = (packet[0] & 15) * 4
    packet[10:12] = b"\0\0"
    packet[10:12] = packets.checksum(bytes(packet[:head])).to_bytes(2, "big")
    return bytes(packet)


def headers(packet):
    """(number of bytes before ESP in transport mode, where their last next-header number is)."""
    if packet[0] >> 4 == 4:
        return (packet[0] & 15) * 4, 9
    at, number_at = 40, 6
    found = at, number_at
    while packet[number_at] in (HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS):
        kind, number_at = packet[number_at], at
        at += 8 if kind == FRAGMENT else 8 * (packet[at + 1] + 1)
        if kind != DESTINATION_OPTIONS:
            found = at, number_at
    return found


def with_size(header, number_at, protocol, size):
    """The IP header with this protocol, with `size` bytes after it."""
    header = bytearray(header)
    header[number_at] = protocol
    if header[0] >> 4 == 6:
        header[4:6] = (len(header) - 40 + size).to_bytes(2, "big")
        return bytes(header)
    header[2:4] = (len(header) + size).to_bytes(2, "big")
    return with_checksum(header)


def tunnel_header(sa, inner, sequence):
    """The outer header, of whatever protocol and size."""
    tos = traffic_class(inner)
    if "dont-encap-dscp" in sa.flags:
        tos &= 3
    ends = ipaddress.ip_address(sa.source).packed + ipaddress.ip_address(sa.destination).packed
    if sa.outer_version == 6:
        return (6 << 28 | tos << 20).to_bytes(4, "big") + b"\0\0\0\x40" + ends
    kept = inner[6] & 0x40 if inner[0] >> 4 == 4 else 0x40
    df = 0 if "nopmtudisc" in sa.flags else kept
    return bytes([0x45, tos, 0, 0]) + (sequence & 0xFFFF).to_bytes(2, "big") + bytes([df, 0, 64, 0, 0, 0]) + ends


def form(sa, packet, sequence, ethernet=b""):
    """(before, text, next header, size after `before`) of a packet in ESP; a UDP checksum is 0 in `before`."""
    if sa.tunnel:
        header, number_at = tunnel_header(sa, packet, sequence), 9 if sa.outer_version == 4 else 6
        text, next_header = packet, 4 if packet[0] >> 4 == 4 else 41
    else:
        size, number_at = headers(packet)
        header, text, next_header = packet[:size], packet[size:], packet[number_at]
    suite = sa.suite
    esp_size = 8 + suite.iv_size + len(text) + -(len(text) + 2) % suite.block + 2 + suite.icv_size
    udp = b"".join(part.to_bytes(2, "big") for part in (*sa.udp, 8 + esp_size, 0)) if sa.udp else b""
    header = with_size(header, number_at, UDP if sa.udp else ESP, len(udp) + esp_size)
    kind = b"\x08\x00" if header[0] >> 4 == 4 else b"\x86\xdd"
    return ethernet + (kind if ethernet else b"") + header + udp, text, next_header, esp_size


def udp_checksum(sa, frame, start):
    """The UDP checksum of a frame whose ESP header is at `start`: over IPv4 none."""
    if frame[12:14] == b"\x08\x00" or "udp6zerocsumtx" in sa.flags:
        return 0
    udp = frame[start - 8:start - 2] + b"\0\0" + frame[start:]
    pseudo = frame[22:54] + len(udp).to_bytes(4, "big") + bytes([0, 0, 0, UDP])
    return packets.checksum(pseudo + udp) or 0xFFFF


def due(frames, sas):
    """What must come out, in order."""
    sequences = {id(sa): sa.sequence for sa in sas}
    for frame in frames:
        found = ip_packet(frame)
        if found is None:
            continue
        packet, source, destination = found
        sa = next((sa for sa in sas if sa.matches(source, destination)), None)
        if sa is None:
            continue
        sequences[id(sa)] += 1
        before, text, next_header, size = form(sa, packet, sequences[id(sa)], frame[:12])
        yield Due(sa, frame, packet, before, text, next_header, len(before) + size, sequences[id(sa)])
