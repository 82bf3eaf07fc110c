#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Runs seeds of the differential test through whole pipelines and compares their alerts with the reference's:
1, 2 and 5 workers, both topologies, several sizes of batches, the device `host`.

  whole_graphs.py ELEMENTS_TESTS WARPLINE [--seeds N] [--first N]"""

import argparse
import collections
import ipaddress
import json
import os
import pathlib
import subprocess
import sys
import tempfile

Form = collections.namedtuple("Form", "name split workers batch before options", defaults=["", []])
FORMS = [
    Form("batches of 256", False, 1, 256),
    Form("batches of 1", False, 1, 1),
    Form("batches of 7", False, 1, 7),
    Form("device host", False, 1, 7, "GPUOnly(DEVICE host) ->", ["--host-cores", "1"]),
    Form("2 workers", False, 2, 7),
    Form("5 workers", False, 5, 7),
    Form("split, 1 worker", True, 1, 7),
    Form("split, 2 workers", True, 2, 7),
    Form("split, 5 workers", True, 5, 256),
]


def address(digits):
    return str(ipaddress.ip_address(bytes.fromhex(digits)))


def expected_alerts(path):
    alerts = collections.Counter()
    for line in path.with_suffix(".alerts").read_text().splitlines():
        number, flow, sid, _ = line.split("\t")
        source, destination = (end.split(":") for end in flow.split(" > "))
        alerts[int(number), address(source[0]), int(source[1]), address(destination[0]), int(destination[1]),
               int(sid)] += 1
    return alerts


def found_alerts(eve):
    alerts = collections.Counter()
    for line in eve.read_text().splitlines() if eve.exists() else []:
        event = json.loads(line)
        if event["event_type"] == "alert":
            alerts[event.get("pcap_cnt", 0), address_of(event["src_ip"]), event.get("src_port", 0),
                   address_of(event["dest_ip"]), event.get("dest_port", 0), event["alert"]["signature_id"]] += 1
    return alerts


def address_of(text):
    return str(ipaddress.ip_address(text))


def without_numbers(alerts):
    """Where frames have other numbers only their alerts are compared."""
    result = collections.Counter()
    for alert, count in alerts.items():
        result[alert[1:]] += count
    return result


def processors():
    return sorted(os.sched_getaffinity(0))


def placement(form):
    """Options for the processors of workers; None if there are too few."""
    own = processors()
    if form.workers + form.split > len(own):
        return None
    first = [str(number) for number in own[form.split:form.split + form.workers]]
    return ["--cores", ",".join(first)] + (["--io-cores", str(own[0])] if form.split else [])


def run(program, path, form, folder):
    eve = folder / "eve.json"
    eve.unlink(missing_ok=True)
    arguments = path.with_suffix(".arguments").read_text().strip()
    pipeline = folder / "seed.click"
    pipeline.write_text(f"FromInput(BURST {form.batch}) -> {form.before} IDS(RULES {path}.rules, HOST_OS_POLICY {path}.yaml, "
                        f"EVE {eve}, EVE_TYPES alert, {arguments}) -> ToOutput;\n")
    # Without an IO worker, worker i of N replays frames i, i + N, ...
    renumbered = form.workers > 1 and not form.split
    capture = f"{path}.{form.workers}.pcap" if renumbered else f"{path}.pcap"
    command = [program, "run", pipeline, "-q", "-r", capture, *placement(form), *form.options]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100)
    if done.returncode != 0:
        return f"exit code {done.returncode}: {done.stdout[-600:]}"
    found, expected = found_alerts(eve), expected_alerts(path)
    if renumbered:
        found, expected = without_numbers(found), without_numbers(expected)
    if found == expected:
        return None
    return f"missing {dict(expected - found)}, extra {dict(found - expected)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests")
    parser.add_argument("program")
    parser.add_argument("--seeds", default="10")
    parser.add_argument("--first", default="1")
    parser.add_argument("--keep", help="keep the files in this folder")
    options = parser.parse_args()
    failures = runs = 0
    forms = [form for form in FORMS if placement(form)]
    for form in FORMS:
        if form not in forms:
            print(f"{form.name}: left out, since this process may use {len(processors())} processors only")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.keep or temporary)
        environment = dict(os.environ, WARPLINE_WRITE_SEEDS=str(folder), WARPLINE_SEEDS=options.seeds,
                           WARPLINE_FIRST_SEED=options.first)
        subprocess.run([options.tests, "--gtest_filter=IdsDifferential.WritesSeeds"], env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        for alerts in sorted(folder.glob("*.alerts"), key=lambda path: int(path.stem)):
            path = alerts.with_suffix("")
            for form in forms:
                runs += 1
                difference = run(options.program, path, form, folder)
                if difference:
                    failures += 1
                    print(f"seed {path.name}, {form.name}: {difference}")
    print(f"{runs} runs, {failures} differ from the reference")
    return 0 if runs and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
