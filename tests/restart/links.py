# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Two gateways back to back in network namespaces:  host L -- A -- B -- host R,  by veth and net_af_packet."""

import os
import shutil
import subprocess

HOSTS = {"L": "10.1.0.1", "R": "10.2.0.1"}
STATIONS = {"L": "02:00:00:00:00:11", "R": "02:00:00:00:00:22", "A-red": "02:00:00:00:01:01", "B-red": "02:00:00:00:02:01",
            "A-black": "02:00:00:00:01:02", "B-black": "02:00:00:00:02:02"}
OUTER = {"A": "192.0.2.1", "B": "192.0.2.2"}
SPI = {"A": 0x1001, "B": 0x1002}  # of what each gateway sends
KEYS = {"A": "0x" + "3b" * 20, "B": "0x" + "c4" * 20}
PEER = {"A": "B", "B": "A"}


class NoLinks(Exception):
    """Namespaces are not to be had here."""


class Links:
    def __init__(self, prefix="warpline"):
        self.prefix = f"{prefix}{os.getpid()}"

    def name(self, place):
        return self.prefix + place

    def inside(self, place, *command):
        return ["ip", "netns", "exec", self.name(place), *map(str, command)]

    def _ip(self, place, *lines):
        subprocess.run(["ip", "-n", self.name(place), "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True,
                       capture_output=True)

    def __enter__(self):
        if os.geteuid() != 0:
            raise NoLinks("network namespaces need root")
        try:
            for place in "LABR":
                subprocess.run(["ip", "netns", "add", self.name(place)], check=True, capture_output=True)
                # Before a device is there: its kernel must send nothing of its own.
                subprocess.run(self.inside(place, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1",
                                           "net.ipv6.conf.all.disable_ipv6=1"), check=True, capture_output=True)
            self._ip("L", f"link add l0 type veth peer name red netns {self.name('A')}")
            self._ip("A", f"link add black type veth peer name black netns {self.name('B')}")
            self._ip("B", f"link add red type veth peer name r0 netns {self.name('R')}")
            for gateway in "AB":
                self._ip(gateway, f"link set red address {STATIONS[gateway + '-red']}",
                         f"link set black address {STATIONS[gateway + '-black']}", "link set red up", "link set black up")
            for host, device, gateway, network in (("L", "l0", "A", "10.2.0.0/16"), ("R", "r0", "B", "10.1.0.0/16")):
                hop = HOSTS[host].rsplit(".", 2)[0] + ".255.254"
                self._ip(host, f"link set {device} address {STATIONS[host]}", f"link set {device} mtu 1400 up",
                         f"addr add {HOSTS[host]}/16 dev {device}",
                         f"neigh replace {hop} lladdr {STATIONS[gateway + '-red']} dev {device} nud permanent",
                         f"route add {network} via {hop} dev {device}")
            if shutil.which("ethtool"):
                for place, device in (("L", "l0"), ("A", "red"), ("A", "black"), ("B", "black"), ("B", "red"), ("R", "r0")):
                    subprocess.run(self.inside(place, "ethtool", "-K", device, "tx", "off", "tso", "off", "gso", "off",
                                               "gro", "off"), check=False, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            self.__exit__()
            detail = getattr(error, "stderr", b"") or b""
            raise NoLinks(f"no network namespaces: {error} {detail}") from None
        return self

    def __exit__(self, *_):
        for place in "LABR":
            subprocess.run(["ip", "netns", "del", self.name(place)], check=False, capture_output=True)


def sa_file(gateway):
    """Both SAs, as `gateway` has them: what A sends has 32-bit numbers, what B sends 64-bit ones."""
    text = ""
    for sender in "AB":
        text += (f"src {OUTER[sender]} dst {OUTER[PEER[sender]]} proto esp spi {SPI[sender]:#x} reqid 1 mode tunnel"
                 f" replay-window 1024 {'flag esn ' if sender == 'B' else ''}dir {'out' if sender == gateway else 'in'}"
                 f" aead 'rfc4106(gcm(aes))' {KEYS[sender]} 128\n")
    return text


def policy_file(gateway):
    inner = {"A": "10.1.0.0/16", "B": "10.2.0.0/16"}
    peer = PEER[gateway]
    lines = ""
    for direction, source, target in (("out", gateway, peer), ("in", peer, gateway), ("fwd", peer, gateway)):
        lines += (f"src {inner[source]} dst {inner[target]} dir {direction} priority 1"
                  f" tmpl src {OUTER[source]} dst {OUTER[target]} proto esp reqid 1 mode tunnel\n")
    return lines
