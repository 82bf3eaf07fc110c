# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Warpline between two tap devices: started on files of SAs and policies, asked by its control socket."""

import json
import pathlib
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent


class GatewayError(Exception):
    """Warpline did not start, ended, or refused a request."""


class Gateway:
    def __init__(self, program, folder, sas, policies, options=(), balancer=None):
        """`balancer`: an element that decides for each batch where its cryptography runs; none: on the worker's core."""
        (folder / "site.sa").write_text(sas)
        (folder / "site.policy").write_text(policies)
        self.report_path, self.log_path = folder / "report.json", folder / "gateway.log"
        control = folder / "control.sock"
        pipeline = HERE / "gateway.click"
        if balancer:
            text = pipeline.read_text()
            pipeline = folder / "gateway.click"
            pipeline.write_text(text.replace("DropBroadcasts ->", f"DropBroadcasts -> {balancer} ->"))
        command = [program, "run", pipeline, f"sa={folder}/site.sa", f"policy={folder}/site.policy",
                   "-p", "net_tap0,iface=red0", "-p", "net_tap1,iface=black0", "--host-cores", "1" if balancer else "0",
                   "--control", control, "--json", self.report_path, *options]
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        end = time.monotonic() + 60
        while True:
            try:
                self.socket.connect(str(control))
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise GatewayError("Warpline does not start: " + self.log_path.read_text()) from None
                time.sleep(0.05)
        self.answers = self.socket.makefile("rb")

    def ask(self, command, **members):
        self.socket.sendall(json.dumps({"command": command} | members).encode() + b"\n")
        while True:
            line = self.answers.readline()
            if not line:
                raise GatewayError("Warpline has ended: " + self.log_path.read_text())
            answer = json.loads(line)
            if "event" in answer:
                continue
            if not answer["ok"]:
                raise GatewayError(f"{command}: {answer['error']}")
            return answer

    def sas(self):
        """{(direction, SPI): the entry of `list` for the SA}."""
        return {(sa["direction"], int(sa["spi"], 0)): sa for each in self.ask("list")["databases"] for sa in each["sas"]}

    def stop(self):
        """Ends it, and gives its report."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(30)
        if status != 0:
            raise GatewayError(f"Warpline ended with status {status}: {self.log_path.read_text()}")
        return json.loads(self.report_path.read_text())


def drops(report):
    """{reason: packets}, without what is on the link for groups of stations."""
    dropped = {}
    for each in report["drops"]:
        if each["reason"] != "not_unicast":
            dropped[each["reason"]] = dropped.get(each["reason"], 0) + each["packets"]
    return dropped
