# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Warpline as an IPsec gateway against the kernel's own IPsec (XFRM), which runs in a small guest of qemu.

    python3 tests/interop/interop.py                    # a choice that has everything once, about a minute
    python3 tests/interop/interop.py --all --minutes 10 # every combination, then ten minutes with a rekey each minute

Everything lies in a network namespace of its own, and nothing outside it is touched. Exits 77 where something is missing.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

import cases
import gateway
import make_guest
import path_mtu
import peer
import rekey
import replay
import traffic
from namespace import NoLink, host_side, link_up, peer_side

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/release/app/warpline", help="Warpline (default: the release build)")
    parser.add_argument("--guest", default=ROOT / "build/interop-guest", help="folder for the guest, made once")
    parser.add_argument("--compiler", default="c++", help="C++ compiler for the guest's endpoint")
    parser.add_argument("--all", action="store_true", help="every combination, not a choice")
    parser.add_argument("--only", metavar="WORD", default="", help="cases whose line has the word")
    parser.add_argument("--packets", type=int, default=300, help="UDP packets in each direction for each case (default 300)")
    parser.add_argument("--balancer", metavar="ELEMENT", help="such as 'LoadBalanceByWeight(0.5)': cryptography also on the host device")
    parser.add_argument("--option", action="append", default=[], help="one more option for Warpline")
    parser.add_argument("--minutes", type=float, help="then send traffic for N minutes (default: 6 s), with rekeys")
    parser.add_argument("--rekey", type=float, help="rekey every N seconds (default: 60; 2 without --minutes)")
    return parser.parse_args()


def enter_namespace():
    """Runs this program again in namespaces that end with it: nothing that it starts outlives it."""
    if os.environ.get("WARPLINE_INTEROP") == "inside":
        return
    if shutil.which("unshare") is None:
        skip("no unshare (package util-linux)")
    flags = ["--net", "--mount-proc", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        flags = ["--user", "--map-root-user", *flags]
    if os.spawnvp(os.P_WAIT, "unshare", ["unshare", *flags, "true"]) != 0:
        skip("no right to make network namespaces (root, or user namespaces)")
    os.environ["WARPLINE_INTEROP"] = "inside"
    os.execvp("unshare", ["unshare", *flags, sys.executable, "-B", *sys.argv])


class Bench:
    """Both ends, joined, with all cases set up."""

    def __init__(self, args, chosen, folder, guest):
        begin = time.monotonic()
        self.cases = chosen
        files = [case.files() for case in chosen]
        self.gateway = gateway.Gateway(args.program, folder, "".join(sas for sas, _ in files),
                                       "".join(policies for _, policies in files), args.option, args.balancer)
        link_up()
        host_side(chosen)
        self.peer = peer.Peer(*guest, "guest0", folder)
        self.errors = {}
        peer_side(self.peer)
        self.seconds = time.monotonic() - begin

    def faults_of(self, case):
        """What either end holds against the SAs of a case, or an empty list."""
        before, self.errors = self.errors, self.peer.errors()
        found = [f"peer: {name} {count - before.get(name, 0)}" for name, count in self.errors.items()
                 if count != before.get(name)]
        sas = self.gateway.sas()
        for direction in "out", "in":
            sa = sas[direction, case.spi(direction)]
            if sa["packets"] == 0:
                found.append(f"Warpline: no packet {direction}")
            found += [f"Warpline: {name} {sa[name]}" for name in ("integrity_failures", "replayed", "too_old", "policy_mismatch")
                      if sa.get(name)]
        return found


def try_case(bench, case, packets):
    """Ping either way, UDP and TCP there and back; prints a line and returns whether all was well."""
    bench.peer.ip(*case.peer_lines())
    host, guest = case.address("host"), case.address("peer")
    faults = []
    if not traffic.ping(host, guest):
        faults.append("no answer to a ping to the peer")
    try:
        bench.peer.run(f"ping -c 1 -W 2 -I {guest} {host}")
    except peer.PeerError:
        faults.append("no answer to a ping from the peer")
    flow = traffic.Datagrams(host, guest)
    outcome = flow.run(count=packets)
    flow.close()
    if outcome.good:
        try:
            tcp = traffic.stream(host, guest, 100_000)
            if not tcp.good:
                faults.append(f"TCP: {tcp.lost} bytes missing")
        except OSError as error:
            faults.append(f"TCP: {error}")
    faults += bench.faults_of(case)
    print(case.line(outcome, faults), flush=True)
    return outcome.good and not faults


def try_all(bench, args, folder, seconds, every):
    """Whether everything went well: all cases, then new keys, then forgeries, and no drop that was not asked for; then large packets."""
    begin = time.monotonic()
    print(f"Warpline and {bench.peer.run('uname -sr').strip()} are joined after {bench.seconds:.1f} s\n\n{cases.HEADING}")
    failed = sum(not try_case(bench, case, args.packets) for case in bench.cases)
    failed += not rekey.run(bench, seconds, every)
    expected = replay.run(bench)
    report = bench.gateway.stop()
    dropped = gateway.drops(report)
    failed += dropped != expected
    if args.balancer:
        shares = {device["name"]: device["packets"] for device in report["devices"]}
        failed += min(shares["cpu"], shares["host"]) == 0
        print(f"\npackets on devices: {shares}")
    print(f"\nWarpline dropped {dropped}" + ("" if dropped == expected else f"; expected {expected}"))
    failed += not path_mtu.run(bench, args, folder)
    bench.peer.stop()
    print(f"{len(bench.cases)} cases, {failed} failures, {time.monotonic() - begin + bench.seconds:.0f} s")
    return failed == 0


def main():
    args = options()
    for tool, package in (("qemu-system-x86_64", "qemu-system-x86"), ("ip", "iproute2")):
        if shutil.which(tool) is None:
            skip(f"no {tool} (package {package})")
    if not pathlib.Path("/dev/net/tun").exists():
        skip("no /dev/net/tun")
    try:
        guest = make_guest.make(args.compiler, args.guest)
    except make_guest.Missing as reason:
        skip(reason)
    enter_namespace()

    chosen = cases.every_case() if args.all else cases.short_list()
    chosen = [case for case in chosen if args.only in str(case)]
    if not chosen:
        sys.exit(f"no case has the word '{args.only}'")
    seconds = 6 if args.minutes is None else args.minutes * 60
    every = args.rekey or (2 if args.minutes is None else 60)
    with tempfile.TemporaryDirectory(prefix="warpline-interop-") as folder:
        try:
            good = try_all(Bench(args, chosen, pathlib.Path(folder), guest), args, folder, seconds, every)
        except NoLink as reason:
            skip(reason)
        except (gateway.GatewayError, peer.PeerError) as reason:
            sys.exit(f"failed: {reason}")
    sys.exit(not good)


main()
