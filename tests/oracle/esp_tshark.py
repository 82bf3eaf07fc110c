# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""esp_tshark.py SUITE SA_FILE IN.pcap OUT.pcap: tshark with the SAs' keys shows the inner packets of OUT.

Exits 0 if tshark finds every integrity value right, and inside the same addresses, lengths and ports as in the
packets of IN that are due; 1 with the first difference; 77 where tshark is missing.
"""

import shutil
import subprocess
import sys

import sa_file

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/pipelines")
import packets  # noqa: E402

CIPHERS = {"aes128-gcm": "AES-GCM with 16 octet ICV [RFC4106]", "aes128-ctr-hmac-sha1-96": "AES-CTR [RFC3686]"}
FIELDS = ["ip.src", "ip.dst", "ip.len", "ip.proto", "ipv6.src", "ipv6.dst", "ipv6.plen", "ipv6.nxt",
          "udp.srcport", "tcp.srcport"]


def tshark(path, fields, *options):
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a",
               "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", *options]
    for ports in ("udp.port", "tcp.port"):  # no guesses at payloads by port numbers
        command += ["-d", f"{ports}==1-65535,data"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"tshark failed: {done.stderr}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def keys(sas, suite):
    options = ["-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"]
    for sa in sas:
        authentication = ("HMAC-SHA-1-96 [RFC2404]", f"0x{sa.auth_key.hex()}") if sa.auth_key else ("NULL", "")
        row = ("IPv4", sa.source, sa.destination, f"0x{sa.spi:08x}", CIPHERS[suite], f"0x{sa.key.hex()}",
               *authentication)
        options += ["-o", "uat:esp_sa:" + ",".join(f'"{value}"' for value in row)]
    return options


def without_outer(row):
    """The fields of the inner packet: those of the outer header, each the first of its kind, are taken off."""
    return [",".join(value.split(",")[1:]) for value in row[:4]] + row[4:]


def main():
    suite, sa_path, in_path, out_path = sys.argv[1:]
    if shutil.which("tshark") is None:
        print("skipped: there is no tshark (Debian: tshark)")
        sys.exit(77)
    sas = sa_file.load(sa_path, suite)
    shown_in = tshark(in_path, FIELDS)
    frames = [frame for _, frame in packets.read(open(in_path, "rb").read())]
    due = [row for row, frame in zip(shown_in, frames) if list(sa_file.expected([frame], sas))]
    found = tshark(out_path, FIELDS + ["esp.icv_good", "_ws.malformed"], *keys(sas, suite))
    for number, (want, row) in enumerate(zip(due, found), 1):
        *inner, icv_good, malformed = row
        if icv_good not in ("1", "True"):
            sys.exit(f"packet {number}: tshark does not find the integrity value right ({icv_good!r})")
        if without_outer(inner) != want:
            sys.exit(f"packet {number}: tshark shows {without_outer(inner)}, expected {want} {malformed}")
    if len(found) != len(due) or not due:
        sys.exit(f"{len(found)} packets, expected {len(due)}")
    print(f"tshark shows the inner packets of all {len(found)}")


main()
