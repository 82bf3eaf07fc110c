# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""suricata_alerts.py CAPTURE RULES... [--list LIST] [--only packet-stream|all] [--program WARPLINE]
[--arguments "MORE ARGUMENTS OF IDS"] [--no-run EVE] [--min-found PERCENT] [--max-extra PERCENT]: compares the alerts
of the element IDS on a capture with LIST, or with those of Suricata if there is no list.

RULES are files, or folders of *.rules. A pair is a rule and a flow: sid, protocol and both endpoints, the smaller
first. Each line of LIST has a pair and the number of its alerts. `--only packet-stream` leaves out pairs of rules that
need an application, on both sides. `--no-run` reads an EVE file instead of running IDS. Exits 0 if enough pairs were
found and few were extra, and 77 if an engine or a file is missing."""

import argparse
import collections
import ipaddress
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
try:
    import suricata_engine
    import suricata_rules
except ModuleNotFoundError as missing:
    print(f"skipped: Python has no module {missing.name}")
    sys.exit(77)

SHOWN = 30
# As for the shared lists: checksums are not verified, 1,609 frames of the captures have wrong ones.
IDS_ARGUMENTS = ["CHECKSUM off"]
SURICATA_ARGUMENTS = ["-k", "none"]


def pairs_of_eve(path):
    """{(sid, protocol, endpoint, endpoint): alerts} of an EVE file."""
    pairs = collections.Counter()
    with open(path, errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            try:
                event = json.loads(line)
            except ValueError as error:
                sys.exit(f"{path}:{number}: {error}")
            if event.get("event_type") != "alert":
                continue
            ends = sorted([(event.get("src_ip", ""), event.get("src_port", 0)),
                           (event.get("dest_ip", ""), event.get("dest_port", 0))])
            first, second = sorted(short(f"{address}:{port}") for address, port in ends)
            pairs[event["alert"]["signature_id"], event.get("proto", ""), first, second] += 1
    return pairs


def short(endpoint):
    """An endpoint with its address in the shortest form; lists of Suricata's have all digits of IPv6."""
    address, _, port = endpoint.rpartition(":")
    return f"{ipaddress.ip_address(address)}:{port}" if address.count(":") > 1 else endpoint


def pairs_of_list(path):
    pairs = collections.Counter()
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        words = line.split("\t")
        if len(words) != 5 or not (words[0].isdigit() and words[4].isdigit()):
            sys.exit(f"{path}:{number}: expected sid, protocol, endpoint, endpoint and count between tabs")
        first, second = sorted([short(words[2]), short(words[3])])
        pairs[int(words[0]), words[1], first, second] += int(words[4])
    return pairs


def only(pairs, sids):
    return {pair: count for pair, count in pairs.items() if pair[0] in sids}


def show(title, pairs, rules, extra=lambda pair: ""):
    for pair in sorted(pairs)[:SHOWN]:
        rule = rules.get(pair[0])
        message = next((value for name, value in rule.options if name == "msg"), "") if rule else "rule not in RULES"
        print(f"  {title} {' '.join(map(str, pair))}{extra(pair)} {message}")
    if len(pairs) > SHOWN:
        print(f"  {title}: {len(pairs) - SHOWN} more")


def report(found, expected, rules, min_found, max_extra):
    """Prints the differences and the result; whether it is good enough."""
    both = found.keys() & expected.keys()
    missing, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
    different = {pair for pair in both if found[pair] != expected[pair]}
    show("missing", missing, rules)
    show("extra", extra, rules)
    show("count", different, rules, lambda pair: f" {found[pair]} instead of {expected[pair]}")
    total = len(expected)
    enough = 100 * len(both) >= min_found * total
    few = 100 * len(extra) <= max_extra * total
    print(f"found {len(both)}, missing {len(missing)}, extra {len(extra)}, with another count {len(different)}")
    share = f"{100 * len(both) / total:.2f} %" if total else "all"
    print(f"{'passed' if enough and few else 'failed'}: {share} of {total} pairs found, {len(extra)} extra "
          f"(required: {min_found:g} % found, at most {max_extra:g} % extra)")
    return enough and few


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(suricata_engine.SKIPPED)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    parser.add_argument("capture", type=pathlib.Path)
    parser.add_argument("rules", nargs="+", type=pathlib.Path)
    parser.add_argument("--list", type=pathlib.Path)
    parser.add_argument("--only", choices=["packet-stream", "all"], default="all")
    parser.add_argument("--program", default=suricata_engine.ROOT / "build/release/app/warpline")
    parser.add_argument("--arguments", default="", metavar="TEXT", help="more arguments of the element IDS")
    parser.add_argument("--no-run", type=pathlib.Path, metavar="EVE", help="read the alerts from this file")
    parser.add_argument("--min-found", type=float, default=98, metavar="PERCENT")
    parser.add_argument("--max-extra", type=float, default=1, metavar="PERCENT")
    return parser.parse_intermixed_args()


def main():
    options = arguments()
    for path in [options.capture, *options.rules, *filter(None, [options.list])]:
        if not path.exists():
            skip(f"{path} is not there")
    rule_paths = [path.resolve() for named in options.rules
                  for path in (sorted(named.glob("*.rules")) if named.is_dir() else [named])]
    rules = suricata_rules.read_rules(rule_paths)
    warpline, suricata = suricata_engine.Warpline(options.program), suricata_engine.Suricata()
    if not options.no_run and (reason := warpline.missing()):
        skip(reason)
    if not options.list and suricata.program is None:
        skip("there is no --list and Suricata is not installed (scripts/setup oracle)")
    with tempfile.TemporaryDirectory(prefix="warpline_alerts_") as name:
        scratch = pathlib.Path(name)
        capture = suricata_engine.plain_capture(options.capture, scratch)
        folders = scratch / "warpline", scratch / "suricata"
        for folder in folders:
            folder.mkdir()
        try:
            if not options.no_run:
                more = [options.arguments] if options.arguments else []
                warpline.start(folders[0], capture, rule_paths, [*IDS_ARGUMENTS, *more])
            if not options.list:
                joined = scratch / "all.rules"
                joined.write_text("\n".join(path.read_text(errors="replace") for path in rule_paths))
                suricata.start(folders[1], capture, joined, arguments=SURICATA_ARGUMENTS)
        except suricata_engine.EngineError as error:
            sys.exit(f"failed: {error}")
        found = pairs_of_eve(options.no_run or folders[0] / "eve.json")
        expected = pairs_of_list(options.list) if options.list else pairs_of_eve(folders[1] / "eve.json")
    if options.only == "packet-stream":
        sids = suricata_rules.packet_stream_sids(rules)
        found, expected = only(found, sids), only(expected, sids)
        print(f"{len(sids)} of {len(rules)} rules are packet or stream rules")
    sys.exit(0 if report(found, expected, rules, options.min_found, options.max_extra) else 1)


if __name__ == "__main__":
    main()
