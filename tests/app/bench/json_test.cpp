// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/result_json.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

#include "measure/json.hpp"
#include "measure/recommendation.hpp"
#include "tests/app/bench/fixed_report.hpp"

namespace warpline::bench {
namespace {

namespace json = boost::json;

TEST(ReportJson, CarriesWhatWasMeasured) {
  auto const report = json::parse(pretty(to_json(fixed_report()))).as_object();
  EXPECT_EQ(report.at("format"), 1);
  EXPECT_EQ(report.at("complete"), true);
  EXPECT_EQ(report.at("command").as_array().at(4), "a b.json");
  EXPECT_EQ(report.at("machine").as_object().at("cpu"), "A Processor");
  EXPECT_EQ(report.at("machine").as_object().at("tsc_hz"), 2'500'000'000);
  EXPECT_TRUE(report.at("machine").as_object().at("governor").is_null());
  EXPECT_EQ(report.at("machine").as_object().at("versions").as_object().at("DPDK"), "22.11");

  auto const& advice = report.at("recommendations").as_array();
  ASSERT_EQ(advice.size(), 2u);
  EXPECT_EQ(advice[1].as_object().at("case"), "aes128-ctr-hmac-sha1-96");
  EXPECT_EQ(advice[1].as_object().at("text"),
            "cpu beats host 4.00x at 64, 40.5x at imix; mix loses to cpu alone: 0.38x at 64");
  auto const& verdicts = advice[1].as_object().at("verdicts").as_array();
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_EQ(json::serialize(verdicts[0]),
            R"({"sizes":"64","winner":"cpu","fastest":"cpu","second":"host","factor":4,)"
            R"("ranges_overlap":false})");

  auto const& results = report.at("results").as_array();
  ASSERT_EQ(results.size(), 10u);
  auto const& first = results[0].as_object();
  EXPECT_EQ(first.at("workload"), "ipsec");
  EXPECT_EQ(first.at("case"), "aes128-gcm");
  EXPECT_EQ(first.at("packet_size"), 64);
  EXPECT_EQ(first.at("device"), "cpu");
  EXPECT_EQ(first.at("workers"), 1);
  EXPECT_EQ(first.at("packets_per_second"), 8'000'000);
  EXPECT_EQ(first.at("spread").as_object().at("min"), 7'600'000);
  EXPECT_EQ(first.at("spread").as_object().at("max"), 8'400'000);
  EXPECT_EQ(first.at("repeats"), 3);
  EXPECT_EQ(first.at("gbps"), 64);
  EXPECT_EQ(first.at("cycles_per_packet"), 250);
  EXPECT_EQ(first.at("dropped"), 0);
  EXPECT_EQ(first.at("latency_us").as_object().at("p50").as_double(), 12.34);
  EXPECT_EQ(first.at("latency_us").as_object().at("p99").as_double(), 123.4);
  EXPECT_EQ(first.at("ceiling").as_object().at("name"), "raw library");
  EXPECT_EQ(first.at("ceiling").as_object().at("packets_per_second"), 16'000'000);
  EXPECT_EQ(first.at("ceilings").as_object().at("raw library"), 16'000'000);
  EXPECT_EQ(first.at("share_of_ceiling").as_double(), 0.5);
  EXPECT_EQ(first.at("source_sink_packets_per_second"), 40'000'000);
  EXPECT_EQ(first.at("net_share_of_ceiling").as_double(), 0.625);
  EXPECT_EQ(first.at("labels").as_array().at(0), "engine-only");

  EXPECT_TRUE(results[1].as_object().at("net_share_of_ceiling").is_null());
  EXPECT_EQ(results[2].as_object().at("device_share").as_object().at("host").as_double(), 0.25);
  EXPECT_EQ(results[3].as_object().at("packet_size").as_double(), 361.8);
  EXPECT_EQ(results[4].as_object().at("dropped"), 1233);
  EXPECT_EQ(results[4].as_object().at("drops").as_object().at("tx_queue_full"), 1233);
}

TEST(ReportJson, NamesNoWinnerWhereThereIsNoDifference) {
  Report report;
  for (auto const* device : {"cpu", "host"}) {
    Subject subject;
    subject.device = device;
    report.results.push_back(summarise(subject, steady(round_of(1, 2, 0))));
  }
  auto const parsed = json::parse(pretty(to_json(report))).as_object();
  auto const& only = parsed.at("recommendations").as_array()[0].as_object();
  auto const& verdict = only.at("verdicts").as_array()[0].as_object();
  EXPECT_TRUE(verdict.at("winner").is_null());
  EXPECT_EQ(verdict.at("factor"), 1);
  EXPECT_TRUE(parsed.at("notes").as_array().empty());
}

TEST(ReportJson, HasNoVerdictFromFewerThanThreeTrialsAndSaysSo) {
  auto report = fixed_report();
  for (auto& result : report.results) result.repeats = 2;
  auto const parsed = json::parse(pretty(to_json(report))).as_object();
  EXPECT_TRUE(parsed.at("recommendations").as_array().empty());
  ASSERT_EQ(parsed.at("notes").as_array().size(), 2u);
  EXPECT_EQ(parsed.at("notes").as_array()[1], trials_note(report.results).c_str());
}

TEST(ReportJson, WithoutCeilingSaysNull) {
  Report report;
  report.results.push_back(summarise({}, std::vector{round_of(1, 0, 0)}));
  auto const parsed = json::parse(pretty(to_json(report)));
  auto const& result = parsed.as_object().at("results").as_array().at(0).as_object();
  EXPECT_TRUE(result.at("ceiling").is_null());
  EXPECT_TRUE(result.at("share_of_ceiling").is_null());
  EXPECT_TRUE(result.at("source_sink_packets_per_second").is_null());
}

TEST(ReportJson, IsValidWhateverTheNumbersAndTexts) {
  Report report;
  report.command = {"\"quoted\"", "back\\slash", "tab\t", "\x01", "µ"};
  Result result;
  result.p50_us = std::numeric_limits<double>::infinity();
  result.p99_us = std::numeric_limits<double>::quiet_NaN();
  result.gbps = 1.23456789e-7;
  result.cycles_per_packet = 98765.4321;
  report.results = {result};
  auto const parsed = json::parse(pretty(to_json(report))).as_object();
  EXPECT_EQ(parsed.at("command").as_array().at(3), "\x01");
  EXPECT_EQ(parsed.at("command").as_array().at(4), "µ");
  auto const& only = parsed.at("results").as_array().at(0).as_object();
  EXPECT_TRUE(only.at("latency_us").as_object().at("p50").is_null());
  EXPECT_TRUE(only.at("latency_us").as_object().at("p99").is_null());
  EXPECT_DOUBLE_EQ(only.at("gbps").as_double(), 1.23457e-7);
  EXPECT_DOUBLE_EQ(only.at("cycles_per_packet").as_double(), 98765.4);
}

}  // namespace
}  // namespace warpline::bench
