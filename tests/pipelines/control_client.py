# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""A client of the control socket of a running program."""

import json
import socket
import sys


class Client:
    def __init__(self, path, timeout):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r")

    def reply(self, **request):
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        return json.loads(self.lines.readline())

    def ask(self, **request):
        """The answer; ends the test if it is an error."""
        answer = self.reply(**request)
        if not answer["ok"]:
            sys.exit(f"{str(request)[:200]}: {answer['error'][:1000]}")
        return answer

    def sas(self):
        """The entries of `list` for the SAs of the first database."""
        return self.ask(command="list")["databases"][0]["sas"]
