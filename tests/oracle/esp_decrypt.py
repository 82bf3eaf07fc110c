# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""esp_decrypt.py SA_FILE IN.pcap OUT.pcap [SUITE]: scapy verifies and decrypts every packet of OUT.

Exits 0 if OUT holds, in order, exactly the IP packets of IN that an SA (of the suite) takes, each whole and after
the headers that docs/ipsec_format.md requires; 1 with the first difference; 77 where scapy is missing.
"""

import dataclasses
import sys

import esp_format
import esp_scapy
import sa_file


def require(condition, number, what):
    if not condition:
        sys.exit(f"packet {number}: {what}")


def opened(associations, want, frame):
    """The packet that scapy finds in the frame."""
    sa, esp = want.sa, frame[len(want.before):]
    if sa.udp and not sa.tunnel and want.packet[0] >> 4 == 6:
        bare = dataclasses.replace(sa, udp=())
        packet = esp_format.form(bare, want.packet, want.sequence)[0] + esp
    else:
        packet = frame[14:]
    made = esp_scapy.at(associations.setdefault(sa.spi, esp_scapy.association(sa)), want.sequence)
    return bytes(made.decrypt(esp_scapy.ip(packet)))


def main():
    sa_path, in_path, out_path, *suite = sys.argv[1:]
    sas = sa_file.load(sa_path, *suite)
    frames = [frame for _, frame in esp_format.packets.read(open(in_path, "rb").read())]
    due = esp_format.due(frames, sas)
    associations, ivs, count = {}, set(), 0
    for count, (_, frame) in enumerate(esp_format.packets.read(open(out_path, "rb").read()), 1):
        want = next(due, None)
        require(want is not None, count, "more packets than the input has")
        start, sa = len(want.before), want.sa
        if sa.udp:
            checksum = int.from_bytes(frame[start - 2:start], "big")
            expected = esp_format.udp_checksum(sa, frame, start)
            require(checksum == expected, count, f"the UDP checksum is {checksum:#06x}, not {expected:#06x}")
            frame = frame[:start - 2] + b"\0\0" + frame[start:]
        require(frame[:start] == want.before, count,
                f"before ESP there is {frame[:start].hex()}, not {want.before.hex()}")
        require(len(frame) == want.size, count, f"{len(frame)} bytes, not {want.size}")
        require(int.from_bytes(frame[start:start + 4], "big") == sa.spi, count, "SPI: another SA was due")
        low = want.sequence & 0xFFFFFFFF
        require(int.from_bytes(frame[start + 4:start + 8], "big") == low, count, "sequence number")
        iv = (sa.spi, frame[start + 8:start + 8 + sa.suite.iv_size])
        require(iv not in ivs or not iv[1], count, "an IV is used twice")
        ivs.add(iv)
        try:
            packet = opened(associations, want, frame)
        except Exception as error:  # scapy raises several kinds
            sys.exit(f"packet {count} ({sa.suite_name}): scapy refuses it: {error!r}")
        require(packet == want.packet, count, "the packet inside differs")
    missing = sum(1 for _ in due)
    require(missing == 0, count, f"is the last; {missing} more are due")
    require(count > 0, 0, "nothing came out")
    print(f"{count} of {len(frames)} packets came out; scapy verified and decrypted all of them")


main()
