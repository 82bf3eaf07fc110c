#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the table of rule keywords in docs/ids.md from the tables in elements/ids/rules/keywords_*.cpp.

keyword_table.py --write FILE   replaces what stands between the marks in FILE
keyword_table.py --check FILE   fails where FILE does not have what --write would write
"""

import argparse
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "elements/ids/rules"
BEGIN, END = "<!-- keywords: begin -->\n", "<!-- keywords: end -->\n"
ENTRY = re.compile(r'\{\s*"([^"]+)",\s*(k\w+),\s*k(?:None|Optional|Needed),\s*"([^"]+)",\s*(\w+)\s*\},')
SHORT = re.compile(r'^    (not_planned)\(\s*"([^"]+)",\s*"([^"]+)"\),', re.MULTILINE)
TITLES = {
    "kMeta": "The rule itself", "kPayload": "Bytes", "kBuffer": "Buffers", "kPacket": "Headers of packets",
    "kState": "Flows, bits and counts", "kApplication": "Buffers of applications, for the keywords after them",
    "kModifier": "Buffers of applications, for the content before them",
    "kTransform": "Changes of a buffer before the search", "kField": "Applications in other ways",
    "kNotPlanned": "Not supported: rules are skipped",
}
SHORT_KINDS = {"not_planned": "kNotPlanned"}


def read_keywords(texts):
    """(kind, name, summary) of every entry; raises where a table has lines that are no entries."""
    keywords = []
    for text in texts:
        table = text[text.index("constexpr Keyword kTable[] = {"):]
        table = table[:table.index("\n};")]
        found = [(kind, name, summary) for name, kind, summary, _ in ENTRY.findall(table)]
        found += [(SHORT_KINDS[short], name, summary) for short, name, summary in SHORT.findall(table)]
        if len(found) != table.count('("') + table.count('{"'):
            raise ValueError("a line of the table has an unknown form")
        keywords += found
    return keywords


def markdown(keywords):
    out = []
    for kind, title in TITLES.items():
        rows = {}
        for _, name, summary in sorted(entry for entry in keywords if entry[0] == kind):
            rows.setdefault(summary, []).append(f"`{name}`")
        out += [f"| {title} | |", "|---|---|"]
        out += [f"| {', '.join(names)} | {summary} |" for summary, names in rows.items()] + [""]
    return "\n" + "\n".join(out)


def with_table(document, table):
    begin, end = document.index(BEGIN) + len(BEGIN), document.index(END)
    return document[:begin] + table + document[end:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for option in ("--write", "--check"):
        parser.add_argument(option, type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    files = sorted(FOLDER.glob("keywords_*.cpp"))
    table = markdown(read_keywords(path.read_text(encoding="utf-8") for path in files))
    for path in filter(None, (options.write, options.check)):
        document = path.read_text(encoding="utf-8")
        current = with_table(document, table)
        if path == options.write:
            path.write_text(current, encoding="utf-8")
        elif current != document:
            print(f"{path} is stale: run scripts/keyword_table.py --write {path}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
