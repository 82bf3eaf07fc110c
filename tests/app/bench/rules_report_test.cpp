// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/rules_report.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>
#include <limits>
#include <memory>
#include <string>

#include "measure/scratch_folder.hpp"

namespace warpline::bench {
namespace {

using testing::HasSubstr;

/// A run of 1,000 packets of 100 bytes.
RulesRun run_of(double seconds, double alerts = 0) {
  RulesRun run;
  run.packets = 1000;
  run.bytes = 100'000;
  run.seconds = seconds;
  run.alerts = alerts;
  return run;
}

RulesRun pipeline_run(double seconds, double alerts) {
  auto run = run_of(seconds, alerts);
  run.element_cycles = {{"FromInput", 100}, {"IDS", 900}};
  run.other_seconds = seconds / 4;
  run.longest_turn_seconds = 0.003;
  return run;
}

RulesReport report_of(std::vector<RulesRow> rows) {
  RulesReport report;
  report.common.machine.tsc_hz = 2e9;
  report.capture = "in.pcap";
  report.packets = 1000;
  report.bytes = 100'000;
  report.load.loaded = 1234;
  report.rows = std::move(rows);
  return report;
}

TEST(RulesReportTest, RatioIsTheMedianOfTheRatiosOfRounds) {
  auto const report =
      report_of({{"rules", {}, {}, {pipeline_run(1, 5), pipeline_run(2, 5), pipeline_run(4, 5)}},
                 {"hs_scan flat", "rules", {}, {run_of(2), run_of(2), run_of(2)}},
                 {"cut short", "rules", {}, {run_of(2)}},
                 {"alone", {}, {}, {run_of(2)}}});
  EXPECT_DOUBLE_EQ(report.ratio(report.rows[1]), 1) << "of 2, 1 and 0.5";
  EXPECT_DOUBLE_EQ(report.ratio(report.rows[2]), 2) << "of the one round that both have";
  EXPECT_DOUBLE_EQ(report.ratio(report.rows[3]), 0);
}

TEST(RulesReportTest, TableHasRatesCyclesAlertsAndReasons) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::tmpfile(), std::fclose);
  auto unknown = run_of(0.001, std::numeric_limits<double>::quiet_NaN());
  auto const text = rules_report_text(report_of({{"rules", {}, {}, {pipeline_run(0.002, 7)}},
                                                 {"hs_scan flat", "rules", {}, {unknown}},
                                                 {"Suricata", "rules", "not installed", {}}}),
                                      file.get());
  EXPECT_THAT(text, HasSubstr("1,234 loaded"));
  EXPECT_THAT(text, testing::ContainsRegex("rules +0\\.500 +- +0\\.40 +4000 +7 +3\\.00"));
  EXPECT_THAT(text, testing::ContainsRegex("hs_scan flat +1\\.000 .*rules 0\\.50 x"));
  EXPECT_THAT(text, testing::ContainsRegex("Suricata +not installed"));
  EXPECT_THAT(
      text, HasSubstr("rules, cycles/pkt: FromInput 100 IDS 900; other threads 25 % of its time"));
}

TEST(RulesReportTest, RatiosCountOnlyIfThePairsAreEqual) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::tmpfile(), std::fclose);
  auto run = pipeline_run(0.002, 7);
  run.search_shares = {{"buffers", 0.1}, {"payloads", 0.25}, {"streams", 0.05}};
  RulesRow same{"Suricata", "rules", {}, {run_of(0.004)}};
  auto other = same;
  same.pairs = difference_of({"a", "b"}, {"a", "b"});
  other.pairs = difference_of({"a", "b"}, {"b", "c", "d"});
  auto const text =
      rules_report_text(report_of({{"rules", {}, {}, {run}}, same, other}), file.get());
  EXPECT_THAT(text, HasSubstr("rules and Suricata: 2 pairs of flow and rule are equal\n"));
  EXPECT_THAT(text, HasSubstr("rules and Suricata: 1 pairs of flow and rule are equal,\n"
                              "  1 and 2 are of one alone: the ratio does not count\n"));
  EXPECT_THAT(text, HasSubstr("rules, search: 40.0 % of IDS (buffers 10.0 %, payloads 25.0 %, "
                              "streams 5.0 %);\n  75.0 % stays on the worker"));
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1)
    EXPECT_LE(end - begin, 80u) << text.substr(begin, end - begin);
}

TEST(RulesReportTest, PairsAreOfFlowsInEitherDirection) {
  ScratchFolder const folder;
  auto const path = folder.path() + "/eve.json";
  std::ofstream(path)
      << R"({"event_type":"alert","src_ip":"10.0.0.1","src_port":1,"dest_ip":"10.0.0.2",)"
      << R"("dest_port":80,"proto":"TCP","alert":{"signature_id":7}})"
      << "\n"
      << R"({"event_type":"alert","src_ip":"10.0.0.2","src_port":80,"dest_ip":"10.0.0.1",)"
      << R"("dest_port":1,"proto":"TCP","alert":{"signature_id":7}})"
      << "\n"
      << R"({"event_type":"flow","src_ip":"10.0.0.2","src_port":80})"
      << "\n";
  EXPECT_THAT(read_alert_pairs(path), testing::ElementsAre("tcp 10.0.0.1 1 10.0.0.2 80 7"));
}

TEST(RulesReportTest, JsonHasPipelinesAmongResultsAndTheRestAmongPeers) {
  auto const json = rules_report_json(
      report_of({{"rules", {}, {}, {pipeline_run(0.002, 7), pipeline_run(0.002, 7)}},
                 {"hs_scan flat", "rules", {}, {run_of(0.001), run_of(0.001)}},
                 {"Suricata", "rules", "not installed", {}}}));
  ASSERT_EQ(json.at("results").as_array().size(), 1u);
  auto const& rules = json.at("results").as_array()[0].as_object();
  EXPECT_EQ(rules.at("case").as_string(), "rules");
  EXPECT_EQ(rules.at("packets_per_second").to_number<double>(), 500'000);
  EXPECT_EQ(rules.at("alerts").to_number<double>(), 7);
  EXPECT_EQ(rules.at("element_cycles").at("IDS").to_number<double>(), 900);
  EXPECT_EQ(rules.at("share_of_ceiling").to_number<double>(), 0.5);
  EXPECT_TRUE(rules.at("latency_us").is_null());
  auto const& peers = json.at("peers").as_array();
  ASSERT_EQ(peers.size(), 2u);
  EXPECT_EQ(peers[0].at("ratio").to_number<double>(), 0.5);
  EXPECT_EQ(peers[0].at("compared").as_string(), "rules");
  EXPECT_EQ(peers[1].at("absent").as_string(), "not installed");
  EXPECT_EQ(json.at("rules").at("loaded").to_number<int>(), 1234);
}

}  // namespace
}  // namespace warpline::bench
