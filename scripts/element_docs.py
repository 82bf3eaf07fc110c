#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the doc blocks of the elements.

element_docs.py --cpp FILE        writes the initialisers of elements/docs.cpp
element_docs.py --markdown FILE   writes docs/elements.md
element_docs.py --check FILE      fails where docs/elements.md is not what it would write

A doc block is what stands in `///` lines above a class that WARPLINE_ELEMENT registers: one
sentence, an example indented by four blanks, perhaps more text, and `Ports:`, `Arguments:` and
`Drops:`; `Reads:` and `Returns:` may describe a kernel. Every fault of a
block is reported, with its place; the reasons listed must be those that the code drops with. Faults
stop no build (--cpp), but --markdown and --check.
"""

import argparse
import dataclasses
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "elements"

REASON = re.compile(r'drop(?:_reason)?<"(\w+)">|DropReason::named\("(\w+)"\)')
REGISTRATION = re.compile(r"^WARPLINE_ELEMENT\((\w+)\)", re.MULTILINE)
SECTION = re.compile(r"(?:^|(?<=[.;] ))(Ports|Arguments|Drops|Reads|Returns): ")
# A word with a capital letter inside and lower-case letters after it names a class, except these.
CLASS_NAME = re.compile(r"\b[A-Z]\w*[A-Z][a-z]{2,}\w*\b")
NO_CLASS = {"IPsec", "FastClick"}
ARGUMENT = re.compile(r"(?:^|(?<=[.] ))([A-Za-z]\w*(?:\.\.\.)?): ")
DROP = re.compile(r"^`?(\w+)`?(?: \((.*)\))?$")


@dataclasses.dataclass
class Doc:
    name: str
    file: str
    line: int
    offloadable: bool = False
    summary: str = ""
    example: str = ""
    details: str = ""
    ports: str = ""
    arguments: list = dataclasses.field(default_factory=list)  # (name, text)
    drops: list = dataclasses.field(default_factory=list)  # (reason, text)


class Faults:
    def __init__(self):
        self.texts = []

    def add(self, doc, text):
        self.texts.append(f"{doc.file}:{doc.line}: {doc.name}: {text}")


def split_outside_brackets(text, separator):
    """`a (b, c), d` at commas gives `a (b, c)` and `d`."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def block_above(lines, index):
    """The lines of the `///` block that ends above `lines[index]`, without the slashes."""
    block = []
    while index > 0 and lines[index - 1].startswith("///"):
        index -= 1
        block.insert(0, lines[index][3:].removeprefix(" ").rstrip())
    return block


def parse_block(doc, block, faults):
    text, example, after = [], [], []
    for line in block:
        if line.startswith("    "):
            example.append(line[4:])
        elif example:
            after.append(line)
        else:
            text.append(line)
    doc.summary = " ".join(" ".join(text).split())
    doc.example = "\n".join(example)
    parts = SECTION.split(" ".join(" ".join(after).split()))
    doc.details = parts[0].strip()
    sections = dict(zip(parts[1::2], (part.strip() for part in parts[2::2])))
    if not doc.summary.endswith("."):
        faults.add(doc, "the block begins with a sentence")
    if not doc.example:
        faults.add(doc, "there is no example (indented by four blanks)")
    for section in ("Ports", "Arguments", "Drops"):
        if section not in sections:
            faults.add(doc, f"there is no '{section}:'")
        elif not sections[section].endswith("."):
            faults.add(doc, f"'{section}:' does not end with a full stop")
    for section in ("Reads", "Returns"):
        if section in sections:
            doc.details = f"{doc.details} {section}: {sections[section]}".strip()
    doc.ports = sections.get("Ports", "")
    parse_arguments(doc, sections.get("Arguments", "none."), faults)
    parse_drops(doc, sections.get("Drops", "none."), faults)


def parse_arguments(doc, text, faults):
    if text == "none.":
        return
    parts = ARGUMENT.split(text)
    if parts[0].strip():
        faults.add(doc, f"arguments are 'NAME: meaning.', not '{parts[0].strip()}'")
    doc.arguments = list(zip(parts[1::2], (part.strip() for part in parts[2::2])))


def parse_drops(doc, text, faults):
    if text == "none.":
        return
    for part in split_outside_brackets(text.removesuffix("."), ","):
        found = DROP.match(part)
        if found:
            doc.drops.append((found[1], found[2] or ""))
        else:
            faults.add(doc, f"drops are 'reason, reason (when).', not '{part}'")


def reasons_in(path):
    """The reasons that the code of one file drops with."""
    code = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {first or second for first, second in REASON.findall(code)}


def reached_from(path, seen):
    """The file and the headers of elements, packets and the network that it includes, with their sources."""
    if path in seen or not path.exists():
        return seen
    seen.add(path)
    text = path.read_text(encoding="utf-8")
    for included in re.findall(r'^#include "((?:elements|core/net|core/packet)/[^"]+)"', text, flags=re.MULTILINE):
        header = ROOT / included
        for each in (header, header.with_suffix(".cpp")):
            reached_from(each, seen)
    return seen


def check_drops(by_path, faults):
    """The classes of a file list every reason in its code. Other reasons in a list come from a file that the
    classes share; a class must list each reason of such a file."""
    listed_for = {}  # shared file -> reasons listed by classes that reach it
    for path, docs in by_path.items():
        listed = {reason for doc in docs for reason, _ in doc.drops}
        reached = reached_from(path, set())
        allowed = set().union(*(reasons_in(each) for each in reached))
        if any(doc.offloadable for doc in docs):
            allowed.add("truncated")  # OffloadElement's own
        for reason in sorted(reasons_in(path) - listed):
            faults.add(docs[0], f"drops with '{reason}', which 'Drops:' does not list")
        for reason in sorted(listed - allowed):
            faults.add(docs[0], f"'Drops:' lists '{reason}', which the code does not drop with")
        for each in reached:
            listed_for.setdefault(each, (docs[0], set()))[1].update(listed)
    for path, (doc, listed) in listed_for.items():
        for reason in sorted(reasons_in(path) - listed):
            faults.add(doc, f"'{reason}' of {path.relative_to(ROOT)} is listed nowhere")


def check_names(docs, faults):
    """Every element that a doc block names exists."""
    known = {doc.name for doc in docs} | NO_CLASS
    for doc in docs:
        texts = [doc.summary, doc.details, doc.ports]
        texts += [text for _, text in doc.arguments + doc.drops]
        for name in sorted(set(CLASS_NAME.findall(" ".join(texts))) - known):
            faults.add(doc, f"names {name}, which is not an element")


def read_file(path, faults):
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    docs = []
    for name in REGISTRATION.findall(text):
        pattern = re.compile(rf"^(class|struct) {name}\b.*:.*")
        index = next((i for i, line in enumerate(lines) if pattern.match(line)), None)
        doc = Doc(name, str(path.relative_to(ROOT)), (index or 0) + 1)
        docs.append(doc)
        if index is None:
            faults.add(doc, "its class is not defined in the file that registers it")
            continue
        doc.offloadable = f"OffloadElement<{name}>" in lines[index]
        parse_block(doc, block_above(lines, index), faults)
    return docs


def read_all():
    faults = Faults()
    by_path = {}
    for path in sorted(FOLDER.rglob("*.c*")):
        if path.suffix in (".cpp", ".cu"):
            docs = read_file(path, faults)
            if docs:
                by_path[path] = docs
    check_drops(by_path, faults)
    docs = [doc for each in by_path.values() for doc in each]
    check_names(docs, faults)
    return sorted(docs, key=lambda doc: doc.name), faults.texts


def literal(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def cpp(docs):
    out = ["// Made by scripts/element_docs.py from the doc blocks of the elements."]
    for doc in docs:
        pairs = lambda items: ", ".join(f"{{{literal(a)}, {literal(b)}}}" for a, b in items)
        out.append(f"{{{literal(doc.name)}, {literal(doc.summary)}, {literal(doc.example)},")
        out.append(f" {literal(doc.details)}, {literal(doc.ports)},")
        out.append(f" {{{pairs(doc.arguments)}}},")
        out.append(f" {{{pairs(doc.drops)}}},")
        out.append(f" {literal(doc.file)}, {'true' if doc.offloadable else 'false'}}},")
    return "\n".join(out) + "\n"


TITLES = {
    "standard": "Standard", "ether": "Ethernet", "ip": "IPv4", "ip6": "IPv6", "ipsec": "IPsec",
    "ids": "Intrusion detection", "balance": "Balancing",
}


def markdown(docs):
    out = ["# Elements", "",
           "Made by `scripts/element_docs.py` from the sources; `warpline elements NAME` shows the same.",
           "Drop reasons are counted by element. Every element may also drop with `no_batch`, where a",
           "split finds no batch, and offloadable ones with `device_failed`.", ""]
    folders = {}
    for doc in docs:
        folders.setdefault(pathlib.PurePath(doc.file).parent.name, []).append(doc)
    order = [folder for folder in TITLES if folder in folders]
    order += sorted(set(folders) - set(order))
    for folder in order:
        out += [f"## {TITLES.get(folder, folder)}", ""]
        for doc in folders[folder]:
            out += [f"### {doc.name}", "", doc.summary, "", "```", doc.example, "```", ""]
            if doc.details:
                out += [doc.details, ""]
            if doc.offloadable:
                out += ["Offloadable: its kernel runs on the CPU or on a device.", ""]
            out += [f"- Ports: {doc.ports}"]
            out += [f"- `{name}`: {text}" for name, text in doc.arguments]
            drops = ", ".join(f"`{reason}`" + (f" ({text})" if text else "")
                              for reason, text in doc.drops)
            out += [f"- Drops: {drops or 'none'}.", f"- Source: [{doc.file}](../{doc.file})", ""]
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for option in ("--cpp", "--markdown", "--check"):
        parser.add_argument(option, type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    docs, faults = read_all()
    for fault in faults:
        print(fault, file=sys.stderr)
    if options.cpp:
        options.cpp.write_text(cpp(docs), encoding="utf-8")
    if faults and (options.markdown or options.check):
        return 1
    if options.markdown:
        options.markdown.write_text(markdown(docs), encoding="utf-8")
    if options.check:
        known = options.check.read_text(encoding="utf-8") if options.check.exists() else ""
        if known != markdown(docs):
            print(f"{options.check} is stale: run scripts/element_docs.py --markdown {options.check}",
                  file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
