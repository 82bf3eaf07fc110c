# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""esp_decrypt.py SUITE SA_FILE IN.pcap OUT.pcap: scapy verifies and decrypts every packet of OUT.

Exits 0 if OUT holds, in order, exactly the IP packets of IN that an SA of the suite takes, each in a correct ESP
tunnel packet; 1 with the first difference; 77 where scapy is missing.
"""

import sys

import sa_file

try:
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6  # noqa: F401 (inner packets)
    from scapy.layers.ipsec import ESP, SecurityAssociation
    from scapy.layers.l2 import Ether
    from scapy.utils import RawPcapReader, checksum
except ImportError as error:
    print(f"skipped: {error} (Debian: python3-scapy)")
    sys.exit(77)


def association(sa):
    end = IP(src=sa.source, dst=sa.destination)
    if sa.cipher == sa_file.SUITES["aes128-gcm"]:
        return SecurityAssociation(ESP, spi=sa.spi, crypt_algo="AES-GCM", crypt_key=sa.key, tunnel_header=end)
    return SecurityAssociation(ESP, spi=sa.spi, crypt_algo="AES-CTR", crypt_key=sa.key,
                               auth_algo="HMAC-SHA1-96", auth_key=sa.auth_key, tunnel_header=end)


def require(condition, number, what):
    if not condition:
        sys.exit(f"packet {number}: {what}")


def check_outer(number, frame, sa, inner, protocol):
    outer = frame[14:34]
    require(frame[12:14] == b"\x08\x00" and outer[0] == 0x45, number, "outer IPv4 header")
    require(checksum(outer) == 0, number, "outer checksum")
    require(int.from_bytes(outer[2:4], "big") == len(frame) - 14, number, "outer length")
    require(outer[9] == 50, number, "outer protocol")
    tos = inner[1] if protocol == 4 else int.from_bytes(inner[:2], "big") >> 4 & 0xFF
    require(outer[1] == tos, number, "outer TOS is not the inner one")
    dont_fragment = inner[6] & 0x40 if protocol == 4 else 0x40
    require(outer[6] & 0x40 == dont_fragment, number, "outer DF")
    packet = Ether(frame)[IP]
    require((packet.src, packet.dst) == (sa.source, sa.destination), number, "outer addresses")
    require(int.from_bytes(frame[34:38], "big") == sa.spi, number, "SPI: another SA was due")
    return packet


def main():
    suite, sa_path, in_path, out_path = sys.argv[1:]
    sas = sa_file.load(sa_path, suite)
    associations = {sa.spi: association(sa) for sa in sas}
    sequences = {sa.spi: sa.last_sequence for sa in sas}
    ivs = set()
    frames = [frame for frame, _ in RawPcapReader(in_path)]
    due = sa_file.expected(frames, sas)
    count = 0
    for count, (frame, _) in enumerate(RawPcapReader(out_path), 1):
        try:
            sa, inner, protocol = next(due)
        except StopIteration:
            sys.exit(f"packet {count}: more packets than the input has")
        packet = check_outer(count, frame, sa, inner, protocol)
        sequences[sa.spi] += 1
        require(packet[ESP].seq == sequences[sa.spi], count, "sequence number")
        iv = (sa.spi, frame[42:50])
        require(iv not in ivs, count, "an IV is used twice")
        ivs.add(iv)
        try:
            opened = associations[sa.spi].decrypt(packet)
        except Exception as error:  # scapy raises several kinds
            sys.exit(f"packet {count}: scapy refuses it: {error!r}")
        require(bytes(opened) == inner, count, "the inner packet differs")
        require(opened.version == (4 if protocol == 4 else 6), count, "next header")
    missing = sum(1 for _ in due)
    require(missing == 0, count, f"is the last; {missing} more are due")
    require(count > 0, 0, "nothing came out")
    print(f"{count} of {len(frames)} packets came out; scapy verified and decrypted all of them")


main()
