# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""blast.py ADDRESS RATE: sends RATE UDP packets a second to the discard port until it is ended."""

import socket
import sys
import time

SO_NO_CHECK = 11  # no checksum that a device would have to finish
TICK = 0.002

target, rate = (sys.argv[1], 9), int(sys.argv[2])
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
begin, sent = time.monotonic(), 0
while True:
    due = int((time.monotonic() - begin) * rate)
    for number in range(sent, due):
        try:
            sender.sendto(number.to_bytes(8, "big") * 25, target)
        except OSError:  # nobody listens at the other end, and its host reports it
            pass
    sent = due
    time.sleep(TICK)
