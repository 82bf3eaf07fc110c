# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""The links:  host -- red0 [Warpline] black0 -- bridge -- guest0 -- guest.  All neighbours are given, so no ARP is needed."""

import pathlib
import subprocess

from cases import GATEWAY, HOST_NETWORKS, PEER, PEER_NETWORKS

# As in gateway.click: the gateway's own stations, and the host's.
RED, RED_HOST, BLACK = "02:00:00:00:00:01", "02:00:00:00:00:11", "02:00:00:00:00:02"
# Next hops that exist only as neighbours.
HOST_HOP, PEER_HOP = {4: "192.0.2.101", 6: "2001:db8::101"}, {4: GATEWAY[4], 6: GATEWAY[6]}


class NoLink(Exception):
    """This kernel has no bridge or no tap device."""


def ip(*lines):
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def next_hop(hop, mac, networks, device):
    lines = [f"neigh replace {hop[version]} lladdr {mac} dev {device} nud permanent" for version in (4, 6)]
    lines += [f"route add {network} via {hop[6 if ':' in network else 4]} dev {device} onlink" for network in networks]
    return lines


def link_up():
    """Joins the guest's tap to Warpline's; the kernel of this side has no address there."""
    for path in pathlib.Path("/proc/sys/net/ipv6/conf").iterdir():
        if path.name in ("black0", "default"):
            (path / "disable_ipv6").write_text("1")
    try:
        ip("link add bridge0 type bridge mcast_snooping 0", "tuntap add dev guest0 mode tap")
    except subprocess.CalledProcessError:
        raise NoLink("this kernel makes no bridge or no tap device") from None
    ip("link set guest0 master bridge0", "link set guest0 up", "link set bridge0 up")
    join("black0")


def join(device):
    """Makes a tap that Warpline has made a port of the bridge."""
    ip(f"link set {device} master bridge0", f"link set {device} up")


def host_side(cases):
    """The protected network: red0 with the address of every case."""
    settings = pathlib.Path("/proc/sys/net/ipv6/conf/red0")
    for name, value in (("disable_ipv6", 0), ("accept_dad", 0), ("router_solicitations", 0), ("accept_ra", 0)):
        (settings / name).write_text(str(value))
    addresses = [f"addr add {case.address('host')}/{32 if case.inner == 4 else 128} dev red0"
                 + ("" if case.inner == 4 else " nodad") for case in cases]
    ip("link set lo up", f"link set red0 address {RED_HOST}", "link set red0 mtu 1390 up", *addresses,
       *next_hop(HOST_HOP, RED, PEER_NETWORKS, "red0"))


def peer_side(peer):
    """The guest: its end of the tunnel, and the way back."""
    peer.run("for name in accept_dad router_solicitations accept_ra; do echo 0 >/proc/sys/net/ipv6/conf/eth0/$name; done")
    peer.ip("link set lo up", "link set eth0 up", f"addr add {PEER[4]}/24 dev eth0", f"addr add {PEER[6]}/64 dev eth0 nodad",
            *next_hop(PEER_HOP, BLACK, HOST_NETWORKS, "eth0"))
