# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""no_key_in_messages.py PROGRAM: 200 malformed SA texts with a key at every place, as files and as requests.

No answer, message or report may have 8 of the key's digits in a row.
"""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

LIMIT = 100  # seconds for anything
TEXTS = 200
RUN = 8  # digits
KEY = "c0ffee11c0ffee22c0ffee33c0ffee44b0b1b2b3"
XFRM = ("src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel reqid 7 replay-window 64 flag esn "
        "limit byte-hard 1000 sel src 10.0.0.0/8 dst 10.1.0.0/16 aead rfc4106(gcm(aes)) 0x" + KEY + " 128").split(" ")
TOML = ["[[sa]]\n", "source", " = ", '"192.0.2.1"', "\n", "destination", " = ", '"192.0.2.2"', "\n", "spi", " = ",
        "0x1001", "\n", "suite", " = ", '"aes128-gcm"', "\n", "key", " = ", '"' + KEY + '"', "\n"]


def leaked(text):
    """The digits of the key that the text shows, if there are 8 in a row."""
    text = text.lower()
    for begin in range(len(KEY) - RUN + 1):
        if KEY[begin:begin + RUN] in text:
            return KEY[begin:begin + RUN]
    return None


def forms(choice):
    """The key as a user might write it in a wrong place."""
    at = choice.randrange(4, len(KEY) - 4)
    return choice.choice([KEY, "0x" + KEY, KEY.upper(), '"' + KEY + '"', "'0x" + KEY, KEY[:at] + "g" + KEY[at:],
                          "0x" + KEY[:at], KEY[:at] + " " + KEY[at:], KEY[:at] + "\n" + KEY[at:], "-" + KEY,
                          KEY + "," + KEY, "#" + KEY, "0x" + KEY + "\\\n " + KEY])


def malformed(parts, separator, number):
    choice = random.Random(number)
    parts = list(parts)
    at = number % len(parts)
    if choice.random() < 0.5:
        parts[at] = forms(choice)
    else:
        parts.insert(at, forms(choice))
    if choice.random() < 0.3:
        del parts[choice.randrange(len(parts))]
    return separator.join(parts) + "\n"


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r")

    def ask(self, line):
        self.socket.sendall(line.encode() + b"\n")
        while "event" in json.loads(answer := self.lines.readline()):
            check("an event", line, answer)
        return answer


def check(what, text, shown):
    if digits := leaked(shown):
        sys.exit(f"{what} shows {digits}\n--- text\n{text}\n--- shown\n{shown}")


def requests(control):
    """A malformed text in a request, and the key in the other members of requests."""
    client = Client(control)
    refused = 0
    for number in range(TEXTS):
        text = malformed(XFRM, " ", number)
        answer = client.ask(json.dumps({"command": "add", "sa": text}))
        check("an answer", text, answer)
        refused += not json.loads(answer)["ok"]
    for member in ("command", "database", "sa", "old", "keep_seconds", "x"):
        for value in (KEY, {"direction": KEY}, {"direction": "in", "spi": "0x" + KEY}, {KEY: 1}, [KEY]):
            request = {"command": "rekey", member: value, KEY: KEY}
            check("an answer", str(request), client.ask(json.dumps(request)))
            check("an answer", str(request), client.ask(json.dumps(request)[:-1]))
    return refused


def files(program, folder):
    refused = 0
    for number in range(TEXTS):
        toml = number % 4 == 3
        text = malformed(TOML, "", number // 4) if toml else malformed(XFRM, " ", number)
        name = "bad.toml" if toml else "bad.sa"
        pathlib.Path(folder, name).write_text(text)
        argument = "POLICY bad.sa" if number % 8 == 0 else "" if toml else "SA bad.sa"
        sa = "SA first.sa, " if number % 8 == 0 else "SA bad.toml" if toml else ""
        pathlib.Path(folder, "bad.click").write_text(f"FromInput -> IPsecEncrypt({sa}{argument}) -> ToOutput;\n")
        run = subprocess.run([program, "check", "bad.click"], cwd=folder, capture_output=True, timeout=LIMIT,
                             check=False)
        shown = (run.stdout + run.stderr).decode(errors="replace")
        if run.returncode not in (0, 2):
            sys.exit(f"exit code {run.returncode}\n--- text\n{text}\n--- shown\n{shown}")
        check("a message", text, shown)
        refused += run.returncode == 2
    return refused


def main():
    program = os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
        first = " ".join(XFRM).replace(KEY, "77" * 20).replace("0x1001", "0x2001")
        pathlib.Path(folder, "first.sa").write_text(first + "\n")
        pathlib.Path(folder, "p.click").write_text("FromInput -> IPsecEncrypt(SA first.sa) -> ToOutput;\n")
        control = folder + "/control"
        process = subprocess.Popen([program, "run", "p.click", "-p", "gen:size=64,rate=100", "--control", control,
                                    "--json", "report.json"], cwd=folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        try:
            end = time.monotonic() + LIMIT
            while not pathlib.Path(control).exists():
                if process.poll() is not None or time.monotonic() > end:
                    sys.exit("the program did not start")
                time.sleep(0.02)
            refused = requests(control) + files(program, folder)
            process.send_signal(signal.SIGINT)
            output = process.communicate(timeout=LIMIT)[0].decode(errors="replace")
            if process.returncode != 0:
                sys.exit(f"the program ended with {process.returncode}\n{output}")
        finally:
            process.kill()
            process.wait()
        check("the output", "", output)
        check("the report", "", pathlib.Path(folder, "report.json").read_text())
    if refused < TEXTS:
        sys.exit(f"only {refused} of {2 * TEXTS} texts were refused; expected most of them")
    print(f"{refused} of {2 * TEXTS} texts refused, no key shown")


main()
