#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""ids_hostile.py PROGRAM [--full]: IDS under captures that are made to cost as much as possible.

Every packet that is received is transmitted or dropped, and the metrics name the limit that was reached. With --full,
the captures have their full size, and the watchdog must be silent.
"""

import argparse
import json
import os
import pathlib
import struct
import subprocess
import tempfile

ETHERNET = b"\2" * 12 + b"\x08\0"
SYN, ACK = 2, 16
CLIENT, SERVER = 0x0A000001, 0xC0000201
MAX_PAYLOAD = 65535 - 14 - 28


def ipv4(protocol, payload, source=CLIENT, destination=SERVER, identification=0, fragment=0):
    return ETHERNET + struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(payload), identification, fragment, 64, protocol, 0,
                                  source, destination) + payload


def tcp(flags, sequence, acknowledgment=0, data=b"", port=40000, to_server=True, options=b"", **ip):
    ports = (port, 80) if to_server else (80, port)
    if not to_server:
        ip.update(source=SERVER, destination=CLIENT)
    head = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledgment, (20 + len(options)) // 4 << 4, flags, 65535, 0, 0)
    return ipv4(6, head + options + data, **ip)


def udp(data, port=1000, **ip):
    return ipv4(17, struct.pack(">HHHH", port, 53, 8 + len(data), 0) + data, **ip)


def handshake():
    scale = b"\3\3\x0e\0"
    yield tcp(SYN, 0, options=scale)
    yield tcp(SYN | ACK, 0, 1, to_server=False, options=scale)
    yield tcp(ACK, 1, 1)


def syns(count):
    for i in range(count):
        yield tcp(SYN, i, port=1024 + i % 50000, source=CLIENT + i // 50000)


def segments(count):
    yield from handshake()
    for i in range(count):
        yield tcp(ACK, 1 + i, 1, b"a")


def holes(count):
    yield from handshake()
    for i in range(count):
        yield tcp(ACK, 3 + 2 * i, 1, b"a")
    yield tcp(ACK, 1, 2 * count, to_server=False)
    yield tcp(ACK, 1, 1, b"a")


def bombs(count):
    data = b"a" * (MAX_PAYLOAD - 1) + b"z"
    for i in range(count):
        yield udp(data, port=1000 + i % 4)


def fragments(count):
    for i in range(count):
        yield ipv4(17, b"f" * 1400, identification=i & 0xFFFF, fragment=0x2001, source=CLIENT + (i >> 16))


def sources(count):
    for i in range(count):
        yield udp(b"a", source=CLIENT + i)


def long_frames(count):
    yield from handshake()
    data = b"a" * (65535 - 54)
    for i in range(count):
        yield tcp(ACK, 1 + i * len(data) & 0xFFFFFFFF, 1, data)


RULES = """alert tcp any any -> any any (content:"attack"; content:"now"; distance:1; sid:1;)
alert tcp any any -> any any (pcre:"/a[b-d]{3}e/"; sid:2;)
alert udp any any -> any any (content:"a"; content:"b"; distance:0; sid:3;)
alert udp any any -> any any (content:"a"; content:"B"; nocase; distance:0; sid:4;)
alert udp any any -> any any (content:"a"; content:!"Z"; nocase; distance:0; sid:5;)
alert udp any any -> any any (content:"a"; pcre:"/^b/R"; sid:6;)
alert udp any any -> any any (content:"a"; pcre:"/(a+)+$/R"; sid:7;)
alert udp any any -> any any (content:"a"; threshold:type limit, track by_src, count 1, seconds 60; sid:8;)
"""

# What it sends, how much (full, reduced), further arguments of IDS, and a metric that must not be 0.
CASES = [
    (syns, 1_000_000, 20_000, "FLOWS 10000", "flows_evicted"),
    (segments, 10_000_000, 50_000, "", None),
    (holes, 1_000_000, 20_000, "STREAM_MEMORY 4194304, MODE ips, ON_LIMIT drop-flow", "limit_drops"),
    (holes, 1_000_000, 20_000, "STREAM_MEMORY 4194304, ON_LIMIT bypass", "limit_passes"),
    (holes, 1_000_000, 20_000, "STREAM_MEMORY 4194304", "stream_full"),
    (bombs, 5_000, 200, "", "step_limits"),
    (fragments, 1_000_000, 20_000, "DEFRAG_MEMORY 1000", "fragments_full"),
    (fragments, 1_000_000, 20_000, "", None),
    (sources, 1_000_000, 200_000, "", "states_evicted"),
    (long_frames, 5_000, 500, "", None),
]


def write(path, frames):
    count = 0
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for frame in frames:
            file.write(struct.pack("<IIII", 1 + count // 1_000_000, count % 1_000_000, len(frame), len(frame)) + frame)
            count += 1
    return count


def run(program, folder, case, full):
    make, many, few, arguments, metric = case
    sent = write(folder / "in.pcap", make(many if full else few))
    (folder / "a.rules").write_text(RULES)
    separator = ", " if arguments else ""
    (folder / "p.click").write_text(
        f"FromInput -> IDS(RULES a.rules, EVE eve.json, CHECKSUM off{separator}{arguments}) -> ToOutput;")
    for name in ("eve.json", "report.json"):
        (folder / name).unlink(missing_ok=True)
    watchdog = [] if full else ["--watchdog", "0s"]
    process = subprocess.run([program, "run", "p.click", "-q", "-r", "in.pcap", "-w", "out.pcap", "--json",
                              "report.json", *watchdog], cwd=folder, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    report = json.loads((folder / "report.json").read_text())
    assert report["conserved"] and report["received"] == sent, (sent, report)
    assert report["transmitted"] + report["dropped"] == sent, report
    metrics = next(each["metrics"] for each in report["elements"] if each["class"] == "IDS")
    assert metric is None or metrics[metric] > 0, (metric, metrics)
    assert "drop-flow" in arguments or report["dropped"] == 0, report
    if full:
        assert process.stderr == "", process.stderr
    print(f"ok {make.__name__:12} {sent:9} packets {report.get('seconds', 0):7.2f} s  {arguments}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
        for case in CASES:
            run(os.path.abspath(options.program), pathlib.Path(folder), case, options.full)
    print(f"{len(CASES)} captures: every packet was transmitted or dropped")


if __name__ == "__main__":
    main()
