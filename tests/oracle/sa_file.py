# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""Reads SA files, in the words of `ip xfrm state`: a second implementation, for the oracles."""

import ipaddress
import shlex
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Suite:
    """Sizes in bytes; a key's is with the salt."""
    cipher: str
    key_size: int
    authentication: str
    iv_size: int
    icv_size: int
    block: int

    @property
    def authentication_key_size(self):
        return {"": 0, "hmac(sha1)": 20, "hmac(sha256)": 32, "hmac(sha384)": 48, "hmac(sha512)": 64}[self.authentication]


def _suites():
    sizes = (16, 24, 32)
    ciphers = [(f"aes{8 * size}-ctr", "rfc3686(ctr(aes))", size + 4, 8, 4) for size in sizes]
    ciphers += [(f"aes{8 * size}-cbc", "cbc(aes)", size, 16, 16) for size in sizes]
    ciphers.append(("null", "ecb(cipher_null)", 0, 0, 4))
    hashes = (("hmac-sha1-96", "hmac(sha1)", 12), ("hmac-sha256-128", "hmac(sha256)", 16),
              ("hmac-sha256-96", "hmac(sha256)", 12), ("hmac-sha384-192", "hmac(sha384)", 24),
              ("hmac-sha512-256", "hmac(sha512)", 32))
    made = {f"aes{8 * size}-gcm{name}": Suite("rfc4106(gcm(aes))", size + 4, "", 8, icv, 4)
            for size in sizes for name, icv in (("", 16), ("12", 12), ("8", 8))}
    made["chacha20-poly1305"] = Suite("rfc7539esp(chacha20,poly1305)", 36, "", 8, 16, 4)
    for cipher, word, key_size, iv, block in ciphers:
        for name, authentication, icv in hashes:
            made[f"{cipher}-{name}"] = Suite(word, key_size, authentication, iv, icv, block)
    return made


SUITES = _suites()


@dataclass
class Sa:
    source: str = ""
    destination: str = ""
    spi: int = 0
    mode: str = ""
    cipher: str = ""
    key: bytes = b""
    authentication: str = ""
    auth_key: bytes = b""
    icv_bits: int = 0
    selector: dict = field(default_factory=dict)
    sequence: int = 0  # the last one that was used
    flags: set = field(default_factory=set)
    udp: tuple = ()  # ports, from and to

    @property
    def suite_name(self):
        form = (self.cipher, len(self.key), self.authentication, self.icv_bits)
        return next(name for name, suite in SUITES.items()
                    if (suite.cipher, suite.key_size, suite.authentication, 8 * suite.icv_size) == form)

    @property
    def suite(self):
        return SUITES[self.suite_name]

    @property
    def tunnel(self):
        return self.mode == "tunnel"

    @property
    def esn(self):
        return "esn" in self.flags

    @property
    def outer_version(self):
        return ipaddress.ip_address(self.source).version

    def matches(self, source, destination):
        """Whether the selector takes a packet between these addresses."""
        for side, address in (("src", source), ("dst", destination)):
            network = self.selector.get(side)
            if network is not None and (network.version != address.version or address not in network):
                return False
        return True


def _parse(words):
    sa = Sa()
    words = iter(words)
    selecting = False
    for word in words:
        if word in ("ip", "xfrm", "state", "add"):
            continue
        if word == "sel":
            selecting = True
        elif selecting and word in ("src", "dst"):
            sa.selector[word] = ipaddress.ip_network(next(words), strict=False)
        elif word in ("src", "dst", "mode"):
            setattr(sa, {"src": "source", "dst": "destination"}.get(word, word), next(words))
        elif word == "spi":
            sa.spi = int(next(words), 0)
        elif word == "replay-oseq":
            sa.sequence |= int(next(words), 0)
        elif word == "replay-oseq-hi":
            sa.sequence |= int(next(words), 0) << 32
        elif word in ("flag", "extra-flag"):
            sa.flags.add(next(words))
        elif word == "encap":
            _, *ports, _ = (next(words) for _ in range(4))
            sa.udp = tuple(map(int, ports))
        elif word in ("aead", "enc"):
            sa.cipher, sa.key = next(words), bytes.fromhex(next(words)[2:])
            if word == "aead":
                sa.icv_bits = int(next(words))
        elif word == "auth-trunc":
            sa.authentication = next(words)
            sa.auth_key = bytes.fromhex(next(words)[2:])
            sa.icv_bits = int(next(words))
        elif word in ("proto", "reqid", "replay-window"):
            next(words)
        else:
            raise ValueError(f"unknown word {word!r}")
    return sa


def load(path, suite=None):
    """The SAs in file order; with `suite` those of that one alone."""
    blocks = []
    for line in open(path).read().replace("\\\n", " ").split("\n"):
        words = shlex.split(line, comments=True)
        if words and not line[0].isspace():
            blocks.append([])
        if words:
            blocks[-1] += words
    return [sa for sa in map(_parse, blocks) if suite in (None, sa.suite_name)]
