#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""reload.py PROGRAM: reloads under load by the control socket and by SIGHUP, with good and bad files."""

import collections
import contextlib
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time

import packets
from control_client import Client

PATIENCE = 60  # seconds that a condition may take on a machine that is busy
INTERVAL = 0.1  # seconds between reloads
CORES = [str(core) for core in sorted(os.sched_getaffinity(0))]

RULES = """\
alert udp any any -> any any (msg:"udp"; content:"HTTP/1.1"; sid:1;)
alert tcp any any -> any 80 (msg:"across segments"; flow:to_server; content:"needle in the"; flowbits:set,seen; sid:2;)
alert tcp any any -> any 80 (msg:"after it"; flow:to_server; content:"later"; flowbits:isset,seen; sid:3;)
alert tcp any any -> any 80 (msg:"each tenth"; content:"needle"; threshold:type threshold, track by_rule, count 10, seconds 3600; sid:4;)
alert http any any -> any any (msg:"request"; http.uri; content:"/needle"; http.header; content:"later xxx"; sid:6;)
alert http any any -> any any (msg:"response"; http.stat_code; content:"200"; sid:7;)
alert ip 10.0.0.0/25 any -> any any (msg:"addresses"; sid:5;)
"""
# The same, after others, so that every rule and every flowbit has another number.
SHIFTED = "".join(f'alert tcp any any -> any 80 (content:"absent{i}"; flowbits:set,other{i}; priority:1; sid:{i + 100};)\n'
                  for i in range(70)) + RULES
PIPELINE = "FromInput -> %s ids :: IDS(RULES ids.rules, EVE eve.json, EVE_TYPES alert flow http, CHECKSUM off%s) -> ToOutput;\n"


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.005)


def conversations(flows, rounds):
    """Frames of TCP connections that send at the same time, with patterns across segments."""
    pieces = [b"GET /need", b"le HTTP/1.1\r\nHost: ex", b"ample\r\nX: needle i", b"n the haystack\r\nY: lat", b"er " +
              b"x" * 700 + b"\r\n\r\n"]
    head = packets.tcp()[:34]
    states = [[1000, 5000] for _ in range(flows)]
    frames = []

    def send(flow, to_server, flags, data=b""):
        own, other = (0, 1) if to_server else (1, 0)
        client, server = struct.pack("!BBH", 10, 0, flow), b"\xc0\0\x02\x01"
        source, destination = (client, server) if to_server else (server, client)
        ports = (40000, 80) if to_server else (80, 40000)
        state = states[flow]
        ip = head[14:16] + struct.pack("!H", 40 + len(data)) + head[18:26] + source + destination
        tcp = struct.pack("!HHIIBBHHH", *ports, state[own], state[other], 0x50, flags, 65535, 0, 0)
        frames.append((len(frames) * 1000, head[:14] + ip + tcp + data))
        state[own] += len(data) + (flags & 3 != 0)

    for flow in range(flows):
        send(flow, True, 2)
    for flow in range(flows):
        send(flow, False, 18)
        send(flow, True, 16)
    for turn in range(rounds):
        for piece in pieces:
            for flow in range(flows):
                send(flow, True, 16, piece)
        for flow in range(flows):
            send(flow, False, 16, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    return frames


@contextlib.contextmanager
def running(program, folder, arguments, **options):
    """A run of p.click in `folder`, with a control socket."""
    for name in ("eve.json", "s.sock", "report.json"):
        (folder / name).unlink(missing_ok=True)
    command = [program, "run", "p.click", "-q", "--control", "s.sock", "--json", "report.json", *arguments]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               **options)
    try:
        wait_until(lambda: (folder / "s.sock").exists() or process.poll() is not None, "the control socket")
        yield process
    finally:
        process.kill()
        process.communicate()


def finish(process, folder, interrupt=True):
    """Ends the run. Returns its report and its lines of stderr; all packets must be accounted for."""
    if interrupt:
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, (process.returncode, errors)
    report = json.loads((folder / "report.json").read_text())
    assert report["conserved"], report
    assert report["received"] == report["transmitted"] + report["dropped"], report
    assert all(each["lost"] == 0 for each in report["outputs"]), report["outputs"]
    return report, errors


def events(folder, kind):
    lines = (folder / "eve.json").read_text().splitlines()
    return [event for event in map(json.loads, lines) if event["event_type"] == kind]


def alerts(folder):
    """Alerts of each rule in each flow and direction."""
    return collections.Counter((event["src_ip"], event.get("src_port"), event["alert"]["signature_id"])
                               for event in events(folder, "alert"))


def requests(folder):
    """HTTP records of each flow, by their numbers."""
    return collections.Counter((event["src_ip"], event["tx_id"]) for event in events(folder, "http"))


def flows(folder):
    return collections.Counter((event["src_ip"], event.get("src_port"), event["flow"]["pkts_toserver"])
                               for event in events(folder, "flow"))


def reload_until_end(process, folder, interval):
    """Reloads again and again, with rules that have the same effect; returns how often."""
    count = 0
    try:
        client = Client(str(folder / "s.sock"), PATIENCE)
        while process.poll() is None:
            write(folder, SHIFTED if count % 2 == 0 else RULES)
            answer = client.reply(command="reload")
            assert answer["ok"], answer
            count += 1
            time.sleep(interval)
    except (OSError, json.JSONDecodeError):  # the run has ended
        pass
    return count


def write(folder, rules):
    (folder / "new.rules").write_text(rules)
    (folder / "new.rules").rename(folder / "ids.rules")


def forms():
    yield "cpu", "", ["--cores", CORES[0]]
    yield "two workers", "", ["--workers", "2", "--cores", ",".join((CORES * 2)[:2])] if len(CORES) > 1 else []
    yield "device host", "GPUOnly(DEVICE host) ->", ["--cores", CORES[0], "--host-cores", "1"]
    if len(CORES) > 1:
        yield "split", "", ["--cores", CORES[0], "--io-cores", CORES[1]]
        yield "split, device host", "LoadBalanceByWeight(0.5) ->", ["--cores", CORES[0], "--io-cores", CORES[1],
                                                                   "--host-cores", "1"]


def changes_no_alert(program, folder):
    records = (struct.pack("<IIII", time // 10**9, time % 10**9, len(frame), len(frame)) + frame
               for time, frame in conversations(250, 200))
    (folder / "in.pcap").write_bytes(packets.capture([], ["nanoseconds"]) + b"".join(records))
    inputs = {"generator": ["-p", "gen:size=600,count=60000,rate=30000,payload=text,seed=7"],
              "streams": ["-p", "pcap:in=in.pcap"]}
    for name, balancer, arguments in forms():
        (folder / "p.click").write_text(PIPELINE % (balancer, ""))
        for source, port in inputs.items():
            if source == "streams" and name == "two workers":
                continue  # the first worker reads a capture
            found = []
            for reloads in (False, True):
                write(folder, RULES)
                with running(program, folder, [*port, "-p", "pcap:out=/dev/null", *arguments]) as process:
                    count = reload_until_end(process, folder, INTERVAL if source == "generator" else 0) if reloads else 0
                    report, _ = finish(process, folder, interrupt=False)
                found.append((alerts(folder), flows(folder), requests(folder), report["received"]))
            assert count >= (10 if source == "generator" else 1), f"{name}, {source}: {count} reloads"
            (expected, ended, records, received), (with_reloads, ended_with, records_with, received_with) = found
            assert received == received_with and sum(expected.values()) > 1000, sum(expected.values())
            assert with_reloads == expected, f"{name}, {source}: {with_reloads - expected} {expected - with_reloads}"
            assert ended == ended_with, f"{name}, {source}: other flows ended"
            assert records == records_with and bool(records) == (source == "streams"), f"{name}, {source}: records"
            print(f"   {name}, {source}: {received} packets, {sum(expected.values())} alerts, {count} reloads", flush=True)


def changes_the_rules(program, folder):
    old = 'alert udp any any -> any any (content:"HTTP/1.1"; sid:11;)\n'
    new = 'alert udp any any -> any any (content:"HTTP/1.1"; sid:12;)\n'
    (folder / "p.click").write_text(PIPELINE % ("", ""))
    write(folder, old)
    with running(program, folder, ["-p", "gen:size=600,rate=5000,payload=text", "-p", "pcap:out=/dev/null"]) as process:
        count = lambda sid: sum(event["alert"]["signature_id"] == sid for event in whole_alerts(folder))
        wait_until(lambda: count(11) > 0, "alerts of the old rule")
        write(folder, new)
        result = subprocess.run([program, "control", "s.sock", "reload"], cwd=folder, capture_output=True, text=True)
        assert result.returncode == 0 and json.loads(result.stdout)["ok"], result
        wait_until(lambda: count(12) > 0, "alerts of the new rule")
        before = count(11)
        time.sleep(0.2)
        assert count(11) == before, "the old rule still alerts"
        write(folder, old)
        process.send_signal(signal.SIGHUP)
        seen = count(11)
        wait_until(lambda: count(11) > seen, "alerts of the old rule after SIGHUP")
        # The pipeline may change as well, also to another file.
        (folder / "p.click").write_text((PIPELINE % ("Null ->", "")).replace("eve.json", "other.json"))
        Client(str(folder / "s.sock"), PATIENCE).ask(command="reload")
        wait_until(lambda: (folder / "other.json").exists() and (folder / "other.json").stat().st_size > 0, "other.json")
        report, errors = finish(process, folder)
    lines = sum(len((folder / name).read_text().splitlines()) for name in ("eve.json", "other.json"))
    ended = len(events(folder, "flow")) + sum('"event_type":"flow"' in line
                                              for line in (folder / "other.json").read_text().splitlines())
    of_report = [each for each in report["elements"] if each["name"] == "ids"]
    assert of_report[0]["metrics"]["alerts"] == lines - ended, (of_report, lines, ended)
    assert of_report[0]["packets"] == report["received"], report
    assert {each["file"] for each in report["outputs"]} >= {"eve.json", "other.json"}, report["outputs"]


def whole_alerts(folder):
    text = (folder / "eve.json").read_text()
    lines = text[:text.rfind("\n") + 1].splitlines()
    return [event for event in map(json.loads, lines) if event["event_type"] == "alert"]


def keeps_the_old_rules_after_a_fault(program, folder):
    good = PIPELINE % ("", ", STRICT true")
    faults = [
        ("a rule", lambda: write(folder, RULES + "alert tcp any any -> any any (content:; sid:7;)\n"), f"ids.rules:{len(RULES.splitlines()) + 1}:"),
        ("no rule", lambda: write(folder, "# nothing\n"), "no rule"),
        ("no file", lambda: (folder / "ids.rules").unlink(), "ids.rules"),
        ("the pipeline", lambda: (folder / "p.click").write_text("FromInput -> IDSS(RULES x) -> ToOutput;"),
         "unknown element class 'IDSS'"),
        ("syntax", lambda: (folder / "p.click").write_text("FromInput -> "), "p.click:1:"),
        ("no pipeline", lambda: (folder / "p.click").unlink(), "p.click"),
        ("a port", lambda: (folder / "p.click").write_text(good.replace("ToOutput", "ToOutput(net_null7)")), "net_null7"),
        ("an output", lambda: (folder / "p.click").write_text(good.replace("eve.json", "no/such.json")), "no/such.json"),
    ]
    (folder / "p.click").write_text(good)
    write(folder, RULES)
    with running(program, folder, ["-p", "gen:size=600,rate=5000,payload=text", "-p", "pcap:out=/dev/null"]) as process:
        for name, fault, message in faults:
            fault()
            result = subprocess.run([program, "control", "s.sock", "reload"], cwd=folder, capture_output=True, text=True)
            assert result.returncode == 1, (name, result)
            assert message in result.stderr and message in json.loads(result.stdout)["error"], (name, result)
            before = len(whole_alerts(folder))
            wait_until(lambda: len(whole_alerts(folder)) > before, f"{name}: alerts after the fault")
            (folder / "p.click").write_text(good)
            write(folder, RULES)
        (folder / "ids.rules").unlink()
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        write(folder, RULES)
        Client(str(folder / "s.sock"), PATIENCE).ask(command="reload")
        _, errors = finish(process, folder)
    assert "error: SIGHUP: the pipeline stays as it is: " in errors and "ids.rules" in errors, errors


def ends_flows_if_tables_change(program, folder):
    (folder / "p.click").write_text(PIPELINE % ("", ", FLOWS 3000"))
    write(folder, RULES)
    with running(program, folder, ["-p", "gen:size=600,rate=20000,flows=1000,payload=text", "-p", "pcap:out=/dev/null"]) as process:
        wait_until(lambda: len(whole_alerts(folder)) > 100, "alerts")
        (folder / "p.click").write_text(PIPELINE % ("", ", FLOWS 2000"))
        Client(str(folder / "s.sock"), PATIENCE).ask(command="reload")
        before = len(whole_alerts(folder))
        wait_until(lambda: len(whole_alerts(folder)) > before, "alerts of new flows")
        finish(process, folder)
    reasons = collections.Counter(event["flow"]["reason"] for event in events(folder, "flow"))
    assert reasons["forced"] > 50 and reasons["shutdown"] > 0 and len(reasons) == 2, reasons


def keeps_memory_constant(program, folder):
    (folder / "p.click").write_text(PIPELINE % ("", ""))
    write(folder, RULES)
    resident = lambda: int((pathlib.Path(f"/proc/{process.pid}/statm").read_text().split())[1]) * 4
    with running(program, folder, ["-p", "gen:size=600,rate=5000,payload=text", "-p", "pcap:out=/dev/null"]) as process:
        client = Client(str(folder / "s.sock"), PATIENCE)
        for i in range(200):
            write(folder, SHIFTED if i % 2 == 0 else RULES)
            client.ask(command="reload")
            if i == 49:
                before = resident()
        after = resident()
        finish(process, folder)
    assert after < before + 4096, f"150 reloads: from {before} to {after} KiB"
    print(f"   from {before} to {after} KiB", flush=True)


def main():
    program = os.path.abspath(sys.argv[1])
    for case in (changes_the_rules, keeps_the_old_rules_after_a_fault, ends_flows_if_tables_change, changes_no_alert,
                 keeps_memory_constant):
        if sys.argv[2:] and case.__name__ not in sys.argv[2:]:
            continue
        with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
            case(program, pathlib.Path(folder))
            print("ok", case.__name__, flush=True)


if __name__ == "__main__":
    main()
