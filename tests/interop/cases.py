# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""What is tried: pairs of SAs with the packets that they protect, in words that Linux and Warpline read alike."""

import hashlib
import itertools
from dataclasses import dataclass

# Name: (word of the cipher, bytes of its key, (word of the authentication, bytes of its key, bits of the ICV) or the
# bits of an AEAD's ICV).
GCM, CTR, CBC = "rfc4106(gcm(aes))", "rfc3686(ctr(aes))", "cbc(aes)"
HASHES = {"hmac-sha1-96": ("hmac(sha1)", 20, 96), "hmac-sha256-128": ("hmac(sha256)", 32, 128),
          "hmac-sha256-96": ("hmac(sha256)", 32, 96), "hmac-sha384-192": ("hmac(sha384)", 48, 192),
          "hmac-sha512-256": ("hmac(sha512)", 64, 256)}
CIPHERS = {f"aes{8 * size}-ctr": (CTR, size + 4) for size in (16, 24, 32)}
CIPHERS |= {f"aes{8 * size}-cbc": (CBC, size) for size in (16, 24, 32)} | {"null": ("ecb(cipher_null)", 0)}
SUITES = {f"aes{8 * size}-gcm{name}": (GCM, size + 4, bits)
          for size in (16, 24, 32) for name, bits in (("", 128), ("12", 96), ("8", 64))}
SUITES["chacha20-poly1305"] = ("rfc7539esp(chacha20,poly1305)", 36, 128)
SUITES |= {f"{cipher}-{name}": (*words, authentication)
           for cipher, words in CIPHERS.items() for name, authentication in HASHES.items()}

GATEWAY = {4: "192.0.2.1", 6: "2001:db8::1"}
PEER = {4: "192.0.2.2", 6: "2001:db8::2"}
# Packets to these go to the gateway, on either side: networks of the host's and of the guest's addresses.
HOST_NETWORKS = ("10.1.0.0/16", "2001:db8:1::/64")
PEER_NETWORKS = ("10.2.0.0/16", "2001:db8:2::/64")


def key(*label, size):
    return "0x" + hashlib.shake_128(repr(label).encode()).hexdigest(size) if size else '""'


@dataclass
class Case:
    """One pair of SAs. `number` makes its addresses, SPIs and keys its own; `epoch` counts how often it was rekeyed."""

    number: int
    suite: str
    mode: str  # tunnel, transport
    outer: int  # 4, 6
    inner: int
    window: int  # 0: no extended sequence numbers; else packets
    udp: bool
    epoch: int = 0

    def address(self, side):
        """The address of "host" or "peer" that the packets inside have."""
        net = 1 if side == "host" else 2
        return f"10.{net}.{self.number >> 8}.{self.number & 255}" if self.inner == 4 else f"2001:db8:{net}::{self.number:x}"

    def selector(self, direction):
        sides = ("host", "peer") if direction == "out" else ("peer", "host")
        bits = 32 if self.inner == 4 else 128
        return f"src {self.address(sides[0])}/{bits} dst {self.address(sides[1])}/{bits}"

    def ends(self, direction):
        """Source and destination of ESP; "out" is from Warpline to the guest."""
        if self.mode == "tunnel":
            ends = GATEWAY[self.outer], PEER[self.outer]
        else:
            ends = self.address("host"), self.address("peer")
        return ends if direction == "out" else ends[::-1]

    def spi(self, direction):
        return (0x10000 if direction == "out" else 0x20000) + self.number + (self.epoch << 20)

    def sa(self, direction):
        """The SA, in the words of `ip xfrm state add`."""
        source, destination = self.ends(direction)
        cipher, size, authentication = SUITES[self.suite]
        label = self.number, self.epoch, direction
        words = [f"src {source} dst {destination} proto esp spi {self.spi(direction):#x} reqid {self.number} mode {self.mode}",
                 f"replay-window {self.window or 32}"]
        # What is of the other IP version than the ends: Linux takes it where the SA leaves the version open, or names it.
        mixed = self.outer != self.inner
        flags = ["esn"] * bool(self.window) + ["af-unspec"] * (mixed and self.outer == 4)
        if flags:
            words.append("flag " + " ".join(flags))
        if self.udp:
            words.append("encap espinudp 4500 4500 0.0.0.0")
        if isinstance(authentication, int):
            words.append(f'aead "{cipher}" {key(*label, size=size)} {authentication}')
        else:
            name, auth_size, bits = authentication
            words += [f'auth-trunc "{name}" {key(*label, "auth", size=auth_size)} {bits}',
                      f'enc "{cipher}" {key(*label, size=size)}']
        if mixed and self.outer == 6:
            words.append("sel " + self.selector(direction))
        return " ".join(words)

    def policy(self, direction, seen_as):
        """The policy over packets in `direction`, in the words of `ip xfrm policy add`, with `dir seen_as`."""
        source, destination = self.ends(direction)
        return (f"{self.selector(direction)} dir {seen_as} "
                f"tmpl src {source} dst {destination} proto esp reqid {self.number} mode {self.mode}")

    def files(self):
        """The SAs and the policies as Warpline reads them: what leaves here is outbound."""
        return (f"{self.sa('out')} dir out\n{self.sa('in')} dir in\n",
                f"{self.policy('out', 'out')}\n{self.policy('in', 'in')}\n")

    def peer_lines(self):
        """The same for `ip -batch` in the guest, where what leaves Warpline is inbound."""
        return [f"xfrm state add {self.sa('out')}", f"xfrm state add {self.sa('in')}",
                f"xfrm policy add {self.policy('out', 'in')}", f"xfrm policy add {self.policy('in', 'out')}",
                f"addr add {self.address('peer')}/{32 if self.inner == 4 else 128} dev eth0"
                + ("" if self.inner == 4 else " nodad")]

    def line(self, outcome, faults):
        """A line of the report."""
        well = "ok" if outcome.good and not faults else "FAILED " + "; ".join(faults)
        return f"{self} {outcome.sent:8} {outcome.lost:5} {outcome.bytes / 1e6:7.2f} {outcome.seconds:8.2f}  {well}"

    def __str__(self):
        esn = f"esn/{self.window}" if self.window else "-"
        udp = "udp" if self.udp else "-"
        return f"{self.suite:27} {self.mode:10} {f'IPv{self.outer}':5} {f'IPv{self.inner}':5} {esn:9} {udp:4}"


HEADING = (f"{'suite':27} {'mode':10} {'outer':5} {'inner':5} {'esn':9} {'udp':4} "
           f"{'packets':>8} {'lost':>5} {'MB':>7} {'seconds':>8}")

SHAPES = [(mode, outer, inner) for mode in ("tunnel", "transport") for outer in (4, 6) for inner in (4, 6)
          if mode == "tunnel" or outer == inner]
VARIANTS = list(itertools.product(SHAPES, (0, 128, 1024), (False, True)))


def every_case():
    """Every suite in every mode, with IPv4 and IPv6 outside and inside, each window, with UDP and without."""
    return [Case(number, suite, *shape, window, udp)
            for number, (suite, (shape, window, udp)) in enumerate(itertools.product(SUITES, VARIANTS), 1)]


def short_list():
    """Every suite once, such that every combination of mode, IP versions, window and encapsulation occurs."""
    chosen = []
    for i, suite in enumerate(SUITES):
        (shape, window, udp) = VARIANTS[i * 7 % len(VARIANTS)]
        chosen.append(Case(len(chosen) + 1, suite, *shape, window, udp))
    assert len({str(case)[28:] for case in chosen}) == len(VARIANTS)
    return chosen
