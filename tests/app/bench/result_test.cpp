// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/result.hpp"

#include <gtest/gtest.h>

#include "tests/app/bench/fixed_report.hpp"

namespace warpline::bench {
namespace {

TEST(Spread, TakesTheMiddleValueOrTheMeanOfTwo) {
  EXPECT_EQ(spread_of({}), (Spread{0, 0, 0}));
  EXPECT_EQ(spread_of({3}), (Spread{3, 3, 3}));
  EXPECT_EQ(spread_of({5, 1, 9}), (Spread{5, 1, 9}));
  EXPECT_EQ(spread_of({8, 2, 4, 6}), (Spread{5, 2, 8}));
}

TEST(Window, GbpsCountsFramesAsTheyCameInForWhatCameOut) {
  Window window;
  window.seconds = 2;
  window.received = 1000;
  window.received_bytes = 64'000;
  window.transmitted = 500;  // the others were dropped; what came out may be longer
  window.busy_cycles = 1e6;
  EXPECT_DOUBLE_EQ(window.packets_per_second(), 250);
  EXPECT_DOUBLE_EQ(window.gbps(), 250 * 64 * 8 / 1e9);
  EXPECT_DOUBLE_EQ(window.cycles_per_packet(), 2000);
}

TEST(Window, WithoutPacketsAllRatesAreZero) {
  Window const window;
  EXPECT_EQ(window.packets_per_second(), 0);
  EXPECT_EQ(window.gbps(), 0);
  EXPECT_EQ(window.cycles_per_packet(), 0);
}

TEST(Summary, ComparesEachRepeatWithItsOwnCeiling) {
  // The machine was half as fast in the second repeat, for both sides: the share is not disturbed.
  std::vector<Round> const rounds = {round_of(8, 10, 0), round_of(4, 5, 0), round_of(8, 10, 0)};
  auto const result = summarise({}, rounds);
  EXPECT_DOUBLE_EQ(result.packets_per_second.median, 8e6);
  EXPECT_DOUBLE_EQ(result.packets_per_second.min, 4e6);
  ASSERT_TRUE(result.share_of_ceiling);
  EXPECT_DOUBLE_EQ(*result.share_of_ceiling, 0.8);
  EXPECT_EQ(result.repeats, 3u);
}

TEST(Summary, TakesSourceAndSinkOffTheTimeOfAPacket) {
  Subject subject;
  subject.device = "cpu";
  // 125 ns a packet, 25 ns of them for source and sink; the library needs 80 ns.
  auto const result = summarise(subject, std::vector{round_of(8, 12.5, 40)});
  ASSERT_TRUE(result.net_share_of_ceiling);
  EXPECT_NEAR(*result.net_share_of_ceiling, 0.8, 1e-9);
  EXPECT_NEAR(*result.share_of_ceiling, 0.64, 1e-9);
}

TEST(Summary, HasNoNetShareWhereItMeansNothing) {
  Subject subject;
  subject.device = "host";  // works while the worker does something else
  EXPECT_FALSE(summarise(subject, std::vector{round_of(8, 10, 40)}).net_share_of_ceiling);
  subject.device = "cpu";  // the difference is lost in noise
  EXPECT_FALSE(summarise(subject, std::vector{round_of(8, 10, 8)}).net_share_of_ceiling);
}

TEST(Summary, HasNoCeilingWhereOneRepeatLacksIt) {
  auto const result = summarise({}, std::vector{round_of(8, 10, 40), round_of(8, 0, 40)});
  EXPECT_FALSE(result.ceiling);
  EXPECT_FALSE(result.share_of_ceiling);
  EXPECT_TRUE(result.ceiling_name.empty());
}

TEST(Summary, TakesTheFastestOfSeveralCeilingsByTheirMedians) {
  std::vector<Round> rounds(3, round_of(6, 0, 0));
  rounds[0].ceilings = {{"one", 10e6}, {"two", 11e6}, {"now and then", 99e6}};
  rounds[1].ceilings = {{"one", 30e6}, {"two", 12e6}};
  rounds[2].ceilings = {{"one", 11e6}, {"two", 15e6}, {"now and then", 99e6}};
  auto const result = summarise({}, rounds);
  EXPECT_EQ(result.ceilings, (std::map<std::string, double>{{"one", 11e6}, {"two", 12e6}}));
  EXPECT_EQ(result.ceiling_name, "two");
  EXPECT_DOUBLE_EQ(*result.ceiling, 12e6);
  EXPECT_DOUBLE_EQ(*result.share_of_ceiling, 0.5);
}

TEST(Results, AreGroupedByWorkloadAndCase) {
  std::vector<Result> results(5);
  results[0].subject.name = results[1].subject.name = "a";
  results[2].subject.name = results[3].subject.name = "b";
  results[4].subject.name = "b";
  results[4].subject.workload = "other";
  auto const cases = by_case(results);
  ASSERT_EQ(cases.size(), 3u);
  EXPECT_EQ(cases[0].size(), 2u);
  EXPECT_EQ(cases[1].data(), &results[2]);
  EXPECT_EQ(cases[1].size(), 2u);
  EXPECT_EQ(cases[2].data(), &results[4]);
  EXPECT_TRUE(by_case({}).empty());
}

TEST(Summary, AddsDropsUpAndWeighsDevicesByPackets) {
  auto first = round_of(1, 1, 1, {{"cpu", 10}, {"host", 90}});
  auto second = round_of(1, 1, 1, {{"cpu", 300}});
  first.window.dropped = {{"a", 1}, {"b", 2}};
  second.window.dropped = {{"b", 40}};
  auto const result = summarise({}, std::vector{first, second});
  EXPECT_EQ(result.dropped, (std::map<std::string, std::uint64_t>{{"a", 1}, {"b", 42}}));
  EXPECT_EQ(result.dropped_total(), 43u);
  EXPECT_NEAR(result.device_share.at("cpu"), 310.0 / 400, 1e-9);
  EXPECT_NEAR(result.device_share.at("host"), 90.0 / 400, 1e-9);
}

}  // namespace
}  // namespace warpline::bench
