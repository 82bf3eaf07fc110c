# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""A link after Warpline that is too small for the largest packets in ESP: fragments before encryption, or errors."""

import errno
import pathlib
import socket
import time

import gateway
import traffic
from cases import Case
from namespace import host_side, join

LINK = 1392  # the MTU in Warpline's configuration; red0 takes 1390, and what fits must be at least 1280 (RFC 8200 section 5)
FIRST = 5000  # numbers of no other case
# What Linux calls them: value 0 never sets DF, 2 always does and learns.
OPTIONS = {4: (socket.IPPROTO_IP, 10, 14), 6: (socket.IPPROTO_IPV6, 23, 24)}  # MTU_DISCOVER, MTU
TUNNELS = [("aes128-gcm", 4, 4, 0, False), ("aes128-cbc-hmac-sha1-96", 6, 4, 128, False), ("chacha20-poly1305", 4, 4, 0, True),
           ("aes256-gcm", 4, 6, 0, True), ("aes256-ctr-hmac-sha256-128", 6, 6, 128, False)]


def chosen():
    made = [Case(FIRST + i, suite, "tunnel", *rest) for i, (suite, *rest) in enumerate(TUNNELS)]
    return made + [Case(FIRST + len(made), "aes128-gcm", "transport", 4, 4, 0, False)]


def discovery(flow, case, value):
    level, option, _ = OPTIONS[case.inner]
    flow.socket.setsockopt(level, option, value)


def known_mtu(flow, case):
    level, _, option = OPTIONS[case.inner]
    return flow.socket.getsockopt(level, option)


def reassembled(bench):
    """IPv4 packets that the guest has put together from fragments."""
    lines = [line.split() for line in bench.peer.run("cat /proc/net/snmp").splitlines() if line.startswith("Ip:")]
    return int(dict(zip(*lines))["ReasmOKs"])


def fragments(bench, case, packets):
    """Faults of packets without DF: every one that is too big reaches the guest in fragments. Each fragment is an ESP packet."""
    before = reassembled(bench)
    flow = traffic.Datagrams(case.address("host"), case.address("peer"))
    discovery(flow, case, 0)
    outcome = flow.run(count=packets)
    flow.close()
    faults = [] if outcome.good else [f"{outcome.lost} of {outcome.sent} lost, {outcome.wrong} wrong"]
    return faults + ([] if reassembled(bench) > before else ["the guest has seen no fragments"])


def errors(case, packets):
    """Faults of packets that must not be fragmented: the source learns the largest size. That size passes, and a byte more does not."""
    flow = traffic.Datagrams(case.address("host"), case.address("peer"))
    discovery(flow, case, 2)
    before = known_mtu(flow, case)
    flow.socket.send(bytes(flow.largest))
    end = time.monotonic() + 3
    while known_mtu(flow, case) == before and time.monotonic() < end:
        time.sleep(0.02)
    flow.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # what the error left for the next call
    mtu, headers = known_mtu(flow, case), 28 if case.inner == 4 else 48
    if not LINK - 120 <= mtu < LINK:
        return [f"MTU {mtu} after a packet that was too big"]
    try:
        flow.socket.send(bytes(mtu - headers + 1))
        return [f"a packet of {mtu + 1} bytes was sent"]
    except OSError as reason:
        if reason.errno != errno.EMSGSIZE:
            return [str(reason)]
    flow.largest = mtu - headers
    outcome = flow.run(count=packets)
    flow.close()
    return [] if outcome.good else [f"MTU {mtu}: {outcome.lost} of {outcome.sent} lost, {outcome.wrong} wrong"]


def run(bench, args, folder):
    """Whether all went well. With a gateway of its own, in place of the one that has ended."""
    cases = chosen()
    folder = pathlib.Path(folder) / "path_mtu"
    folder.mkdir()
    packets = min(args.packets, 100)
    files = [case.files() for case in cases]
    made = gateway.Gateway(args.program, folder, "".join(sas for sas, _ in files), "".join(policies for _, policies in files),
                           [f"mtu={LINK}", *args.option], args.balancer)
    join("black0")
    host_side(cases)
    failed = 0
    for case in cases:
        bench.peer.ip(*case.peer_lines())
        faults = fragments(bench, case, packets) if case.inner == 4 and case.mode == "tunnel" else []
        faults += errors(case, packets)
        failed += bool(faults)
        print(f"{case} too big for a link of {LINK} bytes: " + ("FAILED " + "; ".join(faults) if faults else "ok"), flush=True)
    dropped = gateway.drops(made.stop())
    if set(dropped) - {"too_big"} or dropped.get("too_big", 0) < len(cases):
        print(f"FAILED: Warpline dropped {dropped}; expected too_big, {len(cases)} at least")
        failed += 1
    return failed == 0
