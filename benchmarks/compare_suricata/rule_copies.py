# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Larger sets of rules for compare_suricata: copies with other contents and numbers."""

import random
import re
import string

SID_STEP = 10_000_000
# Values of these have a meaning of their own: with another one a rule could never match.
KEPT = {"http.method", "http.stat_code", "http.protocol"}
KEPT_BEFORE = re.compile(r"\b(?:http_method|http_stat_code)\b")  # modifiers of the content before them
STICKY = re.compile(r"\b((?:http|file|dns|tls|ja3s?|ssh|ftp)\.[a-z_.]+|file_data|pkt_data)\s*;")
CONTENT = re.compile(r'\b((?:uri)?content\s*:\s*!?\s*")((?:[^"\\]|\\.)*)(")')


def other_byte(source, byte):
    """Another byte of the same kind: digits, the letters that hexadecimal digits are, other letters, or itself."""
    for kind in ("0123456789", "abcdef", "ABCDEF", string.ascii_lowercase[6:], string.ascii_uppercase[6:]):
        if chr(byte) in kind:
            return ord(source.choice(kind))
    return source.randrange(0x80, 0x100) if byte >= 0x80 else byte


def other_content(source, text):
    """The text of a content with other letters and digits; its length stays. `text`: with escapes and |hex|."""
    parts = re.split(r"(\|[^|]*\|)", text)
    for i, part in enumerate(parts):
        if part.startswith("|"):
            data = bytes.fromhex(part[1:-1].replace(" ", ""))
            parts[i] = "|" + " ".join(f"{other_byte(source, byte):02x}" for byte in data) + "|"
        else:
            parts[i] = re.sub(r"\\.|.", lambda each: each[0] if len(each[0]) > 1 or ord(each[0]) > 0x7e else
                              chr(other_byte(source, ord(each[0]))), part)
    return "".join(parts)


def copy_of(rule, number, source):
    """A rule with other contents and another sid. Expressions stay, so that they hang on other contents."""
    rule = re.sub(r"\bsid\s*:\s*(\d+)", lambda each: f"sid:{int(each[1]) + number * SID_STEP}", rule)
    pieces, end, buffer = [], 0, None
    for content in CONTENT.finditer(rule):
        between = rule[end:content.start()]
        buffer = ([buffer] + STICKY.findall(between))[-1]
        kept = buffer in KEPT or KEPT_BEFORE.search(rule[content.end():].split("content", 1)[0])
        pieces += [between, content[1], content[2] if kept else other_content(source, content[2]), content[3]]
        end = content.end()
    return "".join(pieces) + rule[end:]


def with_copies(lines, count, seed=1):
    """The rules `count` times: as they are, and in copies."""
    source = random.Random(seed)
    rules = [line for line in lines if re.match(r"(alert|drop|pass|reject)\b", line)]
    result = list(lines)
    for number in range(1, count):
        result += [copy_of(rule, number, source) for rule in rules]
    return result
