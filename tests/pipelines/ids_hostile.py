#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""ids_hostile.py PROGRAM [--full]: IDS under captures that are made to cost as much as possible.

Every packet that is received is transmitted or dropped, and the metrics name the limit that was reached. With --full,
the captures have their full size, and the watchdog must be silent.
"""

import argparse
import gzip
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
        ip.update(source=SERVER, destination=ip.get("source", CLIENT))
    head = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledgment, (20 + len(options)) // 4 << 4, flags, 65535, 0, 0)
    return ipv4(6, head + options + data, **ip)


def udp(data, port=1000, **ip):
    return ipv4(17, struct.pack(">HHHH", port, 53, 8 + len(data), 0) + data, **ip)


def handshake(port=40000, **ip):
    scale = b"\3\3\x0e\0"
    yield tcp(SYN, 0, port=port, options=scale, **ip)
    yield tcp(SYN | ACK, 0, 1, port=port, to_server=False, options=scale, **ip)
    yield tcp(ACK, 1, 1, port=port, **ip)


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


REQUEST = b"GET /index HTTP/1.1\r\nHost: h\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nxxxx"


def talk(parts, size=1400):
    """One connection: (True: from the client, its bytes); each segment is acknowledged."""
    yield from handshake()
    sent = {True: 1, False: 1}
    for client, data in parts:
        for at in range(0, len(data), size):
            piece = data[at:at + size]
            yield tcp(ACK, sent[client], sent[not client], piece, to_server=client)
            sent[client] += len(piece)
            yield tcp(ACK, sent[not client], sent[client], to_server=not client)


def pipelined(count):
    yield from talk((client, data * 500) for _ in range(count // 500) for client, data in
                    ((True, REQUEST), (False, RESPONSE)))


def unanswered(count):
    yield from talk([(True, REQUEST * count)])


def zeros(count):
    bomb = gzip.compress(bytes(count), 9)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    yield from talk([(True, REQUEST), (False, head + bomb), (True, REQUEST), (False, RESPONSE)])


def chunks(count):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from talk([(True, REQUEST), (False, head + b"1\r\nx\r\n" * count + b"0\r\n\r\n")])


def name_loops(count):
    question = b"\xc0\x0c\0\1\0\1"
    number = (MAX_PAYLOAD - 12 - 70) // len(question)
    message = struct.pack(">HHHHHH", 7, 0x100, 1 + number, 0, 0, 0) + b"\x3f" + b"a" * 63 + question + question * number
    for i in range(count):
        yield udp(message, port=1000 + i % 64)


def open_posts(count):
    head = b"POST /index HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"
    for i in range(count):
        ends = {"port": 2000 + i % 50000, "source": CLIENT + i // 50000}
        yield from handshake(**ends)
        yield tcp(ACK, 1, 1, head + b"x" * 1200, **ends)
        yield tcp(ACK, 1, 1 + len(head) + 1200, to_server=False, **ends)


RULES = """alert tcp any any -> any any (content:"attack"; content:"now"; distance:1; sid:1;)
alert tcp any any -> any any (pcre:"/a[b-d]{3}e/"; sid:2;)
alert udp any any -> any any (content:"a"; content:"b"; distance:0; sid:3;)
alert udp any any -> any any (content:"a"; content:"B"; nocase; distance:0; sid:4;)
alert udp any any -> any any (content:"a"; content:!"Z"; nocase; distance:0; sid:5;)
alert udp any any -> any any (content:"a"; pcre:"/^b/R"; sid:6;)
alert udp any any -> any any (content:"a"; pcre:"/(a+)+$/R"; sid:7;)
alert udp any any -> any any (content:"a"; threshold:type limit, track by_src, count 1, seconds 60; sid:8;)
alert http any any -> any any (http.uri; content:"/index"; http.request_body; content:"never"; sid:9;)
alert http any any -> any any (file.data; content:"xx"; http.stat_code; content:"404"; sid:10;)
alert http any any -> any any (http.header; content:!"Agent"; http.host; content:"other"; sid:11;)
alert dns any any -> any any (dns.query; content:"aaaa"; dns.query; content:"never"; sid:12;)
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
    (pipelined, 100_000, 10_000, "EVE_TYPES alert http", None),
    (unanswered, 100_000, 10_000, "", "parsers_failed"),
    (zeros, 1 << 30, 1 << 26, "EVE_TYPES http", None),
    (chunks, 1 << 20, 1 << 16, "", None),
    (name_loops, 20_000, 256, "EVE_TYPES alert dns", None),
    (open_posts, 100_000, 5_000, "HTTP_MEMORY 4194304, FLOWS 131072", "http_full"),
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
