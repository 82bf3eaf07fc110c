# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""esp_tshark.py SA_FILE IN.pcap OUT.pcap [SUITE]: tshark with the SAs' keys shows the packets inside OUT.

Exits 0 if tshark finds every integrity value and UDP checksum right, and inside the same addresses, lengths, ports and data as in the
packets of IN that are due; 1 with the first difference; 77 where tshark is missing. Wireshark 4.0 knows neither
ChaCha20-Poly1305 nor extended sequence numbers in ESP: such packets are counted, and left to others.
"""

import shutil
import subprocess
import sys

import esp_format
import sa_file

CIPHERS = {"rfc4106(gcm(aes))": "AES-GCM with {} octet ICV [RFC4106]", "rfc3686(ctr(aes))": "AES-CTR [RFC3686]",
           "cbc(aes)": "AES-CBC [RFC3602]", "ecb(cipher_null)": "NULL"}
HASHES = {("", 16): "NULL", ("", 12): "NULL", ("", 8): "NULL", ("hmac(sha1)", 12): "HMAC-SHA-1-96 [RFC2404]",
          ("hmac(sha256)", 16): "HMAC-SHA-256-128 [RFC4868]",
          ("hmac(sha256)", 12): "HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]",
          ("hmac(sha384)", 24): "HMAC-SHA-384-192 [RFC4868]", ("hmac(sha512)", 32): "HMAC-SHA-512-256 [RFC4868]"}
OF_IP = {4: ["ip.src", "ip.dst", "ip.len", "ip.proto"], 6: ["ipv6.src", "ipv6.dst", "ipv6.plen", "ipv6.nxt"]}
ADDRESSES = [*OF_IP[4][:2], *OF_IP[6][:2]]
OF_UDP = ["udp.srcport", "udp.length"]
FIELDS = [*OF_IP[4], *OF_IP[6], *OF_UDP, "tcp.srcport", "data.data"]


def known(sa):
    return sa.cipher in CIPHERS and not sa.esn


def tshark(path, fields, *options):
    """A dict for each packet: what it shows of each field, in order."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a",
               "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", *options]
    command += ["-d", "tcp.port==1-65535,data"]  # no guesses by port numbers
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"tshark failed: {done.stderr}")
    split = (line.split("\t") for line in done.stdout.splitlines())
    return [{field: value.split(",") if value else [] for field, value in zip(fields, row)} for row in split]


def plain_ports(sas):
    """Every port is one of plain data, but for those of the SAs."""
    options, first = [], 1
    for port in sorted({port for sa in sas for port in sa.udp} | {65536}):
        options += ["-d", f"udp.port=={first}-{port - 1},data"] if first < port else []
        first = port + 1
    return options


def keys(sas):
    options = ["-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"]
    for sa in filter(known, sas):
        row = (f"IPv{sa.outer_version}", sa.source, sa.destination, f"0x{sa.spi:08x}",
               CIPHERS[sa.cipher].format(sa.suite.icv_size), f"0x{sa.key.hex()}" if sa.key else "",
               HASHES[sa.authentication, sa.suite.icv_size], f"0x{sa.auth_key.hex()}" if sa.auth_key else "")
        options += ["-o", "uat:esp_sa:" + ",".join(f'"{value}"' for value in row)]
    return options


def inside(sa, row):
    """The fields of the packet inside: those of the headers before ESP are taken off."""
    of_outer = [*(OF_IP[sa.outer_version] if sa.tunnel else []), *(OF_UDP if sa.udp else [])]
    return {field: row[field][1:] if field in of_outer else row[field] for field in compared(sa)}


def compared(sa):
    """In transport mode the IP header has changed, but for its addresses."""
    return FIELDS if sa.tunnel else [*ADDRESSES, *OF_UDP, "tcp.srcport", "data.data"]


def main():
    sa_path, in_path, out_path, *suite = sys.argv[1:]
    if shutil.which("tshark") is None:
        print("skipped: there is no tshark (Debian: tshark)")
        sys.exit(77)
    sas = sa_file.load(sa_path, *suite)
    shown_in = tshark(in_path, FIELDS, *plain_ports(sas))
    frames = [frame for _, frame in esp_format.packets.read(open(in_path, "rb").read())]
    due = [(row, want.sa) for row, frame in zip(shown_in, frames) for want in esp_format.due([frame], sas)]
    found = tshark(out_path, [*FIELDS, "esp.icv_good", "udp.checksum", "udp.checksum.status"], *plain_ports(sas),
                   *keys(sas), "-o", "udp.check_checksum:TRUE")
    if len(found) != len(due):
        sys.exit(f"{len(found)} packets, expected {len(due)}")
    count = 0
    for number, ((want, sa), row) in enumerate(zip(due, found), 1):
        if not known(sa):
            continue
        count += 1
        if sa.udp and row["udp.checksum"][0] == "0x0000":
            if row["ip.src"][:1] == [] and "udp6zerocsumtx" not in sa.flags:
                sys.exit(f"packet {number} ({sa.suite_name}): no UDP checksum over IPv6")
        elif sa.udp and row["udp.checksum.status"][0] != "1":
            sys.exit(f"packet {number} ({sa.suite_name}): tshark finds the UDP checksum {row['udp.checksum'][0]} wrong")
        if row["esp.icv_good"] not in (["1"], ["True"]):
            sys.exit(f"packet {number} ({sa.suite_name}): tshark does not find the integrity value right")
        want = {field: want[field] for field in compared(sa)}
        if inside(sa, row) != want:
            sys.exit(f"packet {number} ({sa.suite_name}): tshark shows {inside(sa, row)}, expected {want}")
    if count == 0:
        sys.exit("nothing came out that tshark knows")
    print(f"tshark verified {count} packets and shows what is inside; it knows no suite of {len(found) - count} others")


main()
