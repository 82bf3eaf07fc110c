# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""An SA for every suite, mode, IP version outside and inside, with and without extended sequence numbers and UDP, and
packets for each; always the same."""

import ipaddress
import itertools
import random
import sys

import sa_file

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/pipelines")
import packets  # noqa: E402

PACKETS = 8  # for each SA


class Line:
    """An SA, as text and as what its packets need."""

    def __init__(self, number, suite, tunnel, outer, inner, esn, udp, draw):
        self.tunnel, self.inner, self.udp = tunnel, inner, udp
        a, b = number >> 8, number & 0xFF
        self.network = f"10.{128 + a}.{b}.0/24" if inner == 4 else f"2001:db8:{number:x}::/64"
        self.source = "10.9.0.1" if inner == 4 else "2001:db8:ffff::1"
        self.destination = f"10.{128 + a}.{b}.7" if inner == 4 else f"2001:db8:{number:x}::7"
        ends = (self.source, self.destination)
        if tunnel:
            ends = ("192.0.2.1", "192.0.2.2") if outer == 4 else ("2001:db8:fffe::1", "2001:db8:fffe::2")
        about = sa_file.SUITES[suite]
        key = "0x" + draw.randbytes(about.key_size).hex()
        words = [f"src {ends[0]} dst {ends[1]} proto esp spi {draw.randrange(0x100, 2**20) << 12 | number}",
                 f"mode {'tunnel' if tunnel else 'transport'} replay-window 128"]
        if about.authentication:
            words.append(f'enc "{about.cipher}" {key} auth-trunc "{about.authentication}"'
                         f" 0x{draw.randbytes(about.authentication_key_size).hex()} {8 * about.icv_size}")
        else:
            words.append(f'aead "{about.cipher}" {key} {8 * about.icv_size}')
        if esn:  # the low half wraps on the way
            words.append(f"flag esn replay-oseq 0xfffffff9 replay-oseq-hi {draw.choice([0, 0, 1, 0xFFFF])}")
        elif draw.randrange(2):
            words.append(f"replay-oseq {draw.randrange(2**32 - 1000)}")
        if udp:
            words.append(f"encap espinudp {draw.choice([4500, 40000])} 4500 0.0.0.0")
            if number % 4 == 1:
                words.append("flag udp6zerocsumtx")
        if tunnel and number % 3 == 1:
            words.append("flag nopmtudisc")
        if tunnel and number % 5 == 1:
            words.append("extra-flag dont-encap-dscp")
        self.text = " \\\n ".join([*words, f"sel dst {self.network}"]) + "\n"


def lines():
    draw = random.Random(4303)
    flags = (False, True)
    forms = [(True, outer, inner) for outer in (4, 6) for inner in (4, 6)] + [(False, each, each) for each in (4, 6)]
    every = itertools.product(sa_file.SUITES, forms, flags, flags)
    return [Line(number, suite, *form, esn, udp, draw) for number, (suite, form, esn, udp) in enumerate(every)]


def extensions(draw, numbers):
    """IPv6 extension headers of these kinds, before UDP."""
    made = b""
    for number, following in zip(numbers, (*numbers[1:], 17)):
        size = draw.randrange(3)
        made += bytes([following, size, 1, 4 + 8 * size]) + bytes(4 + 8 * size)
    return made


def ipv6(payload, line, draw, numbers):
    carried = extensions(draw, numbers) + payload
    head = (6 << 28 | draw.randrange(2**28)).to_bytes(4, "big") + len(carried).to_bytes(2, "big")
    head += bytes([(*numbers, 17)[0], draw.randrange(1, 256)])
    ends = b"".join(ipaddress.ip_address(each).packed for each in (line.source, line.destination))
    return packets.ether(head + ends + carried, kind=0x86DD)


def ipv4(payload, line, draw, options):
    made = bytearray(packets.ipv4(options + payload, src=line.source, dst=line.destination))
    made[0] += len(options) // 4
    made[1], made[6], made[8] = draw.randrange(256), draw.choice([0, 0x40]), draw.randrange(1, 256)
    made[4:6] = draw.randbytes(2)
    made[10:12] = b"\0\0"
    made[10:12] = packets.checksum(bytes(made[:20 + len(options)])).to_bytes(2, "big")
    return packets.ether(bytes(made)).ljust(60, b"\0")  # as Ethernet pads it


def frame(line, i, draw):
    size = i * 1200 // PACKETS if i % 3 == 0 else draw.randrange(80)
    payload = b"".join(part.to_bytes(2, "big") for part in (1024 + i, 0xD2F0, 8 + size, 0)) + draw.randbytes(size)
    if line.inner == 4:
        return ipv4(payload, line, draw, b"\x94\x04\0\0\x01\x01\x01\0" if i % 4 == 3 else b"")
    extended = i % 4 == 3 and not (line.udp and not line.tunnel)
    return ipv6(payload, line, draw, draw.choice([(0,), (60,), (0, 60)]) if extended else ())


def frames(all_lines):
    """Packets of all SAs in turn."""
    draw = random.Random(3948)
    return [frame(line, i, draw) for i in range(PACKETS) for line in all_lines]


def write(folder):
    """The SA file and the capture."""
    made = lines()
    with open(folder + "/all.sa", "w") as file:
        file.writelines(line.text for line in made)
    with open(folder + "/in.pcap", "wb") as file:
        file.write(packets.capture(list(enumerate(frames(made))), []))
    return folder + "/all.sa", folder + "/in.pcap"
