# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""esp_every_form.py PROGRAM scapy-out|tshark-out|scapy-in: another program's opinion about packets of every form that
ESP has here (esp_matrix.py), sent or received by one run of PROGRAM. Exits 77 if the other one is missing."""

import pathlib
import subprocess
import sys
import tempfile

import esp_matrix
from esp_matrix import packets

HERE = pathlib.Path(__file__).resolve().parent
ORACLES = {"scapy-out": ("/usr/bin/python3", "esp_decrypt.py"), "tshark-out": (sys.executable, "esp_tshark.py"),
           "scapy-in": ("/usr/bin/python3", "esp_encrypt.py")}


def run(program, folder, element, source, sink):
    pipeline = folder + "/pipeline.click"
    pathlib.Path(pipeline).write_text(f"FromInput -> {element} -> ToOutput;\n")
    subprocess.run([program, "run", pipeline, "-q", "-r", source, "-w", sink], check=True, stdout=subprocess.DEVNULL)


def judge(oracle, *arguments):
    python, script = ORACLES[oracle]
    done = subprocess.run([python, HERE / script, *arguments])
    if done.returncode != 0:
        sys.exit(done.returncode)


def frames(path):
    return [frame for _, frame in packets.read(pathlib.Path(path).read_bytes())]


def compare(want, got):
    for number, (expected, actual) in enumerate(zip(want, got), 1):
        if expected != actual:
            sys.exit(f"packet {number} is {actual.hex()}, expected {expected.hex()}")
    if len(want) != len(got) or not want:
        sys.exit(f"{len(got)} packets, expected {len(want)}")


def main():
    program, oracle = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="warpline-") as folder:
        sas, source = esp_matrix.write(folder)
        esp, want, got = (f"{folder}/{name}.pcap" for name in ("esp", "want", "got"))
        if oracle == "scapy-in":
            judge(oracle, sas, source, esp, want)
            run(program, folder, f"IPsecDecrypt({sas})", esp, got)
            compare(frames(want), frames(got))
        else:
            run(program, folder, f"IPsecEncrypt(SA {sas})", source, esp)
            judge(oracle, sas, source, esp)


main()
