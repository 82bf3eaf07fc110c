// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/engine/graph.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/scoped.hpp"

/// What `IDS` sends for rules of reject, and where it leaves.
namespace warpline {
namespace {

using test::Frame;
using test::FrameBuilder;

constexpr char const* kRules =
    "reject ip any any -> any any (content:\"reject-source\"; sid:1;)\n"
    "rejectdst ip any any -> any any (content:\"reject-destination\"; sid:2;)\n"
    "rejectboth ip any any -> any any (content:\"reject-both\"; sid:3;)\n"
    "drop ip any any -> any any (content:\"drop-it\"; sid:4;)\n";

/// Two ports with a pipeline between them.
class IdsReject : public testing::Test {
 protected:
  IdsReject() { folder_.write("r.rules", kRules); }

  /// `arguments`: of IDS, after its rules. `answers`: what its output 1 is connected to.
  test::Outcome run(std::vector<Frame> const& frames, std::string const& arguments = ", MODE ips",
                    std::string const& answers = "ids[1] -> ToOutput;",
                    test::RunOptions options = {}, std::string const& balancer = "CPUOnly") {
    options.source_name = folder_.path("test.click");
    test::PipelineRunner runner("FromInput -> " + balancer + " -> ids :: IDS(RULES r.rules" +
                                    arguments + ") -> L2Forward -> ToOutput; " + answers,
                                options);
    auto outcome = runner.run(frames);
    metrics_.clear();
    for (auto const& metric : runner.graph().find("ids")->element->metrics())
      metrics_[std::string(metric.name)] = metric.value;
    return outcome;
  }
  void expect_rejects(std::uint64_t sent, std::uint64_t withheld, std::uint64_t failed) {
    EXPECT_EQ(metrics_.at("rejects_sent"), sent);
    EXPECT_EQ(metrics_.at("rejects_withheld"), withheld);
    EXPECT_EQ(metrics_.at("rejects_failed"), failed);
  }

  test::ScopedFolder folder_;
  std::map<std::string, std::uint64_t> metrics_;
};

Frame tcp(std::string const& text) {
  return FrameBuilder().ipv4().tcp(9, 80).payload(text).build();
}
Frame udp(std::string const& text) {
  return FrameBuilder().ipv6().udp(9, 53).payload(text).build();
}

/// The byte with the flags of a TCP segment without options.
unsigned tcp_flags(Frame const& frame) { return frame.at(14 + 20 + 13); }

TEST_F(IdsReject, AnswersTheSideThatTheActionNames) {
  for (auto const& [text, to_source, to_destination] :
       {std::tuple{"reject-source", 1u, 0u}, std::tuple{"reject-destination", 0u, 1u},
        std::tuple{"reject-both", 1u, 1u}, std::tuple{"drop-it", 0u, 0u}}) {
    SCOPED_TRACE(text);
    auto const outcome = run({tcp(text)});
    ASSERT_EQ(outcome.sent[0].size(), to_source);
    ASSERT_EQ(outcome.sent[1].size(), to_destination);
    EXPECT_EQ(outcome.created, to_source + to_destination);
    EXPECT_EQ(outcome.dropped, 1u);
    expect_rejects(to_source + to_destination, 0, 0);
    for (auto const& frame : outcome.frames(0)) EXPECT_EQ(tcp_flags(frame), 0x04u);
    for (auto const& frame : outcome.frames(1)) EXPECT_EQ(tcp_flags(frame), 0x14u);
    auto const other = run({udp(text)});
    ASSERT_EQ(other.sent[0].size(), to_source);
    ASSERT_EQ(other.sent[1].size(), to_destination);
    for (unsigned port = 0; port < 2; ++port)
      for (auto const& frame : other.frames(port)) EXPECT_EQ(frame.at(54), 1);  // unreachable
  }
}

TEST_F(IdsReject, SendsWhatWasBeforeFirst) {
  auto const before = tcp("nothing to see"), after = tcp("more of that");
  auto const outcome = run({before, tcp("reject-both"), after});
  ASSERT_EQ(outcome.sent[1].size(), 3u);
  EXPECT_EQ(outcome.frames(1)[0], before);
  EXPECT_EQ(outcome.frames(1)[1], after);
  EXPECT_EQ(tcp_flags(outcome.frames(1)[2]), 0x14u);
  EXPECT_EQ(outcome.sent[0].size(), 1u);
}

TEST_F(IdsReject, DropsOnlyIfNothingIsConnected) {
  auto const outcome = run({tcp("reject-both"), tcp("reject-source")}, ", MODE ips", "");
  EXPECT_TRUE(outcome.sent[0].empty());
  EXPECT_EQ(outcome.sent[1].size(), 1u);
  EXPECT_EQ(outcome.drops, (test::Drops{{"rule_reject", 2}}));
  expect_rejects(1, 2, 0);
}

TEST_F(IdsReject, SendsNothingAsIds) {
  auto const outcome = run({tcp("reject-both"), udp("reject-both")}, "");
  EXPECT_TRUE(outcome.sent[0].empty());
  EXPECT_EQ(outcome.sent[1].size(), 2u);
  EXPECT_EQ(metrics_.count("rejects_sent"), 0u);
}

TEST_F(IdsReject, CountsAnswersWithoutABuffer) {
  test::RunOptions options;
  options.buffers = 3;
  options.bursts = {3};
  auto const outcome = run({tcp("reject-both"), tcp("reject-source"), tcp("pass")}, ", MODE ips",
                           "ids[1] -> ToOutput;", options);
  EXPECT_TRUE(outcome.sent[0].empty());
  EXPECT_EQ(outcome.sent[1].size(), 1u);
  EXPECT_EQ(outcome.dropped, 2u);
  expect_rejects(0, 0, 3);
}

TEST_F(IdsReject, AnswersABatchOfRejectedPackets) {
  test::RunOptions options;
  options.bursts = {256};
  std::vector<Frame> const frames(600, tcp("reject-both"));
  auto const outcome = run(frames, ", MODE ips", "ids[1] -> ToOutput;", options);
  EXPECT_EQ(outcome.sent[0].size(), 600u);
  EXPECT_EQ(outcome.sent[1].size(), 600u);
  expect_rejects(1200, 0, 0);
}

TEST_F(IdsReject, LimitsTheRateOfIcmp) {
  std::vector<Frame> const frames(500, udp("reject-source"));
  auto outcome = run(frames, ", MODE ips, ICMP_RATE 1, ICMP_BURST 7");
  EXPECT_GE(outcome.sent[0].size(), 7u);
  EXPECT_LT(outcome.sent[0].size(), 100u);
  expect_rejects(outcome.sent[0].size(), 500 - outcome.sent[0].size(), 0);
  outcome = run(frames, ", MODE ips, ICMP_RATE 0");
  EXPECT_EQ(outcome.sent[0].size(), 500u);
  EXPECT_NE(test::error_of("FromInput -> IDS(RULES " + folder_.path("r.rules") +
                           ", ICMP_BURST 0) -> ToOutput;")
                .find("ICMP_BURST is 0; expected 1 to 4294967295"),
            std::string::npos);
}

TEST_F(IdsReject, AnswersTheSameFromADevice) {
  std::vector<Frame> frames;
  for (int i = 0; i < 50; ++i) {
    frames.push_back(tcp("reject-both"));
    frames.push_back(tcp("pass"));
    frames.push_back(udp("reject-destination"));
  }
  test::RunOptions options;
  options.host_helpers = 1;
  std::string const answers = "ids[1] -> ToOutput;", mode = ", MODE ips, ICMP_RATE 0";
  auto const cpu = run(frames, mode, answers, options);
  auto const device = run(frames, mode, answers, options, "GPUOnly(DEVICE host)");
  for (unsigned port = 0; port < 2; ++port) {
    EXPECT_EQ(device.sent[port].size(), cpu.sent[port].size());
    EXPECT_GT(cpu.sent[port].size(), 0u);
  }
  EXPECT_EQ(device.drops, cpu.drops);
  expect_rejects(150, 0, 0);
}

TEST_F(IdsReject, AnswersADatagramThatCameInFragments) {
  constexpr std::uint16_t kMore = 0x2000;
  // UDP: 16 bytes, then the rest of the word.
  auto const whole = FrameBuilder().ipv4().udp(9, 53).payload("........reject-source").build();
  Frame const datagram(whole.begin() + 34, whole.end());
  auto const fragment = [&](std::size_t from, std::size_t to, std::uint16_t more) {
    Frame part(datagram.begin() + static_cast<long>(from),
               datagram.begin() + static_cast<long>(to));
    auto const value = static_cast<std::uint16_t>(from / 8 | more);
    return FrameBuilder()
        .ipv4({.id = 5, .fragment = value, .protocol = std::uint8_t{17}})
        .payload(part)
        .build();
  };
  auto const outcome = run({fragment(0, 24, kMore), fragment(24, datagram.size(), 0)});
  EXPECT_EQ(outcome.drops, (test::Drops{{"rule_reject", 1}}));
  ASSERT_EQ(outcome.sent[0].size(), 1u);
  auto const answer = outcome.frames(0)[0];
  EXPECT_EQ(answer.at(34), 3);
  EXPECT_EQ(answer.at(35), 10);
  EXPECT_EQ(Frame(answer.end() - static_cast<long>(datagram.size()), answer.end()), datagram);
}

}  // namespace
}  // namespace warpline
