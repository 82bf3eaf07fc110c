# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""compare_suricata_test.py PROGRAM SOURCE: the captures that compare_suricata makes, and a short comparison."""

import os
import struct
import subprocess
import sys
import tempfile
import unittest

SOURCE = sys.argv.pop(2)
PROGRAM = sys.argv.pop(1)
FOLDER = os.path.join(SOURCE, "benchmarks/compare_suricata")
sys.path.insert(0, FOLDER)

import captures  # noqa: E402
import rule_copies  # noqa: E402


def ones_sum(data):
    total = sum(word for word, in struct.iter_unpack(">H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def segment(payload, source=b"\x0a\x00\x00\x01", target=b"\xc0\xa8\x00\x02", tagged=False):
    """An Ethernet frame with a TCP segment; both checksums are right."""
    tcp = bytearray(struct.pack(">HHIIBBHHH", 1024, 80, 1, 1, 0x50, 0x18, 100, 0, 0) + payload)
    pseudo = source + target + struct.pack(">HH", captures.TCP, len(tcp))
    struct.pack_into(">H", tcp, 16, ~ones_sum(pseudo + tcp) & 0xffff)
    ip = bytearray(struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, captures.TCP, 0, source, target))
    struct.pack_into(">H", ip, 10, ~ones_sum(ip) & 0xffff)
    tag = b"\x81\x00\x00\x05" if tagged else b""
    return bytes(12) + tag + b"\x08\x00" + bytes(ip) + bytes(tcp)


def checksums_are_right(frame, at=14):
    ip, tcp = frame[at:at + 20], frame[at + 20:]
    return ones_sum(ip) == 0xffff and \
        ones_sum(ip[12:20] + struct.pack(">HH", captures.TCP, len(tcp)) + tcp) == 0xffff


class Captures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "in.pcap")
        self.rules = os.path.join(folder.name, "x.rules")

    def test_copies_have_other_addresses_and_checksums_as_right_as_before(self):
        for tagged, at in ((False, 14), (True, 18)):
            frame = segment(b"hello", tagged=tagged)
            self.assertTrue(checksums_are_right(frame, at))
            self.assertEqual(captures.renumbered(frame, 0), frame)
            copies = {captures.renumbered(frame, copy)[at + 12:at + 20] for copy in range(20)}
            self.assertEqual(len(copies), 20)
            for copy in range(20):
                changed = captures.renumbered(frame, copy)
                self.assertTrue(checksums_are_right(changed, at))
                self.assertEqual((changed[at + 12], changed[at + 16:at + 18]), (10, b"\xc0\xa8"))
            wrong = bytearray(frame)
            wrong[at + 36] ^= 1
            self.assertFalse(checksums_are_right(captures.renumbered(bytes(wrong), 3), at))

    def test_frames_are_in_the_order_of_time_and_of_their_file(self):
        captures.write_capture(self.path, [(5_000_000, segment(b"a"), 0), (4_000_000, segment(b"b"), 0),
                                           (90_000_000, segment(b"c"), 0)])
        frames = captures.copies_of([self.path], 3)
        times = [time_us for time_us, _, _ in frames]
        self.assertEqual(times, sorted(times))
        self.assertEqual([frame[-1:] for _, frame, _ in frames], [b"a", b"b"] * 3 + [b"c"] * 3)
        self.assertEqual(times[-1] - times[-3], 2 * captures.COPY_US)
        self.assertEqual(times[6] - times[0], captures.MAX_US, "where the clock jumps")

    def test_random_payloads_keep_headers(self):
        frame = segment(b"hello world") + b"trailer"
        (_, changed, _), = captures.with_random_payloads([(1, frame, len(frame))])
        self.assertEqual((changed[:54], changed[65:]), (frame[:54], b"trailer"))
        self.assertNotEqual(changed[54:65], b"hello world")

    def test_compares(self):
        captures.write_capture(self.path, [(1, segment(b"an attack"), 0)])
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write('alert ip any any -> any any (msg:"one"; ip_proto:6; sid:1;)\n'
                       '# alert ip any any -> any any (msg:"two"; ip_proto:6; sid:2;)\n')
        done = subprocess.run([sys.executable, "-B", os.path.join(FOLDER, "compare"), "--program", PROGRAM, "--rules",
                               self.rules, "--traffic", self.path, "--attack", self.path, "--copies", "2", "--repeat", "1",
                               "--scale", "1", "2", "--cases", "rules", "rules-all", "rules-attack",
                               "--duration", "10ms", "--suricata", "off"], capture_output=True, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()[-12:]
        cases = lines[0:10:2]
        self.assertEqual([each[:12].strip() for each in cases],
                         ["rules", "rules x2", "rules-all", "rules-all x2", "rules-attack"])
        self.assertRegex(cases[0], r" 2 alerts$", "without patterns there is no search to compare with")
        self.assertRegex(cases[1], r" 2 rules +4 alerts$")
        self.assertRegex(cases[2], r" 4 alerts$")
        self.assertRegex(cases[4], r" 1 alerts$")
        self.assertRegex(lines[1], r"search +0\.0 % of IDS; +0\.0 % could be a device's$")
        self.assertRegex(lines[10], r"without traffic, empty cache: +\d+\.\d+ s of CPU time, +\d+ MB at most$")
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_copies_of_rules_have_other_contents_of_the_same_lengths(self):
        rule = r'alert tcp any any -> any any (content:"Gate|3a 20 ff|\;x9"; http.method; content:"POST"; sid:7; rev:2;)'
        first, second = rule_copies.with_copies([rule], 2)
        self.assertEqual(first, rule)
        self.assertRegex(second, r'content:"[A-Z][a-z]{3}\|3a 20 [89a-f][0-9a-f]\|\\;[a-z]\d"')
        self.assertNotIn("Gate", second)
        self.assertIn('http.method; content:"POST"; sid:10000007; rev:2;', second)
        self.assertEqual(rule_copies.with_copies([rule, "# alert x"], 1), [rule, "# alert x"])

    def test_refuses_what_is_no_capture(self):
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write("#\n")
        done = subprocess.run([sys.executable, "-B", os.path.join(FOLDER, "compare"), "--rules", self.rules, "--traffic",
                               self.rules], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("x.rules is no pcap", done.stderr)


if __name__ == "__main__":
    unittest.main()
