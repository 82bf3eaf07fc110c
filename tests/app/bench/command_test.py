# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""command_test.py PROGRAM: runs short benchmarks and looks at what they say. Nothing here is timed."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
SHORT = ["--duration", "20ms", "--repeat", "2", "--quiet"]


def bench(*arguments):
    return subprocess.run([PROGRAM, "bench", *arguments], capture_output=True, text=True, timeout=240)


class Schema(unittest.TestCase):
    def report(self, *arguments):
        done = bench(*arguments, *SHORT, "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def number(self, value, least=0):
        self.assertIsInstance(value, (int, float))
        self.assertGreaterEqual(value, least)

    def check_result(self, result):
        for field in ("workload", "case", "sizes", "device"):
            self.assertIsInstance(result[field], str)
        self.assertEqual(result["workers"], 1)
        self.assertEqual(result["repeats"], 2)
        for field in ("packet_size", "packets_per_second", "gbps", "cycles_per_packet", "dropped"):
            self.number(result[field])
        self.number(result["spread"]["min"])
        self.assertLessEqual(result["spread"]["min"], result["packets_per_second"])
        self.assertGreaterEqual(result["spread"]["max"], result["packets_per_second"])
        self.number(result["latency_us"]["p50"])
        self.assertGreaterEqual(result["latency_us"]["p99"], result["latency_us"]["p50"])
        self.assertEqual(result["dropped"], sum(result["drops"].values()))
        self.assertTrue(result["ceiling"]["name"])
        self.number(result["ceiling"]["packets_per_second"], 1)
        self.number(result["share_of_ceiling"])
        self.assertIn("engine-only", result["labels"])
        for share in result["device_share"].values():
            self.assertTrue(0 <= share <= 1)

    def check_machine(self, machine):
        for field in ("cpu", "kernel", "memory", "eal"):
            self.assertTrue(machine[field], field)
        self.number(machine["tsc_hz"], 1e8)
        self.assertTrue({"warpline", "compiler", "DPDK", "ipsec-mb", "Hyperscan"}
                        <= machine["versions"].keys())
        self.assertEqual(len(machine["worker_cores"]), 1)

    def test_forwarding(self):
        report = self.report("l2fwd", "--sizes", "64,imix")
        self.check_machine(report["machine"])
        self.assertEqual(report["format"], 1)
        self.assertEqual(report["command"][1:3], ["bench", "l2fwd"])
        self.assertTrue(any("engine-only" in note for note in report["notes"]))
        self.assertEqual([(each["case"], each["sizes"]) for each in report["results"]],
                         [("generator", "64"), ("generator", "imix"), ("net_null", "64")])
        for result in report["results"]:
            self.check_result(result)
            self.assertEqual(result["device"], "cpu")
            self.assertEqual(result["drops"], {})
        self.assertAlmostEqual(report["results"][1]["packet_size"], 361.8, delta=20)

    def test_ipsec_on_every_device(self):
        report = self.report("ipsec", "--sizes", "64", "--host-cores", "0", "--devices", "cpu")
        self.assertEqual({each["case"] for each in report["results"]},
                         {"aes128-ctr-hmac-sha1-96", "aes128-gcm"})
        for result in report["results"]:
            self.check_result(result)
            self.assertEqual(result["drops"], {}, "every flow has its tunnel")
            self.assertEqual(result["device_share"], {"cpu": 1})
            self.number(result["source_sink_packets_per_second"], 1)

    def test_ipsec_in_every_direction(self):
        report = self.report("ipsec", "--suites", "aes128gcm16,aes128-cbc-hmac-sha1-96", "--sizes", "64,imix",
                             "--devices", "cpu", "--directions", "out,in,both", "--tunnels", "5")
        suites = ("aes128-gcm", "aes128-cbc-hmac-sha1-96")
        self.assertEqual([(each["case"], each["sizes"]) for each in report["results"]],
                         [(suite + way, size) for suite in suites for way in ("", " in", " both")
                          for size in ("64", "imix")])
        for result in report["results"]:
            self.check_result(result)
            self.assertEqual(result["drops"], {}, result["case"])
            self.number(result["packets_per_second"], 1)
        plain, esp = report["results"][0], report["results"][2]
        self.assertEqual(esp["packet_size"], plain["packet_size"] + 36 + 2 + 16, "ESP around 50 bytes of IP")


class Pages(unittest.TestCase):
    def test_files_are_written(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("out.json", "out.html")]
            arguments = ["l2fwd", "--cases", "generator", "--sizes", "64", *SHORT, "--json", paths[0]]
            done = bench(*arguments, "--html", paths[1])
            if "python3-matplotlib" in done.stderr:
                self.skipTest("no matplotlib")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("engine-only", done.stdout)
            with open(paths[0]) as file:
                self.assertEqual(len(json.load(file)["results"]), 1)
            with open(paths[1]) as file:
                self.assertEqual(file.read().count("<svg"), 3)
            again = subprocess.run([PROGRAM, "compare", paths[0], paths[0]], capture_output=True, text=True)
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertIn("1.00", again.stdout)


class Refusals(unittest.TestCase):
    """Bad input ends with 2, names what is wrong, and nothing is started."""

    CASES = [
        (["l3fwd"], "unknown workload 'l3fwd'"),
        (["ipsec", "--suites", "rot13"], "'bench ipsec' has no case 'rot13'"),
        (["ids", "--payloads", "text,texts"], "no case 'texts'"),
        (["ids", "--cases", "pcap"], "--pcap FILE"),
        (["l2fwd", "--sizes", "64,64"], "'64' is there twice"),
        (["l2fwd", "--sizes", "1o8"], "1o8"),
        (["l2fwd", "--sizes", "9000"], "--buffer-size 9000"),
        (["l2fwd", "--devices", "host"], "--devices can only be cpu"),
        (["l2fwd", "--sa", "x"], "--sa belongs to 'bench ipsec'"),
        (["ipsec", "--devices", "warp"], "warp"),
        (["ipsec", "--directions", "up"], "'up' is no direction; expected out, in or both"),
        (["ids", "--directions", "in"], "--directions belongs to 'bench ipsec'"),
        (["ipsec", "--tunnels", "131073"], "--tunnels is 131073; expected 1 to 131072"),
        (["ipsec", "--sa", "/no/such.sa"], "/no/such.sa"),
        (["ids", "--patterns", "/no/such.patterns"], "/no/such.patterns"),
        (["l2fwd", "--json", "/no/such/folder/x.json"], "--json"),
        (["l2fwd", "--json", "/tmp/same", "--html", "/tmp/./same"], "the same file as --json"),
        (["l2fwd", "--html", "-"], "--html: a page is not written to standard output"),
        (["l2fwd", "--burst", "0"], "--burst is 0"),
        (["l2fwd", "--duration", "1"], "--duration"),
        (["ipsec", "--mix", "2"], "--mix"),
    ]

    def test_each(self):
        for arguments, words in self.CASES:
            with self.subTest(arguments=arguments):
                done = bench(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
