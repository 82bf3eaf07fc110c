# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""SAs as scapy's SecurityAssociation.

scapy 2.5 knows every cipher and hash, both modes and both IP versions. What it does not: extended sequence numbers with
HMAC (AH alone has them; RFC 4303 section 2.2.1 is added here), HMAC-SHA-256 cut to 96 bits, GCM with a
short integrity value (here by `cryptography` itself), UDP around IPv6 in transport mode and after
extension headers (the oracles put the 8 bytes there themselves), and the length of the UDP header that it writes.
"""

import copy
import struct
import sys

try:
    from scapy.layers.inet import IP, UDP  # noqa: F401 (for others)
    from scapy.layers.inet6 import IPv6
    from scapy.layers.ipsec import AUTH_ALGOS, CRYPT_ALGOS, ESP, SecurityAssociation
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
except ImportError as error:
    print(f"skipped: {error} (Debian: python3-scapy, python3-cryptography)")
    sys.exit(77)

CIPHERS = {"rfc4106(gcm(aes))": "AES-GCM", "rfc3686(ctr(aes))": "AES-CTR", "cbc(aes)": "AES-CBC",
           "rfc7539esp(chacha20,poly1305)": "CHACHA20-POLY1305", "ecb(cipher_null)": "NULL"}
HASHES = {"": None, "hmac(sha1)": "HMAC-SHA1-96", "hmac(sha256)": "SHA2-256-128", "hmac(sha384)": "SHA2-384-192",
          "hmac(sha512)": "SHA2-512-256"}


class _GcmOf:
    """As `cryptography`'s AESGCM, which has integrity values of 16 bytes alone, with one of `size` bytes."""

    def __init__(self, key, size):
        self.key, self.size = key, size

    def _cipher(self, nonce, tag=None):
        return Cipher(algorithms.AES(self.key), modes.GCM(nonce, tag, min_tag_length=self.size))

    def encrypt(self, nonce, data, aad):
        encryptor = self._cipher(nonce).encryptor()
        encryptor.authenticate_additional_data(aad)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag[:self.size]

    def decrypt(self, nonce, data, aad):
        decryptor = self._cipher(nonce, data[-self.size:]).decryptor()
        decryptor.authenticate_additional_data(aad)
        return decryptor.update(data[:-self.size]) + decryptor.finalize()


class _MacWithHighHalf:
    def __init__(self, mac, association):
        self.mac, self.association = mac, association

    def update(self, data):
        self.mac.update(data)

    def finalize(self):
        self.mac.update(struct.pack("!L", self.association.esn))
        return self.mac.finalize()


def ip(packet):
    """The bytes as scapy's packet."""
    return (IP if packet[0] >> 4 == 4 else IPv6)(packet)


def association(sa):
    """To be used for one packet at a time, after `at`."""
    header = {4: IP, 6: IPv6}[sa.outer_version](src=sa.source, dst=sa.destination) if sa.tunnel else None
    made = SecurityAssociation(ESP, spi=sa.spi, crypt_algo=CIPHERS[sa.cipher], crypt_key=sa.key or None,
                               auth_algo=HASHES[sa.authentication], auth_key=sa.auth_key or None,
                               crypt_icv_size=None if sa.authentication else sa.suite.icv_size,
                               tunnel_header=header, esn_en=sa.esn)
    made.crypt_algo = copy.copy(CRYPT_ALGOS[CIPHERS[sa.cipher]])
    if CIPHERS[sa.cipher] == "AES-GCM" and sa.suite.icv_size != 16:
        made.crypt_algo.cipher = lambda key: _GcmOf(key, sa.suite.icv_size)
    if sa.authentication:
        made.auth_algo = copy.copy(AUTH_ALGOS[HASHES[sa.authentication]])
        made.auth_algo.icv_size = sa.suite.icv_size
    if sa.esn and sa.authentication:
        plain = made.auth_algo.new_mac
        made.auth_algo.new_mac = lambda key: _MacWithHighHalf(plain(key), made)
    return made


def at(made, sequence):
    """The association, about to send or receive this number."""
    made.seq_num, made.esn = sequence & 0xFFFFFFFF, sequence >> 32
    return made
