# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""key_residue.py PROGRAM [--wait SECONDS]: looks for keys of deleted SAs in the memory of running programs.

SAs come from files in the words of `ip xfrm`, from TOML, and through the control socket, carry packets, and are
deleted. Before the deletion at least one copy of each key must be found, or the scan would prove nothing; after
the wait (70 s: keys are overwritten 65 s after the deletion) none: raw, as hexadecimal digits in both cases, or
as the begin of the AES key schedule, with bytes as they are or swapped in words of 32 bits.
Needs the right to read the memory of a process that it has started (/proc/PID/mem).
"""

import argparse
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

LIMIT = 100  # seconds for anything
DESTINATION = "192.0.2.2"
CHUNK = 16 << 20
OVERLAP = 256  # bytes, longer than any pattern

GCM = ("aes128-gcm", 'aead "rfc4106(gcm(aes))" 0x{key} 128', None)
CTR = ("aes128-ctr-hmac-sha1-96", 'enc "rfc3686(ctr(aes))" 0x{key} auth-trunc "hmac(sha1)" 0x{code} 96', 20)
CBC = ("aes128-cbc-hmac-sha256-128", 'enc "cbc(aes)" 0x{key} auth-trunc "hmac(sha256)" 0x{code} 128', 32)
CHACHA = ("chacha20-poly1305", 'aead "rfc7539esp(chacha20,poly1305)" 0x{key} 128', None)
KEY_SIZES = {GCM: 20, CTR: 20, CBC: 16, CHACHA: 36}


def sbox():
    """The AES S-box (FIPS 197, section 5.1.1)."""
    table, p, q = [0x63] * 256, 1, 1
    while True:
        p ^= (p << 1) ^ (0x11B if p & 0x80 else 0)
        p &= 0xFF
        for shift in (1, 2, 4):
            q ^= q << shift & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        x = q
        for shift in (1, 2, 3, 4):
            x ^= (q << shift | q >> (8 - shift)) & 0xFF
        table[p] = x ^ 0x63
        if p == 1:
            return table


SBOX = sbox()


def first_round_key(key):
    """What follows the key itself in the schedule of AES-128 (FIPS 197, section 5.2)."""
    words = [key[i:i + 4] for i in range(0, 16, 4)]
    last = bytes(SBOX[byte] for byte in words[3][1:] + words[3][:1])
    last = bytes([last[0] ^ 1]) + last[1:]
    for i in range(4):
        last = bytes(a ^ b for a, b in zip(words[i], last))
        words.append(last)
    return b"".join(words[4:])


def swapped(data):
    return b"".join(data[i:i + 4][::-1] for i in range(0, len(data), 4))


def patterns(key):
    """Name and bytes of each form in which the first 16 bytes of a key may lie in memory."""
    head = key[:16]
    yield "raw", head
    yield "raw, words swapped", swapped(head)
    yield "digits", head.hex().encode()
    yield "upper-case digits", head.hex().upper().encode()
    # Any 16 digits after the first: a text that was cut.
    yield "digits, the last", key.hex()[-16:].encode()
    yield "schedule", first_round_key(head)
    yield "schedule, words swapped", swapped(first_round_key(head))


def regions(pid):
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        match = re.match(r"(\w+)-(\w+) (\S+) \S+ \S+ \S+\s*(.*)", line)
        begin, end = int(match[1], 16), int(match[2], 16)
        if match[3].startswith("r") and not match[4].startswith("[v"):
            yield begin, end, match[4] or "anonymous"


def resident(pagemap, begin, end):
    """Whether any page is there: what was reserved and never touched has no key, and is large."""
    page = os.sysconf("SC_PAGE_SIZE")
    pagemap.seek(begin // page * 8)
    return any(pagemap.read((end - begin) // page * 8))


def scan(pid, keys):
    """Where each key lies: {name: [form and mapping]}."""
    found = {name: [] for name in keys}
    forms = [(name, form, data) for name, key in keys.items() for form, data in patterns(key)]
    with open(f"/proc/{pid}/mem", "rb", 0) as memory, open(f"/proc/{pid}/pagemap", "rb", 0) as pagemap:
        for begin, end, mapping in regions(pid):
            for at in range(begin, end, CHUNK):
                stop = min(at + CHUNK + OVERLAP, end)
                if not resident(pagemap, at, stop):
                    continue
                try:
                    memory.seek(at)
                    data = memory.read(stop - at)
                except (OSError, OverflowError):
                    continue
                for name, form, wanted in forms:
                    place = data.find(wanted)
                    while 0 <= place < CHUNK:
                        found[name].append(f"{form} in {mapping}")
                        place = data.find(wanted, place + 1)
    return found


class Program:
    """A running pipeline with SAs from a file."""

    def __init__(self, program, folder, name, sa_file):
        self.control = folder + "/" + name
        pipeline = folder + "/" + name + ".click"
        pathlib.Path(pipeline).write_text(
            f"FromInput -> IPsecEncrypt(SA {sa_file}) -> IPsecDecrypt({sa_file}) -> ToOutput;\n")
        dumpable = [] if os.geteuid() == 0 else ["--dumpable"]
        self.process = subprocess.Popen(
            [program, "run", pipeline, "-q", "-p", "gen:size=64,rate=1000", "--buffers", "8192",
             "--control", self.control, *dumpable],
            stdout=subprocess.DEVNULL)
        end = time.monotonic() + LIMIT
        while not pathlib.Path(self.control).exists():
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit("the program did not start")
            time.sleep(0.02)

    def ask(self, **request):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(LIMIT)
        client.connect(self.control)
        client.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(client.makefile().readline())
        client.close()
        return answer

    def sas(self):
        return {(sa["direction"], int(sa["spi"], 0)): sa for sa in self.ask(command="list")["databases"][0]["sas"]}

    def wait_for_packets(self, spi):
        end = time.monotonic() + LIMIT
        while not all(self.sas()[direction, spi]["packets"] for direction in ("out", "in")):
            if time.monotonic() > end:
                sys.exit(f"no packet by SA {spi:#x}")
            time.sleep(0.02)

    def delete(self, spi):
        for direction in ("out", "in"):
            answer = self.ask(command="delete",
                              sa={"direction": direction, "spi": spi, "destination": DESTINATION})
            if not answer["ok"]:
                sys.exit(f"SA {spi:#x} cannot be deleted: {answer}")


def words(suite, spi, key, code):
    return (f"src 192.0.2.1 dst {DESTINATION} proto esp spi {spi:#x} mode tunnel "
            + suite[1].format(key=key.hex(), code=code.hex() if code else ""))


def table(suite, spi, key, code):
    text = (f'[[sa]]\nsource = "192.0.2.1"\ndestination = "{DESTINATION}"\nspi = {spi:#x}\nsuite = "{suite[0]}"\n'
            f'key = "{key.hex()}"\n')
    return text + (f'authentication_key = "{code.hex()}"\n' if code else "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--wait", type=float, default=70)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
        keys = {}

        def secret(name, size):
            keys[name] = os.urandom(size)
            return keys[name]

        def sa(write, origin, suite, spi):
            name = f"{suite[0]} from {origin}"
            code = secret(name + ", authentication", suite[2]) if suite[2] else None
            return write(suite, spi, secret(name, KEY_SIZES[suite]), code)

        pathlib.Path(folder + "/first.sa").write_text(sa(words, "a file", GCM, 0x1001) + "\n")
        pathlib.Path(folder + "/first.toml").write_text(sa(table, "TOML", CTR, 0x1001))
        programs = [Program(options.program, folder, "text", "first.sa"),
                    Program(options.program, folder, "toml", "first.toml")]
        try:
            for program in programs:
                program.wait_for_packets(0x1001)
                spi = 0x2001
                for suite in (CBC, CHACHA, CTR, GCM):
                    origin = f"a request to {pathlib.Path(program.control).name}"
                    answer = program.ask(command="add", sa=sa(words, origin, suite, spi))
                    if not answer["ok"]:
                        sys.exit(f"not added: {answer}")
                    program.wait_for_packets(spi)
                    spi += 1
            before = {name: [] for name in keys}
            for program in programs:
                for name, places in scan(program.process.pid, keys).items():
                    before[name] += places
            unseen = [name for name, places in before.items() if not places and "authentication" not in name]
            if unseen:
                sys.exit(f"the scan does not find keys in use: {unseen}")
            for program in programs:
                program.ask(command="add", sa=words(GCM, 0x3001, os.urandom(20), None))
                for spi in (0x1001, 0x2001, 0x2002, 0x2003, 0x2004):
                    program.delete(spi)
            time.sleep(options.wait)
            left = {}
            for program in programs:
                program.wait_for_packets(0x3001)
                for name, places in scan(program.process.pid, keys).items():
                    if places:
                        left.setdefault(name, []).extend(places)
                program.process.send_signal(signal.SIGINT)
                if program.process.wait(LIMIT) != 0:
                    sys.exit(f"the program ended with {program.process.returncode}")
        finally:
            for program in programs:
                program.process.kill()
                program.process.wait()
    if left:
        sys.exit("keys are left:\n" + "\n".join(f"  {name}: {places}" for name, places in left.items()))
    print(f"{len(keys)} keys: {sum(map(len, before.values()))} copies in use, none {options.wait:g} s after deletion")


main()
