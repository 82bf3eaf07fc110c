# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Starts that must fail: exit status 2 and what is wrong, and not one packet is sent. Exit status 77: what it needs is not here."""

import argparse
import fcntl
import pathlib
import socket
import subprocess
import sys
import tempfile

from links import Links, NoLinks
from node import Node

TIMEOUT = 30


def packets(links, gateway):
    """What the gateway's unprotected interface has sent, and its protected one."""
    counts = []
    for device in ("black", "red"):
        path = f"/sys/class/net/{device}/statistics/tx_packets"
        counts.append(int(subprocess.run(links.inside(gateway, "cat", path), check=True, capture_output=True, text=True).stdout))
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    faults = 0
    try:
        with Links() as links, tempfile.TemporaryDirectory(prefix="warpline-refused-") as folder:
            folder = pathlib.Path(folder)
            running = Node(options.program, links, "B", folder / "B")
            running.start()
            number = 0

            def refused(what, expected, prepare, options_=(), change=None):
                """`prepare` is given the node that is about to start; what it returns is kept until the start has failed."""
                nonlocal faults, number
                number += 1
                node = Node(options.program, links, "A", folder / f"{number}", options=options_)
                kept = prepare(node)
                command = change(node) if change else node.command
                blast = subprocess.Popen(links.inside("L", "ping", "-f", "-q", "10.2.0.1"), stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
                before = packets(links, "A")
                try:
                    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
                    status, text = ended.returncode, ended.stderr
                except subprocess.TimeoutExpired:
                    status, text = "no end", ""
                sent = [now - then for then, now in zip(before, packets(links, "A"))]
                blast.terminate()
                blast.wait()
                # A refused start has used up no numbers: its state file shows that the program ended cleanly.
                clean = not node.state.exists() or node.state.read_bytes()[12:16] in (b"\1\0\0\0", b"xxxx", b"")
                good = status == 2 and sent == [0, 0] and expected in text and clean
                faults += not good
                print(f"{'good' if good else 'FAILED'}: {number:2} {what}: exit status {status}, sent {sent[0]} and {sent[1]} packets"
                      + ("" if clean else ", and numbers were used up")
                      + ("" if good else f"; expected '{expected}' in:\n{text[-1500:]}"), flush=True)
                del kept

            def write(name, text):
                return lambda node: (node.folder / name).write_text(text)

            def append(name, text):
                return lambda node: (node.folder / name).write_text((node.folder / name).read_text() + text)

            def listen(node):
                server = socket.socket(socket.AF_UNIX)
                server.bind(str(node.control))
                server.listen()
                return server

            def lock(name, kind=fcntl.LOCK_EX):
                def prepare(node):
                    path = getattr(node, name)
                    path.touch()
                    file = open(path)
                    fcntl.flock(file, kind)
                    return file
                return prepare

            def without_port(node):
                at = next(i for i, word in enumerate(node.command) if str(word).startswith("net_af_packet1"))
                return node.command[:at - 1] + node.command[at + 1:]

            def replaced(old, new):
                return lambda node: [str(word).replace(old, new) for word in node.command]

            def nothing(node):
                return None

            refused("control socket in use", "another program listens there", listen)
            refused("a file where the control socket goes", "there is a file of that name", write("control.sock", "x"))
            refused("no folder for the control socket", "No such file", nothing, change=replaced("control.sock", "no/control.sock"))
            refused("state file locked", "in use by another program", lock("state"))
            refused("SA file locked by another program", "another program runs with these SAs", lock("sa"))
            refused("SA file shared by another program", "another program runs with these SAs", lock("sa", fcntl.LOCK_SH))
            refused("state file of another kind", "is no state file", write("site.state", "x" * 9000))
            refused("state file cut short", "no state file", write("site.state", "x"))
            refused("no folder for the state file", "No such file", nothing, change=replaced("site.state", "no/site.state"))
            refused("state file is the SA file", "this is a file of SAs", nothing, change=replaced("site.state", "site.sa"))
            refused("no SA file", "No such file", lambda node: node.sa.unlink())
            refused("a folder as SA file", "is a folder", lambda node: (node.sa.unlink(), node.sa.mkdir()))
            refused("bad SA file", "unknown word", append("site.sa", "src 1.2.3.4 dst 5.6.7.8 nonsense 5\n"))
            refused("key of a wrong length", "key", append("site.sa", "src 1.2.3.4 dst 5.6.7.8 proto esp spi 0x5001 mode tunnel "
                                                           "aead 'rfc4106(gcm(aes))' 0x001122 128\n"))
            refused("one SPI twice", "duplicate SPI", lambda node: node.sa.write_text(node.sa.read_text() * 2))
            refused("bad policy file", "policy", write("site.policy", "src 10.1.0.0/16 dst nowhere dir out\n"))
            refused("no policy file", "No such file", lambda node: (node.folder / "site.policy").unlink())
            refused("SA file of a gateway that runs", "another program runs with these SAs", nothing,
                    change=lambda node: [str(word).replace(str(node.sa), str(running.sa)) for word in node.command])
            refused("state file of a gateway that runs", "in use by another program", nothing,
                    change=lambda node: [str(word).replace(str(node.state), str(running.state)) for word in node.command])
            refused("no such interface", "net_af_packet1", nothing, change=replaced("iface=black", "iface=missing"))
            refused("a port that the pipeline needs is not there", "port", nothing, change=without_port)
            refused("unknown option", "--no-such-option", nothing, options_=["--no-such-option"])
            running.stop()
            print(f"{number} starts, {faults} that were not refused as they should be")
    except NoLinks as error:
        print(f"skipped: {error}")
        return 77
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
