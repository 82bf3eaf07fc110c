# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""command_test.py PROGRAM: runs short benchmarks and checks their output. Nothing here is timed."""

import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
SHORT = ["--duration", "20ms", "--repeat", "2", "--quiet"]
LONG = ["--duration", "10ms", "--repeat", "1000", "--devices", "cpu", "--tunnels", "8"]


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
        self.assertIs(report["complete"], True)
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


def datagram(payload, port):
    """An Ethernet frame with a UDP datagram; checksums are not looked at."""
    udp = struct.pack(">HHHH", 1024, port, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes([192, 0, 2, 1]),
                     bytes([10, 0, 0, 1]))
    return bytes(12) + b"\x08\x00" + ip + udp


class Rules(unittest.TestCase):
    """bench ids --rules: the element IDS on a capture."""

    RULES = ['alert udp any any -> any 53 (msg:"found"; content:"attack"; sid:1; rev:1;)',
             'alert udp any any -> any any (msg:"never"; content:"nothing"; sid:2; rev:1;)',
             'alert http any any -> any any (msg:"skipped"; http.uri; content:"x"; asn1:size 1; sid:3; rev:1;)']

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        frames = [datagram(payload, port) for payload, port in
                  ((b"an attack", 53), (b"attack", 54), (bytes(3000), 53), (b"harmless", 53))]
        records = b"".join(struct.pack("<IIII", 1700000000, i, len(frame), len(frame)) + frame
                           for i, frame in enumerate(frames))
        self.bytes = sum(map(len, frames))
        self.capture = self.write("in.pcap", struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + records)
        self.rules = [self.write("one.rules", "\n".join(self.RULES[:1])),
                      self.write("two two.rules", "\n".join(self.RULES[1:]))]
        self.temporary = os.path.join(self.folder, "temporary")
        os.mkdir(self.temporary)

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def bench(self, *arguments, **environment):
        return subprocess.run([PROGRAM, "bench", "ids", *arguments], capture_output=True, text=True, timeout=240,
                              env={**os.environ, "TMPDIR": self.temporary, **environment})

    def report(self, *arguments, **environment):
        done = self.bench("--rules", *self.rules, "--pcap", self.capture, *SHORT, "--json", "-", *arguments,
                          **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.temporary), [])
        return json.loads(done.stdout)

    def test_every_row_and_its_fields(self):
        report = self.report("--suricata", "off")
        self.assertEqual([each["case"] for each in report["results"]], ["source and sink", "rules-off", "rules"])
        for result in report["results"]:
            self.assertEqual((result["workload"], result["device"], result["workers"]), ("ids", "cpu", 1))
            self.assertEqual(result["repeats"], 2)
            self.assertEqual(result["dropped"], 0)
            for field in ("packets_per_second", "gbps", "cycles_per_packet", "longest_turn_seconds"):
                self.assertGreater(result[field], 0, field)
            self.assertAlmostEqual(result["packet_size"], self.bytes / 4, places=2)
            self.assertGreaterEqual(result["other_threads_share"], 0)
            cycles = result["element_cycles"]
            elements = {"FromInput", "ToOutput"} | (set() if result is report["results"][0] else {"IDS"})
            self.assertEqual(set(cycles), elements)
            self.assertAlmostEqual(sum(cycles.values()) / result["cycles_per_packet"], 1, delta=0.2)
        source, off, rules = report["results"]
        self.assertIsNone(source["alerts"])
        self.assertEqual((off["alerts"], rules["alerts"]), (0, 1), "of a pass")
        self.assertIn(rules["ceiling"]["name"], ("hs_scan flat", "hs_scan grouped"), "the faster one")
        peers = {each["name"]: each for each in report["peers"]}
        for scan in (peers["hs_scan flat"], peers["hs_scan grouped"]):
            self.assertEqual((scan["compared"], scan["absent"], scan["alerts"]), ("rules", None, None))
            self.assertGreater(scan["packets_per_second"], 0)
            self.assertGreater(scan["ratio"], 0)
        self.assertEqual({peers[name]["absent"] for name in peers if "Suricata" in name}, {"off"})
        self.assertEqual(report["capture"], {"file": self.capture, "packets": 4, "bytes": self.bytes})
        load = report["rules"]
        self.assertEqual((load["loaded"], load["skipped"], load["refused"], load["patterns"]), (2, 1, 0, 2))
        self.assertGreater(load["load_cpu_seconds"], 0)
        self.assertGreater(load["cached_load_cpu_seconds"], 0)
        self.assertEqual(set(rules["search_shares"]), {"buffers", "payloads", "streams"})
        self.assertGreater(rules["search_shares"]["payloads"], 0)
        self.assertLess(sum(rules["search_shares"].values()), 1)

    def test_table(self):
        done = self.bench("--rules", *self.rules, "--pcap", self.capture, *SHORT, PATH="/none",
                          WARPLINE_ORACLE="/none")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2 loaded, 1 skipped, 0 refused; 2 patterns", done.stdout)
        self.assertRegex(done.stdout, r"rules +\d+\.\d+ +- +\d+\.\d+ +\d+ +1 ")
        self.assertRegex(done.stdout, r"hs_scan grouped .* rules \d+\.\d+ x")
        self.assertRegex(done.stdout, r"hs_scan flat .* rules \d+\.\d+ x")
        self.assertRegex(done.stdout, r"Suricata, none +not installed")
        self.assertRegex(done.stdout, r"rules, cycles/pkt: FromInput \d+ IDS \d+ ToOutput \d+")

    def test_beside_suricata(self):
        peers = {each["name"]: each for each in self.report()["peers"]}
        suricata = peers["Suricata, loaded"]
        if suricata["absent"]:
            self.skipTest("Suricata is not installed")
        self.assertEqual(suricata["alerts"], 1)
        self.assertGreater(suricata["packets_per_second"], 0)
        self.assertEqual(peers["Suricata, none"]["compared"], "rules-off")
        self.assertEqual(suricata["pairs"], {"equal": 1, "only_here": 0, "only_there": 0})

    def test_bad_input_ends_before_anything_is_measured(self):
        none = self.write("none.rules", "# nothing\n")
        bad = self.write("bad.rules", "alert udp any any -> any 70000 (sid:1;)\n")
        text = self.write("text.pcap", "no capture")
        good = ["--rules", self.rules[0], "--pcap", self.capture]
        for arguments, words in (
                (["--rules", self.rules[0]], "--rules needs traffic; give --pcap FILE"),
                (["--rules", "/no/such.rules", "--pcap", self.capture], "/no/such.rules"),
                (["--rules", self.rules[0], "--pcap", "/no/such.pcap"], "/no/such.pcap"),
                (["--rules", self.rules[0], "--pcap", text], "text.pcap"),
                (["--rules", none, "--pcap", self.capture], "no rule is loaded"),
                (["--rules", bad, "--pcap", self.capture], "bad.rules:1:"),
                ([*good, "--vars", "/no/such.yaml"], "/no/such.yaml"),
                (["--vars", "x.yaml"], "--vars belongs to 'bench ids --rules FILE'"),
                ([*good, "--suricata", "/bin/true"], "/bin/true cannot be run, or is not Suricata"),
                ([*good, "--patterns", "x"], "--patterns does not go with --rules"),
                ([*good, "--sizes", "64"], "--sizes does not go with --rules"),
                ([*good, "--devices", "host"], "--devices other than cpu does not go with --rules"),
                ([*good, "--workers", "2"], "--workers above 1 does not go with --rules"),
                ([*good, "--html", "x.html"], "--html does not go with --rules"),
                ([*good, "--json", self.capture], "--json")):
            with self.subTest(arguments=arguments):
                done = self.bench(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertEqual(os.listdir(self.temporary), [])


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


class Preliminary(unittest.TestCase):
    """A first look on stderr, which is no part of the results."""

    SHORT = ["--duration", "10ms", "--repeat", "1"]

    def test_shows_the_first_and_the_last_size_before_the_results(self):
        done = bench("l2fwd", "--sizes", "64,128,256", *self.SHORT, "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("preliminary", done.stderr)
        rows = re.findall(r"^ *(\d+) +cpu ", done.stderr, re.MULTILINE)
        self.assertEqual(rows, ["64", "256"] * (len(rows) // 2))
        self.assertTrue(rows)
        sizes = [each["sizes"] for each in json.loads(done.stdout)["results"] if each["case"] == "generator"]
        self.assertEqual(sizes, ["64", "128", "256"])
        self.assertTrue(all(each["repeats"] == 1 for each in json.loads(done.stdout)["results"]))
        self.assertNotIn("preliminary", done.stdout)

    def test_is_left_out_if_there_is_little_to_wait_for_or_with_quiet(self):
        for arguments in (["--sizes", "64,128"], ["--quick"], ["--sizes", "64,128,256", "--quiet"]):
            with self.subTest(arguments=arguments):
                done = bench("l2fwd", *arguments, *self.SHORT)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn("preliminary", done.stderr + done.stdout)


class Interrupted(unittest.TestCase):
    """A signal in the middle: finished measurements are reported, and no file is left."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.temporary = os.path.join(self.folder, "temporary")
        os.mkdir(self.temporary)
        self.path = os.path.join(self.folder, "out.json")

    def interrupt(self, number, after, *arguments):
        """Sends the signal as soon as the line of progress shows that measurement `after` has begun."""
        terminal, end = pty.openpty()
        process = subprocess.Popen([PROGRAM, "bench", *arguments, "--json", self.path], stderr=end, text=True,
                                   stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": self.temporary})
        os.close(end)
        shown, signalled = "", False
        while True:
            try:
                data = os.read(terminal, 4096)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            shown += data.decode(errors="replace")
            begun = re.findall(r"\[(\d+)/\d+\]", shown)
            if begun and int(begun[-1]) >= after and not signalled:
                self.assertNotEqual(os.listdir(self.temporary), [], "SA files are there while it runs")
                process.send_signal(number)
                signalled = True
        out = process.communicate(timeout=240)[0]
        os.close(terminal)
        self.assertTrue(signalled, shown)
        self.assertEqual(os.listdir(self.temporary), [])
        with open(self.path) as file:
            return process.returncode, out, json.load(file)

    def test_by_sigint(self):
        code, out, report = self.interrupt(signal.SIGINT, 13, "ipsec", "--sizes", "64,1408", *LONG)
        self.assertEqual(code, 130)
        self.assertIs(report["complete"], False)
        self.assertEqual([(each["case"], each["sizes"]) for each in report["results"]],
                         [("aes128-ctr-hmac-sha1-96", "64")], "of the others nothing is finished")
        self.assertGreaterEqual(report["results"][0]["repeats"], 3)
        self.assertRegex(out, r"incomplete: SIGINT after \d+ of 12000 measurements")
        self.assertIn("aes128-ctr-hmac-sha1-96", out)

    def test_by_sigterm_before_anything_is_finished(self):
        code, out, report = self.interrupt(signal.SIGTERM, 1, "ipsec", "--sizes", "64", "--duration", "60s",
                                           "--repeat", "3", "--devices", "cpu")
        self.assertEqual(code, 143)
        self.assertIs(report["complete"], False)
        self.assertEqual(report["results"], [])
        self.assertIn("incomplete: SIGTERM after 0 of 18 measurements", out)


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
        (["l2fwd", "--rules", "x"], "--rules belongs to 'bench ids'"),
        (["l2fwd", "--sa", "x"], "--sa belongs to 'bench ipsec'"),
        (["ipsec", "--devices", "warp"], "warp"),
        (["ipsec", "--directions", "up"], "'up' is not a direction; expected out, in or both"),
        (["ids", "--directions", "in"], "--directions belongs to 'bench ipsec'"),
        (["ipsec", "--tunnels", "131073"], "--tunnels is 131073; expected 1 to 131072"),
        (["ipsec", "--tunnels", "0"], "--tunnels is 0; expected 1 to 131072"),
        (["l2fwd", "--tunnels", "5"], "--tunnels belongs to 'bench ipsec'"),
        (["ids", "--flows", "5"], "--flows belongs to 'bench ipsec'"),
        (["l2fwd", "--fresh"], "--fresh belongs to 'bench ipsec'"),
        (["ipsec", "--sa", "x", "--tunnels", "4"], "--tunnels is for generated SAs"),
        (["ids", "--payloads", "random", "--pcap", "x"], "--pcap is for the payload 'pcap'"),
        (["l2fwd", "--repeat", "0"], "--repeat is 0; expected 1 to 1000"),
        (["l2fwd", "--repeat", "1001"], "--repeat is 1001; expected 1 to 1000"),
        (["l2fwd", "--duration", "9ms"], "--duration is shorter than 10ms"),
        (["l2fwd", "--duration", "0s"], "--duration is shorter than 10ms"),
        (["ipsec", "--mix", "0.3"], "expected it among --devices"),
        (["ipsec", "--sa", "/no/such.sa"], "/no/such.sa"),
        (["ids", "--patterns", "/no/such.patterns"], "/no/such.patterns"),
        (["l2fwd", "--json", "/no/such/folder/x.json"], "--json"),
        (["l2fwd", "--json", "/tmp/same", "--html", "/tmp/./same"], "the same file as --json"),
        (["l2fwd", "--html", "-"], "--html: a page is not written to standard output"),
        (["l2fwd", "--burst", "0"], "--burst is 0"),
        (["l2fwd", "--duration", "1"], "--duration"),
        (["ipsec", "--devices", "mix", "--mix", "2"], "--mix is a share from 0 to 1"),
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
