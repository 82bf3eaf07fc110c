# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""fragments_tshark.py PROGRAM: lets tshark reassemble what IPsecFragmenter makes of packets that are too big, and verify
the checksums of it and of the ICMP errors. Exits 77 where tshark is missing."""

import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "pipelines"))
import packets

MTU, FITS = 1000, 946  # 36 bytes before a packet, 16 of integrity value and 2 of trailer after it
SA = """src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel dir out flag af-unspec
  aead "rfc4106(gcm(aes))" 0x000102030405060708090a0b0c0d0e0fa0a1a2a3 128
"""
PIPELINE = f"""FromInput -> spd :: IPsecPolicy(t.sa);
spd[0] -> fit :: IPsecFragmenter(t.sa, MTU {MTU}, SOURCE 10.0.0.254, SOURCE6 2001:db8::fe, ICMP_RATE 0)
       -> out :: ToOutput;
fit[1] -> out;
spd[1] -> Discard;
"""
ENDS6 = bytes.fromhex("20010db8" + "0" * 23 + "1" + "20010db8" + "0" * 23 + "2")


def udp(data, addresses):
    """A UDP datagram with a right checksum."""
    head = struct.pack("!HHHH", 1000, 9, 8 + len(data), 0)
    total = packets.checksum(addresses + struct.pack("!HH", 17, 8 + len(data)) + head + data) or 0xFFFF
    return head[:6] + struct.pack("!H", total) + data


def ipv4(data, number, fragment):
    ends = packets.address("10.0.0.1") + packets.address("10.1.0.1")
    return packets.ether(packets.ipv4(udp(data, ends), identification=number, fragment=fragment))


def ipv6(data):
    return packets.ether(struct.pack("!IHBB", 6 << 28, 8 + len(data), 17, 64) + ENDS6 + udp(data, ENDS6), kind=0x86DD)


def frames():
    draw = random.Random(1191)
    made = [ipv4(draw.randbytes(draw.randrange(1, 2000)), number, 0) for number in range(1, 151)]
    made += [ipv4(draw.randbytes(draw.randrange(800, 1400)), number, 0x4000) for number in range(200, 250)]
    return made + [ipv6(draw.randbytes(draw.randrange(800, 1400))) for _ in range(50)]


def main():
    tshark = shutil.which("tshark")
    if tshark is None:
        print("tshark is not installed")
        sys.exit(77)
    program = pathlib.Path(sys.argv[1]).resolve()
    sent = frames()
    size = [len(frame) - 14 for frame in sent]
    cut = sum(each > FITS for each in size[:150])
    told4 = sum(each > FITS for each in size[150:200])
    told6 = sum(each > 1280 for each in size[200:])
    whole = sum(each <= FITS for each in size)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "t.sa").write_text(SA)
        (folder / "t.click").write_text(PIPELINE)
        (folder / "in.pcap").write_bytes(packets.capture([(i * 10**9, each) for i, each in enumerate(sent)], []))
        subprocess.run([program, "run", "t.click", "-q", "-r", "in.pcap", "-w", "out.pcap"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)

        def count(what):
            options = [f"-o{each}_checksum:TRUE" for each in ("ip.check", "udp.check")] + ["-oip.defragment:TRUE"]
            done = subprocess.run([tshark, "-r", "out.pcap", *options, "-Y", what], cwd=folder, check=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            return len(done.stdout.splitlines())

        errors = "icmp or icmpv6"
        wanted = {
            f"frame.len > {FITS + 14} and not ({errors})": 0,
            "ip.checksum.status != 1": 0,
            "ip.fragment.error or ip.fragment.overlap or ip.fragment.toolongfragment": 0,
            "ip.reassembled.length": cut,
            f"udp.checksum.status == 1 and not ({errors})": cut + whole,
            "icmp": told4,
            f"icmp.type == 3 and icmp.code == 4 and icmp.mtu == {FITS} and icmp.checksum.status == 1": told4,
            "icmpv6": told6,
            "icmpv6.type == 2 and icmpv6.mtu == 1280 and icmpv6.checksum.status == 1": told6,
        }
        wrong = [(what, count(what), due) for what, due in wanted.items()]
        wrong = [each for each in wrong if each[1] != each[2]]
    for what, found, due in wrong:
        print(f"{what}: {found} packets, expected {due}")
    print(f"{cut} packets in fragments, {told4} and {told6} errors")
    sys.exit(1 if wrong else 0)


main()
