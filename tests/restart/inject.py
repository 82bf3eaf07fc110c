# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""inject.py DEVICE FILE: sends the frames of a file (length in 4 bytes, little-endian, then the frame), 20,000 a second."""

import socket
import struct
import sys
import time

device, path = sys.argv[1:]
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind((device, 0))
data = memoryview(open(path, "rb").read())
at = sent = 0
begin = time.monotonic()
while at < len(data):
    (size,) = struct.unpack_from("<I", data, at)
    out.send(data[at + 4:at + 4 + size])
    at += 4 + size
    sent += 1
    if sent % 40 == 0:
        time.sleep(max(0.0, begin + sent / 20_000 - time.monotonic()))
