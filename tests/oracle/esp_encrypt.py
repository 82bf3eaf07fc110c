# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""esp_encrypt.py SA_FILE IN.pcap OUT.pcap WANT.pcap: scapy protects the packets of IN for the SAs that take them.

OUT has packets out of order, jumps in their numbers, padding longer than alignment needs, traffic-flow padding, outer
headers of many forms; WANT what a receiver by docs/ipsec_format.md makes of OUT. Exits 77 where scapy is missing.
"""

import collections
import random
import sys

import esp_format
import esp_scapy
import sa_file
from esp_format import packets

CE, ECT1, ECT0, NOT_ECT = 3, 1, 2, 0


def sequences(sa, count, draw):
    """Numbers for `count` packets: all different, some late, none too late for a window of 128."""
    found, last = [], 0
    for i in range(count):
        if sa.esn and i == count // 4:
            last = 2**32 - 70  # two fit before the next 2^32
        last += draw.choice([1, 1, 2, 30])
        found.append(last)
    for i in range(0, count - 1, 3):
        found[i], found[i + 1] = found[i + 1], found[i]
    return found


def longer_padding(algorithm, draw):
    """The algorithm, with padding of up to 255 bytes."""
    pad = algorithm.pad

    def padded(esp):
        esp = pad(esp)
        step = max(algorithm.block_size, 4)
        esp.padlen += step * draw.randrange((255 - esp.padlen) // step + 1)
        esp.padding = bytes(range(1, esp.padlen + 1))
        return esp

    algorithm.pad = padded


def outer(header, draw):
    """Draws what nobody has to look at; returns the ECN field."""
    tos = draw.randrange(256)
    if header.version == 4:
        header.tos, header.ttl, header.id, header.flags = tos, draw.randrange(1, 256), draw.randrange(65536), "DF"
    else:
        header.tc, header.hlim, header.fl = tos, draw.randrange(1, 256), draw.randrange(2**20)
    return tos & 3


def after_tunnel(packet, outside):
    """The packet with the ECN field of RFC 6040 section 4.2, or None."""
    tos = esp_format.traffic_class(packet)
    inside = tos & 3
    if outside == CE and inside == NOT_ECT:
        return None
    if outside == CE or (outside, inside) == (ECT1, ECT0):
        inside = inside if inside == NOT_ECT else outside
    return packet if inside == tos & 3 else esp_format.with_traffic_class(packet, tos & 0xFC | inside)


def protect(made, sa, packet, draw):
    """(IP packet that scapy makes of this one, what must become of it or None)."""
    want = packet
    if sa.tunnel:
        want = after_tunnel(packet, outer(made.tunnel_header, draw))
        packet += draw.randbytes(draw.choice([0, 0, 1, 33, 400]))
    made.nat_t_header = esp_scapy.UDP(sport=sa.udp[0], dport=sa.udp[1]) if sa.udp else None
    sent = made.encrypt(esp_scapy.ip(packet))
    if sa.udp:
        sent[esp_scapy.UDP].len = 8 + len(sent[esp_scapy.ESP])
    return bytes(sent), want


def framed(ethernet, packet):
    return ethernet + (b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd") + packet


def main():
    sa_path, in_path, out_path, want_path = sys.argv[1:]
    draw = random.Random(6040)
    frames = [frame for _, frame in packets.read(open(in_path, "rb").read())]
    due = list(esp_format.due(frames, sa_file.load(sa_path)))
    counts = collections.Counter(each.sa.spi for each in due)
    numbers, associations, out, want = {}, {}, [], []
    for each in due:
        sa = each.sa
        if sa.spi not in associations:
            numbers[sa.spi] = iter(sequences(sa, counts[sa.spi], draw))
            associations[sa.spi] = esp_scapy.association(sa)
            longer_padding(associations[sa.spi].crypt_algo, draw)
        made = esp_scapy.at(associations[sa.spi], next(numbers[sa.spi]))
        sent, received = protect(made, sa, each.packet, draw)
        out.append(framed(each.frame[:12], sent))
        if received is not None:
            want.append(framed(each.frame[:12], received))
    for path, made in ((out_path, out), (want_path, want)):
        open(path, "wb").write(packets.capture(list(enumerate(made)), []))
    print(f"scapy protected {len(out)} packets; {len(want)} of them are due")


main()
