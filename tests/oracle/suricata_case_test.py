# SPDX-FileCopyrightText: The Warpline authors
# SPDX-License-Identifier: Apache-2.0
"""The check language of suricata_verify.py, the filters of suricata_alerts.py, and the arguments for IDS."""

import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
try:
    import suricata_alerts
    import suricata_case
    import suricata_engine
    import suricata_rules
except ModuleNotFoundError as missing:
    print(f"skipped: Python has no module {missing.name}")
    sys.exit(77)

EVENT = {"event_type": "alert", "src_port": 80, "stream": 0, "packet": "AAECAw==", "nothing": None,
         "alert": {"signature_id": 7, "signature": "ET SCAN x", "metadata": {"tag": ["one", "two"]}},
         "flow": {"state": "new"}, "rows": [{"policy": "ignore"}]}


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="warpline_case_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / "case"
        self.folder.mkdir()

    def case(self, test="", **files):
        files = {"test.yaml": test, "input.pcap": "", **files}
        for name, text in files.items():
            name = name.replace("_", ".")
            (self.folder / name).write_text(text)
        return suricata_case.Case(self.folder)


class Match(unittest.TestCase):
    def check(self, expected, **match):
        self.assertEqual(suricata_case.event_matches(EVENT, match), expected, match)

    def test_values_are_compared_by_path(self):
        self.check(True, event_type="alert", src_port=80)
        self.check(False, event_type="flow")
        self.check(False, src_port="80")
        self.check(True, **{"alert.signature_id": 7})
        self.check(False, **{"alert.signature_id.more": 7})

    def test_zero_and_false_are_different(self):
        self.check(True, stream=0)
        self.check(False, stream=False)

    def test_an_index_selects_an_element(self):
        self.check(True, **{"alert.metadata.tag[1]": "two", "rows[0].policy": "ignore"})
        self.check(False, **{"alert.metadata.tag[2]": "two"})
        self.check(False, **{"flow[0]": "new"})

    def test_len_is_that_of_strings_and_lists(self):
        self.check(True, **{"packet.__len": 8, "alert.metadata.tag.__len": 2})
        self.check(False, **{"packet.__len": 7})
        self.check(False, **{"src_port.__len": 2})

    def test_find_looks_within_strings_and_lists(self):
        self.check(True, **{"alert.signature.__find": "SCAN", "alert.metadata.tag.__find": "one"})
        self.check(False, **{"alert.signature.__find": "scan"})
        self.check(False, **{"absent.__find": "x"})
        self.check(True, **{"alert.signature.__startswith": "ET ", "alert.signature.__endswith": " x"})
        self.check(False, **{"alert.signature.__startswith": "SCAN"})

    def test_keys_are_there_or_not(self):
        self.check(True, **{"has-key": "flow.state", "not-has-key": "alert.rule"})
        self.check(True, **{"has-key": ["flow", "alert.metadata"]})
        self.check(False, **{"has-key": ["flow", "http"]})
        self.check(False, **{"not-has-key": ["http", "flow"]})


class Requires(unittest.TestCase):
    def unmet(self, engine=None, **requires):
        requires = {key.replace("_", "-"): value for key, value in requires.items()}
        return suricata_case.unmet(requires, suricata_case.Version(engine), ".")

    def test_warpline_is_version_8_and_9(self):
        for bound in (5, "6.0.12", 7, 8, "8.0.5", 9):
            self.assertIsNone(self.unmet(min_version=bound), bound)
        self.assertEqual(self.unmet(min_version=10), "min-version 10")
        self.assertEqual(self.unmet(lt_version=8), "lt-version 8")
        self.assertEqual(self.unmet(lt_version=99), "lt-version 99")
        self.assertIsNone(self.unmet(version=8))
        self.assertIsNotNone(self.unmet(version=7))

    def test_suricata_has_its_own_version(self):
        self.assertIsNone(self.unmet("7.0.10", min_version="7.0.7"))
        self.assertIsNotNone(self.unmet("7.0.10", min_version="7.0.12"))
        self.assertIsNotNone(self.unmet("7.0.10", min_version=8))
        self.assertIsNone(self.unmet("7.0.10", lt_version="8.0.5"))
        self.assertIsNotNone(self.unmet("7.0.10", lt_version="7.0.10"))
        self.assertIsNotNone(self.unmet("8", lt_version="8.0.0"))
        self.assertIsNone(self.unmet("7.0.10", version="7.0"))
        self.assertIsNotNone(self.unmet("7.0.10", version="7.0.9"))

    def test_scripts_that_read_sources_are_met_and_others_run(self):
        self.assertIsNone(self.unmet(script=["grep NOWHERE src/output-json-alert.c > /dev/null"]))
        self.assertIsNone(self.unmet(script=["true"]))
        self.assertEqual(self.unmet(script=["true", "false"]), "script false")

    def test_features_and_unknown_requirements_exclude(self):
        self.assertEqual(self.unmet(features=["HAVE_LUA"]), "feature HAVE_LUA")
        self.assertEqual(self.unmet(moon="full"), "moon full")


class Checks(InFolder):
    def difference(self, checks, events=(EVENT,), version=None, **files):
        case = self.case("checks:\n" + checks, **files)
        (self.folder / "eve.json").write_text("".join(json.dumps(event) + "\n" for event in events))
        return case.first_difference(self.folder, suricata_case.Version(version))

    def test_the_count_decides(self):
        text = "- filter: {count: %d, match: {event_type: alert}}\n"
        self.assertIsNone(self.difference(text % 2, [EVENT, EVENT, {"event_type": "flow"}]))
        self.assertEqual(self.difference(text % 1, [EVENT, EVENT]), "2 instead of 1 events with event_type alert")
        self.assertIsNone(self.difference(text % 0, []))

    def test_the_first_difference_is_reported(self):
        checks = "".join(f"- filter: {{count: 1, match: {{src_port: {port}}}}}\n" for port in (80, 81, 82))
        self.assertEqual(self.difference(checks), "0 instead of 1 events with src_port 81")

    def test_a_kind_of_record_that_is_missing_is_named(self):
        check = "- filter: {count: 1, match: {event_type: http, src_port: 80}}\n"
        self.assertIn("; no record http", self.difference(check))
        self.assertNotIn("no record", self.difference(check, [{"event_type": "http", "src_port": 81}]))

    def test_a_check_of_another_version_is_left_out(self):
        checks = "- filter: {requires: {lt-version: 8}, count: 5, match: {}}\n"
        self.assertIsNone(self.difference(checks))
        self.assertIsNotNone(self.difference(checks, version="7.0.10"))

    def test_the_application_of_the_rule_is_named(self):
        rule = 'alert http any any -> any any (http.uri; content:"a"; sid:9;)'
        checks = "- filter: {count: 1, match: {event_type: alert, alert.signature_id: 9}}\n"
        self.assertIn("the rule needs protocol http", self.difference(checks, test_rules=rule))

    def test_a_shell_check_compares_what_it_prints(self):
        (self.folder / "fast.log").write_text("one\n")
        text = "- shell: {args: cat fast.log | wc -l | xargs, expect: %d}\n"
        self.assertIsNone(self.difference(text % 1))
        self.assertIn("printed '1' instead of '2'", self.difference(text % 2))
        self.assertIn("exited with 1", self.difference("- shell: {args: grep two fast.log}\n"))

    def test_stats_are_those_of_the_last_event(self):
        events = [{"event_type": "stats", "stats": {"tcp": {"syn": count}}} for count in (1, 4)]
        self.assertIsNone(self.difference("- stats: {tcp.syn: 4}\n", events))
        self.assertEqual(self.difference("- stats: {tcp.syn: 1}\n", events), "stats.tcp.syn is 4 instead of 1")

    def test_another_file_may_be_named(self):
        difference = self.difference("- filter: {filename: no.json, count: 0, match: {}}\n")
        self.assertEqual(difference, "no.json does not exist")

    def test_what_is_not_json_or_not_known_is_an_error(self):
        with self.assertRaises(suricata_case.BadCase):
            self.difference("- guess: {}\n")
        case = self.case("checks:\n- filter: {count: 0, match: {}}\n")
        (self.folder / "eve.json").write_text('{"a":\n')
        with self.assertRaisesRegex(suricata_case.BadCase, "eve.json:1"):
            case.first_difference(self.folder, suricata_case.Version(None))


class CaseFolder(InFolder):
    def test_a_capture_elsewhere_is_replaced_by_the_own_one(self):
        self.assertEqual(self.case("pcap: ../other/in.pcap\n").capture().name, "input.pcap")
        (self.folder.parent / "other").mkdir()
        (self.folder.parent / "other/in.pcap").write_text("")
        self.assertEqual(self.case("pcap: ../other/in.pcap\n").capture().name, "in.pcap")

    def test_a_case_without_a_capture_is_skipped(self):
        case = self.case()
        (self.folder / "input.pcap").unlink()
        self.assertEqual(case.excluded(suricata_case.Version(None)), "has no capture")

    def test_arguments_of_ids_follow_those_of_the_case(self):
        self.assertEqual(suricata_engine.case_arguments(self.case()), [])
        case = self.case("args:\n- --set stream.midstream=true -k none\n- --simulate-ips\n")
        self.assertEqual(suricata_engine.case_arguments(case), ["MODE ips", "CHECKSUM off", "MIDSTREAM true"])

    def test_the_error_of_ids_and_what_the_rules_need_are_reported(self):
        text = ("c.click:1:24: error: IDS: no rule is loaded; loaded 0, skipped 2, refused 0\n\nskipped rules by what "
                "they need:\n  1  protocol dns\n  12  tls.sni\n\n  FromInput -> IDS(\n      ^\n")
        self.assertEqual(suricata_engine.failure_of(text), "error: IDS: no rule is loaded; loaded 0, skipped 2, "
                         "refused 0; the rules need protocol dns, tls.sni")
        self.assertEqual(suricata_engine.failure_of("a\nb\n"), "a | b")

    def test_arguments_of_ids_follow_the_configuration(self):
        config = """
packet-alert-max: 7
exception-policy: drop-flow
host-os-policy: {linux: [10.0.0.0/8]}
stream: {checksum-validation: no, midstream: true, reassembly: {depth: 2mb}}
decoder: {vxlan: {enabled: false}, geneve: {enabled: false}, teredo: {enabled: false}}
"""
        self.assertEqual(suricata_engine.case_arguments(self.case("", suricata_yaml=config)), [
            "VARS suricata.yaml", "HOST_OS_POLICY suricata.yaml", "CHECKSUM off", "MIDSTREAM true", "DEPTH 2097152",
            "MAX_ALERTS 7", "ON_LIMIT drop-flow", "TUNNELS false"])
        case = self.case("args: [--set stream.midstream=false, -k all]\n", suricata_yaml=config)
        self.assertIn("CHECKSUM on", suricata_engine.case_arguments(case))
        self.assertNotIn("MIDSTREAM true", suricata_engine.case_arguments(case))


class Engine(InFolder):
    """With a program that prints its pipeline and writes an event."""

    def engine(self, run):
        program = self.folder.parent / "warpline"
        program.write_text(f'#!/bin/sh\ncase $1 in elements) echo "IDS  cpu  Matches."; exit;; esac\n{run}\n')
        program.chmod(0o755)
        return suricata_engine.Warpline(program)

    def test_a_case_becomes_a_pipeline(self):
        case = self.case("args: [-k none]\n", test_rules="")
        engine = self.engine("""cat case.click; echo "$@"; echo '{"event_type": "alert"}' > eve.json""")
        self.assertIsNone(engine.missing())
        output = self.folder.parent / "output"
        output.mkdir()
        words = " ".join(engine.run_case(case, output).split())
        self.assertEqual(words, f'FromInput -> IDS(RULES "{self.folder}/test.rules", EVE eve.json, '
                                'EVE_TYPES "alert drop flow http dns tls stats payload payload_printable packet ethernet verdict", FAST fast.log, STRICT false, CHECKSUM off) '
                                f'-> ToOutput; run case.click -q -r {self.folder}/input.pcap')
        self.assertTrue((output / "eve.json").exists())

    def test_a_failure_of_the_program_is_one_of_the_case(self):
        engine = self.engine("echo 'case.click:1: no such thing'; exit 2")
        with self.assertRaisesRegex(suricata_engine.EngineError, "exited with 2: case.click:1: no such thing"):
            engine.run_case(self.case(), self.folder)

    def test_a_program_without_the_element_is_told_apart(self):
        program = self.folder / "warpline"
        program.write_text("#!/bin/sh\necho 'IDSMatch  cpu  Searches.'\n")
        program.chmod(0o755)
        self.assertEqual(suricata_engine.Warpline(program).missing(), "this program has no element IDS")
        self.assertEqual(suricata_engine.Warpline(self.folder / "none").missing(), "none is not built")


class Rules(unittest.TestCase):
    def part(self, options, protocol="tcp"):
        rule = suricata_rules.parse_rule(f"alert {protocol} any any -> any any ({options} sid:1;)")
        return suricata_rules.application_part(rule)

    def test_comments_and_continued_lines(self):
        text = "# alert tcp a\nalert tcp any any -> any any ( \\\n  msg:\"x\"; \\\n  sid:1;)\n\nalert udp"
        lines = [" ".join(line.split()) for line in suricata_rules.rule_lines(text)]
        self.assertEqual(lines, ['alert tcp any any -> any any ( msg:"x"; sid:1;)', "alert udp"])

    def test_semicolons_in_quotes_and_after_backslashes(self):
        options = suricata_rules.split_options(r'content:"a;b"; pcre:"/\;\"x/U"; nocase; sid:1;')
        self.assertEqual(options, [("content", '"a;b"'), ("pcre", r'"/\;\"x/U"'), ("nocase", None), ("sid", "1")])

    def test_packet_and_stream_rules(self):
        for protocol in ("ip", "tcp", "tcp-pkt", "tcp-stream", "udp", "icmp", "icmpv6", "sctp", "pkthdr"):
            self.assertIsNone(self.part('content:"a";', protocol), protocol)
        self.assertIsNone(self.part('content:"http_uri"; flowbits:set,smb.tree; pcre:"/a/smiR";'))

    def test_rules_of_applications(self):
        self.assertEqual(self.part("", "http"), "protocol http")
        self.assertEqual(self.part('content:"a"; http_uri;'), "http_uri")
        self.assertEqual(self.part('tls.sni; content:"a";'), "tls.sni")
        self.assertEqual(self.part("ssl_version:sslv3;"), "ssl_version")
        self.assertEqual(self.part('pcre:!"/a/Ui";'), "pcre /U")

    def test_of_one_sid_the_highest_revision_counts(self):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "a.rules"
            path.write_text("".join(f"alert {protocol} a any -> b any (sid:1; rev:{rev};)\n"
                                    for rev, protocol in ((2, "tcp"), (3, "http"), (1, "udp"))))
            self.assertEqual(suricata_rules.read_rules([path])[1].protocol, "http")


class Alerts(InFolder):
    RULES = 'alert tcp any any -> any any (msg:"one"; sid:1;)\nalert http any any -> any any (sid:2;)\n'

    def compare(self, events, expected, *more):
        """(exit code, last line) of suricata_alerts.py for events (sid, source port) and lines (sid, port, count)."""
        paths = {name: self.folder / name for name in ("a.rules", "a.pcap", "eve.json", "a.tsv")}
        paths["a.pcap"].write_text("")
        paths["a.rules"].write_text(self.RULES)
        paths["eve.json"].write_text("".join(json.dumps({
            "event_type": "alert", "alert": {"signature_id": sid}, "proto": "TCP", "src_ip": "10.0.0.2",
            "src_port": port, "dest_ip": "10.0.0.1", "dest_port": 80}) + "\n" for sid, port in events))
        paths["a.tsv"].write_text("".join(f"{sid}\tTCP\t10.0.0.1:80\t10.0.0.2:{port}\t{count}\n"
                                          for sid, port, count in expected))
        done = subprocess.run([sys.executable, "-B", HERE / "suricata_alerts.py", paths["a.pcap"], paths["a.rules"],
                               "--list", paths["a.tsv"], "--no-run", paths["eve.json"], *more],
                              text=True, stdout=subprocess.PIPE)
        return done.returncode, done.stdout.splitlines()

    def test_equal_sets_pass(self):
        code, lines = self.compare([(1, 5), (1, 5), (2, 6)], [(1, 5, 2), (2, 6, 1)])
        self.assertEqual((code, lines[-2]), (0, "found 2, missing 0, extra 0, with another count 0"))
        self.assertTrue(lines[-1].startswith("passed: 100.00 % of 2 pairs found, 0 extra"), lines)

    def test_another_count_is_reported_and_passes(self):
        code, lines = self.compare([(1, 5)], [(1, 5, 3)])
        self.assertEqual((code, lines[-2]), (0, "found 1, missing 0, extra 0, with another count 1"))
        self.assertIn("1 instead of 3", lines[0])

    def test_two_percent_may_be_missing_and_one_extra(self):
        expected = [(1, port, 1) for port in range(100)]
        found = [(1, port) for port in range(98)]
        self.assertEqual(self.compare(found, expected)[0], 0)
        self.assertEqual(self.compare(found[:-1], expected)[0], 1)
        self.assertEqual(self.compare([*found, (1, 500)], expected)[0], 0)
        self.assertEqual(self.compare([*found, (1, 500), (1, 501)], expected)[0], 1)
        self.assertEqual(self.compare(found, expected, "--min-found", "100")[0], 1)

    def test_only_packet_and_stream_rules_are_compared_on_both_sides(self):
        found, expected = [(1, 5), (2, 7)], [(1, 5, 1), (2, 6, 1)]
        code, lines = self.compare(found, expected, "--only", "packet-stream")
        self.assertEqual((code, lines[0]), (0, "1 of 2 rules are packet or stream rules"))
        self.assertEqual(self.compare(found, expected)[0], 1)

    def test_at_most_thirty_differences_are_listed(self):
        code, lines = self.compare([], [(1, port, 1) for port in range(40)])
        self.assertEqual((code, sum(" missing 1 " in line for line in lines)), (1, 30))
        self.assertIn("  missing: 10 more", lines)

    def test_a_list_in_another_format_is_refused(self):
        path = self.folder / "bad.tsv"
        path.write_text("1 TCP\n")
        with self.assertRaisesRegex(SystemExit, "bad.tsv:1"), contextlib.redirect_stdout(io.StringIO()):
            suricata_alerts.pairs_of_list(path)


if __name__ == "__main__":
    unittest.main()
