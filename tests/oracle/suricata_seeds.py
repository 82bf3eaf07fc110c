# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""suricata_seeds.py ELEMENTS_TESTS [--seeds N] [--first N] [--keep FOLDER] [--applications]: runs seeds of the differential test through
Suricata 7.0.10 and compares its alerts with those of the reference evaluator.

Compared are the sets of (sid, flow), and of alerts of packets the packet, of transactions the number too. Prints each difference with its seed. The
last line counts seeds. Exits 0 if none differs, and 77 if Suricata is not installed."""

import argparse
import collections
import ipaddress
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
try:
    import suricata_engine
except ModuleNotFoundError as missing:
    print(f"skipped: Python has no module {missing.name}")
    sys.exit(77)

VERSION = "7.0.10"
Alert = collections.namedtuple("Alert", "packet source destination sid kind")
# Home networks and the timeouts of flows are those of the element IDS without VARS. With contexts of patterns that both
# directions share (the default), a rule with flow:to_client also matches packets to the server if it has no flow state.
CONFIGURATION = """%YAML 1.1
---
vars:
  address-groups: {{HOME_NET: "[10.0.0.0/8,172.16.0.0/12,192.168.0.0/16]", EXTERNAL_NET: "!$HOME_NET"}}
outputs:
- eve-log:
    enabled: yes
    filetype: regular
    filename: eve.json
    types: [alert: {{payload: yes}}]
{hosts}
packet-alert-max: {max_alerts}
exception-policy: ignore
detect: {{sgh-mpm-context: full}}
stream:
  midstream: {midstream}
  drop-invalid: no
  reassembly: {{depth: {depth}, randomize-chunk-size: no}}
flow: {{hash-size: 256, prealloc: 16}}
flow-timeouts:
  default: {{new: 30, established: 300, closed: 10}}
  tcp: {{new: 60, established: 3600, closed: 10}}
  udp: {{new: 30, established: 300}}
  icmp: {{new: 30, established: 300}}
"""
# Of applications, the values that Suricata's configuration comes with.
APPLICATIONS = """
app-layer:
  protocols:
    http:
      enabled: yes
      libhtp:
        default-config:
          personality: IDS
          request-body-limit: 100kb
          response-body-limit: 100kb
          request-body-minimal-inspect-size: 32kb
          request-body-inspect-window: 4kb
          response-body-minimal-inspect-size: 40kb
          response-body-inspect-window: 16kb
          response-body-decompress-layer-limit: 2
          http-body-inline: auto
    dns: {tcp: {enabled: yes, detection-ports: {dp: 53}}, udp: {enabled: yes, detection-ports: {dp: 53}}}
"""


def end_of(address, port):
    return (str(ipaddress.ip_address(address)) if address else "", int(port))


def expected_alerts(path):
    for line in path.with_suffix(".alerts").read_text().splitlines():
        number, flow, sid, kind = line.split("\t")
        ends = [end_of(bytes.fromhex(address) if address else "", port)
                for address, port in (end.split(":") for end in flow.split(" > "))]
        yield Alert(int(number), *ends, int(sid), kind)


def found_alerts(eve):
    for line in eve.read_text().splitlines() if eve.exists() else []:
        event = json.loads(line)
        if event["event_type"] == "alert":
            yield Alert(event.get("pcap_cnt", 0), end_of(event.get("src_ip"), event.get("src_port", 0)),
                        end_of(event.get("dest_ip"), event.get("dest_port", 0)), event["alert"]["signature_id"],
                        f"transaction {event['tx_id']}" if "tx_id" in event
                        else "stream" if event.get("stream") else "packet")


def comparable(alerts, fragments, streams):
    """Both ends of the flow in one order; of a packet's alerts its number, unless the rule alerts in a `stream` on one
    side. A datagram of fragments has no number in Suricata."""
    result = set()
    for alert in alerts:
        packet = alert.packet
        if alert.kind.startswith("transaction"):
            packet = f"{alert.kind} from {alert.source}"
        elif alert.sid in streams:
            packet = "stream"
        elif packet == 0 or packet in fragments:
            packet = "fragments"
        result.add((alert.sid, *sorted([alert.source, alert.destination]), packet))
    return result


def without_fragments_alone(alerts, fragments, rules):
    """The known cause: in Suricata a fragment matches the protocol of a rule before it is part of a datagram."""
    of_protocol = {int(re.search(r" sid:(\d+);", rule)[1]) for rule in rules.read_text().splitlines()
                   if not rule.split()[1].startswith("ip")}
    return [alert for alert in alerts if alert.packet not in fragments or alert.sid not in of_protocol]


def without_packets_of_streams(alerts, rules):
    """The known cause: rules that search streams look at packets, too, whose bytes Suricata keeps out of a stream."""
    of_streams = {int(re.search(r" sid:(\d+);", rule)[1]) for rule in rules.read_text().splitlines()
                  if rule.split()[1] == "tcp-stream" and re.search(r"\b(content|pcre):", rule)}
    return [alert for alert in alerts if alert.kind == "stream" or alert.sid not in of_streams]


def without_ends_of_flows(alerts, fragments):
    """The known cause: rules that look at each packet look at those, too, that Suricata makes up when a flow ends. They
    have no number, as datagrams of fragments."""
    return [alert for alert in alerts if alert.packet != 0 or alert.kind == "stream" or fragments]


def suricata_alerts(suricata, path, scratch, applications):
    words = dict(word.split() for word in path.with_suffix(".arguments").read_text().split(","))
    eve, config = scratch / "eve.json", scratch / "suricata.yaml"
    eve.unlink(missing_ok=True)
    config.write_text(CONFIGURATION.format(hosts=path.with_suffix(".yaml").read_text(), max_alerts=words["MAX_ALERTS"],
                                           midstream="yes" if words["MIDSTREAM"] == "true" else "no",
                                           depth=words["DEPTH"]) + (APPLICATIONS if applications else ""))
    checksums = "all" if words["CHECKSUM"] == "on" else "none"
    command = [suricata.program, "-c", config, "-S", path.with_suffix(".rules"), "-r", path.with_suffix(".pcap"), "-l",
               scratch, "--runmode", "single", "-k", checksums, "--init-errors-fatal"]
    command += ["--simulate-ips"] if words["MODE"] == "ips" else []
    code, text = suricata_engine.run([str(word) for word in command], scratch)
    refused = [line for line in text.splitlines() if "error parsing signature" in line]
    if code or refused:
        raise suricata_engine.EngineError(f"seed {path.stem}: {refused or suricata_engine.last_lines(text)}")
    return list(found_alerts(eve))


def text_of(one):
    sid, first, second, packet = one
    return f"sid {sid} {first[0]}:{first[1]} {second[0]}:{second[1]} {packet}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("tests")
    parser.add_argument("--seeds", default="500")
    parser.add_argument("--first", default="1")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the files in this folder")
    parser.add_argument("--applications", action="store_true", help="run the seeds of HTTP and DNS")
    options = parser.parse_args()
    suricata = suricata_engine.Suricata()
    if suricata.program is None:
        print("skipped: Suricata is not installed (scripts/setup oracle)")
        sys.exit(suricata_engine.SKIPPED)
    if suricata.version() != VERSION:
        print(f"skipped: this is Suricata {suricata.version()}, known differences are those of {VERSION}")
        sys.exit(suricata_engine.SKIPPED)
    equal = known = different = 0
    with tempfile.TemporaryDirectory(prefix="warpline_seeds_") as temporary:
        folder = options.keep or pathlib.Path(temporary)
        environment = dict(os.environ, WARPLINE_WRITE_SEEDS=str(folder), WARPLINE_SEEDS=options.seeds,
                           WARPLINE_FIRST_SEED=options.first)
        subprocess.run([options.tests, f"--gtest_filter=Ids{'App' if options.applications else ''}Differential.WritesSeedsForSuricata"], env=environment,
                       check=True, stdout=subprocess.DEVNULL)
        scratch = folder / "suricata"
        scratch.mkdir(exist_ok=True)
        for path in sorted(folder.glob("*.alerts"), key=lambda path: int(path.stem)):
            fragments = {int(line) for line in path.with_suffix(".fragments").read_text().split()}
            try:
                found = suricata_alerts(suricata, path, scratch, options.applications)
            except suricata_engine.EngineError as error:
                print(error)
                different += 1
                continue
            expected = list(expected_alerts(path))
            streams = {alert.sid for alert in [*found, *expected] if alert.kind == "stream"}
            rules = path.with_suffix(".rules")
            others = without_packets_of_streams(without_fragments_alone(found, fragments, rules), rules)
            others = without_ends_of_flows(others, fragments)
            all_found, found = comparable(found, fragments, streams), comparable(others, fragments, streams)
            expected = comparable(expected, fragments, streams)
            if all_found == expected:
                equal += 1
                continue
            if found == expected:
                known += 1
            else:
                different += 1
            for one in sorted(expected - found, key=str):
                print(f"seed {path.stem}: Suricata has no {text_of(one)}")
            for one in sorted(found - expected, key=str):
                print(f"seed {path.stem}: Suricata has {text_of(one)}")
    print(f"{equal + known + different} seeds, {equal} equal, {known} differ by a known cause, {different} differ")
    return 0 if equal and not different else 1


if __name__ == "__main__":
    sys.exit(main())
