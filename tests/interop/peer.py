# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""A Linux kernel in qemu as the other end: started on a tap device and controlled by a serial port."""

import base64
import socket
import subprocess
import time

MAC = "02:00:00:00:00:22"


class PeerError(Exception):
    """The guest did not start, or a script failed in it."""


class Peer:
    """Software emulation, so that it runs wherever qemu does; ready within some ten seconds."""

    def __init__(self, kernel, initrd, tap, folder):
        path = f"{folder}/command.sock"
        self.console = folder / "console.log"
        command = ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "256", "-smp", "1",
                   "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                   "-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
                   "-serial", f"file:{self.console}",
                   # Without virtio's header no checksum and no segment is left to the other side.
                   "-netdev", f"tap,id=link,ifname={tap},script=no,downscript=no,vhost=off,vnet_hdr=off",
                   "-device", f"virtio-net-pci,netdev=link,mac={MAC},romfile=", "-device", "virtio-serial-pci",
                   "-chardev", f"socket,id=command,path={path},server=on,wait=off",
                   "-device", "virtserialport,chardev=command,name=command"]
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self._connect(path)
        self._wait()
        self.run("pidof endpoint")

    def _connect(self, path):
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return self.socket.connect(path)
            except OSError:
                time.sleep(0.02)
        self.process.kill()
        raise PeerError("qemu does not start: " + self.process.communicate()[0])

    def _wait(self):
        self.socket.settimeout(120)
        self._answers = self.socket.makefile("rb")
        try:
            self._answer()
        except OSError as reason:
            raise PeerError(f"the guest does not start ({reason}): {self.console.read_text()}") from None

    def _answer(self):
        line = self._answers.readline()
        if not line:
            raise PeerError("the guest has ended: " + self.console.read_text())
        status, text = (line.decode() + " ").split(" ", 1)
        return int(status), base64.b64decode(text).decode(errors="replace")

    def run(self, script, seconds=60):
        """What the shell script writes; PeerError where it fails."""
        self.socket.settimeout(seconds)
        self.socket.sendall(base64.b64encode(f"set -e\n{script}\n".encode()) + b"\n")
        status, text = self._answer()
        if status != 0:
            raise PeerError(f"in the guest, exit status {status} of\n{script}\n{text}")
        return text

    def ip(self, *lines):
        """Runs the lines as `ip -batch` does: one process for all."""
        return self.run("/sbin/ip -batch - <<'END'\n" + "\n".join(lines) + "\nEND")

    def errors(self):
        """What the kernel has counted as refused: {name: count} of /proc/net/xfrm_stat, without zeros."""
        pairs = (line.split() for line in self.run("cat /proc/net/xfrm_stat").splitlines())
        return {name: int(count) for name, count in pairs if count != "0"}

    def stop(self):
        self.process.kill()
        self.process.wait()
