# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the text of rules in Suricata's language as far as a comparison needs it: sid, protocol, names of options."""

import collections
import pathlib
import re

Rule = collections.namedtuple("Rule", "action protocol sid rev options text")

PACKET_PROTOCOLS = {"ip", "ip4", "ipv4", "ip6", "ipv6", "tcp", "tcp-pkt", "tcp-stream", "udp", "icmp", "icmpv4",
                    "icmpv6", "sctp", "pkthdr"}
# Keywords of applications: whole names, and beginnings of names.
APPLICATION = {"uricontent", "urilen", "file_data", "ja3_hash", "ja3_string", "ssl_version", "ssl_state", "sip_method",
               "sip_uri", "ftpbounce", "ftpdata_command", "app-layer-event", "app-layer-protocol", "cip_service",
               "enip_command", "modbus", "dnp3_func", "dnp3_ind", "dnp3_obj", "dnp3_data", "filename", "fileext",
               "filemagic", "filestore", "filemd5", "filesha1", "filesha256", "filesize"}
APPLICATION_PREFIXES = ("http.", "http_", "http2.", "file.", "dns.", "dns_", "tls.", "tls_", "ja3.", "ja3s.", "ja4.",
                        "ssh.", "ssh_", "ftp.", "smtp.", "smb.", "dce_", "dcerpc.", "rfb.", "mqtt.", "sip.", "snmp.",
                        "krb5", "nfs", "ike.", "quic.", "dhcp.", "rdp.", "pgsql.", "websocket.", "email.", "ldap.",
                        "bittorrent")
PCRE_APPLICATION_LETTERS = "UIPQHDMCSYVWZ"


def rule_lines(text):
    """The rules of a file, one string each: comments left out, continued lines joined."""
    joined = ""
    for line in text.splitlines():
        if not joined and line.lstrip().startswith("#"):
            continue
        if line.rstrip().endswith("\\"):
            joined += line.rstrip()[:-1]
            continue
        whole, joined = (joined + line).strip(), ""
        if whole:
            yield whole
    if joined.strip():
        yield joined.strip()


def split_options(body):
    """(name, value or None) of each option; `;` within quotes or after a backslash ends none."""
    options, current, quoted, escaped = [], "", False, False
    for character in body:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            name, colon, value = current.partition(":")
            if name.strip():
                options.append((name.strip(), value.strip() if colon else None))
            current = ""
            continue
        current += character
    return options


def parse_rule(text):
    """The rule of one line; None if it has no header, options or sid."""
    head, bracket, body = text.partition("(")
    words = head.split()
    if not bracket or len(words) < 2 or not body.rstrip().endswith(")"):
        return None
    options = split_options(body.rstrip()[:-1])
    numbers = {name: int(value) for name, value in options if name in ("sid", "rev") and (value or "").isdigit()}
    if "sid" not in numbers:
        return None
    return Rule(words[0], words[1], numbers["sid"], numbers.get("rev", 0), options, text)


def read_rules(paths):
    """{sid: rule} of all files; of rules with one sid that with the highest rev."""
    rules = {}
    for path in paths:
        for line in rule_lines(pathlib.Path(path).read_text(errors="replace")):
            rule = parse_rule(line)
            if rule and (rule.sid not in rules or rule.rev >= rules[rule.sid].rev):
                rules[rule.sid] = rule
    return rules


def application_part(rule):
    """What makes the rule one of an application: its protocol, keyword or pcre letter; None for packet and stream
    rules."""
    if rule.protocol not in PACKET_PROTOCOLS:
        return f"protocol {rule.protocol}"
    for name, value in rule.options:
        if name in APPLICATION or name.startswith(APPLICATION_PREFIXES):
            return name
        if name == "pcre":
            flags = re.search(r"/([A-Za-z]*)\"?$", value or "")
            for letter in flags[1] if flags else "":
                if letter in PCRE_APPLICATION_LETTERS:
                    return f"pcre /{letter}"
    return None


def packet_stream_sids(rules):
    return {sid for sid, rule in rules.items() if application_part(rule) is None}
