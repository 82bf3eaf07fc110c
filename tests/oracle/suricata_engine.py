# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Runs Suricata or the element IDS of Warpline on a capture, in a folder where eve.json and fast.log appear."""

import gzip
import os
import pathlib
import re
import shutil
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SKIPPED = 77  # ctest counts a test with this exit code as skipped
TIMEOUT_S = 600
# What the element IDS writes.
EVENTS = ["alert", "drop", "flow", "http", "dns", "tls", "stats", "payload", "payload_printable", "packet", "ethernet", "verdict"]
ALERT_FIELDS = {"payload": True, "payload-printable": True, "packet": True, "metadata": True, "http-body": True,
                "tagged-packets": False}


class EngineError(Exception):
    """The engine cannot be run, or failed; its last lines are in the text."""


def run(command, folder, timeout_s=TIMEOUT_S):
    """Exit code and all output of a command."""
    try:
        done = subprocess.run(command, cwd=folder, text=True, errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout_s,
                              env=dict(os.environ, TZ="UTC"))
    except subprocess.TimeoutExpired:
        raise EngineError(f"{command[0]}: not finished after {timeout_s} s") from None
    except OSError as error:
        raise EngineError(f"{command[0]}: {error.strerror}") from None
    return done.returncode, done.stdout


def last_lines(text, count=3):
    return " | ".join(line.strip() for line in text.strip().splitlines()[-count:])


def failure_of(text):
    """The error in the output of warpline, and what the rules that it skipped need."""
    lines = [line.strip() for line in text.splitlines()]
    errors = [line[line.index("error:"):] for line in lines if "error:" in line]
    needs = [match[1] for line in lines if (match := re.fullmatch(r"\d+  (\S.*)", line))]
    if not errors:
        return last_lines(text)
    return errors[0] + (f"; the rules need {', '.join(needs)}" if needs else "")


def plain_capture(capture, folder):
    """The path of the capture, unpacked into the folder if it is compressed."""
    capture = pathlib.Path(capture).resolve()
    if capture.suffix != ".gz":
        return capture
    unpacked = folder / capture.stem
    with gzip.open(capture) as source, open(unpacked, "wb") as target:
        shutil.copyfileobj(source, target)
    return unpacked


class Suricata:
    """Suricata of PATH, else that of scripts/setup oracle."""

    def __init__(self):
        unpacked = pathlib.Path(os.environ.get("WARPLINE_ORACLE", ROOT / "build/oracle")) / "bin/suricata"
        self.program = shutil.which("suricata") or (str(unpacked) if os.access(unpacked, os.X_OK) else None)

    def version(self):
        match = re.search(r"version (\S+)", run([self.program, "-V"], ".")[1])
        return match[1] if match else None

    def _shipped(self):
        unpacked = pathlib.Path(self.program).resolve().parent.parent / "etc/suricata"
        for folder in (unpacked, pathlib.Path("/etc/suricata")):
            if (folder / "suricata.yaml").exists():
                return folder
        raise EngineError("the suricata.yaml of the package is not there")

    def _side_files(self):
        shipped = self._shipped()
        return {"classification-file": str(shipped / "classification.config"),
                "reference-config-file": str(shipped / "reference.config")}

    def _configuration(self, folder):
        """The shipped configuration with every event and every field of alerts that checks look at; chunks of a
        constant size, so that two runs give the same."""
        shipped = self._shipped()
        config = yaml.safe_load((shipped / "suricata.yaml").read_text())
        eve = next(entry["eve-log"] for entry in config["outputs"] if "eve-log" in entry)
        types = {}
        for entry in eve["types"]:
            types.update({entry: None} if isinstance(entry, str) else entry)
        types.update({"alert": ALERT_FIELDS, "drop": {"alerts": True}})
        for name in ("flow", "dcerpc", "smb", "stats"):
            types.setdefault(name, None)
        eve["types"] = [name if value is None else {name: value} for name, value in types.items()]
        eve["ethernet"] = True
        config["outputs"] = [{"eve-log": eve}, {"fast": {"enabled": True, "filename": "fast.log", "append": True}}]
        config["stream"]["reassembly"]["randomize-chunk-size"] = False
        config.update(self._side_files())
        config.pop("threshold-file", None)
        path = folder / "oracle.yaml"
        path.write_text("%YAML 1.1\n---\n" + yaml.safe_dump(config, sort_keys=False))
        return path

    def start(self, folder, capture, rules, own_yaml=None, arguments=()):
        """Runs it on the capture; returns its output."""
        config = own_yaml or self._configuration(folder)
        selected = ["-S", rules] if rules else ["--disable-detection"]
        command = [self.program, "-c", config, "-r", capture, *selected, "-l", folder, "--runmode", "single"]
        command += arguments
        if own_yaml:
            for name, path in self._side_files().items():
                command += ["--set", f"{name}={path}"]
        code, text = run([str(word) for word in command], folder)
        if code:
            raise EngineError(f"suricata exited with {code}: {last_lines(text)}")
        return text

    def run_case(self, case, folder):
        simulated = ["--simulate-ips"] if "ips" in case.name and "--simulate-ips" not in case.args else []
        return self.start(folder, case.capture(), case.rules, case.yaml, [*case.args, *simulated])


def quoted(path):
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def case_arguments(case):
    """The arguments of the element IDS that a case's arguments and its suricata.yaml ask for."""
    arguments = []
    if case.yaml:
        arguments.append("VARS suricata.yaml")
        if case.setting("host-os-policy"):
            arguments.append("HOST_OS_POLICY suricata.yaml")
    for name in ("classification", "reference"):
        if (case.folder / f"{name}.config").exists():
            arguments.append(f"{name.upper()} {quoted(case.folder / f'{name}.config')}")
    if "--simulate-ips" in case.args or "ips" in case.name:
        arguments.append("MODE ips")
    checksum = {"none": "off", "all": "on"}.get(case.option("-k") or "")
    if checksum is None and case.setting("stream.checksum-validation") is False:
        checksum = "off"
    if checksum:
        arguments.append(f"CHECKSUM {checksum}")
    if case.setting("stream.midstream"):
        arguments.append("MIDSTREAM true")
    if depth := case.setting("stream.reassembly.depth"):
        arguments.append(f"DEPTH {bytes_of(depth)}")
    if limit := case.setting("packet-alert-max"):
        arguments.append(f"MAX_ALERTS {limit}")
    if policy := case.setting("exception-policy"):
        on_limit = {"drop-flow": "drop-flow", "pass-flow": "pass-flow", "bypass": "bypass"}.get(policy, "ignore")
        arguments.append(f"ON_LIMIT {on_limit}")
    if all(case.setting(f"decoder.{name}.enabled") is False for name in ("vxlan", "geneve", "teredo")):
        arguments.append("TUNNELS false")
    return arguments


def bytes_of(size):
    """Suricata's sizes in bytes: `1mb` is 1048576."""
    match = re.fullmatch(r"(\d+)\s*([kmg]?)i?b?", str(size).lower())
    if not match:
        raise EngineError(f"'{size}' is no size")
    return int(match[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[match[2]]


class Warpline:
    """The command `warpline` with the element IDS."""

    def __init__(self, program):
        self.program = pathlib.Path(program).resolve()

    def missing(self):
        """Why it cannot be used, or None."""
        if not self.program.exists():
            return f"{self.program.name} is not built"
        code, text = run([str(self.program), "elements"], ".")
        return None if re.search(r"^IDS\s", text, re.MULTILINE) else "this program has no element IDS"

    def start(self, folder, capture, rules, arguments=()):
        """Runs IDS on the capture with the rule files, EVE to eve.json; returns its output."""
        common = ["RULES " + " ".join(quoted(path) for path in rules)] if rules else []
        common += ["EVE eve.json", f'EVE_TYPES "{" ".join(EVENTS)}"', "FAST fast.log", "STRICT false"]
        pipeline = "FromInput -> IDS(" + ",\n  ".join([*common, *arguments]) + ")\n  -> ToOutput;\n"
        (folder / "case.click").write_text(pipeline)
        command = [self.program, "run", "case.click", "-q", "-r", capture]
        code, text = run([str(word) for word in command], folder)
        if code:
            raise EngineError(f"warpline exited with {code}: {failure_of(text)}")
        return text

    def run_case(self, case, folder):
        if case.yaml:
            shutil.copy(case.yaml, folder / "suricata.yaml")
        return self.start(folder, case.capture(), [case.rules] if case.rules else [], case_arguments(case))
