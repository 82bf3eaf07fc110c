# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""One case in the format of the suricata-verify suite: what its test.yaml requires, asks for and checks."""

import json
import os
import pathlib
import re
import shlex
import subprocess

import yaml

import suricata_rules

COMPARISONS = {"min-version": lambda have, bound: have >= bound, "gt-version": lambda have, bound: have > bound,
               "lt-version": lambda have, bound: have < bound, "max-version": lambda have, bound: have <= bound,
               "version": lambda have, bound: have[:len(bound)] == bound}
PARTS = {"__find": lambda value, expected: expected in value, "__contains": lambda value, expected: expected in value,
         "__startswith": lambda value, expected: value.startswith(expected),
         "__endswith": lambda value, expected: value.endswith(expected)}


class BadCase(Exception):
    """The case is not in the format, or asks for something that is not known."""


def parse_version(text):
    """A version as a tuple of numbers: `7.0.10-dev` is (7, 0, 10)."""
    match = re.match(r"\D*(\d+(?:\.\d+)*)", str(text))
    if not match:
        raise BadCase(f"'{text}' is no version")
    return tuple(int(part) for part in match[1].split("."))


class Version:
    """The version that an engine claims. `Version(None)` is an engine that does what versions 8 and 9 do: it meets
    each lower bound up to 9 and no upper one."""

    def __init__(self, text):
        self.parts = parse_version(text) if text else None

    def meets(self, name, bound):
        bound = parse_version(bound)
        if self.parts is None:
            if name == "version":
                return bound[0] in (8, 9)
            return name not in ("lt-version", "max-version") and bound[0] <= 9
        have = self.parts
        if name != "version":  # 8 is 8.0.0
            length = max(len(have), len(bound))
            have, bound = (parts + (0,) * (length - len(parts)) for parts in (have, bound))
        return COMPARISONS[name](have, bound)


def reads_sources(script):
    """Whether a script of `requires` looks for something in the sources of Suricata."""
    return bool(re.search(r"\b(src|rust|etc|doc|configure\.ac)\b[/\w.-]*", script)) and "grep" in script


def unmet(requires, version, folder):
    """Why `requires` excludes this engine, or None. Files are those of a source tree of Suricata: they, and values of a
    configuration, count as present."""
    for name, value in (requires or {}).items():
        values = value if isinstance(value, list) else [value]
        if name in COMPARISONS:
            if not version.meets(name, value):
                return f"{name} {value}"
        elif name == "features":
            return f"feature {', '.join(map(str, values))}"
        elif name == "env":
            missing = [variable for variable in values if variable not in os.environ]
            if missing:
                return f"variable {missing[0]} in the environment"
        elif name == "script":
            for script in values:
                if not reads_sources(script) and subprocess.run(script, shell=True, cwd=folder, timeout=60,
                                                                capture_output=True).returncode:
                    return f"script {script}"
        elif name == "os":
            if "linux" not in [str(system).lower() for system in values]:
                return f"os {value}"
        elif name == "arch":
            if os.uname().machine not in values:
                return f"arch {value}"
        elif name not in ("pcap", "config", "files"):
            return f"{name} {value}"
    return None


def find_value(event, path):
    """The value at `alert.metadata.tag[0]` or `packet.__len` of an event; None if it has none."""
    value = event
    for part in path.split("."):
        if part == "__len":
            return len(value) if isinstance(value, (str, list, dict)) else None
        name, _, indices = part.partition("[")
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
        for index in re.findall(r"-?\d+", indices):
            if not isinstance(value, list) or not -len(value) <= int(index) < len(value):
                return None
            value = value[int(index)]
    return value


def equal(value, expected):
    """Equality in which no bool equals a number, as in JSON."""
    return value == expected and isinstance(value, bool) == isinstance(expected, bool)


def event_matches(event, match):
    for key, expected in match.items():
        if key in ("has-key", "not-has-key"):
            keys = expected if isinstance(expected, list) else [expected]
            if any((find_value(event, path) is None) == (key == "has-key") for path in keys):
                return False
            continue
        path, dot, last = key.rpartition(".")
        if dot and last in PARTS:
            value = find_value(event, path)
            if not isinstance(value, (str, list, dict)) or not PARTS[last](value, expected):
                return False
        elif not equal(find_value(event, key), expected):
            return False
    return True


def read_events(path):
    """The events of an EVE file; a line that is no JSON object is an error."""
    events = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            event = json.loads(line)
        except ValueError as error:
            raise BadCase(f"{path.name}:{number}: {error}") from None
        if not isinstance(event, dict):
            raise BadCase(f"{path.name}:{number}: not an object")
        events.append(event)
    return events


def brief(match):
    """A filter's conditions on one line; long values are cut."""
    text = ", ".join(f"{key} {value}" for key, value in match.items())
    return text if len(text) <= 120 else text[:117] + "..."


def check_filter(check, output):
    """None if the filter's count is met, else the difference."""
    match = check.get("match", {})
    path = output / check.get("filename", "eve.json")
    if not path.exists():
        return f"{path.name} does not exist"
    events = read_events(path)
    count, expected = sum(event_matches(event, match) for event in events), check.get("count", 1)
    if count == expected:
        return None
    kind = match.get("event_type")
    missing = kind and kind != "alert" and not any(event.get("event_type") == kind for event in events)
    return f"{count} instead of {expected} events with {brief(match)}" + (f"; no record {kind}" if missing else "")


def check_shell(check, output):
    environment = dict(os.environ, OUTPUT_DIR=str(output), TZ="UTC")
    result = subprocess.run(check["args"], shell=True, cwd=output, env=environment, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, timeout=60)
    if "expect" in check:
        if result.stdout.strip() != str(check["expect"]).strip():
            return f"'{check['args']}' printed '{result.stdout.strip()[:60]}' instead of '{check['expect']}'"
    elif result.returncode:
        return f"'{check['args']}' exited with {result.returncode}"
    return None


def check_stats(check, output):
    stats = [event["stats"] for event in read_events(output / "eve.json") if event.get("event_type") == "stats"]
    for key, expected in check.items():
        value = find_value(stats[-1], key) if stats else None
        if key != "requires" and not equal(value, expected):
            return f"stats.{key} is {value} instead of {expected}"
    return None


CHECKS = {"filter": check_filter, "shell": check_shell, "stats": check_stats}


class Case:
    """A folder with a test.yaml, as far as engines need it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.name = self.folder.name
        try:
            text = yaml.safe_load((self.folder / "test.yaml").read_text()) or {}
            own = self.folder / "suricata.yaml"
            self.yaml = own if own.exists() else None
            self.config = yaml.safe_load(own.read_text()) or {} if self.yaml else {}
        except yaml.YAMLError as error:
            raise BadCase(str(error).replace("\n", " ")) from None
        self.requires = text.get("requires") or {}
        self.checks = text.get("checks") or []
        self.args = [word for line in text.get("args") or [] for word in shlex.split(str(line))]
        self.command = text.get("command")
        self._pcap = text.get("pcap")
        rules = sorted(self.folder.glob("*.rules"))
        self.rules = rules[0] if rules else None

    def capture(self):
        """The capture to read: that of `pcap:`, else the case's own."""
        if self._pcap:
            named = self.folder / self._pcap
            if named.exists():
                return named.resolve()
        own = [self.folder / "input.pcap", *sorted(self.folder.glob("*.pcap")), *sorted(self.folder.glob("*.pcapng"))]
        return next((path for path in own if path.exists()), None)

    def settings(self):
        """The `--set name=value` of the arguments."""
        named = {}
        for word, value in zip(self.args, self.args[1:]):
            if word == "--set":
                name, _, text = value.partition("=")
                named[name.strip()] = text.strip()
        return named

    def setting(self, name):
        """A value of the configuration by its dotted name; that of the arguments comes first."""
        if name in self.settings():
            return yaml.safe_load(self.settings()[name])
        return find_value(self.config, name)

    def option(self, name):
        """The word after an option of the arguments, e.g. `-k`; None without it."""
        return next((value for word, value in zip(self.args, self.args[1:]) if word == name), None)

    def excluded(self, version):
        """Why the case does not apply to an engine of this version, or None."""
        if reason := unmet(self.requires, version, self.folder):
            return f"requires {reason}"
        if self.command:
            return "runs a command of its own"
        return None if self.capture() else "has no capture"

    def first_difference(self, output, version):
        """What the first check that is not met found in the folder `output`; None if all are met."""
        for item in self.checks:
            for kind, check in item.items():
                if kind not in CHECKS:
                    raise BadCase(f"unknown check '{kind}'")
                if unmet(check.get("requires"), version, self.folder):
                    continue
                if difference := CHECKS[kind](check, output):
                    return difference + self._application(check.get("match", {}))
        return None

    def _application(self, match):
        """What the rule of a filter needs of an application, if anything."""
        rules = suricata_rules.read_rules([self.rules]) if self.rules else {}
        if match.get("event_type") != "alert":
            return ""
        sids = [match["alert.signature_id"]] if "alert.signature_id" in match else rules
        parts = [part for sid in sids if sid in rules and (part := suricata_rules.application_part(rules[sid]))]
        return f"; the rule needs {parts[0]}" if parts else ""
