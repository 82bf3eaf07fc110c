# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""ipsec_many_sas.py PROGRAM [COUNT]: a gateway that begins without SAs gets COUNT (2,000) through its control socket.

First one by one; then it loses them one by one; then it gets as many in one request, while the first are still on hold.
Prints how long that took and how much memory; clients that do not read their lists must cost next to none. A gateway
with a limit must refuse what is beyond it, and count only what is there.
"""

import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

from control_client import Client

LIMIT = 250  # seconds for anything
UNREAD = 20
PEER = "192.0.2.2"
FIRST = 0x1000


class Gateway:
    def __init__(self, program, folder, *options):
        self.control = folder + "/control"
        pathlib.Path(folder + "/empty.sa").write_text("# SAs come later\n")
        pathlib.Path(folder + "/p.click").write_text("FromInput -> IPsecEncrypt(SA empty.sa) -> ToOutput;\n")
        self.sanitized = any(mark in pathlib.Path(program).read_bytes() for mark in (b"__asan_init", b"__tsan_init"))  # keeps what was freed
        self.process = subprocess.Popen([program, "run", folder + "/p.click", "-q", "-p", "net_null0,no-rx=1",
                                         "--control", self.control, *options], stdout=subprocess.DEVNULL)
        end = time.monotonic() + LIMIT
        while not pathlib.Path(self.control).exists():
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                sys.exit(f"no control socket; the program ended with {self.process.poll()}")
            time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            if self.process.wait(LIMIT) != 0:
                sys.exit(f"the program ended with {self.process.returncode}")
        finally:
            self.process.kill()

    def mib(self):
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024


def words(number):
    host = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return (f'src 192.0.2.1 dst {PEER} proto esp spi {FIRST + number:#x} mode tunnel dir out flag esn '
            f'aead "rfc4106(gcm(aes))" 0x{number:08x}{"5a" * 16} 128 sel src 0.0.0.0/0 dst {host}/32')


def name(number):
    return {"direction": "out", "spi": FIRST + number, "destination": PEER}


def expect(condition, what):
    if not condition:
        sys.exit(what)


class Timer:
    def __enter__(self):
        self.begin = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.begin


def many(gateway, count):
    client = Client(gateway.control, LIMIT)
    before = gateway.mib()
    with Timer() as timer:
        for number in range(count):
            client.ask(command="add", sa=words(number))
    print(f"{count} SAs one by one: {timer.seconds:.2f} s, {gateway.mib() - before} MiB more")
    expect(len(client.sas()) == count, "not all SAs are there")

    before = gateway.mib()
    unread = [Client(gateway.control, LIMIT) for _ in range(UNREAD)]
    for each in unread:
        each.socket.sendall(b'{"command": "list"}\n')
    with Timer() as timer:
        size = len(json.dumps(client.ask(command="list")))
    more = gateway.mib() - before
    print(f"a list of {size} bytes: {timer.seconds:.2f} s; {UNREAD} that nobody reads: {more} MiB more")
    expect(more < 32 or gateway.sanitized, "lists that nobody reads take memory")
    del unread

    with Timer() as timer:
        for number in range(count):
            client.ask(command="delete", sa=name(number))
    print(f"{count} deleted one by one: {timer.seconds:.2f} s")
    expect(len(client.sas()) == 0, "some SAs are still there")

    before = gateway.mib()
    text = "\n".join(words(number) for number in range(count))
    with Timer() as timer:
        answer = client.ask(command="add", sa=text)
    print(f"{count} SAs in one request of {len(text)} bytes: {timer.seconds:.2f} s, {gateway.mib() - before} MiB more")
    expect(answer["added"] == count and len(client.sas()) == count, "not all SAs are there")


def limited(gateway, limit):
    client = Client(gateway.control, LIMIT)
    for number in range(limit):
        client.ask(command="add", sa=words(number))
    for number in range(limit, 3 * limit):
        answer = client.reply(command="add", sa=words(number))
        expect(not answer["ok"] and "--max-sas" in answer["error"], f"beyond the limit: {answer}")
        client.ask(command="delete", sa=name(number - limit))
        client.ask(command="add", sa=words(number))
    expect(len(client.sas()) == limit, "the number of SAs is not the limit")


def main():
    program, *count = sys.argv[1:]
    for options in ((), ("--max-sas", "50")):
        with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
            with Gateway(program, folder, *options) as gateway:
                if options:
                    limited(gateway, 50)
                else:
                    many(gateway, int(count[0]) if count else 2000)


main()
