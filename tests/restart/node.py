# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""One of the two gateways of links.py: started, killed, started again, asked by its control socket."""

import json
import pathlib
import signal
import socket
import subprocess
import time

from links import PEER, STATIONS, policy_file, sa_file

PIPELINE = pathlib.Path(__file__).resolve().parent.parent / "interop" / "gateway.click"


class NodeError(Exception):
    """The gateway did not start, ended, or refused a request."""


class Node:
    def __init__(self, program, links, gateway, folder, workers=1, state=True, options=()):
        self.links, self.gateway, self.folder, self.process = links, gateway, folder, None
        folder.mkdir(parents=True, exist_ok=True)
        self.sa, self.state, self.control = folder / "site.sa", folder / "site.state", folder / "control.sock"
        self.log = folder / "log"
        self.sa.write_text(sa_file(gateway))
        (folder / "site.policy").write_text(policy_file(gateway))
        host = "L" if gateway == "A" else "R"
        queues = f",qpairs={workers}" if workers > 1 else ""
        self.command = links.inside(
            gateway, program, "run", PIPELINE, f"sa={self.sa}", f"policy={folder}/site.policy",
            f"red={STATIONS[gateway + '-red']}", f"red_host={STATIONS[host]}",
            f"black={STATIONS[gateway + '-black']}", f"black_peer={STATIONS[PEER[gateway] + '-black']}",
            "-p", f"net_af_packet0,iface=red{queues}", "-p", f"net_af_packet1,iface=black{queues}", "--workers", workers,
            "--host-cores", 0, "--control", self.control, *(["--state", self.state] if state else []), *options)

    def start(self):
        """Seconds until it takes requests."""
        begin = time.monotonic()
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while True:
            try:
                self.ask("list")
                return time.monotonic() - begin
            except OSError:
                if self.process.poll() is not None or time.monotonic() > begin + 60:
                    raise NodeError(f"{self.gateway} does not start: {self.log.read_text()[-2000:]}") from None
                time.sleep(0.01)

    def ask(self, command, **members):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(str(self.control))
            client.sendall(json.dumps({"command": command} | members).encode() + b"\n")
            for line in client.makefile("rb"):
                answer = json.loads(line)
                if "event" in answer:
                    continue
                if not answer["ok"]:
                    raise NodeError(f"{command}: {answer['error']}")
                return answer
        raise NodeError(f"{self.gateway} has ended: {self.log.read_text()[-2000:]}")

    def sas(self):
        """{direction: the entry of `list` for the SA}."""
        return {sa["direction"]: sa for each in self.ask("list")["databases"] for sa in each["sas"]}

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(30)
        if status != 0:
            raise NodeError(f"{self.gateway} ended with status {status}: {self.log.read_text()[-2000:]}")
