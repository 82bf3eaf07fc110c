# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Reads SA files and decides what must become of a frame: a second implementation, for the oracles."""

import ipaddress
import shlex
from dataclasses import dataclass, field

SUITES = {"aes128-gcm": "rfc4106(gcm(aes))", "aes128-ctr-hmac-sha1-96": "rfc3686(ctr(aes))"}


@dataclass
class Sa:
    source: str = ""
    destination: str = ""
    spi: int = 0
    cipher: str = ""
    key: bytes = b""
    auth_key: bytes = b""
    selector: dict = field(default_factory=dict)
    last_sequence: int = 0

    def matches(self, source, destination):
        """Whether the selector takes a packet between these addresses."""
        for side, address in (("src", source), ("dst", destination)):
            network = self.selector.get(side)
            if network is not None and (network.version != address.version or address not in network):
                return False
        return True


def _parse(words):
    sa = Sa()
    words = iter(words)
    selecting = False
    for word in words:
        if word in ("ip", "xfrm", "state", "add"):
            continue
        if word == "sel":
            selecting = True
        elif selecting and word in ("src", "dst"):
            sa.selector[word] = ipaddress.ip_network(next(words), strict=False)
        elif word == "src":
            sa.source = next(words)
        elif word == "dst":
            sa.destination = next(words)
        elif word == "spi":
            sa.spi = int(next(words), 0)
        elif word == "replay-oseq":
            sa.last_sequence = int(next(words), 0)
        elif word in ("aead", "enc"):
            sa.cipher, sa.key = next(words), bytes.fromhex(next(words)[2:])
            if word == "aead":
                next(words)
        elif word == "auth-trunc":
            next(words)
            sa.auth_key = bytes.fromhex(next(words)[2:])
            next(words)
        elif word in ("proto", "mode", "reqid", "replay-window", "flag"):
            next(words)
        else:
            raise ValueError(f"unknown word {word!r}")
    return sa


def load(path, suite):
    """The SAs of the suite in file order."""
    blocks = []
    for line in open(path).read().replace("\\\n", " ").split("\n"):
        words = shlex.split(line, comments=True)
        if words and not line[0].isspace():
            blocks.append([])
        if words:
            blocks[-1] += words
    return [sa for sa in map(_parse, blocks) if sa.cipher == SUITES[suite]]


def inner_packet(frame):
    """The whole IP packet in an Ethernet frame with its addresses and next-header number, or None."""
    kind, data = frame[12:14], frame[14:]
    if kind == b"\x08\x00" and len(data) >= 20 and data[0] >> 4 == 4:
        size, head = int.from_bytes(data[2:4], "big"), (data[0] & 15) * 4
        if head < 20 or size < head or size > len(data):
            return None
        return (data[:size], ipaddress.ip_address(data[12:16]), ipaddress.ip_address(data[16:20]), 4)
    if kind == b"\x86\xdd" and len(data) >= 40 and data[0] >> 4 == 6:
        size = 40 + int.from_bytes(data[4:6], "big")
        if size > len(data):
            return None
        return (data[:size], ipaddress.ip_address(data[8:24]), ipaddress.ip_address(data[24:40]), 41)
    return None


def expected(frames, sas):
    """(SA, inner packet, next header) of each frame that must come out, in order."""
    for frame in frames:
        inner = inner_packet(frame)
        if inner is None:
            continue
        data, source, destination, protocol = inner
        sa = next((sa for sa in sas if sa.matches(source, destination)), None)
        if sa is not None:
            yield sa, data, protocol
