# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""esp_run.py PROGRAM PIPELINE SUITE SA_FILE [CAPTURE]: sends packets through the pipeline, lets every oracle judge.

Without CAPTURE: made-up packets of every length, IPv4 and IPv6, padded, cut and foreign ones among them, always the same.
`suite=SUITE` is defined where the pipeline defines it. Exits 77 if an oracle's program is missing.
"""

import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "pipelines"))
import packets  # noqa: E402


def ipv6(payload, traffic_class):
    head = (6 << 28 | traffic_class << 20).to_bytes(4, "big") + len(payload).to_bytes(2, "big") + b"\x11\x40"
    address = bytes.fromhex("20010db8000000000000000000000001")
    return packets.ether(head + address + address + payload, kind=0x86DD)


def udp(source_port, size, draw):
    return source_port.to_bytes(2, "big") + b"\xd2\xf0" + (8 + size).to_bytes(2, "big") + b"\0\0" + draw.randbytes(size)


def made_up():
    draw = random.Random(4303)
    for i in range(600):
        size = i * 1450 // 600 if i % 2 else draw.randrange(64)
        payload = udp(1024 + i, size, draw)
        if i % 20 == 7:
            yield packets.ether(draw.randbytes(40), kind=0x0806)
        elif i % 20 == 13:
            yield packets.ether(packets.ipv4(payload))[:-1]
        elif i % 5 == 3:
            yield ipv6(payload, draw.randrange(256))
        else:
            inner = bytearray(packets.ipv4(payload, src="10.9.0.1", dst=draw.choice(["10.1.2.3", "10.1.0.9", "203.0.113.5"])))
            inner[1], inner[6] = draw.randrange(256), draw.choice([0, 0x40])
            inner[10:12] = b"\0\0"
            inner[10:12] = packets.checksum(bytes(inner[:20])).to_bytes(2, "big")
            yield packets.ether(bytes(inner)).ljust(60, b"\0")


def main():
    program, pipeline, suite, sa_path, *capture = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
        source, sink = folder + "/in.pcap", folder + "/out.pcap"
        if capture:
            source = capture[0]
        else:
            pathlib.Path(source).write_bytes(packets.capture(((i, f) for i, f in enumerate(made_up())), []))
        command = [program, "run", pipeline, "-r", source, "-w", sink]
        if "$suite" in pathlib.Path(pipeline).read_text():
            command.append(f"suite={suite}")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        worst = 0
        for oracle, python in (("esp_decrypt.py", "/usr/bin/python3"), ("esp_tshark.py", sys.executable)):
            done = subprocess.run([python, HERE / oracle, sa_path, source, sink, suite])
            if done.returncode not in (0, 77):
                sys.exit(done.returncode)
            worst = max(worst, done.returncode)
        sys.exit(worst)


main()
